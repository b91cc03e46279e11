"""包抓方案 as typed: its goals, and a row per measure; and the list of measures narrowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from companies.models import PlanMeasure
from companies.services import MeasureLine
from companies.services.plans import MOST_MEASURES
from liaison.forms.filters import FilterSet
from liaison.models import Department, Official

BLANK_ROWS = 2
OUTDATED = "页面已过期，请刷新后重新填写。"


class PlanForm(forms.Form):
    """Goals and the day by which; `seen` is the revision that the page showed."""

    use_required_attribute = False
    goals = forms.CharField(
        label="目标",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        error_messages={"required": "请写明目标：要帮企业办成什么。"},
    )
    due_on = forms.DateField(label="完成日期", required=False, help_text="没有单独填期限的措施以此为限")
    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), OUTDATED),
    )


class MeasureForm(forms.Form):
    """A measure: what, by when, who; and once it is done, when and what came of it."""

    use_required_attribute = False
    row = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, error_messages={"invalid": OUTDATED}
    )
    words = forms.CharField(
        label="措施", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    due_on = forms.DateField(label="完成期限", required=False)
    in_charge = forms.ChoiceField(label="责任人", required=False)
    done_on = forms.DateField(label="完成日", required=False)
    result = forms.CharField(label="结果", max_length=300, required=False)
    drop = forms.BooleanField(label="删去这条措施", required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["in_charge"]
        field.choices = list(people)

    def clean(self) -> dict[str, Any]:
        """A row without its words is an empty row, unless something else was typed into it."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("drop") or "words" in self.errors or values.get("words"):
            return values
        if any(values.get(name) for name in ("row", "due_on", "in_charge", "done_on", "result")):
            self.add_error("words", "请写明措施；不要这一条，请勾选“删去”或清空这一行。")
        return values

    @property
    def is_open(self) -> bool:
        """Whether what came of it is shown at once."""
        return bool(self["done_on"].value() or self["result"].value()) or bool(
            {"done_on", "result"} & self.errors.keys() if self.is_bound else False
        )

    @property
    def is_saved(self) -> bool:
        return bool(self["row"].value())


MeasureRows = forms.formset_factory(
    MeasureForm, extra=BLANK_ROWS, max_num=MOST_MEASURES, absolute_max=MOST_MEASURES
)


def lines_of(rows: Iterable[MeasureForm]) -> list[MeasureLine]:
    """What the service takes, without empty rows and those to drop; who is in charge by two queries."""
    kept = [row.cleaned_data for row in rows]
    kept = [values for values in kept if values.get("words") and not values.get("drop")]
    chosen = [values["in_charge"] for values in kept]
    officials = Official.objects.in_bulk([int(key[2:]) for key in chosen if key.startswith("o-")])
    units = Department.objects.in_bulk([int(key[2:]) for key in chosen if key.startswith("d-")])
    return [
        MeasureLine(
            pk=values["row"],
            words=values["words"],
            due_on=values["due_on"],
            official=officials[int(who[2:])] if who.startswith("o-") else None,
            department=units[int(who[2:])] if who.startswith("d-") else None,
            done_on=values["done_on"],
            result=values["result"],
        )
        for values, who in zip(kept, chosen, strict=True)
    ]


def rows_of(measures: Iterable[PlanMeasure]) -> list[dict[str, Any]]:
    """Measures as the formset's initial rows."""
    return [
        {
            "row": one.pk,
            "words": one.words,
            "due_on": one.due_on,
            "in_charge": f"o-{one.official_id}"
            if one.official_id
            else f"d-{one.department_id}"
            if one.department_id
            else "",
            "done_on": one.done_on,
            "result": one.result,
        }
        for one in measures
    ]


LATE, OPEN, DONE = "late", "open", "done"
STATES = [(OPEN, "未完成"), (LATE, "已逾期"), (DONE, "已完成")]


def standing(state: str, on: date) -> Q:
    """Measures that stand so on the day: late ones are open, too."""
    if state == DONE:
        return Q(done_on__isnull=False)
    return Q(done_on__isnull=True) & (Q(due_on__lt=on) if state == LATE else Q())


class MeasureFilter(FilterSet):
    """方案措施: by how they stand on the day, and by words."""

    state = django_filters.ChoiceFilter(choices=STATES, method="by_standing", label="完成情况")
    q = django_filters.CharFilter(method="with_words", label="措施、企业或责任人")

    class Meta:
        model = PlanMeasure
        fields: list[str] = []

    def by_standing(self, queryset: QuerySet[PlanMeasure], name: str, value: str) -> QuerySet[PlanMeasure]:
        return queryset.filter(standing(value, self.request.user.access.on))

    def with_words(self, queryset: QuerySet[PlanMeasure], name: str, value: str) -> QuerySet[PlanMeasure]:
        return queryset.filter(
            Q(words__contains=value)
            | Q(plan__enrolment__company__name__contains=value)
            | Q(official__name__contains=value)
            | Q(department__name__contains=value)
        )
