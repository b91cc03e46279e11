"""A problem's file: everything of it that its page shows, read in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.forms import ModelChoiceField

from companies.models import Assignment
from issues.models import LeaderNote, MeetingTask, Notice, TaskForceMember, Ticket, TicketEvent
from issues.reports.follow import TalkParts, talk_parts
from issues.reports.ladder import LadderParts, ladder_parts
from issues.reports.plans import PlanParts, plan_of, plan_parts
from liaison.models import CalendarDay, Official, calendar_from
from liaison.together import keep_as, read_together
from liaison.workdays import WorkCalendar


@dataclass(frozen=True)
class CaseFile:
    """What hangs on a problem and what its days are counted by. All of it is read; nothing queries again,
    but for the files of what was said."""

    events: list[TicketEvent]
    team: list[Assignment]  # in force today
    notices: list[Notice]  # those that the reader sees, the newest first
    notes: list[LeaderNote]
    tasks: list[MeetingTask]
    talk: TalkParts
    ladder: LadderParts
    plan: PlanParts
    calendar: WorkCalendar


def open_file(ticket: Ticket, official: Official) -> CaseFile:
    """Read the file of a problem that was found in the official's scope. One query, whatever is in it.

    Its units, requests, spans and numbers, and the members of its 专班, stay with the ticket.
    """
    on = official.access.on
    events = ticket.events.select_related("by").order_by("at", "pk")
    team = Assignment.objects.in_force(on).filter(enrolment=ticket.enrolment_id)
    team = team.select_related("role", "official", "department").order_by("role__position", "pk")
    notices = notices_on(ticket, official)
    notes = ticket.leader_notes.select_related("leader").order_by("-noted_on", "-pk")
    tasks = ticket.meeting_tasks.select_related("department").order_by("-given_at", "pk")
    ladder, plan, talk = ladder_parts(ticket, on), plan_parts(plan_of(ticket)), talk_parts(ticket)
    days = CalendarDay.objects.parts_for(ticket.company.region)
    own: dict[str, QuerySet[Any]] = {
        "units": ticket.units.in_full(on),
        "requests": ticket.requests.in_full(),
        "spans": ticket.spans.all(),
        "absorbed": ticket.absorbed.all(),
        "numbers": ticket.numbers.all(),
    }
    force = getattr(ticket, "force", None)
    members = TaskForceMember.objects.filter(force=force) if force else TaskForceMember.objects.none()
    members = members.select_related("official", "department").order_by("pk")
    read_together(*own.values(), members, events, team, notices, notes, tasks, *talk, *ladder, *plan, *days)
    for name, rows in own.items():
        keep_as(ticket, name, rows)
    if force:
        keep_as(force, "members", members)
    return CaseFile(
        events=list(events),
        team=list(team),
        notices=list(notices),
        notes=list(notes),
        tasks=list(tasks),
        talk=talk,
        ladder=ladder,
        plan=plan,
        calendar=calendar_from(*days),
    )


def notices_on(ticket: Ticket, official: Official) -> QuerySet[Notice]:
    """督办单 on the problem that the official sees, the newest first."""
    visible = Notice.objects.visible_to(official).filter(ticket=ticket)
    return visible.select_related("department").order_by("-made_at", "-pk")


def read_choices(forms: Iterable[Any]) -> None:
    """Read what all the forms' fields choose among, in one query; the same list of units only once."""
    fields = [field for form in forms for field in form.fields.values()]
    lists = (field.queryset for field in fields if isinstance(field, ModelChoiceField))
    read_together(*(rows for rows in lists if rows is not None))
