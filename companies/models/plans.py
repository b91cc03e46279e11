"""包抓方案: what a team means to achieve for its company, and by when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from companies.models.assignments import Enrolment


class ServicePlan(models.Model):
    """包抓方案: what the team means to achieve for the company, and by when."""

    enrolment = models.OneToOneField(
        Enrolment, verbose_name="纳入", on_delete=models.PROTECT, related_name="plan"
    )
    goals = models.TextField("目标")
    measures = models.TextField("措施")
    due_on = models.DateField("完成日期", null=True, blank=True)
    written_at = models.DateTimeField("制定时间")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="制定人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "包抓方案"
        constraints = [
            models.CheckConstraint(
                name="companies_plan_filled",
                condition=~Q(goals="") & ~Q(measures=""),
                violation_error_message="包抓方案须写明目标和措施。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} 包抓方案"
