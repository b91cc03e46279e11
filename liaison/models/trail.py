"""The trail: what is still to be told (outbox) and what was done (audit)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from liaison.choices import SystemRole

if TYPE_CHECKING:
    from liaison.models.people import Official


class OutboxMessage(models.Model):
    """News that a transaction leaves for jobs to act on; `settings.JOBS_ON_NEWS` says which."""

    topic = models.CharField("事由", max_length=60)
    arguments = models.JSONField("参数", default=dict)
    created_at = models.DateTimeField("写入时间")
    sent_at = models.DateTimeField("送出时间", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "待发任务"
        constraints = [
            models.CheckConstraint(
                name="liaison_outbox_sent_after_created",
                condition=Q(sent_at__isnull=True) | Q(sent_at__gte=models.F("created_at")),
            ),
        ]
        indexes = [
            models.Index(name="liaison_outbox_unsent", fields=["id"], condition=Q(sent_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.arguments}"


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, official: Official) -> Self:
        """The trail is read by the administrators of the city itself; it spans all regions."""
        posts = official.access.postings
        if any(p.role == SystemRole.ADMIN and p.department.region.parent_id is None for p in posts):
            return self
        return self.none()


class AuditEvent(models.Model):
    """Who did what to which row, and when. Append-only: the database refuses change and deletion."""

    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField("动作", max_length=60)
    subject = models.CharField("对象", max_length=80)
    label = models.CharField("对象名称", max_length=200)
    detail = models.JSONField("内容", default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        constraints = [
            models.CheckConstraint(name="liaison_audit_named", condition=~Q(action="") & ~Q(subject="")),
        ]
        indexes = [
            models.Index(fields=["subject", "-at"], name="liaison_audit_by_subject"),
            models.Index(fields=["-at"], name="liaison_audit_by_time"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.label}"
