"""登记规定动作: the form an official fills on the phone, and taking a line back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from companies import services
from companies.choices import DutyKind
from companies.forms.duties import DutyForm
from companies.models import Company, DutyEntry, Enrolment
from liaison.models import DutyRule

SHOWN = 10


def duty_new(request: HttpRequest, uscc: str) -> HttpResponse:
    """Write down what was done for a company under the duties; beneath, one's own latest lines."""
    visible = Company.objects.visible_to(request.user).select_related("region")
    company = get_object_or_404(visible, uscc=uscc.upper())
    on = request.user.access.on
    rows = Enrolment.objects.visible_to(request.user).filter(company=company).in_force(on)
    enrolments = list(rows.served_by(request.user, on).select_related("programme", "project").order_by("pk"))
    if not enrolments:
        raise PermissionDenied("您不在该企业的专班中，不能登记规定动作。")
    versions = [row.version_id for row in enrolments]
    form = DutyForm(
        request.POST or None,
        enrolments=enrolments,
        duties=list(DutyRule.objects.filter(version__in=versions).order_by("position", "pk")),
        initial={
            "on": on,
            "client_id": uuid.uuid4(),
            "source": _named(request.GET.get("source", "")),
            "is_none": request.GET.get("none") == "yes",
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            entry = services.log_duty(**form.line(), by=request.user, at=timezone.now())
        except services.DutyRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记：{entry}。")
            if "again" in request.POST:
                return redirect(reverse("companies:duty-new", args=[company.uscc]))
            return redirect(company)
    mine = DutyEntry.objects.visible_to(request.user).standing().filter(official=request.user)
    context = {
        "company": company,
        "enrolments": enrolments,
        "form": form,
        "entries": list(mine.filter(enrolment__company=company).order_by("-on", "-pk")[:SHOWN]),
    }
    return render(request, "companies/duty_new.html", context, status=422 if form.errors else 200)


def _named(source: str) -> str:
    """The kind that a link asks for, if there is such."""
    return source if source in DutyKind.values else ""


@require_POST
def duty_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a line that one wrote oneself."""
    entries = DutyEntry.objects.visible_to(request.user).select_related("enrolment__company")
    entry = get_object_or_404(entries, pk=pk)
    if entry.official_id != request.user.pk:
        raise PermissionDenied("只能撤回自己登记的。")
    try:
        services.withdraw_duty(entry=entry, by=request.user, at=timezone.now())
    except services.DutyRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤回，不再计数。")
    company = entry.enrolment.company
    if Company.objects.visible_to(request.user).filter(pk=company.pk).exists():
        return redirect(reverse("companies:duty-new", args=[company.uscc]))
    return redirect("companies:mine")
