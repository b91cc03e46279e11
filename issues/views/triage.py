"""定级交办: the office's queue, one problem after another, by keyboard."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues.forms.moves.office import MergeForm
from issues.forms.triage import SortForm
from issues.models import Ticket
from issues.perms import may_sort
from issues.reports.case import read_choices
from issues.reports.precedents import propose_triage, unsettled
from issues.reports.similar import twins_of
from liaison.choices import SystemRole
from liaison.views.refusals import refusals_told

SHOWN = 40  # of those that wait, beside the one in hand


def _waiting(request: HttpRequest) -> QuerySet[Any]:
    """What waits for the official's office to grade and dispatch it, the nearest day first."""
    if not may_sort(request.user):
        raise PermissionDenied("定级交办由协调办公室办理。")
    access = request.user.access
    return (
        Ticket.objects.visible_to(request.user)
        .filter(access.regions((SystemRole.OFFICE,), "company__region__path"), status__in=unsettled())
        .select_related("company__region", "category", "grade", "programme", "version__triage_rule")
        .select_related("collected_by")
        .with_light(access.on)
        .order_by(F("next_on").asc(), "pk")
    )


def _queue(request: HttpRequest) -> list[Any]:
    return list(_waiting(request).annotate(in_all=Window(Count("pk")))[:SHOWN])


@require_GET
def triage(request: HttpRequest) -> HttpResponse:
    """The first problem that waits."""
    rows = _queue(request)
    return render(request, "issues/triage.html", _context(request, rows, rows[0] if rows else None))


@require_GET
def triage_one(request: HttpRequest, number: str) -> HttpResponse:
    """The problem chosen from the queue; one that waits no more shows itself."""
    rows, ticket = _in_hand(request, number)
    if ticket is None:
        return redirect(get_object_or_404(Ticket.objects.visible_to(request.user), number=number))
    return render(request, "issues/triage.html", _context(request, rows, ticket))


@require_POST
def triage_dispatch(request: HttpRequest, number: str) -> HttpResponse:
    """Dispatch as decided, and on to the next; what was refused stays in hand with what was entered."""
    rows, ticket = _in_hand(request, number)
    if ticket is None:
        return _gone(request, number)
    form = SortForm(request.POST, ticket=ticket, official=request.user)
    if not form.is_valid():
        return render(request, "issues/triage.html", _context(request, rows, ticket, form), status=422)
    following = _after(rows, ticket)
    with refusals_told(request):
        done = form.perform(at=timezone.now())
        messages.success(request, f"{done.number} 已定为 {done.grade}，交 {form.cleaned_data['lead']} 主办。")
        return _next(request, following, done)
    return render(request, "issues/triage.html", _context(request, rows, ticket, form), status=422)


@require_POST
def triage_merge(request: HttpRequest, number: str) -> HttpResponse:
    """并案: what was filed before goes on, the one in hand stays on record; and on to the next."""
    rows, ticket = _in_hand(request, number)
    if ticket is None:
        return _gone(request, number)
    form = MergeForm({"into": request.POST.get("into", "")}, ticket=ticket, official=request.user)
    following = _after(rows, ticket)
    if form.is_valid():
        with refusals_told(request):
            done = form.perform(at=timezone.now())
            kept = form.cleaned_data["into"].number
            messages.success(request, f"{done.number} 已并入 {kept}，两个编号都保留。")
            return _next(request, following, None)
    else:
        messages.error(request, "要并入的问题已经办结、属于其他方案，或您看不到，请重新选择。")
    if not request.htmx:
        return redirect("issues:triage-one", ticket.number)
    return render(request, "issues/triage.html", _context(request, rows, ticket), status=422)


def _in_hand(request: HttpRequest, number: str) -> tuple[list[Any], Any]:
    """The queue, and the problem of that number in it or beyond what is shown; None: it waits no more."""
    rows = _queue(request)
    ticket = next((row for row in rows if row.number == number), None)
    return rows, ticket or _waiting(request).filter(number=number).first()


def _gone(request: HttpRequest, number: str) -> HttpResponse:
    gone = get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    messages.error(request, f"{gone.number} 当前为“{gone.get_status_display()}”，已不待交办。")
    return _next(request, "", None)


def _after(rows: list[Any], ticket: Any) -> str:
    """The number of the one that comes next in the queue."""
    numbers = [row.number for row in rows]
    place = numbers.index(ticket.number) + 1 if ticket.number in numbers else 0
    return numbers[place] if place < len(numbers) else ""


def _next(request: HttpRequest, number: str, done: Ticket | None) -> HttpResponse:
    if not request.htmx:
        name, args = ("issues:triage-one", [number]) if number else ("issues:triage", [])
        return redirect(name, *args)
    rows = _queue(request)
    ticket = next((row for row in rows if row.number == number), rows[0] if rows else None)
    answer = render(request, "issues/triage.html", _context(request, rows, ticket) | {"done": done})
    address = reverse("issues:triage-one", args=[ticket.number]) if ticket else reverse("issues:triage")
    answer["HX-Push-Url"] = address
    return answer


def _context(
    request: HttpRequest, rows: list[Any], ticket: Any, form: SortForm | None = None
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "rows": rows,
        "total": rows[0].in_all if rows else 0,
        "ticket": ticket,
        "done": None,
        "form": None,
    }
    if ticket is None:
        return context
    form = form or SortForm(ticket=ticket, official=request.user)
    read_choices([form])
    proposal = propose_triage(
        ticket,
        grades=form.grades,
        categories=form.categories,
        units=form.units,
        reader=request.user,
    )
    form.propose(proposal)
    numbers = [row.number for row in rows]
    place = numbers.index(ticket.number) if ticket.number in numbers else -1
    return context | {
        "form": form,
        "proposal": proposal,
        "twins": list(twins_of(request.user, ticket)),
        "before": numbers[place - 1] if place > 0 else "",
        "after": numbers[place + 1] if place + 1 < len(numbers) else "",
    }
