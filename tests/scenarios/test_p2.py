"""助商稳企·护航发展: the 四个一, the two working days, the grades, the ladder."""

from __future__ import annotations

from datetime import date

import pytest

from issues.choices import Status
from issues.models import Escalation
from issues.services import sweep_tickets
from liaison.choices import Rank
from tests.factories import at
from tests.scenarios.place import Place, place_of


@pytest.fixture
def place() -> Place:
    return place_of("p2")


RULES = (
    # 四个一: one lead department, one lead official, one 专班; the plan is a paper of its own
    "牵头单位：由单位担任，每户企业至少 1 个、至多 1 个。",
    "包抓领导：由干部担任，每户企业至少 1 个、至多 1 个，承担联系走访，上报问题、答复企业，计入包联限额。",
    "专班班长：由干部担任，每户企业至少 1 个、至多 1 个，来自市直单位。",
    "专班班长可由县级主要负责人担任。",
    "专班副班长：由干部担任，每户企业至少 1 个、至多 1 个，来自企业所在县区。",
    "成员单位：由单位担任，每户企业至少 1 个。",
    "包抓干部：由干部担任，每户企业至少 1 个、至多 1 个，承担联系走访，上报问题、答复企业，计入包联限额。",
    # contact
    "每 1 个月至少联系 1 次，每个承担联系的席位各自联系；计入的方式 · 上门走访 · 电话 · 微信 · 视频；"
    "企业表示本期无需联系的，视同已联系；未达到的计入考核。本期无问题也是好结果。",
    # from the first word to 销号
    "收集后 2 个工作日内上报协调办公室，逾期自动转办公室并标注。",
    "问题按难易分级。",
    "A 即办类：一个岗位职权内即可办理；5 个工作日内办结，由责任单位协调，责任单位办理。",
    "B 部门类：一个部门按程序可以办理；10 个工作日内办结，由责任单位协调，责任单位办理。",
    "C 协调类：需要几个部门或上下级协调；25 个工作日内办结，由问题解决专项小组协调，责任单位办理。",
    "D 疑难类：需专题研究，限期拿出方案；15 个工作日内拿出方案，由常务会议/常委会协调，责任单位办理，"
    "每 30 天报进展，每 180 天复核，由领导包案。",
    "办结后 1 个工作日内由包抓干部答复企业。",
    # monthly supervision, bulletin, dispatch meeting
    "调度会：每月研究。",
    "每月通报发送各责任单位和县区。",
    "每月 最后一天 下班时截止，自动冻结数据、生成通报草稿、调度会议题和考核得分；"
    "通报不对单位排名，任何时候不对个人排名。",
    # verification by three means
    "暗访：不定期，抽取 5%。",
    "电话回访：每月，抽取 10%。",
    "随机抽查：每月，抽取 10%。",
    # assessment and its output
    "责任单位（办理）：问题办结率，权重 30 分，目标 95%，每低 1 个百分点扣 1 分。",
    "责任单位（办理）：企业满意率，权重 30 分，目标 90%，每低 1 个百分点扣 1 分。",
    "考核结果用于向考核办提出扣分意见。",
    "本方案使用《包抓企业基本情况表》。",
    "本方案使用《企业问题办理单》。",
)


@pytest.mark.parametrize("rule", RULES)
def test_its_rules(place: Place, rule: str):
    assert rule in place.sentences


def test_the_head_is_chief_of_a_city_department(place: Place):
    enrolment = place.enrol()
    assert "须由厅级主要负责人、县级主要负责人担任" in place.refuses(
        enrolment, "head", place.person(Rank.COUNTY)
    )
    assert "须来自市直单位" in place.refuses(
        enrolment, "head", place.person(Rank.COUNTY, chief=True, region=place.county)
    )
    assert place.give(enrolment, "head", place.person(Rank.COUNTY, chief=True))


def test_the_deputy_comes_from_the_county_where_the_company_sits(place: Place):
    enrolment = place.enrol()
    stranger = place.person(Rank.COUNTY, chief=True, region=place.other_county)
    assert "须来自企业所在县区" in place.refuses(enrolment, "deputy", stranger)
    assert place.give(enrolment, "deputy", place.person(Rank.COUNTY, chief=True, region=place.county))


def test_one_official_is_named_for_each_company(place: Place):
    enrolment = place.enrol()
    place.give(enrolment, "officer", place.person(Rank.SECTION))
    assert "最多 1 个" in place.refuses(enrolment, "officer", place.person(Rank.SECTION))


def test_what_is_not_reported_within_two_working_days_goes_to_the_office_once(place: Place):
    enrolment, officer = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "officer", officer)
    ticket = place.collect(enrolment, officer, at(2026, 4, 23, 15))
    assert sweep_tickets(at=at(2026, 4, 27, 17)) == 0
    assert sweep_tickets(at=at(2026, 4, 28, 9)) == 1
    assert sweep_tickets(at=at(2026, 4, 28, 9, 10)) == 0
    ticket.refresh_from_db()
    assert ticket.status == Status.REPORTED
    assert Escalation.objects.filter(ticket=ticket, rung="office").count() == 1


@pytest.mark.parametrize(
    ("grade", "due"),
    [
        ("A", date(2026, 5, 7)),
        ("B", date(2026, 5, 13)),
        ("C", date(2026, 6, 3)),
        ("D", date(2026, 5, 20)),  # for the plan
    ],
)
def test_each_grade_has_its_working_days(place: Place, grade: str, due: date):
    enrolment, officer = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "officer", officer)
    assert place.dispatch(enrolment, officer, grade).due_on == due


def test_the_team_answers_and_the_company_confirms(place: Place):
    enrolment, officer = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "officer", officer)
    assert place.settle(place.dispatch(enrolment, officer, "A"), officer).status == Status.CLOSED
