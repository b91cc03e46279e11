"""六个一工作台账: who did what of their duties; every figure opens the rows behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies.models import Company
from issues.exports import export_duty_ledger, export_duty_paper
from issues.forms.duties import LedgerFilter
from issues.models import Ticket
from issues.reports import duties as report
from issues.reports import ledgers
from issues.reports.duties import Ledger
from liaison.forms.filters import WrongFilter
from liaison.models import Batch, Official, Programme

PER_PAGE = 50
KEPT = ("programme", "batch", "until", "role")


def _asked(request: HttpRequest, code: str = "") -> tuple[Ledger | None, list[Programme], list[Batch]]:
    """The ledger that the address means, with what it can be exchanged for; None without any programme."""
    asking = LedgerFilter(request.GET, Official.objects.none(), request=request)
    if asking.is_bound and not asking.is_valid():
        raise WrongFilter(asking.mistakes())
    found = ledgers.find_ledger(request.user, asking.form.cleaned_data if asking.is_bound else {}, code)
    if found is None:
        raise Http404
    return found.ledger, found.programmes, found.batches


def _people(request: HttpRequest, ledger: Ledger) -> QuerySet[Official]:
    shown: QuerySet[Official] = LedgerFilter(request.GET, report.people_of(ledger), request=request).qs
    return shown


def _query(ledger: Ledger, *, whole: bool = True) -> str:
    """The ledger as an address names it; `whole` with its programme."""
    named = {
        "programme": ledger.programme.code if whole else None,
        "batch": ledger.batch.number if ledger.batch else None,
        "until": ledger.on.isoformat(),
        "role": ledger.role or None,
    }
    return "?" + urlencode({name: value for name, value in named.items() if value is not None})


@require_GET
def duty_ledger(request: HttpRequest) -> HttpResponse:
    """Per official and duty how much of what is asked is done, and the programme's counters."""
    ledger, programmes, batches = _asked(request)
    if ledger is None:
        return render(request, "issues/duty_ledger.html", {"ledger": None})
    page = Paginator(_people(request, ledger), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    figures = report.figures_of(ledger, [person.pk for person in shown])
    code, kept = ledger.programme.code, _query(ledger, whole=False)
    rows = [
        {
            "official": person,
            "figures": [
                {
                    "column": column,
                    "figure": figures[person.pk][column.key],
                    "url": reverse("issues:duty-rows", args=[code, person.pk, column.key]) + kept,
                }
                for column in ledger.columns
            ],
        }
        for person in shown
    ]
    seats = report.seats_of(ledger).order_by("role__position", "role__code")
    roles = dict(seats.values_list("role__code", "role__name").distinct())
    return render(
        request,
        "issues/duty_ledger.html",
        {
            "ledger": ledger,
            "rows": rows,
            "page": page,
            "words": request.GET.get("q", ""),
            "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
            "programmes": [(p.code, p.name, None) for p in programmes],
            "batches": [(str(b.number), b.name, None) for b in batches],
            "roles": [("", "全部", None), *[(code, name, None) for code, name in roles.items()]],
            "counters": [
                (counter, reverse("issues:duty-counter", args=[code, counter.code]) + kept)
                for counter in report.counters_of(ledger)
            ],
        },
    )


@require_GET
def duty_rows(request: HttpRequest, code: str, official: int, duty: str) -> HttpResponse:
    """The rows behind what one official did of one duty."""
    ledger, _, _ = _asked(request, code)
    column = ledger.column(duty) if ledger else None
    if ledger is None or column is None:
        raise Http404
    person = get_object_or_404(report.people_of(ledger), pk=official)
    found = report.evidence_of(ledger, [person.pk], [column])[person.pk, column.key]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    done = [row for row in found if not row.is_none]
    figure = report.Figure(len(done), column.duty.target, len(done) < len(found))
    context = {"official": person, "column": column, "figure": figure, "label": column.duty.name}
    is_own = person == request.user
    context["may_say_none"] = is_own and not figure.is_met and not figure.is_none
    return _rows(request, ledger, page, list(page.object_list), context)


@require_GET
def duty_counter(request: HttpRequest, code: str, counter: str) -> HttpResponse:
    """The problems, or the lines of the log, that a counter of the programme counts."""
    ledger, _, _ = _asked(request, code)
    if ledger is None or counter not in report.COUNTERS:
        raise Http404
    page = Paginator(report.rows_behind(ledger, counter), PER_PAGE).get_page(request.GET.get("page"))
    rows = [report.as_evidence(row) for row in page.object_list]
    context = {"official": None, "column": None, "figure": None, "label": report.COUNTERS[counter]}
    return _rows(request, ledger, page, rows, context | {"may_say_none": False})


def _rows(
    request: HttpRequest,
    ledger: Ledger,
    page: Page[Any],
    rows: list[report.Evidence],
    context: dict[str, Any],
) -> HttpResponse:
    """The rows with links to what the reader may open; the rest is named without one."""
    tickets = Ticket.objects.visible_to(request.user).filter(number__in=[row.ticket for row in rows])
    companies = Company.objects.visible_to(request.user).filter(uscc__in=[row.uscc for row in rows])
    context |= {
        "ledger": ledger,
        "page": page,
        "rows": rows,
        "tickets": set(tickets.values_list("number", flat=True)),
        "companies": set(companies.values_list("uscc", flat=True)),
        "ledger_url": reverse("issues:duties") + _query(ledger),
    }
    return render(request, "issues/duty_rows.html", context)


@require_POST
def duties_export(request: HttpRequest) -> HttpResponseBase:
    """The ledger as filtered, as a workbook; who took it is kept."""
    return _taken(request, export_duty_ledger)


@require_POST
def duties_paper(request: HttpRequest) -> HttpResponseBase:
    """The ledger as filtered, as a Word paper after GB/T 9704; who took it is kept."""
    return _taken(request, export_duty_paper)


def _taken(request: HttpRequest, export: Callable[..., HttpResponseBase]) -> HttpResponseBase:
    ledger, _, _ = _asked(request)
    if ledger is None:
        raise Http404
    people = list(_people(request, ledger))
    return export(ledger, people, by=request.user, at=timezone.now(), query=request.GET.urlencode())
