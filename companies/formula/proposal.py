"""The automatic proposal: who shall look after whom, and why. Pure.

`propose` covers as many companies as can be covered (a maximum flow), and among all ways to do so takes
the cheapest by `Weights`. Quotas and barred pairs are capacities of the network, so no answer can break
them. "Companies or projects, never both" is not a matter of flows: the network first lets such officials
take both, which can only cover more and so bounds the coverage from above; then each of those given both
is bound to one side and the flow is solved again. Where that covers as many as the bound, it is proven
best; where not, the sides are searched branch by branch, and `Figures.bound` says what is still possible.

Of all plans that cover as many, those come first that leave least missing to the floors of officials, and
that pass soft quotas least; only then do wishes count. `Floor` names who stays below, `Pair.limit` tells a
pair beyond its quota.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from companies.formula.checking import Fault, Faulty, fault_of
from companies.formula.matching import (
    UNCAPPED,
    Kind,
    Nearness,
    Person,
    Target,
    Weights,
    limit_beside,
    nearness,
    pair_cost,
    trade_matches,
)
from companies.formula.network import ANYWHERE, Group, Network, Room, Routes
from liaison.places import county_of

__all__ = [
    "Fault",
    "Faulty",
    "Figures",
    "Floor",
    "FloorReason",
    "Gap",
    "GapReason",
    "Kind",
    "Nearness",
    "Pair",
    "Person",
    "Proposal",
    "Supply",
    "Target",
    "Weights",
    "propose",
]

BRANCHES = 30  # solver calls that the search for the either-or officials' sides may take


class GapReason(StrEnum):
    """Why a seat stays empty."""

    NOBODY = "nobody"  # no eligible official within reach
    BARRED = "barred"  # all of them must not meet this company
    FEW = "few"  # fewer eligible officials than seats
    FULL = "full"  # all of them had their quota full before (fixed pairs count as before)
    TAKEN = "taken"  # this plan uses up the quotas of all of them
    BOUND = "bound"  # all who had room look after projects instead, or companies, and may not do both


class FloorReason(StrEnum):
    """Why an official stays below the floor of their quota."""

    MET = ""
    NOBODY = "nobody"  # nothing within reach has an empty seat
    BARRED = "barred"  # they must not meet what is there, or sit in its team already
    FULL = "full"  # no room for more: full time elsewhere
    TAKEN = "taken"  # what is there goes to others who need it as much, or is fixed


@dataclass(frozen=True)
class Pair:
    """One official for one company, with what speaks for it.

    `load` counts what is held and given of the kind, `limit` is the quota; a soft one may be passed.
    """

    target: int
    person: int
    nearness: Nearness
    trade: bool
    kept: bool
    fixed: bool
    load: int
    limit: int
    cost: int


@dataclass(frozen=True)
class Floor:
    """An official who had fewer than the floor of their quota: what they had, and what the plan gives."""

    person: int
    floor: int
    held: int
    given: int
    reason: FloorReason

    @property
    def missing(self) -> int:
        return max(0, self.floor - self.held - self.given)


@dataclass(frozen=True)
class Gap:
    """Seats that stay empty; `eligible` officials within reach, `barred` of them for this company."""

    target: int
    seats: int
    reason: GapReason
    eligible: int
    barred: int


@dataclass(frozen=True)
class Supply:
    """A rank's quotas in a county (none: the city's own units), before and after the plan."""

    county: str
    rank: str
    kind: Kind
    people: int
    limit: int | None  # None: the seat has no quota
    held: int
    given: int
    spare: int


@dataclass(frozen=True)
class Figures:
    """The plan in figures. `bound` is what no plan can exceed: equal to `covered`, it is proven best."""

    seats: int
    covered: int
    bound: int
    kept: int
    keepable: int
    near: Mapping[Nearness, int]
    trade: int
    cost: int
    over: int  # seats beyond soft quotas
    missing: int  # to the floors
    people: int
    busy: int
    nodes: int
    arcs: int
    rounds: int
    seconds: Mapping[str, float]

    @property
    def is_proven(self) -> bool:
        return self.covered == self.bound


@dataclass(frozen=True)
class Proposal:
    """A plan: pairs, what stays empty, what could not be fixed, and quotas by county and rank."""

    pairs: list[Pair]
    gaps: list[Gap]
    dropped: list[Faulty]
    supplies: list[Supply]
    floors: list[Floor]
    figures: Figures
    network: Network = field(repr=False)


def propose(
    *,
    people: Iterable[Person],
    targets: Iterable[Target],
    barred: Collection[tuple[int, int]] = frozenset(),
    weights: Weights | None = None,
    tell: Callable[[str], None] = lambda phase: None,
) -> Proposal:
    """The best plan for these officials and companies; `barred` pairs are (official, company).

    The same input always gives the same plan. `tell` hears of each phase: build, solve, follow.
    """
    weights = weights or Weights()
    known = {person.key: person for person in sorted(people, key=lambda p: p.key)}
    wanted = sorted(targets, key=lambda t: t.key)
    banned: dict[int, set[int]] = defaultdict(set)
    for person, target in barred:
        banned[target].add(person)
    for one in wanted:
        if one.seated:
            banned[one.key].update(one.seated)
    room = {key: _room(person) for key, person in known.items()}
    fixed, dropped = _fix(wanted, known, room, banned)
    left = [
        replace(
            target,
            need=target.need - len(fixed[target.key]),
            holders=_without(target.holders, fixed[target.key]),
            before=_without(target.before, fixed[target.key]),
        )
        for target in wanted
        if target.need > len(fixed[target.key])
    ]
    never = {target: frozenset(keys | fixed.get(target, set())) for target, keys in banned.items()}
    never |= {target: frozenset(keys) for target, keys in fixed.items() if keys and target not in banned}

    clock = {"build": 0.0, "solve": 0.0, "follow": 0.0}
    apart: dict[int, frozenset[Group]] = {}
    rounds = 0
    while True:
        tell("build")
        began = time.perf_counter()
        network = Network(known, left, room, never, weights, apart)
        clock["build"] += time.perf_counter() - began
        tell("solve")
        routes, bound = _choose_sides(network)
        clock["solve"] += network.seconds
        rounds += network.solves
        tell("follow")
        began = time.perf_counter()
        found, twice = network.pairs(routes)
        if not twice:
            break
        for target, groups in twice.items():
            apart[target] = apart.get(target, frozenset()) | groups
        clock["follow"] += time.perf_counter() - began

    pinned = {(target, person) for target, keys in fixed.items() for person in keys}
    pairs = _pairs(sorted([*found, *pinned]), pinned, known, wanted, weights)
    gaps = _gaps(wanted, pairs, known, room, banned, weights)
    supplies = _supplies(pairs, known, wanted)
    floors = _floors(pairs, known, wanted, banned, weights)
    clock["follow"] += time.perf_counter() - began
    near = dict.fromkeys(Nearness, 0)
    for pair in pairs:
        near[pair.nearness] += 1
    figures = Figures(
        seats=sum(t.need for t in wanted),
        covered=len(pairs),
        bound=bound + len(pinned),
        kept=sum(pair.kept for pair in pairs),
        keepable=sum(min(len(t.holders), t.need) for t in wanted),
        near=near,
        trade=sum(pair.trade for pair in pairs),
        cost=routes.cost,
        over=_over(pairs, {target.key: target.kind for target in wanted}),
        missing=sum(floor.missing for floor in floors),
        people=len(known),
        busy=len({pair.person for pair in pairs}),
        nodes=network.nodes,
        arcs=len(network.tails),
        rounds=rounds,
        seconds=clock,
    )
    return Proposal(pairs, gaps, dropped, supplies, floors, figures, network)


def _room(person: Person) -> Room:
    """What is left of the quotas; whoever holds one kind and may not hold both has none of the other."""
    companies = max(0, person.companies - person.held_companies)
    projects = max(0, person.projects - person.held_projects)
    if person.either_or:
        companies = 0 if person.held_projects else companies
        projects = 0 if person.held_companies else projects
    beyond = frozenset(kind for kind in Kind if person.soft and person.limit(kind))
    if person.once:  # one of either kind
        if person.elsewhere:
            companies, projects, beyond = 0, 0, frozenset()
        elif not beyond:
            companies, projects = min(1, companies), min(1, projects)
        else:
            companies, projects, beyond = min(1, person.companies), min(1, person.projects), frozenset()
    return Room(
        companies,
        projects,
        person.either_or or person.once,
        floor=max(0, person.floor - person.held_to_floor),
        beyond=beyond,
        over={kind: max(0, person.held(kind) - person.limit(kind)) for kind in beyond},
    )


def _take(room: Room, kind: Kind) -> None:
    """Use one of the room; an either-or official is bound to the kind from then on."""
    room.floor = max(0, room.floor - 1) if room.floor_of(kind) else room.floor
    if room.of(kind) == 0:
        room.over[kind] = room.over.get(kind, 0) + 1
    elif kind == Kind.COMPANY:
        room.companies -= 1
        room.projects = 0 if room.either_or else room.projects
    else:
        room.projects -= 1
        room.companies = 0 if room.either_or else room.companies


def _fix(
    targets: list[Target], people: Mapping[int, Person], room: dict[int, Room], banned: dict[int, set[int]]
) -> tuple[dict[int, set[int]], list[Faulty]]:
    """Seat the fixed ones first; those whom a rule forbids are named instead."""
    fixed: dict[int, set[int]] = {target.key: set() for target in targets}
    given: dict[int, Counter[Kind]] = defaultdict(Counter)
    dropped = []
    for target in targets:
        for key in dict.fromkeys(target.fixed):
            person = people.get(key)
            if person is None:
                fault: Fault | None = Fault.UNKNOWN
            elif key in target.seated:
                fault = Fault.SEATED
            elif key in banned.get(target.key, ()):
                fault = Fault.BARRED
            elif len(fixed[target.key]) >= target.need:
                fault = Fault.SEATS
            else:
                fault = fault_of(person, target.kind, given[key])
            if fault is not None:
                dropped.append(Faulty(target.key, key, fault))
                continue
            given[key][target.kind] += 1
            _take(room[key], target.kind)
            fixed[target.key].add(key)
    return fixed, dropped


def _without(keys: tuple[int, ...], seated: set[int]) -> tuple[int, ...]:
    return tuple(key for key in keys if key not in seated)


def _choose_sides(network: Network) -> tuple[Routes, int]:
    """Routes in which no either-or official gets both kinds, and the coverage that none can exceed."""
    free = network.solve()
    bound = free.covered
    best = _dive(network, free, steady=True)
    if best.covered < bound:  # binding fewer at a time takes longer and loses less
        slower = _dive(network, free, steady=False)
        best = max(best, slower, key=lambda routes: (routes.covered, -routes.rank, -routes.cost))
    if best.covered == bound:
        return best, bound
    # Depth first: bind the most mixed official to either kind, drop branches that cannot cover more.
    open_branches: list[tuple[int, dict[int, Kind]]] = [(bound, {})]
    calls = 0
    while open_branches and calls < BRANCHES:
        promise, sides = open_branches.pop()
        if promise <= best.covered:
            continue
        routes = network.solve(sides)
        calls += 1
        if routes.covered <= best.covered:
            continue
        if not routes.mixed:
            best = routes
            continue
        key = min(routes.mixed, key=lambda k: (-min(routes.mixed[k]), k))
        larger = Kind.COMPANY if routes.mixed[key][0] >= routes.mixed[key][1] else Kind.PROJECT
        open_branches.extend(  # the larger side last: it is popped first
            (routes.covered, {**sides, key: kind}) for kind in sorted(Kind, key=lambda k: k == larger)
        )
    still = max((promise for promise, _ in open_branches), default=best.covered)
    return best, max(best.covered, min(bound, still))


def _dive(network: Network, free: Routes, *, steady: bool) -> Routes:
    """Bind whoever got both kinds until nobody does; `steady` binds all others to what they got, too."""
    sides: dict[int, Kind] = {}
    routes = free
    while routes.mixed:
        sides |= _split(network, routes.mixed)
        if steady:
            sides |= network.sides_taken(routes)
        routes = network.solve(sides)
    return routes


def _split(network: Network, mixed: Mapping[int, tuple[int, int]]) -> dict[int, Kind]:
    """Bind officials who got both: of each unit's place as many to projects as its projects need."""
    places: dict[str, list[int]] = defaultdict(list)
    for key in mixed:
        places[network.people[key].region].append(key)
    sides = {}
    for _, keys in sorted(places.items()):
        projects = sum(mixed[key][1] for key in keys)
        for key in sorted(keys, key=lambda k: (-mixed[k][1], mixed[k][0], k)):
            sides[key] = Kind.PROJECT if projects > 0 else Kind.COMPANY
            projects -= network.room[key].projects
    return sides


