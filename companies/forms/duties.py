"""规定动作: a line of the log, written on the phone in less than half a minute."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from companies.choices import DutyKind
from companies.models import Company, DutyEntry, Enrolment
from liaison.forms.files import TOO_MUCH, FilesField
from liaison.forms.filters import CodeFilter, FilterSet, NumberFilter, YesNoFilter
from liaison.forms.selects import SettledSelect
from liaison.models import DutyRule, Official, Programme

WAN = Decimal(10000)
# Without duties of its own a programme still counts these.
COUNTED_EVERYWHERE = (DutyKind.POLICY, DutyKind.FINANCE, DutyKind.SUGGESTION)


class EnrolmentField(forms.ModelChoiceField[Enrolment]):
    """为哪个方案: under which enrolment of the company something was done."""

    widget = SettledSelect

    def label_from_instance(self, enrolment: Enrolment) -> str:
        of = f" · 项目：{enrolment.project.name}" if enrolment.project else ""
        return f"{enrolment.programme.name}{of}"


def kinds_of(duties: Sequence[DutyRule]) -> list[tuple[str, str]]:
    """What may be written down under these duties; what counts by itself only as 本期无."""
    asked = {duty.source for duty in duties} or set(COUNTED_EVERYWHERE)
    if DutyKind.POLICY in asked:
        asked.add(DutyKind.FINANCE)
    anyway = DutyKind.counted_anyway()
    by_hand = [(kind.value, str(kind.label)) for kind in DutyKind if kind in asked and kind not in anyway]
    rest = [
        (kind.value, f"{kind.label}（仅本期无）") for kind in DutyKind if kind in asked and kind in anyway
    ]
    return by_hand + rest


class DutyForm(forms.Form):
    """What was done, when, one sentence; money where it brought some; or 本期无."""

    use_required_attribute = False
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    enrolment = EnrolmentField(label="为哪个方案", queryset=Enrolment.objects.none(), empty_label=None)
    source = forms.ChoiceField(label="做了什么", widget=forms.RadioSelect)
    on = forms.DateField(label="日期")
    is_none = forms.BooleanField(label="这一项本期没有可做的，登记“本期无”", required=False)
    words = forms.CharField(
        label="内容",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "一句话：如 帮企业对接稳岗返还政策"}),
    )
    finance_wan = forms.DecimalField(
        label="促成融资（万元）", required=False, max_digits=12, decimal_places=4, min_value=Decimal("0.0001")
    )
    credit_wan = forms.DecimalField(
        label="获得授信（万元）", required=False, max_digits=12, decimal_places=4, min_value=Decimal("0.0001")
    )

    attached = FilesField(label="佐证（可不传）", required=False)

    def __init__(
        self,
        *args: Any,
        enrolments: Sequence[Enrolment],
        duties: Sequence[DutyRule],
        cut_short: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cut_short = cut_short
        kinds = kinds_of(duties)
        source: Any = self.fields["source"]
        source.choices = kinds
        self.initial["source"] = self.initial.get("source") or kinds[0][0]
        self.fields["on"].widget.attrs["max"] = str(self.initial.get("on", ""))
        field: Any = self.fields["enrolment"]
        field.queryset = Enrolment.objects.filter(pk__in=[row.pk for row in enrolments]).select_related(
            "programme", "project", "company"
        )
        if len(enrolments) == 1:
            field.initial = enrolments[0].pk
            field.widget = forms.HiddenInput()

    def clean_client_id(self) -> uuid.UUID:
        """The phone's own id of this line; a browser without script gets one from us."""
        return self.cleaned_data["client_id"] or uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """A sentence unless there was nothing; money only where the matter is money."""
        values: dict[str, Any] = super().clean() or {}
        if self.cut_short:
            self.add_error("attached", TOO_MUCH)
        source, is_none = values.get("source"), values.get("is_none")
        if not is_none and source in DutyKind.counted_anyway():
            self.add_error("source", "问题和走访由系统自动计数，这里只登记“本期无”。")
        elif not is_none and not (values.get("words") or "").strip() and "words" not in self.errors:
            self.add_error("words", "请写一句做了什么；没有可做的，请勾选“本期无”。")
        money = [name for name in ("finance_wan", "credit_wan") if values.get(name)]
        if money and (is_none or source not in DutyKind.with_amounts()):
            self.add_error(money[0], "只有对接政策和融资授信填写金额。")
        asked = {"finance_wan", "credit_wan"}
        if source == DutyKind.FINANCE and not is_none and not money and not asked & self.errors.keys():
            self.add_error("finance_wan", "请填写融资或授信的金额。")
        return values

    def line(self) -> dict[str, Any]:
        """What the service takes; amounts in yuan."""
        values = self.cleaned_data
        wanted = ("client_id", "enrolment", "source", "on", "words", "is_none")
        amounts = {
            f"{name}_yuan": values[f"{name}_wan"] * WAN if values[f"{name}_wan"] is not None else None
            for name in ("finance", "credit")
        }
        return {**{name: values[name] for name in wanted}, **amounts}


class DutyFilter(FilterSet):
    """规定动作登记: by programme, company, person, kind and days."""

    programme = CodeFilter(
        field_name="enrolment__programme__code",
        among=lambda asked: Programme.objects.visible_to(asked.request.user),
        key="code",
        label="方案代码",
    )
    company = CodeFilter(
        field_name="enrolment__company__uscc",
        among=lambda asked: Company.objects.visible_to(asked.request.user),
        key="uscc",
        label="企业信用代码",
    )
    official = NumberFilter(
        among=lambda asked: Official.objects.visible_to(asked.request.user), label="干部编号"
    )
    source = django_filters.ChoiceFilter(choices=DutyKind.choices, label="事项")
    since = django_filters.DateFilter(field_name="on", lookup_expr="gte", label="起")
    until = django_filters.DateFilter(field_name="on", lookup_expr="lte", label="止")
    counts = YesNoFilter(method="counting", label="是否计数")

    class Meta:
        model = DutyEntry
        fields: list[str] = []

    def counting(self, queryset: QuerySet[DutyEntry], name: str, value: bool) -> QuerySet[DutyEntry]:
        done = DutyEntry.objects.done().values("pk")
        return queryset.filter(pk__in=done) if value else queryset.exclude(pk__in=done)
