"""The official on a factory floor: one thumb, 390 px."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from companies.models import Visit
from issues.choices import Status
from issues.models import Ticket
from tests.factories import Cast
from tests.journeys.conftest import Complaints, SignIn, choice, faultless, phone, toast

pytestmark = [phone, pytest.mark.usefixtures("present")]


@dataclass
class Thumb:
    """A thumb that counts."""

    taps: int = 0

    def tap(self, what: Locator) -> None:
        what.tap()
        self.taps += 1


@pytest.fixture
def thumb(page: Page, cast: Cast, sign_in: SignIn) -> Thumb:
    """The official of 云桥 looks at 登记走访, two taps from the first page."""
    sign_in(page, "official")
    thumb = Thumb()
    thumb.tap(page.get_by_label("手机导航").get_by_role("link", name="我的企业"))
    expect(page.get_by_role("heading", level=1, name="我的企业")).to_be_visible()
    faultless(page)
    card = page.locator(".mine-card").filter(has_text=cast.company.name)
    thumb.tap(card.get_by_role("link", name="登记走访"))
    expect(page.get_by_role("heading", level=1, name="登记走访")).to_be_visible()
    faultless(page)
    return thumb


def test_a_visit_without_a_problem_takes_at_most_six_taps(page: Page, cast: Cast, thumb: Thumb) -> None:
    thumb.tap(page.get_by_role("button", name="保存", exact=True))
    expect(toast(page)).to_contain_text("走访已登记")
    assert thumb.taps <= 6
    visit = Visit.objects.get()
    assert (visit.company, visit.official, visit.has_problem) == (cast.company, cast.official, False)
    faultless(page)


def test_a_problem_is_noted_in_the_same_form_and_reported_at_once(page: Page, thumb: Thumb) -> None:
    expect(page.get_by_label("什么问题")).to_be_hidden()
    thumb.tap(choice(page, "有"))
    page.get_by_label("什么问题").fill("变压器扩容三个月没有批下来")
    expect(page.get_by_label("立即上报协调办公室")).to_be_checked()
    faultless(page)
    thumb.tap(page.get_by_role("button", name="保存", exact=True))
    expect(toast(page)).to_contain_text("已上报协调办公室")
    ticket = Ticket.objects.get()
    assert ticket.status == Status.REPORTED
    expect(toast(page)).to_contain_text(ticket.number)
    page.get_by_role("link", name="该企业的问题").tap()
    expect(page.locator("[data-row]").filter(has_text="变压器扩容")).to_be_visible()
    faultless(page)


def test_a_problem_without_its_sentence_is_asked_for_and_nothing_is_lost(
    page: Page, thumb: Thumb, complaints: Complaints
) -> None:
    complaints.expect(422)
    page.get_by_label("情况", exact=True).fill("见了厂长，三条线都开着")
    thumb.tap(choice(page, "有"))
    thumb.tap(page.get_by_role("button", name="保存", exact=True))
    expect(page.locator(".field-error")).to_contain_text("请用一句话写下企业提出的问题")
    expect(page.get_by_label("情况", exact=True)).to_have_value("见了厂长，三条线都开着")
    faultless(page)
    assert not Visit.objects.exists()
