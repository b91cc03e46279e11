"""Two programmes, then all five, in one city: each by its own rules, with the same people and companies.

助商稳企 (p2) serves the whole county, 百名干部驻企业 (p1) its towns; officials and companies are the same.

| what | by |
| --- | --- |
| quota, seats, coverage, contact, duties | each programme for itself |
| full time, load, the ceiling of visits | a person or a company over all programmes |
| limits of a problem | the version of the programme under which it was raised |
| absence, move to another unit | a person's seats in every programme |
"""

from __future__ import annotations

from datetime import date

import pytest

from companies.models import Assignment, Company, Enrolment
from companies.reports.coverage import Cover, loads
from companies.services import AssignmentRefused, set_deputy, transfer_official
from companies.services.handover import Fate
from issues.models import Ticket
from issues.reports.duties import counters_of
from liaison.choices import Rank
from liaison.models import Official, Programme, ProgrammeVersion
from liaison.reports import presets, ruleset_of
from liaison.services import load_preset
from tests.factories import TownFactory, at
from tests.scenarios.place import START, Place, place_of


@pytest.fixture
def county() -> Place:
    """助商稳企, the whole city."""
    return place_of("p2")


@pytest.fixture
def towns(county: Place) -> Place:
    """百名干部驻企业 in the same city, with the same office."""
    return beside(county, "p1")


def beside(first: Place, preset: str) -> Place:
    """Another programme in the city of the first."""
    version = load_preset(
        preset=preset, region=first.city, starts_on=START, by=first.office, at=at(2026, 3, 1, 9)
    )
    return Place(
        version=version,
        rules=ruleset_of(version),
        city=first.city,
        county=first.county,
        other_county=first.other_county,
        office=first.office,
        category=first.category,
        numbered=1000,
    )


@pytest.fixture
def company(county: Place) -> Company:
    """A company in a town of 临江区 that both programmes look after."""
    return county.company(TownFactory(parent=county.county))


@pytest.fixture
def both(county: Place, towns: Place, company: Company) -> tuple[Enrolment, Enrolment]:
    """The company's two places."""
    return county.enrol(company), towns.enrol(company)


def test_a_company_has_a_place_and_a_team_in_each(
    county: Place, towns: Place, both: tuple[Enrolment, Enrolment]
):
    officer, resident = county.person(Rank.SECTION), towns.person(Rank.STAFF, born=1996)
    county.give(both[0], "officer", officer)
    towns.give(both[1], "resident", resident)
    assert [seat.holder for seat in Assignment.objects.filter(enrolment=both[0])] == [officer]
    assert [seat.holder for seat in Assignment.objects.filter(enrolment=both[1])] == [resident]
    with pytest.raises(AssignmentRefused, match="不是该企业所用方案版本的席位"):
        county.give(both[1], "officer", officer)


def test_quotas_are_counted_per_programme(county: Place, towns: Place):
    leader = county.person(Rank.COUNTY)
    for _ in range(5):
        county.give(county.enrol(), "lead_official", leader)
    assert "限额 5 户企业" in county.refuses(county.enrol(), "lead_official", leader)
    for _ in range(3):
        towns.give(towns.enrol(), "chief_officer", leader)
    assert "限额 3 户企业" in towns.refuses(towns.enrol(), "chief_officer", leader)


def test_the_load_is_a_persons_over_all_programmes(county: Place, towns: Place):
    leader = county.person(Rank.COUNTY)
    warnings = [county.give(county.enrol(), "lead_official", leader).warning for _ in range(5)]
    assert warnings == [""] * 5
    sixth = towns.give(towns.enrol(), "chief_officer", leader)
    assert "各方案合计已包抓 5 户，本次指派后为 6 户" in sixth.warning


def test_the_same_company_twice_is_one_load(county: Place, towns: Place):
    leader = county.person(Rank.COUNTY)
    firms = [county.company() for _ in range(5)]
    for firm in firms:
        county.give(county.enrol(firm), "lead_official", leader)
    assert towns.give(towns.enrol(firms[0]), "chief_officer", leader).warning == ""


def test_full_time_holds_across_programmes(county: Place, towns: Place):
    """Another programme of the same kind: a resident is at one company only, whichever programme asks."""
    version = load_preset(
        preset="p1", region=county.city, starts_on=START, by=county.office, at=at(2026, 3, 1, 9), code="p1-b"
    )
    again = beside_version(county, version)
    resident = towns.person(Rank.STAFF, born=1996)
    towns.give(towns.enrol(), "resident", resident)
    assert "脱产专职" in again.refuses(again.enrol(), "resident", resident)


