"""登记走访: the visit and, if one came up, the problem, in one short form."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from companies.choices import VisitMode
from companies.forms.duties import EnrolmentField
from companies.models import Enrolment
from issues.models import Category
from issues.services.visits import Problem

PROBLEM_FIELDS = ("title", "description", "wish", "category")


class VisitForm(forms.Form):
    """What an official on a factory floor types in half a minute: usually nothing but a tap or two."""

    use_required_attribute = False
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    enrolment = EnrolmentField(label="为哪个方案", queryset=Enrolment.objects.none(), empty_label=None)
    on = forms.DateField(label="日期")
    mode = forms.ChoiceField(
        label="方式", choices=VisitMode.choices, widget=forms.RadioSelect, initial=VisitMode.VISIT
    )
    summary = forms.CharField(
        label="情况",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "可不填。一两句话：见了谁，生产怎样"}),
    )
    has_problem = forms.ChoiceField(
        label="企业提出问题了吗？",
        choices=[("no", "没有"), ("yes", "有")],
        widget=forms.RadioSelect,
        initial="no",
    )
    title = forms.CharField(
        label="什么问题",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "如：变压器扩容迟迟不批"}),
    )
    category = forms.ModelChoiceField(
        label="类别",
        required=False,
        queryset=Category.objects.order_by("position"),
        to_field_name="code",
        empty_label="不确定，由办公室定",
    )
    description = forms.CharField(
        label="具体情况", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    wish = forms.CharField(
        label="企业希望怎么解决", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    report_now = forms.BooleanField(label="立即上报协调办公室", required=False, initial=True)

    def __init__(self, *args: Any, enrolments: Sequence[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["max"] = str(self.initial.get("on", ""))
        field: Any = self.fields["enrolment"]
        field.queryset = Enrolment.objects.filter(pk__in=[row.pk for row in enrolments]).select_related(
            "programme", "project", "company"
        )
        if len(enrolments) == 1:
            field.initial = enrolments[0].pk
            field.widget = forms.HiddenInput()

    def clean_client_id(self) -> uuid.UUID:
        """The phone's own id of this visit; a browser without script gets one from us."""
        return self.cleaned_data["client_id"] or uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """A problem needs its sentence; without a problem, what was typed there is not kept."""
        values: dict[str, Any] = super().clean() or {}
        asked = values.get("has_problem") == "yes"
        if asked and not (values.get("title") or "").strip() and "title" not in self.errors:
            self.add_error("title", "请用一句话写下企业提出的问题。")
        return values

    def visit(self) -> dict[str, Any]:
        """What the service takes."""
        values = self.cleaned_data
        wanted = ("client_id", "enrolment", "on", "mode", "summary", "report_now")
        problem = None
        if values["has_problem"] == "yes":
            problem = Problem(**{name: values[name] for name in PROBLEM_FIELDS})
        return {**{name: values[name] for name in wanted}, "problem": problem}
