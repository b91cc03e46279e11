"""Drafts of who looks after whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from factory import LazyAttribute, LazyFunction, SelfAttribute, SubFactory, Trait
from factory.django import DjangoModelFactory

from companies import models
from companies.choices import FloorReason, GapReason, Nearness, ProposalState, TargetKind
from liaison.choices import Rank
from tests.factories.clock import at
from tests.factories.companies import EnrolmentFactory
from tests.factories.ground import CityFactory, DepartmentFactory, OfficialFactory
from tests.factories.rulebook import p2_version


class ProposalFactory(DjangoModelFactory):
    """A draft for 包抓干部 of P2 in the whole city; `queued=True`, `adopted=True`, `taken_back=True`."""

    class Meta:
        model = models.Proposal

    class Params:
        queued = Trait(state=ProposalState.QUEUED, solved_at=None)
        adopted = Trait(
            state=ProposalState.ADOPTED, adopted_at=at(2026, 3, 2, 11), adopted_by=SelfAttribute("made_by")
        )
        taken_back = Trait(
            state=ProposalState.TAKEN_BACK,
            adopted_at=at(2026, 3, 2, 11),
            adopted_by=SelfAttribute("made_by"),
            taken_back_at=at(2026, 3, 2, 12),
            taken_back_by=SelfAttribute("made_by"),
        )

    role = LazyFunction(lambda: p2_version().team_roles.get(code="officer"))
    region = SubFactory(CityFactory)
    starts_on = date(2026, 3, 2)
    state = ProposalState.DRAFT
    made_at = at(2026, 3, 2)
    made_by = SubFactory(OfficialFactory)
    solved_at = at(2026, 3, 2, 10)


class ProposalPairFactory(DjangoModelFactory):
    class Meta:
        model = models.ProposalPair

    proposal = SubFactory(ProposalFactory)
    enrolment = SubFactory(EnrolmentFactory)
    official = SubFactory(OfficialFactory)
    department = SubFactory(DepartmentFactory)
    nearness = Nearness.CITY
    load = 1


class ProposalGapFactory(DjangoModelFactory):
    class Meta:
        model = models.ProposalGap

    proposal = SubFactory(ProposalFactory)
    enrolment = SubFactory(EnrolmentFactory)
    reason = GapReason.TAKEN


class ProposalSupplyFactory(DjangoModelFactory):
    class Meta:
        model = models.ProposalSupply

    proposal = SubFactory(ProposalFactory)
    region: Any = LazyAttribute(lambda o: o.proposal.region)
    rank = Rank.SECTION
    kind = TargetKind.COMPANY
    people = 3
    limit = 15
    held = 2
    given = 1
    spare = 12


class ProposalFloorFactory(DjangoModelFactory):
    class Meta:
        model = models.ProposalFloor

    proposal = SubFactory(ProposalFactory)
    official = SubFactory(OfficialFactory)
    department = SubFactory(DepartmentFactory)
    floor = 1
    reason = FloorReason.TAKEN


class DepartmentTradeFactory(DjangoModelFactory):
    class Meta:
        model = models.DepartmentTrade

    department = SubFactory(DepartmentFactory)
    code = "C"
