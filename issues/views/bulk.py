"""批量办理: choose, preview what goes and what does not, confirm, and see what became of each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues import services
from issues.choices import BulkState, Move
from issues.forms.bulk import BulkForm
from issues.forms.moves import units_for
from issues.models import BulkRun, Ticket
from issues.perms import may_sort
from issues.reports.bulk import judge_bulk
from issues.views.tickets import narrow
from liaison.models import GradeRule
from liaison.views.refusals import refusals_told


def _chosen(request: HttpRequest) -> list[Any]:
    """The problems ticked, or all that the filter leaves; one more than a run may have tells of too many."""
    official = request.user
    if request.POST.get("everything"):
        keys = list(narrow(request)[2].values_list("pk", flat=True)[: services.MOST + 1])
        found = Ticket.objects.visible_to(official).filter(pk__in=keys)
    else:
        numbers = request.POST.getlist("ticket")[: services.MOST + 1]
        found = Ticket.objects.visible_to(official).filter(number__in=[n for n in numbers if n.isdecimal()])
    rows = found.as_case(official).prefetch_related("version__grades")
    return list(rows.order_by("next_on", "pk"))


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """First the values, then the preview, then – confirmed – the run."""
    if not may_sort(request.user):
        raise PermissionDenied("批量定级、交办由协调办公室办理。")
    tickets = _chosen(request)
    back = f"{reverse('issues:tickets')}?{request.GET.urlencode()}"
    if not tickets:
        messages.warning(request, "还没有选择问题，请先勾选，再批量办理。")
        return redirect(back)
    if len(tickets) > services.MOST:
        messages.error(request, f"一次最多办理 {services.MOST} 件，请先缩小范围。")
        return redirect(back)
    grades = list(
        GradeRule.objects.filter(version__in={ticket.version_id for ticket in tickets}).order_by(
            "position", "pk"
        )
    )
    asked = "move" in request.POST or "grade" in request.POST
    form = BulkForm(request.POST if asked else None, grades=grades, units=units_for(tickets[0], request.user))
    context: dict[str, Any] = {"form": form, "tickets": tickets, "back": back, "verdicts": None}
    if not asked or not form.is_valid():
        return render(request, "issues/bulk.html", context, status=422 if asked else 200)
    values = form.cleaned_data
    move = Move(values["move"])
    verdicts = judge_bulk(tickets, move=move, grade=values["grade"], lead=values["lead"], by=request.user)
    going = [one for one in verdicts if not one.reason]
    is_confirmed, seen = bool(request.POST.get("confirm")), set(request.POST.getlist("seen"))
    is_new = is_confirmed and bool(seen) and seen != {one.stamp for one in going}
    if is_new:
        messages.warning(request, "核对之后，有的问题刚有他人办理，或您改过内容：还没有办理，请再核对一次。")
    if not is_confirmed or is_new or not going:
        context |= {
            "verdicts": verdicts,
            "going": len(going),
            "staying": [one for one in verdicts if one.reason],
        }
        return render(request, "issues/bulk.html", context)
    with refusals_told(request):
        run = services.order_bulk(
            tickets=[one.ticket for one in going],
            move=move,
            grade=values["grade"],
            category=values["category"],
            lead=values["lead"],
            note=values["note"],
            by=request.user,
            at=timezone.now(),
        )
        if len(going) <= services.AT_ONCE:
            done = services.run_bulk(run=run, at=timezone.now())
            messages.success(request, f"已{move.label} {done} 件。")
        return redirect("issues:bulk-run", run.pk)
    return redirect(back)


def _run_of(request: HttpRequest, pk: int) -> dict[str, Any]:
    runs = BulkRun.objects.visible_to(request.user).select_related("category", "lead")
    states = {f"n_{state}": Count("items", filter=Q(items__state=state)) for state in BulkState.values}
    run: Any = get_object_or_404(runs.annotate(**states), pk=pk)
    total = run.n_waiting + run.n_done + run.n_refused
    return {"run": run, "total": total, "handled": total - run.n_waiting}


@require_GET
def bulk_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is, and what became of each problem: those refused first, with the reason."""
    context = _run_of(request, pk)
    items = context["run"].items.select_related("ticket__company").order_by("-state", "pk")
    return render(request, "issues/bulk_run.html", context | {"items": items})


@require_GET
def bulk_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar, asked for each second; when all is handled the page comes again."""
    context = _run_of(request, pk)
    if not context["run"].n_waiting:
        return HttpResponse(status=200, headers={"HX-Refresh": "true"})
    return render(request, "issues/_bulk_progress.html", context)
