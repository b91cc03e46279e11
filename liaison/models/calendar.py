"""The working calendar: years published by the State Council, and days that differ from Mon–Fri."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from liaison.choices import DayKind, YearStatus
from liaison.models.map import Region
from liaison.together import read_together
from liaison.workdays import WorkCalendar

if TYPE_CHECKING:
    from liaison.models.people import Official


DaysBetween = Callable[[Region, date, date], int]
_Exception = tuple[date, str, str, str | None]  # the day, 休 or 班, its name, the place's path (None: nation)


class CalendarYearQuerySet(models.QuerySet["CalendarYear"]):
    def visible_to(self, official: Official) -> Self:
        """The calendar is the same for everybody."""
        return self if official.access else self.none()


class CalendarYear(models.Model):
    """A year of the calendar: published with its document, provisional, or unknown."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    status = models.CharField("状态", max_length=12, choices=YearStatus, default=YearStatus.UNKNOWN)
    version = models.PositiveSmallIntegerField("版次", default=0, help_text="日期每变更一次加一")
    title = models.CharField("公布文件标题", max_length=120, blank=True)
    document = models.CharField("公布文件文号", max_length=120, blank=True)
    published_on = models.DateField("公布日期", null=True, blank=True)

    objects = CalendarYearQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日历年份"
        constraints = [
            models.CheckConstraint(
                name="liaison_calendaryear_status_known", condition=Q(status__in=YearStatus.values)
            ),
            models.CheckConstraint(
                name="liaison_calendaryear_published_has_source",
                condition=~Q(status=YearStatus.PUBLISHED) | ~Q(document=""),
                violation_error_message="已公布的年份须注明公布文件。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年（{self.get_status_display()}）"


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    def visible_to(self, official: Official) -> Self:
        """The calendar is the same for everybody."""
        return self if official.access else self.none()

    def for_region(self, region: Region | None) -> Self:
        """National days, and local exceptions of the region and of what it belongs to."""
        if region is None:
            return self.filter(region__isnull=True)
        codes = region.path.strip("/").split("/")
        return self.filter(Q(region__isnull=True) | Q(region__code__in=codes))

    def as_calendar(self, region: Region | None = None) -> WorkCalendar:
        """The arithmetic that deadlines are computed with, local exceptions included; one query."""
        parts = self.parts_for(region)
        read_together(*parts)
        return calendar_from(*parts)

    def parts(self) -> tuple[models.QuerySet[Any, Any], models.QuerySet[Any, Any]]:
        """What calendars are made of, to be read with other things: these days, and the years published."""
        published = CalendarYear.objects.filter(status=YearStatus.PUBLISHED).values_list("year", "version")
        return self.order_by().values_list("on", "kind", "name", "region__path"), published

    def parts_for(self, region: Region | None) -> tuple[models.QuerySet[Any, Any], models.QuerySet[Any, Any]]:
        """The parts of one place's calendar."""
        return self.for_region(region).parts()

    def days_between(self) -> DaysBetween:
        """Working days between two days at a place, its local exceptions included.

        For lists: one query, when the first row asks, whatever the number of rows and places.
        """
        days: list[_Exception] | None = None
        calendars: dict[tuple[str, ...], WorkCalendar] = {}

        def count(region: Region, after: date, until: date) -> int:
            nonlocal days
            if days is None:
                days = list(self.parts()[0])
            local = tuple(sorted({path for *_, path in days if path and region.path.startswith(path)}))
            if local not in calendars:
                here = [day for day in days if day[3] is None or day[3] in local]
                calendars[local] = calendar_from(here, ())
            return calendars[local].count(after, until)

        return count


def calendar_from(days: Iterable[_Exception], published: Iterable[tuple[int, int]]) -> WorkCalendar:
    """The calendar of which `parts_for` named the parts.

    A place's own days win over those of what it belongs to, and these over the nation's.
    """
    in_turn = sorted(days, key=lambda day: day[3] or "")
    return arithmetic_of({on: (kind, name) for on, kind, name, _ in in_turn}, dict(published))


def arithmetic_of(days: Mapping[date, tuple[str, str]], published: Mapping[int, int]) -> WorkCalendar:
    """Counting with the days that are 休 or 班, each with its name, and with the years published."""
    return WorkCalendar(
        off={on: name for on, (kind, name) in days.items() if kind == DayKind.OFF},
        work={on: name for on, (kind, name) in days.items() if kind == DayKind.WORK},
        published=published,
    )


class CalendarDay(models.Model):
    """A day that differs from Mon–Fri: 休 or 班, nationwide or (with reason and document) local."""

    on = models.DateField("日期")
    kind = models.CharField("类别", max_length=4, choices=DayKind)
    name = models.CharField("名称", max_length=60)
    region = models.ForeignKey(
        Region, verbose_name="适用区划", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    document = models.CharField("文号", max_length=120, blank=True)
    change = models.ForeignKey(
        "liaison.CalendarChange",
        verbose_name="由哪次变更写入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="written",
    )

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日历例外"
        constraints = [
            models.CheckConstraint(
                name="liaison_calendarday_kind_known", condition=Q(kind__in=DayKind.values)
            ),
            models.UniqueConstraint(
                name="liaison_calendarday_once",
                fields=["on", "region"],
                nulls_distinct=False,
                violation_error_message="同一区划同一天只能有一条例外。",
            ),
            models.CheckConstraint(
                name="liaison_calendarday_local_has_document",
                condition=Q(region__isnull=True) | ~Q(document="") & ~Q(name=""),
                violation_error_message="地方例外须注明原因和文号。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()} {self.name}"
