"""`/api/v1/inbox/`: one's own messages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liaison import services
from liaison.choices import InboxKind
from liaison.forms.inbox import InboxFilter
from liaison.models import InboxMessage


class InboxSerializer(serializers.ModelSerializer[InboxMessage]):
    """A message; settled: what it asks for was done by somebody, so it counts no more."""

    unread = serializers.BooleanField(source="is_unread", read_only=True)

    class Meta:
        model = InboxMessage
        fields = ("id", "kind", "title", "words", "url", "unread", "created_at", "read_at", "settled_at")


class ReadAllSerializer(serializers.Serializer[Any]):
    """Up to which message, and of which kind; without a kind, of all."""

    until = serializers.IntegerField(min_value=1, max_value=2**62)
    kind = serializers.ChoiceField(choices=InboxKind.choices, required=False, default="")


class ReadSerializer(serializers.Serializer[Any]):
    """How many were marked."""

    read = serializers.IntegerField()


class InboxViewSet(viewsets.ReadOnlyModelViewSet[InboxMessage]):
    """消息."""

    serializer_class = InboxSerializer
    filterset_class = InboxFilter
    queryset = InboxMessage.objects.none()

    def get_queryset(self) -> QuerySet[InboxMessage]:
        return InboxMessage.objects.visible_to(self.request.user).order_by("-created_at", "-pk")

    @extend_schema(request=None, responses=InboxSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """标为已读: again it changes nothing."""
        message: InboxMessage = self.get_object()
        services.read_message(message=message, at=timezone.now())
        message.refresh_from_db()
        return Response(InboxSerializer(message).data)

    @extend_schema(request=ReadAllSerializer, responses=ReadSerializer)
    @action(detail=False, methods=["post"], url_path="read-all", url_name="read-all", filter_backends=[])
    def read_all(self, request: Request) -> Response:
        """全部标为已读: no newer than the message named."""
        entered = ReadAllSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        read = services.read_messages(reader=request.user, at=timezone.now(), **entered.validated_data)
        return Response({"read": read})


ROUTES = [("inbox", InboxViewSet, "inbox")]
