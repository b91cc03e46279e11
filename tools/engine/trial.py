"""The whole product on this machine, under one process, with its data in var/."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools.engine.accounts import cluster_folder, database_account, own_folder
from tools.engine.processes import (
    Account,
    Child,
    Stopped,
    Trouble,
    ignore_signals,
    note_signals,
    run_command,
    say,
    spawn,
    stop_all,
    stop_on_signals,
    wait_until,
)
from tools.engine.servers import RunFolder, lock_file, start_postgres, start_valkey

ROOT = Path(__file__).resolve().parent.parent.parent
LOG_LIMIT = 10 * 1024 * 1024
RESTARTS_A_MINUTE = 3
SCHEMA_FILES = ("*/migrations/*.py", "requirements/base.txt", "liaison/settings.py")
# The last old step of each room that its baseline stands for (ADR 15): data that stopped before cannot go on.
LAST_STEPS = {
    "liaison": "0013_digest",
    "companies": "0014_company_initials",
    "issues": "0023_look_at_what_waits",
    "assessment": "0002_initial",
}
STATIC_FILES = ("static/**/*", "requirements/base.txt", "liaison/settings.py")
NOTE = "running.json"
SETTLED = ("SECRET_KEY", "PUBLIC_URL", "MEDIA_ROOT", "STATIC_ROOT", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE")


@dataclass
class Trial:
    """What one `make run` needs to know."""

    host: str = "127.0.0.1"
    port: int = 8000
    seed: bool = True
    var: Path = ROOT / "var"
    servers: list[Child] = field(default_factory=list)
    programs: list[Child] = field(default_factory=list)
    steps: list[subprocess.Popen[bytes]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def own_name(self) -> str:
        """Where this machine itself reaches us."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def address(self) -> str:
        name = f"[{self.own_name}]" if ":" in self.own_name else self.own_name
        return f"http://{name}:{self.port}/"

    def log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"


def serve(trial: Trial) -> int:
    """Start everything, say where it is, and stay until told to stop or until a server dies."""
    stop_on_signals()
    _make_var(trial)
    held = _refuse_a_second(trial)
    folder: RunFolder | None = None
    try:
        _refuse_a_busy_port(trial)
        account = database_account(trial.var / "postgres", trial.var)
        folder = RunFolder(account)
        _start_servers(trial, folder, account)
        _settle(trial)
        _leave_note(trial)
        _prepare(trial)
        seeded = (trial.var / "demo").exists()
        sign_ins = [_manage(trial, "seed_demo", "--sign-ins", stdout=subprocess.PIPE)] if seeded else []
        _start_programs(trial)
        _announce(trial, sign_ins)
        return _watch(trial)
    except Stopped as stopped:
        say(f"\n正在停止（{signal.Signals(stopped.code - 128).name}）…")
        return 0
    finally:
        ignore_signals()
        (trial.var / NOTE).unlink(missing_ok=True)
        _write(held, "正在停止，请稍候再试")
        _drop_steps(trial)
        killed = stop_all(trial.programs[::-1]) + stop_all(trial.servers[::-1])
        if killed:
            say(f"未能按时退出，已强制结束：{'、'.join(killed)}")
        if folder:
            folder.remove()
        os.close(held)


def manage(trial: Trial, words: list[str]) -> int:
    """Run a manage.py command on the data that stays, beside the running trial or, if none runs, alone."""
    stop_on_signals()
    _make_var(trial)
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    held = lock_file(trial.var / "lock")
    if held is None:
        try:
            env = json.loads((trial.var / NOTE).read_text())
        except OSError as error:
            raise Trouble("系统正在启动或停止，请稍后再试。") from error
        code = run_command(command, env=os.environ | env, told=note_signals())
        return _note_demo(trial, words, code)
    _write(held, "manage.py " + " ".join(words[:1]))
    folder: RunFolder | None = None
    try:
        account = database_account(trial.var / "postgres", trial.var)
        folder = RunFolder(account)
        _start_servers(trial, folder, account)
        _settle(trial)
        if not _is_empty(trial.env["DATABASE_URL"]):
            _refuse_early_data(trial)
        _finish([_manage(trial, "migrate", "--verbosity", "0")])
        code = run_command(command, env=trial.env, told=note_signals())
        return _note_demo(trial, words, code)
    except Stopped as stopped:
        return stopped.code
    finally:
        ignore_signals()
        _drop_steps(trial)
        stop_all(trial.servers[::-1])
        if folder:
            folder.remove()
        os.close(held)


def _note_demo(trial: Trial, words: list[str], code: int) -> int:
    """Once the demo city is there, every start lists its sign-ins."""
    if words == ["seed_demo"] and code == 0:
        (trial.var / "demo-wanted").unlink(missing_ok=True)
        (trial.var / "demo").touch()
    return code


