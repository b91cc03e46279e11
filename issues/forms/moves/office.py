"""Moves of the coordination office: grading, dispatch, rulings, merging."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from issues import services
from issues.choices import Move, Part, Route, Status
from issues.forms.moves.base import GradeField, MoveForm, UnitField, UnitsField, units_for
from issues.models import Category, Ticket
from issues.models.tickets import TicketQuerySet
from issues.perms import read_as_case
from issues.reports.leads import proposed_lead
from issues.reports.routes import sorts_by_hand
from liaison.models import Department, GradeRule


class SortingForm(MoveForm):
    """How hard the problem is and of what kind."""

    grade = GradeField(
        label="难易等级",
        queryset=GradeRule.objects.none(),
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    category = forms.ModelChoiceField(
        label="问题类别", queryset=Category.objects.order_by("position"), to_field_name="code"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].queryset = self.ticket.version.grades.order_by("position")  # type: ignore[attr-defined]
        for name in ("grade", "category"):
            if (settled := getattr(self.ticket, name)) is not None:
                self.initial.setdefault(name, settled.code)


class TriageForm(SortingForm):
    move = Move.TRIAGE
    button = "只定级，暂不交办"
    hint = "先定等级和类别，稍后再选主办单位；交办期限不变。"
    is_rare = True

    route = forms.ChoiceField(
        label="分类施策", choices=[("", "不分"), *Route.choices], required=False, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("route", self.ticket.route)
        if not sorts_by_hand(self.ticket.version):
            del self.fields["route"]

    def perform(self, *, at: datetime) -> Ticket:
        return services.triage_ticket(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class DispatchForm(SortingForm):
    move = Move.DISPATCH
    button = "定级并交办"

    lead = UnitField(
        label="主办单位",
        queryset=Department.objects.none(),
        to_field_name="name",
        help_text="条块结合、以块为主：企业所在县区的单位列在最前。",
    )
    cooperating = UnitsField(
        label="协办单位",
        queryset=Department.objects.none(),
        to_field_name="name",
        required=False,
        help_text="可不选。",
    )
    note = forms.CharField(
        label="交办意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_for(self.ticket, self.official)
        self.fields["lead"].queryset = units  # type: ignore[attr-defined]
        if not self.is_bound and (proposal := proposed_lead(self.ticket, units)) is not None:
            self.initial.setdefault("lead", proposal.unit.name)
            self.fields["lead"].help_text = proposal.reason
        self.fields["cooperating"].queryset = units  # type: ignore[attr-defined]
        if self.ticket.status == Status.RETURNED:
            rows = read_as_case(self.official, self.ticket).units.all()
            help_on = [row.department.name for row in rows if row.is_current and row.part == Part.COOPERATE]
            self.initial.setdefault("cooperating", help_on)

    def perform(self, *, at: datetime) -> Ticket:
        return services.dispatch_ticket(
            ticket=self.ticket,
            grade=self.cleaned_data["grade"],
            category=self.cleaned_data["category"],
            lead=self.cleaned_data["lead"],
            cooperating=self.cleaned_data["cooperating"],
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class RegradeForm(MoveForm):
    move = Move.REGRADE
    button = "调整等级"
    hint = "期限按新等级从原来的起算日重新计算，不重新起算；调短的，不会因此当天就逾期。"
    is_rare = True

    grade = GradeField(
        label="难易等级",
        queryset=GradeRule.objects.none(),
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    note = forms.CharField(label="调整理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = self.ticket.version.grades.exclude(pk=self.ticket.grade_id or 0).order_by("position")
        self.fields["grade"].queryset = others  # type: ignore[attr-defined]

    def perform(self, *, at: datetime) -> Ticket:
        return services.regrade_ticket(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)


class UpholdForm(MoveForm):
    move = Move.UPHOLD
    button = "维持交办"
    hint = "退回理由不成立的，仍由原单位办理：办结期限不变，签收期限重新计算。"

    note = forms.CharField(label="裁定理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.uphold_dispatch(
            ticket=self.ticket, note=self.cleaned_data["note"], by=self.official, at=at
        )


class TicketField(forms.ModelChoiceField[Ticket]):
    def label_from_instance(self, ticket: Ticket) -> str:
        return f"{ticket.number} {ticket.title}（{ticket.get_status_display()}）"


class MergeForm(MoveForm):
    move = Move.MERGE
    button = "并案"
    hint = "同一家企业重复反映的同一问题，并入其中一件继续办理；两个编号都保留，一并答复。"
    is_rare = True

    into = TicketField(
        label="并入",
        queryset=Ticket.objects.none(),
        to_field_name="number",
        error_messages={"invalid_choice": "只能并入同一家企业、同一方案中尚未结束的另一件问题，请重新选择。"},
    )
    note = forms.CharField(
        label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible: TicketQuerySet = Ticket.objects.visible_to(self.official)
        others = visible.open().filter(company=self.ticket.company_id, programme=self.ticket.programme_id)
        self.fields["into"].queryset = others.exclude(pk=self.ticket.pk).order_by("-pk")  # type: ignore[attr-defined]

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return bool(ticket.has_sibling)

    def perform(self, *, at: datetime) -> Ticket:
        return services.merge_ticket(ticket=self.ticket, **self.cleaned_data, by=self.official, at=at)
