"""What is stuck comes onto the agenda by itself, with the reason in words; the office adds and takes off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from issues.choices import OPEN, MeetingKind, MeetingState, Move, Part, Sequel
from issues.models import (
    AgendaItem,
    Escalation,
    FrozenTicket,
    Meeting,
    MeetingTask,
    MonthEnd,
    Ticket,
    TicketEvent,
    TicketUnit,
)
from issues.reports.ladder import HANDLED, categories_of, rhythm_of, special_groups
from issues.services.clock import Calendars
from issues.services.meetings import MeetingRefused, lock_prepared
from liaison.choices import GroupKind, Rhythm, Rung
from liaison.models import Department, Group, Official, Programme, ProgrammeVersion
from liaison.services import record
from liaison.workdays import WorkCalendar, day_of

OVERDUE_WORKING_DAYS = 5  # as long past its limit as the red-plus light
REWORKS = 2
RETURNS = 2
AHEAD = 3  # working days before a meeting on which its agenda is set; until then it is added to
_HIGH = (Rung.DISPATCH_MEETING, Rung.STANDING_MEETING)
THURSDAY = 3
WITHIN_MONTH = (Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.FORTNIGHTLY)


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
def set_agenda(*, month_end: MonthEnd, at: datetime) -> Meeting | None:
    """Prepare the meeting that follows a frozen month: every problem that is stuck, and why, in words.

    None where the ladder has dispatch meet more often than once a month: what is stuck is on those agendas.
    """
    if _meets_within_month(month_end.programme, day_of(month_end.until)):
        return None
    meeting, new = Meeting.objects.get_or_create(
        programme=month_end.programme,
        kind=MeetingKind.DISPATCH,
        since=None,
        month=month_end.month,
        defaults={"prepared_at": at},
    )
    if new:
        _put_on(meeting, _stuck_in(month_end))
    return meeting


def _put_on(meeting: Meeting, stuck: Iterable[_Stuck]) -> None:
    """Behind what is on the agenda already, the highest and the latest first; their units are to come."""
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    AgendaItem.objects.bulk_create(
        AgendaItem(
            meeting=meeting,
            ticket_id=one.ticket,
            position=position,
            reason="；".join(one.reasons)[:120],
        )
        for position, one in enumerate(sorted(stuck, key=lambda one: one.order), start=last + 1)
    )
    _invite_units(meeting)


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
        Meeting.objects.filter(
            programme=month_end.programme, kind=MeetingKind.DISPATCH, month__lt=month_end.month
        )
        .order_by("-month")
        .first()
    )
    return set(last.items.filter(removed_at__isnull=True).values_list("ticket", flat=True)) if last else set()


@dataclass(frozen=True)
class Sitting:
    """A meeting that a rhythm asks for: the period it belongs to, and the day."""

    since: date
    day: date

    @property
    def is_daily(self) -> bool:
        return self.since == self.day


def sitting_of(rhythm: str, on: date, calendar: WorkCalendar) -> Sitting:
    """The meeting of the period that the day lies in.

    Daily: the day itself; weekly: its Thursday; fortnightly: the second Thursday of two weeks that count
    from a fixed one; monthly (and whatever is rarer or has no rhythm): the 20th. A rest day puts it off to
    the next working day.
    """
    if rhythm == Rhythm.DAILY:
        return Sitting(on, calendar.on_or_after(on))
    monday = on - timedelta(days=on.weekday())
    if rhythm == Rhythm.WEEKLY:
        return Sitting(monday, calendar.on_or_after(monday + timedelta(days=THURSDAY)))
    if rhythm == Rhythm.FORTNIGHTLY:
        since = monday - timedelta(days=7 * (monday.toordinal() // 7 % 2))
        return Sitting(since, calendar.on_or_after(since + timedelta(days=7 + THURSDAY)))
    first = on.replace(day=1)
    return Sitting(first, calendar.on_or_after(first.replace(day=20)))


def prepare_meetings(*, at: datetime) -> int:
    """Set the agendas of the meetings that are near, but for a month's dispatch, and add what came since.

    Returns how many items were put on. Costs what is near; run twice, or by two beats at once, it makes one
    meeting and puts each problem on once. Where nothing is stuck no meeting is called.
    """
    today, calendars, added = day_of(at), Calendars(), 0
    running = Programme.objects.select_related("region").filter(starts_on__lte=today).order_by("pk")
    for programme in running.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)):
        calendar = calendars.of(programme.region)
        if not calendar.is_working(today):
            continue
        try:
            version = programme.version_on(today)
        except ProgrammeVersion.DoesNotExist:
            continue
        rungs = list(version.ladder.all())
        if Rung.SPECIAL_GROUP in {row.rung for row in rungs}:
            sorts = list(version.groups.filter(kind=GroupKind.SPECIAL))
            for group in special_groups(programme.pk, today):
                sitting = sitting_of(rhythm_of(group, sorts, rungs), today, calendar)
                added += _prepare(programme, group, sitting, calendars=calendars, at=at)
        for row in rungs:
            if row.rung == Rung.DISPATCH_MEETING and row.rhythm in WITHIN_MONTH:
                sitting = sitting_of(row.rhythm, today, calendar)
                added += _prepare(programme, MeetingKind.DISPATCH, sitting, calendars=calendars, at=at)
            if row.rung == Rung.STANDING_MEETING:
                sitting = sitting_of(Rhythm.MONTHLY, today, calendar)
                added += _prepare(programme, MeetingKind.STANDING, sitting, calendars=calendars, at=at)
    return added


def _meets_within_month(programme: Programme, on: date) -> bool:
    rung = programme.version_on(on).ladder.filter(rung=Rung.DISPATCH_MEETING).first()
    return rung is not None and rung.rhythm in WITHIN_MONTH


@transaction.atomic
def _prepare(
    programme: Programme, of: Group | MeetingKind, sitting: Sitting, *, calendars: Calendars, at: datetime
) -> int:
    today = day_of(at)
    if not calendars.of(programme.region).add(sitting.day, -AHEAD) <= today <= sitting.day:
        return 0
    kind, group = (MeetingKind.SPECIAL, of) if isinstance(of, Group) else (of, None)
    stuck = _stuck_at(programme, kind, group, today=today, calendars=calendars)
    if not stuck:
        return 0
    meeting = _waiting(programme, kind, group) if sitting.is_daily else None
    if meeting is None:
        meeting, _ = Meeting.objects.get_or_create(
            programme=programme,
            kind=kind,
            group=group,
            month=sitting.since.replace(day=1),
            since=None if kind == MeetingKind.STANDING else sitting.since,
            defaults={"prepared_at": at, "meets_on": sitting.day},
        )
    meeting = Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    if meeting.state != MeetingState.PREPARED:
        return 0
    on_it = set(meeting.items.values_list("ticket", flat=True))
    missing = [one for one in stuck if one.ticket not in on_it]
    if missing:
        _put_on(meeting, missing)
    return len(missing)


def _waiting(programme: Programme, kind: str, group: Group | None) -> Meeting | None:
    """The meeting not held yet: what a daily rhythm brings goes on its agenda, so that none pile up."""
    of_kind = Meeting.objects.filter(programme=programme, kind=kind, group=group, since__isnull=False)
    return of_kind.filter(state=MeetingState.PREPARED).order_by("since").first()


def _stuck_at(
    programme: Programme, kind: str, group: Group | None, *, today: date, calendars: Calendars
) -> list[_Stuck]:
    """Open problems that stand on the meeting's rung, and why; for a group also those of its categories whose
    grade names it and that are overdue. What the last meeting gave back stays away until it is overdue."""
    climbed = Escalation.objects.filter(ticket=OuterRef("pk"), rung=kind)
    late = Q(status__in=HANDLED, due_on__lt=today)
    wanted = Q(rung=kind) & Q(Exists(climbed))
    if group is not None:
        wanted = Q(rung=kind) & Q(Exists(climbed.filter(group=group)))
        own = Q(category__name__in=categories_of(group), company__region__path__startswith=group.region.path)
        wanted |= own & late & Q(grade__rung=kind, rung__in=[Rung.UNIT, Rung.OFFICE])
    before = _before(programme, kind, group)
    late_tasks = MeetingTask.objects.open().filter(ticket=OuterRef("pk"), due_on__lt=today)
    tickets: QuerySet[Any] = (
        Ticket.objects.filter(wanted, programme=programme, status__in=OPEN)
        .annotate(
            climbed_at=Subquery(climbed.values("at")[:1]),
            climbed_for=Subquery(climbed.values("trigger")[:1]),
            owes=Exists(late_tasks),
        )
        .select_related("company__region", "grade")
        .order_by("pk")
    )
    found = []
    for ticket in tickets:
        overdue = 0
        if ticket.status in HANDLED and ticket.due_on and ticket.due_on < today:
            overdue = calendars.of(ticket.company.region).count(ticket.due_on, today)
        ruled = before.get(ticket.pk)
        if ruled == Sequel.BACK and not overdue:
            continue
        reasons = []
        if ticket.climbed_at:
            why = Escalation(trigger=ticket.climbed_for).get_trigger_display()
            reasons.append(f"{day_of(ticket.climbed_at):%-m月%-d日}提至本层级（{why}）")
        else:
            reasons.append(f"{ticket.grade}问题由专项小组协调")
        if overdue:
            reasons.append(f"逾期{overdue}个工作日未办结")
        if ruled is not None:
            reasons.append("上次会议议定后仍未销号")
        if ticket.owes:
            reasons.append("会议任务逾期未完成")
        found.append(_Stuck(ticket.pk, ticket.number, ticket.rung, overdue, tuple(reasons)))
    return found


def _before(programme: Programme, kind: str, group: Group | None) -> dict[int, str]:
    """What the last meeting of the kind that was held ruled, by problem."""
    held = Meeting.objects.filter(programme=programme, kind=kind, group=group, state=MeetingState.HELD)
    last = held.order_by("-held_on", "-pk").first()
    if last is None:
        return {}
    return dict(last.items.filter(removed_at__isnull=True).values_list("ticket", "ruling"))


def _invite_units(meeting: Meeting) -> None:
    """The units that handle what is on the agenda are to come."""
    handling = TicketUnit.objects.filter(
        is_current=True,
        part=Part.LEAD,
        ticket__agenda_items__meeting=meeting,
        ticket__agenda_items__removed_at__isnull=True,
    )
    meeting.units.add(*Department.objects.filter(pk__in=handling.values("department")))


@transaction.atomic
def add_item(*, meeting: Meeting, ticket: Ticket, why: str, by: Official, at: datetime) -> AgendaItem:
    """增列议题: the office puts an open problem of the programme on the agenda, with the reason."""
    meeting = lock_prepared(meeting)
    if not why.strip():
        raise MeetingRefused("请说明增列的原因。")
    if ticket.programme_id != meeting.programme_id:
        raise MeetingRefused("该问题不属于本次会议的方案。")
    if not ticket.is_open:
        raise MeetingRefused(f"该问题{ticket.get_status_display()}，不必上会。")
    item = meeting.items.filter(ticket=ticket).first()
    if item is not None and item.removed_at is None:
        raise MeetingRefused(f"该问题已是第{item.position}项议题。")
    if item is None:
        last = meeting.items.aggregate(last=Max("position"))["last"] or 0
        item = AgendaItem(meeting=meeting, ticket=ticket, position=last + 1)
    item.reason, item.added_by = why.strip()[:120], by
    item.removed_at, item.removed_by, item.removed_why = None, None, ""
    item.save()
    _invite_units(meeting)
    record("增列议题", meeting, by=by, at=at, ticket=ticket.number, why=item.reason)
    return item


@transaction.atomic
def remove_item(*, item: AgendaItem, why: str, by: Official, at: datetime) -> AgendaItem:
    """撤下议题: taken off with the reason; it stays on record and does not come back by itself."""
    meeting = lock_prepared(item.meeting)
    item = meeting.items.select_related("ticket").get(pk=item.pk)
    if not why.strip():
        raise MeetingRefused("请说明撤下的原因。")
    if item.removed_at:
        raise MeetingRefused(f"第{item.position}项已经撤下。")
    item.removed_at, item.removed_by, item.removed_why = at, by, why.strip()[:120]
    item.save(update_fields=["removed_at", "removed_by", "removed_why"])
    record("撤下议题", meeting, by=by, at=at, ticket=item.ticket.number, why=item.removed_why)
    return item
