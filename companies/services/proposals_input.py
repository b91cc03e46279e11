"""What a proposal is worked out from: who may be given what, read in a dozen queries however many there are.

The rules of eligibility and quotas are asked for here and nowhere else in the proposals: `Rules` puts the
rulebook's own questions (`liaison.reports.eligibility`) to each official, `barred_pairs` names who must not
meet, `postings_of` who is in post.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Min, QuerySet

from companies.choices import Emphasis, Scale
from companies.formula.matching import UNCAPPED, Kind, Person, Target, Weights
from companies.models import Assignment, DepartmentTrade, Enrolment, Proposal, ProposalPair, Recusal
from companies.reports.industries import sections
from companies.services.assignments import counted_seats
from liaison.choices import Holder, RegionLevel, SeatPlace, SystemRole
from liaison.models import LoadRule, Posting, Quota, TeamRole, Training
from liaison.reports.eligibility import Standing, objections, quota_for

# Postings that make an official somebody to look after companies; who coordinates or keeps rosters is not.
SERVING = (SystemRole.OFFICIAL, SystemRole.LEADER)
NO_QUOTA = 5  # companies or projects an official is proposed for where the rules set no quota at all
IMPORTANCE = {Scale.LARGE: 3, Scale.MEDIUM: 2, Scale.SMALL: 1}
PROJECT_IMPORTANCE = 3
FACTOR = {Emphasis.NONE: 0.0, Emphasis.SOME: 0.3, Emphasis.MUCH: 1.0, Emphasis.MOST: 3.0}


@dataclass(frozen=True)
class Limits:
    """A rank's quota; `either_or`: companies or projects, never both; `floor`: companies at least."""

    companies: int
    projects: int
    either_or: bool = False
    floor: int = 0
    soft: bool = False


@dataclass(frozen=True)
class World:
    """Officials and companies as the solver knows them, and what of the database they stand for."""

    people: dict[int, Person]
    targets: dict[int, Target]
    barred: frozenset[tuple[int, int]]
    departments: dict[int, int]  # official → the unit under which they serve
    standing: dict[tuple[int, int], int]  # (enrolment, official) → the seat held now that may be changed


def load_world(
    proposal: Proposal,
    *,
    enrolments: QuerySet[Enrolment] | None = None,
    officials: Collection[int] | None = None,
    fixed: Iterable[tuple[int, int]] = (),
) -> World:
    """The world on the day from which the draft is to hold.

    Without `enrolments` it is the draft's own scope; with them, exactly these, as far as they still run.
    `fixed` pairs are (enrolment, official). With `officials`, only these may be proposed; whoever holds a
    seat that may be changed must be among them.
    """
    role, on = proposal.role, proposal.starts_on
    rows = _running(role, on)
    rows = (
        _scoped(rows, proposal)
        if enrolments is None
        else rows.filter(pk__in=enrolments.order_by().values("pk"))
    )
    facts = list(
        rows.order_by("pk").values_list(
            "pk", "company__region__path", "project", "company__industry", "company__scale"
        )
    )
    keys = rows.order_by().values("pk")
    people, departments = _people(proposal, officials)
    held_here: dict[int, list[tuple[int, int]]] = defaultdict(list)  # enrolment → official, seat
    beside: dict[int, set[int]] = defaultdict(set)
    for enrolment, official, seat, its_role in (
        Assignment.objects.filter(enrolment__in=keys, official__isnull=False)
        .not_over_by(on)
        .order_by("pk")
        .values_list("enrolment", "official", "pk", "role")
    ):
        if its_role == role.pk:
            held_here[enrolment].append((official, seat))
        else:
            beside[enrolment].add(official)
    pinned: dict[int, list[int]] = defaultdict(list)
    for enrolment, official in fixed:
        pinned[enrolment].append(official)
    before: dict[int, list[int]] = defaultdict(list)
    if proposal.based_on_id:
        earlier = ProposalPair.objects.filter(proposal=proposal.based_on_id).order_by("pk")
        for enrolment, official in earlier.values_list("enrolment", "official"):
            before[enrolment].append(official)
    targets: dict[int, Target] = {}
    standing: dict[tuple[int, int], int] = {}
    for key, path, project, industry, scale in facts:
        seats = held_here[key]
        if proposal.only_uncovered:
            holders: list[tuple[int, int]] = []
        else:  # who may not be proposed (any more) keeps the seat: that is for a clerk to decide
            holders = [(who, seat) for who, seat in seats if who in people and who not in beside[key]]
        staying = {who for who, _ in seats} - {who for who, _ in holders}
        need = max(0, proposal.wanted - len(staying))
        section, division = _industry(industry)
        targets[key] = Target(
            key=key,
            region=path,
            kind=Kind.PROJECT if project else Kind.COMPANY,
            section=section,
            division=division,
            need=need,
            holders=tuple(who for who, _ in holders),
            fixed=tuple(pinned[key]),
            seated=tuple(sorted(staying | beside[key])),
            before=tuple(before[key]),
            importance=PROJECT_IMPORTANCE if project else IMPORTANCE.get(Scale(scale), 0),
        )
        standing |= {(key, who): seat for who, seat in holders}
    _count_held(people, proposal, officials, set(standing))
    if role.full_time:
        _mark_full_time(people, on, set(standing.values()))
    return World(people, targets, barred_pairs(proposal, officials), departments, standing)


