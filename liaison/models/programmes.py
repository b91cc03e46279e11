"""The rulebook: programmes, their versions, and every rule as a typed row of a version.

A published version is frozen: PostgreSQL refuses any change to it and to its rows. Tickets,
assignments and scores keep the version under which they were made.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from liaison.choices import (
    Board,
    Holder,
    LimitKind,
    Measure,
    Rank,
    Rung,
    Slip,
    Trigger,
    VersionStatus,
)
from liaison.models.map import Region

if TYPE_CHECKING:
    from liaison.models.people import Official


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, official: Official) -> Self:
        """Programmes are public among officials."""
        return self if official.access else self.none()


class Programme(models.Model):
    """方案: a named scheme that a region runs, under versions of its rules."""

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=80)
    region = models.ForeignKey(
        Region, verbose_name="区划", on_delete=models.PROTECT, related_name="programmes"
    )
    starts_on = models.DateField("起始日")
    ends_on = models.DateField("终止日", null=True, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "包联方案"
        constraints = [
            models.CheckConstraint(
                name="liaison_programme_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="方案终止日不能早于起始日。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def version_on(self, on: date) -> ProgrammeVersion:
        """The published rules in force on the day; raises ProgrammeVersion.DoesNotExist without any."""
        return (
            self.versions.filter(status=VersionStatus.PUBLISHED, effective_from__lte=on)
            .order_by("-effective_from", "-number")[:1]
            .get()
        )


class ProgrammeVersion(models.Model):
    """方案版本: one state of a programme's rules, in force from a day on."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField("版本号")
    status = models.CharField("状态", max_length=10, choices=VersionStatus, default=VersionStatus.DRAFT)
    effective_from = models.DateField("生效日")
    preset = models.CharField("模板", max_length=20, blank=True)
    document = models.CharField("依据文件", max_length=120, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发布人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "方案版本"
        constraints = [
            models.UniqueConstraint(name="liaison_version_number_once", fields=["programme", "number"]),
            models.CheckConstraint(
                name="liaison_version_published_iff_stamped",
                condition=Q(status=VersionStatus.PUBLISHED, published_at__isnull=False)
                | Q(status=VersionStatus.DRAFT, published_at__isnull=True, published_by__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status=VersionStatus.PUBLISHED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} 第 {self.number} 版"

    def limit(self, kind: LimitKind) -> int:
        """The limit of a step, in working days; raises LimitRule.DoesNotExist if the version sets none."""
        return self.limits.get(kind=kind).working_days


_FROZEN_BODY = """
    PERFORM 1 FROM liaison_programmeversion v
     WHERE v.status = 'published'
       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);
    IF FOUND THEN
        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


class Rule(models.Model):
    """A row of a version's rules; frozen with it."""

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_FROZEN_BODY,
            ),
        ]


class TeamRole(Rule):
    """A seat of the team that a company gets: 牵头单位, 包抓领导, 班长, 成员, 包抓干部 …"""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="team_roles")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=30)
    holder = models.CharField("由谁担任", max_length=12, choices=Holder)
    min_count = models.PositiveSmallIntegerField("最少", default=0)
    max_count = models.PositiveSmallIntegerField("最多", null=True, blank=True)
    counts_to_quota = models.BooleanField("计入包联限额", default=False)
    keeps_contact = models.BooleanField("承担联系走访", default=False)
    answers_company = models.BooleanField("答复企业", default=False)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "专班席位"
        constraints = [
            models.UniqueConstraint(name="liaison_teamrole_code_once", fields=["version", "code"]),
            models.CheckConstraint(
                name="liaison_teamrole_max_not_below_min",
                condition=Q(max_count__isnull=True) | Q(max_count__gte=F("min_count")) & Q(max_count__gte=1),
                violation_error_message="席位上限不能小于下限。",
            ),
            models.CheckConstraint(
                name="liaison_teamrole_holder_known", condition=Q(holder__in=Holder.values)
            ),
            models.CheckConstraint(
                name="liaison_teamrole_only_officials_count",
                condition=Q(holder=Holder.OFFICIAL) | Q(counts_to_quota=False, keeps_contact=False),
                violation_error_message="只有干部席位计入限额、承担联系。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_exclusive(self) -> bool:
        """One holder at most at any time."""
        return self.max_count == 1


class Quota(Rule):
    """How many companies and projects an official of a rank may look after."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="quotas")
    rank = models.CharField("职级", max_length=10, choices=Rank)
    companies = models.PositiveSmallIntegerField("企业数上限")
    projects = models.PositiveSmallIntegerField("项目数上限", default=0)
    is_hard = models.BooleanField("硬性", default=True, help_text="超出即拒绝；否则只提醒")

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "包联限额"
        constraints = [
            models.UniqueConstraint(name="liaison_quota_rank_once", fields=["version", "rank"]),
            models.CheckConstraint(name="liaison_quota_rank_known", condition=Q(rank__in=Rank.values)),
        ]

    def __str__(self) -> str:
        return f"{self.get_rank_display()} {self.companies} 户"


class ContactRule(Rule):
    """How often a company is to be contacted, and how."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="contact_rule")
    period_months = models.PositiveSmallIntegerField("周期（月）", default=1)
    min_count = models.PositiveSmallIntegerField("每周期至少", default=1)
    on_site = models.BooleanField("上门走访计数", default=True)
    by_phone = models.BooleanField("电话计数", default=True)
    by_message = models.BooleanField("微信计数", default=True)
    by_video = models.BooleanField("视频计数", default=True)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "联系规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_contactrule_positive",
                condition=Q(period_months__gte=1, min_count__gte=1),
                violation_error_message="联系周期和次数至少为 1。",
            ),
        ]

    def __str__(self) -> str:
        return f"每 {self.period_months} 个月至少 {self.min_count} 次"


