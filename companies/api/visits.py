"""Visits, without the problems that came up: the problems' room adds those and mounts the address."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from companies.choices import VisitMode
from companies.forms.visits import VisitFilter
from companies.models import Visit


class VisitSerializer(serializers.ModelSerializer[Visit]):
    """Who was in contact with which company, when and how."""

    company = serializers.CharField(source="company.uscc", read_only=True)
    company_name = serializers.CharField(source="company.name", read_only=True)
    programme = serializers.CharField(source="enrolment.programme.code", read_only=True)
    project = serializers.CharField(source="enrolment.project.code", default=None, read_only=True)
    official_name = serializers.CharField(source="official.name", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)

    class Meta:
        model = Visit
        fields: tuple[str, ...] = (
            "id", "client_id", "company", "company_name", "programme", "project", "official", "official_name",
            "department", "on", "mode", "summary", "has_problem", "logged_at",
        )  # fmt: skip
        read_only_fields = fields


class LogVisitSerializer(serializers.Serializer[Any]):
    """A visit as the official sends it; the sender makes `client_id`, so that a repeat is no second visit."""

    client_id = serializers.UUIDField()
    company = serializers.CharField(max_length=18)
    programme = serializers.SlugField()
    project = serializers.CharField(required=False, max_length=40)
    on = serializers.DateField()
    mode = serializers.ChoiceField(choices=VisitMode.choices)
    summary = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class VisitViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Visit]):
    """走访联系: list and detail."""

    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    queryset = Visit.objects.none()

    def get_queryset(self) -> QuerySet[Visit]:
        return Visit.objects.visible_to(self.request.user).select_related(
            "company", "enrolment__programme", "enrolment__project", "official", "department"
        )
