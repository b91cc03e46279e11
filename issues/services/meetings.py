"""Meetings: decisions are written item by item, and stand, as tasks, once the meeting is held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from issues.choices import Cause, MeetingState, Move, Occasion, Sequel
from issues.models import AgendaItem, Meeting, MeetingTask, Ticket
from issues.reports.ladder import Holders, next_rung
from issues.reports.meetings import draft_of_minutes
from issues.services.clock import calendar_of, next_act
from issues.services.course import hold_ticket, write_event
from issues.services.ladder import climb
from issues.services.telling import leave_word
from liaison.choices import Rung
from liaison.models import Department, Official
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of


class MeetingRefused(Refusal):
    """The meeting's record cannot be written so. Worded for the user."""


@transaction.atomic
def decide_item(
    *,
    item: AgendaItem,
    decision: str,
    due_on: date | None,
    by: Official,
    at: datetime,
    instead_of: str = "",
    ruling: str = Sequel.KEEP,
    owner: Department | None = None,
) -> AgendaItem:
    """议定: what the meeting decided on one item, whose it is, by when, and where the problem goes.

    `instead_of` is what stood there when the clerk began to write: nobody writes over words unread.
    The same again is written once.
    """
    meeting = lock_prepared(item.meeting)
    item = AgendaItem.objects.select_related("ticket__version").get(pk=item.pk, meeting=meeting)
    decision = decision.strip()
    if not decision:
        raise MeetingRefused("请填写议定事项。")
    if item.removed_at:
        raise MeetingRefused(f"第{item.position}项已从议题中撤下，不能填写议定事项。")
    new = (due_on, ruling, owner.pk if owner else None)
    if same_words(item.decision, decision) and (item.due_on, item.ruling, item.owner_id) == new:
        return item
    if not same_words(item.decision, instead_of):
        raise MeetingRefused(
            f"第{item.position}项刚由他人填写为“{item.decision}”，您填写的内容没有保存。请核对后再保存。"
        )
    if due_on and due_on < day_of(at):
        raise MeetingRefused("完成期限不能早于今天。")
    if due_on and (words := too_far(due_on, day_of(at), "完成期限")):
        raise MeetingRefused(words)
    if owner is not None and not owner.is_active:
        raise MeetingRefused(f"{owner}已撤销，不能承担任务。")
    if owner is not None and due_on is None:
        raise MeetingRefused("选了责任单位的，请填写完成期限。")
    if ruling == Sequel.UP and next_rung(item.ticket, above=meeting.kind) is None:
        raise MeetingRefused(f"{meeting.get_kind_display()}之上没有更高的层级，不能再提交。")
    item.decision, item.due_on, item.ruling, item.owner = decision, due_on, ruling, owner
    item.save(update_fields=["decision", "due_on", "ruling", "owner"])
    record(
        "填写议定事项",
        item.ticket,
        by=by,
        at=at,
        meeting=str(meeting),
        decision=item.decision,
        due_on=due_on.isoformat() if due_on else "",
        owner=str(owner or ""),
        ruling=Sequel(ruling).label,
    )
    return item


def same_words(one: str, other: str) -> bool:
    """Whatever a browser makes of the ends of lines."""
    return one.split() == other.split()


@transaction.atomic
def hold_meeting(*, meeting: Meeting, held_on: date, by: Official, at: datetime) -> Meeting:
    """Close the record of a meeting that took place: its decisions stand, and become tasks of the units."""
    meeting = lock_prepared(meeting)
    if held_on > day_of(at):
        raise MeetingRefused("召开日期不能晚于今天。")
    if held_on < day_of(meeting.prepared_at):
        raise MeetingRefused(f"召开日期不能早于议题生成日（{day_of(meeting.prepared_at):%Y-%m-%d}）。")
    items = list(meeting.items.filter(removed_at__isnull=True).order_by("position"))
    if undecided := next((item for item in items if not item.decision), None):
        raise MeetingRefused(f"第{undecided.position}项还没有议定事项，请先填写。")
    meeting.state, meeting.held_on, meeting.held_by = MeetingState.HELD, held_on, by
    meeting.save(update_fields=["state", "held_on", "held_by"])
    for item in sorted(items, key=lambda item: item.ticket_id):  # in one order, lest two wait for each other
        _write_back(item, meeting, by=by, at=at)
    if not meeting.minutes:
        meeting.minutes = draft_of_minutes(meeting, items)
        meeting.save(update_fields=["minutes"])
    record(f"登记{meeting.get_kind_display()}", meeting, by=by, at=at, held_on=held_on.isoformat())
    return meeting


