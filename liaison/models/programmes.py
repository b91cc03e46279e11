"""The rulebook: programmes, their versions, and every rule as a typed row of a version.

A published version is frozen: PostgreSQL refuses any change to it and to its rows. Tickets,
assignments and scores keep the version under which they were made.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from liaison.choices import LimitKind, VersionStatus
from liaison.models.map import Region
from liaison.models.people import period

if TYPE_CHECKING:
    from liaison.models.flow_rules import LightRule, LimitRule
    from liaison.models.people import Official


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, official: Official) -> Self:
        """Programmes are public among officials."""
        return self if official.access else self.none()


class Programme(models.Model):
    """方案: a named scheme that a region runs, under versions of its rules."""

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=80)
    region = models.ForeignKey(
        Region, verbose_name="区划", on_delete=models.PROTECT, related_name="programmes"
    )
    starts_on = models.DateField("起始日")
    ends_on = models.DateField("终止日", null=True, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "包联方案"
        constraints = [
            models.CheckConstraint(
                name="liaison_programme_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="方案终止日不能早于起始日。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def version_on(self, on: date) -> ProgrammeVersion:
        """The published rules in force on the day; raises ProgrammeVersion.DoesNotExist without any."""
        return (
            self.versions.filter(status=VersionStatus.PUBLISHED, effective_from__lte=on)
            .order_by("-effective_from", "-number")[:1]
            .get()
        )


class ProgrammeVersion(models.Model):
    """方案版本: one state of a programme's rules, in force from a day on."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField("版本号")
    status = models.CharField("状态", max_length=10, choices=VersionStatus, default=VersionStatus.DRAFT)
    effective_from = models.DateField("生效日")
    preset = models.CharField("模板", max_length=20, blank=True)
    document = models.CharField("依据文件", max_length=120, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发布人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "方案版本"
        constraints = [
            models.UniqueConstraint(name="liaison_version_number_once", fields=["programme", "number"]),
            models.CheckConstraint(
                name="liaison_version_published_iff_stamped",
                condition=Q(status=VersionStatus.PUBLISHED, published_at__isnull=False)
                | Q(status=VersionStatus.DRAFT, published_at__isnull=True, published_by__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status=VersionStatus.PUBLISHED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} 第 {self.number} 版"

    def limit(self, kind: LimitKind, on: date) -> int:
        """The limit of a step that begins on the day, in working days.

        Raises LimitRule.DoesNotExist if the version sets none.
        """
        rules: models.QuerySet[LimitRule] = self._rows(self.limits.model, f"limits/{kind}", on)
        return rules.filter(kind=kind)[:1].get().working_days

    def lights(self, on: date) -> LightRule:
        """From when steps are yellow and 严重逾期, for a step that begins on the day."""
        rules: models.QuerySet[LightRule] = self._rows(
            type(self).light_rule.related.related_model, "light_rule", on
        )
        return rules[:1].get()

    def _rows(self, kind: Any, rule: str, on: date) -> Any:
        """The rows that work of this version may go by on the day, the one that holds first: that of a newer
        version which the office chose for open work, or its own. `rule` is named as in an Adoption."""
        adopted = Q(
            version__adopted_by__version=self,
            version__adopted_by__rule=rule,
            version__effective_from__lte=on,
        )
        return kind.objects.filter(Q(version=self) | adopted).order_by("-version__number")


class Batch(models.Model):
    """批次: officials sent together for the same days; the next batch takes over from them."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="batches"
    )
    number = models.PositiveSmallIntegerField("批次")
    name = models.CharField("名称", max_length=40)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")

    class Meta:
        verbose_name = verbose_name_plural = "批次"
        constraints = [
            models.UniqueConstraint(
                name="liaison_batch_number_once",
                fields=["programme", "number"],
                violation_error_message="该批次已经存在。",
            ),
            models.CheckConstraint(
                name="liaison_batch_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="批次终止日不能早于起始日。",
            ),
            ExclusionConstraint(
                name="liaison_batch_one_at_a_time",
                expressions=[("programme", RangeOperators.EQUAL), (period(), RangeOperators.OVERLAPS)],
                violation_error_message="与本方案另一批次的日期重叠。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Adoption(models.Model):
    """在办适用: a rule that open work of an earlier version reads from the newer one from its day on.

    The office chooses so on publishing, rule by rule; otherwise open work keeps the rules it was made under.
    """

    version = models.ForeignKey(
        ProgrammeVersion, verbose_name="原版本", on_delete=models.PROTECT, related_name="adoptions"
    )
    newer = models.ForeignKey(
        ProgrammeVersion, verbose_name="新版本", on_delete=models.PROTECT, related_name="adopted_by"
    )
    rule = models.CharField("规则", max_length=40, help_text="如 limits/report、grades/C、lights")

    class Meta:
        verbose_name = verbose_name_plural = "在办适用"
        constraints = [
            models.UniqueConstraint(name="liaison_adoption_once", fields=["version", "newer", "rule"]),
            models.CheckConstraint(name="liaison_adoption_not_itself", condition=~Q(version=F("newer"))),
        ]

    def __str__(self) -> str:
        return f"{self.rule} 适用第 {self.newer.number} 版"
