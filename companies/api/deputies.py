"""Who stands in for whom: read, set and ended as the pages do."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies import perms, services
from liaison.models import Deputy, Official


class DeputySerializer(serializers.ModelSerializer[Deputy]):
    """An absence and who stands in."""

    official_name = serializers.CharField(source="official.name", read_only=True)
    deputy_name = serializers.CharField(source="deputy.name", read_only=True)

    class Meta:
        model = Deputy
        fields = (
            "id",
            "official",
            "official_name",
            "deputy",
            "deputy_name",
            "starts_on",
            "ends_on",
            "reason",
        )
        read_only_fields = fields


class SetDeputySerializer(serializers.Serializer[Deputy]):
    """An absence; `official` is for the office, else it is one's own."""

    official = serializers.IntegerField(required=False)
    deputy = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    reason = serializers.CharField(max_length=80)


class DeputyViewSet(viewsets.ReadOnlyModelViewSet[Deputy]):
    """代理."""

    serializer_class = DeputySerializer
    queryset = Deputy.objects.none()

    def get_queryset(self) -> QuerySet[Deputy]:
        rows = Deputy.objects.visible_to(self.request.user)
        return rows.select_related("official", "deputy").order_by("-ends_on", "-pk")

    @extend_schema(request=SetDeputySerializer, responses={201: DeputySerializer})
    def create(self, request: Request) -> Response:
        """设置代理; 409 says why it cannot be: days that overlap, a circle, nobody in post."""
        entered = SetDeputySerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(entered.validated_data)
        people = Official.objects.visible_to(request.user)
        named = {"official": values.pop("official", request.user.pk), "deputy": values.pop("deputy")}
        found = {name: people.filter(pk=key).first() for name, key in named.items()}
        if wrong := {name: ["没有这名干部。"] for name, who in found.items() if who is None}:
            raise serializers.ValidationError(wrong)
        absent, deputy = found["official"], found["deputy"]
        if absent is None or deputy is None or not perms.may_set_deputy(request.user, absent):
            raise PermissionDenied("只能为本人设置代理；他人的由其单位所在区划的协调办公室设置。")
        row = services.set_deputy(
            official=absent, deputy=deputy, **values, by=request.user, at=timezone.now()
        )
        return Response(DeputySerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """提前结束: today the absent official is back."""
        row: Deputy = self.get_object()
        if not perms.may_set_deputy(request.user, row.official):
            raise PermissionDenied("代理由本人或协调办公室结束。")
        services.end_deputy(deputy=row, by=request.user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
