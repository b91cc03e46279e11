"""The automatic proposal against its rules, and against a slow solver that shares nothing with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companies.formula.checking import check_pairs
from companies.formula.matching import UNCAPPED, nearness, pair_cost
from companies.formula.proposal import (
    Fault,
    FloorReason,
    GapReason,
    Kind,
    Nearness,
    Person,
    Proposal,
    Target,
    Weights,
    propose,
)

CITY, A, B = "519900/", "519900/519902/", "519900/519921/"
A1, A2, B1 = A + "519902001/", A + "519902002/", B + "519921001/"


# --- a slow solver: one arc per pair, augmenting paths, every choice of sides ------------------------


def allowed(person: Person, target: Target, barred: set[tuple[int, int]], weights: Weights) -> bool:
    if (person.key, target.key) in barred or person.key in target.seated:
        return False
    return person.key in target.holders or weights.reaches(nearness(person.region, target.region))


def most_covered(people: list[Person], targets: list[Target], barred: set[tuple[int, int]], weights: Weights):
    """The most seats that any plan can fill, trying both sides of each either-or official."""
    both = [p for p in people if p.either_or]
    best = 0
    for sides in product(Kind, repeat=len(both)):
        side = {p.key: kind for p, kind in zip(both, sides, strict=True)}
        left: dict[tuple[object, object], int] = defaultdict(int)
        for t in targets:
            left["source", t.key] = t.need
            for p in people:
                if allowed(p, t, barred, weights):
                    left[t.key, (p.key, t.kind)] = 1
        for p in people:
            for kind in Kind:
                if p.once:  # full time: one of either kind, at a node of their own
                    free = p.limit(kind) and (p.soft or p.held(kind) < p.limit(kind))
                    if p.either_or and p.held(_other(kind)):
                        free = p.soft and p.limit(kind)
                    left[(p.key, kind), p.key] = int(bool(free) and not p.elsewhere)
                    left[p.key, "sink"] = 1
                elif p.soft and p.limit(kind):
                    left[(p.key, kind), "sink"] = len(targets) * 9
                elif not p.either_or or (side[p.key] == kind and not p.held(_other(kind))):
                    left[(p.key, kind), "sink"] = max(0, p.limit(kind) - p.held(kind))
        best = max(best, max_flow(left))
    return best


def max_flow(left: dict[tuple[object, object], int]) -> int:
    """Augment along shortest paths until there is none."""
    nodes = {end for arc in left for end in arc}
    flow = 0
    while True:
        came: dict[object, object] = {"source": None}
        queue = ["source"]
        for node in queue:
            for head in nodes - set(came):
                if left.get((node, head), 0) > 0:
                    came[head] = node
                    queue.append(head)
        if "sink" not in came:
            return flow
        node = "sink"
        while (tail := came[node]) is not None:
            left[tail, node] -= 1
            left[node, tail] = left.get((node, tail), 0) + 1
            node = tail
        flow += 1


def _other(kind: Kind) -> Kind:
    return Kind.PROJECT if kind == Kind.COMPANY else Kind.COMPANY


def cheapest(people: list[Person], targets: list[Target], barred: set[tuple[int, int]], weights: Weights):
    """The best of all plans of single seats, by trying every one: first the most covered, then the fewest
    beyond soft quotas, then the fewest missing to floors, then the least cost."""
    best = (0, 0, sum(max(0, p.floor - p.held_companies) for p in people), 0)
    choices = [
        [None, *(p for p in people if p.limit(t.kind) and allowed(p, t, barred, weights))] for t in targets
    ]
    most = max((t.importance for t in targets), default=0)
    for plan in product(*choices):
        load: Counter[tuple[int, Kind]] = Counter()
        cost = over = 0
        broken = False
        for person, target in zip(plan, targets, strict=True):
            if person is None:
                continue
            place = (person.key, target.kind)
            carried = person.held(target.kind) + load[place]
            cost += pair_cost(person, target, weights)
            cost += carried * weights.load
            cost += (most - target.importance) * weights.importance
            if carried >= person.limit(target.kind):
                over += 1
                broken |= not person.soft
                cost += (carried - person.limit(target.kind)) * weights.excess
            load[place] += 1
        if broken:
            continue
        missing = sum(max(0, p.floor - p.held_companies - load[p.key, Kind.COMPANY]) for p in people)
        best = min(best, (-load.total(), over, missing, cost))
    return -best[0], *best[1:]


# --- random cities ----------------------------------------------------------------------------------

TRADES = st.sampled_from([frozenset(), frozenset("C"), frozenset({"26"}), frozenset({"C", "F"})])
PLACES = st.sampled_from([CITY, A, A1, A2, B, B1])
LIMIT = st.integers(0, 3)


@st.composite
def cities(draw, most_people=4, most_targets=6, need=2, either_or=True, whole=True):
    people = []
    for key in range(draw(st.integers(0, most_people))):
        companies, projects = draw(LIMIT), draw(st.integers(0, 2))
        bound = either_or and draw(st.booleans())
        once = whole and draw(st.integers(0, 3)) == 0
        held = (draw(st.integers(0, 1)), 0 if bound else draw(st.integers(0, 1)))
        people.append(
            Person(
                key=key,
                region=draw(PLACES),
                companies=companies,
                projects=projects,
                rank=draw(st.sampled_from(["county", "section"])),
                trades=draw(TRADES),
                either_or=bound,
                held_companies=held[0],
                held_projects=held[1],
                floor=draw(st.integers(0, companies)),
                soft=draw(st.booleans()),
                once=once,
                elsewhere=once and draw(st.booleans()),
            )
        )
    keys = st.lists(st.integers(0, most_people), max_size=2, unique=True).map(tuple)
    none = st.just(())
    targets = []
    for key in range(100, 100 + draw(st.integers(0, most_targets))):
        seated = draw(st.one_of(none, keys))
        targets.append(
            Target(
                key=key,
                region=draw(PLACES),
                kind=draw(st.sampled_from(Kind)),
                section=draw(st.sampled_from(["", "C", "F"])),
                division=draw(st.sampled_from(["", "26"])),
                need=draw(st.integers(1, need)),
                holders=tuple(k for k in draw(st.one_of(none, keys)) if k not in seated),
                seated=seated,
                before=draw(st.one_of(none, keys)),
                importance=draw(st.integers(0, 2)),
            )
        )
    pairs = st.tuples(st.integers(0, most_people), st.integers(100, 100 + most_targets))
    barred = draw(st.sets(pairs, max_size=6))
    return people, targets, barred, Weights(across=draw(st.booleans()))


def check(plan: Proposal, people, targets, barred, weights) -> None:
    """No quota broken, nobody barred or twice, nobody out of reach, each seat told of."""
    person = {p.key: p for p in people}
    target = {t.key: t for t in targets}
    assert len({(p.target, p.person) for p in plan.pairs}) == len(plan.pairs)
    load: dict[int, Counter[Kind]] = defaultdict(Counter)
    seats: Counter[int] = Counter()
    for pair in plan.pairs:
        assert pair.fixed or allowed(person[pair.person], target[pair.target], barred, weights)
        assert (pair.person, pair.target) not in barred
        load[pair.person][target[pair.target].kind] += 1
        seats[pair.target] += 1
    beyond = 0
    for key, taken in load.items():
        one = person[key]
        for kind in Kind:
            if taken[kind]:
                over = max(0, one.held(kind) + taken[kind] - one.limit(kind))
                assert one.limit(kind)
                assert one.soft or not over
                beyond += min(over, taken[kind])
        if one.either_or and not one.soft:
            assert not all(one.held(kind) + taken[kind] for kind in Kind)
        if one.once:
            assert taken.total() == 1
            assert not one.elsewhere
    if not any(p.either_or for p in people):
        assert plan.figures.over == beyond
    below = {floor.person: floor for floor in plan.floors}
    for one in people:
        counted = Kind if one.either_or else [Kind.COMPANY]
        got = sum(load[one.key][kind] for kind in counted)
        short = max(0, one.floor - one.held_to_floor - got)
        assert (one.key in below) == (one.floor > one.held_to_floor)
        if one.key in below:
            assert (below[one.key].missing, below[one.key].given) == (short, got)
            assert bool(below[one.key].reason) == bool(short)
    assert plan.figures.missing == sum(floor.missing for floor in plan.floors)
    gaps = {gap.target: gap.seats for gap in plan.gaps}
    assert all(seats[t.key] + gaps.get(t.key, 0) == t.need for t in targets)
    assert plan.figures.covered == len(plan.pairs)
    assert plan.figures.seats == sum(t.need for t in targets)
    assert sum(row.given for row in plan.supplies) == len(plan.pairs)


@settings(max_examples=120, deadline=None)
@given(cities())
def test_covers_as_many_as_an_independent_solver_and_breaks_no_rule(city):
    people, targets, barred, weights = city
    plan = propose(people=people, targets=targets, barred=barred, weights=weights)
    check(plan, *city)
    assert plan.figures.is_proven
    assert plan.figures.covered == most_covered(people, targets, barred, weights)


@settings(max_examples=120, deadline=None)
@given(cities(most_people=3, most_targets=5, need=1, either_or=False, whole=False))
def test_takes_the_best_of_all_plans_quotas_and_floors_before_wishes(city):
    people, targets, barred, weights = city
    plan = propose(people=people, targets=targets, barred=barred, weights=weights)
    f = plan.figures
    assert (f.covered, f.over, f.missing, f.cost) == cheapest(people, targets, barred, weights)


@settings(max_examples=120, deadline=None)
@given(cities(), st.data())
def test_solving_again_around_fixed_pairs_keeps_them(city, data):
    people, targets, barred, weights = city
    first = propose(people=people, targets=targets, barred=barred, weights=weights)
    chosen = data.draw(st.sets(st.sampled_from(first.pairs), max_size=3)) if first.pairs else set()
    pinned: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for pair in sorted(chosen, key=lambda p: (p.target, p.person)):
        pinned[pair.target] += (pair.person,)
    again = [Target(**{**vars(t), "fixed": pinned[t.key]}) for t in targets]
    plan = propose(people=people, targets=again, barred=barred, weights=weights)
    check(plan, people, again, barred, weights)
    assert not plan.dropped
    assert {(p.target, p.person) for p in plan.pairs if p.fixed} == {(p.target, p.person) for p in chosen}
    assert plan.figures.covered == first.figures.covered  # they were part of a best plan


@settings(max_examples=120, deadline=None)
@given(cities(), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_plan_in_whatever_order(city, random):
    people, targets, barred, weights = city
    first = propose(people=people, targets=targets, barred=barred, weights=weights)
    random.shuffle(people)
    random.shuffle(targets)
    again = propose(people=people, targets=targets, barred=barred, weights=weights)
    assert (first.pairs, first.gaps, first.supplies) == (again.pairs, again.gaps, again.supplies)


# --- wishes, in their order ---------------------------------------------------------------------------


def one(people: list[Person], target: Target, **more) -> int:
    (pair,) = propose(people=people, targets=[target], **more).pairs
    return pair.person


MAKER = Target(key=100, region=A1, section="C", division="26")


def test_prefers_the_same_town_then_the_county_then_the_city():
    town, county, city = (Person(key, region, 1) for key, region in enumerate([A1, A, CITY]))
    assert one([town, county, city], MAKER) == town.key
    assert one([county, city], MAKER) == county.key
    assert one([city], MAKER) == city.key


def test_prefers_the_county_to_the_trade_and_the_trade_to_the_town():
    near = Person(1, A1, 1)
    other_town = Person(2, A2, 1, trades=frozenset("C"))
    city = Person(3, CITY, 1, trades=frozenset({"26"}))
    assert one([near, other_town, city], MAKER) == other_town.key
    assert one([near, city], MAKER) == near.key


def test_prefers_whom_the_company_knows():
    better, known = Person(1, A1, 1, trades=frozenset("C")), Person(2, CITY, 1)
    assert one([better, known], Target(**{**vars(MAKER), "holders": (known.key,)})) == known.key


def test_stays_with_the_earlier_draft_where_all_else_is_equal():
    people = [Person(key, A, 1) for key in range(4)]
    targets = [Target(key=100 + n, region=A, before=(3 - n,)) for n in range(4)]
    plan = propose(people=people, targets=targets)
    assert {p.target - 100: p.person for p in plan.pairs} == {n: 3 - n for n in range(4)}


def test_leaves_whom_the_company_knows_where_else_another_would_stay_empty():
    known, spare = Person(1, A, 1), Person(2, A, 1)
    first = Target(key=100, region=A, holders=(1,))
    second = Target(key=101, region=A, seated=(2,))
    plan = propose(people=[known, spare], targets=[first, second])
    assert [(p.target, p.person) for p in plan.pairs] == [(100, 2), (101, 1)]
    assert plan.figures.kept == 0
    assert plan.figures.keepable == 1


def test_spreads_the_load_counting_what_is_held():
    busy, idle = Person(1, A1, 3, held_companies=1), Person(2, A1, 3)
    targets = [Target(key=100 + n, region=A1) for n in range(3)]
    plan = propose(people=[busy, idle], targets=targets)
    assert Counter(p.person for p in plan.pairs) == {1: 1, 2: 2}
    assert {p.person: p.load for p in plan.pairs} == {1: 2, 2: 2}


def test_covers_the_more_important_of_two():
    plan = propose(
        people=[Person(1, A1, 1)],
        targets=[Target(key=100, region=A1), Target(key=101, region=A2, importance=2)],
    )
    assert [p.target for p in plan.pairs] == [101]


# --- floors, soft quotas, full time ---------------------------------------------------------------------


def test_brings_officials_up_to_their_floor_before_any_wish():
    near, far = Person(1, A1, 3, trades=frozenset("C")), Person(2, CITY, 3, floor=1)
    known = Target(**{**vars(MAKER), "holders": (near.key,)})
    plan = propose(people=[near, far], targets=[known])
    assert [p.person for p in plan.pairs] == [far.key]
    assert (plan.figures.missing, plan.floors[0].reason) == (0, FloorReason.MET)


def test_covers_before_it_thinks_of_floors():
    """The only one who could take the company of B has a floor to fill at home, too."""
    keen, other = Person(1, CITY, 1, floor=1), Person(2, CITY, 1)
    targets = [Target(key=100, region=A1), Target(key=101, region=B1, seated=(2,))]
    plan = propose(people=[keen, other], targets=targets)
    assert [(p.target, p.person) for p in plan.pairs] == [(100, 2), (101, 1)]
    alone = propose(people=[keen, Person(3, A, 1, floor=1)], targets=targets)
    assert (alone.figures.covered, alone.figures.missing) == (2, 0)


@pytest.mark.parametrize(
    ("person", "barred", "reason"),
    [
        (Person(1, B, 2, floor=1), set(), FloorReason.NOBODY),
        (Person(1, A, 2, floor=1), {(1, 100), (1, 101)}, FloorReason.BARRED),
        (Person(1, A, 2, floor=1), set(), FloorReason.TAKEN),
        (Person(1, A, 2, floor=1, once=True, elsewhere=True), set(), FloorReason.FULL),
    ],
)
def test_says_why_an_official_stays_below_the_floor(person, barred, reason):
    targets = [Target(key=key, region=A1, fixed=(9,)) for key in (100, 101)]
    plan = propose(people=[person, Person(9, A1, 2)], targets=targets, barred=barred)
    assert [(floor.person, floor.missing, floor.reason) for floor in plan.floors] == [(1, 1, reason)]


def test_a_floor_of_the_one_or_the_other_is_met_by_either():
    person = Person(1, A, 2, 2, either_or=True, floor=1)
    plan = propose(people=[person], targets=[Target(key=100, region=A, kind=Kind.PROJECT)])
    assert (plan.floors[0].given, plan.figures.missing) == (1, 0)
    held = Person(1, A, 2, 2, either_or=True, floor=1, held_projects=1)
    assert propose(people=[held], targets=[MAKER]).floors == []


def test_passes_a_soft_quota_only_for_what_nobody_else_can_take():
    soft, hard = Person(1, A1, 1, soft=True), Person(2, CITY, 1)
    two = [Target(key=100 + n, region=A1) for n in range(2)]
    kept = propose(people=[soft, hard], targets=two)
    assert sorted(p.person for p in kept.pairs) == [1, 2]
    assert kept.figures.over == 0
    four = [Target(key=100 + n, region=A1) for n in range(4)]
    passed = propose(people=[soft, hard], targets=four)
    assert Counter(p.person for p in passed.pairs) == {1: 3, 2: 1}
    assert (passed.figures.covered, passed.figures.bound, passed.figures.over) == (4, 4, 2)
    assert {(p.person, p.load, p.limit) for p in passed.pairs} == {(1, 3, 1), (2, 1, 1)}
    assert [row.spare for row in passed.supplies] == [0, 0]  # what is beyond is nobody's spare


def test_spreads_what_is_beyond_soft_quotas():
    people = [Person(1, A1, 1, soft=True), Person(2, A, 1, soft=True)]
    plan = propose(people=people, targets=[Target(key=100 + n, region=A1) for n in range(6)])
    assert Counter(p.person for p in plan.pairs) == {1: 3, 2: 3}


def test_a_soft_quota_of_nothing_gives_nothing():
    plan = propose(people=[Person(1, A, 0, 2, soft=True)], targets=[MAKER])
    assert (plan.pairs, plan.gaps[0].reason) == ([], GapReason.NOBODY)


def test_a_soft_quota_lets_both_kinds_pass_and_says_which_is_beyond():
    person = Person(1, A, 2, 2, either_or=True, soft=True)
    targets = [Target(key=100, region=A), Target(key=101, region=A, kind=Kind.PROJECT)]
    plan = propose(people=[person], targets=targets)
    assert {(p.target, p.load, p.limit) for p in plan.pairs} == {(100, 1, 2), (101, 1, 0)}
    assert plan.figures.over == 1


def test_full_time_is_one_company_or_none():
    free, busy = Person(1, A, 3, 3, once=True), Person(2, A, 3, once=True, elsewhere=True)
    targets = [Target(key=100, region=A), Target(key=101, region=A, kind=Kind.PROJECT)]
    plan = propose(people=[free, busy], targets=targets)
    assert [p.person for p in plan.pairs] == [1]
    assert [(row.people, row.limit) for row in plan.supplies] == [(2, 1), (1, 1)]


def test_without_any_quota_the_load_is_even():
    people = [Person(key, CITY, UNCAPPED, UNCAPPED) for key in (1, 2, 3)]
    plan = propose(people=people, targets=[Target(key=100 + n, region=A) for n in range(120)])
    assert plan.figures.covered == 120
    assert max(Counter(p.person for p in plan.pairs).values()) <= 46
    assert {row.limit for row in plan.supplies} == {None}


# --- either-or ---------------------------------------------------------------------------------------


def test_binds_either_or_officials_to_one_kind_each():
    people = [Person(key, A, 2, 2, either_or=True) for key in (1, 2)]
    targets = [Target(key=100 + n, region=A, kind=kind) for n, kind in enumerate([*Kind, *Kind])]
    plan = propose(people=people, targets=targets)
    assert plan.figures.covered == 4
    assert plan.figures.is_proven
    kinds = defaultdict(set)
    for pair in plan.pairs:
        kinds[pair.person].add(targets[pair.target - 100].kind)
    assert all(len(found) == 1 for found in kinds.values())


def test_searches_the_sides_where_the_first_choice_covers_less():
    """One official may take a company or a project; no plan takes both, and that is proven."""
    people = [Person(1, A, 2, 2, either_or=True)]
    targets = [Target(key=100, region=A), Target(key=101, region=A, kind=Kind.PROJECT)]
    plan = propose(people=people, targets=targets)
    assert (plan.figures.covered, plan.figures.bound) == (1, 1)
    assert plan.gaps[0].reason == GapReason.BOUND


# --- what stays empty, and why -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "target", "barred", "reason"),
    [
        ([], {}, set(), GapReason.NOBODY),
        ([Person(1, B, 1)], {}, set(), GapReason.NOBODY),
        ([Person(1, A, 0, 2)], {}, set(), GapReason.NOBODY),
        ([Person(1, A, 1), Person(2, CITY, 1)], {}, {(1, 100), (2, 100)}, GapReason.BARRED),
        ([Person(1, A, 1)], {"seated": (1,)}, set(), GapReason.BARRED),
        ([Person(1, A, 2, held_companies=2)], {}, set(), GapReason.FULL),
        ([Person(1, A, 1, 1, either_or=True, held_projects=1)], {}, set(), GapReason.FULL),
        ([Person(1, A, 5)], {"need": 2}, set(), GapReason.FEW),
    ],
)
def test_says_why_a_company_stays_uncovered(people, target, barred, reason):
    plan = propose(people=people, targets=[Target(key=100, region=A1, **target)], barred=barred)
    assert [gap.reason for gap in plan.gaps] == [reason]


def test_says_that_the_plan_itself_used_the_quotas_up():
    plan = propose(people=[Person(1, A, 1)], targets=[Target(key=key, region=A1) for key in (100, 101)])
    (gap,) = plan.gaps
    assert (gap.reason, gap.eligible, gap.barred) == (GapReason.TAKEN, 1, 0)


def test_sums_the_quotas_up_by_county_and_rank():
    people = [Person(1, A, 2, rank="section", held_companies=1), Person(2, A1, 2, rank="section")]
    plan = propose(people=people, targets=[Target(key=100, region=A1)])
    (row,) = plan.supplies
    assert (row.county, row.rank, row.people, row.limit, row.held, row.given, row.spare) == (
        A, "section", 2, 4, 1, 1, 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fixed", "people", "reason"),
    [
        ((9,), [Person(1, A, 1)], Fault.UNKNOWN),
        ((1,), [Person(1, A, 1, held_companies=1)], Fault.FULL),
        ((2,), [Person(1, A, 1), Person(2, A, 1)], Fault.SEATED),
        ((1, 3), [Person(1, A, 1), Person(3, A, 1)], Fault.SEATS),
    ],
)
def test_names_fixed_pairs_that_a_rule_forbids(fixed, people, reason):
    plan = propose(
        people=people, targets=[Target(key=100, region=A1, fixed=fixed, seated=(2,))], barred=set()
    )
    assert [drop.fault for drop in plan.dropped] == [reason]
    assert all(pair.person != 2 for pair in plan.pairs)


def test_gives_two_seats_of_a_company_to_two_people():
    """The shortest way through the network would give both seats to the one with the emptiest hands."""
    people = [Person(1, A1, 4), Person(2, A, 1, held_companies=0)]
    plan = propose(people=people, targets=[Target(key=100, region=A1, need=2)])
    assert [p.person for p in plan.pairs] == [1, 2]


def test_knows_places_by_their_paths():
    assert nearness(A1, A1) == Nearness.TOWN
    assert nearness(A2, A1) == nearness(A, A1) == nearness(A, A) == Nearness.COUNTY
    assert nearness(CITY, A1) == nearness(CITY, CITY) == Nearness.CITY
    assert nearness(B, A1) == nearness(A, CITY) == Nearness.OTHER


# --- checking a plan ----------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None)
@given(cities())
def test_a_plan_passes_the_check_that_it_is_adopted_by(city):
    people, targets, barred, weights = city
    plan = propose(people=people, targets=targets, barred=barred, weights=weights)
    world = {"people": {p.key: p for p in people}, "targets": {t.key: t for t in targets}, "barred": barred}
    pairs = [(pair.target, pair.person) for pair in plan.pairs]
    assert check_pairs(**world, pairs=pairs) == []
    if pairs:  # nobody takes the same seat twice over
        assert check_pairs(**world, pairs=[*pairs, *(p for p in pairs for _ in range(3))])


@pytest.mark.parametrize(
    ("person", "target", "barred", "fault"),
    [
        (Person(1, A, 1), Target(key=999, region=A), set(), Fault.GONE),
        (Person(2, A, 1), Target(key=100, region=A), set(), Fault.UNKNOWN),
        (Person(1, A, 1), Target(key=100, region=A), {(1, 100)}, Fault.BARRED),
        (Person(1, A, 1), Target(key=100, region=A, seated=(1,)), set(), Fault.SEATED),
        (Person(1, A, 1), Target(key=100, region=A, need=0), set(), Fault.SEATS),
        (Person(1, A, 1, held_companies=1), Target(key=100, region=A), set(), Fault.FULL),
        (Person(1, A, 0, soft=True), Target(key=100, region=A), set(), Fault.FULL),
        (Person(1, A, 1, once=True, elsewhere=True), Target(key=100, region=A), set(), Fault.WHOLE),
        (Person(1, A, 1, 1, either_or=True, held_projects=1), Target(key=100, region=A), set(), Fault.BOUND),
    ],
)
def test_names_the_rule_that_a_pair_breaks(person, target, barred, fault):
    found = check_pairs(
        people={person.key: person}, targets={target.key: target}, barred=barred, pairs=[(100, 1)]
    )
    assert [one.fault for one in found] == [fault]
