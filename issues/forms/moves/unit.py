"""Moves of the units that a problem is given to."""

from __future__ import annotations

from datetime import datetime

from django import forms

from issues import services
from issues.choices import Move, Outcome, Part, ReturnReason
from issues.forms.moves.base import MoveForm
from issues.models import Ticket
from issues.perms import serves_unit


class SignForm(MoveForm):
    move = Move.SIGN
    button = "签收"
    hint = "签收后开始办理；逾期不签收视为接受。"

    def perform(self, *, at: datetime) -> Ticket:
        return services.sign_ticket(ticket=self.ticket, by=self.official, at=at)


class ObjectForm(MoveForm):
    move = Move.OBJECT
    button = "退回办公室"

    reason = forms.ChoiceField(label="退回理由", choices=ReturnReason, widget=forms.RadioSelect)
    note = forms.CharField(label="具体说明", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.object_to_ticket(
            ticket=self.ticket,
            reason=ReturnReason(self.cleaned_data["reason"]),
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class ProgressForm(MoveForm):
    move = Move.PROGRESS
    button = "登记进展"

    note = forms.CharField(label="进展情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.note_progress(
            ticket=self.ticket, note=self.cleaned_data["note"], by=self.official, at=at
        )


class CooperateForm(MoveForm):
    move = Move.COOPERATE
    button = "提交协办意见"

    note = forms.CharField(label="协办意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def perform(self, *, at: datetime) -> Ticket:
        parts = self.ticket.units.filter(part=Part.COOPERATE, is_current=True, finished_at__isnull=True)
        for part in parts.select_related("department").order_by("pk"):
            if serves_unit(self.official.access, part.department.path):
                return services.cooperate_on_ticket(
                    ticket=self.ticket,
                    department=part.department,
                    note=self.cleaned_data["note"],
                    by=self.official,
                    at=at,
                )
        raise services.MoveRefused("本单位的协办意见已经提交过。")


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

    def perform(self, *, at: datetime) -> Ticket:
        return services.resolve_ticket(
            ticket=self.ticket,
            outcome=Outcome(self.cleaned_data["outcome"]),
            result=self.cleaned_data["result"],
            by=self.official,
            at=at,
        )
