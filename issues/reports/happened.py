"""What happened, read back from the row that tells it: what is told, on what, and what it settles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from issues.choices import HELPED, Move, NoticeState, Occasion, Part, RequestState
from issues.models import (
    MeetingTask,
    Message,
    NoteAddressee,
    Notice,
    Reminder,
    Ticket,
    TicketEvent,
    TicketUnit,
)
from issues.transitions import ANSWERS_PART, RULES, Until, settled_in
from liaison.models import Department


@dataclass(frozen=True)
class Happened:
    """A piece of news. `key` is of the row that tells it; whoever may not see `sight` is not told."""

    what: str  # a Move or an Occasion
    key: int
    sight: Any
    at: datetime
    url: str
    place: str  # the region path whose office has it
    programme_place: str
    by: int | None = None
    ticket: Ticket | None = None
    unit: TicketUnit | None = None
    note: str = ""
    due_on: date | None = None
    addressee: Department | None = None
    authors: frozenset[int] = frozenset()
    company: str = ""  # where there is no problem to name
    thread: str = ""  # what a reply is owed to
    is_done: bool = False  # the reply or the closing has come meanwhile
    is_event: bool = False
    settles: tuple[str, ...] = ()  # what messages wait for no longer

    @property
    def about(self) -> str:
        """What a reader is told of once."""
        return f"event:{self.key}" if self.is_event else f"{self.what}:{self.key}:{self.at:%y%m%d%H%M%S}"

    @property
    def subject(self) -> str:
        return self.ticket.title if self.ticket is not None else str(self.sight)


# Another unit's turn begins with 改派, too, where the one before had not signed yet.
_NEW_STEP = ~Q(from_status=F("to_status")) | Q(move=Move.TRANSFER)


def happened(what: str, key: int, at: datetime) -> Happened:
    """Read a piece of news that was left at a moment."""
    return _READ.get(what, _of_event)(what, key, at)


def later_news(news: Happened) -> list[str]:
    """What later steps of the problem ask for anew."""
    if not news.is_event or news.ticket is None:
        return []
    later = news.ticket.events.filter(pk__gt=news.key).values_list("pk", flat=True)
    return [f"event:{key}" for key in later]


def waits_for(until: str, news: Happened, unit: TicketUnit | None) -> str:
    """The name of what a message waits for; the news that settles it bears the same."""
    ticket = news.ticket.pk if news.ticket is not None else 0
    part = unit or news.unit
    kind = RULES[news.what].opens if news.what in RULES else ""
    return {
        Until.STEP: f"step:{ticket}",
        Until.REQUEST: f"{kind}:{ticket}",
        Until.PART: f"part:{part.pk if part else 0}",
        Until.RULING: f"ruling:{part.pk if part else 0}",
        Until.REPLY: f"reply:{news.thread}",
        Until.CLOSING: f"closing:{news.thread}",
    }.get(Until(until), "")


def is_over(until: str, news: Happened, unit: TicketUnit | None) -> bool:
    """What the message would ask for has been done meanwhile."""
    ticket, part = news.ticket, unit or news.unit
    if until in (Until.REPLY, Until.CLOSING):
        return news.is_done
    if ticket is None:
        return False
    if until == Until.STEP:
        return ticket.events.filter(_NEW_STEP, pk__gt=news.key).exists()
    if until == Until.REQUEST:
        waiting = ticket.requests.filter(kind=RULES[news.what].opens, state=RequestState.PENDING)
        return not waiting.exists()
    if until == Until.PART:
        return part is not None and (part.accepted_at is not None or not part.is_current)
    return until == Until.RULING and part is not None and part.ruled_at is not None


def _of_event(what: str, key: int, at: datetime) -> Happened:
    event = TicketEvent.objects.select_related(
        "unit__department",
        "ticket__company__region",
        "ticket__programme__region",
        "ticket__version__extension_rule",
    ).get(pk=key)
    news = _on(event.ticket, what, key, event.at, by=event.by_id, note=event.note)
    return replace(
        news, is_event=True, unit=event.unit, due_on=event.due_on, settles=tuple(_settled_by(event))
    )


def _settled_by(event: TicketEvent) -> list[str]:
    ticket, unit, over = event.ticket, event.unit, []
    if event.from_status != event.to_status or event.move == Move.TRANSFER:
        over.append(f"step:{ticket.pk}")
        lapsed = settled_in(event.from_status) - settled_in(event.to_status)
        over += [f"{kind}:{ticket.pk}" for kind in sorted(lapsed)]
    rule = RULES.get(event.move)
    if rule is not None and rule.settles:
        over.append(f"{rule.settles}:{ticket.pk}")
    if unit is not None and event.move in ANSWERS_PART:
        over.append(f"part:{unit.pk}")
    if unit is not None and event.move == Move.RULE_HELP:
        over.append(f"ruling:{unit.pk}")
    units = ticket.units.filter(part=Part.COOPERATE)
    if event.to_status in HELPED:
        given_up = units.filter(is_current=False) if event.move == Move.TRANSFER else units.none()
        over += [f"part:{key}" for key in given_up.values_list("pk", flat=True)]
    else:
        keys = units.values_list("pk", flat=True)
        over += [f"{owed}:{key}" for key in keys for owed in ("part", "ruling")]
    return over


def _on(
    ticket: Ticket, what: str, key: int, at: datetime, *, by: int | None, note: str, sight: Any = None
) -> Happened:
    return Happened(
        what=what,
        key=key,
        sight=sight or ticket,
        at=at,
        url=(sight or ticket).get_absolute_url(),
        place=ticket.company.region.path,
        programme_place=ticket.programme.region.path,
        by=by,
        ticket=ticket,
        note=note.strip(),
    )


_TICKET = ("ticket__company__region", "ticket__programme__region")


def _of_message(what: str, key: int, at: datetime) -> Happened:
    row = Message.objects.select_related(*_TICKET).get(pk=key)
    news = _on(row.ticket, what, key, at, by=row.author_id, note=f"{row.signed}：{row.words}")
    return replace(news, url=f"{news.url}#talk")


def _of_reminder(what: str, key: int, at: datetime) -> Happened:
    row = Reminder.objects.select_related("department", *_TICKET).get(pk=key)
    news = _on(row.ticket, what, key, at, by=row.by_id, note=row.words)
    return replace(news, due_on=row.ticket.due_on, addressee=row.department)


def _of_notice(what: str, key: int, at: datetime) -> Happened:
    row = Notice.objects.select_related("department__region", "programme__region", *_TICKET).get(pk=key)
    by, note, is_done = {
        Occasion.NOTICE_ISSUED: (row.issued_by_id, row.demand, row.state != NoticeState.ISSUED),
        Occasion.NOTICE_SIGNED: (row.received_by_id, "", True),
        Occasion.NOTICE_REPLIED: (row.replied_by_id, row.reply, row.state != NoticeState.REPLIED),
        Occasion.NOTICE_CLOSED: (row.closed_by_id, row.closing, True),
    }[Occasion(what)]
    thread = f"notice:{key}"
    settles = {
        Occasion.NOTICE_ISSUED: (),
        Occasion.NOTICE_CLOSED: (f"reply:{thread}", f"closing:{thread}"),
    }.get(Occasion(what), (f"reply:{thread}",))
    return Happened(
        what=what,
        key=key,
        sight=row,
        at=at,
        url=row.get_absolute_url(),
        place=row.ticket.company.region.path if row.ticket else row.department.region.path,
        programme_place=row.programme.region.path,
        by=by,
        ticket=row.ticket,
        note=note,
        due_on=row.due_on if what == Occasion.NOTICE_ISSUED else None,
        addressee=row.department,
        authors=_who(row.issued_by_id),
        company=str(row.programme),
        thread=thread,
        is_done=is_done,
        settles=settles,
    )


def _of_note(what: str, key: int, at: datetime) -> Happened:
    """A leader's words to one unit: one piece of news per addressee."""
    row = NoteAddressee.objects.select_related(
        "department",
        "note__leader",
        "note__company__region",
        "note__ticket__company__region",
        "note__ticket__programme__region",
    ).get(pk=key)
    note, is_answer = row.note, what == Occasion.NOTE_ANSWERED
    return Happened(
        what=what,
        key=key,
        sight=note,
        at=at,
        url=note.get_absolute_url(),
        place=note.company.region.path,
        programme_place=note.company.region.path,
        by=row.answered_by_id if is_answer else note.recorded_by_id,
        ticket=note.ticket,
        note=f"{row.department}：{row.answer}" if is_answer else f"{note.leader.name}：{note.words}",
        due_on=None if is_answer else note.due_on,
        addressee=row.department,
        authors=_who(note.leader_id, note.recorded_by_id),
        company=str(note.company),
        thread=f"note:{key}",
        is_done=row.answered_at is not None,
        settles=(f"reply:note:{key}",) if is_answer else (),
    )


