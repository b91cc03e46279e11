"""Rosters as files, and runs of them without a browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.base import ContentFile

from liaison.choices import ImportState
from liaison.forms.imports import UploadForm
from liaison.imports import engine
from liaison.imports.rosters import roster_of
from liaison.models import ImportRun, Official
from liaison.services import imports as services
from tests.factories import at

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMPANY_HEADINGS = ("企业名称", "统一社会信用代码", "行政区划", "注册资本", "成立日期")


def sheet_bytes(headings: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> bytes:
    """A workbook with these headings and rows, under a title line if one is given."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        top = 0
        if title:
            sheet.write(0, 0, title)
            top = 1
        for number, row in enumerate([headings, *rows], start=top):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    return target.getvalue()


def csv_bytes(headings: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    """The same as text."""
    target = io.StringIO()
    csv.writer(target).writerows([headings, *rows])
    return target.getvalue().encode(encoding)


def upload(
    kind: str, content: bytes, by: Official, *, name: str = "名册.xlsx", options: dict[str, Any] | None = None
) -> ImportRun:
    """Upload as the wizard does, the form included."""
    roster = roster_of(kind)
    file = ContentFile(content, name=name)
    file.content_type = XLSX  # type: ignore[attr-defined]
    form = UploadForm(roster, by, {}, {"file": file})
    assert form.is_valid(), form.errors
    mapping, doubtful = form.mapping()
    return services.start_import(
        kind=kind,
        region=form.cleaned_data["region"],
        file=file,
        file_name=name,
        sha256=form.sha256,
        headings=form.sheet.headings,
        mapping=mapping,
        rows_total=form.sheet.total,
        options=options or {},
        is_mapped=not doubtful,
        by=by,
        at=at(2026, 3, 2),
    )


def check(kind: str, content: bytes, by: Official, **more: Any) -> ImportRun:
    """Upload and check; the run waits for its confirmation."""
    run = upload(kind, content, by, **more)
    engine.check_import(run_id=run.pk, at=at(2026, 3, 2, 10, 1))
    run.refresh_from_db()
    assert run.state == ImportState.CHECKED, run.message
    return run


def confirm(run: ImportRun, by: Official) -> ImportRun:
    """Confirm what the run shows now, and have it written."""
    services.confirm_import(run=run, sha256=run.sha256, digest=run.digest, by=by, at=at(2026, 3, 2, 10, 5))
    engine.apply_import(run_id=run.pk, at=at(2026, 3, 2, 10, 6))
    run.refresh_from_db()
    return run


def verdicts(run: ImportRun) -> dict[int, str]:
    """Row number → verdict."""
    return dict(run.rows.order_by("number").values_list("number", "verdict"))


def reasons(run: ImportRun, number: int) -> dict[str, str]:
    """What is said of a line."""
    return run.rows.get(number=number).errors


def saved(tmp_path: Path, content: bytes, name: str) -> Path:
    """The content as a file on disk."""
    path = tmp_path / name
    path.write_bytes(content)
    return path