def _leave_note(trial: Trial) -> None:
    """How `manage` finds the running trial's servers; readable by its owner only."""
    note = trial.var / NOTE
    note.unlink(missing_ok=True)
    told = {name: trial.env[name] for name in ("DATABASE_URL", "REDIS_URL", *SETTLED)}
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(told, file)


def _make_var(trial: Trial) -> None:
    try:
        if not trial.var.exists():
            trial.var.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
        for name in ("log", "media", "valkey"):
            own_folder(trial.var / name, None)
    except OSError as error:
        raise Trouble(
            f"无法写入数据文件夹 {trial.var}：{error.strerror}（是否曾以其他用户启动过？）"
        ) from error
    for log in (trial.var / "log").glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def _refuse_a_second(trial: Trial) -> int:
    path = trial.var / "lock"
    held = lock_file(path)
    if held is None:
        raise Trouble(f"这份数据（{trial.var}）已在运行：{path.read_text().strip() or '正在启动'}")
    (trial.var / NOTE).unlink(missing_ok=True)
    _write(held, trial.address)
    return held


def _write(lock: int, words: str) -> None:
    """What a second one is told."""
    os.truncate(lock, 0)
    os.pwrite(lock, words.encode(), 0)


def _refuse_a_busy_port(trial: Trial) -> None:
    family = socket.AF_INET6 if ":" in trial.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for attempt in range(20):  # a web server whose launcher was killed takes a moment to leave
            try:
                probe.bind((trial.host, trial.port))
            except OSError as error:
                if attempt == 19:
                    raise Trouble(
                        f"端口 {trial.port} 不可用（{error.strerror}），请换一个：make run PORT=…"
                    ) from error
                time.sleep(0.1)
            else:
                return


def _start_servers(trial: Trial, folder: RunFolder, account: Account | None) -> None:
    """Embedded servers, unless the environment names others."""
    if not trial.env.get("DATABASE_URL"):
        postgres = start_postgres(
            data=cluster_folder(trial.var, account),
            sockets=folder.path / "s",
            log=trial.log("postgres"),
            account=account,
            durable=True,
        )
        trial.servers.append(postgres.child)
        trial.env["DATABASE_URL"] = postgres.url
    if not trial.env.get("REDIS_URL"):
        valkey = start_valkey(
            data=trial.var / "valkey", sockets=folder.path, log=trial.log("valkey"), durable=True
        )
        trial.servers.append(valkey.child)
        trial.env["REDIS_URL"] = valkey.url


def _settle(trial: Trial) -> None:
    """What Django must be told; what the caller's environment says comes first."""
    defaults = {
        "SECRET_KEY": _secret_key(trial.var / "secret_key"),
        "PUBLIC_URL": trial.address.rstrip("/"),
        "MEDIA_ROOT": str(trial.var / "media"),
        "STATIC_ROOT": str(trial.var / "static"),
    }
    trial.env = defaults | {name: value for name, value in trial.env.items() if value}
    names = [*trial.env.get("ALLOWED_HOSTS", "").split(","), "localhost", "127.0.0.1", "[::1]", trial.host]
    trial.env["ALLOWED_HOSTS"] = ",".join(dict.fromkeys(name for name in names if name))
    trial.env["DJANGO_SETTINGS_MODULE"] = "liaison.settings"


def _prepare(trial: Trial) -> None:
    """Migrate and collect static files where something changed; seed the demo city into an empty database."""
    waiting = trial.var / "demo-wanted"  # outlives a start that was broken off
    empty = _is_empty(trial.env["DATABASE_URL"])
    if not empty:
        _refuse_early_data(trial)
    elif trial.seed:
        waiting.touch()
    steps: dict[str, tuple[str, ...]] = {}
    own_database = any(server.name == "PostgreSQL" for server in trial.servers)
    if empty or not own_database or _changed(trial, "schema", SCHEMA_FILES):
        steps["schema"] = ("migrate",)
    if _changed(trial, "static", STATIC_FILES) or not Path(trial.env["STATIC_ROOT"]).exists():
        steps["static"] = ("collectstatic", "--noinput", "--clear")
    if steps:
        say("→ 准备数据表与静态文件")
        _finish([_manage(trial, *words, "--verbosity", "0") for words in steps.values()])
    for name in steps:
        _stamp(trial, name).write_text(_state(SCHEMA_FILES if name == "schema" else STATIC_FILES))
    if waiting.exists():
        say("→ 生成演示城市")
        _finish([_manage(trial, "seed_demo")])
        waiting.unlink()
        (trial.var / "demo").touch()


def _start_programs(trial: Trial) -> None:
    for name in ("web", "worker", "beat"):
        trial.programs.append(_start_program(trial, name))

    def ready() -> bool:
        connection = http.client.HTTPConnection(trial.own_name, trial.port, timeout=5)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == http.HTTPStatus.OK
            except OSError:
                return False

    wait_until(ready, trial.programs[0], seconds=120)


