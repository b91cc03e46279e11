"""Asking for a draft, and finding one's way in its twenty thousand pairs."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from companies import services
from companies.choices import Emphasis, GapReason, Nearness, PairOrigin, Scale, TargetKind
from companies.models import Company, Enrolment, ProposalGap, ProposalPair
from companies.models.companies import MANAGERS
from companies.reports.industries import industry_names, sections
from liaison.choices import Holder, RegionLevel
from liaison.forms.filters import FilterSet
from liaison.forms.selects import SettledSelect
from liaison.models import Eligibility, Official, Region, TeamRole

EMPHASES = [(value, label) for value, label in Emphasis.choices]
ALL_KINDS = [("", "企业和项目"), *TargetKind.choices]
FIXED, HAND, OFF_TRADE, KEPT, NEW, OVER = "fixed", "hand", "off-trade", "kept", "new", "over"
SIGNS = {
    FIXED: ("已固定", Q(is_fixed=True)),
    HAND: ("人工改派", Q(origin=PairOrigin.HAND)),
    OFF_TRADE: ("行业不对口", Q(trade=False)),
    KEPT: ("保持现有", Q(is_kept=True)),
    NEW: ("新的安排", Q(is_kept=False)),
    OVER: ("超出限额", Q(load__gt=F("limit"))),
}


def proposable_seats(official: Official) -> QuerySet[TeamRole]:
    """Seats for which the rules say who fits, of rules under which somebody is looked after today.

    `services.why_not_proposed` says the same of one seat.
    """
    told = Exists(Eligibility.objects.filter(role=OuterRef("pk")))
    return _seats(official).filter(Q(counts_to_quota=True) | Q(full_time=True) | told, holder=Holder.OFFICIAL)


def seats_by_hand(official: Official) -> list[tuple[TeamRole, str]]:
    """The other seats of those rules, and how each is filled instead."""
    seats = _seats(official).prefetch_related("eligibilities")
    return [(role, why) for role in seats if (why := services.why_not_proposed(role))]


def _seats(official: Official) -> QuerySet[TeamRole]:
    running = Enrolment.objects.in_force(official.access.on).managed_by(official)
    return (
        TeamRole.objects.filter(Exists(running.filter(version=OuterRef("version"))))
        .select_related("version__programme__region")
        .order_by("version__programme__code", "-version__number", "position", "pk")
    )


def managed_regions(official: Official) -> QuerySet[Region]:
    """The regions whose teams the official's office puts together, and all below them."""
    return Region.objects.visible_to(official).filter(official.access.regions(MANAGERS, "path"))


