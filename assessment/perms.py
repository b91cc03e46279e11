"""Who may see and write the company's word. Scope (which rows) is `visible_to`'s business."""

from __future__ import annotations

from collections.abc import Collection

from assessment.models import Survey
from companies.models import Assignment
from issues.choices import Move
from issues.models import Ticket, TicketEvent, TicketUnit
from liaison.choices import Reach, SystemRole
from liaison.models import Official

# What only those who collected or handled a problem do; to grade and dispatch it is not to handle it.
HANDLING = (
    Move.COLLECT,
    Move.REPORT,
    Move.SIGN,
    Move.OBJECT,
    Move.PROGRESS,
    Move.CONTACT,
    Move.HELP_SIGN,
    Move.HELP_OBJECT,
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


def took_part_among(official: Official, tickets: Collection[Ticket]) -> set[int]:
    """Which of these problems the official entered or handled: oneself, in the team, or in a unit."""
    involved = {ticket.pk for ticket in tickets if ticket.collected_by_id == official.pk}
    keys = {ticket.pk: ticket.enrolment_id for ticket in tickets}
    handled = TicketEvent.objects.filter(ticket__in=keys, by=official, move__in=HANDLING).order_by("ticket")
    involved |= set(handled.values_list("ticket", flat=True).distinct())
    seats = Assignment.objects.filter(enrolment__in=keys.values(), official=official).order_by("enrolment")
    teams = set(seats.values_list("enrolment", flat=True).distinct())
    involved |= {ticket for ticket, enrolment in keys.items() if enrolment in teams}
    units = official.access.department_ids({SystemRole.UNIT})
    if units:
        given = TicketUnit.objects.filter(ticket__in=keys, department__in=units).order_by("ticket")
        involved |= set(given.values_list("ticket", flat=True).distinct())
    return involved


def took_part_in(official: Official, ticket: Ticket) -> bool:
    """The official entered or handled the problem, sits in the company's team, or in a unit that had it."""
    return bool(took_part_among(official, [ticket]))


def may_pass_on(official: Official, survey: Survey) -> bool:
    """转达: give the company its link. The handling side never does."""
    return reviews(official, survey.ticket) and not took_part_in(official, survey.ticket)


def may_record_callback(official: Official, survey: Survey) -> bool:
    """电话回访: write down what the company said. Whoever handled or entered the problem never does."""
    return reviews(official, survey.ticket) and not took_part_in(official, survey.ticket)
