"""What a file is, by its content: never by its name, never by what the browser says.

What we take is opened by a real reader (zip directory, OLE directory, text decoder; pictures by Pillow in
`pictures`); what we refuse is named with puremagic's help, so that the user learns what it really is.
"""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO

import olefile
import puremagic

from liaison.choices import FileKind
from liaison.files.refusal import FileRefused

_HEAD = 8192
_MOST_MEMBERS = 20_000  # of an office document; a zip bomb has more, and takes long to list
_MOST_UNPACKED = 300 * 1024 * 1024  # bytes of all members: what a reader's Word has to hold
_MOST_DIRECTORY = 2 * 1024 * 1024  # bytes of [Content_Types].xml, unpacked
_TAKEN = "可上传 PDF、Word、Excel、PPT、OFD、JPG、PNG、WebP 和纯文本（txt、csv）"

_PICTURES = ((b"\xff\xd8\xff", FileKind.JPG), (b"\x89PNG\r\n\x1a\n", FileKind.PNG))
_OFFICE = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": FileKind.DOCX,
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": FileKind.XLSX,
    b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": FileKind.PPTX,
}
_OLD_OFFICE = (
    ("WordDocument", FileKind.DOC),
    ("Workbook", FileKind.XLS),
    ("Book", FileKind.XLS),
    ("PowerPoint Document", FileKind.PPT),
)
_MACROS = {"macros", "vba", "_vba_project", "_vba_project_cur"}
_IN_ZIP = (
    ("AndroidManifest.xml", "安卓安装包（apk）"),
    ("META-INF/MANIFEST.MF", "Java 程序包（jar）"),
    ("mimetype", "OpenDocument 文档或电子书"),
)
_MARKUP = (
    (re.compile(r"<svg\b"), "矢量图（SVG，可以夹带脚本）"),
    (re.compile(r"<!doctype html|<html\b|<head\b|<body\b|<script\b|<iframe\b"), "网页（HTML）"),
    (re.compile(r"<\?php"), "程序脚本"),
    (re.compile(r"^<"), "标记语言文件（XML）"),
    (re.compile(r"^\{\\rtf"), "RTF 文档"),
    (re.compile(r"^%!ps"), "PostScript 文件"),
    (re.compile(r"^#!|^@echo\b"), "程序脚本"),
)
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")
# What puremagic calls it (its extension) → what the user calls it.
_NAMES = {
    **dict.fromkeys(("exe", "dll", "drv", "sys", "scr", "com"), "可执行程序"),
    **dict.fromkeys(("heic", "heif", "heics", "avif"), "HEIC 照片"),
    **dict.fromkeys(("gif", "bmp", "dib", "tif", "tiff", "ico", "psd", "jp2", "dng"), "其他格式的图片"),
    **dict.fromkeys(("rar", "7z", "zip", "gz", "tgz", "tar", "bz2", "xz", "cab", "iso"), "压缩包"),
    **dict.fromkeys(("mp4", "mov", "avi", "mkv", "webm", "wmv", "flv", "3gp", "m4v", "mpg"), "视频"),
    **dict.fromkeys(("mp3", "wav", "m4a", "amr", "aac", "flac", "ogg", "wma"), "录音"),
    **dict.fromkeys(("html", "htm", "xhtml"), "网页（HTML）"),
    "lnk": "快捷方式",
    "svg": "矢量图（SVG，可以夹带脚本）",
    "class": "Java 程序",
}


def judge(file: BinaryIO, extension: str) -> FileKind:
    """What the file is; raises FileRefused, saying what it is instead, for what we do not take.

    The extension only ever makes the judgement stricter: scripts of all sorts are plain text too.
    """
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(b"%PDF-"):
        return _pdf(file)
    for mark, kind in _PICTURES:
        if head.startswith(mark):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(file)
    if head.startswith(olefile.MAGIC):
        return _in_ole(file)
    return _text(file, head, extension)


def _pdf(file: BinaryIO) -> FileKind:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 2048))
    if b"%%EOF" not in file.read():
        raise FileRefused("PDF 不完整，可能没有传完，请重新导出后再传。")
    return FileKind.PDF


