"""What the office and leaders write to units, and what units answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from companies.models import Company
from issues.choices import NoticeColour, Part
from issues.models import Ticket
from liaison.choices import SystemRole
from liaison.models import Department, Official, Posting, Programme


class WordsForm(forms.Form):
    """Words that an act needs."""

    use_required_attribute = False
    words = forms.CharField(
        label="说明",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写说明。"},
    )


class DemandForm(forms.Form):
    """督办要求 and the day by which a reply is due."""

    use_required_attribute = False
    demand = forms.CharField(
        label="督办要求",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请填写督办要求。"},
    )
    due_on = forms.DateField(label="回复期限", error_messages={"required": "请填写回复期限。"})


class NoticeForm(DemandForm):
    """A 督办单 on a problem, or to a unit. Once it is known on which problem, what the problem decides is
    asked no more: its programme, the colour, whose it may be."""

    number = forms.CharField(
        label="问题编号", max_length=20, required=False, help_text="督办某件问题的填写；只督办单位的不填。"
    )
    programme = forms.ChoiceField(label="方案")
    unit = forms.ChoiceField(
        label="被督办单位",
        required=False,
        help_text="督办问题的，不选即为主办单位。",
        error_messages={"invalid_choice": "“%(value)s”不能作为被督办单位，请重新选择。"},
    )
    colour = forms.ChoiceField(
        label="颜色",
        choices=[("", "按次序"), *NoticeColour.choices],
        required=False,
        help_text="督办问题的，按黄、橙、红次序自动确定。",
    )
    field_order = ("number", "programme", "unit", "colour", "demand", "due_on")

    def __init__(
        self,
        *args: Any,
        tickets: QuerySet[Ticket],
        programmes: QuerySet[Programme],
        units: Mapping[str, Department],
        about: Ticket | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tickets, self.units, self.about = tickets, units, about
        self.programmes = {one.code: one for one in programmes}
        self.fields["programme"].choices = [(one.code, str(one)) for one in programmes]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "不选"), *((name, name) for name in units)]  # type: ignore[attr-defined]
        if about is not None:
            self._ask_only_what_is_open(about)

    def _ask_only_what_is_open(self, ticket: Ticket) -> None:
        del self.fields["programme"], self.fields["colour"]
        self.fields["number"].widget = forms.HiddenInput()
        unit, present = self.fields["unit"], ticket.units.filter(is_current=True).select_related("department")
        unit.help_text = "颜色按黄、橙、红次序自动确定。"
        rows = sorted(present, key=lambda row: (row.part != Part.LEAD, row.pk))
        if rows and rows[0].part == Part.LEAD:  # else all units: it is with nobody
            self.units = {row.department.name: row.department for row in rows}
            unit.choices = [  # type: ignore[attr-defined]
                (row.department.name, f"{row.department.name}（{row.get_part_display()}）") for row in rows
            ]
            unit.initial = rows[0].department.name

    def clean_number(self) -> Ticket | None:
        """The problem of that number, among those one may supervise."""
        number = self.cleaned_data["number"].strip()
        if not number:
            return None
        ticket = self.tickets.filter(number=number).first()
        if ticket is None:
            raise forms.ValidationError(f"没有编号为“{number}”的问题，或您无权督办。")
        return ticket

    def clean_unit(self) -> Department | None:
        return self.units.get(self.cleaned_data["unit"])

    def clean_programme(self) -> Programme:
        return self.programmes[self.cleaned_data["programme"]]

    def clean(self) -> dict[str, Any]:
        """A problem's own programme counts; its lead unit is addressed unless another is."""
        data: dict[str, Any] = super().clean() or {}
        ticket = data.get("number")
        if ticket is not None:
            data |= {"programme": ticket.programme, "colour": ""}  # they follow from the problem
            lead = ticket.units.leading().select_related("department").first()
            data["unit"] = data.get("unit") or (lead.department if lead else None)
            if data["unit"] is None:
                self.add_error("unit", "该问题还没有主办单位，请选被督办单位。")
        elif "number" in data and "unit" in data:
            if data["unit"] is None:
                self.add_error("unit", "请选被督办单位，或填写问题编号。")
            if not data.get("colour"):
                self.add_error("colour", "只督办单位的，请选颜色。")
        return data


class NoteForm(forms.Form):
    """A leader's note: whose, when, on what, to whom."""

    use_required_attribute = False
    number = forms.CharField(
        label="问题编号", max_length=20, required=False, help_text="批示某件问题的填写。"
    )
    uscc = forms.CharField(
        label="企业统一社会信用代码", max_length=18, required=False, help_text="不针对某件问题的填写。"
    )
    leader = forms.ChoiceField(label="批示领导")
    noted_on = forms.DateField(label="批示日期", error_messages={"required": "请填写批示日期。"})
    paper_number = forms.CharField(
        label="文号", max_length=60, required=False, help_text="代为登记的必填，如“云政批〔2026〕8号”。"
    )
    words = forms.CharField(
        label="批示内容",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请填写批示内容。"},
    )
    units = forms.MultipleChoiceField(
        label="承办单位",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择承办单位。"},
    )
    due_on = forms.DateField(label="报告期限", required=False)

    def __init__(
        self,
        *args: Any,
        tickets: QuerySet[Ticket],
        companies: QuerySet[Company],
        units: Mapping[str, Department],
        leaders: Mapping[str, Official],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tickets, self.companies, self.known, self.leaders = tickets, companies, units, leaders
        self.fields["leader"].choices = [(key, one.name) for key, one in leaders.items()]  # type: ignore[attr-defined]
        self.fields["units"].choices = [(name, name) for name in units]  # type: ignore[attr-defined]

    def clean_number(self) -> Ticket | None:
        """The problem of that number, if one may see it."""
        number = self.cleaned_data["number"].strip()
        ticket = self.tickets.filter(number=number).first() if number else None
        if number and ticket is None:
            raise forms.ValidationError(f"没有编号为“{number}”的问题，或您无权查看。")
        return ticket

    def clean_uscc(self) -> Company | None:
        """The company of that code, if one may see it."""
        uscc = self.cleaned_data["uscc"].strip().upper()
        company = self.companies.filter(uscc=uscc).first() if uscc else None
        if uscc and company is None:
            raise forms.ValidationError(f"没有统一社会信用代码为“{uscc}”的企业，或您无权查看。")
        return company

    def clean_leader(self) -> Official:
        return self.leaders[self.cleaned_data["leader"]]

    def clean_units(self) -> list[Department]:
        return [self.known[name] for name in self.cleaned_data["units"]]

    def clean(self) -> dict[str, Any]:
        """On a problem, or on a company."""
        data: dict[str, Any] = super().clean() or {}
        if "number" in data and "uscc" in data:
            if data["number"] is not None:
                data["uscc"] = data["number"].company
            elif data["uscc"] is None:
                self.add_error("number", "请填写问题编号，或企业的统一社会信用代码。")
        return data


def leaders_for(official: Official) -> dict[str, Official]:
    """Leaders in post in the official's regions, by their sign-in name; oneself first. One query."""
    places = Posting.objects.in_force(official.access.on).filter(role=SystemRole.LEADER)
    roles = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ADMIN)
    here = places.filter(official.access.cities("department__region__path"))
    found = Official.objects.filter(pk__in=here.values("official"), is_active=True).order_by("pinyin", "pk")
    if not official.access.roles & set(roles):
        return {}
    return {one.username: one for one in sorted(found, key=lambda one: one.pk != official.pk)}
