"""How many queries each page costs: the same for 2 rows as for 20, and never more than before.

The numbers are kept in tests/query_counts.json. A page that costs more fails; one that costs less is
written down by `make test ARGS="tests/queries -n0 --update-query-counts"`, which never raises a number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import assessment.services as assessing
from issues.models import Ticket
from tests.access.rows import Row
from tests.access.table import API, PAGES
from tests.access.world import NOW, World, raise_world
from tests.factories import (
    AgendaItemFactory,
    AuditEventFactory,
    BulkItemFactory,
    Cast,
    CompanyFactory,
    ContactFactory,
    DutyFileFactory,
    EnrolmentFactory,
    FrozenEnrolmentFactory,
    FrozenTicketFactory,
    ImportRowFactory,
    ImportRunFactory,
    InboxMessageFactory,
    PlanFileFactory,
    PlanMeasureFactory,
    SavedViewFactory,
    ServicePlanFactory,
    TicketFactory,
    VisitFactory,
    at,
)

KEPT = Path(__file__).resolve().parent.parent / "query_counts.json"
# Pages that show each role something else are counted for each of them, the others for the widest.
EACH_ROLE = {"home", "issues:tickets", "issues:ticket", "companies:visits"}
NOBODYS = {"healthz", "components", "api-root", "api-schema", "liaison:sign-in", "liaison:import-template"}
# Without htmx, without two drafts to compare, without an adopted draft, to the question itself: another page.
LEADS_ON = {
    *("companies:enrolment", "companies:proposal-compare", "companies:proposal-take-back"),
    "assessment:survey-of-follow",
}
SIDES = {"pages": PAGES, "api": API}


def to_count(rows: tuple[Row, ...]) -> Iterator[tuple[str, Row, str]]:
    """(key, row, who) of each page that shows rows."""
    for row in rows:
        if row.method != "GET" or row.name in NOBODYS:
            continue
        readers = [who for who in ("office", "admin", "leader", "official", "unit") if who in row.allowed]
        for who in readers if row.name in EACH_ROLE else readers[:1]:
            yield f"{row.name} {who}", row, who


def more_of_everything(world: World, n: int) -> None:
    """n more of whatever a page may list."""
    cast = world.cast
    course = ("reported", "dispatched", "in_progress", "resolved", "answered", "closed")
    month_end = world.bulletin.month_end
    for i in range(n):
        company = CompanyFactory(region=cast.county)
        ContactFactory(company=company)
        ContactFactory(company=cast.company, is_primary=False)
        team = {"officer": cast.official, "lead_department": cast.industry}
        enrolment = EnrolmentFactory(company=company, version=cast.version, team=team)
        PlanMeasureFactory(plan=ServicePlanFactory(enrolment=enrolment, written_by=cast.official))
        PlanMeasureFactory(plan=world.plan_file.owner, department=cast.industry)
        PlanFileFactory(owner=world.plan_file.owner)
        DutyFileFactory(owner=world.duty)
        VisitFactory(enrolment=enrolment, official=cast.official)
        VisitFactory(enrolment=cast.enrolment, official=cast.official)
        place = cast.enrolment if i % 2 else enrolment
        common = {"enrolment": place, "by": cast.official, "lead": cast.land, "unit": cast.unit}
        ticket: Ticket = TicketFactory(
            at=at(2026, 4, 1), office=cast.office, **{course[i % 6]: True}, **common
        )
        assessing.invite_company(ticket=ticket, at=at(2026, 4, 1, 17))
        TicketFactory(plan_review=True, at=at(2026, 4, 1), office=cast.office, **common)
        FrozenTicketFactory(month_end=month_end, ticket=ticket, lead_unit=cast.land)
        FrozenEnrolmentFactory(month_end=month_end, enrolment=enrolment, assigned_unit=cast.industry)
        AgendaItemFactory(meeting=world.meeting, ticket=ticket, position=100 + i)
        ImportRowFactory(run=world.run)
        ImportRunFactory(checked=True, region=cast.city, uploaded_by=cast.roster)
        AuditEventFactory(by=cast.admin)
        SavedViewFactory(owner=cast.office)
        InboxMessageFactory(reader=cast.office)
        BulkItemFactory(run=world.bulk_run, ticket=ticket, state="done")


def read(client: Client, address: str) -> int:
    """Open a page and read it to its end, which closes a file behind it."""
    response = client.get(address)
    if response.streaming:
        list(response.streaming_content)
    return response.status_code


def count_all(world: World, rows: tuple[Row, ...]) -> dict[str, int]:
    found = {}
    for key, row, who in to_count(rows):
        client = Client()
        client.force_login(world.cast[who])
        address = reverse(row.name, args=row.path(world))
        read(client, address)  # what is loaded once per process is not this page's
        with CaptureQueriesContext(connection) as captured:
            status = read(client, address)
        assert status == 200 or row.name in LEADS_ON, (key, status)
        found[key] = len(captured)
    return found


@pytest.mark.parametrize("side", SIDES)
def test_a_page_costs_the_same_for_many_rows_and_no_more_than_before(
    side: str, cast: Cast, clock: Callable[[datetime], None], pytestconfig: pytest.Config
):
    world = raise_world(cast)
    more_of_everything(world, 2)
    clock(NOW)
    few = count_all(world, SIDES[side])
    more_of_everything(world, 20)
    many = count_all(world, SIDES[side])
    grown = {key: f"{few[key]} → {many[key]}" for key in few if many[key] > few[key]}
    assert not grown, "a query per row"

    kept: dict[str, int] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if pytestconfig.getoption("--update-query-counts"):
        lowest = {key: min(n, kept.get(key, n)) for key, n in many.items()}
        KEPT.write_text(json.dumps(kept | lowest, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
        return
    dearer = {key: f"{kept.get(key)} → {n}" for key, n in many.items() if n > kept.get(key, 0)}
    assert not dearer, "more queries than before"
