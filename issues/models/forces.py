"""专班 on a problem: who works on what several units and levels must solve together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from liaison.models import Department


class TaskForce(models.Model):
    """专班: a head and members for one problem. Members see the problem; the lead unit stays."""

    ticket = models.OneToOneField(
        "issues.Ticket", verbose_name="问题", on_delete=models.PROTECT, related_name="force"
    )
    name = models.CharField("专班名称", max_length=60)
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="组长", on_delete=models.PROTECT, related_name="headed_forces"
    )
    formed_at = models.DateTimeField("组建时间")
    formed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="组建人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "问题专班"
        constraints = [
            models.CheckConstraint(
                name="issues_force_named", condition=~Q(name=""), violation_error_message="请填写专班名称。"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TaskForceMember(models.Model):
    """A member of a 专班: an official, or a unit."""

    force = models.ForeignKey(
        TaskForce, verbose_name="专班", on_delete=models.CASCADE, related_name="members"
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="force_seats",
    )
    department = models.ForeignKey(
        Department,
        verbose_name="单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="force_seats",
    )

    class Meta:
        verbose_name = verbose_name_plural = "专班成员"
        constraints = [
            models.CheckConstraint(
                name="issues_forcemember_one",
                condition=Q(official__isnull=False, department__isnull=True)
                | Q(official__isnull=True, department__isnull=False),
                violation_error_message="成员是一名干部或一个单位。",
            ),
            models.UniqueConstraint(name="issues_forcemember_official_once", fields=["force", "official"]),
            models.UniqueConstraint(name="issues_forcemember_unit_once", fields=["force", "department"]),
        ]

    def __str__(self) -> str:
        return str(self.official or self.department)
