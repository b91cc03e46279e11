"""The month that is running: the slices of a frozen month, over the tickets as they stand now."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.utils import timezone

from issues.choices import LEFT, OPEN, UNGIVEN, Move, Outcome, Part, Status
from issues.models import Escalation, MonthEnd, TicketEvent, TicketUnit
from issues.reports.months import SLICES, Slice
from liaison.models import Programme
from liaison.workdays import day_of

# What a running month can tell; the other slices are only known when it is frozen.
RUNNING = (
    "new",
    "open",
    "due",
    "solved",
    "unsolved",
    "closed",
    "settled",
    "explained",
    "promised",
    "cannot",
    "overdue",
    "rated",
    "satisfied",
    "dissatisfied",
    "climbed",
)


def running_since(programme: Programme, newest: MonthEnd | None) -> datetime:
    """The moment after which things belong to the month that is running."""
    if newest is not None:
        return newest.until
    return timezone.make_aware(datetime.combine(programme.starts_on, time()))


def running_slices(since: datetime, on: date) -> dict[str, Slice]:
    """Conditions on tickets, by the names that frozen months use for the same things."""
    course = TicketEvent.objects.filter(ticket=OuterRef("pk"), at__gt=since)
    climbed = Exists(Escalation.objects.filter(ticket=OuterRef("pk"), at__gt=since))
    asked = Exists(course.filter(move__in=(Move.CONFIRM, Move.REWORK)))
    shut = Q(status=Status.CLOSED)
    closed = Q(closed_at__gt=since)
    due = (
        ~Q(status__in=(*UNGIVEN, Status.DEFERRED, *LEFT))
        & Q(grade__is_plan_only=False, due_on__lte=on)
        & (Q(due_on__gt=day_of(since)) | ~shut | closed)
    )
    solved = due & shut & Q(outcome=Outcome.SOLVED)
    rows: dict[str, Q] = {
        "new": Q(Exists(course.filter(move=Move.COLLECT))),
        "open": Q(status__in=OPEN),
        "due": due,
        "solved": solved,
        "unsolved": due & ~(shut & Q(outcome=Outcome.SOLVED)),
        "closed": closed,
        "settled": closed & Q(outcome=Outcome.SOLVED),
        "explained": closed & Q(outcome=Outcome.EXPLAINED),
        "promised": closed & Q(outcome__in=(Outcome.UNDER_WAY, Outcome.PLANNED)),
        "cannot": closed & Q(outcome=Outcome.CANNOT_NOW),
        "overdue": Q(status__in=(Status.DISPATCHED, Status.IN_PROGRESS), due_on__lt=on),
        "rated": Q(asked, is_satisfied__isnull=False),
        "satisfied": Q(asked, is_satisfied=True),
        "dissatisfied": Q(asked, is_satisfied=False),
        "climbed": Q(climbed),
    }
    return {name: Slice(SLICES[name].label, rows[name]) for name in RUNNING}


def last_lead() -> Subquery:
    """The unit that has or had the lead, also after 销号; none while a return waits for a new dispatch."""
    given = TicketUnit.objects.filter(ticket=OuterRef("pk"), part=Part.LEAD).order_by("-given_at", "-pk")
    unit = Case(When(returned_at__isnull=True, then=F("department")))
    return Subquery(given.annotate(unit=unit).values("unit")[:1])
