"""回避: one's own, and for the office those of its region; declared, put to an end, seats vacated."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import perms
from companies.choices import RecusalReason
from companies.forms.recusals import OVER, RUNNING, RecusalFilter, RecusalForm
from companies.models import Assignment, Recusal
from companies.services import recusals as services
from companies.views.queues import kept, page_of
from liaison.views.refusals import refusals_in, refusals_told


@require_GET
def recusals(request: HttpRequest) -> HttpResponse:
    """Recusals as one may see them, the newest first, with the seats that stand in the way."""
    on = request.user.access.on
    rows = RecusalFilter(request.GET, Recusal.objects.visible_to(request.user), request=request).qs
    rows = rows.select_related("official", "company__region", "declared_by").order_by("-starts_on", "-pk")
    page = page_of(request, rows, rows.order_by().count())
    shown = list(page.object_list)
    seats = services.seats_of_many(shown, on=on)
    return render(
        request,
        "companies/recusals.html",
        {
            "page": page,
            "rows": [
                {
                    "recusal": one,
                    "is_over": one.ends_on is not None and one.ends_on < on,
                    "is_coming": one.starts_on > on,
                    "may_end": perms.may_end_recusal(request.user, one),
                    "seats": seats[one.pk],
                }
                for one in shown
            ],
            "words": request.GET.get("q", ""),
            "kept": kept(request, "state", "reason"),
            "states": [(RUNNING, "回避中", None), (OVER, "已结束", None)],
            "reasons": [(value, label, None) for value, label in RecusalReason.choices],
            "is_filtered": bool(kept(request, "q", "state", "reason")),
            "is_office": perms.may_enrol(request.user),
        },
    )


def recusal_add(request: HttpRequest) -> HttpResponse:
    """登记回避."""
    form = RecusalForm(
        request.POST or None,
        by=request.user,
        for_others=perms.may_enrol(request.user),
        initial={"starts_on": request.user.access.on, "company": request.GET.get("company", "")},
    )
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if not perms.may_declare_recusal(request.user, values["official"], values["company"]):
            form.add_error("company", "该企业不在您的范围内，请由企业所在地的协调办公室登记。")
        else:
            with refusals_in(form):
                done = services.declare_recusal(**values, by=request.user, at=timezone.now())
                messages.success(request, f"已登记：{done.recusal}。")
                if done.seats:
                    names = "、".join(f"“{seat.role}”" for seat in done.seats)
                    messages.warning(
                        request, f"目前仍担任该企业的{names}，席位没有变动，请在下面撤下，并另行指派。"
                    )
                return redirect("companies:recusals")
    return render(request, "companies/recusal_add.html", {"form": form}, status=422 if form.errors else 200)


def _mine_to_end(request: HttpRequest, pk: int) -> Recusal:
    rows = Recusal.objects.visible_to(request.user).select_related("official", "company__region")
    found = get_object_or_404(rows, pk=pk)
    if not perms.may_end_recusal(request.user, found):
        raise PermissionDenied
    return found


@require_POST
def recusal_end(request: HttpRequest, pk: int) -> HttpResponse:
    """结束回避, from today on."""
    found = _mine_to_end(request, pk)
    with refusals_told(request):
        services.withdraw_recusal(
            recusal=found, on=request.user.access.on, by=request.user, at=timezone.now()
        )
        messages.success(request, f"{found.official} 对 {found.company} 的回避从今天起不再有效。")
    return redirect("companies:recusals")


@require_POST
def recusal_vacate(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """撤下 a seat that stands in the way: by the office, or by the official in person."""
    rows = Recusal.objects.visible_to(request.user).select_related("official", "company__region")
    found = get_object_or_404(rows, pk=pk)
    held = get_object_or_404(
        Assignment.objects.visible_to(request.user).filter(
            official=found.official_id, enrolment__company=found.company_id
        ),
        pk=seat,
    )
    with refusals_told(request):
        services.vacate_for_recusal(recusal=found, seat=held, by=request.user, at=timezone.now())
        messages.success(request, f"已撤下 {found.official} 在 {found.company} 的“{held.role}”，请另行指派。")
    return redirect("companies:recusals")
