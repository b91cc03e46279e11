"""Filters of a month's frozen rows, by the names that figures put into addresses."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from issues.models import Category, FrozenEnrolment, FrozenTicket
from issues.reports.months import ENROLMENT_SLICES, NONE, SLICES, Slice
from liaison.forms.filters import FilterSet
from liaison.models import Department, GradeRule, Region


def grade_choices() -> list[tuple[str, str]]:
    """Every grade of any rules, by its code; ungraded first."""
    known = GradeRule.objects.order_by("code").values_list("code", "name").distinct()
    return [(NONE, "未定级"), *known]


def _unit(column: str, label: str) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        field_name=column, queryset=Department.objects.all(), null_label="未定", null_value=NONE, label=label
    )


def _shows(slices: dict[str, Slice]) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(
        method="by_slice", choices=[(name, part.label) for name, part in slices.items()], label="范围"
    )


class FrozenFilter(FilterSet):
    """What both kinds of rows can be narrowed by."""

    slices: dict[str, Slice]
    region = filters.ModelChoiceFilter(queryset=Region.objects.all(), to_field_name="code", label="县区")
    team = _unit("assigned_unit", "包抓单位")

    def by_slice(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(self.slices[value].rows)

    def words(self) -> list[str]:
        """The filters that have no chip, in words."""
        chosen, said = self.form.cleaned_data, []
        for name, label in (("unit", "主办单位"), ("team", "包抓单位")):
            if unit := chosen.get(name):
                said.append(f"{label}未定" if unit == NONE else f"{label}：{unit.name}")
        if region := chosen.get("region"):
            said.append(region.name)
        if category := chosen.get("category"):
            said.append("类别未定" if category == NONE else f"类别：{category.name}")
        if grade := chosen.get("grade"):
            said.append("未定级" if grade == NONE else f"{grade} 级")
        return said


class FrozenTicketFilter(FrozenFilter):
    """月末问题台账."""

    slices = SLICES
    show = _shows(SLICES)
    unit = _unit("lead_unit", "主办单位")
    category = filters.ModelChoiceFilter(
        queryset=Category.objects.order_by("position"),
        to_field_name="code",
        null_label="类别未定",
        null_value=NONE,
        label="类别",
    )
    grade = filters.ChoiceFilter(method="by_grade", choices=grade_choices, label="等级（none 为未定级）")

    class Meta:
        model = FrozenTicket
        fields: list[str] = []

    def by_grade(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(grade__isnull=True) if value == NONE else rows.filter(grade__code=value)


class FrozenEnrolmentFilter(FrozenFilter):
    """月末包联企业台账."""

    slices = ENROLMENT_SLICES
    show = _shows(ENROLMENT_SLICES)

    class Meta:
        model = FrozenEnrolment
        fields: list[str] = []
