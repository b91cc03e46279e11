"""A city in which a template is at work: people of every class, companies, and the course of one problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from companies import services as companies
from companies.models import Assignment, Company, Enrolment
from issues import services as issues
from issues.choices import AnswerMode, Outcome, Source
from issues.models import Category, Ticket
from liaison.choices import DepartmentKind, Rank, SystemRole
from liaison.models import Department, Official, ProgrammeVersion, Region, TeamRole, Training
from liaison.reports import RuleSet, in_words, ruleset_of
from liaison.services import load_preset
from tests.factories import (
    CategoryFactory,
    CityFactory,
    CompanyFactory,
    ContactFactory,
    CountyFactory,
    DepartmentFactory,
    OfficialFactory,
    PostingFactory,
    at,
)
from tests.factories.clock import publish_calendar

START = date(2026, 3, 2)
# A Monday before 劳动节 2026 (1–5 May off, Saturday 9 May worked): every longer limit runs across both.
DISPATCHED = at(2026, 4, 27, 10)


@dataclass
class Place:
    """云川市 under one programme that began on 2 March 2026."""

    version: ProgrammeVersion
    rules: RuleSet
    city: Region
    county: Region
    other_county: Region
    office: Official
    category: Category
    numbered: int = 0

    @property
    def sentences(self) -> set[str]:
        """Every rule, as the rule page says it."""
        return {in_words(rule) for rule in self.rules}

    def unit(self, kind: DepartmentKind = DepartmentKind.ORGAN, region: Region | None = None) -> Department:
        """A new unit of a kind, the city's own unless a region is given."""
        self.numbered += 1
        unit: Department = DepartmentFactory(
            name=f"云川市第{self.numbered}局", kind=kind, region=region or self.city
        )
        return unit

    def staffed_unit(self) -> Department:
        """A unit in which somebody can sign for problems."""
        unit = self.unit()
        PostingFactory(department=unit, role=SystemRole.UNIT)
        return unit

    def person(
        self,
        rank: Rank,
        *,
        chief: bool = False,
        kind: DepartmentKind = DepartmentKind.ORGAN,
        region: Region | None = None,
        born: int | None = 1985,
        trained: date | None = None,
    ) -> Official:
        """Somebody new of a class of officials, in post since 2025."""
        official: Official = OfficialFactory(rank=rank, birth_year=born)
        PostingFactory(
            official=official,
            department=self.unit(kind, region),
            role=SystemRole.OFFICIAL,
            is_chief=chief,
            starts_on=date(2025, 1, 1),
        )
        if trained:
            Training.objects.create(
                official=official, on=trained, subject="惠企政策", recorded_at=at(2026, 2, 1)
            )
        return official

    def company(self, region: Region | None = None, **fields: object) -> Company:
        """A company with a contact, in 临江区 unless a region is given."""
        company: Company = CompanyFactory(region=region or self.county, **fields)
        ContactFactory(company=company)
        return company

    def enrol(self, company: Company | None = None, on: date = START) -> Enrolment:
        """Take a company into the programme."""
        company = company or self.company()
        companies.enrol_companies(
            programme=self.version.programme,
            companies=[company],
            starts_on=on,
            by=self.office,
            at=at(on.year, on.month, on.day, 9),
        )
        return Enrolment.objects.get(programme=self.version.programme, company=company, project=None)

    def role(self, code: str) -> TeamRole:
        """A seat of the programme's team."""
        return TeamRole.objects.get(version=self.version, code=code)

    def give(
        self, enrolment: Enrolment, seat: str, holder: Official | Department, on: date = START
    ) -> Assignment:
        """Give a seat of a team; raises AssignmentRefused."""
        who = {"official" if isinstance(holder, Official) else "department": holder}
        return companies.assign_seat(
            enrolment=enrolment,
            role=self.role(seat),
            starts_on=on,
            by=self.office,
            at=at(on.year, on.month, on.day, 9),
            **who,
        )

    def refuses(
        self, enrolment: Enrolment, seat: str, holder: Official | Department, on: date = START
    ) -> str:
        """The words with which a seat is refused; fails where it is given."""
        with pytest.raises(companies.AssignmentRefused) as refusal:
            self.give(enrolment, seat, holder, on)
        return str(refusal.value)

    def collect(self, enrolment: Enrolment, by: Official, moment: datetime) -> Ticket:
        """A problem is noted at the company, not yet reported."""
        return issues.collect_ticket(
            enrolment=enrolment,
            title="新车间经常跳闸",
            source=Source.VISIT,
            by=by,
            at=moment,
            category=self.category,
        )

    def dispatch(
        self, enrolment: Enrolment, by: Official, grade: str, cooperating: Sequence[Department] = ()
    ) -> Ticket:
        """The problem reported on 24 April and dispatched with its grade on 27 April 2026."""
        ticket = self.collect(enrolment, by, at(2026, 4, 24, 9))
        ticket = issues.report_ticket(ticket=ticket, by=by, at=at(2026, 4, 24, 15))
        lead = self.staffed_unit()
        return issues.dispatch_ticket(
            ticket=ticket,
            grade=self.version.grades.get(code=grade),
            category=self.category,
            lead=lead,
            by=self.office,
            at=DISPATCHED,
            cooperating=cooperating,
        )

    def settle(self, ticket: Ticket, by: Official) -> Ticket:
        """The unit signs and solves it, the team answers, the company confirms: 销号."""
        unit = Official.objects.get(postings__department__ticket_units__in=ticket.units.filter(part="lead"))
        ticket = issues.sign_ticket(ticket=ticket, by=unit, at=at(2026, 4, 27, 15))
        ticket = issues.resolve_ticket(
            ticket=ticket, outcome=Outcome.SOLVED, result="已换变压器", by=unit, at=at(2026, 4, 28, 10)
        )
        ticket = issues.answer_ticket(
            ticket=ticket, mode=AnswerMode.VISIT, note="已当面答复", by=by, at=at(2026, 4, 28, 15)
        )
        return issues.confirm_ticket(
            ticket=ticket, rating=5, is_satisfied=True, actor="企业", at=at(2026, 4, 29, 9)
        )


def place_of(preset: str) -> Place:
    """The city with the template in force."""
    publish_calendar()
    city = CityFactory()
    office: Official = OfficialFactory(username="office", name="何主任", rank=Rank.SECTION)
    PostingFactory(
        official=office,
        department=DepartmentFactory(name="云川市协调办公室", region=city),
        role=SystemRole.OFFICE,
        starts_on=date(2025, 1, 1),
    )
    version = load_preset(preset=preset, region=city, starts_on=START, by=office, at=at(2026, 3, 1, 9))
    office.on_duty(START)
    return Place(
        version=version,
        rules=ruleset_of(version),
        city=city,
        county=CountyFactory(),
        other_county=CountyFactory(other=True),
        office=office,
        category=CategoryFactory(code="power", name="用电"),
    )
