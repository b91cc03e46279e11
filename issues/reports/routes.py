"""共性、个性、复杂: by which way a problem is settled, as its rules say or as the office sorted it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Greatest

from issues.choices import ENDED, OPEN, Route
from issues.models import Ticket, TicketGroup
from issues.reports.similar import ALIKE
from liaison.choices import Remedy, TriageScheme
from liaison.models import Official, ProgrammeVersion

BY_REMEDY = {
    Remedy.POLICY: Route.COMMON,
    Remedy.ONE_COMPANY: Route.SINGLE,
    Remedy.TASK_FORCE: Route.COMPLEX,
}
LOOKED_AT = 5  # titles of a group that suggestions are compared with
SUGGESTED = 12


def route_of(ticket: Ticket) -> str:
    """The route that the ticket's grade stands for, where the programme sorts so, else as the office said."""
    if ticket.grade is not None and (route := BY_REMEDY.get(Remedy(ticket.grade.remedy))):
        return route
    return ticket.route


def sorts_by_hand(version: ProgrammeVersion) -> bool:
    """Whether the office may say the route beside a grade: not where grades are routes themselves."""
    return version.triage_rule.scheme == TriageScheme.GRADES


def suggested_for(group: TicketGroup, official: Official) -> QuerySet[Any]:
    """Open problems of the programme, in no group, whose titles are most like the group's."""
    members = group.tickets.order_by("-pk").values_list("title", flat=True)[:LOOKED_AT]
    titles = [group.name, *members]
    return like(Ticket.objects.visible_to(official), titles).filter(
        programme=group.programme_id, status__in=OPEN, group__isnull=True, likeness__gte=ALIKE
    )[:SUGGESTED]


def like(tickets: QuerySet[Ticket], titles: Sequence[str]) -> QuerySet[Any]:
    """The tickets with how alike their titles are, the most alike first."""
    measures = [TrigramSimilarity("title", title) for title in titles]
    likeness = Greatest(*measures) if len(measures) > 1 else measures[0]
    related = ("company__region", "category", "grade")
    return tickets.annotate(likeness=likeness).select_related(*related).order_by("-likeness", "pk")


def with_counts(groups: QuerySet[TicketGroup], official: Official) -> QuerySet[Any]:
    """Each group with how many problems that the official may open it holds, how many of them are open and
    confirmed, and its measures."""
    seen = Q(tickets__in=Ticket.objects.visible_to(official))
    return groups.annotate(
        held=Count("tickets", filter=seen, distinct=True),
        open=Count("tickets", filter=seen & ~Q(tickets__status__in=ENDED), distinct=True),
        closed=Count("tickets", filter=seen & Q(tickets__status="closed"), distinct=True),
        issued=Count("measures", distinct=True),
    )
