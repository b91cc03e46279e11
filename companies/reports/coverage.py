"""Who is covered and who is not, and how the officials are loaded: a programme on a day, at any scale.

Both read whole tables in one grouped query each; every figure is a count of rows that can be listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, TextChoices, Value, When

from companies.models import Assignment, Company, Enrolment
from liaison.choices import Rank, Reach, RegionLevel, SystemRole
from liaison.models import Official, Posting, Programme, ProgrammeVersion, Quota
from liaison.models.people import in_force
from liaison.places import county_of
from liaison.reports.eligibility import Standing, quota_for

SERVING = (SystemRole.OFFICIAL, SystemRole.LEADER)  # postings that make somebody to look after companies
_READERS = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ROSTER, SystemRole.ADMIN)


class Cover(TextChoices):
    """How a company stands in a programme."""

    COVERED = "covered", "已覆盖"
    UNASSIGNED = "unassigned", "已纳入未分配"
    UNENROLLED = "unenrolled", "未纳入"


def with_cover(companies: QuerySet[Company], programme: Programme, on: date) -> QuerySet[Company]:
    """The companies that the programme ought to cover, with `cover`.

    Covered: enrolled on the day, and an official sits in a seat that keeps contact. Projects do not count.
    """
    places = Enrolment.objects.in_force(on).filter(
        company=OuterRef("pk"), programme=programme, project__isnull=True
    )
    seats = (
        Assignment.objects.in_force(on)
        .filter(in_force(on, "enrolment__"))
        .filter(
            enrolment__company=OuterRef("pk"),
            enrolment__programme=programme,
            enrolment__project__isnull=True,
            official__isnull=False,
            role__keeps_contact=True,
        )
    )
    return companies.filter(is_active=True, region__path__startswith=programme.region.path).annotate(
        cover=Case(
            When(Exists(seats), then=Value(Cover.COVERED)),
            When(Exists(places), then=Value(Cover.UNASSIGNED)),
            default=Value(Cover.UNENROLLED),
        )
    )


@dataclass(frozen=True)
class Covered:
    """A line of the coverage report: how many companies of one kind stand how."""

    key: str
    label: str
    covered: int
    unassigned: int
    unenrolled: int

    @property
    def total(self) -> int:
        return self.covered + self.unassigned + self.unenrolled

    @property
    def uncovered(self) -> int:
        return self.unassigned + self.unenrolled


def tally_cover(companies: QuerySet[Any]) -> list[dict[str, Any]]:
    """One grouped query over `with_cover`: region, industry, scale and 个体 with the number of each state."""
    grouped = companies.order_by().values("region__path", "industry", "scale", "is_sole_trader", "cover")
    return list(grouped.annotate(n=Count("pk")).order_by())


def split_cover(
    rows: Iterable[Mapping[str, Any]], key_of: Callable[[Mapping[str, Any]], str], labels: Mapping[str, str]
) -> list[Covered]:
    """The tally by one property, in the labels' order; keys without any company are left out."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counts[key_of(row), row["cover"]] += row["n"]
    present = {key for key, _ in counts}
    ordered = [key for key in labels if key in present] + sorted(present - labels.keys())
    return [
        Covered(key, labels.get(key, key), *(counts[key, state] for state in Cover.values)) for key in ordered
    ]


def county_in(row: Mapping[str, Any]) -> str:
    """The county of a line of the tally, by its path; the city's own for what lies in no county."""
    return county_of(row["region__path"]) or row["region__path"]


@dataclass(frozen=True)
class Loaded:
    """An official who may carry companies: how many, of how many; no limit where the rules set none."""

    official: int
    name: str
    unit: str
    rank: str
    county: str  # path; the city's own for city units
    companies: int
    projects: int
    limit: int | None
    warn: int
    sought: str = ""  # what else a search goes by: the name in pinyin, the unit's short name

    @property
    def rank_label(self) -> str:
        return str(Rank(self.rank).label)

    @property
    def spare(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.companies)

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.companies >= self.limit

    @property
    def is_over(self) -> bool:
        """More companies than the quota allows."""
        return self.limit is not None and self.companies > self.limit

    @property
    def is_heavy(self) -> bool:
        """More companies than the number from which the rules warn."""
        return self.companies > self.warn


