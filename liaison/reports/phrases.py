"""The rulebook read aloud: every rule as a sentence that a clerk understands, its values inside.

In a sentence `{field}` stands for a value and `[…]` for a clause that is left out while its first value is
empty or false; a form shows every clause, so that each value can be set where it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from liaison.choices import LimitKind
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


@dataclass(frozen=True)
class Part:
    """A stretch of a sentence; with `field` it is a value that the rule sets."""

    text: str
    field: str = ""


LIMITS: dict[str, str] = {
    LimitKind.REPORT: "收集后 {working_days} 个工作日内上报协调办公室，逾期自动转办公室并标注。",
    LimitKind.TRIAGE: "协调办公室收到上报后 {working_days} 个工作日内定级交办。",
    LimitKind.SIGN: "责任单位在交办后 {working_days} 个工作日内签收，逾期视为接受；如有异议须说明理由退回。",
    LimitKind.FIRST_CONTACT: "交办后 {working_days} 个工作日内由主办单位与企业首次联系。",
    LimitKind.COOPERATE: "协办单位 {working_days} 个工作日内反馈协办意见。",
    LimitKind.FEEDBACK: "办结后 {working_days} 个工作日内由〈who〉答复企业。",
    LimitKind.REWORK: "企业不满意的退回重办，{working_days} 个工作日内再次办结。",
}
NEW_LIMIT = "{kind}：{working_days} 个工作日。"
SAME_DAY = "收集当日上报协调办公室（{working_days} 个工作日），逾期自动转办公室并标注。"

SENTENCES: dict[type[Rule], str] = {
    TeamRole: "{name}：由{holder}担任，每户企业至少 {min_count} 个[、至多 {max_count} 个]"
    "[，来自{place}][，{keeps_contact}][（每 {contact_months} 个月一次）][，{answers_company}]"
    "[，{counts_to_quota}][，{full_time}][，{needs_training}]。",
    Eligibility: "{role}可由{rank}[{chiefs_only}][（{department_kind}）]担任[，不超过 {max_age} 岁]。",
    Quota: "{rank}[{chiefs_only}][（{department_kind}）][（{region}自定）]：每人[至少 {companies_min} 户、]"
    "最多包联 {companies} 户企业[、{projects} 个项目][，{either_or}]，{is_hard}。",
    LoadRule: "一人包联超过 {warn_companies} 户的，提示负荷偏重。",
    GroupRule: "{name}（{kind}）[共 {count} 个]，{rhythm}活动[，任务：{task}]。",
    PhaseRule: "{name}：启动后第 {starts_after_days} 天开始[，为期 {lasts_days} 天][，行业门类 {sections}]。",
    BatchRule: "分批派驻，每批 {months} 个月，期满轮换。",
    ContactRule: "每 {period_months} 个月至少联系 {min_count} 次[，{each_seat}]；"
    "计入的方式[ · {on_site}][ · {by_phone}][ · {by_message}][ · {by_video}]"
    "[；原则上每 {on_site_months} 个月上门一次][；一户企业每月上门合计不超过 {visits_ceiling} 次]"
    "[；{waiver}]；{is_hard}。"
    "[每家企业至少有 {liaisons_min} 名联络员。][每家企业至多设 {liaisons_max} 名联络员。]"
    "本期无问题也是好结果。",
    TriageRule: "问题{scheme}。",
    GradeRule: "{code} {name}[：{meaning}]；{working_days} 个工作日内{is_plan_only}，"
    "由{rung}协调，{remedy}[，每 {progress_days} 天报进展][，每 {review_days} 天复核]"
    "[，延期最多 {extension_days} 个工作日][，{needs_leader}]。",
    ExtensionRule: "可延期 {max_count} 次，每次最多 {max_days} 个工作日，"
    "提前 {ask_before_days} 个工作日申请，由{approver}审批[，{tell_company}]。",
    HandlingRule: "企业自己提交的问题：{filing}；"
    "责任单位最多退回 {max_returns} 次，再有异议由协调办公室裁定；"
    "挂账的每 {deferred_review_days} 天复核；销号后 {reopen_days} 天内企业可以重提。",
    LightRule: "到期前 {yellow_days} 个工作日起亮黄灯（不超过时限的 {yellow_percent}%），"
    "逾期亮红灯，逾期满 {red_plus_days} 个工作日为严重逾期。",
    LadderRung: "{rung}：{rhythm}研究。",
    EscalationRule: "{trigger}（{threshold}）的，提到{rung}，每级只提一次。",
    SurveyRule: "答复后请企业按 {scale} 分制评价，{satisfied_min} 分及以上为满意，"
    "链接 {close_days} 天内有效，{remind_days} 天未评价的提醒一次，没有评价的不计入满意率；"
    "不满意的回访 {callback_negative_percent}%，满意的抽访 {sample_positive_percent}%；"
    "评议最多 {max_questions} 题。",
    CheckRule: "{kind}：{rhythm}，抽取 {percent}%。",
    DutyRule: "{name}：{period}至少 {target} {unit}，由“{source}”记录自动计数。",
    ReportRule: "企业{rhythm}报告，{until_hour} 时前报出[，{zero_report}]。",
    ReportField: "{name}（{kind}[，{unit}]）[，{required}]。",
    BulletinRule: "每月 {cutoff_day} 下班时截止，自动冻结数据、生成通报草稿、调度会议题和考核得分；"
    "{rank_units}。",
    BulletinAudience: "{rhythm}通报发送{audience}。",
    ScoreItem: "{board}：{measure}，权重 {weight} 分，目标 {target}%，每低 1 个百分点扣 1 分。",
    DeductionRule: "{board}：{slip}，每次扣 {points} 分。",
    ScoreRule: "分母少于 {min_n} 的指标不计分；加分最多 {bonus_cap} 分；年度得分 = 月度 {months_percent}% + "
    "年终核查 {check_percent}%；{excellent_min} 分及以上优秀，{good_min} 分及以上良好，"
    "{fair_min} 分及以上合格。",
    ResultRule: "考核结果用于{use}。",
    StandingForm: "本方案使用《{form}》。",
}

# What a yes and a no are called inside a sentence.
SWITCHES: dict[tuple[type[Rule], str], tuple[str, str]] = {
    (TeamRole, "keeps_contact"): ("承担联系走访", "不承担联系走访"),
    (TeamRole, "answers_company"): ("上报问题、答复企业", "不答复企业"),
    (TeamRole, "counts_to_quota"): ("计入包联限额", "不计入包联限额"),
    (TeamRole, "full_time"): ("脱产专职", "不脱产"),
    (TeamRole, "needs_training"): ("须先培训", "不要求先培训"),
    (Eligibility, "chiefs_only"): ("主要负责人", "不限主要负责人"),
    (Quota, "chiefs_only"): ("主要负责人", "不限主要负责人"),
    (Quota, "either_or"): ("企业和项目二选一", "企业、项目可兼有"),
    (Quota, "is_hard"): ("超出即不能指派", "超出时提醒"),
    (ContactRule, "each_seat"): ("每个承担联系的席位各自联系", "一人联系即可"),
    (ContactRule, "on_site"): ("上门走访", "上门不计"),
    (ContactRule, "by_phone"): ("电话", "电话不计"),
    (ContactRule, "by_message"): ("微信", "微信不计"),
    (ContactRule, "by_video"): ("视频", "视频不计"),
    (ContactRule, "waiver"): ("企业表示本期无需联系的，视同已联系", "企业不能免联系"),
    (ContactRule, "is_hard"): ("未达到的计入考核", "未达到的只提醒、不考核"),
    (GradeRule, "is_plan_only"): ("拿出方案", "办结"),
    (GradeRule, "needs_leader"): ("由领导包案", "不设包案领导"),
    (ExtensionRule, "tell_company"): ("同时告知企业", "不告知企业"),
    (ReportRule, "zero_report"): ("没有情况也要零报告", "没有情况可不报"),
    (ReportField, "required"): ("必填", "选填"),
    (BulletinRule, "rank_units"): ("通报对单位排名，不对个人排名", "通报不对单位排名，任何时候不对个人排名"),
}
# Choices that say nothing by themselves: the clause around them is left out.
SILENT: dict[tuple[type[Rule], str], str] = {(TeamRole, "place"): "any"}
_UNIT = re.compile(r" ?(?:个工作日|个月|个项目|户企业|个|天|户|岁|名|次|分|题|时|%)")
_CLAUSE = re.compile(r"\[([^\]]*)\]")
_VALUE = re.compile(r"\{(\w+)\}")


def sentence(rule: Rule, *, editing: bool = False) -> list[Part]:
    """The rule as the parts of a sentence; `editing` keeps the clauses whose value is empty."""

    def clause(match: re.Match[str]) -> str:
        words = match[1]
        first = _VALUE.search(words)
        return words if editing or first is None or _says_something(rule, first[1]) else ""

    return list(_parts(rule, _CLAUSE.sub(clause, _template(rule, editing=editing))))


def in_words(rule: Rule) -> str:
    """The rule as one plain sentence."""
    return "".join(part.text for part in sentence(rule))


def _template(rule: Rule, *, editing: bool) -> str:
    if isinstance(rule, LimitRule):
        if rule.kind == LimitKind.REPORT and rule.working_days == 0 and not editing:
            return SAME_DAY
        if editing and not rule.pk:
            return NEW_LIMIT
        return LIMITS[rule.kind].replace("〈who〉", rule.answering or "专班")
    return SENTENCES[type(rule)]


def value_with_unit(rule: Rule, field: str) -> str:
    """A value as its sentence says it, with the unit that follows it there: “2 个工作日”."""
    parts = [*sentence(rule, editing=True), Part("")]
    for part, following in pairwise(parts):
        if part.field == field:
            unit = _UNIT.match(following.text)
            return part.text + (unit[0] if unit and part.text[-1:].isdigit() else "")
    return shown(rule, field)


def _says_something(rule: Rule, field: str) -> bool:
    value = _value(rule, field)
    return bool(value) and SILENT.get((type(rule), field)) != value


def _parts(rule: Rule, template: str) -> Iterator[Part]:
    place = 0
    for match in _VALUE.finditer(template):
        if match.start() > place:
            yield Part(template[place : match.start()])
        yield Part(shown(rule, match[1]), match[1])
        place = match.end()
    if place < len(template):
        yield Part(template[place:])


def _value(rule: Rule, name: str) -> Any:
    try:
        return getattr(rule, name)
    except ObjectDoesNotExist:  # a new row names no other row yet
        return None


def shown(rule: Rule, name: str) -> str:
    """A value of a rule as its sentence says it."""
    field: Any = rule._meta.get_field(name)
    value: Any = _value(rule, name)
    if isinstance(rule, BulletinRule) and name == "cutoff_day":
        return f"{value} 日" if value else "最后一天"
    if isinstance(rule, EscalationRule) and name == "threshold":
        counted = rule.trigger in ("reworks", "transfers")
        which = "办结期限或当前环节期限" if rule.trigger == "overdue" else "期限"
        return f"{value} 次" if counted else f"超过{which}第 {value} 个工作日"
    if isinstance(field, models.BooleanField):
        return SWITCHES[type(rule), name][0 if value else 1]
    if field.choices:
        return str(dict(field.flatchoices)[value]) if value else "不限"
    if isinstance(field, models.DecimalField) and value is not None:
        return f"{value.normalize():f}"
    return "不限" if value is None or value == "" else str(value)
