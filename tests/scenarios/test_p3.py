"""派驻企业指导员: crisis pace, three layers of people, daily reports, phases.

What its text asks for, and where it is shown:

| 规定 | shown by |
| --- | --- |
| 分阶段：先公用保障和物资供应，后全部 | RULES, the_first_phase…, the_second_phase… |
| 8 个市级督导组、247 个三合一小分队、约 1,000 名指导员 | RULES, it_asks_for…, a_squad…, an_instructor… |
| 一企一名指导员 | one_instructor_for_each_company, a_company_lacks_its_team… |
| 一项任务一名领导、一个专班、一张图 | RULES, one_leader_for_each_task |
| 每日报告、零报告，隐患、复工、产能、贷款、补贴、用工 | RULES, the_daily_report_asks_for_its_figures |
| 每日研判、调度；每日送主要领导、每周送其他领导 | RULES, dispatch_meets_each_day… |
| 企业评议 | RULES |
| 难题逐级到调度会，不设常务会 | its_ladder_ends_with_the_dispatch_meeting |
| 当日上报，A 1、B 5、C 10 个工作日 | a_problem_is_reported…, its_limits_are_short, there_is_no_fourth_grade |

The daily reports themselves, hazards, daily bulletins and appraisals come with the work that keeps them.
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from assessment.services import close_due_months
from companies.models import Enrolment
from companies.services import EnrolmentRefused, enrol_companies
from issues.choices import Sequel, Status
from issues.models import Meeting, Ticket
from issues.services import (
    MoveRefused,
    ask_up,
    decide_item,
    hold_meeting,
    prepare_meetings,
    sweep_tickets,
)
from liaison.choices import Rank
from tests.factories import at
from tests.scenarios.place import Place, place_of

PHASE_TWO = date(2026, 3, 16)  # fourteen days after the start


@pytest.fixture
def place() -> Place:
    return place_of("p3")


RULES = (
    # phases: first utilities and supplies, then all
    "第一阶段：公用保障和物资供应企业：启动后第 0 天开始，为期 14 天，行业门类 DFG。",
    "第二阶段：全部企业：启动后第 14 天开始。",
    # three layers
    "市级督导组（督导组）共 8 个，每日活动，任务：包县区督导。",
    "三合一工作小分队（工作小分队）共 247 个，每日活动，任务：一队多企，现场指导。",
    "企业指导员：由干部担任，每户企业至少 1 个、至多 1 个，承担联系走访，上报问题、答复企业，计入包联限额。",
    "工作小分队：由工作组担任，每户企业至少 1 个、至多 1 个，承担联系走访。",
    "督导组：由工作组担任，每户企业至少 1 个、至多 1 个。",
    "挂图作战领导：由干部担任，每户企业至少 0 个、至多 1 个。",
    # a daily report with zero report, and its figures
    "企业每日报告，18 时前报出，没有情况也要零报告。",
    "是否复工（是否），必填。",
    "产能释放率（数量，%）。",
    "发现隐患（数量，处）。",
    "整改隐患（数量，处）。",
    "获得贷款（金额（万元），万元）。",
    "稳岗补贴（金额（万元），万元）。",
    "新招用工（数量，人）。",
    # daily study, daily bulletin for the top, weekly for the others
    "责任单位：每日研究。",
    "协调办公室：每日研究。",
    "调度会：每日研究。",
    "每日通报发送市委市政府主要领导。",
    "每周通报发送其他市领导。",
    # same-day reporting, short limits
    "收集当日上报协调办公室（0 个工作日），逾期自动转办公室并标注。",
    "A 立办类：当场或次日可以解决；1 个工作日内办结，由责任单位协调，责任单位办理。",
    "B 部门类：一个部门按程序可以办理；5 个工作日内办结，由协调办公室协调，责任单位办理。",
    "C 协调类：需要几个部门或上下级协调；10 个工作日内办结，由调度会协调，责任单位办理。",
    # companies appraise
    "本方案使用《企业评议表》。",
    "本方案使用《企业日报》。",
)


@pytest.mark.parametrize("rule", RULES)
def test_its_rules(place: Place, rule: str):
    assert rule in place.sentences


def test_a_problem_is_reported_on_the_day_it_is_found(place: Place):
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    ticket = place.collect(enrolment, instructor, at(2026, 4, 23, 15))
    assert ticket.report_due_on == date(2026, 4, 23)
    assert sweep_tickets(at=at(2026, 4, 23, 23)) == 0
    assert sweep_tickets(at=at(2026, 4, 24, 9)) == 1
    ticket.refresh_from_db()
    assert ticket.status == Status.REPORTED


def test_what_is_found_on_a_rest_day_is_reported_on_the_next_working_day(place: Place):
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    assert place.collect(enrolment, instructor, at(2026, 4, 25, 9)).report_due_on == date(2026, 4, 27)


@pytest.mark.parametrize(
    ("grade", "due"), [("A", date(2026, 4, 28)), ("B", date(2026, 5, 7)), ("C", date(2026, 5, 13))]
)
def test_its_limits_are_short(place: Place, grade: str, due: date):
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    assert place.dispatch(enrolment, instructor, grade).due_on == due


def test_its_ladder_ends_with_the_dispatch_meeting(place: Place):
    """Two rungs above the unit, each within days: the office first, the dispatch meeting at the top."""
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    ticket = place.dispatch(enrolment, instructor, "A")  # due on 28 April
    climbed: dict[str, date] = {}
    for day in (date(2026, 4, 28), date(2026, 4, 29), date(2026, 4, 30), date(2026, 5, 6), date(2026, 5, 7),
                date(2026, 5, 8), date(2026, 5, 9)):  # fmt: skip
        sweep_tickets(at=at(day.year, day.month, day.day, 9))
        for rung in ticket.escalations.values_list("rung", flat=True):
            climbed.setdefault(rung, day)
    assert climbed == {"office": date(2026, 4, 29), "dispatch_meeting": date(2026, 5, 8)}
    ticket.refresh_from_db()
    with pytest.raises(MoveRefused, match="最高层级"):
        ask_up(ticket=ticket, words="请研究", by=place.office, at=at(2026, 5, 9, 10))


def test_dispatch_meets_each_day_that_something_stands_on_its_rung(place: Place):
    """One meeting waits at a time: what comes before it is held goes onto its agenda. A month brings none."""
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    first, second, third = (place.dispatch(enrolment, instructor, "C") for _ in range(3))

    def climbs(ticket: Ticket, day: date) -> int:
        ask_up(ticket=ticket, words="需几个部门会商", by=place.office, at=moment(day, 8), from_office=True)
        return prepare_meetings(at=moment(day, 9))

    def moment(day: date, hour: int) -> datetime:
        return at(day.year, day.month, day.day, hour)

    assert prepare_meetings(at=at(2026, 4, 27, 9)) == 0
    assert climbs(first, date(2026, 4, 28)) == 1
    assert prepare_meetings(at=at(2026, 4, 28, 10)) == 0
    assert climbs(second, date(2026, 4, 29)) == 1
    meeting = Meeting.objects.get()
    assert (str(meeting.title), meeting.meets_on) == ("2026年4月28日调度会", date(2026, 4, 28))
    for item in meeting.items.all():
        decide_item(
            item=item, decision="三个部门会商", ruling=Sequel.BACK, due_on=None,
            by=place.office, at=at(2026, 4, 29, 10),
        )  # fmt: skip
    hold_meeting(meeting=meeting, held_on=date(2026, 4, 29), by=place.office, at=at(2026, 4, 29, 11))
    assert climbs(third, date(2026, 4, 30)) == 1
    next_one = Meeting.objects.exclude(pk=meeting.pk).get()
    assert (next_one.ref, next_one.items.get().ticket) == ("dispatch-20260430", third)
    assert close_due_months(at=at(2026, 5, 6, 9))
    assert Meeting.objects.count() == 2


def test_what_a_unit_asks_up_goes_to_the_office_and_then_to_the_meeting(place: Place):
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    ticket = place.dispatch(enrolment, instructor, "C")
    for hour in (11, 12):
        ask_up(ticket=ticket, words="需几个部门会商", by=instructor, at=at(2026, 4, 27, hour))
    assert set(ticket.escalations.values_list("rung", flat=True)) == {"office", "dispatch_meeting"}


def test_there_is_no_fourth_grade(place: Place):
    assert list(place.version.grades.order_by("code").values_list("code", "working_days")) == [
        ("A", 1), ("B", 5), ("C", 10),
    ]  # fmt: skip


@pytest.mark.parametrize("industry", ["4411", "5911", "5111"], ids=["power", "storage", "wholesale"])
def test_the_first_phase_takes_in_utilities_and_supplies(place: Place, industry: str):
    assert place.enrol(place.company(industry=industry), on=date(2026, 3, 15))


@pytest.mark.parametrize("industry", ["3511", ""], ids=["machines", "not written down"])
def test_the_first_phase_takes_in_nobody_else_unless_the_office_says_why(place: Place, industry: str):
    company, on = place.company(industry=industry), date(2026, 3, 15)
    with pytest.raises(EnrolmentRefused, match="行业还没有开放"):
        place.enrol(company, on)
    enrol_companies(
        programme=place.version.programme,
        companies=[company],
        starts_on=on,
        exception="防疫物资生产企业",
        by=place.office,
        at=at(2026, 3, 15),
    )
    assert Enrolment.objects.get(company=company).starts_on == on


def test_the_second_phase_takes_in_all(place: Place):
    assert place.enrol(place.company(industry="3511"), on=date(2026, 3, 16))
    assert place.enrol(place.company(industry=""), on=date(2026, 3, 16))


def test_it_asks_for_eight_supervision_groups_and_247_squads(place: Place):
    place.group("市级督导组")
    place.group("三合一工作小分队")
    assert place.needs() == {
        "市级督导组": "应设 8 个，已设 1 个",
        "三合一工作小分队": "应设 247 个，已设 1 个",
    }


def test_a_squad_serves_many_companies_and_a_company_has_one_squad(place: Place):
    squad, other = (
        place.group("三合一工作小分队", place.person(Rank.STAFF), name=f"第 {n} 小分队") for n in (1, 2)
    )
    companies = [place.enrol(on=PHASE_TWO) for _ in range(10)]
    for enrolment in companies:
        place.give(enrolment, "squad", squad, PHASE_TWO)
    assert "最多 1 个" in place.refuses(companies[0], "squad", other, PHASE_TWO)


def test_a_supervision_group_looks_after_a_county(place: Place):
    member = place.person(Rank.COUNTY)
    group = place.group("市级督导组", member, region=place.county)
    enrolment = place.enrol(on=PHASE_TWO)
    place.give(enrolment, "supervision_group", group, PHASE_TWO)
    seen = place.mine(member, enrolment, date(2026, 3, 20))
    assert (seen.group, seen.wanted) == ("市级督导组", 0)  # it supervises; it need not call


def test_a_company_lacks_its_team_until_all_three_layers_are_there(place: Place):
    enrolment = place.enrol(on=PHASE_TWO)
    team = {
        "instructor": place.person(Rank.STAFF),
        "squad": place.group("三合一工作小分队"),
        "supervision_group": place.group("市级督导组"),
    }
    for seat, holder in team.items():
        assert list(Enrolment.objects.incomplete(PHASE_TWO)) == [enrolment]
        place.give(enrolment, seat, holder, PHASE_TWO)
    assert not Enrolment.objects.incomplete(PHASE_TWO).exists()


def test_an_instructor_has_eight_companies_at_most(place: Place):
    instructor = place.person(Rank.STAFF)
    for _ in range(8):
        place.give(place.enrol(on=PHASE_TWO), "instructor", instructor, PHASE_TWO)
    assert "限额 8 户企业" in place.refuses(place.enrol(on=PHASE_TWO), "instructor", instructor, PHASE_TWO)


def test_one_leader_for_each_task(place: Place):
    enrolment = place.enrol(on=PHASE_TWO)
    place.give(enrolment, "task_leader", place.person(Rank.COUNTY), PHASE_TWO)
    assert "最多 1 个" in place.refuses(enrolment, "task_leader", place.person(Rank.COUNTY), PHASE_TWO)


def test_the_daily_report_asks_for_its_figures(place: Place):
    assert list(place.version.report_fields.order_by("position").values_list("name", flat=True)) == [
        "是否复工", "产能释放率", "到岗人数", "发现隐患", "整改隐患", "获得贷款", "稳岗补贴", "新招用工",
    ]  # fmt: skip
    rule = place.version.report_rule
    assert (rule.rhythm, rule.until_hour, rule.zero_report) == ("daily", 18, True)


def test_one_instructor_for_each_company(place: Place):
    enrolment = place.enrol()
    place.give(enrolment, "instructor", place.person(Rank.STAFF))
    assert "最多 1 个" in place.refuses(enrolment, "instructor", place.person(Rank.STAFF))


def test_a_problem_goes_its_whole_way(place: Place):
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    assert place.settle(place.dispatch(enrolment, instructor, "A"), instructor).status == Status.CLOSED
