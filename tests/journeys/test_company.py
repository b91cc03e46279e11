"""A company on its phone, without an account: the signed link asks once."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from assessment.models import Survey
from assessment.services import sign_token
from issues.choices import Status
from tests.factories import SHANGHAI, Cast, SurveyFactory, TicketFactory, at
from tests.journeys.conftest import Complaints, SignIn, choice, eventually, faultless, go, move, phone, toast
from tests.strictness.worker import Worker


@pytest.fixture
def survey(cast: Cast) -> Survey:
    """The company was answered on Friday and is asked whether it is settled."""
    ticket = TicketFactory(
        answered=True, enrolment=cast.enrolment, title="变压器扩容迟迟不批", at=at(2026, 2, 27)
    )
    return SurveyFactory(ticket=ticket, invited_at=at(2026, 2, 27, 16))


@phone
@pytest.mark.usefixtures("present")
def test_the_company_answers_its_link_once(page: Page, survey: Survey) -> None:
    link = f"/c/{sign_token(survey)}/"
    page.goto(link)
    expect(page.get_by_role("heading", name="变压器扩容迟迟不批")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    faultless(page)
    choice(page, "满意").tap()
    page.get_by_label("还有什么想说的").fill("谢谢专班")
    page.get_by_role("button", name="提交评价").tap()
    expect(page.get_by_role("heading", level=1, name="谢谢您的评价")).to_be_visible()
    faultless(page)
    survey.ticket.refresh_from_db()
    assert (survey.ticket.status, survey.ticket.rating) == (Status.CLOSED, 4)

    page.goto(link)
    expect(page.get_by_role("heading", level=1, name="谢谢您的评价")).to_be_visible()
    expect(page.get_by_text("“谢谢专班”")).to_be_visible()
    expect(page.get_by_text("只能评价一次")).to_be_visible()
    expect(page.get_by_role("button", name="提交评价")).to_have_count(0)


@phone
@pytest.mark.usefixtures("present")
def test_a_dissatisfied_company_hears_until_when_it_is_done_again(page: Page, survey: Survey) -> None:
    page.goto(f"/c/{sign_token(survey)}/")
    choice(page, "不满意").tap()
    page.get_by_role("button", name="提交评价").tap()
    expect(page.get_by_role("heading", level=1, name="已收到，马上重办")).to_be_visible()
    expect(page.locator(".card-body")).to_contain_text("期限")
    faultless(page)
    survey.ticket.refresh_from_db()
    assert (survey.ticket.status, survey.ticket.round) == (Status.IN_PROGRESS, 2)


@phone
@pytest.mark.usefixtures("present")
def test_a_mutilated_link_says_so(page: Page, survey: Survey, complaints: Complaints) -> None:
    complaints.expect(404)
    page.goto(f"/c/{sign_token(survey)[:-3]}/")
    expect(page.get_by_role("heading", level=1, name="链接无效")).to_be_visible()
    faultless(page)


def test_the_link_is_made_by_the_worker_and_passed_on_by_the_office(
    page: Page, cast: Cast, sign_in: SignIn, worker: Worker, new_context, complaints: Complaints
) -> None:
    """From the official's answer to the company's word: no link ever passes the official's hands."""
    ticket = TicketFactory(
        resolved=True, enrolment=cast.enrolment, at=datetime.now(SHANGHAI) - timedelta(hours=5)
    )
    sign_in(page, "official")
    page.goto(ticket.get_absolute_url())
    form = move(page, "已答复企业")
    choice(form, "电话").click()
    form.get_by_role("button", name="已答复企业").click()
    expect(toast(page)).to_contain_text("答复")
    eventually(page, Survey.objects.exists)

    desk = new_context()
    complaints.listen(desk)
    office = desk.new_page()
    sign_in(office, "office")
    go(office, "回访确认")
    row = office.locator(".survey-row").filter(has_text=ticket.title)
    row.get_by_text("转达评价链接").click()
    expect(row.get_by_role("img")).to_be_visible()
    faultless(office)
    link = row.locator("code").inner_text()
    row.get_by_role("button", name="已转达").click()
    expect(toast(office)).to_be_visible()

    pocket = new_context()
    complaints.listen(pocket)
    theirs = pocket.new_page()
    theirs.set_viewport_size({"width": 390, "height": 844})
    theirs.goto(urlsplit(link).path)
    choice(theirs, "非常满意").click()
    theirs.get_by_role("button", name="提交评价").click()
    expect(theirs.get_by_role("heading", level=1, name="谢谢您的评价")).to_be_visible()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating) == (Status.CLOSED, 5)
