"""Moves of the coordination office on a problem's units: rulings, more units, fewer, another lead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from issues import services
from issues.choices import Move, Ruling
from issues.forms.moves.base import MoveForm, UnitField, UnitsField, units_for
from issues.models import Ticket, TicketUnit
from issues.perms import read_as_case
from liaison.models import Department


def _only_of(field: Any, rows: list[TicketUnit]) -> None:
    """Let the field choose among the units of these rows; the only one is chosen already."""
    chosen = Department.objects.filter(pk__in=[row.department_id for row in rows])
    field.queryset = chosen.select_related("region").order_by("pk")
    if len(rows) == 1:
        field.initial = rows[0].department.name


class RuleHelpForm(MoveForm):
    move = Move.RULE_HELP
    button = "裁定协办退回"

    unit = UnitField(
        label="退回的单位", queryset=Department.objects.none(), to_field_name="name", empty_label=None
    )
    ruling = forms.ChoiceField(label="裁定", choices=Ruling, widget=forms.RadioSelect)
    instead = UnitField(
        label="改由哪个单位协办",
        queryset=Department.objects.none(),
        to_field_name="name",
        required=False,
        help_text="只在改由其他单位协办时选择。",
    )
    note = forms.CharField(label="裁定理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case = read_as_case(self.official, self.ticket)
        waiting = [row for row in case.units.all() if row.is_to_rule]
        _only_of(self.fields["unit"], waiting)
        self.fields["instead"].queryset = units_for(self.ticket, self.official)  # type: ignore[attr-defined]
        self.hint = "；".join(f"{row.department}：{row.get_return_reason_display()}" for row in waiting)

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return any(row.is_to_rule for row in ticket.units.all())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("ruling") == Ruling.REPLACE and not values.get("instead"):
            self.add_error("instead", "请选择改由哪个单位协办。")
        return values

    def perform(self, *, at: datetime) -> Ticket:
        return services.rule_on_help(
            ticket=self.ticket,
            department=self.cleaned_data["unit"],
            ruling=Ruling(self.cleaned_data["ruling"]),
            instead=self.cleaned_data["instead"],
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class AddUnitForm(MoveForm):
    move = Move.ADD_UNIT
    button = "增加协办单位"
    hint = "新增的单位从今天起有自己的签收和反馈期限；主办单位的期限不变。"
    is_rare = True

    units = UnitsField(
        label="协办单位", queryset=Department.objects.none(), to_field_name="name", required=True
    )
    note = forms.CharField(
        label="需要它做什么", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case = read_as_case(self.official, self.ticket)
        busy = [
            row.department_id
            for row in case.units.all()
            if row.is_helping or row.is_to_rule or row.is_leading
        ]
        others = units_for(self.ticket, self.official).exclude(pk__in=busy)
        self.fields["units"].queryset = others  # type: ignore[attr-defined]

    def perform(self, *, at: datetime) -> Ticket:
        return services.add_helpers(
            ticket=self.ticket,
            departments=self.cleaned_data["units"],
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class ReleaseUnitForm(MoveForm):
    move = Move.RELEASE_UNIT
    button = "撤下协办单位"
    is_rare = True

    unit = UnitField(
        label="撤下哪个单位", queryset=Department.objects.none(), to_field_name="name", empty_label=None
    )
    note = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case = read_as_case(self.official, self.ticket)
        _only_of(self.fields["unit"], [row for row in case.units.all() if row.is_helping])

    @classmethod
    def is_of_use(cls, ticket: Any) -> bool:
        return any(row.is_helping for row in ticket.units.all())

    def perform(self, *, at: datetime) -> Ticket:
        return services.release_helper(
            ticket=self.ticket,
            department=self.cleaned_data["unit"],
            note=self.cleaned_data["note"],
            by=self.official,
            at=at,
        )


class TransferForm(MoveForm):
    move = Move.TRANSFER
    button = "改派主办单位"
    hint = "办结期限不变，不重新起算；新的主办单位须签收。改派计入改派次数，原单位的办理记录保留。"
    is_rare = True

    to = UnitField(label="改派给", queryset=Department.objects.none(), to_field_name="name")
    keep_former = forms.BooleanField(label="原主办单位转为协办", required=False)
    note = forms.CharField(label="改派理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case = read_as_case(self.official, self.ticket)
        leads = [row.department for row in case.units.all() if row.is_leading]
        self.former = leads[0] if leads else None
        others = units_for(self.ticket, self.official).exclude(pk__in=[unit.pk for unit in leads])
        self.fields["to"].queryset = others  # type: ignore[attr-defined]

    def perform(self, *, at: datetime) -> Ticket:
        return services.transfer_ticket(
            ticket=self.ticket, former=self.former, **self.cleaned_data, by=self.official, at=at
        )
