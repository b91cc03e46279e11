"""调度会: the list, and a meeting's agenda with its decisions written in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues import services
from issues.choices import MeetingState, Part
from issues.forms.meetings import DecisionForm, HoldForm
from issues.models import AgendaItem, DispatchMeeting, MonthEnd
from issues.models.tickets import provisional_next
from issues.perms import runs_programme
from issues.reports.course import latest_notes, with_days_left
from issues.views.months import month_of
from liaison.models import Official
from liaison.workdays import day_of

PER_PAGE = 30
ITEMS_PER_PAGE = 40


@require_GET
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Meetings, newest first, with how much is on the agenda and decided."""
    meetings = (
        DispatchMeeting.objects.visible_to(request.user)
        .select_related("programme")
        .annotate(items_n=Count("items"), decided_n=Count("items", filter=~Q(items__decision="")))
        .order_by("-month", "programme__code")
    )
    page = Paginator(meetings, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "issues/meetings.html", {"page": page})


def _find(official: Official, code: str, month: str) -> DispatchMeeting:
    frozen = MonthEnd.objects.filter(programme=OuterRef("programme"), month=OuterRef("month"))
    visible = (
        DispatchMeeting.objects.visible_to(official)
        .select_related("programme__region", "held_by")
        .annotate(until=Subquery(frozen.values("until")[:1]))
    )
    return get_object_or_404(visible, programme__code=code, month=month_of(month))


def _find_to_write(request: HttpRequest, code: str, month: str) -> DispatchMeeting:
    meeting = _find(request.user, code, month)
    if not runs_programme(request.user, meeting.programme):
        raise PermissionDenied("调度会由协调办公室记录。")
    return meeting


def _agenda(
    request: HttpRequest,
    meeting: DispatchMeeting,
    bound: DecisionForm | None = None,
    hold: HoldForm | None = None,
    position: int = 0,
) -> dict[str, Any]:
    """The agenda's page that is asked for, or the one that holds the item just decided."""
    may_write = meeting.state == MeetingState.PREPARED and runs_programme(request.user, meeting.programme)
    items = (
        meeting.items.select_related("ticket__company__region", "ticket__grade", "ticket__category")
        .prefetch_related("ticket__units__department")
        .annotate(is_provisional=provisional_next("ticket__"))
        .order_by("position")
    )
    asked = (position - 1) // ITEMS_PER_PAGE + 1 if position else request.GET.get("page")
    page = Paginator(items, ITEMS_PER_PAGE).get_page(asked)
    tickets = [item.ticket for item in page.object_list]
    dues, notes = with_days_left(tickets, request.user.access.on), latest_notes(tickets)
    rows = []
    for item, due in zip(page.object_list, dues, strict=True):
        form = None
        if may_write:
            is_bound = bound is not None and bound.instance.pk == item.pk
            form = bound if is_bound else DecisionForm(instance=item, auto_id=f"id_{item.position}_%s")
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
    return {
        "meeting": meeting,
        "rows": rows,
        "page": page,
        "undecided": meeting.items.filter(decision="").count() if may_write else 0,
        "opened": bound.instance.pk if bound is not None else None,
        "may_write": may_write,
        "hold": hold or (HoldForm(initial={"held_on": today}) if may_write else None),
    }


@require_GET
def meeting_agenda(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """What is stuck, why in words, and what was decided."""
    meeting = _find(request.user, code, month)
    return render(request, "issues/meeting.html", _agenda(request, meeting))


@require_POST
def meeting_decide(request: HttpRequest, code: str, month: str, position: int) -> HttpResponse:
    """议定事项 of one item."""
    meeting = _find_to_write(request, code, month)
    item: AgendaItem = get_object_or_404(meeting.items.select_related("meeting"), position=position)
    form = DecisionForm(request.POST, instance=item, auto_id=f"id_{item.position}_%s")
    status = 422
    if form.is_valid():
        try:
            services.decide_item(
                item=item,
                decision=form.cleaned_data["decision"],
                due_on=form.cleaned_data["due_on"],
                instead_of=form.cleaned_data["instead_of"],
                by=request.user,
                at=timezone.now(),
            )
        except services.MeetingRefused as refusal:
            form.add_error(None, str(refusal))
            form.show_beside(meeting.items.get(position=position).decision)
        else:
            form, status = None, 200  # type: ignore[assignment]
            messages.success(request, f"第 {position} 项已记录。")
    if status == 200 and not request.htmx:
        page = (position - 1) // ITEMS_PER_PAGE + 1
        return redirect(f"{meeting.get_absolute_url()}?page={page}#item-{position}")
    template = "issues/_agenda.html" if request.htmx else "issues/meeting.html"
    return render(request, template, _agenda(request, meeting, form, position=position), status=status)


@require_POST
def meeting_hold(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """会议已召开: close the record."""
    meeting = _find_to_write(request, code, month)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return render(request, "issues/meeting.html", _agenda(request, meeting, hold=form), status=422)
    try:
        services.hold_meeting(
            meeting=meeting, held_on=form.cleaned_data["held_on"], by=request.user, at=timezone.now()
        )
        messages.success(request, "会议已记录，议定事项已生效。")
    except services.MeetingRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(meeting)
