"""The one question to a company, asked by link or on the phone."""

from __future__ import annotations

from typing import Any

from django import forms

from assessment.choices import score_words


class AnswerForm(forms.Form):
    """满意度: a score in words, and a comment if one likes."""

    use_required_attribute = False

    score = forms.TypedChoiceField(
        label="这件事的办理，您满意吗？",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "请先选一项。", "invalid_choice": "请在给出的选项中选一项。"},
    )
    comment = forms.CharField(
        label="还有什么想说的",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可以不填。不满意时写上哪里没有解决，重办时会对照着办。",
    )

    def __init__(self, *args: Any, scale: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["score"].choices = [  # type: ignore[attr-defined]
            (score, score_words(score, scale)) for score in range(scale, 0, -1)
        ]


class CallbackForm(AnswerForm):
    """电话回访: the same question as the company answered it on the phone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["score"].label = "企业的回答"
        self.fields["comment"].label = "企业原话"
        self.fields["comment"].help_text = "照实记录，不作概括。不满意的，请问清哪里没有解决。"
