"""Start children that never outlive us, and stop them in good order."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

GRACE_SECONDS = 10
PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """Something the person at the terminal must know, in one line."""


class Stopped(BaseException):
    """We were told to stop by a signal."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.code = 128 + signum


@dataclass(frozen=True)
class Account:
    """Another user to run a child as (only root can)."""

    name: str
    uid: int
    gid: int


@dataclass
class Child:
    """One child process in a session of its own, with the signal that stops it politely."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def tell(self, signum: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signum)

    def kill_group(self) -> None:
        """End whatever of its session is left, grandchildren included."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def log_tail(self, size: int = 2000) -> str:
        try:
            return self.log.read_bytes()[-size:].decode(errors="replace").strip()
        except OSError:
            return ""


def say(line: str) -> None:
    """Tell the person at the terminal, if it is still there: after a hang-up it is not."""
    try:
        print(line, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def spawn(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    orphan_signal: signal.Signals | None = None,
    account: Account | None = None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Child:
    """Start a child in its own session, so that Ctrl-C reaches only us; Linux signals it when we die."""
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_before_exec(orphan_signal or stop_signal),
            env=env,
            cwd=cwd,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    return Child(name, process, log, stop_signal)


def run_command(command: Sequence[str], *, env: dict[str, str] | None = None, told: list[int]) -> int:
    """Run a command on our own terminal until it ends, handing on the signals that only we got."""
    process = subprocess.Popen(command, env=env, preexec_fn=_before_exec(signal.SIGTERM))  # noqa: S603
    deadline: float | None = None
    passed = 0
    while True:
        try:
            code = process.wait(timeout=0.2)
            return 128 - code if code < 0 else code
        except subprocess.TimeoutExpired:
            pass
        for signum in told[passed:]:
            passed += 1
            if signum == signal.SIGINT and _in_foreground():
                continue  # the terminal gave it to the command as well; it decides
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signum)
            deadline = deadline or time.monotonic() + GRACE_SECONDS
        if deadline and time.monotonic() > deadline:
            process.kill()


def stop_all(children: Sequence[Child], *, grace: float = GRACE_SECONDS) -> list[str]:
    """Stop children together; after the grace the rest is killed. Returns the names of the killed."""
    for child in children:
        if child.alive:
            child.tell(child.stop_signal)
    deadline = time.monotonic() + grace
    killed = []
    for child in children:
        while child.alive and time.monotonic() < deadline:
            time.sleep(0.02)
        if child.alive:
            killed.append(child.name)
        child.kill_group()
    return killed


def wait_until(ready: Callable[[], bool], child: Child, *, seconds: float = 30) -> None:
    """Wait for a child to serve; its last words are in the refusal if it does not."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.alive or time.monotonic() > deadline:
            said = child.log_tail()
            raise Trouble(f"{child.name} 未能启动，日志 {child.log} 末尾：\n{said}")
        time.sleep(0.02)


def stop_on_signals() -> None:
    """Turn Ctrl-C, TERM and HUP into Stopped; only nohup keeps its word."""

    def told(signum: int, frame: FrameType | None) -> NoReturn:
        raise Stopped(signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, told)


def note_signals() -> list[int]:
    """Collect the signals that arrive instead of acting on them."""
    told: list[int] = []
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, lambda number, frame: told.append(number))
    return told


def ignore_signals() -> None:
    """While we are stopping, one more Ctrl-C changes nothing."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)


def _before_exec(orphan_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def in_child() -> None:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(signum, signal.SIG_DFL)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(orphan_signal))
            if os.getppid() != parent:  # it died in between: nobody would tell us
                os._exit(1)

    return in_child


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
