"""Keeping the present filters as a view."""

from __future__ import annotations

from django import forms

from issues.choices import Sharing


class ViewForm(forms.Form):
    """What a view is called, whom it is shared with, and whether one's queue opens with it."""

    name = forms.CharField(label="视图名称", max_length=30)
    sharing = forms.ChoiceField(
        label="给谁用",
        choices=Sharing.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text="共享的只是筛选条件，各人仍只看到自己范围内的问题。",
    )
    is_default = forms.BooleanField(label="打开“问题办理”时先看它", required=False)
    query = forms.CharField(max_length=600, required=False, widget=forms.HiddenInput)
    use_required_attribute = False
