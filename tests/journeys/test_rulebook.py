"""The clerk and the rulebook: a new version is drafted, refused, mended, published, and compared."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from liaison.models import ProgrammeVersion
from tests.factories import Cast, TicketFactory, at
from tests.journeys.conftest import SignIn, faultless, phone, toast, without_javascript

pytestmark = pytest.mark.usefixtures("present")


def draft_from(page: Page, day: str) -> None:
    page.goto("/programmes/p2/")
    page.get_by_role("link", name="起草新版本").click()
    page.get_by_label("生效日").fill(day)
    page.get_by_role("button", name="起草", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="第 2 版草稿")).to_be_visible()


def test_a_clerk_edits_publishes_and_compares(page: Page, cast: Cast, sign_in: SignIn, complaints) -> None:
    complaints.expect(422)
    TicketFactory(enrolment=cast.enrolment, by=cast.official, at=at(2026, 2, 27))
    sign_in(page, "office")
    draft_from(page, "2026-04-01")
    faultless(page)

    page.evaluate("window.before = true")
    page.get_by_role("link", name="收集后 2 个工作日内上报协调办公室").press("Enter")
    box = page.get_by_label("工作日", exact=True)
    expect(box).to_be_focused()
    faultless(page)
    box.fill("")
    box.press("Enter")
    expect(page.locator(".rule-faults")).to_contain_text("必填")
    faultless(page)
    box = page.get_by_label("工作日", exact=True)
    box.fill("3")
    box.press("Enter")
    line = page.locator(".rule-line").filter(has_text="收集后 3 个工作日内上报")
    expect(line).to_contain_text("第 1 版为 2 个工作日")
    assert page.evaluate("window.before"), "the value is changed in place"

    closed = page.locator("#kind-score_items .rule-open").filter(has_text="问题办结率，权重 30 分")
    closed.click()
    page.get_by_label("权重").fill("10")
    page.get_by_role("button", name="保存").click()
    panel = page.locator("#rule-panel")
    expect(panel).to_contain_text("“责任单位（办理）”的权重合计 80")
    faultless(page)
    panel.get_by_role("link", name="去“考核”").click()
    page.get_by_role("link", name="去发布").click()
    expect(page.get_by_role("button", name="发布", exact=True)).to_be_disabled()
    expect(page.get_by_text("应为 100 分")).to_be_visible()
    faultless(page)

    page.get_by_role("link", name="回草稿修改").click()
    page.locator("#kind-score_items .rule-open").filter(has_text="问题办结率，权重 10 分").click()
    page.get_by_label("权重").fill("30")
    page.get_by_role("button", name="保存").click()
    expect(panel).to_contain_text("规则之间没有矛盾")
    page.get_by_role("link", name="去发布").click()

    effect = page.locator(".effect")
    expect(effect).to_contain_text("1 件")
    effect.get_by_text("对在办问题也适用").click()
    faultless(page)
    page.get_by_role("button", name="发布", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="规则比较")).to_be_visible()
    expect(toast(page)).to_contain_text("第 2 版已发布")
    turn = page.locator(".turn")
    expect(turn).to_have_count(1)
    expect(turn).to_contain_text("收集后 2 个工作日内上报")
    expect(turn).to_contain_text("收集后 3 个工作日内上报")
    faultless(page)
    version = ProgrammeVersion.objects.get(number=2)
    assert version.published_by == cast.office
    assert [row.rule for row in version.adopted_by.all()] == ["limits/report"]


@phone
def test_a_programme_is_made_from_a_template_on_a_phone(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "office")
    page.goto("/programmes/")
    faultless(page)
    page.get_by_role("link", name="从模板新建").click()
    faultless(page)
    page.get_by_role("link", name="用这个模板：服务企业专员").click()
    faultless(page)
    page.get_by_role("button", name="建立草稿").click()
    expect(page.get_by_role("heading", level=1, name="第 1 版草稿")).to_be_visible()
    faultless(page)
    page.locator(".rule-open").first.click()
    expect(page.locator(".rule-form")).to_be_visible()
    faultless(page)
    page.get_by_role("link", name="取消").click()
    expect(page.locator(".rule-form")).to_have_count(0)


@without_javascript
def test_a_rule_is_added_and_removed_without_script(page: Page, sign_in: SignIn, complaints) -> None:
    sign_in(page, "office")
    draft_from(page, "2026-04-01")
    page.get_by_role("link", name="加一条提级规则").click()
    page.get_by_label("触发").select_option("transfers")
    page.get_by_label("阈值").fill("5")
    page.get_by_label("提到").select_option("standing_meeting")
    page.get_by_role("button", name="加上").click()
    line = page.locator(".rule-line").filter(has_text="多次退回改派（5 次）")
    expect(line).to_be_visible()
    line.get_by_role("button", name="删除这一条").click()
    expect(line).to_have_count(0)
