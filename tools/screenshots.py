"""The pictures of README.md's tour: the demo city in a real browser, at 1440 and 390 px.

`make screenshots` starts throw-away servers, seeds the demo city, and writes docs/pictures/.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]
PASSWORD = "lianqi-demo-2026"  # noqa: S105 - of the invented city, printed at every start
DESK, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class Picture:
    """One picture of the tour: who looks at what, on which screen."""

    name: str
    role: str
    path: str
    size: tuple[int, int] = DESK
    first: str = ""  # a selector whose first link is followed before the picture is taken


TOUR = (
    Picture("sign-in", "", "/sign-in/"),
    Picture("home-office", "office", "/"),
    Picture("queue", "office", "/tickets/?view=open"),
    Picture("case", "office", "/tickets/?view=open&sort=-next_on", first="[data-open]"),
    Picture("dashboard", "leader", "/dashboard/"),
    Picture("company", "office", "/companies/?team=yes", first="[data-open]"),
    Picture("import", "roster", "/imports/"),
    Picture("bulletin", "office", "/bulletins/", first="main .item-link, main [data-open]"),
    Picture("scores", "assessor", "/scores/"),
    Picture("rules", "office", "/programmes/p2/"),
    Picture("calendar", "office", "/calendar/"),
    Picture("phone-home", "official", "/", PHONE),
    Picture("phone-mine", "official", "/companies/mine/", PHONE),
)


def main() -> int:
    """Seed, serve, take every picture."""
    environment = {**os.environ, "DEBUG": "1"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    for command in (["migrate", "--verbosity", "0"], ["seed_demo"]):
        subprocess.run([*manage, *command], check=True, env=environment)  # noqa: S603 - our own commands
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(  # noqa: S603
        [*manage, "runserver", f"127.0.0.1:{port}", "--noreload"], env=environment
    )
    try:
        _wait_for(f"{base}/healthz")
        PICTURES.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for picture in TOUR:
                _take(browser, base, picture)
            browser.close()
    finally:
        server.terminate()
        server.wait(10)
    return 0


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")


def _take(browser: Browser, base: str, picture: Picture) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        is_mobile=width < 600,
        has_touch=width < 600,
    )
    page = context.new_page()
    if picture.role:
        page.goto(f"{base}/sign-in/")
        page.fill("[name=username]", picture.role)
        page.fill("[name=password]", PASSWORD)
        page.click("button.btn-primary")
        page.wait_for_load_state("networkidle")
    page.goto(base + picture.path)
    if picture.first:
        page.locator(picture.first).first.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)  # a chart draws itself in
    page.screenshot(path=str(PICTURES / f"{picture.name}.png"))
    context.close()
    print(picture.name)


if __name__ == "__main__":
    sys.exit(main())
