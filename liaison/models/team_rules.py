"""Rules of who serves whom: seats, eligibility, quotas, contact, groups, phases, batches, duties."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from liaison.choices import (
    DepartmentKind,
    DutyPeriod,
    DutySource,
    GroupKind,
    Holder,
    Rank,
    Rhythm,
    SeatPlace,
)
from liaison.models.map import Region
from liaison.models.programmes import ProgrammeVersion
from liaison.models.rules import Rule


class TeamRole(Rule):
    """A seat of the team that a company gets: 牵头单位, 包抓领导, 班长, 成员, 包抓干部 …"""

    KEY = ("code",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="team_roles")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=30)
    holder = models.CharField("由谁担任", max_length=12, choices=Holder)
    min_count = models.PositiveSmallIntegerField("最少", default=0)
    max_count = models.PositiveSmallIntegerField("最多", null=True, blank=True)
    counts_to_quota = models.BooleanField("计入包联限额", default=False)
    keeps_contact = models.BooleanField("承担联系走访", default=False)
    answers_company = models.BooleanField("答复企业", default=False)
    full_time = models.BooleanField("脱产专职", default=False, help_text="同一时期只能在一户企业专职")
    needs_training = models.BooleanField("须先培训", default=False, help_text="上岗前须有政策培训记录")
    place = models.CharField("来自", max_length=12, choices=SeatPlace, default=SeatPlace.ANY)
    contact_months = models.PositiveSmallIntegerField(
        "联系周期（月）", null=True, blank=True, help_text="与方案的联系周期不同时填写"
    )
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
                condition=Q(holder=Holder.OFFICIAL)
                | Q(counts_to_quota=False) & (Q(holder=Holder.GROUP) | Q(keeps_contact=False)),
                violation_error_message="只有干部席位计入限额，单位席位不承担联系。",
            ),
            models.CheckConstraint(
                name="liaison_teamrole_place_known", condition=Q(place__in=SeatPlace.values)
            ),
            models.CheckConstraint(
                name="liaison_teamrole_personal_conditions",
                condition=Q(holder=Holder.OFFICIAL) | Q(full_time=False, needs_training=False),
                violation_error_message="只有干部席位可以要求脱产专职、先培训。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


_OWN_SEAT = """
    IF NOT EXISTS (
        SELECT FROM liaison_teamrole r WHERE r.id = NEW.role_id AND r.version_id = NEW.version_id
    ) THEN
        RAISE EXCEPTION 'liaison_eligibility_own_seat: the seat is of another version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'liaison_eligibility_own_seat';
    END IF;
    RETURN NEW;
