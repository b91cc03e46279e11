"""Reading a roster of any kind into rows that keep the sheet's own row numbers."""

from __future__ import annotations

import codecs
import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import mode

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from . import probe
from .cells import Cell, heading_key, is_blank
from .guards import BROKEN, ENCRYPTED, RESAVE, Kind, UnreadableFile, recognise

MAX_COLUMNS = 256
LONGEST_HEADING = 200
HEADER_WITHIN = 30  # titles and notes may fill this many rows above the headings
PROBE_SECONDS = 60
_CHINESE_ENOUGH = 4  # so many Chinese characters read as UTF-8 are no accident

Row = tuple[int, list[Cell]]
Lines = Callable[[], Iterator[Row]]


@dataclass(frozen=True)
class Rows(Iterable[Row]):
    """The rows under the headings, read anew at each iteration; wholly blank rows are left out."""

    lines: Lines
    header_row: int
    width: int

    def __iter__(self) -> Iterator[Row]:
        for number, cells in self.lines():
            if number > self.header_row and not all(map(is_blank, cells)):
                yield number, _fit(cells, self.width)


@dataclass(frozen=True)
class Sheet:
    """A roster ready to be read: headings and rows.

    `rows` may be iterated more than once. Its cells are padded to the headings; a row that holds something to
    the right of the last heading comes longer.
    """

    name: str
    header_row: int
    headings: list[str]
    rows: Rows
    total: int  # rows that will come, for a progress bar


@dataclass(frozen=True)
class _Table:
    name: str
    lines: Lines


@dataclass(frozen=True)
class _Header:
    row: int
    cells: list[Cell]
    known: int


def open_roster(path: Path, *, max_rows: int = 200_000, known_headings: Collection[str] = ()) -> Sheet:
    """Open the roster in the file, whatever its format; every refusal comes here, worded for the user."""
    known = {heading_key(heading) for heading in known_headings}
    tables = _workbook_tables(path) if recognise(path) is Kind.WORKBOOK else _text_tables(path, known)
    table, header = _choose(tables, known)
    headings = _headings(header)
    sheet_rows = Rows(table.lines, header.row, len(headings))
    total = 0
    for _ in sheet_rows:
        total += 1
        if total > max_rows:
            raise UnreadableFile(f"数据超过 {max_rows} 行的上限，请拆分后分次上传。")
    if not total:
        raise UnreadableFile(f"第 {header.row} 行是表头，但表头下面没有数据。")
    return Sheet(name=table.name, header_row=header.row, headings=headings, rows=sheet_rows, total=total)


# --- which sheet, which row is the header -------------------------------------------------------------------


def _choose(tables: Iterable[_Table], known: set[str]) -> tuple[_Table, _Header]:
    """The first sheet with content, unless a later one has clearly the headings looked for."""
    fallback: tuple[_Table, _Header] | None = None
    refusal: UnreadableFile | None = None
    for table in tables:
        try:
            header = _find_header(table, known)
        except UnreadableFile as problem:
            refusal = refusal or problem
            continue
        if header is None:
            continue
        if header.known >= 2 or not known:
            return table, header
        fallback = fallback or (table, header)
    if fallback:
        return fallback
    raise refusal or UnreadableFile("文件里没有内容，请检查是否选错了文件。")


def _find_header(table: _Table, known: set[str]) -> _Header | None:
    """The row with most known headings, else the first that reads like headings; None: the sheet is blank."""
    first_text: _Header | None = None
    best: _Header | None = None
    seen = False
    for number, cells in islice(_not_blank(table.lines()), HEADER_WITHIN):
        seen = True
        here = _Header(number, cells, sum(heading_key(cell) in known for cell in cells if cell is not None))
        if here.known and (best is None or here.known > best.known):
            best = here
        if first_text is None and _reads_like_headings(cells):
            first_text = here
    if not seen:
        return None
    if best is not None and (best.known >= 2 or first_text is None or first_text.row == best.row):
        return best
    if first_text is None:
        raise UnreadableFile(
            f"没有找到表头行：前 {HEADER_WITHIN} 行里没有一行写着列名（如“企业名称”）。请对照模板补上表头。"
        )
    return first_text


def _not_blank(lines: Iterable[Row]) -> Iterator[Row]:
    return ((number, cells) for number, cells in lines if not all(map(is_blank, cells)))


_CODE_LIKE = re.compile(r"^[0-9A-Z]{15,20}$|^\+?\d[\d\- ]{5,}$|^\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}")


