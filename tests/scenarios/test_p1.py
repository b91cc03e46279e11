"""百名干部驻企业: a county leader, two young officials full time and three expert groups for each company."""

from __future__ import annotations

from datetime import date

import pytest

from issues.choices import Status
from liaison.choices import Rank
from tests.factories import at
from tests.scenarios.place import Place, place_of


@pytest.fixture
def place() -> Place:
    return place_of("p1")


RULES = (
    # the team
    "首席服务官：由干部担任，每户企业至少 1 个、至多 1 个，承担联系走访，上报问题、答复企业，计入包联限额。",
    "驻企干部：由干部担任，每户企业至少 2 个、至多 2 个，承担联系走访，上报问题、答复企业，脱产专职。",
    "专家组：由工作组担任，每户企业至少 3 个、至多 3 个，承担联系走访（每 1 个月一次）。",
    "首席服务官可由县级担任。",
    "驻企干部可由科级担任，不超过 40 岁。",
    "驻企干部可由一般干部担任，不超过 35 岁。",
    "县级：每人至少 1 户、最多包联 3 户企业，超出即不能指派。",
    # three expert groups that call monthly
    "金融专家组（专家组）共 1 个，每月活动，任务：融资对接。",
    "法律专家组（专家组）共 1 个，每月活动，任务：法律服务。",
    "第三方服务专家组（专家组）共 1 个，每月活动，任务：第三方服务。",
    # batches of twelve months
    "分批派驻，每批 12 个月，期满轮换。",
    # 五个一 and integrity: 六个一台账
    "解决一个问题：每批次至少 1 件，由“解决问题”记录自动计数。",
    "对接一项政策：每批次至少 1 项，由“对接政策”记录自动计数。",
    "一线劳动一天：每批次至少 1 天，由“一线劳动”记录自动计数。",
    "提一条合理化建议：每批次至少 1 条，由“合理化建议”记录自动计数。",
    "写一篇体验报告：每批次至少 1 篇，由“体验报告”记录自动计数。",
    "开展一次廉政宣传：每批次至少 1 次，由“廉政宣传”记录自动计数。",
    "本方案使用《六个一工作台账》。",
    "本方案使用《体验报告》。",
    # a monthly report
    "每月通报发送市委市政府主要领导。",
)


@pytest.mark.parametrize("rule", RULES)
def test_its_rules(place: Place, rule: str):
    assert rule in place.sentences


def test_it_lasts_twelve_months(place: Place):
    assert place.version.programme.ends_on == date(2027, 3, 1)


def test_a_chief_service_officer_is_a_county_leader(place: Place):
    assert "须由厅级、县级担任" in place.refuses(place.enrol(), "chief_officer", place.person(Rank.SECTION))
    assert place.give(place.enrol(), "chief_officer", place.person(Rank.COUNTY))


def test_a_chief_service_officer_has_three_companies_at_most(place: Place):
    leader = place.person(Rank.COUNTY)
    for _ in range(3):
        place.give(place.enrol(), "chief_officer", leader)
    assert "限额 3 户企业" in place.refuses(place.enrol(), "chief_officer", leader)


@pytest.mark.parametrize(
    ("rank", "born", "may"),
    [
        (Rank.SECTION, 1986, True),  # 40 in 2026
        (Rank.SECTION, 1985, False),
        (Rank.STAFF, 1991, True),  # 35 in 2026
        (Rank.STAFF, 1990, False),
        (Rank.STAFF, None, False),  # an age that nobody knows is no age
        (Rank.COUNTY, 1990, False),
    ],
)
def test_residents_are_young(place: Place, rank: Rank, born: int | None, may: bool):
    enrolment, official = place.enrol(), place.person(rank, born=born)
    if may:
        assert place.give(enrolment, "resident", official)
    else:
        assert place.refuses(enrolment, "resident", official)


def test_two_residents_for_each_company(place: Place):
    enrolment = place.enrol()
    for _ in range(2):
        place.give(enrolment, "resident", place.person(Rank.STAFF, born=1995))
    assert "最多 2 个" in place.refuses(enrolment, "resident", place.person(Rank.STAFF, born=1995))


def test_a_resident_is_at_one_company_only(place: Place):
    official = place.person(Rank.STAFF, born=1995)
    place.give(place.enrol(), "resident", official)
    assert "脱产专职" in place.refuses(place.enrol(), "resident", official)


def test_every_problem_has_lead_unit_cooperating_units_and_a_date(place: Place):
    enrolment, leader = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "chief_officer", leader)
    ticket = place.dispatch(enrolment, leader, "B", cooperating=[place.staffed_unit()])
    assert [unit.part for unit in ticket.units.order_by("pk")] == ["lead", "cooperate"]
    assert ticket.due_on == date(2026, 5, 13)


def test_a_problem_is_struck_off_only_by_the_company(place: Place):
    enrolment, leader = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "chief_officer", leader)
    assert place.collect(enrolment, leader, at(2026, 4, 23, 9)).report_due_on == date(2026, 4, 27)
    assert place.settle(place.dispatch(enrolment, leader, "A"), leader).status == Status.CLOSED
