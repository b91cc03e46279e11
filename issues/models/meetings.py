"""Dispatch meetings: what is stuck, why, and what was decided."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from issues.choices import MeetingState
from issues.models.tickets import Ticket
from liaison.choices import SystemRole
from liaison.models import Official, Programme


class DispatchMeetingQuerySet(models.QuerySet["DispatchMeeting"]):
    def visible_to(self, official: Official) -> Self:
        """Meetings of the programmes of the regions that office, leaders and assessors answer for."""
        roles = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)
        return self.filter(official.access.regions(roles, "programme__region__path"))


class DispatchMeeting(models.Model):
    """调度会: the month's meeting of a programme."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="meetings"
    )
    month = models.DateField("月份", help_text="该月 1 日")
    state = models.CharField("状态", max_length=10, choices=MeetingState, default=MeetingState.PREPARED)
    prepared_at = models.DateTimeField("议题生成时间")
    held_on = models.DateField("召开日期", null=True, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="记录人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = DispatchMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调度会"
        constraints = [
            models.UniqueConstraint(name="issues_meeting_once_a_month", fields=["programme", "month"]),
            models.CheckConstraint(name="issues_meeting_month_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="issues_meeting_held_iff_dated",
                condition=Q(state=MeetingState.HELD, held_on__isnull=False)
                | Q(state=MeetingState.PREPARED, held_on__isnull=True),
                violation_error_message="已召开的会议须有召开日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.month:%Y年%-m月}调度会"

    def get_absolute_url(self) -> str:
        return reverse("issues:meeting", args=[self.programme.code, self.month.strftime("%Y-%m")])


class AgendaItem(models.Model):
    """A ticket on a meeting's agenda, with the reason in words and the decision taken."""

    meeting = models.ForeignKey(
        DispatchMeeting, verbose_name="会议", on_delete=models.PROTECT, related_name="items"
    )
    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="agenda_items"
    )
    reason = models.CharField("上会原因", max_length=120)
    position = models.PositiveSmallIntegerField("顺序")
    decision = models.TextField("议定事项", blank=True)
    due_on = models.DateField("完成期限", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        constraints = [
            models.UniqueConstraint(name="issues_agendaitem_once", fields=["meeting", "ticket"]),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.ticket}"
