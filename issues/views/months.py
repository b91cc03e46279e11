"""The frozen rows of a month: what a figure of a bulletin, a score or a dashboard opens."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from issues.models import Category, FrozenEnrolment, FrozenTicket, MonthEnd
from issues.reports.months import ENROLMENT_SLICES, NONE, SLICES, Slice, filter_rows
from liaison.models import Department, Official, Region

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
    visible = MonthEnd.objects.visible_to(official).select_related("programme")
    return get_object_or_404(visible, programme__code=code, month=month_of(month))


@require_GET
def month_tickets(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """月末问题台账, narrowed as the figure that led here says."""
    month_end = _find(request.user, code, month)
    rows = FrozenTicket.objects.filter(month_end=month_end)
    related = ("ticket", "company", "category", "grade", "lead_unit", "assigned_unit")
    found = filter_rows(rows, _asked(request)).select_related(*related).order_by("ticket__number")
    context = _context(request, month_end, rows, found, SLICES, CHIPS)
    return render(request, "issues/month_tickets.html", context)


@require_GET
def month_enrolments(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """月末包联企业台账."""
    month_end = _find(request.user, code, month)
    rows = FrozenEnrolment.objects.filter(month_end=month_end)
    related = ("company", "region", "assigned_unit")
    found = filter_rows(rows, _asked(request)).select_related(*related).order_by("company__pinyin", "pk")
    chips = ("contacted", "uncontacted", "ledger", "no_ledger")
    context = _context(request, month_end, rows, found, ENROLMENT_SLICES, chips)
    return render(request, "issues/month_enrolments.html", context)


def _context(
    request: HttpRequest,
    month_end: MonthEnd,
    rows: QuerySet[Any],
    found: QuerySet[Any],
    slices: dict[str, Slice],
    chips: tuple[str, ...],
) -> dict[str, Any]:
    asked = request.GET.get("show", "")
    names = (*chips, asked) if asked in slices and asked not in chips else chips
    others = {name: value for name, value in _asked(request).items() if name != "show"}
    counts = filter_rows(rows, others).aggregate(
        all=Count("pk"), **{name: Count("pk", filter=slices[name].rows or Q(pk__gt=0)) for name in names}
    )
    return {
        "month_end": month_end,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "shows": [("", "全部", counts["all"])] + [(name, slices[name].label, counts[name]) for name in names],
        "narrowed_by": _narrowed_by(request),
    }


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.GET.items()}


def _narrowed_by(request: HttpRequest) -> list[str]:
    """The filters of the address that have no chip, in words."""
    asked, words = request.GET, []
    for name, label in (("unit", "主办单位"), ("team", "包抓单位")):
        value = asked.get(name, "")
        if value == NONE:
            words.append(f"{label}未定")
        elif value.isdecimal():
            unit = Department.objects.visible_to(request.user).filter(pk=int(value)).first()
            words.append(f"{label}：{unit.name if unit else '已不存在'}")
    if region := asked.get("region"):
        place = Region.objects.visible_to(request.user).filter(code=region).first()
        words.append(place.name if place else region)
    if kind := asked.get("category"):
        category = Category.objects.filter(code=kind).first()
        words.append("类别未定" if category is None else f"类别：{category.name}")
    if grade := asked.get("grade"):
        words.append("未定级" if grade == NONE else f"{grade} 级")
    return words
