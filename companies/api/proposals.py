"""试排: read drafts with their reasons, and adopt one, by the same service and refusals as the page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from companies import services
from companies.choices import TargetKind
from companies.forms.proposals import GapFilter, PairFilter
from companies.models import Proposal, ProposalFloor, ProposalGap, ProposalPair
from companies.reports.shortage import quotas_of
from liaison.api import Refused


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """A draft: what was asked for, where it stands, and the most that any plan could cover."""

    programme = serializers.CharField(source="role.version.programme.code", read_only=True)
    role = serializers.CharField(source="role.code", read_only=True)
    region = serializers.CharField(source="region.code", read_only=True)
    kind = serializers.CharField(read_only=True, help_text="company、project；空为企业和项目")
    made_by = serializers.CharField(source="made_by.name", read_only=True)

    class Meta:
        model = Proposal
        fields = (
            "id", "programme", "role", "region", "note", "kind", "industry", "scale", "only_uncovered",
            "across", "starts_on", "state", "failure", "made_at", "made_by", "solved_at", "adopted_at",
            "taken_back_at", "seats", "bound", "keepable", "people", "seconds", "solver_seconds",
        )  # fmt: skip
        read_only_fields = fields


class _PlaceSerializer(serializers.ModelSerializer[Any]):
    company = serializers.CharField(source="enrolment.company.uscc", read_only=True)
    company_name = serializers.CharField(source="enrolment.company.name", read_only=True)
    project = serializers.CharField(source="enrolment.project.code", default=None, read_only=True)
    region = serializers.CharField(source="enrolment.company.region.code", read_only=True)


class ProposalPairSerializer(_PlaceSerializer):
    """One official for one company, and what speaks for it."""

    official_name = serializers.CharField(source="official.name", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)

    class Meta:
        model = ProposalPair
        fields = (
            "id", "company", "company_name", "project", "region", "official", "official_name", "department",
            "nearness", "trade", "is_kept", "is_fixed", "origin", "load", "limit", "is_over",
        )  # fmt: skip
        read_only_fields = fields


class ProposalGapSerializer(_PlaceSerializer):
    """A company that stays without, and why."""

    reason_words = serializers.CharField(source="get_reason_display", read_only=True)

    class Meta:
        model = ProposalGap
        fields = (
            "id", "company", "company_name", "project", "region", "seats", "reason", "reason_words",
            "eligible", "barred",
        )  # fmt: skip
        read_only_fields = fields


class QuotaRankSerializer(serializers.Serializer[Any]):
    """The quotas of one rank in a county; no `limit`: the seat has no quota."""

    rank = serializers.CharField(read_only=True)
    rank_words = serializers.CharField(source="label", read_only=True)
    people = serializers.IntegerField(read_only=True)
    limit = serializers.IntegerField(read_only=True, allow_null=True)
    used = serializers.IntegerField(read_only=True)
    spare = serializers.IntegerField(read_only=True)


class QuotaSerializer(serializers.Serializer[Any]):
    """A county's seats: filled, empty, and who would close the gap, by rank."""

    kind = serializers.CharField(read_only=True)
    region = serializers.CharField(source="row.region.code", read_only=True)
    region_name = serializers.CharField(source="row.region.name", read_only=True)
    covered = serializers.IntegerField(source="row.covered", read_only=True)
    short = serializers.IntegerField(source="row.short", read_only=True)
    needed = serializers.CharField(source="row.needed_words", read_only=True)
    ranks = QuotaRankSerializer(source="row.ranks", many=True, read_only=True)


class FloorSerializer(serializers.ModelSerializer[ProposalFloor]):
    """An official who stays below the floor of their quota, and why."""

    official_name = serializers.CharField(source="official.name", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)
    given = serializers.IntegerField(read_only=True)
    reason_words = serializers.CharField(source="get_reason_display", read_only=True)

    class Meta:
        model = ProposalFloor
        fields = (
            "official", "official_name", "department", "floor", "held", "given", "reason", "reason_words",
        )  # fmt: skip
        read_only_fields = fields


class AdoptionSerializer(serializers.Serializer[services.Adoption]):
    """What adopting a draft did: seats given, kept as they were, ended."""

    given = serializers.IntegerField(read_only=True)
    kept = serializers.IntegerField(read_only=True)
    ended = serializers.IntegerField(read_only=True)


class ProposalViewSet(viewsets.ReadOnlyModelViewSet[Proposal]):
    """试排草案."""

    serializer_class = ProposalSerializer
    queryset = Proposal.objects.none()

    def get_queryset(self) -> QuerySet[Proposal]:
        return (
            Proposal.objects.visible_to(self.request.user)
            .select_related("role__version__programme", "region", "made_by")
            .order_by("-pk")
        )

    @extend_schema(responses=ProposalPairSerializer(many=True))
    @action(detail=True, filter_backends=[])  # the row's own filters, not the draft's
    def pairs(self, request: Request, pk: str) -> Response:
        """Who is to look after whom, company by company; filters as on the page."""
        rows = PairFilter(request.query_params, self.get_object().pairs.all(), request=request).qs
        firm = ("enrolment__company__region", "enrolment__project")
        return self._page(rows.select_related(*firm, "official", "department"), ProposalPairSerializer)

    @extend_schema(responses=ProposalGapSerializer(many=True))
    @action(detail=True, filter_backends=[])  # the row's own filters, not the draft's
    def gaps(self, request: Request, pk: str) -> Response:
        """Companies that stay without, each with the reason."""
        rows = GapFilter(request.query_params, self.get_object().gaps.all(), request=request).qs
        return self._page(
            rows.select_related("enrolment__company__region", "enrolment__project"), ProposalGapSerializer
        )

    @extend_schema(responses=QuotaSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None)
    def quotas(self, request: Request, pk: str) -> Response:
        """The shortage per county, and the quotas of each rank there; companies and projects apart."""
        found = self.get_object()
        rows = [
            {"kind": kind.value, "row": row}
            for kind in TargetKind
            for row in quotas_of(request.user, found, kind)
        ]
        return Response(QuotaSerializer(rows, many=True).data)

    @extend_schema(responses=FloorSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def floors(self, request: Request, pk: str) -> Response:
        """Officials who stay below the floor of their quota, each with the reason."""
        rows = self.get_object().floors.all().below().select_related("official", "department")
        return self._page(rows, FloorSerializer)

    @extend_schema(request=None, responses=AdoptionSerializer)
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: str) -> Response:
        """Write the whole draft, or nothing; 409 says what stands against it."""
        found = self.get_object()
        try:
            done = services.adopt_proposal(proposal=found, by=request.user, at=timezone.now())
        except services.WorldMoved as refusal:
            first = "；".join(f"{c.enrolment}（{c.official}）：{c.words}" for c in refusal.conflicts[:20])
            raise Refused(f"{refusal}{first}") from refusal
        return Response(AdoptionSerializer(done).data)

    def _page(self, rows: QuerySet[Any], serializer: type[serializers.ModelSerializer[Any]]) -> Response:
        page = self.paginate_queryset(rows.order_by("pk"))
        return self.get_paginated_response(serializer(page, many=True).data)
