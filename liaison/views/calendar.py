"""工作日历: a year at a glance."""

from __future__ import annotations

import calendar as months
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from liaison.choices import YearStatus
from liaison.models import CalendarDay, CalendarYear


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
