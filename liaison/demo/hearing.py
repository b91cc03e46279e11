"""What the worker does in life: the outbox's news is heard; of the last fortnight, people are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from assessment.services import invite_answered
from issues.services import tell_readers
from liaison.demo.agenda import moment_on
from liaison.models import InboxMessage, OutboxMessage
from liaison.services import relay_outbox
from liaison.workdays import WorkCalendar, day_of

TOLD = timedelta(days=14)  # before the city's present; of what is older nobody would be told any more
UNREAD_DAYS = 2  # working days whose messages nobody has read yet


def hear_news(*, at: datetime, now: datetime) -> None:
    """Start the jobs of all the news that waits at a moment of the story; `now` is where it ends."""
    old = OutboxMessage.objects.filter(topic="inbox.news", sent_at__isnull=True, created_at__lt=now - TOLD)
    old.update(sent_at=F("created_at"))

    def start(topic: str, arguments: dict[str, Any]) -> None:
        if topic == "ticket.answered":
            invite_answered(at=at)
        elif topic == "inbox.news":
            moment = datetime.fromisoformat(arguments["moment"])
            tell_readers(what=arguments["what"], row=arguments["row"], moment=moment, at=at)

    while relay_outbox(send=start, at=at):
        pass


def read_up(*, now: datetime, calendar: WorkCalendar) -> None:
    """People have read what they were told, but for the last two working days."""
    since = moment_on(calendar.add(day_of(now), -UNREAD_DAYS), 0)
    old = InboxMessage.objects.unread().filter(created_at__lt=since)
    old.update(read_at=F("created_at") + timedelta(minutes=40))