def _start_program(trial: Trial, name: str) -> Child:
    celery = [sys.executable, "-m", "celery", "-A", "liaison"]
    listen = f"[{trial.host}]:{trial.port}" if ":" in trial.host else f"{trial.host}:{trial.port}"
    command = {
        "web": [
            *(sys.executable, "-m", "gunicorn", "liaison.wsgi", "--bind", listen),
            *("--preload", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"),
            *("--access-logfile", "-"),
        ],
        "worker": [*celery, "worker", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "-l", "INFO", "--pidfile="],
    }[name]
    return spawn(
        name,
        command,
        log=trial.log(name),
        # A worker told to stop while it starts can hang, and without us nobody would end it. Its queue is
        # acks_late, so nothing is lost.
        orphan_signal=signal.SIGQUIT if name == "web" else signal.SIGKILL,
        env=trial.env,
        cwd=ROOT,
    )


def _announce(trial: Trial, sign_ins: list[subprocess.Popen[bytes]]) -> None:
    said = [step.communicate()[0].decode() for step in sign_ins]
    _finish(sign_ins)
    say(f"\n联企已就绪：{trial.address}")
    for text in said:
        say(f"\n{text.rstrip()}")
    say(f"\n数据与日志：{trial.var}    停止：Ctrl-C")


def _watch(trial: Trial) -> int:
    """A program that dies comes back, unless it keeps dying; without a server we cannot go on."""
    deaths: list[float] = []
    while True:
        time.sleep(0.5)
        for server in trial.servers:
            if not server.alive:
                raise Trouble(f"{server.name} 意外退出，日志 {server.log} 末尾：\n{server.log_tail()}")
        for place, child in enumerate(trial.programs):
            if child.alive:
                continue
            child.kill_group()
            now = time.monotonic()
            deaths = [*(moment for moment in deaths if now - moment < 60), now]
            if len(deaths) > RESTARTS_A_MINUTE:
                raise Trouble(f"{child.name} 反复退出，日志 {child.log} 末尾：\n{child.log_tail()}")
            say(f"{child.name} 意外退出，已重新启动（日志：{child.log}）")
            trial.programs[place] = _start_program(trial, child.name)


def _manage(trial: Trial, *words: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", *words]
    step = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=trial.env, stdin=subprocess.DEVNULL, stdout=stdout
    )
    trial.steps.append(step)
    return step


def _finish(steps: list[subprocess.Popen[bytes]]) -> None:
    for step, code in [(step, step.wait()) for step in steps]:
        if code:
            words = step.args if isinstance(step.args, list) else [step.args]
            raise Trouble(f"{' '.join(str(word) for word in words[1:])} 失败（退出码 {code}），原因见上。")


def _drop_steps(trial: Trial) -> None:
    """Whatever was still being prepared when we are to stop."""
    for step in trial.steps:
        if step.poll() is None:
            step.kill()
            step.wait()


def _secret_key(path: Path) -> str:
    """Made once, readable by its owner only."""
    if not path.exists():
        new = path.with_name("secret_key.new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        new.rename(path)
    return path.read_text().strip()


def _is_empty(url: str) -> bool:
    """Whether no migration ever ran there: only such a database gets demo people."""
    return _first(url, "SELECT to_regclass('django_migrations') IS NULL") == (True,)


def _refuse_early_data(trial: Trial) -> None:
    """Data of a trial before the baselines begin anew; migrating them would end in the middle of nowhere."""
    found = _first(
        trial.env["DATABASE_URL"],
        "SELECT app FROM django_migrations WHERE app = ANY(%s) GROUP BY app"
        " HAVING NOT array_agg(app || '.' || name) && %s::text[]",
        [*LAST_STEPS],
        [f"{room}.{name}" for room, name in LAST_STEPS.items()],
    )
    if found:
        own = any(server.name == "PostgreSQL" for server in trial.servers)
        where, way = ("DATABASE_URL 指定的数据库", "换一个空的数据库")
        if own:
            where, way = (f"数据文件夹 {trial.var} ", "移走或删除该文件夹")
        raise Trouble(f"{where}里是早期试用版本的数据，本版本不能接着使用：请{way}后重新启动。")


def _first(url: str, question: str, *values: object) -> tuple[object, ...] | None:
    """The first row that the database answers with."""
    import psycopg2

    try:
        connection = psycopg2.connect(url)
    except psycopg2.OperationalError as error:
        raise Trouble(f"连不上 DATABASE_URL 指定的数据库：{str(error).strip()}") from error
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(question, values or None)
        row: tuple[object, ...] | None = cursor.fetchone()
        return row


def _stamp(trial: Trial, name: str) -> Path:
    return trial.var / f"{name}.stamp"


def _changed(trial: Trial, name: str, patterns: tuple[str, ...]) -> bool:
    stamp = _stamp(trial, name)
    return not stamp.exists() or stamp.read_text() != _state(patterns)


def _state(patterns: tuple[str, ...]) -> str:
    """Differs when one of these files does."""
    state = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()):
        facts = path.stat()
        state.update(f"{path.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return state.hexdigest()
