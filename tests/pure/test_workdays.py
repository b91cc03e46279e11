"""The calendar's arithmetic against a naive walk, and the holidays everybody will check by hand."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.workdays import UnknownYear, WorkCalendar, YearStatus

CHINESE = {holiday.value: holiday.chinese for holiday in Holiday}
STATUTORY = WorkCalendar(
    off={on: CHINESE[name] for on, name in holidays.items()},
    work={on: CHINESE[name] for on, name in workdays.items()},
    published=range(2004, 2027),
)
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
ONE = timedelta(days=1)
EACH_DAY = [FIRST + i * ONE for i in range((LAST - FIRST).days + 1)]

days = st.dates(FIRST, LAST)
inner_days = st.dates(date(2005, 1, 1), date(2025, 12, 31))
limits = st.integers(1, 200)


def naive_add(start: date, n: int) -> date:
    """Walk day by day, as one would with a finger on the calendar."""
    on = start
    if n == 0:
        while not chinese_calendar.is_workday(on):
            on += ONE
        return on
    step = ONE if n > 0 else -ONE
    left = abs(n)
    while left:
        on += step
        if chinese_calendar.is_workday(on):
            left -= 1
    return on


def test_agrees_with_the_published_calendar_on_each_day():
    assert [on for on in EACH_DAY if STATUTORY.is_working(on) != chinese_calendar.is_workday(on)] == []


def test_next_working_day_agrees_with_a_walk_from_each_day():
    for on in EACH_DAY:
        if on < date(2026, 12, 25):
            assert STATUTORY.next_working(on) == naive_add(on, 1)
            assert STATUTORY.on_or_after(on) == naive_add(on, 0)


@given(start=inner_days, n=st.integers(-200, 200))
def test_adding_is_walking(start: date, n: int):
    assert STATUTORY.add(start, n) == naive_add(start, n)


@settings(max_examples=60)
@given(after=days, until=days)
def test_counting_is_walking(after: date, until: date):
    low, high = sorted((after, until))
    walked = sum(chinese_calendar.is_workday(low + i * ONE) for i in range(1, (high - low).days + 1))
    assert STATUTORY.count(after, until) == (walked if after <= until else -walked)


@given(start=days, n=limits)
def test_counting_undoes_adding(start: date, n: int):
    assert STATUTORY.count(start, STATUTORY.add(start, n)) == n


@given(start=days, n=limits)
def test_counting_undoes_adding_backwards_from_a_working_day(start: date, n: int):
    start = STATUTORY.on_or_after(start)
    assert STATUTORY.count(start, STATUTORY.add(start, -n)) == -n


@given(a=days, b=days, c=days)
def test_counts_add_up(a: date, b: date, c: date):
    assert STATUTORY.count(a, b) + STATUTORY.count(b, c) == STATUTORY.count(a, c)


@given(a=days, b=days, n=st.integers(-200, 200), m=limits)
def test_a_later_start_or_a_longer_limit_never_ends_sooner(a: date, b: date, n: int, m: int):
    low, high = sorted((a, b))
    assert STATUTORY.add(low, n) <= STATUTORY.add(high, n)
    assert STATUTORY.add(a, m) < STATUTORY.add(a, m + 1)


@given(start=days, n=st.integers(-60, 200))
def test_a_deadline_is_always_a_working_day(start: date, n: int):
    assert STATUTORY.is_working(STATUTORY.add(start, n))


@given(start=days, n=st.integers(-60, 260))
def test_the_explanation_explains_that_very_deadline(start: date, n: int):
    told = STATUTORY.explain(start, n)
    assert told.due == STATUTORY.add(start, n)
    counted = [index for index, _ in told.steps if index is not None]
    assert counted == list(range(1, abs(n) + 1))
    assert all((index is not None) == day.is_working for index, day in told.steps if n)
    if n:
        assert told.steps[-1] == (abs(n), STATUTORY.day(told.due))
    assert f"{told.due.month}月{told.due.day}日" in told.words
    assert told.words.count("，") < 40
    assert len(told.words) < 700


@given(
    start=inner_days,
    n=st.integers(0, 40),
    off=st.sets(inner_days, max_size=40),
    work=st.sets(inner_days, max_size=40),
)
def test_local_exceptions_win(start: date, n: int, off: set[date], work: set[date]):
    work -= off
    local = STATUTORY.with_exceptions(off=dict.fromkeys(off, "防汛停工"), work=dict.fromkeys(work, "上班"))
    for on in off:
        assert not local.is_working(on)
    for on in work:
        assert local.is_working(on)
    due = local.add(start, n)
    walked = sum(local.is_working(start + i * ONE) for i in range(1, (due - start).days + 1))
    assert walked == n or n == 0
    assert local.is_working(due)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2026, 9, 24), 1, date(2026, 9, 28)),  # 中秋节 9/25–9/27
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # 国庆节 10/1–10/7
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # a Saturday that counts
        (date(2026, 10, 9), 2, date(2026, 10, 12)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday that counts
        (date(2026, 9, 25), 10, date(2026, 10, 15)),
        (date(2026, 10, 3), 0, date(2026, 10, 8)),
        (date(2026, 10, 12), -1, date(2026, 10, 10)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
    ],
)
def test_october_2026(start: date, n: int, due: date):
    assert STATUTORY.add(start, n) == due


@pytest.mark.parametrize(
    ("first_off", "last_off", "made_up"),
    [
        (date(2024, 2, 10), date(2024, 2, 17), [date(2024, 2, 4), date(2024, 2, 18)]),  # two Sundays
        (date(2025, 1, 28), date(2025, 2, 4), [date(2025, 1, 26), date(2025, 2, 8)]),  # Sunday, Saturday
        (date(2026, 2, 15), date(2026, 2, 23), [date(2026, 2, 14), date(2026, 2, 28)]),  # two Saturdays
    ],
)
def test_spring_festival(first_off: date, last_off: date, made_up: list[date]):
    assert STATUTORY.count(first_off - ONE, last_off) == 0
    assert STATUTORY.is_working(last_off + ONE)
    for on in made_up:
        assert on.weekday() >= 5
        assert STATUTORY.is_working(on)
        assert "补班" in STATUTORY.note(on)


def test_notes_say_what_is_special():
    assert STATUTORY.note(date(2026, 10, 10)) == "10/10 周六 补班"
    assert STATUTORY.note(date(2026, 10, 1)) == "10/1 国庆节"
    assert STATUTORY.note(date(2026, 10, 11)) == "周日"
    assert STATUTORY.note(date(2026, 10, 12)) == "周一"


def test_words_over_the_national_day():
    told = STATUTORY.explain(date(2026, 9, 25), 7)
    assert told.words == (
        "9月25日（周五）交办，当日不计；9/26–9/27 中秋放假不计，"
        "第1日 9/28 周一，第2日 9/29 周二，第3日 9/30 周三，"
        "10/1–10/7 国庆节放假不计，第4日 10/8 周四，第5日 10/9 周五，10/10 周六补班计第6日，10/11 周日不计，"
        "第7日 10/12 周一；期限 10月12日（周一）下班前"
    )


def test_words_of_a_long_limit_leave_out_the_middle_but_not_its_holidays():
    words = STATUTORY.explain(date(2026, 9, 1), 40).words
    assert "略，其中" in words
    assert "10/1–10/7 国庆节放假不计" in words
    assert "10/10 周六补班" in words
    assert "第40日" in words


def test_words_name_a_local_closure():
    local = STATUTORY.with_exceptions(off={date(2026, 7, 15): "防汛停工"}, work={})
    assert "7/15 防汛停工不计" in local.explain(date(2026, 7, 14), 2).words


def test_a_local_make_up_day_overrules_the_holiday():
    local = STATUTORY.with_exceptions(off={}, work={date(2026, 10, 1): "抢险上班"})
    assert local.add(date(2026, 9, 30), 1) == date(2026, 10, 1)


def test_a_year_not_published_falls_back_to_weekdays_and_says_so():
    assert STATUTORY.add(date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert STATUTORY.is_provisional(date(2026, 12, 28), date(2027, 1, 4))
    assert STATUTORY.is_provisional(date(2027, 1, 4), date(2026, 12, 28))
    assert not STATUTORY.is_provisional(date(2026, 1, 1), date(2026, 12, 31))
    told = STATUTORY.explain(date(2026, 12, 28), 5)
    assert told.provisional
    assert told.words.endswith("下班前（2027年放假安排尚未公布，期限暂定）")


def test_every_year_in_between_must_be_published():
    gap = WorkCalendar(off={}, work={}, published={2025, 2027})
    assert gap.unpublished(date(2025, 6, 1), date(2027, 6, 1)) == (2026,)


def test_refuses_a_day_that_is_both_off_and_on():
    with pytest.raises(ValueError, match="2026-10-10 既列为放假又列为上班"):
        WorkCalendar(off={date(2026, 10, 10): "停工"}, work={date(2026, 10, 10): "补班"}, published=())


@pytest.mark.parametrize(
    ("start", "n"),
    [(date(2199, 12, 30), 30), (date(1900, 1, 2), -30), (date(9999, 12, 30), 1), (date.min, 0)],
)
def test_refuses_to_count_beyond_the_calendar(start: date, n: int):
    with pytest.raises(UnknownYear, match="超出了工作日历的范围"):
        STATUTORY.add(start, n)


def test_a_calendar_reaches_its_last_year():
    assert STATUTORY.count(date(1900, 1, 1), date(2199, 12, 31)) > 300 * 250
    assert STATUTORY.add(date(2026, 1, 1), 20_000).year > 2100


def test_year_status_values_are_what_the_tables_keep():
    assert [str(status) for status in YearStatus] == ["published", "provisional", "unknown"]


# --- every day of the published years ---------------------------------------------------------------


def test_every_day_counts_as_the_state_council_says():
    assert all(STATUTORY.is_working(on) == chinese_calendar.is_workday(on) for on in EACH_DAY)


def test_from_every_day_add_and_count_undo_each_other():
    for on in EACH_DAY[:-100]:
        due = {n: STATUTORY.add(on, n) for n in (1, 2, 5, 10, 25, 60)}
        assert [STATUTORY.count(on, day) for day in due.values()] == list(due)
        assert list(due.values()) == sorted(set(due.values())), "a longer limit ends later"


def test_the_next_working_day_is_the_first_that_works():
    following: date | None = None
    for on in reversed(EACH_DAY):
        if following is not None:
            assert STATUTORY.next_working(on) == following
            assert STATUTORY.on_or_after(on) == (on if chinese_calendar.is_workday(on) else following)
        following = on if chinese_calendar.is_workday(on) else following


def test_a_later_start_never_ends_earlier():
    for n in (1, 5, 25):
        ends = [STATUTORY.add(on, n) for on in EACH_DAY[:-60]]
        assert ends == sorted(ends)


def test_every_explanation_has_a_line_per_day_it_counts():
    for on in EACH_DAY[:-60:7]:
        for n in (1, 5, 25):
            told = STATUTORY.explain(on, n)
            counted = [day for index, day in told.steps if index is not None]
            assert len(counted) == n == len([line for line in told.lines if "第" in line])
            assert counted[-1].on == told.due
            assert all(chinese_calendar.is_workday(day.on) for day in counted)


def test_counting_between_any_two_days_adds_up():
    total = STATUTORY.count(FIRST - ONE, LAST)
    assert total == sum(chinese_calendar.is_workday(on) for on in EACH_DAY)
    for on in EACH_DAY[::11]:
        assert STATUTORY.count(FIRST - ONE, on) + STATUTORY.count(on, LAST) == total
