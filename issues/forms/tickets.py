"""Filters of the problem queue, shared by page, export and API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from issues.choices import Light, Source, Status
from issues.models import Category, Ticket
from liaison.models import Department, Region

VIEWS = (("todo", "待我办理"), ("open", "未销号"), ("late", "已逾期"), ("closed", "已销号"), ("all", "全部"))
SORTS = ("next_on", "-next_on", "collected_at", "-collected_at", "number", "-number")


class TicketFilter(filters.FilterSet):
    """What the queue can be narrowed by. Unknown values are refused, never ignored."""

    q = filters.CharFilter(
        method="by_words",
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "编号、问题、企业、拼音"}),
    )
    view = filters.ChoiceFilter(method="by_view", choices=VIEWS, label="范围")
    status = filters.ChoiceFilter(choices=Status, label="状态")
    light = filters.ChoiceFilter(method="by_light", choices=Light, label="亮灯")
    grade = filters.CharFilter(field_name="grade__code", label="等级")
    category = filters.ModelChoiceFilter(
        queryset=Category.objects.order_by("position"), to_field_name="code", label="类别"
    )
    source = filters.ChoiceFilter(choices=Source, label="来源")
    region = filters.CharFilter(method="by_region", label="县区")
    unit = filters.CharFilter(method="by_unit", label="主办单位")
    company = filters.CharFilter(field_name="company__uscc", label="企业")
    programme = filters.CharFilter(field_name="programme__code", label="方案")

    class Meta:
        model = Ticket
        fields = ("status", "category", "source")

    def by_words(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return queryset.matching(value)  # type: ignore[attr-defined]

    def by_view(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        official = self.request.user
        narrowed: Any = queryset
        match value:
            case "todo":
                return narrowed.awaiting(official)
            case "open":
                return narrowed.open()
            case "late":
                return narrowed.overdue(official.access.on)
            case "closed":
                return narrowed.filter(status=Status.CLOSED)
        return narrowed

    def by_light(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return queryset.with_light(self.request.user.access.on).filter(light=value)  # type: ignore[attr-defined]

    def by_region(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        region = Region.objects.visible_to(self.request.user).filter(code=value).first()
        if region is None:
            return queryset.none()
        return queryset.filter(company__region__path__startswith=region.path)

    def by_unit(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        unit = Department.objects.visible_to(self.request.user).filter(name=value).first()
        if unit is None:
            return queryset.none()
        return queryset.filter(units__department=unit, units__is_current=True, units__part="lead")
