"""The course of a ticket: what happened to it, step by step, and the rungs of the ladder it climbed."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from issues.choices import Cause, Move, Outcome, Status
from issues.models.tickets import Ticket
from issues.models.units import TicketUnit
from liaison.choices import Rung
from liaison.models import CalendarChange, Department, Group


class TicketEvent(models.Model):
    """One step of a ticket's course. Append-only in the database. `by=None` means clock or company."""

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="events")
    move = models.CharField("事项", max_length=20, choices=Move)
    from_status = models.CharField("原状态", max_length=12, choices=Status, blank=True)
    to_status = models.CharField("新状态", max_length=12, choices=Status)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="经办人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor = models.CharField("经办方", max_length=80)
    note = models.TextField("内容", blank=True)
    due_on = models.DateField("此后期限", null=True, blank=True)
    words = models.TextField("期限说明", blank=True)
    term_on = models.DateField("此后办结期限", null=True, blank=True)
    unit = models.ForeignKey(
        TicketUnit,
        verbose_name="哪个责任单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,
    )
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome, blank=True)  # said by a 办结
    calendar_change = models.ForeignKey(
        CalendarChange,
        verbose_name="因哪次日历变更",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,
    )

    class Meta:
        verbose_name = verbose_name_plural = "办理过程"
        constraints = [
            models.CheckConstraint(name="issues_event_move_known", condition=Q(move__in=Move.values)),
        ]
        indexes = [
            models.Index(fields=["ticket", "at", "id"], name="issues_event_course"),
            models.Index(
                fields=["calendar_change", "id"],
                name="issues_event_of_calendar",
                condition=Q(calendar_change__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.at:%Y-%m-%d %H:%M}"


class Escalation(models.Model):
    """提级: a ticket reached a rung of the ladder. One row per (ticket, rung), whoever runs the sweep."""

    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="escalations"
    )
    rung = models.CharField("层级", max_length=20, choices=Rung)
    trigger = models.CharField("触发", max_length=12, choices=Cause)
    at = models.DateTimeField("时间")
    department = models.ForeignKey(
        Department, verbose_name="承接单位", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    group = models.ForeignKey(
        Group, verbose_name="专项小组", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_broken = models.BooleanField("断链", default=False, help_text="该层级无人，转值班办公室")

    class Meta:
        verbose_name = verbose_name_plural = "提级记录"
        constraints = [
            models.UniqueConstraint(name="issues_escalation_rung_once", fields=["ticket", "rung"]),
            models.CheckConstraint(
                name="issues_escalation_known", condition=Q(rung__in=Rung.values, trigger__in=Cause.values)
            ),
        ]
        indexes = [
            models.Index(fields=["-at"], name="issues_escalation_recent"),
            models.Index(fields=["rung", "at"], name="issues_escalation_broken", condition=Q(is_broken=True)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.get_rung_display()}"
