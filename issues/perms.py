"""Who may do what to a ticket. The same predicates guard page, button and API."""

from __future__ import annotations

from companies.models import Assignment, Enrolment
from issues.choices import Move, Part
from issues.models import Ticket
from issues.transitions import RULES, Actor
from liaison.choices import Reach, SystemRole
from liaison.models import Access, Official, Programme


def actors_of(official: Official, ticket: Ticket) -> frozenset[str]:
    """What the official is to this ticket today: team, office, lead or cooperating unit."""
    access = official.access
    actors: set[str] = set()
    if _is_office_over(access, ticket.company.region.path):
        actors.add(Actor.OFFICE)
    if may_collect(official, ticket.enrolment_id):
        actors.add(Actor.TEAM)
    for unit in ticket.units.filter(is_current=True).select_related("department"):
        if serves_unit(access, unit.department.path):
            actors.add(Actor.LEAD_UNIT if unit.part == Part.LEAD else Actor.COOPERATING_UNIT)
    return frozenset(actors)


def may_move(official: Official, ticket: Ticket, move: str) -> bool:
    """The official is somebody who makes this move on this ticket, whatever its present state."""
    return bool(RULES[move].actors & actors_of(official, ticket))


def moves_open_to(official: Official, ticket: Ticket) -> list[Move]:
    """The moves that the official may make now: the table's states and actors both agree."""
    actors = actors_of(official, ticket)
    return [
        Move(move)
        for move, rule in RULES.items()
        if ticket.status in rule.sources and rule.actors & actors and move not in BY_COMPANY
    ]


# The company's own word: by its link, or to the office on the phone; never a plain button.
BY_COMPANY = frozenset({Move.CONFIRM, Move.REWORK})


def may_collect(official: Official, enrolment: Enrolment | int) -> bool:
    """The official sits in the company's team, in a seat that reports for it and answers it."""
    return (
        Assignment.objects.in_force(official.access.on)
        .held_by(official)
        .filter(enrolment=enrolment, role__answers_company=True)
        .exists()
    )


def serves_unit(access: Access, path: str | None) -> bool:
    """The official is liaison officer of the unit or of one above it."""
    if not path:
        return False
    return any(
        posting.role == SystemRole.UNIT
        and posting.reach != Reach.OWN
        and posting.department.path
        and path.startswith(posting.department.path)
        for posting in access.postings
    )


def runs_programme(official: Official, programme: Programme) -> bool:
    """The official is the coordination office of the programme's own region: writes its months' papers."""
    return _is_office_over(official.access, programme.region.path)


def sees_months(official: Official, programme: Programme) -> bool:
    """The official may open all frozen rows of the programme: the figures of its papers lead to them."""
    roles = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)
    return any(
        posting.role in roles
        and posting.reach == Reach.REGION
        and programme.region.path.startswith(posting.department.region.path)
        for posting in official.access.postings
    )


def _is_office_over(access: Access, path: str) -> bool:
    return any(
        posting.role == SystemRole.OFFICE
        and posting.reach == Reach.REGION
        and path.startswith(posting.department.region.path)
        for posting in access.postings
    )
