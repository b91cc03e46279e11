"""What of the duty ledger is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from liaison.forms.filters import CodeFilter, FilterSet, NumberFilter
from liaison.models import Batch, Official, Programme, TeamRole


class LedgerFilter(FilterSet):
    """Which programme's ledger, of which batch, up to which day, of which seat, whose."""

    programme = CodeFilter(
        method="nothing", among=lambda asked: Programme.objects.all(), key="code", label="方案代码"
    )
    batch = NumberFilter(
        method="nothing", among=lambda asked: Batch.objects.all(), key="number", label="批次"
    )
    until = django_filters.DateFilter(method="nothing", label="截至")
    role = CodeFilter(
        method="nothing", among=lambda asked: TeamRole.objects.all(), key="code", label="席位代码"
    )
    q = django_filters.CharFilter(method="with_words", label="姓名或单位")

    class Meta:
        model = Official
        fields: list[str] = []

    def nothing(self, queryset: QuerySet[Official], name: str, value: object) -> QuerySet[Official]:
        """Chooses the ledger itself, not its people."""
        return queryset

    def with_words(self, queryset: QuerySet[Official], name: str, value: str) -> QuerySet[Official]:
        """By name, pinyin, or the unit of the seat (`unit_name` comes with the ledger's people)."""
        value = value.strip()
        if not value:
            return queryset
        named = Q(name__contains=value) | Q(pinyin__contains=value.lower())
        return queryset.filter(named | Q(unit_name__contains=value))

    def clashes(self, chosen: Mapping[str, Any]) -> dict[str, str]:
        """No ledger of days to come."""
        late = chosen.get("until") and chosen["until"] > self.request.user.access.on
        return {"until": "截至日不能晚于今天。"} if late else {}
