"""Rules of asking, checking, telling and scoring."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from liaison.choices import (
    Audience,
    Board,
    CheckKind,
    FieldKind,
    Measure,
    PaperForm,
    ResultUse,
    Rhythm,
    Slip,
)
from liaison.models.programmes import ProgrammeVersion
from liaison.models.rules import Rule


class SurveyRule(Rule):
    """How companies are asked, and what counts as satisfied."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="survey_rule")
    scale = models.PositiveSmallIntegerField("分值上限", default=5)
    satisfied_min = models.PositiveSmallIntegerField("满意下限", default=3)
    close_days = models.PositiveSmallIntegerField("链接有效天数", default=7)
    remind_days = models.PositiveSmallIntegerField(
        "提醒（天）", default=3, help_text="发出后几天未评价则提醒"
    )
    callback_negative_percent = models.PositiveSmallIntegerField("不满意回访（%）", default=100)
    sample_positive_percent = models.PositiveSmallIntegerField("满意抽访（%）", default=10)
    max_questions = models.PositiveSmallIntegerField("题目上限", default=6)

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
            models.CheckConstraint(
                name="liaison_surveyrule_percents",
                condition=Q(callback_negative_percent__lte=100, sample_positive_percent__lte=100),
                violation_error_message="回访比例不超过 100%。",
            ),
            models.CheckConstraint(
                name="liaison_surveyrule_few_questions",
                condition=Q(max_questions__range=(1, 6)),
                violation_error_message="评议表最多 6 题。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scale} 分制，{self.satisfied_min} 分及以上为满意"


class CheckRule(Rule):
    """How handling is verified: by which means, how often, what share of the cases (per cent)."""

    KEY = ("kind",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField("方式", max_length=12, choices=CheckKind)
    rhythm = models.CharField("节奏", max_length=12, choices=Rhythm, default=Rhythm.MONTHLY)
    percent = models.PositiveSmallIntegerField("抽取比例（%）", default=10)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "核查规则"
        constraints = [
            models.UniqueConstraint(name="liaison_checkrule_once", fields=["version", "kind"]),
            models.CheckConstraint(
                name="liaison_checkrule_known",
                condition=Q(kind__in=CheckKind.values, rhythm__in=Rhythm.values, percent__range=(1, 100)),
                violation_error_message="抽取比例应在 1% 与 100% 之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.percent}%"


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


class BulletinAudience(Rule):
    """Who is sent a bulletin, and how often."""

    KEY = ("audience", "rhythm")

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="audiences")
    audience = models.CharField("发送", max_length=10, choices=Audience)
    rhythm = models.CharField("节奏", max_length=12, choices=Rhythm, default=Rhythm.MONTHLY)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "通报对象"
        constraints = [
            models.UniqueConstraint(name="liaison_audience_once", fields=["version", "audience", "rhythm"]),
            models.CheckConstraint(
                name="liaison_audience_known",
                condition=Q(audience__in=Audience.values, rhythm__in=Rhythm.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rhythm_display()} {self.get_audience_display()}"


class ReportRule(Rule):
    """日报: companies report each day until an hour, and say so when there is nothing (零报告)."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="report_rule")
    rhythm = models.CharField("节奏", max_length=12, choices=Rhythm, default=Rhythm.DAILY)
    until_hour = models.PositiveSmallIntegerField("截止（时）", default=18)
    zero_report = models.BooleanField("零报告", default=True)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "日报规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_reportrule_sane",
                condition=Q(rhythm__in=Rhythm.values, until_hour__range=(1, 24)),
                violation_error_message="截止时间应在 1 与 24 时之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rhythm_display()} {self.until_hour} 时前"


class ReportField(Rule):
    """A figure or answer of the daily report."""

    KEY = ("code",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="report_fields")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("类型", max_length=8, choices=FieldKind, default=FieldKind.NUMBER)
    unit = models.CharField("单位", max_length=6, blank=True)
    required = models.BooleanField("必填", default=False)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "日报栏目"
        constraints = [
            models.UniqueConstraint(name="liaison_reportfield_code_once", fields=["version", "code"]),
            models.CheckConstraint(
                name="liaison_reportfield_kind_known", condition=Q(kind__in=FieldKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StandingForm(Rule):
    """A list or form that the programme keeps."""

    KEY = ("form",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="forms")
    form = models.CharField("表单", max_length=16, choices=PaperForm)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "台账表单"
        constraints = [
            models.UniqueConstraint(name="liaison_standingform_once", fields=["version", "form"]),
            models.CheckConstraint(name="liaison_standingform_known", condition=Q(form__in=PaperForm.values)),
        ]

    def __str__(self) -> str:
        return self.get_form_display()


class ScoreItem(Rule):
    """A line of a unit's monthly score: what is measured, its weight and its target in per cent."""

    KEY = ("board", "measure")

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

    KEY = ("board", "slip")

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


class ScoreRule(Rule):
    """How scores are put together: small numbers, bonus, the year's shares and bands (points, per cent)."""

    version = models.OneToOneField(ProgrammeVersion, on_delete=models.PROTECT, related_name="score_rule")
    min_n = models.PositiveSmallIntegerField("最小样本", default=5, help_text="少于此数的指标不计分")
    bonus_cap = models.DecimalField("加分上限", max_digits=4, decimal_places=1, default=Decimal(5))
    months_percent = models.PositiveSmallIntegerField("月度占比（%）", default=60)
    check_percent = models.PositiveSmallIntegerField("年终核查占比（%）", default=40)
    excellent_min = models.PositiveSmallIntegerField("优秀不低于", default=90)
    good_min = models.PositiveSmallIntegerField("良好不低于", default=80)
    fair_min = models.PositiveSmallIntegerField("合格不低于", default=60)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "考核规则"
        constraints = [
            models.CheckConstraint(
                name="liaison_scorerule_small_numbers",
                condition=Q(min_n__gte=1, bonus_cap__gte=0),
                violation_error_message="最小样本至少为 1，加分上限不能为负。",
            ),
        ]

    def __str__(self) -> str:
        return f"少于 {self.min_n} 件不计分"


class ResultRule(Rule):
    """Where the results of the assessment go."""

    KEY = ("use",)

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="results")
    use = models.CharField("用于", max_length=16, choices=ResultUse)

    class Meta(Rule.Meta):
        verbose_name = verbose_name_plural = "结果运用"
        constraints = [
            models.UniqueConstraint(name="liaison_resultrule_once", fields=["version", "use"]),
            models.CheckConstraint(name="liaison_resultrule_known", condition=Q(use__in=ResultUse.values)),
        ]

    def __str__(self) -> str:
        return self.get_use_display()
