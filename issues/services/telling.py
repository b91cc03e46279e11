"""消息: what happened is told to those whom the table names, once, and what it settles counts no more.

A service leaves news in its own transaction; the outbox's relay starts the task that calls `tell_readers`.
Done again, late or out of order, it comes to the same.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from issues.choices import Move, Occasion
from issues.models import TicketEvent
from issues.reports.happened import Happened, happened, is_over, later_news, waits_for
from issues.reports.readers import Seat, clerks_of, may_hear, seats_of
from issues.transitions import TOLD, Hearer, Tell, Until, is_news
from liaison.choices import InboxKind
from liaison.services import Letter, announce, put_messages, settle_messages
from liaison.workdays import day_of

log = logging.getLogger(__name__)

NOBODY = "{}没有可以接收消息的人，请改派，或请名册管理员配人。"
_BY_ITSELF = {  # what is told in other words where nobody of ours did it
    Move.COLLECT: Occasion.FILED,
    Move.SIGN: Occasion.SILENT,
    Move.HELP_SIGN: Occasion.HELP_SILENT,
}


def leave_news(event: TicketEvent, *, told_as: str = "") -> None:
    """In the move's own transaction: leave news of it, where somebody hears of it or owes nothing more."""
    what: str = told_as or event.move
    if event.by_id is None and not told_as:
        what = _BY_ITSELF.get(Move(event.move), what)
    if what in TOLD or is_news(event.move, event.from_status, event.to_status):
        _announce(what, event.pk, at=event.at)


def leave_word(what: Occasion, row: Any, *, at: datetime) -> None:
    """In the writer's own transaction: leave news of a row that is no move of a problem."""
    _announce(what.value, row.pk, at=at)


def _announce(what: str, row: int, *, at: datetime) -> None:
    announce("inbox.news", at=at, what=what, row=row, moment=at.isoformat())


def tell_readers(*, what: str, row: int, moment: datetime, at: datetime) -> int:
    """Write the messages of a piece of news, and settle what it settles; returns how many are told.

    Who sits where, and who may see what, is asked of the day on which it is told.
    """
    news, today = happened(what, row, moment), day_of(at)
    if news.settles:
        spare = [news.about, *later_news(news)]
        settle_messages(waited_for=news.settles, spare=spare, at=news.at)
    letters = _letters(news, TOLD.get(what, ()), on=today)
    put_messages(letters=letters.values(), at=news.at)
    return len(letters)


def _letters(news: Happened, wanted: tuple[Tell, ...], *, on: date) -> dict[int, Letter]:
    """A letter per reader, by the first line of the table that reaches them; never to who did it."""
    letters: dict[int, Letter] = {}
    unheard: list[Seat] = []
    for tell in wanted:
        for seat in seats_of(tell.to, news, on):
            people = may_hear(seat.people, news, on)
            if not people and seat.must_hear:
                unheard.append(seat)
            for reader in people:
                if reader != news.by:
                    letters.setdefault(reader, _letter(news, tell, seat, reader))
    for seat in unheard:
        _tell_office(news, seat, letters, on=on)
    return letters


def _tell_office(news: Happened, seat: Seat, letters: dict[int, Letter], *, on: date) -> None:
    """Nobody sits where it was to be heard: the office is told, and the log where there is no office."""
    clerks = may_hear(clerks_of(news.place, on), news, on)
    if not clerks:
        log.warning("nobody hears of %s %s at %s", news.what, news.key, seat.name)
    missing = Tell(Hearer.OFFICE, f"{seat.name}无人接收", InboxKind.PRESS)
    for reader in clerks:
        letter = letters.get(reader) or _letter(news, missing, seat, reader)
        letters[reader] = replace(letter, words=f"{letter.words}\n{NOBODY.format(seat.name)}")


def _letter(news: Happened, tell: Tell, seat: Seat, reader: int) -> Letter:
    ticket, unit = news.ticket, seat.unit
    where = [str(ticket.company), ticket.number] if ticket is not None else [news.company]
    due = unit.due_on if unit is not None and tell.until == Until.PART else news.due_on
    if due is not None:
        where.append(f"期限 {due.month}月{due.day}日")
    waited = waits_for(tell.until, news, unit)
    return Letter(
        reader=reader,
        kind=tell.kind,
        title=f"{tell.words}：{news.subject}",
        words="\n".join(filter(None, [" · ".join(filter(None, where)), news.note])),
        url=news.url,
        about=news.about,
        waits_for=waited,
        settled_at=news.at if waited and is_over(tell.until, news, unit) else None,
    )
