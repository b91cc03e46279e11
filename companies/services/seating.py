"""Who may take a seat, and what they carry already: one judgement for page, API, import and picker.

The rules themselves are in `liaison.reports.eligibility`; here they meet what the database knows of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Min

from companies.models import Assignment, Enrolment, Recusal
from liaison.choices import DepartmentKind, Rank, RegionLevel, SeatPlace, SystemRole
from liaison.models import Eligibility, LoadRule, Official, Posting, Quota, Region, TeamRole, Training
from liaison.places import county_of
from liaison.reports.eligibility import Standing, objections, quota_for, standing_of

FAR = date.max
AT_ONCE = 1000  # officials judged for a picker before looking whether these are enough
Thing = tuple[int, int | None]  # company and, where a project is looked after, the project


@dataclass(frozen=True)
class Place:
    """A seat that is asked for: in whose team, of which programme, over which days."""

    role: TeamRole
    programme: int
    thing: Thing
    company_path: str
    starts_on: date
    ends_on: date | None

    @property
    def is_project(self) -> bool:
        """Projects are counted apart from companies."""
        return self.thing[1] is not None

    @property
    def measure(self) -> str:
        """The measure word of what is looked after."""
        return "个项目" if self.is_project else "户企业"


def place_in(enrolment: Enrolment, role: TeamRole, starts_on: date) -> Place:
    """The seat of an enrolment's team from a day on; its company's region must be loaded."""
    return Place(
        role=role,
        programme=enrolment.programme_id,
        thing=(enrolment.company_id, enrolment.project_id),
        company_path=enrolment.company.region.path,
        starts_on=starts_on,
        ends_on=enrolment.ends_on,
    )


@dataclass(frozen=True)
class Held:
    """A seat that an official holds or is to hold."""

    thing: Thing
    programme: int
    counts: bool  # to the quota
    weighs: bool  # on the load: it counts, keeps contact or is full time
    is_full_time: bool
    starts_on: date
    ends_on: date | None
    seat: int | None = None  # None: not written yet

    def overlaps(self, starts_on: date, ends_on: date | None) -> bool:
        """Whether both hold on some day."""
        return self.starts_on <= (ends_on or FAR) and starts_on <= (self.ends_on or FAR)


@dataclass(frozen=True)
class Judgement:
    """What stands against an official in a seat, what is to be said of it, and what they carry already."""

    official: Official
    posting: Posting
    objections: tuple[str, ...]
    warnings: tuple[str, ...]
    limit: int | None  # the quota for companies, or for projects; None: the seat has none
    held: int  # what counts to that quota, this company left out
    load: int  # companies over all programmes, this one left out

    @property
    def may(self) -> bool:
        """Whether they may take the seat."""
        return not self.objections

    @property
    def left(self) -> int | None:
        """How many more the quota allows."""
        return None if self.limit is None else max(self.limit - self.held, 0)

    @property
    def warning(self) -> str:
        """What the office should know all the same."""
        who = f"{self.official}（{self.official.get_rank_display()}）"
        return f"{who}{'；'.join(self.warnings)}，请留意。" if self.warnings else ""

    def refusal(self, role: TeamRole) -> str:
        """Every reason in one sentence."""
        who = f"{self.official}（{self.official.get_rank_display()}）"
        return f"{who}不能担任“{role}”：{'；'.join(self.objections)}。请选择其他干部。"


@dataclass(frozen=True)
class _Rules:
    eligibilities: dict[int, list[Eligibility]]  # by seat
    quotas: list[Quota]
    heavy: int | None  # from more companies than these on, a load is heavy


class Desk:
    """Judges officials for seats; what it needs to know of them is read in four queries, however many.

    What a roster gives further up is put on it with `give`, so that the next line knows of it.
    """

    def __init__(self) -> None:
        self._rules: dict[int, _Rules] = {}
        self._known: set[int] = set()
        self._held: dict[int, list[Held]] = defaultdict(list)
        self._away: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
        self._trained: dict[int, date] = {}

    def load(self, officials: Iterable[int], *, since: date | None = None) -> None:
        """Read what these officials hold from the day on, stay away from, and were trained on."""
        unknown = set(officials) - self._known
        if not unknown:
            return
        self._known |= unknown
        seats = Assignment.objects.filter(official__in=unknown)
        if since is not None:
            seats = seats.not_over_by(since)
        for (
            who,
            company,
            project,
            programme,
            full_time,
            counts,
            keeps,
            first,
            last,
            key,
        ) in seats.order_by("starts_on", "pk").values_list(
            "official",
            "enrolment__company",
            "enrolment__project",
            "enrolment__programme",
            "is_full_time",
            "role__counts_to_quota",
            "role__keeps_contact",
            "starts_on",
            "ends_on",
            "pk",
        ):
            self._held[who].append(
                Held(
                    thing=(company, project),
                    programme=programme,
                    counts=counts,
                    weighs=counts or keeps or full_time,
                    is_full_time=full_time,
                    starts_on=first,
                    ends_on=last,
                    seat=key,
                )
            )
        away = Recusal.objects.filter(official__in=unknown).order_by("pk")
        for who, company, first, last in away.values_list("official", "company", "starts_on", "ends_on"):
            self._away[who].append((company, first, last or FAR))
        self._trained |= dict(
            Training.objects.filter(official__in=unknown)
            .order_by()
            .values_list("official")
            .annotate(first=Min("on"))
        )

    def give(self, official: int, place: Place) -> None:
        """A seat that is going to be written."""
        role = place.role
        self._held[official].append(
            Held(
                thing=place.thing,
                programme=place.programme,
                counts=role.counts_to_quota,
                weighs=role.counts_to_quota or role.keeps_contact or role.full_time,
                is_full_time=role.full_time,
                starts_on=place.starts_on,
                ends_on=place.ends_on,
            )
        )

    def move_end(self, official: int, seat: int, ends_on: date | None) -> None:
        """A seat that is held already is going to end on another day."""
        self._held[official] = [
            replace(held, ends_on=ends_on) if held.seat == seat else held for held in self._held[official]
        ]

    def judge(self, place: Place, official: Official, postings: Sequence[Posting]) -> Judgement:
        """The official in the post that fits best: the first without objection, else the first.

        Unit and region of the posts must be loaded, and the official by `load`.
        """
        first: Judgement | None = None
        for posting in postings:
            judgement = self._judge(place, official, posting)
            if judgement.may:
                return judgement
            first = first or judgement
        if first is None:
            raise ValueError("nobody is judged without a post")
        return first

    def _judge(self, place: Place, official: Official, posting: Posting) -> Judgement:
        role, rules = place.role, self._rules_of(place.role.version_id)
        standing = standing_of(official, posting, self._trained.get(official.pk))
        held = [seat for seat in self._held[official.pk] if (seat.ends_on or FAR) >= place.starts_on]
        against = objections(
            role,
            rules.eligibilities.get(role.pk, []),
            standing,
            on=place.starts_on,
            company_path=place.company_path,
        )
        against += self._away_from(place, official)
        if role.full_time:
            against += [
                f"{seat.starts_on} 起已在另一户企业脱产专职，同一时期只能在一户企业"
                for seat in held
                if seat.is_full_time and seat.overlaps(place.starts_on, place.ends_on)
            ]
        counted = {s.thing for s in held if s.counts and s.programme == place.programme} - {place.thing}
        projects = sum(project is not None for _, project in counted)
        companies = len(counted) - projects
        mine, other = (projects, companies) if place.is_project else (companies, projects)
        limit, warnings = None, []
        if role.counts_to_quota and rules.quotas:
            quota = quota_for(rules.quotas, standing)
            if quota is None:
                against.append(f"本方案没有给{class_of(standing)}设包联限额，不承担包联任务")
            else:
                limit = quota.projects if place.is_project else quota.companies
                over = _over(quota, place, standing, limit, mine, other)
                if quota.is_hard:
                    against += [f"{words}，不能再增加" for words in over]
                else:
                    warnings += [f"{words}，本次指派后超出限额" for words in over]
        load = len({s.thing[0] for s in held if s.weighs} - {place.thing[0]})
        weighs = role.counts_to_quota or role.keeps_contact or role.full_time
        if weighs and rules.heavy is not None and load + 1 > rules.heavy:
            warnings.append(
                f"各方案合计已包抓 {load} 户，本次指派后为 {load + 1} 户，超过 {rules.heavy} 户的负荷提醒线"
            )
        return Judgement(official, posting, tuple(against), tuple(warnings), limit, mine, load)

    def _away_from(self, place: Place, official: Official) -> list[str]:
        last = place.ends_on or FAR
        meets = any(
            company == place.thing[0] and first <= last and place.starts_on <= until
            for company, first, until in self._away[official.pk]
        )
        return ["已登记与该企业回避，回避期内不担任其席位"] if meets else []

    def _rules_of(self, version: int) -> _Rules:
        if version not in self._rules:
            by_seat: dict[int, list[Eligibility]] = defaultdict(list)
            for row in Eligibility.objects.filter(version=version).order_by("pk"):
                by_seat[row.role_id].append(row)
            self._rules[version] = _Rules(
                eligibilities=by_seat,
                quotas=list(Quota.objects.filter(version=version).select_related("region").order_by("pk")),
                heavy=LoadRule.objects.filter(version=version)
                .values_list("warn_companies", flat=True)
                .first(),
            )
        return self._rules[version]


def _over(quota: Quota, place: Place, standing: Standing, limit: int, mine: int, other: int) -> list[str]:
    """Where one more company or project goes past the quota, in words."""
    over = []
    if quota.either_or and other:
        what = "户企业" if place.is_project else "个项目"
        over.append(f"在本方案已包抓 {other} {what}，企业和项目只能选一样")
    if limit == 0:
        over.append(f"本方案不安排{class_of(standing)}包抓{place.measure[1:]}")
    elif mine >= limit:
        over.append(f"在本方案已包抓 {mine} {place.measure}，限额 {limit} {place.measure}")
    return over


def class_of(standing: Standing) -> str:
    """A class of officials in words: 科级主要负责人（经济部门）."""
    rank, kind = Rank(standing.rank), DepartmentKind(standing.department_kind).label
    post = "主要负责人" if standing.is_chief else "" if rank == Rank.STAFF else "干部"
    return f"{rank.label}{post}（{kind}）"


def unit_objection(role: TeamRole, region: Region, company_path: str) -> str:
    """Why a unit of this region may not hold the seat of a unit; empty when it may."""
    if role.place == SeatPlace.CITY and region.level != RegionLevel.CITY:
        return f"“{role}”须为市直单位"
    if role.place == SeatPlace.SAME_COUNTY and (
        region.level == RegionLevel.CITY or not company_path.startswith(county_of(region.path))
    ):
        return f"“{role}”须为企业所在县区的单位"
    return ""


def postings_on(officials: Iterable[int], on: date) -> dict[int, list[Posting]]:
    """The posts in which officials may sit in a team on the day, those of 包抓干部 first."""
    rows = Posting.objects.filter(official__in=list(officials)).in_force(on)
    found: dict[int, list[Posting]] = defaultdict(list)
    for posting in rows.select_related("department__region").order_by("pk"):
        found[posting.official_id].append(posting)
    for postings in found.values():
        postings.sort(key=lambda posting: posting.role != SystemRole.OFFICIAL)
    return found


def candidates_for_seat(place: Place, officials: Sequence[int], most: int) -> list[Judgement]:
    """Of officials in the order of preference: those who may take the seat, then those who may not.

    Read a thousand at a time until enough of them may.
    """
    able: list[Judgement] = []
    barred: list[Judgement] = []
    for start in range(0, len(officials), AT_ONCE):
        part = list(officials[start : start + AT_ONCE])
        desk = Desk()
        desk.load(part, since=place.starts_on)
        posts = postings_on(part, place.starts_on)
        people = Official.objects.in_bulk(part)
        for key in part:
            if key in people and posts.get(key):
                judgement = desk.judge(place, people[key], posts[key])
                (able if judgement.may else barred).append(judgement)
        if len(able) >= most:
            break
    return [*able, *barred][:most]
