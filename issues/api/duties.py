"""六个一工作台账 by /api/v1/: the figures of each official, the rows behind them, and the counters."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from issues.forms.duties import LedgerFilter
from issues.reports import duties as report
from issues.reports.ledgers import find_ledger
from liaison.api.filters import chosen
from liaison.models import Official
from liaison.normalise import row_key


class DutyFigureSerializer(serializers.Serializer[Any]):
    """How an official stands with a duty over its days."""

    duty = serializers.CharField()
    name = serializers.CharField()
    done = serializers.IntegerField()
    target = serializers.IntegerField()
    unit = serializers.CharField()
    is_none = serializers.BooleanField(help_text="登记了本期无")
    words = serializers.CharField(help_text="如 3/1、本期无")
    since = serializers.DateField()
    until = serializers.DateField()


class LedgerRowSerializer(serializers.Serializer[Any]):
    """An official with the unit and seat of the ledger's days; sorted by unit and name, nobody is ranked."""

    official = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    department = serializers.CharField(source="unit_name")
    seat = serializers.CharField(source="seat_name")
    companies = serializers.IntegerField(source="companies_n")
    figures = DutyFigureSerializer(many=True)


class EvidenceSerializer(serializers.Serializer[report.Evidence]):
    """A row behind a figure: a problem solved (then with its number), a visit, a line of the log."""

    duty = serializers.CharField()
    on = serializers.DateField()
    company = serializers.CharField(source="uscc")
    company_name = serializers.CharField()
    words = serializers.CharField()
    ticket = serializers.CharField(allow_blank=True)
    is_none = serializers.BooleanField()


class LedgerDetailSerializer(LedgerRowSerializer):
    """An official's figures with the rows that they count."""

    evidence = EvidenceSerializer(many=True)


class CounterSerializer(serializers.Serializer[Any]):
    """A figure of the programme over the ledger's days; money in yuan."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")
    value = serializers.DecimalField(max_digits=20, decimal_places=2)
    unit = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


class LedgerViewSet(viewsets.GenericViewSet[Official]):
    """规定动作台账: of a programme, in a batch where there is one, up to a day; as far as one may see."""

    serializer_class = LedgerRowSerializer
    filterset_class = LedgerFilter
    queryset = Official.objects.none()

    def _ledger(self, request: Request) -> report.Ledger:
        found = find_ledger(request.user, chosen(request, LedgerFilter))
        if found is None:
            raise NotFound("没有这个方案或批次。")
        if found.ledger is None:
            raise NotFound("还没有开始实施的方案。")
        return found.ledger

    def _people(self, ledger: report.Ledger) -> QuerySet[Official]:
        return self.filter_queryset(report.people_of(ledger))

    @extend_schema(responses=LedgerRowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Each official's figures, duty by duty."""
        ledger = self._ledger(request)
        page: Any = self.paginate_queryset(self._people(ledger))
        _with_figures(ledger, page)
        return self.get_paginated_response(LedgerRowSerializer(page, many=True).data)

    @extend_schema(responses=LedgerDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One official's figures, and the rows behind each."""
        ledger = self._ledger(request)
        person: Any = get_object_or_404(self._people(ledger), pk=row_key(pk))
        _with_figures(ledger, [person])
        rows = report.evidence_of(ledger, [person.pk])
        person.evidence = [
            {
                "duty": column.key,
                "on": row.on,
                "uscc": row.uscc,
                "company_name": row.company,
                "words": row.words,
                "ticket": row.ticket,
                "is_none": row.is_none,
            }
            for column in ledger.columns
            for row in rows[person.pk, column.key]
        ]
        return Response(LedgerDetailSerializer(person).data)

    @extend_schema(responses=CounterSerializer(many=True))
    @action(detail=False, pagination_class=None)
    def counters(self, request: Request) -> Response:
        """Problems found, done and open, policies, money and suggestions; each fact counted once."""
        counters = report.counters_of(self._ledger(request))
        return Response(CounterSerializer(counters, many=True).data)


def _with_figures(ledger: report.Ledger, people: Any) -> None:
    figures = report.figures_of(ledger, [person.pk for person in people])
    for person in people:
        person.figures = [
            {
                "duty": column.key,
                "name": column.duty.name,
                "done": figures[person.pk][column.key].done,
                "target": column.duty.target,
                "unit": column.duty.unit,
                "is_none": figures[person.pk][column.key].is_none,
                "words": figures[person.pk][column.key].word,
                "since": column.since,
                "until": column.until,
            }
            for column in ledger.columns
        ]
