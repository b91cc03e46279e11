"""延期: a deadline put off, asked for in good time and granted within the programme's limits."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from issues.choices import ExtensionReason, Move, RequestKind, RequestState
from issues.models import Ticket, TicketRequest
from issues.services.clock import DAYS, calendar_of, run_until
from issues.services.course import lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.ledger import TERM, move_deadline, tell_lead, term_of
from issues.services.links import open_follow_link, tell_company
from issues.services.planned import plan_in_force
from issues.services.requests import make_request, refuse_request, settle_request
from liaison.models import Official
from liaison.workdays import Explanation, WorkCalendar, day_of


@transaction.atomic
def ask_extension(
    *, ticket: Ticket, reason: ExtensionReason, words: str, until: date, by: Official, at: datetime
) -> Ticket:
    """申请延期: to which later working day, and why. Until it is granted the deadline stands.

    By rule it is asked so many working days before the deadline, so many times in a round, and is so many
    working days long at most.
    """
    ticket = lock_for(ticket, Move.ASK_EXTENSION)
    rule, calendar, today = ticket.version.extension_rule, calendar_of(ticket), day_of(at)
    due = term_of(ticket)
    if plan_in_force(ticket) is not None:
        raise MoveRefused("方案已审定，按周期报送进展和复核，不再延期。")
    if _granted(ticket).count() >= rule.max_count:
        allowed = f"每轮办理最多延期 {rule.max_count} 次" if rule.max_count else "本方案不允许延期"
        raise MoveRefused(f"{allowed}，不能再申请。")
    if calendar.count(today, due) < rule.ask_before_days:
        raise MoveRefused(f"延期须在期限 {due} 前至少 {rule.ask_before_days} 个工作日申请，现在已经来不及。")
    _check_day(ticket, until, after=due, calendar=calendar)
    move = Move.ASK_EXTENSION
    make_request(ticket, move, reason=reason, words=words, by=by, at=at, old_on=due, wanted_on=until)
    return ticket


@transaction.atomic
def grant_extension(
    *, ticket: Ticket, answer: str, by: Official, at: datetime, until: date | None = None
) -> Ticket:
    """同意延期: to the day that was asked for, or to another. What was asked for in time is never overdue.

    Where the deadline was moved since it was asked for, by another grade, it is put off from there.
    """
    ticket = lock_for(ticket, Move.GRANT_EXTENSION)
    calendar = calendar_of(ticket)
    asked = settle_request(ticket, RequestKind.EXTENSION, RequestState.GRANTED, answer=answer, by=by, at=at)
    to, due = until or asked.wanted_on, term_of(ticket)
    if to is None or asked.old_on is None:
        raise MoveRefused("申请没有写明延至哪一天。")
    _check_day(ticket, to, after=max(due, asked.old_on), calendar=calendar)
    _check_ahead(to, on=day_of(at))
    asked.granted_on = to
    asked.save(update_fields=["state", "answer", "decided_at", "decided_by", "granted_on"])
    explanation = _put_off(ticket, to, on=day_of(at), calendar=calendar)
    said = f"办结期限由 {due} 延至 {to}" + (f"。{asked.answer}" if asked.answer else "")
    write_event(
        ticket, Move.GRANT_EXTENSION, source=ticket.status, by=by, at=at, note=said, explanation=explanation
    )
    _tell(ticket, at=at)
    return ticket


@transaction.atomic
def refuse_extension(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """不同意延期: the deadline stands."""
    return refuse_request(ticket, Move.REFUSE_EXTENSION, answer=answer, by=by, at=at)


@transaction.atomic
def correct_extension(*, ticket: Ticket, until: date, note: str, by: Official, at: datetime) -> Ticket:
    """更正延期: the day granted last was wrong; another one after the old deadline, with the reason.

    Where the deadline was moved since, by another grade or a pause, it moves by as many working days.
    """
    ticket = lock_for(ticket, Move.CORRECT_EXTENSION)
    calendar = calendar_of(ticket)
    if not note.strip():
        raise MoveRefused("请说明更正的理由。")
    last = last_extension(ticket)
    if last is None or last.old_on is None:
        raise MoveRefused("本轮办理没有已同意的延期，无可更正。")
    if last.granted_on == until:
        raise MoveRefused(f"批准的延期已是 {until}。")
    _check_day(ticket, until, after=last.old_on, calendar=calendar)
    before, last.granted_on = last.granted_on or last.old_on, until
    due = term_of(ticket)
    to = until if due == before else calendar.add(due, calendar.count(before, until))
    _check_ahead(to, on=day_of(at))
    last.save(update_fields=["granted_on"])
    explanation = _put_off(ticket, to, on=day_of(at), calendar=calendar)
    moved = "" if to == until else f"，办结期限随之由 {due} 改为 {to}"
    said = f"批准的延期由 {before} 更正为 {until}{moved}。{note.strip()}"
    write_event(
        ticket, Move.CORRECT_EXTENSION, source=ticket.status, by=by, at=at, note=said, explanation=explanation
    )
    _tell(ticket, at=at)
    return ticket


def _tell(ticket: Ticket, *, at: datetime) -> None:
    """The company is told of the new day where the rules say so; its page shows it with the reason."""
    if ticket.version.extension_rule.tell_company:
        open_follow_link(ticket=ticket, at=at)
        tell_company(ticket, "extended", at=at)


def last_extension(ticket: Ticket) -> TicketRequest | None:
    """The extension of this round that was granted last."""
    return _granted(ticket).order_by("-decided_at", "-pk").first()


def _granted(ticket: Ticket) -> QuerySet[TicketRequest]:
    """The extensions of this round that were granted."""
    return ticket.requests.filter(kind=RequestKind.EXTENSION, state=RequestState.GRANTED, round=ticket.round)


def longest_extension(ticket: Ticket) -> int:
    """How many working days one extension may last: by the grade, else by the programme's rule."""
    by_grade = ticket.grade.extension_days if ticket.grade else None
    return ticket.version.extension_rule.max_days if by_grade is None else by_grade


def _check_day(ticket: Ticket, to: date, *, after: date, calendar: WorkCalendar) -> None:
    if to <= after:
        raise MoveRefused(f"延期须延到原期限 {after} 之后。")
    if not calendar.is_working(to):
        raise MoveRefused(f"{to} 不是工作日，请选工作日。")
    most = longest_extension(ticket)
    if calendar.count(after, to) > most:
        raise MoveRefused(f"每次最多延期 {most} 个工作日，最晚到 {calendar.add(after, most)}。")


def _check_ahead(to: date, *, on: date) -> None:
    """A decision makes nothing late: the day that it gives has not passed."""
    if to < on:
        raise MoveRefused(f"延至的 {to} 已经过去，请另选今天以后的工作日，或不同意。")


def _put_off(ticket: Ticket, to: date, *, on: date, calendar: WorkCalendar) -> Explanation:
    """Move the deadline and all that follows from it; the ticket is saved."""
    explanation = move_deadline(ticket, to, calendar=calendar)
    run_until(ticket, to, since=on, limit=explanation.n, calendar=calendar)
    ticket.save(update_fields=[*TERM, *DAYS])
    tell_lead(ticket)
    return explanation
