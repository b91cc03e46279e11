"""Bodies that serve many companies at once, and who stands in for whom while away."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from liaison.choices import GroupDuty, GroupKind, SystemRole
from liaison.models.map import Department, Region
from liaison.models.people import Official, Posting, in_force, period
from liaison.models.programmes import Programme

# Roles that set up the groups of their region and say who stands in for whom.
OFFICES = (SystemRole.OFFICE, SystemRole.ADMIN)


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, official: Official) -> Self:
        """Which groups there are, and who sits in them, is public among officials; whom they serve is not."""
        return self if official.access else self.none()

    def in_force(self, on: date) -> Self:
        """Groups that exist on the day."""
        return self.filter(in_force(on))

    def not_over_by(self, on: date) -> Self:
        """Groups that exist on the day or will later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def managed_by(self, official: Official) -> Self:
        """Groups of the regions whose office the official is."""
        return self.filter(official.access.regions(OFFICES, "region__path"))


class Group(models.Model):
    """工作组: 专家组, 工作小分队, 督导组, 专项小组, 工作组 – officials who serve many companies together.

    `sort` is the name of the programme's GroupRule that asks for it (三合一工作小分队), `name` its own
    (第 12 小分队). `department` is the host unit; a seat that the group takes keeps it as its unit.
    """

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="groups"
    )
    kind = models.CharField("类别", max_length=12, choices=GroupKind)
    sort = models.CharField("组别", max_length=40)
    name = models.CharField("名称", max_length=60)
    region = models.ForeignKey(Region, verbose_name="区划", on_delete=models.PROTECT, related_name="groups")
    department = models.ForeignKey(
        Department, verbose_name="依托单位", on_delete=models.PROTECT, related_name="groups"
    )
    task = models.CharField("任务", max_length=200, blank=True, help_text="负责的问题类别或工作任务")
    starts_on = models.DateField("成立日")
    ends_on = models.DateField("撤销日", null=True, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作组"
        constraints = [
            models.CheckConstraint(name="liaison_group_kind_known", condition=Q(kind__in=GroupKind.values)),
            models.CheckConstraint(
                name="liaison_group_named",
                condition=~Q(name="") & ~Q(sort=""),
                violation_error_message="工作组须有名称和组别。",
            ),
            models.CheckConstraint(
                name="liaison_group_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="撤销日不能早于成立日。",
            ),
            ExclusionConstraint(
                name="liaison_group_name_once_at_a_time",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="本方案同一时期已有同名的工作组。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMemberQuerySet(models.QuerySet["GroupMember"]):
    def in_force(self, on: date) -> Self:
        """Memberships that hold on the day."""
        return self.filter(in_force(on))

    def not_over_by(self, on: date) -> Self:
        """Memberships that hold on the day or will later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def visible_to(self, official: Official) -> Self:
        """Who sits in which group is public among officials."""
        return self if official.access else self.none()


class GroupMember(models.Model):
    """组员: an official in a group over dated days, with the unit of that time. One head at a time."""

    group = models.ForeignKey(Group, verbose_name="工作组", on_delete=models.PROTECT, related_name="members")
    official = models.ForeignKey(
        Official, verbose_name="干部", on_delete=models.PROTECT, related_name="memberships"
    )
    department = models.ForeignKey(
        Department, verbose_name="当时单位", on_delete=models.PROTECT, related_name="+"
    )
    duty = models.CharField("职务", max_length=12, choices=GroupDuty, default=GroupDuty.MEMBER)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作组成员"
        constraints = [
            models.CheckConstraint(
                name="liaison_groupmember_duty_known", condition=Q(duty__in=GroupDuty.values)
            ),
            models.CheckConstraint(
                name="liaison_groupmember_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="止日不能早于起日。",
            ),
            ExclusionConstraint(
                name="liaison_groupmember_one_head",
                expressions=[("group", RangeOperators.EQUAL), (period(), RangeOperators.OVERLAPS)],
                condition=Q(duty=GroupDuty.HEAD),
                violation_error_message="同一时期只能有一名组长。",
            ),
            ExclusionConstraint(
                name="liaison_groupmember_once_at_a_time",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("official", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="该干部同一时期已在组内。",
            ),
        ]
        indexes = [models.Index(fields=["official", "ends_on"], name="liaison_groupmember_mine")]

    def __str__(self) -> str:
        return f"{self.official}（{self.get_duty_display()}）"


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def in_force(self, on: date) -> Self:
        """Absences that hold on the day."""
        return self.filter(in_force(on))

    def not_over_by(self, on: date) -> Self:
        """Absences that hold on the day or will later."""
        return self.filter(ends_on__gte=on)

    def visible_to(self, official: Official) -> Self:
        """One's own absences, those one stands in for, and those of one's office's region."""
        access = official.access
        theirs = Posting.objects.in_force(access.on).filter(
            access.regions(OFFICES, "department__region__path")
        )
        return self.filter(
            Q(official=official) | Q(deputy=official) | Q(official__in=theirs.values("official"))
        )


class Deputy(models.Model):
    """代理: while an official is away, another sees and does for them what their seats ask for."""

    official = models.ForeignKey(
        Official, verbose_name="离岗干部", on_delete=models.PROTECT, related_name="absences"
    )
    deputy = models.ForeignKey(
        Official, verbose_name="代理人", on_delete=models.PROTECT, related_name="standing_in"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    reason = models.CharField("事由", max_length=80)
    set_at = models.DateTimeField("登记时间")
    set_by = models.ForeignKey(Official, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代理"
        constraints = [
            models.CheckConstraint(
                name="liaison_deputy_not_oneself",
                condition=~Q(official=F("deputy")),
                violation_error_message="不能由本人代理。",
            ),
            models.CheckConstraint(
                name="liaison_deputy_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="止日不能早于起日。",
            ),
            models.CheckConstraint(
                name="liaison_deputy_has_reason",
                condition=~Q(reason=""),
                violation_error_message="请写明离岗事由。",
            ),
            ExclusionConstraint(
                name="liaison_deputy_one_at_a_time",
                expressions=[("official", RangeOperators.EQUAL), (period(), RangeOperators.OVERLAPS)],
                violation_error_message="该干部同一时期已有代理人。",
            ),
        ]
        indexes = [models.Index(fields=["deputy", "ends_on"], name="liaison_deputy_mine")]

    def __str__(self) -> str:
        return f"{self.deputy} 代 {self.official}"


def with_standing(postings: models.QuerySet[Posting], on: date) -> models.QuerySet[Any]:
    """Annotate postings with what their official's relations are on the day, in the postings' own query.

    `groups`: ids of the groups the official sits in. `stands_in_for`: ids of the officials they are deputy
    of, chains resolved: whoever stands in for B stands in for those B stands in for. A circle ends by itself.
    """
    numbers: ArrayField[Any, Any] = ArrayField(models.BigIntegerField())
    return postings.annotate(
        groups=RawSQL(
            "ARRAY(SELECT m.group_id FROM liaison_groupmember m"
            " JOIN liaison_group g ON g.id = m.group_id"
            " WHERE m.official_id = liaison_posting.official_id"
            " AND daterange(m.starts_on, m.ends_on, '[]') @> %s::date"
            " AND daterange(g.starts_on, g.ends_on, '[]') @> %s::date)",
            (on, on),
            output_field=numbers,
        ),
        stands_in_for=RawSQL(
            "ARRAY(WITH RECURSIVE absent (id) AS ("
            "SELECT d.official_id FROM liaison_deputy d"
            " WHERE d.deputy_id = liaison_posting.official_id AND %s::date BETWEEN d.starts_on AND d.ends_on"
            " UNION SELECT d.official_id FROM liaison_deputy d JOIN absent a ON d.deputy_id = a.id"
            " WHERE %s::date BETWEEN d.starts_on AND d.ends_on"
            ") SELECT id FROM absent WHERE id <> liaison_posting.official_id)",
            (on, on),
            output_field=numbers,
        ),
    )
