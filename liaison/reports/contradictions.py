"""Rules that cannot work together: every reason at once, before a version is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from liaison.choices import Board, DutyPeriod, Holder, LimitKind, PaperForm, Rank, Rung, TriageScheme, Trigger
from liaison.models import (
    BatchRule,
    BulletinRule,
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
    Rule,
    ScoreItem,
    ScoreRule,
    StandingForm,
    SurveyRule,
    TeamRole,
    TriageRule,
)
from liaison.reports.rulesets import CHAPTERS, RuleSet

NEEDED: tuple[type[Rule], ...] = (
    LoadRule,
    ContactRule,
    TriageRule,
    ExtensionRule,
    HandlingRule,
    LightRule,
    SurveyRule,
    BulletinRule,
    ScoreRule,
)
AUTHORITY = [rung.value for rung in Rung]  # from the unit up
SENIORITY = [Rank.STAFF, Rank.SECTION, Rank.COUNTY, Rank.BUREAU]


@dataclass(frozen=True)
class Contradiction:
    """Why a set of rules cannot work, worded for the office, and the chapter where it is mended."""

    chapter: str
    words: str


def contradictions(rules: RuleSet) -> list[Contradiction]:
    """Every reason why these rules cannot be published; empty when they can."""
    return [
        *_gaps(rules),
        *(
            Contradiction(chapter, words)
            for chapter, check in (
                ("team", _team),
                ("team", _ages),
                ("quotas", _quotas),
                ("contact", _contact),
                ("phases", _phases),
                ("limits", _limits),
                ("grades", _grades),
                ("ladder", _ladder),
                ("survey", _survey),
                ("duties", _duties),
                ("daily", _daily),
                ("scores", _scores),
            )
            for words in check(rules)
        ),
    ]


def _gaps(rules: RuleSet) -> Iterator[Contradiction]:
    for chapter in CHAPTERS:
        for kind in chapter.kinds:
            if kind in NEEDED and rules.single(kind) is None:
                yield Contradiction(chapter.code, f"缺“{kind._meta.verbose_name}”。")


def _team(rules: RuleSet) -> Iterator[str]:
    seats = rules.of(TeamRole)
    if not any(seat.answers_company for seat in seats):
        yield "缺答复企业的席位：至少一个席位要负责上报问题、答复企业。"
    if not any(seat.keeps_contact for seat in seats):
        yield "缺承担联系走访的席位。"
    if any(seat.holder == Holder.GROUP for seat in seats) and not rules.of(GroupRule):
        yield "有席位由工作组担任，但没有设立工作组。"
    wanted = {seat.code for seat in seats if seat.holder != Holder.OFFICIAL}
    for row in rules.of(Eligibility):
        if row.role.code in wanted:
            yield f"“{row.role.name}”不由干部担任，不能设任职资格。"


def _ages(rules: RuleSet) -> Iterator[str]:
    """A lower rank may not be allowed to be older than a higher one: the limits would have crossed."""
    limits: dict[str, list[Eligibility]] = defaultdict(list)
    for row in rules.of(Eligibility):
        if row.max_age is not None:
            limits[row.role.code].append(row)
    for rows in limits.values():
        rows.sort(key=lambda row: SENIORITY.index(Rank(row.rank)))
        for lower, higher in pairwise(rows):
            if lower.rank != higher.rank and (lower.max_age or 0) > (higher.max_age or 0):
                yield (
                    f"“{lower.role.name}”的年龄上限交叉：{lower.get_rank_display()} {lower.max_age} 岁高于"
                    f"{higher.get_rank_display()} {higher.max_age} 岁。"
                )


def _quotas(rules: RuleSet) -> Iterator[str]:
    counted = [seat for seat in rules.of(TeamRole) if seat.counts_to_quota]
    quotas = rules.of(Quota)
    if counted and not quotas:
        yield f"“{counted[0].name}”计入包联限额，但没有设限额。"
        return
    ranks = {quota.rank for quota in quotas}
    for seat in counted:
        for row in rules.of(Eligibility):
            if row.role.code == seat.code and row.rank not in ranks:
                rank = row.get_rank_display()
                yield f"“{seat.name}”可由{rank}担任，但{rank}没有包联限额。"
    for quota in quotas:
        if quota.either_or and not (quota.companies and quota.projects):
            yield f"{quota.get_rank_display()}限额设为企业、项目二选一，但其中一项上限是 0。"


def _contact(rules: RuleSet) -> Iterator[str]:
    rule = rules.single(ContactRule)
    if rule is None:
        return
    modes = (rule.on_site, rule.by_phone, rule.by_message, rule.by_video)
    if not any(modes):
        yield "没有一种联系方式计入，联系次数无法达到。"
    if rule.on_site_months and not rule.on_site:
        yield "要求定期上门，但上门走访不计入联系。"
    if rule.visits_ceiling and modes == (True, False, False, False):
        seats = sum(seat.keeps_contact for seat in rules.of(TeamRole)) if rule.each_seat else 1
        floor = -(-rule.min_count * seats // rule.period_months)
        if floor > rule.visits_ceiling:
            yield f"只有上门计入联系，每月至少 {floor} 次，超过每月上门上限 {rule.visits_ceiling} 次。"


def _phases(rules: RuleSet) -> Iterator[str]:
    phases = sorted(rules.of(PhaseRule), key=lambda phase: phase.starts_after_days)
    if phases and phases[0].starts_after_days:
        yield f"第一个阶段“{phases[0].name}”应从启动当天（第 0 天）开始。"
    for earlier, later in pairwise(phases):
        ends = None if earlier.lasts_days is None else earlier.starts_after_days + earlier.lasts_days
        if ends is None or ends > later.starts_after_days:
            yield f"阶段“{earlier.name}”与“{later.name}”重叠。"
        elif ends < later.starts_after_days:
            yield f"阶段“{earlier.name}”与“{later.name}”之间有空档。"
    batch = rules.single(BatchRule)
    if batch is None and any(duty.period == DutyPeriod.BATCH for duty in rules.of(DutyRule)):
        yield "有规定动作按批次计数，但没有设批次。"


def _limits(rules: RuleSet) -> Iterator[str]:
    limits = {limit.kind: limit.working_days for limit in rules.of(LimitRule)}
    for kind in LimitKind:
        if kind not in limits:
            yield f"缺“{kind.label}”时限。"
        elif limits[kind] == 0 and kind != LimitKind.REPORT:
            yield f"“{kind.label}”时限是 0 个工作日，没有人能做到。"


def _grades(rules: RuleSet) -> Iterator[str]:
    grades, triage = rules.of(GradeRule), rules.single(TriageRule)
    if not grades:
        yield "缺难易等级：不分级的方案也要有一条办理时限。"
        return
    if triage is not None and triage.scheme == TriageScheme.NONE and len(grades) > 1:
        yield f"方案不分级，但设了 {len(grades)} 个等级。"
    if triage is not None and triage.scheme != TriageScheme.NONE and len(grades) == 1:
        yield "方案要分级，但只有一个等级。"
    extension = rules.single(ExtensionRule)
    for grade in grades:
        if grade.working_days == 0:
            yield f"“{grade}”的办理时限是 0 个工作日。"
        if grade.is_plan_only and grade.progress_days is None:
            yield f"“{grade}”只限期拿出方案，须写明多久报一次进展。"
        if grade.extension_days and extension is not None and extension.max_count == 0:
            yield f"“{grade}”设了延期上限，但延期规则不允许延期。"


def _ladder(rules: RuleSet) -> Iterator[str]:
    ladder = [rung.rung for rung in rules.of(LadderRung)]
    if not ladder:
        yield "没有提级层级：逾期的问题无处可提。"
        return
    if Rung.OFFICE not in ladder:
        yield "提级层级缺“协调办公室”：无人接手的问题要转到这里。"
    if ladder != sorted(ladder, key=AUTHORITY.index):
        yield "提级层级的顺序应由低到高：" + "、".join(
            Rung(r).label for r in sorted(ladder, key=AUTHORITY.index)
        )
    for grade in rules.of(GradeRule):
        if grade.rung not in ladder:
            yield f"“{grade}”由{grade.get_rung_display()}协调，但提级层级里没有这一级。"
    for rule in rules.of(EscalationRule):
        if rule.rung not in ladder:
            yield f"“{rule}”提到的一级不在提级层级里。"
    extension = rules.single(ExtensionRule)
    if extension is not None and extension.max_count and extension.approver not in ladder:
        yield f"延期由{extension.get_approver_display()}审批，但提级层级里没有这一级。"
    for trigger in Trigger:
        steps = [rule for rule in rules.of(EscalationRule) if rule.trigger == trigger]
        steps.sort(key=lambda rule: AUTHORITY.index(rule.rung))
        for lower, higher in pairwise(steps):
            if lower.threshold > higher.threshold:
                yield (
                    f"“{trigger.label}”提到{higher.get_rung_display()}（{higher.threshold}）早于提到"
                    f"{lower.get_rung_display()}（{lower.threshold}），会越级。"
                )


def _survey(rules: RuleSet) -> Iterator[str]:
    survey = rules.single(SurveyRule)
    if survey is None:
        return
    if survey.satisfied_min > survey.scale:
        yield "满意下限高于分值上限。"
    if survey.remind_days >= survey.close_days:
        yield f"评价第 {survey.remind_days} 天才提醒，而链接第 {survey.close_days} 天就失效。"


def _duties(rules: RuleSet) -> Iterator[str]:
    forms = {form.form for form in rules.of(StandingForm)}
    if PaperForm.DUTY_LEDGER in forms and not rules.of(DutyRule):
        yield "要填六个一工作台账，但没有设规定动作。"


def _daily(rules: RuleSet) -> Iterator[str]:
    report, fields = rules.single(ReportRule), rules.of(ReportField)
    forms = {form.form for form in rules.of(StandingForm)}
    if report is None and fields:
        yield "设了日报栏目，但没有日报规则。"
    if report is not None and not fields:
        yield "设了日报规则，但没有日报栏目。"
    if report is None and PaperForm.DAILY in forms:
        yield "要出企业日报，但没有日报规则。"


def _scores(rules: RuleSet) -> Iterator[str]:
    for board in Board:
        weights = [item.weight for item in rules.of(ScoreItem) if item.board == board]
        if weights and sum(weights) != 100:
            yield f"“{board.label}”的权重合计 {sum(weights):f} 分，应为 100 分。"
        if not weights and any(row.board == board for row in rules.of(DeductionRule)):
            yield f"“{board.label}”有扣分情形，但没有考核指标。"
    rule = rules.single(ScoreRule)
    if rule is None:
        return
    if rule.months_percent + rule.check_percent != 100:
        yield f"年度得分的占比合计 {rule.months_percent + rule.check_percent}%，应为 100%。"
    if not rule.excellent_min > rule.good_min > rule.fair_min:
        yield "优秀、良好、合格的分数线应依次降低。"
