"""The frame and the components in a browser: keys, menus, confirmations, drafts, no fault found by axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

SitDown = Callable[[str], None]
Faults = Callable[[], list[str]]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def gallery(page: Page, live_server: LiveServer, sit_down: SitDown) -> Page:
    sit_down("roster")
    page.goto(f"{live_server.url}/components/")
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_gallery_has_no_fault(
    gallery: Page, faults: Faults, complaints: list[str], size: dict[str, int]
) -> None:
    gallery.set_viewport_size(size)  # type: ignore[arg-type]
    gallery.reload()
    gallery.wait_for_load_state("networkidle")
    expect(gallery.locator("[data-chart] svg")).to_have_count(4)
    assert faults() == []
    assert complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_sign_in_page_has_no_fault(
    page: Page, live_server: LiveServer, faults: Faults, complaints: list[str], size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/sign-in/")
    assert faults() == []
    assert complaints == []


def test_a_queue_is_worked_by_keyboard(gallery: Page) -> None:
    for key in "jjx":
        gallery.keyboard.press(key)
    expect(gallery.locator("tr.selected")).to_contain_text("锦程机械")
    expect(gallery.locator(".bulk-count")).to_have_text("已选 1 件")
    gallery.keyboard.press("?")
    expect(gallery.get_by_role("dialog")).to_contain_text("下一行、上一行")
    gallery.keyboard.press("Escape")
    gallery.keyboard.press("Enter")
    expect(gallery).to_have_url(f"{gallery.url.split('#')[0]}#cases")


def test_a_chip_swaps_the_list_and_keeps_the_focus(gallery: Page) -> None:
    gallery.evaluate("window.before = true")
    gallery.locator("#chip-status-overdue").click()
    gallery.wait_for_url("**/components/?status=overdue")
    expect(gallery.locator("#chip-status-overdue")).to_have_attribute("aria-current", "true")
    expect(gallery.locator("#chip-status-overdue")).to_be_focused()
    assert gallery.evaluate("window.before") is True


def test_a_confirmation_may_be_declined(gallery: Page) -> None:
    gallery.locator("[data-tick]").first.check()
    button = gallery.get_by_role("button", name="列入调度会")
    button.click()
    gallery.get_by_role("button", name="取消", exact=True).click()
    assert "number=" not in gallery.url
    button.click()
    gallery.get_by_role("button", name="加入", exact=True).click()
    gallery.wait_for_url("**number=WT-2026-0147**")


def test_a_draft_survives_a_closed_page(gallery: Page) -> None:
    box = gallery.locator("#id_company")
    box.fill("锦程机械")
    expect(gallery.locator(".draft-note")).to_contain_text("草稿已保存")
    gallery.reload()
    expect(box).to_have_value("锦程机械")
    gallery.get_by_role("button", name="不用草稿").click()
    expect(box).to_have_value("")


def test_a_long_list_is_found_by_typing(gallery: Page) -> None:
    box = gallery.get_by_role("combobox", name="牵头单位").first
    box.fill("生态")
    box.press("Enter")
    expect(box).to_have_value("市生态环境局")
    expect(gallery.locator("select[name=unit]")).to_have_value("7")


def test_a_session_that_ended_leads_to_the_sign_in_page(gallery: Page) -> None:
    gallery.context.clear_cookies()
    gallery.locator("#chip-status-overdue").click()
    gallery.wait_for_url("**/sign-in/?next=**")


def test_menus_close_on_escape(gallery: Page) -> None:
    gallery.locator(".user-button").click()
    expect(gallery.get_by_role("button", name="退出登录")).to_be_visible()
    gallery.keyboard.press("Escape")
    expect(gallery.get_by_role("button", name="退出登录")).to_be_hidden()
