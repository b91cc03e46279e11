"""试排 asks the rulebook's own questions: rank, age, training, chiefs, kinds of unit, either-or, places."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db.models import F

from companies.services import (
    ProposalRefused,
    WorldMoved,
    adopt_proposal,
    assign_seat,
    change_pair,
    empty_pair,
    preview_adoption,
)
from companies.services.proposals_input import load_world
from companies.views.proposal_figures import figures_of
from liaison.choices import Holder, Rank, SeatPlace, VersionStatus
from liaison.models import Batch, Eligibility, Training
from tests.companies.drafts import DAY, NOW, draft_of, enrolled, officer_of, plan_of, posted
from tests.factories import (
    AssignmentFactory,
    CityFactory,
    CountyFactory,
    DepartmentFactory,
    DepartmentTradeFactory,
    EnrolmentFactory,
    ProgrammeFactory,
    ProjectFactory,
    QuotaFactory,
    TeamRoleFactory,
    VersionFactory,
    at,
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


def test_without_any_quota_a_load_that_is_called_heavy_is_said_and_no_wall(publish, clerk):
    version = publish([])
    official = posted()
    for _ in range(6):
        enrolled(version)
    draft = draft_of(version, clerk)
    assert {(p.official, p.load, p.limit, p.is_over) for p in draft.pairs.all()} == {(official, 6, 5, True)}
    assert (figures_of(draft).over, draft.gaps.count()) == (1, 0)


class TestSoftQuotas:
    def test_are_passed_only_for_a_company_that_nobody_else_can_take(self, publish, clerk):
        soft = SECTION | {"companies": 1, "is_hard": False}
        version = publish([soft, SECTION | {"rank": Rank.STAFF, "companies": 1}])
        first, second = posted(), posted(rank=Rank.STAFF)
        for _ in range(2):
            enrolled(version)
        kept = draft_of(version, clerk)
        assert {pair.official for pair in kept.pairs.all()} == {first, second}
        assert figures_of(kept).over == 0
        for _ in range(2):
            enrolled(version)
        passed = draft_of(version, clerk)
        beyond = passed.pairs.filter(load__gt=F("limit"))
        assert {pair.official for pair in beyond} == {first}  # the hard one never
        assert (passed.pairs.count(), figures_of(passed).over, passed.bound) == (4, 2, 4)

    def test_pass_by_hand_and_on_adoption_as_they_do_in_a_seat(self, publish, clerk):
        version = publish([SECTION | {"companies": 1, "is_hard": False}])
        soft = posted()
        places = [enrolled(version), enrolled(version)]
        draft = draft_of(version, clerk)
        pair = draft.pairs.get(enrolment=places[1])
        empty_pair(pair=pair, by=clerk, at=NOW)
        assert figures_of(draft).over == 0
        again = change_pair(proposal=draft, enrolment=places[1], official=soft, by=clerk, at=NOW)
        assert (again.load, again.limit, figures_of(draft).over) == (2, 1, 1)
        assert adopt_proposal(proposal=draft, by=clerk, at=NOW).given == 2
        third = enrolled(version)
        seat = assign_seat(
            enrolment=third, role=draft.role, official=soft, starts_on=DAY, by=clerk, at=NOW
        )  # one judgement: what the plan may pass, the seat may, with a warning
        assert "超出限额" in seat.warning


class TestFloors:
    def test_come_before_wishes_and_whoever_stays_below_is_named(self, publish, clerk):
        version = publish([SECTION, SECTION | {"rank": Rank.COUNTY, "companies_min": 1}])
        near, leader = posted(), posted(CityFactory(), rank=Rank.COUNTY)
        idle = posted(CountyFactory(other=True), rank=Rank.COUNTY)
        place = enrolled(version)
        draft = draft_of(version, clerk)
        assert plan_of(draft) == {place: leader}
        (below,) = draft.floors.all().below()
        assert (below.official, below.floor, below.held, below.given) == (idle, 1, 0, 0)
        assert below.get_reason_display() == "可及范围内没有空缺的企业"
        assert figures_of(draft).below == 1
        change_pair(
            proposal=draft, enrolment=place, official=near, instead_of=leader, by=clerk, at=NOW
        )  # by hand: the leader is below now, too, and it is said why
        words = {row.official: row.get_reason_display() for row in draft.floors.all().below()}
        assert words == {idle: "可及范围内没有空缺的企业", leader: "人工改派后不足"}

    def test_a_draft_of_a_county_owes_its_own_officials_alone(self, publish, clerk):
        version = publish([SECTION | {"companies_min": 1}])
        county = CountyFactory()
        posted(CityFactory()), posted(CountyFactory(other=True))
        ours = [posted(county), posted(county)]
        enrolled(version, county)
        draft = draft_of(version, clerk, region=county)
        assert {row.official for row in draft.floors.all()} == set(ours)
        assert [row.get_reason_display()[:8] for row in draft.floors.all().below()] == ["可及的企业已固定"]


class TestFullTime:
    RESIDENT = {"full_time": True, "counts_to_quota": False}

    def test_who_is_full_time_anywhere_is_not_to_be_had(self, publish, clerk):
        elsewhere = publish([], **self.RESIDENT)
        version = publish([], **self.RESIDENT)
        busy, free = posted(), posted()
        AssignmentFactory(enrolment=enrolled(elsewhere), official=busy)
        places = [enrolled(version), enrolled(version)]
        draft = draft_of(version, clerk)
        assert list(plan_of(draft).values()) == [free]
        gap = draft.gaps.get()
        with pytest.raises(ProposalRefused, match="已在一户企业脱产专职"):
            change_pair(proposal=draft, enrolment=gap.enrolment, official=busy, by=clerk, at=NOW)
        with pytest.raises(ProposalRefused, match="已在一户企业脱产专职"):
            change_pair(proposal=draft, enrolment=gap.enrolment, official=free, by=clerk, at=NOW)
        assert len(places) == 2

    def test_a_full_time_seat_taken_since_stops_the_adoption_in_words(self, publish, clerk):
        elsewhere = publish([], **self.RESIDENT)
        version = publish([], **self.RESIDENT)
        official = posted()
        place = enrolled(version)
        draft = draft_of(version, clerk)
        assert plan_of(draft) == {place: official}
        AssignmentFactory(enrolment=enrolled(elsewhere), official=official)
        with pytest.raises(WorldMoved) as moved:
            adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert [one.words for one in moved.value.conflicts] == [
            "该干部已在一户企业脱产专职，同一时期只能在一户"
        ]

    def test_who_is_there_already_may_stay_or_be_moved_by_the_plan(self, publish, clerk):
        version = publish([], **self.RESIDENT)
        official = posted(CityFactory())
        near = posted()
        seat = AssignmentFactory(enrolment=enrolled(version), official=official)
        bare = enrolled(version)
        draft = draft_of(version, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        assert set(plan_of(draft).values()) == {official, near}
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert {officer_of(seat.enrolment), officer_of(bare)} == {official, near}


class TestSeatsWithoutQuota:
    def test_chiefs_head_as_many_as_there_are_evenly_and_by_trade(self, publish, clerk):
        version = publish(
            [SECTION],
            [{"rank": Rank.COUNTY, "chiefs_only": True}],
            counts_to_quota=False,
            place=SeatPlace.CITY,
        )
        industry = DepartmentFactory(region=CityFactory())
        DepartmentTradeFactory(department=industry, code="C")
        maker = chief(posted(department=industry, rank=Rank.COUNTY))
        other = chief(posted(CityFactory(), rank=Rank.COUNTY))
        posted(CityFactory(), rank=Rank.COUNTY), chief(posted(rank=Rank.COUNTY))
        factory = enrolled(version, industry="34")
        for _ in range(5):
            enrolled(version, CountyFactory(other=True), industry="01")
        draft = draft_of(version, clerk)
        plan = plan_of(draft)
        assert plan[factory] == maker
        assert Counter(plan.values()) == {maker: 3, other: 3}
        assert {pair.limit for pair in draft.pairs.all()} == {None}
        assert {row.limit for row in draft.supplies.all()} == {None}

    @pytest.mark.parametrize(
        ("seat", "words"),
        [
            ({"holder": Holder.DEPARTMENT}, "批量指派给单位"),
            ({"holder": Holder.GROUP}, "批量指派给工作组"),
            ({}, "规则没有写明由哪些干部担任"),
        ],
    )
    def test_what_cannot_be_proposed_says_how_it_is_filled(self, publish, clerk, seat, words):
        version = publish([], counts_to_quota=False, keeps_contact=False, **seat)
        enrolled(version)
        with pytest.raises(ProposalRefused, match=words):
            draft_of(version, clerk)


def test_where_officials_come_in_batches_a_draft_begins_within_one(publish, clerk):
    version = publish([SECTION])
    batch = Batch.objects.create(
        programme=version.programme, number=1, name="第 1 批", starts_on=DAY, ends_on=date(2026, 3, 31)
    )
    posted()
    place = EnrolmentFactory(version=version, batch=batch)
    with pytest.raises(ProposalRefused, match="2026-04-01 不在任何批次之内"):
        draft_of(version, clerk, starts_on=date(2026, 4, 1))
    draft = draft_of(version, clerk)
    for act in (
        lambda: adopt_proposal(proposal=draft, by=clerk, at=at(2026, 4, 1)),
        lambda: preview_adoption(proposal=draft, on=date(2026, 4, 1)),
    ):
        with pytest.raises(ProposalRefused, match="2026-04-01 不在任何批次之内"):
            act()
    draft.refresh_from_db()
    adopt_proposal(proposal=draft, by=clerk, at=NOW)
    assert place.assignments.get().ends_on == date(2026, 3, 31)


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
