"""Workbooks about rosters: templates to fill in, and the results of an import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from liaison.choices import Verdict
from liaison.imports.rosters import Roster
from liaison.models import ImportRow, ImportRun
from liaison.spreadsheets import write_workbook

CONCLUSION, REASON, NUMBER = "结论", "原因", "原行号"
REUSABLE = (Verdict.ERROR, Verdict.DUPLICATE)


def write_template(target: IO[bytes], roster: Roster) -> None:
    """An empty roster: headings, codes as text, one example line."""
    columns = roster.columns.values()
    write_workbook(
        target,
        sheet_name=roster.name,
        headings=[f"{column.heading}{'*' if column.required else ''}" for column in columns],
        rows=[[column.example for column in columns]],
        widths=[column.width for column in columns],
        text_columns=[f"{column.heading}{'*' if column.required else ''}" for column in columns],
    )


def write_result(target: IO[bytes], run: ImportRun, roster: Roster, *, only_wrong: bool) -> None:
    """The sheet as it came, every line with its verdict and reasons; or only the lines to mend."""
    original = [name for name in run.headings if name and name not in (CONCLUSION, REASON, NUMBER)]
    codes = {run.mapping.get(name) for name, column in roster.columns.items() if column.is_text}
    write_workbook(
        target,
        sheet_name="待更正" if only_wrong else "导入结果",
        headings=[*original, CONCLUSION, REASON, NUMBER],
        rows=_lines(run, original, only_wrong),
        text_columns=[name for name in original if name in codes],
    )


def _lines(run: ImportRun, original: list[str], only_wrong: bool) -> Iterator[list[object]]:
    rows = run.rows.order_by("number")
    if only_wrong:
        rows = rows.filter(verdict__in=REUSABLE)
    for row in rows.iterator(chunk_size=1000):
        cells = [row.cells.get(name, "") for name in original]
        yield [*cells, row.get_verdict_display(), "；".join(reasons(row)), row.number]


def reasons(row: ImportRow) -> list[str]:
    """What is wrong with a line, what is worth knowing, and what it changes, in words."""
    told = [f"{name}：{why}" if name else why for name, why in row.errors.items()]
    moved = [f"{name}：{old or '空'} → {new or '空'}" for name, (old, new) in row.changes.items()]
    return told + moved
