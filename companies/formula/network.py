"""The proposal as a flow: from the companies through places and trades to the officials. Pure.

A company and an official meet in a *group*, the officials of one place and one trade, so that 21,000
companies and 15,000 officials need some hundred thousand arcs instead of a hundred million:

    source → target → class (place, trade) → pool (town, county, city; trade or any) → group → official → sink

Nothing is approximated by it. All of a class are alike, and so are all of a group, but for officials who
must not meet a company: such a company gets an arc of its own to every other member of their group. The
official's n-th company costs more than the one before it, by parallel arcs, which spreads the load.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.graph.python import min_cost_flow

from companies.formula.matching import (
    Kind,
    Nearness,
    Person,
    Target,
    Weights,
    county_path,
    nearness,
    pair_cost,
)

SOURCE = 0
CITY, ANYWHERE = "", "*"
Group = tuple[Kind, str, frozenset[str]]  # officials of one place whose unit is in charge of the same trades
Pool = tuple[Kind, str, str]  # groups of a place, or those of them in charge of one trade


class FlowFailed(RuntimeError):
    """The solver gave no answer: a fault of the network, never of the data."""


@dataclass
class Room:
    """How many more companies and projects an official may take; of an either-or one, only of one kind."""

    companies: int
    projects: int
    either_or: bool

    def of(self, kind: Kind) -> int:
        return self.companies if kind == Kind.COMPANY else self.projects


@dataclass
class Routes:
    """One answer of the solver: how many are covered, at what cost, and the flow on each arc."""

    covered: int
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

    def _collect_groups(self) -> None:
        for key in sorted(self.people):
            person = self.people[key]
            for kind in Kind:
                if self.room[key].of(kind) > 0:
                    group = (kind, person.region, person.trades)
                    self.group_of[key, kind] = group
                    self.members[group].append(key)
        self.groups = sorted(self.members, key=lambda g: (g[0], g[1], sorted(g[2])))
        gathered: dict[Pool, list[Group]] = defaultdict(list)
        for group in self.groups:
            kind, region, trades = group
            places = {region, county_path(region)} | ({ANYWHERE} if self.weights.across else set())
            if not county_path(region):
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
        home = county_path(target.region)
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
        unlimited = sum(target.need for target in self.targets)
        for pool, groups in self.pooled.items():
            for group in groups:
                self._arc(self.pools[pool], self.group_nodes[group], unlimited, 0)

    def _add_people(self) -> None:
        for group, node in self.group_nodes.items():
            kind = group[0]
            for key in self.members[group]:
                self._arc(node, self.person_nodes[key, kind], self.room[key].of(kind), 0)
        both = {
            key: self._node() for key, room in sorted(self.room.items())
            if room.either_or and room.companies > 0 and room.projects > 0
        }  # fmt: skip
        self.sink = self._node()
        for (key, kind), node in self.person_nodes.items():
            if key in both:
                arc = self._arc(node, both[key], self.room[key].of(kind), 0)
                self.side_arcs.setdefault(key, {})[kind] = arc
            else:
                self._unload(node, self.room[key].of(kind), self.people[key].held(kind))
        for key, node in both.items():
            room = self.room[key]
            self._unload(node, max(room.companies, room.projects), 0)

    def _unload(self, node: int, room: int, held: int) -> None:
        for nth in range(room):
            self._arc(node, self.sink, 1, (held + nth) * self.weights.load)

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
        need = sum(target.need for target in self.targets)
        self.solver.set_node_supply(SOURCE, need)
        self.solver.set_node_supply(self.sink, -need)

    def solve(self, sides: Mapping[int, Kind] | None = None) -> Routes:
        """Cover as many as can be, at the least cost; `sides` binds either-or officials to one kind."""
        if not self.targets or not self.members:
            return Routes(0, 0, [0] * len(self.tails), {})
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
        return Routes(self.solver.maximum_flow(), self.solver.optimal_cost(), flows, mixed)

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
