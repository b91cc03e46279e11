"""Who looks after whom: a company's place in a programme, its team."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from companies.models.companies import MANAGERS, Company, Project
from liaison.models import (
    Batch,
    Department,
    Group,
    GroupMember,
    Official,
    Posting,
    Programme,
    ProgrammeVersion,
    TeamRole,
)
from liaison.models.people import in_force, period


def held_by(official: Official) -> Q:
    """Seats that are the official's to fill today: their own, those of whoever they stand in for while
    absent, and those of the groups they sit in. Whatever follows from a seat is read from here. Who holds no
    post any more fills no seat, though nobody has taken it over yet."""
    access = official.access
    if not access:
        return Q(pk__in=[])
    condition = Q(official__in={official.pk, *access.stands_in_for})
    return condition | Q(group__in=access.groups) if access.groups else condition


def in_team(official: Official, on: date) -> Q:
    """Seats that are the official's own on the day: in person, or as a unit's seat of a unit of theirs."""
    posts = Posting.objects.filter(official=official).in_force(on)
    return Q(official=official) | Q(
        official__isnull=True, group__isnull=True, department__in=posts.values("department")
    )


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, official: Official) -> Self:
        """Enrolments of the companies one may see."""
        return self.filter(company__in=Company.objects.visible_to(official))

    def in_force(self, on: date) -> Self:
        """Enrolments that hold on the day."""
        return self.filter(in_force(on))

    def managed_by(self, official: Official) -> Self:
        """Enrolments whose team the official's office puts together."""
        return self.filter(official.access.regions(MANAGERS, "company__region__path"))

    def served_by(self, official: Official, on: date) -> Self:
        """Enrolments in whose team the official sits on the day: in person, for somebody absent, in a group,
        or through a unit of theirs."""
        theirs = held_by(official) | in_team(official, on)
        seats = Assignment.objects.in_force(on).filter(theirs, enrolment=OuterRef("pk"))
        return self.filter(Exists(seats))

    def with_team(self, on: date) -> Self:
        """Prefetch the seats held on the day or later, as `seats`, in the order of the rulebook."""
        members = GroupMember.objects.in_force(on).select_related("official").order_by("duty", "pk")
        seats = (
            Assignment.objects.not_over_by(on)
            .select_related("role", "official", "department", "group")
            .prefetch_related(Prefetch("group__members", members, to_attr="current"))
        )
        return self.prefetch_related(
            Prefetch("assignments", seats.order_by("role__position", "starts_on", "pk"), to_attr="seats")
        )

    def missing(self, role_code: str, on: date) -> Self:
        """Enrolments whose team has fewer holders of the seat on the day than its rules ask for."""
        held = (
            Assignment.objects.in_force(on)
            .filter(enrolment=OuterRef("pk"), role__code=role_code)
            .order_by()
            .values("enrolment")
            .annotate(n=Count("pk"))
        )
        wanted = TeamRole.objects.filter(version=OuterRef("version"), code=role_code)
        return self.annotate(
            seats_held=Coalesce(Subquery(held.values("n")), 0),
            seats_wanted=Coalesce(Subquery(wanted.values("min_count")), 0),
        ).filter(seats_wanted__gt=F("seats_held"))

    def incomplete(self, on: date) -> Self:
        """Enrolments in whose team at least one required seat stands empty on the day."""
        held = (
            Assignment.objects.in_force(on)
            .filter(enrolment=OuterRef(OuterRef("pk")), role=OuterRef("pk"))
            .order_by()
            .values("role")
            .annotate(n=Count("pk"))
        )
        short = (
            TeamRole.objects.filter(version=OuterRef("version"), min_count__gt=0)
            .annotate(held=Coalesce(Subquery(held.values("n")), 0))
            .filter(min_count__gt=F("held"))
        )
        return self.filter(Exists(short))


class Enrolment(models.Model):
    """纳入包联: a company's (or its project's) dated place in a programme, under a version of its rules."""

    programme = models.ForeignKey(
        Programme, verbose_name="方案", on_delete=models.PROTECT, related_name="enrolments"
    )
    version = models.ForeignKey(
        ProgrammeVersion, verbose_name="方案版本", on_delete=models.PROTECT, related_name="+"
    )
    company = models.ForeignKey(
        Company, verbose_name="企业", on_delete=models.PROTECT, related_name="enrolments"
    )
    project = models.ForeignKey(
        Project,
        verbose_name="项目",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolments",
    )
    batch = models.ForeignKey(
        Batch,
        verbose_name="批次",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolments",
        help_text="随哪一批次纳入；此后各批次接着包抓，席位到批次终止日为止",
    )
    starts_on = models.DateField("纳入日")
    ends_on = models.DateField("退出日", null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    seats: list[Assignment]  # those of a day and after, once `with_team` has fetched them

    class Meta:
        verbose_name = verbose_name_plural = "纳入包联"
        constraints = [
            models.CheckConstraint(
                name="companies_enrolment_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="退出日不能早于纳入日。",
            ),
            ExclusionConstraint(
                name="companies_enrolment_company_once_at_a_time",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("company", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(project__isnull=True),
                violation_error_message="该企业同一时期已纳入本方案。",
            ),
            ExclusionConstraint(
                name="companies_enrolment_project_once_at_a_time",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("project", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(project__isnull=False),
                violation_error_message="该项目同一时期已纳入本方案。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project or self.company}"


# A seat's place among its holders and whether it is full time are read from its rule by the database itself:
# no page, import or set-based writer can forget them. Without a free place the first is asked for, and the
# constraint on it refuses.
_PLACED = """
    SELECT r.max_count, r.full_time INTO most, whole FROM liaison_teamrole r WHERE r.id = NEW.role_id;
    NEW.is_full_time := COALESCE(whole, FALSE);
    IF most IS NULL THEN
        NEW.slot := NULL;
        RETURN NEW;
    END IF;
    IF NEW.ends_on < NEW.starts_on THEN
        RETURN NEW;
    END IF;
    SELECT COALESCE(MIN(place) FILTER (WHERE place = NEW.slot), MIN(place), 1) INTO NEW.slot
      FROM generate_series(1, most) AS place
     WHERE NOT EXISTS (
           SELECT FROM companies_assignment a
            WHERE a.enrolment_id = NEW.enrolment_id AND a.role_id = NEW.role_id AND a.slot = place
              AND a.id <> NEW.id
              AND daterange(a.starts_on, a.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]'));
    RETURN NEW;
"""
# A seat of an enrolment that came with a batch ends with the batch in which it begins, whoever gives it.
_WITH_ITS_BATCH = """
    SELECT b.ends_on INTO last
      FROM companies_enrolment e JOIN liaison_batch b ON b.programme_id = e.programme_id
     WHERE e.id = NEW.enrolment_id AND e.batch_id IS NOT NULL
       AND NEW.starts_on BETWEEN b.starts_on AND b.ends_on;
    IF last IS NOT NULL THEN
        NEW.ends_on := LEAST(NEW.ends_on, last);
    END IF;
    RETURN NEW;
"""
# A seat that only gets shorter is let be: that is how one leaves a company that one must stay away from.
_NOT_RECUSED = """
    IF NEW.official_id IS NULL OR NEW.ends_on < NEW.starts_on THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.official_id = NEW.official_id AND OLD.enrolment_id = NEW.enrolment_id
           AND NEW.starts_on >= OLD.starts_on
           AND COALESCE(NEW.ends_on, 'infinity') <= COALESCE(OLD.ends_on, 'infinity') THEN
            RETURN NEW;
        END IF;
    END IF;
    PERFORM 1
       FROM companies_recusal r
       JOIN companies_enrolment e ON e.company_id = r.company_id
      WHERE e.id = NEW.enrolment_id AND r.official_id = NEW.official_id
        AND daterange(r.starts_on, r.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]');
    IF FOUND THEN
        RAISE EXCEPTION 'companies_assignment_recused: the official stays away from the company'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'companies_assignment_recused';
    END IF;
    RETURN NEW;
"""


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def in_force(self, on: date) -> Self:
        """Seats held on the day."""
        return self.filter(in_force(on))

    def not_over_by(self, on: date) -> Self:
        """Seats held on the day or due to be held later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def held_by(self, official: Official) -> Self:
        """Seats of the official's own today: see `held_by` below."""
        return self.filter(held_by(official))

    def visible_to(self, official: Official) -> Self:
        """Seats in the teams of the companies one may see."""
        return self.filter(enrolment__company__in=Company.objects.visible_to(official))


class Assignment(models.Model):
    """包联 / 包抓: a seat of a company's team, held by an official or by a unit, over dated days."""

    enrolment = models.ForeignKey(
        Enrolment, verbose_name="纳入", on_delete=models.PROTECT, related_name="assignments"
    )
    role = models.ForeignKey(
        TeamRole, verbose_name="席位", on_delete=models.PROTECT, related_name="assignments"
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    department = models.ForeignKey(
        Department,
        verbose_name="单位",
        on_delete=models.PROTECT,
        related_name="assignments",
        help_text="单位席位的单位；干部席位则为其当时的单位；工作组席位则为其依托单位",
    )
    group = models.ForeignKey(
        Group,
        verbose_name="工作组",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    slot = models.PositiveSmallIntegerField(
        "第几席",
        null=True,
        blank=True,
        editable=False,
        help_text="席位有人数上限时由数据库填写：1 到上限",
    )
    is_full_time = models.BooleanField(
        "脱产专职", default=False, editable=False, help_text="由数据库按席位规则填写"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    assigned_at = models.DateTimeField("指派时间")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="指派人", on_delete=models.PROTECT, related_name="+"
    )

    objects = AssignmentQuerySet.as_manager()

    # What was said of a soft quota when the seat was given; told to the user, never stored.
    warning: str = ""
    # How its holder stands with the company; put there for the picture of the team (reports.pictures).
    contact: object = None

    class Meta:
        verbose_name = verbose_name_plural = "包联关系"
        constraints = [
            models.CheckConstraint(
                name="companies_assignment_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="包联止不能早于包联起。",
            ),
            ExclusionConstraint(
                name="companies_assignment_slot_once",
                expressions=[
                    ("enrolment", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("slot", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(slot__isnull=False),
                violation_error_message="该席位同一时期已有人担任。",
            ),
            ExclusionConstraint(
                name="companies_assignment_full_time_once",
                expressions=[
                    ("official", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_full_time=True),
                violation_error_message="该干部同一时期已在另一户企业脱产专职。",
            ),
            ExclusionConstraint(
                name="companies_assignment_official_once_per_seat",
                expressions=[
                    ("enrolment", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("official", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(official__isnull=False),
                violation_error_message="该干部同一时期已担任此席位。",
            ),
            ExclusionConstraint(
                name="companies_assignment_group_once_per_seat",
                expressions=[
                    ("enrolment", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(group__isnull=False),
                violation_error_message="该工作组同一时期已担任此席位。",
            ),
            models.CheckConstraint(
                name="companies_assignment_person_or_group",
                condition=Q(official__isnull=True) | Q(group__isnull=True),
                violation_error_message="席位由干部或工作组担任，不能两者都是。",
            ),
        ]
        indexes = [
            models.Index(fields=["official", "ends_on"], name="companies_assignment_mine"),
            models.Index(fields=["department", "role"], name="companies_assignment_of_unit"),
            models.Index(
                fields=["group", "ends_on"],
                name="companies_assignment_of_group",
                condition=Q(group__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(  # before the next one, by its name: a place is free over the days that stay
                name="batch_end",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("last", "date")],
                func=_WITH_ITS_BATCH,
            ),
            pgtrigger.Trigger(
                name="placed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("most", "integer"), ("whole", "boolean")],
                func=_PLACED,
            ),
            pgtrigger.Trigger(
                name="recused",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_NOT_RECUSED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}：{self.holder}"

    @property
    def holder(self) -> Official | Group | Department:
        """Whoever sits there: a person, a group, or a unit."""
        return self.official or self.group or self.department
