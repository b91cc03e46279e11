"""Tickets: the problem, the units it was given to, the rungs it climbed, and its course of events."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractYear
from django.urls import reverse

from companies.models import Assignment, Company, Enrolment, Visit
from issues.choices import (
    OPEN,
    AnswerMode,
    Light,
    Move,
    Outcome,
    Part,
    ReturnReason,
    Route,
    Source,
    Status,
)
from liaison.choices import Reach, Rung, SystemRole, Trigger, YearStatus
from liaison.models import (
    CalendarChange,
    CalendarYear,
    Department,
    GradeRule,
    Official,
    Programme,
    ProgrammeVersion,
)

REGIONAL = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)
DEPARTMENTAL = (SystemRole.UNIT, SystemRole.LEADER)


class Category(models.Model):
    """问题类别: 用工, 用地, 用电 … a row each, so that a city can add its own."""

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=20, unique=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "问题类别"

    def __str__(self) -> str:
        return self.name


def provisional_next(ticket: str = "") -> ExpressionWrapper[Combinable]:
    """Whether the next step lies in a year not published yet; `ticket` leads to the problem ("ticket__")."""
    known = CalendarYear.objects.filter(
        status=YearStatus.PUBLISHED, year=ExtractYear(OuterRef(f"{ticket}next_on"))
    )
    runs = Q(**{f"{ticket}next_on__isnull": False}) & ~Q(**{f"{ticket}status": Status.ANSWERED})
    return ExpressionWrapper(runs & ~Exists(known), models.BooleanField())  # 待确认 runs in natural days


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, official: Official) -> Self:
        """Problems of the regions one answers for, of one's unit, and of the companies one looks after."""
        access = official.access
        seats = Assignment.objects.in_force(access.on).filter(enrolment=OuterRef("enrolment"))
        condition = access.regions(REGIONAL, "company__region__path") | Q(Exists(seats.held_by(official)))
        if any(p.role == SystemRole.UNIT or p.reach == Reach.DEPARTMENT for p in access.postings):
            here = access.departments(DEPARTMENTAL, "department__path")
            given = TicketUnit.objects.filter(ticket=OuterRef("pk"))
            condition |= Q(Exists(given.filter(here))) | Q(Exists(seats.filter(here)))
        return self.filter(condition)

    def open(self) -> Self:
        """Problems not yet struck off."""
        return self.filter(status__in=OPEN)

    def due_for_clock(self, on: date) -> Self:
        """Problems on which the clock has something to do by the day."""
        return self.filter(status__in=OPEN, act_on__lte=on)

    def overdue(self, on: date) -> Self:
        """Open problems whose next step is past its day."""
        return self.filter(status__in=OPEN, next_on__lt=on)

    def awaiting(self, official: Official) -> Self:
        """今天要办: problems whose next step is this official's to take, in any of their roles."""
        return self.filter(_awaits(official))

    def with_mine(self, official: Official) -> Self:
        """Annotate `is_mine`: whether the next step is this official's."""
        return self.annotate(is_mine=ExpressionWrapper(_awaits(official), models.BooleanField()))

    def with_light(self, on: date) -> Self:
        """Annotate `light`, read from the stored days: the same in lists, filters, counts and charts."""
        return self.annotate(
            light=Case(
                When(status=Status.CLOSED, then=Value(Light.DONE)),
                When(alarm_on__lte=on, then=Value(Light.RED_PLUS)),
                When(next_on__lt=on, then=Value(Light.RED)),
                When(warn_on__lte=on, then=Value(Light.YELLOW)),
                default=Value(Light.GREEN),
                output_field=models.CharField(),
            )
        )

    def with_provisional(self) -> Self:
        """Annotate `is_provisional`: the next step's day lies in a year whose holidays are not published."""
        return self.annotate(is_provisional=provisional_next())

    def matching(self, words: str) -> Self:
        """Problems whose number, title or company contains what was typed."""
        words = words.strip()
        if not words:
            return self
        return self.filter(
            Q(number__contains=words)
            | Q(title__contains=words)
            | Q(company__name__contains=words)
            | Q(company__pinyin__contains=words.lower())
        )


