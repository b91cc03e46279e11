"""The assessor follows a score down to the rows it was made of."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.factories import Cast
from tests.journeys.conftest import SignIn, close_february, faultless, go, total

pytestmark = pytest.mark.usefixtures("present")


def test_from_the_month_to_the_unit_to_its_evidence(page: Page, cast: Cast, sign_in: SignIn) -> None:
    close_february(cast, tickets=6)
    sign_in(page, "assessor")
    go(page, "考核得分")
    faultless(page)
    month = page.get_by_role("row").filter(has_text="2026年2月")
    month.get_by_role("link", name="1 个单位").first.click()
    expect(page.get_by_role("heading", level=1, name="2026年2月考核得分")).to_be_visible()
    faultless(page)

    page.get_by_role("link", name="云川市自然资源局").click()
    expect(page.get_by_role("heading", level=1, name="云川市自然资源局")).to_be_visible()
    faultless(page)
    line = page.get_by_role("row").filter(has_text="问题办结率")
    expect(line).to_contain_text("6 / 6 件")
    line.get_by_role("link", name="看 6 件").click()
    expect(page.locator("[data-row]")).to_have_count(6)
    expect(total(page)).to_have_text("6")
    faultless(page)
