"""The clock's own round: what is unreported, unsigned or overdue, each thing once."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import OperationalError, transaction

from issues.choices import Status
from issues.models import Ticket
from issues.services.clock import Calendars
from issues.services.ladder import escalate_overdue
from issues.services.supervision import propose_notice
from issues.services.tickets import forward_ticket, sign_ticket
from issues.services.units import accept_silence
from liaison.workdays import WorkCalendar, day_of

log = logging.getLogger(__name__)


def sweep_tickets(*, at: datetime) -> int:
    """Act on every ticket whose day has come; returns how many were acted on.

    Costs what is due, not what is open, and reads each calendar once. Each ticket is asked again under
    its lock, in a transaction of its own: run twice, by two workers, or after a kill, it does everything
    once. Rest days of a company's place are left to the next working day. One that cannot be acted on
    stops none of the others.
    """
    today, done, calendars = day_of(at), 0, Calendars()
    due = Ticket.objects.due_for_clock(today).order_by("act_on", "pk").select_related("company__region")
    for ticket in due.only("company__region"):
        calendar = calendars.of(ticket.company.region)
        if not calendar.is_working(today):
            continue
        try:
            done += _act_on(ticket.pk, calendars=calendars, calendar=calendar, at=at)
        except OperationalError:  # the database is away: the next round does what is left
            raise
        except Exception:
            log.exception("ticket %s could not be acted on; the next round tries again", ticket.pk)
    return done


@transaction.atomic
def _act_on(pk: int, *, calendars: Calendars, calendar: WorkCalendar, at: datetime) -> bool:
    """Act on one ticket; False where it was moved meanwhile, or is in another worker's hands.

    So it is left to the next round where the calendar was changed while this one ran.
    """
    due = Ticket.objects.due_for_clock(day_of(at))
    ticket = due.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=pk).first()
    if ticket is None or not calendars.are_current():
        return False
    _act(ticket, calendar=calendar, at=at)
    return True


def _act(ticket: Ticket, *, calendar: WorkCalendar, at: datetime) -> None:
    today = day_of(at)
    if ticket.status == Status.DRAFT:
        forward_ticket(ticket=ticket, calendar=calendar, at=at)
        return
    if ticket.status == Status.DISPATCHED and ticket.next_on is not None and ticket.next_on < today:
        ticket = sign_ticket(ticket=ticket, by=None, calendar=calendar, at=at)
    accept_silence(ticket, calendar=calendar, at=at)
    propose_notice(ticket, at=at)  # before the next day of the clock is worked out
    escalate_overdue(ticket=ticket, calendar=calendar, at=at)
