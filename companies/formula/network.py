"""The proposal as a flow: from the companies through places and trades to the officials. Pure.

A company and an official meet in a *group*, the officials of one place and one trade, so that 21,000
companies and 15,000 officials need some hundred thousand arcs instead of a hundred million:

    source → target → class (place, trade) → pool (town, county, city; trade or any) → group → official → sink

Nothing is approximated by it. All of a class are alike, and so are all of a group, but for officials who
must not meet a company: such a company gets an arc of its own to every other member of their group. The
official's n-th company costs more than the one before it, by parallel arcs, which spreads the load.

Floors and soft quotas are ranks of an official's seats: first those up to the floor, then those within the
quota, then those beyond a soft one. A rank costs more than all wishes of a plan together, so no wish is
bought with it. Among plans of most coverage one has both the fewest missing to floors and the fewest beyond
quotas (sets of seats that can be filled at once are a matroid), so the two never compete.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.graph.python import min_cost_flow

from companies.formula.matching import (
    Kind,
    Nearness,
    Person,
    Target,
    Weights,
    nearness,
    pair_cost,
)
from liaison.places import county_of

SOURCE = 0
CITY, ANYWHERE = "", "*"
UNIT_STEPS = 16  # seats within a limit that are priced one by one
BEYOND_STEPS = 4  # and beyond one
Group = tuple[Kind, str, frozenset[str]]  # officials of one place whose unit is in charge of the same trades
Pool = tuple[Kind, str, str]  # groups of a place, or those of them in charge of one trade


class FlowFailed(RuntimeError):
    """The solver gave no answer: a fault of the network, never of the data."""


@dataclass
class Room:
    """How many more companies and projects an official may take; of an either-or one, only of one kind.

    `floor` of them are to be filled before others. `beyond`: kinds of which more may follow where nobody
    else is left, `over` of them already.
    """

    companies: int
    projects: int
    either_or: bool
    floor: int = 0
    beyond: frozenset[Kind] = frozenset()
    over: dict[Kind, int] = field(default_factory=dict)

    def of(self, kind: Kind) -> int:
        return self.companies if kind == Kind.COMPANY else self.projects

    def open_to(self, kind: Kind) -> bool:
        """Whether the plan may give one of the kind at all."""
        return self.of(kind) > 0 or kind in self.beyond

    def floor_of(self, kind: Kind) -> int:
        """How many of the kind bring the official up to the floor."""
        return self.floor if self.either_or or kind == Kind.COMPANY else 0


@dataclass
class Routes:
    """One answer of the solver: how many are covered, at what cost, and the flow on each arc.

    `rank` is what they cost in ranks: one for each seat past a floor, two for each beyond a soft quota.
    """

    covered: int
    rank: int
    cost: int
    flows: list[int]
    mixed: dict[int, tuple[int, int]]  # either-or officials given both: companies, projects


@dataclass
class Network:
    """The arcs, and what their ends stand for."""

    people: Mapping[int, Person]
    targets: Sequence[Target]  # what is still to be filled; `need` without fixed seats
    room: Mapping[int, Room]
    banned: Mapping[int, frozenset[int]]  # by target: officials it must not meet
    weights: Weights
    apart: Mapping[int, frozenset[Group]] = field(default_factory=dict)  # groups to meet one by one
    seconds: float = 0.0
    solves: int = 0

    def __post_init__(self) -> None:
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.caps: list[int] = []
        self.costs: list[int] = []
        self.nodes = 1
        self.group_of: dict[tuple[int, Kind], Group] = {}
        self.members: dict[Group, list[int]] = defaultdict(list)
        self.side_arcs: dict[int, dict[Kind, int]] = {}
        self.need = sum(target.need for target in self.targets)
        self.step = self._step()
        self._collect_groups()
        self._add_targets()
        self._add_pools()
        self._add_people()
        self._load_solver()

    # --- building ---------------------------------------------------------------------------------

    def _node(self) -> int:
        self.nodes += 1
        return self.nodes - 1

    def _arc(self, tail: int, head: int, capacity: int, cost: int) -> int:
        self.tails.append(tail)
        self.heads.append(head)
        self.caps.append(capacity)
        self.costs.append(cost)
        return len(self.tails) - 1

    def _step(self) -> int:
        """What a rank costs: more than all that a plan could save otherwise; nothing where all are equal."""
        if not any(room.floor or room.beyond for room in self.room.values()):
            return 0
        w = self.weights
        importance = max((target.importance for target in self.targets), default=0) * w.importance
        held = max((person.held(kind) for person in self.people.values() for kind in Kind), default=0)
        over = max(n for room in self.room.values() for n in (0, *room.over.values()))
        load = (held + over + 2 * self.need) * w.load + (over + self.need) * w.excess
        return 1 + self.need * (
            importance + w.distance(Nearness.OTHER) + w.trade + w.kept + w.steady + load
        )  # `load` is more than any room that is used

    def _collect_groups(self) -> None:
        for key in sorted(self.people):
            person = self.people[key]
            for kind in Kind:
                if self.room[key].open_to(kind):
                    group = (kind, person.region, person.trades)
                    self.group_of[key, kind] = group
                    self.members[group].append(key)
        self.groups = sorted(self.members, key=lambda g: (g[0], g[1], sorted(g[2])))
        gathered: dict[Pool, list[Group]] = defaultdict(list)
        for group in self.groups:
            kind, region, trades = group
            places = {region, county_of(region)} | ({ANYWHERE} if self.weights.across else set())
            if not county_of(region):
                places = {CITY}
            for place in places:
                for code in ("", *trades):
                    gathered[kind, place, code].append(group)
        self.pooled = {pool: gathered[pool] for pool in sorted(gathered)}

    def _add_targets(self) -> None:
        """Nodes are numbered downstream, so that units can be followed in the order of the numbers."""
        self.target_nodes = [self._node() for _ in self.targets]
        alike: dict[tuple[Kind, str, str, str], list[int]] = defaultdict(list)
        single: list[tuple[int, frozenset[Group]]] = []
        for at, target in enumerate(self.targets):
            if apart := self._apart(target):
                single.append((at, apart))
            else:
                alike[target.kind, target.region, target.section, target.division].append(at)
        self.classes = {key: (self._node(), alike[key]) for key in sorted(alike)}
        self.pools = {pool: self._node() for pool in self.pooled}
        self.group_nodes = {group: self._node() for group in self.groups}
        self.person_nodes = {
            (key, kind): self._node() for kind in Kind for key in sorted(self.people)
            if (key, kind) in self.group_of
        }  # fmt: skip
        most = max((target.importance for target in self.targets), default=0)
        for node, target in zip(self.target_nodes, self.targets, strict=True):
            spare = (most - target.importance) * self.weights.importance
            self._arc(SOURCE, node, target.need, spare)
            self._keep(node, target)
        for node, ones in self.classes.values():
            for at in ones:
                target = self.targets[at]
                self._arc(self.target_nodes[at], node, target.need, self._newness(target))
            need = sum(self.targets[at].need for at in ones)
            for pool, cost in self._ways(self.targets[ones[0]]):
                self._arc(node, self.pools[pool], need, cost)
        for at, apart in single:
            self._route_single(self.target_nodes[at], self.targets[at], apart)

    def _apart(self, target: Target) -> frozenset[Group]:
        """Groups whose members the target meets one by one, since it must not meet all of them alike."""
        keys = set(self.banned.get(target.key, ()))
        if target.need > 1:  # or the same official might come once as a holder, once by the group
            keys.update(target.holders, target.before)
        groups = {self.group_of[key, target.kind] for key in keys if (key, target.kind) in self.group_of}
        return frozenset(groups) | self.apart.get(target.key, frozenset())

    def _newness(self, target: Target) -> int:
        kept = self.weights.kept if target.holders else 0
        return kept + (self.weights.steady if target.before else 0)

    def _ways(self, target: Target) -> list[tuple[Pool, int]]:
        """The pools in which the target finds officials, with the cost of each."""
        home = county_of(target.region)
        places = [(CITY, Nearness.CITY)]
        if home:
            places.append((home, Nearness.COUNTY))
            if target.region != home:
                places.append((target.region, Nearness.TOWN))
        if self.weights.across:
            places.append((ANYWHERE, Nearness.OTHER))
        ways: list[tuple[Pool, int]] = []
        for place, near in places:
            cost = self.weights.distance(near)
            codes = sorted({target.section, target.division} - {""})
            ways.extend(((target.kind, place, code), cost) for code in codes)
            ways.append(((target.kind, place, ""), cost + self.weights.trade))
        return [(pool, cost) for pool, cost in ways if pool in self.pooled]

    def _route_single(self, node: int, target: Target, apart: frozenset[Group]) -> None:
        """A target with arcs of its own: to pools and groups where it may meet all, else one by one."""
        banned, newness = self.banned.get(target.key, frozenset()), self._newness(target)
        reached: set[Group] = set()
        known = {*target.holders, *target.before}  # they have their arc from `_keep`
        for pool, cost in self._ways(target):
            groups = self.pooled[pool]
            reached.update(groups)
            if apart.isdisjoint(groups):
                self._arc(node, self.pools[pool], target.need, cost + newness)
                continue
            for group in groups:
                if group not in apart:
                    self._arc(node, self.group_nodes[group], target.need, cost + newness)
        for group in sorted(reached & apart, key=lambda g: (g[1], sorted(g[2]))):
            for key in self.members[group]:
                if key not in banned and key not in known:
                    self._arc(node, self.person_nodes[key, target.kind], 1, self._cost(key, target))

    def _keep(self, node: int, target: Target) -> None:
        banned = self.banned.get(target.key, frozenset())
        for key in sorted({*target.holders, *target.before} - banned):
            if (person := self.person_nodes.get((key, target.kind))) is None:
                continue
            near = nearness(self.people[key].region, target.region)
            if key in target.holders or self.weights.reaches(near):  # who holds it may keep it, however far
                self._arc(node, person, 1, self._cost(key, target))

    def _cost(self, key: int, target: Target) -> int:
        return pair_cost(self.people[key], target, self.weights)

    def _add_pools(self) -> None:
        for pool, groups in self.pooled.items():
            for group in groups:
                self._arc(self.pools[pool], self.group_nodes[group], self.need, 0)

    def _add_people(self) -> None:
        for group, node in self.group_nodes.items():
            kind = group[0]
            for key in self.members[group]:
                most = self.need if kind in self.room[key].beyond else self.room[key].of(kind)
                self._arc(node, self.person_nodes[key, kind], most, 0)
        both = {
            key: self._node() for key, room in sorted(self.room.items())
            if room.either_or and room.companies > 0 and room.projects > 0
        }  # fmt: skip
        self.sink = self._node()
        for (key, kind), node in self.person_nodes.items():
            room, held = self.room[key], self.people[key].held(kind)
            if key in both:
                arc = self._arc(node, both[key], room.of(kind), 0)
                self.side_arcs.setdefault(key, {})[kind] = arc
            else:
                self._unload(node, room.of(kind), held, room.floor_of(kind))
            if kind in room.beyond:
                self._exceed(node, room.over.get(kind, 0), held + room.of(kind))
        for key, node in both.items():
            room = self.room[key]
            self._unload(node, max(room.companies, room.projects), 0, room.floor)

    def _unload(self, node: int, room: int, held: int, floor: int) -> None:
        for nth, size in _steps(min(room, self.need), max(UNIT_STEPS, floor), 8):
            rank = 0 if nth < floor else self.step
            self._arc(node, self.sink, size, rank + (held + nth) * self.weights.load)

    def _exceed(self, node: int, over: int, held: int) -> None:
        """As many as must be, beyond a soft quota, each dearer than the one before."""
        for nth, size in _steps(self.need, BEYOND_STEPS, 2):
            cost = (held + nth) * self.weights.load + (over + nth) * self.weights.excess
            self._arc(node, self.sink, size, 2 * self.step + cost)

    # --- solving ----------------------------------------------------------------------------------

    def _load_solver(self) -> None:
        self.solver = min_cost_flow.SimpleMinCostFlow()
        self.arcs = np.arange(len(self.tails), dtype=np.int32)
        self.capacities = np.array(self.caps, dtype=np.int64)
        if not self.tails:
            return
        self.solver.add_arcs_with_capacity_and_unit_cost(
            np.array(self.tails, dtype=np.int32),
            np.array(self.heads, dtype=np.int32),
            self.capacities,
            np.array(self.costs, dtype=np.int64),
        )
        self.solver.set_node_supply(SOURCE, self.need)
        self.solver.set_node_supply(self.sink, -self.need)

    def solve(self, sides: Mapping[int, Kind] | None = None) -> Routes:
        """Cover as many as can be, at the least cost; `sides` binds either-or officials to one kind."""
        if not self.targets or not self.members:
            return Routes(0, 0, 0, [0] * len(self.tails), {})
        capacities = self.capacities.copy()
        for key, kind in (sides or {}).items():
            for side, arc in self.side_arcs[key].items():
                if side != kind:
                    capacities[arc] = 0
        began = time.perf_counter()
        self.solver.set_arc_capacities(self.arcs, capacities)
        status = self.solver.solve_max_flow_with_min_cost()
        self.seconds += time.perf_counter() - began
        self.solves += 1
        if status != self.solver.OPTIMAL:
            raise FlowFailed(status.name)
        flows: list[int] = self.solver.flows(self.arcs).tolist()
        mixed = {}
        for key, arcs in self.side_arcs.items():
            given = (flows[arcs[Kind.COMPANY]], flows[arcs[Kind.PROJECT]])
            if all(given):
                mixed[key] = given
        cost = self.solver.optimal_cost()
        rank, cost = divmod(cost, self.step) if self.step else (0, cost)
        return Routes(self.solver.maximum_flow(), rank, cost, flows, mixed)

    def sides_taken(self, routes: Routes) -> dict[int, Kind]:
        """The kind that each either-or official was given, where it was only one."""
        taken = {}
        for key, arcs in self.side_arcs.items():
            kinds = [kind for kind, arc in arcs.items() if routes.flows[arc]]
            if len(kinds) == 1:
                taken[key] = kinds[0]
        return taken

    # --- following --------------------------------------------------------------------------------

    def pairs(self, routes: Routes) -> tuple[list[tuple[int, int]], dict[int, set[Group]]]:
        """Who meets whom (target, official), by following each unit; and what met the same one twice.

        Within a group any may meet any, so who meets whom there is settled by `_deal`. Where a target
        with several seats would get one official twice, the group is named: it is to be met one by one.
        """
        going: dict[int, list[tuple[int, int]]] = defaultdict(list)
        inbox: dict[int, list[int]] = defaultdict(list)
        for arc in np.flatnonzero(routes.flows).tolist():
            if self.tails[arc] != SOURCE:
                going[self.tails[arc]].append((self.heads[arc], routes.flows[arc]))
        owners = {node: key for (key, _), node in self.person_nodes.items()}
        found: list[tuple[int, int]] = []
        twice: dict[int, set[Group]] = defaultdict(set)
        for node, target in zip(self.target_nodes, self.targets, strict=True):
            for head, flow in going[node]:
                if head in owners:
                    found.append((target.key, owners[head]))
                else:
                    inbox[head].extend([target.key] * flow)
        for node in [*(node for node, _ in self.classes.values()), *self.pools.values()]:
            waiting = inbox.pop(node, [])
            for head, flow in going[node]:
                inbox[head].extend(waiting[:flow])
                waiting = waiting[flow:]
        for group, node in self.group_nodes.items():
            given = {owners[head]: flow for head, flow in going[node]}
            dealt, left = _deal(inbox.get(node, []), given)
            found.extend(dealt)
            for short in left:
                twice[short].add(group)
        return sorted(found), twice


def _steps(room: int, units: int, lots: int) -> Iterator[tuple[int, int]]:
    """Seats one by one, after `units` in growing lots: thousands of seats need some dozens of arcs."""
    nth = 0
    while nth < room:
        size = min(1 if nth < units else max(1, nth // lots), room - nth)
        yield nth, size
        nth += size


def _deal(waiting: Iterable[int], given: dict[int, int]) -> tuple[list[tuple[int, int]], set[int]]:
    """Deal targets to a group's officials, none twice the same; returns pairs, and whoever got too few.

    Each target takes the officials with most left to take: if any dealing is free of repeats, this is.
    """
    wanted: dict[int, int] = defaultdict(int)
    for target in waiting:
        wanted[target] += 1
    dealt, short = [], set()
    several = sorted((t for t in wanted if wanted[t] > 1), key=lambda t: (-wanted[t], t))
    for target in several:
        best = sorted((key for key, left in given.items() if left), key=lambda key: (-given[key], key))
        if len(best) < wanted[target]:
            short.add(target)
        for key in best[: wanted[target]]:
            given[key] -= 1
            dealt.append((target, key))
    free = [key for key in sorted(given) for _ in range(given[key])]
    # ones that were short leave officials over: the answer is solved anew, this one is not used
    dealt.extend(zip((t for t in sorted(wanted) if wanted[t] == 1), free, strict=False))
    return dealt, short
