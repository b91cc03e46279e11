"""The frozen rows of a month: what a figure of a bulletin, a score or a dashboard opens."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from issues.forms.months import FrozenEnrolmentFilter, FrozenFilter, FrozenTicketFilter
from issues.models import Bulletin, FrozenEnrolment, FrozenTicket, MonthEnd
from issues.perms import sees_months
from liaison.models import Official

PER_PAGE = 30
# Slices worth a chip; the others are reached from the figures that count them.
CHIPS = ("new", "due", "solved", "unsolved", "closed", "overdue", "reworked", "dissatisfied", "open")


def month_of(text: str) -> date:
    """The month that an address names; 404 if it names none."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise Http404(text) from None


def _find(official: Official, code: str, month: str) -> MonthEnd:
    visible = MonthEnd.objects.visible_to(official).select_related("programme__region")
    return get_object_or_404(visible, programme__code=code, month=month_of(month))


@require_GET
def month_tickets(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """月末问题台账, narrowed as the figure that led here says."""
    month_end = _find(request.user, code, month)
    rows = FrozenTicket.objects.visible_to(request.user).filter(month_end=month_end)
    rows = rows.order_by("ticket__number")
    related = ("ticket", "company", "category", "grade", "lead_unit", "assigned_unit")
    context = _context(request, month_end, rows.select_related(*related), FrozenTicketFilter, CHIPS)
    words = {"name": "月末问题台账", "table": "issues/_frozen_tickets.html", "unit": "件"}
    return render(request, "issues/month_rows.html", context | words)


@require_GET
def month_enrolments(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """月末包联企业台账."""
    month_end = _find(request.user, code, month)
    rows = FrozenEnrolment.objects.visible_to(request.user).filter(month_end=month_end)
    rows = rows.order_by("company__pinyin", "pk")
    related = ("company", "region", "assigned_unit")
    chips = ("contacted", "uncontacted", "ledger", "no_ledger")
    context = _context(request, month_end, rows.select_related(*related), FrozenEnrolmentFilter, chips)
    words = {"name": "月末包联企业台账", "table": "issues/_frozen_enrolments.html", "unit": "户"}
    return render(request, "issues/month_rows.html", context | words)


def _context(
    request: HttpRequest,
    month_end: MonthEnd,
    rows: QuerySet[Any],
    filters: type[FrozenFilter],
    chips: tuple[str, ...],
) -> dict[str, Any]:
    found = filters(request.GET, rows, request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    others, asked, slices = request.GET.copy(), request.GET.get("show", ""), filters.slices
    others.pop("show", None)
    names = (*chips, asked) if asked and asked not in chips else chips
    counts = (
        filters(others, rows, request=request)
        .qs.order_by()
        .aggregate(
            all=Count("pk"),
            **{name: Count("pk", filter=slices[name].rows or Q(pk__gt=0)) for name in names},
        )
    )
    return {
        "month_end": month_end,
        "page": page,
        "shows": [("", "全部", counts["all"])] + [(name, slices[name].label, counts[name]) for name in names],
        "has_bulletin": Bulletin.objects.visible_to(request.user).filter(month_end=month_end).exists(),
        "places": _places(request.user, month_end),
        "narrowed_by": found.words(),
    }


def _places(official: Official, month_end: MonthEnd) -> list[str]:
    """The counties that one sees of the month, where that is not all of it."""
    if sees_months(official, month_end.programme):
        return []
    homes = {posting.department.region for posting in official.access.postings}
    inside = [home for home in homes if home.path.startswith(month_end.programme.region.path)]
    return sorted(home.name for home in inside)
