"""试排: a clerk has a draft worked out, changes it by hand, adopts it and takes it back; on a phone too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from companies.models import Assignment, Proposal
from companies.services import solve_proposal
from tests.factories import (
    Cast,
    CompanyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
)
from tests.journeys.conftest import NOW, SignIn, faultless, phone

NAMES = ("云川清泉食品有限公司", "云川锐石新材料有限公司", "云川远帆物流有限公司")


@pytest.fixture
def bare(cast: Cast, present: None) -> None:
    """Three companies of the county without 包抓干部, and two officials of the county with room."""
    unit = DepartmentFactory(name="临江区经济和信息化局", region=cast.county)
    for name in ("白露", "江晚"):
        PostingFactory(official=OfficialFactory(name=name, rank="section"), department=unit)
    for name in NAMES:
        EnrolmentFactory(company=CompanyFactory(region=cast.county, name=name))


def ask(page: Page) -> Proposal:
    """Fill the form, have the draft worked out, and wait for it to be shown."""
    page.goto("/proposals/")
    page.get_by_role("link", name="发起试排").first.click()
    label = page.locator("#id_role option", has_text="包抓干部").inner_text()
    page.locator("#id_role").select_option(label=label)
    page.get_by_label("说明").fill("先排空着的")
    page.get_by_role("button", name="开始试排").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    proposal = Proposal.objects.latest("pk")
    solve_proposal(proposal_id=proposal.pk, at=NOW)  # what the worker does; the page asks each second
    expect(page.locator("#proposal-figures")).to_be_visible()
    return proposal


def test_a_clerk_solves_changes_adopts_and_takes_back(
    page: Page, sign_in: SignIn, bare: None, cast: Cast
) -> None:
    sign_in(page, "office")
    proposal = ask(page)
    figures = page.locator("#proposal-figures")
    expect(figures).to_contain_text("已是最多")
    for name in NAMES:
        expect(page.get_by_role("row", name=name)).to_contain_text("同县区")
    faultless(page)

    row = page.get_by_role("row", name=NAMES[0])
    row.get_by_role("link", name="改派", exact=True).click()
    page.get_by_placeholder("姓名、拼音或单位").fill("林小舟")
    page.get_by_role("button", name="林小舟").click()
    changed = page.get_by_role("row", name=NAMES[0])
    expect(changed).to_contain_text("林小舟")
    expect(changed).to_contain_text("人工改派")
    expect(figures).to_contain_text("人工改派 1 对")

    page.get_by_role("link", name="采用").click()
    expect(page.get_by_role("heading", name="采用这个草案")).to_be_visible()
    faultless(page)
    page.get_by_role("button", name="采用 3 席").click()
    expect(page.get_by_text("新安排 3 席")).to_be_visible()
    seats = Assignment.objects.filter(enrolment__company__name__in=NAMES, role__code="officer")
    assert seats.count() == 3
    assert seats.get(enrolment__company__name=NAMES[0]).official == cast.official

    page.get_by_role("link", name="整体撤回").click()
    faultless(page)
    page.get_by_role("button", name="撤回 3 席").click()
    expect(page.get_by_text("撤下 3 席")).to_be_visible()
    assert not seats.exists()
    proposal.refresh_from_db()
    assert proposal.state == "taken_back"


@phone
def test_a_clerk_changes_a_draft_on_the_phone(page: Page, sign_in: SignIn, bare: None) -> None:
    sign_in(page, "office")
    proposal = ask(page)
    faultless(page)
    page.get_by_role("link", name="改派", exact=True).first.click()
    page.get_by_role("button", name="留空").click()
    expect(page.get_by_text("人工留空")).to_be_visible()
    assert proposal.pairs.count() == 2
    page.get_by_role("link", name="名额").click()
    expect(page.get_by_role("heading", name="企业名额")).to_be_visible()
    faultless(page)
