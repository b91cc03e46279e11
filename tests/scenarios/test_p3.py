"""派驻企业指导员: crisis pace, three layers of people, daily reports, phases."""

from __future__ import annotations

from datetime import date

import pytest

from issues.choices import Status
from issues.services import sweep_tickets
from liaison.choices import Rank
from tests.factories import at
from tests.scenarios.place import Place, place_of


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


def test_one_instructor_for_each_company(place: Place):
    enrolment = place.enrol()
    place.give(enrolment, "instructor", place.person(Rank.STAFF))
    assert "最多 1 个" in place.refuses(enrolment, "instructor", place.person(Rank.STAFF))


def test_a_problem_goes_its_whole_way(place: Place):
    enrolment, instructor = place.enrol(), place.person(Rank.STAFF)
    place.give(enrolment, "instructor", instructor)
    assert place.settle(place.dispatch(enrolment, instructor, "A"), instructor).status == Status.CLOSED
