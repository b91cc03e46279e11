"""A real browser, one journey per role: helpers that read like what a person does and sees."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import Cast, MonthEndFactory, TicketFactory, VisitFactory, at

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in the tests' thread
PATIENCE = int(os.environ.get("PATIENCE", "30")) * 1000  # a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)

NOW = at(2026, 3, 2)  # a Monday; what pages and moves take for the present
PASSWORD = "yunchuan-2026-zhuqi"
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
OFF = ("gpu", "quic", "background-networking", "component-update", "sync")
# What a template or a form lets slip when nobody has looked: not one word of it is for an official.
LEFTOVERS = re.compile(
    r"\{\{|\{%|\bNone\b|\bnull\b|\bundefined\b|\bNaN\b|\bTrue\b|\bFalse\b|<QuerySet|object at 0x"
    r"|This field|Enter a |Select a |Ensure this|required\.|is not (?:a )?valid"
)

phone = pytest.mark.browser_context_args(
    viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
)
without_javascript = pytest.mark.browser_context_args(java_script_enabled=False)

SignIn = Callable[[Page, str], None]
Look = Callable[[Page], None]


# --- the browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium",
        "args": ["--no-sandbox", "--no-first-run", *(f"--disable-{word}" for word in OFF), "--lang=zh-CN"],
    }


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest, live_server: LiveServer) -> dict[str, Any]:
    """Chinese, on the city's time, at a desk; `@phone` and `@without_javascript` change that."""
    marker = request.node.get_closest_marker("browser_context_args")
    return {
        "base_url": live_server.url,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
        **(marker.kwargs if marker else {}),
    }


@dataclass
class Complaints:
    """What the browser itself complains about: errors, refused scripts and styles, answers from 400 on."""

    expected: set[int] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)

    def expect(self, *statuses: int) -> None:
        """The journey does something wrong on purpose: these answers are right."""
        self.expected.update(statuses)

    def listen(self, context: BrowserContext) -> None:
        """From now on, to every page of this window."""
        context.on("console", self._on_console)
        context.on("weberror", lambda fault: self.heard.append(str(fault.error)))
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failure)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.heard.append(message.text)

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.heard.append(f"{response.status} {response.request.method} {response.url}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that was left does not wait for its answers
            self.heard.append(f"{request.failure} {request.url}")


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[Complaints]:
    """No journey ends with an error in the browser's console or a refused request."""
    said = Complaints()
    said.listen(context)
    context.set_default_timeout(PATIENCE)
    yield said
    assert said.heard == []


# --- the city -------------------------------------------------------------------------------------


@pytest.fixture
def present(clock: Callable[..., None]) -> None:
    """It is the morning of Monday, 2 March 2026."""
    clock(NOW)


@pytest.fixture
def sign_in(cast: Cast) -> SignIn:
    """`sign_in(page, "office")`: through the door, with name and password."""

    def type_name_and_password(page: Page, role: str) -> None:
        person = cast[role]
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        page.goto("/sign-in/")
        page.get_by_label("登录名").fill(person.username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", level=1, name="工作台")).to_be_visible()

    return type_name_and_password


@pytest.fixture
def sit_down(cast: Cast, live_server: LiveServer) -> Callable[[BrowserContext, str], None]:
    """`sit_down(context, "office")`: signed in already, for a look round many pages."""

    def with_cookie(context: BrowserContext, role: str) -> None:
        client = Client()
        client.force_login(cast[role])
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return with_cookie


def close_february(cast: Cast, tickets: int = 6) -> None:
    """Problems of 云桥 settled in February by 市自然资源局, and the month closed in its last evening."""
    from assessment.services import close_month

    for n in range(tickets):
        TicketFactory(closed=True, enrolment=cast.enrolment, lead=cast.land, at=at(2026, 2, 3, 8 + n))
    VisitFactory(enrolment=cast.enrolment, official=cast.official, on=date(2026, 2, 4))
    MonthEndFactory(
        month=date(2026, 1, 1),
        since=at(2025, 12, 31, 18),
        until=at(2026, 1, 31, 18),
        frozen_at=at(2026, 1, 31, 18, 5),
    )
    close_month(programme=cast.version.programme, month=date(2026, 2, 1), at=at(2026, 2, 28, 18, 5))


# --- what a stranger would trip over ----------------------------------------------------------------


def axe(page: Page) -> list[str]:
    """Serious and critical faults of accessibility, by axe-core."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"axe {fault['id']}: {fault['nodes'][0]['target']} × {len(fault['nodes'])}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def too_wide(page: Page) -> list[str]:
    """The page must not be scrolled sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"wider than the window by {over} px"] if over > 1 else []


def leftovers(page: Page) -> list[str]:
    """Words that no official should meet: template code, Python's nothing, English validation."""
    words = page.locator("body").inner_text()
    return [f"left over: …{words[max(0, m.start() - 20) : m.end() + 20]}…" for m in LEFTOVERS.finditer(words)]


def faults(page: Page) -> list[str]:
    """Everything that is wrong with the present page, once it is all there."""
    page.wait_for_load_state()
    return [*axe(page), *too_wide(page), *leftovers(page)]


def faultless(page: Page) -> None:
    """The present page is in Chinese, fits the window, and axe finds nothing."""
    assert {urlsplit(page.url).path: faults(page)} == {urlsplit(page.url).path: []}


def toast(page: Page) -> Locator:
    """The short word at the corner that says what was done."""
    return page.locator("#messages .toast-line")


# --- hands ------------------------------------------------------------------------------------------


def choice(page: Page | Locator, words: str) -> Locator:
    """One of a question's answers, as large as a finger."""
    return page.locator("label.choice").filter(has_text=re.compile(rf"^\s*{re.escape(words)}"))


def select(page: Page | Locator, label: str, words: str) -> None:
    """Choose from a list, which is a box to type in when it is long."""
    field = page.get_by_role("combobox", name=label)
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(label=words)
        return
    field.fill(words)
    field.press("Enter")
    expect(field).to_have_value(words)


def move(page: Page, words: str) -> Locator:
    """The form of a step on the case page, opened."""
    named = re.compile(rf"^\s*{re.escape(words)}")
    box = page.locator("details.move").filter(has=page.locator("summary", has_text=named))
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    form = box.locator("form")
    expect(form).to_be_visible()
    return form


def go(page: Page, words: str) -> None:
    """By the menu, as one does."""
    page.get_by_label("主导航").get_by_role("link", name=words).click()
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def total(page: Page) -> Locator:
    """“共 6 件” under a list."""
    return page.locator(".pages p b").first


def eventually(page: Page, happened: Callable[[], bool]) -> None:
    """Wait for a worker, which tells no page when it is done."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not happened():
        assert time.monotonic() < deadline, "the worker has not done it"
        page.wait_for_timeout(100)
