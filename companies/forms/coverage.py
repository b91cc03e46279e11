"""What of the coverage and load reports is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet

from companies.choices import Scale
from companies.forms.companies import SCALES, UNSTATED
from companies.models import Company, Enrolment
from companies.reports.coverage import Cover, Loaded
from companies.reports.industries import industry_names, sections
from liaison.choices import Rank
from liaison.forms.filters import CodeFilter, FilterSet
from liaison.models import Official, Programme, Region

UNCOVERED = "uncovered"
STATES = [(UNCOVERED, "未覆盖"), *Cover.choices]
SECTIONS = [(code, name) for code, name in industry_names().items() if len(code) == 1]
MOST_CLASSES = 8  # load classes told apart; the last holds all above
HEAVY = [("full", "已满"), ("over", "超限额"), ("heavy", "超提醒户数"), ("spare", "有余额")]


@dataclass(frozen=True)
class Asked:
    """The programme and the day that a report is about, and what else it could be about."""

    programme: Programme
    on: date
    programmes: list[Programme]

    def query(self, **more: str) -> str:
        """The report as an address names it."""
        return "?" + urlencode({"programme": self.programme.code, "on": self.on.isoformat(), **more})


def asked_of(official: Official, chosen: Mapping[str, Any]) -> Asked | None:
    """The report that the filters choose.

    Unless one is named: the latest programme that has begun and has companies; where none has any yet, the
    latest that has begun.
    """
    today = official.access.on
    programmes = list(Programme.objects.visible_to(official).order_by("-starts_on", "pk"))
    if code := chosen.get("programme"):
        programme = next(p for p in programmes if p.code == code)
    else:
        begun = [p for p in programmes if p.starts_on <= today]
        if not begun:
            return None
        places = Enrolment.objects.in_force(today).filter(programme__in=begun).order_by()
        used = set(places.values_list("programme", flat=True).distinct())
        programme = next((p for p in begun if p.pk in used), begun[0])
    return Asked(programme, chosen.get("on") or today, programmes)


class _ProgrammeFilter(FilterSet):
    """Of which programme, on which day."""

    programme = CodeFilter(
        method="nothing", among=lambda asked: Programme.objects.all(), key="code", label="方案代码"
    )
    on = django_filters.DateFilter(method="nothing", label="哪一天")

    def nothing(self, queryset: QuerySet[Any], name: str, value: object) -> QuerySet[Any]:
        """Chooses the report itself."""
        return queryset


class CoverFilter(_ProgrammeFilter):
    """覆盖情况: companies by their state in the programme, place, industry, scale and kind."""

    q = django_filters.CharFilter(method="with_words", label="名称、信用代码或拼音")
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state", label="覆盖")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="行政区划代码"
    )
    industry = django_filters.ChoiceFilter(
        choices=[*SECTIONS, (UNSTATED, "未填")], method="in_section", label="行业门类"
    )
    scale = django_filters.ChoiceFilter(choices=SCALES, method="of_scale", label="规模")
    kind = django_filters.ChoiceFilter(
        choices=[("trader", "个体工商户"), ("company", "企业")], method="of_kind", label="主体"
    )

    class Meta:
        model = Company
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> QuerySet[Company]:
        return queryset.matching(value)  # type: ignore[no-any-return]

    def in_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == UNCOVERED:
            return queryset.exclude(cover=Cover.COVERED)
        return queryset.filter(cover=value)

    def under(self, queryset: QuerySet[Company], name: str, value: Region) -> QuerySet[Company]:
        return queryset.filter(region__path__startswith=value.path)

    def in_section(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        if value == UNSTATED:
            known = "|".join([*sections(), *dict(SECTIONS)])
            return queryset.exclude(industry__regex=f"^({known})")
        inside = [value, *(code for code, section in sections().items() if section == value)]
        return queryset.filter(industry__regex=f"^({'|'.join(map(re.escape, inside))})")

    def of_scale(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        return queryset.filter(scale=Scale.UNKNOWN if value == UNSTATED else value)

    def of_kind(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        return queryset.filter(is_sole_trader=value == "trader")

    def filter_queryset(self, queryset: QuerySet[Company]) -> QuerySet[Company]:
        """By place, then by name."""
        found: QuerySet[Company] = super().filter_queryset(queryset)
        return found.order_by("region__path", "pinyin", "pk")


class LoadFilter(_ProgrammeFilter):
    """干部负荷: by rank, county, and how many companies they carry."""

    rank = django_filters.ChoiceFilter(choices=Rank.choices, method="nothing", label="职级")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="nothing", label="行政区划代码"
    )
    load = django_filters.NumberFilter(method="nothing", label="包联户数")
    q = django_filters.CharFilter(method="nothing", label="姓名、拼音或单位")
    room = django_filters.ChoiceFilter(choices=HEAVY, method="nothing", label="负荷")

    class Meta:
        model = Official
        fields: list[str] = []

    @staticmethod
    def narrow(people: Iterable[Loaded], chosen: Mapping[str, Any]) -> list[Loaded]:
        """The officials that the chosen values leave, in their order."""
        found = list(people)
        if words := (chosen.get("q") or "").strip():
            low = words.lower()
            found = [one for one in found if words in one.name or words in one.unit or low in one.sought]
        if rank := chosen.get("rank"):
            found = [one for one in found if one.rank == rank]
        if region := chosen.get("region"):
            found = [one for one in found if one.county == region.path]
        if (load := chosen.get("load")) is not None:
            top = load == MOST_CLASSES
            found = [one for one in found if one.companies == load or (top and one.companies > load)]
        tests = {
            "full": lambda one: one.is_full,
            "over": lambda one: one.is_over,
            "heavy": lambda one: one.is_heavy,
            "spare": lambda one: one.spare,
        }
        if test := tests.get(chosen.get("room") or ""):
            found = [one for one in found if test(one)]
        return found