def _pairs(
    found: list[tuple[int, int]],
    pinned: set[tuple[int, int]],
    people: Mapping[int, Person],
    targets: list[Target],
    weights: Weights,
) -> list[Pair]:
    by_key = {target.key: target for target in targets}
    load = Counter((person, by_key[key].kind) for key, person in found)
    pairs = []
    for key, person in found:
        target, official = by_key[key], people[person]
        carried = {kind: official.held(kind) + load[person, kind] for kind in Kind}
        pairs.append(
            Pair(
                target=key,
                person=person,
                nearness=nearness(official.region, target.region),
                trade=trade_matches(official.trades, target),
                kept=person in target.holders,
                fixed=(key, person) in pinned,
                load=carried[target.kind],
                limit=limit_beside(official, target.kind, carried),
                cost=pair_cost(official, target, weights),
            )
        )
    return pairs


def _over(pairs: list[Pair], kinds: Mapping[int, Kind]) -> int:
    """How many of the plan's seats are beyond soft quotas."""
    given = Counter((pair.person, kinds[pair.target]) for pair in pairs)
    past = {(pair.person, kinds[pair.target]): pair.load - pair.limit for pair in pairs}
    return sum(min(given[place], max(0, n)) for place, n in past.items())


def _floors(
    pairs: list[Pair],
    people: Mapping[int, Person],
    targets: list[Target],
    banned: Mapping[int, set[int]],
    weights: Weights,
) -> list[Floor]:
    """Whoever had fewer than their floor, with what the plan gives, and why some stay below."""
    kinds = {target.key: target.kind for target in targets}
    given: dict[int, Counter[Kind]] = defaultdict(Counter)
    for pair in pairs:
        given[pair.person][kinds[pair.target]] += 1
    there: dict[str, Counter[Kind]] = defaultdict(Counter)  # empty seats by county, and all of them
    for target in targets:
        for place in (county_of(target.region), ANYWHERE):
            there[place][target.kind] += 1
    wanting = {key: person for key, person in people.items() if person.floor > person.held_to_floor}
    away: dict[int, Counter[Kind]] = defaultdict(Counter)
    for target in targets:
        for key in banned.get(target.key, ()):
            if key in wanting and weights.reaches(nearness(wanting[key].region, target.region)):
                away[key][target.kind] += 1
    floors = []
    for key, person in sorted(wanting.items()):
        counted = [kind for kind in Kind if person.limit(kind) and (person.either_or or kind == Kind.COMPANY)]
        got = sum(given[key][kind] for kind in counted)
        home = county_of(person.region)
        within = there[home if home and not weights.across else ANYWHERE]
        if person.held_to_floor + got >= person.floor:
            reason = FloorReason.MET
        elif person.elsewhere:
            reason = FloorReason.FULL
        elif not any(within[kind] for kind in counted):
            reason = FloorReason.NOBODY
        elif all(away[key][kind] >= within[kind] for kind in counted):
            reason = FloorReason.BARRED
        else:
            reason = FloorReason.TAKEN
        floors.append(Floor(key, person.floor, person.held_to_floor, got, reason))
    return floors


