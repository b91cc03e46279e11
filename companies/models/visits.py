"""Visits and other contacts, as they were."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncDate

from companies.choices import VisitMode
from companies.models.assignments import Enrolment
from companies.models.companies import Company
from liaison.models import Department, Official


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, official: Official) -> Self:
        """Visits to the companies one may see, and one's own for good."""
        return self.filter(Q(company__in=Company.objects.visible_to(official)) | Q(official=official))


class Visit(models.Model):
    """走访 or 联系: an official met or spoke with a company. The client makes the id: none is kept twice."""

    client_id = models.UUIDField("客户端编号", unique=True)
    enrolment = models.ForeignKey(
        Enrolment, verbose_name="纳入", on_delete=models.PROTECT, related_name="visits"
    )
    company = models.ForeignKey(Company, verbose_name="企业", on_delete=models.PROTECT, related_name="visits")
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="干部", on_delete=models.PROTECT, related_name="visits"
    )
    department = models.ForeignKey(
        Department, verbose_name="当时单位", on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField("日期")
    mode = models.CharField("方式", max_length=8, choices=VisitMode)
    summary = models.TextField("情况", blank=True)
    has_problem = models.BooleanField("有问题", default=False)
    logged_at = models.DateTimeField("登记时间")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访联系"
        constraints = [
            models.CheckConstraint(name="companies_visit_mode_known", condition=Q(mode__in=VisitMode.values)),
            models.CheckConstraint(
                name="companies_visit_not_in_future",
                condition=Q(on__lte=TruncDate("logged_at")),
                violation_error_message="走访日期不能晚于登记日。",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-on"], name="companies_visit_of_company"),
            models.Index(fields=["official", "-on"], name="companies_visit_of_official"),
            models.Index(fields=["-on", "-id"], name="companies_visit_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_mode_display()} {self.company}"
