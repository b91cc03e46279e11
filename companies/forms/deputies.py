"""Who stands in for whom, over which days."""

from __future__ import annotations

from typing import Any

from django import forms

from liaison.forms.people import OfficialField, ask
from liaison.models import Official


class DeputyForm(forms.Form):
    """An absence: whose, who stands in, from when to when, and why. Only the office names somebody else."""

    use_required_attribute = False
    absent = OfficialField(label="离岗干部", required=False)
    deputy = OfficialField(label="代理人")
    starts_on = forms.DateField(label="起")
    ends_on = forms.DateField(label="止")
    reason = forms.CharField(label="事由", max_length=80, help_text="如：外出学习、病假、抽调")

    def __init__(self, *args: Any, official: Official, for_others: bool, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_deputy_%s")
        super().__init__(*args, **kwargs)
        if for_others:
            self.fields["absent"].help_text += "；空着即本人"
        else:
            del self.fields["absent"]
        ask(self, official)
