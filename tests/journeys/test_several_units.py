"""Two units on one problem, each on its own phone: signed with one thumb, a part given, the lead resolves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from issues.choices import Part, Status
from tests.factories import Cast, TicketFactory, at
from tests.journeys.conftest import SignIn, choice, faultless, move, phone, toast

pytestmark = pytest.mark.usefixtures("present")


@phone
def test_a_unit_signs_another_gives_its_part_and_the_lead_resolves(
    page: Page, cast: Cast, sign_in: SignIn
) -> None:
    ticket = TicketFactory(
        dispatched=True, enrolment=cast.enrolment, lead=cast.land, cooperating=[cast.power],
        title="厂区道路被占", at=at(2026, 2, 27),
    )  # fmt: skip
    sign_in(page, "unit")
    page.get_by_role("link", name="厂区道路被占").click()
    sign = page.get_by_role("button", name="签收", exact=True)
    expect(sign).to_be_visible()  # unfolded: one touch
    sign.click()
    expect(toast(page).last).to_contain_text("已签收")
    faultless(page)
    form = move(page, "已联系企业")
    choice(form, "电话").click()
    form.get_by_label("联系情况").fill("已与厂方约定现场查看")
    form.get_by_role("button", name="已联系企业").click()
    expect(page.locator("#units")).to_contain_text("首次联系企业（按期）")
    form = move(page, "办结")
    expect(form).to_contain_text("云川市供电局还没有反馈协办意见")

    page.context.clear_cookies()
    sign_in(page, "other_unit")
    page.get_by_role("link", name="厂区道路被占").click()
    page.get_by_role("button", name="签收协办").click()
    expect(toast(page).last).to_contain_text("已协办签收")
    form = move(page, "提交协办意见")
    form.get_by_label("协办意见").fill("电杆可以移位，不影响供电")
    form.get_by_role("button", name="提交协办意见").click()
    expect(toast(page).last).to_contain_text("已协办反馈")
    expect(page.locator("#units")).to_contain_text("已反馈")
    faultless(page)

    page.context.clear_cookies()
    sign_in(page, "unit")
    page.goto(ticket.get_absolute_url())
    form = move(page, "办结")
    choice(form, "已解决").click()
    form.get_by_label("办理情况").fill("已清理占道堆料，恢复通行")
    form.get_by_role("button", name="办结").click()
    expect(toast(page).last).to_contain_text("已办结")
    faultless(page)
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    assert not ticket.units.filter(part=Part.COOPERATE, finished_at__isnull=True).exists()
