"""百名干部驻企业: a county leader, two young officials full time and three expert groups for each company.

What its text asks for, and where it is shown:

| 规定 | shown by |
| --- | --- |
| 1 名县级领导任首席服务官，每人 1–3 户 | a_chief_service_officer… |
| 2 名年轻干部，副科级 ≤ 40 岁、一般干部 ≤ 35 岁，脱产 | residents_are_young, two_residents…, a_resident… |
| 金融、法律、第三方服务三个专家组，每月上门 | RULES, three_expert_groups…, an_expert_group_calls_each_month |
| 分批，每批 12 个月 | a_batch_lasts_twelve_months…, a_seat_ends_with_its_batch |
| 五个一，加廉政宣传为六个一台账 | RULES, each_duty_is_counted_by_name, a_solved_problem_counts… |
| 问题有牵头单位、配合单位、时限 | every_problem_has… |
| 每月进展，销号 | RULES, a_problem_is_struck_off…, a_resident_reports… |
| 四个月的数：87 = 45 + 42，22，1.4 亿，2.9 亿，40 | its_figures_after_four_months |
"""

from __future__ import annotations

from datetime import date

import pytest

from companies.models import Enrolment
from companies.reports.batches import rotation, seats_of_batch
from companies.services import set_deputy
from issues.choices import Move, Status
from issues.perms import may_move
from issues.reports.duties import counters_of
from issues.services import sweep_tickets
from liaison.choices import Rank
from liaison.models import Group, Official
from tests.factories import at
from tests.scenarios.place import START, Place, place_of


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
    "厅级：每人至少 1 户、最多包联 3 户企业，超出即不能指派。",
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
    # whoever holds one of its own seats answers
    "办结后 1 个工作日内由首席服务官或驻企干部答复企业。",
    # a monthly report
    "每月通报发送市委市政府主要领导。",
)


@pytest.mark.parametrize("rule", RULES)
def test_its_rules(place: Place, rule: str):
    assert rule in place.sentences


def test_a_batch_lasts_twelve_months_and_the_next_one_takes_over(place: Place):
    first = place.batch()
    assert first.ends_on == date(2027, 3, 1)
    enrolment, leader = place.enrol(), place.person(Rank.COUNTY)
    now, later = (place.person(Rank.STAFF, born=1996) for _ in range(2))
    place.give(enrolment, "chief_officer", leader)
    place.give(enrolment, "resident", now)
    second = place.batch(date(2027, 3, 2))
    assert (second.name, second.ends_on) == ("第 2 批", date(2028, 3, 1))
    place.give(enrolment, "resident", later, date(2027, 3, 2))
    seats = seats_of_batch(first, place.office.on_duty(START)).select_related("role", "official")
    turns = {turn.seat.holder: [seat.holder for seat in turn.successors] for turn in rotation(first, seats)}
    assert turns == {leader: [], now: [later]}


def test_a_seat_ends_with_its_batch_and_is_free_for_another_company_then(place: Place):
    place.batch()
    resident, enrolment = place.person(Rank.STAFF, born=1996), place.enrol()
    seat = place.give(enrolment, "resident", resident)
    seat.refresh_from_db()
    assert seat.ends_on == date(2027, 3, 1)
    assert "不在任何批次之内" in place.refuses(enrolment, "resident", resident, date(2027, 3, 2))
    place.batch(date(2027, 3, 2))
    assert place.give(place.enrol(on=date(2027, 3, 2)), "resident", resident, date(2027, 3, 2))


def test_a_chief_service_officer_is_a_county_leader(place: Place):
    assert "须由厅级、县级担任" in place.refuses(place.enrol(), "chief_officer", place.person(Rank.SECTION))
    assert place.give(place.enrol(), "chief_officer", place.person(Rank.COUNTY))


def test_one_chief_service_officer_for_each_company(place: Place):
    enrolment = place.enrol()
    place.give(enrolment, "chief_officer", place.person(Rank.COUNTY))
    assert "最多 1 个" in place.refuses(enrolment, "chief_officer", place.person(Rank.COUNTY))


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


