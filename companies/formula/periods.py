"""Contact periods: months counted from January."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """The months within which a company is to be contacted, both days included."""

    starts_on: date
    ends_on: date
    months: int

    @property
    def word(self) -> str:
        """本月 for a single month; otherwise its months: 9–10月."""
        if self.months == 1:
            return "本月"
        if self.starts_on.year == self.ends_on.year:
            return f"{self.starts_on.month}–{self.ends_on.month}月"
        return f"{self.starts_on.year}年{self.starts_on.month}月–{self.ends_on.year}年{self.ends_on.month}月"

    def days_left(self, on: date) -> int:
        """Days after this one until the period ends."""
        return (self.ends_on - on).days


def contact_period(on: date, months: int) -> Period:
    """The contact period that holds the day; periods of two months begin in January, of three likewise."""
    index = on.year * 12 + on.month - 1
    first = index - (on.month - 1) % months if 12 % months == 0 else index - index % months
    return Period(_first(first), _first(first + months) - timedelta(days=1), months)


def _first(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)
