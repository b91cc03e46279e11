"""An old browser that runs no scripts: pages are plain forms, and the work gets done."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from companies.models import Visit
from issues.choices import Status
from issues.models import Ticket
from tests.factories import Cast, TicketFactory, at
from tests.journeys.conftest import SignIn, choice, go, move, toast, too_wide, without_javascript

pytestmark = [without_javascript, pytest.mark.usefixtures("present")]


def test_a_unit_signs_and_resolves_by_plain_forms(page: Page, cast: Cast, sign_in: SignIn) -> None:
    ticket = TicketFactory(dispatched=True, enrolment=cast.enrolment, lead=cast.land, at=at(2026, 2, 27))
    sign_in(page, "unit")
    go(page, "问题办理")
    page.get_by_role("link", name=ticket.title).click()
    move(page, "签收").get_by_role("button", name="签收").click()
    expect(toast(page)).to_contain_text("已签收")
    form = move(page, "办结")
    choice(form, "已解决").click()
    form.get_by_label("办理情况").fill("已恢复通行")
    form.get_by_role("button", name="办结").click()
    expect(toast(page)).to_contain_text("已办结")
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED


def test_a_visit_with_its_problem_is_logged_by_a_plain_form(page: Page, cast: Cast, sign_in: SignIn) -> None:
    sign_in(page, "official")
    go(page, "我的企业")
    card = page.locator(".mine-card").filter(has_text=cast.company.name)
    card.get_by_role("link", name="登记走访").click()
    choice(page, "有").click()
    page.get_by_label("什么问题").fill("用工缺二十人")
    assert too_wide(page) == []
    page.get_by_role("button", name="保存", exact=True).click()
    expect(toast(page)).to_contain_text("已上报协调办公室")
    assert Visit.objects.get().has_problem
    assert Ticket.objects.get().title == "用工缺二十人"
