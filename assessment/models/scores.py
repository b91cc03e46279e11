"""Monthly scores of units, computed from a frozen month and shown with their n."""

from __future__ import annotations

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from issues.models import MonthEnd
from liaison.choices import Board, Measure, Reach, Slip, SystemRole
from liaison.models import Department, Official


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, official: Official) -> Self:
        """Office, leaders and assessors by region; a unit sees its own and those below it."""
        access = official.access
        roles = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)
        condition = access.regions(roles, "month_end__programme__region__path")
        if any(p.role == SystemRole.UNIT or p.reach == Reach.DEPARTMENT for p in access.postings):
            condition |= access.departments((SystemRole.UNIT, SystemRole.LEADER), "department__path")
        return self.filter(condition)


class Score(models.Model):
    """考核得分 of a unit in a frozen month, on one board. No total where too little was measurable."""

    month_end = models.ForeignKey(
        MonthEnd, verbose_name="月份", on_delete=models.PROTECT, related_name="scores"
    )
    board = models.CharField("考核对象", max_length=10, choices=Board)
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="scores"
    )
    points = models.DecimalField("指标得分", max_digits=6, decimal_places=2, null=True)
    deducted = models.DecimalField("扣分", max_digits=6, decimal_places=2, default=0)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核得分"
        constraints = [
            models.UniqueConstraint(
                name="assessment_score_once", fields=["month_end", "board", "department"]
            ),
            models.CheckConstraint(name="assessment_score_board_known", condition=Q(board__in=Board.values)),
            models.CheckConstraint(
                name="assessment_score_total_iff_points",
                condition=Q(points__isnull=True, total__isnull=True)
                | Q(points__isnull=False, total__isnull=False, total__gte=0),
            ),
        ]
        indexes = [models.Index(fields=["department"], name="assessment_score_of_unit")]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.department} {self.get_board_display()}"

    def get_absolute_url(self) -> str:
        return reverse("assessment:score", args=[self.pk])


class ScoreLine(models.Model):
    """One measured item of a score: numerator ÷ denominator, and the points it earned."""

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="lines")
    measure = models.CharField("指标", max_length=20, choices=Measure)
    weight = models.DecimalField("权重", max_digits=5, decimal_places=2)
    target = models.DecimalField("目标（%）", max_digits=5, decimal_places=2)
    numerator = models.PositiveIntegerField("分子")
    denominator = models.PositiveIntegerField("分母")
    points = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    position = models.PositiveSmallIntegerField("顺序")

    class Meta:
        verbose_name = verbose_name_plural = "得分明细"
        constraints = [
            models.UniqueConstraint(name="assessment_scoreline_once", fields=["score", "measure"]),
            models.CheckConstraint(
                name="assessment_scoreline_known", condition=Q(measure__in=Measure.values)
            ),
            models.CheckConstraint(
                name="assessment_scoreline_part_of_whole",
                condition=Q(numerator__lte=models.F("denominator")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.numerator}/{self.denominator}"


class ScoreDeduction(models.Model):
    """Points lost for what slipped in the month, counted."""

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="deductions")
    slip = models.CharField("情形", max_length=20, choices=Slip)
    count = models.PositiveIntegerField("次数")
    points = models.DecimalField("扣分", max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "扣分明细"
        constraints = [
            models.UniqueConstraint(name="assessment_scorededuction_once", fields=["score", "slip"]),
            models.CheckConstraint(
                name="assessment_scorededuction_known", condition=Q(slip__in=Slip.values, count__gte=1)
            ),
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_slip_display()} ×{self.count}"
