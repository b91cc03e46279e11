"""Deadlines day by day, and what a change of the working calendar moves, before and after it is applied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues import exports
from issues.models import Ticket, TicketEvent
from issues.reports.deadlines import Plan, deadlines_of, plan_change, with_companies, with_start
from liaison import services
from liaison.choices import ChangeState
from liaison.models import CalendarChange, CalendarChangeDay, CalendarDay, CalendarYear
from liaison.perms import may_keep_calendar
from liaison.services.calendar import latest_number
from liaison.views.refusals import refusals_told

PER_PAGE = 25
TONES = {
    ChangeState.DRAFT: "yellow",
    ChangeState.APPLYING: "blue",
    ChangeState.APPLIED: "done",
    ChangeState.DISCARDED: "grey",
}


@require_GET
def ticket_deadlines(request: HttpRequest, number: str) -> HttpResponse:
    """怎么算的: every deadline that an open problem has, day by day. Alone for htmx, a page without it."""
    scoped = with_start(Ticket.objects.visible_to(request.user).filter(number=number))
    scoped = scoped.select_related("company__region")
    ticket = get_object_or_404(scoped)
    calendar = CalendarDay.objects.as_calendar(ticket.company.region)
    deadlines = deadlines_of(ticket, calendar) if ticket.is_open else []
    template = "issues/_deadlines.html" if request.htmx else "issues/deadlines.html"
    context = {"ticket": ticket, "deadlines": [(one, one.explain()) for one in deadlines]}
    return render(request, template, context)


def _find(request: HttpRequest, pk: int) -> CalendarChange:
    related = ("region", "drafted_by", "confirmed_by", "corrects")
    return get_object_or_404(CalendarChange.objects.visible_to(request.user).select_related(*related), pk=pk)


def _to_act(request: HttpRequest, pk: int) -> CalendarChange:
    change = _find(request, pk)
    if not may_keep_calendar(request.user, change.region):
        raise PermissionDenied("这份变更不由您确认。")
    return change


def _plan(request: HttpRequest, change: CalendarChange) -> Plan:
    return plan_change(change, Ticket.objects.visible_to(request.user))


@require_GET
def calendar_change(request: HttpRequest, pk: int) -> HttpResponse:
    """A change with its days, and every open deadline that it moves: old, new, and why."""
    change = _find(request, pk)
    days = list(change.days.order_by("on"))
    is_stale = change.state == ChangeState.DRAFT and change.based_on != latest_number()
    context: dict[str, Any] = {
        "change": change,
        "tone": TONES[ChangeState(change.state)],
        "days": _runs([day for day in days if day.is_changed]),
        "same": sum(not day.is_changed for day in days),
        "is_draft": change.state == ChangeState.DRAFT,
        "is_stale": is_stale,
        "may_act": may_keep_calendar(request.user, change.region),
        "progress": _progress(change),
        "year_row": CalendarYear.objects.filter(year=change.year).first() if change.year else None,
    }
    if change.state == ChangeState.DRAFT and not is_stale:
        plan = _plan(request, change)
        page = Paginator(plan.shifts, PER_PAGE).get_page(request.GET.get("page"))
        with_companies(list(page.object_list))
        context |= {"plan": plan, "page": page}
    elif change.state == ChangeState.APPLIED:
        events = TicketEvent.objects.filter(
            calendar_change=change, ticket__in=Ticket.objects.visible_to(request.user)
        )
        rows = events.select_related("ticket__company").order_by("pk")
        context["page"] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "liaison/calendar_change.html", context)


def _runs(days: list[CalendarChangeDay]) -> list[tuple[CalendarChangeDay, date]]:
    """Days on end that become the same, as the first of them and the last day."""
    runs: list[tuple[CalendarChangeDay, date]] = []
    for day in days:
        if runs and runs[-1][1] + timedelta(days=1) == day.on and _turn(runs[-1][0]) == _turn(day):
            runs[-1] = (runs[-1][0], day.on)
        else:
            runs.append((day, day.on))
    return runs


def _turn(day: CalendarChangeDay) -> tuple[str, ...]:
    return day.was_kind, day.was_name, day.kind, day.name


@require_GET
def calendar_change_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for every second; when the work is done the page is loaded anew."""
    change = _find(request, pk)
    response = render(request, "liaison/_calendar_progress.html", {"progress": _progress(change)})
    if change.state != ChangeState.APPLYING:
        response["HX-Refresh"] = "true"
    return response


def _progress(change: CalendarChange) -> dict[str, Any]:
    is_moving = change.state == ChangeState.APPLYING
    url = reverse("liaison:calendar-change-progress", args=[change.pk]) if is_moving else ""
    text = "一次全部写入，或者一件也不写。可以离开本页；后台暂停时排队等候，恢复后自动继续。"
    return {"label": "正在调整期限", "value": change.done, "max": change.total, "text": text, "url": url}


@require_POST
def calendar_change_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The preview as a workbook: every deadline, old, new, and how the new one is counted."""
    change = _find(request, pk)
    if change.state != ChangeState.DRAFT or change.based_on != latest_number():
        messages.error(request, "预览已过时，请重新预览后再导出。")
        return redirect(change)
    return exports.export_shifts(
        with_companies(_plan(request, change).shifts), change=change, by=request.user, at=timezone.now()
    )


@require_POST
def calendar_change_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """应用: of two who confirm at once, one wins and the other is told."""
    return _then(request, _to_act(request, pk), services.confirm_change)


@require_POST
def calendar_change_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """重新预览 against the calendar as it is now."""
    return _then(request, _to_act(request, pk), services.renew_change, "已按现在的日历重新预览。")


@require_POST
def calendar_change_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """放弃: nothing comes of the draft; it stays in the trail."""
    return _then(request, _to_act(request, pk), services.discard_change, "已放弃，日历没有改动。")


def _then(
    request: HttpRequest, change: CalendarChange, act: Callable[..., Any], said: str = ""
) -> HttpResponse:
    with refusals_told(request):
        act(change=change, by=request.user, at=timezone.now())
        if said:
            messages.success(request, said)
    return redirect(change)
