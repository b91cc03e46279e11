"""The launcher with real servers: what it starts serves, and nothing of it is ever left behind."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.engine.servers import lock_file

ROOT = Path(__file__).resolve().parent.parent.parent
STACK = [sys.executable, "tools/stack.py"]
USE_ALL_THREE = """
import os, psycopg2, redis, kombu, django
from django.db import connection
from django.conf import settings
django.setup()
with connection.cursor() as cursor:
    cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
    assert cursor.fetchone() == ("C.UTF-8",)
assert redis.Redis.from_url(os.environ["REDIS_URL"] + "?db=63").ping()
with kombu.Connection(settings.CELERY_BROKER_URL) as broker:
    queue = broker.SimpleQueue("try")
    queue.put("你好")
    assert queue.get(timeout=5).payload == "你好"
raise SystemExit(7)
"""


class Launched:
    """A launcher under test and everything below it."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*STACK, *words],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def until_it_says(self, words: str) -> str:
        assert self.process.stdout
        while words not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended without saying {words!r}:\n{self.said}"
            self.said += line
        return self.said

    def descendants(self) -> set[int]:
        found, todo = set(), [self.process.pid]
        while todo:
            for task in Path(f"/proc/{todo.pop()}/task").glob("*/children"):
                below = [int(pid) for pid in task.read_text().split()]
                todo += below
                found.update(below)
        return found

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        assert self.process.stdout
        self.process.stdout.close()
        return self.process.wait(30)


@pytest.fixture
def launch() -> Iterator[type[Launched]]:
    started = []

    class Recorded(Launched):
        def __init__(self, *words: str, **environment: str) -> None:
            super().__init__(*words, **environment)
            started.append(self.process)

    yield Recorded
    for process in started:
        if process.stdout:
            process.stdout.close()
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A trial's data; as root its PostgreSQL may live behind a link (tools/engine/accounts.py)."""
    yield tmp_path / "var"
    link = tmp_path / "var" / "postgres"
    if link.is_symlink():
        shutil.rmtree(link.resolve())


def living(pids: set[int]) -> set[int]:
    alive = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            alive.add(pid)
    return alive


def all_gone(pids: set[int], *, within: float = 15) -> bool:
    deadline = time.monotonic() + within
    while living(pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def status_of_healthz(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_command_gets_both_servers_and_its_exit_code_is_handed_back():
    result = subprocess.run([*STACK, "run", "--", sys.executable, "-c", USE_ALL_THREE], cwd=ROOT, check=False)
    assert result.returncode == 7


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_launcher_that_is_ended_leaves_no_process(launch: type[Launched], how: signal.Signals):
    launched = launch("run", "--", "sh", "-c", "echo $REDIS_URL; exec sleep 60")
    said = launched.until_it_says("/valkey")
    below = launched.descendants()
    assert len(living(below)) > 5  # PostgreSQL with its own children, Valkey, the command
    launched.end(how)
    assert all_gone(below)
    if how == signal.SIGTERM:  # after a SIGKILL the next start sweeps the folder
        assert not Path(re.search(r"unix://(\S+)/valkey", said)[1]).exists()  # type: ignore[index]


def test_a_trial_serves_refuses_a_second_and_dies_whole(data: Path, launch: type[Launched]):
    port = free_port()
    words = ("--data", str(data), "serve", "--no-seed", "--port", str(port))
    # DEBUG only spares the long collecting of static files; own servers, whatever this test runs beside.
    quick = {"DEBUG": "1", "DATABASE_URL": "", "REDIS_URL": "", "STATIC_ROOT": str(data / "static")}
    first = launch(*words, **quick)
    first.until_it_says(f"http://127.0.0.1:{port}/")
    assert status_of_healthz(port) == 200

    second = launch(*words, **quick)
    assert second.process.wait(30) == 1
    assert second.until_it_says("已在运行").strip().count("\n") == 0
    assert f"http://127.0.0.1:{port}/" in second.said

    below = first.descendants()
    assert len(living(below)) > 10
    first.end(signal.SIGKILL)
    assert all_gone(below)

    again = launch(*words, **quick)  # at once, on the same data
    again.until_it_says(f"http://127.0.0.1:{port}/")
    below = again.descendants()
    assert again.end(signal.SIGINT) == 0
    assert all_gone(below)
    assert (data / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_busy_port_is_one_clear_line(data: Path, launch: type[Launched]):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        launched = launch("--data", str(data), "serve", "--port", str(port))
        assert launched.process.wait(30) == 1
    assert launched.until_it_says(f"端口 {port} 不可用").strip().count("\n") == 0


def test_a_lock_is_held_by_one_process_at_a_time(tmp_path: Path):
    held = lock_file(tmp_path / "lock")
    assert held is not None
    assert lock_file(tmp_path / "lock") is None
    os.close(held)
    again = lock_file(tmp_path / "lock")
    assert again is not None
    os.close(again)
