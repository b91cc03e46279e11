"""规定动作 (五个一): the small log of what is written down nowhere else."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate

from companies.choices import DutyKind
from companies.models.assignments import Enrolment
from liaison.choices import SystemRole
from liaison.models import Department, Official, StoredFile

_REGIONAL = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)
_DEPARTMENTAL = (SystemRole.UNIT, SystemRole.LEADER)


def duties_seen_by(official: Official) -> Q:
    """Whose duties one sees: one's own, those of one's unit, those done in the companies of one's region.

    For rows with an official, the unit they had, and an enrolment: seats, visits and lines of the log alike.
    """
    access = official.access
    return (
        Q(official=official)
        | access.regions(_REGIONAL, "enrolment__company__region__path")
        | access.departments(_DEPARTMENTAL, "department__path")
    )


class DutyEntryQuerySet(models.QuerySet["DutyEntry"]):
    def visible_to(self, official: Official) -> Self:
        """Lines of one's own, of one's unit, and of the companies of one's region."""
        return self.filter(duties_seen_by(official))

    def standing(self) -> Self:
        """Lines that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def done(self) -> Self:
        """Lines that count: not withdrawn, and more than the word that there was nothing."""
        return self.standing().filter(is_none=False)

    def within(self, since: date, until: date) -> Self:
        """Lines dated in these days."""
        return self.filter(on__range=(since, until))


class DutyEntry(models.Model):
    """A policy explained, a day worked, a suggestion made …, or 本期无. The client makes the id."""

    client_id = models.UUIDField("客户端编号", unique=True)
    enrolment = models.ForeignKey(
        Enrolment, verbose_name="纳入", on_delete=models.PROTECT, related_name="duty_entries"
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        on_delete=models.PROTECT,
        related_name="duty_entries",
        db_index=False,
    )
    department = models.ForeignKey(
        Department, verbose_name="当时单位", on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField("事项", max_length=16, choices=DutyKind)
    on = models.DateField("日期")
    is_none = models.BooleanField("本期无", default=False)
    words = models.CharField("内容", max_length=500, blank=True)
    finance_yuan = models.DecimalField(
        "促成融资（元）", max_digits=16, decimal_places=2, null=True, blank=True
    )
    credit_yuan = models.DecimalField(
        "获得授信（元）", max_digits=16, decimal_places=2, null=True, blank=True
    )
    logged_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = DutyEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规定动作登记"
        constraints = [
            models.CheckConstraint(
                name="companies_dutyentry_source_known", condition=Q(source__in=DutyKind.values)
            ),
            models.CheckConstraint(
                name="companies_dutyentry_not_in_future",
                condition=Q(on__lte=TruncDate("logged_at")),
                violation_error_message="日期不能晚于登记日。",
            ),
            models.CheckConstraint(
                name="companies_dutyentry_says_what",
                condition=Q(is_none=True) | ~Q(words=""),
                violation_error_message="请写一句做了什么。",
            ),
            models.CheckConstraint(
                name="companies_dutyentry_not_counted_elsewhere",
                condition=Q(is_none=True) | ~Q(source__in=DutyKind.counted_anyway()),
                violation_error_message="问题和走访由系统自动计数，不在这里登记。",
            ),
            models.CheckConstraint(
                name="companies_dutyentry_amounts_of_money_matters",
                condition=Q(finance_yuan__isnull=True, credit_yuan__isnull=True)
                | Q(source__in=DutyKind.with_amounts(), is_none=False)
                & (Q(finance_yuan__isnull=True) | Q(finance_yuan__gt=0))
                & (Q(credit_yuan__isnull=True) | Q(credit_yuan__gt=0)),
                violation_error_message="只有对接政策和融资授信填写金额，金额须大于零。",
            ),
            models.CheckConstraint(
                name="companies_dutyentry_finance_has_amount",
                condition=~Q(source=DutyKind.FINANCE)
                | Q(is_none=True)
                | Q(finance_yuan__isnull=False)
                | Q(credit_yuan__isnull=False),
                violation_error_message="融资授信须填写金额。",
            ),
            models.CheckConstraint(
                name="companies_dutyentry_withdrawn_later",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("logged_at")),
            ),
            models.UniqueConstraint(
                name="companies_dutyentry_a_day_worked_once",
                fields=["official", "on"],
                condition=Q(source=DutyKind.FRONT_LINE, is_none=False, withdrawn_at__isnull=True),
                violation_error_message="这一天的一线劳动已经登记过。",
            ),
        ]
        indexes = [
            models.Index(fields=["official", "source", "on"], name="companies_dutyentry_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_source_display()}{'：本期无' if self.is_none else ''}"


class DutyFileQuerySet(models.QuerySet["DutyFile"]):
    def visible_to(self, official: Official) -> Self:
        """Evidence of the lines one may see."""
        return self.filter(owner__in=DutyEntry.objects.visible_to(official))


class DutyFile(StoredFile):
    """佐证: a picture or paper behind a line of the duty log. Nobody is asked for one."""

    owner = models.ForeignKey(
        DutyEntry, verbose_name="规定动作登记", on_delete=models.PROTECT, related_name="files", db_index=False
    )

    objects = DutyFileQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "规定动作佐证"
