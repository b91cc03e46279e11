"""Meetings: the list, and a meeting's agenda with its decisions written in place."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues import services
from issues.choices import MeetingKind, MeetingState, Part
from issues.forms.meetings import AddItemForm, DecisionForm, HoldForm, PlanForm, WhyForm, units_to_choose
from issues.models import AgendaItem, Meeting, MonthEnd, Ticket
from issues.models.tickets import provisional_next
from issues.perms import runs_programme
from issues.reports.course import latest_notes, with_days_left
from issues.views.months import month_of
from liaison.forms.filters import know_names, value_of
from liaison.models import Official
from liaison.normalise import row_key
from liaison.views.refusals import refusals_in
from liaison.workdays import day_of

PER_PAGE = 30
ITEMS_PER_PAGE = 40
_PERIOD = re.compile(r"(?:dispatch|group-(\d{1,18}))-(\d{8})")


@require_GET
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Meetings, those to come first and then the newest, with how much is on the agenda and decided."""
    know_names(request.GET, {"kind"})
    kind = value_of(request.GET, "kind", "会议", MeetingKind.values)
    visible = Meeting.objects.visible_to(request.user)
    counts = dict(visible.values_list("kind").annotate(n=Count("pk")).order_by())
    live = Q(items__removed_at__isnull=True)
    to_come = ExpressionWrapper(Q(state=MeetingState.PREPARED), output_field=BooleanField())
    meetings = (
        (visible.filter(kind=kind) if kind else visible)
        .select_related("programme", "group")
        .annotate(
            items_n=Count("items", filter=live),
            decided_n=Count("items", filter=live & ~Q(items__decision="")),
        )
        .order_by(to_come.desc(), "-month", "-meets_on", "programme__code", "kind", "pk")
    )
    page = Paginator(meetings, PER_PAGE).get_page(request.GET.get("page"))
    kinds = [("", "全部", sum(counts.values()))]
    kinds += [(one.value, one.label, counts.get(one.value, 0)) for one in MeetingKind]
    return render(request, "issues/meetings.html", {"page": page, "kinds": kinds})


def find_meeting(official: Official, code: str, ref: str) -> Meeting:
    """The visible meeting that an address names; 404 if there is none."""
    frozen = MonthEnd.objects.filter(programme=OuterRef("programme"), month=OuterRef("month"))
    visible = (
        Meeting.objects.visible_to(official)
        .select_related("programme__region", "held_by", "group")
        .annotate(until=Subquery(frozen.values("until")[:1]))
    )
    return get_object_or_404(visible, programme__code=code, **_named(ref))


def _named(ref: str) -> dict[str, Any]:
    if found := _PERIOD.fullmatch(ref):
        whose = {"group": row_key(found[1])} if found[1] else {"kind": MeetingKind.DISPATCH}
        return whose | {"since": _day(found[2])}
    if ref.startswith("standing-"):
        return {"kind": MeetingKind.STANDING, "month": month_of(ref.removeprefix("standing-"))}
    return {"kind": MeetingKind.DISPATCH, "since": None, "month": month_of(ref)}


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Http404(text) from None


def find_to_write(request: HttpRequest, code: str, ref: str) -> Meeting:
    """The meeting, for the office that records it; 403 for others."""
    meeting = find_meeting(request.user, code, ref)
    if not runs_programme(request.user, meeting.programme):
        raise PermissionDenied("会议由协调办公室记录。")
    return meeting


def _agenda(
    request: HttpRequest,
    meeting: Meeting,
    bound: DecisionForm | None = None,
    position: int = 0,
    **given: Any,
) -> dict[str, Any]:
    """The agenda's page that is asked for, or the one that holds the item just decided."""
    runs = runs_programme(request.user, meeting.programme)
    may_write = meeting.state == MeetingState.PREPARED and runs
    all_items = meeting.items.select_related("ticket__company__region", "owner")
    items = (
        all_items.filter(removed_at__isnull=True)
        .select_related("ticket__grade", "ticket__category", "added_by")
        .prefetch_related("ticket__units__department", "tasks__department")
        .annotate(is_provisional=provisional_next("ticket__"))
        .order_by("position")
    )
    asked = (position - 1) // ITEMS_PER_PAGE + 1 if position else request.GET.get("page")
    page = Paginator(items, ITEMS_PER_PAGE).get_page(asked)
    tickets = [item.ticket for item in page.object_list]
    dues, notes = with_days_left(tickets, request.user.access.on), latest_notes(tickets)
    units = units_to_choose(request.user) if may_write else {}
    rows = []
    for item, due in zip(page.object_list, dues, strict=True):
        form = None
        if may_write:
            is_bound = bound is not None and bound.instance.pk == item.pk
            form = (
                bound
                if is_bound
                else DecisionForm(instance=item, units=units, auto_id=f"id_{item.position}_%s")
            )
        leads = sorted(
            (unit for unit in item.ticket.units.all() if unit.part == Part.LEAD),
            key=lambda unit: (unit.is_current, unit.pk),
        )
        rows.append(
            {
                "item": item,
                "lead": leads[-1].department if leads else None,
                "due": due,
                "note": notes.get(item.ticket_id),
                "form": form,
            }
        )
    today = day_of(timezone.now())
    office: dict[str, Any] = {"hold": None, "plan": None, "add": None, "off": None}
    if may_write:
        office = {
            "hold": HoldForm(initial={"held_on": today}),
            "plan": PlanForm(meeting=meeting, choices=units),
            "add": AddItemForm(tickets=Ticket.objects.none()),
            "off": WhyForm(auto_id="id_off_%s"),
        }
    return {
        "meeting": meeting,
        "rows": rows,
        "page": page,
        "removed": all_items.filter(removed_at__isnull=False)
        .select_related("removed_by")
        .order_by("position"),
        "come": meeting.units.order_by("region__path", "pinyin", "pk"),
        "undecided": items.filter(decision="").count() if may_write else 0,
        "opened": bound.instance.pk if bound is not None else None,
        "opened_form": "",
        "removing": 0,
        "may_write": may_write,
        "runs": runs,
        "why": WhyForm(auto_id="id_why_%s") if may_write else None,
        **office,
        **given,
    }


