"""采用 and 撤回: a draft becomes teams in one transaction, and can be taken back as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from companies.choices import ProposalState
from companies.formula.checking import Fault, check_pairs
from companies.models import Assignment, Enrolment, Proposal, ProposalEnding, ProposalPair, Visit
from companies.services.proposals import BATCH, FAULTS, ProposalRefused, check_batch, lock_draft
from companies.services.proposals_input import World, load_world
from liaison.models import Batch, Official
from liaison.services import record
from liaison.workdays import day_of


@dataclass(frozen=True)
class Conflict:
    """A pair of a draft that the world has moved away from, in words."""

    enrolment: Enrolment
    official: Official
    words: str


class WorldMoved(ProposalRefused):
    """Since the draft was worked out, somebody changed teams, quotas or postings that it counts on."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        self.conflicts = conflicts
        super().__init__(
            f"草案排出以后情况有变，{len(conflicts)} 对安排不再成立，没有写入任何内容。"
            "请再排一次，其余安排会保留。"
        )


@dataclass(frozen=True)
class Adoption:
    """What adopting a draft does, or did: seats given, kept as they are, ended."""

    given: int
    kept: int
    ended: int


def preview_adoption(*, proposal: Proposal, on: date) -> tuple[Adoption, list[Conflict]]:
    """What adopting the draft would do on the day, and what stands against it."""
    proposal.starts_on = max(proposal.starts_on, on)
    check_batch(proposal)
    world, pairs = _read(proposal)
    new, leaving = _difference(world, pairs)
    conflicts = _conflicts(world, pairs)
    return Adoption(len(new), len(pairs) - len(new), len(leaving)), conflicts


@transaction.atomic
def adopt_proposal(*, proposal: Proposal, by: Official, at: datetime) -> Adoption:
    """采用: write the whole draft, or nothing. Of two clerks at once one wins, the other is told.

    Quotas, seats and postings are checked again under the locks that every change of a team takes, in the
    same order: teams first, then officials. A draft whose day has passed holds from today.
    """
    draft = lock_draft(proposal, ProposalState.DRAFT)
    draft.starts_on = max(draft.starts_on, day_of(at))
    check_batch(draft)
    _lock_teams(draft)
    world, pairs = _read(draft)
    if conflicts := _conflicts(world, pairs):
        raise WorldMoved(conflicts)
    new, leaving = _difference(world, pairs)
    _end(draft, leaving)
    ends = dict(
        Enrolment.objects.filter(pk__in=draft.pairs.order_by().values("enrolment"))
        .order_by("pk")
        .values_list("pk", "ends_on")
    )
    Assignment.objects.bulk_create(
        [
            Assignment(
                enrolment_id=enrolment,
                role=draft.role,
                official_id=official,
                department_id=world.departments[official],
                starts_on=draft.starts_on,
                ends_on=ends[enrolment],
                assigned_at=at,
                assigned_by=by,
            )
            for enrolment, official in new
        ],
        batch_size=BATCH,
    )
    seat = Assignment.objects.filter(
        role=draft.role,
        enrolment=OuterRef("enrolment"),
        official=OuterRef("official"),
        starts_on=draft.starts_on,
        assigned_at=at,
    )
    draft.pairs.update(assignment=Subquery(seat.values("pk")[:1]))
    draft.pairs.update(is_kept=Q(assignment__isnull=True))
    draft.state, draft.adopted_at, draft.adopted_by = ProposalState.ADOPTED, at, by
    draft.save(update_fields=["state", "starts_on", "adopted_at", "adopted_by"])
    done = Adoption(len(new), len(pairs) - len(new), len(leaving))
    record(
        "采用草案", draft, by=by, at=at, role=draft.role.code, starts_on=str(draft.starts_on),
        given=done.given, kept=done.kept, ended=done.ended,
    )  # fmt: skip
    return done


@dataclass(frozen=True)
class TakingBack:
    """What taking a plan back does, or did: seats undone, seats put back, and what stays with its reason."""

    undone: int
    restored: int
    staying: list[Conflict]


def preview_taking_back(*, proposal: Proposal) -> TakingBack:
    """What taking the adopted plan back would do now."""
    if proposal.state != ProposalState.ADOPTED:
        raise ProposalRefused(f"{proposal}现在是“{proposal.get_state_display()}”，没有可以撤回的。")
    free, staying = _takeable(proposal)
    endings = _restorable(proposal, staying)
    return TakingBack(len(free), endings.count(), staying)


