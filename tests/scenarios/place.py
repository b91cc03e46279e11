"""A city in which a template is at work: people of every class, companies, and the course of one problem."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from companies import services as companies
from companies.choices import VisitMode
from companies.models import Assignment, Company, Enrolment, Visit
from companies.reports import group_needs, served_companies
from companies.reports.contacts import with_contacts
from companies.reports.coverage import with_cover
from companies.reports.teams import Served
from issues import services as issues
from issues.choices import AnswerMode, Outcome, Source
from issues.models import Category, Ticket
from issues.reports import duties
from liaison.choices import DepartmentKind, GroupDuty, Rank, Reach, SystemRole
from liaison.models import (
    Batch,
    Department,
    Group,
    GroupRule,
    Official,
    Programme,
    ProgrammeVersion,
    Region,
    TeamRole,
    Training,
)
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
        """A power station with a contact, in 临江区 unless a region is given."""
        company: Company = CompanyFactory(region=region or self.county, **{"industry": "4411"} | fields)
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
        self, enrolment: Enrolment, seat: str, holder: Official | Department | Group, on: date = START
    ) -> Assignment:
        """Give a seat of a team; raises AssignmentRefused."""
        common = {"starts_on": on, "by": self.office, "at": at(on.year, on.month, on.day, 9)}
        if isinstance(holder, Group):
            return companies.assign_group_seat(
                enrolment=enrolment, role=self.role(seat), group=holder, **common
            )
        who = {"official" if isinstance(holder, Official) else "department": holder}
        return companies.assign_seat(enrolment=enrolment, role=self.role(seat), **who, **common)

    def refuses(
        self, enrolment: Enrolment, seat: str, holder: Official | Department | Group, on: date = START
    ) -> str:
        """The words with which a seat is refused; fails where it is given."""
        with pytest.raises(companies.AssignmentRefused) as refusal:
            self.give(enrolment, seat, holder, on)
        return str(refusal.value)

    def group(self, sort: str, *people: Official, name: str = "", region: Region | None = None) -> Group:
        """Set up a group of a sort that the rules ask for, the first of its people at its head."""
        common = {"starts_on": START, "by": self.office, "at": at(2026, 3, 2, 9)}
        group = companies.form_group(
            programme=self.version.programme,
            rule=GroupRule.objects.get(version=self.version, name=sort),
            name=name or sort,
            region=region or self.city,
            department=self.unit(),
            **common,
        )
        for place, official in enumerate(people):
            duty = GroupDuty.MEMBER if place else GroupDuty.HEAD
            companies.add_member(group=group, official=official, duty=duty, **common)
        return group

    def needs(self, on: date = START) -> dict[str, str]:
        """Each sort of group with how many the rules ask for and how many there are."""
        mine = Programme.objects.filter(pk=self.version.programme_id)
        return {need.rule.name: need.words for need in group_needs(mine, on)}

    def meet(self, enrolment: Enrolment, by: Official, on: date, mode: VisitMode = VisitMode.VISIT) -> Visit:
        """Somebody of the team was in contact with the company, and there was no problem."""
        return companies.log_visit(
            client_id=uuid.uuid4(),
            enrolment=enrolment,
            on=on,
            mode=mode,
            summary="生产正常，没有困难",
            has_problem=False,
            by=by.on_duty(on),
            at=at(on.year, on.month, on.day, 16),
        )

    def mine(self, official: Official, enrolment: Enrolment, on: date) -> Served | None:
        """The company on the official's own list of the day; None where it does not stand there."""
        rows = served_companies(official.on_duty(on), on)
        return next((row for row in rows if row.enrolment == enrolment), None)

    def is_contacted(self, enrolment: Enrolment, since: datetime, on: date) -> bool:
        """Whether the team has kept the rule of contact between the moment and the day."""
        found: bool = with_contacts(Enrolment.objects.filter(pk=enrolment.pk), since, on).get().is_contacted
        return found

    def cover(self, on: date = START) -> dict[str, str]:
        """How each company of the city stands in the programme, as the coverage report says it."""
        rows = with_cover(Company.objects.all(), self.version.programme, on)
        return dict(rows.order_by("pk").values_list("name", "cover"))

    def batch(self, starts_on: date = START) -> Batch:
        """Open a batch as long as the rules say."""
        return companies.open_batch(
            programme=self.version.programme,
            starts_on=starts_on,
            by=self.office,
            at=at(starts_on.year, starts_on.month, starts_on.day, 8),
        )

    def log(self, enrolment: Enrolment, by: Official, source: str, on: date, **amounts: int) -> None:
        """A line of the duty log."""
        companies.log_duty(
            client_id=uuid.uuid4(),
            enrolment=enrolment,
            source=source,
            on=on,
            words="做了一件事",
            by=by.on_duty(on),
            at=at(on.year, on.month, on.day, 17),
            **amounts,
        )

    def ledger(self, on: date, batch: Batch | None = None) -> duties.Ledger:
        """六个一工作台账 as the office reads it on the day."""
        reader = self.office.on_duty(on)
        return duties.ledger_for(programme=self.version.programme, batch=batch, on=on, reader=reader)

    def figures(self, official: Official, on: date, batch: Batch | None = None) -> dict[str, str]:
        """Each duty of the official as the ledger writes it: 1/1."""
        ledger = self.ledger(on, batch)
        found = duties.figures_of(ledger, [official.pk])[official.pk]
        return {column.duty.name: found[column.key].word for column in ledger.columns}

    def office_of(self, region: Region) -> Official:
        """Somebody of the coordination office of a county."""
        posting = PostingFactory(
            department=self.unit(region=region), role=SystemRole.OFFICE, reach=Reach.REGION
        )
        return posting.official.on_duty(START)

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
