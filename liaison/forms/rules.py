"""Forms of the rulebook: one for every kind of rule, its values inside the rule's own sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models

from liaison.choices import Holder
from liaison.models import Official, Programme, ProgrammeVersion, Region, Rule
from liaison.normalise import planning_horizon
from liaison.perms import Capability, regions_for
from liaison.reports import Preset, sentence
from liaison.reports.phrases import SWITCHES
from liaison.reports.rulesets import KINDS

MOST = 9999  # days, companies, points: nothing in a rulebook is larger
WIDEST = 24  # characters of a box inside a sentence


def is_inner_code(field: models.Field[Any, Any]) -> bool:
    """A row's code is how versions name it among themselves; nobody types it."""
    return isinstance(field, models.SlugField)


def asked_fields(kind: type[Rule], *, is_new: bool) -> list[str]:
    """What the office sets of a rule: all but its code and its place; a limit's step once, when it is new."""
    fixed = {"position"} | (set() if is_new or kind is not KINDS["limits"] else {"kind"})
    return [
        field.name for field in kind.values_asked() if field.name not in fixed and not is_inner_code(field)
    ]


@dataclass(frozen=True)
class Piece:
    """A stretch of the sentence that is edited: words, or a value's box."""

    text: str = ""
    bound: forms.BoundField | None = None


class RuleForm(forms.ModelForm[Any]):
    """A rule as a sentence with boxes in it. The service checks and writes; see `rule_form`."""

    def __init__(self, *args: Any, version: ProgrammeVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"rule-{self._meta.model._meta.model_name}-{self.instance.pk or 'new'}-%s"
        for name, rule in self.fields.items():
            self._fit(name, rule, version)
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True  # a click opens it to be typed in

    def _fit(self, name: str, rule: Any, version: ProgrammeVersion) -> None:
        if name == "role":
            seats = version.team_roles.filter(holder=Holder.OFFICIAL)
            rule.queryset = seats.order_by("position", "pk")
            rule.empty_label = "请选择席位"
        elif name == "region":
            home = version.programme.region.path
            rule.queryset = Region.objects.filter(path__startswith=home).order_by("path")
            rule.empty_label = "不限区划"
        elif isinstance(rule, forms.TypedChoiceField) and not isinstance(rule, _Switch):
            choices: Any = rule.choices
            named = [(value, words) for value, words in choices if value != ""]
            blank = [("", "不限")] if not rule.required else []
            if rule.required and not self.instance.pk and self.initial.get(name) in (None, ""):
                blank = [("", "请选择")]
            rule.choices = blank + named
        widget = rule.widget
        widget.attrs["aria-label"] = rule.label
        widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
        if isinstance(widget, forms.NumberInput):
            widget.attrs["inputmode"] = "decimal" if isinstance(rule, forms.DecimalField) else "numeric"
            if not rule.required:
                widget.attrs["placeholder"] = "不限"
        elif isinstance(widget, forms.TextInput):
            widget.attrs["size"] = str(min(WIDEST, max(6, rule.max_length or WIDEST)))
            if not rule.required:
                widget.attrs["placeholder"] = "可不填"

    @property
    def errors_id(self) -> str:
        """The id of the list of refusals, which each wrong box points to."""
        return str(self.auto_id) % "errors"

    def pieces(self) -> Iterator[Piece]:
        """The sentence, with a box where each value stands; what it does not name follows."""
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] += " is-invalid"
                attrs |= {"aria-invalid": "true", "aria-describedby": self.errors_id}
        said = set()
        for part in sentence(self.instance, editing=True):
            if part.field in self.fields:
                said.add(part.field)
                yield Piece(bound=self[part.field])
            else:
                yield Piece(part.text)
        for name in self.fields:
            if name not in said:
                yield Piece(f" {self.fields[name].label} ")
                yield Piece(bound=self[name])

    def hints(self) -> list[tuple[str, str]]:
        """What is to be known of a value before it is set."""
        return [(str(rule.label), str(rule.help_text)) for rule in self.fields.values() if rule.help_text]

    def faults(self) -> list[str]:
        """Every refusal in words, the value named where its own words do not name it."""
        return [
            str(error) if name == NON_FIELD_ERRORS else f"{self.fields[name].label}：{error}"
            for name, errors in self.errors.items()
            for error in errors
        ]

    def _post_clean(self) -> None:
        """The service judges the row as a whole; here only each value is read."""


