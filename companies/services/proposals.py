"""试排: work a draft out, change it by hand, fix pairs, work it out again around them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, QuerySet

from companies.choices import GapReason, PairOrigin, ProposalState
from companies.formula.checking import Fault, check_pairs
from companies.formula.matching import UNCAPPED, Kind, limit_beside, nearness, trade_matches
from companies.models import (
    Assignment,
    DepartmentTrade,
    Enrolment,
    Proposal,
    ProposalFloor,
    ProposalGap,
    ProposalPair,
    ProposalSupply,
)
from companies.reports.industries import industry_names
from companies.services.proposals_input import (
    World,
    in_scope,
    load_world,
    weights_of,
    why_not_proposed,
)
from liaison.models import Batch, Department, Official, Region, TeamRole
from liaison.refusals import Refusal
from liaison.services import announce, record

if TYPE_CHECKING:
    from companies.formula.proposal import Floor  # the module loads the solver

BATCH = 2000
PHASES = ("排队", "读取企业和干部", "建网络", "求解", "写入草案")  # `Proposal.phase` counts them


class ProposalRefused(Refusal):
    """The draft cannot be made, changed or adopted so. The message is written for the user."""


FAULTS = {
    Fault.GONE: "该企业已退出包联或不再需要安排",
    Fault.UNKNOWN: "该干部在生效日没有可以包联的任职，或账户已停用",
    Fault.BARRED: "该干部与企业须回避",
    Fault.SEATED: "该干部已在这家企业的专班中",
    Fault.SEATS: "该席位已经有人",
    Fault.FULL: "该干部的包联限额已用满",
    Fault.BOUND: "该干部只能包企业或包项目其中一种",
    Fault.WHOLE: "该干部已在一户企业脱产专职，同一时期只能在一户",
}


@transaction.atomic
def start_proposal(
    *,
    role: TeamRole,
    region: Region,
    starts_on: date,
    by: Official,
    at: datetime,
    kind: str = "",
    industry: str = "",
    scale: str = "",
    only_uncovered: bool = True,
    across: bool = False,
    note: str = "",
    keep_weight: int = 2,
    near_weight: int = 2,
    trade_weight: int = 2,
    load_weight: int = 2,
) -> Proposal:
    """发起试排: have a draft worked out for one seat of the rulebook, in the background."""
    if why := why_not_proposed(role):
        raise ProposalRefused(f"“{role}”不能自动试排。{why}。")
    proposal = Proposal.objects.create(
        role=role,
        region=region,
        note=note,
        kind=kind,
        industry=industry,
        scale=scale,
        only_uncovered=only_uncovered,
        across=across,
        starts_on=starts_on,
        keep_weight=keep_weight,
        near_weight=near_weight,
        trade_weight=trade_weight,
        load_weight=load_weight,
        made_at=at,
        made_by=by,
    )
    check_batch(proposal)
    if not in_scope(proposal).exists():
        raise ProposalRefused(f"所选范围在 {starts_on} 没有适用这一规则的包联企业或项目，请放宽条件。")
    record("发起试排", proposal, by=by, at=at, role=role.code, region=region.code, starts_on=str(starts_on))
    announce("proposal.asked", at=at, proposal=proposal.pk)
    return proposal


@transaction.atomic
def solve_again(
    *, proposal: Proposal, by: Official, at: datetime, keep_all: bool = False, starts_on: date | None = None
) -> Proposal:
    """再排: a new draft of the same scope around the fixed pairs (or around all); the old one stays.

    Pairs that the rules no longer allow are not carried over: the new draft says how many.
    """
    old = lock_draft(proposal, ProposalState.DRAFT)
    new = Proposal.objects.create(
        role=old.role,
        region=old.region,
        note=old.note,
        kind=old.kind,
        industry=old.industry,
        scale=old.scale,
        only_uncovered=old.only_uncovered,
        across=old.across,
        starts_on=max(old.starts_on, starts_on or old.starts_on),
        keep_weight=old.keep_weight,
        near_weight=old.near_weight,
        trade_weight=old.trade_weight,
        load_weight=old.load_weight,
        based_on=old,
        made_at=at,
        made_by=by,
    )
    pairs = old.pairs.order_by("pk") if keep_all else old.pairs.filter(is_fixed=True).order_by("pk")
    copies = list(pairs)
    for pair in copies:
        pair.pk, pair.proposal = None, new
        pair._state.adding = True
        pair.is_fixed = True
    ProposalPair.objects.bulk_create(copies, batch_size=BATCH)
    record("再次试排", new, by=by, at=at, based_on=old.pk, fixed=len(copies))
    announce("proposal.asked", at=at, proposal=new.pk)
    return new


def solve_proposal(*, proposal_id: int, at: datetime) -> Proposal | None:
    """Work a draft out. Done twice, or taken over from a killed worker, it changes nothing more."""
    from companies.formula.proposal import propose  # loads the solver, which pages have no use for

    rows = Proposal.objects.select_related("role__version__programme__region", "region")
    proposal = rows.filter(pk=proposal_id, state__in=ProposalState.moving()).first()
    if proposal is None:
        return None
    began = time.perf_counter()

    def tell(phase: int) -> None:
        Proposal.objects.filter(pk=proposal_id).update(phase=phase, state=ProposalState.SOLVING)

    tell(1)
    pinned = list(proposal.pairs.filter(is_fixed=True).order_by("pk").values_list("enrolment", "official"))
    world = load_world(proposal, fixed=pinned)
    wanted = [target for target in world.targets.values() if target.need]
    if not wanted:
        fail_proposal(proposal_id=proposal_id, why="所选范围内没有空缺的席位，不需要试排。", at=at)
        return None
    plan = propose(
        people=world.people.values(),
        targets=wanted,
        barred=world.barred,
        weights=weights_of(proposal),
        tell=lambda phase: tell({"build": 2}.get(phase, 3)),
    )
    tell(4)
    counties = {region.path: region.pk for region in Region.objects.filter(level__in=("city", "county"))}
    city = proposal.role.version.programme.region
    with transaction.atomic():
        locked = Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal_id)
        if not locked.is_moving:
            return None
        before = {(pair.enrolment_id, pair.official_id): pair for pair in locked.pairs.order_by("pk")}
        locked.pairs.all().delete()
        locked.gaps.all().delete()
        locked.supplies.all().delete()
        locked.floors.all().delete()
        pairs = []
        for one in plan.pairs:
            old = before.get((one.target, one.person)) if one.fixed else None
            pairs.append(
                ProposalPair(
                    proposal=locked,
                    enrolment_id=one.target,
                    official_id=one.person,
                    department_id=world.departments[one.person],
                    origin=old.origin if old else PairOrigin.SOLVER,
                    changed_at=old.changed_at if old else None,
                    changed_by_id=old.changed_by_id if old else None,
                    is_fixed=one.fixed,
                    nearness=one.nearness,
                    trade=one.trade,
                    is_kept=one.kept,
                    load=one.load,
                    limit=None if one.limit == UNCAPPED else one.limit,
                )
            )
        ProposalPair.objects.bulk_create(pairs, batch_size=BATCH)
        ProposalGap.objects.bulk_create(
            [
                ProposalGap(
                    proposal=locked,
                    enrolment_id=gap.target,
                    seats=gap.seats,
                    reason=gap.reason,
                    eligible=gap.eligible,
                    barred=gap.barred,
                )
                for gap in plan.gaps
            ],
            batch_size=BATCH,
        )
        ProposalSupply.objects.bulk_create(
            [
                ProposalSupply(
                    proposal=locked,
                    region_id=counties.get(row.county, city.pk),
                    rank=row.rank,
                    kind=row.kind,
                    people=row.people,
                    limit=row.limit,
                    held=row.held,
                    given=row.given,
                    spare=row.spare,
                )
                for row in plan.supplies
            ],
            batch_size=BATCH,
        )
        ProposalFloor.objects.bulk_create(_floors(locked, world, plan.floors), batch_size=BATCH)
        figures = plan.figures
        locked.state, locked.failure, locked.solved_at = ProposalState.DRAFT, "", at
        locked.seats, locked.bound = figures.seats, figures.bound
        locked.keepable, locked.people, locked.unfixed = figures.keepable, figures.people, len(plan.dropped)
        locked.solver_seconds = figures.seconds["solve"]
        locked.seconds = time.perf_counter() - began
        locked.save()
        record("排出草案", locked, by=None, at=at, pairs=len(pairs), gaps=len(plan.gaps), seats=figures.seats)
    return locked


def _floors(proposal: Proposal, world: World, floors: Iterable[Floor]) -> list[ProposalFloor]:
    """Officials of the draft's own region below their floor: a draft of one county owes others nothing."""
    rows = []
    for floor in floors:
        person = world.people[floor.person]
        counted = person.either_or or proposal.kind != Kind.PROJECT
        if counted and person.region.startswith(proposal.region.path):
            rows.append(
                ProposalFloor(
                    proposal=proposal,
                    official_id=floor.person,
                    department_id=world.departments[floor.person],
                    floor=floor.floor,
                    held=floor.held,
                    both_kinds=person.either_or,
                    reason=floor.reason,
                )
            )
    return rows


