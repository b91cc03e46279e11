"""Declaring a recusal, and finding one."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from companies.choices import RecusalReason
from companies.models import Company, Recusal
from liaison.forms.filters import FilterSet
from liaison.models import Official

RUNNING, OVER = "running", "over"


class RecusalFilter(FilterSet):
    """回避: by words, by reason, running or over."""

    q = django_filters.CharFilter(method="with_words", label="干部、企业名称或信用代码")
    state = django_filters.ChoiceFilter(
        choices=[(RUNNING, "回避中"), (OVER, "已结束")], method="in_state", label="状态"
    )

    class Meta:
        model = Recusal
        fields = ("reason",)

    def with_words(self, rows: QuerySet[Recusal], name: str, value: str) -> QuerySet[Recusal]:
        if not (words := value.strip()):
            return rows
        companies = Company.objects.matching(words).order_by().values("pk")
        people = Q(official__name__contains=words) | Q(official__pinyin__contains=words.lower())
        return rows.filter(people | Q(company__in=companies))

    def in_state(self, rows: QuerySet[Recusal], name: str, value: str) -> QuerySet[Recusal]:
        on = self.request.user.access.on
        over = Q(ends_on__lt=on)
        return rows.filter(over) if value == OVER else rows.exclude(over)


class RecusalForm(forms.Form):
    """One declares one's own; the office also writes down those of others, for companies of its region."""

    use_required_attribute = False
    official = forms.CharField(
        label="干部", max_length=40, required=False, help_text="姓名或手机号；空白即为本人"
    )
    company = forms.CharField(
        label="企业",
        max_length=120,
        help_text="统一社会信用代码或企业全称",
        error_messages={"required": "请填写企业。"},
    )
    reason = forms.ChoiceField(label="事由", choices=RecusalReason.choices)
    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    starts_on = forms.DateField(label="回避起")
    ends_on = forms.DateField(label="回避止", required=False, help_text="长期回避则留空")

    def __init__(self, *args: Any, by: Official, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.for_others = by, for_others
        if not for_others:
            del self.fields["official"]

    def clean_official(self) -> Official:
        """Who stays away."""
        words = self.cleaned_data["official"].strip()
        if not words:
            return self.by
        people = Official.objects.visible_to(self.by).filter(is_active=True)
        found = list(people.filter(Q(name=words) | Q(phone=words)).order_by("pk")[:2])
        if len(found) != 1:
            reason = f"有多名干部叫“{words}”，请填手机号。" if found else f"干部名册里没有“{words}”。"
            raise forms.ValidationError(reason)
        return found[0]

    def clean_company(self) -> Company:
        """The company, by its credit code or its full name."""
        words = self.cleaned_data["company"].strip()
        found = list(
            Company.objects.filter(self.by.access.cities("region__path"))
            .filter(Q(uscc=words.upper()) | Q(name=words))
            .select_related("region")
            .order_by("pk")[:2]
        )
        if len(found) != 1:
            reason = (
                "有同名企业，请填统一社会信用代码。" if found else "名录里没有这户企业，请填全称或信用代码。"
            )
            raise forms.ValidationError(reason)
        return found[0]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        given.setdefault("official", self.by)
        return given | {"reason": RecusalReason(given["reason"])}
