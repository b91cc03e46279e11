"""A meeting from its agenda to what came of it: called by itself, decided, recorded, done by the unit."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from issues import services
from issues.choices import MeetingState
from issues.models import Meeting, MeetingTask
from tests.factories import Cast, TicketFactory, at
from tests.issues.test_ladder import special_group
from tests.journeys.conftest import SignIn, choice, faultless, go, select, toast

MORNING = at(2026, 3, 10, 9)  # a Tuesday; the special groups sit on Thursday


@pytest.fixture
def meeting(cast: Cast, clock) -> Meeting:
    """A problem of 用工 that its unit cannot solve alone, on the agenda of the group for it."""
    special_group(cast)
    ticket = TicketFactory(
        in_progress=True,
        enrolment=cast.enrolment,
        lead=cast.land,
        unit=cast.unit,
        office=cast.office,
        title="旺季缺熟练工",
        at=at(2026, 3, 5),
    )
    services.ask_up(
        ticket=ticket, words="需人社部门协调", by=cast.office, at=at(2026, 3, 9), from_office=True
    )
    assert services.prepare_meetings(at=MORNING) == 1
    clock(MORNING)
    return Meeting.objects.get()


def test_from_the_agenda_to_a_task_that_is_done(
    page: Page, cast: Cast, meeting: Meeting, sign_in: SignIn
) -> None:
    sign_in(page, "office")
    go(page, "会议")
    expect(page.locator("[data-row]")).to_contain_text("1 项")
    page.get_by_role("link", name=meeting.title).click()
    expect(page.get_by_role("heading", level=1, name=meeting.title)).to_be_visible()
    item = page.locator("#item-1")
    expect(item).to_contain_text("3月9日提至本层级（请求提级）")
    expect(item).to_contain_text("主办：云川市自然资源局")
    expect(page.get_by_text("还有 1 项没有议定事项")).to_be_visible()
    faultless(page)

    item.locator("summary", has_text="记录议定事项").click()
    item.get_by_label("议定事项").fill("月底前组织一场专场招聘")
    select(item, "责任单位", "云川市自然资源局")
    item.get_by_label("完成期限").fill("2026-03-20")
    choice(item, "继续督办").click()
    item.get_by_role("button", name="保存").click()
    expect(page.get_by_text("议定事项已齐")).to_be_visible()
    expect(item.locator(".agenda-decision")).to_contain_text("完成期限 2026年3月20日")
    faultless(page)

    page.get_by_role("textbox", name=re.compile("^召开日期")).fill("2026-03-10")
    page.get_by_role("button", name="记录会议").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("议定事项不能再改")
    asked.get_by_role("button", name="记录", exact=True).click()
    expect(item).to_contain_text("落实中")
    expect(page.get_by_role("button", name="记录会议")).to_have_count(0)
    faultless(page)
    page.get_by_role("link", name="会议纪要").click()
    expect(page.get_by_role("heading", level=1, name="会议纪要")).to_be_visible()
    expect(page.locator(".paper")).to_contain_text("月底前组织一场专场招聘")
    faultless(page)
    meeting.refresh_from_db()
    task = MeetingTask.objects.get()
    assert (meeting.state, task.department, task.due_on) == (
        MeetingState.HELD, cast.land, date(2026, 3, 20),
    )  # fmt: skip

    page.context.clear_cookies()
    sign_in(page, "unit")
    page.get_by_role("link", name=re.compile("月底前组织一场专场招聘")).first.click()
    expect(page.get_by_role("heading", level=1, name="会议任务")).to_be_visible()
    faultless(page)
    page.get_by_label("落实情况").fill("已招到 40 人")
    page.get_by_role("button", name="登记完成").click()
    expect(toast(page).last).to_be_visible()
    expect(page.get_by_text("已招到 40 人")).to_be_visible()
    faultless(page)
    task.refresh_from_db()
    assert task.done_by == cast.unit
