"""Moves of 共性、个性、复杂: a group and its measure, a plan for one company, a 专班."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from issues import services
from issues.choices import Move, PlanKind, Route
from issues.forms.moves.base import MoveForm, UnitsField, units_for
from issues.forms.moves.plan import StepsForm
from issues.forms.people import find_people
from issues.models import PolicyMeasure, Ticket, TicketGroup
from issues.reports.plans import plan_of
from issues.reports.routes import route_of
from liaison.models import Department


class JoinGroupForm(MoveForm):
    move = Move.JOIN_GROUP
    button = "归入共性问题"
    hint = "同类问题归在一起研究政策措施；期限和主办单位不变，每件仍各自答复、各自确认。"
    is_rare = True

    group = forms.ModelChoiceField(
        label="共性问题", queryset=TicketGroup.objects.none(), empty_label="请选择"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = TicketGroup.objects.visible_to(self.official).filter(programme=self.ticket.programme_id)
        self.fields["group"].queryset = groups.order_by("name", "pk")  # type: ignore[attr-defined]

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return ticket.group_id is None and bool(ticket.has_groups)

    def perform(self, *, at: datetime) -> Ticket:
        return services.join_group(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class LeaveGroupForm(MoveForm):
    move = Move.LEAVE_GROUP
    button = "移出共性问题"
    is_rare = True

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return ticket.group_id is not None

    def perform(self, *, at: datetime) -> Ticket:
        return services.leave_group(ticket=self.ticket, by=self.official, at=at)


class SettleForm(MoveForm):
    move = Move.SETTLE
    button = "以政策措施办结"
    hint = "按政策措施解决的，在这里办结；仍由包抓干部答复本企业，由本企业确认后才销号。"

    measure = forms.ModelChoiceField(
        label="政策措施", queryset=PolicyMeasure.objects.none(), empty_label="请选择"
    )
    result = forms.CharField(
        label="对本企业怎样落实",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="这段话会让企业看到。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["measure"]
        field.queryset = PolicyMeasure.objects.filter(group=self.ticket.group_id or 0).order_by(
            "-issued_on", "pk"
        )

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return ticket.group_id is not None and bool(ticket.has_measure)

    def perform(self, *, at: datetime) -> Ticket:
        return services.settle_by_measure(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class FormForceForm(MoveForm):
    move = Move.FORM_FORCE
    button = "组建专班"
    hint = "复杂问题由专班解决：组长和成员都能看到本件；主办单位不变。再次提交即调整专班。"

    name = forms.CharField(label="专班名称", max_length=60)
    head = forms.CharField(label="组长", max_length=60, help_text="填手机号；没有重名的也可以填姓名。")
    people = forms.CharField(
        label="成员",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一人，填手机号或姓名。",
    )
    units = UnitsField(
        label="成员单位", queryset=Department.objects.none(), to_field_name="name", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units_for(self.ticket, self.official)  # type: ignore[attr-defined]
        force = getattr(self.ticket, "force", None)
        if force is not None:
            members = list(force.members.select_related("official", "department").order_by("pk"))
            self.initial = {
                **self.initial,
                "name": force.name,
                "head": force.head.phone or force.head.name,
                "people": "\n".join(m.official.phone or m.official.name for m in members if m.official),
                "units": [m.department.name for m in members if m.department],
            }

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return route_of(ticket) == Route.COMPLEX

    def clean_head(self) -> Any:
        return find_people([self.cleaned_data["head"]], on=self.official.access.on)[0]

    def clean_people(self) -> Any:
        lines = [line.strip() for line in self.cleaned_data["people"].splitlines() if line.strip()]
        return find_people(lines, on=self.official.access.on)

    def perform(self, *, at: datetime) -> Ticket:
        values = self.cleaned_data
        return services.form_force(
            ticket=self.ticket,
            name=values["name"],
            head=values["head"],
            officials=values["people"],
            units=list(values["units"]),
            by=self.official,
            at=at,
        )


class WritePlanForm(StepsForm):
    move = Move.WRITE_PLAN
    button = "制定方案"
    hint = "个性问题按一企一策、复杂问题按专班方案推进：写明目标、措施、期限和责任人；办结期限不变。"

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        is_hard = bool(ticket.grade and ticket.grade.is_plan_only) and ticket.round == 1
        return route_of(ticket) in services.PLAN_OF and not is_hard

    def perform(self, *, at: datetime) -> Ticket:
        return services.write_plan(
            ticket=self.ticket, goal=self.cleaned_data["goal"], steps=self.lines(), by=self.official, at=at
        )


class FinishStepForm(MoveForm):
    move = Move.FINISH_STEP
    button = "登记措施完成"

    done = forms.MultipleChoiceField(label="完成的措施", widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label="结果", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = plan_of(self.ticket)
        steps = sorted(plan.steps.all(), key=lambda one: one.position) if plan else []
        rows = [(str(one.pk), f"{one.words}（{one.due_on}）") for one in steps if one.done_on is None]
        self.fields["done"].choices = rows  # type: ignore[attr-defined]

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        plan = plan_of(ticket)
        return plan is not None and plan.kind != PlanKind.HARD and bool(ticket.has_open_step)

    def perform(self, *, at: datetime) -> Ticket:
        return services.finish_step(
            ticket=self.ticket,
            done=[int(key) for key in self.cleaned_data["done"]],
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )
