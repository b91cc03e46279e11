"""From an upload to a file that may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File

from liaison.choices import FileKind
from liaison.files.kinds import judge
from liaison.files.names import clean_name, display_name, extension_of
from liaison.files.pictures import redraw
from liaison.files.refusal import FileRefused
from liaison.files.scanning import scan


@dataclass(frozen=True)
class Checked:
    """A file that was judged, scanned and cleaned; made by `check_upload` and by nothing else."""

    name: str  # as shown
    kind: FileKind
    size: int  # bytes
    sha256: str
    content: File[bytes]


def check_upload(upload: File[bytes]) -> Checked:
    """Judge, scan and clean one uploaded file; raises FileRefused, which names it and says why."""
    name = clean_name(upload.name or "")
    try:
        return _checked(upload, name)
    except FileRefused as refusal:
        raise FileRefused(f"“{name or '附件'}”没有上传：{refusal}") from None


def _checked(upload: File[bytes], name: str) -> Checked:
    most = settings.FILE_MAX_BYTES
    if not upload.size:
        raise FileRefused("是空文件。")
    if upload.size > most:
        raise FileRefused(f"超过 {most // 1024 // 1024} MB 的上限，请压缩或拆分后再传。")
    file = cast("BinaryIO", upload)
    kind = judge(file, extension_of(name))
    scan(file)
    content: File[bytes] = upload
    if kind.is_picture:
        content = ContentFile(redraw(file, kind))
    digest, size = sha256(), 0
    content.seek(0)
    for chunk in content.chunks():
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    return Checked(display_name(name, kind), kind, size, digest.hexdigest(), content)
