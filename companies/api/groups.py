"""Groups and who is in them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers, viewsets

from companies import reports
from companies.forms.groups import GroupFilter
from liaison.models import Group, GroupMember


class GroupMemberSerializer(serializers.ModelSerializer[GroupMember]):
    """An official in a group, with the unit of that time."""

    official_name = serializers.CharField(source="official.name", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)

    class Meta:
        model = GroupMember
        fields = ("official", "official_name", "department", "duty", "starts_on", "ends_on")
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
