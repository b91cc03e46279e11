"""Who held a ticket, and for how many working days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from issues.choices import Status
from issues.models import Ticket, TicketEvent
from liaison.workdays import WorkCalendar, day_of


@dataclass(frozen=True)
class Held:
    """One holder's stretch of the course, in working days."""

    holder: str
    working_days: int
    is_current: bool


HOLDERS = {
    Status.DRAFT: "包抓干部",
    Status.REPORTED: "协调办公室",
    Status.RESOLVED: "包抓干部",
    Status.ANSWERED: "企业确认",
}


def holders_of(
    ticket: Ticket, events: Sequence[TicketEvent], *, lead: str, calendar: WorkCalendar, until: datetime
) -> list[Held]:
    """Add up, by holder, the working days between the events at which the ticket changed hands."""
    total: dict[str, int] = {}
    changes = [e for e in events if e.from_status != e.to_status]
    current = HOLDERS.get(Status(ticket.status), lead)
    for event, following in zip(changes, [*changes[1:], None], strict=True):
        if event.to_status == Status.CLOSED:
            break
        holder = HOLDERS.get(Status(event.to_status), lead)
        end = following.at if following else until
        total[holder] = total.get(holder, 0) + max(0, calendar.count(day_of(event.at), day_of(end)))
    open_ = ticket.status != Status.CLOSED
    return [Held(holder, days, open_ and holder == current) for holder, days in total.items()]
