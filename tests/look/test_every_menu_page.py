"""Each page of each role's menu, at a desk and on a phone: no fault, no complaint, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

# axe-core takes its time: each page where it is mostly read
AT_THIS_SIZE = {1440: {"office", "leader", "roster", "assessor", "admin"}, 390: {"official", "unit"}}


@pytest.mark.parametrize("role", ["office", "official", "unit", "leader", "roster", "assessor", "admin"])
def test_every_page_of_the_menu_is_without_fault(
    role: str,
    page: Page,
    live_server: LiveServer,
    sit_down: Callable[[str], None],
    faults: Callable[..., list[str]],
    complaints: list[str],
) -> None:
    sit_down(role)
    page.goto(live_server.url)
    addresses = page.locator(".side-link").evaluate_all("links => links.map(link => link.href)")
    assert addresses
    found: dict[str, list[str]] = {}
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for address in addresses:
            complaints.clear()
            page.goto(address)
            for chart in page.locator("[data-chart]").all():
                chart.locator("svg").wait_for()
            wrong = faults(by_axe=role in AT_THIS_SIZE[width]) + complaints
            if page.locator("h1").count() != 1:
                wrong.append("not exactly one h1")
            if wrong:
                found[f"{width} {address.removeprefix(live_server.url)}"] = wrong
    assert found == {}
