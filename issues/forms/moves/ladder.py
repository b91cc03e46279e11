"""Moves up the ladder."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from issues import services
from issues.choices import Move
from issues.forms.moves.base import MoveForm
from issues.models import Ticket
from issues.perms import actors_of
from issues.transitions import Actor
from liaison.choices import Rung


class AskUpForm(MoveForm):
    move = Move.ASK_UP
    button = "请求提级"
    hint = "本层级协调不了的，请上一层级研究；每一层级只提一次，办理期限不变。"
    is_rare = True

    note = forms.CharField(label="提级理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return bool(ticket.rung != Rung.STANDING_MEETING)

    def perform(self, *, at: datetime) -> Ticket:
        return services.ask_up(
            ticket=self.ticket,
            words=self.cleaned_data["note"],
            from_office=Actor.OFFICE in actors_of(self.official, self.ticket),
            by=self.official,
            at=at,
        )
