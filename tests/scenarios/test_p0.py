"""千人入千企: every market entity one specialist, one to one, for four months.

What its text asks for, and where it is shown:

| 规定 | shown by |
| --- | --- |
| 市场主体（含个体工商户）一对一特派专员 | one_specialist_per…, one_company_per…, a_sole_trader… |
| 谁没有覆盖，一目了然 | it_shows_who_is_not_covered |
| 市领导、市区干部、街道社区干部 | the_pool_reaches… |
| 先培训后上岗 | nobody_serves_before_being_trained |
| 《企业困难诉求清单》《惠企政策兑现情况清单》 | RULES |
| 共性、个性、复杂分类施策 | RULES, a_problem_of_each_route…, each_route_has_its_own_remedy, one_measure… |
| 不定期末梢验证 | RULES |
| 问题化解率、企业满意率两把尺子 | RULES, there_are_two_yardsticks_and_no_third |
| 花架子、走过场问责 | RULES |
| 四个月，每月联系 | it_lasts_four_months, contact_is_due_each_month |

The contents of the two lists, opinions on policies and the checks come with the work that fills them.
"""

from __future__ import annotations

from datetime import date

import pytest

from companies.choices import VisitMode
from companies.models import Enrolment
from companies.reports.coverage import Cover
from companies.services import end_assignment
from issues import services as issues
from issues.choices import AnswerMode, Move, Outcome, Status
from issues.forms.moves import forms_open_to
from issues.models import Ticket
from liaison.choices import DepartmentKind, Rank
from tests.factories import at
from tests.scenarios.place import START, Place, place_of

TRAINED = date(2026, 2, 25)


@pytest.fixture
def place() -> Place:
    return place_of("p0")


RULES = (
    # the team, and who may be in it
    "特派专员：由干部担任，每户企业至少 1 个、至多 1 个，承担联系走访，上报问题、答复企业，计入包联限额，"
    "须先培训。",
    "厅级：每人最多包联 1 户企业，超出即不能指派。",
    "县级：每人最多包联 1 户企业，超出即不能指派。",
    "科级：每人最多包联 1 户企业，超出即不能指派。",
    "一般干部：每人最多包联 1 户企业，超出即不能指派。",
    # three routes, each with its remedy and limit
    "问题按共性、个性、复杂分类。",
    "个性 一企一策：只涉及一户企业，按一企一策解决；10 个工作日内办结，由责任单位协调，一企一策。",
    "复杂 成立专班：牵涉多个部门，成立专班解决；25 个工作日内办结，由问题解决专项小组协调，成立专班。",
    "共性 政策措施：多户企业同样反映，出台政策措施解决；25 个工作日内办结，由协调办公室协调，出台政策措施。",
    # two standing lists
    "本方案使用《企业困难诉求清单》。",
    "本方案使用《惠企政策兑现情况清单》。",
    # irregular checks, two yardsticks, consequences
    "末梢验证：不定期，抽取 10%。",
    "包抓单位（服务）：包抓企业问题办结率，权重 50 分，目标 95%，每低 1 个百分点扣 1 分。",
    "包抓单位（服务）：企业满意率，权重 50 分，目标 90%，每低 1 个百分点扣 1 分。",
    "责任单位（办理）：问题办结率，权重 50 分，目标 95%，每低 1 个百分点扣 1 分。",
    "责任单位（办理）：企业满意率，权重 50 分，目标 90%，每低 1 个百分点扣 1 分。",
    "考核结果用于作风问责。",
    "收集后 2 个工作日内上报协调办公室，逾期自动转办公室并标注。",
    # contact monthly, by whatever way; nothing to say is a good answer
    "每 1 个月至少联系 1 次；计入的方式 · 上门走访 · 电话 · 微信 · 视频；"
    "企业表示本期无需联系的，视同已联系；未达到的计入考核。本期无问题也是好结果。",
    # a 专班 for what is complex
    "复杂问题专班（问题解决专项小组），不定期活动，任务：一事一专班，解决复杂问题。",
)


@pytest.mark.parametrize("rule", RULES)
def test_its_rules(place: Place, rule: str):
    assert rule in place.sentences


def test_it_lasts_four_months(place: Place):
    assert place.version.programme.ends_on == date(2026, 7, 1)


