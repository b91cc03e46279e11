"""督办单 and 催办: issued by the office, signed for and answered by the unit, closed by the office."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from issues.choices import Move, NoticeColour, NoticeState, Occasion, Status
from issues.models import Notice, Reminder, Ticket
from issues.services.clock import calendar_of
from issues.services.course import hold_ticket, lock_for, note_on_course, write_event
from issues.services.errors import MoveRefused
from issues.services.telling import leave_word
from issues.services.units import check_can_receive
from liaison.choices import LimitKind
from liaison.models import CalendarDay, Department, Official, Programme, ProgrammeVersion
from liaison.normalise import too_far
from liaison.services import record
from liaison.services.calendar import hold_calendar
from liaison.workdays import WorkCalendar, day_of


def next_colour(ticket: Ticket, department: Department) -> str | None:
    """黄, 橙, 红 in turn, per problem and unit; None when all three were sent."""
    sent = Notice.objects.filter(ticket=ticket, department=department).exclude(state=NoticeState.DROPPED)
    used = set(sent.values_list("colour", flat=True))
    return next((colour for colour in NoticeColour.values if colour not in used), None)


def propose_notice(ticket: Ticket, *, at: datetime) -> bool:
    """提请督办: a problem that is 严重逾期 is put before the office, once in a round of handling.

    The ticket is locked by the caller.
    """
    today = day_of(at)
    if ticket.status != Status.IN_PROGRESS or ticket.alarm_on is None or ticket.alarm_on > today:
        return False
    if ticket.notices.filter(is_auto=True, round=ticket.round).exists():
        return False
    lead = ticket.units.leading().select_related("department").first()
    colour = next_colour(ticket, lead.department) if lead else None
    if lead is None or colour is None or ticket.due_on is None:
        return False
    due = ticket.due_on
    _, new = Notice.objects.get_or_create(
        ticket=ticket,
        round=ticket.round,
        is_auto=True,
        defaults={
            "programme_id": ticket.programme_id,
            "department": lead.department,
            "colour": colour,
            "state": NoticeState.PROPOSED,
            "why": f"办结期限{due.month}月{due.day}日，已严重逾期",
            "made_at": at,
        },
    )
    return new


@transaction.atomic
def issue_notice(
    *,
    programme: Programme,
    department: Department,
    demand: str,
    due_on: date,
    by: Official,
    at: datetime,
    ticket: Ticket | None = None,
    colour: str = "",
    why: str = "",
    proposed: Notice | None = None,
) -> Notice:
    """签发督办单: numbered in the programme's year; on a problem its colour follows from those sent before.

    The unit has the programme's limit of 签收 to sign for it, and until `due_on` to reply.
    """
    today = day_of(at)
    if not demand.strip():
        raise MoveRefused("请填写督办要求。")
    if ticket is not None:
        ticket = _lock_open(ticket)
    locked = Programme.objects.select_for_update(no_key=True, of=("self",)).get(pk=programme.pk)
    if proposed is not None:
        proposed = Notice.objects.select_for_update(of=("self",), no_key=True).get(pk=proposed.pk)
        if proposed.state != NoticeState.PROPOSED:
            raise MoveRefused("该督办单已处理，请刷新后查看。")
    check_can_receive(department, on=today)
    calendar = _calendar(ticket, department)
    _check_day(due_on, today, calendar)
    if proposed is not None:
        notice, colour = proposed, proposed.colour
    else:
        if ticket is not None:
            colour = next_colour(ticket, department) or ""
            if not colour:
                raise MoveRefused(f"已因此问题向{department}发过黄、橙、红三色督办单，请提级或由领导批示。")
        if colour not in NoticeColour.values:
            raise MoveRefused("请选择督办单的颜色。")
        notice = Notice(programme=locked, ticket=ticket, department=department, colour=colour, made_at=at)
        notice.round = ticket.round if ticket else 1
    last = Notice.objects.filter(programme=locked, year=today.year).aggregate(last=Max("serial"))["last"]
    notice.year, notice.serial = today.year, (last or 0) + 1
    notice.state, notice.demand, notice.due_on = NoticeState.ISSUED, demand.strip(), due_on
    notice.why = why.strip() or notice.why or "办公室督办"
    notice.issued_at, notice.issued_by = at, by
    notice.receive_by = calendar.add(today, max(1, _sign_limit(locked, ticket, today)))
    notice.save()
    note_on_course(
        ticket,
        Move.SUPERVISE,
        f"{notice.get_colour_display()}{notice.number}，{department}，"
        f"{due_on.month}月{due_on.day}日前回复：{notice.demand}",
        by=by,
        at=at,
    )
    leave_word(Occasion.NOTICE_ISSUED, notice, at=at)
    record("签发督办单", notice, by=by, at=at, colour=notice.get_colour_display(), demand=notice.demand)
    return notice


def _lock_open(ticket: Ticket) -> Ticket:
    ticket = hold_ticket(ticket.pk)
    if not ticket.is_open:
        raise MoveRefused(f"该问题{ticket.get_status_display()}，不再督办。")
    return ticket


def _calendar(ticket: Ticket | None, department: Department) -> WorkCalendar:
    if ticket is not None:
        return calendar_of(ticket)
    hold_calendar()
    return CalendarDay.objects.as_calendar(department.region)


def _check_day(due_on: date, today: date, calendar: WorkCalendar) -> None:
    if due_on <= today:
        raise MoveRefused("回复期限须在今天之后。")
    if words := too_far(due_on, today, "回复期限"):
        raise MoveRefused(words)
    if not calendar.is_working(due_on):
        raise MoveRefused(f"{due_on} 不是工作日，请选工作日。")


def _sign_limit(programme: Programme, ticket: Ticket | None, today: date) -> int:
    try:
        version = ticket.version if ticket else programme.version_on(today)
    except ProgrammeVersion.DoesNotExist:
        return 1
    return version.limit(LimitKind.SIGN, today)


@transaction.atomic
def drop_notice(*, notice: Notice, words: str, by: Official, at: datetime) -> Notice:
    """不予签发: the office does not follow the clock's proposal, and says why."""
    notice, _ = _lock(notice)
    if not words.strip():
        raise MoveRefused("请说明不签发的理由。")
    if notice.state != NoticeState.PROPOSED:
        raise MoveRefused("该督办单已处理，请刷新后查看。")
    notice.state, notice.closing = NoticeState.DROPPED, words.strip()
    notice.save(update_fields=["state", "closing"])
    record("不予签发督办单", notice, by=by, at=at, words=notice.closing)
    return notice


