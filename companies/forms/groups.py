"""Finding groups, setting one up, taking officials in."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from liaison.choices import GroupDuty, GroupKind
from liaison.forms.filters import FilterSet
from liaison.forms.people import OfficialField, UnitField, ask
from liaison.models import Group, GroupMember, GroupRule, Official, Programme, Region


class GroupFilter(FilterSet):
    """工作组: by words, programme, kind, sort and place."""

    q = django_filters.CharFilter(method="with_words", label="组名、依托单位或成员")
    programme = django_filters.ModelChoiceFilter(
        queryset=Programme.objects.all(), to_field_name="code", label="方案代码"
    )
    kind = django_filters.ChoiceFilter(choices=GroupKind.choices, label="类别")
    sort = django_filters.CharFilter(label="组别")
    region = django_filters.ModelChoiceFilter(
        queryset=Region.objects.all(), to_field_name="code", method="under", label="行政区划代码"
    )

    class Meta:
        model = Group
        fields: list[str] = []

    def with_words(self, queryset: QuerySet[Group], name: str, value: str) -> QuerySet[Group]:
        if not (words := value.strip()):
            return queryset
        members = GroupMember.objects.in_force(self.request.user.access.on)
        named = members.filter(group=OuterRef("pk"), official__name__contains=words)
        return queryset.filter(
            Q(name__contains=words) | Q(department__name__contains=words) | Q(Exists(named))
        )

    def under(self, queryset: QuerySet[Group], name: str, value: Region) -> QuerySet[Group]:
        return queryset.filter(region__path__startswith=value.path)


class GroupForm(forms.Form):
    """A new group: of which sort, where, at which unit."""

    use_required_attribute = False
    rule = forms.ModelChoiceField(GroupRule.objects.none(), label="组别", empty_label="请选择")
    name = forms.CharField(label="名称", max_length=60)
    region = forms.ModelChoiceField(
        Region.objects.none(), label="区划", to_field_name="code", empty_label="请选择"
    )
    department = UnitField(label="依托单位")
    task = forms.CharField(
        label="任务", max_length=200, required=False, help_text="负责的问题类别或任务，空着即用方案里写的"
    )
    starts_on = forms.DateField(label="成立日")

    def __init__(
        self, *args: Any, official: Official, rules: QuerySet[GroupRule], regions: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        ask(self, official)
        self.fields["rule"].queryset = rules  # type: ignore[attr-defined]
        self.fields["rule"].label_from_instance = (  # type: ignore[attr-defined]
            lambda rule: f"{rule.name}（{rule.version.programme}）"
        )
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    """Who joins the group, as what, from which day."""

    use_required_attribute = False
    official = OfficialField(label="干部")
    duty = forms.ChoiceField(label="职务", choices=GroupDuty.choices, initial=GroupDuty.MEMBER)
    starts_on = forms.DateField(label="从哪天起")

    def __init__(self, *args: Any, official: Official, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_member_%s")
        super().__init__(*args, **kwargs)
        ask(self, official)


class LastDayForm(forms.Form):
    """The last day of something that ends."""

    use_required_attribute = False
    ends_on = forms.DateField(label="最后一天")