def _gaps(
    targets: list[Target],
    pairs: list[Pair],
    people: Mapping[int, Person],
    room: Mapping[int, Room],
    banned: Mapping[int, set[int]],
    weights: Weights,
) -> list[Gap]:
    """Each empty seat's reason, from who is within reach and how much room they had and have."""
    seated: dict[int, set[int]] = defaultdict(set)
    kinds = {target.key: target.kind for target in targets}
    given: dict[int, Counter[Kind]] = defaultdict(Counter)
    for pair in pairs:
        seated[pair.target].add(pair.person)
        given[pair.person][kinds[pair.target]] += 1
    by_county: dict[tuple[Kind, str], set[int]] = defaultdict(set)
    for key, person in people.items():
        for kind in Kind:
            if person.limit(kind) > 0:
                by_county[kind, county_of(person.region)].add(key)
    counties = {county for _, county in by_county}
    reach: dict[tuple[Kind, str], set[int]] = {}

    def within(target: Target) -> set[int]:
        place = (target.kind, county_of(target.region))
        if place not in reach:
            near = counties if weights.across else {"", place[1]}
            reach[place] = set().union(*(by_county.get((target.kind, county), set()) for county in near))
        return reach[place]

    def empty(kind: Kind, keys: set[int]) -> GapReason:
        had_room = [key for key in keys if room[key].open_to(kind)]
        if not had_room:
            return GapReason.FULL
        bound = all(given[key] and not given[key][kind] for key in had_room)
        return GapReason.BOUND if bound else GapReason.TAKEN

    usual: dict[tuple[Kind, str], GapReason] = {}
    gaps = []
    for target in targets:
        missing = target.need - len(seated[target.key])
        if missing <= 0:
            continue
        eligible = within(target)
        never = eligible & banned.get(target.key, set())
        out = never | (eligible & seated[target.key])
        if not eligible:
            reason = GapReason.NOBODY
        elif len(out) == len(eligible):
            reason = GapReason.FEW if len(out) > len(never) else GapReason.BARRED
        elif out:
            reason = empty(target.kind, eligible - out)
        else:
            place = (target.kind, county_of(target.region))
            if place not in usual:
                usual[place] = empty(target.kind, eligible)
            reason = usual[place]
        gaps.append(Gap(target.key, missing, reason, len(eligible), len(never)))
    return gaps


