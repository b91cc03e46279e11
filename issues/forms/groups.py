"""共性问题 as typed: a group, its measure, which members it settles; and the list narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from issues.models import PolicyMeasure, TicketGroup
from liaison.forms.filters import CodeFilter, FilterSet
from liaison.models import Department, Official, Programme


class CommonFilter(FilterSet):
    """By programme and by words."""

    programme = CodeFilter(
        field_name="programme__code",
        among=lambda asked: Programme.objects.visible_to(asked.request.user),
        key="code",
        label="方案",
    )
    q = django_filters.CharFilter(field_name="name", lookup_expr="contains", label="名称")

    class Meta:
        model = TicketGroup
        fields: list[str] = []


class GroupForm(forms.Form):
    """A new group: of which programme, under what name."""

    use_required_attribute = False
    programme = forms.ModelChoiceField(
        label="方案",
        queryset=Programme.objects.none(),
        to_field_name="code",
        empty_label="请选择",
        error_messages={"required": "请选择方案。"},
    )
    name = forms.CharField(
        label="名称",
        max_length=60,
        help_text="如：城区工业园区用电容量不足",
        error_messages={"required": "请填写共性问题名称。"},
    )

    def __init__(self, *args: Any, programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["programme"]
        field.queryset = programmes
        if len(programmes) == 1:
            field.initial = programmes[0].code


class MeasureForm(forms.Form):
    """A 政策措施 that was issued."""

    use_required_attribute = False
    title = forms.CharField(label="标题", max_length=120, error_messages={"required": "请填写标题。"})
    document = forms.CharField(label="文号", max_length=60, error_messages={"required": "请填写文号。"})
    department = forms.ModelChoiceField(
        label="印发单位",
        queryset=Department.objects.none(),
        to_field_name="name",
        empty_label="请选择",
        error_messages={"required": "请选择印发单位。"},
    )
    issued_on = forms.DateField(label="印发日期", error_messages={"required": "请填写印发日期。"})
    text = forms.CharField(
        label="主要内容",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请填写主要内容。"},
    )

    def __init__(self, *args: Any, official: Official, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Department.objects.visible_to(official).active().order_by("pinyin", "pk")
        self.fields["department"].queryset = units  # type: ignore[attr-defined]


class SettleManyForm(forms.Form):
    """Which measure settles which members; each is resolved, answered and confirmed by itself."""

    use_required_attribute = False
    measure = forms.ModelChoiceField(
        label="政策措施",
        queryset=PolicyMeasure.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择政策措施。"},
    )
    result = forms.CharField(
        label="怎样落实",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="会让企业看到；各企业情况不同的，请到各件问题中单独办结。",
        error_messages={"required": "请填写怎样落实。"},
    )

    def __init__(self, *args: Any, group: TicketGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measures = group.measures.order_by("-issued_on", "pk")
        self.fields["measure"].queryset = measures  # type: ignore[attr-defined]
        if len(measures) == 1:
            self.fields["measure"].initial = measures[0].pk
