"""A roster's columns: heading, other names, and the widget that cleans a cell and writes one."""

from __future__ import annotations

from copy import copy
from typing import Any, Self

from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from liaison.spreadsheets import heading_key


class Column(Field):
    """One column of a roster, the same for reading, for the template and for export."""

    def __init__(
        self,
        heading: str,
        attribute: str | None,
        widget: Widget,
        *,
        synonyms: tuple[str, ...] = (),
        required: bool = False,
        is_text: bool = False,
        example: str = "",
        note: str = "",
        width: int = 14,
    ) -> None:
        super().__init__(attribute=attribute, column_name=heading, widget=widget)
        self.heading = heading
        self.names = (heading, *synonyms)
        self.required = required
        self.is_text = is_text  # codes and phones: the cell is formatted as text in what we hand out
        self.example = example
        self.note = note
        self.width = width

    def but(self, **changes: Any) -> Self:
        """The same column with some of its properties changed, for another roster."""
        column = copy(self)
        for name, value in changes.items():
            setattr(column, name, value)
        return column

    def read(self, cell: object) -> Any:
        """The cell's clean value, None when it is empty; ValueError says in words what is wrong."""
        return self.widget.clean(cell)

    def show(self, value: Any) -> str:
        """The value as a person reads it."""
        return "" if value is None else str(self.widget.render(value))


class RosterResource(ModelResource):  # type: ignore[type-arg]
    """A django-import-export resource whose fields are `Column`s. Exports row by row, imports in bulk."""

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """The columns in the order in which `Meta.fields` names them."""
        declared = {name: field for name, field in cls.fields.items() if isinstance(field, Column)}
        return {name: declared[name] for name in cls._meta.fields or ()}


def suggest_mapping(columns: dict[str, Column], headings: list[str]) -> tuple[dict[str, str], bool]:
    """Which heading each column is read from, by names and synonyms, and whether a person must look.

    A column's own name beats a synonym, an earlier synonym a later one. Someone must look when a required
    column is missing, or when two headings lay claim to one column with the same right.
    """
    by_key: dict[str, list[str]] = {}
    for heading in headings:
        if heading:
            by_key.setdefault(heading_key(heading), []).append(heading)
    taken: dict[str, str] = {}
    doubtful = False
    wanted = sorted(
        (rank, place, name, heading_key(known))
        for place, (name, column) in enumerate(columns.items())
        for rank, known in enumerate(column.names)
    )
    used: set[str] = set()
    for _, _, name, key in wanted:
        if name in taken or key not in by_key:
            continue
        free = [heading for heading in by_key[key] if heading not in used]
        if not free:
            continue
        doubtful = doubtful or len(free) > 1
        taken[name] = free[0]
        used.add(free[0])
    for column in columns.values():
        rivals = {
            heading
            for known in column.names
            for heading in by_key.get(heading_key(known), [])
            if heading not in used
        }
        doubtful = doubtful or bool(rivals)
    missing = any(column.required and name not in taken for name, column in columns.items())
    return {name: taken[name] for name in columns if name in taken}, doubtful or missing


def known_headings(columns: dict[str, Column]) -> list[str]:
    """Every heading that some column answers to; the reader finds the header row by them."""
    return [known for column in columns.values() for known in column.names]
