"""纳入包联 by roster: each line asks the programme's gate of its own day."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from companies.imports.enrolments import EnrolmentExaminer
from companies.models import Enrolment
from liaison.choices import ImportState, Reach, SystemRole, Verdict
from liaison.imports.rosters import roster_of
from liaison.models import AuditEvent, Official
from tests.factories import (
    Cast,
    CompanyFactory,
    DepartmentFactory,
    PostingFactory,
    ProjectFactory,
    credit_code,
)
from tests.factories.rulebook import preset_version
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = ("统一社会信用代码", "企业名称", "项目代码", "纳入日", "例外理由")
P2 = {"programme": "p2"}


def test_enrols_by_code_by_name_and_by_project(office: Official, cast: Cast):
    one, other = (CompanyFactory(region=cast.county) for _ in range(2))
    project = ProjectFactory(company=cast.company)
    rows = [
        [one.uscc, "", "", "2026-02-02", ""],
        ["", f" {other.name} ", "", "", ""],
        ["", "", project.code, "", ""],
        [cast.company.uscc, "", "", "", ""],
        [other.uscc, "", "", "", ""],
    ]
    content = sheet_bytes(HEADINGS, rows)
    run = check("enrolments", content, office, options=P2)
    assert list(verdicts(run).values()) == [*[Verdict.NEW] * 3, Verdict.SAME, Verdict.DUPLICATE]
    assert "已在包联" in reasons(run, 5)["统一社会信用代码"]
    confirm(run, office)
    places = Enrolment.objects.order_by("starts_on", "project", "pk").exclude(
        pk__in=[cast.enrolment.pk, cast.other_enrolment.pk]
    )
    assert [(p.company, p.project, p.starts_on, p.version) for p in places] == [
        (one, None, date(2026, 2, 2), cast.version),
        (cast.company, project, date(2026, 3, 2), cast.version),
        (other, None, date(2026, 3, 2), cast.version),
    ]
    traces = AuditEvent.objects.filter(action="纳入包联").order_by("pk")
    assert [trace.detail["count"] for trace in traces] == [1, 2]
    again = check("enrolments", content, office, options=P2)
    assert {*verdicts(again).values()} == {Verdict.SAME, Verdict.DUPLICATE}


def test_says_line_by_line_why_somebody_cannot_come_in(office: Official, cast: Cast):
    for county in (cast.county, cast.other_county):
        CompanyFactory(region=county, name="云川双喜有限公司")
    project = ProjectFactory(company=cast.company)
    rows = [
        [credit_code(73_000_001), "", "", "", ""],
        ["", "云川双喜有限公司", "", "", ""],
        [CompanyFactory(region=cast.county, is_active=False).uscc, "", "", "", ""],
        [CompanyFactory(region=cast.county).uscc, "", "", "2024-12-31", ""],
        [cast.other_company.uscc, "", project.code, "", ""],
        ["", "", "没有的项目", "", ""],
        ["", "", "", "", "急"],
    ]
    run = check("enrolments", sheet_bytes(HEADINGS, rows), office, options=P2)
    assert {*verdicts(run).values()} == {Verdict.ERROR}
    assert "先导入企业" in reasons(run, 2)["统一社会信用代码"]
    assert "请填信用代码" in reasons(run, 3)["企业名称"]
    assert "不再存续" in reasons(run, 4)["统一社会信用代码"]
    assert "纳入日不能更早" in reasons(run, 5)["纳入日"]
    assert cast.company.name in reasons(run, 6)["项目代码"]
    assert "没有这个编号" in reasons(run, 7)["项目代码"]
    assert "请填" in reasons(run, 8)["企业名称"]


def test_an_industry_that_is_not_open_needs_its_reason_in_the_line(office: Official, cast: Cast):
    programme = preset_version("p3").programme
    day = programme.starts_on.isoformat()
    early, excused = (CompanyFactory(region=cast.county, industry="14") for _ in range(2))
    rows = [[early.uscc, "", "", day, ""], [excused.uscc, "", "", day, "抢险物资企业"]]
    run = check("enrolments", sheet_bytes(HEADINGS, rows), office, options={"programme": programme.code})
    assert verdicts(run) == {2: Verdict.ERROR, 3: Verdict.NEW}
    assert "写明例外理由" in reasons(run, 2)["例外理由"]
    confirm(run, office)
    assert AuditEvent.objects.get(action="纳入包联").detail["exception"] == "抢险物资企业"


def test_what_another_clerk_enrolled_meanwhile_is_checked_anew(office: Official, cast: Cast):
    company = CompanyFactory(region=cast.county)
    run = check("enrolments", sheet_bytes(HEADINGS, [[company.uscc, "", "", "", ""]]), office, options=P2)
    Enrolment.objects.create(
        programme=cast.version.programme, version=cast.version, company=company, starts_on=date(2026, 3, 1)
    )
    confirm(run, office)
    assert run.state == "checking"
    assert "重新检查" in run.message
    assert Enrolment.objects.filter(company=company).count() == 1


def test_many_lines_cost_as_many_queries_as_few(office: Official, cast: Cast, django_assert_max_num_queries):
    companies = [CompanyFactory(region=cast.county) for _ in range(60)]
    with django_assert_max_num_queries(45):
        run = check(
            "enrolments",
            sheet_bytes(HEADINGS, [[c.uscc, "", "", "", ""] for c in companies]),
            office,
            options=P2,
        )
    assert run.counts["new"] == 60


def test_comes_in_the_command_and_with_a_template(cast: Cast, tmp_path, capsys):
    company = CompanyFactory(region=cast.county)
    file = tmp_path / "名单.xlsx"
    file.write_bytes(sheet_bytes(HEADINGS, [[company.uscc, "", "", "2026-03-02", ""]]))
    call_command("import_roster", "enrolments", str(file), "--programme=p2", "--by=office", "--commit")
    assert Enrolment.objects.filter(company=company).exists()
    assert [column.heading for column in roster_of("enrolments").columns.values()] == list(HEADINGS)


def test_a_code_of_another_county_tells_nothing_but_that_it_is_elsewhere(cast: Cast):
    clerk = PostingFactory(
        role=SystemRole.ROSTER,
        reach=Reach.REGION,
        department=DepartmentFactory(name="云溪县统计局", region=cast.other_county),
    ).official.on_duty(date(2026, 3, 2))
    project = ProjectFactory(company=cast.company)
    rows = [
        [cast.company.uscc, "随便写的名称", "", "", ""],
        [cast.other_company.uscc, "", project.code, "", ""],
    ]
    run = check("enrolments", sheet_bytes(HEADINGS, rows), clerk, options=P2)
    assert {*verdicts(run).values()} == {Verdict.ERROR}
    told = str([reasons(run, 2), reasons(run, 3)])
    assert "不在云溪县范围内" in told
    assert cast.company.name not in told


def test_a_fault_while_writing_is_said_and_does_not_keep_the_run_writing_for_good(
    office: Official, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    content = sheet_bytes(HEADINGS, [[CompanyFactory(region=cast.county).uscc, "", "", "", ""]])
    run = check("enrolments", content, office, options=P2)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(EnrolmentExaminer, "write", fail)
    with pytest.raises(RuntimeError, match="no such luck"):
        confirm(run, office)
    run.refresh_from_db()
    assert (run.state, run.applied_by) == (ImportState.FAILED, None)
    assert "没有写入任何内容" in run.message


def test_the_wizard_names_the_programme(office: Official, cast: Cast, client: Client):
    content = sheet_bytes(HEADINGS, [[CompanyFactory(region=cast.county).uscc, "", "", "", ""]])
    run = check("enrolments", content, office, options=P2)
    client.force_login(office)
    page = client.get(reverse("liaison:import", args=[run.pk]))
    assert ("方案", cast.version.programme) in page.context["facts"]
    assert str(cast.version.programme) in page.content.decode()
