"""督办单: the list, a new one, and one notice with what can be done about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issues import services
from issues.choices import NoticeColour, NoticeState
from issues.exports.meetings import export_notice
from issues.forms.meetings import units_to_choose
from issues.forms.supervision import DemandForm, NoticeForm, WordsForm
from issues.models import Notice, Ticket
from issues.perms import may_supervise, serves_unit
from liaison.choices import SystemRole
from liaison.forms.filters import know_names, value_of
from liaison.models import Programme
from liaison.views.refusals import refusals_in, refusals_told

PER_PAGE = 30
LATE = "late"


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """督办单, the newest first, by state and colour; 逾期 are those not signed or answered by their day."""
    know_names(request.GET, {"state", "colour"})
    state = value_of(request.GET, "state", "状态", [*NoticeState.values, LATE])
    colour = value_of(request.GET, "colour", "颜色", NoticeColour.values)
    on = request.user.access.on
    late = Q(state=NoticeState.ISSUED, receive_by__lt=on)
    late |= Q(state__in=[NoticeState.ISSUED, NoticeState.RECEIVED], due_on__lt=on)
    visible = Notice.objects.visible_to(request.user)
    narrowed = visible.filter(colour=colour) if colour else visible
    counts = dict(narrowed.values_list("state").annotate(n=Count("pk")).order_by())
    counts[LATE] = narrowed.filter(late).count()
    coloured = visible.filter(late) if state == LATE else visible.filter(state=state) if state else visible
    by_colour = dict(coloured.values_list("colour").annotate(n=Count("pk")).order_by())
    rows = (coloured.filter(colour=colour) if colour else coloured).select_related(
        "department", "ticket__company", "programme"
    )
    page = Paginator(rows.order_by("-made_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    total = sum(n for name, n in counts.items() if name != LATE)
    states = [("", "全部", total), (LATE, "逾期未签收或未回复", counts[LATE], "red")]
    states += [(one.value, one.label, counts.get(one.value, 0)) for one in NoticeState]
    colours = [("", "全部", sum(by_colour.values()))]
    colours += [(one.value, one.label, by_colour.get(one.value, 0)) for one in NoticeColour]
    context = {
        "page": page,
        "states": states,
        "colours": colours,
        "today": on,
        "may_issue": SystemRole.OFFICE in request.user.access.roles,
        "narrowed": bool(state or colour),
    }
    return render(request, "issues/notices.html", context)


def _new_form(request: HttpRequest) -> NoticeForm:
    official = request.user
    here = official.access.regions((SystemRole.OFFICE,), "company__region__path")
    tickets = Ticket.objects.visible_to(official).filter(here).select_related("programme__region", "company")
    runs = official.access.regions((SystemRole.OFFICE,), "region__path")
    programmes = Programme.objects.visible_to(official).filter(runs).order_by("-starts_on", "pk")
    mine = Programme.objects.visible_to(official).order_by("-starts_on", "pk")
    kinds: dict[str, Any] = {
        "tickets": tickets,
        "programmes": programmes if programmes else mine,
        "units": units_to_choose(official),
    }
    asked = request.POST.get("number", "") if request.method == "POST" else request.GET.get("ticket", "")
    number = asked.strip().replace("\0", "")[:20]
    kinds["about"] = tickets.filter(number=number).first() if number else None
    if request.method == "POST":
        return NoticeForm(request.POST, **kinds)
    return NoticeForm(initial={"number": number}, **kinds)


@require_http_methods(["GET", "POST"])
def notice_new(request: HttpRequest) -> HttpResponse:
    """签发督办单, on a problem or to a unit."""
    if SystemRole.OFFICE not in request.user.access.roles:
        raise PermissionDenied("督办单由协调办公室签发。")
    form, status = _new_form(request), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            if not may_supervise(request.user, data["programme"], data["number"]):
                raise PermissionDenied("督办单由方案所在地或企业所在地的协调办公室签发。")
            with refusals_in(form):
                notice = services.issue_notice(
                    programme=data["programme"],
                    ticket=data["number"],
                    department=data["unit"],
                    colour=data["colour"],
                    demand=data["demand"],
                    due_on=data["due_on"],
                    by=request.user,
                    at=timezone.now(),
                )
                messages.success(request, f"已签发{notice.number}。")
                return redirect(notice)
    context = {"form": form, "ticket": form.about}
    return render(request, "issues/notice_new.html", context, status=status)


def _find(request: HttpRequest, pk: int) -> Notice:
    related = Notice.objects.visible_to(request.user).select_related(
        "programme__region", "department", "ticket__company__region", "issued_by", "received_by"
    )
    return get_object_or_404(related.select_related("replied_by", "closed_by"), pk=pk)


def _show(request: HttpRequest, notice: Notice, status: int = 200, **given: Any) -> HttpResponse:
    is_unit = serves_unit(request.user.access, notice.department.path)
    is_office = may_supervise(request.user, notice.programme, notice.ticket)
    running = notice.state in (NoticeState.ISSUED, NoticeState.RECEIVED, NoticeState.REPLIED)
    proposed = notice.state == NoticeState.PROPOSED
    context = {
        "notice": notice,
        "may_sign": is_unit and notice.state == NoticeState.ISSUED,
        "may_reply": is_unit and notice.state in (NoticeState.ISSUED, NoticeState.RECEIVED),
        "may_close": is_office and running,
        "may_issue": is_office and proposed,
        "issue": DemandForm(auto_id="id_issue_%s"),
        "drop": WordsForm(auto_id="id_drop_%s"),
        "reply": WordsForm(auto_id="id_reply_%s"),
        "closing": WordsForm(auto_id="id_close_%s"),
        "opened": "",
        "refused": "",
        "sees_ticket": notice.ticket is not None
        and Ticket.objects.visible_to(request.user).filter(pk=notice.ticket.pk).exists(),
        "today": request.user.access.on,
        **given,
    }
    return render(request, "issues/notice.html", context, status=status)


@require_GET
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One 督办单: what is demanded, who signed for it, what was replied."""
    return _show(request, _find(request, pk))


