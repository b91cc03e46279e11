"""Months as they were: the frozen rows that bulletins, scores and dashboards are computed from."""

from __future__ import annotations

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from companies.models import Company, Enrolment
from issues.choices import BulletinState, Outcome, Status
from issues.models.tickets import Category, Ticket
from liaison.choices import Reach, RegionLevel, SystemRole
from liaison.models import Department, GradeRule, Official, Programme, ProgrammeVersion, Region

_ROLES = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)


class MonthEndQuerySet(models.QuerySet["MonthEnd"]):
    def visible_to(self, official: Official) -> Self:
        """Frozen months of the programmes of the regions one answers for, and of those that cover them.

        Which rows of a month one sees is the rows' own scope: a county sees its part of the city's month.
        """
        whole = official.access.regions(_ROLES, "programme__region__path")
        return self.filter(whole | Q(programme__region__path__in=_above_counties(official)))


def _above_counties(official: Official) -> set[str]:
    """Paths of the regions that hold a county one answers for; frozen rows know no towns."""
    counties = {
        posting.department.region.path
        for posting in official.access.postings
        if posting.role in _ROLES
        and posting.reach == Reach.REGION
        and posting.department.region.level == RegionLevel.COUNTY
    }
    return {path[: at + 1] for path in counties for at, letter in enumerate(path[:-1]) if letter == "/"}


class MonthEnd(models.Model):
    """A programme's month, frozen at its cut-off: what happened after `since` and up to `until`."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="month_ends"
    )
    version = models.ForeignKey(
        ProgrammeVersion, verbose_name="方案版本", on_delete=models.PROTECT, related_name="+"
    )
    month = models.DateField("月份", help_text="该月 1 日")
    since = models.DateTimeField("起（不含）")
    until = models.DateTimeField("止（含）")
    frozen_at = models.DateTimeField("冻结时间")

    objects = MonthEndQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月度冻结"
        constraints = [
            models.UniqueConstraint(name="issues_monthend_once", fields=["programme", "month"]),
            models.CheckConstraint(name="issues_monthend_month_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="issues_monthend_forward", condition=Q(until__gt=F("since"), frozen_at__gte=F("until"))
            ),
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.programme} {self.month:%Y年%-m月}"


class FrozenTicketQuerySet(models.QuerySet["FrozenTicket"]):
    def visible_to(self, official: Official) -> Self:
        """The problems of the counties that one answers for."""
        return self.filter(official.access.regions(_ROLES, "region__path"))


class FrozenTicket(models.Model):
    """A ticket as it stood at a month's end; figures of that month are counts of these rows."""

    month_end = models.ForeignKey(MonthEnd, on_delete=models.PROTECT, related_name="tickets")
    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="frozen")
    company = models.ForeignKey(Company, verbose_name="企业", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="县区", on_delete=models.PROTECT, related_name="+")
    lead_unit = models.ForeignKey(
        Department, verbose_name="主办单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_unit = models.ForeignKey(
        Department, verbose_name="包抓单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    category = models.ForeignKey(
        Category, verbose_name="类别", null=True, on_delete=models.PROTECT, related_name="+"
    )
    grade = models.ForeignKey(
        GradeRule, verbose_name="等级", null=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField("状态", max_length=12, choices=Status)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome, blank=True)
    is_new = models.BooleanField("本期收集")
    is_due = models.BooleanField("本期到期", help_text="办结期限在本期内，或更早到期而期初未销号")
    is_closed = models.BooleanField("本期销号")
    closed_on_time = models.BooleanField("按期办结", null=True)
    is_overdue = models.BooleanField("期末逾期")
    is_satisfied = models.BooleanField("企业满意", null=True)
    reported_in_time = models.BooleanField("按时上报", null=True)
    signed_in_time = models.BooleanField("按时签收", null=True)
    reworks = models.PositiveSmallIntegerField("本期重办次数", default=0)

    objects = FrozenTicketQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月末问题"
        constraints = [
            models.UniqueConstraint(name="issues_frozenticket_once", fields=["month_end", "ticket"]),
        ]
        indexes = [
            models.Index(fields=["month_end", "lead_unit"], name="issues_frozenticket_lead"),
            models.Index(fields=["month_end", "assigned_unit"], name="issues_frozenticket_team"),
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.month_end_id}:{self.ticket_id}"


class FrozenEnrolmentQuerySet(models.QuerySet["FrozenEnrolment"]):
    def visible_to(self, official: Official) -> Self:
        """The companies of the counties that one answers for."""
        return self.filter(official.access.regions(_ROLES, "region__path"))


class FrozenEnrolment(models.Model):
    """A company's place in the programme at a month's end: contacted or not, papers complete or not."""

    month_end = models.ForeignKey(MonthEnd, on_delete=models.PROTECT, related_name="enrolments")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="frozen")
    company = models.ForeignKey(Company, verbose_name="企业", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="县区", on_delete=models.PROTECT, related_name="+")
    assigned_unit = models.ForeignKey(
        Department, verbose_name="包抓单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    visits = models.PositiveIntegerField("本期走访次数")
    contacts = models.PositiveIntegerField("本期联系次数", help_text="含走访")
    is_contacted = models.BooleanField("达到联系要求")
    has_ledger = models.BooleanField("台账完整", help_text="有包抓方案，且有主要联络员")

    objects = FrozenEnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月末包联企业"
        constraints = [
            models.UniqueConstraint(name="issues_frozenenrolment_once", fields=["month_end", "enrolment"]),
        ]
        indexes = [models.Index(fields=["month_end", "assigned_unit"], name="issues_frozenenrolment_team")]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.month_end_id}:{self.enrolment_id}"


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def visible_to(self, official: Official) -> Self:
        """Drafts are the office's; an issued bulletin is for every official of the programme's region."""
        drafts = official.access.regions(_ROLES, "programme__region__path")
        issued = Q(state=BulletinState.ISSUED) & official.access.cities("programme__region__path")
        return self.filter(drafts | issued)


class Bulletin(models.Model):
    """月通报: drafted by the month's end from its frozen figures, edited and issued by the office."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="bulletins"
    )
    month_end = models.OneToOneField(
        MonthEnd, verbose_name="月度冻结", on_delete=models.PROTECT, related_name="bulletin"
    )
    title = models.CharField("标题", max_length=120)
    opening = models.TextField("导语")
    highlights = models.TextField("亮点做法", blank=True)
    next_steps = models.TextField("下步安排", blank=True)
    state = models.CharField("状态", max_length=10, choices=BulletinState, default=BulletinState.DRAFT)
    drafted_at = models.DateTimeField("生成时间")
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="印发人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报"
        constraints = [
            models.CheckConstraint(
                name="issues_bulletin_issued_iff_stamped",
                condition=Q(state=BulletinState.ISSUED, issued_at__isnull=False, issued_by__isnull=False)
                | Q(state=BulletinState.DRAFT, issued_at__isnull=True, issued_by__isnull=True),
                violation_error_message="印发状态与印发时间必须一致。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="issued_stands",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state=BulletinState.ISSUED),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("issues:bulletin", args=[self.programme.code, self.month_end.month.strftime("%Y-%m")])
