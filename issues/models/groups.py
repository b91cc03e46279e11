"""共性问题: problems of several companies that one policy measure settles, and the measure."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from issues.models.tickets import REGIONAL, Ticket
from liaison.models import Department, Official, Programme, StoredFile


class TicketGroupQuerySet(models.QuerySet["TicketGroup"]):
    def visible_to(self, official: Official) -> Self:
        """Those of the programmes one answers for, and those that hold a problem one sees."""
        mine = Ticket.objects.visible_to(official).filter(group=OuterRef("pk"))
        return self.filter(official.access.regions(REGIONAL, "programme__region__path") | Exists(mine))


class TicketGroup(models.Model):
    """共性问题: similar problems of a programme, whatever their company and category, looked at together."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="ticket_groups"
    )
    name = models.CharField("名称", max_length=60)
    created_at = models.DateTimeField("归集时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="归集人", on_delete=models.PROTECT, related_name="+"
    )

    objects = TicketGroupQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "共性问题"
        constraints = [
            models.CheckConstraint(
                name="issues_group_named",
                condition=~Q(name=""),
                violation_error_message="请填写共性问题名称。",
            ),
            models.UniqueConstraint(
                name="issues_group_name_once",
                fields=["programme", "name"],
                violation_error_message="本方案已有同名的共性问题。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyMeasureQuerySet(models.QuerySet["PolicyMeasure"]):
    def visible_to(self, official: Official) -> Self:
        """Measures of the groups one sees."""
        return self.filter(group__in=TicketGroup.objects.visible_to(official))


class PolicyMeasure(models.Model):
    """政策措施: what was issued to settle a 共性问题; each problem is still confirmed by itself."""

    group = models.ForeignKey(
        TicketGroup, verbose_name="共性问题", on_delete=models.PROTECT, related_name="measures"
    )
    title = models.CharField("标题", max_length=120)
    document = models.CharField("文号", max_length=60)
    department = models.ForeignKey(
        Department, verbose_name="印发单位", on_delete=models.PROTECT, related_name="policy_measures"
    )
    issued_on = models.DateField("印发日期")
    text = models.TextField("主要内容")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )

    objects = PolicyMeasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策措施"
        constraints = [
            models.CheckConstraint(
                name="issues_measure_filled",
                condition=~Q(title="") & ~Q(document="") & ~Q(text=""),
                violation_error_message="政策措施须写明标题、文号和主要内容。",
            ),
            models.UniqueConstraint(
                name="issues_measure_document_once",
                fields=["group", "document"],
                violation_error_message="这个文号的政策措施已经登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》（{self.document}）"


class PolicyFileQuerySet(models.QuerySet["PolicyFile"]):
    def visible_to(self, official: Official) -> Self:
        """Attachments of the measures one sees."""
        return self.filter(owner__in=PolicyMeasure.objects.visible_to(official))


class PolicyFile(StoredFile):
    """An attachment of a 政策措施."""

    owner = models.ForeignKey(
        PolicyMeasure, verbose_name="政策措施", on_delete=models.PROTECT, related_name="files", db_index=False
    )

    objects = PolicyFileQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "政策措施附件"
