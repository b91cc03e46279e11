"""申请 on a ticket: asked by one, decided by another, taken back by who asked while nobody has decided."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from issues.choices import ExclusionReason, Move, RequestKind, RequestState
from issues.models import Ticket, TicketRequest
from issues.services.clock import DAYS, stop_clock
from issues.services.course import advance, lock_for, write_event
from issues.services.errors import MoveRefused
from liaison.models import Official


@transaction.atomic
def ask_exclusion(
    *, ticket: Ticket, reason: ExclusionReason, words: str, by: Official, at: datetime
) -> Ticket:
    """申请剔除: say why the problem is not one of the programme's; its clock runs on until it is granted."""
    ticket = lock_for(ticket, Move.ASK_EXCLUSION)
    _ask(ticket, RequestKind.EXCLUSION, reason=reason, words=words, by=by, at=at)
    said = f"{ExclusionReason(reason).label}：{words.strip()}"
    write_event(ticket, Move.ASK_EXCLUSION, source=ticket.status, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def grant_exclusion(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """同意剔除: the problem leaves the account, with its reason on record; it counts in no rate."""
    ticket = lock_for(ticket, Move.GRANT_EXCLUSION)
    asked = _settle(ticket, RequestKind.EXCLUSION, RequestState.GRANTED, answer=answer, by=by, at=at)
    source = advance(ticket, Move.GRANT_EXCLUSION)
    stop_clock(ticket)
    ticket.save(update_fields=["status", *DAYS])
    ticket.units.filter(is_current=True).update(is_current=False)
    said = f"{ExclusionReason(asked.reason).label}" + (f"。{asked.answer}" if asked.answer else "")
    write_event(ticket, Move.GRANT_EXCLUSION, source=source, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def refuse_exclusion(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """不同意剔除: the problem goes on as before."""
    ticket = lock_for(ticket, Move.REFUSE_EXCLUSION)
    if not answer.strip():
        raise MoveRefused("不同意的，请说明理由。")
    _settle(ticket, RequestKind.EXCLUSION, RequestState.REFUSED, answer=answer, by=by, at=at)
    write_event(ticket, Move.REFUSE_EXCLUSION, source=ticket.status, by=by, at=at, note=answer.strip())
    return ticket


@transaction.atomic
def drop_exclusion(*, ticket: Ticket, by: Official, at: datetime) -> Ticket:
    """收回剔除申请: who asked changes their mind before anybody has decided."""
    ticket = lock_for(ticket, Move.DROP_EXCLUSION)
    _settle(ticket, RequestKind.EXCLUSION, RequestState.DROPPED, answer="", by=by, at=at)
    write_event(ticket, Move.DROP_EXCLUSION, source=ticket.status, by=by, at=at)
    return ticket


def _ask(
    ticket: Ticket, kind: RequestKind, *, reason: str, words: str, by: Official, at: datetime
) -> TicketRequest:
    if not words.strip():
        raise MoveRefused("请写明申请的具体理由。")
    return TicketRequest.objects.create(
        ticket=ticket, kind=kind, reason=reason, words=words.strip(), asked_at=at, asked_by=by
    )


def _settle(
    ticket: Ticket, kind: RequestKind, state: RequestState, *, answer: str, by: Official, at: datetime
) -> TicketRequest:
    """Decide the request that waits; the ticket is locked, so it waits still."""
    asked = ticket.requests.get(kind=kind, state=RequestState.PENDING)
    is_own = asked.asked_by_id == by.pk
    if state == RequestState.DROPPED and not is_own:
        raise MoveRefused(f"只有申请人可以收回{asked.get_kind_display()}申请。")
    if state != RequestState.DROPPED and is_own:
        raise MoveRefused("不能审批自己提出的申请，请由办公室其他人员审批。")
    asked.state, asked.answer, asked.decided_at, asked.decided_by = state, answer.strip(), at, by
    asked.save(update_fields=["state", "answer", "decided_at", "decided_by"])
    return asked