@transaction.atomic
def fail_proposal(*, proposal_id: int, why: str, at: datetime) -> None:
    """A draft that could not be worked out says why, and waits no longer."""
    moving = Proposal.objects.filter(pk=proposal_id, state__in=ProposalState.moving())
    if moving.update(state=ProposalState.FAILED, failure=why, solved_at=at):
        record("未能试排", Proposal.objects.get(pk=proposal_id), by=None, at=at, why=why)


@transaction.atomic
def change_pair(
    *,
    proposal: Proposal,
    enrolment: Enrolment,
    official: Official,
    by: Official,
    at: datetime,
    instead_of: Official | None = None,
) -> ProposalPair:
    """人工改派: put somebody else into the draft, by the same rules as the solver; the pair is fixed.

    `instead_of` leaves the draft; without it an empty seat is filled.
    """
    draft = lock_draft(proposal, ProposalState.DRAFT)
    if instead_of is not None and instead_of.pk == official.pk:
        raise ProposalRefused(f"“{official}”已经在这家企业，没有改动。")
    if instead_of is not None:
        _take_out(draft, enrolment, instead_of)
    theirs = draft.pairs.filter(enrolment=enrolment).order_by("pk").values_list("enrolment", "official")
    carried = draft.pairs.filter(official=official).exclude(enrolment=enrolment).order_by("pk")
    pairs = [*theirs, *carried.values_list("enrolment", "official"), (enrolment.pk, official.pk)]
    keys = {key for key, _ in pairs} | _stands_in(draft, official)
    world = load_world(
        draft,
        enrolments=Enrolment.objects.filter(pk__in=keys),
        officials=_with_holders(draft, keys, {who for _, who in pairs}),
    )
    faults = check_pairs(people=world.people, targets=world.targets, barred=world.barred, pairs=pairs)
    for faulty in faults:
        if (faulty.target, faulty.person) == (enrolment.pk, official.pk):
            raise ProposalRefused(f"不能改派“{official}”：{FAULTS[faulty.fault]}。")
    target, person = world.targets[enrolment.pk], world.people[official.pk]
    given = Counter(world.targets[key].kind for key, who in pairs if who == official.pk)
    both = {kind: person.held(kind) + given[kind] for kind in Kind}
    limit = limit_beside(person, target.kind, both)
    pair = ProposalPair.objects.create(
        proposal=draft,
        enrolment=enrolment,
        official=official,
        department_id=world.departments[official.pk],
        origin=PairOrigin.HAND,
        is_fixed=True,
        nearness=nearness(person.region, target.region),
        trade=trade_matches(person.trades, target),
        is_kept=official.pk in target.holders,
        load=person.held(target.kind) + 1,
        limit=None if limit == UNCAPPED else limit,
        changed_at=at,
        changed_by=by,
    )
    others = _of_kind(draft.pairs.filter(official=official), target.kind).exclude(pk=pair.pk)
    pair.load += others.update(load=F("load") + 1)
    pair.save(update_fields=["load"])
    _fill_gap(draft, enrolment)
    record(
        "改派草案",
        draft,
        by=by,
        at=at,
        enrolment=enrolment.pk,
        official=official.username,
        before=instead_of.username if instead_of else "",
    )
    return pair


