"""Opening and closing a batch."""

from __future__ import annotations

from typing import Any

from django import forms


class BatchForm(forms.Form):
    """The next batch."""

    use_required_attribute = False
    starts_on = forms.DateField(label="起始日")
    ends_on = forms.DateField(label="终止日", required=False, help_text="空着即按方案规定的月数算")
    name = forms.CharField(label="名称", max_length=40, required=False, help_text="空着即“第 n 批”")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_batch_%s")
        super().__init__(*args, **kwargs)
