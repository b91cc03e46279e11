"""How the dashboard words its numbers: the cards on top, the cells of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from issues.reports.months import FEWEST
from liaison.dashboards.board import Board, Counts, Figure, Rate

MINUS = "\N{MINUS SIGN}"
COUNTY_COLUMNS = (
    ("enrolled", "包联企业"),
    ("coverage", "联系覆盖率"),
    ("visits", "上门走访"),
    ("new", "收集问题"),
    ("closed", "销号"),
    ("solving", "办结率"),
    ("satisfaction", "满意率"),
    ("overdue", "逾期未办结"),
    ("climbed", "提级督办"),
)
UNIT_COLUMNS = (
    ("open", "在办"),
    ("closed", "销号"),
    ("solving", "办结率"),
    ("satisfaction", "满意率"),
    ("overdue", "逾期未办结"),
    ("climbed", "提级督办"),
)
RATES = {
    "coverage": ("contacted", "enrolled"),
    "solving": ("solved", "due"),
    "satisfaction": ("satisfied", "rated"),
}


@dataclass(frozen=True)
class Card:
    """A figure on top: what it is, how much, on how many, how it moved, and the rows behind it."""

    label: str
    value: str
    unit: str
    url: str
    n: str = ""
    change: str = ""
    note: str = ""
    tone: str = ""


class Counted(Protocol):
    """Whatever gives figures by name: the board as a whole, or a line of its table."""

    def figure(self, name: str) -> Figure: ...


def cell(source: Counted, name: str) -> Figure | Rate:
    """A cell of the table: a figure, or a rate with its n."""
    if name in RATES:
        part, whole = RATES[name]
        return Rate(source.figure(part), source.figure(whole))
    return source.figure(name)


def cards_of(board: Board) -> list[Card]:
    """The ten seconds: coverage, what came in, what went out, how well, and what is stuck."""
    contacts = board.totals["contacts"]
    return [
        _count(board, "enrolled", "包联企业", "家", stock=True),
        _rate(board, "coverage", "联系覆盖率", "家", "uncontacted", "未达要求"),
        _count(board, "visits", "上门走访", "次", n=f"全部联系 {contacts:,} 次"),
        _count(board, "new", "收集问题", "件"),
        _count(board, "closed", "销号", "件", n=f"其中已解决 {board.totals['settled']:,} 件"),
        _rate(board, "solving", "办结率", "件", "unsolved", "到期未解决"),
        _rate(board, "satisfaction", "满意率", "件", "dissatisfied", "不满意"),
        _count(board, "open", "在办问题", "件", stock=True),
        _count(board, "overdue", "逾期未办结", "件", stock=True, bad=True),
        _count(board, "climbed", "提级督办", "件", bad=True),
    ]


def _count(
    board: Board, name: str, label: str, unit: str, *, n: str = "", stock: bool = False, bad: bool = False
) -> Card:
    figure = board.figure(name)
    change = note = ""
    if board.before is not None:
        if stock or board.period.frozen:
            change = _signed(figure.value - board.before[name])
        else:  # part of a month against a whole one would always look like a fall
            note = f"上月全月 {board.before[name]:,}"
    tone = "red" if bad and stock and figure.value else ""
    return Card(label, f"{figure.value:,}", unit, figure.href, n, change, note, tone)


def _rate(board: Board, name: str, label: str, unit: str, rest: str, rest_label: str) -> Card:
    part, whole = RATES[name]
    rate = board.rate(part, whole)
    missing = board.figure(rest)
    n = f"{part_of(rate)} {unit}" if rate.whole.value else ""
    note = f"{rest_label} {missing.value:,} {unit}" if missing.value else ""
    change = ""
    before = _points(board.before, part, whole) if board.before is not None else None
    now = _points(board.totals, part, whole)
    if before is not None and now is not None:
        if name == "coverage" and not board.period.frozen:  # it only grows until the month is over
            note = f"上月全月 {before:.1f}%"
        else:
            change = f"{_signed(round(now - before, 1))} 个百分点"
    return Card(label, percentage(rate), "", missing.href, n, change, note)


def percentage(rate: Rate) -> str:
    """91.8%; — where there is too little to speak of a rate."""
    if rate.whole.value < FEWEST:
        return "—"
    return f"{rate.part.value / rate.whole.value:.1%}"


def part_of(rate: Rate) -> str:
    """45/49."""
    return f"{rate.part.value:,}/{rate.whole.value:,}"


def _points(counts: Counts, part: str, whole: str) -> float | None:
    return 100 * counts[part] / counts[whole] if counts[whole] >= FEWEST else None


def _signed(value: float) -> str:
    if not value:
        return "持平"
    return f"+{value:,}" if value > 0 else f"{MINUS}{-value:,}"
