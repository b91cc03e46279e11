"""试排: drafts are worked out by the rules, changed by the same rules, adopted whole and taken back whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.choices import GapReason, PairOrigin, ProposalState
from companies.models import Assignment, Enrolment, Proposal, ProposalPair
from companies.services import (
    ProposalRefused,
    WorldMoved,
    adopt_proposal,
    assign_seat,
    change_pair,
    drop_proposal,
    empty_pair,
    fix_pairs,
    preview_adoption,
    preview_taking_back,
    set_trades,
    solve_again,
    solve_proposal,
    start_proposal,
    take_back_proposal,
    vacate_seat,
)
from liaison.choices import Rank, SystemRole, VersionStatus
from liaison.models import AuditEvent, Official, OutboxMessage, ProgrammeVersion
from tests.factories import (
    AssignmentFactory,
    CityFactory,
    CompanyFactory,
    CountyFactory,
    DepartmentFactory,
    DepartmentTradeFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    ProgrammeFactory,
    ProjectFactory,
    QuotaFactory,
    TeamRoleFactory,
    TownFactory,
    VersionFactory,
    VisitFactory,
    at,
)

DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)
LATER = at(2026, 3, 3)


@pytest.fixture
def clerk() -> Official:
    return OfficialFactory(username="clerk", name="何主任")


@pytest.fixture
def rules() -> ProgrammeVersion:
    """One exclusive seat; 科级 two companies and one project each."""
    version = VersionFactory(programme=ProgrammeFactory(region=CityFactory()))
    TeamRoleFactory(version=version, code="officer", max_count=1)
    TeamRoleFactory(version=version, code="second", name="第二干部", min_count=0, max_count=1)
    TeamRoleFactory(version=version, code="adviser", name="顾问", min_count=0, counts_to_quota=False)
    QuotaFactory(version=version, rank=Rank.SECTION, companies=2, projects=1)
    version.status, version.published_at = VersionStatus.PUBLISHED, NOW
    version.save()
    return version


def posted(
    region=None, *, rank=Rank.SECTION, role=SystemRole.OFFICIAL, department=None, **fields
) -> Official:
    department = department or DepartmentFactory(region=region or CountyFactory())
    return PostingFactory(
        official=OfficialFactory(rank=rank, **fields), department=department, role=role
    ).official


def enrolled(version: ProgrammeVersion, region=None, **fields) -> Enrolment:
    company = CompanyFactory(region=region or CountyFactory(), **fields)
    return EnrolmentFactory(version=version, company=company)


def draft_of(version: ProgrammeVersion, clerk: Official, **fields) -> Proposal:
    proposal = start_proposal(
        role=version.team_roles.get(code="officer"),
        **{"region": version.programme.region, "starts_on": DAY, "by": clerk, "at": NOW, **fields},
    )
    solve_proposal(proposal_id=proposal.pk, at=NOW)
    proposal.refresh_from_db()
    return proposal


def plan_of(proposal: Proposal) -> dict[Enrolment, Official]:
    rows = proposal.pairs.order_by("pk").select_related("enrolment__company", "official")
    return {pair.enrolment: pair.official for pair in rows}


def officer_of(enrolment: Enrolment, on: date = DAY) -> Official | None:
    seat = Assignment.objects.in_force(on).filter(enrolment=enrolment, role__code="officer").first()
    return seat and seat.official


class TestSolving:
    def test_covers_each_company_within_the_quotas_and_says_why(self, rules, clerk):
        county, other = CountyFactory(), CountyFactory(other=True)
        ours, theirs = posted(county), posted(other)
        here = [enrolled(rules, county) for _ in range(2)]
        there = enrolled(rules, other)
        draft = draft_of(rules, clerk)
        assert draft.state == ProposalState.DRAFT
        assert plan_of(draft) == {here[0]: ours, here[1]: ours, there: theirs}
        assert (draft.seats, draft.bound, draft.people, draft.unfixed) == (3, 3, 2, 0)
        pair = draft.pairs.get(enrolment=there)
        assert (pair.nearness, pair.trade, pair.is_kept, pair.load) == ("county", False, False, 1)
        assert pair.department == theirs.postings.get().department
        assert [row.given for row in draft.supplies.filter(kind="company").order_by("region__code")] == [2, 1]

    def test_names_the_reason_for_each_company_left_over(self, rules, clerk):
        posted(CountyFactory())
        for _ in range(3):
            enrolled(rules)
        alone = enrolled(rules, CountyFactory(other=True))
        draft = draft_of(rules, clerk)
        assert draft.pairs.count() == 2
        reasons = {gap.enrolment: gap.reason for gap in draft.gaps.select_related("enrolment").order_by("pk")}
        assert reasons.pop(alone) == GapReason.NOBODY
        assert list(reasons.values()) == [GapReason.TAKEN]
        assert (draft.seats, draft.bound) == (4, 2)

    def test_counts_what_is_held_already_in_any_seat_of_the_programme(self, rules, clerk):
        busy = posted()
        AssignmentFactory(enrolment=enrolled(rules), official=busy)
        AssignmentFactory(enrolment=enrolled(rules), official=busy, seat="second")
        wanting = enrolled(rules)
        draft = draft_of(rules, clerk)
        gap = draft.gaps.get(enrolment=wanting)
        assert (gap.reason, gap.eligible) == (GapReason.FULL, 1)

    def test_companies_and_projects_have_quotas_of_their_own(self, rules, clerk):
        official = posted()
        companies = [enrolled(rules) for _ in range(2)]
        projects = [
            EnrolmentFactory(version=rules, company=e.company, project=ProjectFactory(company=e.company))
            for e in companies
        ]
        draft = draft_of(rules, clerk)
        assert draft.pairs.count() == 3
        assert draft.gaps.get().enrolment in projects
        assert {pair.official for pair in draft.pairs.select_related("official")} == {official}

    def test_matches_the_trade_of_the_unit(self, rules, clerk):
        county = CountyFactory()
        industry, farming = DepartmentFactory(region=county), DepartmentFactory(region=county)
        DepartmentTradeFactory(department=industry, code="C")
        DepartmentTradeFactory(department=farming, code="01")
        maker, farmer = posted(department=industry), posted(department=farming)
        machines, orchard = enrolled(rules, industry="34"), enrolled(rules, industry="01")
        draft = draft_of(rules, clerk)
        assert plan_of(draft) == {machines: maker, orchard: farmer}
        assert all(pair.trade for pair in draft.pairs.all())

    def test_only_who_looks_after_companies_is_proposed(self, rules, clerk):
        posted(role=SystemRole.OFFICE)
        posted(is_active=False)
        PostingFactory(official=OfficialFactory(rank=Rank.SECTION), ends_on=date(2026, 2, 1))
        enrolled(rules)
        assert draft_of(rules, clerk).gaps.get().reason == GapReason.NOBODY

    def test_looks_at_the_scope_alone(self, rules, clerk):
        county = CountyFactory()
        town = TownFactory(parent=county)
        posted(county), posted(county)
        wanted = enrolled(rules, town, industry="34", scale="large")
        for fields in ({"industry": "01", "scale": "large"}, {"industry": "34", "scale": "small"}):
            enrolled(rules, town, **fields)
        enrolled(rules, county, industry="34", scale="large")
        project = ProjectFactory(company=wanted.company)
        EnrolmentFactory(version=rules, company=wanted.company, project=project)
        draft = draft_of(rules, clerk, region=town, industry="C", scale="large", kind="company")
        assert list(plan_of(draft)) == [wanted]

    def test_leaves_covered_companies_alone_unless_asked(self, rules, clerk):
        far = posted(CityFactory())
        near = posted(CountyFactory())
        covered, bare = enrolled(rules), enrolled(rules)
        AssignmentFactory(enrolment=covered, official=far)
        assert plan_of(draft_of(rules, clerk)) == {bare: near}
        everything = draft_of(rules, clerk, only_uncovered=False)
        assert plan_of(everything) == {covered: far, bare: near}
        assert everything.pairs.get(enrolment=covered).is_kept
        assert everything.keepable == 1
        nearer = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        assert plan_of(nearer) == {covered: near, bare: near}

    def test_keeps_who_may_not_be_proposed_any_more(self, rules, clerk):
        retired = posted(role=SystemRole.OFFICE)
        covered = enrolled(rules)
        AssignmentFactory(enrolment=covered, official=retired)
        posted(), enrolled(rules)
        draft = draft_of(rules, clerk, only_uncovered=False)
        assert covered not in plan_of(draft)
        assert not draft.gaps.exists()

    def test_officials_of_a_county_serve_another_one_only_if_allowed(self, rules, clerk):
        posted(CountyFactory(other=True))
        enrolled(rules)
        assert not draft_of(rules, clerk).pairs.exists()
        assert draft_of(rules, clerk, across=True).pairs.get().nearness == "other"

    def test_done_twice_changes_nothing_more(self, rules, clerk):
        posted(), enrolled(rules)
        draft = draft_of(rules, clerk)
        before = list(draft.pairs.order_by("pk").values_list("pk", flat=True))
        assert solve_proposal(proposal_id=draft.pk, at=LATER) is None
        assert list(draft.pairs.order_by("pk").values_list("pk", flat=True)) == before

    def test_a_worker_that_was_killed_begins_anew(self, rules, clerk):
        posted(), enrolled(rules)
        draft = draft_of(rules, clerk)
        Proposal.objects.filter(pk=draft.pk).update(state=ProposalState.SOLVING, phase=4)
        solve_proposal(proposal_id=draft.pk, at=LATER)
        assert draft.pairs.count() == 1

    def test_says_so_when_nothing_stands_empty(self, rules, clerk):
        AssignmentFactory(enrolment=enrolled(rules), official=posted())
        draft = draft_of(rules, clerk)
        assert (draft.state, draft.failure) == ("failed", "所选范围内没有空缺的席位，不需要试排。")

    def test_asks_a_job_and_leaves_a_trace(self, rules, clerk):
        enrolled(rules)
        draft = draft_of(rules, clerk)
        message = OutboxMessage.objects.get(topic="proposal.asked")
        assert message.arguments == {"proposal": draft.pk}
        events = AuditEvent.objects.filter(subject=f"companies.proposal:{draft.pk}").order_by("pk")
        assert [event.action for event in events] == ["发起试排", "排出草案"]

    def test_refuses_a_seat_without_quota_and_an_empty_scope(self, rules, clerk):
        adviser = rules.team_roles.get(code="adviser")
        fields = {"region": rules.programme.region, "starts_on": DAY, "by": clerk, "at": NOW}
        with pytest.raises(ProposalRefused, match="不能自动试排"):
            start_proposal(role=adviser, **fields)
        with pytest.raises(ProposalRefused, match="没有适用这一规则的包联企业"):
            start_proposal(role=rules.team_roles.get(code="officer"), **fields)
        assert not Proposal.objects.exists()

    def test_reads_the_world_in_as_many_queries_for_many_rows(self, rules, clerk):
        def cost() -> int:
            proposal = start_proposal(
                role=rules.team_roles.get(code="officer"),
                region=CityFactory(),
                starts_on=DAY,
                by=clerk,
                at=NOW,
            )
            with CaptureQueriesContext(connection) as captured:
                solve_proposal(proposal_id=proposal.pk, at=NOW)
            return len(captured)

        posted(), enrolled(rules)
        few = cost()
        for _ in range(12):
            posted(), enrolled(rules)
        assert cost() == few


class TestChanging:
    def test_puts_somebody_else_in_and_fixes_it(self, rules, clerk):
        first, second = posted(), posted(CityFactory())
        enrolment = enrolled(rules)
        draft = draft_of(rules, clerk)
        pair = change_pair(
            proposal=draft, enrolment=enrolment, official=second, instead_of=first, by=clerk, at=LATER
        )
        assert plan_of(draft) == {enrolment: second}
        assert (pair.origin, pair.is_fixed, pair.nearness, pair.load) == (PairOrigin.HAND, True, "city", 1)
        assert (pair.changed_by, pair.changed_at) == (clerk, LATER)
        assert not draft.gaps.exists()

    def test_leaves_a_seat_empty_and_fills_it_again(self, rules, clerk):
        official, enrolment = posted(), enrolled(rules)
        draft = draft_of(rules, clerk)
        empty_pair(pair=draft.pairs.get(), by=clerk, at=LATER)
        assert draft.gaps.get().reason == GapReason.REMOVED
        assert not draft.pairs.exists()
        change_pair(proposal=draft, enrolment=enrolment, official=official, by=clerk, at=LATER)
        assert not draft.gaps.exists()

    def test_keeps_count_of_the_load(self, rules, clerk):
        one, other = posted(), posted()
        places = [enrolled(rules) for _ in range(2)]
        draft = draft_of(rules, clerk)
        moved = draft.pairs.get(official=other)
        change_pair(
            proposal=draft, enrolment=moved.enrolment, official=one, instead_of=other, by=clerk, at=LATER
        )
        assert sorted(draft.pairs.values_list("load", flat=True)) == [2, 2]
        empty_pair(pair=draft.pairs.order_by("pk").first(), by=clerk, at=LATER)
        assert draft.pairs.get().load == 1
        assert len(places) == 2

    @pytest.mark.parametrize(
        ("who", "words"),
        [
            ("full", "限额已用满"),
            ("stranger", "没有可以包联的任职"),
            ("adviser", "已在这家企业的专班中"),
            ("same", "没有改动"),
        ],
    )
    def test_refuses_what_the_solver_would_not_do(self, rules, clerk, who, words):
        same = posted()
        enrolment = enrolled(rules)
        draft = draft_of(rules, clerk)
        people = {"same": same, "full": posted(), "stranger": OfficialFactory(), "adviser": posted()}
        for _ in range(2):
            AssignmentFactory(enrolment=enrolled(rules), official=people["full"])
        AssignmentFactory(enrolment=enrolment, official=people["adviser"], seat="adviser")
        with pytest.raises(ProposalRefused, match=words):
            change_pair(
                proposal=draft, enrolment=enrolment, official=people[who], instead_of=same, by=clerk, at=LATER
            )
        assert plan_of(draft) == {enrolment: same}

    def test_counts_the_drafts_other_pairs_against_the_quota(self, rules, clerk):
        full, spare = posted(), posted(CityFactory())
        places = [enrolled(rules) for _ in range(3)]
        draft = draft_of(rules, clerk)
        third = draft.pairs.get(official=spare).enrolment
        with pytest.raises(ProposalRefused, match="限额已用满"):
            change_pair(proposal=draft, enrolment=third, official=full, instead_of=spare, by=clerk, at=LATER)
        assert third in places

    def test_a_draft_of_everybody_may_use_what_it_takes_away(self, rules, clerk):
        """An official whose two companies go to others in the draft has room for a third in it."""
        moving, other = posted(), posted(CityFactory())
        held = [enrolled(rules) for _ in range(2)]
        for enrolment in held:
            AssignmentFactory(enrolment=enrolment, official=moving)
        third = enrolled(rules)
        draft = draft_of(rules, clerk, only_uncovered=False)
        assert plan_of(draft)[third] == other
        for enrolment in held:
            if plan_of(draft)[enrolment] == moving:
                empty_pair(pair=draft.pairs.get(enrolment=enrolment), by=clerk, at=LATER)
        change_pair(proposal=draft, enrolment=third, official=moving, instead_of=other, by=clerk, at=LATER)
        assert plan_of(draft)[third] == moving

    def test_fixes_and_unfixes(self, rules, clerk):
        posted(), enrolled(rules)
        draft = draft_of(rules, clerk)
        chosen = ProposalPair.objects.filter(proposal=draft)
        assert fix_pairs(proposal=draft, pairs=chosen, fixed=True, by=clerk, at=LATER) == 1
        assert draft.pairs.get().is_fixed
        assert fix_pairs(proposal=draft, pairs=chosen, fixed=True, by=clerk, at=LATER) == 0
        assert fix_pairs(proposal=draft, pairs=chosen, fixed=False, by=clerk, at=LATER) == 1

    def test_is_refused_once_the_draft_is_closed(self, rules, clerk):
        official, enrolment = posted(), enrolled(rules)
        draft = draft_of(rules, clerk)
        drop_proposal(proposal=draft, by=clerk, at=LATER)
        with pytest.raises(ProposalRefused, match="现在是“已放弃”"):
            change_pair(proposal=draft, enrolment=enrolment, official=official, by=clerk, at=LATER)


class TestSolvingAgain:
    def test_leaves_fixed_pairs_and_gives_a_new_draft(self, rules, clerk):
        best, chosen = posted(), posted(CityFactory())
        enrolment, other = enrolled(rules), enrolled(rules)
        draft = draft_of(rules, clerk)
        before = plan_of(draft)
        change_pair(proposal=draft, enrolment=enrolment, official=chosen, instead_of=best, by=clerk, at=LATER)
        new = solve_again(proposal=draft, by=clerk, at=LATER)
        solve_proposal(proposal_id=new.pk, at=LATER)
        new.refresh_from_db()
        assert (new.based_on, new.state, new.unfixed) == (draft, ProposalState.DRAFT, 0)
        assert plan_of(new) == {enrolment: chosen, other: best}
        assert new.pairs.get(enrolment=enrolment).origin == PairOrigin.HAND
        assert before == {enrolment: best, other: best}
        assert draft.pairs.count() == 2

    def test_drops_fixed_pairs_that_the_rules_no_longer_allow(self, rules, clerk):
        gone, stays = posted(), posted(CityFactory())
        enrolment = enrolled(rules)
        draft = draft_of(rules, clerk)
        gone.is_active = False
        gone.save()
        new = solve_again(proposal=draft, keep_all=True, by=clerk, at=LATER)
        solve_proposal(proposal_id=new.pk, at=LATER)
        new.refresh_from_db()
        assert plan_of(new) == {enrolment: stays}
        assert new.unfixed == 1


class TestAdopting:
    def test_gives_every_seat_in_one_go(self, rules, clerk):
        official = posted()
        places = [enrolled(rules) for _ in range(2)]
        draft = draft_of(rules, clerk)
        done = adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.given, done.kept, done.ended) == (2, 0, 0)
        assert [officer_of(place) for place in places] == [official, official]
        seat = places[0].assignments.get()
        assert (seat.is_exclusive, seat.assigned_by, seat.starts_on) == (True, clerk, DAY)
        draft.refresh_from_db()
        assert (draft.state, draft.adopted_by) == (ProposalState.ADOPTED, clerk)
        assert set(draft.pairs.values_list("assignment", flat=True)) == set(
            Assignment.objects.values_list("pk", flat=True)
        )

    def test_ends_the_seats_that_it_gives_to_others(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        begun, coming = enrolled(rules), enrolled(rules)
        AssignmentFactory(enrolment=begun, official=far)
        AssignmentFactory(enrolment=coming, official=far, starts_on=date(2026, 4, 1))
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        done = adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.given, done.kept, done.ended) == (2, 0, 2)
        assert [officer_of(begun), officer_of(coming)] == [near, near]
        assert officer_of(begun, DAY - timedelta(days=1)) == far
        assert not Assignment.objects.filter(enrolment=coming, official=far).exists()

    def test_keeps_seats_that_stay_as_they_are(self, rules, clerk):
        seat = AssignmentFactory(enrolment=enrolled(rules), official=posted())
        draft = draft_of(rules, clerk, only_uncovered=False)
        done = adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.given, done.kept, done.ended) == (0, 1, 0)
        assert Assignment.objects.get() == seat

    @pytest.mark.parametrize("what", ["taken", "full", "moved away", "left"])
    def test_is_refused_whole_when_the_world_has_moved(self, rules, clerk, what):
        official, spare = posted(), posted(CityFactory())
        first, second = enrolled(rules), enrolled(rules)
        draft = draft_of(rules, clerk)
        assert plan_of(draft) == {first: official, second: official}
        officer = rules.team_roles.get(code="officer")
        common = {"role": officer, "starts_on": DAY, "by": clerk, "at": NOW}
        if what == "taken":
            assign_seat(enrolment=first, official=spare, **common)
            words = "已经有人"
        elif what == "full":
            assign_seat(enrolment=enrolled(rules), official=official, **common)
            words = "限额已用满"
        elif what == "moved away":
            official.postings.update(ends_on=DAY - timedelta(days=1))
            words = "没有可以包联的任职"
        else:
            Enrolment.objects.filter(pk=first.pk).update(ends_on=DAY - timedelta(days=1))
            words = "已退出包联"
        before = Assignment.objects.count()
        told = preview_adoption(proposal=draft, on=DAY)[1]
        assert any(words in conflict.words for conflict in told)
        with pytest.raises(WorldMoved, match="没有写入任何内容") as refusal:
            adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert any(words in conflict.words for conflict in refusal.value.conflicts)
        assert Assignment.objects.count() == before
        draft.refresh_from_db()
        assert draft.is_draft
        # solving again keeps what still holds and mends the rest
        new = solve_again(proposal=draft, keep_all=True, by=clerk, at=NOW)
        solve_proposal(proposal_id=new.pk, at=NOW)
        new.refresh_from_db()
        adopt_proposal(proposal=new, by=clerk, at=NOW)
        assert officer_of(second) is not None

    def test_a_draft_whose_day_has_passed_holds_from_today(self, rules, clerk):
        posted()
        place = enrolled(rules)
        draft = draft_of(rules, clerk)
        adopt_proposal(proposal=draft, by=clerk, at=at(2026, 3, 9))
        assert place.assignments.get().starts_on == date(2026, 3, 9)

    def test_previews_what_it_will_do(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        AssignmentFactory(enrolment=enrolled(rules), official=far)
        kept = AssignmentFactory(enrolment=enrolled(rules), official=near)
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        doing, conflicts = preview_adoption(proposal=draft, on=DAY)
        assert (doing.given, doing.kept, doing.ended, conflicts) == (1, 1, 1, [])
        assert kept in Assignment.objects.in_force(DAY)


class TestTakingBack:
    def test_undoes_all_of_it_and_puts_back_who_was_there(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        begun, coming, bare = enrolled(rules), enrolled(rules), enrolled(rules)
        AssignmentFactory(enrolment=begun, official=far, ends_on=date(2026, 12, 31))
        AssignmentFactory(enrolment=coming, official=far, starts_on=date(2026, 4, 1))
        before = set(Assignment.objects.values_list("enrolment", "official", "starts_on", "ends_on"))
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert officer_of(bare) is not None
        assert near in plan_of(draft).values()
        draft.refresh_from_db()
        told = preview_taking_back(proposal=draft)
        done = take_back_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.undone, done.restored, done.staying) == (told.undone, told.restored, [])
        after = set(Assignment.objects.values_list("enrolment", "official", "starts_on", "ends_on"))
        assert after == before
        draft.refresh_from_db()
        assert (draft.state, draft.taken_back_by) == (ProposalState.TAKEN_BACK, clerk)

    def test_days_later_the_seats_end_and_come_back_from_that_day(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        place = enrolled(rules)
        AssignmentFactory(enrolment=place, official=far)
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        take_back_proposal(proposal=draft, by=clerk, at=at(2026, 3, 9))
        days = [date(2026, 3, 1), DAY, date(2026, 3, 8), date(2026, 3, 9)]
        assert [officer_of(place, day) for day in days] == [far, near, near, far]

    def test_what_somebody_changed_or_worked_on_stays(self, rules, clerk):
        posted(), posted(), posted()
        places = [enrolled(rules) for _ in range(3)]
        draft = draft_of(rules, clerk)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        replaced, visited, untouched = places
        vacate_seat(assignment=replaced.assignments.get(), on=DAY, by=clerk, at=NOW)
        VisitFactory(enrolment=visited, official=officer_of(visited), on=DAY, logged_at=at(2026, 3, 2, 15))
        done = take_back_proposal(proposal=draft, by=clerk, at=LATER)
        assert done.undone == 1
        assert {one.enrolment: one.words for one in done.staying} == {
            replaced: "采用后席位已被更换、撤下或结束",
            visited: "采用后已有走访或联系记录",
        }
        assert officer_of(visited, date(2026, 3, 3)) is not None
        assert officer_of(untouched, date(2026, 3, 3)) is None

    def test_who_has_no_room_any_more_does_not_come_back(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        place = enrolled(rules)
        AssignmentFactory(enrolment=place, official=far)
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        for _ in range(2):
            AssignmentFactory(enrolment=enrolled(rules), official=far)
        done = take_back_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.undone, done.restored) == (1, 0)
        assert [one.words for one in done.staying] == ["未恢复原席位：该干部的包联限额已用满"]
        assert officer_of(place) is None
        assert near

    def test_is_refused_after_its_days_and_when_nothing_is_left(self, rules, clerk):
        posted()
        place = enrolled(rules)
        draft = draft_of(rules, clerk)
        with pytest.raises(ProposalRefused, match="现在是“草案”"):
            take_back_proposal(proposal=draft, by=clerk, at=NOW)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        with pytest.raises(ProposalRefused, match="2026-03-17 前可以整体撤回"):
            take_back_proposal(proposal=draft, by=clerk, at=at(2026, 3, 18))
        vacate_seat(assignment=place.assignments.get(), on=DAY, by=clerk, at=NOW)
        with pytest.raises(ProposalRefused, match="没有可以撤回的"):
            take_back_proposal(proposal=draft, by=clerk, at=NOW)


def test_trades_are_checked_and_traced(clerk):
    department = DepartmentFactory()
    set_trades(department=department, codes=["C", "01"], by=clerk, at=NOW)
    set_trades(department=department, codes=["C"], by=clerk, at=NOW)
    assert list(department.trades.values_list("code", flat=True)) == ["C"]
    with pytest.raises(ProposalRefused, match="“ZZ”不是"):
        set_trades(department=department, codes=["ZZ"], by=clerk, at=NOW)
    assert AuditEvent.objects.filter(action="主管行业").count() == 2


# --- two clerks at once, on real PostgreSQL -----------------------------------------------------------


def at_once(*acts: Callable[[], object]) -> list[object]:
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=10)
            answers[place] = acts[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_clerks_adopting_one_draft_one_wins_and_the_other_is_told(rules, clerk):
    posted()
    place, other = enrolled(rules), OfficialFactory(name="另一人")
    draft = draft_of(rules, clerk)
    answers = at_once(*[lambda by=by: adopt_proposal(proposal=draft, by=by, at=NOW) for by in (clerk, other)])
    refused = [answer for answer in answers if isinstance(answer, ProposalRefused)]
    assert len(refused) == 1
    assert "已由" in str(refused[0])
    assert place.assignments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_drafts_adopted_at_once_break_no_quota(rules, clerk):
    official = posted()
    places = [enrolled(rules) for _ in range(2)]
    drafts = [draft_of(rules, clerk) for _ in range(2)]
    answers = at_once(*[lambda d=d: adopt_proposal(proposal=d, by=clerk, at=NOW) for d in drafts])
    assert sum(isinstance(answer, WorldMoved) for answer in answers) == 1
    assert official.assignments.count() == 2
    assert [place.assignments.count() for place in places] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_adopting_while_somebody_assigns_breaks_no_quota(rules, clerk):
    official = posted()
    [enrolled(rules) for _ in range(2)]
    draft = draft_of(rules, clerk)
    third, officer = enrolled(rules), rules.team_roles.get(code="officer")
    answers = at_once(
        lambda: adopt_proposal(proposal=draft, by=clerk, at=NOW),
        lambda: assign_seat(
            enrolment=third, role=officer, official=official, starts_on=DAY, by=clerk, at=NOW
        ),
    )
    assert sum(isinstance(answer, Exception) for answer in answers) == 1, answers
    assert official.assignments.count() in (1, 2)
