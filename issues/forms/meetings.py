"""What the office writes into a bulletin and into the record of a meeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from issues.choices import MeetingKind, Sequel
from issues.models import AgendaItem, Bulletin, Meeting, Ticket
from liaison.choices import SystemRole
from liaison.models import Department, Official, Posting


class BulletinForm(forms.ModelForm[Bulletin]):
    """The parts of a bulletin that no figure can say."""

    use_required_attribute = False

    class Meta:
        model = Bulletin
        fields = ("highlights", "next_steps")
        widgets = {
            "highlights": forms.Textarea(attrs={"rows": 6}),
            "next_steps": forms.Textarea(attrs={"rows": 6}),
        }
        help_texts = {"highlights": "一段写一条，可不填。", "next_steps": "一段写一条，印发前必须写好。"}


def units_to_choose(official: Official) -> dict[str, Department]:
    """Units that somebody can sign for, by name; one query."""
    liaisons = Posting.objects.in_force(official.access.on).filter(role=SystemRole.UNIT)
    units = Department.objects.visible_to(official).active()
    units = units.filter(Exists(liaisons.filter(department=OuterRef("pk"))))
    return {unit.name: unit for unit in units.order_by("region__path", "pinyin", "pk")}


class Beside:
    """Base: the page carries along, as `instead_of`, what stood there when it was opened."""

    data: Any

    def show_beside(self, now: str) -> None:
        """Somebody was faster: what is typed here is now written instead of their words."""
        self.data = self.data.copy()
        self.data["instead_of"] = now


class DecisionForm(Beside, forms.ModelForm[AgendaItem]):
    """议定事项 of one item."""

    use_required_attribute = False
    instead_of = forms.CharField(required=False, widget=forms.HiddenInput)
    decision = forms.CharField(
        label="议定事项",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写议定事项。"},
    )
    owner = forms.ChoiceField(label="责任单位", required=False, help_text="不选的，由主办单位承担。")
    ruling = forms.ChoiceField(
        label="会后", choices=Sequel, widget=forms.RadioSelect, required=False, initial=Sequel.KEEP
    )

    class Meta:
        model = AgendaItem
        fields = ("decision", "due_on")

    field_order = ("instead_of", "decision", "owner", "due_on", "ruling")

    def __init__(self, *args: Any, units: Mapping[str, Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        self.fields["owner"].choices = [("", "不选"), *((name, name) for name in units)]  # type: ignore[attr-defined]
        if self.instance.meeting.kind == MeetingKind.STANDING:  # nothing is above it
            self.fields["ruling"].choices = [one for one in Sequel.choices if one[0] != Sequel.UP]  # type: ignore[attr-defined]
        self.initial["owner"] = self.instance.owner.name if self.instance.owner else ""
        self.initial["ruling"] = self.instance.ruling
        self.initial["instead_of"] = self.instance.decision

    def clean_owner(self) -> Department | None:
        return self.units.get(self.cleaned_data["owner"])

    def clean_ruling(self) -> str:
        return self.cleaned_data["ruling"] or Sequel.KEEP


class HoldForm(forms.Form):
    """会议已召开."""

    use_required_attribute = False
    held_on = forms.DateField(label="召开日期", error_messages={"required": "请填写召开日期。"})


class PlanForm(forms.Form):
    """When the meeting is to be, and who is to come."""

    use_required_attribute = False
    meets_on = forms.DateField(label="拟召开日期", required=False)
    units = forms.MultipleChoiceField(
        label="参会单位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="已按议题的主办单位列好。",
    )

    def __init__(
        self, *args: Any, meeting: Meeting, choices: Mapping[str, Department], **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "id_plan_%s")
        super().__init__(*args, **kwargs)
        come = {unit.name: unit for unit in meeting.units.order_by("pk")}
        self.choices = come | dict(choices)
        self.fields["units"].choices = [(name, name) for name in self.choices]  # type: ignore[attr-defined]
        self.initial.setdefault("meets_on", meeting.meets_on)
        self.initial.setdefault("units", list(come))

    def clean_units(self) -> list[Department]:
        return [self.choices[name] for name in self.cleaned_data["units"]]


class AddItemForm(forms.Form):
    """增列议题: a problem by its number, and why."""

    use_required_attribute = False
    number = forms.CharField(label="问题编号", max_length=20, error_messages={"required": "请填写问题编号。"})
    why = forms.CharField(label="增列原因", max_length=120, error_messages={"required": "请说明增列的原因。"})

    def __init__(self, *args: Any, tickets: QuerySet[Ticket], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_add_%s")
        super().__init__(*args, **kwargs)
        self.tickets = tickets

    def clean_number(self) -> Ticket:
        """The problem of that number, among those that may be put on."""
        number = self.cleaned_data["number"].strip()
        ticket = self.tickets.filter(number=number).first()
        if ticket is None:
            raise forms.ValidationError(f"没有编号为“{number}”的问题，或您无权查看。")
        return ticket


class WhyForm(forms.Form):
    """A reason in words."""

    use_required_attribute = False
    why = forms.CharField(label="原因", max_length=120, error_messages={"required": "请说明原因。"})


class MinutesForm(Beside, forms.Form):
    """会议纪要, in the office's wording."""

    use_required_attribute = False
    instead_of = forms.CharField(required=False, widget=forms.HiddenInput)
    minutes = forms.CharField(
        label="会议纪要",
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 18}),
        error_messages={"required": "会议纪要不能为空。"},
        help_text="一段写一条。",
    )


class TaskForm(forms.Form):
    """落实情况 of a meeting's task, or why it is not taken as done."""

    use_required_attribute = False
    words = forms.CharField(
        label="落实情况",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写说明。"},
    )
