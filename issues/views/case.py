"""The case page: a problem whole, and its moves made in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues.choices import Move, Part, Status
from issues.forms.moves import MOVE_FORMS, MoveForm, by_matter, forms_open_to
from issues.models import Ticket
from issues.models.tickets import TicketQuerySet
from issues.perms import actors_of, may_move, may_supervise, may_write_notes, serves_unit
from issues.reports.case import open_file, read_choices
from issues.reports.course import holders_of, stretches_of
from issues.reports.deadlines import NEXT_STEP
from issues.reports.ladder import ladder_of
from issues.reports.plans import plan_card
from issues.reports.precedents import unsettled
from issues.reports.units import states_of
from issues.services import check_move
from issues.transitions import Actor
from issues.views.talk import talk_context
from liaison.models import Official
from liaison.views.refusals import refusals_told
from liaison.workdays import day_of, days_in_words


def _cases(request: HttpRequest) -> TicketQuerySet:
    scoped = Ticket.objects.visible_to(request.user).with_light(request.user.access.on).with_provisional()
    return scoped.as_case(request.user)


def _bare(request: HttpRequest, number: str) -> Ticket:
    """The problem by itself; what hangs on it is read with its file."""
    return get_object_or_404(_cases(request).prefetch_related(None), number=number)


@require_GET
def ticket_detail(request: HttpRequest, number: str) -> HttpResponse:
    """The case page: what and who, its course, its clock, and what can be done next."""
    ticket = _bare(request, number)
    return render(request, "issues/ticket.html", case_of(request, ticket))


def case_of(request: HttpRequest, ticket: Ticket, bound: MoveForm | None = None) -> dict[str, Any]:
    """What the cards under templates/issues/case/ show; `bound` is a form that was refused."""
    official: Official = request.user
    now = timezone.now()
    file = open_file(ticket, official)
    events, calendar, units = file.events, file.calendar, list(ticket.units.all())
    lead = next((unit for unit in units if unit.is_leading), None)
    if lead is None:
        lead = next((unit for unit in reversed(units) if unit.part == Part.LEAD), None)
    today = day_of(now)
    held = holders_of(ticket, events, units=units, calendar=calendar, until=now)
    forms = [
        bound if bound is not None and bound.move == form.move else form(ticket=ticket, official=official)
        for form in forms_open_to(official, ticket)
    ]
    read_choices(forms)
    usual = [form for form in forms if not form.is_rare]
    rare = [form for form in forms if form.is_rare]
    first = next((form.move for form in usual if form.is_first), "")
    opened = bound.move if bound is not None else (usual[0].move if len(usual) == 1 else first)
    left = calendar.count(today, ticket.next_on) if ticket.next_on else None
    states = states_of(ticket, events, calendar=calendar, now=now)
    return {
        "ticket": ticket,
        "events": list(reversed(events)),
        "units": states,
        "own_parts": [
            unit
            for unit in states
            if unit.due_on and unit.row.is_current and unit.row.part == Part.COOPERATE
            if serves_unit(official.access, unit.row.department.path)
        ],
        "past_units": [unit for unit in states if unit.is_past],
        "lead": lead,
        "team": file.team,
        "forms": usual,
        "by_precedent": ticket.status in unsettled() and any(form.move == Move.DISPATCH for form in usual),
        "rare_forms": by_matter(rare),
        "rare_n": len(rare),
        "opened": opened,
        "opened_is_rare": any(form.move == opened for form in rare),
        "held": held,
        "ledger": stretches_of(ticket, calendar, today),
        "held_most": max((item.working_days for item in held), default=0) or 1,
        "left_in_words": days_in_words(left, is_past=ticket.next_on < today)
        if left is not None and ticket.next_on
        else "",
        "next_step": NEXT_STEP.get(Status(ticket.status), ""),
        "notices": file.notices,
        "notes": file.notes,
        "may_issue": ticket.is_open and may_supervise(official, ticket.programme, ticket),
        "may_note": ticket.is_open and may_write_notes(official),
        "tasks": file.tasks,
        "ladder": ladder_of(
            ticket, file.ladder, on=today, calendar=calendar, lead=lead.department.name if lead else ""
        ),
        "plan": plan_card(ticket, file.plan, calendar=calendar, on=today),
        "force": getattr(ticket, "force", None),
        "is_office": Actor.OFFICE in actors_of(official, ticket),
        "today": today,
    } | talk_context(request, ticket, file.talk)


@require_POST
def ticket_move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Make a move. The same refusals as the API, in words, with nothing lost of what was typed."""
    ticket = get_object_or_404(_cases(request), number=number)
    if move not in MOVE_FORMS:
        raise Http404(move)
    if not may_move(request.user, ticket, move):
        raise PermissionDenied("这一步不由您办理。")
    form = MOVE_FORMS[move](request.POST, ticket=ticket, official=request.user)
    bound: MoveForm | None = form
    with refusals_told(request):
        if form.is_valid():
            form.perform(at=timezone.now())
            messages.success(request, f"已{Move(move).label}。")
            bound = None
        else:
            check_move(ticket, Move(move))
            if type(form) not in forms_open_to(request.user, ticket):  # it is on the page no longer
                for errors in form.errors.values():
                    messages.error(request, str(errors[0]))
    if bound is None and not request.htmx:
        return redirect(ticket)
    ticket = _bare(request, number)
    template = "issues/case/_body.html" if request.htmx else "issues/ticket.html"
    status = 200 if bound is None else 422
    return render(request, template, case_of(request, ticket, bound), status=status)
