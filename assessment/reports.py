"""What a unit's score is made of: counts from a frozen month, and the rows that stand behind each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Sum, Value, When

from assessment import formula
from assessment.choices import Channel
from assessment.models import Score, Survey
from issues.models import FrozenEnrolment, FrozenTicket, MonthEnd
from issues.reports.months import ENROLMENT_SLICES, SLICES
from liaison.choices import Board, Measure, Slip

TICKETS, ENROLMENTS, CALLBACKS = "tickets", "enrolments", "callbacks"


@dataclass(frozen=True, slots=True)
class Measured:
    """How a measure is counted: which rows, which part of which whole, and the rule in words."""

    rows: str
    part: str
    whole: str
    words: str


MEASURES: dict[str, Measured] = {
    Measure.CLOSED: Measured(
        TICKETS, "solved", "due", "已解决并经企业确认销号 ÷ 本期到期（解释说明、承诺推进不计入分子）"
    ),
    Measure.ON_TIME: Measured(TICKETS, "on_time", "timed", "在办结期限内办结 ÷ 本期销号"),
    Measure.SATISFIED: Measured(TICKETS, "satisfied", "rated", "企业评价满意 ÷ 企业已评价（未评价不计）"),
    Measure.RESPONSE: Measured(TICKETS, "signed_in_time", "signed", "签收期限内签收 ÷ 本期签收"),
    Measure.VERIFIED: Measured(CALLBACKS, "confirmed", "made", "回访中企业认可 ÷ 本期电话回访"),
    Measure.COVERAGE: Measured(ENROLMENTS, "contacted", "enrolled", "达到联系要求的企业 ÷ 在册包抓企业"),
    Measure.REPORTED_IN_TIME: Measured(TICKETS, "reported_in_time", "reported", "上报期限内上报 ÷ 本期上报"),
    Measure.RESOLVED: Measured(
        TICKETS, "solved", "due", "包抓企业的问题已解决销号 ÷ 本期到期（解释说明、承诺推进不计入分子）"
    ),
    Measure.LEDGER: Measured(ENROLMENTS, "ledger", "enrolled", "有包抓方案和主要联络员的企业 ÷ 在册包抓企业"),
}
# Which frozen rows a slip is; FAKE_CLOSE is found by checks, none of which exist before the checks do.
SLIPS: dict[str, str] = {
    Slip.LATE_REPORT: "late_report",
    Slip.OVERDUE: "overdue",
    Slip.REWORK: "reworked",
    Slip.LATE_SIGN: "late_sign",
}
UNIT_OF = {Board.HANDLING: "lead_unit", Board.ASSIGNED: "assigned_unit"}
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """A unit on a board in a month: what was counted of it, and what that is worth."""

    unit: int
    items: tuple[formula.Item, ...]
    slips: tuple[formula.Slipped, ...]
    min_n: int

    @property
    def result(self) -> formula.Result:
        return formula.score(self.items, self.slips, min_n=self.min_n)


def unit_months(month_end: MonthEnd, board: str) -> list[UnitMonth]:
    """Every unit of a board, counted from the frozen rows under the month's own version of the rules."""
    version = month_end.version
    items = list(version.score_items.filter(board=board).order_by("position", "pk"))
    deductions = list(version.deductions.filter(board=board).order_by("pk"))
    column = UNIT_OF[Board(board)]
    counted = _count(month_end, column)
    return [
        UnitMonth(
            unit=unit,
            items=tuple(
                formula.Item(item.measure, item.weight, item.target, *_of(counts, item.measure))
                for item in items
                if item.measure != Measure.COVERAGE or version.contact_rule.is_hard
            ),
            slips=tuple(
                formula.Slipped(rule.slip, counts.get(f"slip:{rule.slip}", 0), rule.points)
                for rule in deductions
            ),
            min_n=version.score_rule.min_n,
        )
        for unit, counts in sorted(counted.items())
    ]


def _of(counts: Mapping[str, int], measure: str) -> tuple[int, int]:
    measured = MEASURES[measure]
    return counts.get(f"{measured.rows}:{measured.part}", 0), counts.get(
        f"{measured.rows}:{measured.whole}", 0
    )


