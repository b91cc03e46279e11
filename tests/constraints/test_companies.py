"""The companies' room: what PostgreSQL refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

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
    "companies_assignment_exclusive_seat": two_officers_in_one_seat,
    "companies_assignment_official_once_per_seat": lambda: again(f.AssignmentFactory(is_exclusive=False)),
    "companies_plan_filled": lambda: f.ServicePlanFactory(measures=""),
    "companies_visit_mode_known": lambda: f.VisitFactory(mode="dream"),
    "companies_visit_not_in_future": lambda: f.VisitFactory(logged_at=at(2026, 3, 1)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


def test_a_seat_may_change_hands_the_day_after():
    seat = f.AssignmentFactory(ends_on=date(2026, 3, 31))
    f.AssignmentFactory(enrolment=seat.enrolment, starts_on=date(2026, 4, 1))


def test_a_company_may_come_back():
    first = f.EnrolmentFactory(ends_on=date(2025, 12, 31))
    f.EnrolmentFactory(company=first.company, starts_on=date(2026, 1, 1))
