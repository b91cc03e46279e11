"""The virus scanner: clamd at settings.CLAMAV. Where it is set and does not answer, no file is taken."""

from __future__ import annotations

from typing import BinaryIO

from clamav_client.clamd import BufferTooLongError, ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from django.conf import settings

from liaison.files.refusal import FileRefused

_UNIX = "unix:"


def scan(file: BinaryIO) -> None:
    """Ask clamd about the file; nothing to ask where no address is set. Raises FileRefused."""
    address: str = settings.CLAMAV
    if not address:
        return
    file.seek(0)
    try:
        answer = _scanner(address).instream(file)
        status, virus = answer["stream"]
    except BufferTooLongError:
        raise FileRefused("文件超过病毒扫描的大小上限，没有上传。请压缩图片或拆分后再传。") from None
    except (ClamdError, OSError, ValueError, KeyError):
        raise FileRefused("病毒扫描暂时不可用，没有上传。请稍后再试，或联系管理员。") from None
    if status == "FOUND":
        raise FileRefused(f"发现病毒（{virus}），没有上传。请先杀毒。")
    if status != "OK":
        raise FileRefused("病毒扫描没有给出结果，没有上传。请稍后再试，或联系管理员。")


def _scanner(address: str) -> ClamdNetworkSocket | ClamdUnixSocket:
    if address.startswith(_UNIX):
        return ClamdUnixSocket(path=address.removeprefix(_UNIX), timeout=settings.CLAMAV_SECONDS)
    host, _, port = address.rpartition(":")
    return ClamdNetworkSocket(host=host, port=int(port), timeout=settings.CLAMAV_SECONDS)
