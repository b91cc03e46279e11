"""The working calendar's arithmetic: which days count, and how to say so in words.

Pure by contract: no Django, no Celery, no clock. Which years are published and which days are exceptions is
kept in tables elsewhere and handed in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_SATURDAY = 5
FIRST_YEAR, LAST_YEAR = 1900, 2199  # a date outside is a slip of the pen, not a deadline
_YEARS_AHEAD = 2  # a first horizon wide enough for any usual limit
_FEWEST_WORKDAYS = 230  # a year has at least as many; used to guess how far to look
_MOST_SEGMENTS = 14  # longer explanations leave out their middle
_HEAD, _TAIL = 8, 4
MISSING_FROM = (11, 15)  # the State Council's paper has come between October and early December
_FESTIVE = ("节", "元旦", "清明", "端午", "中秋", "国庆", "纪念日")


class YearStatus(StrEnum):
    """How much is known of a year's holidays and make-up days."""

    PUBLISHED = "published"
    PROVISIONAL = "provisional"
    UNKNOWN = "unknown"


def day_of(at: datetime) -> date:
    """The day in Asia/Shanghai on which a moment falls; every day of this product is counted there."""
    return at.astimezone(SHANGHAI).date()


def days_in_words(left: int, *, is_past: bool = False) -> str:
    """Working days left until a due day (negative: since) as a person would say it.

    `is_past`: the day itself is over. On a rest day after it no working day has passed, and yet it is.
    """
    if left > 0:
        return f"还剩 {left} 个工作日"
    if left < 0:
        return f"逾期 {-left} 个工作日"
    return "已过期限" if is_past else "今日到期"


