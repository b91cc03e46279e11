"""Deadlines counted: day by day for a reader, and anew where the working calendar changes.

A deadline is a day a number of working days after the day that set its clock going. That number is read
back from the calendar it was counted by, so limits, extensions and rework all move alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects

from companies.models import Company
from issues.choices import HELPED, OPEN, Move, Part, PlanDuty, SpanKind, Status
from issues.models import ClockSpan, Ticket, TicketEvent, TicketPlan, TicketUnit
from liaison.models import CalendarChange
from liaison.models.changes import PlaceCalendars
from liaison.workdays import Explanation, WorkCalendar, day_of

# The moves that set a clock going, and how a sentence about it begins.
STARTS = {
    Move.COLLECT: "收集",
    Move.REPORT: "上报",
    Move.FORWARD: "上报",
    Move.OBJECT: "退回",
    Move.DISPATCH: "交办",
    Move.UPHOLD: "维持交办",
    Move.TRANSFER: "改派",
    Move.REWORK: "退回重办",
    Move.SUBMIT_PLAN: "提交方案",
    Move.REOPEN: "企业重提",
    Move.RESOLVE: "办结",
    Move.GIVE_UP: "办结",
    Move.SETTLE: "办结",
    Move.ANSWER: "答复",
}
# What is due by `next_on` in each state; after 答复 the company's link runs in natural days.
NEXT_STEP = {
    Status.DRAFT: "上报",
    Status.REPORTED: "定级交办",
    Status.TRIAGED: "交办",
    Status.DISPATCHED: "签收",
    Status.RETURNED: "裁定退回",
    Status.PLAN_REVIEW: "审定方案",
    Status.IN_PROGRESS: "办结",
    Status.RESOLVED: "答复企业",
}
# While the unit handles it, the present step is 办结; a problem resolved keeps that day, to be judged by.
HANDLED = (Status.DISPATCHED, Status.IN_PROGRESS)
GIVEN = (*HANDLED, Status.RESOLVED, Status.ANSWERED)
AT_UNITS = (*HELPED, Status.DEFERRED)  # units have days of their own, running or waiting to run on
FIRST_CONTACT = "首次联系企业"
RULING = "裁定协办退回"
UNIT_DAYS = ("sign_due_on", "due_on", "warn_on", "alarm_on", "contact_due_on", "ruling_due_on")


def help_step(unit: TicketUnit) -> str:
    """What a cooperating unit is to do by its own day."""
    return f"协办反馈（{unit.department}）"


def ruling_step(unit: TicketUnit) -> str:
    """What the office is to do about a cooperating unit's objection."""
    return f"{RULING}（{unit.department}）"


DAYS = ("next_on", "warn_on", "alarm_on", "act_on", "report_due_on", "due_on", "due_is_provisional")


@dataclass(frozen=True)
class Deadline:
    """One deadline of a problem: what is due, from when it is counted, and the days old and new."""

    step: str
    since: date
    started: str
    old: date
    new: date
    calendar: WorkCalendar  # the one `new` is counted by
    words: str = ""  # why, where it is not counted in working days

    @property
    def is_moved(self) -> bool:
        """Whether it ends on another day than before."""
        return self.old != self.new

    @property
    def limit(self) -> int:
        """Working days from the start to the deadline."""
        return self.calendar.count(self.since, self.new)

    def explain(self) -> Explanation:
        """How the new day comes about."""
        return self.calendar.explain(self.since, self.limit, started=self.started)

    @property
    def reason(self) -> str:
        """Why that day, in one sentence."""
        return self.words or self.explain().words


@dataclass
class Recount:
    """A problem under the new calendar: its deadlines, and the values to be stored."""

    ticket: Ticket
    deadlines: list[Deadline]
    days: dict[str, Any]
    units: list[tuple[int, dict[str, date | None]]] = field(default_factory=list)  # id, UNIT_DAYS

    @cached_property
    def moved(self) -> list[Deadline]:
        """The deadlines that do not stay where they are."""
        return [one for one in self.deadlines if one.is_moved]

    @property
    def is_touched(self) -> bool:
        """Whether anything stored changes, if only an early warning."""
        return bool(self.units) or any(getattr(self.ticket, name) != day for name, day in self.days.items())


