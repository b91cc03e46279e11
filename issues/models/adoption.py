"""What became of rules that the office chose for open work: which problem was counted anew, and when."""

from __future__ import annotations

from django.db import models

from issues.models.tickets import Ticket
from liaison.models import ProgrammeVersion


class AdoptionRun(models.Model):
    """在办适用已执行: a version's chosen rules have reached every problem that was open on its day."""

    newer = models.OneToOneField(
        ProgrammeVersion, verbose_name="新版本", on_delete=models.PROTECT, related_name="adoption_run"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "在办适用执行"

    def __str__(self) -> str:
        return f"{self.newer} {self.at:%Y-%m-%d %H:%M}"


class TicketAdoption(models.Model):
    """One open problem counted anew by a newer version's rules: once, whoever runs the job."""

    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="adoptions"
    )
    newer = models.ForeignKey(
        ProgrammeVersion, verbose_name="新版本", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "在办适用"
        constraints = [
            models.UniqueConstraint(name="issues_ticket_adopts_once", fields=["ticket", "newer"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.newer_id}"
