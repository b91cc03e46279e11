"""Rules as a whole: all rows of a version or of a template, side by side, and what differs between two."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import connection, models

from liaison.models import (
    BatchRule,
    BulletinAudience,
    BulletinRule,
    CheckRule,
    ContactRule,
    DeductionRule,
    DutyRule,
    Eligibility,
    EscalationRule,
    ExtensionRule,
    GradeRule,
    GroupRule,
    HandlingRule,
    LadderRung,
    LightRule,
    LimitRule,
    LoadRule,
    PhaseRule,
    ProgrammeVersion,
    Quota,
    ReportField,
    ReportRule,
    ResultRule,
    Rule,
    ScoreItem,
    ScoreRule,
    StandingForm,
    SurveyRule,
    TeamRole,
    TriageRule,
)

PRESETS = Path(__file__).resolve().parent.parent / "presets"
DEFAULTS = "d0"
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class Chapter:
    """A group of kinds of rules that an office clerk reads together."""

    code: str
    title: str
    icon: str
    kinds: tuple[type[Rule], ...]


CHAPTERS = (
    Chapter("team", "专班", "users-group", (TeamRole, Eligibility)),
    Chapter("quotas", "包联限额", "scale", (Quota, LoadRule)),
    Chapter("groups", "工作组", "users", (GroupRule,)),
    Chapter("phases", "阶段和批次", "timeline", (PhaseRule, BatchRule)),
    Chapter("contact", "联系企业", "phone", (ContactRule,)),
    Chapter("limits", "环节时限", "clock", (LimitRule,)),
    Chapter("grades", "分类办理", "stairs", (TriageRule, GradeRule, ExtensionRule, HandlingRule)),
    Chapter("lights", "亮灯", "traffic-lights", (LightRule,)),
    Chapter("ladder", "提级督办", "stairs-up", (LadderRung, EscalationRule)),
    Chapter("survey", "企业评价和核查", "star", (SurveyRule, CheckRule)),
    Chapter("duties", "规定动作", "checklist", (DutyRule,)),
    Chapter("daily", "日报", "calendar-stats", (ReportRule, ReportField)),
    Chapter("bulletins", "通报", "file-text", (BulletinRule, BulletinAudience)),
    Chapter("scores", "考核", "chart-bar", (ScoreItem, DeductionRule, ScoreRule, ResultRule)),
    Chapter("forms", "台账和表单", "forms", (StandingForm,)),
)

# How a template names the rows of each kind; kinds without a key are single.
NAMES: Mapping[type[Rule], str] = MappingProxyType(
    {
        TeamRole: "team_roles",
        Eligibility: "eligibilities",
        Quota: "quotas",
        LoadRule: "load_rule",
        GroupRule: "groups",
        PhaseRule: "phases",
        BatchRule: "batch_rule",
        ContactRule: "contact_rule",
        LimitRule: "limits",
        TriageRule: "triage_rule",
        GradeRule: "grades",
        ExtensionRule: "extension_rule",
        HandlingRule: "handling_rule",
        LightRule: "light_rule",
        LadderRung: "ladder",
        EscalationRule: "escalations",
        SurveyRule: "survey_rule",
        CheckRule: "checks",
        DutyRule: "duties",
        ReportRule: "report_rule",
        ReportField: "report_fields",
        BulletinRule: "bulletin_rule",
        BulletinAudience: "audiences",
        ScoreItem: "score_items",
        DeductionRule: "deductions",
        ScoreRule: "score_rule",
        ResultRule: "results",
        StandingForm: "forms",
    }
)
KINDS = {name: kind for kind, name in NAMES.items()}


class NoSuchPreset(LookupError):
    """No template of that name ships with the product. Worded for the user."""


@dataclass(frozen=True)
class RuleSet:
    """Every rule of a version or of a template, by kind, in the order in which they are read."""

    rows: Mapping[type[Rule], tuple[Rule, ...]]

    def __post_init__(self) -> None:
        """A limit says who answers by the names that this set gives to its seats."""
        names = "或".join(role.name for role in self.of(TeamRole) if role.answers_company)
        for limit in self.of(LimitRule):
            limit.answering = names

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """The rows of a kind."""
        return self.rows.get(kind, ())  # type: ignore[return-value]

    def single(self, kind: type[R]) -> R | None:
        """The one row of a kind without a key, if the set has it."""
        return next(iter(self.of(kind)), None)

    def __iter__(self) -> Iterator[Rule]:
        for chapter in CHAPTERS:
            for kind in chapter.kinds:
                yield from self.of(kind)


@dataclass(frozen=True)
class Preset:
    """方案模板: a programme ready to start, as it ships with the product."""

    code: str
    name: str
    summary: str
    document: str
    months: int | None
    rules: RuleSet


@dataclass(frozen=True)
class Difference:
    """One rule that is new, gone or changed between two sets; `fields` names the values that changed."""

    kind: type[Rule]
    rule: Rule  # the later one where there are two
    before: Rule | None
    after: Rule | None
    fields: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How an adoption names the rule: limits/report, grades/C, light_rule."""
        return address(self.rule)


def is_single(kind: type[Rule]) -> bool:
    """A version has one row of the kind at most."""
    return not kind.KEY


