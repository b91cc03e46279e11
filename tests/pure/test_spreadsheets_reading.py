"""Rosters as people send them: any format, recognised by content; every refusal says what to do."""

import contextlib
import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.spreadsheets import UnreadableFile, open_roster
from liaison.spreadsheets import guards as limits

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rosters"
KNOWN = ["企业名称", "统一社会信用代码", "联系电话"]
ROSTER = "企业名称,统一社会信用代码,联系电话\n示例甲公司,91610702MA00000017,0916-0000001\n"


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def write(content: bytes | str, name: str = "名册.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return write


def workbook(sheets: dict[str, list[list[object]]], *, hidden: str = "") -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        day = book.add_format({"num_format": "yyyy/m/d"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name == hidden:
                sheet.hide()
            else:
                sheet.activate()
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(r, c, value, day)
                    else:
                        sheet.write(r, c, value)
    return buffer.getvalue()


def xlsx_with_sheet(xml: str) -> bytes:
    """A workbook whose sheet is written by hand."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"S": [["甲", "乙"]]}))) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            sheet = name == "xl/worksheets/sheet1.xml"
            target.writestr(name, xml if sheet else source.read(name))
    return buffer.getvalue()


def ods(table: str, *, manifest: str = "") -> bytes:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f"{manifest}</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
            f'<table:table table:name="名单">{table}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return buffer.getvalue()


def ods_cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


class TestWorkbooks:
    def test_reads_xlsx_with_a_title_and_notes_above_the_headings(self, save: Callable[..., Path]):
        path = save(
            workbook(
                {
                    "名单": [
                        ["示例市企业名册"],
                        ["填报单位：", "示例局"],
                        [],
                        ["企业名称", "统一社会信用代码", "成立日期", "人数"],
                        ["示例甲公司", "91610702MA00000017", date(2020, 1, 5), 12],
                        [],
                        ["示例乙公司", None, datetime(2020, 1, 5, 9, 30), 12.5],  # noqa: DTZ001
                    ]
                }
            ),
            "名册.dat",
        )
        sheet = open_roster(path, known_headings=KNOWN)
        assert (sheet.name, sheet.header_row, sheet.total) == ("名单", 4, 2)
        assert sheet.headings == ["企业名称", "统一社会信用代码", "成立日期", "人数"]
        assert list(sheet.rows) == [
            (5, ["示例甲公司", "91610702MA00000017", date(2020, 1, 5), 12]),
            (7, ["示例乙公司", None, datetime(2020, 1, 5, 9, 30), 12.5]),  # noqa: DTZ001
        ]
        assert list(sheet.rows) == list(sheet.rows)  # check and commit read the same rows again

    def test_keeps_row_and_column_when_the_sheet_begins_in_the_middle(self, save: Callable[..., Path]):
        rows: list[list[object]] = [[], [], [None, "企业名称", "电话"], [None, "示例甲公司", "1"]]
        sheet = open_roster(save(workbook({"S": rows})))
        assert (sheet.header_row, sheet.headings) == (3, ["", "企业名称", "电话"])
        assert list(sheet.rows) == [(4, [None, "示例甲公司", "1"])]

    def test_takes_the_sheet_with_the_headings_rather_than_the_notes(self, save: Callable[..., Path]):
        notes: list[list[object]] = [["第一步", "打开"], ["第二步", "填写"]]
        data: list[list[object]] = [["企业名称", "联系电话"], ["示例甲公司", "1"]]
        path = save(workbook({"空": [], "说明": notes, "名单": data}))
        assert open_roster(path, known_headings=KNOWN).name == "名单"
        assert open_roster(path).name == "说明"

    def test_does_not_look_into_hidden_sheets(self, save: Callable[..., Path]):
        data: list[list[object]] = [["企业名称", "联系电话"], ["示例甲公司", "1"]]
        path = save(workbook({"字典": data, "名单": data}, hidden="字典"))
        assert open_roster(path, known_headings=KNOWN).name == "名单"

    @pytest.mark.parametrize("name", ["invented.xls", "invented.et"])
    def test_reads_xls_and_wps_et(self, name: str):
        sheet = open_roster(FIXTURES / name, known_headings=KNOWN)
        assert sheet.header_row == 2
        number, cells = next(iter(sheet.rows))
        assert number == 4
        assert isinstance(cells[2], date)

    @pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".doc", ""])
    def test_a_name_means_nothing(self, save: Callable[..., Path], suffix: str):
        path = save((FIXTURES / "invented.et").read_bytes(), f"名册{suffix}")
        assert open_roster(path).total == 1

    def test_reads_ods(self, save: Callable[..., Path]):
        blank = '<table:table-cell table:number-columns-repeated="16382"/>'
        head = f"<table:table-row>{ods_cell('企业名称')}{ods_cell('联系电话')}{blank}</table:table-row>"
        row = f"<table:table-row>{ods_cell('示例甲公司')}{ods_cell('1')}{blank}</table:table-row>"
        rest = (
            '<table:table-row table:number-rows-repeated="1048570">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        )
        sheet = open_roster(save(ods(head + row + rest)))
        assert sheet.headings == ["企业名称", "联系电话"]
        assert list(sheet.rows) == [(2, ["示例甲公司", "1"])]

    def test_blank_formatted_cells_far_away_do_no_harm(self, save: Callable[..., Path]):
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            sheet = book.add_worksheet()
            for c, heading in enumerate(["企业名称", "联系电话"]):
                sheet.write(0, c, heading)
                sheet.write(1, c, "示例")
            sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
        assert open_roster(save(buffer.getvalue())).total == 1

    def test_keeps_cells_to_the_right_of_the_headings(self, save: Callable[..., Path]):
        sheet = open_roster(save("企业名称,联系电话\n甲,1,2\n乙,1,,\n丙\n"))
        assert [cells for _, cells in sheet.rows] == [["甲", "1", "2"], ["乙", "1"], ["丙", None]]


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_reads_any_encoding_and_delimiter(self, save: Callable[..., Path], encoding: str, delimiter: str):
        sheet = open_roster(save(ROSTER.replace(",", delimiter), encoding=encoding), known_headings=KNOWN)
        assert sheet.headings == KNOWN
        assert list(sheet.rows) == [(2, ["示例甲公司", "91610702MA00000017", "0916-0000001"])]

    def test_row_numbers_are_those_excel_shows(self, save: Callable[..., Path]):
        path = save('企业名称,经营范围\n\n甲,"一行\n又一行"\n乙,好\n')
        assert [number for number, _ in open_roster(path).rows] == [3, 4]

    def test_takes_the_delimiter_that_excel_names(self, save: Callable[..., Path]):
        sheet = open_roster(save("sep=|\n企业名称|经营范围\n甲|米, 面; 油\n"))
        assert list(sheet.rows) == [(3, ["甲", "米, 面; 油"])]

    def test_commas_inside_chinese_text_do_not_confuse_it(self, save: Callable[..., Path]):
        text = "企业名称\t经营范围\n甲\t米,面,油,茶\n乙\t酒,烟,糖,茶\n"
        assert open_roster(save(text)).headings == ["企业名称", "经营范围"]

    @given(
        rows=st.lists(
            st.lists(
                st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8),
                min_size=2,
                max_size=2,
            ),
            max_size=8,
        ),
        encoding=st.sampled_from(["utf-8-sig", "gb18030"]),
    )
    def test_gives_back_what_was_written(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], encoding: str
    ):
        path = tmp_path_factory.mktemp("csv") / "名册.csv"
        rows = [["企业名称", "联系电话"], *rows, ["末行", "1"]]
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
        expected = [
            (number, [cell or None for cell in cells])
            for number, cells in enumerate(rows, start=1)
            if number > 1 and any(cell.strip() for cell in cells)
        ]
        assert list(open_roster(path, known_headings=KNOWN).rows) == expected


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "文件是空的"),
            (b"\n\n  \n", "文件里没有内容"),
            (b"%PDF-1.7 ...", "PDF"),
            (b"\x89PNG\r\n\x1a\n....", "图片"),
            (b"\xff\xd8\xff\xe0....", "图片"),
            (b"BM6\x00\x00\x00\x00\x00", "图片"),
            (b"Rar!\x1a\x07", "RAR"),
            (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
            ("\ufeff<!DOCTYPE html>".encode(), "网页"),
            (b'<?xml version="1.0"?><?mso-application?><Workbook>', "XML 表格 2003"),
            (b"\x7fELF" + bytes(200), "无法识别的文件类型"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "文件已损坏"),
            (b"PK\x03\x04 not a zip at all", "文件已损坏"),
            ("甲公司,91610702MA00000017\n乙公司,91610702MA00000025\n", "没有找到表头行"),
            ("只有一列\n甲\n", "没有找到表头行"),
            ("企业名称,联系电话\n", "表头下面没有数据"),
            ("企业名称,电话,企业名称\n甲,1,2\n", "第 1 行表头重复：“企业名称”（A 列、C 列）"),
            (",".join(f"列{i}" for i in range(300)) + "\n" + "1," * 299 + "1\n", "表头有 300 列"),
            ('企业名称,联系电话\n甲,"1\n乙,2\n丙,3\n', "第 2 行的引号没有成对"),
            ('企业名称,联系电话\n甲,"' + "长" * 200_000 + '"\n', "单元格内容过长"),
            ("企业名称,联系电话\n甲,1\n乙,\0\n".encode(), "第 3 行含有空字符"),
            ("企业名称,联系电话\n甲,1\n".encode() + b"\xff\xff,1\n", "第 3 行含有无法识别的字符"),
            (
                "企业名称,联系电话\n示例甲有限公司,1\n示例".encode() + b"\xb5\xc4\xb5\xc4,2\n",
                "第 3 行含有无法识别的字符",
            ),
        ],
    )
    def test_says_why(self, save: Callable[..., Path], content: bytes | str, words: str):
        with pytest.raises(UnreadableFile, match=words):
            open_roster(save(content), known_headings=["企业名称", "联系电话", "电话"])

    def test_truncated_workbook(self, save: Callable[..., Path]):
        whole = workbook({"S": [["企业名称", "联系电话"], ["甲", "1"]]})
        with pytest.raises(UnreadableFile, match="文件已损坏"):
            open_roster(save(whole[: len(whole) // 2]))

    def test_word_document(self, save: Callable[..., Path]):
        with pytest.raises(UnreadableFile, match="Word"):
            open_roster(save(_zip({"word/document.xml": "<w/>"}), "名册.xlsx"))

    def test_plain_archive(self, save: Callable[..., Path]):
        with pytest.raises(UnreadableFile, match="压缩包"):
            open_roster(save(_zip({"名册.csv": ROSTER}), "名册.xlsx"))

    def test_word_97_document(self, save: Callable[..., Path]):
        with pytest.raises(UnreadableFile, match="Word"):
            open_roster(save(_ole("WordDocument"), "名册.xls"))

    def test_encrypted_workbook(self, save: Callable[..., Path]):
        with pytest.raises(UnreadableFile, match="打开密码"):
            open_roster(FIXTURES / "encrypted.xlsx")
        with pytest.raises(UnreadableFile, match="打开密码"):
            open_roster(save(_ole("EncryptedPackage")))

    def test_encrypted_zip(self, save: Callable[..., Path]):
        content = bytearray(_zip({"xl/workbook.xml": "<workbook/>"}))
        content[content.index(b"PK\x01\x02") + 8] |= 1
        with pytest.raises(UnreadableFile, match="打开密码"):
            open_roster(save(bytes(content)))

    def test_encrypted_ods(self, save: Callable[..., Path]):
        locked = ods("", manifest="<manifest:encryption-data/>")
        with pytest.raises(UnreadableFile, match="打开密码"):
            open_roster(save(locked))

    def test_zip_bomb(self, save: Callable[..., Path]):
        path = save(_zip({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": " " * 60_000_000}))
        assert path.stat().st_size < 100_000
        with pytest.raises(UnreadableFile, match="压缩炸弹"):
            open_roster(path)

    def test_zip_bomb_that_lies_about_its_size(self, save: Callable[..., Path]):
        content = bytearray(_zip({"xl/workbook.xml": " " * 10_000_000}))
        at = content.index(b"PK\x01\x02") + 24
        content[at : at + 4] = (1000).to_bytes(4, "little")
        with pytest.raises(UnreadableFile, match="文件已损坏"):
            open_roster(save(bytes(content)))

    @pytest.mark.parametrize(
        "rows",
        [
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c><v>1</v></c><c s="1" r="XFD1048576"/></row>',
        ],
    )
    def test_two_cells_that_would_span_billions(self, save: Callable[..., Path], rows: str):
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<sheetData>{rows}</sheetData></worksheet>"
        )
        with pytest.raises(UnreadableFile, match="工作表过大：内容延伸到第 1048576 行、第 16384 列"):
            open_roster(save(xlsx_with_sheet(sheet)))

    def test_one_ods_cell_that_stands_for_billions(self, save: Callable[..., Path]):
        wide = ods_cell("1", ' table:number-columns-repeated="16384"')
        table = f'<table:table-row table:number-rows-repeated="1048576">{wide}</table:table-row>'
        with pytest.raises(UnreadableFile, match="工作表过大"):
            open_roster(save(ods(table)))

    def test_xlsb(self, save: Callable[..., Path]):
        with pytest.raises(UnreadableFile, match="xlsb"):
            open_roster(save(_zip({"xl/workbook.bin": "x"})))

    def test_too_many_rows(self, save: Callable[..., Path]):
        path = save("企业名称,联系电话\n" + "甲,1\n" * 11)
        assert open_roster(path, max_rows=11).total == 11
        with pytest.raises(UnreadableFile, match="超过 10 行的上限"):
            open_roster(path, max_rows=10)

    def test_too_big_a_file(self, save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
        with pytest.raises(UnreadableFile, match="上限"):
            open_roster(save(ROSTER))

    @settings(max_examples=40)
    @given(data=st.data())
    def test_damage_is_refused_or_read_but_never_a_traceback(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ):
        name = data.draw(st.sampled_from(["invented.xls", "encrypted.xlsx", "book.xlsx", "text"]))
        if name == "book.xlsx":
            content = bytearray(workbook({"S": [["企业名称", "联系电话"], ["甲", "1"]]}))
        elif name == "text":
            content = bytearray(ROSTER.encode("gb18030"))
        else:
            content = bytearray((FIXTURES / name).read_bytes())
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path = tmp_path_factory.mktemp("damage") / "file"
        path.write_bytes(content)
        with contextlib.suppress(UnreadableFile):
            for _ in open_roster(path).rows:
                pass


def _zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _ole(stream: str) -> bytes:
    """The beginning of an OLE file with one directory entry."""
    name = stream.encode("utf-16-le") + b"\0\0"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return header + name.ljust(64, b"\0") + len(name).to_bytes(2, "little") + bytes(62)
