"""Who else could take a company in a draft: the solver's own order, for a clerk to pick from."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Q

from companies import choices
from companies.formula.checking import Fault, fault_of
from companies.formula.matching import (
    UNCAPPED,
    Kind,
    Nearness,
    nearness,
    pair_cost,
    trade_matches,
)
from companies.models import Enrolment, Proposal
from companies.services.proposals import FAULTS
from companies.services.proposals_input import in_scope, load_world, postings_of, weights_of
from liaison.models import Department, Official
from liaison.places import county_of

MOST = 2000  # officials looked at; with more, words narrow them down


@dataclass(frozen=True)
class Candidate:
    """An official for a company: how well they fit, what they carry in the draft, and what forbids it."""

    official: Official
    department: Department
    nearness: Nearness
    trade: bool
    load: int
    limit: int | None  # None: the seat has no quota
    why_not: str

    @property
    def near_word(self) -> str:
        return str(choices.Nearness(self.nearness).label)

    @property
    def goes_beyond(self) -> bool:
        """One more passes a soft quota: allowed, and said."""
        return not self.why_not and self.limit is not None and self.load >= self.limit

    @property
    def tone(self) -> str:
        if self.limit is None:
            return ""
        if self.load >= self.limit:
            return "red"
        return "yellow" if self.load + 1 >= self.limit else ""


def candidates_for(
    *, proposal: Proposal, enrolment: Enrolment, words: str = "", count: int = 12
) -> list[Candidate]:
    """The best fits first; without words those of the company's county and of the city."""
    posts = postings_of(proposal, None)
    if words:
        posts = posts.filter(
            Q(official__name__contains=words)
            | Q(official__pinyin__startswith=words.lower())
            | Q(department__name__contains=words)
            | Q(department__short_name__contains=words)
        )
    elif home := county_of(enrolment.company.region.path):
        city = proposal.role.version.programme.region_id
        posts = posts.filter(Q(department__region__path__startswith=home) | Q(department__region=city))
    theirs = set(posts.values_list("official", flat=True)[:MOST])
    here = set(proposal.pairs.filter(enrolment=enrolment).order_by().values_list("official", flat=True))
    looked_at = Enrolment.objects.filter(pk=enrolment.pk)
    if not proposal.only_uncovered:  # what the draft takes away from somebody is room for something else
        looked_at = looked_at | in_scope(proposal)
    world = load_world(proposal, enrolments=looked_at, officials=theirs | here)
    target = world.targets.get(enrolment.pk)
    if target is None:
        return []
    given: dict[int, Counter[Kind]] = defaultdict(Counter)
    rows = proposal.pairs.filter(official__in=theirs).exclude(enrolment=enrolment)
    for who, project in rows.order_by("pk").values_list("official", "enrolment__project"):
        given[who][Kind.PROJECT if project else Kind.COMPANY] += 1
    weights, found = weights_of(proposal), []
    for key in sorted(theirs & world.people.keys() - here):
        person = world.people[key]
        near = nearness(person.region, target.region)
        fault = fault_of(person, target.kind, given[key])
        if key in target.seated:
            fault = Fault.SEATED
        elif (key, target.key) in world.barred:
            fault = Fault.BARRED
        load = person.held(target.kind) + given[key][target.kind]
        cost = pair_cost(person, target, weights) + load * weights.load
        found.append((fault is not None, cost, key, near, load, fault))
    found.sort()
    best = found[:count]
    limits = {row[2]: world.people[row[2]].limit(target.kind) for row in best}
    officials = Official.objects.in_bulk([row[2] for row in best])
    units = Department.objects.in_bulk([world.departments[row[2]] for row in best])
    return [
        Candidate(
            official=officials[key],
            department=units[world.departments[key]],
            nearness=near,
            trade=trade_matches(world.people[key].trades, target),
            load=load,
            limit=None if (most := limits[key]) == UNCAPPED else most,
            why_not=FAULTS[fault] if fault else "",
        )
        for _, _, key, near, load, fault in best
    ]
