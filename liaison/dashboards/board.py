"""The leader's dashboard in numbers: one period, one place, and for each number the rows behind it.

A frozen month is counted from its frozen rows, the running month from the rows as they stand, by slices
of the same names. Both are grouped by county in one query each; totals are sums, so that they agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from companies.choices import VisitMode
from companies.models import Company, Enrolment, Visit
from companies.reports import with_contacts
from issues.models import Category, FrozenEnrolment, FrozenTicket, MonthEnd, Ticket
from issues.reports.months import ENROLMENT_SLICES, NONE, SLICES, Slice, rows_url
from issues.reports.running import RUNNING, last_lead, running_since, running_slices
from liaison.choices import Reach, RegionLevel, SystemRole
from liaison.models import Department, Official, Programme, Region

READERS = frozenset({SystemRole.LEADER, SystemRole.OFFICE, SystemRole.ASSESSOR, SystemRole.ADMIN})
TREND_MONTHS = 12
Counts = Counter[str]


@dataclass(frozen=True)
class Figure:
    """A number and the address of the rows that it counts."""

    value: int
    href: str


@dataclass(frozen=True)
class Rate:
    """A part of a whole; never shown without its n."""

    part: Figure
    whole: Figure


@dataclass(frozen=True)
class Period:
    """A frozen month, or (without one) the month that is running."""

    since: datetime
    until: datetime | None
    frozen: MonthEnd | None
    label: str

    @property
    def value(self) -> str:
        return f"{self.frozen.month:%Y-%m}" if self.frozen else ""


@dataclass(frozen=True)
class Place:
    """The part of the map that is shown: a region the official answers for, or all that they see."""

    label: str
    region: Region | None

    @property
    def code(self) -> str:
        return self.region.code if self.region else ""

    @property
    def name(self) -> str:
        return self.region.name if self.region else self.label


@dataclass(frozen=True)
class Line:
    """A row of the table below: a county, or a handling unit of one."""

    name: str
    counts: Counts
    at_place: Callable[[str, int], Figure]

    def figure(self, name: str) -> Figure:
        """A number of this row, with the rows behind it."""
        return self.at_place(name, self.counts[name])


def may_read(official: Official) -> bool:
    """看板 is for those who lead, coordinate and assess."""
    return bool(official.access.roles & READERS)


def read_board(official: Official, *, programme: str = "", period: str = "", place: str = "") -> Board | None:
    """The numbers as chosen; what is not there gives way to the first. None where no programme runs."""
    visible = Programme.objects.visible_to(official).filter(official.access.cities("region__path"))
    programmes = list(visible.select_related("region").order_by("starts_on", "pk"))
    if not programmes:
        return None
    return Board(official, programmes, programme=programme, period=period, place=place)


class Board:
    """All the numbers of one dashboard, each fetched once."""

    def __init__(
        self, official: Official, programmes: list[Programme], *, programme: str, period: str, place: str
    ) -> None:
        self.official, self.on = official, official.access.on
        self.programmes = programmes
        self.programme = next((p for p in programmes if p.code == programme), programmes[0])
        self._regions = list(Region.objects.visible_to(official).exclude(level=RegionLevel.TOWN))
        ends = MonthEnd.objects.visible_to(official).filter(programme=self.programme)
        self.months = list(ends.select_related("programme").order_by("-month")[:TREND_MONTHS])
        self.periods = self._periods()
        self.period = next((p for p in self.periods if p.value == period), self.periods[0])
        self.places = self._places()
        self.place = next((p for p in self.places if p.code == place), self.places[0])
        self.counties = self._counties()
        self._count()

    # --- what can be chosen ---------------------------------------------------------------------
    def _periods(self) -> list[Period]:
        newest = self.months[0] if self.months else None
        if newest is None:
            newest = self.programme.month_ends.order_by("-month").first()
        since = running_since(self.programme, newest)
        running = Period(since, None, None, "本期至今")
        return [running, *(Period(m.since, m.until, m, f"{m.month:%Y年%-m月}") for m in self.months)]

    def _places(self) -> list[Place]:
        """The regions one's posts reach within the programme's, and the counties below them."""
        home = self.programme.region.path
        roots = [
            posting.department.region.path
            for posting in self.official.access.postings
            if posting.role in READERS and posting.reach == Reach.REGION
        ]
        within = [
            region
            for region in self._regions
            if region.path.startswith(home) and any(region.path.startswith(root) for root in roots)
        ]
        within.sort(key=lambda region: (region.level != RegionLevel.CITY, region.pinyin))
        found = [
            Place("全市" if region.level == RegionLevel.CITY else region.name, region) for region in within
        ]
        return found or [Place("本单位范围", None)]

    def _counties(self) -> list[Region]:
        path = self.place.region.path if self.place.region else self.programme.region.path
        counties = [r for r in self._regions if r.level == RegionLevel.COUNTY and r.path.startswith(path)]
        return sorted(counties, key=lambda region: region.pinyin)

    # --- counting -------------------------------------------------------------------------------
    def _count(self) -> None:
        self._frozen_counts()
        if self.period.frozen is None:
            self.by_county = self._running_tickets()
            for county, counts in self._running_companies().items():
                counts["uncontacted"] = counts["enrolled"] - counts["contacted"]
                self.by_county.setdefault(county, Counter()).update(counts)
        else:
            self.by_county = self._frozen.get(self.period.frozen.pk, {})
        self.totals = _sum(self.by_county.values())
        before = self._month_before()
        self.before = _sum(self._frozen.get(before.pk, {}).values()) if before else None
        self._visit_counts(before)

    def _month_before(self) -> MonthEnd | None:
        if self.period.frozen is None:
            return self.months[0] if self.months else None
        earlier = [m for m in self.months if m.month < self.period.frozen.month]
        return earlier[0] if earlier else None

    def _here(self, field: str) -> Q:
        return Q(**{f"{field}__path__startswith": self.place.region.path}) if self.place.region else Q()

    def _frozen_counts(self) -> None:
        """Every frozen month by county: the period itself, the one before, and the trend."""
        self._frozen: dict[int, dict[int, Counts]] = {month.pk: {} for month in self.months}
        if not self.months:
            return
        here = self._here("region") & Q(month_end__in=self.months)
        kinds: tuple[tuple[QuerySet[Any], Mapping[str, Slice]], ...] = (
            (FrozenTicket.objects.visible_to(self.official).filter(here), SLICES),
            (FrozenEnrolment.objects.visible_to(self.official).filter(here), ENROLMENT_SLICES),
        )
        for rows, slices in kinds:
            parts = {f"n_{name}": Count("pk", filter=part.rows) for name, part in slices.items()}
            for row in rows.order_by().values("month_end", "region").annotate(**parts):
                counts = self._frozen[row["month_end"]].setdefault(row["region"], Counter())
                counts.update({name: row[f"n_{name}"] for name in slices})

    def _running_slices(self) -> Mapping[str, Slice]:
        return running_slices(self.period.since, self.on)

    def _tickets(self) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(self.official).filter(
            self._here("company__region"), programme=self.programme
        )

    def _running_tickets(self) -> dict[int, Counts]:
        slices = self._running_slices()
        parts = {f"n_{name}": Count("pk", filter=part.rows) for name, part in slices.items()}
        rows = self._tickets().order_by().values("company__region__path").annotate(**parts)
        return self._by_county(rows, "company__region__path", slices)

    def _running_companies(self) -> dict[int, Counts]:
        places = Enrolment.objects.in_force(self.on).filter(programme=self.programme)
        met = with_contacts(places.filter(project__isnull=True), self.period.since, self.on).filter(
            is_contacted=True
        )
        rows = (
            Company.objects.visible_to(self.official)
            .filter(self._here("region"))
            .annotate(
                is_in=Exists(places.filter(company=OuterRef("pk"))),
                is_met=Exists(met.filter(company=OuterRef("pk"))),
            )
            .filter(is_in=True)
            .order_by()
            .values("region__path")
            .annotate(n_enrolled=Count("pk"), n_contacted=Count("pk", filter=Q(is_met=True)))
        )
        return self._by_county(rows, "region__path", ("enrolled", "contacted"))

    def _by_county(
        self, rows: Iterable[Mapping[str, Any]], path: str, names: Iterable[str]
    ) -> dict[int, Counts]:
        """Towns added to their county; what lies in no county goes under 0."""
        names = list(names)
        found: dict[int, Counts] = {}
        for row in rows:
            county = next((c.pk for c in self.counties if row[path].startswith(c.path)), 0)
            found.setdefault(county, Counter()).update({name: row[f"n_{name}"] for name in names})
        return found

    def _visit_counts(self, before: MonthEnd | None) -> None:
        """Visits on site and all contacts written down in the period, and in the one before."""
        spans = {"": (self.period.since, self.period.until)}
        if before is not None:
            spans["before_"] = (before.since, before.until)
        parts: dict[str, Count] = {}
        for prefix, (since, until) in spans.items():
            within = Q(logged_at__gt=since) & (Q(logged_at__lte=until) if until else Q())
            parts[f"n_{prefix}visits"] = Count("pk", filter=within & Q(mode=VisitMode.VISIT))
            parts[f"n_{prefix}contacts"] = Count("pk", filter=within)
        rows = (
            Visit.objects.visible_to(self.official)
            .filter(
                self._here("company__region"),
                enrolment__programme=self.programme,
                logged_at__gt=min(since for since, _ in spans.values()),
            )
            .order_by()
            .values("company__region__path")
            .annotate(**parts)
        )
        names = [name[2:] for name in parts]
        for county, counts in self._by_county(rows, "company__region__path", names).items():
            self.by_county.setdefault(county, Counter()).update(counts)
            self.totals.update(counts)
        if self.before is not None:
            self.before.update({name: self.totals[f"before_{name}"] for name in ("visits", "contacts")})

    # --- figures and the rows behind them ---------------------------------------------------------
    def figure(self, name: str, value: int | None = None, region: str | None = None, **more: Any) -> Figure:
        """A number with the address of its rows, at a county of the place or at the place itself."""
        code = self.place.code if region is None else region
        value = self.totals[name] if value is None else value
        if self.place.region and code == self.programme.region.code:
            code = ""
        return Figure(value, self._url(name, code, more))

    def _url(self, name: str, region: str, more: Mapping[str, Any]) -> str:
        if name in ("visits", "contacts"):
            span = {"logged_after": self.period.since.isoformat()}
            if self.period.until:
                span["logged_until"] = self.period.until.isoformat()
            mode = VisitMode.VISIT.value if name == "visits" else ""
            return _address(
                "companies:visits", programme=self.programme.code, mode=mode, region=region, **span
            )
        if self.period.frozen is not None:
            return _frozen_address(self.period.frozen, name, region, **more)
        if name == "enrolled":
            return _address("companies:companies", programme=self.programme.code, region=region)
        if name in ("contacted", "uncontacted"):
            yes = "yes" if name == "contacted" else "no"
            after = self.period.since.isoformat()
            code = self.programme.code
            return _address("companies:companies", programme=code, contacted=yes, after=after, region=region)
        more = {("lead" if key == "unit" else key): value for key, value in more.items()}
        return _address(
            "issues:tickets", view="all", programme=self.programme.code, show=name, region=region, **more
        )

    def rate(self, part: str, whole: str) -> Rate:
        return Rate(self.figure(part), self.figure(whole))

    # --- the pictures' and the table's rows ---------------------------------------------------------
    def county_lines(self) -> list[Line]:
        """A line per county, by name; never by result."""
        lines = [
            Line(
                county.name,
                self.by_county.get(county.pk, Counter()),
                partial(self.figure, region=county.code),
            )
            for county in self.counties
        ]
        return [line for line in lines if any(line.counts.values())]

    def unit_lines(self) -> list[Line]:
        """A line per handling unit, by name: shown where the place is one county or one's own units."""
        if self.period.frozen is not None:
            rows: QuerySet[Any] = FrozenTicket.objects.visible_to(self.official).filter(
                self._here("region"), month_end=self.period.frozen
            )
            slices: Mapping[str, Slice] = SLICES
            key = "lead_unit"
        else:
            rows = self._tickets().annotate(last_lead=last_lead())
            slices, key = self._running_slices(), "last_lead"
        parts = {f"n_{name}": Count("pk", filter=slices[name].rows) for name in RUNNING}
        counted = list(rows.filter(**{f"{key}__isnull": False}).order_by().values(key).annotate(**parts))
        units = Department.objects.in_bulk([row[key] for row in counted])
        lines = [
            Line(
                str(units[row[key]]),
                Counter({name: row[f"n_{name}"] for name in RUNNING}),
                partial(self.figure, unit=row[key]),
            )
            for row in sorted(counted, key=lambda row: units[row[key]].pinyin)
        ]
        return [line for line in lines if any(line.counts.values())]

    def trend(self) -> list[tuple[str, Figure, Figure]]:
        """(month, collected, struck off), oldest first; the running month last."""
        points = []
        code = self.place.code if self.place.region != self.programme.region else ""
        for month in reversed(self.months):
            counts = _sum(self._frozen[month.pk].values())
            new, closed = (
                Figure(counts[name], _frozen_address(month, name, code)) for name in ("new", "closed")
            )
            points.append((f"{month.month:%-m月}", new, closed))
        if self.period.frozen is None:
            points.append(("本期", self.figure("new"), self.figure("closed")))
        return points[-TREND_MONTHS:]

    def matrix(self) -> tuple[list[str], list[tuple[str, list[Figure]]]]:
        """Collected problems by category (lines) and grade (columns); what is not graded yet comes last."""
        if self.period.frozen is not None:
            rows: QuerySet[Any] = FrozenTicket.objects.visible_to(self.official).filter(
                self._here("region"), SLICES["new"].rows, month_end=self.period.frozen
            )
        else:
            rows = self._tickets().filter(self._running_slices()["new"].rows)
        counted = {
            (row["category"], row["grade__code"]): row["n"]
            for row in rows.order_by().values("category", "grade__code").annotate(n=Count("pk"))
        }
        categories = Category.objects.in_bulk([kind for kind, _ in counted if kind])
        grades = sorted({grade or "" for _, grade in counted}, key=lambda grade: (not grade, grade))
        lines = []
        for kind in sorted(
            {kind for kind, _ in counted}, key=lambda k: (k is None, categories[k].position if k else 0)
        ):
            code = categories[kind].code if kind else NONE
            cells = [
                self.figure("new", counted.get((kind, grade or None), 0), category=code, grade=grade or NONE)
                for grade in grades
            ]
            lines.append((str(categories[kind]) if kind else "未分类", cells))
        return [f"{grade} 级" if grade else "未定级" for grade in grades], lines


def _sum(parts: Iterable[Counts]) -> Counts:
    total: Counts = Counter()
    for part in parts:
        total.update(part)
    return total


def _frozen_address(month: MonthEnd, name: str, region: str, **more: Any) -> str:
    """The frozen rows of a month behind a figure."""
    kind = "enrolments" if name in ENROLMENT_SLICES else "tickets"
    chosen = {"show": "" if name == "enrolled" else name, "region": region, **more}
    return f"{rows_url(month, kind)}?{_query(chosen)}"


def _query(chosen: Mapping[str, Any]) -> str:
    return urlencode({name: str(value) for name, value in chosen.items() if value not in ("", None)})


def _address(route: str, **chosen: Any) -> str:
    return f"{reverse(route)}?{_query(chosen)}"
