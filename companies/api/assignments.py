"""Seats of teams: list them, and give one through the same service as the page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies import perms, services
from companies.forms.assignments import AssignmentFilter
from companies.models import Assignment, Enrolment
from liaison.models import Department, Group, Official, TeamRole


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """Who holds which seat in whose team, from when to when."""

    company = serializers.CharField(source="enrolment.company.uscc", read_only=True)
    company_name = serializers.CharField(source="enrolment.company.name", read_only=True)
    programme = serializers.CharField(source="enrolment.programme.code", read_only=True)
    project = serializers.CharField(source="enrolment.project.code", default=None, read_only=True)
    role = serializers.CharField(source="role.code", read_only=True)
    role_name = serializers.CharField(source="role.name", read_only=True)
    official_name = serializers.CharField(source="official.name", default=None, read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)
    group_name = serializers.CharField(source="group.name", default=None, read_only=True)
    warning = serializers.CharField(read_only=True)

    class Meta:
        model = Assignment
        fields = (
            "id", "company", "company_name", "programme", "project", "role", "role_name", "official",
            "official_name", "department", "group", "group_name", "starts_on", "ends_on", "warning",
        )  # fmt: skip
        read_only_fields = fields


class GiveSeatSerializer(serializers.Serializer[Assignment]):
    """A seat to give: to an official or a group by id, or to a unit by name."""

    company = serializers.CharField(max_length=18)
    programme = serializers.SlugField()
    project = serializers.CharField(required=False, max_length=40)
    role = serializers.SlugField()
    official = serializers.IntegerField(required=False)
    department = serializers.CharField(required=False, max_length=80)
    group = serializers.IntegerField(required=False)
    starts_on = serializers.DateField()


class AssignmentViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Assignment]
):
    """包联关系."""

    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilter
    queryset = Assignment.objects.none()

    def get_queryset(self) -> QuerySet[Assignment]:
        return (
            Assignment.objects.visible_to(self.request.user)
            .select_related(
                "enrolment__company",
                "enrolment__programme",
                "enrolment__project",
                "role",
                "official",
                "department",
                "group",
            )
            .order_by("-pk")
        )

    @extend_schema(request=GiveSeatSerializer, responses={201: AssignmentSerializer})
    def create(self, request: Request) -> Response:
        """Give a seat; 409 says why it cannot be given: taken, quota reached, no post."""
        entered = GiveSeatSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(entered.validated_data)
        enrolment = find_enrolment(request.user, values)
        if not perms.may_manage(request.user, enrolment.company):
            raise PermissionDenied
        role = TeamRole.objects.filter(version=enrolment.version_id, code=values["role"]).first()
        if role is None:
            raise serializers.ValidationError({"role": ["该方案没有这个席位。"]})
        holders: dict[str, Any] = {}
        if "official" in values:
            holders["official"] = (
                Official.objects.visible_to(request.user).filter(pk=values["official"]).first()
            )
            if holders["official"] is None:
                raise serializers.ValidationError({"official": ["没有这名干部。"]})
        if "department" in values:
            units = Department.objects.visible_to(request.user).active()
            holders["department"] = units.filter(name=values["department"]).first()
            if holders["department"] is None:
                raise serializers.ValidationError({"department": ["没有这个单位，或已停用。"]})
        common: dict[str, Any] = {
            "enrolment": enrolment,
            "role": role,
            "starts_on": values["starts_on"],
            "by": request.user,
            "at": timezone.now(),
        }
        if "group" in values:
            group = Group.objects.visible_to(request.user).filter(pk=values["group"]).first()
            if group is None:
                raise serializers.ValidationError({"group": ["没有这个工作组。"]})
            if holders:
                raise serializers.ValidationError({"group": ["干部、单位、工作组只能写明一个。"]})
            seat = services.assign_group_seat(group=group, **common)
        else:
            seat = services.assign_seat(**holders, **common)
        return Response(AssignmentSerializer(seat).data, status=status.HTTP_201_CREATED)


def find_enrolment(official: Official, values: dict[str, Any]) -> Enrolment:
    """The company's (or project's) place in the programme today, if one may see it; else 400 in words."""
    rows = Enrolment.objects.visible_to(official).in_force(official.access.on)
    rows = rows.filter(company__uscc=values["company"].upper(), programme__code=values["programme"])
    rows = (
        rows.filter(project__code=values["project"]) if values.get("project") else rows.filter(project=None)
    )
    enrolment = rows.select_related("company__region", "programme", "project").order_by("-starts_on").first()
    if enrolment is None:
        raise serializers.ValidationError({"company": ["该企业没有纳入这个方案，或不在您的范围内。"]})
    return enrolment
