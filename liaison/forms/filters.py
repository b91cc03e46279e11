"""Filters of every list, export, bulk act and API: what is not understood is refused, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import BooleanField, QuerySet
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

BESIDE = ("page", "page_size", "format")  # parameters of any list that narrow nothing
UNKNOWN_NAME = "没有这个筛选条件。"
UNKNOWN_VALUE = "没有“%(value)s”这一项。"
Among = Callable[["FilterSet"], QuerySet[Any]]


class WrongFilter(Exception):
    """A filter that is misspelt or has an unknown value; the messages are worded for the user, by filter."""

    def __init__(self, messages: Mapping[str, list[str]]) -> None:
        super().__init__("；".join(f"{label}：{''.join(words)}" for label, words in messages.items()))
        self.messages = messages


def value_of(given: Mapping[str, str], name: str, label: str, known: Container[str]) -> str:
    """The value of a filter that stands alone, or ""; raises WrongFilter for an unknown one."""
    value = given.get(name, "")
    if value and value not in known:
        raise WrongFilter({label: [UNKNOWN_VALUE % {"value": value}]})
    return value


def know_names(given: Mapping[str, str], names: Container[str]) -> None:
    """Raises WrongFilter for a name in the address that is no filter of the page."""
    if unknown := [name for name in given if name not in names and name not in BESIDE]:
        raise WrongFilter({name: [UNKNOWN_NAME] for name in unknown})


class Known:
    """A filter by the key of something on record: a key of nothing is a mistake, not an empty list.

    Known is what is `among` those that may be named, and what the rows themselves name.
    """

    def __init__(self, *args: Any, among: Among, key: str = "pk", **kwargs: Any) -> None:
        self.among, self.key = among, key
        super().__init__(*args, **kwargs)


class CodeFilter(Known, django_filters.CharFilter):
    """By a code or a name."""


class NumberFilter(Known, django_filters.NumberFilter):
    """By a number that the system gave."""


class YesNoField(forms.Field):
    """true or false, and nothing else: the library takes any other word for no choice at all."""

    widget = forms.TextInput
    WORDS: Mapping[str, bool] = {"true": True, "false": False}

    def to_python(self, value: Any) -> bool | None:
        """The word as a truth value; raises ValidationError for any other word."""
        if value in self.empty_values:
            return None
        if (word := str(value).lower()) not in self.WORDS:
            raise forms.ValidationError("应为 true 或 false。")
        return self.WORDS[word]


class YesNoFilter(django_filters.BooleanFilter):
    """true or false."""

    field_class = YesNoField  # type: ignore[assignment]  # any field will do


class FilterSet(django_filters.FilterSet):
    """The base of every filter set: for a misspelt name or an unknown value `qs` raises WrongFilter.

    Pages, exports and bulk acts answer it with 422 and the words (liaison.middleware), the API with 400.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if isinstance(self.data, QueryDict):  # an empty value is no filter, for a filter of many values too
            filled = {name: values for name, values in self.data.lists() if any(values)}
            self.data = MultiValueDict(filled)

    FILTER_DEFAULTS = django_filters.FilterSet.FILTER_DEFAULTS | {BooleanField: {"filter_class": YesNoFilter}}

    @cached_property
    def form(self) -> forms.Form:
        """The form of the values, with names and keys checked against what there is."""
        form: forms.Form = super().form
        for field in form.fields.values():
            if "invalid_choice" in field.error_messages:
                field.error_messages["invalid_choice"] = UNKNOWN_VALUE
        if self.is_bound:
            self._check(form)
        return form

    def _check(self, form: forms.Form) -> None:
        form.full_clean()
        for name in self.data or ():
            if name not in self.filters and name not in BESIDE:
                form.errors[name] = form.error_class([UNKNOWN_NAME])
        for name, chosen in self.filters.items():
            value = form.cleaned_data.get(name)
            if isinstance(chosen, Known) and value not in (None, "") and not self._knows(chosen, value):
                form.add_error(name, UNKNOWN_VALUE % {"value": value})
        for name, words in self.clashes(form.cleaned_data).items():
            form.add_error(name, words)

    def _knows(self, chosen: Any, value: Any) -> bool:
        if chosen.among(self).filter(**{chosen.key: value}).exists():
            return True
        rows: Any = self.queryset
        return chosen.method is None and bool(rows.filter(**{chosen.field_name: value}).exists())

    def clashes(self, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Filters that cannot be answered as they are combined, each with why; for those that have such."""
        return {}

    def mistakes(self) -> dict[str, list[str]]:
        """What is wrong, by the filter's label (its name in the address where it has none)."""
        return {
            str(self.filters[name].label) if name in self.filters else name: [str(word) for word in words]
            for name, words in self.errors.items()
        }

    @property
    def qs(self) -> Any:
        """The rows as asked for; raises WrongFilter where that cannot be told."""
        if self.is_bound and not self.is_valid():
            raise WrongFilter(self.mistakes())
        return super().qs