class UnknownYear(ValueError):
    """The count runs out of the years that a calendar can hold."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar: whether it counts, and what is special about it."""

    on: date
    is_working: bool
    note: str
    name: str = ""  # of the exception; empty on an ordinary day


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a deadline came about, day by day; `words` says it to the user."""

    start: date
    n: int
    due: date
    steps: tuple[tuple[int | None, Day], ...]  # every day walked over; None = not counted
    provisional: bool
    unpublished: tuple[int, ...] = ()
    started: str = "交办"
    editions: tuple[tuple[int, int], ...] = ()  # (year, 版次) of the calendar it was counted by

    @property
    def words(self) -> str:
        """The deadline in one Chinese sentence, its middle left out when the limit is long."""
        return _words(self)

    @property
    def lines(self) -> tuple[str, ...]:
        """Every piece of the way, none left out: a line per counted day and per run of rest days."""
        return tuple(segment.words for segment in _segments(self))

    @property
    def source(self) -> str:
        """The calendar it was counted by: “2026 年度日历第 2 版”."""
        return "、".join(f"{year} 年度日历第 {edition} 版" for year, edition in self.editions)

    def __str__(self) -> str:
        return self.words


class WorkCalendar:
    """Monday to Friday, except the days off (节假日、临时放假) and the days on (调休补班).

    `published`: the years whose holidays are known; a mapping also says which edition (版次) of each it is.
    """

    def __init__(
        self,
        *,
        off: Mapping[date, str],
        work: Mapping[date, str],
        published: Collection[int] | Mapping[int, int],
    ) -> None:
        if clash := sorted(set(off) & set(work)):
            raise ValueError(f"{clash[0]:%Y-%m-%d} 既列为放假又列为上班，请只保留一种。")
        self._off = dict(off)
        self._work = dict(work)
        self._off_ordinals = {day.toordinal() for day in off}
        self._work_ordinals = {day.toordinal() for day in work}
        self.published = frozenset(published)
        self.editions = dict(published) if isinstance(published, Mapping) else {}
        # (first year, last year, ordinals of the working days); replaced as a whole, so threads may share it
        self._span: tuple[int, int, list[int]] = (1, 0, [])

    def with_exceptions(self, *, off: Mapping[date, str], work: Mapping[date, str]) -> WorkCalendar:
        """The same calendar with local exceptions on top; they win over what was there."""
        return WorkCalendar(
            off={day: name for day, name in self._off.items() if day not in work} | dict(off),
            work={day: name for day, name in self._work.items() if day not in off} | dict(work),
            published=self.editions or self.published,
        )

    def is_working(self, on: date) -> bool:
        return self._counts(on.toordinal())

    def note(self, on: date) -> str:
        """What is special about the day ("10/10 周六 补班", "10/1 国庆节"), else its weekday."""
        weekday = WEEKDAYS[on.weekday()]
        if on in self._off:
            return f"{on.month}/{on.day} {self._off[on] or '放假'}"
        if on in self._work:
            return f"{on.month}/{on.day} {weekday} {_make_up(self._work[on])}"
        return weekday

    def day(self, on: date) -> Day:
        return Day(
            on=on,
            is_working=self.is_working(on),
            note=self.note(on),
            name=self._off.get(on) or self._work.get(on, ""),
        )

    def add(self, start: date, n: int) -> date:
        """The n-th working day after `start`, which is not counted and may be a rest day.

        n = 0 gives `start` itself or the next working day; n < 0 counts backwards.
        """
        ordinal = start.toordinal()
        first = last = start.year
        while True:
            low, days = self._covering(first, last)
            at = bisect_left(days, ordinal) + n if n <= 0 else bisect_right(days, ordinal) + n - 1
            if 0 <= at < len(days):
                return date.fromordinal(days[at])
            missing = 1 + (at - len(days) if at > 0 else -at) // _FEWEST_WORKDAYS
            if at < 0:
                first = low - missing
            else:
                last = self._span[1] + missing

    def count(self, after: date, until: date) -> int:
        """Working days d with after < d <= until; negative when `until` lies before `after`."""
        _, days = self._covering(min(after.year, until.year), max(after.year, until.year))
        return bisect_right(days, until.toordinal()) - bisect_right(days, after.toordinal())

    def next_working(self, on: date) -> date:
        """The first working day strictly after the day."""
        return self.add(on, 1)

    def on_or_after(self, on: date) -> date:
        """The day itself if it counts, else the next that does."""
        return self.add(on, 0)

    def unpublished(self, start: date, end: date) -> tuple[int, ...]:
        """The years touched between the two days whose holidays are not published yet."""
        first, last = sorted((start.year, end.year))
        return tuple(year for year in range(first, last + 1) if year not in self.published)

    def is_provisional(self, start: date, end: date) -> bool:
        """Whether a deadline counted over these days may still move when a year is published."""
        return bool(self.unpublished(start, end))

    def explain(self, start: date, n: int, *, started: str = "交办") -> Explanation:
        """The deadline with every day on the way to it; `started` names what set the clock going."""
        due = self.add(start, n)
        unpublished = self.unpublished(start, due)
        return Explanation(
            start=start,
            n=n,
            due=due,
            steps=tuple(self._walk(start, due, n)),
            provisional=bool(unpublished),
            unpublished=unpublished,
            started=started,
            editions=tuple(
                (year, self.editions[year])
                for year in range(min(start.year, due.year), max(start.year, due.year) + 1)
                if self.editions.get(year)
            ),
        )

    def _walk(self, start: date, due: date, n: int) -> Iterator[tuple[int | None, Day]]:
        direction = -1 if n < 0 else 1
        first = start.toordinal() + (direction if n else 0)
        index = 0
        for ordinal in range(first, due.toordinal() + direction, direction):
            day = self.day(date.fromordinal(ordinal))
            if day.is_working and n:
                index += 1
            yield (index if day.is_working and n else None), day

    def _counts(self, ordinal: int) -> bool:
        if ordinal in self._off_ordinals:
            return False
        return (ordinal - 1) % 7 < _SATURDAY or ordinal in self._work_ordinals

    def _covering(self, first: int, last: int) -> tuple[int, list[int]]:
        """First year and working days of a span that covers these years, built on demand."""
        low, high, days = self._span
        if low <= first and last <= high:
            return low, days
        if low <= high:
            first, last = min(first, low), max(last, high)
        if first < FIRST_YEAR or last > LAST_YEAR:
            raise UnknownYear(f"日期超出了工作日历的范围（{FIRST_YEAR}–{LAST_YEAR} 年）。")
        first, last = max(first - 1, FIRST_YEAR), min(last + _YEARS_AHEAD, LAST_YEAR)
        begin, end = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
        days = [ordinal for ordinal in range(begin, end + 1) if self._counts(ordinal)]
        self._span = (first, last, days)
        return first, days


def _make_up(name: str) -> str:
    return name if "班" in name else "补班"


@dataclass(frozen=True, slots=True)
class _Segment:
    """A piece of the sentence: one counted day, or one run of rest days."""

    words: str
    index: int | None
    special: str  # what must be told even when the piece is left out


def _words(told: Explanation) -> str:
    head = f"{_long(told.start, told.start)}（{WEEKDAYS[told.start.weekday()]}）{told.started}"
    due = f"{_long(told.due, told.start)}（{WEEKDAYS[told.due.weekday()]}）"
    segments = list(_segments(told))
    if told.n == 0:
        rests = [segment.words for segment in segments if segment.index is None]
        parts = [head, *rests, f"期限 {due}下班前"]
        text = "；".join(parts)
    else:
        if told.n < 0:
            head += f"，往前推{-told.n}个工作日"
            end = f"即 {due}"
        else:
            end = f"期限 {due}下班前"
        text = f"{head}，当日不计；{'，'.join(_shorten(segments))}；{end}"
    if told.provisional:
        years = "、".join(str(year) for year in told.unpublished)
        text += f"（{years}年放假安排尚未公布，期限暂定）"
    if told.editions:
        text += f"。按 {told.source}"
    return text


def missing_year(today: date, published: Collection[int]) -> int | None:
    """The year whose holidays should be known by now: this one, and from 15 November the next."""
    if today.year not in published:
        return today.year
    late = (today.month, today.day) >= MISSING_FROM
    return today.year + 1 if late and today.year + 1 not in published else None


def _segments(told: Explanation) -> Iterator[_Segment]:
    for working, run in groupby(told.steps, key=lambda step: step[1].is_working):
        steps = list(run)
        if working:
            for index, day in steps:
                yield _working_segment(told, index or 0, day)
        else:
            yield _rest_segment(told, [day for _, day in steps])


def _working_segment(told: Explanation, index: int, day: Day) -> _Segment:
    on, weekday = _short(day.on, told.start), WEEKDAYS[day.on.weekday()]
    if day.name or day.on.weekday() >= _SATURDAY:
        label = f"{on} {weekday}{_make_up(day.name)}"
        return _Segment(f"{label}计第{index}日", index, label)
    return _Segment(f"第{index}日 {on} {weekday}", index, "")


def _rest_segment(told: Explanation, days: list[Day]) -> _Segment:
    days = sorted(days, key=lambda day: day.on)
    names = list(dict.fromkeys(day.name for day in days if day.name))
    plain = [day for day in days if not day.name]
    first, last = days[0].on, days[-1].on
    when = _short(first, told.start)
    if last != first:
        when += f"–{_short(last, told.start)}"
    if names:
        what = "、".join(names)
        if all(name.endswith(_FESTIVE) for name in names):
            what += "放假"
        if plain:
            what += "及周末"
    else:
        what = WEEKDAYS[first.weekday()] if first == last else "周末"
    words = f"{when} {what}不计"
    return _Segment(words, None, words if names else "")


def _shorten(segments: list[_Segment]) -> Iterator[str]:
    if len(segments) <= _MOST_SEGMENTS:
        yield from (segment.words for segment in segments)
        return
    yield from (segment.words for segment in segments[:_HEAD])
    middle = segments[_HEAD:-_TAIL]
    counted = [segment.index for segment in middle if segment.index is not None]
    left_out = f"第{counted[0]}日至第{counted[-1]}日略" if len(counted) > 1 else f"第{counted[0]}日略"
    special = [segment.special for segment in middle if segment.special]
    yield f"…（{left_out}" + (f"，其中 {'、'.join(special)}" if special else "") + "）…"
    yield from (segment.words for segment in segments[-_TAIL:])


def _short(on: date, beside: date) -> str:
    return f"{on.month}/{on.day}" if on.year == beside.year else f"{on.year}/{on.month}/{on.day}"


def _long(on: date, beside: date) -> str:
    words = f"{on.month}月{on.day}日"
    return words if on.year == beside.year else f"{on.year}年{words}"
