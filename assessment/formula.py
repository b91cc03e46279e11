"""The arithmetic of a unit's monthly score.

Pure by contract: no Django, no clock. Counts go in, points come out, each to two places, so that a sheet
adds up when it is checked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FULL = Decimal(100)
MIN_SHARE = Decimal("0.5")  # of the weights: a total that stands on less would judge a unit by an aside
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Item:
    """What is measured of a unit in a month: numerator ÷ denominator, held against weight and target."""

    measure: str
    weight: Decimal
    target: Decimal
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Line:
    """An item with the points it earned; None where too little was measurable."""

    item: Item
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Slipped:
    """How often something slipped, and what each time costs."""

    slip: str
    count: int
    each: Decimal

    @property
    def points(self) -> Decimal:
        """Points taken off."""
        return cents(self.each * self.count)


@dataclass(frozen=True, slots=True)
class Result:
    """A unit's month: its lines, what they are worth out of 100, what is taken off, what is left."""

    lines: tuple[Line, ...]
    points: Decimal | None
    deducted: Decimal
    total: Decimal | None


def cents(value: Decimal) -> Decimal:
    """Two places, halves up: as a person with a calculator would round."""
    return value.quantize(_CENT, rounding=ROUND_HALF_UP)


def ratio(numerator: int, denominator: int) -> Decimal | None:
    """Per cent to two places; None where there is nothing to divide by."""
    if not denominator:
        return None
    return cents(FULL * numerator / denominator)


def item_points(item: Item, *, min_n: int) -> Decimal | None:
    """The weight, less one point for each percentage point below the target; never below 0.

    None where fewer than `min_n` cases say nothing of a unit: the item is not scored.
    """
    actual = ratio(item.numerator, item.denominator)
    if actual is None or item.denominator < min_n:
        return None
    return max(Decimal(0), min(item.weight, cents(item.weight - (item.target - actual))))


def score(items: Sequence[Item], slips: Iterable[Slipped] = (), *, min_n: int) -> Result:
    """Add up what was measurable, brought to 100 by its weights, and take off what slipped.

    No total where less than half of the weights could be measured.
    """
    lines = tuple(Line(item, item_points(item, min_n=min_n)) for item in items)
    deducted = sum((slip.points for slip in slips), Decimal(0))
    weight = sum((line.item.weight for line in lines if line.points is not None), Decimal(0))
    if not weight or weight < MIN_SHARE * sum(item.weight for item in items):
        return Result(lines, None, deducted, None)
    earned = sum((line.points for line in lines if line.points is not None), Decimal(0))
    points = cents(earned * FULL / weight)
    return Result(lines, points, deducted, max(Decimal(0), points - deducted))
