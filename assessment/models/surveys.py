"""Satisfaction: one question per round of a ticket, put to the company and to nobody else."""

from __future__ import annotations

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from assessment.choices import Channel, Delivery
from issues.choices import Status
from issues.models import Ticket
from liaison.choices import SystemRole
from liaison.models import Official


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, official: Official) -> Self:
        """Office and assessors of the company's region; never the handling unit or the team."""
        roles = (SystemRole.OFFICE, SystemRole.ASSESSOR)
        return self.filter(official.access.regions(roles, "ticket__company__region__path"))

    def waiting(self) -> Self:
        """Asked and not yet answered, in a round that is still the present one."""
        return self.filter(
            answered_at__isnull=True, ticket__status=Status.ANSWERED, round=models.F("ticket__round")
        )


class Survey(models.Model):
    """满意度评价 of one round: the invitation, and the company's answer by link or call-back."""

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="surveys")
    round = models.PositiveSmallIntegerField("轮次")
    invited_at = models.DateTimeField("邀请时间")
    expires_on = models.DateField("链接有效至")
    delivery = models.CharField("送达", max_length=8, choices=Delivery, default=Delivery.WAITING)
    answered_at = models.DateTimeField("评价时间", null=True, blank=True)
    channel = models.CharField("渠道", max_length=8, choices=Channel, blank=True)
    score = models.PositiveSmallIntegerField("评分", null=True, blank=True)
    comment = models.TextField("意见", blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="回访人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "满意度评价"
        constraints = [
            models.UniqueConstraint(name="assessment_survey_once_a_round", fields=["ticket", "round"]),
            models.CheckConstraint(
                name="assessment_survey_answered_whole",
                condition=Q(answered_at__isnull=True, score__isnull=True, channel="")
                | Q(answered_at__isnull=False, score__gte=1, channel__in=Channel.values),
                violation_error_message="评价须同时有时间、渠道和评分。",
            ),
            models.CheckConstraint(
                name="assessment_survey_callback_has_caller",
                condition=~Q(channel=Channel.CALLBACK) | Q(recorded_by__isnull=False),
                violation_error_message="电话回访须记录回访人。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="answer_stands",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} 第 {self.round} 轮"
