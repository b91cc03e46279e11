"""Kinds of roster: what each examines and writes. A kind registers itself from its app's `imports`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules

from liaison.imports.columns import Column, RosterResource
from liaison.models import ImportRow, Official, Region
from liaison.perms import Capability


@dataclass(frozen=True)
class Scope:
    """For whom a roster is read: the region it may touch, the day it speaks of, the choices made with it."""

    region: Region
    on: date
    options: dict[str, Any]
    by: Official
    at: datetime  # of the upload


@dataclass
class Draft:
    """A line of the sheet while it is examined."""

    number: int
    cells: dict[str, str]  # heading → what the sheet says
    given: dict[str, Any]  # field → clean value, where the sheet gives one
    titles: dict[str, str]  # field → the heading it is read from, or ours
    key: str = ""
    label: str = ""
    verdict: str = ""
    values: dict[str, Any] = field(default_factory=dict)  # what will be written, as JSON
    changes: dict[str, list[str]] = field(default_factory=dict)  # column → [old, new], as shown
    errors: dict[str, str] = field(default_factory=dict)  # heading → reason
    notes: dict[str, str] = field(default_factory=dict)  # heading → remark that stops nothing

    def blame(self, name: str, reason: str) -> None:
        """Say what is wrong with a field's cell; the first reason stays."""
        self.errors.setdefault(self.titles.get(name, name), reason)

    def remark(self, name: str, text: str) -> None:
        """Say something worth knowing about a field's cell."""
        self.notes.setdefault(self.titles.get(name, name), text)


class Wrong(Exception):
    """A line that cannot be: the field at fault and the reason, without a full stop, to stand in a cell."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason


class Examiner(ABC):
    """Judges and writes the rows of one run. Made anew for each pass over the file."""

    batch_size: ClassVar[int] = 500  # lines judged at once

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        self.scope = scope
        self.columns = columns

    @abstractmethod
    def identify(self, draft: Draft) -> None:
        """Set `key` (what makes two lines the same thing) and `label` (what a person calls it)."""

    def hold(self, drafts: Iterable[Draft]) -> None:
        """Lock all that the sheet will change, before any of it is judged for writing.

        Batch after batch would take teams, people, then teams again, and wait in a circle with a clerk.
        Kinds that read the whole sheet at once, or only add rows, have nothing to do here.
        """
        return

    @abstractmethod
    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """Compare with what is kept: set verdict, values and changes, or blame. Set-based, no writing.

        `lock` is true while applying: rows that will change stay as they are until the commit.
        """

    @abstractmethod
    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """Write the new and changed rows of a batch, on behalf of who confirmed them."""

    def finish(self) -> None:
        """What can only be done once every row is written. Most kinds have nothing left to do."""
        return

    def tell(self, draft: Draft, *parts: object) -> None:
        """What a person needs to recognise the line by, on one line of the preview."""
        draft.values["about"] = " · ".join(str(part) for part in parts if part)

    def show_changes(self, draft: Draft, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Note what differs, worded by the columns."""
        for name, value in new.items():
            if old.get(name) != value:
                column = self.columns[name]
                draft.changes[column.heading] = [column.show(old.get(name)), column.show(value)]


class OptionsForm(forms.Form):
    """Choices that a kind wants made with the upload."""

    def __init__(self, official: Official, data: Any = None) -> None:
        super().__init__(data)
        self.official = official

    def as_options(self) -> dict[str, Any]:
        """What the run keeps, as JSON."""
        raise NotImplementedError


@dataclass(frozen=True)
class Roster:
    """A kind of roster: 企业, 单位, 干部, 包联关系."""

    code: str
    name: str
    unit: str  # the measure word's noun: 户, 个, 人
    about: str
    resource: type[RosterResource]
    examiner: type[Examiner]
    capability: Capability
    check_mapping: Callable[[dict[str, str]], str] | None = None  # words what is still missing
    current: Callable[[Region, date], QuerySet[Any]] | None = None  # what is kept, for the columns to write
    options_form: type[OptionsForm] | None = None
    order: int = 0

    @property
    def columns(self) -> dict[str, Column]:
        return self.resource.columns()

    @property
    def gives_current(self) -> bool:
        """Whether what is kept now can be had in these columns."""
        return self.current is not None

    def missing(self, mapping: dict[str, str]) -> list[str]:
        """Required columns that no heading is read for."""
        lacking = [c.heading for name, c in self.columns.items() if c.required and name not in mapping]
        if not lacking and self.check_mapping and (words := self.check_mapping(mapping)):
            lacking.append(words)
        return lacking


_rosters: dict[str, Roster] = {}


def register(roster: Roster) -> Roster:
    """Make a kind known. Called at the foot of each module that defines one."""
    _rosters[roster.code] = roster
    return roster


@cache
def _discover() -> None:
    autodiscover_modules("imports")


def rosters() -> list[Roster]:
    """Every kind, in the order in which a city fills them."""
    _discover()
    return sorted(_rosters.values(), key=lambda roster: roster.order)


def roster_of(code: str) -> Roster:
    """The kind of that code; KeyError if there is none."""
    _discover()
    return _rosters[code]


def in_batches(drafts: Iterable[Draft], size: int) -> Iterator[list[Draft]]:
    """Lists of at most `size`, in order."""
    batch: list[Draft] = []
    for draft in drafts:
        batch.append(draft)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