def beside_version(first: Place, version: ProgrammeVersion) -> Place:
    """A place for a version that is already there."""
    return Place(version, ruleset_of(version), first.city, first.county, first.other_county, first.office,
                 first.category, 2000)  # fmt: skip


def test_coverage_is_told_per_programme(
    county: Place, towns: Place, company: Company, both: tuple[Enrolment, Enrolment]
):
    other = county.company()
    county.enrol(other)
    towns.give(both[1], "resident", towns.person(Rank.STAFF, born=1996))
    assert county.cover() == {company.name: Cover.UNASSIGNED, other.name: Cover.UNASSIGNED}
    assert towns.cover() == {company.name: Cover.COVERED, other.name: Cover.UNENROLLED}


def test_the_load_report_counts_each_programmes_own(county: Place, towns: Place):
    leader, office = county.person(Rank.COUNTY), county.office.on_duty(START)
    county.give(county.enrol(), "lead_official", leader)
    for _ in range(2):
        towns.give(towns.enrol(), "chief_officer", leader)
    found = {}
    for place in (county, towns):
        rows = {row.official: row for row in loads(place.version.programme, place.version, office, START)}
        found[place.version.preset] = (rows[leader.pk].companies, rows[leader.pk].limit)
    assert found == {"p2": (1, 5), "p1": (2, 3)}


def test_contact_is_owed_in_each_programme_by_its_own_rule(
    county: Place, towns: Place, both: tuple[Enrolment, Enrolment]
):
    leader = county.person(Rank.COUNTY)
    county.give(both[0], "lead_official", leader)
    towns.give(both[1], "chief_officer", leader)
    county.meet(both[0], leader, date(2026, 4, 10))
    assert county.mine(leader, both[0], date(2026, 4, 30)).owed == 0
    assert towns.mine(leader, both[1], date(2026, 4, 30)).owed == 1


def test_a_problem_goes_by_the_rules_of_its_programme(county: Place):
    """Same company, same official, same days: 2 and 10 working days under p2, the same day and 5 under p3."""
    crisis, company = beside(county, "p3"), county.company()
    officer = county.person(Rank.STAFF)
    seats = {"p2": (county, "officer"), "p3": (crisis, "instructor")}
    found: dict[str, tuple[Ticket, Ticket]] = {}
    for preset, (place, seat) in seats.items():
        enrolment = place.enrol(company)
        place.give(enrolment, seat, officer)
        noted = place.collect(enrolment, officer, at(2026, 4, 23, 15))
        found[preset] = (noted, place.dispatch(enrolment, officer, "B"))
    assert {
        preset: (noted.report_due_on, given.due_on, given.version.preset)
        for preset, (noted, given) in found.items()
    } == {
        "p2": (date(2026, 4, 27), date(2026, 5, 13), "p2"),
        "p3": (date(2026, 4, 23), date(2026, 5, 7), "p3"),
    }


def test_duties_and_their_figures_are_each_programmes_own(
    county: Place, towns: Place, both: tuple[Enrolment, Enrolment]
):
    resident = towns.person(Rank.STAFF, born=1996)
    county.give(both[0], "officer", resident)
    towns.give(both[1], "resident", resident)
    county.settle(county.dispatch(both[0], resident, "A"), resident)
    towns.log(both[1], resident, "policy", date(2026, 4, 29))
    figures = {place.version.preset: place.figures(resident, date(2026, 4, 30)) for place in (county, towns)}
    assert figures["p2"] == {}  # it asks for no duties
    assert (figures["p1"]["解决一个问题"], figures["p1"]["对接一项政策"]) == ("0/1", "1/1")
    counted = {
        place.version.preset: [one.value for one in counters_of(place.ledger(date(2026, 4, 30)))][:4]
        for place in (county, towns)
    }
    assert counted == {"p2": [1, 1, 0, 0], "p1": [0, 0, 0, 1]}


