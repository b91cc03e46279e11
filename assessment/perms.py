"""Who may see and write the company's word. Scope (which rows) is `visible_to`'s business."""

from __future__ import annotations

from assessment.models import Survey
from companies.models import Assignment
from issues.choices import Move
from issues.models import Ticket, TicketEvent
from liaison.choices import Reach, SystemRole
from liaison.models import Official

# What only those who collected or handled a problem do; to grade and dispatch it is not to handle it.
HANDLING = (
    Move.COLLECT,
    Move.REPORT,
    Move.SIGN,
    Move.OBJECT,
    Move.PROGRESS,
    Move.COOPERATE,
    Move.RESOLVE,
    Move.ANSWER,
)
REVIEWERS = (SystemRole.OFFICE, SystemRole.ASSESSOR)


def may_review(official: Official) -> bool:
    """The official sees who was asked and what was said: office and assessors, never the handling side."""
    return bool(official.access.roles & set(REVIEWERS))


def reviews(official: Official, ticket: Ticket) -> bool:
    """Office or assessor of the place where the company sits."""
    return any(
        posting.role in REVIEWERS
        and posting.reach == Reach.REGION
        and ticket.company.region.path.startswith(posting.department.region.path)
        for posting in official.access.postings
    )


def took_part_in(official: Official, ticket: Ticket) -> bool:
    """The official entered or handled the problem, sits in the company's team, or in a unit that had it."""
    if ticket.collected_by_id == official.pk:
        return True
    if TicketEvent.objects.filter(ticket=ticket, by=official, move__in=HANDLING).exists():
        return True
    if Assignment.objects.filter(enrolment=ticket.enrolment_id, official=official).exists():
        return True
    units = {posting.department_id for posting in official.access.postings if posting.role == SystemRole.UNIT}
    return bool(units) and ticket.units.filter(department__in=units).exists()


def may_pass_on(official: Official, survey: Survey) -> bool:
    """转达: give the company its link. The handling side never does."""
    return reviews(official, survey.ticket) and not took_part_in(official, survey.ticket)


def may_record_callback(official: Official, survey: Survey) -> bool:
    """电话回访: write down what the company said. Whoever handled or entered the problem never does."""
    return reviews(official, survey.ticket) and not took_part_in(official, survey.ticket)
