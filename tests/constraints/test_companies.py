"""The companies' room: what PostgreSQL refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from companies.models import Assignment, Enrolment
from tests import factories as f
from tests.constraints import Acts, again
from tests.factories import at

JUNE = {"starts_on": date(2026, 6, 1), "ends_on": date(2026, 5, 31)}


def second_primary_contact() -> None:
    contact = f.ContactFactory()
    f.ContactFactory(company=contact.company)


def one_phone_twice() -> None:
    contact = f.ContactFactory(is_primary=False)
    f.ContactFactory(company=contact.company, phone=contact.phone)


def two_officers_in_one_seat() -> None:
    seat = f.AssignmentFactory()
    f.AssignmentFactory(enrolment=seat.enrolment)


def one_project_twice() -> None:
    project = f.ProjectFactory()
    again(f.EnrolmentFactory(company=project.company, project=project))


def team_of(**rule: Any) -> Enrolment:
    """A team whose one seat has this rule."""
    version = f.VersionFactory()
    f.TeamRoleFactory(version=version, **rule)
    return f.EnrolmentFactory(version=version)


def open_team() -> Enrolment:
    return team_of(max_count=None)


def full_time_in_two_companies() -> None:
    first = f.AssignmentFactory(enrolment=team_of(full_time=True))
    f.AssignmentFactory(enrolment=team_of(full_time=True), official=first.official)


REFUSED: Acts = {
    "companies_company_uscc_shape": lambda: f.CompanyFactory(uscc="91519902IOZSV00000"),
    "companies_company_named": lambda: f.CompanyFactory(name=""),
    "companies_company_scale_known": lambda: f.CompanyFactory(scale="giant"),
    "companies_company_capital_not_negative": lambda: f.CompanyFactory(capital_wan=-1),
    "companies_contact_one_primary": second_primary_contact,
    "companies_contact_phone_once": one_phone_twice,
    "companies_project_stage_known": lambda: f.ProjectFactory(stage="dream"),
    "companies_project_investment_not_negative": lambda: f.ProjectFactory(investment_wan=-1),
    "companies_enrolment_ends_after_start": lambda: f.EnrolmentFactory(**JUNE),
    "companies_enrolment_company_once_at_a_time": lambda: again(f.EnrolmentFactory()),
    "companies_enrolment_project_once_at_a_time": one_project_twice,
    "companies_assignment_ends_after_start": lambda: f.AssignmentFactory(**JUNE),
    "companies_assignment_slot_once": two_officers_in_one_seat,
    "companies_assignment_official_once_per_seat": lambda: again(f.AssignmentFactory(enrolment=open_team())),
    "companies_assignment_full_time_once": full_time_in_two_companies,
    "companies_recusal_reason_known": lambda: f.RecusalFactory(reason="dream"),
    "companies_recusal_ends_after_start": lambda: f.RecusalFactory(**JUNE),
    "companies_recusal_once_at_a_time": lambda: again(f.RecusalFactory()),
    "companies_plan_filled": lambda: f.ServicePlanFactory(goals=""),
    "companies_plan_revised_later": lambda: f.ServicePlanFactory(revised_at=at(2025, 1, 5)),
    "companies_planmeasure_says_what": lambda: f.PlanMeasureFactory(words=""),
    "companies_planmeasure_one_in_charge": lambda: f.PlanMeasureFactory(
        official=f.OfficialFactory(), department=f.DepartmentFactory()
    ),
    "companies_planmeasure_result_once_done": lambda: f.PlanMeasureFactory(result="已办成"),
    "companies_planmeasure_within_plan": lambda: f.PlanMeasureFactory(due_on=date(2020, 1, 1)),
    "companies_planfile_kind_known": lambda: f.PlanFileFactory(kind="exe"),
    "companies_planfile_is_something": lambda: f.PlanFileFactory(size=0),
    "companies_planfile_once": lambda: again(f.PlanFileFactory()),
    "companies_visit_mode_known": lambda: f.VisitFactory(mode="dream"),
    "companies_visit_not_in_future": lambda: f.VisitFactory(logged_at=at(2026, 3, 1)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


@pytest.mark.parametrize("days", [{"due_on": date(2036, 1, 1)}, {"done_on": date(2024, 12, 31)}])
def test_nothing_of_a_plan_lies_before_the_company_came_in_or_ten_years_ahead(days: dict[str, date]):
    """ "PlanMeasure.within_plan" reads the day from the enrolment."""
    plan = f.ServicePlanFactory(enrolment__starts_on=date(2025, 1, 1))
    with pytest.raises(IntegrityError, match="companies_planmeasure_within_plan"), transaction.atomic():
        f.PlanMeasureFactory(plan=plan, **days)


def test_a_seat_may_change_hands_the_day_after():
    seat = f.AssignmentFactory(ends_on=date(2026, 3, 31))
    f.AssignmentFactory(enrolment=seat.enrolment, starts_on=date(2026, 4, 1))


def test_a_company_may_come_back():
    first = f.EnrolmentFactory(ends_on=date(2025, 12, 31))
    f.EnrolmentFactory(company=first.company, starts_on=date(2026, 1, 1))


class TestPlace:
    """
    "Assignment.placed" fills in what the seat's rule says, whoever writes."""

    def test_each_of_a_seat_for_three_has_a_place_and_a_fourth_has_none(self):
        team = team_of(max_count=3)
        seats = [f.AssignmentFactory(enrolment=team) for _ in range(3)]
        assert self.places(*seats) == [1, 2, 3]
        with pytest.raises(IntegrityError, match="companies_assignment_slot_once"), transaction.atomic():
            f.AssignmentFactory(enrolment=team)

    def test_a_place_left_is_taken_by_the_next(self):
        team = team_of(max_count=2)
        f.AssignmentFactory(enrolment=team, ends_on=date(2026, 3, 31))
        f.AssignmentFactory(enrolment=team)
        last = f.AssignmentFactory(enrolment=team, starts_on=date(2026, 4, 1))
        assert self.places(last) == [1]

    def test_rows_written_at_once_and_wrong_words_are_put_right(self):
        team = team_of(max_count=2, full_time=True)
        people = [f.PostingFactory() for _ in range(2)]
        rows = [
            Assignment(
                enrolment=team,
                role=team.version.team_roles.get(),
                official=post.official,
                department=post.department,
                starts_on=team.starts_on,
                assigned_at=at(2025, 1, 2),
                assigned_by=post.official,
                slot=9,
                is_full_time=False,
            )
            for post in people
        ]
        made = Assignment.objects.bulk_create(rows)
        assert self.places(*made) == [1, 2]
        assert Assignment.objects.filter(is_full_time=True).count() == 2
        Assignment.objects.update(is_full_time=False, slot=None)
        assert self.places(*made) == [1, 2]
        assert Assignment.objects.filter(is_full_time=True).count() == 2

    def test_a_seat_without_a_maximum_has_no_place(self):
        assert self.places(f.AssignmentFactory(enrolment=open_team())) == [None]

    def places(self, *seats: Assignment) -> list[int | None]:
        kept = Assignment.objects.in_bulk([seat.pk for seat in seats])
        return [kept[seat.pk].slot for seat in seats]


