"""The map: regions and departments, two trees held as paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from liaison.choices import DepartmentKind, RegionLevel

if TYPE_CHECKING:
    from liaison.models.people import Official


class RegionQuerySet(models.QuerySet["Region"]):
    def visible_to(self, official: Official) -> Self:
        """The map is public among officials: every signed-in official may see every region."""
        return self if official.access else self.none()


class Region(models.Model):
    """行政区划: city, county or town, keyed by its GB/T 2260 code."""

    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10, choices=RegionLevel)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField("路径", max_length=60, unique=True, editable=False)
    pinyin = models.CharField("拼音", max_length=120, blank=True, editable=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        constraints = [
            models.CheckConstraint(
                name="liaison_region_level_known", condition=Q(level__in=RegionLevel.values)
            ),
            models.CheckConstraint(
                name="liaison_region_code_digits",
                condition=Q(code__regex=r"^(\d{6}|\d{9}|\d{12})$"),
                violation_error_message="区划代码应为 6、9 或 12 位数字。",
            ),
            models.CheckConstraint(
                name="liaison_region_path_ends_in_code",
                condition=Q(path__endswith=Concat(F("code"), Value("/"))),
            ),
            models.CheckConstraint(
                name="liaison_region_only_city_is_root",
                condition=Q(parent__isnull=True, level=RegionLevel.CITY)
                | Q(parent__isnull=False) & ~Q(level=RegionLevel.CITY),
                violation_error_message="只有市级区划没有上级。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentQuerySet(models.QuerySet["Department"]):
    def visible_to(self, official: Official) -> Self:
        """Units are public among officials: dispatch and teams need to name any of them."""
        return self if official.access else self.none()

    def active(self) -> Self:
        """Units that still exist."""
        return self.filter(is_active=True)


class Department(models.Model):
    """单位: an organ of the city or of a county, in a tree of its own."""

    name = models.CharField("单位名称", max_length=80, unique=True)
    short_name = models.CharField("简称", max_length=40, blank=True)
    region = models.ForeignKey(
        Region, verbose_name="行政区划", on_delete=models.PROTECT, related_name="departments"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="上级单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField("路径", max_length=200, unique=True, null=True, editable=False)
    pinyin = models.CharField("拼音", max_length=200, blank=True, editable=False)
    kind = models.CharField("单位类别", max_length=12, choices=DepartmentKind, default=DepartmentKind.ORGAN)
    is_active = models.BooleanField("在用", default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.CheckConstraint(
                name="liaison_department_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message="单位不能是自己的上级。",
            ),
            models.CheckConstraint(
                name="liaison_department_named",
                condition=~Q(name=""),
                violation_error_message="单位名称不能为空。",
            ),
            models.CheckConstraint(
                name="liaison_department_kind_known", condition=Q(kind__in=DepartmentKind.values)
            ),
        ]
        indexes = [models.Index(OpClass("path", name="varchar_pattern_ops"), name="liaison_department_under")]

    def __str__(self) -> str:
        return self.short_name or self.name
