"""Writes of the companies' room, a module per noun."""

from companies.services.assignments import (
    AssignmentRefused,
    BulkAssigned,
    assign_department_to_many,
    assign_seat,
    counted_seats,
    end_assignment,
    posting_for,
    replace_holder,
    vacate_seat,
)
from companies.services.companies import (
    ContactRefused,
    PlanRefused,
    add_contact,
    make_contact_primary,
    write_plan,
)
from companies.services.enrolments import (
    Enrolled,
    EnrolmentRefused,
    end_enrolment,
    enrol_companies,
    enrol_project,
)
from companies.services.visits import VisitRefused, log_visit

__all__ = [
    "AssignmentRefused",
    "BulkAssigned",
    "ContactRefused",
    "Enrolled",
    "EnrolmentRefused",
    "PlanRefused",
    "VisitRefused",
    "add_contact",
    "assign_department_to_many",
    "assign_seat",
    "counted_seats",
    "end_assignment",
    "end_enrolment",
    "enrol_companies",
    "enrol_project",
    "log_visit",
    "make_contact_primary",
    "posting_for",
    "replace_holder",
    "vacate_seat",
    "write_plan",
]
