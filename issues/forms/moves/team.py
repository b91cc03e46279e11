"""Moves of those who look after the company."""

from __future__ import annotations

from datetime import datetime

from django import forms

from issues import services
from issues.choices import AnswerMode, Move
from issues.forms.moves.base import MoveForm
from issues.models import Ticket


class ReportForm(MoveForm):
    move = Move.REPORT
    button = "上报协调办公室"

    def perform(self, *, at: datetime) -> Ticket:
        return services.report_ticket(ticket=self.ticket, by=self.official, at=at)


class AnswerForm(MoveForm):
    move = Move.ANSWER
    button = "已答复企业"
    hint = "答复后，系统另行请企业确认；企业的评价不经过经办人。"

    mode = forms.ChoiceField(label="答复方式", choices=AnswerMode, widget=forms.RadioSelect, initial="phone")
    note = forms.CharField(
        label="企业当场意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def perform(self, *, at: datetime) -> Ticket:
        return services.answer_ticket(
            ticket=self.ticket,
            mode=AnswerMode(self.cleaned_data["mode"]),
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )
