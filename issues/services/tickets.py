"""The moves of a ticket: each one service, atomic, under a lock, leaving an event."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from companies.models import Enrolment, Visit
from issues.choices import AnswerMode, Move, Outcome, ReturnReason, Source, Status
from issues.models import Category, Ticket, TicketUnit
from issues.reports.follow import UNHEARD
from issues.services.clock import (
    DAYS,
    await_company,
    calendar_of,
    next_act,
    run_until,
    start_step,
    stop_clock,
)
from issues.services.course import advance, lock_for, next_number, write_event
from issues.services.errors import MoveRefused
from issues.services.ladder import climb
from issues.services.ledger import TERM, start_handling, stop_handling
from issues.services.triage import answer_absorbed
from issues.services.units import check_lead, lead_of, renew_helpers, settle_objections, silence_of
from liaison.choices import LimitKind, Trigger
from liaison.models import Department, Official
from liaison.normalise import pinyin_initials
from liaison.reports.adoption import escalations_on, grade_on
from liaison.services import announce
from liaison.workdays import WorkCalendar, day_of


@transaction.atomic
def collect_ticket(
    *,
    enrolment: Enrolment,
    title: str,
    source: Source,
    by: Official | None,
    at: datetime,
    description: str = "",
    wish: str = "",
    category: Category | None = None,
    visit: Visit | None = None,
    collected_on: date | None = None,
    actor: str = "",
) -> Ticket:
    """Write a problem down; the two working days to report it run from the day it was collected.

    `by=None`: the company filed it itself, as `actor` says."""
    today = day_of(at)
    on = collected_on or today
    if on > today:
        raise MoveRefused("收集日期不能晚于今天。")
    if on < enrolment.starts_on:
        raise MoveRefused(f"收集日期不能早于企业纳入包联的日子 {enrolment.starts_on}。")
    if not title.strip():
        raise MoveRefused("请填写企业遇到的问题。")
    programme = enrolment.programme
    ticket = Ticket(
        number=next_number(today),
        programme=programme,
        version=programme.version_on(on),
        enrolment=enrolment,
        company=enrolment.company,
        visit=visit,
        source=source,
        title=title.strip(),
        initials=pinyin_initials(title)[:80],
        description=description.strip(),
        wish=wish.strip(),
        category=category,
        status=Status.DRAFT,
        collected_at=at if on == today else timezone.make_aware(datetime.combine(on, time(12))),
        collected_by=by,
        report_due_on=on,
    )
    explanation = start_step(ticket, LimitKind.REPORT, since=on, started="收集", calendar=calendar_of(ticket))
    ticket.report_due_on = explanation.due
    ticket.save(force_insert=True)
    write_event(
        ticket, Move.COLLECT, source="", by=by, actor=actor, at=at, note=ticket.title, explanation=explanation
    )
    return ticket


@transaction.atomic
def report_ticket(*, ticket: Ticket, by: Official, at: datetime) -> Ticket:
    """上报: hand the problem to the coordination office. Late is late, and shown as such."""
    return _report(ticket, Move.REPORT, by=by, at=at)


@transaction.atomic
def report_by_company(*, ticket: Ticket, actor: str, at: datetime) -> Ticket:
    """What the company filed goes straight to the office: by the programme's rule, or for want of a team."""
    return _report(ticket, Move.REPORT, by=None, actor=actor, at=at)


@transaction.atomic
def forward_ticket(*, ticket: Ticket, at: datetime, calendar: WorkCalendar | None = None) -> Ticket:
    """What nobody reported in time goes to the office by itself, marked, and climbs to the office's rung."""
    calendar = calendar or calendar_of(ticket)
    ticket = _report(ticket, Move.FORWARD, by=None, calendar=calendar, at=at)
    for rule in escalations_on(ticket.version, Trigger.UNREPORTED, day_of(at)):
        climb(ticket, rule.rung, cause=Trigger.UNREPORTED, at=at)
    ticket.act_on = next_act(ticket, calendar=calendar, on=day_of(at))
    ticket.save(update_fields=["rung", "act_on"])
    return ticket


def _report(
    ticket: Ticket,
    move: Move,
    *,
    by: Official | None,
    at: datetime,
    calendar: WorkCalendar | None = None,
    actor: str = "",
) -> Ticket:
    ticket = lock_for(ticket, move)
    calendar = calendar or calendar_of(ticket)
    ticket.reported_at = at
    ticket.was_forwarded = move == Move.FORWARD
    late = day_of(at) > ticket.report_due_on
    source = advance(ticket, move)
    explanation = start_step(ticket, LimitKind.TRIAGE, since=day_of(at), started="上报", calendar=calendar)
    ticket.save(update_fields=["status", "reported_at", "was_forwarded", *DAYS])
    write_event(
        ticket,
        move,
        source=source,
        by=by,
        actor=actor,
        at=at,
        note=f"超过上报期限 {ticket.report_due_on:%Y-%m-%d}" if late else "",
        explanation=explanation,
    )
    return ticket


@transaction.atomic
def sign_ticket(
    *,
    ticket: Ticket,
    by: Official | None,
    at: datetime,
    calendar: WorkCalendar | None = None,
    department: Department | None = None,
) -> Ticket:
    """签收: the lead unit takes the problem in charge. `by=None`: its silence is taken as acceptance."""
    ticket = lock_for(ticket, Move.SIGN)
    lead = lead_of(ticket)
    check_lead(lead, department)
    lead.accepted_at = at
    if by is not None:
        lead.signed_at, lead.signed_by = at, by
    lead.save(update_fields=["accepted_at", "signed_at", "signed_by"])
    if ticket.due_on is None or ticket.grade is None:
        raise MoveRefused("该问题尚未交办。")
    source = advance(ticket, Move.SIGN)
    calendar = calendar or calendar_of(ticket)
    limit = grade_on(ticket.version, ticket.grade.code, day_of(at)).working_days
    run_until(ticket, ticket.due_on, since=day_of(at), limit=limit, calendar=calendar)
    ticket.save(update_fields=["status", *DAYS])
    note = "" if by is not None else silence_of(lead.department, on=day_of(at))
    write_event(ticket, Move.SIGN, source=source, by=by, at=at, note=note, unit=lead)
    return ticket


@transaction.atomic
def object_to_ticket(
    *,
    ticket: Ticket,
    reason: ReturnReason,
    note: str,
    by: Official,
    at: datetime,
    department: Department | None = None,
) -> Ticket:
    """退回: the lead unit objects to the dispatch, with a reason; the office rules on it."""
    ticket = lock_for(ticket, Move.OBJECT)
    if not note.strip():
        raise MoveRefused("请说明退回的具体理由。")
    if ticket.returns >= ticket.version.handling_rule.max_returns:
        raise MoveRefused(f"该问题已退回 {ticket.returns} 次，由协调办公室裁定，不能再退回。")
    lead = lead_of(ticket)
    check_lead(lead, department)
    lead.returned_at, lead.return_reason, lead.is_current = at, reason, False
    lead.save(update_fields=["returned_at", "return_reason", "is_current"])
    ticket.returns += 1
    stop_handling(ticket, on=day_of(at))
    source = advance(ticket, Move.OBJECT)
    explanation = start_step(
        ticket, LimitKind.TRIAGE, since=day_of(at), started="退回", calendar=calendar_of(ticket)
    )
    ticket.save(update_fields=["status", "returns", *DAYS])
    words = f"{ReturnReason(reason).label}：{note.strip()}"
    write_event(
        ticket, Move.OBJECT, source=source, by=by, at=at, note=words, explanation=explanation, unit=lead
    )
    return ticket


@transaction.atomic
def note_progress(
    *, ticket: Ticket, note: str, by: Official, at: datetime, department: Department | None = None
) -> Ticket:
    """进展: a unit says how far it is, the lead unless another is named; no clock changes."""
    ticket = lock_for(ticket, Move.PROGRESS)
    if not note.strip():
        raise MoveRefused("请填写进展情况。")
    unit = lead_of(ticket)
    if department is not None and department.pk != unit.department_id:
        helping = ticket.units.helping().filter(department=department).first()
        if helping is None:
            raise MoveRefused(f"{department}没有正在办理的协办事项，不能登记进展。")
        unit = helping
    write_event(ticket, Move.PROGRESS, source=ticket.status, by=by, at=at, note=note.strip(), unit=unit)
    return ticket


@transaction.atomic
def resolve_ticket(
    *,
    ticket: Ticket,
    outcome: Outcome,
    result: str,
    by: Official,
    at: datetime,
    move: Move = Move.RESOLVE,
) -> Ticket:
    """办结: the lead unit says what became of it. Not closed before the company says so.

    `move` is how: by the unit's own doing, or by a policy measure.
    """
    ticket = lock_for(ticket, move)
    if not result.strip():
        raise MoveRefused("暂无法解决须说明原因。" if outcome == Outcome.CANNOT_NOW else "请填写办理情况。")
    lead = lead_of(ticket)
    lead.finished_at = at
    lead.save(update_fields=["finished_at"])
    unfinished = [str(row.department) for row in ticket.units.helping().select_related("department")]
    settle_objections(ticket, at=at)
    ticket.outcome, ticket.result, ticket.resolved_at = outcome, result.strip(), at
    stop_handling(ticket, on=day_of(at))
    source = advance(ticket, move)
    explanation = start_step(
        ticket, LimitKind.FEEDBACK, since=day_of(at), started="办结", calendar=calendar_of(ticket)
    )
    ticket.save(update_fields=["status", "outcome", "result", "resolved_at", *DAYS])
    words = f"{Outcome(outcome).label}：{ticket.result}"
    if unfinished:
        words += UNHEARD.format("、".join(unfinished))
    write_event(ticket, move, source=source, by=by, at=at, note=words, explanation=explanation, unit=lead)
    return ticket


@transaction.atomic
def answer_ticket(*, ticket: Ticket, mode: AnswerMode, note: str, by: Official, at: datetime) -> Ticket:
    """答复: the 包抓 side tells the company; the company is then asked for its own word."""
    ticket = lock_for(ticket, Move.ANSWER)
    ticket.answered_at, ticket.answer_mode = at, mode
    source = advance(ticket, Move.ANSWER)
    wait = await_company(ticket, since=day_of(at), calendar=calendar_of(ticket))
    ticket.save(update_fields=["status", "answered_at", "answer_mode", *DAYS])
    words = AnswerMode(mode).label + (f"：{note.strip()}" if note.strip() else "")
    write_event(ticket, Move.ANSWER, source=source, by=by, at=at, note=words, explanation=wait)
    answer_absorbed(ticket, ticket.absorbed.order_by("pk"), at=at)
    announce("ticket.answered", at=at)
    return ticket


@transaction.atomic
def confirm_ticket(
    *,
    ticket: Ticket,
    rating: int,
    is_satisfied: bool,
    actor: str,
    at: datetime,
    note: str = "",
    by: Official | None = None,
) -> Ticket:
    """销号: the company, by its link or on the phone, says that it is settled."""
    ticket = lock_for(ticket, Move.CONFIRM)
    ticket.rating, ticket.is_satisfied, ticket.closed_at = rating, is_satisfied, at
    stop_clock(ticket)
    source = advance(ticket, Move.CONFIRM)
    ticket.save(update_fields=["status", "rating", "is_satisfied", "closed_at", *DAYS])
    ticket.units.filter(is_current=True).update(is_current=False)
    write_event(ticket, Move.CONFIRM, source=source, by=by, at=at, actor=actor, note=note.strip())
    return ticket


@transaction.atomic
def rework_ticket(
    *, ticket: Ticket, rating: int, actor: str, note: str, at: datetime, by: Official | None = None
) -> Ticket:
    """重办: the company is not satisfied; a new round with its own deadline, one rung up by rule."""
    ticket = lock_for(ticket, Move.REWORK)
    calendar = calendar_of(ticket)
    lead = lead_of(ticket)
    ticket.rating, ticket.is_satisfied = rating, False
    return begin_round(
        ticket, Move.REWORK, lead, started="退回重办", by=by, actor=actor, note=note, calendar=calendar, at=at
    )


def begin_round(
    ticket: Ticket,
    move: Move,
    lead: TicketUnit,
    *,
    started: str,
    by: Official | None,
    actor: str,
    note: str,
    calendar: WorkCalendar,
    at: datetime,
) -> Ticket:
    """A new round on a locked ticket: its own deadline, the same unit, one rung up where the rules say so."""
    days = ticket.version.limit(LimitKind.REWORK, day_of(at))
    ticket.round += 1
    explanation = start_handling(ticket, days, on=day_of(at), started=started, calendar=calendar)
    ticket.resolved_at = ticket.answered_at = ticket.closed_at = None
    ticket.outcome = ticket.answer_mode = ""
    ticket.measure = None
    source = advance(ticket, move)
    lead.finished_at, lead.due_on, lead.is_current = None, explanation.due, True
    lead.save(update_fields=["finished_at", "due_on", "is_current"])
    renew_helpers(ticket, on=day_of(at), calendar=calendar)
    write_event(
        ticket,
        move,
        source=source,
        by=by,
        at=at,
        actor=actor,
        note=note.strip(),
        explanation=explanation,
    )
    rules = escalations_on(ticket.version, Trigger.REWORKS, day_of(at))
    for rule in rules.filter(threshold__lte=ticket.round - 1):
        climb(ticket, rule.rung, cause=Trigger.REWORKS, at=at)
    run_until(ticket, explanation.due, since=day_of(at), limit=days, calendar=calendar)
    ticket.save(
        update_fields=[
            "status",
            "round",
            "rung",
            "rating",
            "is_satisfied",
            "resolved_at",
            "answered_at",
            "closed_at",
            "outcome",
            "answer_mode",
            "measure",
            *TERM,
            *DAYS,
        ]
    )
    return ticket
