"""疑难包案: the problems that are judged on plan and progress, with the leader in charge of each."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.views.queues import kept
from issues.forms.plans import LEADERS, STATES, HardFilter, standing
from issues.models import Ticket, TicketUnit
from issues.reports.plans import hard_rows

PER_PAGE = 25


@require_GET
def hard_list(request: HttpRequest) -> HttpResponse:
    """Open problems of plan-only grades: the plan, its progress, what is missed, who is in charge."""
    official = request.user
    lead = TicketUnit.objects.leading().filter(ticket=OuterRef("pk"))
    hard = (
        Ticket.objects.visible_to(official)
        .open()
        .filter(grade__is_plan_only=True)
        .select_related("company__region", "grade", "plan", "leader")
        .annotate(lead_name=Subquery(lead.values("department__name")[:1]))
        .with_light(official.access.on)
        .order_by("next_on", "pk")
    )
    found = HardFilter(request.GET, queryset=hard, request=request).qs
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    counts = hard.order_by().aggregate(
        all=Count("pk"),
        me=Count("pk", filter=Q(leader=official)),
        none=Count("pk", filter=Q(leader__isnull=True, grade__needs_leader=True)),
        **{code: Count("pk", filter=standing(code, official)) for code, _ in STATES},
    )
    context = {
        "page": page,
        "rows": hard_rows(list(page.object_list), official.access.on),
        "words": request.GET.get("q", ""),
        "kept": kept(request, "leader", "state"),
        "narrowed": bool({"leader", "state", "q"} & set(request.GET)),
        "leaders": [("", "全部", counts["all"]), *((c, w, counts[c]) for c, w in LEADERS)],
        "states": [
            ("", "全部", counts["all"]),
            *((c, w, counts[c], "red" if c == "late" else "") for c, w in STATES),
        ],
    }
    return render(request, "issues/hard.html", context)
