"""Excel out of the problems' room, exactly as filtered; every export leaves a line in the trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import FileResponse

from companies.models import Assignment
from issues.choices import AnswerMode, Light, Move, Outcome, Part, Route
from issues.models import ExternalNumber, Ticket, TicketUnit
from issues.reports.deadlines import Shift
from issues.reports.duties import Evidence, Ledger, counters_of, evidence_of, figures_of
from issues.reports.routes import route_of
from liaison.exports import download_workbook
from liaison.exports.papers import add_body, add_grid, add_line, add_table, download_paper, new_paper
from liaison.models import CalendarChange, Official
from liaison.workdays import day_of

HEADINGS = (
    "编号", "原编号", "企业", "统一社会信用代码", "县区", "来源", "问题", "企业诉求", "类别", "等级",
    "分类施策", "状态", "主办单位", "协办单位", "包案领导", "收集日期", "上报日期", "交办日期",
    "当前环节期限", "办结期限", "办理轮次", "督办层级", "办结日期", "办理结果", "办理情况", "答复日期",
    "答复方式", "企业评分", "企业满意", "销号日期", "亮灯",
)  # fmt: skip
SATISFIED = {True: "满意", False: "不满意", None: ""}


def _on(moment: datetime | None) -> date | None:
    return day_of(moment) if moment else None


def _with_ledger(tickets: QuerySet[Ticket]) -> QuerySet[Any]:
    """Each with what the ledger says beyond the queue: who helps, who is in charge, its numbers elsewhere."""
    helping = TicketUnit.objects.filter(ticket=OuterRef("pk"), part=Part.COOPERATE, returned_at__isnull=True)
    helpers = helping.order_by("given_at", "pk").values("department__name")
    numbers = ExternalNumber.objects.filter(ticket=OuterRef("pk")).order_by("pk").values("number")
    return tickets.select_related("leader").annotate(
        helpers=ArraySubquery(helpers), old_numbers=ArraySubquery(numbers)
    )


def export_tickets(tickets: QuerySet[Ticket], *, by: Official, at: datetime, query: str) -> FileResponse:
    """问题台账: the queue as a workbook. The queryset comes scoped, filtered and with lead and light."""
    rows = (
        (
            t.number,
            "、".join(t.old_numbers),
            t.company.name,
            t.company.uscc,
            t.company.region.name,
            t.get_source_display(),
            t.title,
            t.wish,
            t.category.name if t.category else "",
            t.grade.code if t.grade else "",
            Route(found).label if (found := route_of(t)) else "",
            t.get_status_display(),
            t.lead_name or "",
            "、".join(dict.fromkeys(t.helpers)),
            t.leader.name if t.leader else "",
            _on(t.collected_at),
            _on(t.reported_at),
            _on(t.dispatched_at),
            t.next_on,
            t.due_on,
            t.round,
            t.get_rung_display(),
            _on(t.resolved_at),
            t.get_outcome_display() if t.outcome else "",
            t.result,
            _on(t.answered_at),
            t.get_answer_mode_display() if t.answer_mode else "",
            t.rating,
            SATISFIED[t.is_satisfied],
            _on(t.closed_at),
            Light(t.light).label,
        )
        for t in _with_ledger(tickets).iterator(chunk_size=2000)
    )
    return download_workbook(
        title="问题台账",
        headings=HEADINGS,
        rows=rows,
        by=by,
        at=at,
        query=query,
        text_columns=("编号", "原编号", "统一社会信用代码"),
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
            one.deadline.reason,
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


def _day(moment: datetime | date | None) -> str:
    if moment is None:
        return ""
    on = day_of(moment) if isinstance(moment, datetime) else moment
    return f"{on:%Y年%-m月%-d日}"


def _team_of(ticket: Ticket, on: date) -> str:
    seats = Assignment.objects.in_force(on).filter(enrolment=ticket.enrolment_id)
    seats = seats.select_related("role", "official", "department").order_by("role__position", "pk")
    return "\n".join(
        f"{seat.role.name}：{seat.official.name if seat.official else seat.department}" for seat in seats
    )


def _reported(ticket: Ticket) -> str:
    """Whether it was reported within the limit."""
    if ticket.reported_at is None:
        return f"尚未上报，期限 {_day(ticket.report_due_on)}"
    if ticket.was_forwarded:
        return f"逾期未报，{_day(ticket.reported_at)}自动转办"
    late = day_of(ticket.reported_at) > ticket.report_due_on
    return (
        f"{_day(ticket.reported_at)}（{'超过期限' if late else '按期'}，期限 {_day(ticket.report_due_on)}）"
    )


def export_ticket_paper(ticket: Ticket, *, by: Official, at: datetime) -> FileResponse:
    """《企业问题办理单》: the problem whole, filled in by itself, as a Word paper."""
    contact = ticket.company.contacts.order_by("-is_primary", "pk").first()
    units = list(ticket.units.filter(returned_at__isnull=True).select_related("department").order_by("pk"))
    names = {
        part: "、".join(dict.fromkeys(str(unit.department) for unit in units if unit.part == part))
        for part in (Part.LEAD, Part.COOPERATE)
    }
    events = list(ticket.events.order_by("at", "pk"))
    said = [one for one in events if one.move in (Move.PROGRESS, Move.COOPERATE, Move.PERIODIC)]
    opinions = "\n".join(f"{one.actor}：{one.note}" for one in said[-5:])
    rating = "" if ticket.rating is None else f"{ticket.rating} 分，{SATISFIED[ticket.is_satisfied]}"
    why = "暂无法解决的原因" if ticket.outcome == Outcome.CANNOT_NOW else "办理情况"
    paper = new_paper(title="企业问题办理单")
    add_grid(
        paper,
        [
            [("编号", ticket.number), ("包联方案", ticket.programme.name)],
            [("企业名称", ticket.company.name), ("信用代码", ticket.company.uscc)],
            [("企业联络员", contact.name if contact else ""), ("联系电话", contact.phone if contact else "")],
            [("包抓专班", _team_of(ticket, day_of(at)))],
            [("问题", ticket.title)],
            [("具体情况", ticket.description)],
            [("企业诉求", ticket.wish)],
            [("收集日期", _day(ticket.collected_at)), ("来源", ticket.get_source_display())],
            [
                ("问题类别", ticket.category.name if ticket.category else ""),
                ("难易等级", str(ticket.grade) if ticket.grade else ""),
            ],
            [("上报办公室", _reported(ticket))],
            [("主办单位", names[Part.LEAD]), ("协办单位", names[Part.COOPERATE])],
            [("交办日期", _day(ticket.dispatched_at)), ("办理期限", _day(ticket.due_on))],
            [("单位意见", opinions)],
            [
                ("办理结果", ticket.get_outcome_display() if ticket.outcome else ""),
                ("办结日期", _day(ticket.resolved_at)),
            ],
            [(why, ticket.result)],
            [
                ("答复企业", _day(ticket.answered_at)),
                ("答复方式", AnswerMode(ticket.answer_mode).label if ticket.answer_mode else ""),
            ],
            [("企业评价", rating), ("销号日期", _day(ticket.closed_at))],
        ],
    )
    add_line(paper, "办理过程")
    rows = ([f"{_day(one.at)}", one.get_move_display(), one.actor, one.note] for one in events)
    add_table(paper, ["时间", "事项", "经办", "内容"], rows, [30.0, 26.0, 40.0, 60.0])
    return download_paper(
        paper, title=f"企业问题办理单{ticket.number}", rows=1, by=by, at=at, query=f"ticket={ticket.number}"
    )


def export_dispatch_notice(ticket: Ticket, unit: TicketUnit, *, by: Official, at: datetime) -> FileResponse:
    """交办通知书: what one unit is asked to do about a problem, and by when; a letter by GB/T 9704-2012."""
    sent = ticket.events.filter(move__in=(Move.DISPATCH, Move.UPHOLD)).order_by("-at", "-pk").first()
    part = "主办" if unit.part == Part.LEAD else "协办"
    paper = new_paper(title="企业问题交办通知书")
    add_line(paper, f"{unit.department}：")
    add_body(
        paper,
        f"{ticket.company.name}（统一社会信用代码 {ticket.company.uscc}）反映的“{ticket.title}”问题"
        f"（编号 {ticket.number}），经研究，由你单位{part}。现将有关事项通知如下：",
    )
    add_body(paper, f"一、问题情况。{ticket.description or ticket.title}")
    if ticket.wish:
        add_body(paper, f"二、企业诉求。{ticket.wish}")
    helpers = [one for one in ticket.units.select_related("department").order_by("pk") if one.is_current]
    others = "；".join(f"{one.get_part_display()}：{one.department}" for one in helpers)
    is_hard = ticket.grade is not None and ticket.grade.is_plan_only and unit.part == Part.LEAD
    task = "提出办理方案" if is_hard else "办结" if unit.part == Part.LEAD else "反馈协办意见"
    number = "三" if ticket.wish else "二"
    add_body(
        paper,
        f"{number}、办理要求。难易等级为{ticket.grade}。请于{_day(unit.sign_due_on)}前签收，"
        f"{_day(unit.due_on)}前{task}。对交办有异议的，请在签收期限内说明理由退回。责任单位：{others}。",
    )
    if sent and "。" in sent.note:
        add_body(paper, f"交办意见：{sent.note.partition('。')[2]}")
    add_line(paper, "")
    add_line(paper, sent.actor.rpartition(" ")[0] if sent else "", right=True)
    add_line(paper, _day(unit.given_at), right=True)
    return download_paper(
        paper,
        title=f"交办通知书{ticket.number}",
        rows=1,
        by=by,
        at=at,
        query=f"ticket={ticket.number}&unit={unit.pk}",
    )
