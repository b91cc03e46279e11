"""包抓方案: what a team means to achieve for its company, by which measures, and by when."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from companies.models.assignments import Enrolment
from liaison.models import Department, Official, StoredFile


class ServicePlanQuerySet(models.QuerySet["ServicePlan"]):
    def visible_to(self, official: Official) -> Self:
        """Plans of the enrolments one may see."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(official))


class ServicePlan(models.Model):
    """包抓方案: the goals of a team for its company, and the day by which; its measures are rows."""

    enrolment = models.OneToOneField(
        Enrolment, verbose_name="纳入", on_delete=models.PROTECT, related_name="plan"
    )
    goals = models.TextField("目标")
    due_on = models.DateField("完成日期", null=True, blank=True)
    revision = models.PositiveIntegerField(
        "第几稿", default=1, help_text="每次保存加一；不认得现稿的人不能覆盖它"
    )
    written_at = models.DateTimeField("制定时间")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="制定人", on_delete=models.PROTECT, related_name="+"
    )
    revised_at = models.DateTimeField("修改时间")
    revised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="修改人", on_delete=models.PROTECT, related_name="+"
    )

    objects = ServicePlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "包抓方案"
        constraints = [
            models.CheckConstraint(
                name="companies_plan_filled",
                condition=~Q(goals=""),
                violation_error_message="包抓方案须写明目标。",
            ),
            models.CheckConstraint(
                name="companies_plan_revised_later",
                condition=Q(revision__gte=1, revised_at__gte=models.F("written_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} 包抓方案"


# Nothing of a plan is due, or done, before the company came in; and nobody plans ten years ahead.
_WITHIN_PLAN = """
    SELECT e.starts_on, p.revised_at INTO first, written
      FROM companies_serviceplan p JOIN companies_enrolment e ON e.id = p.enrolment_id
     WHERE p.id = NEW.plan_id;
    IF NEW.due_on < first OR NEW.done_on < first
       OR NEW.due_on > GREATEST(first, written) + INTERVAL '10 years' THEN
        RAISE EXCEPTION 'companies_planmeasure_within_plan: a day before the company came in, or too far'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'companies_planmeasure_within_plan';
    END IF;
    RETURN NEW;
"""


class PlanMeasureQuerySet(models.QuerySet["PlanMeasure"]):
    def visible_to(self, official: Official) -> Self:
        """Measures of the plans one may see."""
        return self.filter(plan__enrolment__in=Enrolment.objects.visible_to(official))

    def running(self, on: date) -> Self:
        """Measures not yet done, of companies still looked after on the day."""
        enrolled = Enrolment.objects.in_force(on).filter(pk=models.OuterRef("plan__enrolment"))
        return self.filter(models.Exists(enrolled), done_on__isnull=True)


class PlanMeasure(models.Model):
    """措施: one step of a plan: what, by when, who sees to it; when it was done, and what came of it."""

    plan = models.ForeignKey(
        ServicePlan, verbose_name="包抓方案", on_delete=models.CASCADE, related_name="measures"
    )
    position = models.PositiveSmallIntegerField("顺序", default=0)
    words = models.CharField("措施", max_length=300)
    due_on = models.DateField(
        "完成期限", null=True, blank=True, help_text="旧方案转来的措施可能没有期限，其余都有"
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="责任人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="plan_measures",
    )
    department = models.ForeignKey(
        Department,
        verbose_name="责任单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="plan_measures",
    )
    done_on = models.DateField("完成日", null=True, blank=True)
    result = models.CharField("结果", max_length=300, blank=True)

    objects = PlanMeasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "包抓方案措施"
        constraints = [
            models.CheckConstraint(
                name="companies_planmeasure_says_what",
                condition=~Q(words=""),
                violation_error_message="请写明措施。",
            ),
            models.CheckConstraint(
                name="companies_planmeasure_one_in_charge",
                condition=Q(official__isnull=True) | Q(department__isnull=True),
                violation_error_message="措施由一名干部或一个单位负责，不能两者都是。",
            ),
            models.CheckConstraint(
                name="companies_planmeasure_result_once_done",
                condition=Q(done_on__isnull=False) | Q(result=""),
                violation_error_message="填写结果的，须写明完成日。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "plan"],
                name="companies_planmeasure_open",
                condition=Q(done_on__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="within_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("first", "date"), ("written", "date")],
                func=_WITHIN_PLAN,
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def in_charge(self) -> Official | Department | None:
        """Who sees to it; None: the whole team."""
        return self.official or self.department


class PlanFileQuerySet(models.QuerySet["PlanFile"]):
    def visible_to(self, official: Official) -> Self:
        """Attachments of the plans one may see."""
        return self.filter(owner__enrolment__in=Enrolment.objects.visible_to(official))


class PlanFile(StoredFile):
    """An attachment of a 包抓方案."""

    owner = models.ForeignKey(
        ServicePlan, verbose_name="包抓方案", on_delete=models.PROTECT, related_name="files", db_index=False
    )

    objects = PlanFileQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "包抓方案附件"
