"""One test per constraint and trigger: the database itself refuses what must never be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model

Acts = dict[str, Callable[[], Any]]
FROZEN_ROW = "Cannot update or delete rows"


def again(row: Model) -> None:
    """Insert a second copy of a row."""
    row.pk = None
    row.save(force_insert=True)


def change(row: Model, **fields: Any) -> None:
    """Write fields of a row past every service and form."""
    type(row)._default_manager.filter(pk=row.pk).update(**fields)
