"""A move's form as somebody in a hurry fills it in: mostly right, in any case something."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django import forms

from issues.forms.moves import MoveForm

WORDS = ("请抓紧办理", "已与企业沟通", "情况属实", "正在勘察现场")
LIKELY_DAYS = (1, 3, 7, 12, 20)  # from the day from which a date is asked for
LATER_STEP = re.compile(r"(what|by|unit|who)([2-9]|1\d)")  # of a plan, which here has one


def filled(
    form: MoveForm, dice: Random, now: datetime, people: list[str], *, careless: bool = True
) -> dict[str, Any]:
    """The fields with values: of four people one leaves something out or picks what he should not."""
    slips = careless and dice.random() < 0.25
    return {
        name: _value(name, field, dice, now, people, slips and dice.random() < 0.5)
        for name, field in form.fields.items()
    }


def _value(name: str, field: forms.Field, dice: Random, now: datetime, people: list[str], slip: bool) -> Any:
    if LATER_STEP.fullmatch(name):
        return ""
    if isinstance(field, forms.ModelChoiceField):
        key = field.to_field_name or "pk"
        keys = [str(getattr(one, key)) for one in field.queryset.order_by("pk")[:8]]
        return _choice(field, keys, dice, slip)
    if isinstance(field, forms.ChoiceField):
        return _choice(field, _flat(field.choices), dice, slip)
    if name in ("head", "people"):
        return dice.choice(["查无此人", ""]) if slip else dice.choice(people)
    if isinstance(field, forms.DateField):
        return _day(field, dice, now, slip)
    if isinstance(field, forms.BooleanField):
        return "" if slip else dice.choice(["on", "on", ""])
    return "" if slip else dice.choice(WORDS)


def _choice(field: forms.Field, keys: list[str], dice: Random, slip: bool) -> Any:
    keys = [key for key in keys if key]
    if isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
        least = 0 if slip else min(1, len(keys))
        return dice.sample(keys, dice.randint(least, min(2, len(keys))))
    if slip or not keys:
        return dice.choice(["", "没有这一项"])
    return dice.choice(keys if field.required else [*keys, ""])


def _day(field: forms.Field, dice: Random, now: datetime, slip: bool) -> str:
    if slip:
        return (now.date() - timedelta(days=dice.choice([1, 30, 400]))).isoformat()
    if "max" in field.widget.attrs:  # what has happened
        return now.date().isoformat()
    first = field.widget.attrs.get("min") or now.date().isoformat()
    day = datetime.fromisoformat(first) + timedelta(days=dice.choice(LIKELY_DAYS))
    return day.date().isoformat()


def _flat(choices: Any) -> list[str]:
    values: list[str] = []
    for value, label in choices:
        values += [str(one) for one, _ in label] if isinstance(label, list | tuple) else [str(value)]
    return values
