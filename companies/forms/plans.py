"""包抓方案 as typed."""

from __future__ import annotations

from django import forms


class PlanForm(forms.Form):
    """包抓方案: goals, measures, and the day by which."""

    use_required_attribute = False
    goals = forms.CharField(label="目标", widget=forms.Textarea, max_length=2000)
    measures = forms.CharField(label="措施", widget=forms.Textarea, max_length=4000)
    due_on = forms.DateField(label="完成日期", required=False)
