"""登记问题 by the office: from 12345, a leader's note, or the phone."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.db.models.functions import Length

from companies.models import Company, Enrolment
from companies.models.assignments import EnrolmentQuerySet
from issues.choices import Source
from issues.models import Category, Ticket
from issues.services import OFFICE_SOURCES
from liaison import normalise
from liaison.models import Official, Programme

UNKNOWN = "没有找到您负责范围内纳入包联的这家企业，请核对名称（或统一社会信用代码）和方案。"
MANY = 8  # companies named where the words fit several


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
        label="企业",
        max_length=60,
        help_text="企业名称（或其中几个字），或统一社会信用代码。",
        error_messages={"required": "请填写企业名称或统一社会信用代码。"},
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
        said = self.cleaned_data["company"]
        if not unicodedata.normalize("NFKC", said).isascii():
            return self._named(said)
        try:
            return normalise.credit_code(said)
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None

    def _named(self, words: str) -> str:
        """The credit code of the one company of that name, or with these words in its name."""
        places = self._places().filter(company__name__contains=words)
        pairs = places.values_list("company__name", "company__uscc").distinct()
        found = list(pairs.order_by(Length("company__name"), "company__name", "company__uscc")[:MANY])
        chosen = [pair for pair in found if pair[0] == words] or found
        if not chosen:
            raise forms.ValidationError(UNKNOWN)
        if len(chosen) > 1:
            some = "；".join(f"{name}（{code}）" for name, code in chosen)
            raise forms.ValidationError(f"名称里有“{words}”的不止一家，请写全称或统一社会信用代码：{some}。")
        return chosen[0][1]

    def company_meant(self, said: str) -> Company | None:
        """The company that these words or this code name, while the rest is still being typed."""
        self.cleaned_data = {"company": said.replace("\0", "").strip()[:60]}
        try:
            code = self.clean_company()
        except forms.ValidationError:
            return None
        return Company.objects.visible_to(self.official).filter(uscc=code).select_related("region").first()

    def _places(self) -> EnrolmentQuerySet:
        """Companies in a programme today for which the official's office answers."""
        places = Enrolment.objects.visible_to(self.official).in_force(self.official.access.on)
        return places.filter(
            self.official.access.regions(("office",), "company__region__path"), project__isnull=True
        )

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
            self.enrolment = (
                self._places()
                .filter(company__uscc=company, programme=programme)
                .select_related("programme", "company__region")
                .first()
            )
            if self.enrolment is None:
                self.add_error("company", UNKNOWN)
        return values
