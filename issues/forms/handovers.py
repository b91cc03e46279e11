"""调动交接: where to, from when, and who takes over each seat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from companies.models import Assignment
from companies.services import Fate
from liaison.forms.people import OfficialField, UnitField, ask
from liaison.models import Official

TO_ALL, OTHER = "all", "other"
FATES = [
    (TO_ALL, "由统一接任人接"),
    (OTHER, "另指定"),
    (Fate.KEEP.value, "本人继续"),
    (Fate.VACATE.value, "先空缺"),
]


class HandoverForm(forms.Form):
    """One successor for all, or one seat by seat."""

    use_required_attribute = False
    department = UnitField(label="新单位")
    title = forms.CharField(label="新职务", max_length=60, required=False)
    on = forms.DateField(label="从哪天起", help_text="此前一天为原席位最后一天")
    successor = OfficialField(label="统一接任人", required=False)

    def __init__(self, *args: Any, official: Official, seats: Sequence[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = seats
        for seat in seats:
            self.fields[f"seat_{seat.pk}"] = forms.ChoiceField(
                label=f"{seat.enrolment}（{seat.role}）", choices=FATES, initial=TO_ALL
            )
            self.fields[f"to_{seat.pk}"] = OfficialField(label="接任人", required=False, help_text="")
        ask(self, official)

    def clean(self) -> dict[str, Any]:
        """Each seat needs its successor, unless it stays or stands empty."""
        entered = super().clean() or {}
        for seat in self.seats:
            fate = entered.get(f"seat_{seat.pk}")
            if fate == TO_ALL and not entered.get("successor") and "successor" not in self.errors:
                self.add_error("successor", "请填写统一接任人，或给每个席位另作安排。")
            if fate == OTHER and not entered.get(f"to_{seat.pk}") and f"to_{seat.pk}" not in self.errors:
                self.add_error(f"to_{seat.pk}", f"请填写{seat.enrolment}（{seat.role}）的接任人。")
        return entered

    def choices_made(self) -> dict[int, Official | Fate]:
        """Seat → who takes it, or its fate."""
        made: dict[int, Official | Fate] = {}
        for seat in self.seats:
            fate = self.cleaned_data[f"seat_{seat.pk}"]
            if fate == TO_ALL:
                made[seat.pk] = self.cleaned_data["successor"]
            elif fate == OTHER:
                made[seat.pk] = self.cleaned_data[f"to_{seat.pk}"]
            else:
                made[seat.pk] = Fate(fate)
        return made
