"""覆盖情况 and 干部负荷: each figure counted by hand, its rows, and who may look."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from companies.models import Company
from companies.reports import coverage as report
from liaison.choices import Rank
from liaison.models import AuditEvent
from tests.factories import (
    AssignmentFactory,
    Cast,
    CompanyFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    ProjectFactory,
    TownFactory,
    at,
)

MONDAY = date(2026, 3, 2)


@pytest.fixture
def places(cast: Cast) -> dict[str, Company]:
    """Beside the cast's covered companies: one with a unit only, one not enrolled, one whose time is up."""
    town = TownFactory(parent=cast.county)
    unit_only = CompanyFactory(region=cast.county, industry="26", scale="large")
    place = EnrolmentFactory(company=unit_only, version=cast.version)
    AssignmentFactory(enrolment=place, seat="lead_department", department=cast.industry)
    outside = CompanyFactory(region=town, industry="C", is_sole_trader=True, scale="")
    over = CompanyFactory(region=cast.county, industry="51")
    late = EnrolmentFactory(company=over, version=cast.version, ends_on=date(2026, 3, 1))
    AssignmentFactory(enrolment=late, official=cast.official, ends_on=date(2026, 3, 1))
    CompanyFactory(region=cast.county, is_active=False)
    built = CompanyFactory(region=cast.county)  # its project is covered, the company is not
    project = EnrolmentFactory(company=built, project=ProjectFactory(company=built), version=cast.version)
    AssignmentFactory(enrolment=project, official=cast.official)
    return {"unit_only": unit_only, "outside": outside, "over": over, "built": built}


def cover(cast: Cast, who: str = "office", on: date = MONDAY) -> dict[str, str]:
    rows = report.with_cover(Company.objects.visible_to(cast[who]), cast.version.programme, on)
    return dict(rows.order_by("pk").values_list("name", "cover"))


class TestCover:
    def test_a_company_is_covered_once_an_official_keeps_contact(self, cast, places):
        found = cover(cast)
        assert found == {
            cast.company.name: "covered", cast.other_company.name: "covered",
            places["unit_only"].name: "unassigned", places["outside"].name: "unenrolled",
            places["over"].name: "unenrolled", places["built"].name: "unenrolled",
        }  # fmt: skip

    def test_the_day_decides(self, cast, places):
        assert cover(cast, on=date(2026, 3, 1))[places["over"].name] == "covered"
        assert set(cover(cast, on=date(2024, 12, 31)).values()) == {"unenrolled"}

    def test_the_whole_is_the_sum_of_each_table(self, cast, places):
        rows = report.tally_cover(
            report.with_cover(Company.objects.visible_to(cast.office), cast.version.programme, MONDAY)
        )
        (whole,) = report.split_cover(rows, lambda row: "", {"": "合计"})
        assert (whole.total, whole.covered, whole.unassigned, whole.unenrolled) == (6, 2, 1, 3)
        kinds = report.split_cover(
            rows, lambda row: "trader" if row["is_sole_trader"] else "company", {"company": "", "trader": ""}
        )
        assert [(line.key, line.total, line.uncovered) for line in kinds] == [
            ("company", 5, 3),
            ("trader", 1, 1),
        ]

    def test_is_one_query_however_many_companies(self, cast, places, django_assert_num_queries):
        rows = report.with_cover(Company.objects.visible_to(cast.office), cast.version.programme, MONDAY)
        with django_assert_num_queries(1):
            report.tally_cover(rows)


