"""`/api/v1/programmes/`: programmes, and the rules of their published versions in words and as data."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liaison.choices import VersionStatus
from liaison.models import Eligibility, Programme, ProgrammeVersion, Rule, TeamRole
from liaison.normalise import row_key
from liaison.reports import chapters_read, in_words, ruleset_of
from liaison.reports.rulesets import address, facts


class ProgrammeSerializer(serializers.ModelSerializer[Programme]):
    region = serializers.CharField(source="region.code", read_only=True)

    class Meta:
        model = Programme
        fields = ("code", "name", "region", "starts_on", "ends_on")


class VersionSerializer(serializers.ModelSerializer[ProgrammeVersion]):
    """A published version of a programme's rules."""

    published_at: Any = serializers.DateTimeField(read_only=True)

    class Meta:
        model = ProgrammeVersion
        fields = ("number", "effective_from", "document", "preset", "published_at")


class RuleSerializer(serializers.Serializer[Any]):
    """One rule: how comparisons name it, its sentence, its values."""

    name = serializers.CharField()
    words = serializers.CharField()
    values: Any = serializers.DictField(child=serializers.JSONField())


class ChapterSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField()
    rules = RuleSerializer(many=True)


class VersionRulesSerializer(VersionSerializer):
    """A published version with its rules, chapter by chapter."""

    chapters: Any = serializers.SerializerMethodField()

    class Meta(VersionSerializer.Meta):
        fields = (*VersionSerializer.Meta.fields, "chapters")  # type: ignore[assignment]

    @extend_schema_field(ChapterSerializer(many=True))
    def get_chapters(self, version: ProgrammeVersion) -> list[dict[str, Any]]:
        return [
            {
                "code": chapter.code,
                "title": chapter.title,
                "rules": [_rule(line.rule) for kind in chapter.kinds for line in kind.lines],
            }
            for chapter in chapters_read(ruleset_of(version))
            if chapter.count
        ]


class EligibilitySerializer(serializers.ModelSerializer[Eligibility]):
    """A class of officials who may take the seat; a seat without any is open to all."""

    class Meta:
        model = Eligibility
        fields = ("rank", "chiefs_only", "department_kind", "max_age")


class TeamRoleSerializer(serializers.ModelSerializer[TeamRole]):
    """A seat of the team that each company of the programme gets."""

    words = serializers.SerializerMethodField()
    eligibilities = EligibilitySerializer(many=True, read_only=True)

    class Meta:
        model = TeamRole
        fields = (
            "code", "name", "holder", "min_count", "max_count", "counts_to_quota", "keeps_contact",
            "answers_company", "full_time", "needs_training", "place", "contact_months", "words",
            "eligibilities",
        )  # fmt: skip

    def get_words(self, role: TeamRole) -> str:
        return in_words(role)


def _rule(rule: Rule) -> dict[str, Any]:
    return {"name": address(rule), "words": in_words(rule), "values": facts(rule)}


class ProgrammeViewSet(viewsets.ReadOnlyModelViewSet[Programme]):
    """包联方案."""

    serializer_class = ProgrammeSerializer
    lookup_field = "code"
    queryset = Programme.objects.none()

    def get_queryset(self) -> QuerySet[Programme]:
        return Programme.objects.visible_to(self.request.user).select_related("region").order_by("code")

    @extend_schema(responses=VersionSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def versions(self, request: Request, code: str) -> Response:
        """方案版本: the published versions, the newest first."""
        rows = self._published().order_by("-number")
        return Response(VersionSerializer(rows, many=True).data)

    @extend_schema(
        responses=VersionRulesSerializer,
        parameters=[OpenApiParameter("number", int, OpenApiParameter.PATH, description="版本号")],
    )
    @action(detail=True, url_path=r"versions/(?P<number>[0-9]+)", url_name="version")
    def version(self, request: Request, code: str, number: str) -> Response:
        """One version's rules, chapter by chapter, in words and as data."""
        version = get_object_or_404(self._published(), number=row_key(number))
        return Response(VersionRulesSerializer(version).data)

    @extend_schema(responses=TeamRoleSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def roles(self, request: Request, code: str) -> Response:
        """专班席位: the seats of the version in force today, or of the first one where none is yet."""
        versions = self._published()
        version = (
            versions.filter(effective_from__lte=request.user.access.on)
            .order_by("-effective_from", "-number")
            .first()
            or versions.order_by("effective_from", "number").first()
        )
        if version is None:
            return Response([])
        rows = version.team_roles.prefetch_related(
            Prefetch("eligibilities", Eligibility.objects.order_by("pk"))
        )
        return Response(TeamRoleSerializer(rows.order_by("position", "pk"), many=True).data)

    def _published(self) -> QuerySet[ProgrammeVersion]:
        programme: Programme = self.get_object()
        return programme.versions.filter(status=VersionStatus.PUBLISHED)


ROUTES = [("programmes", ProgrammeViewSet, "programme")]