class TestRecused:
    """
    "Assignment.recused": nobody gets a seat in the team of a company that they stay away from."""

    def test_no_new_seat_over_the_same_days(self):
        away = f.RecusalFactory(starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
        team = f.EnrolmentFactory(company=away.company)
        give = {"enrolment": team, "official": away.official}
        with pytest.raises(IntegrityError, match="companies_assignment_recused"), transaction.atomic():
            f.AssignmentFactory(**give, starts_on=date(2026, 6, 30))
        f.AssignmentFactory(**give, starts_on=date(2026, 7, 1))
        with pytest.raises(IntegrityError, match="companies_assignment_recused"), transaction.atomic():
            f.AssignmentFactory(**give, ends_on=date(2026, 1, 1))

    def test_a_seat_held_may_get_shorter_not_longer_nor_change_hands(self):
        seat = f.AssignmentFactory(ends_on=date(2026, 6, 30))
        other = f.RecusalFactory(company=seat.enrolment.company)
        f.RecusalFactory(official=seat.official, company=seat.enrolment.company)
        Assignment.objects.filter(pk=seat.pk).update(ends_on=date(2026, 5, 31))
        for wrong in ({"ends_on": None}, {"starts_on": date(2024, 1, 1)}, {"official": other.official}):
            with pytest.raises(IntegrityError, match="companies_assignment_recused"), transaction.atomic():
                Assignment.objects.filter(pk=seat.pk).update(**wrong)
