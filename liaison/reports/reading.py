"""The rulebook laid out for a reader: chapters of sentences, what differs from another set."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from liaison.choices import LimitKind
from liaison.models import BatchRule, ContactRule, GradeRule, LimitRule, Rule, TeamRole
from liaison.reports.awaiting import NOT_YET, WHOLE, awaiting_values, is_awaiting
from liaison.reports.phrases import Part, sentence, value_with_unit
from liaison.reports.rulesets import (
    CHAPTERS,
    NAMES,
    Chapter,
    Difference,
    RuleSet,
    address,
    differences,
    facts,
    has_position,
    is_single,
)


@dataclass(frozen=True)
class Line:
    """A rule as a sentence; `note` says in words how it differs from what it is laid beside."""

    rule: Rule
    parts: list[Part]
    note: str = ""
    changed: tuple[str, ...] = ()  # the fields whose values differ

    @property
    def name(self) -> str:
        """The rule's kind as addresses name it."""
        return NAMES[type(self.rule)]

    @property
    def awaits(self) -> str:
        """What of the rule nothing goes by yet, in words; of a kind as a whole its head says so."""
        kind = type(self.rule)
        if kind in WHOLE:
            return ""
        if is_awaiting(self.rule):
            return NOT_YET
        names = "、".join(f"“{field_name(kind, name)}”" for name in awaiting_values(self.rule))
        return f"其中{names}尚未启用" if names else ""


@dataclass(frozen=True)
class Kind:
    """The rules of one kind within a chapter."""

    name: str
    title: str
    lines: list[Line]
    is_single: bool
    has_order: bool
    gone: list[Line] = field(default_factory=list)  # what only the other set has

    @property
    def awaits(self) -> str:
        """Said once above the rules of a kind that nothing goes by yet."""
        return NOT_YET if any(type(line.rule) in WHOLE for line in self.lines) else ""

    @property
    def may_add(self) -> bool:
        """Whether another row of the kind can stand beside these."""
        return not (self.is_single and self.lines)


@dataclass(frozen=True)
class ChapterRead:
    """A chapter laid out: its kinds, and how many rules differ."""

    code: str
    title: str
    icon: str
    kinds: list[Kind]

    @property
    def gone(self) -> list[Line]:
        return [line for kind in self.kinds for line in kind.gone]

    @property
    def count(self) -> int:
        return sum(len(kind.lines) for kind in self.kinds)

    @property
    def differing(self) -> int:
        return sum(bool(line.note) for kind in self.kinds for line in kind.lines) + len(self.gone)


def chapters_read(
    rules: RuleSet, beside: RuleSet | None = None, *, called: str = "模板", words_new: str = "模板没有这一条"
) -> list[ChapterRead]:
    """Every chapter; laid beside another set (a template, the version in force), the differences noted."""
    found = {} if beside is None else {one.name: one for one in differences(beside, rules)}
    return [_chapter(chapter, rules, found, called, words_new) for chapter in CHAPTERS]


def _chapter(
    chapter: Chapter, rules: RuleSet, found: Mapping[str, Difference], called: str, words_new: str
) -> ChapterRead:
    kinds = [
        Kind(
            NAMES[kind],
            str(kind._meta.verbose_name),
            [_line(rule, found.get(address(rule)), called, words_new) for rule in rules.of(kind)],
            is_single(kind),
            has_position(kind),
            [Line(one.rule, sentence(one.rule)) for one in found.values() if is_gone(one, kind)],
        )
        for kind in chapter.kinds
    ]
    return ChapterRead(chapter.code, chapter.title, chapter.icon, kinds)


def is_gone(difference: Difference, kind: type[Rule]) -> bool:
    """Whether a rule of the kind stands in the other set only."""
    return difference.after is None and difference.kind is kind


def _line(rule: Rule, difference: Difference | None, called: str, words_new: str) -> Line:
    if difference is None:
        return Line(rule, sentence(rule))
    if difference.before is None:
        return Line(rule, sentence(rule), words_new)
    return Line(rule, sentence(rule), f"{called}{was_in_words(difference)}", difference.fields)


