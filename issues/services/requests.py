"""申请 on a ticket: asked by one, decided by another, taken back by who asked while nobody has decided.

Exclusion and deferral are here; extensions, which have days to reckon, are in `extensions`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from issues.choices import (
    DeferralReason,
    ExclusionReason,
    Move,
    RequestKind,
    RequestState,
    SpanKind,
)
from issues.models import Ticket, TicketRequest
from issues.services.clock import DAYS, Wait, calendar_of, run_until
from issues.services.course import advance, lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.ledger import TERM, end_ticket, pause_handling, resume_handling, tell_lead
from issues.services.planned import follow_plan, plan_in_force, put_off_plan
from issues.services.units import resume_units
from issues.transitions import RULES
from liaison.models import Official
from liaison.workdays import Explanation, WorkCalendar, day_of

DROPS = {
    RequestKind.EXCLUSION: Move.DROP_EXCLUSION,
    RequestKind.DEFERRAL: Move.DROP_DEFERRAL,
    RequestKind.EXTENSION: Move.DROP_EXTENSION,
    RequestKind.WITHDRAWAL: Move.DROP_WITHDRAWAL,
}


@transaction.atomic
def ask_exclusion(
    *, ticket: Ticket, reason: ExclusionReason, words: str, by: Official, at: datetime
) -> Ticket:
    """申请剔除: say why the problem is not one of the programme's; its clock runs on until it is granted."""
    ticket = lock_for(ticket, Move.ASK_EXCLUSION)
    make_request(ticket, Move.ASK_EXCLUSION, reason=reason, words=words, by=by, at=at)
    return ticket


