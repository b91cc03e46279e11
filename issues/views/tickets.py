"""The problem queue: the table, its chips and counts, its export."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies.models import Company
from companies.views.queues import Tally, kept
from issues import exports
from issues.choices import ENDED, Light, Part, Status
from issues.forms.tickets import VIEWS, TicketFilter
from issues.forms.views import ViewForm
from issues.models import Ticket, TicketUnit
from issues.models.tickets import TAKES_STEPS
from issues.perms import may_register, may_sort
from issues.reports.course import with_days_left
from issues.views.saved import views_of
from liaison.choices import RegionLevel
from liaison.models import Official, Region
from liaison.together import read_together

PER_PAGE = 25
LIGHT_TONES = {Light.YELLOW: "yellow", Light.RED: "red", Light.RED_PLUS: "red"}
IN_VIEW: dict[str, Callable[[bool, str], bool]] = {
    "todo": lambda is_mine, light: is_mine,
    "open": lambda is_mine, light: light not in (Light.DONE, Light.ENDED),
    "late": lambda is_mine, light: light in (Light.RED, Light.RED_PLUS),
    "closed": lambda is_mine, light: light == Light.DONE,
    "all": lambda is_mine, light: True,
}
NARROWING = {
    *("q", "status", "light", "grade", "category", "source", "region", "unit", "company", "programme"),
    *("show", "lead", "rung", "collected_from", "closed_from"),
}


def scoped(official: Official) -> QuerySet[Ticket]:
    """The problems in one's sight as the queue shows them: with lead unit, light and provisional days."""
    lead = TicketUnit.objects.filter(ticket=OuterRef("pk"), part=Part.LEAD, returned_at__isnull=True)
    lead = lead.order_by("-given_at", "-pk")  # what is struck off keeps the unit that did it
    return (
        Ticket.objects.visible_to(official)
        .select_related("company__region", "category", "grade")
        .annotate(lead_name=Subquery(lead.values("department__name")[:1]))
        .with_light(official.access.on)
        .with_provisional()
    )


def narrow(request: HttpRequest, at_first: str = "") -> tuple[TicketFilter, QueryDict, QuerySet[Ticket]]:
    """The filter as asked for in the address, its values, and the visible problems it leaves, in order.

    Where the address says nothing: what awaits oneself, and for those whom nothing ever does, what is open.
    """
    at_first = at_first or ("todo" if TAKES_STEPS & request.user.access.roles else "open")
    data = request.GET.copy()
    if not data.get("view"):
        data["view"] = "all" if set(data) & NARROWING else at_first
    in_turn = scoped(request.user).order_by(F("next_on").asc(nulls_last=True), "-pk")
    chosen = TicketFilter(data, queryset=in_turn, request=request)
    return chosen, data, chosen.qs


@require_POST
def ticket_export(request: HttpRequest) -> HttpResponseBase:
    """问题台账 exactly as filtered; who took it is kept."""
    _, _, tickets = narrow(request)
    query = request.GET.urlencode()
    return exports.export_tickets(tickets, by=request.user, at=timezone.now(), query=query)


@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """问题办理: the queue, narrowed by chips and words."""
    official = request.user
    saved = list(views_of(official))
    if not request.GET and (first := next((view for view in saved if view.is_default), None)):
        return redirect(f"{reverse('issues:tickets')}?{first.query}")
    chosen, data, tickets = narrow(request)
    chips, tally = chips_of(request, data)
    paginator = Paginator(tickets, PER_PAGE)
    query = _query_of(request)
    paginator.count = tally.count()  # the chips have counted them
    page = paginator.get_page(data.get("page"))
    context = {
        "page": page,
        "rows": with_days_left(page.object_list, official.access.on, official),
        "led_by": chosen.words(),
        "may_sort": may_sort(official),
        "tabs": tabs_of(request),
        "saved": [
            (view.name, view.query, sorted(parse_qsl(view.query)) == sorted(parse_qsl(query)))
            for view in saved
        ],
        "view_form": ViewForm(initial={"query": query}, auto_id="view_%s"),
        "words": data.get("q", ""),
        "view": data["view"],
        "may_register": may_register(official),
        "chips": chips,
        "kept": kept(request, "view", "light", "region", "sort"),
        "narrowed": any(data.get(name) for name in NARROWING),
        "company": Company.objects.visible_to(official).filter(uscc=data.get("company", "")).first()
        if data.get("company")
        else None,
    }
    request.GET = data  # type: ignore[assignment]  # the chips mark the view chosen for the reader
    return render(request, "issues/tickets.html", context)