class Rules:
    """What a seat's rules say of each official: their quota, and whether they may hold the seat at all."""

    def __init__(self, role: TeamRole, on: date) -> None:
        self.role, self.on = role, on
        self.eligibilities = list(role.eligibilities.order_by("pk"))
        self.quotas = list(
            Quota.objects.filter(version=role.version_id).select_related("region").order_by("pk")
        )
        load = LoadRule.objects.filter(version=role.version_id).first()
        usual = load.warn_companies if load else NO_QUOTA
        self.without_quota = Limits(usual, usual, soft=True)  # a heavy load is a warning, not a wall
        self._known: dict[Standing, Limits | None] = {}

    def limits_of(self, standing: Standing) -> Limits | None:
        """The quota of an official of this standing; None: not for this seat, or not meant to carry any."""
        if standing not in self._known:
            self._known[standing] = self._decide(standing)
        return self._known[standing]

    def _decide(self, standing: Standing) -> Limits | None:
        home = standing.region_path  # where else they may go is a matter of `place`: see `weights_of`
        if objections(self.role, self.eligibilities, standing, on=self.on, company_path=home):
            return None
        if not self.role.counts_to_quota:
            return Limits(UNCAPPED, UNCAPPED)
        quota = quota_for(self.quotas, standing)
        if quota is None:
            return None if self.quotas else self.without_quota
        return Limits(
            quota.companies, quota.projects, quota.either_or, quota.companies_min, not quota.is_hard
        )


def barred_pairs(proposal: Proposal, officials: Collection[int] | None) -> frozenset[tuple[int, int]]:
    """回避: (official, enrolment) that must not meet on any day from which the draft is to hold."""
    role, on = proposal.role, proposal.starts_on
    away = Recusal.objects.not_over_by(on)
    if officials is not None:
        away = away.filter(official__in=officials)
    companies: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for official, company, starts_on in away.order_by("pk").values_list("official", "company", "starts_on"):
        companies[company].append((official, starts_on))
    places = _running(role, on).filter(company__in=companies).order_by("pk")
    return frozenset(
        (official, enrolment)
        for enrolment, company, last in places.values_list("pk", "company", "ends_on")
        for official, starts_on in companies[company]
        if last is None or starts_on <= last
    )


def postings_of(proposal: Proposal, officials: Collection[int] | None) -> QuerySet[Posting]:
    """Postings that make officials eligible for the seat, the one that counts first."""
    rows = (
        Posting.objects.in_force(proposal.starts_on)
        .filter(
            role__in=SERVING,
            official__is_active=True,
            department__is_active=True,
            department__region__path__startswith=proposal.role.version.programme.region.path,
        )
        .order_by("official", "-role", "pk")  # "official" before "leader", as `postings_on` has it
    )
    return rows if officials is None else rows.filter(official__in=officials)


def why_not_proposed(role: TeamRole) -> str:
    """Why a seat cannot be filled by a proposal, and how it is filled instead; nothing where it can.

    The rules must say who fits: by a quota, by ranks, or because the seat is full time.
    """
    if role.holder == Holder.DEPARTMENT:
        return "由单位担任：在“包联关系”中勾选企业，批量指派给单位"
    if role.holder == Holder.GROUP:
        return "由工作组担任：在“包联关系”中勾选企业，批量指派给工作组"
    if role.counts_to_quota or role.full_time or role.eligibilities.all():
        return ""
    return "规则没有写明由哪些干部担任：请在企业的专班里逐家指派，或在规则中补上任职资格"


def weights_of(proposal: Proposal) -> Weights:
    """The draft's emphases as costs."""
    usual = Weights()
    near = FACTOR[Emphasis(proposal.near_weight)]
    return Weights(
        kept=max(1, round(usual.kept * FACTOR[Emphasis(proposal.keep_weight)])),  # never a change for nothing
        county=round(usual.county * near),
        town=round(usual.town * near),
        trade=round(usual.trade * FACTOR[Emphasis(proposal.trade_weight)]),
        load=round(usual.load * FACTOR[Emphasis(proposal.load_weight)]),
        importance=usual.importance,
        across=proposal.across and proposal.role.place != SeatPlace.SAME_COUNTY,
    )


