"""包联关系: seats by the rules that one assignment by hand obeys."""

from __future__ import annotations

from datetime import date

from companies.models import Assignment, Enrolment
from liaison.choices import Verdict
from liaison.models import Official
from tests.factories import Cast, CompanyFactory, PostingFactory
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = ("统一社会信用代码", "席位", "干部姓名", "手机号", "单位", "包联起")


def _options(cast: Cast, *, enrol: bool = True) -> dict[str, object]:
    return {"programme": cast.version.programme.code, "enrol": enrol}


def test_enrols_the_company_and_fills_its_seats(office: Official, cast: Cast):
    company = CompanyFactory(region=cast.county)
    officer = PostingFactory(department=cast.land).official
    rows = [
        [company.uscc, "牵头单位", "", "", cast.land.name, "2026-03-02"],
        [company.uscc, "包抓干部", officer.name, officer.phone, "", "2026-03-02"],
    ]
    run = check("assignments", sheet_bytes(HEADINGS, rows), office, options=_options(cast))
    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.NEW}
    confirm(run, office)

    enrolment = Enrolment.objects.get(company=company)
    assert (enrolment.version, enrolment.starts_on) == (cast.version, date(2026, 3, 2))
    seats = Assignment.objects.filter(enrolment=enrolment)
    assert {(seat.role.code, seat.official, seat.department) for seat in seats} == {
        ("lead_department", None, cast.land),
        ("officer", officer, cast.land),
    }
    assert all(seat.assigned_by == office for seat in seats)


def test_the_same_again_is_the_same(office: Official, cast: Cast):
    rows = [[cast.company.uscc, "包抓干部", cast.official.name, cast.official.phone, "", ""]]
    run = check("assignments", sheet_bytes(HEADINGS, rows), office, options=_options(cast))
    assert verdicts(run) == {2: Verdict.SAME}


def test_refuses_taken_seats_unknown_seats_and_strangers(office: Official, cast: Cast):
    code = cast.company.uscc
    rows = [
        [code, "包抓干部", cast.stranger.name, cast.stranger.phone, "", ""],
        [code, "首席服务官", cast.stranger.name, cast.stranger.phone, "", ""],
        [code, "成员单位", "", "", "", ""],
        ["91519902999999999X", "包抓干部", "", "", "", ""],
        [code, "包抓领导", "没有此人", "", cast.land.name, ""],
    ]
    run = check("assignments", sheet_bytes(HEADINGS, rows), office, options=_options(cast))
    assert set(verdicts(run).values()) == {Verdict.ERROR}
    assert cast.official.name in reasons(run, 2)["席位"]
    assert "牵头单位" in reasons(run, 3)["席位"]
    assert "请填单位" in reasons(run, 4)["单位"]
    assert "没有没有此人" in reasons(run, 6)["干部姓名"]


def test_counts_the_quota_over_what_is_kept_and_what_the_sheet_adds(office: Official, cast: Cast):
    officer = PostingFactory(department=cast.land).official
    limit = cast.version.quotas.get(rank=officer.rank).companies
    companies = [CompanyFactory(region=cast.county) for _ in range(limit + 1)]
    rows = [[c.uscc, "包抓干部", officer.name, officer.phone, "", ""] for c in companies]
    run = check("assignments", sheet_bytes(HEADINGS, rows), office, options=_options(cast))
    assert run.counts == {"new": limit, "error": 1, "noted": 0}
    assert f"限额 {limit} 户" in reasons(run, limit + 2)["干部姓名"]


def test_a_company_outside_the_programme_is_refused_unless_it_is_to_join(office: Official, cast: Cast):
    company = CompanyFactory(region=cast.county)
    rows = [[company.uscc, "牵头单位", "", "", cast.land.name, ""]]
    run = check("assignments", sheet_bytes(HEADINGS, rows), office, options=_options(cast, enrol=False))
    assert "尚未纳入" in reasons(run, 2)["统一社会信用代码"]


def test_two_lines_for_one_exclusive_seat_leave_the_second_out(office: Official, cast: Cast):
    company = CompanyFactory(region=cast.county)
    rows = [
        [company.uscc, "牵头单位", "", "", cast.land.name, ""],
        [company.uscc, "牵头单位", "", "", cast.power.name, ""],
    ]
    run = check("assignments", sheet_bytes(HEADINGS, rows), office, options=_options(cast))
    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.ERROR}
    assert "本表第 2 行" in reasons(run, 3)["席位"]