@pytest.fixture
def experts(place: Place) -> list[Group]:
    return [
        place.group(name, place.person(Rank.SECTION))
        for name in ("金融专家组", "法律专家组", "第三方服务专家组")
    ]


def test_three_expert_groups_serve_every_company(place: Place, experts: list[Group]):
    assert set(place.needs().values()) == {"应设 1 个，已设 1 个"}
    another = place.group("金融专家组", name="又一组")
    for enrolment in (place.enrol(), place.enrol()):
        for group in experts:
            place.give(enrolment, "expert_group", group)
        assert "最多 3 个" in place.refuses(enrolment, "expert_group", another)


def test_a_company_lacks_its_team_until_all_six_seats_are_taken(place: Place, experts: list[Group]):
    enrolment = place.enrol()
    team = [("chief_officer", place.person(Rank.COUNTY)), *(("expert_group", group) for group in experts)]
    team += [("resident", place.person(Rank.STAFF, born=1995)) for _ in range(2)]
    for seat, holder in team:
        assert list(Enrolment.objects.incomplete(START)) == [enrolment]
        place.give(enrolment, seat, holder)
    assert not Enrolment.objects.incomplete(START).exists()


def test_an_expert_group_calls_each_month(place: Place):
    first, second = place.person(Rank.SECTION), place.person(Rank.SECTION)
    enrolment, group = place.enrol(), place.group("金融专家组", first, second)
    place.give(enrolment, "expert_group", group)
    assert place.mine(first, enrolment, date(2026, 3, 20)).owed == 1
    place.meet(enrolment, second, date(2026, 3, 21))
    done = place.mine(first, enrolment, date(2026, 3, 31))  # anybody of the group calls for the group
    assert (done.owed, done.group) == (0, "金融专家组")
    assert place.mine(first, enrolment, date(2026, 4, 1)).owed == 1


DUTIES = (
    ("policy", "对接一项政策"),
    ("front_line", "一线劳动一天"),
    ("suggestion", "提一条合理化建议"),
    ("experience", "写一篇体验报告"),
    ("integrity", "开展一次廉政宣传"),
)


@pytest.fixture
def resident(place: Place) -> Official:
    return place.person(Rank.STAFF, born=1995)


@pytest.mark.parametrize(("source", "duty"), DUTIES)
def test_each_duty_is_counted_by_name(place: Place, resident: Official, source: str, duty: str):
    batch, enrolment, other = place.batch(), place.enrol(), place.person(Rank.STAFF, born=1995)
    for official in (resident, other):
        place.give(enrolment, "resident", official)
    place.log(enrolment, resident, source, date(2026, 4, 1))
    done = place.figures(resident, date(2026, 4, 1), batch)
    assert [name for name, word in done.items() if word == "1/1"] == [duty]
    assert set(place.figures(other, date(2026, 4, 1), batch).values()) == {"0/1"}  # each for oneself


def test_a_solved_problem_counts_by_itself(place: Place, resident: Official):
    batch, enrolment = place.batch(), place.enrol()
    place.give(enrolment, "resident", resident)
    ticket = place.dispatch(enrolment, resident, "A")
    assert place.figures(resident, date(2026, 4, 28), batch)["解决一个问题"] == "0/1"
    place.settle(ticket, resident)
    assert place.figures(resident, date(2026, 4, 29), batch)["解决一个问题"] == "1/1"


def test_the_ledger_is_called_by_its_six_duties(place: Place):
    ledger = place.ledger(date(2026, 4, 1))
    assert ledger.title == "六个一工作台账"
    assert [duty.name for duty in ledger.duties] == ["解决一个问题", *(duty for _, duty in DUTIES)]


