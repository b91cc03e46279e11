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
from issues.choices import OPEN, Move, Part, SpanKind, Status
from issues.models import ClockSpan, Ticket, TicketEvent, TicketUnit
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
    Move.REWORK: "退回重办",
    Move.RESOLVE: "办结",
    Move.ANSWER: "答复",
}
# What is due by `next_on` in each state; after 答复 the company's link runs in natural days.
NEXT_STEP = {
    Status.DRAFT: "上报",
    Status.REPORTED: "定级交办",
    Status.TRIAGED: "交办",
    Status.DISPATCHED: "签收",
    Status.RETURNED: "裁定退回",
    Status.IN_PROGRESS: "办结",
    Status.RESOLVED: "答复企业",
}
# While the unit handles it, the present step is 办结; a problem resolved keeps that day, to be judged by.
HANDLED = (Status.DISPATCHED, Status.IN_PROGRESS)
GIVEN = (*HANDLED, Status.RESOLVED, Status.ANSWERED)
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

    @property
    def is_moved(self) -> bool:
        return self.old != self.new

    @property
    def limit(self) -> int:
        """Working days from the start to the deadline."""
        return self.calendar.count(self.since, self.new)

    def explain(self) -> Explanation:
        """How the new day comes about."""
        return self.calendar.explain(self.since, self.limit, started=self.started)


@dataclass
class Recount:
    """A problem under the new calendar: its deadlines, and the values to be stored."""

    ticket: Ticket
    deadlines: list[Deadline]
    days: dict[str, Any]
    units: list[tuple[int, date, date]] = field(default_factory=list)  # id, 签收期限, 办理期限

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
    units = TicketUnit.objects.filter(is_current=True, finished_at__isnull=True, due_on__gte=first)
    late = (
        Q(next_on__gte=first)
        | Q(due_on__gte=first)
        | Q(alarm_on__gte=first)
        | Q(act_on__gte=first)
        | Q(pk__in=units.values("ticket"))
    )
    reached = tickets.filter(late, status__in=OPEN)
    if change.region is not None:
        reached = reached.filter(company__region__path__startswith=change.region.path)
    return reached


def with_start(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Annotate the move that set the present clock going, and the one that set that of 办结 going.

    Present units are fetched along; the long texts of a problem are not.
    """
    events = TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-at", "-pk")
    starts = events.filter(move__in=STARTS)
    spans = ClockSpan.objects.filter(ticket=OuterRef("pk"), kind=SpanKind.RUNNING).order_by("-pk")
    units = (
        TicketUnit.objects.filter(is_current=True)
        .select_related("department")
        .only(
            "ticket", "part", "given_at", "sign_due_on", "due_on", "signed_at", "finished_at",
            "department__name", "department__short_name",
        )
        .order_by("-part", "pk")
    )  # fmt: skip
    return (
        tickets.annotate(
            start_at=Subquery(starts.values("at")[:1]),
            start_move=Subquery(starts.values("move")[:1]),
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
    units: list[tuple[int, date, date]] = []
    if status in NEXT_STEP and status != Status.IN_PROGRESS:
        next_on = counter.count(NEXT_STEP[Status(status)], next_on)
    if status == Status.DRAFT:
        report_due_on = next_on
    if status in GIVEN and due_on is not None:
        since, started = _given(ticket)
        due_on = counter.count(NEXT_STEP[Status.IN_PROGRESS], due_on, (since, started))
        provisional = then.is_provisional(since, due_on)
        rows = [_unit_days(unit, due_on, counter) for unit in ticket.present_units]
        units = [row for row in rows if row is not None]
    if status == Status.IN_PROGRESS:
        next_on = due_on
    anchor = (ticket.next_on, next_on)
    acts_on_handling = ticket.act_on is not None and ticket.act_on > now.next_working(ticket.next_on)
    days = {
        "next_on": next_on,
        "warn_on": counter.follow(ticket.warn_on, *anchor),
        "alarm_on": counter.follow(ticket.alarm_on, *anchor),
        "act_on": counter.follow(ticket.act_on, *((ticket.due_on, due_on) if acts_on_handling else anchor)),
        "report_due_on": report_due_on,
        "due_on": due_on,
        "due_is_provisional": provisional,
    }
    return Recount(ticket, counter.deadlines, days, units)


def _unit_days(unit: TicketUnit, due_on: date, counter: _Counter) -> tuple[int, date, date] | None:
    """The unit's own days where they change: the lead's follow the problem's, a helper has its own."""
    since = day_of(unit.given_at)
    sign_due_on, own = unit.sign_due_on, unit.due_on
    if unit.signed_at is None:
        sign_due_on = counter.shift(unit.sign_due_on, since)
    if unit.part == Part.LEAD:
        own = due_on
    elif unit.finished_at is None:
        start = (since, STARTS[Move.DISPATCH])
        own = counter.count(f"协办反馈（{unit.department}）", unit.due_on, start)
    return (unit.pk, sign_due_on, own) if (sign_due_on, own) != (unit.sign_due_on, unit.due_on) else None
