"""Alarm clocks of the problems' room."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from celery import shared_task
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from issues import services


@shared_task
def sweep_tickets(*, at: str | None = None) -> int:
    """The clock's round. `at` (ISO, with its zone) lets an operator replay a missed day."""
    return services.sweep_tickets(at=datetime.fromisoformat(at) if at else timezone.now())


@shared_task
def prepare_meetings(*, at: str | None = None) -> int:
    """Set the agendas of the meetings that are near, and add what got stuck since."""
    return services.prepare_meetings(at=datetime.fromisoformat(at) if at else timezone.now())


@shared_task
def mend_chains(*, at: str | None = None) -> int:
    """Hand over what waited at a rung with nobody in it, once somebody sits there."""
    return services.mend_chains(at=datetime.fromisoformat(at) if at else timezone.now())


@shared_task(
    autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, retry_backoff_max=60, max_retries=20
)
def apply_calendar_change(*, change: int) -> int:
    """Write a confirmed change of the calendar, once; how far it is, is told beside its transaction."""
    with closing(connections.create_connection("default")) as beside:

        def tell(done: int, total: int) -> None:
            with beside.cursor() as cursor:
                cursor.execute(
                    "UPDATE liaison_calendarchange SET done = %s, total = %s"
                    " WHERE id = %s AND state = 'applying'",
                    [done, total, change],
                )

        return services.apply_calendar_change(change_id=change, at=timezone.now(), progress=tell)


@shared_task(
    autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, retry_backoff_max=60, max_retries=20
)
def apply_adoptions(*, version: int | None = None, at: str | None = None) -> int:
    """Let the rules that the office chose for open work reach it, of every version whose day has come.

    News of a publication names its `version`; the daily round names none. Both do all that waits.
    """
    return services.apply_adoptions(at=datetime.fromisoformat(at) if at else timezone.now())
