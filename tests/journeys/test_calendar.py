"""Next year's paper has come: the clerk pastes it, sees what it moves, and applies it."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from issues import services as issues
from liaison.choices import ChangeState
from liaison.models import CalendarChange
from tests.calendar.papers import PAPER_2027
from tests.calendar.test_changes import given_in_december
from tests.factories import Cast, at
from tests.journeys.conftest import SignIn, faultless, phone

NOW = at(2026, 12, 28, 9)


@pytest.fixture(autouse=True)
def december(clock) -> None:
    """It is the morning of Monday, 28 December 2026, and 2027 is not known."""
    clock(NOW)


def test_a_clerk_pastes_the_notice_sees_what_moves_and_applies_it(
    page: Page, cast: Cast, sign_in: SignIn, transactional_db
) -> None:
    ticket = given_in_december(cast)
    sign_in(page, "office")
    page.get_by_role("link", name="2027 年放假安排尚未录入").click()
    expect(page.get_by_role("heading", level=1, name="2027 年工作日历（暂定）")).to_be_visible()
    faultless(page)
    page.get_by_role("link", name="录入 2027 年放假安排").click()
    page.get_by_label("通知正文").fill(PAPER_2027)
    page.get_by_role("button", name="识别日期").click()
    expect(page.get_by_text("读到 7 个假期")).to_be_visible()
    expect(page.locator("#id_rows-1-work")).to_have_value("2月14日")
    expect(page.get_by_label("文号")).to_have_value("国办发明电〔2026〕9号")
    faultless(page)
    page.get_by_label("公布日期").fill("2026-11-20")
    page.get_by_role("button", name="下一步：看影响哪些期限").click()

    row = page.locator("tr[data-row]").filter(has_text=ticket.title)
    expect(row).to_contain_text("2027-01-04 → 2027-01-05")
    expect(row).to_contain_text("元旦放假不计")
    faultless(page)
    page.get_by_role("button", name="应用").click()
    page.get_by_role("dialog").get_by_role("button", name="应用").click()
    expect(page.get_by_text("正在调整期限")).to_be_visible()
    faultless(page)
    change = CalendarChange.objects.get()
    assert change.state == ChangeState.APPLYING
    issues.apply_calendar_change(change_id=change.pk, at=NOW)  # what a worker does

    expect(page.get_by_text("办结期限由 2027-01-04 改为 2027-01-05")).to_be_visible()
    faultless(page)
    page.get_by_role("link", name=ticket.title).click()
    page.get_by_role("button", name="期限怎么算的", exact=True).click()
    why = page.get_by_role("dialog", name="期限怎么算的")
    expect(why).to_contain_text("第5日 2027/1/5 周二")
    expect(why).to_contain_text("按 2026 年度日历第 1 版、2027 年度日历第 1 版")
    faultless(page)
    ticket.refresh_from_db()
    assert ticket.due_on == date(2027, 1, 5)


@phone
def test_on_a_phone_the_year_and_the_reason_fit(
    page: Page, cast: Cast, sign_in: SignIn, transactional_db
) -> None:
    given_in_december(cast)
    sign_in(page, "unit")
    faultless(page)
    page.get_by_role("button", name="期限怎么算的").first.click()
    expect(page.get_by_role("dialog", name="期限怎么算的")).to_contain_text("2027 年放假安排尚未公布")
    faultless(page)
    page.goto("/calendar/2027/")
    faultless(page)
    page.goto("/calendar/2026/")
    expect(page.get_by_text("春节补班").first).to_be_visible()
    faultless(page)