@require_GET
def meeting_agenda(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """What is stuck, why in words, and what was decided."""
    meeting = find_meeting(request.user, code, month)
    return render(request, "issues/meeting.html", _agenda(request, meeting))


@require_POST
def meeting_decide(request: HttpRequest, code: str, month: str, position: int) -> HttpResponse:
    """议定事项 of one item."""
    meeting = find_to_write(request, code, month)
    item: AgendaItem = get_object_or_404(meeting.items.select_related("meeting", "owner"), position=position)
    units = units_to_choose(request.user)
    form = DecisionForm(request.POST, instance=item, units=units, auto_id=f"id_{item.position}_%s")
    if form.is_valid():
        with refusals_in(form):
            services.decide_item(item=item, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, f"第 {position} 项已记录。")
            if request.htmx:
                return render(request, "issues/_agenda.html", _agenda(request, meeting, position=position))
            page = (position - 1) // ITEMS_PER_PAGE + 1
            return redirect(f"{meeting.get_absolute_url()}?page={page}#item-{position}")
        form.show_beside(meeting.items.get(position=position).decision)
    template = "issues/_agenda.html" if request.htmx else "issues/meeting.html"
    return render(request, template, _agenda(request, meeting, form, position=position), status=422)


def _again(request: HttpRequest, meeting: Meeting, name: str, form: forms.Form) -> HttpResponse:
    """One of the meeting's forms as it was typed, with what is wrong."""
    shown: dict[str, Any] = {name: form, "opened_form": name}
    return render(request, "issues/meeting.html", _agenda(request, meeting, **shown), status=422)


@require_POST
def meeting_hold(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """会议已召开: close the record."""
    meeting = find_to_write(request, code, month)
    form = HoldForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.hold_meeting(meeting=meeting, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, "会议已记录，议定事项已生效，任务已下达。")
            return redirect(meeting)
    return _again(request, meeting, "hold", form)


@require_POST
def meeting_plan(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """The day, and who is to come."""
    meeting = find_to_write(request, code, month)
    form = PlanForm(request.POST, meeting=meeting, choices=units_to_choose(request.user))
    if form.is_valid():
        with refusals_in(form):
            services.plan_meeting(meeting=meeting, **form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, "会议安排已保存。")
            return redirect(meeting)
    return _again(request, meeting, "plan", form)


@require_POST
def meeting_call_off(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """不召开, with the reason."""
    meeting = find_to_write(request, code, month)
    form = WhyForm(request.POST, auto_id="id_off_%s")
    if form.is_valid():
        with refusals_in(form):
            services.call_off_meeting(
                meeting=meeting, **form.cleaned_data, by=request.user, at=timezone.now()
            )
            messages.success(request, "已登记为不召开，议题转入下次会议。")
            return redirect(meeting)
    return _again(request, meeting, "off", form)


@require_POST
def meeting_add(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """增列议题."""
    meeting = find_to_write(request, code, month)
    form = AddItemForm(request.POST, tickets=Ticket.objects.visible_to(request.user))
    if form.is_valid():
        with refusals_in(form):
            services.add_item(
                meeting=meeting,
                ticket=form.cleaned_data["number"],
                why=form.cleaned_data["why"],
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, "已列入议题。")
            return redirect(meeting)
    return _again(request, meeting, "add", form)


@require_POST
def meeting_remove(request: HttpRequest, code: str, month: str, position: int) -> HttpResponse:
    """撤下议题, with the reason."""
    meeting = find_to_write(request, code, month)
    item: AgendaItem = get_object_or_404(meeting.items.select_related("meeting"), position=position)
    form = WhyForm(request.POST, auto_id="id_why_%s")
    context: dict[str, Any] = {"why": form, "removing": item.position}
    if form.is_valid():
        with refusals_in(form):
            services.remove_item(item=item, why=form.cleaned_data["why"], by=request.user, at=timezone.now())
            messages.success(request, f"第 {position} 项已撤下。")
            return redirect(meeting)
    rows = _agenda(request, meeting, position=position, **context)
    return render(request, "issues/meeting.html", rows, status=422)
