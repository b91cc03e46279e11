"""The shared cast: one city, its units, and one person per role, with one company that is looked after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from companies.models import Company, Enrolment
from liaison.choices import Rank, SystemRole
from liaison.models import CalendarYear, Department, Official, Programme, ProgrammeVersion, Region
from tests.factories.clock import publish_calendar
from tests.factories.companies import CompanyFactory, ContactFactory, EnrolmentFactory
from tests.factories.ground import (
    CityFactory,
    CountyFactory,
    DepartmentFactory,
    OfficialFactory,
    PostingFactory,
)
from tests.factories.kept import kept
from tests.factories.rulebook import p2_version

TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Cast:
    """Who and what every test may count on. All officials are on duty on 2026-03-02."""

    city: Region
    county: Region
    other_county: Region
    version: ProgrammeVersion
    coordination: Department  # 市协调办公室, the office's unit
    industry: Department  # 市工业和信息化局, lead department of the company's team
    land: Department  # 市自然资源局, where `unit` works
    power: Department  # 市供电局, where `other_unit` works
    office: Official
    official: Official  # 包抓干部 of `company`
    stranger: Official  # 包抓干部 of another company in another county
    unit: Official
    other_unit: Official
    leader: Official
    roster: Official
    assessor: Official
    admin: Official
    company: Company
    enrolment: Enrolment
    other_company: Company
    other_enrolment: Enrolment

    def __getitem__(self, role: str) -> Official:
        official: Official = getattr(self, role)
        return official


ROLES = ("office", "official", "stranger", "unit", "other_unit", "leader", "roster", "assessor", "admin")


def _person(username: str, name: str, department: Department, role: SystemRole, rank: Rank) -> Official:
    official: Official = OfficialFactory(username=username, name=name, rank=rank)
    PostingFactory(official=official, department=department, role=role)
    return official


def raise_city() -> Cast:
    """The city: the calendar of 2025 and 2026, P2 in force, two companies with full teams."""
    return kept(_build_city, unless=(CalendarYear, Region, Programme, Official, Company))


def _build_city() -> Cast:
    publish_calendar()
    city, county, other_county = CityFactory(), CountyFactory(), CountyFactory(other=True)
    version = p2_version()

    def unit_of(name: str, region: Region = city) -> Department:
        return DepartmentFactory(name=name, region=region)

    coordination = unit_of("云川市协调办公室")
    industry, land, power = (unit_of(f"云川市{name}") for name in ("工业和信息化局", "自然资源局", "供电局"))
    county_bureau = unit_of("云溪县经济和信息化局", other_county)
    government = unit_of("云川市人民政府")
    people = {
        "office": _person("office", "何主任", coordination, SystemRole.OFFICE, Rank.SECTION),
        "official": _person("official", "林小舟", industry, SystemRole.OFFICIAL, Rank.SECTION),
        "stranger": _person("stranger", "贺远山", county_bureau, SystemRole.OFFICIAL, Rank.SECTION),
        "unit": _person("unit", "田家骏", land, SystemRole.UNIT, Rank.STAFF),
        "other_unit": _person("other_unit", "雷鸣", power, SystemRole.UNIT, Rank.STAFF),
        "leader": _person("leader", "高副市长", government, SystemRole.LEADER, Rank.BUREAU),
        "roster": _person("roster", "花名册", coordination, SystemRole.ROSTER, Rank.STAFF),
        "assessor": _person("assessor", "严督查", government, SystemRole.ASSESSOR, Rank.SECTION),
        "admin": _person("admin", "管系统", coordination, SystemRole.ADMIN, Rank.STAFF),
    }
    company = CompanyFactory(region=county, name="云川云桥精密机械有限公司")
    other_company = CompanyFactory(region=other_county, name="云溪禾丰食品有限公司")
    ContactFactory(company=company)
    ContactFactory(company=other_company)
    enrolment = EnrolmentFactory(
        company=company, version=version, team={"officer": people["official"], "lead_department": industry}
    )
    other_enrolment = EnrolmentFactory(
        company=other_company,
        version=version,
        team={"officer": people["stranger"], "lead_department": county_bureau},
    )
    for person in people.values():
        person.on_duty(TODAY)
    return Cast(
        city=city,
        county=county,
        other_county=other_county,
        version=version,
        coordination=coordination,
        industry=industry,
        land=land,
        power=power,
        company=company,
        enrolment=enrolment,
        other_company=other_company,
        other_enrolment=other_enrolment,
        **people,
    )
