"""Ten problems graded and dispatched without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from issues.choices import Status
from issues.models import Category, Ticket
from tests.factories import Cast, TicketFactory, at
from tests.journeys.conftest import faultless, phone, without_javascript

pytestmark = pytest.mark.usefixtures("present")


@pytest.fixture
def ten(cast: Cast) -> list[Ticket]:
    """Ten that wait, and one of before that the first is like."""
    TicketFactory(
        in_progress=True,
        enrolment=cast.enrolment,
        title="厂区用电扩容办理慢",
        grade="B",
        category=Category.objects.get(code="power"),
        lead=cast.power,
        at=at(2026, 1, 5),
    )
    titles = ("新厂房用电扩容办理慢", *(f"第 {n} 件：园区公交末班太早" for n in range(2, 11)))
    return [
        TicketFactory(reported=True, enrolment=cast.enrolment, title=title, at=at(2026, 2, 26, 8 + n // 6))
        for n, title in enumerate(titles)
    ]


def test_ten_are_triaged_by_keyboard(page: Page, cast: Cast, ten: list[Ticket], sign_in) -> None:
    sign_in(page, "office")
    page.goto("/tickets/triage/")
    faultless(page)
    case = page.locator(".triage h2")
    expect(case.nth(1)).to_have_text(ten[0].title)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("交办，接着看下一件")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()  # an open dialog keeps the keys to itself

    page.keyboard.press("Enter")  # as proposed: B, 用电, 市供电公司
    expect(case.nth(1)).to_have_text(ten[1].title)
    for n in range(1, 10):  # decided by hand: C, 交通 (the 7th), and 市自然资源局
        page.keyboard.press("c")
        page.keyboard.press("7")
        page.keyboard.press("l")
        page.keyboard.type(cast.land.name)
        page.keyboard.press("Enter")
        page.keyboard.press("Control+Enter")
        if n < 9:
            expect(case.nth(1)).to_have_text(ten[n + 1].title)
    expect(page.get_by_text("都交办完了")).to_be_visible()

    first, *others = Ticket.objects.filter(pk__in=[one.pk for one in ten]).order_by("pk")
    assert (first.grade.code, first.category.code, first.units.get().department) == ("B", "power", cast.power)
    for ticket in others:
        assert ticket.status == Status.DISPATCHED
        assert (ticket.grade.code, ticket.category.code) == ("C", "traffic")
        assert ticket.units.get().department == cast.land


def test_one_is_looked_at_first(page: Page, cast: Cast, ten: list[Ticket], sign_in) -> None:
    sign_in(page, "office")
    page.goto("/tickets/triage/")
    case = page.locator(".triage h2").nth(1)
    for key, place in (("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(case).to_have_text(ten[place].title)
    assert page.url.endswith(f"/tickets/triage/{ten[1].number}/")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1, name=ten[1].title)).to_be_visible()


@phone
def test_on_a_phone_the_problem_comes_first(page: Page, cast: Cast, ten: list[Ticket], sign_in) -> None:
    sign_in(page, "office")
    page.goto("/tickets/triage/")
    faultless(page)
    expect(page.locator(".triage h2").filter(has_text=ten[0].title)).to_be_in_viewport()


@without_javascript
def test_a_plain_form_does_it_too(page: Page, cast: Cast, ten: list[Ticket], sign_in) -> None:
    sign_in(page, "office")
    page.goto("/tickets/triage/")
    page.get_by_role("button", name="交办，看下一件").click()
    expect(page.locator(".triage h2").nth(1)).to_have_text(ten[1].title)
    assert Ticket.objects.get(pk=ten[0].pk).status == Status.DISPATCHED