"""


class Eligibility(Rule):
    """任职资格: a rank whose officials may hold the seat, and their age limit.

    A seat without any row is open to every rank.
    """

    KEY = ("role", "rank", "chiefs_only", "department_kind")

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="eligibilities")
    role = models.ForeignKey(
        TeamRole, verbose_name="席位", on_delete=models.CASCADE, related_name="eligibilities"
    )
    rank = models.CharField("职级", max_length=10, choices=Rank)
    chiefs_only = models.BooleanField("限主要负责人", default=False)
    department_kind = models.CharField(
        "限单位类别", max_length=12, choices=DepartmentKind, blank=True, default=""
    )
    max_age = models.PositiveSmallIntegerField(
        "年龄上限（岁）", null=True, blank=True, help_text="按年份相减，当年达到仍可"
    )

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "任职资格"
        constraints = [
            models.UniqueConstraint(
                name="liaison_eligibility_once", fields=["role", "rank", "chiefs_only", "department_kind"]
            ),
            models.CheckConstraint(
                name="liaison_eligibility_known",
                condition=Q(rank__in=Rank.values, department_kind__in=["", *DepartmentKind.values]),
            ),
            models.CheckConstraint(
                name="liaison_eligibility_age_sane",
                condition=Q(max_age__isnull=True) | Q(max_age__range=(18, 70)),
                violation_error_message="年龄上限应在 18 与 70 岁之间。",
            ),
        ]
        triggers = [
            *Rule.Meta.triggers,
            pgtrigger.Trigger(
                name="own_seat",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_OWN_SEAT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}：{self.get_rank_display()}"


class Quota(Rule):
    """How many companies and projects an official of a class may look after.

    A class is a rank, narrowed where wanted to chiefs of units, to a kind of unit, to a region that sets its
    own. The narrowest row that fits an official holds; see `liaison.reports.eligibility`.
    """

    KEY = ("rank", "chiefs_only", "department_kind", "region")

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="quotas")
    rank = models.CharField("职级", max_length=10, choices=Rank)
    chiefs_only = models.BooleanField("限主要负责人", default=False)
    department_kind = models.CharField(
        "限单位类别", max_length=12, choices=DepartmentKind, blank=True, default=""
    )
    region = models.ForeignKey(
        Region,
        verbose_name="自定区划",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="县区、镇街自定限额时填写",
    )
    companies = models.PositiveSmallIntegerField("企业数上限")
    companies_min = models.PositiveSmallIntegerField("企业数下限", default=0)
    projects = models.PositiveSmallIntegerField("项目数上限", default=0)
    either_or = models.BooleanField("企业、项目二选一", default=False)
    is_hard = models.BooleanField("硬性", default=True, help_text="超出即拒绝；否则只提醒")

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "包联限额"
        constraints = [
            models.UniqueConstraint(
                name="liaison_quota_class_once",
                fields=["version", "rank", "chiefs_only", "department_kind", "region"],
                nulls_distinct=False,
                violation_error_message="同一类人员只能有一条限额。",
            ),
            models.CheckConstraint(
                name="liaison_quota_class_known",
                condition=Q(rank__in=Rank.values, department_kind__in=["", *DepartmentKind.values]),
            ),
            models.CheckConstraint(
                name="liaison_quota_floor_not_above_ceiling",
                condition=Q(companies_min__lte=F("companies")),
                violation_error_message="企业数下限不能大于上限。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rank_display()} {self.companies} 户"


class LoadRule(Rule):
    """From how many companies on an official's load is shown as heavy, whatever the quota says."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="load_rule")
    warn_companies = models.PositiveSmallIntegerField("提醒户数", default=5)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "负荷提醒"
        constraints = [
            models.CheckConstraint(
                name="liaison_loadrule_positive",
                condition=Q(warn_companies__gte=1),
                violation_error_message="提醒户数至少为 1。",
            ),
        ]

    def __str__(self) -> str:
        return f"超过 {self.warn_companies} 户提醒"


