"""登记问题 by the office: from 12345, a leader's note, or the phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from companies.models import Enrolment
from issues.choices import Source
from issues.models import Category, Ticket
from issues.services import OFFICE_SOURCES
from liaison import normalise
from liaison.models import Official, Programme

UNKNOWN = "没有找到您负责范围内纳入包联的这家企业，请核对统一社会信用代码和方案。"


class RegisterForm(forms.Form):
    """A problem as it reached the office. `enrolment` and `repeats` are found by `clean`."""

    use_required_attribute = False
    source = forms.ChoiceField(
        label="来源",
        choices=[(one.value, one.label) for one in OFFICE_SOURCES],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择来源。"},
    )
    company = forms.CharField(
        label="企业统一社会信用代码", max_length=40, error_messages={"required": "请填写统一社会信用代码。"}
    )
    programme = forms.ModelChoiceField(
        label="方案",
        queryset=Programme.objects.none(),
        to_field_name="code",
        empty_label="请选择",
        error_messages={"required": "请选择方案。"},
    )
    title = forms.CharField(label="问题", max_length=80, error_messages={"required": "请填写问题。"})
    description = forms.CharField(
        label="具体情况", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    wish = forms.CharField(
        label="企业诉求", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    category = forms.ModelChoiceField(
        label="问题类别",
        queryset=Category.objects.order_by("position"),
        to_field_name="code",
        required=False,
        empty_label="待定",
    )
    received_on = forms.DateField(label="收到日期", required=False, help_text="不填即今天。")
    number = forms.CharField(
        label="12345 工单编号",
        required=False,
        max_length=40,
        help_text="12345 转来的必填；同一编号再来，只记更新，不重复登记。",
    )
    updated_at = forms.DateTimeField(
        label="12345 更新时间", required=False, help_text="如 2026-03-02 10:30；不填即现在。"
    )
    repeats = forms.CharField(
        label="重复来件并入",
        required=False,
        max_length=20,
        help_text="同一件事已在办理的，填本系统编号，两个编号都保留。",
    )

    def __init__(
        self, *args: Any, official: Official, programmes: QuerySet[Programme], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.official = official
        self.enrolment: Enrolment | None = None
        field: Any = self.fields["programme"]
        field.queryset = programmes
        if len(programmes) == 1:
            field.initial = programmes[0].code

    def clean_company(self) -> str:
        try:
            return normalise.credit_code(self.cleaned_data["company"])
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None

    def clean_repeats(self) -> Ticket | None:
        number = self.cleaned_data["repeats"].strip()
        if not number:
            return None
        found = Ticket.objects.visible_to(self.official).filter(number=number).first()
        if found is None:
            raise forms.ValidationError("没有这个编号的问题，请核对。")
        return found

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if (
            values.get("source") == Source.HOTLINE
            and not values.get("number")
            and "number" not in self.errors
        ):
            self.add_error("number", "12345 转来的须填写对方工单编号。")
        company, programme = values.get("company"), values.get("programme")
        if company and programme:
            places = Enrolment.objects.visible_to(self.official).in_force(self.official.access.on)
            mine = self.official.access.regions(("office",), "company__region__path")
            self.enrolment = (
                places.filter(mine, company__uscc=company, programme=programme, project__isnull=True)
                .select_related("programme", "company__region")
                .first()
            )
            if self.enrolment is None:
                self.add_error("company", UNKNOWN)
        return values
