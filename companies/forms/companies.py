"""Finding companies, enrolling them, keeping their contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from companies.choices import Scale
from companies.models import Assignment, Company, Contact, Enrolment, Project, Visit
from companies.models.companies import CompanyQuerySet
from companies.reports import open_industries, with_contacts
from companies.reports.industries import in_sections
from liaison.forms.filters import CodeFilter, FilterSet
from liaison.forms.selects import SettledSelect
from liaison.models import Official, Programme, Region

UNSTATED = "none"  # an address has no room for an empty value
SCALES = [(value or UNSTATED, label) for value, label in Scale.choices]
YES, NO = "yes", "no"
COLUMNS = {"name": "pinyin", "established": "established_on", "capital": "capital_wan", "last": "last_on"}


class CompanyFilter(FilterSet):
    """企业名录: what the list, its export, the bulk actions and the API can be narrowed by."""

    q = django_filters.CharFilter(method="with_words", label="名称、信用代码或拼音")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="行政区划代码"
    )
    scale = django_filters.ChoiceFilter(choices=SCALES, method="of_scale", label="规模")
    enrolled = django_filters.ChoiceFilter(
        choices=[(YES, "已纳入"), (NO, "未纳入")], method="by_enrolment", label="包联"
    )
    team = django_filters.ChoiceFilter(
        choices=[(YES, "已配专班"), (NO, "已纳入未配专班")], method="by_team", label="专班"
    )
    programme = django_filters.ModelChoiceFilter(
        queryset=Programme.objects.all(), to_field_name="code", method="in_programme", label="方案代码"
    )
    open = django_filters.ModelChoiceFilter(
        queryset=Programme.objects.all(),
        to_field_name="code",
        method="open_now",
        label="本阶段行业可纳入的方案代码",
    )
    liaison = django_filters.ChoiceFilter(
        choices=[(YES, "有联络员"), (NO, "没有联络员")], method="by_liaison", label="企业联络员"
    )
    contacted = django_filters.ChoiceFilter(
        choices=[(YES, "已达联系要求"), (NO, "未达联系要求")],
        method="by_contact",
        label="联系（与 after 合用）",
    )
    after = django_filters.IsoDateTimeFilter(method="nothing", label="联系从哪一刻起算")
    sort = django_filters.OrderingFilter(
        fields=[(column, name) for name, column in COLUMNS.items()], label="排序"
    )

    class Meta:
        model = Company
        fields: list[str] = []

    def with_words(self, queryset: CompanyQuerySet, name: str, value: str) -> CompanyQuerySet:
        return queryset.matching(value)

    def under(self, queryset: QuerySet[Company], name: str, value: Region) -> QuerySet[Company]:
        return queryset.filter(region__path__startswith=value.path)

    def of_scale(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        return queryset.filter(scale="" if value == UNSTATED else value)

    def by_enrolment(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        enrolled = Exists(Enrolment.objects.in_force(self.on).filter(company=OuterRef("pk")))
        return queryset.filter(enrolled if value == YES else ~enrolled)

    def by_team(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        seated = Exists(Assignment.objects.in_force(self.on).filter(enrolment__company=OuterRef("pk")))
        if value == YES:
            return queryset.filter(seated)
        enrolled = Exists(Enrolment.objects.in_force(self.on).filter(company=OuterRef("pk")))
        return queryset.filter(~seated, enrolled)

    def by_liaison(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        named = Exists(Contact.objects.filter(company=OuterRef("pk")))
        return queryset.filter(named if value == YES else ~named)

    def in_programme(self, queryset: QuerySet[Company], name: str, value: Programme) -> QuerySet[Company]:
        rows = Enrolment.objects.in_force(self.on).filter(company=OuterRef("pk"), programme=value)
        return queryset.filter(Exists(rows))

    def open_now(self, queryset: QuerySet[Company], name: str, value: Programme) -> QuerySet[Company]:
        """Companies whose industry the programme takes in by the day; all where it has no phases."""
        letters = open_industries(self.request.user, self.on).get(value)
        return queryset if letters is None else queryset.filter(in_sections(letters))

    def by_contact(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        """Companies in force in the programme, by whether their contacts since `after` meet its rules."""
        after, programme = self.form.cleaned_data["after"], self.form.cleaned_data["programme"]
        places = Enrolment.objects.in_force(self.on).filter(programme=programme, project__isnull=True)
        met = with_contacts(places, after, self.on).filter(is_contacted=value == YES)
        return queryset.filter(Exists(met.filter(company=OuterRef("pk"))))

    def clashes(self, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Whether contacts suffice depends on a programme's rules and on a day."""
        if not chosen.get("contacted") or (chosen.get("after") and chosen.get("programme")):
            return {}
        return {"contacted": "须同时指明方案（programme）和从哪一刻起算（after）。"}

    def nothing(self, queryset: QuerySet[Company], name: str, value: object) -> QuerySet[Company]:
        """Only read together with `contacted`."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[Company]) -> QuerySet[Company]:
        """Companies by name unless asked otherwise, always in one settled order."""
        last = Visit.objects.filter(company=OuterRef("pk")).order_by("-on").values("on")[:1]
        queryset = super().filter_queryset(queryset.annotate(last_on=Subquery(last)))
        asked = (self.form.cleaned_data.get("sort") or ["name"])[0]
        wanted = F(COLUMNS[asked.lstrip("-")])
        order = wanted.desc(nulls_last=True) if asked.startswith("-") else wanted.asc(nulls_last=True)
        return queryset.order_by(order, "pk")

    @property
    def on(self) -> Any:
        """The day on which the person asking is on duty."""
        return self.request.user.access.on


class ProjectFilter(FilterSet):
    """重点项目, by company and stage."""

    company = CodeFilter(
        field_name="company__uscc",
        among=lambda asked: Company.objects.visible_to(asked.request.user),
        key="uscc",
        label="企业信用代码",
    )

    class Meta:
        model = Project
        fields = ["stage"]


class EnrolForm(forms.Form):
    """Into which programme, from which day."""

    use_required_attribute = False
    programme = forms.ModelChoiceField(
        label="方案",
        queryset=Programme.objects.none(),
        to_field_name="code",
        empty_label=None,
        widget=SettledSelect,
    )
    starts_on = forms.DateField(label="纳入日")
    exception = forms.CharField(
        label="例外理由", max_length=200, required=False, help_text="行业还没有开放而确需提前纳入时填写"
    )
    with_projects = forms.BooleanField(label="连同企业的重点项目一并纳入", required=False)

    def __init__(self, *args: Any, official: Official, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_enrol_%s")
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(official).order_by("name", "pk")
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = official.access.on


class EnrolOneForm(EnrolForm):
    """For one company or one project: it alone."""

    with_projects = None  # type: ignore[assignment]


class ProjectEnrolForm(EnrolOneForm):
    """One of a company's major projects, which are at hand already."""

    project = forms.TypedChoiceField(label="重点项目")
    field_order = ["project"]

    def __init__(self, *args: Any, projects: Sequence[Project], official: Official, **kwargs: Any) -> None:
        super().__init__(*args, official=official, auto_id="id_project_%s", **kwargs)
        field: Any = self.fields["project"]
        field.choices = [(project.code, f"{project}（{project.code}）") for project in projects]
        field.coerce = {project.code: project for project in projects}.get


class ContactForm(forms.Form):
    """Somebody at the company to call."""

    use_required_attribute = False
    name = forms.CharField(label="姓名", max_length=40)
    title = forms.CharField(label="职务", max_length=40, required=False)
    phone = forms.CharField(label="电话", max_length=30, help_text="手机号，或带区号的座机号")
    is_primary = forms.BooleanField(label="设为主要联络员", required=False)
