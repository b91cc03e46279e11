"""Every reason for which a set of rules cannot work is found, and all of them at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import copy
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

from liaison.models import (
    BatchRule,
    ContactRule,
    DutyRule,
    Eligibility,
    EscalationRule,
    ExtensionRule,
    GradeRule,
    GroupRule,
    LadderRung,
    LimitRule,
    PhaseRule,
    Quota,
    ReportField,
    ReportRule,
    Rule,
    ScoreItem,
    ScoreRule,
    StandingForm,
    SurveyRule,
    TeamRole,
    TriageRule,
)
from liaison.reports import RuleSet, contradictions, preset_of, presets
from liaison.reports.contradictions import NEEDED

Change = Callable[[RuleSet], RuleSet]


def without(kind: type[Rule], /, **which: Any) -> Change:
    """The set without the rows of the kind that have these values; without values, without any."""

    def change(rules: RuleSet) -> RuleSet:
        kept = [row for row in rules.of(kind) if not all(getattr(row, k) == v for k, v in which.items())]
        return RuleSet({**rules.rows, kind: tuple(kept) if which else ()})

    return change


def setting(kind: type[Rule], values: dict[str, Any], /, **which: Any) -> Change:
    """The set with these values in the rows of the kind that have those."""

    def change(rules: RuleSet) -> RuleSet:
        rows = []
        for row in rules.of(kind):
            made = copy(row)
            if all(getattr(row, k) == v for k, v in which.items()):
                for name, value in values.items():
                    setattr(made, name, value)
            rows.append(made)
        return RuleSet({**rules.rows, kind: tuple(rows)})

    return change


def adding(*rows: Rule) -> Change:
    def change(rules: RuleSet) -> RuleSet:
        kind = type(rows[0])
        return RuleSet({**rules.rows, kind: (*rules.of(kind), *rows)})

    return change


def group_seat() -> TeamRole:
    return TeamRole(code="g", name="专家组", holder="group")


OFFICER = TeamRole(code="officer", name="包抓干部", holder="official")
WRONG: dict[str, tuple[str, str, list[Change]]] = {
    "缺答复企业的席位": ("p2", "team", [setting(TeamRole, {"answers_company": False})]),
    "缺承担联系走访的席位": ("p2", "team", [setting(TeamRole, {"keeps_contact": False})]),
    "没有设立工作组": ("p2", "team", [adding(group_seat()), without(GroupRule)]),
    "不由干部担任，不能设任职资格": (
        "p2",
        "team",
        [adding(Eligibility(role=TeamRole(code="lead_department", name="牵头单位"), rank="staff"))],
    ),
    "年龄上限交叉": ("p1", "team", [setting(Eligibility, {"max_age": 45}, rank="staff")]),
    "计入包联限额，但没有设限额": ("p4", "quotas", [without(Quota)]),
    "没有包联限额": ("p1", "quotas", [without(Quota, rank="county")]),
    "其中一项上限是 0": ("p4", "quotas", [setting(Quota, {"either_or": True, "projects": 0})]),
    "没有一种联系方式计入": (
        "p2",
        "contact",
        [setting(ContactRule, dict.fromkeys(("on_site", "by_phone", "by_message", "by_video"), False))],
    ),
    "上门走访不计入联系": ("p2", "contact", [setting(ContactRule, {"on_site_months": 2, "on_site": False})]),
    "超过每月上门上限": (
        "p2",
        "contact",
        [
            setting(
                ContactRule,
                {
                    "by_phone": False,
                    "by_message": False,
                    "by_video": False,
                    "min_count": 9,
                    "visits_ceiling": 1,
                },
            )
        ],
    ),
    "应从启动当天": ("p3", "phases", [setting(PhaseRule, {"starts_after_days": 3}, starts_after_days=0)]),
    "重叠": ("p3", "phases", [setting(PhaseRule, {"lasts_days": None})]),
    "有空档": ("p3", "phases", [setting(PhaseRule, {"lasts_days": 1}, starts_after_days=0)]),
    "没有设批次": ("p1", "phases", [without(BatchRule)]),
    "缺“收集后上报”时限": ("p2", "limits", [without(LimitRule, kind="report")]),
    "时限是 0 个工作日，没有人能做到": (
        "p2",
        "limits",
        [setting(LimitRule, {"working_days": 0}, kind="sign")],
    ),
    "缺难易等级": ("p2", "grades", [without(GradeRule)]),
    "方案不分级，但设了": ("p2", "grades", [setting(TriageRule, {"scheme": "none"})]),
    "只有一个等级": ("p2", "grades", [*(without(GradeRule, code=code) for code in "BCD")]),
    "办理时限是 0 个工作日": ("p2", "grades", [setting(GradeRule, {"working_days": 0}, code="A")]),
    "多久报一次进展": ("p2", "grades", [setting(GradeRule, {"progress_days": None}, code="D")]),
    "不允许延期": (
        "p2",
        "grades",
        [setting(ExtensionRule, {"max_count": 0}), setting(GradeRule, {"extension_days": 5}, code="A")],
    ),
    "没有提级层级": ("p2", "ladder", [without(LadderRung)]),
    "缺“协调办公室”": ("p2", "ladder", [without(LadderRung, rung="office")]),
    "顺序应由低到高": (
        "p2",
        "ladder",
        [lambda rules: RuleSet({**rules.rows, LadderRung: tuple(reversed(rules.of(LadderRung)))})],
    ),
    "协调，但提级层级里没有这一级": ("p2", "ladder", [without(LadderRung, rung="special_group")]),
    "提到的一级不在提级层级里": ("p2", "ladder", [without(LadderRung, rung="dispatch_meeting")]),
    "审批，但提级层级里没有这一级": (
        "p2",
        "ladder",
        [setting(ExtensionRule, {"approver": "special_group"}), without(LadderRung, rung="special_group")],
    ),
    "会越级": ("p2", "ladder", [setting(EscalationRule, {"threshold": 9}, trigger="overdue", rung="office")]),
    "满意下限高于分值上限": ("p2", "survey", [setting(SurveyRule, {"satisfied_min": 6})]),
    "天才提醒": ("p2", "survey", [setting(SurveyRule, {"remind_days": 7})]),
    "没有设规定动作": ("p1", "duties", [without(DutyRule)]),
    "设了日报栏目，但没有日报规则": ("p3", "daily", [without(ReportRule)]),
    "没有日报栏目": ("p3", "daily", [without(ReportField)]),
    "要出企业日报": ("p2", "daily", [adding(StandingForm(form="daily"))]),
    "的权重合计": ("p2", "scores", [setting(ScoreItem, {"weight": Decimal(1)}, measure="closed")]),
    "但没有考核指标": ("p2", "scores", [without(ScoreItem)]),
    "年度得分的占比合计": ("p2", "scores", [setting(ScoreRule, {"months_percent": 70})]),
    "应依次降低": ("p2", "scores", [setting(ScoreRule, {"good_min": 95})]),
}


@pytest.mark.parametrize("words", WRONG)
def test_is_found_with_its_chapter(words: str):
    preset, chapter, changes = WRONG[words]
    rules = preset_of(preset).rules
    assert contradictions(rules) == []
    for change in changes:
        rules = change(rules)
    assert chapter in {one.chapter for one in contradictions(rules) if words in one.words}


def gap_words() -> list[str]:
    return [f"缺“{kind._meta.verbose_name}”。" for kind in NEEDED]


def test_every_gap_is_found_in_the_chapter_where_it_is_mended():
    rules = RuleSet({})
    found = {one.words: one.chapter for one in contradictions(rules)}
    assert set(gap_words()) <= set(found)
    assert found["缺“评价规则”。"] == "survey"
    assert found["缺“联系规则”。"] == "contact"


def test_all_reasons_come_at_once():
    rules = preset_of("p2").rules
    wanted = ["缺答复企业的席位", "缺“收集后上报”时限", "的权重合计", "天才提醒", "没有提级层级"]
    for words in wanted:
        for change in WRONG[words][2]:
            rules = change(rules)
    said = "".join(one.words for one in contradictions(rules))
    assert [words for words in wanted if words not in said] == []


def test_every_yield_of_the_module_is_provoked_here():
    """A new contradiction needs a line in WRONG: the module's source names no words that are not there."""
    source = inspect.getsource(import_module("liaison.reports.contradictions"))
    assert source.count("yield ") == len(WRONG) + 1  # and the gaps of single kinds


@pytest.mark.parametrize("preset", [preset.code for preset in presets()])
def test_the_templates_contradict_nothing(preset: str):
    assert contradictions(preset_of(preset).rules) == []