def _awaits(official: Official) -> Q:
    access = official.access
    condition = Q(pk__in=[])
    if SystemRole.OFFICIAL in access.roles:
        seats = Assignment.objects.in_force(access.on).held_by(official)
        seats = seats.filter(enrolment=OuterRef("enrolment"), role__answers_company=True)
        condition |= Q(status__in=(Status.DRAFT, Status.RESOLVED)) & Q(Exists(seats))
    if SystemRole.UNIT in access.roles:
        mine = TicketUnit.objects.filter(
            access.departments((SystemRole.UNIT,), "department__path"),
            ticket=OuterRef("pk"),
            is_current=True,
        )
        condition |= Q(status__in=(Status.DISPATCHED, Status.IN_PROGRESS)) & Q(
            Exists(mine.filter(part=Part.LEAD))
        )
        condition |= Q(status__in=(Status.DISPATCHED, Status.IN_PROGRESS)) & Q(
            Exists(mine.filter(part=Part.COOPERATE, finished_at__isnull=True))
        )
    if SystemRole.OFFICE in access.roles:
        here = access.regions((SystemRole.OFFICE,), "company__region__path")
        condition |= here & (Q(status=Status.REPORTED) | Q(status=Status.ANSWERED, next_on__lt=access.on))
    return condition