@transaction.atomic
def take_back_proposal(*, proposal: Proposal, by: Official, at: datetime) -> TakingBack:
    """撤回: undo an adopted plan as one; pairs that somebody changed or worked on since stay, and are named.

    A seat that has not begun is undone; one that has begun ends yesterday. Seats that the plan had ended
    come back from then on.
    """
    on = day_of(at)
    draft = lock_draft(proposal, ProposalState.ADOPTED)
    assert draft.adopted_at is not None  # noqa: S101 - for the type: a constraint says so
    last = draft.takeable_back_until(day_of(draft.adopted_at))
    if on > last:
        raise ProposalRefused(f"采用已超过期限（{last} 前可以整体撤回），请在包联关系中逐家调整。")
    _lock_teams(draft)
    free, staying = _takeable(draft)
    endings = list(_restorable(draft, staying).select_related("assignment").order_by("pk"))
    if not free and not endings:
        raise ProposalRefused("采用以后每一对都已有人改动或有了走访记录，没有可以撤回的。")
    seats = Assignment.objects.filter(pk__in=[pair.assignment_id for pair in free])
    seats.filter(starts_on__gte=on).delete()
    seats.filter(starts_on__lt=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on)).update(
        ends_on=on - timedelta(days=1)
    )
    endings, refused = _still_possible(draft, endings, on)
    staying = [*staying, *refused]
    _restore(draft, endings, on=on, by=by, at=at)
    draft.state, draft.taken_back_at, draft.taken_back_by = ProposalState.TAKEN_BACK, at, by
    draft.save(update_fields=["state", "taken_back_at", "taken_back_by"])
    done = TakingBack(len(free), len(endings), staying)
    record("撤回草案", draft, by=by, at=at, undone=done.undone, restored=done.restored, staying=len(staying))
    return done


def _read(draft: Proposal) -> tuple[World, list[tuple[int, int]]]:
    """The world as it is now for the draft's companies, and its pairs, fixed ones first."""
    rows = draft.pairs.order_by("-is_fixed", "pk").values_list("enrolment", "official")
    looked_at = Enrolment.objects.filter(
        Q(pk__in=draft.pairs.order_by().values("enrolment"))
        | Q(pk__in=draft.gaps.order_by().values("enrolment"))
    )
    return load_world(draft, enrolments=looked_at), list(rows)


def _difference(world: World, pairs: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], list[int]]:
    """Pairs that are new, and the seats held now that the plan gives to others or to nobody."""
    wanted = set(pairs)
    new = [pair for pair in pairs if pair not in world.standing]
    leaving = [seat for pair, seat in world.standing.items() if pair not in wanted]
    return new, leaving


def _conflicts(world: World, pairs: list[tuple[int, int]]) -> list[Conflict]:
    faults = check_pairs(people=world.people, targets=world.targets, barred=world.barred, pairs=pairs)
    enrolments = Enrolment.objects.select_related("company", "project").in_bulk({f.target for f in faults})
    officials = Official.objects.in_bulk({f.person for f in faults})
    return [Conflict(enrolments[f.target], officials[f.person], FAULTS[Fault(f.fault)]) for f in faults]


