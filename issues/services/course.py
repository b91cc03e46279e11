"""How every move begins and ends: lock and check against the table, then leave an event."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from companies.services import acting_for
from issues.choices import Move, RequestKind, RequestState
from issues.models import Ticket, TicketEvent, TicketUnit
from issues.services.clock import Wait
from issues.services.errors import MoveRefused
from issues.services.telling import leave_news
from issues.transitions import RULES, allows, settled_in
from liaison.models import Official
from liaison.workdays import Explanation, day_of

CLOCK = "系统"


def next_number(on: date) -> str:
    """A public number: year and a sequence that never repeats."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('issues_ticket_number')")
        row = cursor.fetchone()
    return f"{on:%Y}{row[0]:06d}"


def hold_ticket(key: int) -> Ticket:
    """Take the ticket under a lock, whatever its state.

    Only what never changes is joined: whoever waited for the lock sees the ticket as it is now, but
    what was joined as it was before the wait. The grade is read when it is asked for.
    """
    return (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version__programme__region", "company__region")
        .get(pk=key)
    )


def lock_for(ticket: Ticket, move: Move) -> Ticket:
    """Take the ticket under a lock and check the move against the table; raises MoveRefused."""
    ticket = hold_ticket(ticket.pk)
    check_move(ticket, move)
    return ticket


def check_move(ticket: Ticket, move: Move) -> None:
    """Raise MoveRefused where the table does not allow the move on the ticket as it stands."""
    rule = RULES[move]
    if ticket.status not in rule.sources:
        raise MoveRefused(
            f"该问题当前为“{ticket.get_status_display()}”，不能{move.label}。请刷新后查看最新进展。"
        )
    if (rule.opens or rule.settles) and not allows(rule, waiting := waiting_on(ticket)):
        if rule.opens in waiting:
            raise MoveRefused(f"该问题已有{RequestKind(rule.opens).label}申请待审批，不能重复申请。")
        raise MoveRefused(f"没有待审批的{RequestKind(rule.settles).label}申请，请刷新后查看最新进展。")


def waiting_on(ticket: Ticket) -> set[str]:
    """The kinds of request that wait for a decision on the ticket."""
    return set(ticket.requests.filter(state=RequestState.PENDING).values_list("kind", flat=True))


def _signed_for(ticket: Ticket, official: Official | None, on: date) -> str:
    """Who acted, and in whose place where they stand in for somebody of the team who is away."""
    absent = official and acting_for(enrolment=ticket.enrolment_id, official=official, on=on)
    return signature(official, on) + (f"（代 {absent.name}）" if absent else "")


def signature(official: Official | None, on: date) -> str:
    """Who acted, with the unit of that day; the clock signs as 系统."""
    if official is None:
        return CLOCK
    posting = official.postings.in_force(on).select_related("department").order_by("pk").first()
    return f"{posting.department} {official.name}" if posting else official.name


def advance(ticket: Ticket, move: Move) -> str:
    """Set the status that the table gives for the move; returns the one before. The caller saves."""
    source, target = ticket.status, RULES[move].target
    ticket.status = target or source
    return source


def write_event(
    ticket: Ticket,
    move: Move,
    *,
    source: str,
    by: Official | None,
    at: datetime,
    actor: str = "",
    note: str = "",
    explanation: Explanation | Wait | None = None,
    unit: TicketUnit | None = None,
    told_as: str = "",
) -> None:
    """One line of the ticket's course, with the deadline that follows and why, in words.

    Requests that have no meaning where it has got to lapse. Whom the table names hears of it, under the
    move's own name or as another occasion (`told_as`).
    """
    _lapse_requests(ticket, source=source, at=at)
    event = TicketEvent.objects.create(
        ticket=ticket,
        move=move,
        from_status=source,
        to_status=ticket.status,
        round=ticket.round,
        at=at,
        by=by,
        actor=actor or _signed_for(ticket, by, day_of(at)),
        note=note,
        due_on=explanation.due if explanation else None,
        words=explanation.words if explanation else "",
        term_on=ticket.due_on,
        unit=unit,
        outcome=ticket.outcome if move == Move.RESOLVE else "",
    )
    leave_news(event, told_as=told_as)


def note_on_course(ticket: Ticket | None, move: Move, note: str, *, by: Official, at: datetime) -> None:
    """A line on the course of a problem that still runs, its state as it is; on no problem nothing."""
    if ticket is not None and ticket.is_open:
        write_event(ticket, move, source=ticket.status, by=by, at=at, note=note)


def _lapse_requests(ticket: Ticket, *, source: str, at: datetime) -> None:
    """What could be decided where the ticket comes from and cannot where it has got to."""
    if pointless := settled_in(source) - settled_in(ticket.status):
        waiting = ticket.requests.filter(state=RequestState.PENDING, kind__in=pointless)
        waiting.update(state=RequestState.LAPSED, decided_at=at)
