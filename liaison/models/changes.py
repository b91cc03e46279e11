"""Changes of the working calendar: drafted, previewed against a state of the calendar, applied once, kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from liaison.choices import ChangeKind, ChangeState, DayKind, SystemRole
from liaison.models.calendar import CalendarDay, arithmetic_of
from liaison.models.map import Region
from liaison.together import read_together
from liaison.workdays import WorkCalendar

if TYPE_CHECKING:
    from liaison.models.people import Official

KEEPERS = (SystemRole.OFFICE, SystemRole.ADMIN)
FINISHED = (ChangeState.APPLIED, ChangeState.DISCARDED)


class CalendarChangeQuerySet(models.QuerySet["CalendarChange"]):
    def visible_to(self, official: Official) -> Self:
        """Offices and administrators see the changes of their regions, and the nation's."""
        access = official.access
        condition = access.regions(KEEPERS, "region__path")
        if any(posting.role in KEEPERS for posting in access.postings):
            condition |= Q(region__isnull=True)
        return self.filter(condition)

    def applied(self) -> Self:
        """Changes that the calendar consists of."""
        return self.filter(state=ChangeState.APPLIED)


class CalendarChange(models.Model):
    """A set of days that become 休, 班 or ordinary again, with the paper that says so.

    It is bound to the state of the calendar it was previewed against (`based_on`: how many changes had been
    applied); if another was applied since, it has to be previewed again. Applied ones are the trail.
    """

    kind = models.CharField("类别", max_length=12, choices=ChangeKind)
    state = models.CharField("状态", max_length=10, choices=ChangeState, default=ChangeState.DRAFT)
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    region = models.ForeignKey(
        Region, verbose_name="适用区划", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField("文件标题", max_length=120, blank=True)
    document = models.CharField("文号", max_length=120)
    published_on = models.DateField("公布日期", null=True, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)
    corrects = models.ForeignKey(
        "self",
        verbose_name="更正或撤回",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    based_on = models.PositiveIntegerField("预览所依据的日历状态", default=0)
    number = models.PositiveIntegerField("变更序号", null=True, blank=True, unique=True)
    moved = models.PositiveIntegerField("调整期限的问题", default=0)
    done = models.PositiveIntegerField("已处理", default=0, help_text="应用时的进度")
    total = models.PositiveIntegerField("共需处理", default=0)
    message = models.CharField("说明", max_length=200, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="拟稿人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    drafted_at = models.DateTimeField("拟稿时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    applied_at = models.DateTimeField("应用时间", null=True, blank=True)

    objects = CalendarChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日历变更"
        constraints = [
            models.CheckConstraint(
                name="liaison_calendarchange_known",
                condition=Q(kind__in=ChangeKind.values, state__in=ChangeState.values),
            ),
            models.CheckConstraint(
                name="liaison_calendarchange_national_or_local",
                condition=Q(kind=ChangeKind.NOTICE, year__isnull=False, region__isnull=True)
                | ~Q(kind=ChangeKind.NOTICE) & Q(year__isnull=True, region__isnull=False),
                violation_error_message="年度安排须写明年份，地方例外须写明区划。",
            ),
            models.CheckConstraint(
                name="liaison_calendarchange_has_source",
                condition=~Q(document="") & (Q(kind=ChangeKind.NOTICE) | ~Q(reason="")),
                violation_error_message="日历变更须注明文号；地方例外还须注明原因。",
            ),
            models.CheckConstraint(
                name="liaison_calendarchange_applied_iff_numbered",
                condition=Q(state=ChangeState.APPLIED, number__isnull=False, applied_at__isnull=False)
                | ~Q(state=ChangeState.APPLIED) & Q(number__isnull=True, applied_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="liaison_calendarchange_one_at_a_time",
                fields=["state"],
                condition=Q(state=ChangeState.APPLYING),
                violation_error_message="另一份日历变更正在应用。",
            ),
        ]
        indexes = [models.Index(fields=["-drafted_at"], name="liaison_calendarchange_recent")]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=[str(state) for state in FINISHED]),
            ),
        ]

    def __str__(self) -> str:
        if self.kind == ChangeKind.NOTICE:
            return f"{self.year} 年放假安排（{self.document}）"
        return f"{self.region} {self.get_kind_display()}：{self.reason}（{self.document}）"

    def get_absolute_url(self) -> str:
        return reverse("liaison:calendar-change", args=[self.pk])


_FROZEN_BODY = """
    PERFORM 1 FROM liaison_calendarchange c
     WHERE c.state IN ('applied', 'discarded')
       AND c.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.change_id END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.change_id END);
    IF FOUND THEN
        RAISE EXCEPTION 'liaison_changeday_frozen: the change is applied or discarded';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


class CalendarChangeDay(models.Model):
    """One day of a change: what it was, and what it becomes. No kind: an ordinary day of the week."""

    change = models.ForeignKey(
        CalendarChange, verbose_name="变更", on_delete=models.CASCADE, related_name="days"
    )
    on = models.DateField("日期")
    kind = models.CharField("改为", max_length=4, choices=DayKind, blank=True)
    name = models.CharField("名称", max_length=60, blank=True)
    was_kind = models.CharField("原为", max_length=4, choices=DayKind, blank=True)
    was_name = models.CharField("原名称", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更的日子"
        constraints = [
            models.UniqueConstraint(name="liaison_changeday_once", fields=["change", "on"]),
            models.CheckConstraint(
                name="liaison_changeday_kinds_known",
                condition=Q(kind__in=["", *DayKind.values], was_kind__in=["", *DayKind.values]),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_FROZEN_BODY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_was_kind_display() or '平日'} → {self.get_kind_display() or '平日'}"

    @property
    def is_changed(self) -> bool:
        """Whether the day differs from what the calendar said."""
        return (self.kind, self.name) != (self.was_kind, self.was_name)


class CalendarAlarm(models.Model):
    """A day on which a year was missing and those who keep the calendar were told; once a day at most."""

    on = models.DateField("日期", primary_key=True)
    year = models.PositiveSmallIntegerField("缺少的年份")
    told = models.PositiveSmallIntegerField("提醒人数", help_text="当日在岗的协调办公室和系统管理员")
    is_broken = models.BooleanField("断链", default=False, help_text="无人可提醒")

    class Meta:
        verbose_name = verbose_name_plural = "日历缺失提醒"
        constraints = [
            models.CheckConstraint(
                name="liaison_calendaralarm_broken_iff_nobody",
                condition=Q(told=0, is_broken=True) | Q(told__gt=0, is_broken=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} 缺 {self.year} 年放假安排"


class PlaceCalendars:
    """The working calendar of every place, read once; with a change on top of what is in force, if given."""

    def __init__(self, change: CalendarChange | None = None) -> None:
        days, published = CalendarDay.objects.parts()
        read_together(days, published)
        self._days: dict[tuple[date, str], tuple[str, str]] = {
            (on, path or ""): (kind, name) for on, kind, name, path in days
        }
        self._years: dict[int, int] = dict(published)
        if change is not None:
            self._overlay(change, list(change.days.all()))
        self._places = sorted({path for _, path in self._days if path})
        self._known: dict[tuple[str, ...], WorkCalendar] = {}

    def of(self, path: str) -> WorkCalendar:
        """The calendar of the region with this path; its own days win over those of what it belongs to."""
        local = tuple(place for place in self._places if path.startswith(place))
        if local not in self._known:
            here = {"", *local}
            days = {
                on: day for (on, place), day in sorted(self._days.items(), key=_by_place) if place in here
            }
            self._known[local] = arithmetic_of(days, self._years)
        return self._known[local]

    def take_out(self, path: str, days: Iterable[date]) -> None:
        """As if a region had no exceptions of its own on these days; to be said before counting."""
        for on in days:
            self._days.pop((on, path), None)

    def _overlay(self, change: CalendarChange, days: Iterable[CalendarChangeDay]) -> None:
        path = change.region.path if change.region else ""
        changed = [day for day in days if day.is_changed]
        for day in changed:
            self._days.pop((day.on, path), None)
            if day.kind:
                self._days[day.on, path] = (day.kind, day.name)
        for year in years_of(change, changed):
            if year in self._years or year == change.year:
                self._years[year] = self._years.get(year, 0) + 1


def years_of(change: CalendarChange, days: Iterable[CalendarChangeDay]) -> set[int]:
    """The years whose edition a change makes a new one of."""
    return {day.on.year for day in days if day.is_changed} | ({change.year} if change.year else set())


def _by_place(entry: tuple[tuple[date, str], tuple[str, str]]) -> int:
    return len(entry[0][1])
