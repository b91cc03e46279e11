"""The demo's clock: moments within office hours, and what is still to happen, in order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from copy import copy
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from liaison.models import CalendarDay, Region
from liaison.workdays import SHANGHAI, day_of

Act = Callable[[datetime], object]


class Agenda:
    """Acts waiting for their moment. What lies after `now` never happens: it is the city's future."""

    def __init__(self, *, rng: Random, now: datetime, region: Region) -> None:
        self.rng, self.now = rng, now
        self.calendar = CalendarDay.objects.as_calendar(region)
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._order = count()

    def beside(self, rng: Random) -> Agenda:
        """The same agenda under other dice: what is put on it here does not change what others drew."""
        other = copy(self)
        other.rng = rng
        return other

    def at(self, moment: datetime, act: Act) -> None:
        """Let something happen at the moment."""
        heapq.heappush(self._waiting, (moment, next(self._order), act))

    def after(self, since: datetime, working_days: int, act: Act) -> None:
        """So many working days later, within office hours; 0: later the same day, if that still works."""
        moment = self.working_moment(since, working_days)
        self.at(moment, act)

    def working_moment(self, since: datetime, working_days: int) -> datetime:
        """A moment within office hours, so many working days after another moment and later than it."""
        since = since.astimezone(SHANGHAI)
        if working_days == 0 and self.calendar.is_working(since.date()):
            end = moment_on(since.date(), 17, 40)
            if since < end:
                first = max(since + timedelta(minutes=8), moment_on(since.date(), 8, 40))
                return min(first + (end - first) * self.rng.random(), end) if first < end else end
        return self.office_hour(self.calendar.add(since.date(), max(working_days, 1)))

    def office_hour(self, on: date) -> datetime:
        """Some moment of the day between 8:40 and 17:20."""
        return moment_on(on, 8, 40) + timedelta(minutes=self.rng.randrange(520))

    def run_until(self, end: datetime) -> None:
        """Everything up to the moment, each thing at its own."""
        while self._waiting and self._waiting[0][0] <= end:
            moment, _, act = heapq.heappop(self._waiting)
            act(moment)

    @property
    def today(self) -> date:
        return day_of(self.now)


def moment_on(on: date, hour: int, minute: int = 0) -> datetime:
    """A moment on the clock of the city."""
    return datetime.combine(on, time(hour, minute), tzinfo=SHANGHAI)