def was_in_words(difference: Difference) -> str:
    """“为 2 个工作日”: the values that the rule had before, with their names where there are several."""
    before = difference.before
    if before is None:
        return ""
    values = [(field_name(type(before), name), value_with_unit(before, name)) for name in difference.fields]
    if len(values) == 1:
        return f"为 {values[0][1]}"
    return "：" + "、".join(f"{name} {value}" for name, value in values)


def field_name(kind: type[Rule], name: str) -> str:
    """A value's name without its unit in brackets."""
    return str(kind._meta.get_field(name).verbose_name).partition("（")[0]  # type: ignore[union-attr]


@dataclass(frozen=True)
class Turn:
    """A rule before and after, both as sentences; one of them is empty where it is new or gone."""

    difference: Difference
    before: list[Part]
    after: list[Part]

    @property
    def fields(self) -> tuple[str, ...]:
        return self.difference.fields

    @property
    def word(self) -> str:
        """新增, 删除 or 修改."""
        if self.difference.before is None:
            return "新增"
        return "修改" if self.difference.after is not None else "删除"

    @property
    def values(self) -> str:
        """“2 个工作日 → 3 个工作日”: each changed value, with its name where there are several."""
        before, after = self.difference.before, self.difference.after
        if before is None or after is None:
            return ""
        turns = [
            (name, f"{value_with_unit(before, name)} → {value_with_unit(after, name)}")
            for name in self.fields
        ]
        if len(turns) == 1:
            return turns[0][1]
        return "；".join(f"{field_name(self.difference.kind, name)} {turned}" for name, turned in turns)


@dataclass(frozen=True)
class ChapterTurned:
    """What changes in a chapter."""

    code: str
    title: str
    icon: str
    turns: list[Turn]


def chapters_turned(before: RuleSet, after: RuleSet) -> list[ChapterTurned]:
    """What changes from one set to the other, chapter by chapter; chapters that stay are left out."""
    turned = [
        ChapterTurned(
            chapter.code,
            chapter.title,
            chapter.icon,
            [turn_of(one) for one in differences(before, after) if one.kind in chapter.kinds],
        )
        for chapter in CHAPTERS
    ]
    return [chapter for chapter in turned if chapter.turns]


def turn_of(difference: Difference) -> Turn:
    """A difference as two sentences."""
    return Turn(
        difference,
        [] if difference.before is None else sentence(difference.before),
        [] if difference.after is None else sentence(difference.after),
    )


def fingerprint(rules: Iterable[Rule]) -> str:
    """What a set of rules says, as a short mark: two sets that say the same have the same mark."""
    said = sorted(
        (address(rule), getattr(rule, "position", 0), sorted((k, str(v)) for k, v in facts(rule).items()))
        for rule in rules
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def key_figures(rules: RuleSet, months: int | None) -> list[tuple[str, str]]:
    """What tells a template apart at a glance: how long, who serves, how often, how fast."""
    limits = {limit.kind: limit.working_days for limit in rules.of(LimitRule)}
    report = limits.get(LimitKind.REPORT)
    facts_found = [
        ("期限", _duration(months, rules.single(BatchRule))),
        ("席位", "、".join(seat.name for seat in rules.of(TeamRole))),
    ]
    if contact := rules.single(ContactRule):
        often = f"每 {contact.period_months} 个月" if contact.period_months > 1 else "每月"
        facts_found.append(("联系", f"{often}至少 {contact.min_count} 次"))
    if report is not None:
        facts_found.append(("上报", f"{report} 个工作日内" if report else "收集当日"))
    if grades := rules.of(GradeRule):
        facts_found.append(("办理", "、".join(_time_for(grade) for grade in grades) + "（工作日）"))
    return facts_found


def _duration(months: int | None, batches: BatchRule | None) -> str:
    """长期，每批 12 个月: how long the programme runs, and how long each batch of officials."""
    whole = f"{months} 个月" if months else "长期"
    return f"{whole}，每批 {batches.months} 个月" if batches else whole


def _time_for(grade: GradeRule) -> str:
    """部门类 10 天; what is judged on its plan has its days for that and none for its end."""
    return f"{grade.name} {grade.working_days} 天" + ("内拿出方案" if grade.is_plan_only else "")
