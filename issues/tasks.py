"""Alarm clocks of the problems' room."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from issues import services
from issues.models import BulkRun
from liaison.gateway import send_text


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
def run_bulk(*, run: int) -> int:
    """Make the moves of a run that wait, each by itself; run again, it goes on where it was."""
    return services.run_bulk(run=BulkRun.objects.get(pk=run), at=timezone.now())


@shared_task(
    autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, retry_backoff_max=60, max_retries=20
)
def apply_adoptions(*, version: int | None = None, at: str | None = None) -> int:
    """Let the rules that the office chose for open work reach it, of every version whose day has come.

    News of a publication names its `version`; the daily round names none. Both do all that waits.
    """
    return services.apply_adoptions(at=datetime.fromisoformat(at) if at else timezone.now())


@shared_task(
    autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, retry_backoff_max=60, max_retries=20
)
def write_messages(*, what: str, row: int, moment: str) -> int:
    """消息: tell those whom the table names of one piece of news, once however often this runs."""
    told = datetime.fromisoformat(moment)
    return services.tell_readers(what=what, row=row, moment=told, at=timezone.now())


class GatewayAway(Exception):
    """The SMS gateway did not take a message; the job is tried again."""


@shared_task(autoretry_for=(GatewayAway,), retry_backoff=60, retry_backoff_max=3600, max_retries=8)
def tell_company(*, ticket: int, what: str) -> bool:
    """Send a company news of its problem with the link to its page, where the city has an SMS gateway."""
    return _send(ticket, what)


@shared_task(autoretry_for=(GatewayAway,), retry_backoff=60, retry_backoff_max=3600, max_retries=8)
def tell_of_message(*, message: int) -> bool:
    """Tell a company that something was said to it on its problem; what is internal is nobody's news."""
    ticket = services.told_in(message=message)
    return ticket is not None and _send(ticket, "said")


def _send(ticket: int, what: str) -> bool:
    if not settings.SMS_WEBHOOK_URL:
        return False
    news = services.news_for_company(ticket=ticket, what=what)
    if news is None:
        return False
    if not send_text(news.phone, news.text):
        raise GatewayAway(ticket)
    return True
