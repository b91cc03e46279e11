"""Finding teams, and filling their seats."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from companies.models import Assignment, Company, Enrolment, Visit
from liaison.choices import Holder
from liaison.forms.filters import CodeFilter, FilterSet, NumberFilter, YesNoFilter
from liaison.models import Department, Group, Official, Programme, Region, TeamRole
from liaison.normalise import row_key

ANY = "any"


class EnrolmentFilter(FilterSet):
    """包联关系: by place, programme, and which seat stands empty."""

    q = django_filters.CharFilter(method="with_words", label="企业名称、信用代码或拼音")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="行政区划代码"
    )
    programme = django_filters.ModelChoiceFilter(
        queryset=Programme.objects.all(), to_field_name="code", label="方案代码"
    )
    missing = django_filters.ChoiceFilter(
        choices=lambda: [(ANY, "任一席位"), *TeamRole.objects.order_by("pk").values_list("code", "name")],
        method="short_of",
        label="缺哪个席位（席位代码，any 为任一）",
    )
    official = NumberFilter(
        among=lambda asked: Official.objects.all(), method="held_by", label="包抓干部编号"
    )
    counted = django_filters.ChoiceFilter(
        choices=[("company", "企业"), ("project", "项目")],
        method="counting",
        label="只看计入限额的（company 企业，project 项目）",
    )
    sort = django_filters.OrderingFilter(
        fields=[("company__pinyin", "name"), ("starts_on", "start"), ("last_on", "last")], label="排序"
    )

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        if not value.strip():
            return queryset
        found = Company.objects.matching(value).order_by().values("pk")
        return queryset.filter(Q(company__in=found) | Q(project__name__contains=value.strip()))

    def under(self, queryset: QuerySet[Enrolment], name: str, value: Region) -> QuerySet[Enrolment]:
        return queryset.filter(company__region__path__startswith=value.path)

    def short_of(self, queryset: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        rows = Enrolment.objects.all()
        short = rows.incomplete(self.on) if value == ANY else rows.missing(value, self.on)
        return queryset.filter(pk__in=short.order_by().values("pk"))

    def held_by(self, queryset: QuerySet[Enrolment], name: str, value: int) -> QuerySet[Enrolment]:
        seats = Assignment.objects.in_force(self.on).filter(enrolment=OuterRef("pk"), official=value)
        return queryset.filter(Exists(seats))

    def counting(self, queryset: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """What the quotas count: of the official, if one is asked for, as the load report has it."""
        seats = Assignment.objects.in_force(self.on).filter(
            enrolment=OuterRef("pk"), role__counts_to_quota=True, official__isnull=False
        )
        if official := self.form.cleaned_data.get("official"):
            seats = seats.filter(official=official)
        return queryset.filter(Exists(seats), project__isnull=value == "company")

    def filter_queryset(self, queryset: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        """Teams by company name unless asked otherwise, always in one settled order."""
        last = Visit.objects.filter(enrolment=OuterRef("pk")).order_by("-on").values("on")[:1]
        queryset = super().filter_queryset(queryset.annotate(last_on=Subquery(last)))
        asked = (self.form.cleaned_data.get("sort") or ["name"])[0]
        wanted = {"name": "company__pinyin", "start": "starts_on", "last": "last_on"}[asked.lstrip("-")]
        order = F(wanted).desc(nulls_last=True) if asked.startswith("-") else F(wanted).asc(nulls_last=True)
        return queryset.order_by(order, "pk")

    @property
    def on(self) -> Any:
        """The day on which the person asking is on duty."""
        return self.request.user.access.on


class AssignmentFilter(FilterSet):
    """Seats, by company, programme, seat, holder, and whether they hold today."""

    company = CodeFilter(
        field_name="enrolment__company__uscc",
        among=lambda asked: Company.objects.visible_to(asked.request.user),
        key="uscc",
        label="企业信用代码",
    )
    programme = CodeFilter(
        field_name="enrolment__programme__code",
        among=lambda asked: Programme.objects.all(),
        key="code",
        label="方案代码",
    )
    role = CodeFilter(
        field_name="role__code", among=lambda asked: TeamRole.objects.all(), key="code", label="席位代码"
    )
    official = NumberFilter(among=lambda asked: Official.objects.all(), label="干部编号")
    department = CodeFilter(
        field_name="department__name",
        among=lambda asked: Department.objects.all(),
        key="name",
        label="单位名称",
    )
    current = YesNoFilter(method="held_today", label="当前在任")

    class Meta:
        model = Assignment
        fields: list[str] = []

    def held_today(self, queryset: QuerySet[Assignment], name: str, value: bool) -> QuerySet[Assignment]:
        on = self.request.user.access.on
        held = Assignment.objects.in_force(on).values("pk")
        return queryset.filter(pk__in=held) if value else queryset.exclude(pk__in=held)


class SeatForm(forms.Form):
    """Who takes the seat, from which day. An official is named by id, a unit by its name."""

    use_required_attribute = False
    holder = forms.CharField(label="人选", max_length=80, error_messages={"required": "请选择人选。"})
    starts_on = forms.DateField(label="从哪天起")
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, role: TeamRole, official: Official, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role, self.official = role, official

    def clean_holder(self) -> Official | Department | Group:
        """The official, the unit or the group that the seat is given to."""
        value = self.cleaned_data["holder"].strip()
        found: Official | Department | Group | None
        if self.role.holder == Holder.GROUP:
            groups = Group.objects.visible_to(self.official).not_over_by(self.official.access.on)
            found = groups.filter(programme=self.role.version.programme_id, pk=row_key(value)).first()
        elif self.role.holder == Holder.OFFICIAL:
            people = Official.objects.visible_to(self.official)
            found = people.filter(pk=row_key(value)).first()
        else:
            found = Department.objects.visible_to(self.official).active().filter(name=value).first()
        if found is None:
            raise forms.ValidationError("没有找到这个人选，请重新搜索。")
        return found

    def holders(self) -> dict[str, Any]:
        """The holder as the services take it."""
        kinds = {Holder.OFFICIAL: "official", Holder.DEPARTMENT: "department", Holder.GROUP: "group"}
        return {kinds[Holder(self.role.holder)]: self.cleaned_data["holder"]}


class BulkSeatForm(forms.Form):
    """One unit, or one group, for the same seat of many teams."""

    use_required_attribute = False
    role = forms.ChoiceField(label="席位")
    department = forms.CharField(
        label="单位或工作组",
        max_length=80,
        widget=forms.TextInput(attrs={"list": "bulk-departments", "autocomplete": "off"}),
        error_messages={"required": "请选择单位或工作组。"},
    )
    starts_on = forms.DateField(label="从哪天起")

    def __init__(
        self,
        *args: Any,
        official: Official,
        roles: list[tuple[str, str]],
        by_group: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("auto_id", "id_bulk_%s")
        super().__init__(*args, **kwargs)
        self.official = official
        self.by_group = by_group  # the seats among these that a group takes
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = official.access.on

    def clean_department(self) -> Department | Group:
        """The unit, by its full or its short name; for a group's seat the group, by its name."""
        value = self.cleaned_data["department"].strip()
        if self.cleaned_data.get("role") in self.by_group:
            return self._group(value)
        units = Department.objects.visible_to(self.official).active()
        found = list(units.filter(Q(name=value) | Q(short_name=value)).order_by("pk")[:2])
        if not found:
            raise forms.ValidationError(f"没有找到单位“{value}”，请从列表中选择。")
        if len(found) > 1:
            raise forms.ValidationError(f"有多个单位叫“{value}”，请填写全称。")
        return found[0]

    def _group(self, name: str) -> Group:
        groups = Group.objects.visible_to(self.official).not_over_by(self.official.access.on)
        found = list(groups.filter(name=name).order_by("pk")[:2])
        if not found:
            raise forms.ValidationError(f"没有找到工作组“{name}”，请从列表中选择。")
        if len(found) > 1:
            raise forms.ValidationError(f"有多个方案都有“{name}”，请到企业页面逐家指派。")
        return found[0]
