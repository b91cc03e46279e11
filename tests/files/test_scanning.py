"""The virus scanner: asked where it is set; without its word no file is taken."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from liaison.files import FileRefused, check_upload
from tests.files.samples import PDF, upload


class Clamd:
    """A clamd as far as INSTREAM goes: reads the chunks to their end and gives the answer it was told to."""

    def __init__(self, folder: str) -> None:
        self.path = str(Path(folder) / "clamd")
        self.answer = b"stream: OK\n"
        self.received: list[bytes] = []
        self.takes = 2**31  # bytes: more, and it answers and hangs up in the middle of the file
        self.is_silent = False
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(self.path)
        self.socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as words:
                assert words.read(10) == b"nINSTREAM\n"
                data = b""
                while len(data) <= self.takes and (size := struct.unpack("!L", words.read(4))[0]):
                    data += words.read(size)
                self.received.append(data)
                if self.is_silent:
                    words.read(1)  # until whoever asks gives up
                    continue
                with suppress(OSError):  # whoever asks may have heard enough
                    line.sendall(self.answer)


@pytest.fixture
def clamd(settings) -> Iterator[Clamd]:
    with TemporaryDirectory(dir="/tmp") as folder:  # a socket's path must be short
        server = Clamd(folder)
        settings.CLAMAV = f"unix:{server.path}"
        yield server
        server.socket.close()


def test_a_clean_file_passes_and_was_sent_whole(clamd: Clamd):
    check_upload(upload(PDF * 50, "方案.pdf"))
    assert clamd.received == [PDF * 50]


def test_a_virus_is_refused_by_name(clamd: Clamd):
    clamd.answer = b"stream: Eicar-Test-Signature FOUND\n"
    with pytest.raises(FileRefused, match=r"“方案\.pdf”没有上传：发现病毒（Eicar-Test-Signature）"):
        check_upload(upload(PDF, "方案.pdf"))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"INSTREAM size limit exceeded. ERROR\n", "大小上限"),
        (b"stream: Heuristics broken ERROR\n", "没有给出结果"),
        (b"stream: not OK\n", "没有给出结果"),
        (b"OK\n", "没有给出结果"),
        (b"stream: OK, or so", "没有给出结果"),
        (b"\xff\xfe\n", "没有给出结果"),
        (b"", "没有给出结果"),
    ],
)
def test_anything_but_a_clear_word_refuses(clamd: Clamd, answer: bytes, why: str):
    clamd.answer = answer
    with pytest.raises(FileRefused, match=why):
        check_upload(upload(PDF, "方案.pdf"))


def test_a_file_too_large_for_the_scanner_is_refused_though_it_hangs_up_in_the_middle(clamd: Clamd):
    clamd.answer, clamd.takes = b"INSTREAM size limit exceeded. ERROR\n", 200_000
    with pytest.raises(FileRefused, match=r"大小上限|暂时不可用"):
        check_upload(upload(PDF + b"\n%" + b"x" * 3_000_000 + PDF, "方案.pdf"))


def test_a_scanner_that_keeps_silent_is_not_waited_for_for_ever(clamd: Clamd, settings):
    clamd.is_silent, settings.CLAMAV_SECONDS = True, 0.2
    with pytest.raises(FileRefused, match="病毒扫描暂时不可用，没有上传"):
        check_upload(upload(PDF, "方案.pdf"))
    clamd.is_silent = False
    check_upload(upload(PDF, "方案.pdf"))  # and is asked again next time


def test_an_answer_without_end_is_not_read_for_ever(clamd: Clamd):
    clamd.answer = b"x" * 1_000_000
    with pytest.raises(FileRefused, match="没有给出结果"):
        check_upload(upload(PDF, "方案.pdf"))


def test_without_an_answer_no_file_is_taken(settings):
    settings.CLAMAV = "unix:/nowhere/clamd"
    with pytest.raises(FileRefused, match="病毒扫描暂时不可用，没有上传"):
        check_upload(upload(PDF, "方案.pdf"))
    settings.CLAMAV = "127.0.0.1:1"
    with pytest.raises(FileRefused, match="病毒扫描暂时不可用，没有上传"):
        check_upload(upload(PDF, "方案.pdf"))


def test_a_wrong_address_is_no_way_round(settings):
    settings.CLAMAV = "clamd"
    with pytest.raises(FileRefused, match="病毒扫描暂时不可用"):
        check_upload(upload(PDF, "方案.pdf"))


def test_what_is_no_attachment_is_not_even_asked_about(clamd: Clamd):
    with pytest.raises(FileRefused):
        check_upload(upload(b"MZ" + b"\0" * 90, "x.pdf"))
    assert clamd.received == []