class ContactRule(Rule):
    """How often a company is to be contacted, and how."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="contact_rule")
    period_months = models.PositiveSmallIntegerField("周期（月）", default=1)
    min_count = models.PositiveSmallIntegerField("每周期至少", default=1)
    on_site = models.BooleanField("上门走访计数", default=True)
    by_phone = models.BooleanField("电话计数", default=True)
    by_message = models.BooleanField("微信计数", default=True)
    by_video = models.BooleanField("视频计数", default=True)
    on_site_months = models.PositiveSmallIntegerField(
        "上门周期（月）", null=True, blank=True, help_text="原则上至少多久上门一次；空为不要求"
    )
    each_seat = models.BooleanField(
        "逐席联系", default=False, help_text="每个承担联系的席位各自联系，否则一人联系即可"
    )
    is_hard = models.BooleanField("计入考核", default=True, help_text="否则只提醒")
    waiver = models.BooleanField("企业可免", default=True, help_text="企业表示本期无需联系的，视同已联系")
    visits_ceiling = models.PositiveSmallIntegerField(
        "每月上门上限", null=True, blank=True, help_text="各单位合计，无事不扰；空为不限"
    )
    liaisons_min = models.PositiveSmallIntegerField(
        "企业联络员至少（名）", null=True, blank=True, help_text="每家企业；空为不要求"
    )
    liaisons_max = models.PositiveSmallIntegerField(
        "企业联络员至多（名）", null=True, blank=True, help_text="每家企业；空为不限"
    )

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "联系规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_contactrule_positive",
                condition=Q(period_months__gte=1, min_count__gte=1)
                & (Q(on_site_months__isnull=True) | Q(on_site_months__gte=1))
                & (Q(visits_ceiling__isnull=True) | Q(visits_ceiling__gte=1)),
                violation_error_message="联系周期、次数和上限至少为 1。",
            ),
            models.CheckConstraint(
                name="liaison_contactrule_liaisons_sane",
                condition=(Q(liaisons_min__isnull=True) | Q(liaisons_min__gte=1))
                & (Q(liaisons_max__isnull=True) | Q(liaisons_max__gte=1))
                & (
                    Q(liaisons_min__isnull=True)
                    | Q(liaisons_max__isnull=True)
                    | Q(liaisons_max__gte=F("liaisons_min"))
                ),
                violation_error_message="企业联络员人数至少为 1，至多不能少于至少。",
            ),
        ]

    def __str__(self) -> str:
        return f"每 {self.period_months} 个月至少 {self.min_count} 次"


class GroupRule(Rule):
    """工作组: a body that the programme sets up to serve many companies at once."""

    KEY = ("kind", "name")

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="groups")
    kind = models.CharField("类别", max_length=12, choices=GroupKind)
    name = models.CharField("名称", max_length=40)
    count = models.PositiveSmallIntegerField("组数", null=True, blank=True, help_text="空为按需设立")
    rhythm = models.CharField("活动节奏", max_length=12, choices=Rhythm, default=Rhythm.EVENT)
    task = models.CharField("任务", max_length=80, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "工作组规则"
        constraints = [
            models.UniqueConstraint(name="liaison_grouprule_once", fields=["version", "kind", "name"]),
            models.CheckConstraint(
                name="liaison_grouprule_known",
                condition=Q(kind__in=GroupKind.values, rhythm__in=Rhythm.values)
                & (Q(count__isnull=True) | Q(count__gte=1)),
                violation_error_message="组数至少为 1。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PhaseRule(Rule):
    """阶段: a stretch of the programme, and the industries that it takes in."""

    KEY = ("code",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="phases")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=40)
    starts_after_days = models.PositiveSmallIntegerField("启动后第几天开始", default=0)
    lasts_days = models.PositiveSmallIntegerField(
        "持续天数", null=True, blank=True, help_text="空为到方案结束"
    )
    sections = models.CharField(
        "行业门类", max_length=20, blank=True, help_text="国民经济行业分类的门类字母，如 DFG；空为全部"
    )
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "阶段"
        constraints = [
            models.UniqueConstraint(name="liaison_phase_code_once", fields=["version", "code"]),
            models.CheckConstraint(
                name="liaison_phase_sections_letters",
                condition=Q(sections__regex=r"^[A-T]*$"),
                violation_error_message="行业门类是 A–T 的字母。",
            ),
            models.CheckConstraint(
                name="liaison_phase_lasts",
                condition=Q(lasts_days__isnull=True) | Q(lasts_days__gte=1),
                violation_error_message="阶段至少持续 1 天。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BatchRule(Rule):
    """批次: how long officials are sent for before the next ones take over, in months."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="batch_rule")
    months = models.PositiveSmallIntegerField("每批月数", default=12)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "批次规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_batchrule_months",
                condition=Q(months__range=(1, 60)),
                violation_error_message="每批应为 1–60 个月。",
            ),
        ]

    def __str__(self) -> str:
        return f"每批 {self.months} 个月"


class DutyRule(Rule):
    """规定动作 (五个一): what an official is to do at least so many times in a period, and what counts it."""

    KEY = ("code",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="duties")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=40)
    source = models.CharField("由什么计数", max_length=16, choices=DutySource)
    target = models.PositiveSmallIntegerField("至少", default=1)
    unit = models.CharField("单位", max_length=6, default="件")
    period = models.CharField("周期", max_length=8, choices=DutyPeriod, default=DutyPeriod.BATCH)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "规定动作"
        constraints = [
            models.UniqueConstraint(name="liaison_duty_code_once", fields=["version", "code"]),
            models.CheckConstraint(
                name="liaison_duty_known",
                condition=Q(source__in=DutySource.values, period__in=DutyPeriod.values, target__gte=1),
                violation_error_message="规定动作至少 1 次。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
