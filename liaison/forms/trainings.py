"""Finding trainings, and writing one down for one official or for many."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from liaison.forms.filters import CodeFilter, FilterSet
from liaison.models import Official, Posting, Region, Training
from liaison.perms import in_whose_charge
from liaison.services.trainings import MOST

MOST_SHOWN = 300  # names to tick on one page
WRONG_SHOWN = 20


class TrainingFilter(FilterSet):
    """培训: by words, place of the person's posts, subject and day."""

    q = django_filters.CharFilter(method="with_words", label="关键词")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="县区"
    )
    subject = CodeFilter(
        field_name="subject",
        lookup_expr="exact",
        label="内容",
        key="subject",
        among=lambda self: Training.objects.visible_to(self.request.user),
    )
    since = django_filters.DateFilter(field_name="on", lookup_expr="gte", label="起")
    until = django_filters.DateFilter(field_name="on", lookup_expr="lte", label="止")

    class Meta:
        model = Training
        fields: tuple[str, ...] = ()

    def with_words(self, rows: QuerySet[Training], name: str, value: str) -> QuerySet[Training]:
        if not (words := value.strip()):
            return rows
        unit = Q(department__name__contains=words) | Q(department__short_name__contains=words)
        seat = self._posts().filter(unit)
        named = Q(official__name__contains=words) | Q(official__pinyin__contains=words.lower())
        return rows.filter(named | Q(subject__contains=words) | Q(Exists(seat)))

    def under(self, rows: QuerySet[Training], name: str, value: Region) -> QuerySet[Training]:
        return rows.filter(Exists(self._posts().filter(department__region__path__startswith=value.path)))

    def _posts(self) -> QuerySet[Posting]:
        return Posting.objects.in_force(self.request.user.access.on).filter(official=OuterRef("official"))


class OneTrainingForm(forms.Form):
    """培训 of one official, on their own page."""

    use_required_attribute = False
    on = forms.DateField(label="培训日期", error_messages={"required": "请填写培训日期。"})
    subject = forms.CharField(label="内容", max_length=80, error_messages={"required": "请填写培训内容。"})


class TrainingForm(OneTrainingForm):
    """培训 of many: ticked, or pasted one a line."""

    people = forms.ModelMultipleChoiceField(
        label="从名册勾选",
        queryset=Official.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "所选干部中有人不在您的范围内，或已不在任。",
            "invalid_pk_value": "所选干部中有人不在您的范围内，或已不在任。",
        },
    )
    names = forms.CharField(
        label="粘贴名单",
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "林小舟\n林小舟 市工信局\n13900000001"}),
        help_text="一行一名：姓名、手机号，有重名的写“姓名 单位”；可以直接从表格里复制",
    )

    def __init__(self, *args: Any, by: Official, shown: QuerySet[Official], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        people: Any = self.fields["people"]
        people.queryset = Official.objects.visible_to(by).filter(in_whose_charge(by), is_active=True)
        # Those to tick are the ones of the page; whoever was ticked before stays there to be unticked.
        chosen = self._chosen()
        rows: Any = shown
        if chosen:
            rows = people.queryset.filter(Q(pk__in=shown.values("pk")) | Q(pk__in=chosen))
        named = rows.with_postings_on(by.access.on).order_by("pinyin", "pk")
        people.choices = [(person.pk, _named(person)) for person in named[: MOST_SHOWN + len(chosen)]]

    def _chosen(self) -> list[int]:
        data: Any = self.data
        given = data.getlist("people") if self.is_bound else []
        return [int(key) for key in given[:MOST] if key.isascii() and key.isdigit() and len(key) < 16]

    def clean_on(self) -> date:
        """A day that has come."""
        on: date = self.cleaned_data["on"]
        if on > self.by.access.on:
            raise forms.ValidationError("培训日期不能晚于今天。")
        return on

    def clean_names(self) -> list[Official]:
        """The officials meant by the pasted lines, in three queries however many they are."""
        lines = [
            re.sub(r"\s+", " ", line).strip()
            for line in re.split(r"[\n\r、，,;；]+", self.cleaned_data["names"])
        ]
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) > MOST:
            raise forms.ValidationError(f"一次最多 {MOST} 名，请分批登记或用名册导入。")
        firsts = {line.partition(" ")[0] for line in lines}
        people: Any = self.fields["people"]
        known: dict[str, list[Official]] = defaultdict(list)
        rows = people.queryset.filter(Q(name__in=firsts) | Q(phone__in=firsts))
        for person in rows.with_postings_on(self.by.access.on).order_by("pk"):
            known[person.name].append(person)
            if person.phone:
                known[person.phone].append(person)
        found, wrong = [], []
        for line in lines:
            word, _, unit = line.partition(" ")
            meant = [person for person in known[word] if not unit or unit in _units(person)]
            if len(meant) == 1:
                found.append(meant[0])
            elif meant:
                wrong.append(f"“{line}”有 {len(meant)} 名，请写明单位或改填手机号。")
            else:
                wrong.append(f"您的范围内没有在任干部“{line}”。")
        if wrong:
            more = [f"另有 {len(wrong) - WRONG_SHOWN} 行也没有找到。"] if len(wrong) > WRONG_SHOWN else []
            raise forms.ValidationError([*wrong[:WRONG_SHOWN], *more])
        return found

    def clean(self) -> dict[str, Any]:
        """Somebody has to be named."""
        values = super().clean() or self.cleaned_data
        if not self.errors and not values.get("names") and not values.get("people"):
            self.add_error("people", "请勾选干部，或粘贴名单。")
        return values

    def officials(self) -> list[Official]:
        """Everybody ticked or pasted, once."""
        both = [*self.cleaned_data["people"], *self.cleaned_data["names"]]
        return list({person.pk: person for person in both}.values())


def _units(person: Any) -> str:
    return " ".join(
        f"{post.department.name} {post.department.short_name}" for post in person.current_postings
    )


def _named(person: Any) -> str:
    units = "、".join(
        dict.fromkeys(post.department.short_name or post.department.name for post in person.current_postings)
    )
    return f"{person.name}（{units}）" if units else person.name
