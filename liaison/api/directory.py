"""`/api/v1/` of the ground floor: regions, departments, officials."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from liaison.forms.directory import DepartmentFilter, OfficialFilter
from liaison.models import Department, Official, Posting, Region


class RegionSerializer(serializers.ModelSerializer[Region]):
    parent: Any = serializers.CharField(source="parent.code", default=None, read_only=True)

    class Meta:
        model = Region
        fields = ("code", "name", "level", "parent")


class RegionViewSet(viewsets.ReadOnlyModelViewSet[Region]):
    """行政区划."""

    serializer_class = RegionSerializer
    lookup_field = "code"
    filterset_fields = ("level",)
    queryset = Region.objects.none()

    def get_queryset(self) -> QuerySet[Region]:
        return Region.objects.visible_to(self.request.user).select_related("parent").order_by("path")


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    region = serializers.CharField(source="region.code", read_only=True)
    parent: Any = serializers.CharField(source="parent.name", default=None, read_only=True)

    class Meta:
        model = Department
        fields = ("id", "name", "short_name", "region", "parent", "is_active")


class DepartmentViewSet(viewsets.ReadOnlyModelViewSet[Department]):
    """单位."""

    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilter
    queryset = Department.objects.none()

    def get_queryset(self) -> QuerySet[Department]:
        units = Department.objects.visible_to(self.request.user)
        return units.select_related("region", "parent").order_by("region__code", "pinyin", "pk")


class PostingSerializer(serializers.ModelSerializer[Posting]):
    department = serializers.CharField(source="department.name", read_only=True)

    class Meta:
        model = Posting
        fields = ("department", "title", "role", "reach", "starts_on", "ends_on")


class OfficialSerializer(serializers.ModelSerializer[Official]):
    """An official with the posts held today. Phone numbers stay on the pages."""

    postings = PostingSerializer(source="current_postings", many=True, read_only=True)

    class Meta:
        model = Official
        fields = ("id", "name", "rank", "postings")


class OfficialViewSet(viewsets.ReadOnlyModelViewSet[Official]):
    """干部."""

    serializer_class = OfficialSerializer
    filterset_class = OfficialFilter
    queryset = Official.objects.none()

    def get_queryset(self) -> QuerySet[Official]:
        people = Official.objects.visible_to(self.request.user)
        return people.with_postings_on(self.request.user.access.on).order_by("pinyin", "pk")


ROUTES = [
    ("regions", RegionViewSet, "region"),
    ("departments", DepartmentViewSet, "department"),
    ("officials", OfficialViewSet, "official"),
]
