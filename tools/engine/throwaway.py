"""Throw-away servers for one command: tests, or a try."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence

from tools.engine.accounts import database_account, own_folder
from tools.engine.processes import (
    Child,
    Stopped,
    ignore_signals,
    note_signals,
    run_command,
    stop_all,
    stop_on_signals,
)
from tools.engine.servers import RunFolder, start_postgres, start_valkey


def run_with_servers(command: Sequence[str]) -> int:
    """Run a command beside an empty PostgreSQL and Valkey that end with it; returns its exit code."""
    stop_on_signals()
    account = database_account()
    folder = RunFolder(account)
    root = folder.path
    servers: list[Child] = []
    try:
        postgres = start_postgres(
            data=own_folder(root / "pg", account), sockets=root / "s", log=root / "postgres.log",
            account=account, durable=False,
        )  # fmt: skip
        servers.append(postgres.child)
        valkey = start_valkey(
            data=own_folder(root / "vk", None), sockets=root, log=root / "valkey.log", durable=False
        )
        servers.append(valkey.child)
        env = os.environ | {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DJANGO_SETTINGS_MODULE": "liaison.settings",
            "MEDIA_ROOT": str(own_folder(root / "media", None)),
            "STATIC_ROOT": str(own_folder(root / "static", None)),
        }
        return run_command(command, env=env, told=note_signals())
    except Stopped as stopped:
        return stopped.code
    finally:
        ignore_signals()
        stop_all(servers)
        folder.remove()
