"""Rules of a problem's course: limits, grades, extension, objections, lights, the ladder."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liaison.choices import (
    FilingWay,
    LimitKind,
    Remedy,
    Rhythm,
    Rung,
    TriageScheme,
    Trigger,
)
from liaison.models.programmes import ProgrammeVersion
from liaison.models.rules import Rule


class LimitRule(Rule):
    """The time limit of a step, in working days (起算日不计); 0 days to report means the same day."""

    KEY = ("kind",)
    answering = ""  # who answers the company, by the names of the seats of the set it is read in

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="limits")
    kind = models.CharField("环节", max_length=16, choices=LimitKind)
    working_days = models.PositiveSmallIntegerField("工作日")

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "环节时限"
        constraints = [
            models.UniqueConstraint(name="liaison_limitrule_kind_once", fields=["version", "kind"]),
            models.CheckConstraint(
                name="liaison_limitrule_kind_known", condition=Q(kind__in=LimitKind.values)
            ),
            models.CheckConstraint(
                name="liaison_limitrule_positive",
                condition=Q(working_days__gte=1) | Q(kind=LimitKind.REPORT),
                violation_error_message="时限至少 1 个工作日；只有上报可以是 0，即当日。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.working_days} 个工作日"


class TriageRule(Rule):
    """How problems are sorted on arrival: by difficulty, by route, or not at all."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="triage_rule")
    scheme = models.CharField("分类方式", max_length=8, choices=TriageScheme, default=TriageScheme.GRADES)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "分类方式"
        constraints = [
            models.CheckConstraint(
                name="liaison_triagerule_scheme_known", condition=Q(scheme__in=TriageScheme.values)
            ),
        ]

    def __str__(self) -> str:
        return self.get_scheme_display()


class GradeRule(Rule):
    """难易等级: how hard a problem is, and the time that this difficulty is given."""

    KEY = ("code",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="grades")
    code = models.CharField("等级", max_length=4)
    name = models.CharField("名称", max_length=20)
    meaning = models.CharField("含义", max_length=80, blank=True)
    working_days = models.PositiveSmallIntegerField("办理时限（工作日）", help_text="疑难类为拿出方案的时限")
    is_plan_only = models.BooleanField("时限只到拿出方案", default=False)
    rung = models.CharField("协调层级", max_length=20, choices=Rung, default=Rung.UNIT)
    remedy = models.CharField("解决方式", max_length=12, choices=Remedy, default=Remedy.UNIT)
    extension_days = models.PositiveSmallIntegerField(
        "延期上限（工作日）", null=True, blank=True, help_text="空为按延期规则"
    )
    progress_days = models.PositiveSmallIntegerField("进展周期（天）", null=True, blank=True)
    review_days = models.PositiveSmallIntegerField("复核周期（天）", null=True, blank=True)
    needs_leader = models.BooleanField("领导包案", default=False)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "等级"
        constraints = [
            models.UniqueConstraint(name="liaison_graderule_code_once", fields=["version", "code"]),
            models.CheckConstraint(
                name="liaison_graderule_days_positive",
                condition=Q(working_days__gte=1),
                violation_error_message="办理时限至少 1 个工作日。",
            ),
            models.CheckConstraint(
                name="liaison_graderule_rung_known",
                condition=Q(rung__in=Rung.values, remedy__in=Remedy.values),
            ),
            models.CheckConstraint(
                name="liaison_graderule_rhythms_positive",
                condition=(Q(progress_days__isnull=True) | Q(progress_days__gte=1))
                & (Q(review_days__isnull=True) | Q(review_days__gte=1)),
                violation_error_message="进展和复核周期至少为 1 天。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ExtensionRule(Rule):
    """延期: how often and for how long a deadline may be put off, in working days, and who allows it."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="extension_rule")
    max_count = models.PositiveSmallIntegerField("最多次数", default=1)
    max_days = models.PositiveSmallIntegerField("每次最多（工作日）", default=10)
    ask_before_days = models.PositiveSmallIntegerField("提前申请（工作日）", default=1)
    approver = models.CharField("审批", max_length=20, choices=Rung, default=Rung.OFFICE)
    tell_company = models.BooleanField("告知企业", default=True)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "延期规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_extensionrule_sane",
                condition=Q(max_count=0) | Q(max_days__gte=1),
                violation_error_message="允许延期时，每次至少 1 个工作日。",
            ),
            models.CheckConstraint(
                name="liaison_extensionrule_approver_above_unit",
                condition=Q(approver__in=[rung for rung in Rung.values if rung != Rung.UNIT]),
                violation_error_message="延期须由责任单位以上审批。",
            ),
        ]

    def __str__(self) -> str:
        return f"最多 {self.max_count} 次，每次 {self.max_days} 个工作日"


class HandlingRule(Rule):
    """Companies' own filing, objections, 挂账 and reopening: where to, how often, how long."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="handling_rule")
    filing = models.CharField("企业自己提交", max_length=8, choices=FilingWay, default=FilingWay.TEAM)
    max_returns = models.PositiveSmallIntegerField(
        "最多退回次数", default=2, help_text="之后由协调办公室裁定"
    )
    deferred_review_days = models.PositiveSmallIntegerField("挂账复核周期（天）", default=30)
    reopen_days = models.PositiveSmallIntegerField("企业可重提（天）", default=30)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "办理规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_handlingrule_positive",
                condition=Q(deferred_review_days__gte=1),
                violation_error_message="挂账复核周期至少 1 天。",
            ),
            models.CheckConstraint(
                name="liaison_handlingrule_filing_known", condition=Q(filing__in=FilingWay.values)
            ),
        ]

    def __str__(self) -> str:
        return f"最多退回 {self.max_returns} 次"


