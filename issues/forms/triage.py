"""The form of the triage queue: grade, category and lead unit of one problem, a key for each."""

from __future__ import annotations

from typing import Any

from django import forms

from issues.forms.moves.office import DispatchForm
from issues.models import Category
from issues.reports.precedents import Proposal, is_about_routes
from liaison.models import Department, GradeRule

KEYS = "abcdefgh"  # a grade's key, by its place; for the grades A–D their own letter


class SortForm(DispatchForm):
    """定级并交办 as in the case page, without cooperating units: those are chosen there."""

    category = forms.ModelChoiceField(
        label="问题类别",
        queryset=Category.objects.order_by("position"),
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    field_order = ("grade", "category", "lead", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["cooperating"]
        if is_about_routes(self.ticket):
            self.fields["grade"].label = "分类"
            self.fields["grade"].error_messages["required"] = "请选择分类。"
        self.fields["lead"].widget.attrs["data-combo"] = "always"  # to be typed in, however few there are

    def _rows(self, name: str) -> list[Any]:
        return list(self.fields[name].queryset)  # type: ignore[attr-defined]

    @property
    def grades(self) -> list[GradeRule]:
        """The grades of the problem's rules, in order."""
        return self._rows("grade")

    @property
    def categories(self) -> list[Category]:
        return self._rows("category")

    @property
    def units(self) -> list[Department]:
        """The units that can receive it, those of its own place first."""
        return self._rows("lead")

    def propose(self, proposal: Proposal) -> None:
        """What is proposed stands there to be accepted; what somebody settled before is not touched."""
        for name in ("category", "grade"):
            if (value := getattr(proposal, name).value) is not None:
                self.initial.setdefault(name, value.code)
        if proposal.lead.value is not None:  # before what the company's place and trade speak for
            self.initial["lead"] = proposal.lead.value.name
            self.fields["lead"].help_text = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {**cleaned, "cooperating": ()}

    def grade_choices(self) -> list[tuple[str, Any]]:
        """The grades with their keys."""
        return list(zip(KEYS, self["grade"], strict=False))

    def category_choices(self) -> list[tuple[int, Any]]:
        """The categories with their keys, which are numbers."""
        return list(enumerate(self["category"], start=1))
