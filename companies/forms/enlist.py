"""粘贴名单纳入: the list, the programme and the day."""

from __future__ import annotations

from typing import Any

from django import forms

from companies.forms.companies import EnrolOneForm
from companies.formula.pasted import Pasted, read_list

MOST_LINES = 5000
MOST_CHARACTERS = 600_000


class EnlistForm(EnrolOneForm):
    """Names, credit codes or project codes, pasted from anywhere."""

    names = forms.CharField(
        label="名单",
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=MOST_CHARACTERS,
        strip=False,
        help_text="企业全称、统一社会信用代码或项目编号，一行一个，或用顿号、逗号、分号隔开；"
        "也可以从 Excel 复制名称和代码两列。",
        error_messages={"required": "请粘贴名单。"},
    )
    field_order = ["programme", "starts_on", "names", "exception"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pasted: list[Pasted] = []

    def clean_names(self) -> str:
        """A list that names something, and not too much at once."""
        text: str = self.cleaned_data["names"]
        self.pasted = read_list(text)
        if not self.pasted:
            raise forms.ValidationError("名单里没有企业名称、信用代码或项目编号。")
        if len(self.pasted) > MOST_LINES:
            raise forms.ValidationError(
                f"名单有 {len(self.pasted):,} 项，一次最多 {MOST_LINES:,} 项；请分几次粘贴，或用 Excel 导入。"
            )
        return text
