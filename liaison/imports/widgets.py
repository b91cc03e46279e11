"""Cells in and out: each widget reads what people type into one form, and writes it as they read it.

`clean` gets the cell as the sheet holds it; None is what an empty cell means. A ValueError is the reason
shown beside the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import TextChoices
from import_export.widgets import Widget

from liaison import normalise
from liaison.spreadsheets import cell_text

YES = frozenset({"是", "对", "有", "在用", "存续", "在业", "开业", "正常", "y", "yes", "true", "1", "√", "✓"})
NO = frozenset({"否", "不", "无", "停用", "注销", "吊销", "歇业", "撤销", "n", "no", "false", "0", "×", "x"})


class CellWidget(Widget):
    """Text without stray spaces; "N/A", "-" and the like are empty."""

    blank_words = True

    def clean(self, value: object, row: Any = None, **kwargs: Any) -> Any:
        """The cell's meaning, None when it says nothing."""
        text = cell_text(value)
        if not text or (self.blank_words and normalise.is_blank_word(text)):
            return None
        return self.read(text)

    def read(self, text: str) -> Any:
        """The meaning of a text that says something."""
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The value as a person reads it."""
        return "" if value is None else str(value)


class Text(CellWidget):
    """A text up to a length, on one line unless `lines`."""

    def __init__(self, longest: int, *, lines: bool = False) -> None:
        super().__init__()
        self.longest = longest
        self.lines = lines

    def read(self, text: str) -> str:
        """Without control characters and runs of blanks."""
        text = re.sub("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2060\ufeff]", "", text)
        text = re.sub(r"[ \t\u3000\xa0]+" if self.lines else r"\s+", " ", text).strip()
        if len(text) > self.longest:
            raise ValueError(f"超过 {self.longest} 个字（现有 {len(text)} 个）")
        return text


class Shown(Text):
    """A text that names a row of ours; written as that row's name."""


class By(CellWidget):
    """Whatever a function of `normalise` reads."""

    def __init__(self, reader: Callable[[str], Any], shower: Callable[[Any], str] = str) -> None:
        super().__init__()
        self.reader = reader
        self.shower = shower

    def read(self, text: str) -> Any:
        """As the function says; its refusals lose their full stop, to stand in a list."""
        try:
            return self.reader(text)
        except ValueError as problem:
            raise ValueError(str(problem).rstrip("。")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """By the other function."""
        return "" if value is None or value == "" else self.shower(value)


class Day(CellWidget):
    """A day in any usual spelling, or as Excel keeps it."""

    def clean(self, value: object, row: Any = None, **kwargs: Any) -> date | None:
        """A cell that Excel holds as a day needs no reading."""
        if isinstance(value, date | int | float) and not isinstance(value, bool):
            return self._day(value)
        day: date | None = super().clean(value, row, **kwargs)
        return day

    def read(self, text: str) -> date:
        """2003-09-08, 2003年9月8日, 20030908 …"""
        return self._day(text)

    def _day(self, value: str | float | date) -> date:
        try:
            return normalise.day(value)
        except ValueError as problem:
            raise ValueError(str(problem).rstrip("。")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """2003-09-08."""
        return "" if not value else value.isoformat() if isinstance(value, date) else str(value)


class Choice(CellWidget):
    """One of a closed list, by its word or one of the words used for it."""

    def __init__(self, choices: type[TextChoices], words: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.choices = choices
        self.words = {label: value for value, label in choices.choices if value} | dict(words or {})

    def read(self, text: str) -> str:
        """The stored value."""
        word = re.sub(r"\s+", "", normalise.half_width(text))
        if word in self.words:
            return self.words[word]
        if word in self.choices.values:
            return word
        known = "、".join(label for value, label in self.choices.choices if value)
        raise ValueError(f"“{text}”不在可选项内，请写：{known}")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The word."""
        return str(dict(self.choices.choices).get(value, value)) if value else ""


class YesNo(CellWidget):
    """是 or 否."""

    blank_words = False

    def read(self, text: str) -> bool:
        """True for yes."""
        word = normalise.half_width(text).lower()
        if word in YES or word.startswith(("存续", "在营", "开业")):
            return True
        if word in NO or word.startswith(("注销", "吊销")):
            return False
        raise ValueError(f"看不懂“{text}”，请写“是”或“否”")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """是 or 否."""
        return "" if value is None else "是" if value else "否"


class Whole(CellWidget):
    """A whole number within bounds, with or without its measure word."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        """120, 1,200, 120人."""
        found = re.fullmatch(r"([\d,]+)(?:\.0+)?\s*[人名个户]?", normalise.half_width(text))
        if not found:
            raise ValueError(f"“{text}”不是整数")
        number = int(found[1].replace(",", ""))
        if not self.least <= number <= self.most:
            raise ValueError(f"{number} 不在 {self.least}–{self.most} 之间")
        return number


class BirthYear(CellWidget):
    """The year, from a year, a month or a day of birth."""

    def clean(self, value: object, row: Any = None, **kwargs: Any) -> int | None:
        """A cell that Excel holds as a day gives its year."""
        year = value.year if isinstance(value, date) else super().clean(value, row, **kwargs)
        if year is not None and not 1930 <= year <= 2015:
            raise ValueError(f"出生年份 {year} 不合理")
        return year

    def read(self, text: str) -> int:
        """1985, 1985.06, 1985年6月, 198506 …"""
        found = re.match(r"(\d{4})(?:\D|$|\d{2}(?:\d{2})?(?:\D|$))", normalise.half_width(text))
        if not found:
            raise ValueError(f"看不出“{text}”是哪一年")
        return int(found[1])


CREDIT_CODE = By(normalise.credit_code)
MOBILE = By(normalise.mobile_phone)
