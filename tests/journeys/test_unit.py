"""The liaison officer of a unit: signs, works, resolves, and never leaves the page."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from issues.choices import Outcome, RequestState, Status
from tests.factories import Cast, TicketFactory, at
from tests.journeys.conftest import SignIn, choice, faultless, move, toast

pytestmark = pytest.mark.usefixtures("present")


def test_a_dispatched_problem_is_signed_and_resolved_in_place(
    page: Page, cast: Cast, sign_in: SignIn
) -> None:
    ticket = TicketFactory(
        dispatched=True, enrolment=cast.enrolment, lead=cast.land, title="厂区道路被占", at=at(2026, 2, 27)
    )
    sign_in(page, "unit")
    faultless(page)
    page.get_by_role("link", name="厂区道路被占").click()
    expect(page.get_by_role("heading", level=1, name=ticket.title)).to_be_visible()
    page.evaluate("window.before = true")

    move(page, "签收").get_by_role("button", name="签收").click()
    expect(toast(page).last).to_contain_text("已签收")
    faultless(page)

    form = move(page, "办结")
    choice(form, "已解决").click()
    form.get_by_label("办理情况").fill("已清理占道堆料，恢复通行")
    form.get_by_role("button", name="办结").click()
    expect(toast(page).last).to_contain_text("已办结")
    expect(page.locator(".timeline")).to_contain_text("已清理占道堆料，恢复通行")
    assert page.evaluate("window.before"), "both steps are taken in place"
    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome) == (Status.RESOLVED, Outcome.SOLVED)
    faultless(page)


def test_a_unit_signs_asks_for_more_time_is_granted_it_and_resolves(
    page: Page, cast: Cast, sign_in: SignIn
) -> None:
    ticket = TicketFactory(
        dispatched=True,
        enrolment=cast.enrolment,
        lead=cast.land,
        title="厂区道路被占",
        grade="B",
        at=at(2026, 2, 27),
    )
    sign_in(page, "unit")
    page.get_by_role("link", name="厂区道路被占").click()
    move(page, "签收").get_by_role("button", name="签收").click()
    expect(toast(page).last).to_contain_text("已签收")
    page.locator("summary", has_text="更多操作").click()
    form = move(page, "申请延期")
    choice(form, "法定程序未走完").click()
    form.get_by_label("具体说明").fill("公示期到 3 月 20 日才满")
    form.get_by_label("延至").fill("2026-03-20")
    faultless(page)
    form.get_by_role("button", name="申请延期").click()
    expect(toast(page).last).to_contain_text("已申请延期")
    expect(page.locator(".case-now")).to_contain_text("3月12日 周四")  # until it is granted

    page.context.clear_cookies()
    sign_in(page, "office")
    page.goto(ticket.get_absolute_url())
    expect(page.get_by_role("heading", level=1, name=ticket.title)).to_be_visible()
    form = move(page, "同意延期")
    form.get_by_role("button", name="同意延期").click()
    expect(toast(page).last).to_contain_text("已同意延期")
    expect(page.locator(".case-now")).to_contain_text("3月20日 周五")
    faultless(page)

    page.context.clear_cookies()
    sign_in(page, "unit")
    page.goto(ticket.get_absolute_url())
    expect(page.locator(".case-now")).to_contain_text("3月20日 周五")
    form = move(page, "办结")
    choice(form, "已解决").click()
    form.get_by_label("办理情况").fill("公示期满，已恢复通行")
    form.get_by_role("button", name="办结").click()
    expect(toast(page).last).to_contain_text("已办结")
    faultless(page)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.due_on) == (Status.RESOLVED, date(2026, 3, 20))
    assert ticket.requests.get().state == RequestState.GRANTED


def test_another_units_problem_does_not_exist(page: Page, cast: Cast, sign_in: SignIn, complaints) -> None:
    complaints.expect(404)
    ticket = TicketFactory(dispatched=True, enrolment=cast.enrolment, lead=cast.power, at=at(2026, 2, 27))
    sign_in(page, "unit")
    page.goto(ticket.get_absolute_url())
    expect(page.locator("[data-page=refusal]")).to_be_visible()
    faultless(page)
