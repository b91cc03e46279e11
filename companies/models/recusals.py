"""Who stays away from which company, and why."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from companies.choices import RecusalReason
from companies.models.companies import MANAGERS, Company
from liaison.models import Official
from liaison.models.people import in_force, period


class RecusalQuerySet(models.QuerySet["Recusal"]):
    def visible_to(self, official: Official) -> Self:
        """One's own, and for the office and the administrator those with companies of their region."""
        region = official.access.regions(MANAGERS, "company__region__path")
        return self.filter(region | Q(official=official) if official.access else Q(pk__in=[]))

    def in_force(self, on: date) -> Self:
        """Recusals that hold on the day."""
        return self.filter(in_force(on))

    def not_over_by(self, on: date) -> Self:
        """Recusals that hold on the day or are to hold later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def meeting(self, starts_on: date, ends_on: date | None) -> Self:
        """Recusals that hold on some day of the period."""
        rows = self.not_over_by(starts_on)
        return rows if ends_on is None else rows.filter(starts_on__lte=ends_on)


class Recusal(models.Model):
    """回避: over dated days an official takes no seat in the teams of a company.

    Private: who reads it is decided by `visible_to`, everybody else only learns that a seat cannot be taken.
    """

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="干部", on_delete=models.PROTECT, related_name="recusals"
    )
    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="recusals"
    )
    reason = models.CharField("事由", max_length=16, choices=RecusalReason)
    note = models.CharField("说明", max_length=200, blank=True)
    starts_on = models.DateField("回避起")
    ends_on = models.DateField("回避止", null=True, blank=True)
    declared_at = models.DateTimeField("登记时间")
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )

    objects = RecusalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回避"
        constraints = [
            models.CheckConstraint(
                name="companies_recusal_reason_known", condition=Q(reason__in=RecusalReason.values)
            ),
            models.CheckConstraint(
                name="companies_recusal_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="回避止不能早于回避起。",
            ),
            ExclusionConstraint(
                name="companies_recusal_once_at_a_time",
                expressions=[
                    ("official", RangeOperators.EQUAL),
                    ("company", RangeOperators.EQUAL),
                    ("reason", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="同一时期已登记过这一回避事由。",
            ),
        ]
        indexes = [models.Index(fields=["official", "company"], name="companies_recusal_pair")]

    def __str__(self) -> str:
        return f"{self.official} 回避 {self.company}"
