"""Figures: seats filled, companies contacted, load by rank, and how the contact of a period stands."""

from __future__ import annotations

from datetime import date

import pytest

from companies import reports
from companies.choices import VisitMode
from companies.models import Company, Enrolment
from liaison.choices import VersionStatus
from liaison.models import ContactRule
from tests.companies.test_assignments import posted
from tests.factories import (
    AssignmentFactory,
    CompanyFactory,
    ContactRuleFactory,
    EnrolmentFactory,
    TeamRoleFactory,
    VersionFactory,
    VisitFactory,
    at,
)

DAY = date(2026, 3, 20)


class TestSeats:
    def test_counts_filled_of_required_per_seat(self, cast):
        EnrolmentFactory()
        rows = {row.code: row for row in reports.seat_coverage(Enrolment.objects.all(), DAY)}
        assert next(iter(rows)) == "lead_department"
        assert (rows["officer"].required, rows["officer"].filled, rows["officer"].missing) == (3, 2, 1)

    def test_a_seat_for_two_is_not_filled_by_one(self):
        version = VersionFactory()
        TeamRoleFactory(version=version, code="pair", name="双人", min_count=2, max_count=None)
        version.status, version.published_at = VersionStatus.PUBLISHED, at(2026, 1, 1)
        version.save()
        half, full = EnrolmentFactory(version=version), EnrolmentFactory(version=version)
        for enrolment, holders in ((half, 1), (full, 2)):
            for _ in range(holders):
                AssignmentFactory(enrolment=enrolment, seat="pair", official=posted())
        (row,) = reports.seat_coverage(Enrolment.objects.filter(version=version), DAY)
        assert (row.required, row.filled) == (2, 1)
        assert list(Enrolment.objects.missing("pair", DAY).order_by("pk")) == [half]
        assert list(Enrolment.objects.filter(version=version).incomplete(DAY).order_by("pk")) == [half]

    def test_seats_of_other_days_do_not_count(self, cast):
        cast.enrolment.assignments.filter(role__code="officer").update(ends_on=date(2026, 3, 19))
        assert list(Enrolment.objects.missing("officer", DAY).order_by("pk")) == [cast.enrolment]

    def test_teams_show_holders_and_gaps(self, cast):
        cast.enrolment.assignments.filter(role__code="officer").delete()
        (team,) = reports.teams_of(Enrolment.objects.filter(pk=cast.enrolment.pk), DAY)
        assert [seat.role.code for seat in team.missing] == ["officer"]
        assert team.seats[0].holders[0].department == cast.industry


class TestFigures:
    def test_companies_enrolled_and_with_team(self, cast):
        CompanyFactory()
        EnrolmentFactory()
        figures = reports.count_companies(Company.objects.all(), DAY)
        assert figures == {"all": 4, "enrolled": 3, "with_team": 2}


class TestMine:
    @pytest.mark.parametrize(
        ("on", "visits", "words", "tone"),
        [
            (date(2026, 3, 20), [], "本月还需联系 1 次，还剩 11 天", "blue"),
            (date(2026, 3, 25), [], "本月还需联系 1 次，还剩 6 天", "yellow"),
            (date(2026, 3, 31), [], "本月还需联系 1 次，今天是最后一天", "yellow"),
            (date(2026, 3, 20), [date(2026, 3, 1)], "本月已联系 1 次", "green"),
            (date(2026, 3, 20), [date(2026, 2, 28)], "本月还需联系 1 次，还剩 11 天", "blue"),
        ],
    )
    def test_says_how_the_month_stands(self, cast, on, visits, words, tone):
        for day in visits:
            VisitFactory(enrolment=cast.enrolment, official=cast.official, on=day)
        (row,) = reports.served_companies(cast.official, on)
        assert (row.words, row.tone) == (words, tone)

    def test_counts_ones_own_contacts_but_shows_the_last_of_anybody(self, cast):
        VisitFactory(enrolment=cast.enrolment, on=date(2026, 3, 18), summary="领导来过")
        (row,) = reports.served_companies(cast.official, DAY)
        assert (row.done, row.last.on) == (0, date(2026, 3, 18))

    def test_a_seat_without_duty_owes_nothing(self, cast):
        cast.enrolment.assignments.filter(role__code="officer").delete()
        cast.enrolment.assignments.filter(role__code="head").delete()
        AssignmentFactory(enrolment=cast.enrolment, seat="head", official=cast.official)
        (row,) = reports.served_companies(cast.official, DAY)
        assert (row.wanted, row.words, row.tone) == (0, "不要求定期联系", "grey")

    def test_only_ways_that_the_rule_names_count(self):
        rule: ContactRule = ContactRuleFactory(by_phone=False, by_message=False)
        assert reports.counting_modes(rule) == [VisitMode.VISIT, VisitMode.VIDEO, VisitMode.WAIVED]
        assert reports.counting_modes(None) == list(VisitMode.values)

    def test_takes_few_queries(self, cast, django_assert_max_num_queries):
        for _ in range(5):
            EnrolmentFactory(team={"officer": cast.official})
        with django_assert_max_num_queries(5):
            assert len(reports.served_companies(cast.official, DAY)) == 6


class TestVisitsReached:
    """无事不扰: a ceiling of visits on site a month, all programmes and units together."""

    def test_says_so_from_the_ceiling_on(self, cast):
        rule: ContactRule = ContactRuleFactory(visits_ceiling=2)
        VisitFactory(enrolment=cast.enrolment, on=date(2026, 3, 2))
        VisitFactory(enrolment=cast.enrolment, on=date(2026, 3, 3), phone=True)
        assert reports.visits_reached(cast.company, [rule], DAY) == ""
        VisitFactory(enrolment=cast.enrolment, on=date(2026, 3, 4))
        assert "已上门 2 次，达到每月 2 次的上限" in reports.visits_reached(cast.company, [rule], DAY)
        assert reports.visits_reached(cast.company, [rule], date(2026, 4, 1)) == ""

    def test_a_rule_without_a_ceiling_says_nothing(self, cast):
        VisitFactory(enrolment=cast.enrolment)
        assert reports.visits_reached(cast.company, [cast.version.contact_rule], DAY) == ""