class LimitRule(Rule):
    """The time limit of a step, in working days (起算日不计)."""

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
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.working_days} 个工作日"


class GradeRule(Rule):
    """难易等级: how hard a problem is, and the time that this difficulty is given."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="grades")
    code = models.CharField("等级", max_length=4)
    name = models.CharField("名称", max_length=20)
    meaning = models.CharField("含义", max_length=80, blank=True)
    working_days = models.PositiveSmallIntegerField("办理时限（工作日）", help_text="疑难类为拿出方案的时限")
    is_plan_only = models.BooleanField("时限只到拿出方案", default=False)
    rung = models.CharField("协调层级", max_length=20, choices=Rung, default=Rung.UNIT)
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
            models.CheckConstraint(name="liaison_graderule_rung_known", condition=Q(rung__in=Rung.values)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class EscalationRule(Rule):
    """When a problem climbs, and to which rung."""

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


class SurveyRule(Rule):
    """How companies are asked, and what counts as satisfied."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="survey_rule")
    scale = models.PositiveSmallIntegerField("分值上限", default=5)
    satisfied_min = models.PositiveSmallIntegerField("满意下限", default=3)
    close_days = models.PositiveSmallIntegerField("链接有效天数", default=7)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "评价规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_surveyrule_sane",
                condition=Q(
                    scale__gte=2, satisfied_min__gte=1, satisfied_min__lte=F("scale"), close_days__gte=1
                ),
                violation_error_message="满意下限应在 1 与分值上限之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scale} 分制，{self.satisfied_min} 分及以上为满意"


class BulletinRule(Rule):
    """When the month is frozen and told."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="bulletin_rule")
    cutoff_day = models.PositiveSmallIntegerField("截止日", default=0, help_text="0 = 每月最后一天")
    rank_units = models.BooleanField("单位排名", default=False)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "通报规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_bulletinrule_day_exists",
                condition=Q(cutoff_day__lte=28),
                violation_error_message="截止日应为 1–28，或 0 表示月末。",
            ),
        ]

    def __str__(self) -> str:
        return f"每月 {self.cutoff_day} 日截止" if self.cutoff_day else "每月末截止"


class ScoreItem(Rule):
    """A line of a unit's monthly score: what is measured, its weight and its target in per cent."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="score_items")
    board = models.CharField("考核对象", max_length=10, choices=Board)
    measure = models.CharField("指标", max_length=20, choices=Measure)
    weight = models.DecimalField("权重", max_digits=5, decimal_places=2)
    target = models.DecimalField("目标（%）", max_digits=5, decimal_places=2)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "考核指标"
        constraints = [
            models.UniqueConstraint(name="liaison_scoreitem_once", fields=["version", "board", "measure"]),
            models.CheckConstraint(
                name="liaison_scoreitem_measure_known",
                condition=Q(measure__in=Measure.values, board__in=Board.values),
            ),
            models.CheckConstraint(
                name="liaison_scoreitem_range",
                condition=Q(weight__gt=0, weight__lte=100, target__gt=0, target__lte=100),
                violation_error_message="权重和目标应在 0 与 100 之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.weight} 分"


class DeductionRule(Rule):
    """Points lost each time something slips."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="deductions")
    board = models.CharField("考核对象", max_length=10, choices=Board)
    slip = models.CharField("情形", max_length=20, choices=Slip)
    points = models.DecimalField("每次扣分", max_digits=4, decimal_places=2)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "扣分规则"
        constraints = [
            models.UniqueConstraint(name="liaison_deduction_once", fields=["version", "board", "slip"]),
            models.CheckConstraint(
                name="liaison_deduction_known",
                condition=Q(slip__in=Slip.values, board__in=Board.values, points__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_slip_display()} −{self.points}"
