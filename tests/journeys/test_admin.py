"""The administrator: who did what, and a first password for a new official."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.factories import Cast
from tests.journeys.conftest import PASSWORD, SignIn, faultless, go

pytestmark = pytest.mark.usefixtures("present")


def test_a_first_password_is_issued_used_and_changed(
    page: Page, cast: Cast, sign_in: SignIn, new_context, complaints
) -> None:
    sign_in(page, "admin")
    go(page, "干部")
    page.get_by_label("查找干部").fill("田家骏")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="田家骏").click()
    expect(page.get_by_role("heading", level=1, name="田家骏")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="发放初始密码").click()
    page.get_by_role("dialog").get_by_role("button", name="发放", exact=True).click()
    issued = page.locator(".card").filter(has=page.get_by_role("heading", name="初始密码")).locator("b")
    expect(issued).to_be_visible()
    faultless(page)

    context = new_context()
    complaints.listen(context)
    theirs = context.new_page()
    theirs.goto("/sign-in/")
    theirs.get_by_label("登录名").fill("unit")
    theirs.get_by_label("密码").fill(issued.inner_text())
    theirs.get_by_role("button", name="登录").click()
    expect(theirs.get_by_role("heading", level=1, name="修改密码")).to_be_visible()
    faultless(theirs)
    theirs.goto("/tickets/")
    expect(theirs.get_by_role("heading", level=1, name="修改密码")).to_be_visible()
    theirs.get_by_label("旧密码").fill(issued.inner_text())
    theirs.get_by_label("新密码", exact=False).first.fill(PASSWORD)
    theirs.get_by_label("新密码", exact=False).last.fill(PASSWORD)
    theirs.get_by_role("button", name="保存新密码").click()
    expect(theirs.get_by_role("heading", level=1, name="工作台")).to_be_visible()
    cast.unit.refresh_from_db()
    assert not cast.unit.must_change_password

    go(page, "操作记录")
    expect(page.locator("[data-row]").filter(has_text="发放初始密码")).to_contain_text("田家骏")
    expect(page.locator("[data-row]").filter(has_text="修改密码")).to_contain_text("田家骏")
    faultless(page)
