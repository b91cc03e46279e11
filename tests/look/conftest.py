"""A real browser before the real pages: Debian's Chromium, Chinese, on the city's time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import Cast

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in the tests' thread

PATIENCE = int(os.environ.get("PATIENCE", "30")) * 1000  # a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
QUIET = ("sandbox", "first-run")
OFF = ("gpu", "quic", "background-networking", "component-update", "sync")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium",
        "args": [*(f"--no-{word}" for word in QUIET), *(f"--disable-{word}" for word in OFF), "--lang=zh-CN"],
    }


@pytest.fixture
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser itself complains about: errors, refused scripts and styles, missing files."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def sit_down(page: Page, live_server: LiveServer, cast: Cast) -> Callable[[str], None]:
    """`sit_down("office")`: the browser is signed in as that one of the cast."""

    def sign_in(role: str) -> None:
        client = Client()
        client.force_login(cast[role])
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.set_default_timeout(PATIENCE)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def faults(page: Page) -> Callable[..., list[str]]:
    """What a stranger would trip over on the present page: by axe-core, and what runs out of the window."""

    def look(*, by_axe: bool = True) -> list[str]:
        lines = []
        page.wait_for_load_state()
        if by_axe:
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            lines = [
                f"{fault['id']}: {fault['nodes'][0]['target']} × {len(fault['nodes'])}"
                for fault in found
                if fault["impact"] in ("serious", "critical")
            ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            lines.append("wider than the window")
        return lines

    return look