@transaction.atomic
def sign_notice(*, notice: Notice, by: Official, at: datetime) -> Notice:
    """签收督办单: who of the unit, and when."""
    notice, ticket = _lock(notice)
    if notice.state != NoticeState.ISSUED:
        raise MoveRefused("该督办单已签收，请刷新后查看。")
    notice.state, notice.received_at, notice.received_by = NoticeState.RECEIVED, at, by
    notice.save(update_fields=["state", "received_at", "received_by"])
    late = notice.receive_by is not None and day_of(at) > notice.receive_by
    note_on_course(ticket, Move.NOTICE_SIGN, notice.number + ("（逾期签收）" if late else ""), by=by, at=at)
    leave_word(Occasion.NOTICE_SIGNED, notice, at=at)
    record("签收督办单", notice, by=by, at=at)
    return notice


@transaction.atomic
def reply_notice(*, notice: Notice, words: str, by: Official, at: datetime) -> Notice:
    """回复督办单: what the unit did; whoever replies has signed for it."""
    notice, ticket = _lock(notice)
    if not words.strip():
        raise MoveRefused("请填写落实情况。")
    if notice.state not in (NoticeState.ISSUED, NoticeState.RECEIVED):
        raise MoveRefused("该督办单已回复或已办结，请刷新后查看。")
    if notice.received_at is None:
        notice.received_at, notice.received_by = at, by
    notice.state, notice.reply = NoticeState.REPLIED, words.strip()
    notice.replied_at, notice.replied_by = at, by
    notice.save()
    late = notice.due_on is not None and day_of(at) > notice.due_on
    note = f"{notice.number}{'（逾期回复）' if late else ''}：{notice.reply}"
    note_on_course(ticket, Move.NOTICE_REPLY, note, by=by, at=at)
    leave_word(Occasion.NOTICE_REPLIED, notice, at=at)
    record("回复督办单", notice, by=by, at=at, reply=notice.reply)
    return notice


@transaction.atomic
def close_notice(*, notice: Notice, words: str, by: Official, at: datetime) -> Notice:
    """办结督办单: the office is content with the reply, or gives the notice up, with its words."""
    notice, ticket = _lock(notice)
    if not words.strip():
        raise MoveRefused("请填写办结意见。")
    if notice.state in (*_DONE, NoticeState.PROPOSED):
        raise MoveRefused("该督办单不在办理中，请刷新后查看。")
    notice.state, notice.closing = NoticeState.CLOSED, words.strip()
    notice.closed_at, notice.closed_by = at, by
    notice.save(update_fields=["state", "closing", "closed_at", "closed_by"])
    note_on_course(ticket, Move.NOTICE_CLOSE, f"{notice.number}：{notice.closing}", by=by, at=at)
    leave_word(Occasion.NOTICE_CLOSED, notice, at=at)
    record("办结督办单", notice, by=by, at=at, words=notice.closing)
    return notice


_DONE = (NoticeState.CLOSED, NoticeState.DROPPED)


def _lock(notice: Notice) -> tuple[Notice, Ticket | None]:
    """The problem first, then the notice: in the order of every move."""
    ticket = hold_ticket(notice.ticket_id) if notice.ticket_id is not None else None
    return Notice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.pk), ticket


@transaction.atomic
def remind_unit(*, ticket: Ticket, department: Department, words: str, by: Official, at: datetime) -> Ticket:
    """催办: the office reminds a unit that has the problem; not more than once a working day."""
    ticket = lock_for(ticket, Move.REMIND)
    if not words.strip():
        raise MoveRefused("请填写催办内容。")
    if not ticket.units.filter(department=department, is_current=True).exists():
        raise MoveRefused(f"{department}现在不办理该问题。")
    on = calendar_of(ticket).on_or_after(day_of(at))
    if ticket.reminders.filter(department=department, on=on).exists():
        raise MoveRefused(f"{on.month}月{on.day}日已催办过{department}，每个工作日只催一次。")
    reminder = Reminder.objects.create(
        ticket=ticket, department=department, on=on, words=words.strip(), at=at, by=by
    )
    leave_word(Occasion.REMINDED, reminder, at=at)
    write_event(
        ticket, Move.REMIND, source=ticket.status, by=by, at=at, note=f"{department}：{words.strip()}"
    )
    return ticket
