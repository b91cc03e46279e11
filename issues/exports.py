"""Excel out of the problems' room, exactly as filtered; every export leaves a line in the trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.http import FileResponse

from issues.choices import Light
from issues.models import Ticket
from issues.reports.deadlines import Shift
from liaison.exports import download_workbook
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
