"""A small city for drafts of who looks after whom: one exclusive seat, and quotas for 科级."""

from __future__ import annotations

from datetime import date

from companies.models import Assignment, Enrolment, Proposal
from companies.services import (
    solve_proposal,
    start_proposal,
)
from liaison.choices import Rank, SystemRole
from liaison.models import Official, ProgrammeVersion
from tests.factories import (
    CompanyFactory,
    CountyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    at,
)

DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)
LATER = at(2026, 3, 3)


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
