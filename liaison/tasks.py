"""Alarm clocks of the ground floor: the outbox relay, and the rosters' checks and writes."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import current_app, shared_task
from django.conf import settings
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from liaison import services
from liaison.imports import engine

log = logging.getLogger(__name__)

_BROKER_DOWN_PAUSE = 10.0  # seconds in which a page does not try a broker that has just failed
_broker_failed_at = float("-inf")


@shared_task
def relay_outbox() -> int:
    """Start the jobs that committed transactions asked for; a message is marked only once sent."""
    return services.relay_outbox(send=_send, at=timezone.now())


@shared_task
def clean_up() -> int:
    """Nightly: expired sessions, news sent long ago, messages read long ago."""
    call_command("clearsessions")
    services.forget_messages(at=timezone.now())
    services.forget_digests(at=timezone.now())
    return services.forget_sent(at=timezone.now())


@shared_task
def raise_calendar_alarm() -> str:
    """Each morning: is a year missing that people count with? Told once a day, however often this runs."""
    alarm = services.raise_calendar_alarm(at=timezone.now())
    return str(alarm) if alarm else ""


def _send(topic: str, arguments: dict[str, Any]) -> None:
    for task in settings.JOBS_ON_NEWS[topic]:
        current_app.send_task(task, kwargs=arguments)


def kick_outbox() -> None:
    """Nudge a worker, best effort: with the broker down the page goes on, and beat relays later."""
    global _broker_failed_at
    if time.monotonic() - _broker_failed_at < _BROKER_DOWN_PAUSE:
        return
    try:
        relay_outbox.apply_async(retry=False, ignore_result=True)
    except Exception:  # any broker failure: the row stays in the outbox, nothing is lost
        _broker_failed_at = time.monotonic()
        log.warning("broker unreachable; the outbox waits for beat", exc_info=True)


_DATABASE_AWAY = (OperationalError, InterfaceError)


@shared_task(autoretry_for=_DATABASE_AWAY, retry_backoff=2, retry_backoff_max=60, max_retries=20)
def check_import(run: int) -> str:
    """Judge a roster's lines. Killed in the middle and started again, it begins anew."""
    return engine.check_import(run_id=run, at=timezone.now())


@shared_task(autoretry_for=_DATABASE_AWAY, retry_backoff=2, retry_backoff_max=60, max_retries=20)
def apply_import(run: int) -> str:
    """Write a confirmed roster, once, in one transaction."""
    return engine.apply_import(run_id=run, at=timezone.now())
