"""`/api/v1/tickets/`: the same scope, forms, predicates and services as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Enrolment
from issues import services
from issues.api.similar import SeenField, ask_about_similar
from issues.choices import Move, Part, Source
from issues.forms.moves import MOVE_FORMS, forms_open_to
from issues.forms.tickets import TicketFilter
from issues.models import Category, Ticket, TicketEvent, TicketUnit
from issues.perms import may_collect, may_move


class EventSerializer(serializers.ModelSerializer[TicketEvent]):
    move_name = serializers.CharField(source="get_move_display", read_only=True)

    class Meta:
        model = TicketEvent
        fields = (
            "at",
            "move",
            "move_name",
            "from_status",
            "to_status",
            "round",
            "actor",
            "note",
            "due_on",
            "words",
        )


class UnitSerializer(serializers.ModelSerializer[TicketUnit]):
    department = serializers.CharField(source="department.name", read_only=True)
    light = serializers.SerializerMethodField()

    class Meta:
        model = TicketUnit
        fields = (
            "department", "part", "given_at", "sign_due_on", "due_on", "signed_at", "accepted_at",
            "contact_due_on", "contacted_on", "returned_at", "return_reason", "ruling_due_on", "ruled_at",
            "finished_at", "released_at", "is_current", "light",
        )  # fmt: skip

    def get_light(self, unit: Any) -> str:
        """A cooperating unit's own light; the lead's is the problem's."""
        return "" if unit.part == Part.LEAD else str(unit.light)


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """A row of the queue."""

    company = serializers.CharField(source="company.uscc", read_only=True)
    company_name = serializers.CharField(source="company.name", read_only=True)
    programme = serializers.CharField(source="programme.code", read_only=True)
    category = serializers.CharField(source="category.code", default=None, read_only=True)
    grade = serializers.CharField(source="grade.code", default=None, read_only=True)
    status_name = serializers.CharField(source="get_status_display", read_only=True)
    lead_unit = serializers.CharField(source="lead_name", default=None, read_only=True)
    light = serializers.CharField(read_only=True)

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = (
            "number", "programme", "company", "company_name", "source", "title", "description", "wish",
            "category", "grade", "status", "status_name", "light", "rung", "round", "lead_unit", "next_on",
            "report_due_on", "due_on", "due_is_provisional", "collected_at", "reported_at", "was_forwarded",
            "dispatched_at", "resolved_at", "outcome", "result", "answered_at", "closed_at",
        )  # fmt: skip


class TicketDetailSerializer(TicketSerializer):
    """A ticket with its course, its units, and the moves that the caller may make now."""

    events = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta(TicketSerializer.Meta):
        fields: tuple[str, ...] = (*TicketSerializer.Meta.fields, "units", "events", "moves")

    def get_events(self, ticket: Ticket) -> list[dict[str, Any]]:
        return list(EventSerializer(ticket.events.order_by("at", "pk"), many=True).data)

    def get_units(self, ticket: Ticket) -> list[dict[str, Any]]:
        units = sorted(ticket.units.all(), key=lambda unit: unit.pk)
        return list(UnitSerializer(units, many=True).data)

    def get_moves(self, ticket: Ticket) -> list[str]:
        official = self.context["request"].user
        return [form.move for form in forms_open_to(official, ticket)]


class CollectSerializer(serializers.Serializer[Ticket]):
    """A problem as an official writes it down."""

    company = serializers.CharField(max_length=18)
    programme = serializers.SlugField()
    title = serializers.CharField(max_length=80)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    wish = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    category = serializers.SlugRelatedField(
        slug_field="code", queryset=Category.objects.order_by("position"), required=False
    )
    collected_on = serializers.DateField(required=False)
    seen = SeenField()


class TicketViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Ticket]):
    """问题: list, detail, collect, and one address per move."""

    lookup_field = "number"
    filterset_class = TicketFilter
    queryset = Ticket.objects.none()

    def get_queryset(self) -> QuerySet[Ticket]:
        official = self.request.user
        lead = TicketUnit.objects.leading().filter(ticket=OuterRef("pk"))
        visible = Ticket.objects.visible_to(official)
        return (
            (visible if self.action == "list" else visible.as_case(official))
            .select_related("company__region", "category", "grade", "programme")
            .annotate(lead_name=Subquery(lead.values("department__name")[:1]))
            .with_light(official.access.on)
            .order_by("-pk")
        )

    def get_serializer_class(self) -> Any:
        if self.action == "create":
            return CollectSerializer
        return TicketSerializer if self.action == "list" else TicketDetailSerializer

    @extend_schema(request=CollectSerializer, responses={201: TicketDetailSerializer})
    def create(self, request: Request) -> Response:
        """Write a problem down for a company of one's own; it is a draft until reported.

        409 with `similar` where the company has an open problem that says the same; `seen` files it anyway.
        """
        entered = CollectSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values = dict(entered.validated_data)
        on = request.user.access.on
        enrolment = (
            Enrolment.objects.visible_to(request.user)
            .in_force(on)
            .filter(company__uscc=values.pop("company").upper(), programme__code=values.pop("programme"))
            .select_related("programme", "company__region")
            .first()
        )
        if enrolment is None:
            raise NotFound("没有找到您可以登记问题的企业，或该企业未纳入此方案。")
        if not may_collect(request.user, enrolment):
            raise PermissionDenied("只有该企业的包抓人员可以登记问题。")
        ask_about_similar(request.user, enrolment.company, values["title"], values.pop("seen", ()))
        ticket = services.collect_ticket(
            enrolment=enrolment, source=Source.VISIT, by=request.user, at=timezone.now(), **values
        )
        return self._detail(ticket, status.HTTP_201_CREATED)

    @extend_schema(
        request={"application/json": {"type": "object"}},
        responses={200: TicketDetailSerializer},
        parameters=[OpenApiParameter("move", str, OpenApiParameter.PATH, enum=list(MOVE_FORMS))],
        description="办理一步。所需字段与页面相同；状态不允许时返回 409。",
    )
    @action(detail=True, methods=["post"], url_path=r"moves/(?P<move>[a-z_]+)")
    def moves(self, request: Request, number: str, move: str) -> Response:
        """Make a move: 403 if it is not yours to make, 400 for fields, 409 if the state refuses."""
        ticket = self.get_object()
        if move not in MOVE_FORMS:
            raise NotFound("没有这一步。")
        if not may_move(request.user, ticket, move):
            raise PermissionDenied("这一步不由您办理。")
        form = MOVE_FORMS[move](_as_form_data(request.data), ticket=ticket, official=request.user)
        if not form.is_valid():
            services.check_move(ticket, Move(move))
            raise serializers.ValidationError(
                {name: [str(error) for error in errors] for name, errors in form.errors.items()}
            )
        ticket = form.perform(at=timezone.now())
        return self._detail(ticket, status.HTTP_200_OK)

    def _detail(self, ticket: Ticket, code: int) -> Response:
        fresh = self.get_queryset().get(pk=ticket.pk)
        return Response(
            TicketDetailSerializer(fresh, context=self.get_serializer_context()).data, status=code
        )


def _as_form_data(data: Any) -> Any:
    """JSON as a form reads it: lists as repeated values."""
    if hasattr(data, "getlist"):
        return data
    if not isinstance(data, dict):
        raise serializers.ValidationError("请求内容应为 JSON 对象。")
    form = QueryDict(mutable=True)
    for name, value in data.items():
        form.setlist(
            str(name),
            [str(v) for v in value] if isinstance(value, list) else ["" if value is None else str(value)],
        )
    return form