def address(rule: Rule) -> str:
    """A rule's name across versions: its kind and what it is about."""
    return "/".join([NAMES[type(rule)], *(part for part in identity(rule) if part)])


def identity(rule: Rule) -> tuple[str, ...]:
    """What tells the row apart within its kind, in plain values that two versions share."""
    return tuple(str(_plain(getattr(rule, name))) for name in rule.KEY)


def facts(rule: Rule) -> dict[str, object]:
    """The values of a row in a form that compares across versions; its place in the order is no rule."""
    return {
        field.name: _plain(getattr(rule, field.name))
        for field in rule.values_asked()
        if field.name != "position"
    }


def _plain(value: object) -> object:
    match value:
        case None:
            return ""
        case models.Model():
            return getattr(value, "code", value.pk)
        case _:
            return value


def ruleset_of(version: ProgrammeVersion) -> RuleSet:
    """The rules of a version, every kind read in one query."""
    each = [
        f"SELECT '{name}', to_jsonb(rule) FROM {connection.ops.quote_name(kind._meta.db_table)} rule"  # noqa: S608
        " WHERE version_id = %s"
        for kind, name in NAMES.items()
    ]
    found: dict[type[Rule], list[Rule]] = {kind: [] for kind in NAMES}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each), [version.pk] * len(each))
        for name, columns in cursor.fetchall():
            found[KINDS[name]].append(_rule(KINDS[name], json.loads(columns)))
    seats = {seat.pk: seat for seat in found[TeamRole]}
    for eligibility in found[Eligibility]:
        eligibility.role = seats[eligibility.role_id]  # type: ignore[attr-defined]
    models.prefetch_related_objects(found[Quota], "region")
    for rows in found.values():
        rows.sort(key=lambda rule: (getattr(rule, "position", 0), rule.pk))
    return RuleSet({kind: tuple(rows) for kind, rows in found.items()})


def _rule(kind: type[Rule], columns: dict[str, Any]) -> Rule:
    names = [field.attname for field in kind._meta.concrete_fields]
    values = [field.to_python(columns[str(field.column)]) for field in kind._meta.concrete_fields]
    return kind.from_db(connection.alias, names, values)


@cache
def preset_of(code: str) -> Preset:
    """A template by its code, laid over the defaults; its rows are unsaved. Raises NoSuchPreset."""
    if code == DEFAULTS or code not in preset_codes():
        raise NoSuchPreset(f"没有名为“{code}”的方案模板。")
    own = tomllib.loads((PRESETS / f"{code}.toml").read_text(encoding="utf-8"))
    base = tomllib.loads((PRESETS / f"{DEFAULTS}.toml").read_text(encoding="utf-8"))
    merged = {**base, **own}
    for name, values in base.items():
        if isinstance(values, dict):
            merged[name] = {**values, **own.get(name, {})}
    return Preset(
        code=own["code"],
        name=own["name"],
        summary=own["summary"],
        document=own.get("document", ""),
        months=own.get("months"),
        rules=RuleSet({kind: tuple(_rows(kind, merged.get(name), merged)) for kind, name in NAMES.items()}),
    )


def presets() -> list[Preset]:
    """Every template that ships with the product."""
    return [preset_of(code) for code in preset_codes()]


@cache
def preset_codes() -> tuple[str, ...]:
    """The codes of the templates, in order."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml") if path.stem != DEFAULTS))


def _rows(kind: type[Rule], given: Any, preset: dict[str, Any]) -> Iterator[Rule]:
    if given is None:
        return
    if kind is LimitRule:
        given = [{"kind": step, "working_days": days} for step, days in given.items()]
    elif is_single(kind):
        given = [given]
    for place, values in enumerate(given, start=1):
        row = dict(values)
        if kind is Eligibility:
            row["role"] = next(
                TeamRole(code=seat["code"], name=seat["name"], holder=seat["holder"])
                for seat in preset["team_roles"]
                if seat["code"] == row["role"]
            )
        if has_position(kind):
            row["position"] = place
        rule = kind(**row)
        for field in kind.values_asked():
            if not field.is_relation:
                setattr(rule, field.attname, field.to_python(getattr(rule, field.attname)))
        yield rule


def has_position(kind: type[Rule]) -> bool:
    """Whether the office sets the order of the rows of the kind."""
    return any(field.name == "position" for field in kind.values_asked())


def differences(before: RuleSet, after: RuleSet) -> list[Difference]:
    """What is new, gone or changed in the second set, in the order in which rules are read."""
    return [
        difference
        for chapter in CHAPTERS
        for kind in chapter.kinds
        for difference in _differences(kind, before.of(kind), after.of(kind))
    ]


def _differences(kind: type[Rule], before: Iterable[Rule], after: Iterable[Rule]) -> Iterator[Difference]:
    old = {identity(rule): rule for rule in before}
    new = {identity(rule): rule for rule in after}
    for key, rule in new.items():
        earlier = old.get(key)
        if earlier is None:
            yield Difference(kind, rule, None, rule)
            continue
        was, now = facts(earlier), facts(rule)
        if changed := tuple(name for name, value in now.items() if value != was[name]):
            yield Difference(kind, rule, earlier, rule, changed)
    for key, rule in old.items():
        if key not in new:
            yield Difference(kind, rule, rule, None)
