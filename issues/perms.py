"""Who may do what to a ticket. The same predicates guard page, button and API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from companies.models import Assignment, Enrolment
from issues.choices import LEFT, Move, Part, RequestState, Side
from issues.models import MeetingTask, Ticket
from issues.transitions import RULES, Actor, allows
from liaison.choices import Reach, Rung, SystemRole
from liaison.models import Access, Official, Programme


def actors_of(official: Official, ticket: Ticket) -> frozenset[str]:
    """What the official is to this ticket today: team, office, lead or cooperating unit, asker.

    Costs no query where the ticket was read `as_case`.
    """
    access, case = official.access, read_as_case(official, ticket)
    actors: set[str] = set()
    if _is_office_over(access, case.company.region.path):
        actors.add(Actor.OFFICE)
    if _is_office_over(access, case.programme.region.path):
        actors.add(Actor.PROGRAMME_OFFICE)
    approver = case.version.extension_rule.approver
    if (Actor.OFFICE if approver == Rung.OFFICE else Actor.PROGRAMME_OFFICE) in actors:
        actors.add(Actor.EXTENSION_APPROVER)
    if case.is_team:
        actors.add(Actor.TEAM)
    for unit in case.units.all():
        if unit.is_current and serves_unit(access, unit.department.path):
            actors.add(Actor.LEAD_UNIT if unit.part == Part.LEAD else Actor.COOPERATING_UNIT)
    if official.pk in waiting_on(case).values():
        actors.add(Actor.ASKER)
    return frozenset(actors)


def read_as_case(official: Official, ticket: Ticket) -> Any:
    """The ticket with what decides who may do what on it, read unless it was."""
    if hasattr(ticket, "is_team"):
        return ticket
    return Ticket.objects.as_case(official).get(pk=ticket.pk)


def waiting_on(ticket: Ticket) -> dict[str, int]:
    """The requests that wait for a decision on the ticket: by kind, who asked."""
    return {one.kind: one.asked_by_id for one in ticket.requests.all() if one.state == RequestState.PENDING}


def may_move(official: Official, ticket: Ticket, move: str) -> bool:
    """The official is somebody who makes this move on this ticket, whatever its present state."""
    return bool(RULES[move].actors & actors_of(official, ticket))


def moves_open_to(official: Official, ticket: Ticket) -> list[Move]:
    """The moves that the official may make now: the table's states, requests and actors all agree."""
    case = read_as_case(official, ticket)
    actors, asked = actors_of(official, case), waiting_on(case)
    return [
        Move(move)
        for move, rule in RULES.items()
        if case.status in rule.sources
        and rule.actors & actors
        and move not in BY_COMPANY
        and allows(rule, asked)
        and (not rule.settles or (asked[rule.settles] == official.pk) == (Actor.ASKER in rule.actors))
    ]


# The company's own word: by its link, or to the office on the phone; never a plain button.
BY_COMPANY = frozenset({Move.CONFIRM, Move.REWORK, Move.WITHDRAW, Move.REFUSE_WITHDRAWAL})


SIDES = (  # the nearest relation speaks
    (Actor.TEAM, Side.TEAM),
    (Actor.LEAD_UNIT, Side.UNIT),
    (Actor.COOPERATING_UNIT, Side.UNIT),
    (Actor.OFFICE, Side.OFFICE),
    (Actor.PROGRAMME_OFFICE, Side.OFFICE),
)


def speaks_as(official: Official, ticket: Ticket) -> str:
    """As whom the official may speak in the problem's 沟通记录; empty: they only read it."""
    if ticket.status in LEFT:
        return ""
    actors = actors_of(official, ticket)
    return next((side for actor, side in SIDES if actor in actors), "")


def may_hand_link(official: Official, ticket: Ticket) -> bool:
    """The office passes the company its link; who collected or handles the problem never does, for the
    company rates them by it."""
    actors = actors_of(official, ticket)
    handling = {Actor.TEAM, Actor.LEAD_UNIT, Actor.COOPERATING_UNIT}
    return Actor.OFFICE in actors and not actors & handling and ticket.collected_by_id != official.pk


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


def may_sort(official: Official) -> bool:
    """The official is a coordination office: grades and dispatches the problems of its region."""
    return any(
        posting.role == SystemRole.OFFICE and posting.reach == Reach.REGION
        for posting in official.access.postings
    )


def runs_programme(official: Official, programme: Programme) -> bool:
    """The official is the coordination office of the programme's own region: writes its months' papers."""
    return _is_office_over(official.access, programme.region.path)


def may_finish_task(official: Official, task: MeetingTask) -> bool:
    """The official serves the unit that the task was given to, or is the office that records the meeting."""
    if serves_unit(official.access, task.department.path):
        return True
    return runs_programme(official, task.item.meeting.programme)


def may_supervise(official: Official, programme: Programme, ticket: Ticket | None = None) -> bool:
    """The official is the coordination office over the programme's region, or over the problem's company."""
    if runs_programme(official, programme):
        return True
    return ticket is not None and _is_office_over(official.access, ticket.company.region.path)


def may_write_notes(official: Official) -> bool:
    """Leaders write their own notes; the office writes down what stands on paper."""
    return bool(official.access.roles & {SystemRole.LEADER, SystemRole.OFFICE})


def programmes_run_by(official: Official) -> QuerySet[Programme]:
    """The programmes of which the official is the coordination office."""
    mine = official.access.regions((SystemRole.OFFICE,), "region__path")
    return Programme.objects.visible_to(official).filter(mine).order_by("code")


def may_register(official: Official) -> bool:
    """The official is a coordination office: what reaches it is written down by itself."""
    return may_sort(official)


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