@dataclass(frozen=True)
class Shift:
    """A line of the preview: a deadline of a problem that a change moves."""

    ticket: Ticket
    deadline: Deadline


@dataclass(frozen=True)
class Plan:
    """What a change of the calendar does to the open problems."""

    recounts: list[Recount]

    @cached_property
    def shifts(self) -> list[Shift]:
        """Every deadline that moves, the nearest first."""
        lines = [Shift(one.ticket, deadline) for one in self.recounts for deadline in one.moved]
        return sorted(lines, key=lambda line: (line.deadline.new, line.ticket.number, line.deadline.step))

    @cached_property
    def moved(self) -> int:
        """Problems of which a deadline moves."""
        return sum(bool(one.moved) for one in self.recounts)

    @property
    def settled(self) -> int:
        """Problems whose deadline stays where it is and is provisional no longer."""
        return sum(
            not one.moved and one.ticket.due_is_provisional and not one.days["due_is_provisional"]
            for one in self.recounts
        )


def plan_change(change: CalendarChange, tickets: QuerySet[Ticket]) -> Plan:
    """Count the deadlines of these problems anew, as the change would have them. Reads only.

    Costs three queries and some microseconds per problem that the changed days can reach. What is shown of
    them fetches its companies by `with_companies`.
    """
    first = _first_day(change)
    if first is None:
        return Plan([])
    now, then = PlaceCalendars(), PlaceCalendars(change)
    place = F("company__region__path")
    reached = with_start(_reached(tickets, change, first)).annotate(place=place)
    recounts = []
    for ticket in reached.iterator(chunk_size=2000):
        recount = _recount(ticket, now.of(ticket.place), then.of(ticket.place))
        if recount.is_touched:
            recounts.append(recount)
    return Plan(recounts)


def with_companies(shifts: Sequence[Shift]) -> Sequence[Shift]:
    """The same lines, their companies and places fetched along in one query."""
    companies = Prefetch("company", Company.objects.select_related("region"))
    prefetch_related_objects([line.ticket for line in shifts], companies)
    return shifts


def _first_day(change: CalendarChange) -> date | None:
    """The first day on which the change can be felt; a published year is felt from its first of January."""
    days = [day.on for day in change.days.all() if day.is_changed]
    if change.year:
        days.append(date(change.year, 1, 1))
    return min(days, default=None)


def _reached(tickets: QuerySet[Ticket], change: CalendarChange, first: date) -> QuerySet[Ticket]:
    at_work = TicketUnit.objects.filter(is_current=True, finished_at__isnull=True)
    units = at_work.filter(
        Q(due_on__gte=first)
        | Q(alarm_on__gte=first)
        | Q(contact_due_on__gte=first, contacted_on__isnull=True)
        | Q(sign_due_on__gte=first, accepted_at__isnull=True)
    )
    objections = TicketUnit.objects.to_rule().filter(ruling_due_on__gte=first)
    late = (
        Q(next_on__gte=first)
        | Q(due_on__gte=first)
        | Q(alarm_on__gte=first)
        | Q(act_on__gte=first)
        | Q(pk__in=units.values("ticket"))
        | Q(pk__in=objections.values("ticket"))
    )
    reached = tickets.filter(late, status__in=OPEN)
    if change.region is not None:
        reached = reached.filter(company__region__path__startswith=change.region.path)
    return reached


