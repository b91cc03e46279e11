"""Who hears of news: the people in a seat on a day, by relation to what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from companies.models import Assignment
from issues.choices import Move, Part
from issues.models import Escalation, TaskForce, Ticket, TicketUnit
from issues.reports.happened import Happened
from issues.transitions import RULES, Hearer
from liaison.choices import Reach, Rung, SystemRole
from liaison.models import Department, Deputy, GroupMember, Official, Posting
from liaison.places import line_of


@dataclass(frozen=True)
class Seat:
    """The people of one seat; `name` is the unit's where it is a unit's, with its row on the problem."""

    people: frozenset[int]
    name: str = ""
    unit: TicketUnit | None = None
    must_hear: bool = False  # that nobody sits there is told to the office


def seats_of(hearer: str, news: Happened, on: date) -> list[Seat]:
    """The seats that a line of the table means, with who sits there on the day."""
    units = _units(hearer, news)
    if units is not None:
        return [_unit_seat(row.department, on, row) for row in units]
    if hearer == Hearer.ADDRESSEE:
        return [_unit_seat(news.addressee, on)] if news.addressee else []
    if news.ticket is not None and hearer == Hearer.TEAM:
        return [_team(news.ticket, on)]
    if news.ticket is not None and hearer == Hearer.RUNG:
        return [_rung(news.ticket, news, on)]
    return [Seat(_people(hearer, news, on))]


def _units(hearer: str, news: Happened) -> list[TicketUnit] | None:
    """Rows of the units meant; None where the seat is no unit's."""
    if hearer == Hearer.THIS_UNIT:
        return [news.unit] if news.unit else []
    if hearer not in (Hearer.LEAD_UNIT, Hearer.NEW_HELPERS, Hearer.FORMER_LEAD):
        return None
    if news.ticket is None:
        return []
    rows = news.ticket.units.select_related("department").order_by("-pk")
    if hearer == Hearer.NEW_HELPERS:
        return list(rows.helping().filter(given_at=news.at, accepted_at__isnull=True))
    if hearer == Hearer.FORMER_LEAD:
        return list(rows.filter(part=Part.LEAD, released_at=news.at)[:1])
    lead = list(rows.filter(part=Part.LEAD, returned_at__isnull=True, released_at__isnull=True)[:1])
    if lead and news.what == Move.DECIDE:
        tasks = news.ticket.meeting_tasks.filter(given_at=news.at, department=lead[0].department_id)
        return [] if tasks.exists() else lead  # who was given a task is told of the task
    return lead


def _unit_seat(unit: Department, on: date, row: TicketUnit | None = None) -> Seat:
    return Seat(people_of(unit, on), str(unit), row, must_hear=True)


def people_of(unit: Department, on: date) -> frozenset[int]:
    """Liaison officers of a unit, else of the nearest unit above it that has any; a coordination office's
    people answer for their office's own part."""
    above = [int(key) for key in (unit.path or "").split("/") if key]
    liaison = Q(role=SystemRole.UNIT, department__in=above) & ~Q(reach=Reach.OWN)
    clerks = Q(role=SystemRole.OFFICE, reach=Reach.REGION, department=unit)
    seats = Posting.objects.in_force(on).filter(liaison | clerks).order_by("pk")
    found = list(seats.values_list("department", "official"))
    nearest = max((above.index(key) for key, _ in found if key in above), default=-1)
    return frozenset(official for key, official in found if key in above and above.index(key) == nearest)


def clerks_of(place: str, on: date) -> frozenset[int]:
    """The people of the nearest coordination office above a place, by its path."""
    seats = Posting.objects.in_force(on).filter(
        role=SystemRole.OFFICE, reach=Reach.REGION, department__region__path__in=line_of(place)
    )
    found = list(seats.order_by("pk").values_list("department__region__path", "official"))
    nearest = max((path for path, _ in found), key=len, default="")
    return frozenset(official for path, official in found if path == nearest)


