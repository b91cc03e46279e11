"""Figures of the companies' room, read from its rows; one query each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from companies.choices import VisitMode
from companies.models import Assignment, Company, Enrolment, Visit
from liaison.choices import Rank
from liaison.models import ContactRule, Official, TeamRole


@dataclass(frozen=True)
class SeatCoverage:
    """A required seat: in how many enrolments it is to be filled, and in how many it is."""

    code: str
    name: str
    required: int
    filled: int

    @property
    def missing(self) -> int:
        return self.required - self.filled


@dataclass(frozen=True)
class RankLoad:
    """How the officials of a rank are loaded: persons, the enrolments they hold, the heaviest load."""

    rank: str
    label: str
    officials: int
    enrolments: int
    heaviest: int


def seat_coverage(enrolments: QuerySet[Enrolment], on: date) -> list[SeatCoverage]:
    """Per required seat: enrolments in which it is filled on the day, of those that require it."""
    held = (
        Assignment.objects.in_force(on)
        .filter(enrolment=OuterRef("pk"), role=OuterRef("version__team_roles"))
        .order_by()
        .values("role")
        .annotate(n=Count("pk"))
    )
    rows = (
        enrolments.filter(version__team_roles__min_count__gt=0)
        .annotate(held=Coalesce(Subquery(held.values("n")), 0))
        .order_by()
        .values("version__team_roles__code", "version__team_roles__name", "version__team_roles__position")
        .annotate(
            required=Count("pk"),
            filled=Count("pk", filter=Q(held__gte=F("version__team_roles__min_count"))),
        )
        .order_by("version__team_roles__position", "version__team_roles__code")
    )
    merged: dict[str, SeatCoverage] = {}
    for row in rows:  # two versions of a programme may name the same seat
        code = row["version__team_roles__code"]
        before = merged.get(code, SeatCoverage(code, row["version__team_roles__name"], 0, 0))
        merged[code] = SeatCoverage(
            code, before.name, before.required + row["required"], before.filled + row["filled"]
        )
    return list(merged.values())


def count_contacted(enrolments: QuerySet[Enrolment], since: date, until: date) -> tuple[int, int]:
    """(contacted at least once in these days, all): by any way and by anyone of the team."""
    met = Visit.objects.filter(enrolment=OuterRef("pk"), on__range=(since, until))
    figures = enrolments.annotate(met=Exists(met)).aggregate(
        all=Count("pk"), contacted=Count("pk", filter=Q(met=True))
    )
    return figures["contacted"], figures["all"]


def count_companies(companies: QuerySet[Company], on: date) -> dict[str, int]:
    """all / enrolled / with somebody in the team, among these companies on the day."""
    enrolled = Enrolment.objects.in_force(on).filter(company=OuterRef("pk"))
    seated = Assignment.objects.in_force(on).filter(enrolment__company=OuterRef("pk"))
    return companies.annotate(is_in=Exists(enrolled), has_team=Exists(seated)).aggregate(
        all=Count("pk"),
        enrolled=Count("pk", filter=Q(is_in=True)),
        with_team=Count("pk", filter=Q(has_team=True)),
    )


def load_by_rank(enrolments: QuerySet[Enrolment], on: date) -> list[RankLoad]:
    """Per rank: how many officials hold counting seats in these enrolments, how many enrolments, the most."""
    per_person = (
        Assignment.objects.in_force(on)
        .filter(role__counts_to_quota=True, enrolment__in=enrolments)
        .order_by()
        .values("official", "official__rank")
        .annotate(n=Count("enrolment", distinct=True))
    )
    loads: dict[str, list[int]] = {}
    for row in per_person:
        loads.setdefault(row["official__rank"], []).append(row["n"])
    return [
        RankLoad(rank.value, str(rank.label), len(loads[rank]), sum(loads[rank]), max(loads[rank]))
        for rank in Rank
        if rank.value in loads
    ]


def counting_modes(rule: ContactRule | None) -> list[str]:
    """The ways of contact that the rule counts; all of them without a rule."""
    if rule is None:
        return list(VisitMode.values)
    wanted = {
        VisitMode.VISIT: rule.on_site,
        VisitMode.PHONE: rule.by_phone,
        VisitMode.IM: rule.by_message,
        VisitMode.VIDEO: rule.by_video,
    }
    return [mode.value for mode, counts in wanted.items() if counts]


def with_load(
    officials: QuerySet[Official], *, programme_id: int, projects: bool, on: date
) -> QuerySet[Official]:
    """Annotate `load`: how many companies (or projects) of the programme weigh on each official's quota."""
    held = (
        Assignment.objects.filter(
            official=OuterRef("pk"),
            role__counts_to_quota=True,
            enrolment__programme=programme_id,
            enrolment__project__isnull=not projects,
        )
        .not_over_by(on)
        .order_by()
        .values("official")
        .annotate(n=Count("enrolment", distinct=True))
    )
    return officials.annotate(load=Coalesce(Subquery(held.values("n")), 0))


def team_gaps(
    enrolment: Enrolment, roles: Iterable[TeamRole], seats: Mapping[int, list[Any]]
) -> list[TeamRole]:
    """The required seats of a team that stand empty, in the order of the rulebook."""
    return [role for role in roles if len(seats.get(role.pk, [])) < role.min_count]
