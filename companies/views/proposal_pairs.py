"""A draft pair by pair: put somebody else in, leave a seat empty, fix; and the trades of the units."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from companies import perms, services
from companies.forms.proposals import PairFilter, TradesForm
from companies.models import Enrolment, Proposal, ProposalPair
from companies.reports.industries import industry_names
from companies.views.proposal_figures import figures_of
from companies.views.proposals import check_clerk, find
from liaison.models import Department, Official
from liaison.views.refusals import refusals_told


def proposal_change(request: HttpRequest, pk: int, enrolment: int) -> HttpResponse:
    """Who else could take the company, the best fit first; picked with one tap."""
    found = find(request, pk)
    place = _place(request, enrolment)
    pairs = found.pairs.filter(enrolment=place).select_related("official", "department").order_by("pk")
    asked = request.GET.get("official") or request.POST.get("official") or ""
    instead = next((pair for pair in pairs if asked == str(pair.official_id)), None)
    if request.method == "POST":
        return _change(request, found, place, instead)
    words = request.GET.get("q", "").strip()[:40]
    context = {
        "proposal": found,
        "enrolment": place,
        "instead": instead,
        "words": words,
        "candidates": services.candidates_for(proposal=found, enrolment=place, words=words),
        "row_id": _row_id(place, instead),
    }
    template = "companies/_proposal_picker.html" if request.htmx else "companies/proposal_change.html"
    return render(request, template, context)


def _place(request: HttpRequest, key: int) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).select_related("company__region__parent", "project")
    return get_object_or_404(rows, pk=key)


def _row_id(place: Enrolment, pair: ProposalPair | None) -> str:
    return f"row-{place.pk}-{pair.official_id}" if pair else f"row-{place.pk}"


def _change(
    request: HttpRequest, found: Proposal, place: Enrolment, instead: ProposalPair | None
) -> HttpResponse:
    holder = request.POST.get("holder", "")
    chosen: Official | None = None
    if holder.isdecimal():
        chosen = Official.objects.visible_to(request.user).filter(pk=holder[:18]).first()
    pair = instead
    with refusals_told(request):
        if request.POST.get("empty") and instead is not None:
            services.empty_pair(pair=instead, by=request.user, at=timezone.now())
            messages.success(request, f"{place}已留空。")
            pair = None
        elif chosen is None:
            messages.error(request, "没有找到这个人选，请重新选择。")
        else:
            pair = services.change_pair(
                proposal=found,
                enrolment=place,
                official=chosen,
                instead_of=instead.official if instead else None,
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, f"{place}已改由{chosen}包联，并已固定。")
    return _row(request, found, place, pair) if request.htmx else redirect("companies:proposal", found.pk)


def proposal_row(request: HttpRequest, pk: int, enrolment: int) -> HttpResponse:
    """The row as it is, when a clerk thinks better of it."""
    found, place = find(request, pk), _place(request, enrolment)
    key = request.GET.get("official", "")
    pair = found.pairs.filter(enrolment=place, official=int(key[:18])).first() if key.isdecimal() else None
    return _row(request, found, place, pair)


def _row(request: HttpRequest, found: Proposal, place: Enrolment, pair: ProposalPair | None) -> HttpResponse:
    """One row and the figures above it, for htmx."""
    if pair is not None:
        rows = found.pairs.select_related(
            "enrolment__company__region__parent", "enrolment__project", "official", "department"
        )
        pair = rows.filter(pk=pair.pk).first()
    gap = None
    if pair is None:
        gaps = found.gaps.select_related("enrolment__company__region__parent", "enrolment__project")
        gap = gaps.filter(enrolment=place).first()
    context = {
        "proposal": found,
        "figures": figures_of(found),
        "pair": pair,
        "gap": gap,
        "enrolment": place,
        "row_id": _row_id(place, pair),
    }
    return render(request, "companies/_proposal_answer.html", context)


@require_POST
def proposal_fix(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix or unfix the ticked pairs, or all that the filters show."""
    found = find(request, pk)
    back = redirect(f"{reverse('companies:proposal', args=[found.pk])}?{request.GET.urlencode()}")
    rows = PairFilter(request.GET, found.pairs.all(), request=request).qs
    if not request.POST.get("everything"):
        keys = [key for key in request.POST.getlist("pair") if key.isdecimal() and len(key) < 19]
        rows = rows.filter(pk__in=keys)
        if not keys:
            messages.warning(request, "还没有选择，请先勾选，再固定。")
            return back
    fixed = request.POST.get("fixed") != "no"
    with refusals_told(request):
        changed = services.fix_pairs(
            proposal=found, pairs=rows, fixed=fixed, by=request.user, at=timezone.now()
        )
        words = f"已固定 {changed:,} 对，再排时不动它们。" if fixed else f"已取消固定 {changed:,} 对。"
        messages.success(request, words)
    return back


def proposal_trades(request: HttpRequest) -> HttpResponse:
    """主管行业: which trades each unit is in charge of, so that proposals can match them."""
    check_clerk(request)
    rows = Department.objects.visible_to(request.user).active().select_related("region")
    words, only = request.GET.get("q", "").strip(), request.GET.get("trades", "")
    if words:
        rows = rows.filter(
            Q(name__contains=words) | Q(short_name__contains=words) | Q(pinyin__contains=words.lower())
        )
    rows = {"yes": rows.filter(trades__isnull=False).distinct(), "no": rows.filter(trades=None)}.get(
        only, rows
    )
    page = Paginator(rows.order_by("region__path", "pinyin", "pk"), 50).get_page(request.GET.get("page"))
    names = industry_names()
    units: list[dict[str, Any]] = []
    shown = Department.objects.visible_to(request.user).prefetch_related("trades").select_related("region")
    for unit in shown.filter(pk__in=[u.pk for u in page.object_list]).order_by(
        "region__path", "pinyin", "pk"
    ):
        codes = sorted(trade.code for trade in unit.trades.all())
        units.append(
            {
                "unit": unit,
                "codes": " ".join(codes),
                "words": [f"{code} {names.get(code, '')}" for code in codes],
                "may": _may_set(request, unit),
            }
        )
    context = {
        "page": page,
        "units": units,
        "words": words,
        "is_filtered": bool(words or only),
        "industries": [(code, name) for code, name in names.items() if len(code) == 1],
    }
    return render(request, "companies/proposal_trades.html", context)


@require_POST
def proposal_trade(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down which trades a unit is in charge of."""
    check_clerk(request)
    unit = get_object_or_404(
        Department.objects.visible_to(request.user).active().select_related("region"), pk=pk
    )
    if not _may_set(request, unit):
        raise PermissionDenied
    form = TradesForm(request.POST)
    back = redirect(f"{reverse('companies:proposal-trades')}?{request.GET.urlencode()}")
    if not form.is_valid():
        messages.error(request, f"{unit}：{''.join(str(e) for e in form.errors.get('codes', []))}")
        return back
    services.set_trades(department=unit, codes=form.cleaned_data["codes"], by=request.user, at=timezone.now())
    messages.success(request, f"已记下{unit}的主管行业。")
    return back


def _may_set(request: HttpRequest, unit: Department) -> bool:
    return perms.may_keep_trades(request.user, unit)
