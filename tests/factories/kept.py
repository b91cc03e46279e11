"""What factories raise again and again is kept as rows: raised once per worker, then put back as it was."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

Made = TypeVar("Made")


@dataclass(frozen=True)
class _Kept:
    """The rows as PostgreSQL copies them, by the statement that takes them in; the objects they stand for."""

    rows: dict[str, str]
    made: bytes


_kept: dict[str, _Kept] = {}


def kept(build: Callable[[], Made], *, unless: tuple[type[Model], ...]) -> Made:
    """What `build` makes, with the same rows and keys each time.

    Where one of the tables of `unless` holds anything, it is built anew: some of its rows might be there.
    The keys meet no others, because the first building took them from the sequences.
    """
    if any(model._default_manager.exists() for model in unless):
        return build()
    name = f"{build.__module__}.{build.__qualname__}"
    with transaction.atomic(), connection.cursor() as cursor:
        if name not in _kept:
            before = {model: _keys(model) for model in _models()}
            made = build()
            _kept[name] = _Kept(_rows_besides(before, cursor), pickle.dumps(made))
            return made
        cursor.execute("SET LOCAL session_replication_role = replica")  # checked when they were first written
        for statement, rows in _kept[name].rows.items():
            cursor.copy_expert(statement, StringIO(rows))
        cursor.execute("SET LOCAL session_replication_role = origin")
    again: Made = pickle.loads(_kept[name].made)  # noqa: S301 - pickled above
    return again


def _models() -> list[Any]:
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.managed and not model._meta.proxy]


def _keys(model: Any) -> tuple[Any, ...]:
    return tuple(model._base_manager.order_by("pk").values_list("pk", flat=True))


def _rows_besides(before: dict[Any, tuple[Any, ...]], cursor: Any) -> dict[str, str]:
    found = {}
    for model, keys in before.items():
        columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields if not f.generated)
        table = f'"{model._meta.db_table}"'
        chosen = f"SELECT {columns} FROM {table}"  # noqa: S608 - names of the models' own
        if keys:
            chosen += cursor.mogrify(f' WHERE "{model._meta.pk.column}" NOT IN %s', [keys]).decode()
        rows = StringIO()
        cursor.copy_expert(f"COPY ({chosen}) TO STDOUT", rows)
        if rows.getvalue():
            found[f"COPY {table} ({columns}) FROM STDIN"] = rows.getvalue()
    return found
