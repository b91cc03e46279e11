"""What of the audit trail is asked for."""

from __future__ import annotations

from datetime import datetime, time

from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet

from liaison.forms.filters import know_names
from liaison.models import AuditEvent
from liaison.workdays import SHANGHAI

# What services leave lines about, in the order of the menu.
KINDS = (
    *("companies.company", "companies.enrolment", "companies.assignment", "companies.visit"),
    *("issues.ticket", "issues.meeting", "issues.bulletin", "issues.monthend"),
    *("liaison.official", "liaison.department", "liaison.region", "liaison.importrun"),
    *("liaison.programme", "liaison.programmeversion"),
)
SYSTEM = "系统"  # what the page writes where nobody but the clock acted


class AuditForm(forms.Form):
    """操作记录 by who, what, of what kind and when; all of it optional."""

    use_required_attribute = False
    who = forms.CharField(label="操作人", max_length=40, required=False)
    action = forms.CharField(label="动作", max_length=60, required=False)
    kind = forms.ChoiceField(label="对象类别", required=False)
    q = forms.CharField(label="对象名称", max_length=100, required=False)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kinds = [(name, str(apps.get_model(name)._meta.verbose_name)) for name in KINDS]
        self.fields["kind"].choices = [("", "全部"), *kinds]  # type: ignore[attr-defined]
        self.fields["who"].widget.attrs["placeholder"] = f"姓名或“{SYSTEM}”"
        self.fields["action"].widget.attrs["placeholder"] = "如：指派、导入"

    def clean(self) -> dict[str, object]:
        """Raises WrongFilter for a name in the address that is none of these."""
        know_names(self.data, self.fields)
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "结束日期早于开始日期。")
        return cleaned

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The lines that fit every filter."""
        asked = self.cleaned_data
        if who := asked["who"]:
            named = Q(by__name__contains=who) | Q(by__pinyin__contains=who.lower()) | Q(by__username=who)
            events = events.filter(Q(by__isnull=True) if who == SYSTEM else named)
        if asked["action"]:
            events = events.filter(action__contains=asked["action"])
        if asked["kind"]:
            events = events.filter(subject__startswith=f"{asked['kind']}:")
        if asked["q"]:
            events = events.filter(label__contains=asked["q"])
        if asked["since"]:
            events = events.filter(at__gte=datetime.combine(asked["since"], time.min, tzinfo=SHANGHAI))
        if asked["until"]:
            events = events.filter(at__lte=datetime.combine(asked["until"], time.max, tzinfo=SHANGHAI))
        return events

    def words(self) -> str:
        """The filters in force as one phrase, for a list that they left empty."""
        asked = self.cleaned_data
        kind = dict(self.fields["kind"].choices).get(asked["kind"], "") if asked["kind"] else ""  # type: ignore[attr-defined]
        said = {
            "操作人": asked["who"],
            "动作": asked["action"],
            "对象类别": kind,
            "对象名称": asked["q"],
            "从": asked["since"] and f"{asked['since']:%Y-%m-%d}",
            "到": asked["until"] and f"{asked['until']:%Y-%m-%d}",
        }
        return "，".join(f"{label} {value}" for label, value in said.items() if value)
