"""What rosters about a programme share: which programme, and by which code a company is known."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from companies.services.admission import EnrolmentRefused, Gate
from liaison.imports.columns import Column
from liaison.imports.rosters import OptionsForm, Scope, Wrong
from liaison.imports.widgets import CREDIT_CODE
from liaison.models import Official, Programme

USCC = Column(
    "统一社会信用代码",
    "company__uscc",
    CREDIT_CODE,
    synonyms=("社会信用代码", "信用代码", "统一信用代码", "统一代码", "企业代码"),
    required=True,
    is_text=True,
    example="91519902100000000K",
    note="企业须已在名录中",
    width=24,
)


class ProgrammeOptions(OptionsForm):
    """Which programme the roster belongs to."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label="包联方案", to_field_name="code", empty_label="请选择"
    )

    def __init__(self, official: Official, data: Any = None) -> None:
        super().__init__(official, data)
        field: forms.ModelChoiceField[Programme] = self.fields["programme"]  # type: ignore[assignment]
        field.queryset = Programme.objects.visible_to(official).select_related("region").order_by("code")
        if len(field.queryset) == 1:
            field.initial = field.queryset[0].code

    def as_options(self) -> dict[str, Any]:
        """What the run keeps."""
        return {"programme": self.cleaned_data["programme"].code}


def programme_of(scope: Scope) -> Programme:
    """The programme that was chosen with the upload."""
    return Programme.objects.select_related("region").get(code=scope.options["programme"])


class Gates:
    """The programme's gate on each day that a roster speaks of, each read once."""

    def __init__(self, programme: Programme, scope: Scope) -> None:
        self.programme = programme
        self.at = scope.at
        self._gates: dict[date, Gate | str] = {}  # or why nobody can enter on that day

    def on(self, day: date) -> Gate:
        """The day's gate; raises Wrong of `starts_on` where nobody can enter."""
        if day not in self._gates:
            try:
                self._gates[day] = Gate(self.programme, day, self.at)
            except EnrolmentRefused as refusal:
                self._gates[day] = str(refusal).rstrip("。")
        gate = self._gates[day]
        if isinstance(gate, str):
            raise Wrong("starts_on", gate)
        return gate
