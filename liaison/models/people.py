"""The people: officials as users, and the dated postings that say what each may see and do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from liaison.choices import Rank, Reach, SystemRole
from liaison.models.map import Department


class DateRange(Func):
    """daterange(starts_on, ends_on, '[]'): both days included, no end meaning for good."""

    function = "DATERANGE"
    output_field = DateRangeField()


def period() -> DateRange:
    """The days a dated row is in force, for exclusion constraints."""
    return DateRange(F("starts_on"), F("ends_on"), RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def in_force(on: date, prefix: str = "") -> Q:
    """Rows with starts_on/ends_on whose period contains the day."""
    return Q(**{f"{prefix}starts_on__lte": on}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": on})
    )


class OffDuty(RuntimeError):
    """`official.access` was asked for before `official.on_duty(day)`: a scope needs a day."""


def _under(field: str, paths: Collection[str]) -> Q:
    """Rows whose tree path lies under any of the paths; nothing at all when there are none."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


@dataclass(frozen=True)
class Access:
    """What an official's postings in force on a day let them see. Every `visible_to` reads it."""

    official_id: int
    on: date
    postings: tuple[Posting, ...]
    groups: frozenset[int] = frozenset()  # the groups one sits in
    stands_in_for: frozenset[int] = frozenset()  # the absent officials whose deputy one is
    unread: int = 0  # messages in the inbox, counted up to 100; no right follows from it

    def __bool__(self) -> bool:
        return bool(self.postings)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(p.role for p in self.postings)

    def regions(self, roles: Iterable[str], field: str) -> Q:
        """Rows in the regions that these roles reach; `field` names the row's region path."""
        wanted = set(roles)
        return _under(
            field,
            {p.department.region.path for p in self.postings if p.role in wanted and p.reach == Reach.REGION},
        )

    def cities(self, field: str) -> Q:
        """Rows in the cities of one's postings, in any role; another city on the map is none of theirs."""
        roots = {p.department.region.path.partition("/")[0] for p in self.postings}
        return _under(field, {f"{root}/" for root in roots})

    def departments(self, roles: Iterable[str], field: str) -> Q:
        """Rows of the units (and units below them) that these roles reach."""
        wanted = set(roles)
        paths = {p.department.path for p in self.postings if p.role in wanted and p.reach != Reach.OWN}
        return _under(field, {path for path in paths if path})

    def department_ids(self, roles: Iterable[str]) -> set[int]:
        """The units themselves in which the official holds one of these roles."""
        wanted = set(roles)
        return {p.department_id for p in self.postings if p.role in wanted}