def _reads_like_headings(cells: list[Cell]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    texts = [cell.strip() for cell in filled if isinstance(cell, str)]
    if len(texts) < 2 or any(isinstance(cell, date) for cell in filled):
        return False
    return not any(_CODE_LIKE.match(text) for text in texts)


def _headings(header: _Header) -> list[str]:
    headings = [
        "" if cell is None else re.sub(r"\s+", " ", _heading_text(cell)).strip() for cell in header.cells
    ]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MAX_COLUMNS:
        raise UnreadableFile(f"表头有 {len(headings)} 列，超过 {MAX_COLUMNS} 列的上限，请删去多余的列。")
    if overlong := next((heading for heading in headings if len(heading) > LONGEST_HEADING), ""):
        raise UnreadableFile(
            f"第 {header.row} 行的列名“{overlong[:12]}…”超过 {LONGEST_HEADING} 字，这一行像是说明而不是表头。"
            "请对照模板改正后再上传。"
        )
    places: dict[str, list[str]] = {}
    for index, heading in enumerate(headings):
        if heading:
            places.setdefault(heading, []).append(f"{column_letters(index)} 列")
    if repeated := [f"“{name}”（{'、'.join(at)}）" for name, at in places.items() if len(at) > 1]:
        raise UnreadableFile(
            f"第 {header.row} 行表头重复：{'；'.join(repeated)}。请改名或删去重复的列后再上传。"
        )
    return headings


def _heading_text(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def column_letters(index: int) -> str:
    """The column's name in the sheet: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _fit(cells: list[Cell], width: int) -> list[Cell]:
    while len(cells) > width and is_blank(cells[-1]):
        cells.pop()
    return cells + [None] * (width - len(cells))


# --- workbooks ----------------------------------------------------------------------------------------------


def _workbook_tables(path: Path) -> Iterator[_Table]:
    _probe(path)
    with path.open("rb") as file:
        workbook = CalamineWorkbook.from_filelike(file)
    sheets = [meta for meta in workbook.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
    shown = [meta for meta in sheets if meta.visible is SheetVisibleEnum.Visible]
    for meta in shown or sheets:
        yield _Table(meta.name, partial(_sheet_lines, workbook.get_sheet_by_name(meta.name)))


def _probe(path: Path) -> None:
    """Let a process of its own try the file first: what kills that one only becomes a refusal here."""
    command = [sys.executable, "-I", probe.__file__, str(path.resolve())]
    try:
        tried = subprocess.run(  # noqa: S603 - our own script; the path is one argument, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFile(f"读取超过 {PROBE_SECONDS} 秒仍未完成，请拆分后分次上传。") from None
    if tried.returncode == probe.LOCKED:
        raise UnreadableFile(ENCRYPTED)
    if tried.returncode:
        raise UnreadableFile(BROKEN)


def _sheet_lines(sheet: CalamineSheet) -> Iterator[Row]:
    if sheet.start is None:
        return
    indent: list[Cell] = [None] * sheet.start[
        1
    ]  # the reader leaves out blank columns on the left, not rows above
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, indent + [_cell(value) for value in cells]


def _cell(value: object) -> Cell:
    if value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value if (value.hour or value.minute or value.second) else value.date()
    if isinstance(value, str | float | int | date):
        return value
    return str(value)


# --- text: .csv, and the "Unicode text" of Excel ------------------------------------------------------------


def _text_tables(path: Path, known: set[str]) -> Iterator[_Table]:
    encoding = _text_encoding(path)
    delimiter = _delimiter(path, encoding, known)
    yield _Table(path.stem, partial(_text_lines, path, encoding, delimiter))


def _text_lines(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                if number == 1 and len(cells) == 1 and cells[0].lower().startswith("sep="):
                    continue
                yield number, [cell or None for cell in cells]
        except csv.Error:
            raise UnreadableFile(
                f"第 {number + 1} 行的引号没有成对，或单元格内容过长，后面的内容无法分列。{RESAVE}"
            ) from None


def _text_encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "gb18030"]
    furthest = 0
    for encoding in candidates:
        bad_line, chinese = _try_decode(path, encoding)
        if not bad_line:
            return encoding
        furthest = max(furthest, bad_line)
        if encoding.startswith("utf-8") and chinese >= _CHINESE_ENOUGH:
            break  # it is UTF-8, only damaged; the other would turn it into nonsense
    raise UnreadableFile(
        f"第 {furthest} 行含有无法识别的字符，文件不是 UTF-8 或 GB18030 编码，或已损坏。{RESAVE}"
    )


def _try_decode(path: Path, encoding: str) -> tuple[int, int]:
    """The first line that the encoding cannot read (0: none), and how much Chinese it read before."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, chinese = 1, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(2**18)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as problem:
                good = problem.object[: problem.start].decode(encoding, "ignore")
                return line + good.count("\n"), chinese + _chinese(good)
            if (at := text.find("\0")) >= 0:
                line += text.count("\n", 0, at)
                raise UnreadableFile(f"第 {line} 行含有空字符（NUL），文件已损坏或不是文本表格。{RESAVE}")
            if not chunk:
                return 0, chinese
            line += text.count("\n")
            chinese += _chinese(text)


def _chinese(text: str) -> int:
    return 0 if text.isascii() else sum("一" <= char <= "鿿" for char in text)


def _delimiter(path: Path, encoding: str, known: set[str]) -> str:
    with path.open(encoding=encoding, newline="") as file:
        sample = "".join(islice(file, 50))[: 2**16]
    if found := re.match(r"sep=(.)\r?\n", sample, re.IGNORECASE):
        return found[1]
    return max((",", "\t", ";"), key=lambda delimiter: _fitness(sample, delimiter, known))


def _fitness(sample: str, delimiter: str, known: set[str]) -> tuple[int, int, int]:
    """How well the delimiter cuts: headings recognised, rows of one same width, that width."""
    try:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error:
        return 0, 0, 0
    headings = max((sum(heading_key(cell) in known for cell in row) for row in rows), default=0)
    widths = [len(row) for row in rows if len(row) > 1]
    width = mode(widths) if widths else 0
    return headings, widths.count(width), width
