"""试排 asks the rulebook's own questions: rank, age, training, chiefs, kinds of unit, either-or, places."""

from __future__ import annotations

from datetime import date

import pytest

from companies.services.proposals_input import load_world
from liaison.choices import Rank, SeatPlace, VersionStatus
from liaison.models import Eligibility, Training
from tests.companies.drafts import DAY, NOW, draft_of, enrolled, plan_of, posted
from tests.factories import (
    CityFactory,
    CountyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    ProgrammeFactory,
    ProjectFactory,
    QuotaFactory,
    TeamRoleFactory,
    VersionFactory,
)


@pytest.fixture
def publish():
    """A version with one seat as described, published with the rules that a test adds before."""

    def make(quotas, eligible=(), **seat):
        version = VersionFactory(programme=ProgrammeFactory(region=CityFactory()))
        role = TeamRoleFactory(version=version, code="officer", max_count=1, **seat)
        for quota in quotas:
            QuotaFactory(version=version, **quota)
        for row in eligible:
            Eligibility.objects.create(version=version, role=role, **row)
        version.status, version.published_at = VersionStatus.PUBLISHED, NOW
        version.save()
        return version

    return make


SECTION = {"rank": Rank.SECTION, "companies": 2, "projects": 2}


def chief(official, kind="organ"):
    official.postings.update(is_chief=True)
    department = official.postings.get().department
    department.kind = kind
    department.save()
    return official


def test_the_narrowest_quota_holds(publish, clerk):
    version = publish(
        [
            SECTION | {"companies": 1},
            SECTION | {"companies": 3, "chiefs_only": True, "department_kind": "economic"},
            SECTION | {"companies": 2, "region": CountyFactory(other=True)},
        ]
    )
    plain, head, there = posted(), chief(posted(), "economic"), posted(CountyFactory(other=True))
    enrolled(version)
    world = load_world(draft_of(version, clerk))
    assert {key: person.companies for key, person in world.people.items()} == {
        plain.pk: 1,
        head.pk: 3,
        there.pk: 2,
    }


def test_who_has_no_quota_where_others_have_is_not_proposed(publish, clerk):
    version = publish([SECTION])
    staff, officer = posted(rank=Rank.STAFF), posted()
    place = enrolled(version)
    assert plan_of(draft_of(version, clerk)) == {place: officer}
    assert staff.postings.exists()


def test_without_any_quota_the_load_that_is_called_heavy_is_the_limit(publish, clerk):
    version = publish([])
    official = posted()
    for _ in range(6):
        enrolled(version)
    draft = draft_of(version, clerk)
    assert draft.pairs.filter(official=official).count() == 5


def test_companies_or_projects_never_both(publish, clerk):
    version = publish([SECTION | {"either_or": True}])
    first, second = posted(), posted()
    companies = [enrolled(version) for _ in range(2)]
    projects = [
        EnrolmentFactory(version=version, company=e.company, project=ProjectFactory(company=e.company))
        for e in companies
    ]
    plan = plan_of(draft_of(version, clerk))
    assert set(plan) == {*companies, *projects}
    assert len({plan[e] for e in companies}) == len({plan[e] for e in projects}) == 1
    assert {first, second} == set(plan.values())


def test_asks_rank_age_and_training(publish, clerk):
    version = publish(
        [SECTION, SECTION | {"rank": Rank.STAFF}],
        [{"rank": Rank.SECTION, "max_age": 40}],
        needs_training=True,
    )
    people = {
        "fits": posted(birth_year=1990),
        "untrained": posted(birth_year=1990),
        "old": posted(birth_year=1980),
        "unknown": posted(),
        "rank": posted(rank=Rank.STAFF, birth_year=1995),
    }
    for name, official in people.items():
        if name != "untrained":
            Training.objects.create(
                official=official, on=date(2026, 1, 5), subject="惠企政策", recorded_at=NOW, recorded_by=clerk
            )
    place = enrolled(version)
    draft = draft_of(version, clerk)
    assert draft.people == 1
    assert plan_of(draft) == {place: people["fits"]}


def test_a_seat_of_the_companys_county_is_never_filled_from_elsewhere(publish, clerk):
    version = publish([SECTION], place=SeatPlace.SAME_COUNTY)
    posted(CityFactory())
    posted(CountyFactory(other=True))
    place = enrolled(version)
    assert not draft_of(version, clerk, across=True).pairs.exists()
    local = posted()
    assert plan_of(draft_of(version, clerk, across=True)) == {place: local}


def test_full_time_means_one_company(publish, clerk):
    version = publish([SECTION], full_time=True)
    posted()
    enrolled(version), enrolled(version)
    draft = draft_of(version, clerk)
    assert (draft.pairs.count(), draft.gaps.count()) == (1, 1)


def test_a_second_post_counts_where_the_first_does_not_fit(publish, clerk):
    version = publish([SECTION | {"chiefs_only": True}])
    official = posted()
    second = DepartmentFactory(region=CountyFactory())
    official.postings.create(
        department=second, role="official", reach="own", starts_on=date(2025, 1, 1), is_chief=True
    )
    enrolled(version)
    assert draft_of(version, clerk).pairs.get().department == second
    assert DAY
