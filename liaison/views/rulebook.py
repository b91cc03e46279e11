"""The rulebook in words, and the audit trail."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from liaison.choices import Board, VersionStatus
from liaison.forms.audit import AuditForm
from liaison.models import AuditEvent, Programme, ProgrammeVersion
from liaison.perms import Capability, may
from liaison.reports import rules_in_words


@require_GET
def programmes(request: HttpRequest) -> HttpResponse:
    """包联方案: every programme with the version in force."""
    published = ProgrammeVersion.objects.filter(status=VersionStatus.PUBLISHED).order_by("-effective_from")
    rows = (
        Programme.objects.visible_to(request.user)
        .select_related("region")
        .prefetch_related(Prefetch("versions", published, to_attr="published"))
        .order_by("code")
    )
    return render(request, "liaison/programmes.html", {"programmes": rows, "today": request.user.access.on})


@require_GET
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """One programme's rules, each as a sentence with its values inside."""
    scheme = get_object_or_404(Programme.objects.visible_to(request.user).select_related("region"), code=code)
    versions = list(
        scheme.versions.filter(status=VersionStatus.PUBLISHED)
        .select_related("published_by")
        .order_by("-effective_from", "-number")
    )
    wanted = request.GET.get("version", "")
    today = request.user.access.on
    in_force = [version for version in versions if version.effective_from <= today] or versions
    shown = (
        next((v for v in versions if str(v.number) == wanted), None) if wanted else next(iter(in_force), None)
    )
    if wanted and shown is None:
        raise Http404(wanted)
    context = {
        "programme": scheme,
        "versions": versions,
        "version": shown,
        "chapters": rules_in_words(shown) if shown else [],
        "boards": [
            (
                Board(board).label,
                [item for item in shown.score_items.order_by("position") if item.board == board],
            )
            for board in Board.values
        ]
        if shown
        else [],
    }
    return render(request, "liaison/programme.html", context)


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """操作记录: who did what, newest first."""
    if not may(request.user, Capability.READ_AUDIT):
        raise PermissionDenied
    events = AuditEvent.objects.visible_to(request.user).select_related("by").order_by("-at", "-pk")
    form = AuditForm(request.GET)
    is_understood = form.is_valid()
    found = form.narrow(events) if is_understood else events.none()
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "asked": form.words() if is_understood else ""}
    return render(request, "liaison/audit.html", context, status=200 if is_understood else 422)
