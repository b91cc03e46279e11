"""Filters of the problem queue, shared by page, export and API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import F, QuerySet

from companies.models import Company
from issues.choices import Light, Source, Status
from issues.forms.months import grade_choices
from issues.models import Category, Ticket
from issues.models.tickets import TicketQuerySet
from issues.reports.months import NONE, SLICES
from issues.reports.running import RUNNING, last_lead, running_since, running_slices
from liaison.choices import Rung
from liaison.forms.filters import CodeFilter, FilterSet, NumberFilter
from liaison.models import Department, Programme, Region

VIEWS = (("todo", "待我办理"), ("open", "未销号"), ("late", "已逾期"), ("closed", "已销号"), ("all", "全部"))
SORTS = [("next_on", "期限"), ("collected_at", "收集时间"), ("number", "编号")]
SORTS += [(f"-{column}", f"{word}，从后往前") for column, word in SORTS]


class TicketFilter(FilterSet):
    """What the queue can be narrowed by. Unknown values are refused, never ignored."""

    q = filters.CharFilter(
        method="by_words",
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "编号、问题、企业、拼音"}),
    )
    view = filters.ChoiceFilter(method="by_view", choices=VIEWS, label="范围")
    status = filters.ChoiceFilter(choices=Status, label="状态")
    light = filters.ChoiceFilter(method="by_light", choices=Light, label="亮灯")
    grade = filters.ChoiceFilter(
        method="by_grade",
        choices=grade_choices,
        label="等级（none 为未定级）",
    )
    category = filters.ModelChoiceFilter(
        queryset=Category.objects.order_by("position"),
        to_field_name="code",
        null_label="未分类",
        null_value=NONE,
        label="类别",
    )
    source = filters.ChoiceFilter(choices=Source, label="来源")
    region = filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="by_region", label="县区"
    )
    unit = filters.ModelChoiceFilter(
        queryset=Department.objects.all(), to_field_name="name", method="by_unit", label="主办单位"
    )
    company = CodeFilter(
        field_name="company__uscc",
        among=lambda asked: Company.objects.visible_to(asked.request.user),
        key="uscc",
        label="企业",
    )
    programme = filters.ModelChoiceFilter(
        queryset=Programme.objects.all(), to_field_name="code", label="方案"
    )
    collected_from = filters.DateFilter(field_name="collected_at", lookup_expr="date__gte", label="收集自")
    closed_from = filters.DateFilter(field_name="closed_at", lookup_expr="date__gte", label="销号自")
    show = filters.ChoiceFilter(
        method="by_slice",
        choices=[(name, SLICES[name].label) for name in RUNNING],
        label="本期（须指明方案）",
    )
    rung = filters.MultipleChoiceFilter(choices=Rung.choices, label="督办层级")
    lead = NumberFilter(
        among=lambda asked: Department.objects.all(), method="by_lead", label="主办单位编号（含已销号的）"
    )
    sort = filters.ChoiceFilter(method="in_order", choices=SORTS, label="排序")

    class Meta:
        model = Ticket
        fields = ("status", "category", "source")

    def by_words(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        return queryset.matching(value)

    def by_view(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        official = self.request.user
        match value:
            case "todo":
                return queryset.awaiting(official)
            case "open":
                return queryset.open()
            case "late":
                return queryset.overdue(official.access.on)
            case "closed":
                return queryset.filter(status=Status.CLOSED)
        return queryset

    def by_light(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        lit: Any = queryset.with_light(self.request.user.access.on)
        found: TicketQuerySet = lit.filter(light=value)
        return found

    def by_region(self, queryset: TicketQuerySet, name: str, value: Region) -> TicketQuerySet:
        return queryset.filter(company__region__path__startswith=value.path)

    def by_unit(self, queryset: TicketQuerySet, name: str, value: Department) -> TicketQuerySet:
        return queryset.filter(units__department=value, units__is_current=True, units__part="lead")

    def by_slice(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        """The rows behind a figure of the programme's running month."""
        programme = self.form.cleaned_data["programme"]
        newest = programme.month_ends.order_by("-month").first()
        slices = running_slices(running_since(programme, newest), self.request.user.access.on)
        return queryset.filter(slices[value].rows)

    def by_lead(self, queryset: QuerySet[Ticket], name: str, value: int) -> QuerySet[Ticket]:
        return queryset.annotate(last_lead=last_lead()).filter(last_lead=value)

    def by_grade(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        return queryset.filter(grade__isnull=True) if value == NONE else queryset.filter(grade__code=value)

    def in_order(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        column = F(value.lstrip("-"))
        by = column.desc(nulls_last=True) if value.startswith("-") else column.asc(nulls_last=True)
        return queryset.order_by(by, "-pk")

    def clashes(self, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Which month is running depends on the programme."""
        if chosen.get("show") and not chosen.get("programme"):
            return {"show": "须同时指明方案（programme）。"}
        return {}

    def words(self) -> list[str]:
        """What a figure that led here has narrowed the queue by, beyond the chips."""
        chosen = self.form.cleaned_data
        said = []
        if chosen.get("show"):
            said.append(SLICES[chosen["show"]].label)
        said += [f"提级至{Rung(rung).label}" for rung in chosen.get("rung") or ()]
        if chosen.get("collected_from"):
            said.append(f"{chosen['collected_from']:%-m月%-d日}起收集")
        if chosen.get("closed_from"):
            said.append(f"{chosen['closed_from']:%-m月%-d日}起销号")
        if category := chosen.get("category"):
            said.append("未分类" if category == NONE else str(category))
        if chosen.get("grade"):
            said.append("未定级" if chosen["grade"] == NONE else f"{chosen['grade']} 级")
        if chosen.get("lead") and (unit := Department.objects.filter(pk=chosen["lead"]).first()):
            said.append(f"主办：{unit}")
        return said
