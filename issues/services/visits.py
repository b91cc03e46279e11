"""A visit and the problem that came up in it, written down at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from companies.choices import VisitMode
from companies.models import Enrolment, Visit
from companies.services import log_visit
from issues.choices import Source
from issues.models import Category, Ticket
from issues.services.tickets import collect_ticket, report_ticket
from issues.services.units import contact_by_visit
from liaison.models import Official


@dataclass(frozen=True)
class Problem:
    """What the company raised, as the official heard it."""

    title: str
    description: str = ""
    wish: str = ""
    category: Category | None = None


@dataclass(frozen=True)
class Logged:
    """What was kept of a visit; `is_repeat` when the phone had sent it before."""

    visit: Visit
    ticket: Ticket | None
    is_repeat: bool


@transaction.atomic
def log_visit_with_problem(
    *,
    client_id: UUID,
    enrolment: Enrolment,
    on: date,
    mode: VisitMode,
    summary: str,
    problem: Problem | None,
    report_now: bool,
    by: Official,
    at: datetime,
) -> Logged:
    """Keep the visit, collect its problem and report it to the office, all or nothing, once per client id."""
    visit = log_visit(
        client_id=client_id,
        enrolment=enrolment,
        on=on,
        mode=mode,
        summary=summary,
        has_problem=problem is not None,
        by=by,
        at=at,
    )
    visit = Visit.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.pk)
    if visit.logged_at != at:  # sent again: the first sending stands as it was
        return Logged(visit, visit.tickets.order_by("pk").first(), is_repeat=True)
    # What it counts for is locked before the calendar is held, as everywhere: lest a change of the calendar,
    # which holds all problems and waits for the calendar, and this visit wait for each other.
    contact_by_visit(visit=visit, at=at)
    ticket = visit.tickets.order_by("pk").first()
    if ticket is None and problem is not None:
        ticket = collect_ticket(
            enrolment=enrolment,
            title=problem.title,
            description=problem.description,
            wish=problem.wish,
            category=problem.category,
            source=Source.VISIT if mode == VisitMode.VISIT else Source.PHONE,
            visit=visit,
            collected_on=on,
            by=by,
            at=at,
        )
        if report_now:
            ticket = report_ticket(ticket=ticket, by=by, at=at)
    return Logged(visit, ticket, is_repeat=False)
