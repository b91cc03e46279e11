"""Companies and projects."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies import perms, services
from companies.forms.companies import CompanyFilter, ProjectFilter
from companies.models import Company, Contact, Enrolment, Project
from liaison.models import Programme


class ContactSerializer(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = ("name", "title", "phone", "is_primary")


class PlaceSerializer(serializers.ModelSerializer[Enrolment]):
    """A company's place in a programme."""

    programme = serializers.CharField(source="programme.code", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    project = serializers.CharField(source="project.code", default=None, read_only=True)

    class Meta:
        model = Enrolment
        fields = ("programme", "version", "project", "starts_on", "ends_on")


class CompanySerializer(serializers.ModelSerializer[Company]):
    """A row of the register."""

    region = serializers.CharField(source="region.code", read_only=True)
    region_name = serializers.CharField(source="region.name", read_only=True)
    last_contact_on = serializers.DateField(source="last_on", read_only=True)

    class Meta:
        model = Company
        fields: tuple[str, ...] = (
            "uscc", "name", "region", "region_name", "kind", "is_sole_trader", "industry", "scale",
            "established_on", "capital_wan", "capital_currency", "address", "staff_count", "is_active",
            "last_contact_on",
        )  # fmt: skip


class CompanyDetailSerializer(CompanySerializer):
    """A company with the people to call and its places in programmes."""

    contacts = ContactSerializer(many=True, read_only=True)
    enrolments = PlaceSerializer(many=True, read_only=True)

    class Meta(CompanySerializer.Meta):
        fields = (*CompanySerializer.Meta.fields, "business_scope", "contacts", "enrolments")


class EnrolSerializer(serializers.Serializer[Enrolment]):
    """Into which programme, from which day."""

    programme = serializers.SlugField()
    starts_on = serializers.DateField()
    exception = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="",
        help_text="行业还没有开放而确需提前纳入时的例外理由",
    )  # fmt: skip


class CompanyViewSet(viewsets.ReadOnlyModelViewSet[Company]):
    """企业."""

    lookup_field = "uscc"
    filterset_class = CompanyFilter
    queryset = Company.objects.none()

    def get_queryset(self) -> QuerySet[Company]:
        rows = Company.objects.visible_to(self.request.user).select_related("region")
        if self.action in ("retrieve", "enrol"):
            places = Enrolment.objects.visible_to(self.request.user).select_related(
                "programme", "version", "project"
            )
            rows = rows.prefetch_related(
                Prefetch("contacts", Contact.objects.order_by("-is_primary", "pk")),
                Prefetch("enrolments", places.order_by("starts_on", "pk")),
            )
        return rows

    def get_serializer_class(self) -> Any:
        return CompanyDetailSerializer if self.action in ("retrieve", "enrol") else CompanySerializer

    @extend_schema(request=EnrolSerializer, responses={200: CompanyDetailSerializer})
    @action(detail=True, methods=["post"])
    def enrol(self, request: Request, uscc: str) -> Response:
        """纳入包联: give the company its place in a programme; 409 says why it cannot be given."""
        company = self.get_object()
        if not perms.may_manage(request.user, company):
            raise PermissionDenied
        entered = EnrolSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        code = entered.validated_data["programme"]
        programme = Programme.objects.visible_to(request.user).filter(code=code).first()
        if programme is None:
            raise serializers.ValidationError({"programme": ["没有这个方案。"]})
        services.enrol_companies(
            programme=programme,
            companies=[company],
            starts_on=entered.validated_data["starts_on"],
            exception=entered.validated_data["exception"],
            by=request.user,
            at=timezone.now(),
        )
        return Response(CompanyDetailSerializer(self.get_queryset().get(pk=company.pk)).data)


class ProjectSerializer(serializers.ModelSerializer[Project]):
    company = serializers.CharField(source="company.uscc", read_only=True)
    company_name = serializers.CharField(source="company.name", read_only=True)

    class Meta:
        model = Project
        fields = ("code", "name", "company", "company_name", "stage", "investment_wan")


class ProjectViewSet(viewsets.ReadOnlyModelViewSet[Project]):
    """重点项目."""

    serializer_class = ProjectSerializer
    lookup_field = "code"
    filterset_class = ProjectFilter
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.visible_to(self.request.user).select_related("company").order_by("code")
