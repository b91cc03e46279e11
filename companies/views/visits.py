"""走访联系: the list of all contacts with companies, and one of them."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from companies import exports
from companies.choices import VisitMode
from companies.forms.visits import SPANS, VisitFilter
from companies.models import Visit
from companies.views.queues import Tally, Test, anything, kept, page_of, same, workbook_of
from liaison.choices import SystemRole

CHIPS = ("span", "mode", "problem", "mine")
# Set by the figure or the page that leads here, kept through every chip.
LED_BY = ("programme", "company", "official", "region", "since", "until", "logged_after", "logged_until")


@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """Who was in contact with which company, when and how."""
    shown = VisitFilter(request.GET, Visit.objects.visible_to(request.user), request=request)
    given = request.GET.copy()
    for name in ("mode", "problem"):
        given.pop(name, None)
    rows = (
        VisitFilter(given, Visit.objects.visible_to(request.user), request=request)
        .qs.order_by()
        .values("mode", "has_problem")
        .annotate(n=Count("pk"))
        .order_by()
    )
    chosen: dict[str, Test] = {}
    if request.GET.get("mode") in VisitMode.values:
        chosen["mode"] = same(request.GET["mode"])
    if request.GET.get("problem") in ("yes", "no"):
        chosen["has_problem"] = same(request.GET["problem"] == "yes")
    tally = Tally(rows, chosen)
    count = tally.count()
    page = page_of(request, shown.qs.select_related("company__region", "official", "department"), count)
    return render(
        request,
        "companies/visits.html",
        {
            "page": page,
            "words": request.GET.get("q", ""),
            "kept": kept(request, *CHIPS, *LED_BY),
            "led": bool(kept(request, *LED_BY)),
            "spans": [(value, word, None) for value, word in SPANS],
            "modes": [
                ("", "全部方式", tally.count("mode", anything)),
                *[(value, label, tally.count("mode", same(value))) for value, label in VisitMode.choices],
            ],
            "problems": [
                ("", "不限", tally.count("has_problem", anything)),
                ("yes", "企业提出问题", tally.count("has_problem", same(True))),
                ("no", "没有问题", tally.count("has_problem", same(False))),
            ],
            "whose": [("yes", "我登记的", None)],
            "serves": SystemRole.OFFICIAL in request.user.access.roles,
            "is_filtered": bool(kept(request, "q", *CHIPS, *LED_BY)),
        },
    )


@require_POST
def visits_export(request: HttpRequest) -> HttpResponseBase:
    """The contacts as filtered, as a workbook."""
    shown = VisitFilter(request.GET, Visit.objects.visible_to(request.user), request=request)
    return workbook_of(request, "走访联系", exports.VISITS, exports.visit_rows(shown.qs))


@require_GET
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit as it was written down."""
    rows = Visit.objects.visible_to(request.user).select_related(
        "company__region", "official", "department", "enrolment__programme", "enrolment__project"
    )
    return render(request, "companies/visit.html", {"visit": get_object_or_404(rows, pk=pk)})
