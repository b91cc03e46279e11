"""Excel out of the problems' room, exactly as filtered; every export leaves a line in the trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse

from issues.choices import Light
from issues.models import Ticket
from issues.reports.deadlines import Shift
from issues.reports.duties import Evidence, Ledger, counters_of, evidence_of, figures_of
from liaison.exports import download_workbook
from liaison.exports.papers import add_body, add_table, download_paper, new_paper
from liaison.models import CalendarChange, Official
from liaison.workdays import day_of

HEADINGS = (
    "编号", "企业", "统一社会信用代码", "县区", "问题", "类别", "等级", "状态", "主办单位", "收集日期",
    "上报日期", "当前环节期限", "办结期限", "办理结果", "企业评分", "销号日期", "亮灯",
)  # fmt: skip


def export_tickets(tickets: QuerySet[Ticket], *, by: Official, at: datetime, query: str) -> FileResponse:
    """问题台账: the queue as a workbook. The queryset comes scoped, filtered and with lead and light."""
    rows = (
        (
            t.number,
            t.company.name,
            t.company.uscc,
            t.company.region.name,
            t.title,
            t.category.name if t.category else "",
            t.grade.code if t.grade else "",
            t.get_status_display(),
            t.lead_name or "",  # type: ignore[attr-defined]
            day_of(t.collected_at),
            day_of(t.reported_at) if t.reported_at else None,
            t.next_on,
            t.due_on,
            t.get_outcome_display() if t.outcome else "",
            t.rating,
            day_of(t.closed_at) if t.closed_at else None,
            Light(t.light).label,  # type: ignore[attr-defined]
        )
        for t in tickets.iterator(chunk_size=2000)
    )
    return download_workbook(
        title="问题台账",
        headings=HEADINGS,
        rows=rows,
        by=by,
        at=at,
        query=query,
        text_columns=("编号", "统一社会信用代码"),
    )


SHIFT_HEADINGS = (
    "编号",
    "企业",
    "县区",
    "问题",
    "状态",
    "环节",
    "起算日",
    "原期限",
    "新期限",
    "工作日数",
    "怎么算的",
)


def export_shifts(
    shifts: Sequence[Shift], *, change: CalendarChange, by: Official, at: datetime
) -> FileResponse:
    """期限调整预览: every open deadline that a change of the calendar moves."""
    rows = (
        (
            one.ticket.number,
            one.ticket.company.name,
            one.ticket.company.region.name,
            one.ticket.title,
            one.ticket.get_status_display(),
            one.deadline.step,
            one.deadline.since,
            one.deadline.old,
            one.deadline.new,
            one.deadline.limit,
            one.deadline.explain().words,
        )
        for one in shifts
    )
    return download_workbook(
        title="期限调整预览",
        headings=SHIFT_HEADINGS,
        rows=rows,
        by=by,
        at=at,
        query=f"change={change.pk}",
        text_columns=("编号",),
    )


SHEET = 225.0  # mm between the margins of a sheet that lies
PEOPLE_AT_ONCE = 500  # officials whose evidence is read together


def _ledger_rows(
    ledger: Ledger, people: Sequence[Any]
) -> Iterator[tuple[Any, dict[str, str], dict[str, str]]]:
    """Official, figure per duty, evidence per duty in words; read in chunks."""
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        chunk = people[start : start + PEOPLE_AT_ONCE]
        keys = [person.pk for person in chunk]
        figures, evidence = figures_of(ledger, keys), evidence_of(ledger, keys)
        for person in chunk:
            yield (
                person,
                {key: figure.word for key, figure in figures[person.pk].items()},
                {key: _told(evidence[person.pk, key]) for key in figures[person.pk]},
            )


def _told(rows: Sequence[Evidence]) -> str:
    return "\n".join(f"{row.on:%Y-%m-%d} {row.company}：{row.with_files}" for row in rows)


def export_duty_ledger(
    ledger: Ledger, people: Sequence[Any], *, by: Official, at: datetime, query: str
) -> FileResponse:
    """六个一工作台账 as a workbook: per official each duty's figure and what it rests on."""
    headings = ["单位", "姓名", "席位", "包联户数"]
    for column in ledger.columns:
        headings += [
            f"{column.duty.name}（至少 {column.duty.target} {column.duty.unit}）",
            f"{column.duty.name}明细",
        ]
    rows = (
        [
            person.unit_name, person.name, person.seat_name, person.companies_n,
            *[cell for key in figures for cell in (figures[key], evidence[key])],
        ]
        for person, figures, evidence in _ledger_rows(ledger, people)
    )  # fmt: skip
    return download_workbook(title=ledger.title, headings=headings, rows=rows, by=by, at=at, query=query)


def export_duty_paper(
    ledger: Ledger, people: Sequence[Any], *, by: Official, at: datetime, query: str
) -> FileResponse:
    """六个一工作台账 as a paper: the counters in words, then a line per official, by unit and name."""
    paper = new_paper(title=f"{ledger.programme.name}\n{ledger.title}", lying=True)
    days = f"{ledger.since:%Y年%-m月%-d日}至{ledger.until:%Y年%-m月%-d日}"
    said = "，".join(
        f"{one.label} {one.value / 10000:,.2f} 万元"
        if one.is_money
        else f"{one.label} {one.value} {one.unit}"
        for one in counters_of(ledger)
    )
    batch = f"{ledger.batch.name}，" if ledger.batch else ""
    add_body(paper, f"{batch}{days}，{said}。")
    widths = [12.0, 34.0, 18.0]
    left = SHEET - sum(widths)
    widths += [left / max(1, len(ledger.columns))] * len(ledger.columns)
    headings = [
        "序号",
        "单位",
        "姓名",
        *[f"{c.duty.name}\n（至少 {c.duty.target} {c.duty.unit}）" for c in ledger.columns],
    ]
    rows = (
        [
            str(number), person.unit_name, person.name,
            *[f"{figures[key]}\n{evidence[key]}".strip() for key in figures],
        ]
        for number, (person, figures, evidence) in enumerate(_ledger_rows(ledger, people), start=1)
    )  # fmt: skip
    add_table(paper, headings, rows, widths)
    return download_paper(paper, title=ledger.title, rows=len(people), by=by, at=at, query=query)
