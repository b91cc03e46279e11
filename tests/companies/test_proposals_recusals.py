"""回避 in drafts: nobody is proposed for, moved to, or given a company that they stay away from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companies.choices import GapReason
from companies.models import Assignment
from companies.services import ProposalRefused, WorldMoved, adopt_proposal, change_pair
from tests.companies.drafts import DAY, NOW, draft_of, enrolled, plan_of, posted
from tests.factories import RecusalFactory


def test_a_pair_that_must_not_meet_is_not_proposed(rules, clerk):
    away, free = posted(), posted()
    place = enrolled(rules)
    RecusalFactory(official=away, company=place.company)
    draft = draft_of(rules, clerk)
    assert plan_of(draft) == {place: free}
    with pytest.raises(ProposalRefused, match="须回避"):
        change_pair(proposal=draft, enrolment=place, official=away, by=clerk, at=NOW)


def test_a_company_whose_only_official_stays_away_says_so(rules, clerk):
    away, place = posted(), enrolled(rules)
    RecusalFactory(official=away, company=place.company, starts_on=DAY + timedelta(days=30))
    assert draft_of(rules, clerk).gaps.get().reason == GapReason.BARRED


def test_what_is_over_by_then_bars_nobody(rules, clerk):
    back, place = posted(), enrolled(rules)
    RecusalFactory(official=back, company=place.company, ends_on=DAY - timedelta(days=1))
    assert plan_of(draft_of(rules, clerk)) == {place: back}


def test_a_recusal_declared_since_stops_the_adoption(rules, clerk):
    away, place = posted(), enrolled(rules)
    draft = draft_of(rules, clerk)
    RecusalFactory(official=away, company=place.company)
    with pytest.raises(WorldMoved) as moved:
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
    assert [conflict.words for conflict in moved.value.conflicts] == ["该干部与企业须回避"]
    assert not Assignment.objects.filter(enrolment=place).exists()
