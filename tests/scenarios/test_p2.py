"""助商稳企·护航发展: the 四个一, the two working days, the grades, the ladder.

What its text asks for, and where it is shown:

| 规定 | shown by |
| --- | --- |
| 四个一：牵头单位、包抓领导、专班、方案 | RULES, a_company_has_its_four_ones, one_plan_for_each_company |
| 班长是市直部门主要负责人，副班长来自企业所在县区 | the_head_is_chief…, the_deputy_comes_from… |
| 一企一名包抓干部；单位有联络员 | one_official_is_named…, a_unit_without_a_liaison_officer… |
| 领导和干部各自每月至少联系 1 次 | leader_and_official_both_meet… |
| 2 个工作日内上报，逾期自动转办公室 | what_is_not_reported… |
| A–D 分级，条块结合、以块为主 | each_grade_has…, the_companys_own_county_comes_first |
| 包抓单位答复企业，企业确认 | only_the_team_answers…, the_team_answers… |
| 每月督办、通报、调度会，服务和办理情况汇总 | RULES, the_month_is_summed_up |
| 暗访、电话回访、随机抽查 | RULES |
| 问题办结率、企业满意度，日常加年终，扣分意见 | RULES |
| 问题类别 | its_categories |

The two papers, call-backs, visits unannounced and 帮办代办 come with the work that fills them.
"""

from __future__ import annotations

from datetime import date

import pytest

from assessment.services import close_month
from companies.choices import VisitMode
from companies.models import Enrolment, ServicePlan
from companies.services import MeasureLine, write_plan
from issues.choices import Move, Status
from issues.forms.moves import units_for
from issues.models import Bulletin, Category, Escalation, FrozenTicket, Meeting, MonthEnd
from issues.perms import may_move
from issues.reports.months import service_figures
from issues.services import MoveRefused, sweep_tickets
from liaison.choices import Rank, SystemRole
from liaison.models import Department, Official
from tests.factories import PostingFactory, at
from tests.scenarios.place import START, Place, place_of


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
    "办结后 1 个工作日内由包抓领导或包抓干部答复企业。",
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
    "分母少于 5 的指标不计分；加分最多 5 分；年度得分 = 月度 60% + 年终核查 40%；90 分及以上优秀，"
    "80 分及以上良好，60 分及以上合格。",
    "考核结果用于向考核办提出扣分意见。",
    "本方案使用《包抓企业基本情况表》。",
    "本方案使用《企业问题办理单》。",
    "本方案使用《问题台账》。",
    # what is stuck climbs
    "逾期未办结（超过办结期限或当前环节期限第 1 个工作日）的，提到协调办公室，每级只提一次。",
    "逾期未办结（超过办结期限或当前环节期限第 5 个工作日）的，提到调度会，每级只提一次。",
)


CATEGORIES = ("用工", "用地", "用电", "用水", "用气", "通信", "交通", "环境", "教育", "医疗", "住房")


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


def team_of(place: Place) -> list[tuple[str, Official | Department]]:
    """Everybody that a company in 临江区 gets."""
    return [
        ("lead_department", place.unit()),
        ("lead_official", place.person(Rank.COUNTY)),
        ("head", place.person(Rank.COUNTY, chief=True)),
        ("deputy", place.person(Rank.COUNTY, region=place.county)),
        ("member_department", place.unit()),
        ("officer", place.person(Rank.SECTION)),
    ]


def test_a_company_has_its_four_ones_when_every_seat_is_taken(place: Place):
    enrolment = place.enrol()
    for seat, holder in team_of(place):
        assert list(Enrolment.objects.incomplete(START)) == [enrolment]
        place.give(enrolment, seat, holder)
    assert not Enrolment.objects.incomplete(START).exists()


@pytest.mark.parametrize("seat", ["lead_department", "lead_official", "head", "deputy"])
def test_each_of_the_four_ones_is_one(place: Place, seat: str):
    enrolment = place.enrol()
    first, second = (dict(team_of(place))[seat] for _ in range(2))
    place.give(enrolment, seat, first)
    assert "最多 1 个" in place.refuses(enrolment, seat, second)


def test_a_team_has_as_many_members_as_it_needs(place: Place):
    enrolment = place.enrol()
    for _ in range(5):
        place.give(enrolment, "member_department", place.unit())
    assert enrolment.assignments.filter(role__code="member_department").count() == 5


