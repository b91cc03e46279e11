"""The clock's own round: what is unreported, unsigned or overdue, each thing once."""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.db import OperationalError, transaction

from issues.choices import Status
from issues.models import Ticket
from issues.services.tickets import escalate_overdue, forward_ticket, sign_ticket
from liaison.models import CalendarDay, Region
from liaison.workdays import day_of

log = logging.getLogger(__name__)


def sweep_tickets(*, at: datetime) -> int:
    """Act on every ticket whose day has come; returns how many were acted on.

    Costs what is due, not what is open. Each ticket is asked again under its lock, in a transaction of
    its own: run twice, by two workers, or after a kill, it does everything once. Rest days of a
    company's place are left to the next working day. One that cannot be acted on stops none of the others.
    """
    today, done = day_of(at), 0
    rests = _regions_at_rest(today)
    due = Ticket.objects.due_for_clock(today).exclude(company__region__in=rests)
    for pk in due.order_by("act_on", "pk").values_list("pk", flat=True):
        try:
            done += _act_on(pk, at=at)
        except OperationalError:  # the database is away: the next round does what is left
            raise
        except Exception:
            log.exception("ticket %s could not be acted on; the next round tries again", pk)
    return done


@transaction.atomic
def _act_on(pk: int, *, at: datetime) -> bool:
    """Act on one ticket; False where it was moved meanwhile, or is in another worker's hands."""
    due = Ticket.objects.due_for_clock(day_of(at))
    ticket = due.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=pk).first()
    if ticket is None:
        return False
    _act(ticket, at=at)
    return True


def _act(ticket: Ticket, *, at: datetime) -> None:
    today = day_of(at)
    if ticket.status == Status.DRAFT:
        forward_ticket(ticket=ticket, at=at)
        return
    if ticket.status == Status.DISPATCHED and ticket.next_on is not None and ticket.next_on < today:
        ticket = sign_ticket(ticket=ticket, by=None, at=at)
    escalate_overdue(ticket=ticket, at=at)


def _regions_at_rest(on: date) -> list[int]:
    """Regions in which the day is not a working day, local exceptions included."""
    local = set(
        CalendarDay.objects.filter(on=on, region__isnull=False).values_list("region__path", flat=True)
    )
    nationwide = CalendarDay.objects.as_calendar().is_working(on)
    return [
        region.pk
        for region in Region.objects.order_by("path")
        if not (
            CalendarDay.objects.as_calendar(region).is_working(on)
            if any(region.path.startswith(path) for path in local)
            else nationwide
        )
    ]
