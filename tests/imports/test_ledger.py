"""台账导入: an old ledger taken over, closed problems too."""

from __future__ import annotations

from datetime import date

from issues.choices import Light, Outcome, Source, Status
from issues.models import ExternalNumber, Ticket
from issues.services import freeze_month
from liaison.choices import Verdict
from liaison.models import Official
from tests.factories import Cast, CategoryFactory, CompanyFactory, MonthEndFactory, at
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = (
    "编号", "统一社会信用代码", "问题", "类别", "等级", "状态", "主办单位", "收集日期", "交办日期",
    "办结日期", "销号日期", "办理结果", "办理情况", "企业评分",
)  # fmt: skip


def closed(cast: Cast, number: str = "2025-001", **given: str) -> list[str]:
    row = {
        "编号": number,
        "统一社会信用代码": cast.company.uscc,
        "问题": "旺季缺熟练工",
        "类别": "用工",
        "等级": "B",
        "状态": "已销号",
        "主办单位": cast.land.name,
        "收集日期": "2025-01-10",
        "交办日期": "2025-01-12",
        "办结日期": "2025-06-30",
        "销号日期": "2025-07-02",
        "办理结果": "已解决",
        "办理情况": "招聘会解决",
        "企业评分": "5",
    } | given
    return [row[heading] for heading in HEADINGS]


def still_open(cast: Cast, number: str = "2025-002", **given: str) -> list[str]:
    blank = dict.fromkeys(("交办日期", "办结日期", "销号日期", "办理结果", "办理情况", "企业评分"), "")
    return closed(cast, number, **(blank | {"状态": "办理中", "问题": "厂门口积水"} | given))


def upload(rows: list[list[str]], by: Official):
    CategoryFactory()
    return check("ledger", sheet_bytes(HEADINGS, rows), by, options={"programme": "p2"})


def test_closed_ones_stay_closed_and_open_ones_go_to_the_office(office: Official, cast: Cast):
    run = upload([closed(cast), still_open(cast)], office)
    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.NEW}
    confirm(run, office)
    done = Ticket.objects.get(numbers__number="2025-001")
    assert (done.status, done.source, done.outcome) == (Status.CLOSED, Source.IMPORT, Outcome.SOLVED)
    assert (done.grade.code, done.category.name, done.rating) == ("B", "用工", 5)
    assert done.units.get().department == cast.land
    todo = Ticket.objects.get(numbers__number="2025-002")
    assert todo.status == Status.TRIAGED
    assert todo.next_on is not None
    assert todo.next_on >= run.uploaded_at.date()
    assert todo.events.get().note == "由原台账导入，原编号 2025-002"


def test_again_is_the_same_and_writes_nothing(office: Official, cast: Cast):
    rows = [closed(cast), still_open(cast, "", 问题="没有编号的一件")]
    confirm(upload(rows, office), office)
    assert set(verdicts(upload(rows, office)).values()) == {Verdict.SAME}
    assert Ticket.objects.count() == 2
    assert ExternalNumber.objects.count() == 1


def test_what_was_closed_elsewhere_counts_as_late_nowhere(office: Official, cast: Cast):
    confirm(upload([closed(cast)], office), office)
    ticket = Ticket.objects.with_light(date(2026, 3, 2)).get()
    assert ticket.light == Light.DONE
    assert ticket.due_on == date(2025, 6, 30)
    assert not Ticket.objects.overdue(date(2027, 1, 1)).exists()
    assert not Ticket.objects.due_for_clock(date(2027, 1, 1)).exists()
    MonthEndFactory(month=date(2026, 2, 1), since=at(2026, 1, 31, 18), until=at(2026, 2, 28, 18))
    end = freeze_month(programme=cast.version.programme, month=date(2026, 3, 1), at=at(2026, 3, 31, 18, 5))
    assert not end.tickets.filter(is_due=True).exists()
    assert not end.tickets.filter(is_overdue=True).exists()


def test_each_wrong_line_says_why(office: Official, cast: Cast):
    rows = [
        closed(cast, "1", 统一社会信用代码=CompanyFactory(region=cast.county).uscc),
        closed(cast, "2", 办理结果=""),
        closed(cast, "3", 销号日期="", 办结日期=""),
        closed(cast, "4", 交办日期="2025-01-01"),
        closed(cast, "5", 等级="Z"),
        closed(cast, "6", 类别=""),
        closed(cast, "7", 状态="不知道"),
        closed(cast, "8", 企业评分="9"),
        closed(cast, "9", 销号日期="2046-01-01"),
    ]
    run = upload(rows, office)
    assert set(verdicts(run).values()) == {Verdict.ERROR}
    assert "请先纳入" in reasons(run, 2)["统一社会信用代码"]
    assert "须写明办理结果" in reasons(run, 3)["办理结果"]
    assert "须写明销号日期" in reasons(run, 4)["销号日期"]
    assert "早于收集日期" in reasons(run, 5)["交办日期"]
    assert "没有“Z”这个等级" in reasons(run, 6)["等级"]
    assert "须写明类别" in reasons(run, 7)["类别"]
    assert "不在可选项内" in reasons(run, 8)["状态"]


def test_a_unit_that_is_gone_stops_nothing(office: Official, cast: Cast):
    run = upload([closed(cast, 主办单位="早已撤并的局")], office)
    assert verdicts(run) == {2: Verdict.NEW}
    confirm(run, office)
    assert not Ticket.objects.get().units.exists()


def test_two_ledgers_that_both_begin_with_one_are_two(office: Official, cast: Cast):
    confirm(upload([still_open(cast, "1")], office), office)
    elsewhere = {"统一社会信用代码": cast.other_company.uscc, "问题": "招不到焊工"}
    run = upload([still_open(cast, "1", **elsewhere), still_open(cast, "1")], office)
    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.SAME}
    confirm(run, office)
    found = ExternalNumber.objects.filter(number="1").values_list("ticket__title", flat=True)
    assert set(found) == {"厂门口积水", "招不到焊工"}


def test_what_was_taken_over_is_found_by_its_initials(office: Official, cast: Cast):
    confirm(upload([still_open(cast)], office), office)
    assert Ticket.objects.matching("cmkjs").get().title == "厂门口积水"
