"""Finding batches and phases, opening and closing a batch."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from liaison.forms.filters import CodeFilter, FilterSet
from liaison.models import Batch, Programme


class BatchFilter(FilterSet):
    """批次: of which programme, running on which day."""

    programme = CodeFilter(
        field_name="programme__code",
        among=lambda asked: Programme.objects.visible_to(asked.request.user),
        key="code",
        label="方案代码",
    )
    on = django_filters.DateFilter(method="running", label="哪一天在派")

    class Meta:
        model = Batch
        fields: list[str] = []

    def running(self, queryset: QuerySet[Batch], name: str, value: Any) -> QuerySet[Batch]:
        return queryset.filter(starts_on__lte=value, ends_on__gte=value)


class PhaseFilter(FilterSet):
    """阶段: of which programme."""

    programme = CodeFilter(
        field_name="code",
        among=lambda asked: Programme.objects.visible_to(asked.request.user),
        key="code",
        label="方案代码",
    )

    class Meta:
        model = Programme
        fields: list[str] = []


class BatchForm(forms.Form):
    """The next batch."""

    use_required_attribute = False
    starts_on = forms.DateField(label="起始日")
    ends_on = forms.DateField(label="终止日", required=False, help_text="空着即按方案规定的月数算")
    name = forms.CharField(label="名称", max_length=40, required=False, help_text="空着即“第 n 批”")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_batch_%s")
        super().__init__(*args, **kwargs)