class TestCoveragePages:
    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            ({"state": "unassigned"}, ["unit_only"]),
            ({"state": "uncovered"}, ["unit_only", "outside", "over", "built"]),
            ({"industry": "C"}, ["unit_only", "outside"]),
            ({"industry": "F"}, ["over"]),
            ({"kind": "trader"}, ["outside"]),
            ({"scale": "large"}, ["unit_only"]),
        ],
    )
    def test_a_figure_opens_the_rows_that_it_counts(self, cast, places, client_as, clock, asked, names):
        clock(at(2026, 3, 2))
        page = client_as("office").get(reverse("companies:coverage-rows"), asked).context["page"]
        assert {company.name for company in page.object_list} == {places[name].name for name in names}

    def test_every_figure_of_the_page_is_the_number_of_rows_behind_it(self, cast, places, client_as, clock):
        clock(at(2026, 3, 2))
        client = client_as("office")
        answer = client.get(reverse("companies:coverage"))
        for table in answer.context["tables"]:
            for line, filters in table["lines"]:
                behind = client.get(answer.context["rows_url"] + filters).context["page"].paginator.count
                assert behind == line.total, (table["name"], line.label)

    def test_the_uncovered_are_enrolled_from_the_list(self, cast, places, client_as, clock):
        clock(at(2026, 3, 2))
        page = reverse("companies:coverage-enrol") + "?state=unenrolled"
        answer = client_as("office").post(page, {"company": [places["outside"].uscc]}, follow=True)
        assert "已将 1 家企业纳入" in answer.content.decode()
        assert cover(cast)[places["outside"].name] == "unassigned"
        client_as("office").post(page, {"everything": "yes"})
        assert "unenrolled" not in cover(cast).values()

    def test_a_county_office_counts_its_own_county_only(self, cast, places, client_as, clock):
        clock(at(2026, 3, 2))
        clerk = OfficialFactory()
        unit = PostingFactory(official=clerk, role="office", department__region=cast.other_county)
        assert unit.reach == "region"
        whole = client_as(clerk).get(reverse("companies:coverage")).context["whole"]
        assert (whole.total, whole.covered) == (1, 1)

    def test_the_workbook_holds_what_the_filters_leave_and_a_line_is_written(
        self, cast, places, client_as, clock
    ):
        clock(at(2026, 3, 2))
        answer = client_as("office").post(reverse("companies:coverage-export") + "?state=unassigned")
        _, *rows = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values
        assert [(row[0], row[6]) for row in rows] == [(places["unit_only"].name, "已纳入未分配")]
        assert AuditEvent.objects.get(action="导出").detail == {"rows": 1, "query": "state=unassigned"}


class TestLoads:
    def people(self, cast: Cast, who: str = "office") -> dict[str, report.Loaded]:
        found = report.loads(cast.version.programme, cast.version, cast[who], MONDAY)
        return {one.name: one for one in found}

    def test_counts_companies_of_counting_seats_against_the_quota_of_the_class(self, cast, places):
        quota = cast.version.quotas.get(rank="section", chiefs_only=False, department_kind="", region=None)
        one = self.people(cast)["林小舟"]
        assert (one.companies, one.projects, one.limit) == (1, 1, quota.companies)
        assert one.spare == quota.companies - 1
        assert one.county == cast.city.path

    def test_each_figure_opens_just_what_it_counts(self, cast, places, client_as):
        """Seats that count to no quota stay out, and a company is not a project."""
        led = EnrolmentFactory(company=CompanyFactory(region=cast.county), version=cast.version)
        AssignmentFactory(enrolment=led, seat="head", official=cast.official)
        client = client_as("office")
        asked = {"programme": cast.version.programme.code}
        page = client.get(reverse("companies:load-rows"), asked).content.decode().replace("&amp;", "&")
        links = re.findall(rf'href="([^"]+official={cast.official.pk}&[^"]+counted=[^"]+)"', page)
        one = self.people(cast)["林小舟"]
        counts = [client.get(link).context["count"] for link in links]
        assert counts == [one.companies, one.projects] == [1, 1]
        whole = client.get(links[0].replace("&counted=company", ""))
        assert whole.context["count"] == 3
        assert "计入限额的 1 户企业" in client.get(links[0]).content.decode()

    def test_a_rank_line_adds_up_and_leaves_nobody_out(self, cast, places):
        people = list(self.people(cast).values())
        lines = report.rank_lines(people, 3)
        assert sum(line.people for line in lines) == len(people)
        section = next(line for line in lines if line.rank == Rank.SECTION)
        here = [one for one in people if one.rank == Rank.SECTION]
        assert section.by_load == {n: len([1 for one in here if one.companies == n]) for n in range(3)} | {
            3: len([1 for one in here if one.companies >= 3])
        }
        assert section.spare == sum(one.spare or 0 for one in here)

    def test_over_full_and_heavy(self):
        one = report.Loaded(1, "甲", "局", "section", "a/", companies=6, projects=0, limit=5, warn=5)
        assert (one.spare, one.is_full, one.is_over, one.is_heavy) == (0, True, True, True)
        free = report.Loaded(1, "甲", "局", "section", "a/", companies=6, projects=0, limit=None, warn=6)
        assert (free.spare, free.is_full, free.is_over, free.is_heavy) == (None, False, False, False)

    def test_every_figure_opens_its_people_by_unit_and_name(self, cast, places, client_as, clock):
        clock(at(2026, 3, 2))
        client = client_as("office")
        answer = client.get(reverse("companies:loads"))
        url = answer.context["rows_url"]
        for line in answer.context["lines"]:
            for n, count in line.by_load.items():
                page = client.get(f"{url}&rank={line.rank}&load={n}").context["page"]
                assert page.paginator.count == count
            for room, count in (("full", line.full), ("over", line.over), ("heavy", line.heavy)):
                assert (
                    client.get(f"{url}&rank={line.rank}&room={room}").context["page"].paginator.count == count
                )
