"""Moves that rest on the company's own word: asking it to withdraw, and what it says on the phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from issues import services
from issues.choices import Move, RequestKind, WithdrawalReason
from issues.forms.moves.base import MoveForm
from issues.forms.moves.requests import AskForm, DropForm
from issues.models import Ticket
from liaison.models import Official


class AskWithdrawalForm(AskForm):
    move = Move.ASK_WITHDRAWAL
    button = "请企业撤回"
    hint = "只有企业自己在进度页上同意，问题才撤回；同意之前照常计时。下面的话企业会看到。"
    service = services.ask_withdrawal

    reason = forms.ChoiceField(label="为什么撤回", choices=WithdrawalReason, widget=forms.RadioSelect)


class DropWithdrawalForm(DropForm):
    move = Move.DROP_WITHDRAWAL
    button = "收回撤回请求"
    kind = RequestKind.WITHDRAWAL


class ReopenForm(MoveForm):
    move = Move.REOPEN
    button = "企业来电重提"
    is_rare = True

    note = forms.CharField(
        label="企业在电话里怎么说", max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = services.reopen_until(self.ticket)
        self.hint = "重提后开始新一轮办理，期限另算，仍由原主办单位办理。" + (
            f"最晚到{last:%-m月%-d日}。" if last else ""
        )

    @classmethod
    def is_for(cls, official: Official, ticket: Ticket) -> bool:
        return services.is_reopenable(ticket, on=official.access.on)

    def perform(self, *, at: datetime) -> Ticket:
        return services.reopen_ticket(
            ticket=self.ticket, note=self.cleaned_data["note"], by=self.official, at=at
        )
