"""消息: what an official is told. The inbox is the record; a text message only delivers."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from liaison.choices import InboxKind
from liaison.models.people import Official, Posting

MOST_COUNTED = 100  # the bell counts so far and says 99+ beyond
UNREAD = Q(read_at__isnull=True, settled_at__isnull=True)


class InboxQuerySet(models.QuerySet["InboxMessage"]):
    def visible_to(self, official: Official) -> Self:
        """One's own, while one is in post."""
        return self.filter(reader=official) if official.access else self.none()

    def unread(self) -> Self:
        """Neither read nor settled by what happened since."""
        return self.filter(UNREAD)


class InboxMessage(models.Model):
    """消息: one thing told to one reader, once.

    `about` names what it tells of, `waits_for` the step that it asks for: when that is over, whoever took it,
    the message is settled and nobody is counted as owing it any more.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="收件人",
        on_delete=models.PROTECT,
        related_name="inbox",
        db_index=False,
    )
    kind = models.CharField("类别", max_length=8, choices=InboxKind)
    title = models.CharField("标题", max_length=140)
    words = models.TextField("内容", blank=True)
    url = models.CharField("打开", max_length=200)
    about = models.CharField("所述事项", max_length=60)
    waits_for = models.CharField("所等事项", max_length=60, blank=True)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    settled_at = models.DateTimeField("事项办结时间", null=True, blank=True)

    objects = InboxQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(name="liaison_inbox_once", fields=["reader", "about"]),
            models.CheckConstraint(name="liaison_inbox_kind_known", condition=Q(kind__in=InboxKind.values)),
            models.CheckConstraint(name="liaison_inbox_says_what", condition=~Q(title="") & ~Q(about="")),
            models.CheckConstraint(
                name="liaison_inbox_opens_a_page_of_ours", condition=Q(url__regex=r"^/([^/]|$)")
            ),
        ]
        indexes = [
            models.Index(fields=["reader", "-created_at", "-id"], name="liaison_inbox_list"),
            models.Index(fields=["reader"], name="liaison_inbox_unread", condition=UNREAD),
            models.Index(
                fields=["waits_for"], name="liaison_inbox_waiting", condition=UNREAD & ~Q(waits_for="")
            ),
            models.Index(fields=["created_at"], name="liaison_inbox_by_age"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unread(self) -> bool:
        return self.read_at is None and self.settled_at is None


def with_unread(postings: models.QuerySet[Posting]) -> models.QuerySet[Any]:
    """Annotate postings with how many messages their official has not read, 100 at most: the bell's count
    comes with the postings, so that no page asks for it."""
    few = RawSQL(
        "(SELECT count(*) FROM (SELECT FROM liaison_inboxmessage m"
        " WHERE m.reader_id = liaison_posting.official_id AND m.read_at IS NULL AND m.settled_at IS NULL"
        " LIMIT %s) few)",
        (MOST_COUNTED,),
        output_field=models.IntegerField(),
    )
    return postings.annotate(unread=few)


class Digest(models.Model):
    """每日提要: an official's morning was looked at, once a working day; empty: nothing was to be said.

    `text` is its text message, where the city sends any: `taken_at` marks it before it is handed over, so
    that who is killed in between loses it rather than sends it twice; the inbox has it anyway.
    """

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        on_delete=models.PROTECT,
        related_name="digests",
        db_index=False,
    )
    on = models.DateField("日期")
    is_empty = models.BooleanField("无事可提", default=True)
    text = models.CharField("短信", max_length=140, blank=True)
    written_at = models.DateTimeField("写成时间")
    taken_at = models.DateTimeField("短信取走时间", null=True, blank=True)
    sent_at = models.DateTimeField("短信送出时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "每日提要"
        constraints = [
            models.UniqueConstraint(name="liaison_digest_once_a_day", fields=["official", "on"]),
            models.CheckConstraint(
                name="liaison_digest_text_says_something", condition=Q(text="") | Q(is_empty=False)
            ),
            models.CheckConstraint(
                name="liaison_digest_sent_once_taken",
                condition=Q(sent_at__isnull=True) | Q(taken_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["on"], name="liaison_digest_to_send", condition=Q(taken_at__isnull=True) & ~Q(text="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.official}"