def test_its_figures_after_four_months(place: Place, resident: Official):
    """The real programme: 87 found = 45 done + 42 open, 22 policies, 140 million, 290 million, 40 words."""
    batch, enrolment = place.batch(), place.enrol()
    place.give(enrolment, "resident", resident)
    closed = place.settle(place.dispatch(enrolment, resident, "A"), resident)
    opened = place.collect(enrolment, resident, at(2026, 6, 1, 9))
    for ticket, n in ((closed, 44), (opened, 41)):
        number = ticket.number
        for copy in range(n):
            ticket.pk, ticket.number = None, f"{number}-{copy}"
            ticket.save(force_insert=True)
    day = date(2026, 6, 30)
    for n in range(22):
        place.log(enrolment, resident, "policy", day, **({"finance_yuan": 100_000_000} if n == 0 else {}))
    place.log(enrolment, resident, "finance", day, finance_yuan=40_000_000, credit_yuan=290_000_000)
    for _ in range(40):
        place.log(enrolment, resident, "suggestion", day)
    counters = {one.label: one.value for one in counters_of(place.ledger(day, batch))}
    assert counters == {
        "发现问题": 87,
        "已办结销号": 45,
        "正在办理": 42,
        "对接政策": 22,
        "促成融资": 140_000_000,
        "获得授信": 290_000_000,
        "合理化建议": 40,
    }


def test_whoever_stands_in_for_an_absent_resident_serves_the_company(place: Place, resident: Official):
    enrolment, stand_in = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "resident", resident)
    set_deputy(
        official=resident,
        deputy=stand_in,
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 4, 10),
        reason="病假",
        by=place.office,
        at=at(2026, 3, 31),
    )
    assert place.mine(stand_in, enrolment, date(2026, 3, 31)) is None
    assert place.mine(stand_in, enrolment, date(2026, 4, 10)).acting_for == resident.name
    place.meet(enrolment, stand_in, date(2026, 4, 10))
    assert place.mine(stand_in, enrolment, date(2026, 4, 11)) is None


def test_every_problem_has_lead_unit_cooperating_units_and_a_date(place: Place):
    enrolment, leader = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "chief_officer", leader)
    ticket = place.dispatch(enrolment, leader, "B", cooperating=[place.staffed_unit()])
    assert [(unit.part, unit.due_on) for unit in ticket.units.order_by("pk")] == [
        ("lead", date(2026, 5, 13)),
        ("cooperate", date(2026, 4, 30)),
    ]
    assert ticket.due_on == date(2026, 5, 13)


def test_a_problem_is_struck_off_only_by_the_company(place: Place):
    enrolment, leader = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "chief_officer", leader)
    assert place.collect(enrolment, leader, at(2026, 4, 23, 9)).report_due_on == date(2026, 4, 27)
    assert place.settle(place.dispatch(enrolment, leader, "A"), leader).status == Status.CLOSED


def test_a_resident_reports_and_answers_and_an_expert_group_does_not(place: Place, resident: Official):
    """Whoever holds one of the company's own seats speaks for it; those who only call do not."""
    enrolment, expert = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "resident", resident)
    place.give(enrolment, "expert_group", place.group("金融专家组", expert))
    ticket, on = place.collect(enrolment, resident, at(2026, 4, 23, 9)), date(2026, 4, 23)
    assert may_move(resident.on_duty(on), ticket, Move.REPORT)
    assert may_move(resident, ticket, Move.ANSWER)
    assert not may_move(expert.on_duty(on), ticket, Move.REPORT)
    assert not may_move(expert, ticket, Move.ANSWER)


def test_a_cooperating_unit_has_days_of_its_own_and_is_waited_for(place: Place):
    enrolment, leader, helper = place.enrol(), place.person(Rank.COUNTY), place.staffed_unit()
    place.give(enrolment, "chief_officer", leader)
    ticket = place.dispatch(enrolment, leader, "B", cooperating=[helper])
    assert sweep_tickets(at=at(2026, 4, 28, 17)) == 0  # both may sign today
    assert sweep_tickets(at=at(2026, 4, 29, 9)) == 1
    signed = [(row.accepted_at is not None, row.signed_at) for row in ticket.units.all()]
    assert signed == [(True, None), (True, None)]  # silence is acceptance
    row = ticket.units.get(part="cooperate")
    assert (row.due_on, row.finished_at) == (date(2026, 4, 30), None)
