"""Roster staff bring in a list of companies: a real file, a real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from companies.models import Company
from tests.factories import credit_code
from tests.journeys.conftest import Complaints, SignIn, faultless, go
from tests.strictness.worker import Worker

GOOD, MENDED = credit_code(881), credit_code(882)
BAD = "91510902MA00000000"
ROSTER = f"""企业名称,统一社会信用代码,成立日期,企业类型,注册资本,经营范围,注册地址
云川澄江新材料科技有限公司,{GOOD},2016-05-20,有限责任公司,"2,180(万)",新材料研发、制造,云溪县创业路 8 号
云川望岳物流有限公司,{MENDED},2019-03-11,有限责任公司,300万人民币,道路运输,临江区滨江路 2 号
云川坏码商贸有限公司,{BAD},2018-01-01,有限责任公司,50万人民币,批发,临江区
"""


@pytest.fixture
def upload(page: Page, sign_in: SignIn) -> Page:
    """The roster clerk looks at 名册导入."""
    sign_in(page, "roster")
    go(page, "名册导入")
    faultless(page)
    return page


def test_a_roster_is_checked_confirmed_and_given_back_as_a_workbook(
    upload: Page, idle_worker: Worker, tmp_path: Path
) -> None:
    page = upload
    roster = tmp_path / "企业名册.csv"
    roster.write_text(ROSTER, encoding="gb18030")
    page.get_by_label("名册文件").set_input_files(roster)
    expect(page.locator(".drop-name")).to_contain_text("企业名册.csv")
    page.get_by_role("button", name="上传并检查").click()

    expect(page.locator("#import-progress")).to_contain_text("正在检查")  # no worker yet: it waits its turn
    expect(page.locator("#import-progress")).to_contain_text("已排队")
    faultless(page)
    idle_worker.start()

    expect(page.get_by_role("heading", name="核对后确认")).to_be_visible()  # the page turns by itself
    wrong = page.locator("[data-row]").filter(has_text="云川坏码商贸有限公司")
    expect(wrong).to_contain_text("有误")
    expect(wrong).to_contain_text("校验")
    expect(wrong.locator("td").first).to_have_text("4")  # the sheet's own row
    faultless(page)
    page.get_by_role("link", name="新增").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    assert not Company.objects.filter(uscc=GOOD).exists()

    page.get_by_role("button", name="确认写入 2 行").click()
    expect(page.locator(".notice-title")).to_have_text("已导入")
    assert Company.objects.get(uscc=GOOD).region.name == "云溪县"
    faultless(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="下载全部结果").click()
    assert download.value.suggested_filename == "企业名册-导入结果.xlsx"
    rows = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    said = dict(zip(rows[0], rows[3], strict=True))
    assert (said["统一社会信用代码"], said["结论"], said["原行号"]) == (BAD, "有误", 4)
    assert "校验" in said["原因"]


def test_what_is_not_a_roster_is_refused_in_words(
    upload: Page, complaints: Complaints, tmp_path: Path
) -> None:
    page = upload
    complaints.expect(422)
    picture = tmp_path / "营业执照.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    page.get_by_label("名册文件").set_input_files(picture)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator(".field-error")).to_contain_text("不是表格文件")
    faultless(page)
