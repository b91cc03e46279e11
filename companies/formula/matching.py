"""Who may look after whom, and how well they fit: the terms of a proposal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from liaison.places import county_of

UNCAPPED = 9999  # the limit of a seat that counts to no quota; a limit of 0 is never passed


class Kind(StrEnum):
    """What is looked after; quotas count the two apart."""

    COMPANY = "company"
    PROJECT = "project"


class Nearness(StrEnum):
    """How near the official's unit is to the company."""

    TOWN = "town"  # the same town or street
    COUNTY = "county"  # the same county, or a unit of the county itself
    CITY = "city"  # a unit of the city, which serves every county
    OTHER = "other"  # another county


@dataclass(frozen=True)
class Person:
    """An official who may be proposed. Limits are whole quotas; what is held already is taken off them.

    `region` is the path of the official's unit ("519900/519902/"), `trades` the sections and divisions
    of GB/T 4754 in that unit's charge. `either_or`: companies or projects, never both. `floor`: companies
    that the official is to have at least, or projects where it is the one or the other. `soft`: the quota
    may be passed for a company that nobody else can take. `once`: the seat is full time, so the plan gives
    one at most, and none to who serves full time `elsewhere`.
    """

    key: int
    region: str
    companies: int
    projects: int = 0
    rank: str = ""
    department: int = 0
    trades: frozenset[str] = frozenset()
    either_or: bool = False
    held_companies: int = 0
    held_projects: int = 0
    floor: int = 0
    soft: bool = False
    once: bool = False
    elsewhere: bool = False

    def limit(self, kind: Kind) -> int:
        return self.companies if kind == Kind.COMPANY else self.projects

    def held(self, kind: Kind) -> int:
        return self.held_companies if kind == Kind.COMPANY else self.held_projects

    @property
    def held_to_floor(self) -> int:
        """What counts to the floor of what is held already."""
        return self.held_companies + (self.held_projects if self.either_or else 0)


@dataclass(frozen=True)
class Target:
    """A company or project with seats to fill.

    `holders` sit in it now and may be kept or replaced; `fixed` must sit in it; `seated` sit in its team
    otherwise and cannot be proposed for it. `need` counts holders' and fixed seats too, `seated` ones not.
    """

    key: int
    region: str
    kind: Kind = Kind.COMPANY
    section: str = ""
    division: str = ""
    need: int = 1
    holders: tuple[int, ...] = ()
    fixed: tuple[int, ...] = ()
    seated: tuple[int, ...] = ()
    before: tuple[int, ...] = ()  # whom an earlier draft gave it: kept where all else is equal
    importance: int = 0  # of two that cannot both be covered, the more important one is


@dataclass(frozen=True)
class Weights:
    """What a pair costs for each wish it misses. Coverage is no weight: it always comes first.

    The defaults rank the wishes: stay with whom one knows, same county, trade, same town, even load.
    """

    kept: int = 1000
    county: int = 200
    trade: int = 60
    town: int = 30
    load: int = 10
    steady: int = 3
    importance: int = 5000
    excess: int = 200  # the n-th seat beyond a soft quota: rather one beyond for many than many for one
    across: bool = False  # whether officials of a county may serve in another one

    def distance(self, nearness: Nearness) -> int:
        """The cost of a distance."""
        return {
            Nearness.TOWN: 0,
            Nearness.COUNTY: self.town,
            Nearness.CITY: self.town + self.county,
            Nearness.OTHER: self.town + 2 * self.county,
        }[nearness]

    def reaches(self, nearness: Nearness) -> bool:
        """Whether an official so far away may be proposed at all."""
        return self.across or nearness != Nearness.OTHER


def nearness(official: str, company: str) -> Nearness:
    """How near two places are, by their paths."""
    theirs, ours = county_of(official), county_of(company)
    if not theirs:
        return Nearness.CITY
    if theirs != ours:
        return Nearness.OTHER
    return Nearness.TOWN if official == company and official != ours else Nearness.COUNTY


def trade_matches(trades: frozenset[str], target: Target) -> bool:
    """Whether the unit is in charge of the company's trade, by division or by section."""
    return target.division in trades or target.section in trades


def pair_cost(person: Person, target: Target, weights: Weights) -> int:
    """What the pair costs, the official's load aside."""
    cost = weights.distance(nearness(person.region, target.region))
    cost += 0 if trade_matches(person.trades, target) else weights.trade
    cost += weights.kept if target.holders and person.key not in target.holders else 0
    return cost + (weights.steady if target.before and person.key not in target.before else 0)


def limit_beside(person: Person, kind: Kind, carried: Mapping[Kind, int]) -> int:
    """The quota for one kind beside what is carried of both: none where the other kind was chosen."""
    if not person.either_or or not all(carried.values()):
        return person.limit(kind)
    chosen = max(Kind, key=lambda one: (person.held(one), carried[one], one == Kind.COMPANY))
    return person.limit(kind) if kind == chosen else 0