def _team(ticket: Ticket, on: date) -> Seat:
    """Who reports and answers for the company: in person, in a group, or in place of somebody away."""
    seats = Assignment.objects.in_force(on).filter(enrolment=ticket.enrolment_id, role__answers_company=True)
    held = list(seats.order_by("pk").values_list("official", "group"))
    people = {official for official, _ in held if official is not None}
    groups = {group for _, group in held if group is not None}
    if groups:
        people |= _members(groups, on)
    return Seat(frozenset(people | _deputies(people, on)), "包抓专班", must_hear=True)


def _members(groups: Iterable[int], on: date) -> set[int]:
    members = GroupMember.objects.in_force(on).filter(group__in=groups)
    return set(members.values_list("official", flat=True))


def _deputies(people: set[int], on: date) -> set[int]:
    """Who stands in for any of them, chains resolved; a circle ends by itself."""
    found: set[int] = set()
    away = set(people)
    while away:
        rows = Deputy.objects.in_force(on).filter(official__in=away)
        away = set(rows.values_list("deputy", flat=True)) - found - people
        found |= away
    return found


def _people(hearer: str, news: Happened, on: date) -> frozenset[int]:
    ticket = news.ticket
    if hearer == Hearer.AUTHOR:
        return news.authors
    if hearer == Hearer.OFFICE:
        return clerks_of(news.place, on)
    if hearer == Hearer.PROGRAMME_OFFICE:
        return clerks_of(news.programme_place, on)
    if ticket is None:
        return frozenset()
    if hearer == Hearer.APPROVER:
        own = ticket.version.extension_rule.approver == Rung.OFFICE
        return clerks_of(news.place if own else news.programme_place, on)
    if hearer == Hearer.ASKER:
        asked = ticket.requests.filter(kind=RULES[news.what].settles).order_by("-decided_at", "-pk")
        return frozenset(asked.values_list("asked_by", flat=True)[:1])
    if hearer == Hearer.LEADER:
        return frozenset({ticket.leader_id} - {None})  # type: ignore[arg-type]
    if hearer == Hearer.SPEAKERS:
        spoken = ticket.messages.filter(author__isnull=False, at__lte=news.at)
        return frozenset(spoken.values_list("author", flat=True))
    return _force(ticket, on) if hearer == Hearer.FORCE else frozenset()


def _force(ticket: Ticket, on: date) -> frozenset[int]:
    force = TaskForce.objects.filter(ticket=ticket).first()
    if force is None:
        return frozenset()
    people = {force.head_id}
    for member in force.members.select_related("department").order_by("pk"):
        if member.official_id is not None:
            people.add(member.official_id)
        elif member.department is not None:
            people |= people_of(member.department, on)
    return frozenset(people)


def _rung(ticket: Ticket, news: Happened, on: date) -> Seat:
    """Those on the rungs that were reached at this moment, or that somebody sits on again (断链接续)."""
    rows: Any = Escalation.objects.filter(ticket=ticket).select_related("department", "group").order_by("pk")
    if news.what == Move.MEND:
        reached = [row for row in rows if news.note.startswith(row.get_rung_display())]
    else:
        reached = [row for row in rows if row.at == news.at]
    people: set[int] = set()
    for row in reached:
        sitting = _members([row.group_id], on) if row.group_id is not None else set()
        people |= sitting or (people_of(row.department, on) if row.department is not None else set())
    return Seat(frozenset(people), "、".join(row.get_rung_display() for row in reached), must_hear=True)


def may_hear(people: Iterable[int], news: Happened, on: date) -> list[int]:
    """Those of them who can sign in, are in post on the day, and may see what happened."""
    seen = []
    for official in Official.objects.filter(pk__in=set(people), is_active=True).order_by("pk"):
        if not official.on_duty(on).access:
            continue
        rows = type(news.sight)._default_manager.filter(pk=news.sight.pk)
        if rows.visible_to(official).exists():
            seen.append(official.pk)
    return seen
