"""包抓方案: written on one page, its attachments, and all measures of the companies one sees as a list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import perms, reports, services
from companies.forms.plans import (
    BLANK_ROWS,
    LATE,
    OPEN,
    STATES,
    MeasureFilter,
    MeasureRows,
    PlanForm,
    lines_of,
    rows_of,
    standing,
)
from companies.models import Enrolment, PlanFile, PlanMeasure, ServicePlan
from companies.services.plans import MOST_MEASURES
from liaison.forms.files import SEND_AGAIN, FilesForm
from liaison.normalise import row_key
from liaison.uploads import TOO_LARGE
from liaison.views.files import Shelf, add_files, answer_shelf, hand_out, take_away

PER_PAGE = 50


def _enrolment(request: HttpRequest, pk: int) -> Enrolment:
    """The enrolment whose plan the official may write."""
    rows = Enrolment.objects.visible_to(request.user).select_related(
        "company__region", "programme__region", "project"
    )
    found = get_object_or_404(rows, pk=pk)
    if not perms.may_write_plan(request.user, found):
        raise PermissionDenied
    return found


def plan_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write or rewrite the 包抓方案: goals, measures, and what came of them."""
    found = _enrolment(request, pk)
    on = request.user.access.on
    state = reports.plans_of([found], on).get(found.pk)
    measures = [one.measure for one in state.measures] if state else []
    revision = state.plan.revision if state else 0
    bound = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {"seen": revision}
    if state:
        initial |= {"goals": state.plan.goals, "due_on": state.plan.due_on}
    form = PlanForm(bound, initial=initial)
    people = reports.in_charge_choices(found, measures, on)
    # What was sent stands for itself: beside initial values an unchanged row would count as an empty one.
    shown = None if bound else rows_of(measures)
    rows = MeasureRows(bound, initial=shown, prefix="m", form_kwargs={"people": people})
    rows.extra = 1 if measures else BLANK_ROWS
    attach = FilesForm(bound, auto_id="id_plan_%s")  # with the first saving; later the shelf takes them
    outrun = False
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            plan = services.write_plan(
                enrolment=found,
                goals=form.cleaned_data["goals"],
                due_on=form.cleaned_data["due_on"],
                measures=lines_of(rows),
                seen=form.cleaned_data["seen"],
                by=request.user,
                at=timezone.now(),
            )
        except services.PlanOutrun as refusal:
            outrun = True
            form.add_error(None, str(refusal))
            again = request.POST.copy()  # having been told, the writer may save over what stands now
            again["seen"] = str(refusal.revision)
            form.data = again
        except services.PlanRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "包抓方案已保存。")
            if _attach(request, plan) and "more" not in request.POST:
                return redirect(f"{found.company.get_absolute_url()}#team-{found.pk}")
            return redirect("companies:plan-write", found.pk)
    wrong = bool(form.errors) or (rows.is_bound and not rows.is_valid())
    if wrong and request.FILES:
        attach.add_error("attached", SEND_AGAIN)
    context = {
        "enrolment": found,
        "state": state,
        "outrun": outrun,
        "form": form,
        "attach": attach,
        "rows": rows,
        "number": rows.total_form_count(),
        "most": MOST_MEASURES,
        "shelf": _shelf(request, state.plan) if state else None,
    }
    return render(request, "companies/plan.html", context, status=422 if wrong else 200)


@require_GET
def plan_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One more empty row of the plan's form, for htmx."""
    found = _enrolment(request, pk)
    number = min(row_key(request.GET.get("n", "")), MOST_MEASURES)
    rows = MeasureRows(
        prefix="m",
        form_kwargs={"people": reports.in_charge_choices(found, (), request.user.access.on)},
    )
    row = rows.empty_form
    row.prefix = f"m-{number}"
    context = {
        "enrolment": found,
        "row": row,
        "number": number + 1,
        "next": number + 1,
        "most": MOST_MEASURES,
    }
    return render(request, "companies/_plan_row_answer.html", context)


@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """包抓方案措施: what the plans of the companies one sees still promise; what is late comes first."""
    on = request.user.access.on
    given = request.GET.copy()
    given.setdefault("state", OPEN)
    seen = PlanMeasure.objects.visible_to(request.user)
    found = MeasureFilter(given, seen, request=request).qs
    given.pop("state")
    words = MeasureFilter(given, seen, request=request).qs.order_by()
    related = ("official", "department", "plan__enrolment__company__region", "plan__enrolment__project")
    ordered = found.select_related(*related).order_by("done_on", "due_on", "plan", "position", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    yellow = reports.yellow_days(row.plan.enrolment.version_id for row in shown)
    counts = words.aggregate(**{code: Count("pk", filter=standing(code, on)) for code, _ in STATES})
    context = {
        "page": page,
        "rows": reports.measure_states(shown, on, yellow),
        "states": [(code, label, counts[code], "red" if code == LATE else "") for code, label in STATES],
        "state": request.GET.get("state") or OPEN,
        "words": request.GET.get("q", ""),
        "kept": [(name, request.GET[name]) for name in ("state",) if request.GET.get(name)],
    }
    return render(request, "companies/measures.html", context)


# --- attachments ----------------------------------------------------------------------------------


def _shelf(request: HttpRequest, plan: ServicePlan, **more: Any) -> Shelf:
    files = PlanFile.objects.visible_to(request.user).filter(owner=plan)
    return Shelf(
        "plan-files",
        list(files.select_related("uploaded_by").order_by("uploaded_at", "pk")),
        "companies:plan-file",
        "companies:plan-file-remove",
        add_url=reverse("companies:plan-files", args=[plan.enrolment_id]),
        **more,
    )


def _attach(request: HttpRequest, plan: ServicePlan) -> bool:
    """Files sent with the plan: it stands; what cannot be kept is said beside it. True: all are."""
    if not request.FILES and not getattr(request, TOO_LARGE, False):
        return True
    _, form = add_files(request, model=PlanFile, owner=plan)
    for why in form.errors.get("attached", []):
        messages.warning(request, str(why))
    return form.is_valid()


def _answer(request: HttpRequest, plan: ServicePlan, **more: Any) -> HttpResponse:
    back = ("包抓方案", reverse("companies:plan-write", args=[plan.enrolment_id]))
    return answer_shelf(request, _shelf(request, plan, **more), title=str(plan), back=back)


@require_POST
def plan_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach files to the plan: the good ones are kept, the others named with their reason."""
    found = _enrolment(request, pk)
    plan = get_object_or_404(
        ServicePlan.objects.visible_to(request.user).select_related("enrolment"), enrolment=found
    )
    _, form = add_files(request, model=PlanFile, owner=plan)
    return _answer(request, plan, form=form)


@require_GET
def plan_file(request: HttpRequest, pk: int) -> FileResponse:
    """An attachment, for everyone who sees the company."""
    return hand_out(request, get_object_or_404(PlanFile.objects.visible_to(request.user), pk=pk))


@require_POST
def plan_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an attachment away; the trail keeps its name."""
    rows = PlanFile.objects.visible_to(request.user).select_related("owner__enrolment__company__region")
    stored = get_object_or_404(rows, pk=pk)
    if not perms.may_write_plan(request.user, stored.owner.enrolment):
        raise PermissionDenied
    take_away(request, stored)
    return _answer(request, stored.owner)
