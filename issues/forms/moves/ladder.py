"""Moves up the ladder."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from issues import services
from issues.choices import Move, Part
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


class RemindForm(MoveForm):
    move = Move.REMIND
    button = "催办"
    hint = "提醒正在办理的单位；同一单位每个工作日只催一次，记入办理过程。"
    is_rare = True

    unit = forms.ChoiceField(label="催办单位")
    note = forms.CharField(label="催办内容", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [one for one in self.ticket.units.all() if one.is_current and not one.finished_at]
        units.sort(key=lambda one: (one.part != Part.LEAD, one.pk))
        self.units = {one.department.name: one.department for one in units}
        self.fields["unit"].choices = [(name, name) for name in self.units]  # type: ignore[attr-defined]

    def perform(self, *, at: datetime) -> Ticket:
        return services.remind_unit(
            ticket=self.ticket,
            department=self.units[self.cleaned_data["unit"]],
            words=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )
