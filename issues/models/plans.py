"""方案: what a unit means to do about a problem that no deadline settles, step by step, and its reports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from issues.choices import PlanDuty, PlanKind, PlanState
from issues.models.tickets import Ticket
from liaison.models import Department, Official


class TicketPlanQuerySet(models.QuerySet["TicketPlan"]):
    def visible_to(self, official: Official) -> Self:
        """Plans of the problems one may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(official))


class TicketPlan(models.Model):
    """The plan on a problem: 攻坚方案 of a plan-only grade, 一企一策, or that of a 专班. One at a time.

    While `natural_on` is set the plan of a plan-only grade is in force: it is the day, in natural days by
    rule, that stands behind the problem's deadline (put off to a working day). Progress is owed every
    `progress_days` from `since`, a review `review_days` after `review_since`; the rule as it was on the day
    of acceptance.
    """

    ticket = models.OneToOneField(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="plan")
    kind = models.CharField("方案类型", max_length=8, choices=PlanKind)
    state = models.CharField("状态", max_length=10, choices=PlanState)
    goal = models.TextField("目标")
    round = models.PositiveSmallIntegerField("轮次", default=1)
    revision = models.PositiveSmallIntegerField("第几稿", default=1)
    due_on = models.DateField("方案期限", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提交人", on_delete=models.PROTECT, related_name="+"
    )
    submitted_on = models.DateField("首次提交日")
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审定人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answer = models.TextField("审定意见", blank=True)
    progress_days = models.PositiveSmallIntegerField("进展周期（天）", null=True, blank=True)
    review_days = models.PositiveSmallIntegerField("复核周期（天）", null=True, blank=True)
    since = models.DateField("进展自", null=True, blank=True)
    period = models.PositiveSmallIntegerField("下一期进展", default=1)
    review_on = models.DateField("复核日", null=True, blank=True)
    natural_on = models.DateField("下一步（自然日）", null=True, blank=True)
    duty = models.CharField("下一步", max_length=8, choices=PlanDuty, blank=True)

    objects = TicketPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题方案"
        constraints = [
            models.CheckConstraint(
                name="issues_plan_known",
                condition=Q(kind__in=PlanKind.values, state__in=PlanState.values),
            ),
            models.CheckConstraint(
                name="issues_plan_has_goal", condition=~Q(goal=""), violation_error_message="请写明目标。"
            ),
            models.CheckConstraint(
                name="issues_plan_in_force_whole",
                condition=Q(natural_on__isnull=True, duty="")
                | Q(natural_on__isnull=False, kind=PlanKind.HARD, state=PlanState.STANDING)
                & Q(since__isnull=False, decided_at__isnull=False, duty__in=PlanDuty.values),
            ),
            models.CheckConstraint(
                name="issues_plan_returned_says_why",
                condition=~Q(state=PlanState.RETURNED) | ~Q(answer="") & Q(decided_by__isnull=False),
                violation_error_message="退回方案须说明理由。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_on"],
                name="issues_plan_to_review",
                condition=Q(natural_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.get_state_display()}）"

    @property
    def is_in_time(self) -> bool:
        """Whether the plan of a plan-only grade was handed in by its day."""
        return self.due_on is None or self.submitted_on <= self.due_on

    @property
    def is_in_force(self) -> bool:
        """Whether the problem goes by it now: accepted, in the round that runs."""
        return self.natural_on is not None and self.round == self.ticket.round

    def natural_of(self, period: int) -> date:
        """The day by which the progress of a period is due, before rest days put it off."""
        if self.since is None or not self.progress_days:
            raise ValueError("no progress is owed under this plan")
        return self.since + timedelta(days=self.progress_days * period)


class PlanStep(models.Model):
    """A step of a plan: what, by when, which unit and who there; when it was done, what came of it."""

    plan = models.ForeignKey(TicketPlan, verbose_name="方案", on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField("顺序")
    words = models.CharField("措施", max_length=200)
    due_on = models.DateField("完成期限")
    department = models.ForeignKey(
        Department, verbose_name="责任单位", on_delete=models.PROTECT, related_name="plan_steps"
    )
    person = models.CharField("责任人", max_length=40, blank=True)
    done_on = models.DateField("完成日", null=True, blank=True)
    result = models.CharField("结果", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "方案措施"
        constraints = [
            models.UniqueConstraint(name="issues_planstep_position_once", fields=["plan", "position"]),
            models.CheckConstraint(
                name="issues_planstep_says_what",
                condition=~Q(words=""),
                violation_error_message="请写明措施。",
            ),
            models.CheckConstraint(
                name="issues_planstep_result_once_done", condition=Q(done_on__isnull=False) | Q(result="")
            ),
        ]

    def __str__(self) -> str:
        return self.words

    def is_late(self, on: date) -> bool:
        """Whether it is not done and past its day."""
        return self.done_on is None and self.due_on < on


class PlanReport(models.Model):
    """月度进展: what the lead unit reported for a period of the plan, and the day by which it was due."""

    plan = models.ForeignKey(
        TicketPlan, verbose_name="方案", on_delete=models.PROTECT, related_name="reports"
    )
    period = models.PositiveSmallIntegerField("第几期")
    due_on = models.DateField("期限")
    on = models.DateField("报送日")
    at = models.DateTimeField("报送时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="报送人", on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField("进展情况")

    class Meta:
        verbose_name = verbose_name_plural = "月度进展"
        constraints = [
            models.CheckConstraint(
                name="issues_planreport_says_something",
                condition=~Q(note=""),
                violation_error_message="请填写进展情况。",
            ),
        ]
        indexes = [models.Index(fields=["plan", "period"], name="issues_planreport_period")]

    def __str__(self) -> str:
        return f"第 {self.period} 期 {self.on}"

    @property
    def is_late(self) -> bool:
        """Whether it was given after its period's day."""
        return self.on > self.due_on
