"""What only the company decides after its confirmation, or in its stead: 重提 within so many days, 撤回."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from issues.choices import Move, Part, RequestKind, RequestState, WithdrawalReason
from issues.models import Ticket
from issues.services.clock import calendar_of
from issues.services.course import lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.ledger import end_ticket
from issues.services.links import open_follow_link, tell_company
from issues.services.requests import make_request
from issues.services.tickets import begin_round
from liaison.models import Official
from liaison.workdays import day_of

WORDS_MOST = 1000  # characters of what a company says


def reopen_until(ticket: Ticket) -> date | None:
    """The last day on which the company may bring a problem back; None while it is not struck off."""
    if ticket.closed_at is None:
        return None
    return day_of(ticket.closed_at) + timedelta(days=ticket.version.handling_rule.reopen_days)


def is_reopenable(ticket: Ticket, *, on: date) -> bool:
    """Whether the company may still bring a problem back on the day."""
    last = reopen_until(ticket)
    return last is not None and on <= last


@transaction.atomic
def reopen_ticket(
    *, ticket: Ticket, note: str, actor: str = "", by: Official | None = None, at: datetime
) -> Ticket:
    """重提: within so many days of 销号 by rule, the company says that it is not settled after all.

    A new round begins as after a rework: its own deadline, the same lead unit, a rung up where the rules say
    so. What it had confirmed is taken back; months that were frozen meanwhile stay as they are.
    `by`: the office, which wrote down what the company said on the phone.
    """
    ticket = lock_for(ticket, Move.REOPEN)
    if not note.strip():
        raise MoveRefused("请写明哪里没有解决，或出现了什么新情况。")
    if not is_reopenable(ticket, on=day_of(at)):
        days = ticket.version.handling_rule.reopen_days
        raise MoveRefused(f"销号已超过 {days} 天，不能重提；请作为新的问题提交。")
    leads = ticket.units.filter(part=Part.LEAD, returned_at__isnull=True, released_at__isnull=True)
    lead = leads.order_by("-given_at", "-pk").first()
    if lead is None:
        raise MoveRefused("该问题没有主办单位，请作为新的问题提交。")
    ticket.rating = ticket.is_satisfied = None
    return begin_round(
        ticket,
        Move.REOPEN,
        lead,
        started="企业重提",
        by=by,
        actor=actor or _company(ticket, by),
        note=note.strip()[:WORDS_MOST],
        calendar=calendar_of(ticket),
        at=at,
    )


@transaction.atomic
def ask_withdrawal(
    *, ticket: Ticket, reason: WithdrawalReason, words: str, by: Official, at: datetime
) -> Ticket:
    """请企业撤回: say why the problem need not be handled; nothing changes until the company says yes."""
    ticket = lock_for(ticket, Move.ASK_WITHDRAWAL)
    make_request(ticket, Move.ASK_WITHDRAWAL, reason=reason, words=words, by=by, at=at)
    open_follow_link(ticket=ticket, at=at)
    tell_company(ticket, "withdrawal", at=at)
    return ticket


@transaction.atomic
def withdraw_ticket(*, ticket: Ticket, note: str, at: datetime) -> Ticket:
    """撤回: the company takes its problem back of itself; it counts in no rate."""
    if not note.strip():
        raise MoveRefused("请写明撤回的原因。")
    return _withdraw(lock_for(ticket, Move.WITHDRAW), note=note, at=at)


@transaction.atomic
def agree_to_withdraw(*, ticket: Ticket, note: str = "", at: datetime) -> Ticket:
    """同意撤回: the company's yes to what it was asked; raises MoveRefused where nobody asks any more."""
    ticket = lock_for(ticket, Move.WITHDRAW)
    if not ticket.requests.filter(kind=RequestKind.WITHDRAWAL, state=RequestState.PENDING).exists():
        raise MoveRefused("这个请求已经收回，问题照常办理。")
    return _withdraw(ticket, note=note, at=at)


def _withdraw(ticket: Ticket, *, note: str, at: datetime) -> Ticket:
    asked = ticket.requests.filter(kind=RequestKind.WITHDRAWAL, state=RequestState.PENDING).first()
    if asked is not None:
        asked.state, asked.answer, asked.decided_at = RequestState.GRANTED, note.strip()[:WORDS_MOST], at
        asked.save(update_fields=["state", "answer", "decided_at"])
    source = end_ticket(ticket, Move.WITHDRAW, on=day_of(at))
    said = asked.why if asked else ""
    said = "。".join(filter(None, (said, note.strip()[:WORDS_MOST])))
    write_event(ticket, Move.WITHDRAW, source=source, by=None, actor=_company(ticket, None), at=at, note=said)
    return ticket


@transaction.atomic
def refuse_withdrawal(*, ticket: Ticket, note: str = "", at: datetime) -> Ticket:
    """不同意撤回: the company wants its problem handled; it goes on as before."""
    ticket = lock_for(ticket, Move.REFUSE_WITHDRAWAL)
    asked = ticket.requests.get(kind=RequestKind.WITHDRAWAL, state=RequestState.PENDING)
    asked.state, asked.answer, asked.decided_at = RequestState.REFUSED, note.strip()[:WORDS_MOST], at
    asked.save(update_fields=["state", "answer", "decided_at"])
    write_event(
        ticket,
        Move.REFUSE_WITHDRAWAL,
        source=ticket.status,
        by=None,
        actor=_company(ticket, None),
        at=at,
        note=note.strip()[:WORDS_MOST],
    )
    return ticket


def _company(ticket: Ticket, by: Official | None) -> str:
    """Who spoke: the company by its own page, or to the office on the phone."""
    how = "（企业进度页）" if by is None else f"（电话，{by.name}记录）"
    return ticket.company.name[: 80 - len(how)] + how
