"""`/api/v1/surveys/`: the company's answer by its signed token, and the office's call-back."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from assessment import services
from assessment.models import Survey
from assessment.perms import may_record_callback
from liaison.api import Refused
from liaison.workdays import day_of


class Gone(APIException):
    """The link's days are over, or the problem has moved on."""

    status_code = status.HTTP_410_GONE
    default_code = "gone"


class SurveySerializer(serializers.ModelSerializer[Survey]):
    """What the company sees of its problem, and what it has answered."""

    number = serializers.CharField(source="ticket.number", read_only=True)
    company = serializers.CharField(source="ticket.company.name", read_only=True)
    title = serializers.CharField(source="ticket.title", read_only=True)
    outcome = serializers.CharField(source="ticket.outcome", read_only=True)
    outcome_name = serializers.CharField(source="ticket.get_outcome_display", read_only=True)
    result = serializers.CharField(source="ticket.result", read_only=True)
    scale = serializers.IntegerField(source="ticket.version.survey_rule.scale", read_only=True)

    class Meta:
        model = Survey
        fields = (
            "number", "company", "title", "outcome", "outcome_name", "result", "round", "expires_on", "scale",
            "answered_at", "channel", "score", "comment",
        )  # fmt: skip
        read_only_fields = fields


class AnswerSerializer(serializers.Serializer[Survey]):
    """A score from 1 to the scale, and a comment if one likes."""

    score = serializers.IntegerField(min_value=1)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class SurveyViewSet(viewsets.GenericViewSet[Survey]):
    """满意度评价: GET and POST with the company's token need no account; the call-back does."""

    serializer_class = SurveySerializer
    queryset = Survey.objects.none()
    lookup_field = "token"
    lookup_value_regex = r"[^/]+"
    filter_backends: list[Any] = []

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        if actions and actions.get("get") == "retrieve":
            actions = {**actions, "post": "answer"}  # POST on the survey itself answers it
        return super().as_view(actions, **initkwargs)

    @property
    def _is_company(self) -> bool:
        return self.action in ("retrieve", "answer")

    def get_authenticators(self) -> list[Any]:
        mapped = getattr(self, "action_map", None) or {}
        return [] if mapped.get("post") == "answer" else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self._is_company else IsAuthenticated()]

    def retrieve(self, request: Request, token: str) -> Response:
        """The problem, what was done, and the answer if there is one; 410 when the link is over."""
        survey = _by_token(token)
        if refusal := services.refusal_for(survey, on=day_of(timezone.now())):
            raise Gone(str(refusal))
        return self._answered(survey)

    @extend_schema(request=AnswerSerializer, responses={200: SurveySerializer})
    def answer(self, request: Request, token: str) -> Response:
        """The company's word, once: 409 when it was given, 410 when the link is over, 404 if forged."""
        survey = _by_token(token)
        return self._take(
            request, lambda given: services.answer_survey(survey=survey, at=timezone.now(), **given)
        )

    @extend_schema(request=AnswerSerializer, responses={200: SurveySerializer})
    @action(detail=True, methods=["post"])
    def callback(self, request: Request, token: str) -> Response:
        """电话回访 of a ticket, by its number; 403 for whoever handled or entered the problem."""
        scoped = Survey.objects.visible_to(request.user).select_related("ticket__company__region")
        number = token
        latest = scoped.filter(ticket__number=number).order_by("-round").values("pk")[:1]
        survey = get_object_or_404(scoped, pk__in=latest)
        if not may_record_callback(request.user, survey):
            raise PermissionDenied("登记或办理过这件问题的人不能记录回访。")
        return self._take(
            request,
            lambda given: services.record_callback(
                survey=survey, by=request.user, at=timezone.now(), **given
            ),
        )

    def _take(self, request: Request, service: Any) -> Response:
        entered = AnswerSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        try:
            survey = service(dict(entered.validated_data))
        except (services.LinkExpired, services.RoundPassed) as refusal:
            raise Gone(str(refusal)) from refusal
        except services.AlreadyAnswered as refusal:
            raise Refused(str(refusal)) from refusal
        except services.SurveyRefused as refusal:
            raise serializers.ValidationError({"score": [str(refusal)]}) from refusal
        return self._answered(services.survey_of(services.sign_token(survey)))

    def _answered(self, survey: Survey) -> Response:
        response = Response(SurveySerializer(survey).data)
        response["Cache-Control"] = "no-store, private"
        return response


def _by_token(token: str) -> Survey:
    try:
        return services.survey_of(token)
    except services.ForgedLink as refusal:
        raise NotFound(str(refusal)) from refusal
