"""Figures of a frozen month, counted from its rows; each figure knows the address of the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse

from issues.choices import OPEN, Outcome, Status
from issues.models import Category, Escalation, FrozenEnrolment, FrozenTicket, MonthEnd
from liaison.models import Department, GradeRule, Region

FEWEST = 5  # a rate on fewer cases is not shown as a percentage
NONE = "none"  # the filter value for rows without a unit, a category or a grade


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a month, by the name under which they are counted and opened."""

    label: str
    rows: Q


_closed = Q(status=Status.CLOSED)
_climbed = Exists(
    Escalation.objects.filter(
        ticket=OuterRef("ticket"),
        at__gt=OuterRef("month_end__since"),
        at__lte=OuterRef("month_end__until"),
    )
)
SLICES: dict[str, Slice] = {
    "new": Slice("本期收集", Q(is_new=True)),
    "open": Slice("期末在办", Q(status__in=OPEN)),
    "due": Slice("本期到期", Q(is_due=True)),
    "solved": Slice("到期且已解决销号", Q(is_due=True, outcome=Outcome.SOLVED) & _closed),
    "unsolved": Slice("到期未解决", Q(is_due=True) & ~(Q(outcome=Outcome.SOLVED) & _closed)),
    "closed": Slice("本期销号", Q(is_closed=True)),
    "settled": Slice("已解决销号", Q(is_closed=True, outcome=Outcome.SOLVED)),
    "explained": Slice("解释说明销号", Q(is_closed=True, outcome=Outcome.EXPLAINED)),
    "promised": Slice("承诺推进销号", Q(is_closed=True, outcome__in=[Outcome.UNDER_WAY, Outcome.PLANNED])),
    "cannot": Slice("暂无法解决销号", Q(is_closed=True, outcome=Outcome.CANNOT_NOW)),
    "timed": Slice("销号（有办结期限）", Q(is_closed=True, closed_on_time__isnull=False)),
    "on_time": Slice("按期办结", Q(is_closed=True, closed_on_time=True)),
    "late": Slice("逾期办结", Q(is_closed=True, closed_on_time=False)),
    "overdue": Slice("期末逾期未办结", Q(is_overdue=True)),
    "rated": Slice("企业已评价", Q(is_satisfied__isnull=False)),
    "satisfied": Slice("企业满意", Q(is_satisfied=True)),
    "dissatisfied": Slice("企业不满意", Q(is_satisfied=False)),
    "reported": Slice("本期上报", Q(reported_in_time__isnull=False)),
    "reported_in_time": Slice("按时上报", Q(reported_in_time=True)),
    "late_report": Slice("逾期上报", Q(reported_in_time=False)),
    "signed": Slice("本期签收", Q(signed_in_time__isnull=False)),
    "signed_in_time": Slice("按时签收", Q(signed_in_time=True)),
    "late_sign": Slice("逾期签收", Q(signed_in_time=False)),
    "reworked": Slice("本期重办", Q(reworks__gt=0)),
    "climbed": Slice("本期提级督办", Q(_climbed)),
}
ENROLMENT_SLICES: dict[str, Slice] = {
    "enrolled": Slice("在册包抓企业", Q()),
    "contacted": Slice("达到联系要求", Q(is_contacted=True)),
    "uncontacted": Slice("未达联系要求", Q(is_contacted=False)),
    "ledger": Slice("台账完整", Q(has_ledger=True)),
    "no_ledger": Slice("台账不完整", Q(has_ledger=False)),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that knows the rows it counts."""

    value: int
    month_end: MonthEnd = field(repr=False, compare=False)
    kind: str = "tickets"
    query: str = ""

    @property
    def href(self) -> str:
        """The address of the rows behind the number."""
        return rows_url(self.month_end, self.kind) + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole, never shown without its n."""

    part: Figure
    whole: Figure

    @property
    def is_few(self) -> bool:
        """Too few cases for a percentage to mean anything."""
        return self.whole.value < FEWEST

    @property
    def percent(self) -> float:
        """Per cent, of something."""
        return 100 * self.part.value / self.whole.value

    @property
    def words(self) -> str:
        """91.8%（45/49）, only the counts where they are few, — where there is nothing."""
        part, whole = self.part.value, self.whole.value
        if not whole:
            return "—"
        if self.is_few:
            return f"{part}/{whole}（样本不足，不计百分比）"
        return f"{self.percent:.1f}%（{part}/{whole}）"


@dataclass(frozen=True, slots=True)
class TicketFigures:
    """What the problems of a month, of a unit or of a place add up to: one figure per slice."""

    new: Figure
    open: Figure
    due: Figure
    solved: Figure
    unsolved: Figure
    closed: Figure
    explained: Figure
    promised: Figure
    cannot: Figure
    timed: Figure
    on_time: Figure
    late: Figure
    overdue: Figure
    rated: Figure
    satisfied: Figure
    dissatisfied: Figure
    reported: Figure
    reported_in_time: Figure
    late_report: Figure
    signed: Figure
    signed_in_time: Figure
    late_sign: Figure
    reworked: Figure
    reworks: int = 0

    @property
    def solving(self) -> Rate:
        """问题办结率: struck off as solved ÷ due."""
        return Rate(self.solved, self.due)

    @property
    def punctuality(self) -> Rate:
        """按期办结率."""
        return Rate(self.on_time, self.timed)

    @property
    def satisfaction(self) -> Rate:
        """企业满意率: no answer is left out, never counted as good."""
        return Rate(self.satisfied, self.rated)

    @property
    def response(self) -> Rate:
        """按时签收率."""
        return Rate(self.signed_in_time, self.signed)


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """How the companies on the books were served."""

    enrolled: Figure
    contacted: Figure
    uncontacted: Figure
    ledger: Figure
    no_ledger: Figure
    visits: int
    contacts: int

    @property
    def coverage(self) -> Rate:
        """联系覆盖率."""
        return Rate(self.contacted, self.enrolled)

    @property
    def ledgers(self) -> Rate:
        """台账完整率."""
        return Rate(self.ledger, self.enrolled)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit's line of a month's table."""

    unit: Department | None
    figures: TicketFigures


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A county's line of a month's table."""

    region: Region
    service: ServiceFigures


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A category's line of the grade × category table."""

    category: Category | None
    cells: tuple[Figure, ...]
    total: Figure


@dataclass(frozen=True, slots=True)
class Matrix:
    """等级 × 类别 of the problems collected in the month."""

    grades: tuple[GradeRule | None, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[Figure, ...]
    total: Figure


def month_name(month_end: MonthEnd) -> str:
    """2026-10, as months are named in addresses."""
    return f"{month_end.month:%Y-%m}"


def rows_url(month_end: MonthEnd, kind: str = "tickets") -> str:
    """The address of a month's frozen rows: `kind` is tickets or enrolments."""
    return reverse(f"issues:month-{kind}", args=[month_end.programme.code, month_name(month_end)])


def _figure(value: int | None, month_end: MonthEnd, kind: str = "tickets", **filters: Any) -> Figure:
    chosen = {name: str(given) for name, given in filters.items() if given not in ("", None)}
    return Figure(value or 0, month_end, kind, urlencode(chosen))


# --- counting -----------------------------------------------------------------------------------
_NAMES = tuple(field.name for field in fields(TicketFigures) if field.name != "reworks")


def _counts(slices: Mapping[str, Slice], names: Iterable[str]) -> dict[str, Count]:
    return {f"n_{name}": Count("pk", filter=slices[name].rows) for name in names}


def _figures(month_end: MonthEnd, row: Mapping[str, Any], **where: Any) -> TicketFigures:
    counted = {name: _figure(row.get(f"n_{name}"), month_end, show=name, **where) for name in _NAMES}
    return TicketFigures(**counted, reworks=row.get("sum_reworks") or 0)


def _service(month_end: MonthEnd, row: Mapping[str, Any], **where: Any) -> ServiceFigures:
    counted = {
        name: _figure(
            row.get(f"n_{name}"), month_end, "enrolments", show="" if name == "enrolled" else name, **where
        )
        for name in ENROLMENT_SLICES
    }
    return ServiceFigures(**counted, visits=row.get("sum_visits") or 0, contacts=row.get("sum_contacts") or 0)


def ticket_figures(month_end: MonthEnd) -> TicketFigures:
    """The month's problems as a whole."""
    rows = FrozenTicket.objects.filter(month_end=month_end)
    return _figures(month_end, rows.aggregate(**_counts(SLICES, _NAMES), sum_reworks=Sum("reworks")))


def service_figures(month_end: MonthEnd) -> ServiceFigures:
    """The month's service as a whole."""
    rows = FrozenEnrolment.objects.filter(month_end=month_end)
    sums = {"sum_visits": Sum("visits"), "sum_contacts": Sum("contacts")}
    return _service(month_end, rows.aggregate(**_counts(ENROLMENT_SLICES, ENROLMENT_SLICES), **sums))


def unit_rows(month_end: MonthEnd, by: str = "lead_unit") -> list[UnitRow]:
    """Handling per lead unit (or per `assigned_unit`), by name; ranked only where the rules say so."""
    key = "unit" if by == "lead_unit" else "team"
    rows = list(
        FrozenTicket.objects.filter(month_end=month_end)
        .order_by()
        .values(by)
        .annotate(**_counts(SLICES, _NAMES), sum_reworks=Sum("reworks"))
    )
    units = Department.objects.in_bulk([row[by] for row in rows if row[by]])
    lines = [UnitRow(units.get(row[by]), _figures(month_end, row, **{key: row[by] or NONE})) for row in rows]
    lines.sort(key=lambda line: (line.unit is None, line.unit.pinyin if line.unit else "", str(line.unit)))
    if month_end.version.bulletin_rule.rank_units:
        lines.sort(key=lambda line: (line.unit is None, *_rank(line.figures.solving)))
    return lines


def add_up_tickets(month_end: MonthEnd, lines: Sequence[UnitRow]) -> TicketFigures:
    """The whole of a table's lines, without counting again."""
    row: dict[str, Any] = {
        f"n_{name}": sum(getattr(line.figures, name).value for line in lines) for name in _NAMES
    }
    row["sum_reworks"] = sum(line.figures.reworks for line in lines)
    return _figures(month_end, row)


def add_up_service(month_end: MonthEnd, lines: Sequence[RegionRow]) -> ServiceFigures:
    """The whole of a table's lines, without counting again."""
    row: dict[str, Any] = {
        f"n_{name}": sum(getattr(line.service, name).value for line in lines) for name in ENROLMENT_SLICES
    }
    row["sum_visits"] = sum(line.service.visits for line in lines)
    row["sum_contacts"] = sum(line.service.contacts for line in lines)
    return _service(month_end, row)


def _rank(rate: Rate) -> tuple[bool, float]:
    """Best first; those with too few cases come last and are not compared."""
    few = rate.whole.value < FEWEST
    return few, 0.0 if few else -rate.part.value / rate.whole.value


def region_rows(month_end: MonthEnd) -> list[RegionRow]:
    """Service per county."""
    rows = list(
        FrozenEnrolment.objects.filter(month_end=month_end)
        .order_by()
        .values("region")
        .annotate(
            **_counts(ENROLMENT_SLICES, ENROLMENT_SLICES),
            sum_visits=Sum("visits"),
            sum_contacts=Sum("contacts"),
        )
    )
    regions = Region.objects.in_bulk([row["region"] for row in rows])
    lines = [
        RegionRow(regions[row["region"]], _service(month_end, row, region=regions[row["region"]].code))
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.region.code)


def grade_matrix(month_end: MonthEnd) -> Matrix:
    """Problems collected in the month, by category and grade; ungraded ones have a column of their own."""
    counted = {
        (row["category"], row["grade"]): row["n"]
        for row in FrozenTicket.objects.filter(month_end=month_end, is_new=True)
        .order_by()
        .values("category", "grade")
        .annotate(n=Count("pk"))
    }
    used = {grade for _, grade in counted}
    known = GradeRule.objects.filter(Q(version=month_end.version) | Q(pk__in=used - {None})).order_by(
        "position", "pk"
    )
    codes: dict[str, list[GradeRule]] = {}
    for grade in known:
        codes.setdefault(grade.code, []).append(grade)
    grades: list[GradeRule | None] = [group[0] for group in codes.values()]
    if None in used:
        grades.append(None)
    ids: list[set[int | None]] = [{grade.pk for grade in codes[g.code]} if g else {None} for g in grades]
    names = [g.code if g else NONE for g in grades]
    categories = Category.objects.in_bulk([category for category, _ in counted if category])

    def cell(wanted: set[int | None], grade: str, category: str | None, of: set[int | None]) -> Figure:
        n = sum(count for (kind, level), count in counted.items() if kind in wanted and level in of)
        return _figure(n, month_end, show="new", grade=grade, category=category)

    def line(kind: int | None) -> MatrixRow:
        category = categories[kind] if kind else None
        code = category.code if category else NONE
        cells = tuple(cell({kind}, name, code, of) for name, of in zip(names, ids, strict=True))
        total = _figure(sum(c.value for c in cells), month_end, show="new", category=code)
        return MatrixRow(category, cells, total)

    kinds = sorted(
        {kind for kind, _ in counted},
        key=lambda kind: (kind is None, categories[kind].position if kind else 0, kind or 0),
    )
    everything: set[int | None] = set(kinds)
    return Matrix(
        grades=tuple(grades),
        rows=tuple(line(kind) for kind in kinds),
        totals=tuple(cell(everything, name, None, of) for name, of in zip(names, ids, strict=True)),
        total=_figure(sum(counted.values()), month_end, show="new"),
    )


def escalations_in(month_end: MonthEnd) -> QuerySet[Escalation]:
    """督办提级 within the month, oldest first."""
    return (
        Escalation.objects.filter(
            ticket__programme=month_end.programme, at__gt=month_end.since, at__lte=month_end.until
        )
        .select_related("ticket__company", "department")
        .order_by("at", "pk")
    )
