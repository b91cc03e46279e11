"""A real Celery worker for tests of jobs: its own process, on the real Valkey, beside the test database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def _own_database(url: str) -> str:
    """Each xdist worker has a Valkey database of its own: `?db=` of the launcher's URL."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    if "db=" in url or not url.startswith("unix://"):
        return url
    return f"{url}?db={number}"


settings.REDIS_URL = _own_database(settings.REDIS_URL)
settings.CELERY_BROKER_URL = settings.REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=", "?virtual_host=", 1
)


@dataclass
class Worker:
    """A running worker that a test may kill and start again."""

    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, **environment: str) -> None:
        """Start it and wait until it takes tasks."""
        server = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))
        env = os.environ | {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL} | environment
        command = [
            sys.executable, "-m", "celery", "-A", "liaison", "worker", "--loglevel=INFO", "--concurrency=1",
            "--without-gossip", "--without-mingle", f"--hostname={uuid.uuid4().hex}@%h",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            seen = log.tell()
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while b" ready." not in self.log.read_bytes()[seen:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{self.tail()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to the worker and its children, as a machine that loses power would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to finish; kill it after ten seconds."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def tail(self) -> str:
        """The last lines of its log, for a failure's message."""
        return self.log.read_text(errors="replace")[-4000:]


@pytest.fixture
def idle_worker(transactional_db: None, tmp_path: Path) -> Iterator[Worker]:
    """A worker that the test itself starts, kills and starts again; its broker is empty at first."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    worker = Worker(log=tmp_path / "worker.log")
    try:
        yield worker
    finally:
        worker.stop()
        redis.Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def worker(idle_worker: Worker) -> Worker:
    """A worker that is running."""
    idle_worker.start()
    return idle_worker
