"""登记问题 by the office: from 12345, a leader's note, the phone; and an old ledger taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection, transaction
from django.utils import timezone

from companies.models import Enrolment
from issues.choices import ENDED, ExternalSystem, Move, Part, Source, Status
from issues.models import Category, ExternalNumber, Ticket, TicketEvent, TicketUnit
from issues.services.clock import DAYS, calendar_of, start_step
from issues.services.course import hold_ticket, signature, write_event
from issues.services.errors import MoveRefused
from issues.services.tickets import collect_ticket, report_ticket
from liaison.choices import LimitKind
from liaison.models import Official
from liaison.normalise import pinyin_initials
from liaison.workdays import day_of

OFFICE_SOURCES = (Source.HOTLINE, Source.LEADER, Source.PHONE)


@dataclass(frozen=True)
class Taken:
    """What became of an entry: the problem, and in words what was done with it."""

    ticket: Ticket
    words: str


@transaction.atomic
def register_ticket(
    *,
    enrolment: Enrolment,
    source: Source,
    title: str,
    by: Official,
    at: datetime,
    description: str = "",
    wish: str = "",
    category: Category | None = None,
    received_on: date | None = None,
    number: str = "",
    updated_at: datetime | None = None,
    repeats: Ticket | None = None,
) -> Taken:
    """登记: a problem that reached the office itself; it is reported with that, and waits for triage.

    The same 12345 number again is no new problem: a newer word is noted, an older one changes nothing.
    `repeats`: the same thing is in hand already; it keeps both numbers.
    """
    if source not in OFFICE_SOURCES:
        raise MoveRefused("办公室登记的来源是 12345、领导交办或电话。")
    number, word_at = number.strip(), updated_at or at
    if source == Source.HOTLINE and not number:
        raise MoveRefused("12345 转来的须填写对方工单编号。")
    if word_at > at:
        raise MoveRefused("对方更新时间不能晚于现在。")
    if number:
        _alone_with(number)
        known = ExternalNumber.objects.filter(system=ExternalSystem.HOTLINE, number=number).first()
        if known is not None:
            return _heard_again(known, enrolment, description or title, word_at=word_at, by=by, at=at)
    if repeats is not None:
        return _keep_number(repeats, enrolment, number, title, word_at=word_at, by=by, at=at)
    ticket = collect_ticket(
        enrolment=enrolment,
        source=source,
        title=title,
        description=description,
        wish=wish,
        category=category,
        collected_on=received_on,
        by=by,
        at=at,
    )
    ticket = report_ticket(ticket=ticket, by=by, at=at)
    if number:
        ExternalNumber.objects.create(
            ticket=ticket, system=ExternalSystem.HOTLINE, number=number, updated_at=word_at
        )
    return Taken(ticket, "已登记，待定级交办。")


def _alone_with(number: str) -> None:
    """One entry at a time for a number of 12345, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(12345, hashtext(%s))", [number])


def _heard_again(
    known: ExternalNumber, enrolment: Enrolment, words: str, *, word_at: datetime, by: Official, at: datetime
) -> Taken:
    ticket = hold_ticket(known.ticket_id)
    if ticket.company_id != enrolment.company_id:
        raise MoveRefused(f"12345 工单 {known.number} 已登记在另一家企业名下（{ticket.number}）。")
    if word_at <= known.updated_at:
        return Taken(
            ticket, f"12345 工单 {known.number} 已登记为 {ticket.number}，本次内容不比原来新，未改动。"
        )
    known.updated_at = word_at
    known.save(update_fields=["updated_at"])
    said = f"12345 工单 {known.number} 更新：{words.strip()}"
    write_event(ticket, Move.EXTERNAL, source=ticket.status, by=by, at=at, note=said)
    return Taken(ticket, f"12345 工单 {known.number} 已登记为 {ticket.number}，更新已记入办理过程。")


def _keep_number(
    ticket: Ticket,
    enrolment: Enrolment,
    number: str,
    title: str,
    *,
    word_at: datetime,
    by: Official,
    at: datetime,
) -> Taken:
    ticket = hold_ticket(ticket.pk)
    if ticket.company_id != enrolment.company_id:
        raise MoveRefused("只能并入同一家企业的问题。")
    if ticket.status in ENDED:
        raise MoveRefused(f"{ticket.number} {ticket.get_status_display()}，不能再并入；请登记为新问题。")
    if number:
        ExternalNumber.objects.create(
            ticket=ticket, system=ExternalSystem.HOTLINE, number=number, updated_at=word_at
        )
    said = f"重复来件并入{f'，12345 工单 {number}' if number else ''}：{title.strip()}"
    write_event(ticket, Move.EXTERNAL, source=ticket.status, by=by, at=at, note=said)
    return Taken(ticket, f"已并入 {ticket.number}，两个编号都保留。")


