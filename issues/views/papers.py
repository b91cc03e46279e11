"""Papers of one problem: 《企业问题办理单》 and the 交办通知书 of each unit."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from issues import exports
from issues.models import Ticket

RELATED = ("company__region", "programme", "category", "grade", "enrolment")


@require_POST
def ticket_paper(request: HttpRequest, number: str) -> FileResponse:
    """《企业问题办理单》, for everyone who sees the problem; who took it is kept."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related(*RELATED), number=number
    )
    return exports.export_ticket_paper(ticket, by=request.user, at=timezone.now())


@require_POST
def dispatch_notice(request: HttpRequest, number: str, unit: int) -> FileResponse:
    """交办通知书 of one of the problem's units."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related(*RELATED), number=number
    )
    given = get_object_or_404(ticket.units.select_related("department"), pk=unit)
    return exports.export_dispatch_notice(ticket, given, by=request.user, at=timezone.now())