class OfficialManager(BaseUserManager["Official"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Official:
        """Create an official who signs in with this name; no password means no sign-in yet."""
        official = self.model(username=username, **fields)
        official.set_password(password)
        official.save(using=self._db)
        return official

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> Official:
        """Create the technical administrator of the Django admin."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class OfficialQuerySet(models.QuerySet["Official"]):
    def visible_to(self, official: Official) -> Self:
        """The directory is open to every official on duty; phones are shown by their own rule."""
        return self if official.access else self.none()

    def with_postings_on(self, on: date) -> Self:
        """Prefetch the postings in force, with unit and region."""
        return self.prefetch_related(
            models.Prefetch(
                "postings",
                Posting.objects.in_force(on).select_related("department__region").order_by("pk"),
                to_attr="current_postings",
            )
        )


class Official(AbstractBaseUser, PermissionsMixin):
    """干部: a person who signs in. What they may do comes from postings, not from here."""

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    pinyin = models.CharField("拼音", max_length=120, blank=True, editable=False)
    rank = models.CharField("职级", max_length=10, choices=Rank, default=Rank.STAFF)
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True, blank=True)
    phone = models.CharField("手机号", max_length=11, unique=True, null=True, blank=True)
    is_active = models.BooleanField("可登录", default=True)
    is_staff = models.BooleanField("可进后台", default=False)
    must_change_password = models.BooleanField("须改密码", default=False)
    joined_at = models.DateTimeField("建档时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    objects = OfficialManager.from_queryset(OfficialQuerySet)()

    class Meta:
        verbose_name = verbose_name_plural = "干部"
        constraints = [
            models.CheckConstraint(name="liaison_official_rank_known", condition=Q(rank__in=Rank.values)),
            models.CheckConstraint(
                name="liaison_official_phone_mobile",
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^1\d{10}$"),
                violation_error_message="手机号应为 11 位数字。",
            ),
            models.CheckConstraint(
                name="liaison_official_birth_year_sane",
                condition=Q(birth_year__isnull=True) | Q(birth_year__range=(1930, 2015)),
                violation_error_message="出生年份不合理。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def on_duty(self, on: date) -> Official:
        """Load what holds on the day: postings, groups, whom one stands in for. Scope is read from them."""
        self._access = self.access_on(on)
        return self

    def access_on(self, on: date) -> Access:
        """What holds on a day, without changing what the official may see today."""
        from liaison.models.groups import with_standing
        from liaison.models.inbox import with_unread

        rows = Posting.objects.filter(official=self).in_force(on).select_related("department__region")
        postings: tuple[Any, ...] = ()
        if self.is_active:
            postings = tuple(with_unread(with_standing(rows, on)).order_by("pk"))
        return Access(
            self.pk,
            on,
            postings,
            groups=frozenset(key for posting in postings[:1] for key in posting.groups),
            stands_in_for=frozenset(key for posting in postings[:1] for key in posting.stands_in_for),
            unread=next((posting.unread for posting in postings), 0),
        )

    @property
    def access(self) -> Access:
        """What this official may see on the day given to `on_duty`; raises OffDuty without one."""
        try:
            return self._access
        except AttributeError:
            raise OffDuty(f"call on_duty(day) for {self.username} first") from None


class PostingQuerySet(models.QuerySet["Posting"]):
    def in_force(self, on: date) -> Self:
        """Postings that hold on the day."""
        return self.filter(in_force(on))

    def visible_to(self, official: Official) -> Self:
        """Who sits where is public among officials."""
        return self if official.access else self.none()


class Posting(models.Model):
    """任职: dated membership of an official in a unit, with a system role and a reach."""

    official = models.ForeignKey(
        Official, verbose_name="干部", on_delete=models.PROTECT, related_name="postings"
    )
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="postings"
    )
    title = models.CharField("职务", max_length=60, blank=True)
    is_chief = models.BooleanField("主要负责人", default=False)
    role = models.CharField("系统角色", max_length=10, choices=SystemRole)
    reach = models.CharField("数据范围", max_length=10, choices=Reach, default=Reach.OWN)
    starts_on = models.DateField("任职起")
    ends_on = models.DateField("任职止", null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.CheckConstraint(
                name="liaison_posting_role_known", condition=Q(role__in=SystemRole.values)
            ),
            models.CheckConstraint(name="liaison_posting_reach_known", condition=Q(reach__in=Reach.values)),
            models.CheckConstraint(
                name="liaison_posting_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="任职止不能早于任职起。",
            ),
            models.CheckConstraint(
                name="liaison_posting_own_reach_for_officials_only",
                condition=~Q(reach=Reach.OWN) | Q(role=SystemRole.OFFICIAL),
                violation_error_message="只有包抓干部的数据范围是本人包联。",
            ),
            ExclusionConstraint(
                name="liaison_posting_once_at_a_time",
                expressions=[
                    ("official", RangeOperators.EQUAL),
                    ("department", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="该干部同一时期已在该单位担任此角色。",
            ),
        ]
        indexes = [models.Index(fields=["department", "role"], name="liaison_posting_seats")]

    def __str__(self) -> str:
        return f"{self.department} {self.title}".strip()


class TrainingQuerySet(models.QuerySet["Training"]):
    def visible_to(self, official: Official) -> Self:
        """Who was trained in what is part of the directory, among officials."""
        return self if official.access else self.none()


class Training(models.Model):
    """培训: a day on which an official was trained; some seats ask for it before they are taken."""

    official = models.ForeignKey(
        Official, verbose_name="干部", on_delete=models.PROTECT, related_name="trainings"
    )
    on = models.DateField("培训日期")
    subject = models.CharField("内容", max_length=80)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        Official, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训"
        constraints = [
            models.UniqueConstraint(
                name="liaison_training_once",
                fields=["official", "on", "subject"],
                violation_error_message="该干部同日的同一培训已登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.subject}"


class FailedSignIn(models.Model):
    """A wrong password for a name; kept for a quarter of an hour, so that a name can rest."""

    username = models.CharField("登录名", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "登录失败"
        indexes = [models.Index(fields=["username", "at"], name="liaison_failedsignin_recent")]

    def __str__(self) -> str:
        return self.username
