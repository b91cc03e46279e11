"""The rulebook read aloud: every rule of a version as a sentence a clerk understands."""

from __future__ import annotations

from dataclasses import dataclass

from liaison.choices import Holder, LimitKind
from liaison.models import ContactRule, ProgrammeVersion, TeamRole


@dataclass(frozen=True)
class Chapter:
    """A group of rules, each a sentence."""

    title: str
    icon: str
    sentences: list[str]


SENTENCES = {
    LimitKind.REPORT: "收集后 {} 个工作日内上报协调办公室，逾期自动转办公室并标注。",
    LimitKind.TRIAGE: "协调办公室收到上报后 {} 个工作日内定级交办。",
    LimitKind.SIGN: "责任单位在交办后 {} 个工作日内签收，逾期视为接受；如有异议须说明理由退回。",
    LimitKind.FIRST_CONTACT: "签收后 {} 个工作日内与企业首次联系。",
    LimitKind.COOPERATE: "协办单位 {} 个工作日内反馈协办意见。",
    LimitKind.FEEDBACK: "办结后 {} 个工作日内由包抓干部答复企业。",
    LimitKind.REWORK: "企业不满意的退回重办，{} 个工作日内再次办结。",
    LimitKind.WARN: "到期前 {} 个工作日起亮黄灯（时限较短的环节按时限的五分之一）。",
}


def rules_in_words(version: ProgrammeVersion) -> list[Chapter]:
    """The chapters of a version's rules, in the order in which the work meets them."""
    limits = {rule.kind: rule.working_days for rule in version.limits.order_by("pk")}
    return [
        Chapter("专班", "users-group", [_seat(role) for role in version.team_roles.order_by("position")]),
        Chapter(
            "包联限额",
            "scale",
            [
                f"{quota.get_rank_display()}：每人最多包联 {quota.companies} 户企业、"
                f"{quota.projects} 个项目，" + ("超出即不能指派。" if quota.is_hard else "超出时提醒。")
                for quota in version.quotas.order_by("pk")
            ],
        ),
        Chapter("联系企业", "phone", [_contact(version.contact_rule)]),
        Chapter(
            "环节时限",
            "clock",
            [SENTENCES[kind].format(limits[kind]) for kind in LimitKind if kind in limits]
            + ["时限均为工作日：起算当日不计，补班日计入，期满日下班前截止。"],
        ),
        Chapter(
            "难易等级",
            "stairs",
            [
                f"{grade.code} {grade.name}：{grade.meaning}；"
                + (
                    f"{grade.working_days} 个工作日内拿出方案。"
                    if grade.is_plan_only
                    else f"{grade.working_days} 个工作日内办结。"
                )
                for grade in version.grades.order_by("position")
            ],
        ),
        Chapter(
            "提级督办",
            "stairs-up",
            [
                f"{rule.get_trigger_display()}（{_threshold(rule.trigger, rule.threshold)}）的，"
                f"提到{rule.get_rung_display()}，每级只提一次。"
                for rule in version.escalations.order_by("pk")
            ],
        ),
        Chapter(
            "企业评价",
            "star",
            [
                f"答复后请企业按 {version.survey_rule.scale} 分制评价，"
                f"{version.survey_rule.satisfied_min} 分及以上为满意，"
                f"链接 {version.survey_rule.close_days} 天内有效；没有评价的不计入满意率。",
            ],
        ),
        Chapter(
            "月度通报",
            "file-text",
            [
                (
                    f"每月 {version.bulletin_rule.cutoff_day} 日"
                    if version.bulletin_rule.cutoff_day
                    else "每月最后一天"
                )
                + "下班时截止，自动冻结数据、生成通报草稿、调度会议题和考核得分。",
                "通报对单位排名。"
                if version.bulletin_rule.rank_units
                else "通报不对单位排名，任何时候不对个人排名。",
            ],
        ),
    ]


def _seat(role: TeamRole) -> str:
    who = "单位" if role.holder == Holder.DEPARTMENT else "干部"
    count = f"{role.min_count} 个" if role.min_count == role.max_count else f"至少 {role.min_count} 个"
    duties = [
        words
        for held, words in (
            (role.keeps_contact, "承担联系走访"),
            (role.answers_company, "上报问题、答复企业"),
            (role.counts_to_quota, "计入包联限额"),
        )
        if held
    ]
    return f"{role.name}：每户企业{count}，由{who}担任" + (f"；{'，'.join(duties)}。" if duties else "。")


def _contact(rule: ContactRule) -> str:
    modes = [
        word
        for counted, word in (
            (rule.on_site, "上门走访"),
            (rule.by_phone, "电话"),
            (rule.by_message, "微信"),
            (rule.by_video, "视频"),
        )
        if counted
    ]
    period = "每月" if rule.period_months == 1 else f"每 {rule.period_months} 个月"
    return f"{period}至少联系 {rule.min_count} 次；{'、'.join(modes)}均计入。本期无问题也是好结果。"


def _threshold(trigger: str, threshold: int) -> str:
    return f"{threshold} 次" if trigger in ("reworks", "transfers") else f"超过期限第 {threshold} 个工作日"
