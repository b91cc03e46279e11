"""疑难包案: the list of hard problems narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from issues.choices import PlanState
from issues.models import Ticket
from issues.models.tickets import TicketQuerySet
from liaison.forms.filters import FilterSet

LEADERS = [("me", "我包案的"), ("none", "尚未明确领导")]
STATES = [("owed", "方案未提交"), ("submitted", "方案待审"), ("standing", "执行中"), ("late", "已逾期")]


def standing(state: str, official: Any) -> Q:
    """Hard problems that stand so on the official's day."""
    match state:
        case "owed":
            return Q(plan__isnull=True) | Q(plan__state=PlanState.RETURNED)
        case "late":
            return Q(next_on__lt=official.access.on)
        case "submitted":
            return Q(plan__state=PlanState.SUBMITTED)
    return Q(plan__natural_on__isnull=False)


class HardFilter(FilterSet):
    """By who is in charge, by how the plan stands, by words."""

    leader = django_filters.ChoiceFilter(choices=LEADERS, method="by_leader", label="包案领导")
    state = django_filters.ChoiceFilter(choices=STATES, method="by_state", label="方案")
    q = django_filters.CharFilter(
        method="by_words",
        label="关键词",
        widget=forms.TextInput(attrs={"placeholder": "编号、问题、企业、拼音"}),
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def by_leader(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        if value == "me":
            return queryset.filter(leader=self.request.user)
        return queryset.filter(leader__isnull=True, grade__needs_leader=True)

    def by_state(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return queryset.filter(standing(value, self.request.user))

    def by_words(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        return queryset.matching(value)
