"""The working calendar's table: filled from a well-kept package, then ours."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from datetime import date

import chinese_calendar
from django.db import transaction

from liaison.choices import DayKind, YearStatus
from liaison.models import CalendarDay, CalendarYear

# The State Council's notices by year; a year that is not here is not published for us.
NOTICES = {
    2024: ("国办发明电〔2023〕7号", date(2023, 10, 25)),
    2025: ("国办发明电〔2024〕12号", date(2024, 11, 12)),
    2026: ("国办发明电〔2025〕7号", date(2025, 11, 4)),
}
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@transaction.atomic
def seed_calendar(*, years: Iterable[int]) -> None:
    """Write published years into the table, and the first unpublished one as unknown. May be done again."""
    for year in years:
        if year not in NOTICES:
            CalendarYear.objects.get_or_create(year=year)
            continue
        document, day = NOTICES[year]
        CalendarYear.objects.update_or_create(
            year=year,
            defaults={"status": YearStatus.PUBLISHED, "document": document, "published_on": day},
        )
        CalendarDay.objects.filter(region__isnull=True, on__year=year).delete()
        CalendarDay.objects.bulk_create(_exceptions(year, document))


def _exceptions(year: int, document: str) -> list[CalendarDay]:
    days = []
    for month in range(1, 13):
        for number in range(1, months.monthrange(year, month)[1] + 1):
            on = date(year, month, number)
            off, name = chinese_calendar.get_holiday_detail(on)
            weekend = on.weekday() >= 5
            if off and name:
                kind = DayKind.OFF
            elif not off and weekend:
                kind = DayKind.WORK
            else:
                continue
            label = NAMES.get(str(name), str(name or ""))
            days.append(
                CalendarDay(
                    on=on,
                    kind=kind,
                    name=label if kind == DayKind.OFF else f"{label}补班",
                    document=document,
                )
            )
    return days
