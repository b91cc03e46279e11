"""Moves that ask for something, and those that decide it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from django import forms

from issues import services
from issues.choices import ExclusionReason, Move
from issues.forms.moves.base import MoveForm
from issues.models import Ticket


class AskExclusionForm(MoveForm):
    move = Move.ASK_EXCLUSION
    button = "申请剔除"
    hint = "不应由本方案办理的，经方案所在地协调办公室另一人同意后剔除；同意之前照常计时。"
    is_rare = True

    reason = forms.ChoiceField(label="剔除理由", choices=ExclusionReason, widget=forms.RadioSelect)
    words = forms.CharField(label="具体说明", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def perform(self, *, at: datetime) -> Ticket:
        return services.ask_exclusion(
            ticket=self.ticket,
            reason=ExclusionReason(self.cleaned_data["reason"]),
            words=self.cleaned_data["words"],
            by=self.official,
            at=at,
        )


class GrantForm(MoveForm):
    """Base: say yes, with a remark where there is one."""

    service: ClassVar[Callable[..., Ticket]]
    answer = forms.CharField(
        label="审批意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def perform(self, *, at: datetime) -> Ticket:
        return type(self).service(
            ticket=self.ticket, answer=self.cleaned_data["answer"], by=self.official, at=at
        )


class RefuseForm(GrantForm):
    """Base: say no, with the reason."""

    answer = forms.CharField(label="不同意的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class GrantExclusionForm(GrantForm):
    move = Move.GRANT_EXCLUSION
    button = "同意剔除"
    hint = "剔除后不再办理，也不计入任何比率；申请与审批留在办理过程中。"
    service = services.grant_exclusion


class RefuseExclusionForm(RefuseForm):
    move = Move.REFUSE_EXCLUSION
    button = "不同意剔除"
    service = services.refuse_exclusion


class DropExclusionForm(MoveForm):
    move = Move.DROP_EXCLUSION
    button = "收回剔除申请"

    def perform(self, *, at: datetime) -> Ticket:
        return services.drop_exclusion(ticket=self.ticket, by=self.official, at=at)
