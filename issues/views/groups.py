"""共性问题: brought together by the office, settled by a policy measure, each problem by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.views.queues import kept
from issues import services
from issues.choices import Status
from issues.forms.groups import CommonFilter, GroupForm, MeasureForm, SettleManyForm
from issues.models import PolicyFile, PolicyMeasure, Ticket, TicketGroup
from issues.perms import programmes_run_by, runs_programme
from issues.reports.routes import suggested_for, with_counts
from liaison.forms.files import FilesForm
from liaison.views.files import Shelf, add_files, answer_shelf, hand_out, take_away
from liaison.views.refusals import refusals_in, refusals_told

PER_PAGE = 25


@require_GET
def group_list(request: HttpRequest) -> HttpResponse:
    """共性问题: the groups one sees, the newest first."""
    visible = TicketGroup.objects.visible_to(request.user).select_related("programme")
    found = CommonFilter(request.GET, queryset=visible, request=request).qs
    counted = with_counts(found, request.user).order_by("-created_at", "-pk")
    page = Paginator(counted, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "words": request.GET.get("q", ""),
        "kept": kept(request, "programme"),
        "narrowed": bool({"q", "programme"} & set(request.GET)),
        "may_open": programmes_run_by(request.user).exists(),
    }
    return render(request, "issues/commons.html", context)


@require_http_methods(["GET", "POST"])
def group_new(request: HttpRequest) -> HttpResponse:
    """归集共性问题: name a group; its members are added on its own page."""
    programmes = programmes_run_by(request.user)
    if not programmes.exists():
        raise PermissionDenied("共性问题由方案所在地协调办公室归集。")
    form = GroupForm(request.POST if request.method == "POST" else None, programmes=programmes)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            group = services.open_group(**form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, "已建立，请把同类问题归进来。")
            return redirect("issues:common", group.pk)
    return render(request, "issues/common_new.html", {"form": form}, status=422 if form.errors else 200)


def _group(request: HttpRequest, pk: int, *, to_change: bool = False) -> TicketGroup:
    groups = TicketGroup.objects.visible_to(request.user).select_related("programme__region", "created_by")
    group = get_object_or_404(groups, pk=pk)
    if to_change and not runs_programme(request.user, group.programme):
        raise PermissionDenied("共性问题由方案所在地协调办公室归集和办理。")
    return group


@require_GET
def group_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A group with its members, what else looks alike, and its measures."""
    return _page(request, _group(request, pk))


def _page(
    request: HttpRequest,
    group: TicketGroup,
    *,
    measure_form: MeasureForm | None = None,
    settle_form: SettleManyForm | None = None,
) -> HttpResponse:
    may_change = runs_programme(request.user, group.programme)
    members = _members(request, group)
    measures = list(
        group.measures.select_related("department").prefetch_related("files").order_by("-issued_on", "pk")
    )
    wrong = any(form is not None and form.errors for form in (measure_form, settle_form))
    context: dict[str, Any] = {
        "group": group,
        "members": members,
        "settleable": [one for one in members if one.status == Status.IN_PROGRESS],
        "may_change": may_change,
        "suggested": suggested_for(group, request.user) if may_change else [],
        "measures": [(one, _shelf(one, may_change)) for one in measures],
        "measure_form": measure_form or MeasureForm(official=request.user, auto_id="id_measure_%s"),
        "measure_open": measure_form is not None,
        "settle_form": settle_form or SettleManyForm(group=group, auto_id="id_settle_%s"),
    }
    return render(request, "issues/common.html", context, status=422 if wrong else 200)


def _members(request: HttpRequest, group: TicketGroup) -> list[Any]:
    visible: QuerySet[Any] = Ticket.objects.visible_to(request.user).filter(group=group)
    return list(
        visible.with_light(request.user.access.on)  # type: ignore[attr-defined]
        .select_related("company__region", "category", "grade")
        .order_by("status", "-pk")
    )


