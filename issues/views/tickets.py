"""The problem queue and the case page, with its moves in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies.models import Assignment, Company
from issues import exports
from issues.choices import Light, Move, Part, Status
from issues.forms.moves import MOVE_FORMS, MoveForm
from issues.forms.tickets import SORTS, VIEWS, TicketFilter
from issues.models import Ticket, TicketUnit
from issues.perms import actors_of, may_move, moves_open_to
from issues.reports.course import holders_of
from issues.services import MoveRefused
from issues.transitions import Actor
from liaison.models import CalendarDay, Official, Region
from liaison.workdays import day_of

PER_PAGE = 25
NARROWING = {
    *("q", "status", "light", "grade", "category", "source", "region", "unit", "company", "programme"),
    *("show", "lead", "collected_from", "closed_from"),
}


def _scoped(official: Official) -> QuerySet[Ticket]:
    lead = TicketUnit.objects.filter(ticket=OuterRef("pk"), part=Part.LEAD, is_current=True)
    return (
        Ticket.objects.visible_to(official)
        .select_related("company__region", "category", "grade")
        .annotate(lead_name=Subquery(lead.values("department__name")[:1]))
        .with_light(official.access.on)
    )


def _narrow(request: HttpRequest) -> tuple[TicketFilter, QuerySet[Ticket]]:
    """The filter as asked for in the address, and the visible problems it leaves, in order."""
    data = request.GET.copy()
    if not data.get("view"):
        data["view"] = "all" if set(data) & NARROWING else "todo"
    chosen = TicketFilter(data, queryset=_scoped(request.user), request=request)
    tickets = chosen.qs if chosen.is_valid() else Ticket.objects.none()
    return chosen, tickets.order_by(*_order(data.get("sort", "")))


@require_POST
def ticket_export(request: HttpRequest) -> HttpResponseBase:
    """问题台账 exactly as filtered; who took it is kept."""
    _, tickets = _narrow(request)
    query = request.GET.urlencode()
    return exports.export_tickets(tickets, by=request.user, at=timezone.now(), query=query)


@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """问题办理: the queue, narrowed by chips and words; the first view is what awaits oneself."""
    official = request.user
    chosen, tickets = _narrow(request)
    data = chosen.data
    page = Paginator(tickets, PER_PAGE).get_page(data.get("page"))
    context = {
        "page": page,
        "filter": chosen,
        "led_by": chosen.words(),
        "q": data.get("q", ""),
        "view": data["view"],
        "view_name": dict(VIEWS).get(data["view"], ""),
        "views": _view_counts(official),
        "lights": [("", "全部", None)]
        + [(value, label, None) for value, label in Light.choices if value != Light.DONE],
        "regions": _region_choices(official),
        "today": official.access.on,
        "narrowed": any(data.get(name) for name in NARROWING),
        "company": Company.objects.visible_to(official).filter(uscc=data.get("company", "")).first()
        if data.get("company")
        else None,
    }
    template = (
        "issues/_ticket_table.html"
        if request.htmx and request.htmx.target == "queue"
        else "issues/tickets.html"
    )
    return render(request, template, context)


def _order(sort: str) -> tuple[Any, ...]:
    if sort in SORTS:
        field = sort.lstrip("-")
        by = F(field).desc(nulls_last=True) if sort.startswith("-") else F(field).asc(nulls_last=True)
        return (by, "-pk")
    return (F("next_on").asc(nulls_last=True), "-pk")


def _view_counts(official: Official) -> list[tuple[str, str, int]]:
    """How many problems stand in each view, in one query over the visible ones."""
    today = official.access.on
    open_ = ~Q(status=Status.CLOSED)
    scoped = Ticket.objects.visible_to(official)
    counts = scoped.aggregate(
        open=Count("pk", filter=open_),
        late=Count("pk", filter=open_ & Q(next_on__lt=today)),
        closed=Count("pk", filter=~open_),
        all=Count("pk"),
    )
    counts["todo"] = scoped.awaiting(official).count()
    return [(value, label, counts[value]) for value, label in VIEWS]


def _region_choices(official: Official) -> list[tuple[str, str, None]]:
    places = {posting.department.region.path.split("/")[0] for posting in official.access.postings}
    cities = Q(pk__in=[])
    for place in places:  # another city on the same map is none of theirs
        cities |= Q(path__startswith=f"{place}/")
    counties = Region.objects.visible_to(official).filter(cities, level="county").order_by("code")
    return [("", "全部", None)] + [(region.code, region.name, None) for region in counties]


def _find(request: HttpRequest, number: str) -> Ticket:
    scoped = Ticket.objects.visible_to(request.user).with_light(request.user.access.on)
    related = ("company__region", "category", "grade", "version", "programme", "visit", "collected_by")
    return get_object_or_404(scoped.select_related(*related), number=number)


@require_GET
def ticket_detail(request: HttpRequest, number: str) -> HttpResponse:
    """The case page: what and who, its course, its clock, and what can be done next."""
    ticket = _find(request, number)
    return render(request, "issues/ticket.html", _case(request, ticket))


def _case(request: HttpRequest, ticket: Ticket, bound: MoveForm | None = None) -> dict[str, Any]:
    official: Official = request.user
    now = timezone.now()
    events = list(ticket.events.select_related("by").order_by("at", "pk"))
    units = list(
        ticket.units.select_related("department", "signed_by").order_by("-is_current", "-part", "pk")
    )
    lead = next((unit for unit in units if unit.part == Part.LEAD and unit.is_current), None)
    if lead is None:
        lead = next((unit for unit in reversed(units) if unit.part == Part.LEAD), None)
    calendar = CalendarDay.objects.as_calendar(ticket.company.region)
    today = day_of(now)
    held = holders_of(ticket, events, lead=lead.department.name if lead else "", calendar=calendar, until=now)
    team = (
        Assignment.objects.in_force(today)
        .filter(enrolment=ticket.enrolment_id)
        .select_related("role", "official", "department")
        .order_by("role__position", "pk")
    )
    forms = [
        bound
        if bound is not None and bound.move == move
        else MOVE_FORMS[move](ticket=ticket, official=official)
        for move in moves_open_to(official, ticket)
        if move in MOVE_FORMS
    ]
    explained = [event for event in events if event.words]
    return {
        "ticket": ticket,
        "events": list(reversed(events)),
        "units": units,
        "lead": lead,
        "team": team,
        "forms": forms,
        "opened": bound.move if bound is not None else (forms[0].move if len(forms) == 1 else ""),
        "held": held,
        "held_most": max((item.working_days for item in held), default=0) or 1,
        "explained": explained[-1] if explained else None,
        "days_left": calendar.count(today, ticket.next_on) if ticket.next_on else None,
        "rungs": ticket.escalations.select_related("department").order_by("at", "pk"),
        "is_office": Actor.OFFICE in actors_of(official, ticket),
        "company_is_visible": Company.objects.visible_to(official).filter(pk=ticket.company_id).exists(),
        "today": today,
    }


@require_POST
def ticket_move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Make a move. The same refusals as the API, in words, with nothing lost of what was typed."""
    ticket = _find(request, number)
    if move not in MOVE_FORMS:
        raise Http404(move)
    if not may_move(request.user, ticket, move):
        raise PermissionDenied("这一步不由您办理。")
    form = MOVE_FORMS[move](request.POST, ticket=ticket, official=request.user)
    status = 200
    bound: MoveForm | None = None
    if form.is_valid():
        try:
            form.perform(at=timezone.now())
            messages.success(request, f"已{Move(move).label}。")
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
            bound, status = form, 422
    else:
        bound, status = form, 422
    if bound is None and not request.htmx:
        return redirect(ticket)
    ticket = _find(request, number)
    template = "issues/_case.html" if request.htmx else "issues/ticket.html"
    return render(request, template, _case(request, ticket, bound), status=status)
