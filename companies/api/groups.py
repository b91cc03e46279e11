"""Groups and who is in them: read; set up, staffed and dissolved as the pages do."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies import perms, reports, services
from companies.api.batches import LastDaySerializer
from companies.forms.groups import GroupFilter
from liaison.choices import GroupDuty, RegionLevel
from liaison.models import Department, Group, GroupMember, Official, Programme, Region
from liaison.normalise import row_key


class GroupMemberSerializer(serializers.ModelSerializer[GroupMember]):
    """An official in a group, with the unit of that time."""

    official_name = serializers.CharField(source="official.name", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)

    class Meta:
        model = GroupMember
        fields = ("id", "official", "official_name", "department", "duty", "starts_on", "ends_on")
        read_only_fields = fields


class GroupSerializer(serializers.ModelSerializer[Group]):
    """A group with its members of today; `served` counts the companies that the asker may see."""

    programme = serializers.CharField(source="programme.code", read_only=True)
    region = serializers.CharField(source="region.code", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)
    served = serializers.IntegerField(read_only=True)
    members = GroupMemberSerializer(source="current", many=True, read_only=True)

    class Meta:
        model = Group
        fields = (
            "id", "programme", "kind", "sort", "name", "region", "department", "task", "starts_on", "ends_on",
            "served", "members",
        )  # fmt: skip
        read_only_fields = fields


class FormGroupSerializer(serializers.Serializer[Group]):
    """A group of a sort that the programme's rules ask for; its task is the rule's unless one is given."""

    programme = serializers.SlugField()
    sort = serializers.CharField(max_length=40, help_text="方案规则里的组别，如“金融专家组”")
    name = serializers.CharField(max_length=60)
    region = serializers.CharField(max_length=12)
    department = serializers.CharField(max_length=80)
    task = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    starts_on = serializers.DateField()


class JoinGroupSerializer(serializers.Serializer[GroupMember]):
    """Who joins, as what, from which day."""

    official = serializers.IntegerField()
    duty = serializers.ChoiceField(choices=GroupDuty.choices, default=GroupDuty.MEMBER)
    starts_on = serializers.DateField()


class GroupViewSet(viewsets.ReadOnlyModelViewSet[Group]):
    """工作组."""

    serializer_class = GroupSerializer
    filterset_class = GroupFilter
    queryset = Group.objects.none()

    def get_queryset(self) -> QuerySet[Group]:
        on = self.request.user.access.on
        members = GroupMember.objects.in_force(on).select_related("official", "department").order_by("pk")
        rows = reports.with_figures(Group.objects.visible_to(self.request.user), self.request.user, on)
        return rows.prefetch_related(Prefetch("members", members, to_attr="current")).order_by("name", "pk")

    @extend_schema(request=FormGroupSerializer, responses={201: GroupSerializer})
    def create(self, request: Request) -> Response:
        """设立工作组; 409 says why it cannot be: a name that is taken, days outside the programme."""
        if not perms.may_enrol(request.user):
            raise PermissionDenied("工作组由协调办公室设立。")
        entered = FormGroupSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(entered.validated_data)
        wrong: dict[str, list[str]] = {}
        code, sort = values.pop("programme"), values.pop("sort")
        programmes = Programme.objects.visible_to(request.user)
        programme = programmes.filter(code=code).first()
        if programme is None:
            raise serializers.ValidationError({"programme": ["没有这个方案。"]})
        needs = reports.group_needs(programmes.filter(pk=programme.pk), request.user.access.on)
        rule = next((need.rule for need in needs if need.rule.name == sort), None)
        if rule is None:
            wrong["sort"] = ["该方案的规则里没有这个组别。"]
        mine = Region.objects.visible_to(request.user).filter(perms.managed_regions(request.user))
        region = mine.exclude(level=RegionLevel.TOWN).filter(code=values.pop("region")).first()
        if region is None:
            wrong["region"] = ["没有这个区划，或不归您管理。"]
        units = Department.objects.visible_to(request.user).active()
        department = units.filter(name=values.pop("department")).first()
        if department is None:
            wrong["department"] = ["没有这个单位，或已停用。"]
        if rule is None or region is None or department is None:
            raise serializers.ValidationError(wrong)
        group = services.form_group(
            programme=programme,
            rule=rule,
            region=region,
            department=department,
            **values,
            by=request.user,
            at=timezone.now(),
        )
        return self._detail(group, status.HTTP_201_CREATED)

    @extend_schema(request=JoinGroupSerializer, responses={201: GroupMemberSerializer})
    @extend_schema(methods=["GET"], request=None, responses=GroupMemberSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filter_backends=[])
    def members(self, request: Request, pk: str) -> Response:
        """Everybody who is, was or will be in the group, the latest first; POST takes an official in."""
        group = self.get_object()
        if request.method == "POST":
            return self._join(request, group)
        rows = GroupMember.objects.visible_to(request.user).filter(group=group)
        everyone: Any = rows.select_related("official", "department").order_by("-starts_on", "-pk")
        page: Any = self.paginate_queryset(everyone)
        return self.get_paginated_response(GroupMemberSerializer(page, many=True).data)

    def _join(self, request: Request, group: Group) -> Response:
        self._check_manages(request, group)
        entered = JoinGroupSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(entered.validated_data)
        official = Official.objects.visible_to(request.user).filter(pk=values["official"]).first()
        if official is None:
            raise serializers.ValidationError({"official": ["没有这名干部。"]})
        values |= {"official": official, "duty": GroupDuty(values["duty"])}
        member = services.add_member(group=group, **values, by=request.user, at=timezone.now())
        return Response(GroupMemberSerializer(member).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=LastDaySerializer,
        responses={204: None},
        parameters=[OpenApiParameter("member", int, OpenApiParameter.PATH, description="成员编号")],
    )
    @action(detail=True, methods=["post"], url_path=r"members/(?P<member>[0-9]+)/end", url_name="member-end")
    def end_member(self, request: Request, pk: str, member: str) -> Response:
        """离组: the last day of a member in the group."""
        group = self.get_object()
        self._check_manages(request, group)
        rows = GroupMember.objects.visible_to(request.user).filter(group=group)
        row = get_object_or_404(rows, pk=row_key(member))
        entered = LastDaySerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        services.end_member(member=row, **entered.validated_data, by=request.user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=LastDaySerializer, responses=GroupSerializer)
    @action(detail=True, methods=["post"])
    def dissolve(self, request: Request, pk: str) -> Response:
        """撤销工作组; 409 while companies count on it beyond that day."""
        group = self.get_object()
        self._check_manages(request, group)
        entered = LastDaySerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        services.dissolve_group(group=group, **entered.validated_data, by=request.user, at=timezone.now())
        return self._detail(group)

    def _check_manages(self, request: Request, group: Group) -> None:
        if not perms.may_manage_group(request.user, group):
            raise PermissionDenied("工作组由其区划的协调办公室管理。")

    def _detail(self, group: Group, code: int = status.HTTP_200_OK) -> Response:
        return Response(GroupSerializer(self.get_queryset().get(pk=group.pk)).data, status=code)