def loads(programme: Programme, version: ProgrammeVersion, reader: Official, on: date) -> list[Loaded]:
    """Every official in post who may carry companies of the programme, by unit and name; four queries.

    Who stands outside every class of the quotas is not meant to carry any, and is listed only if they do.
    """
    quotas = list(Quota.objects.filter(version=version).select_related("region").order_by("pk"))
    rule = getattr(version, "load_rule", None)
    warn = rule.warn_companies if rule else 5
    held: Counter[tuple[int, bool]] = Counter()
    counting = (
        Assignment.objects.in_force(on)
        .filter(in_force(on, "enrolment__"))
        .filter(enrolment__programme=programme, role__counts_to_quota=True, official__isnull=False)
        .order_by()
        .values_list("official", "enrolment__project")
        .annotate(n=Count("enrolment", distinct=True))
    )
    for official, project, n in counting:
        held[official, project is not None] += n
    access = reader.access
    scope = access.regions(_READERS, "department__region__path")
    if any(p.reach == Reach.DEPARTMENT for p in access.postings):
        scope |= access.departments((SystemRole.LEADER,), "department__path")
    posts = (
        Posting.objects.in_force(on)
        .filter(
            scope,
            role__in=SERVING,
            official__is_active=True,
            department__is_active=True,
            department__region__path__startswith=programme.region.path,
        )
        .order_by("department__pinyin", "department__name", "official__pinyin", "official", "-role", "pk")
        .values_list(
            "official", "official__name", "official__rank", "official__pinyin", "is_chief",
            "department__name", "department__short_name", "department__kind",
            "department__region__path", "department__region__level",
        )
    )  # fmt: skip
    found: dict[int, Loaded] = {}
    known: dict[Standing, Quota | None] = {}
    for key, name, rank, pinyin, is_chief, unit, short, kind, path, level in posts:
        if key in found:
            continue
        standing = Standing(rank, is_chief, kind, path, level == RegionLevel.CITY)
        if standing not in known:
            known[standing] = quota_for(quotas, standing)
        quota = known[standing]
        mine, projects = held[key, False], held[key, True]
        if quotas and quota is None and not mine and not projects:
            continue
        limit = None if not quotas else quota.companies if quota else 0
        found[key] = Loaded(
            key, name, unit, rank, county_of(path) or path, mine, projects, limit, warn, f"{pinyin} {short}"
        )
    return list(found.values())


def loads_on(programme: Programme, reader: Official, on: date) -> list[Loaded]:
    """`loads` under the rules in force on the day; nobody where there are none yet."""
    version = (
        programme.versions.filter(published_at__isnull=False, effective_from__lte=on)
        .order_by("-effective_from", "-number")
        .select_related("load_rule")
        .first()
    )
    return loads(programme, version, reader, on) if version else []


@dataclass(frozen=True)
class RankLine:
    """A rank's officials by the number of companies they carry, and what its quotas still leave."""

    rank: str
    label: str
    by_load: dict[int, int]  # the last class holds that many and more
    full: int
    over: int
    heavy: int
    spare: int | None

    @property
    def people(self) -> int:
        return sum(self.by_load.values())


def rank_lines(people: Iterable[Loaded], most: int) -> list[RankLine]:
    """Per rank, the highest first: officials per load class 0, 1 … `most` and more."""
    kept = list(people)
    lines = []
    for rank in Rank:
        here = [one for one in kept if one.rank == rank]
        if not here:
            continue
        classes = Counter(min(one.companies, most) for one in here)
        spares = [one.spare for one in here if one.spare is not None]
        lines.append(
            RankLine(
                rank.value,
                str(rank.label),
                {n: classes[n] for n in range(most + 1)},
                sum(one.is_full for one in here),
                sum(one.is_over for one in here),
                sum(one.is_heavy for one in here),
                sum(spares) if spares else None,
            )
        )
    return lines


def spare_by_place(people: Iterable[Loaded]) -> dict[tuple[str, str], tuple[int, int]]:
    """(county, rank) → how many officials, and how many companies their quotas still leave room for."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for one in people:
        n, spare = found.get((one.county, one.rank), (0, 0))
        found[one.county, one.rank] = (n + 1, spare + (one.spare or 0))
    return found