class _Switch(forms.TypedChoiceField):
    """Yes or no, in the words that the sentence has for them."""


def _is_yes(value: str) -> bool:
    return value == "True"


def rule_form(kind: type[Rule], *, is_new: bool) -> type[RuleForm]:
    """The form of a kind of rule: nothing of it is written down but what its columns and sentence say."""

    def box(field: models.Field[Any, Any], **options: Any) -> Any:
        if isinstance(field, models.BooleanField):
            yes, no = SWITCHES[kind, field.name]
            return _Switch(
                choices=[("True", yes), ("False", no)],
                coerce=_is_yes,
                label=field.verbose_name,
                help_text=field.help_text,
                initial=str(field.default),
            )
        if isinstance(field, models.IntegerField):
            options |= {"min_value": 0, "max_value": MOST}
        return field.formfield(**options)

    made: Any = forms.modelform_factory(
        kind, form=RuleForm, fields=asked_fields(kind, is_new=is_new), formfield_callback=box
    )
    return cast("type[RuleForm]", made)


class DraftForm(forms.Form):
    """From which day a version is to hold, and on which paper it rests."""

    effective_from = forms.DateField(label="生效日", help_text="从这一天起，新收集的问题按新版本办理")
    document = forms.CharField(label="依据文件", max_length=120, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_effective_from(self) -> date:
        day: date = self.cleaned_data["effective_from"]
        if day > planning_horizon(self.today):
            raise forms.ValidationError(f"生效日不能晚于 {planning_horizon(self.today)}。")
        return day


class NewVersionForm(DraftForm):
    """起草新版本: only the day is asked for; the paper is copied and can be changed in the draft."""

    document = None  # type: ignore[assignment]


class ProgrammeForm(forms.Form):
    """从模板新建: where, from when, under which name."""

    name = forms.CharField(label="方案名称", max_length=80)
    region: Any = forms.ModelChoiceField(
        Region.objects.none(), label="适用区划", empty_label=None, help_text="含其下级"
    )
    starts_on = forms.DateField(label="起始日")
    code = forms.SlugField(
        label="代码",
        max_length=20,
        help_text="网址和接口里用，英文字母、数字和短横，建立后不变",
        error_messages={"invalid": "代码只能用英文字母、数字、短横和下划线。"},
    )

    def __init__(self, *args: Any, template: Preset, official: Official, today: date, **kwargs: Any) -> None:
        self.today = today
        homes = regions_for(official, Capability.EDIT_RULES)
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {
            "name": free_name(template.name, homes[0] if homes else None),
            "starts_on": today,
            "code": free_code(template.code),
            "region": homes[0] if homes else None,
        } | kwargs["initial"]
        super().__init__(*args, **kwargs)
        within = models.Q(pk__in=[])
        for home in homes:
            within |= models.Q(path__startswith=home.path)
        self.fields["region"].queryset = Region.objects.filter(within).order_by("path")  # type: ignore[attr-defined]

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if not date(2000, 1, 1) <= day <= planning_horizon(self.today):
            raise forms.ValidationError(f"起始日应在 2000 年至 {planning_horizon(self.today)} 之间。")
        return day

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Programme.objects.filter(code=code).exists():
            raise forms.ValidationError(f"代码“{code}”已经用于另一个方案。")
        return code

    def clean(self) -> dict[str, Any]:
        """Two programmes of one name in one region could not be told apart in any list."""
        cleaned = super().clean() or {}
        name, region = cleaned.get("name"), cleaned.get("region")
        if name and region and Programme.objects.filter(region=region, name=name).exists():
            self.add_error("name", f"{region}已有叫“{name}”的方案，请换一个分得清的名称，如加上年份。")
        return cleaned


def free_name(wanted: str, region: Region | None) -> str:
    """The template's name, numbered where the region has a programme of that name already."""
    taken = set(
        Programme.objects.filter(region=region, name__startswith=wanted).values_list("name", flat=True)
    )
    if wanted not in taken:
        return wanted
    return next(f"{wanted}（{n}）" for n in range(2, len(taken) + 3) if f"{wanted}（{n}）" not in taken)


def free_code(wanted: str) -> str:
    """The template's code, numbered where a programme has it already."""
    taken = set(Programme.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{n}" for n in range(2, len(taken) + 3) if f"{wanted}-{n}" not in taken)


__all__ = ["DraftForm", "NewVersionForm", "ProgrammeForm", "RuleForm", "asked_fields", "rule_form"]
