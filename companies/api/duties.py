"""规定动作: the lines of the duty log; the ledger itself is in the problems' room, which counts it."""

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

from companies import services
from companies.api.assignments import find_enrolment
from companies.choices import DutyKind
from companies.forms.duties import DutyFilter, DutyForm
from companies.models import DutyEntry
from companies.perms import is_in_team
from liaison.models import DutyRule


class DutyEntrySerializer(serializers.ModelSerializer[DutyEntry]):
    """What an official did for a company, or 本期无; amounts in yuan. A withdrawn line counts no longer."""

    company = serializers.CharField(source="enrolment.company.uscc", read_only=True)
    company_name = serializers.CharField(source="enrolment.company.name", read_only=True)
    programme = serializers.CharField(source="enrolment.programme.code", read_only=True)
    project = serializers.CharField(source="enrolment.project.code", default=None, read_only=True)
    official_name = serializers.CharField(source="official.name", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)
    source_name = serializers.CharField(source="get_source_display", read_only=True)

    class Meta:
        model = DutyEntry
        fields = (
            "id", "client_id", "company", "company_name", "programme", "project", "official", "official_name",
            "department", "source", "source_name", "on", "is_none", "words", "finance_yuan", "credit_yuan",
            "logged_at", "withdrawn_at",
        )  # fmt: skip
        read_only_fields = fields


class LogDutySerializer(serializers.Serializer[Any]):
    """A line as the official sends it; the sender makes `client_id`, so that a repeat is no second line."""

    client_id = serializers.UUIDField()
    company = serializers.CharField(max_length=18)
    programme = serializers.SlugField()
    project = serializers.CharField(required=False, max_length=40)
    source: Any = serializers.ChoiceField(choices=DutyKind.choices)
    on = serializers.DateField()
    is_none = serializers.BooleanField(default=False, help_text="本期无")
    words = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    finance_wan = serializers.DecimalField(
        required=False, allow_null=True, max_digits=12, decimal_places=4, help_text="促成融资（万元）"
    )
    credit_wan = serializers.DecimalField(
        required=False, allow_null=True, max_digits=12, decimal_places=4, help_text="获得授信（万元）"
    )


class DutyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[DutyEntry]):
    """规定动作登记: one's own, those of one's unit, and of the companies of one's region."""

    serializer_class = DutyEntrySerializer
    filterset_class = DutyFilter
    queryset = DutyEntry.objects.none()

    def get_queryset(self) -> QuerySet[DutyEntry]:
        rows = DutyEntry.objects.visible_to(self.request.user).select_related(
            "enrolment__company", "enrolment__programme", "enrolment__project", "official", "department"
        )
        return rows.order_by("-on", "-pk")

    @extend_schema(request=LogDutySerializer, responses={201: DutyEntrySerializer})
    def create(self, request: Request) -> Response:
        """Keep the line once: the same `client_id` again answers 200 with the line as it was first sent."""
        entered = LogDutySerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(entered.validated_data)
        enrolment = find_enrolment(request.user, values)
        if not is_in_team(request.user, enrolment):
            raise PermissionDenied("您不在该企业的专班中，不能登记规定动作。")
        duties = DutyRule.objects.filter(version=enrolment.version_id).order_by("position", "pk")
        form = DutyForm(values | {"enrolment": enrolment.pk}, enrolments=[enrolment], duties=list(duties))
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(word) for word in words] for name, words in form.errors.items()}
            )
        known = DutyEntry.objects.visible_to(request.user).filter(client_id=values["client_id"]).exists()
        entry = services.log_duty(**form.line(), by=request.user, at=timezone.now())
        code = status.HTTP_200_OK if known else status.HTTP_201_CREATED
        return Response(DutyEntrySerializer(self.get_queryset().get(pk=entry.pk)).data, status=code)

    @extend_schema(request=None, responses=DutyEntrySerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """撤回: take back a line that one wrote oneself; it stays on record and counts no longer."""
        entry: DutyEntry = self.get_object()
        if entry.official_id != request.user.pk:
            raise PermissionDenied("只能撤回自己登记的。")
        services.withdraw_duty(entry=entry, by=request.user, at=timezone.now())
        return Response(DutyEntrySerializer(self.get_queryset().get(pk=entry.pk)).data)
