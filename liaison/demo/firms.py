"""The demo city's companies and projects, their places in P2, their teams and plans."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count, product
from random import Random

from stdnum.cn import uscc

from companies.choices import ProjectStage, Scale
from companies.models import Company, Contact, Enrolment, Project
from companies.services import MeasureLine, assign_seat, enrol_companies, enrol_project, write_plan
from liaison.choices import Rank
from liaison.demo import words
from liaison.demo.city import City
from liaison.models import Department, Official, ProgrammeVersion, Region, TeamRole
from liaison.normalise import pinyin_initials, pinyin_key
from liaison.workdays import SHANGHAI

_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ROOM = {Rank.BUREAU: 4, Rank.COUNTY: 5, Rank.SECTION: 5, Rank.STAFF: 5}  # P2's quota of companies
SHORT_HANDED = 0.03  # teams that still want an official, for the office to find
LONGEST = "云川市岚禾新能源汽车零部件智能制造产业园投资建设运营有限公司"


@dataclass
class Firms:
    """The companies in the programme, and who looks after each."""

    companies: list[Company] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    officers: dict[int, Official] = field(default_factory=dict)  # 包抓干部, by enrolment
    leaders: dict[int, Official] = field(default_factory=dict)  # 包抓领导, by enrolment


def credit_code(number: int, region: str) -> str:
    """A credit code of nobody, both of its check digits right."""
    body = f"{number:08d}"
    rest = (11 - sum(int(d) * w for d, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11) % 11
    code = f"91{region}{body}{'X' if rest == 10 else rest}"
    return code + str(uscc.calc_check_digit(code))


def found_companies(city: City, *, rng: Random, number: int) -> list[Company]:
    """Companies in every county, each with the person to call."""
    brands = [head + tail for head, tail in product(words.BRAND_HEADS, words.BRAND_TAILS)]
    rng.shuffle(brands)
    phones = count(17700000101)
    drafts = []
    for place in range(number):
        county = city.counties[min(int(rng.betavariate(1.1, 1.6) * 6), 5)]
        region = rng.choice(city.towns[county.code]) if rng.random() < 0.35 else county
        drafts.append(_company(rng, place, brands[place % len(brands)], county, region))
    companies = Company.objects.bulk_create(drafts)
    Contact.objects.bulk_create(
        Contact(
            company=company,
            name=rng.choice(words.SURNAMES) + rng.choice(("经理", "主任", "总")),
            title=rng.choice(words.CONTACT_TITLES),
            phone=str(next(phones)),
            is_primary=position == 0,
        )
        for company in companies
        for position in range(1 + (rng.random() < 0.3))
    )
    return companies


def _company(rng: Random, place: int, brand: str, county: Region, region: Region) -> Company:
    trade, industry, scope = words.TRADES[place % len(words.TRADES)]
    form, kind = words.FORMS[0] if rng.random() < 0.8 else rng.choice(words.FORMS[1:])
    prefix = rng.choice((county.name.rstrip("县区"), county.name, "云川", "云川市"))
    name = LONGEST if place == 1 else f"{prefix}{brand}{trade}{form}"
    sole = place % 29 == 28
    if sole:
        name, kind = f"{county.name}{brand}{trade}经营部", "个体工商户"
    scale = Scale.MICRO if sole else rng.choices(list(Scale)[:4], (1, 3, 6, 2))[0]
    town = region.name if region != county else ""
    address = f"{county.name}{town}{rng.choice(words.ROADS)}{rng.randint(1, 299)}号"
    staff = {Scale.LARGE: (800, 3000), Scale.MEDIUM: (200, 800), Scale.SMALL: (20, 200), Scale.MICRO: (2, 20)}
    return Company(
        uscc=credit_code(31_000_000 + place * 37, county.code),
        name=name,
        pinyin=pinyin_key(name),
        initials=pinyin_initials(name),
        region=region,
        kind=kind,
        is_sole_trader=sole,
        industry=industry,
        scale=scale,
        established_on=date(rng.randint(1998, 2024), rng.randint(1, 12), rng.randint(1, 28)),
        capital_wan=rng.choice((50, 100, 200, 500, 1000, 2000, 5000, 10000)),
        address=address,
        business_scope=f"{scope}。",
        staff_count=rng.randint(*staff[scale]),
    )


class TeamMaker:
    """Gives each enrolled company its 四个一, within the quotas."""

    def __init__(self, city: City, version: ProgrammeVersion, rng: Random) -> None:
        self.city, self.version, self.rng = city, version, rng
        self.roles = {role.code: role for role in TeamRole.objects.filter(version=version)}
        self.load: Counter[int] = Counter()
        self.units = {
            posting.official_id: posting.department
            for official in city.officers
            for posting in official.postings.select_related("department").order_by("pk")[:1]
        }
        self.mine = list(city.officers)

    def _next_officer(self, county: Region) -> Official | None:
        """The least busy official of the county or of the city; the demo's own official first gets five."""
        own = self.city.people["official"]
        if self.load[own.pk] < 5 and self.rng.random() < 0.4:
            return own
        near = [
            official
            for official in self.mine
            if official != own
            and self.load[official.pk] < ROOM[Rank(official.rank)]
            and self.units[official.pk].region_id in (county.pk, self.city.region.pk)
        ]
        return min(near, key=lambda official: (self.load[official.pk], official.pk)) if near else None

    def _next_leader(self, county: Region) -> Official | None:
        ranks = [*self.city.bureau_leaders, *self.city.chiefs.values(), *self.city.governors[county.code]]
        free = [o for o in ranks if self.load[o.pk] < ROOM[Rank(o.rank)]]
        return min(free, key=lambda o: (self.load[o.pk] / ROOM[Rank(o.rank)], o.pk)) if free else None

    def seat(self, enrolment: Enrolment, county: Region, *, firms: Firms, by: Official, at: datetime) -> None:
        """牵头单位, 包抓领导, 班长, 副班长, 成员单位, 包抓干部; a seat stays empty where nobody has room."""
        starts_on = enrolment.starts_on

        def give(
            code: str, *, official: Official | None = None, department: Department | None = None
        ) -> None:
            assign_seat(
                enrolment=enrolment,
                role=self.roles[code],
                starts_on=starts_on,
                official=official,
                department=department,
                by=by,
                at=at,
            )

        bureaus = list(self.city.bureaus.values())
        lead = bureaus[self.rng.randrange(len(bureaus))]
        officer = self._next_officer(county) if self.rng.random() > SHORT_HANDED else None
        if officer is not None and self.units[officer.pk].region_id == self.city.region.pk:
            lead = self.units[officer.pk]
        give("lead_department", department=lead)
        leader = self._next_leader(county)
        if leader is not None:
            self.load[leader.pk] += enrolment.project_id is None
            firms.leaders[enrolment.pk] = leader
            give("lead_official", official=leader)
        give("head", official=self.city.chiefs[lead.pk])
        give("deputy", official=self.city.governors[county.code][enrolment.pk % 2])
        give("member_department", department=self.city.county_bureaus[county.code][0])
        if officer is not None:
            self.load[officer.pk] += enrolment.project_id is None
            firms.officers[enrolment.pk] = officer
            give("officer", official=officer)