def in_scope(proposal: Proposal) -> QuerySet[Enrolment]:
    """The enrolments that the draft looks at, covered or not."""
    return _scoped(_running(proposal.role, proposal.starts_on), proposal)


def _running(role: TeamRole, on: date) -> QuerySet[Enrolment]:
    return Enrolment.objects.in_force(on).filter(version=role.version_id, company__is_active=True)


def _scoped(rows: QuerySet[Enrolment], proposal: Proposal) -> QuerySet[Enrolment]:
    rows = rows.filter(company__region__path__startswith=proposal.region.path)
    if proposal.kind:
        rows = rows.filter(project__isnull=proposal.kind == Kind.COMPANY)
    if proposal.industry:
        inside = [proposal.industry, *(c for c, s in sections().items() if s == proposal.industry)]
        rows = rows.filter(company__industry__in=inside)
    if proposal.scale:
        rows = rows.filter(company__scale=proposal.scale)
    return rows


def _people(
    proposal: Proposal, officials: Collection[int] | None
) -> tuple[dict[int, Person], dict[int, int]]:
    rules = Rules(proposal.role, proposal.starts_on)
    trained: dict[int, date] = {}
    if proposal.role.needs_training:
        first = Training.objects.order_by().values_list("official").annotate(first=Min("on"))
        trained = dict(first.values_list("official", "first"))
    trades: dict[int, set[str]] = defaultdict(set)
    for department, code in DepartmentTrade.objects.order_by("pk").values_list("department", "code"):
        trades[department].add(code)
    frozen = {department: frozenset(codes) for department, codes in trades.items()}
    none: frozenset[str] = frozenset()
    people: dict[int, Person] = {}
    departments: dict[int, int] = {}
    facts = postings_of(proposal, officials).values_list(
        "official",
        "official__rank",
        "official__birth_year",
        "is_chief",
        "department",
        "department__kind",
        "department__region__path",
        "department__region__level",
    )
    for key, rank, born, is_chief, department, kind, path, level in facts:
        if key in people:
            continue
        standing = Standing(rank, is_chief, kind, path, level == RegionLevel.CITY, born, trained.get(key))
        limits = rules.limits_of(standing)
        if limits is None:
            continue
        people[key] = Person(
            key=key,
            region=path,
            companies=limits.companies,
            projects=limits.projects,
            rank=rank,
            department=department,
            trades=frozen.get(department, none),
            either_or=limits.either_or,
            floor=limits.floor,
            soft=limits.soft,
            once=proposal.role.full_time,
        )
        departments[key] = department
    return people, departments


def _count_held(
    people: dict[int, Person],
    proposal: Proposal,
    officials: Collection[int] | None,
    in_play: set[tuple[int, int]],
) -> None:
    """Take what each official looks after already into account, seats that the draft may change left out.

    For a seat that counts to no quota it is those of the same seat: they make the load even.
    """
    on, programme, role = proposal.starts_on, proposal.role.version.programme_id, proposal.role
    for projects in (False, True):
        if role.counts_to_quota:
            rows = counted_seats(programme_id=programme, projects=projects, on=on)
        else:
            same = Assignment.objects.filter(enrolment__programme=programme, role__code=role.code)
            rows = same.filter(enrolment__project__isnull=not projects).not_over_by(on)
        rows = rows.filter(official__isnull=False)
        if officials is not None:
            rows = rows.filter(official__in=officials)
        held: dict[int, int] = defaultdict(int)
        for official, enrolment in rows.order_by().values_list("official", "enrolment").distinct():
            if (enrolment, official) not in in_play:
                held[official] += 1
        for key, count in held.items():
            if (person := people.get(key)) is not None:
                if projects:
                    people[key] = replace(person, held_projects=count)
                else:
                    people[key] = replace(person, held_companies=count)


def _mark_full_time(people: dict[int, Person], on: date, in_play: set[int]) -> None:
    """脱产专职: who serves full time somewhere from the day on, in whatever programme, is not to be had."""
    seats = Assignment.objects.filter(is_full_time=True, official__isnull=False).not_over_by(on)
    for seat, official in seats.order_by("pk").values_list("pk", "official"):
        if seat not in in_play and (person := people.get(official)) is not None:
            people[official] = replace(person, elsewhere=True)


def _industry(code: str) -> tuple[str, str]:
    """Section and division of what a company's row says: "26" → ("C", "26"), "C" → ("C", "")."""
    if code[:2].isdigit() and len(code) >= 2:
        return sections().get(code[:2], ""), code[:2]
    return code[:1], ""
