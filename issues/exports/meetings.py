"""Papers in Word of meetings and supervision: the pack, the minutes, a 督办单."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import FileResponse

from issues.choices import Part
from issues.models import Meeting, Notice
from issues.reports.course import with_days_left
from liaison.exports.papers import add_body, add_table, download_paper, new_paper
from liaison.models import Official
from liaison.workdays import day_of

WIDTHS = (12.0, 30.0, 24.0, 32.0, 58.0)
COURSE = (26.0, 30.0, 100.0)


def export_pack(meeting: Meeting, *, by: Official, at: datetime) -> FileResponse:
    """会议材料: the agenda as a table, then each problem with its course up to now, oldest step first."""
    paper = new_paper(title=f"{meeting.title}材料")
    items = list(
        meeting.items.filter(removed_at__isnull=True)
        .select_related("ticket__company__region", "ticket__grade", "ticket__category")
        .prefetch_related("ticket__units__department", "ticket__events")
        .order_by("position")
    )
    day = meeting.held_on or meeting.meets_on
    when = f"会议日期{day.year}年{day.month}月{day.day}日，" if day else ""
    add_body(paper, f"{when}提请研究问题{len(items)}件，数据截至{_when(at)}。")
    add_table(
        paper,
        ("序号", "企业", "类别等级", "主办单位", "问题和上会原因"),
        (
            (
                str(item.position),
                item.ticket.company.name,
                f"{item.ticket.category or '待定'}\n{item.ticket.grade or '待定级'}",
                _lead(item),
                f"{item.ticket.title}\n{item.reason}",
            )
            for item in items
        ),
        WIDTHS,
    )
    dues = with_days_left([item.ticket for item in items], day_of(at))
    for item, due in zip(items, dues, strict=True):
        ticket = item.ticket
        add_body(paper, f"{item.position}．{ticket.company.name}：{ticket.title}")
        if ticket.description:
            add_body(paper, ticket.description)
        if ticket.wish:
            add_body(paper, f"企业诉求：{ticket.wish}")
        now = f"现在：{ticket.get_status_display()}"
        if ticket.due_on:
            now += f"，办结期限{ticket.due_on.month}月{ticket.due_on.day}日"
        if due.words:
            now += f"，{due.words}"
        add_body(paper, f"{now}。编号{ticket.number}。")
        events = sorted(ticket.events.all(), key=lambda event: (event.at, event.pk))
        add_table(
            paper,
            ("时间", "环节", "办理情况"),
            (
                (_when(event.at), f"{event.get_move_display()}\n{event.actor}", event.note or "—")
                for event in events
            ),
            COURSE,
        )
        if item.decision:
            add_body(paper, f"议定：{item.decision}")
    return download_paper(paper, title=f"{meeting.title}材料", rows=len(items), by=by, at=at)


def export_minutes(meeting: Meeting, *, by: Official, at: datetime) -> FileResponse:
    """会议纪要 as the office has written it."""
    paper = new_paper(title=f"{meeting.title}纪要")
    lines = [line.strip() for line in meeting.minutes.splitlines() if line.strip()]
    for line in lines:
        add_body(paper, line)
    if day := meeting.held_on:
        add_body(paper, f"{day.year}年{day.month}月{day.day}日")
    return download_paper(paper, title=f"{meeting.title}纪要", rows=len(lines), by=by, at=at)


def _when(at: datetime) -> str:
    day = day_of(at)
    return f"{day.year}年{day.month}月{day.day}日"


def _lead(item: Any) -> str:
    leads = [unit for unit in item.ticket.units.all() if unit.part == Part.LEAD]
    last = max(leads, key=lambda unit: (unit.is_current, unit.pk), default=None)
    return str(last.department) if last else "未定"


def export_notice(notice: Notice, *, by: Official, at: datetime) -> FileResponse:
    """督办单 as a paper: to whom, why, what is demanded, by when; receipt and reply where there are."""
    paper = new_paper(title="督 办 单")
    add_body(paper, f"{notice.number}（{notice.get_colour_display()}）")
    add_body(paper, f"{notice.department}：")
    if notice.ticket is not None:
        ticket = notice.ticket
        add_body(paper, f"{ticket.company}反映的“{ticket.title}”（编号{ticket.number}），{notice.why}。")
    else:
        add_body(paper, f"督办原因：{notice.why}。")
    for line in filter(None, (line.strip() for line in notice.demand.splitlines())):
        add_body(paper, line)
    if notice.receive_by and notice.due_on:
        sign, due = notice.receive_by, notice.due_on
        add_body(
            paper, f"请于{sign.month}月{sign.day}日前签收，{due.year}年{due.month}月{due.day}日前书面回复。"
        )
    if notice.issued_by and notice.issued_at:
        add_body(paper, f"签发：{notice.issued_by.name}　{_when(notice.issued_at)}")
    if notice.received_by and notice.received_at:
        add_body(paper, f"签收：{notice.received_by.name}　{_when(notice.received_at)}")
    if notice.reply and notice.replied_at:
        add_body(paper, f"回复（{_when(notice.replied_at)}）：{notice.reply}")
    if notice.closing:
        add_body(paper, f"办结意见：{notice.closing}")
    return download_paper(paper, title=f"督办单{notice.number}", rows=1, by=by, at=at)
