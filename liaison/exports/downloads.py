"""Excel downloads of every room: streamed to a file, and never without a line in the trail."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import FileResponse

from liaison.models import AuditEvent, Official
from liaison.spreadsheets import write_workbook
from liaison.workdays import day_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download_workbook(
    *,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    by: Official,
    at: datetime,
    query: str = "",
    text_columns: Sequence[str] = (),
) -> FileResponse:
    """A workbook of the rows as an attachment; who took it, with which filter and how many rows, is kept."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    count = 0

    def counted() -> Iterable[Sequence[Any]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    write_workbook(file, sheet_name=title, headings=headings, rows=counted(), text_columns=text_columns)
    AuditEvent.objects.create(
        at=at,
        by=by,
        action="导出",
        subject=f"export:{title}",
        label=title,
        detail={"rows": count, "query": query},
    )
    file.seek(0)
    name = f"{title}-{day_of(at):%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)
