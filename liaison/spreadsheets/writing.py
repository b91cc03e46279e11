"""Writing workbooks that people can work on: codes stay text, nothing runs as a formula."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from os import PathLike
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .cells import DigitsLost, cell_text

LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HERE = ZoneInfo("Asia/Shanghai")  # a moment that knows its zone is written as the clock here showed it


def write_workbook(
    target: str | PathLike[str] | IO[bytes],
    *,
    sheet_name: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    widths: Sequence[float] | None = None,
    text_columns: Collection[str] = (),
) -> int:
    """Write one sheet row by row and say how many; `text_columns` are headings whose cells are codes."""
    options: dict[str, Any] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    written = 0
    with xlsxwriter.Workbook(target, options) as workbook:
        sheet = workbook.add_worksheet(_sheet_name(sheet_name))
        head = workbook.add_format(
            {"bold": True, "bg_color": "#E8EEF7", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        text = workbook.add_format({"num_format": "@"})
        is_text = [heading in text_columns for heading in headings]
        for column, heading in enumerate(headings):
            width = widths[column] if widths else min(max(10, 2 * len(heading) + 4), 40)
            sheet.set_column(column, column, width, text if is_text[column] else None)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, head)
        for row in rows:
            written += 1
            if written >= LAST_ROW:
                raise ValueError(f"超过 Excel 一张工作表的上限 {LAST_ROW - 1} 行，请缩小范围后再导出。")
            for column, value in enumerate(row):
                as_text = column < len(is_text) and is_text[column]
                _write(sheet, written, column, value, text if as_text else None, day, moment)
        if headings:
            sheet.autofilter(0, 0, written, len(headings) - 1)
    return written


def _write(
    sheet: Worksheet, row: int, column: int, value: object, text: Format | None, day: Format, moment: Format
) -> None:
    if value is None or value == "":
        return
    if text is None and isinstance(value, datetime):
        local = value.astimezone(_HERE).replace(tzinfo=None) if value.tzinfo else value
        sheet.write_datetime(row, column, local, moment)
    elif text is None and isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif text is None and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, column, float(value) if isinstance(value, Decimal) else value)
    else:
        shown = _NOT_IN_XML.sub("", _shown(value))[:LONGEST_TEXT]
        sheet.write_string(row, column, shown, text)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(_HERE)
    try:
        return cell_text(value)
    except DigitsLost:
        return str(value)


def _sheet_name(name: str) -> str:
    return _NOT_IN_NAMES.sub(" ", name).strip("' ")[:31] or "Sheet1"
