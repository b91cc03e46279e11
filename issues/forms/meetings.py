"""What the office writes into a bulletin and into the record of a meeting."""

from __future__ import annotations

from typing import Any

from django import forms

from issues.models import AgendaItem, Bulletin


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


class DecisionForm(forms.ModelForm[AgendaItem]):
    """议定事项 of one item; the page carries along what stood there when it was opened."""

    use_required_attribute = False
    instead_of = forms.CharField(required=False, widget=forms.HiddenInput)
    decision = forms.CharField(
        label="议定事项",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写议定事项。"},
    )

    class Meta:
        model = AgendaItem
        fields = ("decision", "due_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["instead_of"] = self.instance.decision

    def show_beside(self, decision: str) -> None:
        """Somebody was faster: what is typed here is now written instead of their words."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["instead_of"] = decision  # type: ignore[index]


class HoldForm(forms.Form):
    """会议已召开."""

    use_required_attribute = False
    held_on = forms.DateField(label="召开日期", error_messages={"required": "请填写召开日期。"})