def _supplies(pairs: list[Pair], people: Mapping[int, Person], targets: list[Target]) -> list[Supply]:
    """Quotas by county and rank: what there is, what was held, what the plan gives, what is spare."""
    kinds = {target.key: target.kind for target in targets}
    given: dict[tuple[int, Kind], int] = defaultdict(int)
    for pair in pairs:
        given[pair.person, kinds[pair.target]] += 1
    open_ended: set[tuple[str, str, Kind]] = set()
    rows: dict[tuple[str, str, Kind], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for key, person in people.items():
        room = _room(person)
        for kind in Kind:
            if not person.limit(kind):
                continue
            row = rows[county_of(person.region), person.rank, kind]
            other = given[key, Kind.PROJECT if kind == Kind.COMPANY else Kind.COMPANY]
            left = 0 if room.either_or and other else max(0, room.of(kind) - given[key, kind])
            limit = person.held(kind) + room.of(kind) if person.once else person.limit(kind)
            if limit == UNCAPPED:
                limit = left = 0  # nothing to add up
                open_ended.add((county_of(person.region), person.rank, kind))
            for at, value in enumerate((1, limit, person.held(kind), given[key, kind], left)):
                row[at] += value
    return [
        Supply(*place, people, None if place in open_ended else limit, held, taken, spare)
        for place, (people, limit, held, taken, spare) in sorted(rows.items())
    ]