class ProposalForm(forms.Form):
    """发起试排: which seat, where, and what to look at."""

    use_required_attribute = False
    role = forms.ModelChoiceField(
        queryset=TeamRole.objects.none(),
        label="方案和席位",
        empty_label=None,
        widget=SettledSelect,
        error_messages={"required": "请选择方案和席位。"},
    )
    region = forms.ModelChoiceField(
        queryset=Region.objects.none(),
        to_field_name="code",
        label="范围",
        empty_label=None,
        widget=SettledSelect,
        error_messages={"required": "请选择范围。"},
    )
    kind = forms.ChoiceField(choices=ALL_KINDS, required=False, label="对象")
    industry = forms.ChoiceField(required=False, label="行业")
    scale = forms.ChoiceField(required=False, label="规模")
    only_uncovered = forms.BooleanField(
        required=False,
        initial=True,
        label="只排还空着的席位",
        help_text="不选则连同现有的一起重新排：能保持的尽量保持，采用时换下的人自动结束",
    )
    across = forms.BooleanField(
        required=False,
        label="本县区不够时，可从别的县区派",
        help_text="不选则只用本县区和市直单位的干部",
    )
    starts_on = forms.DateField(label="从哪天起")
    keep_weight = forms.TypedChoiceField(choices=EMPHASES, coerce=int, initial=2, label="保持现有包联")
    near_weight = forms.TypedChoiceField(choices=EMPHASES, coerce=int, initial=2, label="同县区、同镇街优先")
    trade_weight = forms.TypedChoiceField(choices=EMPHASES, coerce=int, initial=2, label="单位与行业对口")
    load_weight = forms.TypedChoiceField(choices=EMPHASES, coerce=int, initial=2, label="负担均衡")
    note = forms.CharField(
        required=False,
        max_length=60,
        label="说明",
        help_text="如“先排规上企业”，便于以后比较",
    )

    def __init__(self, *args: Any, official: Official, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.official = official
        seats = self.fields["role"]
        running = Enrolment.objects.in_force(official.access.on).managed_by(official)
        seats.queryset = proposable_seats(official)  # type: ignore[attr-defined]
        counts = dict(running.order_by().values_list("version").annotate(n=Count("pk")))
        seats.label_from_instance = lambda role: (  # type: ignore[attr-defined]
            f"{role.version.programme} · {role.name}"
            f"（第 {role.version.number} 版规则，{counts.get(role.version_id, 0):,} 户）"
        )
        regions = self.fields["region"]
        regions.queryset = managed_regions(official).order_by("path")  # type: ignore[attr-defined]
        regions.label_from_instance = _place  # type: ignore[attr-defined]
        inside = sections()
        self.fields["industry"].choices = [  # type: ignore[attr-defined]
            ("", "全部行业"),
            *((code, f"{code} {name}") for code, name in industry_names().items() if code not in inside),
        ]
        self.fields["scale"].choices = [("", "全部规模"), *((v, t) for v, t in Scale.choices if v)]  # type: ignore[attr-defined]

    def clean_starts_on(self) -> Any:
        """A day that is not over, and no more than a year ahead."""
        day, today = self.cleaned_data["starts_on"], self.official.access.on
        if day < today:
            raise forms.ValidationError(f"不能早于今天（{today}）。")
        if (day - today).days > 366:
            raise forms.ValidationError("最多提前一年排。")
        return day


def _place(region: Any) -> str:
    """A region by its name, indented by its level."""
    depth = {RegionLevel.CITY: "", RegionLevel.COUNTY: "　", RegionLevel.TOWN: "　　"}
    return f"{depth[RegionLevel(region.level)]}{region.name}"


class AgainForm(forms.Form):
    """再排: around the fixed pairs, or around all that still hold."""

    keep = forms.ChoiceField(choices=[("fixed", "只保留固定的"), ("all", "保留全部")], initial="fixed")


class TradesForm(forms.Form):
    """主管行业 of a unit: sections and divisions, as codes."""

    codes = forms.CharField(
        required=False, max_length=400, label="主管行业", help_text="门类字母或大类两位数，用逗号或空格隔开"
    )

    def clean_codes(self) -> list[str]:
        """Codes as GB/T 4754 writes them."""
        text = self.cleaned_data["codes"].upper()
        for mark in "，、;；":
            text = text.replace(mark, " ")
        codes = list(dict.fromkeys(text.replace(",", " ").split()))
        if strange := [code for code in codes if code not in industry_names()]:
            raise forms.ValidationError(f"“{'、'.join(strange)}”不是 GB/T 4754 的门类或大类代码。")
        return codes


class _RowFilter(FilterSet):
    """What both lists of a draft can be narrowed by."""

    q = django_filters.CharFilter(method="with_words", label="企业、项目或干部")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="行政区划代码"
    )

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        words = value.strip()
        if not words:
            return queryset
        companies = Company.objects.matching(words).order_by().values("pk")
        found = Q(enrolment__company__in=companies) | Q(enrolment__project__name__contains=words)
        if queryset.model is ProposalPair:
            found |= Q(official__name__contains=words) | Q(department__name__contains=words)
        return queryset.filter(found)

    def under(self, queryset: QuerySet[Any], name: str, value: Region) -> QuerySet[Any]:
        return queryset.filter(enrolment__company__region__path__startswith=value.path)


class PairFilter(_RowFilter):
    """安排: the pairs of a draft."""

    near = django_filters.ChoiceFilter(choices=Nearness.choices, field_name="nearness", label="远近")
    sign = django_filters.ChoiceFilter(
        choices=[(code, label) for code, (label, _) in SIGNS.items()], method="with_sign", label="标记"
    )
    official = django_filters.NumberFilter(field_name="official", label="干部编号")
    sort = django_filters.OrderingFilter(
        fields=[
            ("enrolment__company__pinyin", "name"),
            ("official__pinyin", "official"),
            ("load", "load"),
            ("enrolment__company__region__path", "region"),
        ],
        label="排序",
    )

    class Meta:
        model = ProposalPair
        fields: list[str] = []

    def with_sign(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(SIGNS[value][1])


class GapFilter(_RowFilter):
    """空缺: companies that stay without."""

    reason = django_filters.ChoiceFilter(choices=GapReason.choices, label="原因")

    class Meta:
        model = ProposalGap
        fields: list[str] = []