@transaction.atomic
def empty_pair(*, pair: ProposalPair, by: Official, at: datetime) -> None:
    """人工留空: take somebody out of the draft; the company is shown as uncovered."""
    draft = lock_draft(pair.proposal, ProposalState.DRAFT)
    _take_out(draft, pair.enrolment, pair.official)
    record("草案留空", draft, by=by, at=at, enrolment=pair.enrolment_id, official=pair.official.username)


@transaction.atomic
def fix_pairs(
    *, proposal: Proposal, pairs: QuerySet[ProposalPair], fixed: bool, by: Official, at: datetime
) -> int:
    """固定 / 取消固定: what the next working-out is to leave alone; returns how many changed."""
    draft = lock_draft(proposal, ProposalState.DRAFT)
    keys = list(pairs.filter(proposal=draft).order_by().values_list("pk", flat=True))
    changed = draft.pairs.filter(pk__in=keys).exclude(is_fixed=fixed).update(is_fixed=fixed)
    if changed:
        record("固定配对" if fixed else "取消固定", draft, by=by, at=at, count=changed)
    return changed


@transaction.atomic
def drop_proposal(*, proposal: Proposal, by: Official, at: datetime) -> Proposal:
    """放弃: a draft that nobody will adopt; it stays readable."""
    draft = lock_draft(proposal, ProposalState.DRAFT, ProposalState.FAILED, *ProposalState.moving())
    draft.state = ProposalState.DROPPED
    draft.save(update_fields=["state"])
    record("放弃草案", draft, by=by, at=at)
    return draft


