"""Moves of the units that a problem is given to."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms

from companies.choices import VisitMode
from issues import services
from issues.choices import Move, Outcome, Part, ReturnReason, Status
from issues.forms.moves.base import MoveForm, UnitField
from issues.models import Ticket, TicketUnit
from issues.perms import read_as_case, serves_unit
from liaison.models import Department, Official


class OwnUnitForm(MoveForm):
    """Base: done for one of the official's own units; which, is asked only where there are several."""

    parts: ClassVar[tuple[str, ...]] = (Part.COOPERATE,)

    unit = UnitField(
        label="办理单位", queryset=Department.objects.none(), to_field_name="name", empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = self.own_units(self.official, self.ticket)
        rows = [row for row in mine if self.is_open(row)] or mine
        self.only = rows[0].department if len(rows) == 1 else None
        if len(rows) > 1:
            chosen = Department.objects.filter(pk__in=[row.department_id for row in rows])
            self.fields["unit"].queryset = chosen.select_related("region").order_by("pk")  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]

    @classmethod
    def own_units(cls, official: Official, ticket: Ticket) -> list[TicketUnit]:
        """The present rows of units for which the official acts, the lead first."""
        case = read_as_case(official, ticket)
        return [
            row
            for row in case.units.all()
            if row.is_current and row.part in cls.parts and serves_unit(official.access, row.department.path)
        ]

    @classmethod
    def is_open(cls, row: TicketUnit) -> bool:
        """Whether the row leaves anything to do by this move."""
        return row.finished_at is None

    @classmethod
    def is_for(cls, official: Official, ticket: Ticket) -> bool:
        return any(cls.is_open(row) for row in cls.own_units(official, ticket))

    @property
    def department(self) -> Department:
        """The unit for which it is done; raises MoveRefused where it has none on the problem any more."""
        chosen: Department | None = self.only or self.cleaned_data.get("unit")
        if chosen is None:
            raise services.MoveRefused("本单位已不在办理此问题，请刷新后查看最新进展。")
        return chosen


class LeadForm(MoveForm):
    """Base: done for the lead unit that the official was shown; refused where another has the lead since."""

    @property
    def department(self) -> Department | None:
        """The lead unit as the official saw it."""
        case = read_as_case(self.official, self.ticket)
        leads = [row.department for row in case.units.all() if row.is_leading]
        return leads[0] if leads else None


class SignForm(LeadForm):
    move = Move.SIGN
    button = "签收"
    hint = "签收后开始办理；逾期不签收视为接受。"
    is_first = True

    def perform(self, *, at: datetime) -> Ticket:
        return services.sign_ticket(ticket=self.ticket, department=self.department, by=self.official, at=at)


class ObjectForm(LeadForm):
    move = Move.OBJECT
    button = "退回办公室"

    reason = forms.ChoiceField(label="退回理由", choices=ReturnReason, widget=forms.RadioSelect)
    note = forms.CharField(label="具体说明", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.object_to_ticket(
            ticket=self.ticket,
            department=self.department,
            reason=ReturnReason(self.cleaned_data["reason"]),
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class ContactForm(LeadForm):
    move = Move.CONTACT
    button = "已联系企业"
    hint = "首次与企业联系后登记一次；本单位登记过走访的，自动算数，不必再填。"

    mode = forms.ChoiceField(
        label="联系方式", choices=VisitMode, widget=forms.RadioSelect, initial=VisitMode.PHONE
    )
    on = forms.DateField(label="联系日期")
    note = forms.CharField(label="联系情况", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = self.official.access.on
        self.fields["on"].initial = today
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        leads = (row for row in ticket.units.all() if row.is_leading)
        return ticket.status == Status.IN_PROGRESS and any(row.contacted_on is None for row in leads)

    def perform(self, *, at: datetime) -> Ticket:
        return services.contact_company(
            ticket=self.ticket,
            department=self.department,
            mode=VisitMode(self.cleaned_data["mode"]),
            on=self.cleaned_data["on"],
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class ProgressForm(OwnUnitForm):
    move = Move.PROGRESS
    button = "登记进展"
    parts = (Part.LEAD, Part.COOPERATE)

    note = forms.CharField(label="进展情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.note_progress(
            ticket=self.ticket,
            department=self.department,
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class HelpSignForm(OwnUnitForm):
    move = Move.HELP_SIGN
    button = "签收协办"
    hint = "签收后按协办期限反馈意见；逾期不签收视为接受。"
    is_first = True

    @classmethod
    def is_open(cls, row: TicketUnit) -> bool:
        return row.accepted_at is None and row.finished_at is None

    def perform(self, *, at: datetime) -> Ticket:
        return services.sign_help(ticket=self.ticket, department=self.department, by=self.official, at=at)


class CooperateForm(OwnUnitForm):
    move = Move.COOPERATE
    button = "提交协办意见"

    note = forms.CharField(label="协办意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.cooperate_on_ticket(
            ticket=self.ticket,
            department=self.department,
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class HelpObjectForm(OwnUnitForm):
    move = Move.HELP_OBJECT
    button = "退回协办"
    hint = "由协调办公室裁定；裁定前主办单位照常办理。"

    reason = forms.ChoiceField(label="退回理由", choices=ReturnReason, widget=forms.RadioSelect)
    note = forms.CharField(label="具体说明", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    @classmethod
    def is_open(cls, row: TicketUnit) -> bool:
        return row.accepted_at is None and row.finished_at is None

    def perform(self, *, at: datetime) -> Ticket:
        return services.object_to_help(
            ticket=self.ticket,
            department=self.department,
            reason=ReturnReason(self.cleaned_data["reason"]),
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class ResolveForm(MoveForm):
    move = Move.RESOLVE
    button = "办结"

    outcome = forms.ChoiceField(label="办理结果", choices=Outcome, widget=forms.RadioSelect)
    result = forms.CharField(
        label="办理情况",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="这段话会让企业看到。暂无法解决的，请说明原因。",
    )
    without_help = forms.BooleanField(label="不等协办意见，现在办结")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case = read_as_case(self.official, self.ticket)
        waiting = [str(row.department) for row in case.units.all() if row.is_helping]
        if waiting:
            words = f"{'、'.join(waiting)}还没有反馈协办意见。办结后不再催办，未反馈会写入办理过程。"
            self.fields["without_help"].help_text = words
            asked = "协办单位还没有反馈；不等协办意见的，请勾选确认。"
            self.fields["without_help"].error_messages["required"] = asked
        else:
            del self.fields["without_help"]

    def perform(self, *, at: datetime) -> Ticket:
        return services.resolve_ticket(
            ticket=self.ticket,
            outcome=Outcome(self.cleaned_data["outcome"]),
            result=self.cleaned_data["result"],
            by=self.official,
            at=at,
        )