@require_POST
def notice_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """督办单 as a Word paper."""
    return export_notice(_find(request, pk), by=request.user, at=timezone.now())


def _again(request: HttpRequest, notice: Notice, name: str, form: forms.Form) -> HttpResponse:
    """One of the notice's forms as it was typed, with what is wrong."""
    refused = "；".join(str(error) for error in form.non_field_errors())
    return _show(request, _find(request, notice.pk), 422, **{name: form, "opened": name, "refused": refused})


def _of_unit(request: HttpRequest, pk: int) -> Notice:
    notice = _find(request, pk)
    if not serves_unit(request.user.access, notice.department.path):
        raise PermissionDenied("督办单由被督办单位签收和回复。")
    return notice


def _of_office(request: HttpRequest, pk: int) -> Notice:
    notice = _find(request, pk)
    if not may_supervise(request.user, notice.programme, notice.ticket):
        raise PermissionDenied("督办单由协调办公室签发和办结。")
    return notice


@require_POST
def notice_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """签收."""
    notice = _of_unit(request, pk)
    with refusals_told(request):
        services.sign_notice(notice=notice, by=request.user, at=timezone.now())
        messages.success(request, f"{notice.number}已签收。")
    return redirect(notice)


@require_POST
def notice_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """回复."""
    notice, form = _of_unit(request, pk), WordsForm(request.POST, auto_id="id_reply_%s")
    if form.is_valid():
        with refusals_in(form):
            services.reply_notice(notice=notice, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, "已回复。")
            return redirect(notice)
    return _again(request, notice, "reply", form)


@require_POST
def notice_close(request: HttpRequest, pk: int) -> HttpResponse:
    """办结."""
    notice, form = _of_office(request, pk), WordsForm(request.POST, auto_id="id_close_%s")
    if form.is_valid():
        with refusals_in(form):
            services.close_notice(notice=notice, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, "已办结。")
            return redirect(notice)
    return _again(request, notice, "closing", form)


@require_POST
def notice_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """签发 what the clock proposed."""
    notice, form = _of_office(request, pk), DemandForm(request.POST, auto_id="id_issue_%s")
    if form.is_valid():
        with refusals_in(form):
            services.issue_notice(
                programme=notice.programme,
                ticket=notice.ticket,
                department=notice.department,
                proposed=notice,
                **form.cleaned_data,
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, "已签发。")
            return redirect(notice)
    return _again(request, notice, "issue", form)


@require_POST
def notice_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """不予签发."""
    notice, form = _of_office(request, pk), WordsForm(request.POST, auto_id="id_drop_%s")
    if form.is_valid():
        with refusals_in(form):
            services.drop_notice(notice=notice, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, "已登记为不予签发。")
            return redirect(notice)
    return _again(request, notice, "drop", form)
