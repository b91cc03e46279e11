"""`/api/v1/scores/`: units' months with their lines, read only."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers, viewsets

from assessment.models import Score, ScoreDeduction, ScoreLine
from liaison.choices import Board
from liaison.forms.filters import CodeFilter, FilterSet
from liaison.models import Department, Programme


class LineSerializer(serializers.ModelSerializer[ScoreLine]):
    measure_name = serializers.CharField(source="get_measure_display", read_only=True)

    class Meta:
        model = ScoreLine
        fields = ("measure", "measure_name", "weight", "target", "numerator", "denominator", "points")


class DeductionSerializer(serializers.ModelSerializer[ScoreDeduction]):
    slip_name = serializers.CharField(source="get_slip_display", read_only=True)

    class Meta:
        model = ScoreDeduction
        fields = ("slip", "slip_name", "count", "points")


class ScoreSerializer(serializers.ModelSerializer[Score]):
    """A unit's month on a board; `total` is null where too little was measurable."""

    programme = serializers.CharField(source="month_end.programme.code", read_only=True)
    month = serializers.DateField(source="month_end.month", format="%Y-%m", read_only=True)
    version = serializers.IntegerField(source="month_end.version.number", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)
    lines = LineSerializer(many=True, read_only=True)
    deductions = DeductionSerializer(many=True, read_only=True)

    class Meta:
        model = Score
        fields = (
            "id", "programme", "month", "version", "board", "department", "points", "deducted", "total",
            "lines", "deductions",
        )  # fmt: skip


class ScoreFilter(FilterSet):
    """Scores by programme, month (YYYY-MM), board and unit."""

    programme = CodeFilter(
        field_name="month_end__programme__code",
        among=lambda asked: Programme.objects.visible_to(asked.request.user),
        key="code",
        label="方案",
    )
    month = filters.DateFilter(
        field_name="month_end__month", input_formats=["%Y-%m"], label="月份（YYYY-MM）"
    )
    board = filters.ChoiceFilter(choices=Board, label="考核对象")
    department = CodeFilter(
        field_name="department__name",
        among=lambda asked: Department.objects.visible_to(asked.request.user),
        key="name",
        label="单位",
    )

    class Meta:
        model = Score
        fields = ("board",)


class ScoreViewSet(viewsets.ReadOnlyModelViewSet[Score]):
    """考核得分: the same scope as the pages."""

    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter
    queryset = Score.objects.none()

    def get_queryset(self) -> QuerySet[Score]:
        return (
            Score.objects.visible_to(self.request.user)
            .select_related("month_end__programme", "month_end__version", "department")
            .prefetch_related(
                Prefetch("lines", ScoreLine.objects.order_by("position")),
                Prefetch("deductions", ScoreDeduction.objects.order_by("pk")),
            )
            .order_by("-month_end__month", "board", "department__pinyin", "pk")
        )
