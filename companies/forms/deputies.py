"""Who stands in for whom, over which days."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from liaison.forms.filters import FilterSet
from liaison.forms.people import OfficialField, ask
from liaison.models import Deputy, Official, Posting

RUNNING, COMING, OVER = "running", "coming", "over"
STATES = [(RUNNING, "代理中"), (COMING, "还没开始"), (OVER, "已结束")]


class DeputyFilter(FilterSet):
    """代理: by the name of either, by the unit of whoever is away, running, coming or over."""

    q = django_filters.CharFilter(method="with_words", label="姓名、拼音或单位")
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state", label="状态")

    class Meta:
        model = Deputy
        fields: list[str] = []

    def with_words(self, rows: QuerySet[Deputy], name: str, value: str) -> QuerySet[Deputy]:
        if not (words := value.strip()):
            return rows
        named = Q(name__contains=words) | Q(pinyin__contains=words.lower())
        people = Official.objects.filter(named).order_by().values("pk")
        there = Posting.objects.in_force(self.request.user.access.on).filter(
            Q(department__name__contains=words) | Q(department__short_name__contains=words)
        )
        away = Q(official__in=there.order_by().values("official"))
        return rows.filter(Q(official__in=people) | Q(deputy__in=people) | away)

    def in_state(self, rows: QuerySet[Deputy], name: str, value: str) -> QuerySet[Deputy]:
        on = self.request.user.access.on
        if value == OVER:
            return rows.filter(ends_on__lt=on)
        return rows.filter(starts_on__gt=on) if value == COMING else rows.in_force(on)  # type: ignore[attr-defined]


class DeputyForm(forms.Form):
    """An absence: whose, who stands in, from when to when, and why. Only the office names somebody else."""

    use_required_attribute = False
    absent = OfficialField(label="离岗干部", required=False)
    deputy = OfficialField(label="代理人")
    starts_on = forms.DateField(label="起")
    ends_on = forms.DateField(label="止")
    reason = forms.CharField(label="事由", max_length=80, help_text="如：外出学习、病假、抽调")

    def __init__(self, *args: Any, official: Official, for_others: bool, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_deputy_%s")
        super().__init__(*args, **kwargs)
        if for_others:
            self.fields["absent"].help_text += "；空着即本人"
        else:
            del self.fields["absent"]
        ask(self, official)