def with_start(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Annotate the move that set the present clock going, and the one that set that of 办结 going.

    Present units and objections to rule on are fetched along; the long texts of a problem are not.
    """
    events = TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-at", "-pk")
    starts = events.filter(move__in=STARTS)
    spans = ClockSpan.objects.filter(ticket=OuterRef("pk"), kind=SpanKind.RUNNING).order_by("-pk")
    plans = TicketPlan.objects.filter(
        ticket=OuterRef("pk"), round=OuterRef("round"), natural_on__isnull=False
    )
    units = (
        TicketUnit.objects.filter(
            Q(is_current=True) | Q(part=Part.COOPERATE, returned_at__isnull=False, ruled_at__isnull=True)
        )
        .select_related("department")
        .only(
            "ticket", "part", "given_at", "accepted_at", "finished_at", "contacted_on", "returned_at",
            *UNIT_DAYS, "department__name", "department__short_name",
        )
        .order_by("-part", "pk")
    )  # fmt: skip
    return (
        tickets.annotate(
            start_at=Subquery(starts.values("at")[:1]),
            start_move=Subquery(starts.values("move")[:1]),
            plan_duty=Subquery(plans.values("duty")[:1]),
            plan_natural_on=Subquery(plans.values("natural_on")[:1]),
            given_on=Subquery(spans.values("since")[:1]),
            given_by=Subquery(spans.values("started")[:1]),
        )
        .defer("description", "wish", "result")
        .prefetch_related(Prefetch("units", units, to_attr="present_units"))
        .order_by("pk")
    )


def _start_of(ticket: Any) -> tuple[date, str]:
    """The day that the present clock runs from, which is not counted itself, and its word."""
    if ticket.status == Status.DRAFT or ticket.start_at is None:
        return day_of(ticket.collected_at), STARTS[Move.COLLECT]
    return day_of(ticket.start_at), STARTS[Move(ticket.start_move)]


def _given(ticket: Any) -> tuple[date, str]:
    """The day from which 办结 is counted, by the ledger of its clock, and its word."""
    return (ticket.given_on, ticket.given_by) if ticket.given_on else _start_of(ticket)


def deadlines_of(ticket: Ticket, calendar: WorkCalendar) -> list[Deadline]:
    """Every deadline that the open problem has now, with the days it is counted over. Needs `with_start`."""
    return _recount(ticket, calendar, calendar).deadlines


class _Counter:
    """Counts the deadlines of one problem by two calendars, and keeps what it counted."""

    def __init__(self, ticket: Ticket, now: WorkCalendar, then: WorkCalendar) -> None:
        self.now, self.then = now, then
        self.since, self.started = _start_of(ticket)
        self.deadlines: list[Deadline] = []

    def shift(self, old: date, since: date) -> date:
        """The day as many working days after `since` as it used to be."""
        n = self.now.count(since, old)
        return self.then.add(since, n) if n > 0 else old

    def count(self, step: str, old: date, start: tuple[date, str] | None = None) -> date:
        """Like `shift`, and keep it as a deadline to be told of."""
        since, started = start or (self.since, self.started)
        deadline = Deadline(step, since, started, old, self.shift(old, since), self.then)
        self.deadlines.append(deadline)
        return deadline.new

    def put_off(self, step: str, old: date, natural: date, since: date) -> date:
        """A day of a plan in force: a natural day, put off to a working one."""
        new = self.then.on_or_after(natural)
        words = f"按方案周期为 {natural}" + (f"，遇休息日顺延至 {new}" if new != natural else "")
        self.deadlines.append(Deadline(step, since, "方案审定", old, new, self.then, words))
        return new

    def follow(self, day: date | None, old: date | None, new: date | None) -> date | None:
        """A day that was counted from another (a warning, an alarm), which now is a new one."""
        if day is None or old is None or new is None:
            return day
        return self.then.add(new, n) if (n := self.now.count(old, day)) else new if day == old else day


def _recount(ticket: Any, now: WorkCalendar, then: WorkCalendar) -> Recount:
    counter = _Counter(ticket, now, then)
    status: str = ticket.status
    next_on, due_on, report_due_on = ticket.next_on, ticket.due_on, ticket.report_due_on
    provisional = ticket.due_is_provisional
    rows: list[UnitRecount] = []
    if status in NEXT_STEP and status != Status.IN_PROGRESS:
        next_on = counter.count(NEXT_STEP[Status(status)], next_on)
    if status == Status.DRAFT:
        report_due_on = next_on
    if status in GIVEN and due_on is not None:
        since, started = _given(ticket)
        if ticket.plan_natural_on:
            due_on = counter.put_off(PlanDuty(ticket.plan_duty).label, due_on, ticket.plan_natural_on, since)
        else:
            due_on = counter.count(NEXT_STEP[Status.IN_PROGRESS], due_on, (since, started))
        provisional = then.is_provisional(since, due_on)
    if status in AT_UNITS:
        is_running = status != Status.DEFERRED
        rows = [_unit_days(unit, due_on, counter, is_running) for unit in ticket.present_units]
    elif due_on != ticket.due_on:  # a problem resolved keeps its lead's day with its own
        leads = (unit for unit in ticket.present_units if unit.part == Part.LEAD)
        rows = [UnitRecount(unit, _days_now(unit) | {"due_on": due_on}) for unit in leads]
    if status == Status.IN_PROGRESS:
        next_on = due_on
    anchor = (ticket.next_on, next_on)
    acts_on_handling = (
        status in HANDLED and ticket.act_on is not None and ticket.act_on > now.next_working(ticket.next_on)
    )
    days = {
        "next_on": next_on,
        "warn_on": counter.follow(ticket.warn_on, *anchor),
        "alarm_on": counter.follow(ticket.alarm_on, *anchor),
        "act_on": _next_act(
            ticket.act_on,
            counter.follow(ticket.act_on, *((ticket.due_on, due_on) if acts_on_handling else anchor)),
            rows,
            counter,
        ),
        "report_due_on": report_due_on,
        "due_on": due_on,
        "due_is_provisional": provisional,
    }
    units = [(row.unit.pk, row.days) for row in rows if row.days != _days_now(row.unit)]
    return Recount(ticket, counter.deadlines, days, units)


@dataclass(frozen=True)
class UnitRecount:
    """A unit's row under the new calendar."""

    unit: TicketUnit
    days: dict[str, date | None]


def _days_now(unit: TicketUnit) -> dict[str, date | None]:
    return {name: getattr(unit, name) for name in UNIT_DAYS}


def _unit_days(unit: TicketUnit, due_on: date | None, counter: _Counter, is_running: bool) -> UnitRecount:
    """The unit's own days: the lead's follow the problem's, a cooperating unit's are counted for themselves.

    While the problem is put off they are shifted, too, so that what is left stays left; but nothing is due.
    """
    days, start = _days_now(unit), (day_of(unit.given_at), STARTS[Move.DISPATCH])
    if unit.returned_at is not None:
        if unit.ruling_due_on is not None:
            since = (day_of(unit.returned_at), STARTS[Move.OBJECT])
            days["ruling_due_on"] = counter.count(ruling_step(unit), unit.ruling_due_on, since)
        return UnitRecount(unit, days)
    if unit.accepted_at is None:
        days["sign_due_on"] = counter.shift(unit.sign_due_on, start[0])
    if unit.part == Part.LEAD:
        if due_on is not None:
            days["due_on"] = due_on
        if unit.contact_due_on is not None and unit.contacted_on is None:
            if is_running:
                days["contact_due_on"] = counter.count(FIRST_CONTACT, unit.contact_due_on, start)
            else:
                days["contact_due_on"] = counter.shift(unit.contact_due_on, start[0])
    elif unit.finished_at is None:
        own = (
            counter.count(help_step(unit), unit.due_on, start)
            if is_running
            else counter.shift(unit.due_on, start[0])
        )
        days["due_on"] = own
        days["warn_on"] = counter.follow(unit.warn_on, unit.due_on, own)
        days["alarm_on"] = counter.follow(unit.alarm_on, unit.due_on, own)
    return UnitRecount(unit, days)


def _next_act(
    old: date | None, new: date | None, rows: Sequence[UnitRecount], counter: _Counter
) -> date | None:
    """When the clock is to look again; never later than the first cooperating unit's silence counts."""
    signs = [
        row.days["sign_due_on"]
        for row in rows
        if row.unit.part == Part.COOPERATE
        and row.unit.accepted_at is None
        and row.unit.returned_at is None
        and row.unit.finished_at is None
    ]
    if old is None or not signs:
        return new
    silences = [counter.then.next_working(day) for day in signs if day is not None]
    return min([new, *silences] if new is not None else silences)
