"""The coordination office at its desk: what came in goes out to a unit, and every company has its team."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from companies.models import Assignment, Enrolment
from issues.choices import Status
from tests.factories import Cast, CompanyFactory, TicketFactory, at
from tests.journeys.conftest import SignIn, choice, faultless, go, move, select, toast

pytestmark = pytest.mark.usefixtures("present")


def test_a_reported_problem_is_graded_and_dispatched_in_place(
    page: Page, cast: Cast, sign_in: SignIn
) -> None:
    ticket = TicketFactory(
        reported=True, enrolment=cast.enrolment, title="变压器扩容迟迟不批", at=at(2026, 2, 27)
    )
    sign_in(page, "office")
    faultless(page)
    page.get_by_role("link", name="变压器扩容迟迟不批").click()
    expect(page.get_by_role("heading", level=1, name=ticket.title)).to_be_visible()
    faultless(page)

    page.evaluate("window.before = true")
    form = move(page, "定级并交办")
    choice(form, "B 部门类").click()
    select(form, "问题类别", "用电")
    select(form, "主办单位", "云川市自然资源局")
    choice(form, "云川市供电局").click()
    faultless(page)
    form.get_by_role("button", name="定级并交办").click()

    expect(toast(page)).to_contain_text("已交办")
    assert page.evaluate("window.before"), "the step is taken in place"
    clock = page.locator(".case-now")
    expect(clock).to_contain_text("办结期限 3月16日 周一")
    clock.get_by_role("button", name="期限怎么算的").first.click()
    why = page.get_by_role("dialog", name="期限怎么算的")
    expect(why.first).to_contain_text("第10日")
    page.keyboard.press("Escape")
    expect(page.locator("#units")).to_contain_text("云川市供电局")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.grade.code) == (Status.DISPATCHED, "B")
    faultless(page)


def test_a_dispatch_without_a_unit_is_refused_beside_the_field(
    page: Page, cast: Cast, sign_in: SignIn, complaints
) -> None:
    complaints.expect(422)
    ticket = TicketFactory(reported=True, enrolment=cast.enrolment, at=at(2026, 2, 27))
    sign_in(page, "office")
    page.goto(ticket.get_absolute_url())
    form = move(page, "定级并交办")
    form.get_by_label("交办意见").fill("请三日内到厂")
    form.get_by_role("button", name="定级并交办").click()
    expect(page.locator(".field-error").first).to_be_visible()
    expect(page.get_by_label("交办意见")).to_have_value("请三日内到厂")
    faultless(page)


def test_a_company_is_enrolled_and_its_official_seated(page: Page, cast: Cast, sign_in: SignIn) -> None:
    company = CompanyFactory(region=cast.county, name="云川澄江新材料科技有限公司")
    sign_in(page, "office")
    go(page, "企业名录")
    page.get_by_label(f"选中{company.name}").check()
    expect(page.locator(".bulk-count")).to_have_text("已选 1 家")
    faultless(page)
    page.get_by_role("button", name="纳入包联").click()
    page.get_by_role("dialog").get_by_role("button", name="纳入", exact=True).click()
    expect(toast(page)).to_be_visible()

    page.get_by_role("link", name=company.name).click()
    expect(page.get_by_text("包联专班")).to_be_visible()
    faultless(page)
    seat = page.locator(".team-seat").filter(has_text="包抓干部")
    seat.get_by_role("link", name="指派").click()
    picker = page.locator(".team-seat-open")
    picker.get_by_placeholder("姓名、拼音或单位").fill("林小舟")
    expect(picker.locator(".picker-one")).to_have_count(1)
    faultless(page)
    picker.locator(".picker-one").click()
    expect(picker).to_have_count(0)
    expect(seat).to_contain_text("林小舟")
    assert Assignment.objects.get(enrolment__company=company).official == cast.official
    faultless(page)


def test_a_list_is_pasted_mended_and_enrolled(page: Page, cast: Cast, sign_in: SignIn) -> None:
    newcomer = CompanyFactory(region=cast.county, name="云川新来包装有限公司")
    one, other = (CompanyFactory(region=cast.county, name="云川双喜有限公司") for _ in range(2))
    sign_in(page, "office")
    go(page, "企业名录")
    page.get_by_role("link", name="按名单纳入").click()
    faultless(page)
    page.get_by_label("名单").fill(f"1、{newcomer.name}\n{one.name}\n{cast.company.uscc}\n没有这家有限公司")
    page.get_by_role("button", name="逐行核对").click()
    expect(page.locator(".enlist-counts")).to_contain_text("同名多家 1")
    faultless(page)
    page.get_by_label("第 2 行是哪一家企业").select_option(other.uscc)
    page.get_by_role("button", name="重新核对").click()
    page.get_by_role("button", name="纳入可纳入的 2 项").click()
    expect(toast(page)).to_contain_text("已将 2 家企业纳入")
    expect(page.get_by_label("名单")).to_have_value("没有这家有限公司")
    faultless(page)
    assert set(
        Enrolment.objects.filter(company__in=[newcomer, one, other]).values_list("company", flat=True)
    ) == {
        newcomer.pk,
        other.pk,
    }
