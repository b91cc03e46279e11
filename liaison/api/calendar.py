"""`/api/v1/calendar-years/` and `/api/v1/calendar-days/`: the working calendar, read only."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from liaison.models import CalendarDay, CalendarYear


class CalendarYearSerializer(serializers.ModelSerializer[CalendarYear]):
    """A year: whether its holidays are published, in which edition, and by which paper."""

    class Meta:
        model = CalendarYear
        fields = ("year", "status", "version", "title", "document", "published_on")


class CalendarYearViewSet(viewsets.ReadOnlyModelViewSet[CalendarYear]):
    """工作日历的年份：只有 `published` 的年份有节假日，其余年份的期限均为暂定."""

    serializer_class = CalendarYearSerializer
    lookup_value_regex = r"\d{4}"
    filterset_fields = ("status",)
    queryset = CalendarYear.objects.none()

    def get_queryset(self) -> QuerySet[CalendarYear]:
        return CalendarYear.objects.visible_to(self.request.user).order_by("year")


class CalendarDaySerializer(serializers.ModelSerializer[CalendarDay]):
    """A day that differs from Monday–Friday; `region` is null where it holds nationwide."""

    region: Any = serializers.CharField(source="region.code", default=None, read_only=True, allow_null=True)

    class Meta:
        model = CalendarDay
        fields = ("on", "kind", "name", "region", "document")


class CalendarDayViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[CalendarDay]):
    """与周一至周五不同的日子：`off` 休、`work` 班；地方例外在其区划及下级适用，以最近的区划为准."""

    serializer_class = CalendarDaySerializer
    filterset_fields = {"on": ("exact", "gte", "lte"), "kind": ("exact",), "region__code": ("exact",)}
    queryset = CalendarDay.objects.none()

    def get_queryset(self) -> QuerySet[CalendarDay]:
        days = CalendarDay.objects.visible_to(self.request.user).select_related("region")
        return days.order_by("on", "region__path", "pk")


ROUTES: list[tuple[str, type[Any], str]] = [
    ("calendar-years", CalendarYearViewSet, "calendar-year"),
    ("calendar-days", CalendarDayViewSet, "calendar-day"),
]
