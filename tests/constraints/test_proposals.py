"""Drafts of who looks after whom: what PostgreSQL refuses."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests import factories as f
from tests.constraints import Acts, again
from tests.factories import at

REFUSED: Acts = {
    "companies_trade_once": lambda: again(f.DepartmentTradeFactory()),
    "companies_trade_code_shape": lambda: f.DepartmentTradeFactory(code="c"),
    "companies_proposal_state_known": lambda: f.ProposalFactory(state="dream"),
    "companies_proposal_weights_known": lambda: f.ProposalFactory(load_weight=4),
    "companies_proposal_adopted_iff_stamped": lambda: f.ProposalFactory(adopted=True, adopted_by=None),
    "companies_proposal_taken_back_iff_stamped": lambda: f.ProposalFactory(taken_back_at=at(2026, 3, 2)),
    "companies_proposalpair_once": lambda: again(f.ProposalPairFactory()),
    "companies_proposalpair_words_known": lambda: f.ProposalPairFactory(nearness="moon"),
    "companies_proposalgap_once": lambda: again(f.ProposalGapFactory()),
    "companies_proposalgap_sane": lambda: f.ProposalGapFactory(seats=0),
    "companies_proposalfloor_once": lambda: again(f.ProposalFloorFactory()),
    "companies_proposalfloor_sane": lambda: f.ProposalFloorFactory(held=1),
    "companies_proposalsupply_once": lambda: again(f.ProposalSupplyFactory()),
    "companies_proposalsupply_known": lambda: f.ProposalSupplyFactory(kind="moon"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()