def _count(month_end: MonthEnd, column: str) -> dict[int, Counts]:
    """Per unit, every part and whole that a measure of any board may ask for: three queries."""
    used = {name for m in MEASURES.values() if m.rows == TICKETS for name in (m.part, m.whole)} | set(
        SLIPS.values()
    )
    tickets = _grouped(
        FrozenTicket.objects.filter(month_end=month_end),
        column,
        {f"n_{name}": Count("pk", filter=SLICES[name].rows) for name in sorted(used)}
        | {"sum_reworks": Sum("reworks")},
    )
    counted: dict[int, Counts] = {}
    for row in tickets:
        counts = counted.setdefault(row[column], {})
        counts.update({f"tickets:{name}": row[f"n_{name}"] for name in used})
        for slip, name in SLIPS.items():
            counts[f"slip:{slip}"] = row["sum_reworks"] if slip == Slip.REWORK else row[f"n_{name}"]
    if column == "assigned_unit":
        wanted = ("enrolled", "contacted", "ledger")
        rows = _grouped(
            FrozenEnrolment.objects.filter(month_end=month_end),
            column,
            {f"n_{name}": Count("pk", filter=ENROLMENT_SLICES[name].rows) for name in wanted},
        )
        for row in rows:
            counts = counted.setdefault(row[column], {})
            counts.update({f"enrolments:{name}": row[f"n_{name}"] for name in wanted})
    for row in _grouped(
        _called_back(month_end),
        column,
        {"n_made": Count("pk"), "n_confirmed": Count("pk", filter=_CONFIRMED)},
    ):
        counts = counted.setdefault(row[column], {})
        counts.update({"callbacks:made": row["n_made"], "callbacks:confirmed": row["n_confirmed"]})
    return counted


def _grouped(rows: QuerySet[Any], column: str, counts: dict[str, Any]) -> Iterable[dict[str, Any]]:
    known = rows.filter(**{f"{column}__isnull": False}).order_by()
    found: Iterable[dict[str, Any]] = known.values(column).annotate(**counts)
    return found


_CONFIRMED = Q(ticket__surveys__score__gte=F("ticket__version__survey_rule__satisfied_min"))


def _called_back(month_end: MonthEnd) -> QuerySet[FrozenTicket]:
    """The month's tickets once for each call-back made in it."""
    return FrozenTicket.objects.filter(
        month_end=month_end,
        ticket__surveys__channel=Channel.CALLBACK,
        ticket__surveys__answered_at__gt=month_end.since,
        ticket__surveys__answered_at__lte=month_end.until,
    )


def callbacks_in(month_end: MonthEnd, board: str, unit: int) -> QuerySet[Survey]:
    """The call-backs behind a unit's 回访核实率."""
    tickets = FrozenTicket.objects.filter(month_end=month_end, **{UNIT_OF[Board(board)]: unit})
    return Survey.objects.filter(
        channel=Channel.CALLBACK,
        answered_at__gt=month_end.since,
        answered_at__lte=month_end.until,
        ticket__in=tickets.values("ticket"),
    )


# --- evidence -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Evidence:
    """The rows of a denominator, each annotated `counts`: in the numerator or not."""

    kind: str
    rows: QuerySet[Any]


def unit_word(measure: str) -> str:
    """What a measure counts: 件, 户 or 次."""
    return {TICKETS: "件", ENROLMENTS: "户", CALLBACKS: "次"}[MEASURES[measure].rows]


def evidence_of(score: Score, measure: str) -> Evidence:
    """The frozen rows of the unit that a line of its sheet was counted from."""
    measured = MEASURES[measure]
    month_end, unit = score.month_end, {UNIT_OF[Board(score.board)]: score.department_id}
    if measured.rows == CALLBACKS:
        satisfied = Q(score__gte=F("ticket__version__survey_rule__satisfied_min"))
        rows: QuerySet[Any] = callbacks_in(month_end, score.board, score.department_id)
        rows = rows.annotate(counts=_is(satisfied)).select_related("ticket__company", "recorded_by")
        return Evidence(CALLBACKS, rows.order_by("answered_at", "pk"))
    if measured.rows == ENROLMENTS:
        rows = FrozenEnrolment.objects.filter(month_end=month_end, **unit)
        rows = rows.annotate(counts=_is(ENROLMENT_SLICES[measured.part].rows))
        return Evidence(
            ENROLMENTS, rows.select_related("company", "region").order_by("counts", "company__pinyin", "pk")
        )
    rows = FrozenTicket.objects.filter(SLICES[measured.whole].rows, month_end=month_end, **unit)
    return Evidence(TICKETS, _tickets(rows.annotate(counts=_is(SLICES[measured.part].rows))))


def slips_of(score: Score, slip: str) -> Evidence:
    """The frozen rows of the unit in which something slipped."""
    unit = {UNIT_OF[Board(score.board)]: score.department_id}
    rows = FrozenTicket.objects.filter(SLICES[SLIPS[slip]].rows, month_end=score.month_end, **unit)
    return Evidence(TICKETS, _tickets(rows.annotate(counts=Value(True))))


def _tickets(rows: QuerySet[Any]) -> QuerySet[Any]:
    related = ("ticket", "company", "category", "grade", "lead_unit", "assigned_unit")
    return rows.select_related(*related).order_by("counts", "ticket__number")


def _is(condition: Q) -> Case:
    """True or False, never unknown: a row without a verdict is not in the numerator."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