def test_one_plan_for_each_company(place: Place):
    enrolment = place.enrol()
    common = {
        "enrolment": enrolment,
        "measures": [MeasureLine("每月调度", due_on=date(2026, 6, 30))],
        "by": place.office,
    }
    write_plan(goals="稳住用电", at=at(2026, 3, 3), **common)
    write_plan(goals="扩产 20%", at=at(2026, 3, 4), **common)
    assert [plan.goals for plan in ServicePlan.objects.filter(enrolment=enrolment)] == ["扩产 20%"]


def test_leader_and_official_both_meet_the_company_each_month(place: Place):
    enrolment, march = place.enrol(), at(2026, 4, 1, 0)
    leader, officer = place.person(Rank.COUNTY), place.person(Rank.SECTION)
    place.give(enrolment, "lead_official", leader)
    place.give(enrolment, "officer", officer)
    for _ in range(2):
        place.meet(enrolment, officer, date(2026, 4, 10))
    assert place.mine(leader, enrolment, date(2026, 4, 30)).owed == 1
    assert place.mine(officer, enrolment, date(2026, 4, 30)).owed == 0
    assert not place.is_contacted(enrolment, march, date(2026, 4, 30))
    place.meet(enrolment, leader, date(2026, 4, 29), VisitMode.PHONE)
    assert place.is_contacted(enrolment, march, date(2026, 4, 30))


def test_head_and_deputy_need_not_call(place: Place):
    enrolment, head = place.enrol(), place.person(Rank.COUNTY, chief=True)
    place.give(enrolment, "head", head)
    assert place.mine(head, enrolment, date(2026, 4, 30)).wanted == 0


def test_a_unit_without_a_liaison_officer_is_given_no_problem(place: Place):
    enrolment, officer = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "officer", officer)
    with pytest.raises(MoveRefused, match="还没有单位联络员"):
        place.dispatch(enrolment, officer, "B", cooperating=[place.unit()])


def test_the_companys_own_county_comes_first(place: Place):
    enrolment, officer = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "officer", officer)
    ticket = place.collect(enrolment, officer, at(2026, 4, 23, 15))
    for region in (place.city, place.other_county, place.county):
        PostingFactory(department=place.unit(region=region), role=SystemRole.UNIT)
    first, *others = units_for(ticket, place.office.on_duty(START))
    assert first.region == place.county
    assert len(others) == 2


def test_only_the_team_answers_the_company(place: Place):
    enrolment, officer = place.enrol(), place.person(Rank.SECTION)
    place.give(enrolment, "officer", officer)
    ticket = place.dispatch(enrolment, officer, "A")
    unit = ticket.units.get().department.postings.get().official
    on = date(2026, 4, 28)
    assert may_move(officer.on_duty(on), ticket, Move.ANSWER)
    assert not may_move(unit.on_duty(on), ticket, Move.ANSWER)
    assert may_move(unit, ticket, Move.RESOLVE)


def test_its_categories(place: Place):
    assert set(CATEGORIES) <= set(Category.objects.values_list("name", flat=True))


def test_the_month_is_summed_up(place: Place):
    """Service, grades and handling of April: drafted, frozen, with the agenda of the dispatch meeting."""
    enrolment, bare = place.enrol(), place.enrol()
    leader, officer = place.person(Rank.COUNTY), place.person(Rank.SECTION)
    place.give(enrolment, "lead_official", leader)
    place.give(enrolment, "officer", officer)
    for who in (leader, officer):
        place.meet(enrolment, who, date(2026, 4, 10))
    place.settle(place.dispatch(enrolment, officer, "A"), officer)
    stuck = place.dispatch(enrolment, officer, "D")
    programme, april = place.version.programme, date(2026, 4, 1)
    for month, moment in ((date(2026, 3, 1), at(2026, 3, 31, 18, 5)), (april, at(2026, 4, 30, 18, 5))):
        close_month(programme=programme, month=month, at=moment)
    month_end = MonthEnd.objects.get(programme=programme, month=april)
    rows = FrozenTicket.objects.filter(month_end=month_end)
    assert sorted(rows.values_list("grade__code", "is_closed")) == [("A", True), ("D", False)]
    service = service_figures(month_end)
    assert (service.coverage.part.value, service.coverage.whole.value) == (1, 2)  # `bare` was not met
    assert bare.company.is_active
    assert Bulletin.objects.get(month_end=month_end).state == "draft"
    assert Meeting.objects.filter(programme=programme).exists()
    assert stuck.status != Status.CLOSED


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
