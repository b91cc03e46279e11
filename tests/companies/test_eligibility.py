"""Who may take a seat: every rule, at every door – service, page, API, roster."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies.models import Assignment, Enrolment
from companies.services import AssignmentRefused, assign_seat, end_assignment, replace_holder
from liaison.choices import DepartmentKind, Holder, Rank, SeatPlace, VersionStatus
from liaison.models import Eligibility, LoadRule, Official, ProgrammeVersion, Training
from tests.companies.test_assignments import DAY, NOW
from tests.factories import (
    Cast,
    CompanyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    ProjectFactory,
    QuotaFactory,
    RecusalFactory,
    TeamRoleFactory,
    VersionFactory,
)
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts


def rules(*quotas: dict[str, Any], warn: int = 0, eligible: tuple[dict[str, Any], ...] = (), **seat: Any):
    """A published version with one seat of officials."""
    version = VersionFactory()
    role = TeamRoleFactory(version=version, code="officer", **seat)
    for quota in quotas:
        QuotaFactory(version=version, **quota)
    for row in eligible:
        Eligibility.objects.create(version=version, role=role, **row)
    if warn:
        LoadRule.objects.create(version=version, warn_companies=warn)
    version.status, version.published_at = VersionStatus.PUBLISHED, NOW
    version.save()
    return version


def person(*, department: dict[str, Any] | None = None, is_chief: bool = False, **fields: Any) -> Official:
    return PostingFactory(
        official=OfficialFactory(**fields),
        department=DepartmentFactory(**(department or {})),
        is_chief=is_chief,
    ).official


def give(version: ProgrammeVersion, who: Official, by: Official, **place: Any) -> Assignment:
    return assign_seat(
        enrolment=EnrolmentFactory(version=version, **place),
        role=version.team_roles.get(code="officer"),
        official=who,
        starts_on=DAY,
        by=by,
        at=NOW,
    )


def project() -> dict[str, Any]:
    found = ProjectFactory()
    return {"company": found.company, "project": found}


class TestEligibility:
    def test_rank_chief_and_kind_of_unit(self, office):
        version = rules(
            eligible=(
                {"rank": Rank.COUNTY, "chiefs_only": True},
                {"rank": Rank.SECTION, "department_kind": DepartmentKind.ECONOMIC},
            )
        )
        economic = {"kind": DepartmentKind.ECONOMIC}
        for fits in (
            person(rank=Rank.COUNTY, is_chief=True),
            person(rank=Rank.SECTION, department=economic),
        ):
            assert give(version, fits, office).official == fits
        for wrong in (person(rank=Rank.COUNTY), person(rank=Rank.SECTION), person(rank=Rank.STAFF)):
            with pytest.raises(AssignmentRefused, match="须由县级主要负责人、科级（经济部门）担任"):
                give(version, wrong, office)

    def test_every_reason_at_once(self, office):
        version = rules(
            eligible=({"rank": Rank.SECTION, "max_age": 40},),
            needs_training=True,
            place=SeatPlace.SAME_COUNTY,
        )
        old = person(rank=Rank.SECTION, birth_year=1970)
        with pytest.raises(AssignmentRefused) as refusal:
            give(version, old, office)
        for words in ("56 岁，超过40 岁的年龄上限", "没有政策培训记录", "须来自企业所在县区"):
            assert words in str(refusal.value)

    def test_trained_on_the_day_or_before(self, office):
        version, who = rules(needs_training=True), person()
        record = Training.objects.create(
            official=who, on=date(2026, 3, 3), subject="惠企政策", recorded_at=NOW
        )
        with pytest.raises(AssignmentRefused, match="没有政策培训记录"):
            give(version, who, office)
        Training.objects.filter(pk=record.pk).update(on=DAY)
        assert give(version, who, office).official == who

    def test_of_several_posts_the_one_that_fits_counts(self, office):
        version = rules(eligible=({"rank": Rank.SECTION, "chiefs_only": True},))
        who = person(rank=Rank.SECTION)
        chief = PostingFactory(official=who, is_chief=True)
        assert give(version, who, office).department == chief.department

    def test_a_unit_must_come_from_where_its_seat_says(self, office):
        version = rules(
            holder=Holder.DEPARTMENT, counts_to_quota=False, keeps_contact=False, place=SeatPlace.SAME_COUNTY
        )
        enrolment = EnrolmentFactory(version=version)
        ask = {"enrolment": enrolment, "role": version.team_roles.get(), "starts_on": DAY, "by": office}
        with pytest.raises(AssignmentRefused, match="须为企业所在县区的单位"):
            assign_seat(**ask, department=DepartmentFactory(), at=NOW)
        own = DepartmentFactory(region=enrolment.company.region)
        assert assign_seat(**ask, department=own, at=NOW).department == own


class TestQuotas:
    def test_goes_by_chief_kind_and_own_region(self, office):
        county = CompanyFactory().region
        version = rules(
            {"companies": 1},
            {"companies": 2, "chiefs_only": True},
            {"companies": 3, "region": county},
        )
        plain, chief = person(rank=Rank.SECTION), person(rank=Rank.SECTION, is_chief=True)
        local = person(rank=Rank.SECTION, department={"region": county})
        for who, limit in ((plain, 1), (chief, 2), (local, 3)):
            for _ in range(limit):
                give(version, who, office)
            with pytest.raises(AssignmentRefused, match=f"限额 {limit} 户企业，不能再增加"):
                give(version, who, office)

    def test_companies_or_projects_never_both(self, office):
        version = rules({"companies": 2, "projects": 2, "either_or": True})
        one, other = person(rank=Rank.SECTION), person(rank=Rank.SECTION)
        give(version, one, office)
        with pytest.raises(AssignmentRefused, match="已包抓 1 户企业，企业和项目只能选一样，不能再增加"):
            give(version, one, office, **project())
        give(version, other, office, **project())
        with pytest.raises(AssignmentRefused, match="已包抓 1 个项目，企业和项目只能选一样"):
            give(version, other, office)

    def test_a_soft_either_or_warns(self, office):
        version = rules({"companies": 2, "projects": 2, "either_or": True, "is_hard": False})
        who = person(rank=Rank.SECTION)
        give(version, who, office)
        assert "只能选一样，本次指派后超出限额，请留意" in give(version, who, office, **project()).warning

    def test_who_is_not_to_carry_projects_is_told_so(self, office):
        version = rules({"companies": 2})
        with pytest.raises(AssignmentRefused, match="本方案不安排科级干部（党政机关）包抓项目"):
            give(version, person(rank=Rank.SECTION), office, **project())

    def test_a_heavy_load_is_counted_over_all_programmes(self, office):
        one, other, who = rules(warn=2), rules(warn=2), person()
        assert [give(version, who, office).warning for version in (one, other)] == ["", ""]
        words = "各方案合计已包抓 2 户，本次指派后为 3 户，超过 2 户的负荷提醒线"
        assert words in give(one, who, office).warning

    def test_a_replacement_is_judged_as_well(self, office):
        version = rules({"companies": 1})
        who, busy = person(rank=Rank.SECTION), person(rank=Rank.SECTION)
        give(version, busy, office)
        seat = give(version, who, office)
        with pytest.raises(AssignmentRefused, match="限额 1 户企业"):
            replace_holder(assignment=seat, official=busy, starts_on=date(2026, 3, 9), by=office, at=NOW)


class TestFullTime:
    def test_in_one_company_at_a_time(self, office):
        one, other, who = rules(full_time=True), rules(full_time=True), person()
        seat = give(one, who, office)
        with pytest.raises(AssignmentRefused, match="已在另一户企业脱产专职") as refused:
            give(other, who, office)
        assert seat.enrolment.company.name not in str(refused.value)  # who asks may not see that company
        end_assignment(assignment=seat, ends_on=DAY, by=office, at=NOW)
        later = assign_seat(
            enrolment=EnrolmentFactory(version=other),
            role=other.team_roles.get(),
            official=who,
            starts_on=date(2026, 3, 3),
            by=office,
            at=NOW,
        )
        later.refresh_from_db()
        assert later.is_full_time


@pytest.fixture
def barred(cast: Cast) -> tuple[Enrolment, Official, str]:
    """An enrolment, an official who may not take its seat, and why."""
    enrolment = EnrolmentFactory(company=CompanyFactory(region=cast.county))
    who = PostingFactory(official__rank=Rank.SECTION, department=cast.land).official
    RecusalFactory(official=who, company=enrolment.company)
    return enrolment, who, "已登记与该企业回避"


class TestDoors:
    def test_page(self, barred, client_as, clock):
        clock(NOW)
        enrolment, who, words = barred
        address = reverse("companies:seat-assign", args=[enrolment.pk, "officer"])
        client = client_as("office")
        given = {"holder": who.pk, "starts_on": DAY.isoformat(), "q": who.name}
        answer = client.post(address, given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        picker = client.get(address, {"q": who.name})
        assert f'value="{who.pk}"' not in picker.content.decode()
        assert [one["objections"] for one in picker.context["candidates"] if one["value"] == who.pk] == [
            ("已登记与该企业回避，回避期内不担任其席位",)
        ]

    def test_picker_puts_those_who_may_first_with_what_is_left(self, cast, client_as, clock):
        clock(NOW)
        enrolment = EnrolmentFactory(company=CompanyFactory(region=cast.county))
        address = reverse("companies:seat-assign", args=[enrolment.pk, "head"])
        chief = PostingFactory(official__rank=Rank.COUNTY, department=cast.land, is_chief=True).official
        shown = client_as("office").get(address).context["candidates"]
        assert [one["value"] for one in shown if not one["objections"]] == [chief.pk]
        assert shown[0]["value"] == chief.pk
        assert all("“专班班长”须由" in one["objections"][0] for one in shown[1:])
        officers = client_as("office").get(
            reverse("companies:seat-assign", args=[enrolment.pk, "officer"]), {"q": "linxiaozhou"}
        )
        (one,) = officers.context["candidates"]
        assert (one["value"], one["held"], one["limit"], one["left"]) == (cast.official.pk, 1, 5, 4)

    def test_api(self, barred, api_as, clock):
        clock(NOW)
        enrolment, who, words = barred
        answer = api_as("office").post(
            "/api/v1/assignments/",
            {
                "company": enrolment.company.uscc,
                "programme": enrolment.programme.code,
                "role": "officer",
                "official": who.pk,
                "starts_on": DAY.isoformat(),
            },
            format="json",
        )
        assert answer.status_code == 409
        assert words in answer.json()["detail"]

    def test_roster(self, barred, cast, office):
        enrolment, who, words = barred
        other = PostingFactory(official__rank=Rank.SECTION, department=cast.land).official
        headings = ("统一社会信用代码", "席位", "手机号", "包联起")
        code = enrolment.company.uscc
        rows = [
            [code, "包抓干部", who.phone, "2026-03-02"],
            [code, "包抓干部", other.phone, "2026-03-02"],
            [code, "专班班长", other.phone, "2026-03-02"],
        ]
        options = {"programme": cast.version.programme.code, "enrol": True}
        run = check("assignments", sheet_bytes(headings, rows), office, options=options)
        assert words in "".join(reasons(run, 2).values())
        assert "“专班班长”须由" in "".join(reasons(run, 4).values())
        assert verdicts(run)[3] == "new"
        confirm(run, office)
        assert [seat.official for seat in enrolment.assignments.all()] == [other]

    def test_roster_does_not_lengthen_a_seat_past_its_successor_nor_past_a_quota(self, cast, office):
        first, second = (
            PostingFactory(official__rank=Rank.SECTION, department=cast.land).official for _ in range(2)
        )
        place = EnrolmentFactory(company=CompanyFactory(region=cast.county))
        headings = ("统一社会信用代码", "席位", "手机号", "包联起", "包联止")
        code, options = place.company.uscc, {"programme": cast.version.programme.code, "enrol": True}
        rows = [
            [code, "包抓干部", first.phone, "2026-03-02", "2026-03-31"],
            [code, "包抓干部", second.phone, "2026-04-01", ""],
        ]
        confirm(check("assignments", sheet_bytes(headings, rows), office, options=options), office)
        longer = [[code, "包抓干部", first.phone, "2026-03-02", "2026-04-30"]]
        run = check("assignments", sheet_bytes(headings, longer), office, options=options)
        assert "不能延长" in "".join(reasons(run, 2).values())
        Assignment.objects.filter(official=second).delete()
        RecusalFactory(official=first, company=place.company, starts_on=date(2026, 4, 15))
        run = check("assignments", sheet_bytes(headings, longer), office, options=options)
        assert "已登记与该企业回避" in "".join(reasons(run, 2).values())
