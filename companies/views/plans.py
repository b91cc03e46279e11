"""包抓方案: what a team means to achieve for its company, and by when."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from companies import perms, services
from companies.forms.plans import PlanForm
from companies.models import Enrolment


def plan_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write or rewrite the 包抓方案."""
    rows = Enrolment.objects.visible_to(request.user).select_related(
        "company__region", "programme__region", "project", "plan"
    )
    found = get_object_or_404(rows, pk=pk)
    if not perms.may_write_plan(request.user, found):
        raise PermissionDenied
    plan = getattr(found, "plan", None)
    initial = {"goals": plan.goals, "measures": plan.measures, "due_on": plan.due_on} if plan else None
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.write_plan(enrolment=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except services.PlanRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "包抓方案已保存。")
            return redirect(found.company)
    context = {"enrolment": found, "plan": plan, "form": form}
    return render(request, "companies/plan.html", context, status=422 if form.errors else 200)