def _write_back(item: AgendaItem, meeting: Meeting, *, by: Official, at: datetime) -> None:
    """What was decided on an item goes onto the problem: an event, a task, the next rung where so ruled."""
    ticket = hold_ticket(item.ticket_id)
    if not ticket.is_open:
        return
    note = f"{meeting.title}议定：{item.decision}"
    if item.due_on is not None:
        owner = item.owner or _lead_of(ticket) or Holders(day_of(at)).of(Rung.OFFICE, ticket).department
        if owner is None:
            raise MeetingRefused(f"第{item.position}项有完成期限，但没有单位可承担，请选责任单位。")
        task = MeetingTask.objects.create(
            item=item,
            ticket=ticket,
            department=owner,
            words=item.decision,
            due_on=item.due_on,
            given_at=at,
        )
        leave_word(Occasion.TASK_GIVEN, task, at=at)
        note += f"（{owner}，{item.due_on.month}月{item.due_on.day}日前完成）"
    if item.ruling != Sequel.KEEP:
        note += f"。{item.get_ruling_display()}"
    write_event(ticket, Move.DECIDE, source=ticket.status, by=by, at=at, note=note)
    if item.ruling == Sequel.UP:
        rung = next_rung(ticket, above=meeting.kind)
        if rung is not None and climb(ticket, rung, cause=Cause.MEETING, at=at):
            ticket.act_on = next_act(ticket, calendar=calendar_of(ticket), on=day_of(at))
            ticket.save(update_fields=["rung", "act_on"])


def _lead_of(ticket: Ticket) -> Department | None:
    lead = ticket.units.leading().filter(department__is_active=True)
    found = lead.select_related("department").first()
    return found.department if found else None


@transaction.atomic
def call_off_meeting(*, meeting: Meeting, why: str, by: Official, at: datetime) -> Meeting:
    """不召开: the meeting does not take place; what was on it comes back at the next of its kind."""
    meeting = lock_prepared(meeting)
    if not why.strip():
        raise MeetingRefused("请说明不召开的原因。")
    meeting.state, meeting.called_off = MeetingState.CALLED_OFF, why.strip()
    meeting.save(update_fields=["state", "called_off"])
    record("会议不召开", meeting, by=by, at=at, why=meeting.called_off)
    return meeting


@transaction.atomic
def plan_meeting(
    *, meeting: Meeting, meets_on: date | None, units: Iterable[Department], by: Official, at: datetime
) -> Meeting:
    """Set the day and the units that are to come."""
    meeting = lock_prepared(meeting)
    units = list(units)
    if meets_on and meets_on < day_of(at):
        raise MeetingRefused("拟召开日期不能早于今天。")
    if meets_on and (words := too_far(meets_on, day_of(at), "拟召开日期")):
        raise MeetingRefused(words)
    meeting.meets_on = meets_on
    meeting.save(update_fields=["meets_on"])
    meeting.units.set(units)
    record(
        "安排会议",
        meeting,
        by=by,
        at=at,
        meets_on=meets_on.isoformat() if meets_on else "",
        units=[str(unit) for unit in units],
    )
    return meeting


@transaction.atomic
def edit_minutes(*, meeting: Meeting, minutes: str, by: Official, at: datetime, instead_of: str) -> Meeting:
    """会议纪要: the office's wording of what was decided; nobody writes over words unread."""
    meeting = Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    if meeting.state != MeetingState.HELD:
        raise MeetingRefused("会议记录后才能写会议纪要。")
    if not minutes.strip():
        raise MeetingRefused("会议纪要不能为空。")
    if same_words(meeting.minutes, minutes):
        return meeting
    if not same_words(meeting.minutes, instead_of):
        raise MeetingRefused("会议纪要刚由他人改过，您填写的内容没有保存。请对照最新的纪要核对后再保存。")
    before, meeting.minutes = meeting.minutes, minutes.strip()
    meeting.save(update_fields=["minutes"])
    record("修改会议纪要", meeting, by=by, at=at, before=before)
    return meeting


def lock_prepared(meeting: Meeting) -> Meeting:
    """Take a meeting under a lock that has neither been held nor called off; raises MeetingRefused."""
    meeting = (
        Meeting.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme__region", "group")
        .get(pk=meeting.pk)
    )
    if meeting.state == MeetingState.HELD:
        raise MeetingRefused("会议已召开并记录，议定事项不再改动。")
    if meeting.state == MeetingState.CALLED_OFF:
        raise MeetingRefused("会议已定为不召开，不能再改动。")
    return meeting
