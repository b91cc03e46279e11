"""The company's own door: what it filed itself, the link it follows a problem by, and 沟通记录."""

from __future__ import annotations

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from companies.models import DoorCard
from issues.choices import Side
from issues.models.tickets import Ticket
from liaison.models import Official, StoredFile


class FollowLinkQuerySet(models.QuerySet["FollowLink"]):
    def standing(self) -> Self:
        """Links that still open their page."""
        return self.filter(revoked_at__isnull=True)


class FollowLink(models.Model):
    """企业进度链接: what a company follows one problem by, without an account, until it is revoked.

    The address carries the row's key under our signature, as the card at the door does: it cannot be guessed
    nor counted up, and a revoked one opens nothing.
    """

    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="follow_links"
    )
    opened_at = models.DateTimeField("开通时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="停用人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = FollowLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业进度链接"
        constraints = [
            models.UniqueConstraint(
                name="issues_followlink_one_standing",
                fields=["ticket"],
                condition=Q(revoked_at__isnull=True),
                violation_error_message="该问题已有在用的企业进度链接。",
            ),
            models.CheckConstraint(
                name="issues_followlink_revoked_iff_stamped",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} 进度链接"


class Filing(models.Model):
    """企业自报: what a company sent by the code at its door; once per the sending phone's own id.

    Either a problem of its own, or words added to one that was there already (`is_addition`).
    """

    client_id = models.UUIDField("提交编号", unique=True)
    card = models.ForeignKey(
        DoorCard, verbose_name="公示牌", on_delete=models.PROTECT, related_name="filings", db_index=False
    )
    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="filings")
    is_addition = models.BooleanField("补充到已有问题", default=False)
    name = models.CharField("联系人", max_length=40)
    phone = models.CharField("联系电话", max_length=20)
    filed_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "企业自报"
        constraints = [
            models.UniqueConstraint(
                name="issues_filing_one_origin",
                fields=["ticket"],
                condition=Q(is_addition=False),
                violation_error_message="一件问题只由一次提交产生。",
            ),
            models.CheckConstraint(
                name="issues_filing_has_contact",
                condition=~Q(name="") & ~Q(phone=""),
                violation_error_message="请留下联系人和电话。",
            ),
        ]
        indexes = [models.Index(fields=["card", "filed_at"], name="issues_filing_recent")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.name}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, official: Official) -> Self:
        """What was said on the problems one may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(official))

    def for_company(self) -> Self:
        """What the company reads: its own words, and what was marked 企业可见."""
        return self.filter(is_visible=True)


class Message(models.Model):
    """沟通: what company, team, unit and office say to each other on a problem. Append-only.

    Internal unless it is marked 企业可见; what the company says is visible to both sides.
    """

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="messages")
    client_id = models.UUIDField("发送编号", unique=True)
    side = models.CharField("发言方", max_length=8, choices=Side)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发言人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    signed = models.CharField("署名", max_length=80)
    words = models.TextField("内容")
    is_visible = models.BooleanField("企业可见", default=False)
    at = models.DateTimeField("时间")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "沟通记录"
        constraints = [
            models.CheckConstraint(name="issues_message_side_known", condition=Q(side__in=Side.values)),
            models.CheckConstraint(
                name="issues_message_says_something",
                condition=~Q(words="") & ~Q(signed=""),
                violation_error_message="请写明要说的内容。",
            ),
            models.CheckConstraint(
                name="issues_message_company_is_visible",
                condition=Q(side=Side.COMPANY, author__isnull=True, is_visible=True)
                | ~Q(side=Side.COMPANY) & Q(author__isnull=False),
                violation_error_message="企业的留言双方可见；其他留言须有发言人。",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "at", "id"], name="issues_message_talk")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.signed} {self.at:%Y-%m-%d %H:%M}"


class MessageFileQuerySet(models.QuerySet["MessageFile"]):
    def visible_to(self, official: Official) -> Self:
        """Attachments of what was said on the problems one may see."""
        return self.filter(owner__ticket__in=Ticket.objects.visible_to(official))

    def for_company(self) -> Self:
        """Attachments of what the company reads."""
        return self.filter(owner__is_visible=True)


class MessageFile(StoredFile):
    """An attachment of a 沟通记录, kept for good as the words are; `uploaded_by=None`: by the company."""

    owner = models.ForeignKey(
        Message, verbose_name="沟通记录", on_delete=models.PROTECT, related_name="files", db_index=False
    )
    uploaded_by = models.ForeignKey(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = MessageFileQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "沟通记录附件"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
