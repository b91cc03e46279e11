"""The rulebook in words, the calendar of a year, the audit trail."""

from __future__ import annotations

import calendar as months
from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from liaison.choices import Board, VersionStatus, YearStatus
from liaison.models import AuditEvent, CalendarDay, CalendarYear, Programme, ProgrammeVersion
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
def calendar(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """工作日历: a year at a glance, 休 and 班 marked, with its source document or plainly unpublished."""
    today = request.user.access.on
    year = year or today.year
    known = {row.year: row for row in CalendarYear.objects.order_by("year")}
    if year not in known and abs(year - today.year) > 1:
        raise Http404(str(year))
    days = CalendarDay.objects.visible_to(request.user).filter(on__year=year).select_related("region")
    national = {day.on: day for day in days if day.region_id is None}
    arithmetic = CalendarDay.objects.as_calendar()
    grid = [
        {
            "month": month,
            "weeks": [
                [_cell(date(year, month, number), national, today) if number else None for number in week]
                for week in months.monthcalendar(year, month)
            ],
            "working": arithmetic.count(
                date.fromordinal(date(year, month, 1).toordinal() - 1),
                date(year, month, months.monthrange(year, month)[1]),
            ),
        }
        for month in range(1, 13)
    ]
    row = known.get(year)
    context = {
        "year": year,
        "row": row,
        "is_published": bool(row and row.status == YearStatus.PUBLISHED),
        "grid": grid,
        "working_days": sum(month["working"] for month in grid),  # type: ignore[misc]
        "years": sorted({*known, today.year, today.year + 1}),
        "local": [day for day in days if day.region_id],
        "next_year_missing": (today.month, today.day) >= (11, 15)
        and not (known.get(today.year + 1) and known[today.year + 1].status == YearStatus.PUBLISHED),
        "next_year": today.year + 1,
    }
    return render(request, "liaison/calendar.html", context)


def _cell(on: date, days: dict[date, CalendarDay], today: date) -> dict[str, object]:
    day = days.get(on)
    return {
        "number": on.day,
        "on": on,
        "mark": day.get_kind_display() if day else "",
        "kind": day.kind if day else ("weekend" if on.weekday() >= 5 else ""),
        "name": day.name if day else "",
        "is_today": on == today,
    }


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """操作记录: who did what, newest first."""
    if not may(request.user, Capability.READ_AUDIT):
        raise PermissionDenied
    events = AuditEvent.objects.visible_to(request.user).select_related("by").order_by("-at", "-pk")
    words = request.GET.get("q", "").strip()
    if words:
        events = events.filter(label__contains=words)
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    return render(request, "liaison/audit.html", {"page": page, "q": words})