class LightRule(Rule):
    """亮灯: from when a step is yellow (at most so many working days before, at most that share of its limit)
    and from when it is 严重逾期."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="light_rule")
    yellow_days = models.PositiveSmallIntegerField("到期前（工作日）", default=2)
    yellow_percent = models.PositiveSmallIntegerField("且不超过时限的（%）", default=20)
    red_plus_days = models.PositiveSmallIntegerField("逾期（工作日）", default=5)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "亮灯规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_lightrule_sane",
                condition=Q(yellow_days__gte=1, yellow_percent__range=(1, 100), red_plus_days__gte=1),
                violation_error_message="预警天数、比例和严重逾期天数至少为 1，比例不超过 100%。",
            ),
        ]

    def __str__(self) -> str:
        return f"到期前 {self.yellow_days} 个工作日亮黄灯"


class LadderRung(Rule):
    """A rung of the ladder that the programme has, in order, and how often it sits."""

    KEY = ("rung",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="ladder")
    rung = models.CharField("层级", max_length=20, choices=Rung)
    rhythm = models.CharField("研究节奏", max_length=12, choices=Rhythm, default=Rhythm.EVENT)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "提级层级"
        constraints = [
            models.UniqueConstraint(name="liaison_ladderrung_once", fields=["version", "rung"]),
            models.CheckConstraint(
                name="liaison_ladderrung_known",
                condition=Q(rung__in=Rung.values, rhythm__in=Rhythm.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rung_display()}（{self.get_rhythm_display()}）"


class EscalationRule(Rule):
    """When a problem climbs, and to which rung."""

    KEY = ("trigger", "rung")

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="escalations")
    trigger = models.CharField("触发", max_length=12, choices=Trigger)
    threshold = models.PositiveSmallIntegerField(
        "阈值", help_text="逾期类为超过期限后的工作日数，次数类为次数"
    )
    rung = models.CharField("提到", max_length=20, choices=Rung)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "提级规则"
        constraints = [
            models.UniqueConstraint(name="liaison_escalation_once", fields=["version", "trigger", "rung"]),
            models.CheckConstraint(
                name="liaison_escalation_trigger_known", condition=Q(trigger__in=Trigger.values)
            ),
            models.CheckConstraint(name="liaison_escalation_rung_known", condition=Q(rung__in=Rung.values)),
            models.CheckConstraint(
                name="liaison_escalation_threshold_positive",
                condition=Q(threshold__gte=1),
                violation_error_message="提级阈值至少为 1。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} → {self.get_rung_display()}"
