"""The virus scanner: clamd at settings.CLAMAV. Where it is set and does not answer, no file is taken."""

from __future__ import annotations

import re
import socket
import struct
from typing import BinaryIO

from django.conf import settings

from liaison.files.refusal import FileRefused

_UNIX = "unix:"
_CHUNK = 64 * 1024  # bytes sent at a time
_LONGEST = 4096  # bytes of an answer: a name and a verdict, on one line
_FOUND = re.compile(r"stream: (.+) FOUND")


def scan(file: BinaryIO) -> None:
    """Ask clamd about the file; nothing to ask where no address is set. Raises FileRefused."""
    address: str = settings.CLAMAV
    if not address:
        return
    try:
        answer = _ask(address, file)
    except (OSError, ValueError, OverflowError):
        raise FileRefused("病毒扫描暂时不可用，没有上传。请稍后再试，或联系管理员。") from None
    if answer == "stream: OK":
        return
    if virus := _FOUND.fullmatch(answer):
        raise FileRefused(f"发现病毒（{virus[1]}），没有上传。请先杀毒。")
    if answer.startswith("INSTREAM size limit exceeded"):
        raise FileRefused("文件超过病毒扫描的大小上限，没有上传。请压缩图片或拆分后再传。")
    raise FileRefused("病毒扫描没有给出结果，没有上传。请稍后再试，或联系管理员。")


def _ask(address: str, file: BinaryIO) -> str:
    """clamd's one line about the file, by its INSTREAM command: chunks, each behind its length, then none."""
    with _connected(address) as line:
        file.seek(0)
        try:
            line.sendall(b"nINSTREAM\n")
            while chunk := file.read(_CHUNK):
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # clamd stops listening once a file is too large, and has said so
        with line.makefile("rb") as words:
            return words.readline(_LONGEST).decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    seconds: float = settings.CLAMAV_SECONDS
    if not address.startswith(_UNIX):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=seconds)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(seconds)
    try:
        line.connect(address.removeprefix(_UNIX))
    except OSError:
        line.close()
        raise
    return line
