"""阶段: from which day to which each runs, and which industries are open by then. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Phase:
    """A phase as the rules state it: begins so many days after the start, lasts so many days or to the end.

    `sections` are letters of GB/T 4754; none means every industry.
    """

    name: str
    starts_after_days: int
    lasts_days: int | None
    sections: str


@dataclass(frozen=True)
class Stretch:
    """A phase on the calendar; `ends_on` None where the programme has no end."""

    name: str
    starts_on: date
    ends_on: date | None
    sections: str

    def holds(self, on: date) -> bool:
        """Whether the phase runs on the day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


def stretches(phases: Iterable[Phase], *, starts_on: date, ends_on: date | None) -> list[Stretch]:
    """The phases' days, the first day of the programme being day 0; none outlives the programme."""
    found = []
    for phase in phases:
        first = starts_on + timedelta(days=phase.starts_after_days)
        last = None if phase.lasts_days is None else first + timedelta(days=phase.lasts_days - 1)
        if ends_on is not None:
            last = ends_on if last is None else min(last, ends_on)
        found.append(Stretch(phase.name, first, last, phase.sections))
    return sorted(found, key=lambda stretch: stretch.starts_on)


def open_sections(phases: Sequence[Stretch], on: date) -> str | None:
    """The sections open on the day: those of every phase begun by then. None: all of them.

    What an earlier phase took in stays open in later ones. Before the first phase nothing is.
    """
    if not phases:
        return None
    begun = [phase for phase in phases if phase.starts_on <= on]
    if any(not phase.sections for phase in begun):
        return None
    return "".join(sorted(set("".join(phase.sections for phase in begun))))
