"""每日提要: one per person and working day, into the inbox; by text message where the city sends any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from liaison.choices import InboxKind
from liaison.models import Digest, Official, Posting
from liaison.models.changes import PlaceCalendars
from liaison.services.inbox import Letter, put_messages
from liaison.workdays import SHANGHAI, WorkCalendar, day_of

KEPT = timedelta(days=90)
MORNING = time(8, 30)


@dataclass(frozen=True)
class Morning:
    """What an official is told in the morning; `text` is the short form for the phone."""

    title: str
    words: str
    text: str


Tell = Callable[[Official, WorkCalendar, datetime], Morning | None]


def write_digests(*, tell: Tell, at: datetime) -> int:
    """Tell everybody in post who was not looked at today; returns how many were told.

    Not before half past eight, and only where the day is a working day for the place where they serve, local
    exceptions included. `tell` says what there is to tell them.
    """
    on, written = day_of(at), 0
    if at.astimezone(SHANGHAI).time() < MORNING:
        return 0
    posts = Posting.objects.in_force(on).filter(official=OuterRef("pk"))
    seen = Digest.objects.filter(on=on, official=OuterRef("pk"))
    serves_in = posts.order_by("pk").values("department__region__path")[:1]
    people: Any = Official.objects.filter(~Exists(seen), is_active=True).annotate(place=Subquery(serves_in))
    calendars = PlaceCalendars()
    for official in people.filter(place__isnull=False).order_by("pk"):
        calendar = calendars.of(official.place)
        if calendar.is_working(on):
            morning = partial(tell, official.on_duty(on), calendar, at)
            written += write_digest(official=official, tell=morning, at=at)
    return written


@transaction.atomic
def write_digest(*, official: Official, tell: Callable[[], Morning | None], at: datetime) -> bool:
    """Look at an official's morning, once a day, and tell them of it; False where nothing was told.

    The day is taken before it is looked at: of two at once the second waits, and finds it done. Killed in the
    middle, nothing stands and the next round does it.
    """
    on = day_of(at)
    digest, new = Digest.objects.get_or_create(official=official, on=on, defaults={"written_at": at})
    if not new:
        return False
    morning = tell()
    if morning is None:
        return False
    digest.is_empty = False
    digest.text = morning.text if settings.DIGEST_SMS and official.phone else ""
    digest.save(update_fields=["is_empty", "text"])
    put_messages(
        letters=[
            Letter(
                reader=official.pk,
                kind=InboxKind.DIGEST,
                title=morning.title,
                words=morning.words,
                url="/",
                about=f"digest:{on}",
            )
        ],
        at=at,
    )
    return True


def is_quiet(at: datetime) -> bool:
    """Within the city's quiet hours: nobody's phone rings."""
    hour, (since, until) = at.astimezone(SHANGHAI).hour, settings.QUIET_HOURS
    return since <= hour < until if since <= until else hour >= since or hour < until


def send_digests(*, send: Callable[[str, str], bool], at: datetime) -> int:
    """Send today's text messages, outside the quiet hours; what waits past its day is not sent any more.

    Each is taken in a transaction of its own before it is handed over, and given back if the gateway refuses.
    """
    if is_quiet(at):
        return 0
    sent = 0
    waiting = Digest.objects.filter(on=day_of(at), taken_at__isnull=True).exclude(text="")
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        digest = _take(pk, at=at)
        if digest is None:
            continue  # another worker has it
        phone = digest.official.phone if digest.official.is_active else None
        if phone and not send(phone, digest.text):
            Digest.objects.filter(pk=pk).update(taken_at=None)
            break  # the gateway is away: the next round tries again
        if phone:
            Digest.objects.filter(pk=pk).update(sent_at=at)
            sent += 1
    return sent


@transaction.atomic
def _take(pk: int, *, at: datetime) -> Digest | None:
    rows = Digest.objects.select_for_update(of=("self",), skip_locked=True).filter(taken_at__isnull=True)
    digest = rows.select_related("official").filter(pk=pk).first()
    if digest is not None:
        digest.taken_at = at
        digest.save(update_fields=["taken_at"])
    return digest


def forget_digests(*, at: datetime) -> int:
    """Drop the days of more than a quarter ago."""
    forgotten, _ = Digest.objects.filter(on__lt=day_of(at - KEPT)).delete()
    return forgotten
