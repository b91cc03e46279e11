"""批次和阶段 of a programme, and a batch with its rotation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from companies import perms, reports, services
from companies.forms.batches import BatchForm
from companies.forms.groups import LastDayForm
from companies.views.queues import page_of, workbook_of
from liaison.models import Batch, BatchRule, Programme, ProgrammeVersion
from liaison.views.refusals import refusals_in

ROTATION = ("企业", "统一社会信用代码", "席位", "本批担任", "单位", "起", "止", "走访次数", "下一批接任")


@require_safe
def batches(request: HttpRequest, code: str) -> HttpResponse:
    """The phases on the calendar, and the batches one after the other."""
    return _batches(request, _programme(request, code))


def _programme(request: HttpRequest, code: str) -> Programme:
    rows = Programme.objects.visible_to(request.user).select_related("region")
    return get_object_or_404(rows, code=code)


def _version(programme: Programme, on: date) -> ProgrammeVersion | None:
    try:
        return programme.version_on(max(on, programme.starts_on))
    except ProgrammeVersion.DoesNotExist:
        return None


def _rule(version: ProgrammeVersion | None) -> BatchRule | None:
    return getattr(version, "batch_rule", None)


def _batches(request: HttpRequest, programme: Programme, form: BatchForm | None = None) -> HttpResponse:
    on = request.user.access.on
    version = _version(programme, on)
    rows = list(programme.batches.order_by("-number"))
    rule = _rule(version)
    first = rows[0].ends_on + timedelta(days=1) if rows else max(on, programme.starts_on)
    phases = reports.phases_of(version) if version else []
    context: dict[str, Any] = {
        "programme": programme,
        "phases": [(phase, reports.words_of_sections(phase.sections), phase.holds(on)) for phase in phases],
        "rule": rule,
        "figures": reports.batch_figures(rows, request.user, on),
        "form": form or BatchForm(initial={"starts_on": first}),
        "may_open": rule is not None and perms.may_run(request.user, programme),
        "on": on,
    }
    status = 422 if form and form.errors else 200
    return render(request, "companies/batches.html", context, status=status)


@require_POST
def batch_open(request: HttpRequest, code: str) -> HttpResponse:
    """开设批次."""
    programme = _programme(request, code)
    if not perms.may_run(request.user, programme):
        raise PermissionDenied
    if _rule(_version(programme, request.user.access.on)) is None:
        messages.error(request, f"“{programme}”不分批次，没有批次规则，不能开设批次。")
        return redirect("companies:batches", code=programme.code)
    form = BatchForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            batch = services.open_batch(
                programme=programme, **form.cleaned_data, by=request.user, at=timezone.now()
            )
            messages.success(request, f"已开设{batch}：{batch.starts_on} 至 {batch.ends_on}。")
            return redirect("companies:batches", code=programme.code)
    return _batches(request, programme, form)


@require_safe
def batch(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A batch: whom it serves with whom, and who takes over."""
    return _batch(request, _found(request, code, number))


def _found(request: HttpRequest, code: str, number: int) -> Batch:
    programme = _programme(request, code)
    return get_object_or_404(programme.batches.select_related("programme__region"), number=number)


def _batch(request: HttpRequest, found: Batch, form: LastDayForm | None = None) -> HttpResponse:
    on = request.user.access.on
    (figures,) = reports.batch_figures([found], request.user, on)
    seats = (
        reports.seats_of_batch(found, request.user)
        .select_related(
            "enrolment__company__region", "enrolment__project", "role", "official", "department", "group"
        )
        .order_by("enrolment__company__pinyin", "enrolment", "role__position", "starts_on", "pk")
    )
    page = page_of(request, seats, seats.count())
    page.object_list = reports.rotation(found, page.object_list)
    context = {
        "batch": found,
        "figures": figures,
        "page": page,
        "next": found.programme.batches.filter(number=found.number + 1).first(),
        "may_close": not figures.is_over and perms.may_run(request.user, found.programme),
        "form": form or LastDayForm(auto_id="id_close_%s", initial={"ends_on": on}),
    }
    return render(request, "companies/batch.html", context, status=422 if form and form.errors else 200)


@require_POST
def batch_close(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """提前结束批次."""
    found = _found(request, code, number)
    if not perms.may_run(request.user, found.programme):
        raise PermissionDenied
    form = LastDayForm(request.POST, auto_id="id_close_%s")
    if form.is_valid():
        with refusals_in(form):
            services.close_batch(
                batch=found, ends_on=form.cleaned_data["ends_on"], by=request.user, at=timezone.now()
            )
            messages.success(request, f"{found}最后一天改为 {form.cleaned_data['ends_on']:%Y-%m-%d}。")
            return redirect("companies:batch", code=code, number=number)
    return _batch(request, found, form)


@require_POST
def batch_export(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """轮换表: the batch's seats and who takes over, as a workbook."""
    found = _found(request, code, number)
    seats = (
        reports.seats_of_batch(found, request.user)
        .select_related("enrolment__company", "enrolment__project", "role", "official", "department", "group")
        .order_by("enrolment__company__pinyin", "enrolment", "role__position", "starts_on", "pk")
    )
    rows = (
        [
            str(turn.enrolment),
            turn.enrolment.company.uscc,
            turn.seat.role.name,
            str(turn.seat.holder),
            turn.seat.department.name,
            turn.seat.starts_on,
            turn.seat.ends_on,
            turn.visits,
            "本批内卸任" if turn.left_early else "、".join(str(seat.holder) for seat in turn.successors),
        ]
        for turn in reports.rotation(found, seats)
    )
    return workbook_of(request, f"{found.programme}{found}轮换表", ROTATION, rows)
