"""A year's holidays as the State Council writes them: read from plain text, and checked.

“一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。”
Pure by contract: no Django, no clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from liaison.workdays import WEEKDAYS

LONGEST_TEXT = 20_000  # a notice has about 600 characters
_LONGEST_HOLIDAY = 20  # days; the longest so far had 10
_ONE = timedelta(days=1)
_EARLIEST_MONTH_BEFORE = 12  # a year's notice may reach back into the last December

# 《全国年节及纪念日放假办法》 as of 2025: working days that each holiday gives, make-up days taken off.
_GIVEN = {"元旦": 1, "春节": 4, "清明": 1, "劳动": 2, "端午": 1, "中秋": 1, "国庆": 3}
_GIVEN_SINCE = 2025

_NUMERALS = {"〇": 0, "○": 0, "零": 0} | {sign: i for i, sign in enumerate("一二三四五六七八九", 1)}
_DOCUMENT = re.compile(r"国办发(?:明电)?\s*[〔\[(【]\s*\d{4}\s*[〕\])】]\s*\d+\s*号")
_TITLE = re.compile(r"国务院办公厅关于[^\n。]{0,40}?(\d{4})年[^\n。]{0,20}?通知")
_YEAR = re.compile(r"(\d{4})年(?:元旦|部分节假日)")
_DATED = re.compile(r"(?m)^\s*(\d{4})年(\d{1,2})月(\d{1,2})日\s*$")
_DATED_IN_WORDS = re.compile(
    r"(?m)^\s*([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日\s*$"
)
_HEAD = re.compile(
    r"(?:^|[\n。;])\s*(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d+[.、])?\s*"
    r"([\u4e00-\u9fff“”\"、]{2,20})\s*:"
)
_TOKEN = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:\((?P<brackets>[^)]*)\))?"
    r"|(?P<to>至|到|[-—–~～])"
    r"|(?:共|放假|休息)\s*(?P<total>\d{1,2})\s*天"
    r"|(?P<work>上班|工作)"
    r"|(?P<off>放假|休息|补休)"
)
_SAID_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")


class NoticeRefused(ValueError):
    """The notice cannot be used as it is. The message is written for the user; one reason per line."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """One holiday of a year: its run of days off, and the rest days that are worked instead."""

    name: str
    first: date
    last: date
    work: tuple[date, ...] = ()

    def off(self) -> Iterator[date]:
        """Each day of the run."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Notice:
    """What was found in a notice's text; `problems` say what did not fit, to be looked at by a person."""

    holidays: tuple[Holiday, ...]
    title: str = ""
    document: str = ""
    published_on: date | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What speaks against a year's holidays: errors refuse it, doubts have to be confirmed."""

    errors: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


# --- reading --------------------------------------------------------------------------------------