def chips_of(request: HttpRequest, data: QueryDict) -> tuple[dict[str, list[tuple[Any, ...]]], Tally]:
    """Views, lights and counties with their counts, each as the other choices leave them: one query.

    The tally knows the states as well, for the board, and without a name the total.
    """
    official: Official = request.user
    rest = data.copy()
    for name in ("view", "light", "region", "sort"):
        rest.pop(name, None)
    visible = Ticket.objects.visible_to(official)
    at_work = visible.open().with_mine(official).with_light(official.access.on)
    over = visible.filter(status__in=ENDED)  # most of all there are: nobody's step, and no day to look at
    cells = ("company__region__path", "status")
    working, ended = (
        TicketFilter(rest, queryset=tickets, request=request).qs.values_list(*cells, *more).order_by()
        for tickets, more in ((at_work, ("is_mine", "light")), (over, ()))
    )
    working, ended = working.annotate(n=Count("pk")), ended.annotate(n=Count("pk"))
    counties = Region.objects.visible_to(official).filter(level=RegionLevel.COUNTY).order_by("path")
    read_together(working, ended, counties)
    settled = [
        (path, status, False, Light.DONE if status == Status.CLOSED else Light.ENDED, n)
        for path, status, n in ended
    ]
    rows = [
        {"n": n, "cell": (is_mine, light), "light": light, "region": path, "status": status}
        for path, status, is_mine, light, n in [*working, *settled]
    ]
    light, region = data.get("light", ""), data.get("region", "")
    chosen: dict[str, Callable[[Any], bool]] = {"cell": lambda cell: IN_VIEW[str(data["view"])](*cell)}
    if light:
        chosen["light"] = lambda one: one == light
    if region:
        chosen["region"] = lambda path: f"/{region}/" in f"/{path}"
    tally = Tally(rows, chosen)
    here = [
        (county.code, county.name, tally.count("region", partial(_is_under, county.path)))
        for county in counties
        if any(_is_under(county.path, row["region"]) for row in rows)
    ]
    chips: dict[str, list[tuple[Any, ...]]] = {
        "view": [(value, label, tally.count("cell", partial(_is_in, value))) for value, label in VIEWS],
        "light": [
            (light.value, light.label, tally.count("light", light.__eq__), LIGHT_TONES.get(light, ""))
            for light in Light
            if light not in (Light.DONE, Light.ENDED)
        ],
        "region": here if len(here) > 1 else [],
    }
    return chips, tally


def _query_of(request: HttpRequest) -> str:
    """The filters of the address, as a view keeps them."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()


def tabs_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The same problems as a table and as a board, whatever they are narrowed by."""
    asked = request.GET.copy()
    for name in ("page", "sort"):
        asked.pop(name, None)
    here = f"?{asked.urlencode()}" if asked else ""
    return [
        {"label": label, "url": f"{reverse(route)}{here}", "active": request.path == reverse(route)}
        for label, route in (("列表", "issues:tickets"), ("看板", "issues:board"))
    ]


def _is_in(view: str, cell: tuple[bool, str]) -> bool:
    return IN_VIEW[view](*cell)


def _is_under(path: str, one: str) -> bool:
    return one.startswith(path)
