"""Every page of every role at a desk, on a tablet, on a phone: nothing broken, cut off or foreign."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import resolve, reverse
from playwright.sync_api import BrowserContext, Page

from issues.choices import Outcome
from liaison.choices import SystemRole
from liaison.navigation import MENU
from tests.factories import (
    Cast,
    CompanyFactory,
    ContactFactory,
    EnrolmentFactory,
    ImportRowFactory,
    ImportRunFactory,
    ProjectFactory,
    SurveyFactory,
    TicketFactory,
    VisitFactory,
    at,
)
from tests.journeys.conftest import axe, close_february, leftovers, too_wide

ROLES = ("office", "official", "unit", "leader", "roster", "assessor", "admin")
DOWNLOADS = {"liaison:import-result", "liaison:import-template"}
LONG = "云川经济技术开发区恒岳锦程高端装备智能制造与新材料产业发展有限公司"


@pytest.fixture
def busy_city(cast: Cast, present: None) -> Cast:
    """A city at work: problems at every step, visits, a closed month, an import, a name of 32 characters."""
    close_february(cast)
    company = CompanyFactory(region=cast.county, name=LONG)
    ContactFactory(company=company)
    ProjectFactory(company=company)
    enrolment = EnrolmentFactory(
        company=company,
        version=cast.version,
        team={"officer": cast.official, "lead_department": cast.industry},
    )
    TicketFactory(
        enrolment=enrolment, by=cast.official, title="新建车间消防验收排队已经四个月，影响年底前投产"
    )
    for enrolment_of, state, days in (
        (cast.enrolment, "reported", 27),
        (enrolment, "dispatched", 10),
        (cast.enrolment, "in_progress", 26),
        (enrolment, "resolved", 25),
    ):
        TicketFactory(
            **{state: True}, enrolment=enrolment_of, lead=cast.land, by=cast.official, at=at(2026, 2, days)
        )
    answered = TicketFactory(
        answered=True, enrolment=enrolment, lead=cast.land, outcome=Outcome.EXPLAINED, at=at(2026, 2, 26)
    )
    SurveyFactory(ticket=answered, invited_at=at(2026, 2, 26, 18))
    VisitFactory(enrolment=enrolment, official=cast.official, has_problem=True)
    VisitFactory(enrolment=cast.enrolment, official=cast.official, phone=True, summary="")
    run = ImportRunFactory(checked=True, uploaded_by=cast.roster, region=cast.city)
    ImportRowFactory(run=run, label=LONG)
    return cast


def pages_of(role: SystemRole | str) -> list[str]:
    """The addresses of a role's menu."""
    return [reverse(entry.route) for entry in MENU if role in entry.roles]


def walk(page: Page, role: str, seen: set[str]) -> Iterator[str]:
    """Open each page of the role's menu, then one of each further kind of page that they link to."""
    waiting = deque(pages_of(role))
    opened = set(waiting)
    while waiting:
        address = waiting.popleft()
        answer = page.goto(address)
        assert answer is not None
        for chart in page.locator("[data-chart]").all():
            chart.locator("svg").wait_for()
        yield f"{role} {address}" + (f" → {answer.status}" if answer.status != 200 else "")
        links = page.locator("main a[href^='/'], .menu-panel a[href^='/']")
        for link in links.evaluate_all("links => links.map(link => link.getAttribute('href'))"):
            path = urlsplit(link).path
            kind = resolve(path).view_name
            if path not in opened and kind not in seen:
                opened.add(path)
                seen.add(kind)
                if kind not in DOWNLOADS:
                    waiting.append(link)


WIDTHS = ((1440, 900), (1024, 768), (390, 844))


@pytest.mark.parametrize("roles", [ROLES[:3], ROLES[3:]], ids="-".join)
def test_every_page_of_every_role_is_without_fault(
    roles: tuple[str, ...],
    context: BrowserContext,
    page: Page,
    busy_city: Cast,
    sit_down: Callable[[BrowserContext, str], None],
) -> None:
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    walked = 0
    for role in roles:
        sit_down(context, role)
        for where in walk(page, role, seen):
            walked += 1
            wrong = leftovers(page)
            if " → " in where:
                wrong.append("not answered with 200")
            if page.locator("h1").count() != 1:
                wrong.append("not exactly one h1")
            for width, height in WIDTHS:
                page.set_viewport_size({"width": width, "height": height})
                wrong += [f"{width} px: {fault}" for fault in too_wide(page)]
                if width != 1024:  # between the two, nothing is drawn that they do not show
                    wrong += [f"{width} px: {fault}" for fault in axe(page)]
            page.set_viewport_size({"width": 1440, "height": 900})
            if wrong:
                found[where] = wrong
        assert found == {}
    assert walked > 30, "the walk has lost its way"
