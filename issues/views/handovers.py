"""调动交接: who takes over what an official looks after, with the open problems that go with it."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from companies import perms, services
from companies.models import Assignment
from issues.forms.handovers import HandoverForm
from issues.models import Ticket
from liaison.choices import SystemRole
from liaison.exports import download_workbook
from liaison.models import Official
from liaison.views.refusals import refusals_in

HEADINGS = ("企业", "统一社会信用代码", "席位", "移交人", "移交人单位", "接任人", "接任人单位", "未销号问题")


def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Preview what the official holds, say who takes over each seat, and move them in one go."""
    person = _person(request, pk)
    on = request.user.access.on
    posting = (
        person.postings.in_force(on)
        .filter(role=SystemRole.OFFICIAL)
        .select_related("official", "department")
        .order_by("pk")
        .first()
    )
    day = on + timedelta(days=1)
    held = Assignment.objects.visible_to(request.user).not_over_by(day).filter(official=person)
    seats = list(
        held.select_related("role", "enrolment__company", "enrolment__project").order_by("enrolment", "pk")
    )
    form = HandoverForm(request.POST or None, official=request.user, seats=seats, initial={"on": day})
    if request.method == "POST" and posting is None:
        form.add_error(None, f"“{person}”没有在任的包抓干部任职，请在干部名册里调整。")
    elif request.method == "POST" and posting is not None and form.is_valid():
        with refusals_in(form):
            done = services.transfer_official(
                posting=posting,
                department=form.cleaned_data["department"],
                title=form.cleaned_data["title"],
                on=form.cleaned_data["on"],
                seats=form.choices_made(),
                by=request.user,
                at=timezone.now(),
            )
            messages.success(
                request,
                f"{person}已调往{done.posting.department}："
                f"移交 {done.given}，随人 {done.kept}，空缺 {done.vacant}。",
            )
            address = reverse("issues:handover-list", args=[person.pk])
            return redirect(f"{address}?on={done.posting.starts_on.isoformat()}")
    tickets = _tickets_of(request, [seat.enrolment_id for seat in seats])
    context = {
        "person": person,
        "leaving": posting,
        "form": form,
        "rows": [
            (seat, form[f"seat_{seat.pk}"], form[f"to_{seat.pk}"], tickets.get(seat.enrolment_id, []))
            for seat in seats
        ],
        "open": sum(len(found) for found in tickets.values()),
    }
    return render(request, "issues/handover.html", context, status=422 if form.errors else 200)


def _person(request: HttpRequest, pk: int) -> Official:
    person = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    if person.pk == request.user.pk or not perms.may_set_deputy(request.user, person):
        raise PermissionDenied
    return person


def _tickets_of(request: HttpRequest, enrolments: list[int]) -> dict[int, list[Ticket]]:
    found: dict[int, list[Ticket]] = {}
    for ticket in (
        Ticket.objects.visible_to(request.user).open().filter(enrolment__in=enrolments).order_by("pk")
    ):
        found.setdefault(ticket.enrolment_id, []).append(ticket)
    return found


@require_safe
def handover_list(request: HttpRequest, pk: int) -> HttpResponse:
    """交接清单, as printed: seats that ended the day before, who took them, and what was open."""
    person = _person(request, pk)
    on = _day(request)
    context = {"person": person, "on": on, "rows": _lines(request, person, on)}
    return render(request, "issues/handover_list.html", context)


@require_POST
def handover_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """交接清单 as a workbook."""
    person = _person(request, pk)
    on = _day(request)
    rows = [
        [
            str(seat.enrolment),
            seat.enrolment.company.uscc,
            seat.role.name,
            person.name,
            seat.department.name,
            str(after.holder) if after else "空缺",
            after.department.name if after else "",
            "；".join(str(ticket) for ticket in tickets),
        ]
        for seat, after, tickets in _lines(request, person, on)
    ]
    return download_workbook(
        title=f"{person.name}交接清单",
        headings=HEADINGS,
        rows=rows,
        by=request.user,
        at=timezone.now(),
        query=on.isoformat(),
        text_columns=("统一社会信用代码",),
    )


def _day(request: HttpRequest) -> date:
    """The day of the transfer that the address names; without one, or with none that is a day, today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return request.user.access.on


def _lines(
    request: HttpRequest, person: Official, on: date
) -> list[tuple[Assignment, Assignment | None, list[Ticket]]]:
    before = max(on, date(2000, 1, 1)) - timedelta(days=1)
    rows = Assignment.objects.visible_to(request.user).select_related(
        "role", "official", "department", "group", "enrolment__company", "enrolment__project"
    )
    ended = list(rows.filter(official=person, ends_on=before).order_by("enrolment__company__pinyin", "pk"))
    begun = rows.filter(starts_on=on, enrolment__in=[seat.enrolment_id for seat in ended]).order_by("pk")
    after = {(seat.enrolment_id, seat.role_id): seat for seat in begun}
    tickets = _tickets_of(request, [seat.enrolment_id for seat in ended])
    return [
        (seat, after.get((seat.enrolment_id, seat.role_id)), tickets.get(seat.enrolment_id, []))
        for seat in ended
    ]
