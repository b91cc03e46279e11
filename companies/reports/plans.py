"""Plans as a team's page shows them: each measure with its light and the working days left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from companies.models import Assignment, Enrolment, PlanFile, PlanMeasure, ServicePlan
from liaison.models import CalendarDay, LightRule
from liaison.models.calendar import DaysBetween
from liaison.workdays import days_in_words

YELLOW = 2  # working days before the day, where the programme's rules say nothing


@dataclass(frozen=True)
class MeasureState:
    """A measure and how far its day is: `left` working days, negative when it is past."""

    measure: PlanMeasure
    left: int | None
    tone: str  # of the light
    word: str

    @property
    def is_late(self) -> bool:
        return self.tone == "red"


@dataclass(frozen=True)
class PlanState:
    """A plan with its measures as they stand on a day, and what is attached."""

    plan: ServicePlan
    measures: Sequence[MeasureState]
    files: Sequence[PlanFile]

    @property
    def done(self) -> int:
        return sum(one.measure.done_on is not None for one in self.measures)

    @property
    def late(self) -> int:
        return sum(one.is_late for one in self.measures)


def measure_states(
    measures: Iterable[PlanMeasure], on: date, yellow: dict[int, int], days: DaysBetween | None = None
) -> list[MeasureState]:
    """Each measure with its light; `yellow`: rule version → working days before the day."""
    days = days or CalendarDay.objects.days_between()
    found = []
    for row in measures:
        if row.done_on is not None:
            late = row.due_on is not None and row.done_on > row.due_on
            word = f"{row.done_on:%-m月%-d日} 完成{'（逾期）' if late else ''}"
            found.append(MeasureState(row, None, "done", word))
        elif row.due_on is None:
            found.append(MeasureState(row, None, "grey", "未定期限"))
        else:
            past = row.due_on < on
            left = days(row.plan.enrolment.company.region, on, row.due_on)
            near = left <= yellow.get(row.plan.enrolment.version_id, YELLOW)
            tone = "red" if past else "yellow" if near else "blue"
            found.append(MeasureState(row, left, tone, days_in_words(left, is_past=past)))
    return found


def yellow_days(versions: Iterable[int]) -> dict[int, int]:
    """How many working days before its day a step turns yellow, per version of the rules."""
    rules = LightRule.objects.filter(version__in=set(versions))
    return dict(rules.values_list("version", "yellow_days"))


def plans_of(enrolments: Iterable[Enrolment], on: date) -> dict[int, PlanState]:
    """enrolment → its plan; a handful of questions however many."""
    keys = [enrolment.pk for enrolment in enrolments]
    rows = PlanMeasure.objects.select_related("official", "department").order_by("position", "pk")
    files = PlanFile.objects.select_related("uploaded_by").order_by("uploaded_at", "pk")
    plans = list(
        ServicePlan.objects.filter(enrolment__in=keys)
        .select_related("enrolment__company__region", "revised_by")
        .prefetch_related(Prefetch("measures", rows), Prefetch("files", files))
    )
    if not plans:
        return {}
    yellow = yellow_days(plan.enrolment.version_id for plan in plans)
    days = CalendarDay.objects.days_between()
    found = {}
    for plan in plans:
        measures = list(plan.measures.all())
        for row in measures:
            row.plan = plan
        states = measure_states(measures, on, yellow, days)
        found[plan.enrolment_id] = PlanState(plan, states, list(plan.files.all()))
    return found


def in_charge_choices(
    enrolment: Enrolment, measures: Iterable[PlanMeasure], on: date
) -> list[tuple[str, str]]:
    """Who may see to a measure: the officials and units of the team, and whoever does so already.

    A value is o-<official> or d-<unit>; the empty one is the whole team.
    """
    seats = (
        Assignment.objects.not_over_by(on)
        .filter(enrolment=enrolment, group__isnull=True)
        .select_related("official", "department", "role")
        .order_by("role__position", "starts_on", "pk")
    )
    found: dict[str, str] = {}
    for seat in seats:
        key = f"o-{seat.official_id}" if seat.official_id else f"d-{seat.department_id}"
        found.setdefault(key, f"{seat.holder}（{seat.role.name}）")
    for row in measures:
        if row.in_charge is not None:
            key = f"o-{row.official_id}" if row.official_id else f"d-{row.department_id}"
            found.setdefault(key, f"{row.in_charge}（已不在专班）")
    return [("", "整个专班"), *found.items()]
