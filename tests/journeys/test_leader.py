"""A leader: the state of the city in ten seconds, and the rows behind each figure."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.factories import Cast, TicketFactory, VisitFactory, at
from tests.journeys.conftest import SignIn, close_february, faultless, go, total

pytestmark = pytest.mark.usefixtures("present")


@pytest.fixture
def board(page: Page, cast: Cast, sign_in: SignIn) -> Page:
    """A closed February, two problems and a visit of this March; the leader looks at 看板."""
    close_february(cast)
    for title in ("变压器扩容迟迟不批", "厂区道路被占"):
        TicketFactory(
            dispatched=True, enrolment=cast.enrolment, lead=cast.land, title=title, at=at(2026, 3, 2, 7)
        )
    VisitFactory(enrolment=cast.enrolment, official=cast.official)
    sign_in(page, "leader")
    faultless(page)
    go(page, "看板")
    return page


def test_charts_are_drawn_and_every_figure_leads_to_as_many_rows(board: Page) -> None:
    charts = board.locator("[data-chart]")
    for n in range(charts.count()):
        expect(charts.nth(n).locator("svg")).to_be_visible()
    faultless(board)
    address = board.url
    cards = board.locator("a.kpi").evaluate_all(
        "cards => cards.map(card => [card.querySelector('.kpi-label').textContent,"
        " card.querySelector('.kpi-value').textContent.trim(), card.href])"
    )
    counts = [
        (label, value.split()[0], link) for label, value, link in cards if value.endswith(("件", "家", "次"))
    ]
    assert len(counts) >= 5
    for label, value, link in counts:
        board.goto(link)
        expect(board.locator("h1")).to_be_visible()
        if value == "0":
            expect(board.locator("[data-row]")).to_have_count(0)
        else:
            expect(total(board), label).to_have_text(value)
    board.goto(address)


def test_a_click_on_a_figure_opens_its_rows(board: Page) -> None:
    board.locator("a.kpi").filter(has_text="收集问题").click()
    expect(board.locator("[data-row]")).to_have_count(2)
    expect(board.locator("[data-row]").filter(has_text="厂区道路被占")).to_be_visible()
    faultless(board)


def test_a_closed_month_is_looked_at_as_it_was_frozen(board: Page) -> None:
    board.get_by_label("时间").get_by_role("link", name="2月").click()
    expect(board.locator(".page-sub")).to_contain_text("数据已冻结")
    expect(board.locator("a.kpi").filter(has_text="销号").first).to_contain_text("6")
    faultless(board)
