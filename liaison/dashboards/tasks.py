"""Alarm clocks of the front door: what is read from every room."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from liaison import services
from liaison.dashboards.digest import morning_of
from liaison.gateway import send_text


@shared_task
def write_digests(*, at: str | None = None) -> int:
    """每日提要: look at everybody's morning, once each working day, and send what waits for the phone.

    Run again it goes on with who was not looked at; `at` (ISO, with its zone) lets an operator replay one.
    """
    moment = datetime.fromisoformat(at) if at else timezone.now()
    written = services.write_digests(tell=morning_of, at=moment)
    services.send_digests(send=send_text, at=moment)
    return written
