"""Files of every sort, made here: honest ones, and lies."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_MAIN = {
    "docx": "wordprocessingml.document.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
    "pptx": "presentationml.presentation.main+xml",
}


def upload(data: bytes, name: str = "材料") -> SimpleUploadedFile:
    """The file as a browser sends it, with the media type of somebody who lies."""
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def zipped(*names: str, **parts: bytes) -> bytes:
    """A zip with these members, empty, and these with something inside."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"x")
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def office(kind: str, *more: str, main: str = "") -> bytes:
    """An office document as far as its directory goes."""
    said = f"application/vnd.openxmlformats-officedocument.{_MAIN[kind]}"
    types = f'<Types><Override PartName="/main.xml" ContentType="{main or said}"/></Types>'
    return zipped("main.xml", *more, **{"[Content_Types].xml": types.encode()})


def old_office(*streams: str) -> bytes:
    """A compound file (.doc, .xls, .ppt) with these streams at its top, 4 KB each."""
    each, free, end, fat_mark = 8, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fat = [fat_mark]
    entries = [_entry("Root Entry", 5, child=1 if streams else free, start=end, size=0)]
    directory = (len(streams) + 1 + 3) // 4  # four entries to a sector
    fat += [len(fat) + n + 1 for n in range(directory - 1)] + [end]
    for number, name in enumerate(streams, start=1):
        start = len(fat)
        fat += [start + n + 1 for n in range(each - 1)] + [end]
        right = number + 1 if number < len(streams) else free
        entries.append(_entry(name, 2, right=right, start=start, size=each * 512))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 6 + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    fat += [free] * (128 - len(fat))
    body = b"".join(entries).ljust(directory * 512, b"\0") + b"\1" * (len(streams) * each * 512)
    return header + struct.pack("<128I", *fat) + body


def _entry(
    name: str, sort: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF, start: int, size: int
) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), sort, 1)
    links = struct.pack("<III", 0xFFFFFFFF, right, child)
    return head + links + b"\0" * 36 + struct.pack("<IQ", start, size)


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    """A picture, red at its top left corner and blue elsewhere."""
    image = Image.new("RGB", size, (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def with_place(form: str = "JPEG", orientation: int = 6) -> bytes:
    """A picture as a phone takes it: on its side, and saying where and with what it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "某牌手机"
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (33.0, 4.0, 12.5), 3: "E", 4: (107.0, 1.0, 30.25)}  # where the factory stands
    )
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>33,4.2N</exif:GPSLatitude></x:xmpmeta>'
    options: dict[str, object] = {"exif": exif}
    if form in ("JPEG", "WEBP"):
        options["xmp"] = xmp
    if form == "JPEG":
        options["comment"] = b"GPS 33.07 107.02"
    return picture(form, **options)
