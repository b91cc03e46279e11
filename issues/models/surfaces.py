"""What people arrange for themselves: views of the queue, and moves made on many at once."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from issues.choices import BulkState, Move, Sharing
from issues.models.tickets import Category, Ticket
from liaison.choices import SystemRole
from liaison.models import Department, Official


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, official: Official) -> Self:
        """One's own, and those shared with one's unit or with one's role in one's region."""
        condition = Q(owner=official.pk)
        for posting in official.access.postings:
            condition |= Q(sharing=Sharing.UNIT, department=posting.department_id)
            condition |= Q(
                sharing=Sharing.OFFICE,
                role=posting.role,
                department__region=posting.department.region_id,
            )
        return self.filter(condition)


class SavedView(models.Model):
    """视图: filters of the problem queue under a name. It narrows what one sees, and never widens it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建立人", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("名称", max_length=30)
    query = models.CharField("筛选条件", max_length=600)
    sharing = models.CharField("共享", max_length=8, choices=Sharing, default=Sharing.NOBODY)
    role = models.CharField("岗位", max_length=10, choices=SystemRole)
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("建立时间")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "视图"
        constraints = [
            models.UniqueConstraint(
                name="issues_savedview_name_once",
                fields=["owner", "name"],
                violation_error_message="您已有同名的视图。",
            ),
            models.CheckConstraint(
                name="issues_savedview_known",
                condition=Q(sharing__in=Sharing.values, role__in=SystemRole.values) & ~Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """Which view somebody's queue opens with."""

    official = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name="干部", on_delete=models.PROTECT, related_name="+"
    )
    view = models.ForeignKey(
        SavedView, verbose_name="视图", on_delete=models.PROTECT, related_name="defaults"
    )

    class Meta:
        verbose_name = verbose_name_plural = "默认视图"

    def __str__(self) -> str:
        return f"{self.official_id} → {self.view_id}"


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    def visible_to(self, official: Official) -> Self:
        """One's own."""
        return self.filter(by=official.pk)


class BulkRun(models.Model):
    """批量办理: one move with the same values on many problems, each by itself."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="经办人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("时间")
    move = models.CharField("事项", max_length=20, choices=Move)
    grade = models.CharField("等级", max_length=4)
    category = models.ForeignKey(Category, verbose_name="类别", on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(
        Department, verbose_name="主办单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField("意见", max_length=500, blank=True)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量办理"
        constraints = [
            models.CheckConstraint(
                name="issues_bulkrun_lead_iff_dispatch",
                condition=Q(move=Move.DISPATCH, lead__isnull=False) | Q(move=Move.TRIAGE, lead__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"批量{self.get_move_display()}"


class BulkItem(models.Model):
    """What became of one problem of a run: done once, or refused with the reason."""

    run = models.ForeignKey(BulkRun, verbose_name="批量办理", on_delete=models.PROTECT, related_name="items")
    ticket = models.ForeignKey(Ticket, verbose_name="问题", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("结果", max_length=8, choices=BulkState, default=BulkState.WAITING)
    words = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批量办理明细"
        constraints = [
            models.UniqueConstraint(name="issues_bulkitem_once", fields=["run", "ticket"]),
            models.CheckConstraint(
                name="issues_bulkitem_refused_says_why",
                condition=Q(state__in=BulkState.values) & (~Q(state=BulkState.REFUSED) | ~Q(words="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "id"], name="issues_bulkitem_waiting", condition=Q(state=BulkState.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}（{self.get_state_display()}）"
