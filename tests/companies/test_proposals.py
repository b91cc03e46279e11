"""试排: drafts are worked out by the rules, changed by the same rules, adopted whole and taken back whole."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies import tasks
from companies.choices import GapReason, PairOrigin, ProposalState
from companies.models import Proposal, ProposalPair
from companies.services import (
    ProposalRefused,
    change_pair,
    drop_proposal,
    empty_pair,
    fix_pairs,
    set_trades,
    solve_again,
    solve_proposal,
    start_proposal,
)
from liaison.choices import Rank, SystemRole
from liaison.models import AuditEvent, OutboxMessage
from tests.companies.drafts import DAY, LATER, NOW, draft_of, enrolled, plan_of, posted
from tests.factories import (
    AssignmentFactory,
    CityFactory,
    CountyFactory,
    DepartmentFactory,
    DepartmentTradeFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    ProjectFactory,
    TownFactory,
)


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


def test_a_job_that_breaks_says_so_instead_of_waiting_for_ever(rules, clerk, monkeypatch):
    enrolled(rules)
    role = rules.team_roles.get(code="officer")
    draft = start_proposal(role=role, region=CityFactory(), starts_on=DAY, by=clerk, at=NOW)

    def break_down(**fields: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("companies.services.solve_proposal", break_down)
    tasks.solve_proposal(proposal=draft.pk)
    draft.refresh_from_db()
    assert (draft.state, "系统管理员" in draft.failure) == ("failed", True)


def test_trades_are_checked_and_traced(clerk):
    department = DepartmentFactory()
    set_trades(department=department, codes=["C", "01"], by=clerk, at=NOW)
    set_trades(department=department, codes=["C"], by=clerk, at=NOW)
    assert list(department.trades.values_list("code", flat=True)) == ["C"]
    with pytest.raises(ProposalRefused, match="“ZZ”不是"):
        set_trades(department=department, codes=["ZZ"], by=clerk, at=NOW)
    assert AuditEvent.objects.filter(action="主管行业").count() == 2