def read_notice(text: str, *, year: int) -> Notice:
    """Find a year's holidays in the State Council's plain text; raises NoticeRefused if there are none.

    Full-width digits and brackets, 周 or 星期, ranges that leave out the month or cross the year, and
    several make-up days are all read. What the text says of itself (weekdays, “共3天”) is checked.
    """
    if len(text) > LONGEST_TEXT:
        raise NoticeRefused("内容太长，请只粘贴放假通知的正文。")
    plain = unicodedata.normalize("NFKC", text).replace("\r", "\n").replace("\u3000", " ")
    plain = re.sub(r"[ \t]+", "", plain)
    title = _TITLE.search(plain.replace("\n", ""))  # a heading may be broken over two lines
    said = title or _YEAR.search(plain)
    if said and int(said[1]) != year:
        raise NoticeRefused(f"这是 {said[1]} 年的放假通知，您正在录入的是 {year} 年。")
    problems: list[str] = []
    holidays: list[Holiday] = []
    text = _DATED_IN_WORDS.sub("", _DATED.sub("", plain))  # the day of issue is no day of the calendar
    heads = list(_HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        body = text[head.end() : end]
        name = head[1].strip('“”"、')
        holidays += _Section(name, year, problems).read(body)
    if not holidays:
        raise NoticeRefused(
            "没有从文字中读出放假日期。请粘贴通知正文（“一、元旦：1月1日（周四）至3日……”），或在下面逐项填写。"
        )
    document = _DOCUMENT.search(plain)
    return Notice(
        holidays=tuple(holidays),
        title=title[0] if title else "",
        document=_tidy(document[0]) if document else "",
        published_on=_dated(plain),
        problems=tuple(dict.fromkeys(problems)),
    )


class _Section:
    """The sentences of one holiday, read from left to right: dates wait until a verb says what they are."""

    def __init__(self, name: str, year: int, problems: list[str]) -> None:
        self.name, self.year, self.problems = name, year, problems
        self.runs: list[tuple[date, date]] = []
        self.work: list[date] = []

    def read(self, body: str) -> list[Holiday]:
        for sentence in re.split(r"[。;\n]", body):
            if "鼓励" not in sentence:  # “鼓励各单位……除夕休息” grants nothing
                self._sentence(sentence)
        if not self.runs:
            if self.work:
                self.problems.append(f"{self.name}：只读到上班日，没有读到放假日期。")
            return []
        first, *others = self.runs
        return [
            Holiday(self.name, *first, work=tuple(self.work)),
            *(Holiday(self.name, *run) for run in others),
        ]

    def _sentence(self, sentence: str) -> None:
        waiting: list[tuple[date, date]] = []
        since: date | None = None
        latest: date | None = None
        counted = 0
        for token in _TOKEN.finditer(sentence):
            if token["day"]:
                on = self._date(token, latest)
                if on is None:
                    continue
                latest = on
                if since is not None:
                    first = since if since <= on else self._before(since)
                    if first > on:
                        self.problems.append(f"{self.name}：{_say(first)}至{_say(on)}的起止顺序颠倒。")
                    else:
                        waiting.append((first, on))
                    since = None
                else:
                    waiting.append((on, on))
            elif token["to"] and waiting:
                since = waiting.pop()[0]
            elif token["total"]:
                if "放假" in token[0] or "休息" in token[0]:
                    self.runs += waiting
                    counted += sum((last - first).days + 1 for first, last in waiting)
                    waiting = []
                if counted and counted != int(token["total"]):
                    self.problems.append(f"{self.name}：通知写“{token[0]}”，读到的是 {counted} 天，请核对。")
            elif token["work"]:
                self.work += [day for first, last in waiting for day in Holiday("", first, last).off()]
                waiting = []
            elif token["off"]:
                self.runs += waiting
                counted += sum((last - first).days + 1 for first, last in waiting)
                waiting = []
        if waiting:
            self.problems.append(
                f"{self.name}：{'、'.join(_say(first) for first, _ in waiting)}没有写明放假还是上班，请核对。"
            )

    def _date(self, token: re.Match[str], latest: date | None) -> date | None:
        if token["month"]:
            month = int(token["month"])
        elif latest is not None:
            month = latest.month
        else:
            self.problems.append(f"{self.name}：“{token[0]}”没有写明月份。")
            return None
        year = int(token["year"]) if token["year"] else self.year
        if not token["year"] and latest is not None and latest.year != self.year and month == latest.month:
            year = latest.year
        if not token["year"] and month == 12 and self.name.startswith("元旦"):
            year = self.year - 1  # the last days of December belong to the New Year that follows
        try:
            on = date(year, month, int(token["day"]))
        except ValueError:
            self.problems.append(f"{self.name}：没有“{year}年{month}月{token['day']}日”这一天。")
            return None
        said = _SAID_WEEKDAY.search(token["brackets"] or "")
        if said:
            weekday = "一二三四五六日".index(said[1].replace("天", "日"))
            if weekday != on.weekday():
                true = WEEKDAYS[on.weekday()]
                self.problems.append(
                    f"{self.name}：通知写{_say(on)}是周{said[1]}，{on.year} 年这一天是{true}。"
                )
        return on

    def _before(self, first: date) -> date:
        """“12月31日至1月2日” without a year begins in the year before."""
        return date(self.year - 1, first.month, first.day) if first.month == 12 else first


def read_days(text: str, *, year: int) -> tuple[date, ...]:
    """Days as a clerk types them, apart by 、 or blanks: 1月4日、2/14、2027-02-20; raises NoticeRefused."""
    found: list[date] = []
    for word in re.split(r"[、,;\s]+", unicodedata.normalize("NFKC", text).strip()):
        if not word:
            continue
        match = re.fullmatch(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?(?:\([^)]*\))?", word)
        if match is None:
            raise NoticeRefused(f"“{word[:20]}”不像日期，请写成 1月4日 或 {year}-01-04，多个日期用顿号隔开。")
        try:
            found.append(date(int(match[1] or year), int(match[2]), int(match[3])))
        except ValueError as impossible:
            raise NoticeRefused(f"没有“{word}”这一天。") from impossible
    return tuple(dict.fromkeys(found))


def say_days(days: Iterable[date], *, year: int) -> str:
    """Days in the form that `read_days` takes back: 1月4日、2026年12月31日."""
    return "、".join(
        f"{'' if on.year == year else f'{on.year}年'}{on.month}月{on.day}日" for on in sorted(days)
    )


# --- judging --------------------------------------------------------------------------------------


def judge_year(year: int, holidays: Sequence[Holiday]) -> Verdict:
    """What contradicts itself in a year's holidays (errors), and what looks forgotten (doubts)."""
    errors: list[str] = []
    if not holidays:
        return Verdict(("至少要有一个假期。",))
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    for holiday in holidays:
        if holiday.last < holiday.first:
            errors.append(f"{holiday.name}：结束日{_say(holiday.last)}早于开始日{_say(holiday.first)}。")
            continue
        if (holiday.last - holiday.first).days >= _LONGEST_HOLIDAY:
            errors.append(f"{holiday.name}：{_say(holiday.first)}至{_say(holiday.last)}太长，请核对。")
            continue
        days = list(holiday.off())
        errors += [
            f"{holiday.name}：{on.year}年{_say(on)}不属于 {year} 年的安排。"
            for on in (*days, *holiday.work)
            if not _belongs(on, year)
        ]
        for on in days:
            if on in off:
                errors.append(f"{_say(on)}同时列入{_two(off[on], holiday.name)}。")
            off[on] = holiday.name
        for on in holiday.work:
            if on.weekday() < 5:
                errors.append(
                    f"{holiday.name}：{_say(on)}是{WEEKDAYS[on.weekday()]}，本来就上班，不能作补班日。"
                )
            if on in work:
                errors.append(f"{_say(on)}两次列为补班日。")
            work[on] = holiday.name
    errors += [
        f"{_say(on)}既列为放假（{off[on]}）又列为上班（{work[on]}），请只保留一种。"
        for on in sorted(set(off) & set(work))
    ]
    errors = list(dict.fromkeys(errors))
    return Verdict(tuple(errors), () if errors else tuple(_doubts(year, holidays)))


def _doubts(year: int, holidays: Sequence[Holiday]) -> Iterator[str]:
    """By the law each holiday gives a number of working days; the rest is swapped with make-up days."""
    if year < _GIVEN_SINCE:
        return
    groups: dict[tuple[str, ...], list[Holiday]] = {}
    for holiday in holidays:
        keys = tuple(key for key in _GIVEN if key in holiday.name)
        groups.setdefault(keys, []).append(holiday)
    for keys, rows in groups.items():
        if not keys:
            continue
        name, given = rows[0].name, sum(_GIVEN[key] for key in keys)
        weekdays = sum(on.weekday() < 5 for row in rows for on in row.off())
        made_up = sum(len(row.work) for row in rows)
        if weekdays - made_up > given:
            yield (
                f"{name}：放假占用 {weekdays} 个周一至周五，法定 {given} 天，"
                f"应有 {weekdays - given} 个补班日，现有 {made_up} 个，可能漏写了“上班”。"
            )
        elif weekdays - made_up < given:
            yield (
                f"{name}：放假占用 {weekdays} 个周一至周五，补班 {made_up} 天，"
                f"少于法定 {given} 天，放假日期可能不全。"
            )
    named = {key for keys in groups for key in keys}
    for key in _GIVEN:
        if key not in named:
            yield f"没有{key}{'' if key == '元旦' else '节'}的安排。"


def _belongs(on: date, year: int) -> bool:
    return on.year == year or (on.year == year - 1 and on.month == _EARLIEST_MONTH_BEFORE)


def _two(one: str, other: str) -> str:
    return f"{one}和{other}" if one != other else f"{one}两次"


def _say(on: date) -> str:
    return f"{on.month}月{on.day}日"


def _tidy(document: str) -> str:
    return re.sub(r"[\[(【]\s*(\d{4})\s*[\])】]", r"〔\1〕", document).replace(" ", "")


def _dated(plain: str) -> date | None:
    """The day of issue, on a line of its own, in figures or in Chinese numerals."""
    if found := _DATED.findall(plain):
        year, month, day = (int(part) for part in found[-1])
    elif found := _DATED_IN_WORDS.findall(plain):
        words = found[-1]
        year = int("".join(str(_NUMERALS[sign]) for sign in words[0]))
        month, day = _number(words[1]), _number(words[2])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(words: str) -> int:
    tens, ten, ones = words.partition("十")
    if not ten:
        return _NUMERALS[words]
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)
