"""A ticket's time in working days: how long until its next day, and who held it for how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from issues.choices import AT_OFFICE, ENDED, Move, Part, Status
from issues.models import Ticket, TicketEvent, TicketUnit
from issues.reports.units import OwnPart, own_parts
from liaison.models import CalendarDay, Official
from liaison.workdays import WorkCalendar, day_of, days_in_words


@dataclass(frozen=True)
class Held:
    """One holder's stretch of the course, in working days."""

    holder: str
    working_days: int
    is_current: bool


@dataclass(frozen=True)
class Stretch:
    """A stretch of the handling clock: it ran, or stood still, over so many working days."""

    word: str
    started: str
    since: date
    until: date | None
    days: int
    left: int | None  # working days left when it was stopped; negative: overdue by so many

    @property
    def late(self) -> int:
        """By how many working days it was overdue when it was stopped."""
        return max(0, -(self.left or 0))


@dataclass(frozen=True)
class Due:
    """A ticket in a list, with the working days left until its next day as its place counts them."""

    ticket: Ticket
    left: int | None  # None when it is struck off
    words: str
    own: OwnPart | None = None  # what the reader's own unit owes as a cooperating one


def with_days_left(tickets: Iterable[Ticket], on: date, reader: Official | None = None) -> list[Due]:
    """The tickets as they stand, each with the days left on the day `on`; one query for all of them.

    The tickets come with their company and its region. For a reader from a unit each comes with what the
    unit owes as a cooperating one: a query more.
    """
    between, rows = CalendarDay.objects.days_between(), []
    own = own_parts(tickets, reader, between) if reader else {}
    for ticket in tickets:
        due_on = ticket.next_on
        left = between(ticket.company.region, on, due_on) if due_on else None
        words = days_in_words(left, is_past=due_on < on) if due_on and left is not None else ""
        rows.append(Due(ticket, left, words, own.get(ticket.pk)))
    return rows


def latest_notes(tickets: Iterable[Ticket]) -> dict[int, TicketEvent]:
    """By ticket, the newest step of its course at which an official wrote something; one query."""
    wanted = [ticket.pk for ticket in tickets]
    written = TicketEvent.objects.filter(ticket__in=wanted, by__isnull=False).exclude(note="")
    newest = written.order_by("ticket", "-at", "-pk").distinct("ticket")
    return {event.ticket_id: event for event in newest}


def reckoning_of(ticket: Ticket) -> str:
    """How the day by which the problem is to be solved came about, as its course says; one query."""
    told = ticket.events.filter(due_on=ticket.due_on).exclude(words="").order_by("-at", "-pk")
    return told.values_list("words", flat=True).first() or ""


HOLDERS = {
    Status.DRAFT: "包抓干部",
    **dict.fromkeys(AT_OFFICE, "协调办公室"),
    Status.DEFERRED: "挂账",
    Status.RESOLVED: "包抓干部",
    Status.ANSWERED: "企业确认",
}


def stretches_of(ticket: Ticket, calendar: WorkCalendar, on: date) -> list[Stretch]:
    """计时台账: every stretch of the handling clock up to the day, in order."""
    return [
        Stretch(
            span.get_kind_display(),
            span.started,
            span.since,
            span.until,
            max(0, calendar.count(span.since, span.until or on)),
            span.days_left,
        )
        for span in sorted(ticket.spans.all(), key=lambda span: span.pk)
    ]


def holders_of(
    ticket: Ticket,
    events: Sequence[TicketEvent],
    *,
    units: Iterable[TicketUnit],
    calendar: WorkCalendar,
    until: datetime,
) -> list[Held]:
    """Add up, by holder, the working days between the events at which the ticket changed hands.

    What lies with the unit counts for whoever had the lead then; cooperating units work beside it and hold
    nothing up.
    """
    leads = sorted((unit for unit in units if unit.part == Part.LEAD), key=lambda unit: unit.given_at)

    def holder_at(status: str, moment: datetime) -> str:
        given = [unit.department.name for unit in leads if unit.given_at <= moment]
        return HOLDERS.get(Status(status)) or (given[-1] if given else "")

    total: dict[str, int] = {}
    changes = [e for e in events if e.from_status != e.to_status or e.move == Move.TRANSFER]
    current = holder_at(ticket.status, until)
    for event, following in zip(changes, [*changes[1:], None], strict=True):
        if event.to_status in ENDED:
            continue  # nobody holds what is ended; the company may yet bring it back
        holder = holder_at(event.to_status, event.at)
        end = following.at if following else until
        total[holder] = total.get(holder, 0) + max(0, calendar.count(day_of(event.at), day_of(end)))
    return [Held(holder, days, ticket.is_open and holder == current) for holder, days in total.items()]
