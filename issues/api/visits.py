"""`/api/v1/visits/`: the visits of the companies' room, and with each the problem that came up."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.assignments import find_enrolment
from companies.api.visits import LogVisitSerializer, VisitSerializer, VisitViewSet
from companies.perms import may_log_visit
from issues.api.similar import SeenField, ask_about_similar
from issues.models import Category
from issues.services.visits import Problem, log_visit_with_problem


class ProblemSerializer(serializers.Serializer[Problem]):
    """What the company raised."""

    title = serializers.CharField(max_length=80)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    wish = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    category = serializers.SlugRelatedField(
        slug_field="code", queryset=Category.objects.order_by("position"), required=False
    )
    seen = SeenField()


class LogVisitWithProblemSerializer(LogVisitSerializer):
    """A visit, with the problem if there was one."""

    problem = ProblemSerializer(required=False, allow_null=True)
    report_now = serializers.BooleanField(default=True)


class LoggedVisitSerializer(VisitSerializer):
    """A visit and the numbers of the problems collected in it."""

    tickets: Any = serializers.SlugRelatedField(slug_field="number", many=True, read_only=True)

    class Meta(VisitSerializer.Meta):
        fields = (*VisitSerializer.Meta.fields, "tickets")
        read_only_fields = fields


class VisitWithProblemViewSet(VisitViewSet):
    """走访联系: list, detail, and logging one with or without a problem."""

    serializer_class = LoggedVisitSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().prefetch_related("tickets")

    @extend_schema(request=LogVisitWithProblemSerializer, responses={201: LoggedVisitSerializer})
    def create(self, request: Request) -> Response:
        """Keep the visit once: the same `client_id` again answers 200 with the visit as it was first sent.

        409 with `similar` where the company has an open problem that says the same; `seen` files it anyway.
        """
        entered = LogVisitWithProblemSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(entered.validated_data)
        enrolment = find_enrolment(request.user, values)
        if not may_log_visit(request.user, enrolment):
            raise PermissionDenied("您不在该企业的专班中，不能登记走访。")
        problem = values.get("problem")
        seen = problem.pop("seen", ()) if problem else ()
        if problem and not enrolment.company.visits.filter(client_id=values["client_id"]).exists():
            ask_about_similar(request.user, enrolment.company, problem["title"], seen)
        done = log_visit_with_problem(
            client_id=values["client_id"],
            enrolment=enrolment,
            on=values["on"],
            mode=values["mode"],
            summary=values["summary"],
            problem=Problem(**problem) if problem else None,
            report_now=values["report_now"],
            by=request.user,
            at=timezone.now(),
        )
        kept = self.get_queryset().get(pk=done.visit.pk)
        code = status.HTTP_200_OK if done.is_repeat else status.HTTP_201_CREATED
        return Response(LoggedVisitSerializer(kept).data, status=code)
