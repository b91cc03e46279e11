"""`/api/v1/imports/`: upload a roster, follow its check, confirm what was seen."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from liaison.api import Pages
from liaison.api.parsers import FilePartsParser, JsonObjectParser
from liaison.choices import Verdict
from liaison.forms.filters import BESIDE, UNKNOWN_NAME, UNKNOWN_VALUE
from liaison.forms.imports import TOO_LARGE, UploadForm
from liaison.imports.rosters import Roster, roster_of, rosters
from liaison.models import ImportRow, ImportRun
from liaison.perms import may, may_in
from liaison.services import imports as services


class ImportSerializer(serializers.ModelSerializer[ImportRun]):
    """A run: where it stands, its counts, and what a confirmation must repeat."""

    region = serializers.CharField(source="region.code", read_only=True)
    state_name = serializers.CharField(source="get_state_display", read_only=True)
    uploaded_by = serializers.CharField(source="uploaded_by.username", read_only=True)
    applied_by = serializers.CharField(source="applied_by.username", default=None, read_only=True)

    class Meta:
        model = ImportRun
        fields = (
            "id", "kind", "region", "file_name", "sha256", "digest", "state", "state_name", "message",
            "headings", "mapping", "options", "rows_total", "rows_done", "counts", "uploaded_by",
            "uploaded_at", "checked_at", "applied_by", "applied_at",
        )  # fmt: skip
        read_only_fields = fields


class ImportRowSerializer(serializers.ModelSerializer[ImportRow]):
    """A line of the sheet with its verdict."""

    class Meta:
        model = ImportRow
        fields = ("number", "verdict", "key", "label", "cells", "changes", "errors")
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[ImportRun]):
    """A roster's file and kind; for 包联关系 the programme as well."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=["companies", "departments", "officials", "assignments"])
    region = serializers.CharField(required=False)
    programme = serializers.SlugField(required=False)
    enrol = serializers.BooleanField(required=False)


class ConfirmSerializer(serializers.Serializer[ImportRun]):
    """The fingerprints of the file and of the preview that were looked at."""

    sha256 = serializers.CharField(max_length=64)
    digest = serializers.CharField(max_length=64)


class MappingSerializer(serializers.Serializer[ImportRun]):
    """Our column → the sheet's heading."""

    mapping = serializers.DictField(child=serializers.CharField())


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ImportRun]):
    """名册导入."""

    serializer_class = ImportSerializer
    parser_classes = (FilePartsParser, FormParser, JsonObjectParser)
    filterset_fields = ("kind", "state")
    queryset = ImportRun.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only those who import something come in."""
        super().initial(request, *args, **kwargs)
        if not any(may(request.user, roster.capability) for roster in rosters()):
            raise PermissionDenied

    def get_queryset(self) -> QuerySet[ImportRun]:
        runs = ImportRun.objects.visible_to(self.request.user)
        return runs.select_related("region", "uploaded_by", "applied_by").order_by("-uploaded_at", "-pk")

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Upload a roster; it is checked in the background."""
        data: Any = request.data
        if getattr(request._request, "upload_too_large", False):
            return Response({"detail": TOO_LARGE}, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
        roster = self._roster(request, str(data.get("kind", "")))
        form = UploadForm(roster, request.user, data, request.FILES)
        options = roster.options_form(request.user, data) if roster.options_form else None
        if not form.is_valid() or (options is not None and not options.is_valid()):
            wrong = [*form.errors.items(), *(options.errors.items() if options else ())]
            raise ValidationError({name: [str(text) for text in texts] for name, texts in wrong})
        chosen = options.as_options() if options else {}
        run = services.start_import(**form.as_run(), options=chosen, by=request.user, at=timezone.now())
        return Response(ImportSerializer(run).data, status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[OpenApiParameter("verdict", str, enum=Verdict.values)],
        responses=ImportRowSerializer(many=True),
    )
    @action(detail=True, filterset_fields=())
    def rows(self, request: Request, pk: str) -> Response:
        """The lines of the sheet in its own order, of one verdict if asked."""
        rows = self.get_object().rows.order_by("number")
        if unknown := request.query_params.keys() - {"verdict", *BESIDE}:
            raise ValidationError({name: [UNKNOWN_NAME] for name in sorted(unknown)})
        if verdict := request.query_params.get("verdict"):
            if verdict not in Verdict.values:
                raise ValidationError({"verdict": [UNKNOWN_VALUE % {"value": verdict}]})
            rows = rows.filter(verdict=verdict)
        pages = Pages()
        page = pages.paginate_queryset(rows, request)
        return pages.get_paginated_response(ImportRowSerializer(page, many=True).data)

    @extend_schema(request=MappingSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def mapping(self, request: Request, pk: str) -> Response:
        """Say which heading each column is read from, and check."""
        run = self._to_act(request)
        wanted = MappingSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        mapping: dict[str, str] = wanted.validated_data["mapping"]
        roster = roster_of(run.kind)
        if unknown := sorted(mapping.keys() - roster.columns.keys()):
            raise ValidationError({"mapping": f"没有这些列：{'、'.join(unknown)}"})
        if absent := sorted(set(mapping.values()) - set(run.headings)):
            raise ValidationError({"mapping": f"表头里没有：{'、'.join(absent)}"})
        if len(set(mapping.values())) < len(mapping):
            raise ValidationError({"mapping": "一列只能用一次。"})
        if missing := roster.missing(mapping):
            raise ValidationError({"mapping": f"还缺：{'、'.join(missing)}"})
        return self._act(services.map_columns, run, request, mapping=mapping)

    @extend_schema(request=ConfirmSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Have the preview written; refused if the file or the preview is another one."""
        run = self._to_act(request)
        seen = ConfirmSerializer(data=request.data)
        seen.is_valid(raise_exception=True)
        return self._act(services.confirm_import, run, request, **seen.validated_data)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give the import up."""
        return self._act(services.cancel_import, self._to_act(request), request)

    def _to_act(self, request: Request) -> ImportRun:
        run: ImportRun = self.get_object()
        if not may_in(request.user, roster_of(run.kind).capability, run.region):
            raise PermissionDenied
        return run

    def _act(self, act: Any, run: ImportRun, request: Request, **arguments: Any) -> Response:
        act(run=run, by=request.user, at=timezone.now(), **arguments)
        return Response(ImportSerializer(self.get_object()).data)

    def _roster(self, request: Request, code: str) -> Roster:
        try:
            roster = roster_of(code)
        except KeyError:
            known = "、".join(each.code for each in rosters())
            raise ValidationError({"kind": f"请指明名册种类：{known}"}) from None
        if not may(request.user, roster.capability):
            raise PermissionDenied
        return roster


ROUTES = [("imports", ImportViewSet, "import")]