class Ticket(models.Model):
    """问题: a difficulty a company raised, followed until the company itself says that it is settled."""

    number = models.CharField("编号", max_length=20, unique=True)
    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="tickets"
    )
    version = models.ForeignKey(
        ProgrammeVersion, verbose_name="方案版本", on_delete=models.PROTECT, related_name="+"
    )
    enrolment = models.ForeignKey(
        Enrolment, verbose_name="纳入", on_delete=models.PROTECT, related_name="tickets"
    )
    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="tickets"
    )
    visit = models.ForeignKey(
        Visit, verbose_name="走访", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    source = models.CharField("来源", max_length=10, choices=Source)
    title = models.CharField("问题", max_length=80)
    description = models.TextField("具体情况", blank=True)
    wish = models.TextField("企业诉求", blank=True)
    category = models.ForeignKey(
        Category, verbose_name="类别", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    grade = models.ForeignKey(
        GradeRule, verbose_name="等级", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    route = models.CharField("分类施策", max_length=10, choices=Route, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT)
    rung = models.CharField("督办层级", max_length=20, choices=Rung, default=Rung.UNIT)
    round = models.PositiveSmallIntegerField("第几轮办理", default=1)
    transfers = models.PositiveSmallIntegerField("退回次数", default=0)

    # Days. `next_on` is the day by which the present step is due; the others follow from it.
    next_on = models.DateField("当前环节期限", null=True, blank=True)
    warn_on = models.DateField("预警日", null=True, blank=True)
    alarm_on = models.DateField("严重逾期日", null=True, blank=True)
    act_on = models.DateField("时钟下次处理日", null=True, blank=True)
    report_due_on = models.DateField("上报期限")
    due_on = models.DateField("办结期限", null=True, blank=True)
    due_is_provisional = models.BooleanField("期限暂定", default=False)

    # What happened, when.
    collected_at = models.DateTimeField("收集时间")
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="收集人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reported_at = models.DateTimeField("上报时间", null=True, blank=True)
    was_forwarded = models.BooleanField("逾期未报自动转办", default=False)
    dispatched_at = models.DateTimeField("交办时间", null=True, blank=True)
    resolved_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome, blank=True)
    result = models.TextField("办理情况", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer_mode = models.CharField("答复方式", max_length=8, choices=AnswerMode, blank=True)
    rating = models.PositiveSmallIntegerField("企业评分", null=True, blank=True)
    is_satisfied = models.BooleanField("企业满意", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        constraints = [
            models.CheckConstraint(name="issues_ticket_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="issues_ticket_source_known", condition=Q(source__in=Source.values)),
            models.CheckConstraint(name="issues_ticket_rung_known", condition=Q(rung__in=Rung.values)),
            models.CheckConstraint(
                name="issues_ticket_titled", condition=~Q(title=""), violation_error_message="问题不能为空。"
            ),
            models.CheckConstraint(
                name="issues_ticket_open_has_next_day",
                condition=Q(status=Status.CLOSED) | Q(next_on__isnull=False),
                violation_error_message="未销号的问题必须有下一环节期限。",
            ),
            models.CheckConstraint(
                name="issues_ticket_reported_once_left_draft",
                condition=Q(status=Status.DRAFT, reported_at__isnull=True)
                | ~Q(status=Status.DRAFT) & Q(reported_at__isnull=False),
                violation_error_message="上报状态与上报时间必须一致。",
            ),
            models.CheckConstraint(
                name="issues_ticket_due_once_dispatched",
                condition=Q(status__in=[Status.DRAFT, Status.REPORTED])
                | Q(
                    due_on__isnull=False,
                    grade__isnull=False,
                    category__isnull=False,
                    dispatched_at__isnull=False,
                ),
                violation_error_message="交办后必须有等级、类别和办结期限。",
            ),
            models.CheckConstraint(
                name="issues_ticket_outcome_once_resolved",
                condition=~Q(status__in=[Status.RESOLVED, Status.ANSWERED, Status.CLOSED])
                | Q(resolved_at__isnull=False) & ~Q(outcome=""),
                violation_error_message="办结须写明办理结果。",
            ),
            models.CheckConstraint(
                name="issues_ticket_cannot_now_has_reason",
                condition=~Q(outcome=Outcome.CANNOT_NOW) | ~Q(result=""),
                violation_error_message="暂无法解决须说明原因。",
            ),
            models.CheckConstraint(
                name="issues_ticket_closed_iff_stamped",
                condition=Q(status=Status.CLOSED, closed_at__isnull=False)
                | ~Q(status=Status.CLOSED) & Q(closed_at__isnull=True),
                violation_error_message="销号状态与销号时间必须一致。",
            ),
        ]
        indexes = [
            models.Index(name="issues_ticket_to_act", fields=["act_on"], condition=Q(status__in=OPEN)),
            models.Index(
                name="issues_ticket_open_next", fields=["next_on", "id"], condition=Q(status__in=OPEN)
            ),
            models.Index(name="issues_ticket_by_status", fields=["status", "-id"]),
            models.Index(name="issues_ticket_recent", fields=["-collected_at", "-id"]),
            models.Index(name="issues_ticket_of_company", fields=["company", "-id"]),
            GinIndex(OpClass("title", name="gin_trgm_ops"), name="issues_ticket_title_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("issues:ticket", args=[self.number])

    @property
    def is_open(self) -> bool:
        return self.status != Status.CLOSED


class TicketUnit(models.Model):
    """A unit that a ticket was given to, as lead or cooperating, with its own receipt and clock."""

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="units")
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="ticket_units"
    )
    part = models.CharField("分工", max_length=10, choices=Part)
    given_at = models.DateTimeField("交办时间")
    sign_due_on = models.DateField("签收期限")
    due_on = models.DateField("办理期限")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="签收人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    return_reason = models.CharField("退回理由", max_length=12, choices=ReturnReason, blank=True)
    finished_at = models.DateTimeField("办结时间", null=True, blank=True)
    is_current = models.BooleanField("在办", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        constraints = [
            models.UniqueConstraint(
                name="issues_unit_one_lead",
                fields=["ticket"],
                condition=Q(part=Part.LEAD, is_current=True),
                violation_error_message="一件问题同一时间只有一个主办单位。",
            ),
            models.UniqueConstraint(
                name="issues_unit_once",
                fields=["ticket", "department"],
                condition=Q(is_current=True),
                violation_error_message="该单位已在办理此问题。",
            ),
            models.CheckConstraint(name="issues_unit_part_known", condition=Q(part__in=Part.values)),
            models.CheckConstraint(
                name="issues_unit_returned_has_reason",
                condition=Q(returned_at__isnull=True) | ~Q(return_reason="") & Q(is_current=False),
                violation_error_message="退回须选择理由。",
            ),
        ]
        indexes = [models.Index(fields=["department", "is_current"], name="issues_unit_inbox")]

    def __str__(self) -> str:
        return f"{self.department}（{self.get_part_display()}）"


class TicketEvent(models.Model):
    """One step of a ticket's course. Append-only in the database. `by=None` means clock or company."""

    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="events")
    move = models.CharField("事项", max_length=12, choices=Move)
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
    trigger = models.CharField("触发", max_length=12, choices=Trigger)
    at = models.DateTimeField("时间")
    department = models.ForeignKey(
        Department, verbose_name="承接单位", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_broken = models.BooleanField("断链", default=False, help_text="该层级无人，转值班办公室")

    class Meta:
        verbose_name = verbose_name_plural = "提级记录"
        constraints = [
            models.UniqueConstraint(name="issues_escalation_rung_once", fields=["ticket", "rung"]),
            models.CheckConstraint(
                name="issues_escalation_known", condition=Q(rung__in=Rung.values, trigger__in=Trigger.values)
            ),
        ]
        indexes = [models.Index(fields=["-at"], name="issues_escalation_recent")]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.get_rung_display()}"
