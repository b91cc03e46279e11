"""The plan of a company: written on the spot, its files judged, read by the office, closed to others."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from companies.models import PlanFile, PlanMeasure
from tests.factories import Cast
from tests.files.samples import PDF, picture
from tests.journeys.conftest import Complaints, SignIn, faultless, phone, toast

pytestmark = pytest.mark.usefixtures("present")


def sent(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": data}


def write_two_measures(page: Page) -> None:
    """Goals and day of the plan, two measures, and a picture; saved together."""
    page.get_by_label("目标").fill("上半年新增订单 500 万元")
    page.get_by_label("完成日期").first.fill("2026-06-30")
    first, second = page.locator(".plan-row").all()
    first.get_by_label("措施").fill("每月走访，协调用工")
    first.get_by_label("完成期限").fill("2026-03-04")
    second.get_by_label("措施").fill("对接设备更新贷款")
    page.get_by_label("添加附件").set_input_files([sent("厂区东门.jpg", picture())])
    expect(page.locator(".drop-name")).to_contain_text("厂区东门.jpg")
    faultless(page)
    page.get_by_role("button", name="保存方案").click()
    expect(toast(page)).to_contain_text(["包抓方案已保存", "已上传 1 个附件"])


def open_plan(page: Page, cast: Cast) -> None:
    page.goto(cast.company.get_absolute_url())
    page.get_by_role("link", name=re.compile("制定方案|修改、登记完成")).first.click()
    expect(page.get_by_role("heading", level=1, name="包抓方案")).to_be_visible()


@phone
def test_a_plan_is_written_and_a_measure_done_with_one_thumb(page: Page, cast: Cast, sign_in: SignIn) -> None:
    sign_in(page, "official")
    open_plan(page, cast)
    write_two_measures(page)
    team = page.locator(".plan")
    expect(team).to_contain_text("0/2 已完成")
    expect(team.get_by_role("link", name="厂区东门.jpg")).to_be_visible()
    faultless(page)

    open_plan(page, cast)
    row = page.locator(".plan-row").first
    row.locator("summary").tap()
    row.get_by_label("完成日").last.fill("2026-03-02")
    row.get_by_label("结果").fill("招到 12 人")
    page.get_by_role("button", name="再加一条措施").tap()
    expect(page.locator(".plan-row")).to_have_count(4)
    faultless(page)
    page.get_by_role("button", name="保存方案").tap()
    expect(page.locator(".plan")).to_contain_text("1/2 已完成")
    expect(page.locator(".plan")).to_contain_text("招到 12 人")
    assert [bool(one.done_on) for one in PlanMeasure.objects.order_by("position")] == [True, False]
    page.goto("/measures/")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_contain_text("对接设备更新贷款")
    faultless(page)


def test_a_lying_file_is_refused_the_others_kept_and_only_who_sees_the_company_gets_them(
    context: BrowserContext,
    page: Page,
    cast: Cast,
    sign_in: SignIn,
    new_context: Callable[[], BrowserContext],
    complaints: Complaints,
    tmp_path: Path,
) -> None:
    complaints.expect(404, 422)
    sign_in(page, "official")
    open_plan(page, cast)
    write_two_measures(page)
    open_plan(page, cast)
    files = [sent("会议纪要.pdf", PDF), sent("照片.png", b"MZ" + b"\0" * 99)]
    page.get_by_label("添加附件").set_input_files(files)
    page.get_by_role("button", name="上传附件").click()
    expect(page.locator(".files .field-error")).to_contain_text("“照片.png”没有上传：内容是可执行程序")
    expect(page.locator(".file-row")).to_have_count(2)
    faultless(page)
    page.get_by_role("button", name="删除 厂区东门.jpg").click()
    page.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
    expect(page.locator(".file-row")).to_have_count(1)
    stored = PlanFile.objects.get()
    assert stored.name == "会议纪要.pdf"

    desk = new_context()
    complaints.listen(desk)
    office = desk.new_page()
    sign_in(office, "office")
    open_plan(office, cast)
    faultless(office)
    with office.expect_download() as download:
        office.get_by_role("link", name="下载 会议纪要.pdf").click()
    assert download.value.suggested_filename == "会议纪要.pdf"
    kept = tmp_path / "kept.pdf"
    download.value.save_as(kept)
    assert kept.read_bytes() == PDF

    elsewhere = new_context()
    complaints.listen(elsewhere)
    stranger = elsewhere.new_page()
    sign_in(stranger, "stranger")
    for address in (f"/plan-files/{stored.pk}/", f"/enrolments/{cast.enrolment.pk}/plan/"):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 404
        expect(stranger.locator("[data-page=refusal]")).to_be_visible()
