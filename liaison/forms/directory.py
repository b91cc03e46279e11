"""Finding units and officials, on the pages and through the API."""

from __future__ import annotations

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from liaison.choices import SystemRole
from liaison.forms.filters import FilterSet
from liaison.models import Department, Official, Posting, Region, Training


class _DirectoryFilter(FilterSet):
    """By words and by place."""

    q = django_filters.CharFilter(method="with_words", label="关键词")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="行政区划代码"
    )

    def current(self) -> QuerySet[Posting]:
        """The postings that hold on the day."""
        return Posting.objects.in_force(self.request.user.access.on)


class DepartmentFilter(_DirectoryFilter):
    """单位: by name, place, and whether somebody signs for it."""

    liaison = django_filters.ChoiceFilter(
        choices=[("none", "没有联络员")], method="by_liaison", label="联络员"
    )

    class Meta:
        model = Department
        fields = ("is_active", "name", "kind")

    def with_words(self, units: QuerySet[Department], name: str, value: str) -> QuerySet[Department]:
        if not (words := value.strip()):
            return units
        named = Q(name__contains=words) | Q(short_name__contains=words)
        return units.filter(named | Q(pinyin__contains=words.lower()))

    def under(self, units: QuerySet[Department], name: str, value: Region) -> QuerySet[Department]:
        return units.filter(region__path__startswith=value.path)

    def by_liaison(self, units: QuerySet[Department], name: str, value: str) -> QuerySet[Department]:
        return units.filter(~Exists(self.current().filter(department=OuterRef("pk"), role=SystemRole.UNIT)))


class OfficialFilter(_DirectoryFilter):
    """干部: by name, phone or unit, rank, role and place of the posts held today."""

    role = django_filters.ChoiceFilter(choices=SystemRole.choices, method="by_role", label="角色")
    trained = django_filters.ChoiceFilter(
        choices=[("no", "没有培训记录"), ("yes", "已培训")], method="by_training", label="培训"
    )

    class Meta:
        model = Official
        fields = ("rank",)

    def with_words(self, people: QuerySet[Official], name: str, value: str) -> QuerySet[Official]:
        if not (words := value.strip()):
            return people
        unit = Q(department__name__contains=words) | Q(department__short_name__contains=words)
        seat = self.current().filter(unit, official=OuterRef("pk"))
        named = Q(name__contains=words) | Q(pinyin__contains=words.lower()) | Q(phone__startswith=words)
        return people.filter(named | Q(Exists(seat)))

    def under(self, people: QuerySet[Official], name: str, value: Region) -> QuerySet[Official]:
        here = self.current().filter(department__region__path__startswith=value.path)
        return people.filter(Exists(here.filter(official=OuterRef("pk"))))

    def by_training(self, people: QuerySet[Official], name: str, value: str) -> QuerySet[Official]:
        trained = Exists(Training.objects.filter(official=OuterRef("pk")))
        return people.filter(trained if value == "yes" else ~trained)

    def by_role(self, people: QuerySet[Official], name: str, value: str) -> QuerySet[Official]:
        return people.filter(Exists(self.current().filter(official=OuterRef("pk"), role=value)))