def enrol(
    city: City,
    version: ProgrammeVersion,
    companies: list[Company],
    *,
    rng: Random,
    number: int,
    starts_on: date,
    at: datetime,
) -> Firms:
    """Two batches of companies and some projects enter P2, with teams and plans."""
    office = city.people["office"]
    firms, teams = Firms(companies=companies), TeamMaker(city, version, rng)
    chosen = rng.sample(companies, min(number, len(companies)))
    counties = {county.path: county for county in city.counties}
    cut = len(chosen) * 3 // 4
    second = starts_on + timedelta(days=35)
    for batch, day in ((chosen[:cut], starts_on), (chosen[cut:], second)):
        moment = at if day == starts_on else datetime(day.year, day.month, day.day, 9, 30, tzinfo=SHANGHAI)
        done = enrol_companies(
            programme=version.programme, companies=batch, starts_on=day, by=office, at=moment
        )
        for enrolment in done.created:
            county = _county_of(enrolment.company, counties)
            teams.seat(enrolment, county, firms=firms, by=office, at=moment)
            firms.enrolments.append(enrolment)
            officer = firms.officers.get(enrolment.pk)
            if officer is not None and rng.random() < 0.95:
                write_plan(
                    enrolment=enrolment,
                    goals=words.GOALS.format(n=rng.randint(3, 12)),
                    measures=_measures(day, officer),
                    due_on=date(day.year, 12, 25) if day.month < 10 else date(day.year + 1, 6, 25),
                    by=officer,
                    at=moment,
                )
    return firms


def _measures(day: date, officer: Official) -> list[MeasureLine]:
    """What a team promises; one in ten is in more of a hurry than it can keep."""
    first, second, third = words.MEASURES
    return [
        MeasureLine(words=first, official=officer),
        MeasureLine(words=second, due_on=day + timedelta(days=60 if officer.pk % 10 == 0 else 200)),
        MeasureLine(words=third),
    ]


def _county_of(company: Company, counties: dict[str, Region]) -> Region:
    path = company.region.path
    return next(county for prefix, county in counties.items() if path.startswith(prefix))


def start_projects(
    firms: Firms, *, version: ProgrammeVersion, rng: Random, by: Official, at: datetime
) -> None:
    """重点项目 of some of the companies; two out of three are looked after in P2, by its own team."""
    chosen = rng.sample(firms.enrolments, min(len(words.PROJECTS), len(firms.enrolments)))
    load: Counter[int] = Counter()
    for number, (enrolment, name) in enumerate(zip(chosen, words.PROJECTS, strict=False), start=1):
        project = Project.objects.create(
            company=enrolment.company,
            code=f"YC-ZD-{number:03d}",
            name=name,
            stage=rng.choice(list(ProjectStage)),
            investment_wan=rng.choice((1200, 3500, 8000, 15000, 42000)),
        )
        seats = list(enrolment.assignments.select_related("role", "official", "department").order_by("pk"))
        counted = [seat.official.pk for seat in seats if seat.official and seat.role.counts_to_quota]
        if number % 3 == 0 or len(counted) < 2 or any(load[key] >= 2 for key in counted):
            continue
        load.update(counted)
        place = enrol_project(
            programme=version.programme, project=project, starts_on=enrolment.starts_on, by=by, at=at
        )
        for seat in seats:
            assign_seat(
                enrolment=place,
                role=seat.role,
                official=seat.official,
                department=seat.department,
                starts_on=place.starts_on,
                by=by,
                at=at,
            )
