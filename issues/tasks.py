"""Alarm clocks of the problems' room."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from issues import services


@shared_task
def sweep_tickets(*, at: str | None = None) -> int:
    """The clock's round. `at` (ISO, with its zone) lets an operator replay a missed day."""
    return services.sweep_tickets(at=datetime.fromisoformat(at) if at else timezone.now())
