"""企业名册: what is said of each line, and what is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from companies.models import Company
from liaison.choices import ImportState, Verdict
from liaison.models import AuditEvent, ImportRun, Official
from tests.factories import (
    Cast,
    CompanyFactory,
    ContactFactory,
    ContactRuleFactory,
    EnrolmentFactory,
    TownFactory,
    credit_code,
)
from tests.imports.files import (
    COMPANY_HEADINGS,
    check,
    confirm,
    csv_bytes,
    reasons,
    sheet_bytes,
    upload,
    verdicts,
)

ONE, TWO, THREE = (credit_code(n) for n in (31_000_001, 31_000_002, 31_000_003))


def test_new_companies_come_in_with_clean_values(roster: Official, cast: Cast):
    rows = [[" 云川禾丰食品(集团)有限公司 ", ONE, "临江区", "1,200万元人民币", "2012年5月18日"]]
    run = confirm(check("companies", sheet_bytes(COMPANY_HEADINGS, rows), roster), roster)

    assert run.state == ImportState.APPLIED
    company = Company.objects.get(uscc=ONE)
    assert (company.name, company.region, company.capital_wan, company.capital_currency) == (
        "云川禾丰食品（集团）有限公司",
        cast.county,
        Decimal(1200),
        "人民币",
    )
    assert company.established_on == date(2012, 5, 18)
    assert company.pinyin.startswith("yunchuanhefeng")
    assert not company.is_sole_trader


def test_says_new_changed_same_duplicate_and_error_by_the_sheets_own_row_numbers(
    roster: Official, cast: Cast
):
    CompanyFactory(uscc=ONE, name="云川锐石有限公司", region=cast.county, capital_wan=100)
    CompanyFactory(uscc=TWO, name="云川清泉有限公司", region=cast.county)
    rows = [
        ["云川锐石有限公司", ONE, "", "300", ""],
        ["云川清泉有限公司", TWO, "临江区", "", ""],
        [],
        ["云川天工有限公司", THREE, "云溪县", "", ""],
        ["云川天工有限公司", THREE, "云溪县", "", ""],
        ["云川远帆有限公司", ONE[:-1] + ("0" if ONE[-1] != "0" else "1"), "", "", ""],
    ]
    run = check("companies", sheet_bytes(COMPANY_HEADINGS, rows, title="云川市企业名册"), roster)

    assert verdicts(run) == {
        3: Verdict.CHANGED,
        4: Verdict.SAME,
        6: Verdict.NEW,
        7: Verdict.DUPLICATE,
        8: Verdict.ERROR,
    }
    assert run.rows.get(number=3).changes == {"注册资本": ["100 万元", "300 万元"]}
    assert "第 6 行" in reasons(run, 7)[""]
    assert "校验位" in reasons(run, 8)["统一社会信用代码"]
    assert (run.counts["new"], run.counts["changed"], run.counts["error"]) == (1, 1, 1)


def test_applying_leaves_out_what_is_wrong_and_keeps_what_the_sheet_does_not_say(
    roster: Official, cast: Cast
):
    kept = CompanyFactory(uscc=ONE, region=cast.county, address="滨河路 1 号", capital_wan=100)
    rows = [[kept.name, ONE, "", "300", ""], ["坏行有限公司", "12345", "", "", ""]]
    confirm(check("companies", sheet_bytes(COMPANY_HEADINGS, rows), roster), roster)

    kept.refresh_from_db()
    assert (kept.capital_wan, kept.address) == (300, "滨河路 1 号")
    assert not Company.objects.filter(name="坏行有限公司").exists()


def test_a_code_turned_into_a_number_is_refused_by_cell(roster: Official):
    rows = [["甲有限公司", 9.16107e17, "", "", ""], ["乙有限公司", "9.16E+17", "", "", ""]]
    run = check("companies", sheet_bytes(COMPANY_HEADINGS, rows), roster)

    assert verdicts(run) == {2: Verdict.ERROR, 3: Verdict.ERROR}
    assert "9.16E+17" in reasons(run, 2)["统一社会信用代码"]
    assert run.rows.get(number=2).cells["统一社会信用代码"].startswith("9.16107E+17")


def test_finds_the_county_by_address_then_by_code(roster: Official, cast: Cast):
    TownFactory(parent=cast.other_county, name="石门镇")
    headings = ("企业名称", "统一社会信用代码", "注册地址")
    rows = [
        ["甲有限公司", ONE, "云川市云溪县石门镇老街 3 号"],
        ["乙有限公司", TWO, "不知哪条路 8 号"],
        ["丙有限公司", credit_code(31_000_009, "610102"), "西安市新城区 1 号"],
    ]
    run = confirm(check("companies", sheet_bytes(headings, rows), roster), roster)

    where = dict(Company.objects.filter(name__in=[r[0] for r in rows]).values_list("name", "region__name"))
    assert where == {"甲有限公司": "云溪县", "乙有限公司": "临江区", "丙有限公司": "云川市"}
    assert "按名册归入云川市" in reasons(run, 4)["注册地址"]
    assert run.counts["noted"] == 1


def test_refuses_companies_outside_the_region_of_who_imports(cast: Cast, roster: Official):
    posting = roster.postings.get()
    posting.department.region = cast.county
    posting.department.save()
    roster.on_duty(roster.access.on)
    abroad = CompanyFactory(uscc=THREE, region=cast.other_county)
    rows = [
        ["本区有限公司", ONE, "临江区", "", ""],
        ["外县有限公司", TWO, "云溪县", "", ""],
        [abroad.name, THREE, "", "", ""],
        ["外县地址有限公司", credit_code(31_000_010, "519921"), "", "", ""],
    ]
    run = check("companies", sheet_bytes(COMPANY_HEADINGS, rows), roster)

    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.ERROR, 4: Verdict.ERROR, 5: Verdict.ERROR}
    assert "不是临江区" in reasons(run, 3)["行政区划"]
    assert "不在临江区范围内" in reasons(run, 4)["统一社会信用代码"]


def test_reads_gb18030_and_columns_by_other_names(roster: Official):
    content = csv_bytes(("单位名称", "社会信用代码", "县区"), [["云川恒岳有限公司", ONE, "临江"]], "gb18030")
    confirm(check("companies", content, roster, name="名册.csv"), roster)
    assert Company.objects.get(uscc=ONE).region.name == "临江区"


def test_a_sole_trader_is_known_by_its_code(roster: Official, cast: Cast):
    code = "92" + ONE[2:17]
    from stdnum.cn import uscc

    code += uscc.calc_check_digit(code)
    run = check("companies", sheet_bytes(COMPANY_HEADINGS, [["张记面馆", code, "临江区", "", ""]]), roster)
    confirm(run, roster)
    assert Company.objects.get(uscc=code).is_sole_trader


def test_contacts_and_industries_come_along(roster: Official, cast: Cast):
    kept = CompanyFactory(uscc=TWO, region=cast.county)
    ContactFactory(company=kept, name="旧人", phone="13800000009")
    headings = ("企业名称", "信用代码", "县区", "联系人", "联系电话", "所属行业")
    rows = [
        ["甲有限公司", ONE, "临江区", "秦明月", "138 0000 0001", "食品制造"],
        [kept.name, TWO, "临江区", "新人", "0916-2212345", "C13"],
        ["乙有限公司", THREE, "临江区", "只有名", "", "没有的行业"],
    ]
    content = sheet_bytes(headings, rows)
    run = confirm(check("companies", content, roster), roster)

    first = Company.objects.get(uscc=ONE)
    assert first.industry == "14"
    assert list(first.contacts.values_list("name", "phone", "is_primary")) == [
        ("秦明月", "13800000001", True)
    ]
    contacts = kept.contacts.order_by("pk").values_list("name", "phone", "is_primary")
    assert list(contacts) == [("旧人", "13800000009", True), ("新人", "0916-2212345", False)]
    assert run.rows.get(number=3).changes["联络员"] == ["", "新人 0916-2212345"]
    assert "GB/T 4754" in reasons(run, 4)["所属行业"]
    assert set(verdicts(check("companies", content, roster)).values()) == {Verdict.SAME, Verdict.ERROR}


def test_a_shifted_line_of_text_is_refused(roster: Official):
    content = csv_bytes(COMPANY_HEADINGS, [["甲有限公司", ONE, "临江区", "5", "2020-01-01", "多", "出"]])
    run = check("companies", content, roster, name="名册.csv")
    assert "错位" in reasons(run, 2)[""]


def test_columns_that_nobody_knows_wait_for_a_person(roster: Official):
    content = sheet_bytes(("全名", "代码", "县区"), [["甲有限公司", ONE, "临江区"]])
    run = upload("companies", content, roster)
    assert run.state == ImportState.UPLOADED
    assert run.mapping == {"region": "县区"}


def test_applying_leaves_a_line_in_the_trail(roster: Official):
    run = check("companies", sheet_bytes(COMPANY_HEADINGS, [["甲有限公司", ONE, "", "", ""]]), roster)
    confirm(run, roster)
    event = AuditEvent.objects.get(action="写入名册")
    assert event.by == roster
    assert event.detail["sha256"] == run.sha256
    assert event.detail["counts"]["new"] == 1


def test_the_same_file_again_finds_nothing_to_write(roster: Official):
    content = sheet_bytes(COMPANY_HEADINGS, [["甲有限公司", ONE, "临江区", "36(万)", "1980-04-01"]])
    confirm(check("companies", content, roster), roster)
    again = check("companies", content, roster)
    assert verdicts(again) == {2: Verdict.SAME}
    assert ImportRun.objects.filter(sha256=again.sha256).count() == 2


def test_a_company_with_as_many_contacts_as_its_programme_allows_gets_no_other(cast: Cast, roster: Official):
    kept = CompanyFactory(uscc=TWO, region=cast.county)
    ContactFactory(company=kept, name="旧人", phone="13800000009")
    rule = ContactRuleFactory(liaisons_max=1)
    EnrolmentFactory(company=kept, version=rule.version)
    headings = ("企业名称", "信用代码", "联系人", "联系电话")
    run = check("companies", sheet_bytes(headings, [[kept.name, TWO, "新人", "13800000008"]]), roster)
    assert "每家企业至多设 1 名联络员，已有 1 名" in str(run.rows.values().get())
    assert verdicts(run)[2] == Verdict.SAME
