"""The case page read by a stranger, and what was filed before kept from being filed twice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from issues.choices import Status
from issues.models import Ticket
from tests.factories import Cast, TicketFactory, at
from tests.journeys.conftest import faultless, phone, toast, without_javascript

pytestmark = pytest.mark.usefixtures("present")

TITLE = "变压器扩容迟迟不批"


@pytest.fixture
def given(cast: Cast) -> Ticket:
    return TicketFactory(
        dispatched=True, enrolment=cast.enrolment, title=TITLE, lead=cast.land, at=at(2026, 2, 26)
    )


def test_says_what_who_and_until_when_before_anything_else(
    page: Page, cast: Cast, given: Ticket, sign_in
) -> None:
    sign_in(page, "unit")
    page.goto(given.get_absolute_url())
    now = page.get_by_role("region", name="现在的情况")
    lead = given.units.get().department.name
    for words in ("待签收", lead, "下一步：签收", "办结期限"):
        expect(now).to_contain_text(words)
    now.get_by_role("button", name="期限怎么算的").click()
    expect(page.get_by_role("dialog", name="期限怎么算的")).to_contain_text("签收期限")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="期限怎么算的")).to_be_hidden()
    faultless(page)

    chase = page.locator("#chase")
    expect(chase).not_to_have_attribute("open", re.compile(".*"))
    page.get_by_role("navigation", name="本页各部分").get_by_role("link", name="督办与会议").press("Enter")
    expect(chase).to_contain_text("提级阶梯")
    expect(chase.get_by_role("heading", name="提级阶梯 每级只提一次")).to_be_visible()
    chase.locator("summary").first.press("Enter")
    expect(chase.get_by_role("heading", name="提级阶梯 每级只提一次")).to_be_hidden()
    page.get_by_role("button", name=f"交办通知书：{lead}").wait_for()
    faultless(page)


@phone
def test_on_the_phone_the_problem_is_read_before_the_step_is_taken(
    page: Page, given: Ticket, sign_in
) -> None:
    sign_in(page, "unit")
    page.goto(given.get_absolute_url())
    order = [page.locator(part).bounding_box() for part in (".case-now", "#problem", "#moves", "#units")]
    tops = [box["y"] for box in order if box]
    assert tops == sorted(tops)
    assert len(tops) == 4
    faultless(page)


@without_javascript
def test_its_parts_fold_without_javascript(page: Page, given: Ticket, sign_in) -> None:
    sign_in(page, "unit")
    page.goto(given.get_absolute_url())
    course = page.locator("#course")
    expect(course.get_by_text("交办").first).to_be_visible()
    course.locator("summary").first.click()
    expect(course.get_by_text("交办").first).to_be_hidden()


def test_what_was_filed_before_is_merged_from_the_form(
    page: Page, cast: Cast, given: Ticket, sign_in
) -> None:
    sign_in(page, "office")
    page.goto("/tickets/register/")
    page.get_by_label("12345 转来").check()
    page.locator("[name=company]").fill(cast.company.name)
    page.locator("[name=title]").fill("变压器扩容一直不批")
    page.locator("[name=description]").focus()
    hint = page.locator("#similar")
    expect(hint).to_contain_text(given.number)
    faultless(page)
    hint.get_by_label("是同一件").check()
    page.locator("[name=programme]").select_option("p2")
    page.get_by_label("12345 工单编号").fill("YC7")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    expect(page.locator("#related")).to_contain_text("YC7")
    assert Ticket.objects.count() == 1


@without_javascript
def test_without_javascript_it_is_asked_about_after_sending(
    page: Page, cast: Cast, given: Ticket, sign_in, complaints
) -> None:
    complaints.expect(422)
    sign_in(page, "office")
    page.goto("/tickets/register/")
    page.get_by_label("电话收集").check()
    page.locator("[name=company]").fill(cast.company.uscc)
    page.locator("[name=programme]").select_option("p2")
    page.locator("[name=title]").fill(TITLE)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("是同一件，选并入哪一件")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    assert Ticket.objects.count() == 2


def test_a_repeat_is_merged_from_the_triage_queue(page: Page, cast: Cast, given: Ticket, sign_in) -> None:
    again = TicketFactory(reported=True, enrolment=cast.enrolment, title=TITLE, at=at(2026, 2, 27))
    sign_in(page, "office")
    page.goto("/tickets/triage/")
    twins = page.locator(".triage-twins")
    expect(twins).to_contain_text(given.number)
    faultless(page)
    twins.get_by_role("button", name="并入这件").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("两个编号都保留")
    asked.get_by_role("button", name="并案").click()
    expect(toast(page)).to_contain_text(f"{again.number} 已并入 {given.number}")
    expect(page.get_by_text("都交办完了")).to_be_visible()
    again.refresh_from_db()
    assert (again.status, again.merged_into) == (Status.MERGED, given)
