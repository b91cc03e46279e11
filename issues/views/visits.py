"""登记走访: the form an official fills on the phone."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from companies.models import Company, Enrolment
from companies.reports import visits_reached
from issues.forms.visits import VisitForm
from issues.models import Ticket
from issues.reports.similar import similar_seen, unasked
from issues.services.visits import Logged, log_visit_with_problem
from liaison.views.refusals import refusals_in

ASK = "该企业有类似的未销号问题。是同一件，“企业提出问题了吗”选“没有”，新情况写在“情况”里；不是，再保存一次。"


def visit_new(request: HttpRequest, uscc: str) -> HttpResponse:
    """Log a visit, with the problem that came up; in one transaction, once per client id."""
    visible = Company.objects.visible_to(request.user).select_related("region")
    company = get_object_or_404(visible, uscc=uscc.upper())
    on = request.user.access.on
    rows = Enrolment.objects.visible_to(request.user).filter(company=company).in_force(on)
    enrolments = list(
        rows.served_by(request.user, on)
        .select_related("programme", "project", "version__contact_rule")
        .order_by("pk")
    )
    if not enrolments:
        raise PermissionDenied("您不在该企业的专班中，不能登记走访。")
    form = VisitForm(
        request.POST or None, enrolments=enrolments, initial={"on": on, "client_id": uuid.uuid4()}
    )
    alike: list[Ticket] = []
    sent = request.method == "POST" and form.is_valid()
    if sent:
        values = form.cleaned_data
        if values["has_problem"] == "yes":
            alike = list(similar_seen(request.user, company, values["title"]))
        again = company.visits.filter(client_id=values["client_id"])
        if unasked(alike, request.POST.get("seen", "")) and not again.exists():
            form.add_error("title", ASK)
    if sent and not form.errors:
        with refusals_in(form):
            done = log_visit_with_problem(**form.visit(), by=request.user, at=timezone.now())
            _tell(request, done)
            if "again" in request.POST:
                return redirect(reverse("issues:visit-new", args=[company.uscc]))
            return redirect(company)
    context = {
        "company": company,
        "contacts": list(company.contacts.order_by("-is_primary", "pk")[:3]),
        "enrolments": enrolments,
        "form": form,
        "on": on,
        "alike": alike,
        "ceiling": visits_reached(company, (row.version.contact_rule for row in enrolments), on),
    }
    return render(request, "issues/visit_new.html", context, status=422 if form.errors else 200)


def _tell(request: HttpRequest, done: Logged) -> None:
    if done.is_repeat:
        messages.info(request, "这次走访已经登记过，没有重复保存。")
    elif done.ticket is None:
        messages.success(request, "走访已登记。")
    elif done.ticket.reported_at is not None:
        messages.success(request, f"走访已登记，问题 {done.ticket.number} 已上报协调办公室。")
    else:
        number, due = done.ticket.number, done.ticket.report_due_on
        messages.warning(request, f"走访已登记，问题 {number} 尚未上报，请在 {due:%Y-%m-%d} 前上报。")
