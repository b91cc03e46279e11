"""What a file really is, and whether it is safe to hand to the reader.

Everything is judged by content: names lie (WPS saves .et, old systems save web pages as .xls). A reader that
lays a sheet out as a full grid can be made to ask for any amount of memory, so sizes are checked here first.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import IO

MAX_FILE_BYTES = 100 * 2**20
MAX_UNPACKED_BYTES = 300 * 2**20
MAX_RATIO, RATIO_MATTERS_ABOVE = 200, 50 * 2**20
MAX_ZIP_ENTRIES = 10_000
MAX_CELLS = 8_000_000  # 200,000 rows × 40 columns, laid out as a grid
_CHUNK = 2**20

WANTED = "请上传 .xlsx、.xls、.et、.ods 或 .csv 文件。"
RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


class UnreadableFile(Exception):
    """The file cannot be read as a roster; the message tells the user why and what to do."""


class Kind(Enum):
    """How a file is to be read."""

    WORKBOOK = "workbook"
    TEXT = "text"


_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"II*\x00", "图片"),
    (b"MM\x00*", "图片"),
    (b"RIFF", "图片或音视频"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"{\\rtf", "RTF 文档"),
    (b"MZ", "程序"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognise(path: Path) -> Kind:
    """What the file is by its content; refuses all that is not a safe spreadsheet."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("文件是空的（0 字节），请重新选择文件。")
    if size > MAX_FILE_BYTES:
        raise UnreadableFile(
            f"文件有 {size / 2**20:.0f} MB，超过 {MAX_FILE_BYTES // 2**20} MB 的上限，请拆分后分次上传。"
        )
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK"):
        _check_zip(path)
        return Kind.WORKBOOK
    if head.startswith(_OLE):
        _check_ole(path)
        return Kind.WORKBOOK
    for signature, name in _SIGNATURES:
        # two ASCII letters may well begin a CSV; real BMP and EXE files have NUL bytes near their start
        if head.startswith(signature) and (len(signature) > 2 or b"\0" in head[:64]):
            raise UnreadableFile(f"这是{name}，不是表格文件。{WANTED}")
    _refuse_markup(head)
    if head.count(b"\0") > 10 and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(f"无法识别的文件类型，不是表格文件。{WANTED}")
    return Kind.TEXT


def _refuse_markup(head: bytes) -> None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"mime-version:", b"content-type: multipart")):
        raise UnreadableFile(f"这是单个网页文件（MHT），只是改了扩展名。{RESAVE}")
    if not text.startswith(b"<"):
        return
    if text.startswith(b"<?xml") and b"workbook" in text:
        raise UnreadableFile(f"这是“XML 表格 2003”格式，不能直接读取。{RESAVE}")
    raise UnreadableFile(f"这是网页（HTML）或 XML 文件，只是改了扩展名。{RESAVE}")


# --- OLE: .xls and WPS .et, and encrypted workbooks of any kind -----------------------------------------


def _check_ole(path: Path) -> None:
    data = path.read_bytes()
    if _has_stream(data, "Workbook") or _has_stream(data, "Book"):
        return  # a password on it is told by the reader
    if _has_stream(data, "EncryptedPackage"):
        raise UnreadableFile(ENCRYPTED)
    for stream, name in (("WordDocument", "Word 文档"), ("PowerPoint Document", "PPT 演示文稿")):
        if _has_stream(data, stream):
            raise UnreadableFile(f"这是{name}，不是表格文件。{WANTED}")
    raise UnreadableFile(f"文件已损坏，或不是 Excel、WPS 表格。{RESAVE}")


ENCRYPTED = "工作簿设有打开密码。请在 Excel 或 WPS 中取消密码、另存后再上传。"
BROKEN = f"文件已损坏，无法读取。{RESAVE}"


def _has_stream(data: bytes, name: str) -> bool:
    """Whether the directory lists the stream: entries are 128 bytes long and begin with the name."""
    needle = name.encode("utf-16-le") + b"\0\0"
    at = data.find(needle)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == struct.pack("<H", len(needle)):
            return True
        at = data.find(needle, at + 1)
    return False


# --- zip: .xlsx, .ods, new .et ----------------------------------------------------------------------------


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise UnreadableFile(BROKEN) from None
    _check_directory(entries, path.stat().st_size)
    names = {entry.filename.replace("\\", "/").lower() for entry in entries}
    if any(name.startswith("xl/") and name.endswith(".bin") and "workbook" in name for name in names):
        raise UnreadableFile(f"不支持 .xlsb（二进制工作簿）。{RESAVE}")
    is_ods = "content.xml" in names
    if not is_ods and not any(name.startswith("xl/") for name in names):
        raise UnreadableFile(_other_zip(names))
    with path.open("rb") as file:
        for entry in entries:
            name = entry.filename.lower()
            if not name.endswith((".xml", ".rels")):
                continue
            if is_ods and name == "content.xml":
                _check_ods_grid(b"".join(_inflate(file, entry)))
            elif is_ods and name == "meta-inf/manifest.xml":
                if b"encryption-data" in b"".join(_inflate(file, entry)):
                    raise UnreadableFile(ENCRYPTED)
            else:
                _check_xlsx_grid(file, entry)


