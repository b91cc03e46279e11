"""批次 and 阶段: read them; open a batch and close one before its time, as the page does."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies import perms, reports, services
from companies.forms.batches import BatchFilter, PhaseFilter
from companies.formula.phases import Stretch
from liaison.models import Batch, Programme


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch of a programme."""

    programme = serializers.CharField(source="programme.code", read_only=True)

    class Meta:
        model = Batch
        fields: tuple[str, ...] = ("id", "programme", "number", "name", "starts_on", "ends_on")
        read_only_fields = fields


class BatchDetailSerializer(BatchSerializer):
    """A batch with its figures, of the companies that the asker may see."""

    companies = serializers.IntegerField(source="figures.companies", read_only=True)
    officials = serializers.IntegerField(source="figures.officials", read_only=True)
    visits = serializers.IntegerField(source="figures.visits", read_only=True)
    words = serializers.CharField(source="figures.words", read_only=True)

    class Meta(BatchSerializer.Meta):
        fields = (*BatchSerializer.Meta.fields, "companies", "officials", "visits", "words")
        read_only_fields = fields


class TurnSerializer(serializers.Serializer[Any]):
    """轮换: a seat of the batch, its holder, and who holds it in the next one."""

    company = serializers.CharField(source="enrolment.company.uscc")
    company_name = serializers.CharField(source="enrolment.company.name")
    project = serializers.CharField(source="enrolment.project.code", default=None, allow_null=True)
    role = serializers.CharField(source="seat.role.code")
    role_name = serializers.CharField(source="seat.role.name")
    holder = serializers.CharField(source="seat.holder")
    department = serializers.CharField(source="seat.department.name")
    starts_on = serializers.DateField(source="seat.starts_on")
    ends_on = serializers.DateField(source="seat.ends_on", allow_null=True)
    visits = serializers.IntegerField()
    successors: Any = serializers.SerializerMethodField()

    def get_successors(self, turn: reports.Turn) -> list[str]:
        return [str(seat.holder) for seat in turn.successors]


class OpenBatchSerializer(serializers.Serializer[Batch]):
    """The next batch; without a last day it is as long as the rules say."""

    programme = serializers.SlugField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)


class LastDaySerializer(serializers.Serializer[Any]):
    """The last day of something that ends."""

    ends_on = serializers.DateField()


class BatchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """批次."""

    serializer_class = BatchSerializer
    filterset_class = BatchFilter
    queryset = Batch.objects.none()

    def get_queryset(self) -> QuerySet[Batch]:
        programmes = Programme.objects.visible_to(self.request.user)
        rows = Batch.objects.filter(programme__in=programmes).select_related("programme__region")
        return rows.order_by("programme__code", "-number")

    @extend_schema(responses=BatchDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One batch, and how many companies, officials and visits it has."""
        return self._detail(self.get_object())

    @extend_schema(responses=TurnSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def rotation(self, request: Request, pk: str) -> Response:
        """轮换表: the seats of the batch in companies one may see, each with who takes over."""
        found = self.get_object()
        seats = reports.seats_of_batch(found, request.user).select_related(
            "enrolment__company", "enrolment__project", "role", "official", "department", "group"
        )
        page: Any = self.paginate_queryset(seats.order_by("enrolment__company__pinyin", "pk"))
        return self.get_paginated_response(TurnSerializer(reports.rotation(found, page), many=True).data)

    @extend_schema(request=OpenBatchSerializer, responses={201: BatchDetailSerializer})
    def create(self, request: Request) -> Response:
        """开设批次; 409 says why it cannot be: no batches in this programme, days that overlap."""
        entered = OpenBatchSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values = dict(entered.validated_data)
        rows = Programme.objects.visible_to(request.user).select_related("region")
        programme = rows.filter(code=values.pop("programme")).first()
        if programme is None:
            raise serializers.ValidationError({"programme": ["没有这个方案。"]})
        if not perms.may_run(request.user, programme):
            raise PermissionDenied("批次由方案所在区划的协调办公室开设。")
        batch = services.open_batch(programme=programme, **values, by=request.user, at=timezone.now())
        return self._detail(batch, status.HTTP_201_CREATED)

    @extend_schema(request=LastDaySerializer, responses=BatchDetailSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """提前结束: the batch and every seat that began with it end on the day."""
        found: Batch = self.get_object()
        if not perms.may_run(request.user, found.programme):
            raise PermissionDenied("批次由方案所在区划的协调办公室结束。")
        entered = LastDaySerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        found = services.close_batch(
            batch=found, **entered.validated_data, by=request.user, at=timezone.now()
        )
        return self._detail(found)

    def _detail(self, batch: Batch, code: int = status.HTTP_200_OK) -> Response:
        user = self.request.user
        (figures,) = reports.batch_figures([batch], user, user.access.on)
        batch.figures = figures  # type: ignore[attr-defined]
        return Response(BatchDetailSerializer(batch).data, status=code)


class PhaseSerializer(serializers.Serializer[Stretch]):
    """A phase on the calendar; no `sections` means every industry."""

    name = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    sections = serializers.CharField(help_text="国民经济行业分类的门类字母，如 DFG；空为全部行业")
    words = serializers.SerializerMethodField()

    def get_words(self, phase: Stretch) -> str:
        return reports.words_of_sections(phase.sections)


class ProgrammePhasesSerializer(serializers.Serializer[Any]):
    """A programme with the phases of its rules in force."""

    programme = serializers.CharField(source="code")
    phases = PhaseSerializer(many=True)


class PhaseViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Programme]):
    """阶段: per programme, which industries come in from which day on."""

    serializer_class = ProgrammePhasesSerializer
    filterset_class = PhaseFilter
    queryset = Programme.objects.none()

    def get_queryset(self) -> QuerySet[Programme]:
        return Programme.objects.visible_to(self.request.user).order_by("code")

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page's programmes, each with its phases."""
        page: Any = super().paginate_queryset(queryset)
        phases = reports.phases_on(page, self.request.user.access.on)
        for programme in page:
            programme.phases = phases.get(programme.pk, [])
        return page
