"""What many problems are given at once: grade, category and, to dispatch them, one lead unit."""

from __future__ import annotations

from typing import Any

from django import forms

from issues.choices import Move
from issues.forms.moves.base import UnitField
from issues.models import Category
from liaison.models import Department, GradeRule

MOVES = ((Move.DISPATCH.value, "定级并交办"), (Move.TRIAGE.value, "只定级，暂不交办"))


class BulkForm(forms.Form):
    """The same values for every problem chosen. A grade is meant by its code, in each one's own rules."""

    move = forms.ChoiceField(label="办理", choices=MOVES, widget=forms.RadioSelect, initial=Move.DISPATCH)
    grade = forms.ChoiceField(label="难易等级", widget=forms.RadioSelect)
    category = forms.ModelChoiceField(
        label="问题类别", queryset=Category.objects.order_by("position"), to_field_name="code"
    )
    lead = UnitField(
        label="主办单位",
        queryset=Department.objects.none(),
        to_field_name="name",
        required=False,
        help_text="只定级的不用选。",
    )
    note = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    use_required_attribute = False

    def __init__(self, *args: Any, grades: list[GradeRule], units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {grade.code: f"{grade.code} {grade.name}" for grade in grades}
        self.fields["grade"].choices = list(names.items())  # type: ignore[attr-defined]
        self.fields["lead"].queryset = units  # type: ignore[attr-defined]
        for name in ("move", "grade", "category"):
            self.fields[name].error_messages["required"] = f"请选择{self.fields[name].label}。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("move") == Move.DISPATCH and not cleaned.get("lead") and "lead" not in self.errors:
            self.add_error("lead", "请选择主办单位。")
        return cleaned