def test_contact_is_due_each_month(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
    place.give(enrolment, "specialist", official)
    owed = place.mine(official, enrolment, date(2026, 3, 20))
    assert owed.words == "本月还需联系 1 次，还剩 11 天"
    place.meet(enrolment, official, date(2026, 3, 21), VisitMode.PHONE)
    assert place.mine(official, enrolment, date(2026, 3, 31)).words == "本月已联系 1 次"
    assert place.mine(official, enrolment, date(2026, 4, 1)).owed == 1


def test_a_company_that_needs_no_contact_counts_as_contacted(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
    place.give(enrolment, "specialist", official)
    place.meet(enrolment, official, date(2026, 3, 21), VisitMode.WAIVED)
    assert place.mine(official, enrolment, date(2026, 3, 31)).owed == 0


def test_there_are_two_yardsticks_and_no_third(place: Place):
    items = place.version.score_items.order_by("board", "-measure")
    assert [(item.board, item.measure, item.weight) for item in items] == [
        ("assigned", "satisfied", 50),
        ("assigned", "resolved", 50),
        ("handling", "satisfied", 50),
        ("handling", "closed", 50),
    ]


def test_when_the_programme_is_over_nobody_owes_a_contact(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
    place.give(enrolment, "specialist", official)
    assert place.mine(official, enrolment, date(2026, 7, 1)).owed == 1
    assert place.mine(official, enrolment, date(2026, 7, 2)) is None


@pytest.mark.parametrize(
    ("rank", "kind"),
    [
        (Rank.BUREAU, DepartmentKind.ORGAN),  # city leaders
        (Rank.COUNTY, DepartmentKind.ORGAN),
        (Rank.SECTION, DepartmentKind.ORGAN),
        (Rank.STAFF, DepartmentKind.TOWN),  # 街道社区
    ],
)
def test_the_pool_reaches_from_city_leaders_to_the_streets(place: Place, rank: Rank, kind: DepartmentKind):
    official = place.person(rank, kind=kind, trained=TRAINED)
    assert place.give(place.enrol(), "specialist", official).official == official


def test_a_sole_trader_is_taken_in_like_any_company(place: Place):
    trader = place.enrol(place.company(is_sole_trader=True, name="临江区老周修车铺"))
    assert place.give(trader, "specialist", place.person(Rank.STAFF, trained=TRAINED))


def test_one_specialist_per_company(place: Place):
    enrolment = place.enrol()
    place.give(enrolment, "specialist", place.person(Rank.STAFF, trained=TRAINED))
    assert "最多 1 个" in place.refuses(enrolment, "specialist", place.person(Rank.STAFF, trained=TRAINED))


def test_one_company_per_specialist(place: Place):
    official = place.person(Rank.SECTION, trained=TRAINED)
    place.give(place.enrol(), "specialist", official)
    assert "限额 1 户企业" in place.refuses(place.enrol(), "specialist", official)


@pytest.mark.parametrize("trained", [None, date(2026, 3, 3)], ids=["never", "after the start"])
def test_nobody_serves_before_being_trained(place: Place, trained: date | None):
    official = place.person(Rank.STAFF, trained=trained)
    assert "没有政策培训记录" in place.refuses(place.enrol(), "specialist", official)


def test_it_shows_who_is_not_covered(place: Place):
    covered, bare = place.enrol(), place.enrol()
    place.give(covered, "specialist", place.person(Rank.STAFF, trained=TRAINED))
    nobody = place.company(is_sole_trader=True, name="临江区老周修车铺")
    assert place.cover() == {
        covered.company.name: Cover.COVERED,
        bare.company.name: Cover.UNASSIGNED,
        nobody.name: Cover.UNENROLLED,
    }
    assert list(Enrolment.objects.incomplete(START)) == [bare]


def test_whose_specialist_leaves_is_not_covered_any_more(place: Place):
    enrolment = place.enrol()
    seat = place.give(enrolment, "specialist", place.person(Rank.STAFF, trained=TRAINED))
    end_assignment(assignment=seat, ends_on=date(2026, 4, 30), by=place.office, at=at(2026, 4, 20))
    assert place.cover(date(2026, 4, 30)) == {enrolment.company.name: Cover.COVERED}
    assert place.cover(date(2026, 5, 1)) == {enrolment.company.name: Cover.UNASSIGNED}


@pytest.mark.parametrize(
    ("route", "due"), [("个性", date(2026, 5, 13)), ("复杂", date(2026, 6, 3)), ("共性", date(2026, 6, 3))]
)
def test_a_problem_of_each_route_has_its_days(place: Place, route: str, due: date):
    enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
    place.give(enrolment, "specialist", official)
    assert place.dispatch(enrolment, official, route).due_on == due


@pytest.mark.parametrize(
    ("route", "remedies"),
    [
        ("个性", {Move.WRITE_PLAN}),  # 一企一策
        ("复杂", {Move.WRITE_PLAN, Move.FORM_FORCE}),  # 专班
        ("共性", set()),  # by a measure of the group, once there is one
    ],
)
def test_each_route_has_its_own_remedy(place: Place, route: str, remedies: set[str]):
    enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
    place.give(enrolment, "specialist", official)
    ticket = place.dispatch(enrolment, official, route)
    office = place.office.on_duty(date(2026, 4, 27))
    offered = {form.move for form in forms_open_to(office, ticket)}
    assert offered & {Move.WRITE_PLAN, Move.FORM_FORCE} == remedies


def test_one_measure_settles_what_many_companies_said_and_each_confirms_its_own(place: Place):
    tickets = []
    for _ in range(2):
        enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
        place.give(enrolment, "specialist", official)
        tickets.append((place.dispatch(enrolment, official, "共性"), official))
    by = {"by": place.office, "at": at(2026, 4, 28, 9)}
    group = issues.open_group(programme=place.version.programme, name="园区用电容量不足", **by)
    for ticket, _ in tickets:
        issues.join_group(ticket=ticket, group=group, **by)
        unit = ticket.units.get().department.postings.get().official
        issues.sign_ticket(ticket=ticket, by=unit, at=at(2026, 4, 28, 10))
    measure = issues.open_measure(
        group=group,
        title="园区扩容若干措施",
        document="云政办发〔2026〕9号",
        department=tickets[0][0].units.get().department,
        issued_on=date(2026, 4, 29),
        text="外线由电网企业投资到红线。",
        by=place.office,
        at=at(2026, 4, 29, 9),
    )
    for ticket, official in tickets:
        issues.settle_by_measure(
            ticket=ticket, measure=measure, result="按措施接电", by=place.office, at=at(2026, 4, 29, 10)
        )
        issues.answer_ticket(
            ticket=ticket, mode=AnswerMode.PHONE, note="", by=official, at=at(2026, 4, 29, 15)
        )
    first, second = (ticket for ticket, _ in tickets)
    issues.confirm_ticket(ticket=first, rating=5, is_satisfied=True, actor="企业", at=at(2026, 4, 30, 9))
    states = dict(Ticket.objects.values_list("pk", "status"))
    assert states == {first.pk: Status.CLOSED, second.pk: Status.ANSWERED}
    assert set(Ticket.objects.values_list("outcome", flat=True)) == {Outcome.SOLVED}


def test_what_is_stuck_climbs_and_no_rung_is_left_out(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
    place.give(enrolment, "specialist", official)
    ticket = place.dispatch(enrolment, official, "个性")  # due on 13 May
    assert issues.sweep_tickets(at=at(2026, 5, 13, 17)) == 1  # nobody signed
    assert not ticket.escalations.exists()
    issues.sweep_tickets(at=at(2026, 5, 14, 9))
    assert list(ticket.escalations.values_list("rung", flat=True)) == ["office"]
    issues.sweep_tickets(at=at(2026, 5, 20, 9))
    assert set(ticket.escalations.values_list("rung", flat=True)) == {"office", "dispatch_meeting"}
    assert not ticket.escalations.filter(is_broken=True).exists()


def test_a_problem_goes_its_whole_way(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.STAFF, trained=TRAINED)
    place.give(enrolment, "specialist", official)
    assert place.collect(enrolment, official, at(2026, 4, 23, 9)).report_due_on == date(2026, 4, 27)
    assert place.settle(place.dispatch(enrolment, official, "个性"), official).status == Status.CLOSED
