"""督办单, 催办 and 批示: what the office presses a unit for, and what a leader asks of it."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from companies.models import Company
from issues.choices import NoticeColour, NoticeState
from issues.models.meetings import HALL
from issues.models.tickets import Ticket
from liaison.choices import SystemRole
from liaison.models import Department, Official, Programme

UNISSUED = (NoticeState.PROPOSED, NoticeState.DROPPED)


def _by(label: str) -> models.ForeignKey[Official | None, Official | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, official: Official) -> Self:
        """Those of one's region; those addressed to one's unit or on problems in one's sight once issued."""
        access = official.access
        mine = access.departments((SystemRole.UNIT, SystemRole.LEADER), "department__path")
        issued = mine | Q(ticket__in=Ticket.objects.visible_to(official))
        here = access.regions(HALL, "programme__region__path") | access.regions(
            HALL, "ticket__company__region__path"
        )
        return self.filter(here | ~Q(state__in=UNISSUED) & issued)

    def owed_by(self, official: Official) -> Self:
        """Issued to one's unit and not answered yet."""
        mine = official.access.departments((SystemRole.UNIT,), "department__path")
        return self.filter(mine, state__in=[NoticeState.ISSUED, NoticeState.RECEIVED])


class Notice(models.Model):
    """督办单: what the office demands of a unit, by when; yellow first, then orange, then red.

    Proposed by the clock when a problem is 严重逾期; it has a number once the office issues it.
    """

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="notices"
    )
    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    department = models.ForeignKey(
        Department, verbose_name="被督办单位", on_delete=models.PROTECT, related_name="notices"
    )
    colour = models.CharField("颜色", max_length=8, choices=NoticeColour)
    state = models.CharField("状态", max_length=10, choices=NoticeState)
    is_auto = models.BooleanField("系统提请", default=False)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    why = models.CharField("督办原因", max_length=200)
    demand = models.TextField("督办要求", blank=True)
    due_on = models.DateField("回复期限", null=True, blank=True)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    serial = models.PositiveIntegerField("序号", null=True, blank=True)
    made_at = models.DateTimeField("提出时间")
    issued_at = models.DateTimeField("签发时间", null=True, blank=True)
    issued_by = _by("签发人")
    receive_by = models.DateField("签收期限", null=True, blank=True)
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    received_by = _by("签收人")
    reply = models.TextField("回复", blank=True)
    replied_at = models.DateTimeField("回复时间", null=True, blank=True)
    replied_by = _by("回复人")
    closing = models.TextField("办结意见", blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_by = _by("办结人")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办单"
        constraints = [
            models.CheckConstraint(
                name="issues_notice_known",
                condition=Q(colour__in=NoticeColour.values, state__in=NoticeState.values),
            ),
            models.CheckConstraint(
                name="issues_notice_numbered_iff_issued",
                condition=Q(state__in=UNISSUED, serial__isnull=True, issued_at__isnull=True)
                | ~Q(state__in=UNISSUED)
                & ~Q(demand="")
                & Q(
                    serial__isnull=False,
                    year__isnull=False,
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                    due_on__isnull=False,
                    receive_by__isnull=False,
                ),
                violation_error_message="督办单签发时须有编号、要求和回复期限。",
            ),
            models.UniqueConstraint(name="issues_notice_number_once", fields=["programme", "year", "serial"]),
            models.UniqueConstraint(
                name="issues_notice_colour_once",
                fields=["ticket", "department", "colour"],
                condition=~Q(state=NoticeState.DROPPED) & Q(ticket__isnull=False),
                violation_error_message="该单位已因此问题收到同色督办单。",
            ),
            models.UniqueConstraint(
                name="issues_notice_proposed_once", fields=["ticket", "round"], condition=Q(is_auto=True)
            ),
            models.CheckConstraint(
                name="issues_notice_signed_iff_stamped",
                condition=Q(received_at__isnull=True, received_by__isnull=True)
                | Q(received_at__isnull=False, received_by__isnull=False),
            ),
            models.CheckConstraint(
                name="issues_notice_replied_iff_stamped",
                condition=Q(replied_at__isnull=True, replied_by__isnull=True, reply="")
                | Q(replied_at__isnull=False, replied_by__isnull=False) & ~Q(reply=""),
                violation_error_message="回复督办单须写明落实情况。",
            ),
            models.CheckConstraint(
                name="issues_notice_closed_iff_stamped",
                condition=Q(state=NoticeState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | ~Q(state=NoticeState.CLOSED) & Q(closed_at__isnull=True, closed_by__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["department", "state"], name="issues_notice_of_unit"),
            models.Index(fields=["-made_at"], name="issues_notice_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.department}"

    def get_absolute_url(self) -> str:
        return reverse("issues:notice", args=[self.pk])

    @property
    def number(self) -> str:
        """督〔2026〕12号; what is only proposed has none."""
        return f"督〔{self.year}〕{self.serial}号" if self.serial else "督办单（待签发）"


class Reminder(models.Model):
    """催办: the office reminds a unit of a problem, once a working day."""

    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="reminders"
    )
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="reminders"
    )
    on = models.DateField("工作日")
    words = models.CharField("催办内容", max_length=300)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="催办人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "催办"
        constraints = [
            models.UniqueConstraint(
                name="issues_reminder_once_a_day",
                fields=["ticket", "department", "on"],
                violation_error_message="今天已催办过该单位。",
            ),
            models.CheckConstraint(name="issues_reminder_says_what", condition=~Q(words="")),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.on}"


class LeaderNoteQuerySet(models.QuerySet["LeaderNote"]):
    def visible_to(self, official: Official) -> Self:
        """One's own, of one's region, addressed to one's unit, or on problems in one's sight."""
        access = official.access
        mine = NoteAddressee.objects.filter(
            access.departments((SystemRole.UNIT, SystemRole.LEADER), "department__path")
        )
        return self.filter(
            Q(leader=official)
            | access.regions(HALL, "company__region__path")
            | Q(pk__in=mine.values("note"))
            | Q(ticket__in=Ticket.objects.visible_to(official))
        )

    def with_state(self, on: date) -> Any:
        """Annotate whether a unit has still to report, `is_owing`, and whether its day is past, `is_late`."""
        left = Exists(NoteAddressee.objects.filter(note=OuterRef("pk"), answered_at__isnull=True))
        return self.annotate(is_owing=left, is_late=left & Q(due_on__lt=on))


class LeaderNote(models.Model):
    """批示: a leader's words on a problem or a company, to units, with a date; the office may write down
    what stands on paper, with the paper's number."""

    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="批示领导", on_delete=models.PROTECT, related_name="notes"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间")
    noted_on = models.DateField("批示日期")
    paper_number = models.CharField("文号", max_length=60, blank=True)
    words = models.TextField("批示内容")
    due_on = models.DateField("报告期限", null=True, blank=True)
    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="leader_notes"
    )
    ticket = models.ForeignKey(
        Ticket,
        verbose_name="问题",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leader_notes",
    )

    objects = LeaderNoteQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "领导批示"
        constraints = [
            models.CheckConstraint(
                name="issues_note_says_what",
                condition=~Q(words=""),
                violation_error_message="请填写批示内容。",
            ),
            models.CheckConstraint(
                name="issues_note_from_paper_has_number",
                condition=Q(recorded_by=F("leader")) | ~Q(paper_number=""),
                violation_error_message="代为登记的批示须写明文号。",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-noted_on"], name="issues_note_of_company"),
            models.Index(fields=["-noted_on", "-id"], name="issues_note_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.leader}批示 {self.noted_on}"

    def get_absolute_url(self) -> str:
        return reverse("issues:note", args=[self.pk])


class NoteAddresseeQuerySet(models.QuerySet["NoteAddressee"]):
    def visible_to(self, official: Official) -> Self:
        """Those of the notes in one's sight."""
        return self.filter(note__in=LeaderNote.objects.visible_to(official))

    def owed_by(self, official: Official) -> Self:
        """What one's unit has still to report on."""
        mine = official.access.departments((SystemRole.UNIT,), "department__path")
        return self.filter(mine, answered_at__isnull=True)


class NoteAddressee(models.Model):
    """A unit that a leader's note is addressed to, and what it reported."""

    note = models.ForeignKey(
        LeaderNote, verbose_name="批示", on_delete=models.CASCADE, related_name="addressees"
    )
    department = models.ForeignKey(
        Department, verbose_name="承办单位", on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField("办理情况", blank=True)
    answered_at = models.DateTimeField("报告时间", null=True, blank=True)
    answered_by = _by("报告人")

    objects = NoteAddresseeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批示承办单位"
        constraints = [
            models.UniqueConstraint(name="issues_addressee_once", fields=["note", "department"]),
            models.CheckConstraint(
                name="issues_addressee_answered_iff_stamped",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.department)
