"""A card at the door is one sheet of paper, code and all, however many companies are printed at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from companies.models import Company
from companies.services import issue_door_cards
from tests.factories import Cast
from tests.journeys.conftest import NOW

pytestmark = pytest.mark.usefixtures("present")


def sheets(page: Page) -> int:
    """How many pages the printer would give out, in the size that the card asks for."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("size", ["a4", "a5"])
def test_one_card_is_one_sheet(
    page: Page, context: BrowserContext, cast: Cast, sit_down: Callable[..., None], size: str
) -> None:
    Company.objects.filter(pk=cast.company.pk).update(
        name="云川市岚禾新能源汽车零部件智能制造产业园投资建设运营有限公司"
    )
    issue_door_cards(companies=Company.objects.filter(pk=cast.company.pk), by=cast.office, at=NOW)
    sit_down(context, "office")
    page.goto(f"/companies/{cast.company.uscc}/door-card/?size={size}")
    expect(page.locator(".door-sheet")).to_have_count(1)
    assert sheets(page) == 1


def test_ticked_companies_of_the_list_are_printed_a_sheet_each(
    page: Page, context: BrowserContext, cast: Cast, sit_down: Callable[..., None]
) -> None:
    sit_down(context, "office")
    page.goto("/companies/")
    for tick in page.locator("[data-tick]").all():
        tick.check()
    page.get_by_role("button", name="打印勾选企业的公示牌").click()
    expect(page.locator(".door-sheet")).to_have_count(2)
    assert sheets(page) == 2