def _in_zip(file: BinaryIO) -> FileKind:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise FileRefused(f"内容是压缩包，里面有 {len(members)} 个文件，不能上传。")
            if sum(member.file_size for member in members) > _MOST_UNPACKED:
                most = _MOST_UNPACKED // 1024 // 1024
                raise FileRefused(f"解开后超过 {most} MB，打开会拖垮电脑，不能上传。请压缩里面的图片后再传。")
            names = {member.filename for member in members}
            if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
                raise FileRefused("文档含有宏（可自动运行的程序），请另存为不含宏的格式再传。")
            if "[Content_Types].xml" in names:
                return _office(archive)
            if "OFD.xml" in names:
                return FileKind.OFD
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise FileRefused("文件已损坏或加了密码，打不开，请检查后再传。") from None
    what = next((word for name, word in _IN_ZIP if name in names), "压缩包")
    raise FileRefused(f"内容是{what}，不能上传。请逐个上传里面的文件；{_TAKEN}。")


def _office(archive: zipfile.ZipFile) -> FileKind:
    """Which of Word, Excel and PowerPoint the package says that its main part is."""
    if archive.getinfo("[Content_Types].xml").file_size > _MOST_DIRECTORY:
        raise FileRefused("文件已损坏，打不开，请检查后再传。")
    with archive.open("[Content_Types].xml") as part:
        listed = part.read(_MOST_DIRECTORY)
    if b"macroenabled" in listed.lower():
        raise FileRefused("文档是启用宏的格式（可自动运行程序），请另存为不含宏的格式再传。")
    found = {kind for name, kind in _OFFICE.items() if b'"' + name + b'"' in listed}
    if len(found) != 1:
        raise FileRefused(f"内容不是普通的 Word、Excel 或 PPT 文档，不能上传。{_TAKEN}。")
    return found.pop()


def _in_ole(file: BinaryIO) -> FileKind:
    """Word, Excel and PowerPoint as they were until 2003, WPS's own formats among them."""
    file.seek(0)
    try:
        with olefile.OleFileIO(file) as document:
            parts = document.listdir(streams=True, storages=True)
    except Exception:  # olefile raises whatever a broken directory leads it to
        raise FileRefused("文件已损坏，打不开，请检查后再传。") from None
    if any(part.lower() in _MACROS for path in parts for part in path):
        raise FileRefused("文档含有宏（可自动运行的程序），请另存为不含宏的格式再传。")
    top = {path[0] for path in parts}
    if "EncryptedPackage" in top:
        raise FileRefused("文档加了密码，无法检查，请去掉密码后再传。")
    for name, kind in _OLD_OFFICE:
        if name in top:
            return kind
    what = "邮件" if "__properties_version1.0" in top else "安装包或其他程序的文件"
    raise FileRefused(f"内容是{what}，不能上传。{_TAKEN}。")


def _text(file: BinaryIO, head: bytes, extension: str) -> FileKind:
    file.seek(0)
    words = _decoded(file.read())
    if words is None:
        raise FileRefused(_what_it_is(head))
    start = words.lstrip("\ufeff \t\r\n").lower()[:_HEAD]
    for mark, what in _MARKUP:
        if mark.search(start):
            raise FileRefused(f"内容是{what}，不能上传。{_TAKEN}。")
    if extension not in ("", "txt", "csv"):
        raise FileRefused(f"纯文本只收 .txt 和 .csv，不收 .{extension}。{_TAKEN}。")
    return FileKind.CSV if extension == "csv" else FileKind.TXT


def _decoded(data: bytes) -> str | None:
    """The text, if that is what the bytes are."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            words = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _NOT_IN_TEXT.search(words) else words
    return None


def _what_it_is(head: bytes) -> str:
    if head.startswith((b"MZ", b"\x7fELF")):
        return f"内容是可执行程序，不能上传。{_TAKEN}。"
    try:
        guesses = [guess.extension.lstrip(".").lower() for guess in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        guesses = []
    what = next((_NAMES[guess] for guess in guesses if guess in _NAMES), None)
    if what == "HEIC 照片":
        return "内容是 HEIC 照片，多数电脑打不开。请在手机“设置—相机—格式”里选“兼容性最佳”，或转成 JPG 再传。"
    if what is not None:
        return f"内容是{what}，不能上传。{_TAKEN}。"
    return f"认不出是什么文件，不能上传。{_TAKEN}。"