@dataclass(frozen=True)
class OldTicket:
    """A line of an old ledger, judged sound. Ended where `closed_on` is given."""

    enrolment: Enrolment
    version_id: int
    number: str
    title: str
    collected_on: date
    wish: str = ""
    category_id: int | None = None
    grade_id: int | None = None
    unit_id: int | None = None
    outcome: str = ""
    result: str = ""
    dispatched_on: date | None = None
    resolved_on: date | None = None
    closed_on: date | None = None
    rating: int | None = None


@transaction.atomic
def take_over(*, old: Sequence[OldTicket], by: Official, at: datetime) -> None:
    """台账导入: what was closed stays closed, by its own days, and counts as late in nothing; what was not
    goes to the office, which has the usual days from today to dispatch it."""
    today, actor = day_of(at), signature(by, day_of(at))
    numbers = _numbers(len(old), today)
    tickets = [_old_ticket(one, number, by=by, at=at) for one, number in zip(old, numbers, strict=True)]
    _give_days([t for t in tickets if t.status not in ENDED], today)
    Ticket.objects.bulk_create(tickets, batch_size=500)
    pairs = list(zip(old, tickets, strict=True))
    ExternalNumber.objects.bulk_create(
        [
            ExternalNumber(ticket=t, system=ExternalSystem.LEDGER, number=one.number, updated_at=at)
            for one, t in pairs
            if one.number
        ],
        batch_size=500,
    )
    TicketUnit.objects.bulk_create(
        [
            TicketUnit(
                ticket=t,
                department_id=one.unit_id,
                part=Part.LEAD,
                given_at=t.dispatched_at,
                sign_due_on=t.due_on,
                due_on=t.due_on,
                signed_at=t.dispatched_at,
                accepted_at=t.dispatched_at,
                finished_at=t.resolved_at,
                is_current=False,
            )
            for one, t in pairs
            if one.unit_id and t.dispatched_at and t.due_on
        ],
        batch_size=500,
    )
    TicketEvent.objects.bulk_create(
        [
            TicketEvent(
                ticket=t,
                move=Move.COLLECT,
                from_status="",
                to_status=t.status,
                at=t.collected_at,
                by=by,
                actor=actor,
                note=f"由原台账导入{f'，原编号 {one.number}' if one.number else ''}",
                due_on=t.next_on,
            )
            for one, t in pairs
        ],
        batch_size=500,
    )


def _numbers(count: int, on: date) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('issues_ticket_number') FROM generate_series(1, %s)", [count])
        return [f"{on:%Y}{row[0]:06d}" for row in cursor.fetchall()]


def _noon(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(12)))


def _old_ticket(one: OldTicket, number: str, *, by: Official, at: datetime) -> Ticket:
    ticket = Ticket(
        number=number,
        programme=one.enrolment.programme,
        version_id=one.version_id,
        enrolment=one.enrolment,
        company=one.enrolment.company,
        source=Source.IMPORT,
        title=one.title,
        initials=pinyin_initials(one.title)[:80],
        wish=one.wish,
        category_id=one.category_id,
        grade_id=one.grade_id,
        result=one.result,
        collected_at=_noon(one.collected_on),
        collected_by=by,
        report_due_on=one.collected_on,
        reported_at=_noon(one.collected_on),
    )
    if one.closed_on is None:
        graded = one.category_id is not None and one.grade_id is not None
        ticket.status = Status.TRIAGED if graded else Status.REPORTED
        return ticket
    resolved_on = one.resolved_on or one.closed_on
    ticket.status, ticket.outcome, ticket.rating = Status.CLOSED, one.outcome, one.rating
    ticket.dispatched_at = _noon(one.dispatched_on or one.collected_on)
    ticket.resolved_at, ticket.closed_at = _noon(resolved_on), _noon(one.closed_on)
    ticket.due_on = resolved_on  # whatever limit it had, it was not one of ours
    return ticket


def _give_days(tickets: Sequence[Ticket], today: date) -> None:
    """The office's days to dispatch, from today; counted once for each place and version."""
    counted: dict[tuple[int, int], dict[str, date | None]] = {}
    for ticket in tickets:
        key = (ticket.company.region_id, ticket.version_id)
        if key not in counted:
            calendar = calendar_of(ticket)
            start_step(ticket, LimitKind.TRIAGE, since=today, started="导入", calendar=calendar)
            counted[key] = {name: getattr(ticket, name) for name in DAYS}
        for name, day in counted[key].items():
            setattr(ticket, name, day)
