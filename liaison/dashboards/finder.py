"""What the search box looks through: four kinds of rows, each under the official's own scope."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model

from liaison.models import Official


@dataclass(frozen=True)
class Group:
    """Hits of one kind: the first few rows, how many there are in all, and where all of them are."""

    kind: str
    label: str
    rows: list[Model]
    total: int
    url: str


def find(words: str, *, official: Official) -> list[Group]:
    """The groups that have hits, in the order in which people usually look."""
    return []
