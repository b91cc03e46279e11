"""Without a mouse: the door, the menu, the queue, the case."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import Cast, TicketFactory, at
from tests.journeys.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("present")


def tab_to(page: Page, target: Locator) -> None:
    """Tab, as often as it takes, within reason."""
    expect(target).to_be_visible()
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def test_the_queue_is_worked_by_keyboard_alone(page: Page, cast: Cast) -> None:
    for n, title in enumerate(("第一件", "第二件", "第三件")):
        TicketFactory(reported=True, enrolment=cast.enrolment, title=title, at=at(2026, 2, 24 + n))
    cast.office.set_password(PASSWORD)
    cast.office.save(update_fields=["password"])

    page.goto("/sign-in/")
    tab_to(page, page.get_by_label("登录名"))
    page.keyboard.type("office")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="工作台")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    tab_to(page, page.get_by_label("主导航").get_by_role("link", name="问题办理"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="问题办理")).to_be_visible()

    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_contain_text("下一行、上一行")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(page.locator("tr.selected")).to_contain_text(("第一件", "第二件", "第三件")[place])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="第二件")).to_be_visible()

    step = page.locator("details.move[open]")  # the usual step; the rest is folded away
    tab_to(page, step.locator("summary"))
    expect(step.get_by_role("button", name="定级并交办")).to_be_visible()


def test_a_confirmation_is_declined_by_escape(page: Page, cast: Cast, sign_in) -> None:
    sign_in(page, "admin")
    page.goto(f"/officials/{cast.unit.pk}/")
    tab_to(page, page.get_by_role("button", name="发放初始密码"))
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("原密码随即失效")
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page.get_by_role("button", name="发放初始密码")).to_be_focused()
    cast.unit.refresh_from_db()
    assert not cast.unit.must_change_password
