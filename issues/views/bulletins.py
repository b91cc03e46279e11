"""月通报: the list, and the document as it is printed; the office completes and issues it in place."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from issues import services
from issues.choices import BulletinState
from issues.forms.meetings import BulletinForm
from issues.models import Bulletin
from issues.perms import runs_programme, sees_months
from issues.reports import months as figures
from issues.reports.tables import TABLES
from issues.views.months import month_of
from liaison.exports import download_workbook
from liaison.models import Official
from liaison.views.refusals import refusals_told

PER_PAGE = 30


@require_GET
def bulletin_list(request: HttpRequest) -> HttpResponse:
    """Issued bulletins for everybody, drafts for those who answer for the programme."""
    bulletins = (
        Bulletin.objects.visible_to(request.user)
        .select_related("programme", "month_end", "issued_by")
        .order_by("-month_end__month", "programme__code")
    )
    page = Paginator(bulletins, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "issues/bulletins.html", {"page": page})


def _find(official: Official, code: str, month: str) -> Bulletin:
    visible = Bulletin.objects.visible_to(official).select_related(
        "programme__region", "month_end__programme", "month_end__version__bulletin_rule", "issued_by"
    )
    return get_object_or_404(visible, programme__code=code, month_end__month=month_of(month))


def _document(request: HttpRequest, bulletin: Bulletin, form: BulletinForm | None = None) -> dict[str, Any]:
    month_end = bulletin.month_end
    regions, units = figures.region_rows(month_end), figures.unit_rows(month_end)
    may_write = bulletin.state == BulletinState.DRAFT and runs_programme(request.user, bulletin.programme)
    return {
        "bulletin": bulletin,
        "month_end": month_end,
        "title_parts": [part for part in re.split("(?=“)|(?<=”)", bulletin.title) if part],
        "may_write": may_write,
        "form": form or (BulletinForm(instance=bulletin) if may_write else None),
        "is_editing": form is not None,
        "linked": sees_months(request.user, bulletin.programme),
        "tickets": figures.add_up_tickets(month_end, units),
        "service": figures.add_up_service(month_end, regions),
        "regions": regions,
        "matrix": figures.grade_matrix(month_end),
        "units": units,
        "climbed": list(figures.escalations_in(month_end)),
    }


@require_GET
def bulletin_document(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """The bulletin as printed; its tables are counted from the frozen rows each time it is shown."""
    bulletin = _find(request.user, code, month)
    return render(request, "issues/bulletin.html", _document(request, bulletin))


def _find_to_write(request: HttpRequest, code: str, month: str) -> Bulletin:
    bulletin = _find(request.user, code, month)
    if not runs_programme(request.user, bulletin.programme):
        raise PermissionDenied("通报由协调办公室编写和印发。")
    return bulletin


@require_POST
def bulletin_edit(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """亮点做法 and 下步安排, written in place."""
    bulletin = _find_to_write(request, code, month)
    form = BulletinForm(request.POST, instance=Bulletin.objects.visible_to(request.user).get(pk=bulletin.pk))
    if not form.is_valid():
        return render(request, "issues/bulletin.html", _document(request, bulletin, form), status=422)
    with refusals_told(request):
        services.edit_bulletin(bulletin=bulletin, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "已保存。")
    return redirect(bulletin)


@require_POST
def bulletin_issue(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """印发."""
    bulletin = _find_to_write(request, code, month)
    with refusals_told(request):
        services.issue_bulletin(bulletin=bulletin, by=request.user, at=timezone.now())
        messages.success(request, "通报已印发，本地区干部都能看到。")
    return redirect(bulletin)


@require_POST
def bulletin_workbook(request: HttpRequest, code: str, month: str, table: str) -> FileResponse:
    """One of the bulletin's tables as a workbook; taking it is kept in the trail."""
    bulletin = _find(request.user, code, month)
    if table not in TABLES:
        raise Http404(table)
    title, headings, rows = TABLES[table](bulletin.month_end)
    return download_workbook(
        title=f"{title}-{month}",
        headings=headings,
        rows=rows,
        by=request.user,
        at=timezone.now(),
        query=f"programme={code}&month={month}",
        text_columns=("编号",),
    )
