"""Companies enter a programme under the rules of the day, and leave it with their team."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from companies.models import Company, Enrolment
from companies.services import EnrolmentRefused, end_enrolment, enrol_companies, enrol_project
from liaison.models import AuditEvent
from tests.factories import (
    CityFactory,
    CompanyFactory,
    CountyFactory,
    EnrolmentFactory,
    ProgrammeFactory,
    ProjectFactory,
    VersionFactory,
    VisitFactory,
    at,
)
from tests.factories.rulebook import preset_version

DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)


def enrol(cast, companies, **fields):
    return enrol_companies(
        **{
            "programme": cast.version.programme,
            "companies": companies,
            "starts_on": DAY,
            "by": cast.office,
            "at": NOW,
            **fields,
        }
    )


class TestEnrolCompanies:
    def test_takes_the_version_in_force_that_day(self, cast):
        later = VersionFactory(
            programme=cast.version.programme, number=2, effective_from=date(2026, 6, 1), published=True
        )
        now, then = CompanyFactory(), CompanyFactory()
        enrol(cast, [now])
        enrol(cast, [then], starts_on=date(2026, 6, 1))
        assert now.enrolments.get().version == cast.version
        assert then.enrolments.get().version == later

    def test_again_changes_nothing(self, cast):
        company = CompanyFactory()
        everyone = Company.objects.filter(pk__in=[company.pk, cast.company.pk])
        first, again = enrol(cast, everyone), enrol(cast, everyone)
        assert (len(first.created), first.already) == (1, 1)
        assert (len(again.created), again.already) == (0, 2)
        assert AuditEvent.objects.filter(action="纳入包联").count() == 1

    def test_leaves_out_companies_that_closed_down(self, cast):
        done = enrol(cast, [CompanyFactory(is_active=False)])
        assert (len(done.created), done.closed_down) == (0, 1)

    def test_does_a_thousand_in_few_queries(self, cast, django_assert_max_num_queries):
        companies = [CompanyFactory() for _ in range(60)]
        with django_assert_max_num_queries(12):
            assert len(enrol(cast, companies).created) == 60

    def test_refuses_companies_of_another_city(self, cast):
        elsewhere = CityFactory(code="529900", name="河阳市")
        stranger = CompanyFactory(region=CountyFactory(code="529902", parent=elsewhere, name="河东区"))
        with pytest.raises(EnrolmentRefused, match="不在云川市范围内"):
            enrol(cast, [stranger, CompanyFactory()])
        assert Enrolment.objects.count() == 2

    def test_refuses_without_published_rules(self, cast):
        with pytest.raises(EnrolmentRefused, match="还没有已发布的规则"):
            enrol(cast, [CompanyFactory()], programme=ProgrammeFactory())

    def test_refuses_a_day_outside_the_programme(self, cast):
        with pytest.raises(EnrolmentRefused, match="纳入日不能更早"):
            enrol(cast, [CompanyFactory()], starts_on=date(2024, 12, 31))


class TestProject:
    def test_stands_beside_its_company(self, cast):
        project = ProjectFactory(company=cast.company)
        fields = {"programme": cast.version.programme, "starts_on": DAY, "by": cast.office, "at": NOW}
        first = enrol_project(project=project, **fields)
        assert enrol_project(project=project, **fields) == first
        assert cast.company.enrolments.count() == 2

    def test_comes_with_its_company_where_asked_and_once(self, cast):
        project = ProjectFactory(company=cast.company)
        done = enrol(cast, [cast.company], with_projects=True)
        assert (str(done), done.already) == ("1 个项目", 1)
        assert cast.company.enrolments.get(project=project).starts_on == DAY
        assert str(enrol(cast, [cast.company], with_projects=True)) == "0 家企业"

    def test_obeys_the_phases_as_its_company_does(self, cast):
        programme = preset_version("p3").programme
        project = ProjectFactory(company=CompanyFactory(region=cast.county, industry="14"))
        fields = {"programme": programme, "project": project, "starts_on": programme.starts_on}
        with pytest.raises(EnrolmentRefused, match="行业还没有开放"):
            enrol_project(**fields, by=cast.office, at=NOW)
        assert enrol_project(**fields, by=cast.office, at=NOW, exception="抢险").project == project

    def test_of_a_company_that_closed_down_is_refused(self, cast):
        project = ProjectFactory(company=CompanyFactory(region=cast.county, is_active=False))
        with pytest.raises(EnrolmentRefused, match="不再存续"):
            enrol_project(
                programme=cast.version.programme, project=project, starts_on=DAY, by=cast.office, at=NOW
            )


class TestProjectOnTheCompanyPage:
    def test_is_enrolled_from_its_place(self, cast, client_as):
        project = ProjectFactory(company=cast.company)
        client, page = client_as("office"), cast.company.get_absolute_url()
        url = reverse("companies:project-enrol", args=[cast.company.uscc])
        assert url in client.get(page).content.decode()
        fields = {"project": project.code, "programme": "p2", "starts_on": "2026-03-02"}
        assert client.post(url, fields).url == page
        text = client.get(page).content.decode()
        assert "已将 1 个项目纳入" in text
        assert "已纳入助商稳企" in text

    def test_a_refusal_says_why_and_keeps_what_was_typed(self, cast, client_as):
        project = ProjectFactory(company=cast.company)
        url = reverse("companies:project-enrol", args=[cast.company.uscc])
        fields = {"project": project.code, "programme": "p2", "starts_on": "2024-12-31", "exception": "急"}
        answer = client_as("office").post(url, fields)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "纳入日不能更早" in text
        assert 'value="急"' in text

    def test_no_button_for_who_may_not(self, cast, client_as):
        ProjectFactory(company=cast.company)
        url = reverse("companies:project-enrol", args=[cast.company.uscc])
        assert url not in client_as("official").get(cast.company.get_absolute_url()).content.decode()


class TestOpenIndustries:
    def test_the_list_shows_whom_a_programme_with_phases_takes_now(self, cast, client_as, clock):
        programme = preset_version("p3").programme
        clock(at(2025, 1, 2))
        power = CompanyFactory(region=cast.county, industry="44", name="云川供电有限公司")
        CompanyFactory(region=cast.county, industry="14", name="云川糕点有限公司")
        client = client_as("office")
        page = client.get(reverse("companies:companies"), {"open": programme.code})
        assert [row.name for row in page.context["page"]] == [power.name]
        assert page.context["count"] == 1
        assert "本阶段行业门类" in page.content.decode()
        clock(at(2026, 3, 2))  # every phase has begun: nothing is left to choose
        page = client_as("office").get(reverse("companies:companies"), {"open": programme.code})
        assert page.context["count"] == 4
        assert page.context["open"] == []


class TestEndEnrolment:
    def test_ends_the_seats_with_it(self, cast):
        end_enrolment(enrolment=cast.enrolment, ends_on=DAY, by=cast.office, at=NOW)
        assert {seat.ends_on for seat in cast.enrolment.assignments.order_by("pk")} == {DAY}

    def test_may_be_entered_again_afterwards(self, cast):
        end_enrolment(enrolment=cast.enrolment, ends_on=DAY, by=cast.office, at=NOW)
        assert len(enrol(cast, [cast.company], starts_on=date(2026, 3, 3)).created) == 1

    def test_not_before_a_visit(self, cast):
        VisitFactory(enrolment=cast.enrolment, official=cast.official, on=DAY)
        with pytest.raises(EnrolmentRefused, match="已有走访记录"):
            end_enrolment(enrolment=cast.enrolment, ends_on=date(2026, 3, 1), by=cast.office, at=NOW)


class TestDatabase:
    def test_refuses_a_company_twice_at_a_time(self, cast):
        with (
            pytest.raises(IntegrityError, match="companies_enrolment_company_once_at_a_time"),
            transaction.atomic(),
        ):
            EnrolmentFactory(company=cast.company)

    def test_refuses_a_project_twice_at_a_time(self):
        first = EnrolmentFactory(project=ProjectFactory())
        with (
            pytest.raises(IntegrityError, match="companies_enrolment_project_once_at_a_time"),
            transaction.atomic(),
        ):
            EnrolmentFactory(company=first.company, project=first.project)

    def test_refuses_an_end_before_the_start(self):
        with (
            pytest.raises(IntegrityError, match="companies_enrolment_ends_after_start"),
            transaction.atomic(),
        ):
            EnrolmentFactory(ends_on=date(2024, 1, 1))
