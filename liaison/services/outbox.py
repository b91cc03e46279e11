"""The outbox: news written in the transaction that makes it, told once that is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from liaison.models import OutboxMessage

BATCH = 200
KEPT = timedelta(days=30)  # sent news is looked at for a month, then forgotten
_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


def announce(topic: str, /, *, at: datetime, **arguments: Any) -> None:
    """Leave news for jobs, inside the caller's transaction. Arguments are ids and ISO dates."""
    OutboxMessage.objects.create(topic=topic, arguments=arguments, created_at=at)
    heard = _heard.get()
    if heard is not None:
        transaction.on_commit(lambda: heard.append(topic))


@contextmanager
def listen() -> Iterator[list[str]]:
    """The topics of the news that is committed within the block: of what was rolled back, none."""
    heard: list[str] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def relay_outbox(*, send: Callable[[str, dict[str, Any]], None], at: datetime) -> int:
    """Send what is unsent, oldest first, each under its own lock. Two relays share the work.

    A message is sent at least once; jobs may be done again without harm.
    """
    sent = 0
    unsent = OutboxMessage.objects.filter(sent_at__isnull=True).order_by("pk")
    for pk in unsent.values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            message = unsent.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if message is None:
                continue  # another relay has it
            send(message.topic, message.arguments)
            message.sent_at = max(at, message.created_at)
            message.attempts += 1
            message.save(update_fields=["sent_at", "attempts"])
            sent += 1
    return sent


def forget_sent(*, at: datetime) -> int:
    """Drop what was sent more than a month ago; what is unsent stays, however old."""
    forgotten, _ = OutboxMessage.objects.filter(sent_at__lt=at - KEPT).delete()
    return forgotten
