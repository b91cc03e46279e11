"""覆盖情况 and 干部负荷: the rows behind the reports, and their sums, of a programme on a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies import perms
from companies.forms.coverage import MOST_CLASSES, Asked, CoverFilter, LoadFilter, asked_of
from companies.models import Company
from companies.reports import coverage as report
from companies.reports.coverage import Cover
from liaison.api.filters import chosen
from liaison.models import Official, Region


def _asked(request: Request, filters: type[CoverFilter] | type[LoadFilter]) -> tuple[Asked, dict[str, Any]]:
    """Which report, and the other values; 403 for who may not see teams, 404 before any programme begins."""
    if not perms.may_see_enrolments(request.user):
        raise PermissionDenied("覆盖和负荷由协调办公室、名册管理员和领导查看。")
    values = chosen(request, filters)
    asked = asked_of(request.user, values)
    if asked is None:
        raise NotFound("还没有开始实施的方案。")
    return asked, values


class CoveredCompanySerializer(serializers.ModelSerializer[Company]):
    """A company that the programme ought to cover, and how it stands."""

    region = serializers.CharField(source="region.code", read_only=True)
    cover = serializers.ChoiceField(choices=Cover.choices, read_only=True)
    cover_name = serializers.SerializerMethodField()

    class Meta:
        model = Company
        fields = ("uscc", "name", "region", "industry", "scale", "is_sole_trader", "cover", "cover_name")
        read_only_fields = fields

    def get_cover_name(self, company: Company) -> str:
        return dict(Cover.choices)[company.cover]  # type: ignore[attr-defined]


class CountsSerializer(serializers.Serializer[report.Covered]):
    """How many companies stand how."""

    total = serializers.IntegerField()
    covered = serializers.IntegerField()
    unassigned = serializers.IntegerField()
    unenrolled = serializers.IntegerField()


class CountyCountsSerializer(CountsSerializer):
    """The same of one county; `region` is its code."""

    region = serializers.CharField(source="key")
    name = serializers.CharField(source="label")


class CoverSummarySerializer(serializers.Serializer[Any]):
    """The report's head and its lines by county."""

    programme = serializers.CharField()
    on = serializers.DateField()
    whole = CountsSerializer()
    counties = CountyCountsSerializer(many=True)


class CoverViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Company]):
    """覆盖情况: every company that ought to be covered, covered or not."""

    serializer_class = CoveredCompanySerializer
    filterset_class = CoverFilter
    queryset = Company.objects.none()

    def get_queryset(self) -> QuerySet[Company]:
        asked, _ = _asked(self.request, CoverFilter)
        rows = report.with_cover(Company.objects.visible_to(self.request.user), asked.programme, asked.on)
        return rows.select_related("region")

    @extend_schema(responses=CoverSummarySerializer)
    @action(detail=False, pagination_class=None)
    def summary(self, request: Request) -> Response:
        """How many are covered, enrolled without anybody, not enrolled: of all that the filters leave."""
        asked, _ = _asked(request, CoverFilter)
        tally = report.tally_cover(self.filter_queryset(self.get_queryset()))
        regions = {region.path: region for region in Region.objects.visible_to(request.user).order_by("path")}
        places = {path: region.name for path, region in regions.items()}
        whole = report.split_cover(tally, lambda row: "", {"": "合计"})
        lines = report.split_cover(tally, report.county_in, places)
        counties = [
            {
                "region": regions[line.key].code if line.key in regions else "",
                "name": line.label,
                **CountsSerializer(line).data,
            }
            for line in lines
        ]
        nothing = {"total": 0, "covered": 0, "unassigned": 0, "unenrolled": 0}
        return Response(
            {
                "programme": asked.programme.code,
                "on": asked.on,
                "whole": CountsSerializer(whole[0]).data if whole else nothing,
                "counties": counties,
            }
        )


class LoadedSerializer(serializers.Serializer[Any]):
    """An official and how many they carry; `limit` and `spare` are null where the rules set no quota."""

    official = serializers.IntegerField()
    name = serializers.CharField()
    department = serializers.CharField(source="unit")
    rank = serializers.CharField()
    companies = serializers.IntegerField()
    projects = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)
    spare = serializers.IntegerField(allow_null=True)
    is_full = serializers.BooleanField()
    is_over = serializers.BooleanField()
    is_heavy = serializers.BooleanField()


class RankLineSerializer(serializers.Serializer[Any]):
    """A rank's officials by the number of companies they carry; the last class holds that many and more."""

    rank = serializers.CharField()
    name = serializers.CharField(source="label")
    people = serializers.IntegerField()
    by_load: Any = serializers.DictField(child=serializers.IntegerField())
    full = serializers.IntegerField()
    over = serializers.IntegerField()
    heavy = serializers.IntegerField()
    spare = serializers.IntegerField(allow_null=True)


class LoadViewSet(viewsets.GenericViewSet[Any]):
    """干部负荷: officials who may carry companies of a programme, by unit and name; nobody is ranked."""

    serializer_class = LoadedSerializer
    filterset_class = LoadFilter
    queryset = Official.objects.none()

    def _people(self, request: Request) -> list[report.Loaded]:
        asked, values = _asked(request, LoadFilter)
        return LoadFilter.narrow(report.loads_on(asked.programme, request.user, asked.on), values)

    @extend_schema(responses=LoadedSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Each official with the companies and projects they carry, and what the quota leaves."""
        people: Sequence[Any] = self._people(request)
        page: Any = self.paginate_queryset(people)
        return self.get_paginated_response(LoadedSerializer(page, many=True).data)

    @extend_schema(responses=RankLineSerializer(many=True))
    @action(detail=False, pagination_class=None)
    def summary(self, request: Request) -> Response:
        """Per rank: officials per number of companies, how many are full, over, heavy, what is left."""
        lines = report.rank_lines(self._people(request), MOST_CLASSES)
        return Response(RankLineSerializer(lines, many=True).data)
