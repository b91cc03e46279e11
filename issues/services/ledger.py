"""The clock of 办结, kept as a ledger of stretches: started, stopped, set going again, put off, recomputed.

Every change of a ticket's deadline goes through here, under the ticket's lock and with the calendar held.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from issues.choices import Move, SpanKind
from issues.models import ClockSpan, Ticket
from issues.services.clock import DAYS, stop_clock
from issues.services.course import advance
from issues.services.errors import MoveRefused
from liaison.workdays import Explanation, WorkCalendar

TERM = ("due_on", "due_is_provisional")


def start_handling(
    ticket: Ticket, days: int, *, on: date, started: str, calendar: WorkCalendar
) -> Explanation:
    """Give the handling so many working days from the day, which does not count. The caller saves TERM."""
    stop_handling(ticket, on=on)
    explanation = calendar.explain(on, days, started=started)
    ClockSpan.objects.create(
        ticket=ticket, round=ticket.round, kind=SpanKind.RUNNING, started=started, since=on
    )
    ticket.due_on, ticket.due_is_provisional = explanation.due, explanation.provisional
    return explanation


def stop_handling(ticket: Ticket, *, on: date) -> ClockSpan | None:
    """End the stretch that runs with the day; the deadline stays, to be judged by. None where none ran."""
    span = ticket.spans.filter(until__isnull=True).first()
    if span is not None:
        span.until = max(span.since, on)
        span.save(update_fields=["until"])
    return span


def pause_handling(ticket: Ticket, *, on: date, why: str, calendar: WorkCalendar) -> int:
    """停表: let the clock stand still from the day on; returns the working days that are left (negative:
    overdue by so many), which wait until it runs again."""
    left = days_left(on, term_of(ticket), calendar=calendar)
    stop_handling(ticket, on=on)
    ClockSpan.objects.create(
        ticket=ticket, round=ticket.round, kind=SpanKind.PAUSED, started=why, since=on, days_left=left
    )
    return left


def days_left(on: date, due: date, *, calendar: WorkCalendar) -> int:
    """Working days left on a day; what is past is overdue by one at least, on the rest days after it, too."""
    left = calendar.count(on, due)
    return min(left, -1) if due < on else left


def resume_handling(
    ticket: Ticket, *, on: date, calendar: WorkCalendar, started: str = "恢复办理", least: int = 0
) -> Explanation:
    """Let the clock run again for the working days that were left, `least` where it was not overdue.

    The caller saves TERM.
    """
    paused = stop_handling(ticket, on=on)
    if paused is None or paused.days_left is None:
        raise MoveRefused("该问题没有停表，无须恢复。")
    days = paused.days_left if paused.days_left < 0 else max(least, paused.days_left)
    return start_handling(ticket, days, on=on, started=started, calendar=calendar)


def move_deadline(ticket: Ticket, to: date, *, calendar: WorkCalendar) -> Explanation:
    """Put the end of the stretch that runs on another day. The caller saves TERM."""
    since, started = running_since(ticket)
    explanation = calendar.explain(since, calendar.count(since, to), started=started)
    ticket.due_on, ticket.due_is_provisional = explanation.due, explanation.provisional
    return explanation


def end_on(ticket: Ticket, due: date, *, on: date, started: str, calendar: WorkCalendar) -> None:
    """Let the clock end with a day as it is, not counted from this one; `started` begins a new stretch.

    The caller saves TERM.
    """
    if started:
        stop_handling(ticket, on=on)
        ClockSpan.objects.create(
            ticket=ticket, round=ticket.round, kind=SpanKind.RUNNING, started=started, since=on
        )
    ticket.due_on, ticket.due_is_provisional = due, calendar.is_provisional(on, due)


def running_since(ticket: Ticket) -> tuple[date, str]:
    """From which day the running stretch is counted, and what set it going."""
    span = ticket.spans.filter(kind=SpanKind.RUNNING).order_by("-pk").first()
    if span is None:
        raise MoveRefused("该问题尚未交办，没有办结期限。")
    return span.since, span.started


def tell_lead(ticket: Ticket) -> None:
    """The lead unit's day is the ticket's."""
    ticket.units.leading().update(due_on=term_of(ticket))


def end_ticket(ticket: Ticket, move: Move, *, on: date, besides: Sequence[str] = ()) -> str:
    """The problem ends without 销号: its clocks stop and no unit has it any more. Returns the status before.

    `besides`: fields that the caller has set and that are saved with it.
    """
    source = advance(ticket, move)
    stop_handling(ticket, on=on)
    stop_clock(ticket)
    ticket.save(update_fields=["status", *besides, *DAYS])
    ticket.units.filter(is_current=True).update(is_current=False)
    return source


def term_of(ticket: Ticket) -> date:
    """The day by which the problem is to be handled; raises MoveRefused before it was given to a unit."""
    if ticket.due_on is None:
        raise MoveRefused("该问题尚未交办，没有办结期限。")
    return ticket.due_on
