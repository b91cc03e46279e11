"""试排: drafts of who shall look after whom, worked out for thousands at once, adopted or dropped whole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Aggregate, Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from companies.choices import (
    Emphasis,
    FloorReason,
    GapReason,
    Nearness,
    PairOrigin,
    ProposalState,
    Scale,
    TargetKind,
)
from companies.models.assignments import Assignment, Enrolment
from companies.models.companies import MANAGERS
from liaison.choices import Rank
from liaison.models import Department, Official, Region, TeamRole

TAKE_BACK_DAYS = 15  # days after adoption within which a plan can be taken back as one


class DepartmentTrade(models.Model):
    """主管行业: a section or division of GB/T 4754 that a unit is in charge of."""

    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.CASCADE, related_name="trades"
    )
    code = models.CharField("行业代码", max_length=2, help_text="GB/T 4754 门类或大类")

    class Meta:
        verbose_name = verbose_name_plural = "主管行业"
        constraints = [
            models.UniqueConstraint(name="companies_trade_once", fields=["department", "code"]),
            models.CheckConstraint(
                name="companies_trade_code_shape",
                condition=Q(code__regex=r"^([A-T]|\d{2})$"),
                violation_error_message="行业代码应为一个大写字母（门类）或两位数字（大类）。",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, official: Official) -> Self:
        """Drafts of the regions whose teams the official's office puts together."""
        return self.filter(official.access.regions(MANAGERS, "region__path"))

    def with_counts(self) -> Self:
        """Each draft with `covered` pairs and `short` seats, as they are after hand changes."""
        return self.annotate(
            covered=_total(ProposalPair.objects.all(), Count("pk")),
            short=_total(ProposalGap.objects.all(), Sum("seats")),
        )

    def with_left_open(self) -> Self:
        """Each draft with its `short` seats, the officials `floored` at its start, and those still `below`.

        `has_trades` says whether any unit's trades are on record: without them no trade can match.
        """
        return self.annotate(
            short=_total(ProposalGap.objects.all(), Sum("seats")),
            floored=_total(ProposalFloor.objects.all(), Count("pk")),
            below=_total(ProposalFloor.objects.all().below(), Count("pk")),
            has_trades=Exists(DepartmentTrade.objects.all()),
        )


def _total(related: models.QuerySet[Any], what: Aggregate) -> Coalesce:
    """A figure over the rows of the draft at hand; 0 where it has none."""
    rows = related.filter(proposal=OuterRef("pk")).order_by().values("proposal").annotate(n=what)
    return Coalesce(Subquery(rows.values("n")), 0, output_field=models.IntegerField())


