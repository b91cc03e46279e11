"""Points: what a figure earns, what too few cases mean, and what is taken off."""

from decimal import Decimal as D
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import formula
from assessment.formula import Item, Slipped, ratio

MIN_N = 5  # the programmes' default
item_points = partial(formula.item_points, min_n=MIN_N)
score = partial(formula.score, min_n=MIN_N)

weights = st.decimals(min_value=1, max_value=100, places=2)
targets = st.decimals(min_value=1, max_value=100, places=2)


@st.composite
def items(draw: st.DrawFn) -> Item:
    whole = draw(st.integers(0, 500))
    return Item(
        draw(st.sampled_from(["closed", "on_time", "satisfied"])),
        draw(weights),
        draw(targets),
        draw(st.integers(0, whole)),
        whole,
    )


slips = st.builds(
    Slipped, st.just("overdue"), st.integers(0, 400), st.decimals(min_value=D("0.1"), max_value=5, places=2)
)


def item(numerator: int, denominator: int, weight: str = "30", target: str = "95") -> Item:
    return Item("closed", D(weight), D(target), numerator, denominator)


@pytest.mark.parametrize(
    ("numerator", "denominator", "points"),
    [
        (19, 20, D("30")),  # on target
        (20, 20, D("30")),  # above it earns no more than the weight
        (18, 20, D("25")),  # 90 %: five points missed
        (2, 3, None),  # too few
        (0, 0, None),
        (0, 20, D("0")),
        (44, 49, D("24.80")),  # 89.80 %
    ],
)
def test_one_point_is_lost_for_each_point_missed(numerator, denominator, points):
    assert item_points(item(numerator, denominator)) == points


def test_weights_of_what_was_measurable_are_brought_to_100():
    result = score([item(19, 20, "30"), item(2, 3, "20"), item(18, 20, "30", "90")])
    assert [line.points for line in result.lines] == [D("30"), None, D("30")]
    assert result.points == result.total == D("100.00")


def test_nothing_measurable_gives_no_total_but_keeps_the_slips():
    result = score([item(1, 2)], [Slipped("overdue", 3, D("0.5"))])
    assert (result.points, result.deducted, result.total) == (None, D("1.50"), None)


def test_no_total_stands_on_less_than_half_of_the_weights():
    aside, main = item(4, 5, "10"), item(2, 3, "30")
    assert score([aside, main]).total is None
    assert score([aside, item(19, 20, "30"), item(1, 1, "39.99")]).total is not None


def test_deductions_never_go_below_zero():
    result = score([item(0, 20, "30", "95")], [Slipped("fake_close", 9, D(5))])
    assert result.total == 0


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_ratio_lies_between_0_and_100(part, rest):
    percent = ratio(part, part + rest)
    assert percent is None if part + rest == 0 else 0 <= percent <= 100


@given(items())
def test_points_lie_between_0_and_the_weight(one):
    points = item_points(one)
    assert points is None if one.denominator < 5 else 0 <= points <= one.weight


@given(items(), st.integers(0, 50))
def test_more_done_never_earns_less(one, more):
    better = Item(
        one.measure, one.weight, one.target, min(one.numerator + more, one.denominator), one.denominator
    )
    assert (item_points(one) or 0) <= (item_points(better) or 0)


@given(st.lists(items(), max_size=6), st.lists(slips, max_size=4))
def test_a_total_lies_between_0_and_100_and_says_nothing_when_nothing_was_measured(some, slipped):
    result = score(some, slipped)
    scored = sum(line.item.weight for line in result.lines if line.points is not None)
    if not scored or scored * 2 < sum(line.item.weight for line in result.lines):
        assert result.points is None
        assert result.total is None
    else:
        assert 0 <= result.total <= result.points <= 100


@given(st.lists(items(), min_size=1, max_size=6), slips)
def test_a_slip_never_raises_a_total(some, slipped):
    before, after = score(some).total, score(some, [slipped]).total
    assert before is None if after is None else after <= before
