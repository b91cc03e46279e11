"""Finding visits."""

from __future__ import annotations

from datetime import date, timedelta

import django_filters
from django.db.models import Q, QuerySet

from companies.choices import VisitMode
from companies.models import Company, Visit
from liaison.forms.filters import CodeFilter, FilterSet, NumberFilter
from liaison.models import Official, Programme, Region

SPANS = [("month", "本月"), ("before", "上月"), ("quarter", "近三个月")]


class VisitFilter(FilterSet):
    """走访联系: by days, way, place, person, and whether a problem came up."""

    q = django_filters.CharFilter(method="with_words", label="企业、干部或内容")
    span = django_filters.ChoiceFilter(choices=SPANS, method="within", label="时间")
    since = django_filters.DateFilter(field_name="on", lookup_expr="gte", label="起")
    until = django_filters.DateFilter(field_name="on", lookup_expr="lte", label="止")
    mode = django_filters.ChoiceFilter(choices=VisitMode.choices, label="方式")
    problem = django_filters.ChoiceFilter(
        choices=[("yes", "有问题"), ("no", "没有问题")], method="by_problem", label="企业提出问题"
    )
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="行政区划代码"
    )
    company = CodeFilter(
        field_name="company__uscc",
        among=lambda asked: Company.objects.visible_to(asked.request.user),
        key="uscc",
        label="企业信用代码",
    )
    official = NumberFilter(among=lambda asked: Official.objects.all(), label="干部编号")
    mine = django_filters.ChoiceFilter(choices=[("yes", "我登记的")], method="own", label="只看我登记的")
    programme = CodeFilter(
        field_name="enrolment__programme__code",
        among=lambda asked: Programme.objects.all(),
        key="code",
        label="方案代码",
    )
    logged_after = django_filters.IsoDateTimeFilter(
        field_name="logged_at", lookup_expr="gt", label="登记晚于"
    )
    logged_until = django_filters.IsoDateTimeFilter(
        field_name="logged_at", lookup_expr="lte", label="登记不晚于"
    )

    class Meta:
        model = Visit
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        value = value.strip()
        if not value:
            return queryset
        found = Company.objects.matching(value).order_by().values("pk")
        return queryset.filter(
            Q(company__in=found) | Q(official__name__contains=value) | Q(summary__contains=value)
        )

    def within(self, queryset: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        return queryset.filter(on__range=days_of(value, self.request.user.access.on))

    def by_problem(self, queryset: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        return queryset.filter(has_problem=value == "yes")

    def under(self, queryset: QuerySet[Visit], name: str, value: Region) -> QuerySet[Visit]:
        return queryset.filter(company__region__path__startswith=value.path)

    def own(self, queryset: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        return queryset.filter(official=self.request.user)

    def filter_queryset(self, queryset: QuerySet[Visit]) -> QuerySet[Visit]:
        """The latest first."""
        filtered: QuerySet[Visit] = super().filter_queryset(queryset)
        return filtered.order_by("-on", "-pk")


def days_of(span: str, on: date) -> tuple[date, date]:
    """First and last day of 本月, 上月 or 近三个月, seen from a day."""
    first = on.replace(day=1)
    if span == "before":
        last = first - timedelta(days=1)
        return last.replace(day=1), last
    if span == "quarter":
        for _ in range(2):
            first = (first - timedelta(days=1)).replace(day=1)
    return first, on
