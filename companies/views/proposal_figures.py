"""A draft in figures: what the list pages show above and beside their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Max, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from companies.choices import Emphasis, Nearness, PairOrigin, TargetKind
from companies.models import Proposal
from companies.reports.industries import industry_names
from companies.reports.shortage import left_open


@dataclass(frozen=True)
class DraftFigures:
    """A draft counted as it stands now, hand changes included."""

    covered: int
    short: int
    fixed: int
    hand: int
    kept: int
    county: int
    trade: int
    people: int
    most: int
    bound: int
    keepable: int
    unfixed: int
    has_trades: bool
    over: int
    below: int
    floors: int

    @property
    def seats(self) -> int:
        return self.covered + self.short

    @property
    def proof(self) -> str:
        """Whether more could be covered at all."""
        words = f"共 {self.seats:,} 席"
        if self.covered >= self.bound:
            return f"{words}，已是最多"
        return f"{words}，最多可排 {self.bound:,} 席"

    @property
    def short_tone(self) -> str:
        return "yellow" if self.short else "green"

    @property
    def short_note(self) -> str:
        return "原因和差额见“空缺”“名额”" if self.short else "全部排上"

    @property
    def county_share(self) -> str:
        return _share(self.county, self.covered)

    @property
    def trade_share(self) -> str:
        if not self.has_trades:
            return "还没有填单位主管行业"
        return _share(self.trade, self.covered)

    @property
    def kept_note(self) -> str:
        return f"现有可保持 {self.keepable:,} 席" if self.keepable else "没有现有包联要保持"

    @property
    def load_note(self) -> str:
        words = [f"一人最多 {self.most} 户"] if self.most else []
        if self.fixed:
            words.append(f"固定 {self.fixed:,} 对")
        if self.hand:
            words.append(f"人工改派 {self.hand:,} 对")
        return "，".join(words)

    @property
    def floor_tone(self) -> str:
        return "yellow" if self.below else "green"

    @property
    def floor_note(self) -> str:
        return f"发起时有 {self.floors:,} 人不足下限，名单见“下限”"

    @property
    def unfixed_note(self) -> str:
        return f"{self.unfixed:,} 对原来固定的安排因限额、任职、回避或席位已变而不再成立，已重新安排。"


def figures_of(proposal: Proposal) -> DraftFigures:
    """Three queries, however many pairs."""
    near = (Nearness.TOWN, Nearness.COUNTY)
    pairs = proposal.pairs.aggregate(
        covered=Count("pk"),
        fixed=Count("pk", filter=Q(is_fixed=True)),
        hand=Count("pk", filter=Q(origin=PairOrigin.HAND)),
        kept=Count("pk", filter=Q(is_kept=True)),
        county=Count("pk", filter=Q(nearness__in=near)),
        trade=Count("pk", filter=Q(trade=True)),
        people=Count("official", distinct=True),
        most=Coalesce(Max("load"), 0),
    )
    left = left_open(proposal)
    is_project = Case(When(enrolment__project__isnull=True, then=0), default=1)
    past = (
        proposal.pairs.filter(load__gt=F("limit")).order_by().annotate(kind=is_project)
        .values_list("official", "kind").annotate(n=Count("pk"), most=Max(F("load") - F("limit")))
    )  # fmt: skip
    return DraftFigures(
        bound=proposal.bound,
        keepable=proposal.keepable,
        unfixed=proposal.unfixed,
        over=sum(min(n, most) for _, _, n, most in past),
        short=left.short,
        floors=left.floored,
        below=left.below,
        has_trades=left.has_trades,
        **pairs,
    )


def _share(part: int, whole: int) -> str:
    return f"占已安排的 {part / whole:.0%}" if whole else "还没有安排"


def facts_of(proposal: Proposal) -> list[tuple[str, Any]]:
    role = proposal.role
    scope = [str(proposal.region), dict(TargetKind.choices).get(proposal.kind, "企业和项目")]
    if proposal.industry:
        scope.append(industry_names().get(proposal.industry, proposal.industry))
    if proposal.scale:
        scope.append(f"{proposal.get_scale_display()}企业")
    scope.append("只排空缺" if proposal.only_uncovered else "连同现有的重排")
    wishes = [
        f"{label}：{Emphasis(weight).label}"
        for label, weight in (
            ("保持现有", proposal.keep_weight),
            ("就近", proposal.near_weight),
            ("行业对口", proposal.trade_weight),
            ("负担均衡", proposal.load_weight),
        )
    ]
    wishes.append("可跨县区" if proposal.across else "不跨县区")
    facts: list[tuple[str, Any]] = [
        ("方案和席位", f"{role.version.programme} · {role}（第 {role.version.number} 版规则）"),
        ("范围", " · ".join(scope)),
        ("取舍", "，".join(wishes)),
        ("从哪天起", proposal.starts_on),
        ("发起", f"{proposal.made_by} {timezone.localtime(proposal.made_at):%Y-%m-%d %H:%M}"),
    ]
    if proposal.based_on:
        facts.append(("由来", f"在 {proposal.based_on_id} 号草案基础上再排"))
    if proposal.solved_at and proposal.seconds:
        facts.append(("用时", f"{proposal.seconds:.1f} 秒（其中求解 {proposal.solver_seconds:.1f} 秒）"))
    return facts
