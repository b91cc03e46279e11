"""消息: written, settled, read, forgotten. Each of them may be done again without harm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from liaison.choices import InboxKind
from liaison.models import InboxMessage, Official

KEPT_READ = timedelta(days=90)  # what was read or settled is looked up for a quarter
KEPT = timedelta(days=365)  # what nobody read in a year is nobody's news any more
TITLE_MOST, WORDS_MOST = 140, 300  # characters


@dataclass(frozen=True)
class Letter:
    """A message to be written. `about` names what it tells of: nobody is told of it twice."""

    reader: int
    kind: InboxKind
    title: str
    url: str
    about: str
    words: str = ""
    waits_for: str = ""
    settled_at: datetime | None = None  # what it asks for is over already


@transaction.atomic
def put_messages(*, letters: Iterable[Letter], at: datetime) -> None:
    """Write messages that happened at a moment, in one insert; who has been told of it is passed over."""
    InboxMessage.objects.bulk_create(
        (
            InboxMessage(
                reader_id=letter.reader,
                kind=letter.kind,
                title=_short(letter.title, TITLE_MOST),
                words=_short(letter.words, WORDS_MOST),
                url=letter.url,
                about=letter.about,
                waits_for=letter.waits_for,
                created_at=at,
                settled_at=letter.settled_at,
            )
            for letter in letters
        ),
        ignore_conflicts=True,
    )


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


@transaction.atomic
def settle_messages(*, waited_for: Iterable[str], at: datetime, spare: Iterable[str] = ()) -> int:
    """What messages told up to a moment ask for is over: they count no more. Returns how many.

    `spare`: what is told of by this news or by later ones of the same moment, which ask for it anew.
    """
    waiting = InboxMessage.objects.unread().filter(waits_for__in=list(waited_for), created_at__lte=at)
    return waiting.exclude(about__in=list(spare)).update(settled_at=at)


@transaction.atomic
def read_message(*, message: InboxMessage, at: datetime) -> None:
    """The reader has opened it; the first time counts."""
    InboxMessage.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=at)


@transaction.atomic
def read_messages(*, reader: Official, until: int, at: datetime, kind: str = "") -> int:
    """全部标为已读: of one kind, or of all, no newer than the one that was in sight; returns how many."""
    unread = InboxMessage.objects.unread().filter(reader=reader, pk__lte=until)
    if kind:
        unread = unread.filter(kind=kind)
    return unread.update(read_at=at)


def forget_messages(*, at: datetime) -> int:
    """Drop what was read or settled, a quarter after it was told, and all that is older than a year."""
    done_with = Q(read_at__isnull=False) | Q(settled_at__isnull=False) | Q(created_at__lt=at - KEPT)
    forgotten, _ = InboxMessage.objects.filter(done_with, created_at__lt=at - KEPT_READ).delete()
    return forgotten
