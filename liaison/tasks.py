"""Alarm clocks of the ground floor: the outbox relay."""

from __future__ import annotations

import logging
import time

from celery import current_app, shared_task
from django.conf import settings
from django.utils import timezone

from liaison import services

log = logging.getLogger(__name__)

_BROKER_DOWN_PAUSE = 10.0  # seconds in which a page does not try a broker that has just failed
_broker_failed_at = float("-inf")


@shared_task
def relay_outbox() -> int:
    """Start the jobs that committed transactions asked for; a message is marked only once sent."""
    return services.relay_outbox(send=_send, at=timezone.now())


def _send(topic: str, arguments: dict) -> None:
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