def _other_zip(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return f"这是 Word 文档，不是表格文件。{WANTED}"
    if any(name.startswith("ppt/") for name in names):
        return f"这是 PPT 演示文稿，不是表格文件。{WANTED}"
    return f"这是压缩包，不是表格文件。请先解压，{WANTED}"


def _check_directory(entries: list[zipfile.ZipInfo], packed: int) -> None:
    if len(entries) > MAX_ZIP_ENTRIES:
        raise UnreadableFile(f"文件内部条目过多，不是正常的工作簿。{RESAVE}")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableFile(ENCRYPTED)
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise UnreadableFile(f"文件使用了不支持的压缩方式。{RESAVE}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES or (
        unpacked > RATIO_MATTERS_ABOVE and unpacked > MAX_RATIO * max(packed, 1)
    ):
        raise UnreadableFile(
            f"文件解压后有 {unpacked / 2**20:.0f} MB（压缩前后相差 {unpacked // max(packed, 1)} 倍），"
            "疑似压缩炸弹，已拒绝读取。请删去多余的格式和空白区域，或拆分后再上传。"
        )


def _inflate(file: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's content, held to the size that the directory declares (a forged one is refused)."""
    if entry.header_offset < 0:
        raise UnreadableFile(BROKEN)
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise UnreadableFile(BROKEN)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    position = entry.header_offset + 30 + name_length + extra_length
    left, produced = entry.compress_size, 0
    stored = entry.compress_type == zipfile.ZIP_STORED
    unpack = zlib.decompressobj(-15)
    while left > 0:
        file.seek(position)
        packed = file.read(min(left, 2**16))
        if not packed:
            raise UnreadableFile(BROKEN)
        position, left = position + len(packed), left - len(packed)
        while packed:
            try:
                chunk = packed if stored else unpack.decompress(packed, _CHUNK)
            except zlib.error:
                raise UnreadableFile(BROKEN) from None
            packed = b"" if stored else unpack.unconsumed_tail
            produced += len(chunk)
            if produced > entry.file_size:
                raise UnreadableFile(BROKEN)
            yield chunk
    if not stored:
        while chunk := unpack.decompress(b"", _CHUNK):
            produced += len(chunk)
            if produced > entry.file_size:
                raise UnreadableFile(BROKEN)
            yield chunk
    if produced != entry.file_size:
        raise UnreadableFile(BROKEN)


_ANY_PLACE = re.compile(rb"\br=[\"']([A-Za-z]{0,3})(\d{1,9})[\"']")
_FILLED_PLACE = re.compile(
    rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]{1,3})(\d{1,9})[\"'][^>]*(?<!/)>(?!\s*</)"
)
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?:\s(?![^>]*\br=)[^>]*)?(?<!/)>(?!\s*</)")


def _check_xlsx_grid(file: IO[bytes], entry: zipfile.ZipInfo) -> None:
    """Refuse a sheet whose filled cells span a grid too big to lay out; blank formatted cells are free."""
    rows, columns, _ = _extent(file, entry, _ANY_PLACE)
    if rows * columns > MAX_CELLS:
        filled_rows, filled_columns, unplaced = _extent(file, entry, _FILLED_PLACE)
        if not unplaced:
            rows, columns = filled_rows, filled_columns
    _refuse_big_grid(rows, columns)


def _extent(file: IO[bytes], entry: zipfile.ZipInfo, places: re.Pattern[bytes]) -> tuple[int, int, bool]:
    last_row, last_column, unplaced = 0, "", False
    tail = b""
    for chunk in _inflate(file, entry):
        text = tail + chunk
        found = set(places.findall(text))
        last_row = max(last_row, max((int(row) for _, row in found), default=0))
        letters = {column.decode().upper() for column, _ in found}
        last_column = max(letters | {last_column}, key=lambda column: (len(column), column))
        unplaced = unplaced or (places is _FILLED_PLACE and _UNPLACED.search(text) is not None)
        tail = text[-512:]
    return last_row, _column_number(last_column), unplaced


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


_ODS_PIECE = re.compile(
    rb"<table:table-row\b([^>]*)>|<table:(?:covered-)?table-cell\b([^>]*)>|</table:table-row>"
)
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=[\"'](\d{1,9})[\"']")


def _check_ods_grid(content: bytes) -> None:
    """The same for OpenDocument, where one element may stand for a million rows or columns."""
    rows = columns = blank_rows = row_repeat = width = blank_cells = 0
    for piece in _ODS_PIECE.finditer(content):
        row, cell = piece.groups()
        if row is not None:
            row_repeat, width, blank_cells = _repeat(row), 0, 0
        elif cell is not None:
            if cell.endswith(b"/") and b"value" not in cell:
                blank_cells += _repeat(cell)
            else:
                width += blank_cells + _repeat(cell)
                blank_cells = 0
        elif width:
            rows, blank_rows = rows + blank_rows + row_repeat, 0
            columns = max(columns, width)
        else:
            blank_rows += row_repeat
    _refuse_big_grid(rows, columns)


def _repeat(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1]) if found else 1


def _refuse_big_grid(rows: int, columns: int) -> None:
    if rows * columns > MAX_CELLS:
        raise UnreadableFile(
            f"工作表过大：内容延伸到第 {rows} 行、第 {columns} 列，超出可读取的范围。"
            "请删去远处的多余单元格，或拆分后分次上传。"
        )
