"""Plans in words and figures: what is due, what was missed, who is in charge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from issues.choices import PlanDuty, Status
from issues.models import PlanReport, PlanStep, Ticket, TicketPlan
from issues.reports.deadlines import NEXT_STEP
from liaison.models.changes import PlaceCalendars
from liaison.workdays import WorkCalendar, days_in_words


def plan_of(ticket: Ticket) -> TicketPlan | None:
    """The plan on the problem; no query where it was read `as_case`."""
    try:
        return ticket.plan
    except TicketPlan.DoesNotExist:
        return None


def has_plan_in_force(ticket: Any) -> bool:
    """Whether the problem goes by an accepted plan now."""
    plan = plan_of(ticket)
    return plan is not None and plan.natural_on is not None and plan.round == ticket.round


@dataclass(frozen=True)
class Record:
    """How the monthly progress of a plan was kept: periods reported in time, periods missed."""

    in_time: int
    missed: int

    @property
    def owed(self) -> int:
        """Periods whose day is past."""
        return self.in_time + self.missed


def record_of(plan: TicketPlan, reports: Sequence[PlanReport], *, calendar: WorkCalendar, on: date) -> Record:
    """Count the periods whose day is past: what was told in time, and what was not."""
    if not plan.progress_days or plan.since is None:
        return Record(0, 0)
    kept = {report.period for report in reports if not report.is_late}
    over = plan.period - 1
    if plan.is_in_force and plan.ticket.status == Status.IN_PROGRESS:
        while calendar.on_or_after(plan.natural_of(over + 1)) < on:
            over += 1
    return Record(len(kept), max(0, over - len(kept)))


@dataclass(frozen=True)
class PlanCard:
    """A plan as the case page shows it."""

    plan: TicketPlan
    steps: list[PlanStep]
    late: set[int]  # steps past their day
    reports: list[PlanReport]
    record: Record
    next_word: str

    @property
    def done(self) -> int:
        """How many of its steps are done."""
        return sum(step.done_on is not None for step in self.steps)


class PlanParts(NamedTuple):
    """A plan's steps in order and its reports, the latest first: querysets, to be read with other things."""

    steps: QuerySet[PlanStep]
    reports: QuerySet[PlanReport]


def plan_parts(plan: TicketPlan | None) -> PlanParts:
    """The parts of a plan; of none, nothing."""
    if plan is None:
        return PlanParts(PlanStep.objects.none(), PlanReport.objects.none())
    return PlanParts(
        plan.steps.select_related("department").order_by("position", "pk"),
        plan.reports.select_related("by").order_by("-at", "-pk"),
    )


def plan_card(ticket: Ticket, parts: PlanParts, *, calendar: WorkCalendar, on: date) -> PlanCard | None:
    """The plan with its steps and reports, and what is due next; None where there is none."""
    plan = plan_of(ticket)
    if plan is None:
        return None
    steps, reports = list(parts.steps), list(parts.reports)
    word = PlanDuty(plan.duty).label if has_plan_in_force(ticket) else ""
    return PlanCard(
        plan,
        steps,
        {step.pk for step in steps if step.is_late(on)},
        reports,
        record_of(plan, reports, calendar=calendar, on=on),
        word,
    )


@dataclass(frozen=True)
class HardRow:
    """A hard problem in the list: its plan, how its progress was kept, what is due next and how soon."""

    ticket: Ticket
    plan: TicketPlan | None
    record: Record
    next_word: str
    words: str


def hard_rows(tickets: Sequence[Ticket], on: date) -> list[HardRow]:
    """The rows of a page, read with company, grade and plan; two queries for all of them."""
    plans = [plan for ticket in tickets if (plan := plan_of(ticket)) is not None]
    reports: dict[int, list[PlanReport]] = {}
    for report in PlanReport.objects.filter(plan__in=plans).order_by("pk"):
        reports.setdefault(report.plan_id, []).append(report)
    calendars, rows = PlaceCalendars(), []
    for ticket in tickets:
        plan, calendar = plan_of(ticket), calendars.of(ticket.company.region.path)
        kept = record_of(plan, reports.get(plan.pk, []), calendar=calendar, on=on) if plan else Record(0, 0)
        word = PlanDuty(plan.duty).label if plan and has_plan_in_force(ticket) else ""
        left = calendar.count(on, ticket.next_on) if ticket.next_on else None
        said = days_in_words(left, is_past=ticket.next_on < on) if ticket.next_on and left is not None else ""
        rows.append(HardRow(ticket, plan, kept, word or NEXT_STEP.get(Status(ticket.status), ""), said))
    return rows
