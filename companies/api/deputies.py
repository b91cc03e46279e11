"""Who stands in for whom."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from liaison.models import Deputy


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


class DeputyViewSet(viewsets.ReadOnlyModelViewSet[Deputy]):
    """代理."""

    serializer_class = DeputySerializer
    queryset = Deputy.objects.none()

    def get_queryset(self) -> QuerySet[Deputy]:
        rows = Deputy.objects.visible_to(self.request.user)
        return rows.select_related("official", "deputy").order_by("-ends_on", "-pk")
