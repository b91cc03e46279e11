"""Finding units by what they are in charge of."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from liaison.forms.directory import DepartmentFilter
from liaison.models import Department


class UnitFilter(DepartmentFilter):
    """单位, as the directory finds them, and with or without a trade written down."""

    trades = django_filters.ChoiceFilter(
        choices=[("yes", "已填"), ("no", "未填")], method="by_trades", label="主管行业"
    )

    def by_trades(self, units: QuerySet[Department], name: str, value: str) -> QuerySet[Department]:
        with_some = Department.objects.filter(trades__isnull=False).values("pk")
        return units.filter(pk__in=with_some) if value == "yes" else units.exclude(pk__in=with_some)
