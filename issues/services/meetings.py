"""调度会: its agenda is what the frozen month shows to be stuck; its decisions are kept item by item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from issues.choices import OPEN, MeetingState, Move
from issues.models import (
    AgendaItem,
    DispatchMeeting,
    Escalation,
    FrozenTicket,
    MonthEnd,
    TicketEvent,
)
from issues.services.clock import Calendars
from liaison.choices import Rung
from liaison.models import Official
from liaison.normalise import too_far
from liaison.services import record
from liaison.workdays import day_of

OVERDUE_WORKING_DAYS = 5  # as long past its limit as the red-plus light
REWORKS = 2
RETURNS = 2
_HIGH = (Rung.DISPATCH_MEETING, Rung.STANDING_MEETING)


class MeetingRefused(Exception):
    """The meeting's record cannot be written so. Worded for the user."""


@dataclass(frozen=True, slots=True)
class _Stuck:
    """A ticket for the agenda, with what puts it there."""

    ticket: int
    number: str
    rung: str
    overdue: int
    reasons: tuple[str, ...]

    @property
    def order(self) -> tuple[int, int, str]:
        return -_HIGH.index(self.rung) if self.rung in _HIGH else 1, -self.overdue, self.number


@transaction.atomic
def set_agenda(*, month_end: MonthEnd, at: datetime) -> DispatchMeeting:
    """Prepare the meeting that follows a frozen month: every problem that is stuck, and why, in words."""
    meeting, new = DispatchMeeting.objects.get_or_create(
        programme=month_end.programme, month=month_end.month, defaults={"prepared_at": at}
    )
    if new:
        AgendaItem.objects.bulk_create(
            AgendaItem(
                meeting=meeting,
                ticket_id=stuck.ticket,
                position=position,
                reason="；".join(stuck.reasons)[:120],
            )
            for position, stuck in enumerate(
                sorted(_stuck_in(month_end), key=lambda stuck: stuck.order), start=1
            )
        )
    return meeting


def _stuck_in(month_end: MonthEnd) -> list[_Stuck]:
    carried = _left_from_last_meeting(month_end)
    calendars = Calendars()
    found = []
    for row in _candidates(month_end, carried):
        overdue = 0
        if row.is_overdue and row.term:
            overdue = calendars.of(row.company.region).count(row.term, day_of(month_end.until))
        reasons = [
            words
            for applies, words in (
                (overdue >= OVERDUE_WORKING_DAYS, f"逾期{overdue}个工作日未办结"),
                (row.high, f"已提级至{Rung(row.high).label}" if row.high else ""),
                (row.all_reworks >= REWORKS, f"企业不满意，已重办{row.all_reworks}次"),
                (row.returns >= RETURNS, f"已退回{row.returns}次，责任单位未定"),
                (row.ticket_id in carried, "上次调度会议定后仍未销号"),
            )
            if applies
        ]
        if reasons:
            found.append(_Stuck(row.ticket_id, row.ticket.number, row.high, overdue, tuple(reasons)))
    return found


def _candidates(month_end: MonthEnd, carried: set[int]) -> QuerySet[Any]:
    """Open tickets of the month with their whole course up to the cut-off, if anything speaks for them."""
    course = TicketEvent.objects.filter(ticket=OuterRef("ticket"), at__lte=month_end.until).order_by()
    climbed = Escalation.objects.filter(ticket=OuterRef("ticket"), at__lte=month_end.until, rung__in=_HIGH)

    def times(move: Move) -> Coalesce:
        counted = course.filter(move=move).values("ticket").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    terms = course.order_by("-at", "-pk")
    return (
        FrozenTicket.objects.filter(month_end=month_end, status__in=OPEN)
        .annotate(
            all_reworks=times(Move.REWORK),
            returns=times(Move.OBJECT),
            high=Coalesce(Subquery(climbed.order_by("-rung").values("rung")[:1]), Value("")),
            term=Subquery(terms.values("term_on")[:1]),
        )
        .filter(
            Q(is_overdue=True)
            | Q(all_reworks__gte=REWORKS)
            | Q(returns__gte=RETURNS)
            | Exists(climbed)
            | Q(ticket__in=carried)
        )
        .select_related("ticket", "company__region")
        .order_by("pk")
    )


def _left_from_last_meeting(month_end: MonthEnd) -> set[int]:
    last = (
        DispatchMeeting.objects.filter(programme=month_end.programme, month__lt=month_end.month)
        .order_by("-month")
        .first()
    )
    return set(last.items.values_list("ticket", flat=True)) if last else set()


@transaction.atomic
def decide_item(
    *,
    item: AgendaItem,
    decision: str,
    due_on: date | None,
    by: Official,
    at: datetime,
    instead_of: str = "",
) -> AgendaItem:
    """议定: what the meeting decided on one item, and by when.

    `instead_of` is what stood there when the clerk began to write: nobody writes over words unread.
    The same again is written once.
    """
    meeting = _lock_prepared(item.meeting)
    item = AgendaItem.objects.select_related("ticket").get(pk=item.pk, meeting=meeting)
    decision = decision.strip()
    if not decision:
        raise MeetingRefused("请填写议定事项。")
    if _same_words(item.decision, decision) and item.due_on == due_on:
        return item
    if not _same_words(item.decision, instead_of):
        raise MeetingRefused(
            f"第{item.position}项刚由他人填写为“{item.decision}”，您填写的内容没有保存。请核对后再保存。"
        )
    if due_on and due_on < day_of(at):
        raise MeetingRefused("完成期限不能早于今天。")
    if due_on and (words := too_far(due_on, day_of(at), "完成期限")):
        raise MeetingRefused(words)
    item.decision, item.due_on = decision, due_on
    item.save(update_fields=["decision", "due_on"])
    record(
        "填写议定事项",
        item.ticket,
        by=by,
        at=at,
        meeting=str(meeting),
        decision=item.decision,
        due_on=due_on.isoformat() if due_on else "",
    )
    return item


def _same_words(one: str, other: str) -> bool:
    """Whatever a browser makes of the ends of lines."""
    return one.split() == other.split()


@transaction.atomic
def hold_meeting(*, meeting: DispatchMeeting, held_on: date, by: Official, at: datetime) -> DispatchMeeting:
    """Close the record of a meeting that took place; its decisions then stand."""
    meeting = _lock_prepared(meeting)
    if held_on > day_of(at):
        raise MeetingRefused("召开日期不能晚于今天。")
    if held_on < day_of(meeting.prepared_at):
        raise MeetingRefused(f"召开日期不能早于议题生成日（{day_of(meeting.prepared_at):%Y-%m-%d}）。")
    undecided = meeting.items.filter(decision="").order_by("position").first()
    if undecided:
        raise MeetingRefused(f"第{undecided.position}项还没有议定事项，请先填写。")
    meeting.state, meeting.held_on, meeting.held_by = MeetingState.HELD, held_on, by
    meeting.save(update_fields=["state", "held_on", "held_by"])
    record("登记调度会", meeting, by=by, at=at, held_on=held_on.isoformat())
    return meeting


def _lock_prepared(meeting: DispatchMeeting) -> DispatchMeeting:
    meeting = (
        DispatchMeeting.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme")
        .get(pk=meeting.pk)
    )
    if meeting.state == MeetingState.HELD:
        raise MeetingRefused("会议已召开并记录，议定事项不再改动。")
    return meeting
