"""Taking lists out of the system is an event of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from liaison.models import Official
from liaison.services import record


def record_export(*, what: str, filters: Mapping[str, str], rows: int, by: Official, at: datetime) -> None:
    """Write in the trail who exported which list, filtered how, and how many rows left."""
    record(f"导出{what}", by, by=by, at=at, filters=dict(filters), rows=rows)