@transaction.atomic
def grant_exclusion(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """同意剔除: the problem leaves the account, with its reason on record; it counts in no rate."""
    ticket = lock_for(ticket, Move.GRANT_EXCLUSION)
    asked = settle_request(ticket, RequestKind.EXCLUSION, RequestState.GRANTED, answer=answer, by=by, at=at)
    source = end_ticket(ticket, Move.GRANT_EXCLUSION, on=day_of(at))
    said = asked.why + (f"。{asked.answer}" if asked.answer else "")
    write_event(ticket, Move.GRANT_EXCLUSION, source=source, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def refuse_exclusion(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """不同意剔除: the problem goes on as before."""
    return refuse_request(ticket, Move.REFUSE_EXCLUSION, answer=answer, by=by, at=at)


@transaction.atomic
def ask_deferral(*, ticket: Ticket, reason: DeferralReason, words: str, by: Official, at: datetime) -> Ticket:
    """申请挂账: nothing can be done for the time being; until it is granted the clock runs on."""
    ticket = lock_for(ticket, Move.ASK_DEFERRAL)
    make_request(ticket, Move.ASK_DEFERRAL, reason=reason, words=words, by=by, at=at)
    return ticket


@transaction.atomic
def grant_deferral(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """同意挂账: the clock stands still; the office looks at the problem again after so many days by rule."""
    ticket = lock_for(ticket, Move.GRANT_DEFERRAL)
    asked = settle_request(ticket, RequestKind.DEFERRAL, RequestState.GRANTED, answer=answer, by=by, at=at)
    calendar, why = calendar_of(ticket), asked.why
    left = pause_handling(ticket, on=day_of(at), why=why, calendar=calendar)
    source = advance(ticket, Move.GRANT_DEFERRAL)
    wait = review_later(ticket, since=day_of(at), calendar=calendar)
    ticket.save(update_fields=["status", *DAYS])
    kept = f"剩余 {left} 个工作日" if left >= 0 else f"已逾期 {-left} 个工作日"
    said = f"{why}，停止计时，{kept}" + (f"。{asked.answer}" if asked.answer else "")
    write_event(ticket, Move.GRANT_DEFERRAL, source=source, by=by, at=at, note=said, explanation=wait)
    return ticket


@transaction.atomic
def refuse_deferral(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """不同意挂账: the clock runs on."""
    return refuse_request(ticket, Move.REFUSE_DEFERRAL, answer=answer, by=by, at=at)


@transaction.atomic
def review_deferred(*, ticket: Ticket, note: str, by: Official, at: datetime) -> Ticket:
    """挂账复核: looked at again, and nothing can be done yet; the next look is so many days away."""
    ticket = lock_for(ticket, Move.REVIEW)
    if not note.strip():
        raise MoveRefused("请写明复核情况。")
    wait = review_later(ticket, since=day_of(at), calendar=calendar_of(ticket))
    ticket.save(update_fields=[*DAYS])
    write_event(ticket, Move.REVIEW, source=ticket.status, by=by, at=at, note=note.strip(), explanation=wait)
    return ticket


@transaction.atomic
def resume_ticket(*, ticket: Ticket, note: str, by: Official, at: datetime) -> Ticket:
    """恢复办理: the clock runs again with the working days that were left when it was stopped."""
    ticket = lock_for(ticket, Move.RESUME)
    if not note.strip():
        raise MoveRefused("请写明恢复办理的理由。")
    today, calendar = day_of(at), calendar_of(ticket)
    source = advance(ticket, Move.RESUME)
    paused_on = ticket.spans.filter(kind=SpanKind.PAUSED).latest("pk").since
    explanation: Explanation | Wait
    if (plan := plan_in_force(ticket)) is not None:
        put_off_plan(plan, by=today - paused_on)
        explanation = follow_plan(ticket, plan, on=today, calendar=calendar, started="恢复办理")
        resume_units(ticket, paused_on=paused_on, on=today, calendar=calendar)
    else:
        explanation = resume_handling(ticket, on=today, calendar=calendar)
        resume_units(ticket, paused_on=paused_on, on=today, calendar=calendar)
        limit = max(1, explanation.n)
        run_until(ticket, explanation.due, since=today, limit=limit, calendar=calendar)
    ticket.save(update_fields=["status", *TERM, *DAYS])
    tell_lead(ticket)
    write_event(ticket, Move.RESUME, source=source, by=by, at=at, note=note.strip(), explanation=explanation)
    return ticket


def review_later(ticket: Ticket, *, since: date, calendar: WorkCalendar) -> Wait:
    """The office's next look at a deferred problem: natural days by rule, put off to a working day."""
    natural = ticket.version.handling_rule.deferred_review_days
    due = calendar.on_or_after(since + timedelta(days=natural))
    run_until(ticket, due, since=since, limit=calendar.count(since, due), calendar=calendar)
    return Wait(due, f"挂账每 {natural} 天复核一次，下次不晚于 {due.month}月{due.day}日。")


@transaction.atomic
def drop_request(*, ticket: Ticket, kind: RequestKind, by: Official, at: datetime) -> Ticket:
    """收回申请: who asked changes their mind before anybody has decided."""
    ticket = lock_for(ticket, DROPS[kind])
    settle_request(ticket, kind, RequestState.DROPPED, answer="", by=by, at=at)
    write_event(ticket, DROPS[kind], source=ticket.status, by=by, at=at)
    return ticket


def make_request(
    ticket: Ticket,
    move: Move,
    *,
    reason: str,
    words: str,
    by: Official,
    at: datetime,
    old_on: date | None = None,
    wanted_on: date | None = None,
) -> None:
    """Write the request that the move opens down on a locked ticket; raises MoveRefused without words."""
    if not words.strip():
        raise MoveRefused("请写明申请的具体理由。")
    asked = TicketRequest.objects.create(
        ticket=ticket,
        kind=RULES[move].opens,
        round=ticket.round,
        reason=reason,
        words=words.strip(),
        asked_at=at,
        asked_by=by,
        old_on=old_on,
        wanted_on=wanted_on,
    )
    days = f"，申请由 {old_on} 延至 {wanted_on}" if wanted_on else ""
    said = f"{asked.why}{days}：{asked.words}"
    write_event(ticket, move, source=ticket.status, by=by, at=at, note=said)


def refuse_request(ticket: Ticket, move: Move, *, answer: str, by: Official, at: datetime) -> Ticket:
    """Say no to the request that the move settles, with the reason; nothing else changes."""
    ticket = lock_for(ticket, move)
    if not answer.strip():
        raise MoveRefused("不同意的，请说明理由。")
    kind = RequestKind(RULES[move].settles)
    settle_request(ticket, kind, RequestState.REFUSED, answer=answer, by=by, at=at)
    write_event(ticket, move, source=ticket.status, by=by, at=at, note=answer.strip())
    return ticket


def settle_request(
    ticket: Ticket, kind: RequestKind, state: RequestState, *, answer: str, by: Official, at: datetime
) -> TicketRequest:
    """Decide the request that waits; the ticket is locked, so it waits still. A grant with a day to be set
    is saved by the caller."""
    asked = ticket.requests.get(kind=kind, state=RequestState.PENDING)
    is_own = asked.asked_by_id == by.pk
    if state == RequestState.DROPPED and not is_own:
        raise MoveRefused(f"只有申请人可以收回{asked.get_kind_display()}申请。")
    if state != RequestState.DROPPED and is_own:
        raise MoveRefused("不能审批自己提出的申请，请由办公室其他人员审批。")
    asked.state, asked.answer, asked.decided_at, asked.decided_by = state, answer.strip(), at, by
    needs_day = kind == RequestKind.EXTENSION and state == RequestState.GRANTED
    if not needs_day:
        asked.save(update_fields=["state", "answer", "decided_at", "decided_by"])
    return asked