def _lock_teams(draft: Proposal) -> None:
    """Teams first, then officials, each in the order of their keys: nobody waits in a circle.

    Whoever the plan took a seat from is among them: taking it back gives the seat back, and weighs on quotas.
    """
    enrolments = Enrolment.objects.filter(
        Q(pk__in=draft.pairs.order_by().values("enrolment"))
        | Q(pk__in=draft.gaps.order_by().values("enrolment"))
    )
    list(enrolments.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    officials = Official.objects.filter(
        Q(pk__in=draft.pairs.order_by().values("official"))
        | Q(pk__in=draft.endings.order_by().values("official"))
    )
    list(officials.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def _end(draft: Proposal, leaving: list[int]) -> None:
    """End the seats that the plan gives to others, what they were kept for taking back."""
    seats = Assignment.objects.filter(pk__in=leaving)
    ProposalEnding.objects.bulk_create(
        [
            ProposalEnding(
                proposal=draft,
                enrolment_id=seat.enrolment_id,
                official_id=seat.official_id,
                department_id=seat.department_id,
                starts_on=seat.starts_on,
                ends_on=seat.ends_on,
                assigned_at=seat.assigned_at,
                assigned_by_id=seat.assigned_by_id,
                assignment=seat if seat.starts_on < draft.starts_on else None,
            )
            for seat in seats.order_by("pk")
            if seat.official_id is not None  # the seats of a draft are officials'
        ],
        batch_size=BATCH,
    )
    seats.filter(starts_on__lt=draft.starts_on).update(ends_on=draft.starts_on - timedelta(days=1))
    seats.filter(starts_on__gte=draft.starts_on).delete()


def _takeable(draft: Proposal) -> tuple[list[ProposalPair], list[Conflict]]:
    """Pairs whose seat stands as the plan made it, and those that somebody changed or worked on since."""
    given = draft.pairs.filter(is_kept=False).select_related(
        "assignment", "enrolment__company", "enrolment__project", "official"
    )
    met = set(
        Visit.objects.filter(
            enrolment__in=draft.pairs.order_by().values("enrolment"), logged_at__gte=draft.adopted_at
        )
        .order_by()
        .values_list("enrolment", "official")
    )
    programme = draft.role.version.programme_id
    batch_ends = set(Batch.objects.filter(programme=programme).values_list("ends_on", flat=True))
    free, staying = [], []
    for pair in given.order_by("pk"):
        # In a programme of batches a seat ends with its batch: not by anybody's hand.
        batched = pair.enrolment.batch_id is not None
        if pair.assignment is None or (
            pair.assignment.ends_on != pair.enrolment.ends_on
            and not (batched and pair.assignment.ends_on in batch_ends)
        ):
            words = "采用后席位已被更换、撤下或结束"
        elif (pair.enrolment_id, pair.official_id) in met:
            words = "采用后已有走访或联系记录"
        else:
            free.append(pair)
            continue
        staying.append(Conflict(pair.enrolment, pair.official, words))
    return free, staying


def _restorable(draft: Proposal, staying: list[Conflict]) -> QuerySet[ProposalEnding]:
    """Seats to put back: of companies none of whose new pairs stays."""
    return draft.endings.exclude(enrolment__in=[one.enrolment.pk for one in staying])


def _still_possible(
    draft: Proposal, endings: list[ProposalEnding], on: date
) -> tuple[list[ProposalEnding], list[Conflict]]:
    """Those who can have their seat back by the rules of the day, and those who cannot, with the reason."""
    alone = Proposal.objects.select_related("role__version__programme__region").get(pk=draft.pk)
    alone.only_uncovered, alone.starts_on = True, on  # read so, what is held now is held; never saved
    pairs = [(ending.enrolment_id, ending.official_id) for ending in endings]
    enrolments = Enrolment.objects.filter(pk__in=[enrolment for enrolment, _ in pairs])
    world = load_world(alone, enrolments=enrolments, officials={official for _, official in pairs})
    refused = _conflicts(world, pairs)
    out = {(one.enrolment.pk, one.official.pk) for one in refused}
    staying = [Conflict(one.enrolment, one.official, f"未恢复原席位：{one.words}") for one in refused]
    return [e for e in endings if (e.enrolment_id, e.official_id) not in out], staying


def _restore(draft: Proposal, endings: list[ProposalEnding], *, on: date, by: Official, at: datetime) -> None:
    """Give the seats back to who had them, as if the plan had not been, days since its start excepted."""
    longer, fresh = [], []
    for ending in endings:
        seat = ending.assignment
        if seat is not None and on <= draft.starts_on:
            seat.ends_on = ending.ends_on
            longer.append(seat)
        elif ending.ends_on is None or ending.ends_on >= on:
            fresh.append(
                Assignment(
                    enrolment_id=ending.enrolment_id,
                    role=draft.role,
                    official_id=ending.official_id,
                    department_id=ending.department_id,
                    starts_on=max(on, ending.starts_on),
                    ends_on=ending.ends_on,
                    assigned_at=at,
                    assigned_by=by,
                )
            )
    Assignment.objects.bulk_update(longer, ["ends_on"], batch_size=BATCH)
    Assignment.objects.bulk_create(fresh, batch_size=BATCH)
    draft.endings.filter(pk__in=[ending.pk for ending in endings]).update(restored_at=at)


__all__ = [
    "Adoption",
    "Conflict",
    "TakingBack",
    "WorldMoved",
    "adopt_proposal",
    "preview_adoption",
    "preview_taking_back",
    "take_back_proposal",
]
