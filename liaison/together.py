"""Several small querysets read in one statement, for a page that shows a little of many tables."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, GeneratedField, JSONField, Model, QuerySet


def read_together(*querysets: QuerySet[Any, Any]) -> None:
    """Evaluate the querysets, all of them in one statement: one round trip, and one moment for all.

    Each is its own sub-query, its rows come back as JSON and become what the queryset would have made of
    them: models with their `select_related`, values, annotations. What a queryset prefetches is read when
    it is first used, as ever. Use it where a page needs many parts of few rows; a long list pays for the
    JSON and is better read by itself.
    """
    read = [_Part(place, queryset) for place, queryset in enumerate(querysets)]
    asked = {part.question: part for part in read if part.sql}  # what is asked twice is read once
    rows: dict[int, list[str]] = {part.place: [] for part in asked.values()}
    if asked:
        statement = " UNION ALL ".join(part.sql for part in asked.values())
        with connection.cursor() as cursor:
            params = [one for part in asked.values() for one in part.params]
            cursor.execute(f"{statement} ORDER BY part, place", params)
            for place, _, row in cursor:
                rows[place].append(row)
    for part in read:
        part.fill(rows[asked[part.question].place] if part.sql else [])


def keep_as(owner: Model, name: str, rows: QuerySet[Any, Any]) -> None:
    """Let `owner.name.all()` be the rows, as if they had been prefetched."""
    if not hasattr(owner, "_prefetched_objects_cache"):
        owner._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    owner._prefetched_objects_cache[name] = rows  # type: ignore[attr-defined]


class _Part:
    """One queryset: its sub-query before, its rows after."""

    def __init__(self, place: int, queryset: QuerySet[Any, Any]) -> None:
        self.place, self.queryset = place, queryset
        self.compiler = queryset.query.get_compiler(using=connection.alias)
        self.sql, self.question = "", ""
        self.params: tuple[Any, ...] = ()
        try:
            sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:  # .none(), or an empty list to choose from
            return
        self.question = f"{sql} {self.params!r}"
        names = ", ".join(f"c{n}" for n in range(len(self.compiler.select)))
        rows = f"SELECT {place} AS part, row_number() OVER () AS place, row_to_json(q)::text"
        self.sql = f"{rows} FROM ({sql}) AS q({names})"  # all of it is the ORM's, values stay parameters

    def fill(self, rows: list[str]) -> None:
        """Let the queryset make its objects of the rows, as if it had read them itself."""
        readers = [_reader(column[0].output_field) for column in self.compiler.select] if rows else []
        found = [
            tuple(
                None if cell is None else read(cell)
                for read, cell in zip(readers, json.loads(row, parse_float=Decimal).values(), strict=True)
            )
            for row in rows
        ]
        answered: Any = self.queryset.all()
        self.compiler.execute_sql = lambda *args, **kwargs: [found]
        answered.query.get_compiler = lambda *args, **kwargs: self.compiler
        self.queryset._result_cache = list(answered._iterable_class(answered)) if found else []


def _reader(field: Field[Any, Any]) -> Any:
    """What makes of a JSON value what the database driver would have handed over for the field."""
    while isinstance(field, GeneratedField):
        field = field.output_field  # type: ignore[assignment]
    return json.dumps if isinstance(field, JSONField) else field.to_python
