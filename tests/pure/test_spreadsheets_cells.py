"""Cells and what we write back: codes stay text, lost digits are refused, nothing runs as a formula."""

import io
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from liaison.spreadsheets import DigitsLost, cell_text, heading_key, neutralise, open_roster, write_workbook


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("  示例甲公司 ", "示例甲公司"),
        (12345.0, "12345"),
        (13800000002.0, "13800000002"),
        (36.5, "36.5"),
        (0.1 + 0.2, "0.3"),
        (1e-05, "0.00001"),
        (-3.0, "-3"),
        (7, "7"),
        (True, "是"),
        (math.nan, ""),
        (date(2020, 1, 5), "2020-01-05"),
        (datetime(2020, 1, 5), "2020-01-05"),  # noqa: DTZ001
        (datetime(2020, 1, 5, 9, 30), "2020-01-05 09:30"),  # noqa: DTZ001
        (Decimal("1.50"), "1.50"),
    ],
)
def test_cell_text(value: object, text: str):
    assert cell_text(value) == text


@pytest.mark.parametrize("value", [9.16107232226e17, 1e15, -1e15, 10**15, "9.16107E+17", " 9.16E+17 "])
def test_a_code_that_became_a_number_is_refused(value: object):
    with pytest.raises(DigitsLost, match=r"单元格已被 Excel 转成科学计数 -?\d.*E\+\d+，原号码已丢失"):
        cell_text(value)


def test_the_refusal_shows_what_the_cell_shows():
    with pytest.raises(DigitsLost, match=r"科学计数 9\.16E\+17，原号码已丢失，请将该列设为文本后重新填写"):
        cell_text(916107232226709742.0)


def test_a_model_name_is_no_number():
    assert cell_text("3E12") == "3E12"


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_come_back_whole(number: int):
    assert cell_text(float(number)) == cell_text(number) == str(number)


@pytest.mark.parametrize(
    "heading", ["企业名称", " 企业 名称*", "*企业名称（必填）", "企业\n名称：", "企业名称(选填)"]
)
def test_headings_are_compared_without_decoration(heading: str):
    assert heading_key(heading) == "企业名称"


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("-12.5", "-12.5"),
        ("+8613800000000", "+8613800000000"),
        (-12.5, -12.5),
        ("示例-甲", "示例-甲"),
    ],
)
def test_neutralise(value: object, safe: object):
    assert neutralise(value) == safe


def written(
    rows: Iterable[Sequence[object]], *, headings: Sequence[str], text_columns: Sequence[str] = ()
) -> Worksheet:
    buffer = io.BytesIO()
    write_workbook(buffer, sheet_name="结果/名单", headings=headings, rows=rows, text_columns=text_columns)
    sheet = openpyxl.load_workbook(buffer).active
    assert isinstance(sheet, Worksheet)
    return sheet


class TestWriteWorkbook:
    def test_writes_what_people_work_with(self):
        sheet = written(
            [
                ["91610702MA00000017", "=HYPERLINK(1)", 12.5, date(2020, 1, 5)],
                ["0012", "http://example.invalid", None, datetime(2020, 1, 5, 1, 30, tzinfo=UTC)],
            ],
            headings=["信用代码", "企业名称", "资本", "日期"],
            text_columns=["信用代码"],
        )
        assert sheet.title == "结果 名单"
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D3")
        assert [cell.value for cell in sheet[2]] == [
            "91610702MA00000017",
            "=HYPERLINK(1)",
            12.5,
            datetime(2020, 1, 5),  # noqa: DTZ001
        ]
        assert sheet["B2"].data_type == "s"  # a text, not a formula
        assert sheet["B3"].hyperlink is None
        assert (sheet["A3"].value, sheet["A3"].number_format) == ("0012", "@")
        assert sheet["D3"].value == datetime(2020, 1, 5, 9, 30)  # noqa: DTZ001

    def test_a_template_keeps_its_code_columns_as_text(self):
        sheet = written([], headings=["信用代码", "人数"], text_columns=["信用代码"])
        assert sheet.column_dimensions["A"].number_format == "@"
        assert sheet.auto_filter.ref == "A1:B1"

    def test_numbers_in_a_text_column_are_written_as_text(self):
        sheet = written([[13800000002.0]], headings=["电话"], text_columns=["电话"])
        assert (sheet["A2"].value, sheet["A2"].data_type) == ("13800000002", "s")

    def test_survives_what_a_workbook_cannot_hold(self):
        sheet = written([["坏\x00字\ufffe符" + "长" * 40_000]], headings=["备注"])
        value = sheet["A2"].value
        assert isinstance(value, str)
        assert value.startswith("坏字符长")
        assert len(value) == 32_767

    @settings(max_examples=30)
    @given(
        st.lists(
            st.tuples(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)),
            max_size=6,
        )
    )
    def test_what_is_written_is_read_back(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str]]
    ):
        path = tmp_path_factory.mktemp("back") / "结果.xlsx"
        rows = [*rows, ("末行",)]
        count = write_workbook(path, sheet_name="结果", headings=["企业名称", "备注"], rows=rows)
        assert count == len(rows)
        expected = [
            (number, [text])
            for number, (text,) in enumerate(rows, start=2)
            if text.strip("\ufffe\uffff \u3000").strip()
        ]
        read = [(number, cells[:1]) for number, cells in open_roster(Path(path)).rows]
        assert read == expected