def test_whoever_stands_in_serves_both_programmes(
    county: Place, towns: Place, both: tuple[Enrolment, Enrolment]
):
    leader, stand_in = county.person(Rank.COUNTY), county.person(Rank.SECTION)
    county.give(both[0], "lead_official", leader)
    towns.give(both[1], "chief_officer", leader)
    set_deputy(
        official=leader,
        deputy=stand_in,
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 4, 10),
        reason="外出学习",
        by=county.office,
        at=at(2026, 3, 30),
    )
    served = [
        county.mine(stand_in, both[0], date(2026, 4, 5)),
        towns.mine(stand_in, both[1], date(2026, 4, 5)),
    ]
    assert [row.acting_for for row in served] == [leader.name] * 2


@pytest.fixture
def moved(county: Place, towns: Place, both: tuple[Enrolment, Enrolment]) -> tuple[Official, Official]:
    """A leader with a seat in each moves on 1 May: one seat goes along, the other to a successor."""
    leader, successor = county.person(Rank.COUNTY), county.person(Rank.COUNTY)
    kept, given = county.give(both[0], "lead_official", leader), towns.give(both[1], "chief_officer", leader)
    transfer_official(
        posting=leader.postings.get(),
        department=county.unit(),
        on=date(2026, 5, 1),
        seats={kept.pk: Fate.KEEP, given.pk: successor},
        by=county.office,
        at=at(2026, 4, 20),
    )
    return leader, successor


def test_who_moves_hands_over_in_both_programmes_at_once(
    county: Place, towns: Place, both: tuple[Enrolment, Enrolment], moved: tuple[Official, Official]
):
    leader, successor = moved
    holders = {
        on: [
            (seat.official, seat.department.name)
            for enrolment in both
            for seat in Assignment.objects.in_force(on).filter(enrolment=enrolment)
        ]
        for on in (date(2026, 4, 30), date(2026, 5, 1))
    }
    old, new = (posting.department.name for posting in leader.postings.order_by("starts_on"))
    assert holders[date(2026, 4, 30)] == [(leader, old), (leader, old)]  # the unit of that time
    assert holders[date(2026, 5, 1)] == [
        (leader, new),
        (successor, successor.postings.get().department.name),
    ]


class TestAllFive:
    """Every template in one city at once."""

    @pytest.fixture
    def places(self, county: Place) -> dict[str, Place]:
        return {"p2": county} | {code: beside(county, code) for code in ("p0", "p1", "p3", "p4")}

    def test_there_are_these_five_templates(self):
        assert {preset.code for preset in presets()} == {"p0", "p1", "p2", "p3", "p4"}

    def test_each_keeps_its_own_rules(self, places: dict[str, Place]):
        assert Programme.objects.count() == 5
        sentences = {code: place.sentences for code, place in places.items()}
        for code, mine in sentences.items():
            assert all(mine != other for name, other in sentences.items() if name != code)
        grades = {code: [g.working_days for g in place.version.grades.order_by("code")]
                  for code, place in places.items()}  # fmt: skip
        assert grades == {
            "p0": [10, 25, 25],
            "p1": [5, 10, 25, 15],
            "p2": [5, 10, 25, 15],
            "p3": [1, 5, 10],
            "p4": [5, 10, 25, 15],
        }

    def test_one_company_is_served_under_all_of_them_by_one_official(self, places: dict[str, Place]):
        seats = {
            "p0": "specialist", "p1": "chief_officer", "p2": "lead_official", "p3": "instructor",
            "p4": "specialist",
        }  # fmt: skip
        county = places["p2"]
        company, leader = county.company(), county.person(Rank.COUNTY, trained=date(2026, 2, 25))
        for code, place in places.items():
            place.give(place.enrol(company), seats[code], leader)
        assert Assignment.objects.filter(official=leader).count() == 5
        assert {code: place.cover() for code, place in places.items()} == {
            code: {company.name: Cover.COVERED} for code in places
        }

    def test_each_says_its_own_quota_when_it_is_full(self, places: dict[str, Place]):
        county = places["p2"]
        leader = county.person(Rank.COUNTY, trained=date(2026, 2, 25))
        limits = {
            "p0": ("specialist", 1), "p1": ("chief_officer", 3), "p2": ("lead_official", 5),
            "p3": ("instructor", 4), "p4": ("specialist", 2),
        }  # fmt: skip
        for code, (seat, limit) in limits.items():
            place = places[code]
            for _ in range(limit):
                place.give(place.enrol(), seat, leader)
            assert f"限额 {limit} 户企业" in place.refuses(place.enrol(), seat, leader)
