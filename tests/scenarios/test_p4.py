"""服务企业专员: permanent, quotas by rank for companies and projects, three levels on one platform.

What its text asks for, and where it is shown:

| 规定 | shown by |
| --- | --- |
| 厅级 4+3，市直正职 3+2，副县以上、高校正职 2+1 | RULES, companies_by_rank, projects_by_rank |
| 经济部门科长 1–2 户企业或项目 | RULES, companies_or_projects_not_both |
| 县区、镇街自定 | a_county_sets_its_own_quota |
| 一对一为主，经济部门科长可多对一 | one_specialist…, many_to_one… |
| 两月上门一次，其余电话微信；无事不扰 | RULES, on_site_in_principle…, it_reminds…, too_many_visits… |
| 每家企业 1–2 名联络员 | RULES, a_company_names_one_or_two… |
| 市、县、镇一个平台 | three_levels_work_on_one_platform |
| 专项小组按类别，每周或每两周；解决不了的每月上常务会 | RULES, a_special_group…, what_is_stuck_comes… |
| 企业可以直接提交 | what_a_company_files_goes_straight_to_the_office |
| 三个工作组 | RULES, it_asks_for_three_working_groups |
| 三项考核 | RULES |
| 长期 | it_is_permanent |

12345 and the pushing of policies come with the work that brings them.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from companies.choices import VisitMode
from companies.models import Company, Enrolment
from companies.reports.contacts import visits_reached
from companies.reports.liaisons import liaison_rules
from companies.services import ContactRefused, add_contact, enrol_project, remove_contact
from issues.choices import Status
from issues.models import AgendaItem, Meeting
from issues.services import Filed, file_problem, prepare_meetings, sweep_tickets
from liaison.choices import DepartmentKind, Rank
from liaison.models import Group, Quota
from liaison.services import draft_version, publish_version, save_rule
from liaison.workdays import day_of
from tests.factories import DoorCardFactory, ProjectFactory, TownFactory, at
from tests.scenarios.place import START, Place, place_of


@pytest.fixture
def place() -> Place:
    return place_of("p4")


RULES = (
    # quotas by rank
    "厅级：每人最多包联 4 户企业、3 个项目，超出即不能指派。",
    "县级主要负责人：每人最多包联 3 户企业、2 个项目，超出即不能指派。",
    "县级：每人最多包联 2 户企业、1 个项目，超出即不能指派。",
    "县级主要负责人（高校）：每人最多包联 2 户企业、1 个项目，超出即不能指派。",
    "科级主要负责人（经济部门）：每人至少 1 户、最多包联 2 户企业、2 个项目，企业和项目二选一，"
    "超出即不能指派。",
    # one-to-one, many-to-one for the economic departments' section chiefs
    "服务专员：由干部担任，每户企业至少 1 个、至多 1 个，承担联系走访，上报问题、答复企业，计入包联限额。",
    "联合专员：由干部担任，每户企业至少 0 个，承担联系走访，计入包联限额。",
    "联合专员可由科级主要负责人（经济部门）担任。",
    # 有需必应、无事不扰
    "每 2 个月至少联系 1 次；计入的方式 · 上门走访 · 电话 · 微信 · 视频；原则上每 2 个月上门一次；"
    "一户企业每月上门合计不超过 2 次；企业表示本期无需联系的，视同已联系；未达到的只提醒、不考核。"
    "每家企业至少有 1 名联络员。每家企业至多设 2 名联络员。本期无问题也是好结果。",
    # special groups, and what they cannot solve
    "问题解决专项小组：每两周研究。",
    "常务会议/常委会：每月研究。",
    "逾期未办结（超过办结期限或当前环节期限第 10 个工作日）的，提到常务会议/常委会，每级只提一次。",
    # three working groups
    "综合协调组（工作组）共 1 个，每月活动，任务：统筹调度。",
    "问题解决组（工作组）共 1 个，每周活动，任务：分类推动解决。",
    "督办考核组（工作组）共 1 个，每月活动，任务：督办和考核。",
    # three assessments
    "考核结果用于综合考核。",
    "考核结果用于部门绩效考核。",
    "考核结果用于个人年度考核。",
)


@pytest.mark.parametrize("rule", RULES)
def test_its_rules(place: Place, rule: str):
    assert rule in place.sentences


def test_it_is_permanent(place: Place):
    assert place.version.programme.ends_on is None


ECONOMIC, UNIVERSITY, TOWN = DepartmentKind.ECONOMIC, DepartmentKind.UNIVERSITY, DepartmentKind.TOWN
CLASSES = {
    "bureau": ({"rank": Rank.BUREAU}, 4, 3),
    "head of a city department": ({"rank": Rank.COUNTY, "chief": True}, 3, 2),
    "deputy county": ({"rank": Rank.COUNTY}, 2, 1),
    "university chief": ({"rank": Rank.COUNTY, "chief": True, "kind": UNIVERSITY}, 2, 1),
    "economic section chief": ({"rank": Rank.SECTION, "chief": True, "kind": ECONOMIC}, 2, 2),
    "town": ({"rank": Rank.STAFF, "kind": TOWN}, 2, 0),
}


def project_of(place: Place) -> Enrolment:
    return enrol_project(
        programme=place.version.programme,
        project=ProjectFactory(company=place.company()),
        starts_on=START,
        by=place.office,
        at=at(2026, 3, 2, 9),
    )


@pytest.mark.parametrize("case", CLASSES)
def test_companies_by_rank(place: Place, case: str):
    who, companies, _ = CLASSES[case]
    official = place.person(**who)
    for _ in range(companies):
        place.give(place.enrol(), "specialist", official)
    assert f"限额 {companies} 户企业" in place.refuses(place.enrol(), "specialist", official)


@pytest.mark.parametrize("case", CLASSES)
def test_projects_by_rank(place: Place, case: str):
    who, _, projects = CLASSES[case]
    official = place.person(**who)
    for _ in range(projects):
        place.give(project_of(place), "specialist", official)
    words = f"限额 {projects} 个项目" if projects else "不安排一般干部（镇街社区）包抓项目"
    assert words in place.refuses(project_of(place), "specialist", official)


def test_companies_or_projects_not_both(place: Place):
    chief = place.person(Rank.SECTION, chief=True, kind=ECONOMIC)
    place.give(place.enrol(), "specialist", chief)
    assert "只能选一样" in place.refuses(project_of(place), "specialist", chief)


def test_whose_class_has_no_quota_serves_no_company(place: Place):
    clerk = place.person(Rank.STAFF)
    assert "不承担包联任务" in place.refuses(place.enrol(), "specialist", clerk)


def test_many_to_one_for_section_chiefs_of_economic_departments_only(place: Place):
    enrolment = place.enrol()
    place.give(enrolment, "specialist", place.person(Rank.COUNTY))
    for _ in range(2):
        chief = place.person(Rank.SECTION, chief=True, kind=ECONOMIC)
        place.give(enrolment, "co_specialist", chief)
    assert "须由科级主要负责人（经济部门）担任" in place.refuses(
        enrolment, "co_specialist", place.person(Rank.COUNTY)
    )


def test_one_specialist_for_each_company(place: Place):
    enrolment = place.enrol()
    place.give(enrolment, "specialist", place.person(Rank.COUNTY))
    assert "最多 1 个" in place.refuses(enrolment, "specialist", place.person(Rank.COUNTY))


def test_who_serves_together_uses_up_a_place_of_the_quota(place: Place):
    chief = place.person(Rank.SECTION, chief=True, kind=ECONOMIC)
    place.give(place.enrol(), "co_specialist", chief)
    place.give(place.enrol(), "specialist", chief)
    assert "限额 2 户企业" in place.refuses(place.enrol(), "co_specialist", chief)


def test_on_site_in_principle_every_two_months_otherwise_by_phone(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "specialist", official)
    place.meet(enrolment, official, date(2026, 3, 10), VisitMode.IM)
    phoned = place.mine(official, enrolment, date(2026, 3, 31))
    assert (phoned.owed, phoned.on_site_words) == (0, "3–4月原则上上门一次，尚未上门")
    place.meet(enrolment, official, date(2026, 4, 20))
    assert place.mine(official, enrolment, date(2026, 4, 30)).on_site_words == ""
    assert place.mine(official, enrolment, date(2026, 5, 1)).owed == 1


def test_it_reminds_and_scores_nobody_for_contacts(place: Place):
    assert place.version.contact_rule.is_hard is False


def test_too_many_visits_are_warned_of_whoever_made_them(place: Place):
    enrolment = place.enrol()
    first, second = place.person(Rank.COUNTY), place.person(Rank.SECTION, chief=True, kind=ECONOMIC)
    place.give(enrolment, "specialist", first)
    place.give(enrolment, "co_specialist", second)
    rules = [place.version.contact_rule]
    place.meet(enrolment, first, date(2026, 4, 8))
    place.meet(enrolment, second, date(2026, 4, 9), VisitMode.PHONE)
    assert visits_reached(enrolment.company, rules, date(2026, 4, 10)) == ""
    place.meet(enrolment, second, date(2026, 4, 10))
    words = visits_reached(enrolment.company, rules, date(2026, 4, 11))
    assert "已上门 2 次" in words
    assert "无事不扰" in words
    assert place.meet(enrolment, first, date(2026, 4, 12))  # what was done is never refused


def test_three_levels_work_on_one_platform(place: Place):
    town = TownFactory(parent=place.county)
    here, there = place.enrol(place.company(town)), place.enrol(place.company(place.other_county))
    clerk = place.person(Rank.STAFF, kind=TOWN, region=town)
    place.give(here, "specialist", clerk)
    place.give(there, "specialist", place.person(Rank.BUREAU))
    sees = {
        "city": place.office.on_duty(START),
        "county": place.office_of(place.county),
        "town": clerk.on_duty(START),
    }
    names = {
        level: set(Company.objects.visible_to(who).values_list("name", flat=True))
        for level, who in sees.items()
    }
    assert names == {
        "city": {here.company.name, there.company.name},
        "county": {here.company.name},
        "town": {here.company.name},
    }


def test_a_special_group_for_each_category(place: Place):
    people = [place.person(Rank.COUNTY) for _ in range(2)]
    groups = [
        place.group("问题解决专项小组", who, name=f"{kind}专项小组")
        for who, kind in zip(people, ("用工", "用电"), strict=True)
    ]
    assert place.needs()["问题解决专项小组"] == "按需设立，已设 2 个"
    assert {group.kind for group in groups} == {"special"}


def test_it_asks_for_three_working_groups(place: Place):
    place.group("综合协调组")
    assert place.needs() | {"问题解决专项小组": ""} == {
        "综合协调组": "应设 1 个，已设 1 个",
        "问题解决组": "应设 1 个，已设 0 个",
        "督办考核组": "应设 1 个，已设 0 个",
        "问题解决专项小组": "",
    }


def test_what_stays_unsolved_climbs_to_the_standing_meeting(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "specialist", official)
    ticket = place.dispatch(enrolment, official, "A")  # due on 7 May
    climbed = {}
    for day in (8, 9, 11, 12, 13, 14, 15, 18, 19, 20, 21):
        sweep_tickets(at=at(2026, 5, day, 9))
        climbed |= {
            rung: day for rung in ticket.escalations.values_list("rung", flat=True) if rung not in climbed
        }
    assert climbed == {"office": 8, "special_group": 13, "standing_meeting": 20}


def test_what_is_stuck_comes_to_its_group_within_two_weeks_and_then_to_the_standing_meeting(place: Place):
    place.group("问题解决专项小组", place.person(Rank.COUNTY), name="用电专项小组")
    Group.objects.filter(name="用电专项小组").update(task="用电")
    enrolment, official = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "specialist", official)
    ticket = place.dispatch(enrolment, official, "A")  # due on 7 May
    sat: dict[str, date] = {}
    day = date(2026, 5, 8)
    while day < date(2026, 6, 30):
        moment = at(day.year, day.month, day.day, 9)
        sweep_tickets(at=moment)
        prepare_meetings(at=moment)
        sat = dict(Meeting.objects.order_by("-pk").values_list("kind", "meets_on")) | sat
        day += timedelta(days=1)
    climbed = {row.rung: day_of(row.at) for row in ticket.escalations.all()}
    assert climbed["special_group"] == date(2026, 5, 13)
    assert sat["special_group"] - climbed["special_group"] <= timedelta(days=14)
    assert climbed["standing_meeting"] == date(2026, 5, 20)
    assert sat["standing_meeting"] == date(2026, 5, 20)  # it climbs on the morning of the monthly meeting
    items = AgendaItem.objects.filter(meeting__kind="special_group", ticket=ticket)
    assert "提至本层级（逾期未办结）" in items.earliest("pk").reason


def test_what_a_company_files_goes_straight_to_the_office(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "specialist", official)
    filing, is_new = file_problem(
        card=DoorCardFactory(company=enrolment.company),
        client_id=uuid4(),
        filed=Filed(title="新车间经常跳闸", name="周敏", phone="13800000001"),
        at=at(2026, 4, 23, 20),
    )
    assert is_new
    assert (filing.ticket.status, filing.ticket.source) == (Status.REPORTED, "company")
    assert filing.ticket.next_on == date(2026, 4, 27)  # the office has its two working days


def test_a_county_sets_its_own_quota(place: Place):
    draft = draft_version(
        programme=place.version.programme,
        effective_from=date(2026, 4, 1),
        by=place.office,
        at=at(2026, 3, 20, 9),
    )
    save_rule(
        version=draft,
        rule=Quota(),
        values={"rank": Rank.SECTION, "region": place.county, "companies": 6},
        by=place.office,
        at=at(2026, 3, 20, 9),
    )
    place.version = publish_version(version=draft, by=place.office, at=at(2026, 3, 20, 10))
    own = place.person(Rank.SECTION, region=place.county)
    for _ in range(6):
        place.give(place.enrol(on=date(2026, 4, 1)), "specialist", own, date(2026, 4, 1))
    enrolment = place.enrol(on=date(2026, 4, 1))
    assert "限额 6 户企业" in place.refuses(enrolment, "specialist", own, date(2026, 4, 1))
    other = place.person(Rank.SECTION, region=place.other_county)
    assert "不承担包联任务" in place.refuses(enrolment, "specialist", other, date(2026, 4, 1))


def test_a_problem_goes_its_whole_way(place: Place):
    enrolment, official = place.enrol(), place.person(Rank.COUNTY)
    place.give(enrolment, "specialist", official)
    assert place.collect(enrolment, official, at(2026, 4, 23, 9)).report_due_on == date(2026, 4, 27)
    assert place.settle(place.dispatch(enrolment, official, "A"), official).status == Status.CLOSED


def test_a_company_names_one_or_two_contacts(place: Place):
    company = place.enrol().company
    given = {"company": company, "by": place.office, "at": at(2026, 3, 3)}
    (rule,) = liaison_rules(company, date(2026, 3, 3))
    assert rule.words == "每家企业设 1–2 名联络员"
    company.contacts.all().delete()
    first = add_contact(name="程一鸣", phone="13900000001", **given)
    add_contact(name="方以宁", phone="13900000002", **given)
    with pytest.raises(ContactRefused, match="每家企业设 1–2 名联络员，该企业已有 2 名"):
        add_contact(name="孟和", phone="13900000003", **given)
    remove_contact(contact=first, by=place.office, at=at(2026, 3, 4))
    add_contact(name="孟和", phone="13900000003", **given)
    assert [(one.name, one.is_primary) for one in company.contacts.order_by("pk")] == [
        ("方以宁", True),
        ("孟和", False),
    ]
