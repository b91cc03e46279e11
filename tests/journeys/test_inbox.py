"""消息: the bell, the list by keyboard, and what a message leads to."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from liaison.models import InboxMessage
from tests.factories import Cast, InboxMessageFactory, TicketFactory, at
from tests.journeys.conftest import SignIn, faultless, move, phone, toast

pytestmark = pytest.mark.usefixtures("present")


def test_a_message_is_found_by_the_bell_and_opened_by_keyboard(
    page: Page, cast: Cast, sign_in: SignIn
) -> None:
    ticket = TicketFactory(
        dispatched=True, enrolment=cast.enrolment, lead=cast.land, title="厂区道路被占", at=at(2026, 2, 27)
    )
    for title, url, on in (
        ("新交办，请签收：厂区道路被占", ticket.get_absolute_url(), at(2026, 2, 27)),
        ("已交办：别的事", "/", at(2026, 2, 26)),
    ):
        InboxMessageFactory(reader=cast.unit, title=title, url=url, created_at=on)
    sign_in(page, "unit")
    page.get_by_role("link", name="消息，2 条未读").click()
    expect(page.get_by_role("heading", level=1, name="消息")).to_be_visible()
    faultless(page)
    page.keyboard.press("j")
    first = page.locator("[data-row]").first
    expect(first).to_contain_text("新交办，请签收：厂区道路被占")
    expect(first.locator("[data-open]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="厂区道路被占")).to_be_visible()
    expect(page.get_by_role("link", name="消息，1 条未读")).to_be_visible()
    assert InboxMessage.objects.unread().count() == 1


def test_the_bell_counts_anew_after_a_step_made_in_place(page: Page, cast: Cast, sign_in: SignIn) -> None:
    ticket = TicketFactory(dispatched=True, enrolment=cast.enrolment, lead=cast.land, at=at(2026, 2, 27))
    InboxMessageFactory.create_batch(2, reader=cast.unit, created_at=at(2026, 2, 27))
    sign_in(page, "unit")
    page.goto(ticket.get_absolute_url())
    expect(page.get_by_role("link", name="消息，2 条未读")).to_be_visible()
    InboxMessage.objects.filter(pk=InboxMessage.objects.latest("pk").pk).update(settled_at=at(2026, 3, 2))
    move(page, "签收").get_by_role("button", name="签收").click()
    expect(page.get_by_role("link", name="消息，1 条未读")).to_be_visible()
    faultless(page)


@phone
def test_all_are_marked_on_the_phone(page: Page, cast: Cast, sign_in: SignIn) -> None:
    InboxMessageFactory.create_batch(3, reader=cast.unit, created_at=at(2026, 2, 27))
    sign_in(page, "unit")
    page.goto("/inbox/")
    expect(page.locator("[data-row]")).to_have_count(3)
    faultless(page)
    page.get_by_role("button", name="全部标为已读").click()
    expect(toast(page).last).to_contain_text("已把 3 条消息标为已读")
    expect(page.get_by_text("没有未读消息")).to_be_visible()
    expect(page.get_by_role("link", name="消息", exact=True)).to_be_visible()
    faultless(page)
