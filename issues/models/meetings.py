"""Meetings on what is stuck: of a special group, of dispatch, standing; their items and tasks."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from issues.choices import MeetingKind, MeetingState, Sequel
from issues.models.tickets import Ticket
from liaison.choices import SystemRole
from liaison.models import Department, Group, Official, Programme

HALL = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, official: Official) -> Self:
        """Meetings of the programmes of the regions that office, leaders and assessors answer for, and of the
        groups one sits in."""
        access = official.access
        return self.filter(access.regions(HALL, "programme__region__path") | Q(group__in=access.groups))


class Meeting(models.Model):
    """专项小组会, 调度会 or 常务会议 of a programme, on what reached its rung of the ladder.

    A special group meets once in a period that begins with `since`, and so does a dispatch meeting whose rung
    has a rhythm faster than a month; the others once a month.
    """

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="meetings"
    )
    kind = models.CharField("会议", max_length=20, choices=MeetingKind, default=MeetingKind.DISPATCH)
    group = models.ForeignKey(
        Group,
        verbose_name="专项小组",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="meetings",
    )
    month = models.DateField("月份", help_text="该月 1 日")
    since = models.DateField("会期起", null=True, blank=True, help_text="短于一个月的会期的第一天")
    meets_on = models.DateField("拟召开日期", null=True, blank=True)
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
    units = models.ManyToManyField(Department, verbose_name="参会单位", blank=True, related_name="+")
    minutes = models.TextField("会议纪要", blank=True)
    called_off = models.CharField("不召开的原因", max_length=200, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议"
        constraints = [
            models.UniqueConstraint(
                name="issues_meeting_once_a_month",
                fields=["programme", "kind", "month"],
                condition=Q(since__isnull=True),
            ),
            models.UniqueConstraint(
                name="issues_meeting_once_a_period",
                fields=["programme", "kind", "since"],
                condition=Q(group__isnull=True, since__isnull=False),
            ),
            models.UniqueConstraint(
                name="issues_meeting_group_once",
                fields=["group", "since"],
                condition=Q(group__isnull=False),
            ),
            models.CheckConstraint(
                name="issues_meeting_group_iff_special",
                condition=Q(kind=MeetingKind.SPECIAL, group__isnull=False, since__isnull=False)
                | Q(kind=MeetingKind.DISPATCH, group__isnull=True)
                | Q(kind=MeetingKind.STANDING, group__isnull=True, since__isnull=True),
            ),
            models.CheckConstraint(name="issues_meeting_month_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="issues_meeting_held_iff_dated",
                condition=Q(state=MeetingState.HELD, held_on__isnull=False)
                | Q(state__in=[MeetingState.PREPARED, MeetingState.CALLED_OFF], held_on__isnull=True),
                violation_error_message="已召开的会议须有召开日期。",
            ),
            models.CheckConstraint(
                name="issues_meeting_called_off_says_why",
                condition=Q(state=MeetingState.CALLED_OFF) & ~Q(called_off="")
                | ~Q(state=MeetingState.CALLED_OFF) & Q(called_off=""),
                violation_error_message="不召开会议须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("issues:meeting", args=self.place)

    @property
    def title(self) -> str:
        """The meeting's own name: 2026年3月调度会, 2026年3月5日调度会, 用地专项小组2026年3月5日会议."""
        label = MeetingKind(self.kind).label
        if self.since is None:
            return f"{self.month:%Y年%-m月}{label}"
        day = self.held_on or self.meets_on or self.since
        return f"{self.group}{day:%Y年%-m月%-d日}会议" if self.group else f"{day:%Y年%-m月%-d日}{label}"

    @property
    def ref(self) -> str:
        """What names the meeting in an address, beside its programme's code."""
        if self.since is not None:
            name = f"group-{self.group_id}" if self.group_id else "dispatch"
            return f"{name}-{self.since:%Y%m%d}"
        month = f"{self.month:%Y-%m}"
        return month if self.kind == MeetingKind.DISPATCH else f"standing-{month}"

    @property
    def place(self) -> tuple[str, str]:
        """The two parts of the meeting's address: the programme's code and its `ref`."""
        return self.programme.code, self.ref


class AgendaItem(models.Model):
    """A ticket on a meeting's agenda, with the reason in words and the decision taken.

    What the office takes off stays on record with the reason, so that the clock does not put it on again.
    """

    meeting = models.ForeignKey(Meeting, verbose_name="会议", on_delete=models.PROTECT, related_name="items")
    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="agenda_items"
    )
    reason = models.CharField("上会原因", max_length=120)
    position = models.PositiveSmallIntegerField("顺序")
    decision = models.TextField("议定事项", blank=True)
    ruling = models.CharField("会后", max_length=8, choices=Sequel, default=Sequel.KEEP)
    owner = models.ForeignKey(
        Department, verbose_name="责任单位", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField("完成期限", null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="增列人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    removed_at = models.DateTimeField("撤下时间", null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤下人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    removed_why = models.CharField("撤下原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        constraints = [
            models.UniqueConstraint(name="issues_agendaitem_once", fields=["meeting", "ticket"]),
            models.CheckConstraint(
                name="issues_agendaitem_ruling_known", condition=Q(ruling__in=Sequel.values)
            ),
            models.CheckConstraint(
                name="issues_agendaitem_removed_says_why",
                condition=Q(removed_at__isnull=True, removed_why="", removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_why=""),
                violation_error_message="撤下议题须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.ticket}"


class MeetingTaskQuerySet(models.QuerySet["MeetingTask"]):
    def visible_to(self, official: Official) -> Self:
        """Tasks of the problems in one's sight, and those of one's own unit."""
        mine = official.access.departments((SystemRole.UNIT, SystemRole.LEADER), "department__path")
        return self.filter(Q(ticket__in=Ticket.objects.visible_to(official)) | mine)

    def open(self) -> Self:
        """Tasks that are not done."""
        return self.filter(done_at__isnull=True)

    def owed_by(self, official: Official) -> Self:
        """Open tasks that the official's unit is to do."""
        return self.open().filter(official.access.departments((SystemRole.UNIT,), "department__path"))


class MeetingTask(models.Model):
    """会议任务: what a meeting decided on a ticket, whose it is, and by when; done once they say so."""

    item = models.ForeignKey(AgendaItem, verbose_name="议题", on_delete=models.PROTECT, related_name="tasks")
    ticket = models.ForeignKey(
        Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="meeting_tasks"
    )
    department = models.ForeignKey(
        Department, verbose_name="责任单位", on_delete=models.PROTECT, related_name="meeting_tasks"
    )
    words = models.TextField("任务")
    due_on = models.DateField("完成期限")
    given_at = models.DateTimeField("下达时间")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answer = models.TextField("落实情况", blank=True)

    objects = MeetingTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议任务"
        constraints = [
            models.UniqueConstraint(name="issues_task_once_per_unit", fields=["item", "department"]),
            models.CheckConstraint(name="issues_task_says_what", condition=~Q(words="")),
            models.CheckConstraint(
                name="issues_task_done_iff_stamped",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, done_at__gte=F("given_at")) & ~Q(answer=""),
                violation_error_message="登记完成须写明落实情况。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "due_on"], name="issues_task_owed", condition=Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.words[:40]

    def get_absolute_url(self) -> str:
        return reverse("issues:meeting-task", args=[self.pk])
