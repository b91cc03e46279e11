"""`/api/v1/bulletins/`: the month's bulletin with its figures, read only."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers, viewsets

from issues.choices import BulletinState
from issues.models import Bulletin
from issues.reports.months import (
    Figure,
    Rate,
    ServiceFigures,
    TicketFigures,
    service_figures,
    ticket_figures,
    unit_rows,
)
from liaison.forms.filters import CodeFilter, FilterSet
from liaison.models import Programme


def _plain(figures: TicketFigures | ServiceFigures) -> dict[str, int]:
    """Figures as numbers by name."""
    values = {field.name: getattr(figures, field.name) for field in fields(figures)}
    return {name: value.value if isinstance(value, Figure) else value for name, value in values.items()}


def _rates(**rates: Rate) -> dict[str, dict[str, int]]:
    """Rates as their two counts; whoever reads them divides, or finds them too few."""
    return {name: {"part": rate.part.value, "whole": rate.whole.value} for name, rate in rates.items()}


class BulletinSerializer(serializers.ModelSerializer[Bulletin]):
    """A line of the list."""

    key = serializers.SerializerMethodField()
    programme = serializers.CharField(source="programme.code", read_only=True)
    month = serializers.DateField(source="month_end.month", format="%Y-%m", read_only=True)
    since = serializers.DateTimeField(source="month_end.since", read_only=True)
    until = serializers.DateTimeField(source="month_end.until", read_only=True)

    class Meta:
        model = Bulletin
        fields: tuple[str, ...] = (
            "key", "programme", "month", "since", "until", "title", "state", "issued_at",
        )  # fmt: skip

    def get_key(self, bulletin: Bulletin) -> str:
        return f"{bulletin.programme.code}-{bulletin.month_end.month:%Y-%m}"


class BulletinDetailSerializer(BulletinSerializer):
    """The whole bulletin, its figures counted from the frozen rows."""

    figures = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()

    class Meta(BulletinSerializer.Meta):
        fields = (*BulletinSerializer.Meta.fields, "opening", "highlights", "next_steps", "figures", "units")

    def get_figures(self, bulletin: Bulletin) -> dict[str, Any]:
        service, tickets = service_figures(bulletin.month_end), ticket_figures(bulletin.month_end)
        return {
            "service": _plain(service),
            "tickets": _plain(tickets),
            "rates": _rates(
                coverage=service.coverage,
                solving=tickets.solving,
                punctuality=tickets.punctuality,
                satisfaction=tickets.satisfaction,
            ),
        }

    def get_units(self, bulletin: Bulletin) -> list[dict[str, Any]]:
        return [
            {"department": row.unit.name if row.unit else None, **_plain(row.figures)}
            for row in unit_rows(bulletin.month_end)
        ]


class BulletinFilter(FilterSet):
    """Bulletins by programme, month (YYYY-MM) and state."""

    programme = CodeFilter(
        field_name="programme__code",
        among=lambda asked: Programme.objects.visible_to(asked.request.user),
        key="code",
        label="方案",
    )
    month = filters.DateFilter(
        field_name="month_end__month", input_formats=["%Y-%m"], label="月份（YYYY-MM）"
    )
    state = filters.ChoiceFilter(choices=BulletinState, label="状态")

    class Meta:
        model = Bulletin
        fields = ("state",)


class BulletinViewSet(viewsets.ReadOnlyModelViewSet[Bulletin]):
    """月通报: `bulletins/p2-2026-10/`; drafts only for those who answer for the programme."""

    filterset_class = BulletinFilter
    queryset = Bulletin.objects.none()
    lookup_field = "key"
    lookup_value_regex = r"[a-z0-9-]+-\d{4}-\d{2}"

    def get_serializer_class(self) -> Any:
        return BulletinSerializer if self.action == "list" else BulletinDetailSerializer

    def get_queryset(self) -> QuerySet[Bulletin]:
        return (
            Bulletin.objects.visible_to(self.request.user)
            .select_related("programme", "month_end__programme", "month_end__version__bulletin_rule")
            .order_by("-month_end__month", "programme__code")
        )

    def get_object(self) -> Bulletin:
        code, year, month = self.kwargs["key"].rsplit("-", 2)
        return get_object_or_404(
            self.get_queryset(),
            programme__code=code,
            month_end__month__year=int(year),
            month_end__month__month=int(month),
        )
