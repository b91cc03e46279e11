"""代理: one's own absences, and for the office those of its region."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from companies import perms, services
from companies.forms.deputies import STATES, DeputyFilter, DeputyForm
from companies.views.queues import kept, page_of
from liaison.models import Deputy
from liaison.views.refusals import refusals_in, refusals_told


def deputies(request: HttpRequest) -> HttpResponse:
    """Who stands in for whom; a form to set it for oneself, or as the office for another."""
    on = request.user.access.on
    form = DeputyForm(
        request.POST or None,
        official=request.user,
        for_others=perms.may_enrol(request.user),
        initial={"starts_on": on},
    )
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        absent = entered.pop("absent", None) or request.user
        if not perms.may_set_deputy(request.user, absent):
            raise PermissionDenied
        with refusals_in(form):
            row = services.set_deputy(official=absent, **entered, by=request.user, at=timezone.now())
            messages.success(request, f"{row.starts_on} 至 {row.ends_on}，由{row.deputy}代{row.official}。")
            return redirect("companies:deputies")
    rows = DeputyFilter(request.GET, Deputy.objects.visible_to(request.user), request=request).qs
    rows = rows.select_related("official", "deputy", "set_by").order_by("-ends_on", "-pk")
    page = page_of(request, rows, rows.order_by().count())
    context = {
        "page": page,
        "form": form,
        "on": on,
        "is_office": perms.may_enrol(request.user),
        "words": request.GET.get("q", ""),
        "kept": kept(request, "state"),
        "states": [("", "全部", None), *[(value, label, None) for value, label in STATES]],
        "is_filtered": bool(kept(request, "q", "state")),
    }
    return render(request, "companies/deputies.html", context, status=422 if form.errors else 200)


@require_POST
def deputy_end(request: HttpRequest, pk: int) -> HttpResponse:
    """提前结束代理: today the absent official is back."""
    row = get_object_or_404(Deputy.objects.visible_to(request.user).select_related("official"), pk=pk)
    if not perms.may_set_deputy(request.user, row.official):
        raise PermissionDenied
    with refusals_told(request):
        services.end_deputy(deputy=row, by=request.user, at=timezone.now())
        messages.success(request, f"代理已结束，{row.official}今天起自己办理。")
    return redirect("companies:deputies")