class Proposal(models.Model):
    """试排草案: who is to take one seat of the rulebook in the companies of a scope, and why."""

    role = models.ForeignKey(TeamRole, verbose_name="席位", on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, verbose_name="范围", on_delete=models.PROTECT, related_name="+")
    note = models.CharField("说明", max_length=60, blank=True)
    kind = models.CharField("对象", max_length=8, choices=TargetKind, blank=True, help_text="空为企业和项目")
    industry = models.CharField("行业", max_length=2, blank=True)
    scale = models.CharField("规模", max_length=8, choices=Scale, blank=True)
    only_uncovered = models.BooleanField("只排空缺", default=True)
    across = models.BooleanField("可跨县区", default=False)
    starts_on = models.DateField("从哪天起")
    keep_weight = models.PositiveSmallIntegerField("保持现有", choices=Emphasis, default=Emphasis.MUCH)
    near_weight = models.PositiveSmallIntegerField("就近", choices=Emphasis, default=Emphasis.MUCH)
    trade_weight = models.PositiveSmallIntegerField("行业对口", choices=Emphasis, default=Emphasis.MUCH)
    load_weight = models.PositiveSmallIntegerField("负担均衡", choices=Emphasis, default=Emphasis.MUCH)
    based_on = models.ForeignKey(
        "self",
        verbose_name="由哪个草案再排",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    state = models.CharField("状态", max_length=12, choices=ProposalState, default=ProposalState.QUEUED)
    phase = models.PositiveSmallIntegerField("进度", default=0)
    failure = models.CharField("原因", max_length=300, blank=True)
    made_at = models.DateTimeField("发起时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发起人", on_delete=models.PROTECT, related_name="+"
    )
    solved_at = models.DateTimeField("排出时间", null=True, blank=True)
    adopted_at = models.DateTimeField("采用时间", null=True, blank=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="采用人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤回人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # What the solver said of its own plan; hand changes since are counted from the rows.
    seats = models.PositiveIntegerField("席位数", default=0)
    bound = models.PositiveIntegerField("最多可安排", default=0, help_text="任何排法都不会超过的数")
    keepable = models.PositiveIntegerField("现有可保持", default=0)
    people = models.PositiveIntegerField("可选干部", default=0)
    unfixed = models.PositiveIntegerField("未能固定", default=0, help_text="原固定、因规则不再允许而重排的")
    seconds = models.FloatField("用时（秒）", default=0)
    solver_seconds = models.FloatField("求解用时（秒）", default=0)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "试排草案"
        constraints = [
            models.CheckConstraint(
                name="companies_proposal_state_known", condition=Q(state__in=ProposalState.values)
            ),
            models.CheckConstraint(
                name="companies_proposal_weights_known",
                condition=Q(
                    keep_weight__in=Emphasis.values,
                    near_weight__in=Emphasis.values,
                    trade_weight__in=Emphasis.values,
                    load_weight__in=Emphasis.values,
                ),
            ),
            models.CheckConstraint(
                name="companies_proposal_adopted_iff_stamped",
                condition=Q(
                    state__in=(ProposalState.ADOPTED, ProposalState.TAKEN_BACK),
                    adopted_at__isnull=False,
                    adopted_by__isnull=False,
                )
                | ~Q(state__in=(ProposalState.ADOPTED, ProposalState.TAKEN_BACK))
                & Q(adopted_at__isnull=True, adopted_by__isnull=True),
            ),
            models.CheckConstraint(
                name="companies_proposal_taken_back_iff_stamped",
                condition=Q(
                    state=ProposalState.TAKEN_BACK, taken_back_at__isnull=False, taken_back_by__isnull=False
                )
                | ~Q(state=ProposalState.TAKEN_BACK)
                & Q(taken_back_at__isnull=True, taken_back_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} 号草案"

    @property
    def is_moving(self) -> bool:
        return self.state in ProposalState.moving()

    @property
    def is_draft(self) -> bool:
        return self.state == ProposalState.DRAFT

    @property
    def wanted(self) -> int:
        """Seats that each company of the scope is to have filled."""
        return max(1, self.role.min_count)

    def takeable_back_until(self, adopted_on: date) -> date:
        """The last day on which the adopted plan can be taken back."""
        return adopted_on + timedelta(days=TAKE_BACK_DAYS)


class ProposalPairQuerySet(models.QuerySet["ProposalPair"]):
    def missing_in(self, other: Proposal) -> Self:
        """Pairs that the other draft does not have."""
        same = ProposalPair.objects.filter(
            proposal=other, enrolment=OuterRef("enrolment"), official=OuterRef("official")
        )
        return self.filter(~Exists(same))


class ProposalPair(models.Model):
    """One official for one company in a draft, with what speaks for it."""

    proposal = models.ForeignKey(
        Proposal, verbose_name="草案", on_delete=models.CASCADE, related_name="pairs", db_index=False
    )
    enrolment = models.ForeignKey(
        Enrolment, verbose_name="企业", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    origin = models.CharField("来源", max_length=8, choices=PairOrigin, default=PairOrigin.SOLVER)
    is_fixed = models.BooleanField("固定", default=False)
    nearness = models.CharField("远近", max_length=8, choices=Nearness)
    trade = models.BooleanField("行业对口", default=False)
    is_kept = models.BooleanField("保持现有", default=False)
    load = models.PositiveSmallIntegerField("负担", help_text="连同原有共包抓几户（项目另计）")
    limit = models.PositiveSmallIntegerField("限额", null=True, blank=True, help_text="空为这一席位不限额")
    changed_at = models.DateTimeField("改动时间", null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="改动人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    assignment = models.ForeignKey(
        Assignment,
        verbose_name="采用后的包联",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="草案采用时新设的席位",
    )

    objects = ProposalPairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "草案配对"
        constraints = [
            models.UniqueConstraint(
                name="companies_proposalpair_once", fields=["proposal", "enrolment", "official"]
            ),
            models.CheckConstraint(
                name="companies_proposalpair_words_known",
                condition=Q(nearness__in=Nearness.values, origin__in=PairOrigin.values),
            ),
        ]
        indexes = [models.Index(fields=["proposal", "official"], name="companies_proposal_of_person")]

    def __str__(self) -> str:
        return f"{self.enrolment} – {self.official}"

    @property
    def is_over(self) -> bool:
        """Whether the official carries more than a soft quota says; a hard one is never passed."""
        return self.limit is not None and self.load > self.limit


class ProposalGap(models.Model):
    """Seats that stay empty in a draft, and why."""

    proposal = models.ForeignKey(
        Proposal, verbose_name="草案", on_delete=models.CASCADE, related_name="gaps", db_index=False
    )
    enrolment = models.ForeignKey(
        Enrolment, verbose_name="企业", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seats = models.PositiveSmallIntegerField("空缺", default=1)
    reason = models.CharField("原因", max_length=8, choices=GapReason)
    eligible = models.PositiveIntegerField("可选干部", default=0)
    barred = models.PositiveIntegerField("须回避", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "草案空缺"
        constraints = [
            models.UniqueConstraint(name="companies_proposalgap_once", fields=["proposal", "enrolment"]),
            models.CheckConstraint(
                name="companies_proposalgap_sane",
                condition=Q(reason__in=GapReason.values, seats__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} 空缺 {self.seats}"


class ProposalSupply(models.Model):
    """The quotas of a rank in a county, before and after a draft; the city's own units under the city."""

    proposal = models.ForeignKey(
        Proposal, verbose_name="草案", on_delete=models.CASCADE, related_name="supplies", db_index=False
    )
    region = models.ForeignKey(
        Region, verbose_name="县区", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rank = models.CharField("职级", max_length=10, choices=Rank)
    kind = models.CharField("对象", max_length=8, choices=TargetKind)
    people = models.PositiveIntegerField("人数")
    limit = models.PositiveIntegerField("限额合计", null=True, blank=True, help_text="空为这一席位不限额")
    held = models.PositiveIntegerField("原已用")
    given = models.PositiveIntegerField("本草案用")
    spare = models.IntegerField("余")

    class Meta:
        verbose_name = verbose_name_plural = "草案名额"
        constraints = [
            models.UniqueConstraint(
                name="companies_proposalsupply_once", fields=["proposal", "region", "rank", "kind"]
            ),
            models.CheckConstraint(
                name="companies_proposalsupply_known",
                condition=Q(rank__in=Rank.values, kind__in=TargetKind.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.get_rank_display()}"


class ProposalFloorQuerySet(models.QuerySet["ProposalFloor"]):
    def with_given(self) -> Self:
        """Each with `given`: what the draft gives that counts to the floor, hand changes included."""
        pairs = ProposalPair.objects.filter(proposal=OuterRef("proposal"), official=OuterRef("official"))
        counted = pairs.filter(Q(enrolment__project__isnull=True) | Q(Exact(OuterRef("both_kinds"), True)))
        rows = counted.order_by().values("official").annotate(n=Count("pk")).values("n")
        return self.annotate(given=Coalesce(Subquery(rows), 0, output_field=models.IntegerField()))

    def below(self) -> Self:
        """Those who stay below their floor in the draft as it stands."""
        return self.with_given().filter(given__lt=F("floor") - F("held"))


class ProposalFloor(models.Model):
    """An official who had fewer companies than the floor of their quota when a draft was worked out."""

    proposal = models.ForeignKey(
        Proposal, verbose_name="草案", on_delete=models.CASCADE, related_name="floors", db_index=False
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    floor = models.PositiveSmallIntegerField("下限")
    held = models.PositiveSmallIntegerField("原已有", default=0)
    both_kinds = models.BooleanField("项目也算", default=False, help_text="企业、项目二选一的")
    reason = models.CharField("未达原因", max_length=8, choices=FloorReason, blank=True, default="")

    objects = ProposalFloorQuerySet.as_manager()

    given: int  # of `with_given`

    class Meta:
        verbose_name = verbose_name_plural = "草案下限"
        constraints = [
            models.UniqueConstraint(name="companies_proposalfloor_once", fields=["proposal", "official"]),
            models.CheckConstraint(
                name="companies_proposalfloor_sane",
                condition=Q(reason__in=FloorReason.values, held__lt=F("floor")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official} 至少 {self.floor} 户"


class ProposalEnding(models.Model):
    """A seat that adopting a plan ended or undid: what it was before, so that it can be put back."""

    proposal = models.ForeignKey(
        Proposal, verbose_name="草案", on_delete=models.CASCADE, related_name="endings"
    )
    enrolment = models.ForeignKey(
        Enrolment, verbose_name="企业", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="干部",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    department = models.ForeignKey(
        Department, verbose_name="单位", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    starts_on = models.DateField("原起始日")
    ends_on = models.DateField("原终止日", null=True, blank=True)
    assigned_at = models.DateTimeField("原指派时间")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="原指派人",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    assignment = models.ForeignKey(
        Assignment,
        verbose_name="缩短了的包联",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="空：原席位尚未开始，已取消",
    )
    restored_at = models.DateTimeField("恢复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "草案撤下的席位"

    def __str__(self) -> str:
        return f"{self.enrolment} – {self.official}"