@transaction.atomic
def set_trades(*, department: Department, codes: Collection[str], by: Official, at: datetime) -> None:
    """主管行业: the sections and divisions of GB/T 4754 that the unit is in charge of."""
    known = industry_names()
    if strange := sorted(set(codes) - known.keys()):
        raise ProposalRefused(f"“{'、'.join(strange)}”不是 GB/T 4754 的门类或大类代码。")
    department = Department.objects.select_for_update(of=("self",), no_key=True).get(pk=department.pk)
    before = set(department.trades.order_by("pk").values_list("code", flat=True))
    department.trades.filter(code__in=before - set(codes)).delete()
    DepartmentTrade.objects.bulk_create(
        [DepartmentTrade(department=department, code=code) for code in sorted(set(codes) - before)]
    )
    if before != set(codes):
        record("主管行业", department, by=by, at=at, codes=sorted(codes), before=sorted(before))


def check_batch(proposal: Proposal) -> None:
    """分批派驻: where companies came with a batch, seats begin within one."""
    batches = Batch.objects.filter(programme=proposal.role.version.programme_id)
    day = proposal.starts_on
    if batches.filter(starts_on__lte=day, ends_on__gte=day).exists():
        return
    if in_scope(proposal).filter(batch__isnull=False).exists():
        raise ProposalRefused(f"本方案分批派驻，{day} 不在任何批次之内，请先开设批次。")


def lock_draft(proposal: Proposal, *states: str) -> Proposal:
    """The draft as it is now; refused in words once somebody else has moved it on."""
    locked = (
        Proposal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("role__version__programme__region", "region")
        .get(pk=proposal.pk)
    )
    if locked.state not in states:
        raise ProposalRefused(
            f"{locked}现在是“{locked.get_state_display()}”，不能这样操作。{_by_whom(locked)}"
        )
    return locked


def _by_whom(proposal: Proposal) -> str:
    if proposal.state == ProposalState.ADOPTED and proposal.adopted_by:
        return f"它已由{proposal.adopted_by}采用。"
    return ""


def _with_holders(draft: Proposal, enrolments: set[int], officials: set[int]) -> set[int]:
    """The officials, and whoever holds the seat now in these companies."""
    seats = Assignment.objects.filter(enrolment__in=enrolments, role=draft.role, official__isnull=False)
    return officials | set(seats.not_over_by(draft.starts_on).values_list("official", flat=True))


def _stands_in(draft: Proposal, official: Official) -> set[int]:
    """Companies of the draft's scope where the official holds the seat now: the draft may take it away."""
    seats = Assignment.objects.filter(role=draft.role, official=official).not_over_by(draft.starts_on)
    return set(in_scope(draft).filter(pk__in=seats.values("enrolment")).values_list("pk", flat=True))


def _of_kind(pairs: QuerySet[ProposalPair], kind: Kind) -> QuerySet[ProposalPair]:
    of_kind = Enrolment.objects.filter(project__isnull=kind == Kind.COMPANY)
    return pairs.filter(enrolment__in=of_kind)


def _take_out(draft: Proposal, enrolment: Enrolment, official: Official) -> None:
    gone, _ = draft.pairs.filter(enrolment=enrolment, official=official).delete()
    if not gone:
        raise ProposalRefused(f"“{official}”已不在草案的“{enrolment}”中，请刷新后再看。")
    kind = Kind.PROJECT if enrolment.project_id else Kind.COMPANY
    _of_kind(draft.pairs.filter(official=official), kind).filter(load__gt=0).update(load=F("load") - 1)
    changed = draft.gaps.filter(enrolment=enrolment).update(seats=F("seats") + 1)
    if not changed:
        ProposalGap.objects.create(proposal=draft, enrolment=enrolment, reason=GapReason.REMOVED)


def _fill_gap(draft: Proposal, enrolment: Enrolment) -> None:
    draft.gaps.filter(enrolment=enrolment, seats=1).delete()
    draft.gaps.filter(enrolment=enrolment).update(seats=F("seats") - 1)
