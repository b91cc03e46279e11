"""Roster imports: a run per file, a row per line of the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from liaison.choices import ImportState, SystemRole, Verdict

if TYPE_CHECKING:
    from liaison.models.people import Official


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, official: Official) -> Self:
        """Roster staff and administrators see the imports of their region; others none."""
        roles = (SystemRole.ROSTER, SystemRole.ADMIN, SystemRole.OFFICE)
        return self.filter(official.access.regions(roles, "region__path"))


class ImportRun(models.Model):
    """One uploaded roster, from the file to its applied rows. Bound to the file by its hash."""

    kind = models.CharField("名册", max_length=20)
    region = models.ForeignKey(
        "liaison.Region", verbose_name="区划", on_delete=models.PROTECT, related_name="+"
    )
    file = models.FileField("文件", upload_to="imports/%Y/%m/")
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    options = models.JSONField("参数", default=dict, help_text="写入时的附加选择，如包联方案")
    mapping = models.JSONField("列对应", default=dict, help_text="字段 → 表头")
    headings = ArrayField(models.CharField(max_length=200), verbose_name="表头", default=list)
    state = models.CharField("状态", max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    rows_total = models.PositiveIntegerField("总行数", default=0)
    rows_done = models.PositiveIntegerField("已处理", default=0)
    counts = models.JSONField("各结论行数", default=dict)
    digest = models.CharField("预览指纹", max_length=64, blank=True)
    message = models.TextField("说明", blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间")
    checked_at = models.DateTimeField("检查时间", null=True, blank=True)
    applied_at = models.DateTimeField("写入时间", null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名册导入"
        constraints = [
            models.CheckConstraint(
                name="liaison_importrun_state_known", condition=Q(state__in=ImportState.values)
            ),
            models.CheckConstraint(
                name="liaison_importrun_applied_iff_stamped",
                condition=Q(state=ImportState.APPLIED, applied_at__isnull=False, applied_by__isnull=False)
                | ~Q(state=ImportState.APPLIED) & Q(applied_at__isnull=True),
            ),
            models.CheckConstraint(
                name="liaison_importrun_done_within_total", condition=Q(rows_done__lte=F("rows_total"))
            ),
        ]
        indexes = [models.Index(fields=["-uploaded_at"], name="liaison_importrun_recent")]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """A line of the sheet with its own row number, its verdict, and what it would change."""

    run = models.ForeignKey(ImportRun, verbose_name="导入", on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    key = models.CharField("主键", max_length=200, blank=True)
    label = models.CharField("名称", max_length=200, blank=True)
    cells = models.JSONField("原值", default=dict)
    values = models.JSONField("取值", default=dict)
    changes = models.JSONField("变更", default=dict, help_text="字段 → [原值, 新值]")
    errors = models.JSONField("错误", default=dict, help_text="表头 → 原因")

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        constraints = [
            models.CheckConstraint(
                name="liaison_importrow_verdict_known", condition=Q(verdict__in=Verdict.values)
            ),
            models.UniqueConstraint(name="liaison_importrow_once", fields=["run", "number"]),
        ]
        indexes = [models.Index(fields=["run", "verdict", "number"], name="liaison_importrow_by_verdict")]

    def __str__(self) -> str:
        return f"{self.run_id}#{self.number}"
