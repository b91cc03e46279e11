"""Who PostgreSQL runs as: it refuses root, so root lends it an account, and folders that one can reach."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.engine.processes import Account, Trouble

CANDIDATES = ("postgres", "nobody")
ROOTS_HOME = Path("/var/lib/liaison-trial")  # used by root only: nobody else can write under /var/lib


def database_account(*owned: Path) -> Account | None:
    """The owner of what exists already, else a system account; None if we are not root."""
    if os.geteuid() != 0:
        return None
    for folder in owned:
        if folder.exists() and (uid := folder.stat().st_uid) != 0:
            try:
                entry = pwd.getpwuid(uid)
            except KeyError:
                continue
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Trouble("PostgreSQL 不能以 root 身份运行，而本机没有 postgres 或 nobody 账户。")


def can_reach(path: Path, account: Account | None) -> bool:
    """Whether that account may enter a folder or run a program (parents count too)."""
    if account is None:
        return os.access(path, os.R_OK | os.X_OK)
    probe = ["test", "-r", str(path), "-a", "-x", str(path)]
    return (
        subprocess.run(  # noqa: S603
            probe, user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False
        ).returncode
        == 0
    )


def own_folder(path: Path, account: Account | None) -> Path:
    """Make a folder that this account alone (and root) can open."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def cluster_folder(var: Path, account: Account | None) -> Path:
    """The durable folder: var/postgres, or where the account cannot reach that, a link to one it can."""
    link = var / "postgres"
    if link.is_symlink() and not link.exists():
        raise Trouble(f"{link} 指向的 {link.readlink()} 已不存在；删除该链接即可从头开始。")
    if link.exists():
        real = link.resolve()
        if account and not can_reach(real, account):
            raise Trouble(f"以 root 启动时 PostgreSQL 以 {account.name} 运行，但该账户无法进入 {real}。")
        return real
    if account is None:
        return own_folder(link, None)
    own_folder(link, account)
    if can_reach(link, account):
        return link
    link.rmdir()
    ROOTS_HOME.mkdir(mode=0o711, exist_ok=True)
    real = Path(tempfile.mkdtemp(prefix="", dir=ROOTS_HOME))
    link.symlink_to(own_folder(real, account))
    return real


def reachable_copy(root: Path, parts: list[str], program: str, account: Account | None, version: str) -> Path:
    """The program if the account may run it, else that of a copy outside closed folders such as /root."""
    if account is None or can_reach(root / program, account):
        return root / program
    ROOTS_HOME.mkdir(mode=0o711, exist_ok=True)
    home = ROOTS_HOME / f"postgresql-{version}"
    if not (home / program).exists():
        new = Path(tempfile.mkdtemp(prefix="new-", dir=ROOTS_HOME))
        for part in parts:  # the *.libs folder is found by a relative path: keep the layout
            if (root / part).exists():
                shutil.copytree(root / part, new / part, symlinks=True)
        for folder in [new, *(p for p in new.rglob("*") if p.is_dir())]:
            folder.chmod(0o755)
        try:
            new.rename(home)
        except OSError:  # another launcher was faster
            shutil.rmtree(new)
    return home / program
