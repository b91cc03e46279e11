"""A company at its own door, on a phone, without an account: files, follows, rates, brings back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from assessment.services import invite_company
from companies.models import DoorCard
from companies.services import sign_card
from issues import services
from issues.choices import Status
from issues.models import FollowLink, Ticket
from liaison.models import Official
from tests.factories import Cast, CategoryFactory, DoorCardFactory, TicketFactory
from tests.journeys.conftest import NOW, Complaints, choice, faultless, phone, toast


@pytest.fixture
def card(cast: Cast) -> DoorCard:
    found: DoorCard = DoorCardFactory(company=cast.company)
    return found


def handled(ticket: Ticket, cast: Cast) -> Ticket:
    """What the house does meanwhile."""
    ticket = services.report_ticket(ticket=ticket, by=cast.official, at=NOW)
    ticket = services.dispatch_ticket(
        ticket=ticket, grade=cast.version.grades.get(code="A"), category=CategoryFactory(), lead=cast.land,
        by=cast.office, at=NOW,
    )  # fmt: skip
    ticket = services.sign_ticket(ticket=ticket, by=cast.unit, at=NOW)
    ticket = services.resolve_ticket(
        ticket=ticket, outcome="solved", result="变压器已换", by=cast.unit, at=NOW
    )
    return services.answer_ticket(ticket=ticket, mode="phone", note="", by=cast.official, at=NOW)


@phone
@pytest.mark.usefixtures("present")
def test_files_by_the_code_follows_rates_and_brings_it_back(page: Page, cast: Cast, card: DoorCard) -> None:
    page.goto(f"/card/{sign_card(card)}/")
    page.get_by_role("link", name="提交问题").tap()
    expect(page.get_by_role("heading", level=1, name="提交问题")).to_be_visible()
    faultless(page)
    page.get_by_label("遇到了什么问题").fill("变压器扩容迟迟不批")
    page.get_by_label("联系人姓名").fill("周敏")
    page.get_by_label("联系电话").fill("138 0000 0001")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", level=1, name="已提交")).to_be_visible()
    faultless(page)
    ticket = Ticket.objects.get()
    expect(page.get_by_role("heading", name=ticket.number)).to_be_visible()
    page.get_by_role("link", name="查看进度").tap()
    expect(page.get_by_role("heading", name="已收到，服务干部正在核实")).to_be_visible()
    faultless(page)
    page.get_by_label("补充或询问").fill("上周又停了两次")
    page.get_by_role("button", name="发送").tap()
    expect(toast(page)).to_contain_text("已发送")
    expect(page.locator(".talk")).to_contain_text("上周又停了两次")

    ticket = handled(ticket, cast)
    invite_company(ticket=ticket, at=NOW)
    page.reload()
    expect(page.get_by_text("变压器已换").first).to_be_visible()
    page.get_by_role("link", name="评价").tap()
    choice(page, "满意").tap()
    page.get_by_role("button", name="提交评价").tap()
    expect(page.get_by_role("heading", level=1, name="谢谢您的评价")).to_be_visible()
    expect(page.get_by_text("2026年4月1日 周三之前可以在进度页再次提出")).to_be_visible()
    faultless(page)

    page.get_by_role("link", name="返回进度页").tap()
    expect(page.get_by_role("heading", name="已办结")).to_be_visible()
    page.get_by_text("没有真正解决，再次提出").tap()
    page.get_by_label("哪里没有解决").fill("今天又跳闸了")
    page.get_by_role("button", name="再次提出").tap()
    expect(toast(page)).to_contain_text("已重新办理")
    faultless(page)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.round) == (Status.IN_PROGRESS, 2)


@phone
@pytest.mark.usefixtures("present")
def test_is_asked_whether_it_is_the_same_thing(page: Page, cast: Cast, card: DoorCard) -> None:
    TicketFactory(enrolment=cast.enrolment, title="变压器扩容一直没批下来", at=NOW - timedelta(days=3))
    page.goto(f"/card/{sign_card(card)}/file/")
    page.get_by_label("遇到了什么问题").fill("变压器扩容迟迟不批")
    page.get_by_label("具体情况").tap()
    expect(page.get_by_text("3 天前提过类似的问题")).to_be_visible()
    faultless(page)
    choice(page, "不是，另提一件").tap()
    page.get_by_label("联系人姓名").fill("周敏")
    page.get_by_label("联系电话").fill("13800000001")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", level=1, name="已提交")).to_be_visible()
    assert Ticket.objects.count() == 2


@phone
@pytest.mark.usefixtures("present")
def test_takes_it_back_because_it_was_asked(
    page: Page, cast: Cast, complaints: Complaints, sit_down: Callable[[BrowserContext, str], None]
) -> None:
    ticket = TicketFactory(reported=True, enrolment=cast.enrolment, at=NOW - timedelta(days=1))
    by: Official = cast.official
    services.ask_withdrawal(
        ticket=ticket, reason="settled", words="您说通行证已经办好", by=by, at=NOW - timedelta(hours=1)
    )
    page.goto(f"/f/{services.sign_link(FollowLink.objects.get())}/")
    expect(page.get_by_role("heading", name="请您确认：要不要撤回这件问题？")).to_be_visible()
    faultless(page)
    page.get_by_text("同意撤回").first.tap()
    page.get_by_role("button", name="同意撤回").tap()
    expect(page.get_by_role("heading", name="您已撤回")).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.status == Status.WITHDRAWN
