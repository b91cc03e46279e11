"""Naming a person or a unit in a form, as people write them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q

from liaison.models import Department, Official

SHOWN = 4


class OfficialField(forms.CharField):
    """An official in post: a mobile number, a name, or 姓名 + 单位 where several bear the name.

    `asking` is set by the form: the signed-in official, whose day counts.
    """

    asking: Official

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("help_text", "姓名或手机号；有重名的写“姓名 单位”")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """The one official that is meant; else what there is to choose from, in words."""
        words = re.sub(r"\s+", " ", super().clean(value) or "").strip()
        if not words:
            return None
        on = self.asking.access.on
        name, _, unit = words.partition(" ")
        people = Official.objects.visible_to(self.asking).filter(is_active=True).with_postings_on(on)
        found = list(people.filter(Q(phone=words) | Q(name=name)).order_by("pk")[:50])
        found = [person for person in found if person.current_postings]  # type: ignore[attr-defined]
        if unit:
            found = [person for person in found if any(unit in str(post) for post in _posts(person))]
        if len(found) == 1:
            return found[0]
        if not found:
            where = f"（{unit}）" if unit else ""
            raise forms.ValidationError(f"没有找到在任干部“{name}”{where}，请核对姓名或改填手机号。")
        units = "、".join(f"{person.name} {_posts(person)[0].department}" for person in found[:SHOWN])
        more = "等" if len(found) > SHOWN else ""
        raise forms.ValidationError(f"有 {len(found)} 名“{name}”，请写明单位或改填手机号：{units}{more}。")


class UnitField(forms.CharField):
    """A unit in use, by its full name or by a short name that only one bears."""

    asking: Official

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 80)
        kwargs.setdefault("help_text", "单位全称或简称")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """The unit that is meant; else why none."""
        words = (super().clean(value) or "").strip()
        if not words:
            return None
        units = Department.objects.visible_to(self.asking).active()
        found = list(units.filter(Q(name=words) | Q(short_name=words)).order_by("pk")[:2])
        if not found:
            raise forms.ValidationError(f"没有找到单位“{words}”，请填写全称。")
        if len(found) > 1:
            raise forms.ValidationError(f"有多个单位叫“{words}”，请填写全称。")
        return found[0]


def ask(form: forms.Form, official: Official) -> None:
    """Tell the form's fields of persons and units who is asking."""
    for field in form.fields.values():
        if isinstance(field, OfficialField | UnitField):
            field.asking = official


def _posts(person: Official) -> list[Any]:
    posts: list[Any] = person.current_postings  # type: ignore[attr-defined]
    return posts
