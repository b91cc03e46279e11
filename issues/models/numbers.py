"""Numbers that a problem bears elsewhere: of 12345, of an old ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from issues.choices import ExternalSystem
from issues.models.tickets import Ticket


class ExternalNumber(models.Model):
    """原编号: the problem under another system's number; repeats are merged and every number is kept.

    `updated_at` is that system's own moment of its last word: an older one never overwrites a newer. 12345
    gives a number once; the ledgers of two counties both begin with 1.
    """

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="numbers")
    system = models.CharField("系统", max_length=10, choices=ExternalSystem)
    number = models.CharField("编号", max_length=40)
    updated_at = models.DateTimeField("对方更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "原编号"
        constraints = [
            models.CheckConstraint(
                name="issues_number_known", condition=Q(system__in=ExternalSystem.values) & ~Q(number="")
            ),
            models.UniqueConstraint(
                name="issues_number_once",
                fields=["number"],
                condition=Q(system=ExternalSystem.HOTLINE),
                violation_error_message="这个编号已经登记过。",
            ),
            models.UniqueConstraint(
                name="issues_number_once_of_ticket",
                fields=["ticket", "system", "number"],
                violation_error_message="该问题已有这个编号。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.number}"
