"""Whether pairs keep the rules: what a draft is held against when it is changed or adopted. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from companies.formula.matching import Kind, Person, Target


class Fault(StrEnum):
    """Why a pair cannot be."""

    GONE = "gone"  # the company is no longer looked for
    UNKNOWN = "unknown"  # the official may not be proposed (any more)
    BARRED = "barred"
    SEATED = "seated"  # sits in the company's team already
    SEATS = "seats"  # more officials than seats
    FULL = "full"  # beyond the quota
    BOUND = "bound"  # companies and projects, where only one kind is allowed
    WHOLE = "whole"  # full time in one company at most, whatever the programme


@dataclass(frozen=True)
class Faulty:
    """A pair that breaks a rule."""

    target: int
    person: int
    fault: Fault


def check_pairs(
    *,
    people: Mapping[int, Person],
    targets: Mapping[int, Target],
    barred: Collection[tuple[int, int]],
    pairs: Iterable[tuple[int, int]],
) -> list[Faulty]:
    """Every pair (target, official) that breaks a rule; of too many, the last ones are named."""
    faulty = []
    seats: Counter[int] = Counter()
    given: dict[int, Counter[Kind]] = defaultdict(Counter)
    for key, who in pairs:
        target, person = targets.get(key), people.get(who)
        fault = None
        if target is None:
            fault = Fault.GONE
        elif who in target.seated:
            fault = Fault.SEATED
        elif person is None:
            fault = Fault.UNKNOWN
        elif (who, key) in barred:
            fault = Fault.BARRED
        elif seats[key] >= target.need:
            fault = Fault.SEATS
        else:
            fault = fault_of(person, target.kind, given[who])
        if fault is not None:
            faulty.append(Faulty(key, who, fault))
        elif target is not None:
            seats[key] += 1
            given[who][target.kind] += 1
    return faulty


def fault_of(person: Person, kind: Kind, given: Mapping[Kind, int]) -> Fault | None:
    """Why the official cannot take one more of the kind on top of what a plan gives; None: can.

    A soft quota keeps nobody from it, but for a kind that it does not give at all.
    """
    if person.once and (person.elsewhere or any(given.values())):
        return Fault.WHOLE
    if person.soft and person.limit(kind):
        return None
    other = Kind.PROJECT if kind == Kind.COMPANY else Kind.COMPANY
    if person.either_or and person.held(other) + given.get(other, 0) > 0:
        return Fault.BOUND
    return Fault.FULL if person.held(kind) + given.get(kind, 0) >= person.limit(kind) else None
