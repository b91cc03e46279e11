"""登记规定动作: the form an official fills on the phone, a line with its evidence, taking a line back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import services
from companies.choices import DutyKind
from companies.forms.duties import DutyForm
from companies.models import Company, DutyEntry, DutyFile, Enrolment
from liaison.files import Checked, FileRefused
from liaison.models import DutyRule
from liaison.services import keep_file
from liaison.uploads import TOO_LARGE
from liaison.views.files import Shelf, add_files, answer_shelf, ask_again, hand_out, take_away
from liaison.views.refusals import refusals_in, refusals_told

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
        request.FILES or None,
        cut_short=getattr(request, TOO_LARGE, False),
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
        with refusals_in(form):
            entry = services.log_duty(**form.line(), by=request.user, at=timezone.now())
            messages.success(request, f"已登记：{entry}。")
            _keep(request, entry, form.cleaned_data["attached"])
            if "again" in request.POST:
                return redirect(reverse("companies:duty-new", args=[company.uscc]))
            return redirect(company)
    mine = DutyEntry.objects.visible_to(request.user).standing().filter(official=request.user)
    mine = mine.filter(enrolment__company=company).annotate(n_files=Count("files"))
    if form.errors:
        ask_again(request, form)
    context = {
        "company": company,
        "enrolments": enrolments,
        "form": form,
        "entries": list(mine.order_by("-on", "-pk")[:SHOWN]),
    }
    return render(request, "companies/duty_new.html", context, status=422 if form.errors else 200)


def _named(source: str) -> str:
    """The kind that a link asks for, if there is such."""
    return source if source in DutyKind.values else ""


def _keep(request: HttpRequest, entry: DutyEntry, attached: list[Checked]) -> None:
    """The line stands; what of its evidence cannot be kept is said beside it."""
    for one in attached:
        try:
            keep_file(model=DutyFile, owner=entry, checked=one, by=request.user, at=timezone.now())
        except FileRefused as refusal:
            messages.warning(request, str(refusal))


def _entry(request: HttpRequest, pk: int) -> DutyEntry:
    related = ("enrolment__company", "enrolment__programme", "official", "department")
    return get_object_or_404(DutyEntry.objects.visible_to(request.user).select_related(*related), pk=pk)


def _may_attach(request: HttpRequest, entry: DutyEntry) -> bool:
    """Whose line it is, while it counts."""
    return entry.official_id == request.user.pk and entry.withdrawn_at is None


def _shelf(request: HttpRequest, entry: DutyEntry, **more: Any) -> Shelf:
    files = DutyFile.objects.visible_to(request.user).filter(owner=entry)
    add_url = reverse("companies:duty-files", args=[entry.pk]) if _may_attach(request, entry) else ""
    return Shelf(
        "duty-files",
        list(files.select_related("uploaded_by").order_by("uploaded_at", "pk")),
        "companies:duty-file",
        "companies:duty-file-remove",
        add_url=add_url,
        **more,
    )


def _answer(request: HttpRequest, entry: DutyEntry, **more: Any) -> HttpResponse:
    back = ("规定动作登记", reverse("companies:duty", args=[entry.pk]))
    return answer_shelf(request, _shelf(request, entry, **more), title=str(entry), back=back)


@require_GET
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of the log with its evidence."""
    entry = _entry(request, pk)
    company = Company.objects.visible_to(request.user).filter(pk=entry.enrolment.company_id).first()
    context = {"entry": entry, "company": company, "shelf": _shelf(request, entry)}
    return render(request, "companies/duty.html", context)


@require_POST
def duty_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Add evidence to a line of one's own."""
    entry = _entry(request, pk)
    if not _may_attach(request, entry):
        raise PermissionDenied("只能为自己登记、没有撤回的记录添加佐证。")
    _, form = add_files(request, model=DutyFile, owner=entry)
    return _answer(request, entry, form=form)


@require_GET
def duty_file(request: HttpRequest, pk: int) -> FileResponse:
    """A piece of evidence, for everyone who sees the line."""
    return hand_out(request, get_object_or_404(DutyFile.objects.visible_to(request.user), pk=pk))


@require_POST
def duty_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a piece of evidence of one's own line."""
    stored = get_object_or_404(DutyFile.objects.visible_to(request.user).select_related("owner"), pk=pk)
    if not _may_attach(request, stored.owner):
        raise PermissionDenied("只能删除自己登记、没有撤回的记录的佐证。")
    take_away(request, stored)
    return _answer(request, _entry(request, stored.owner_id))


@require_POST
def duty_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a line that one wrote oneself."""
    entries = DutyEntry.objects.visible_to(request.user).select_related("enrolment__company")
    entry = get_object_or_404(entries, pk=pk)
    if entry.official_id != request.user.pk:
        raise PermissionDenied("只能撤回自己登记的。")
    with refusals_told(request):
        services.withdraw_duty(entry=entry, by=request.user, at=timezone.now())
        messages.success(request, "已撤回，不再计数。")
    company = entry.enrolment.company
    if Company.objects.visible_to(request.user).filter(pk=company.pk).exists():
        return redirect(reverse("companies:duty-new", args=[company.uscc]))
    return redirect("companies:mine")
