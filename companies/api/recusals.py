"""回避 by /api/v1/: one's own and, for the office, those of its region."""

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

from companies import perms
from companies.choices import RecusalReason
from companies.forms.recusals import RecusalFilter, RecusalForm
from companies.models import Recusal
from companies.services import recusals as services


class RecusalSerializer(serializers.ModelSerializer[Recusal]):
    """Who stays away from which company over which days."""

    company = serializers.CharField(source="company.uscc", read_only=True)
    company_name = serializers.CharField(source="company.name", read_only=True)
    official_name = serializers.CharField(source="official.name", read_only=True)

    class Meta:
        model = Recusal
        fields = (
            "id", "official", "official_name", "company", "company_name", "reason", "note", "starts_on",
            "ends_on", "declared_at",
        )  # fmt: skip
        read_only_fields = fields


class DeclareRecusalSerializer(serializers.Serializer[Any]):
    """A recusal to write down; `official` (name or phone) is for the office, else it is one's own."""

    official = serializers.CharField(required=False, max_length=40)
    company = serializers.CharField(max_length=120)
    reason = serializers.ChoiceField(choices=RecusalReason.choices)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)


class RecusalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Recusal]):
    """回避."""

    serializer_class = RecusalSerializer
    filterset_class = RecusalFilter
    queryset = Recusal.objects.none()

    def get_queryset(self) -> QuerySet[Recusal]:
        rows = Recusal.objects.visible_to(self.request.user).select_related("company__region", "official")
        return rows.order_by("-pk")

    @extend_schema(request=DeclareRecusalSerializer, responses={201: RecusalSerializer})
    def create(self, request: Request) -> Response:
        """Declare a recusal; 409 says why it cannot be, seats held are left as they are."""
        entered = DeclareRecusalSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        given = {name: value for name, value in entered.validated_data.items() if value is not None}
        if "official" in given and not perms.may_enrol(request.user):
            raise PermissionDenied
        form = RecusalForm(given, by=request.user, for_others=perms.may_enrol(request.user))
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(word) for word in words] for name, words in form.errors.items()}
            )
        values = form.values()
        if not perms.may_declare_recusal(request.user, values["official"], values["company"]):
            raise PermissionDenied
        done = services.declare_recusal(**values, by=request.user, at=timezone.now())
        return Response(RecusalSerializer(done.recusal).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Put it to an end from today on."""
        found = self.get_object()
        if not perms.may_end_recusal(request.user, found):
            raise PermissionDenied
        services.withdraw_recusal(
            recusal=found, on=request.user.access.on, by=request.user, at=timezone.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