@require_POST
def group_add(request: HttpRequest, pk: int) -> HttpResponse:
    """归入: a problem named by its number."""
    group = _group(request, pk, to_change=True)
    number = request.POST.get("number", "").strip()
    ticket = Ticket.objects.visible_to(request.user).filter(number=number[:20]).first() if number else None
    if ticket is None:
        messages.error(request, "没有找到这个编号的问题，请核对。")
    else:
        with refusals_told(request):
            services.join_group(ticket=ticket, group=group, by=request.user, at=timezone.now())
            messages.success(request, f"已归入 {ticket.number}。")
    return redirect("issues:common", group.pk)


@require_POST
def group_remove(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """移出: it goes on by itself."""
    group = _group(request, pk, to_change=True)
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).filter(group=group), number=number)
    with refusals_told(request):
        services.leave_group(ticket=ticket, by=request.user, at=timezone.now())
        messages.success(request, f"已移出 {ticket.number}。")
    return redirect("issues:common", group.pk)


@require_POST
def group_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """登记政策措施."""
    group = _group(request, pk, to_change=True)
    form = MeasureForm(request.POST, official=request.user, auto_id="id_measure_%s")
    if form.is_valid():
        with refusals_in(form):
            services.open_measure(group=group, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, "已登记政策措施。")
            return redirect("issues:common", group.pk)
    return _page(request, group, measure_form=form)


@require_POST
def group_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """以政策措施办结 the ticked members: each by the one service, each answered and confirmed by itself."""
    group = _group(request, pk, to_change=True)
    form = SettleManyForm(request.POST, group=group, auto_id="id_settle_%s")
    chosen = request.POST.getlist("ticket")
    if form.is_valid() and not chosen:
        form.add_error(None, "请勾选要办结的问题。")
    if not form.is_valid():
        return _page(request, group, settle_form=form)
    done, refused = 0, []
    tickets = Ticket.objects.visible_to(request.user).filter(group=group, number__in=[n[:20] for n in chosen])
    for ticket in tickets.order_by("pk"):
        try:
            services.settle_by_measure(ticket=ticket, **form.cleaned_data, by=request.user, at=timezone.now())
            done += 1
        except services.MoveRefused as refusal:
            refused.append(f"{ticket.number}：{refusal}")
    if done:
        messages.success(request, f"已办结 {done} 件，请包抓干部逐户答复，企业确认后销号。")
    for words in refused:
        messages.error(request, words)
    if not done and not refused:
        messages.error(request, "所选问题不在这个共性问题中，请刷新后重新勾选。")
    return redirect("issues:common", group.pk)


def _shelf(measure: PolicyMeasure, may_change: bool, form: FilesForm | None = None) -> Shelf:
    extra: dict[str, Any] = {"form": form} if form is not None else {}
    return Shelf(
        ident=f"measure-{measure.pk}-files",
        files=sorted(measure.files.all(), key=lambda one: one.pk),
        open_name="issues:policy-file",
        remove_name="issues:policy-file-remove",
        add_url=reverse("issues:policy-files", args=[measure.pk]) if may_change else "",
        **extra,
    )


def _measure(request: HttpRequest, pk: int) -> PolicyMeasure:
    measures = PolicyMeasure.objects.visible_to(request.user).select_related("group__programme__region")
    measure = get_object_or_404(measures, pk=pk)
    if not runs_programme(request.user, measure.group.programme):
        raise PermissionDenied
    return measure


def _answer(request: HttpRequest, measure: PolicyMeasure, form: FilesForm | None = None) -> HttpResponse:
    back = (measure.group.name, reverse("issues:common", args=[measure.group_id]))
    return answer_shelf(request, _shelf(measure, True, form), title=f"{measure}附件", back=back)


@require_POST
def policy_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach the document itself."""
    measure = _measure(request, pk)
    _, form = add_files(request, model=PolicyFile, owner=measure)
    return _answer(request, measure, form)


@require_GET
def policy_file(request: HttpRequest, pk: int) -> FileResponse:
    """An attachment, for everyone who sees the group."""
    return hand_out(request, get_object_or_404(PolicyFile.objects.visible_to(request.user), pk=pk))


@require_POST
def policy_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an attachment away; the trail keeps its name."""
    stored = get_object_or_404(PolicyFile.objects.visible_to(request.user), pk=pk)
    measure = _measure(request, stored.owner_id)
    take_away(request, stored)
    return _answer(request, measure)