def _of_task(what: str, key: int, at: datetime) -> Happened:
    row = MeetingTask.objects.select_related("department", "item__meeting", *_TICKET).get(pk=key)
    is_answer, recorder = what == Occasion.TASK_DONE, row.item.meeting.held_by_id
    news = _on(
        row.ticket,
        what,
        key,
        at,
        by=row.done_by_id if is_answer else recorder,
        note=row.answer if is_answer else row.words,
        sight=row,
    )
    return replace(
        news,
        due_on=None if is_answer else row.due_on,
        addressee=row.department,
        authors=_who(recorder),
        thread=f"task:{key}",
        is_done=row.done_at is not None and row.done_at >= at,
        settles=(f"reply:task:{key}",) if is_answer else (),
    )


def _who(*people: int | None) -> frozenset[int]:
    return frozenset(key for key in people if key is not None)


_READ: dict[str, Callable[[str, int, datetime], Happened]] = {
    Occasion.SAID: _of_message,
    Occasion.SAID_BY_COMPANY: _of_message,
    Occasion.REMINDED: _of_reminder,
    Occasion.NOTICE_ISSUED: _of_notice,
    Occasion.NOTICE_SIGNED: _of_notice,
    Occasion.NOTICE_REPLIED: _of_notice,
    Occasion.NOTICE_CLOSED: _of_notice,
    Occasion.NOTE_WRITTEN: _of_note,
    Occasion.NOTE_ANSWERED: _of_note,
    Occasion.TASK_GIVEN: _of_task,
    Occasion.TASK_DONE: _of_task,
    Occasion.TASK_UNDONE: _of_task,
}
