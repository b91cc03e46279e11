"""Addresses and bodies that no page of ours would send: they are refused in words, never with a 500."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from issues.models import Ticket
from liaison.choices import Reach, SystemRole
from liaison.models import Posting
from tests.access.world import NOW, raise_world
from tests.factories import Cast, TicketFactory, at

pytestmark = pytest.mark.django_db

NUL = "a\x00b"
SEARCHES = (
    *(("search", "q"), ("companies:companies", "q"), ("companies:enrolments", "missing")),
    *(("issues:tickets", "company"), ("liaison:officials", "region"), ("liaison:audit", "q")),
)


@pytest.mark.parametrize(("name", "field"), SEARCHES)
def test_a_nul_in_an_address_is_a_bad_request(client_as: Any, name: str, field: str) -> None:
    client = client_as("admin")
    client.raise_request_exception = False
    assert client.get(reverse(name), {field: NUL}).status_code in (400, 422)


def test_a_nul_in_a_path_or_a_body_is_a_bad_request(cast: Cast, client_as: Any, api_as: Any) -> None:
    ticket = TicketFactory(reported=True, enrolment=cast.enrolment, by=cast.official)
    browser, script = client_as("office"), api_as("office")
    browser.raise_request_exception = script.raise_request_exception = False
    assert browser.get("/companies/9%00/").status_code in (400, 404)
    assert script.get("/api/v1/tickets/9%00/").status_code in (400, 404)
    body = {"grade": "A", "category": NUL, "lead": NUL}
    answer = script.post(reverse("ticket-moves", args=[ticket.number, "dispatch"]), body)
    assert answer.status_code == 400


def test_a_superscript_is_no_number(cast: Cast, clock: Any, client_as: Any) -> None:
    clock(NOW)
    world = raise_world(cast)
    client = client_as("office")
    client.raise_request_exception = False
    for name in ("issues:month-tickets", "issues:month-enrolments"):
        for field in ("unit", "team"):
            answer = client.get(reverse(name, args=[world.code, world.month]), {field: "²"})
            assert answer.status_code == 422
    seat = reverse("companies:seat-assign", args=[cast.enrolment.pk, "officer"])
    assert client.get(seat, {"replaces": "²"}).status_code == 200


def test_enrolling_without_naming_the_company_leads_back(client_as: Any) -> None:
    client = client_as("office")
    client.raise_request_exception = False
    for company in ("", "a/b"):
        answer = client.post(reverse("companies:companies-enrol"), {"back": "company", "company": company})
        assert answer.status_code == 302


def test_a_problem_is_not_collected_before_the_company_was_enrolled(
    cast: Cast, clock: Any, api_as: Any
) -> None:
    clock(at(2026, 4, 2))
    body = {"company": cast.company.uscc, "programme": "p2", "title": "停水", "collected_on": "0001-01-01"}
    answer = api_as("official").post(reverse("ticket-list"), body)
    assert answer.status_code == 409
    assert "不能早于" in answer.json()["detail"]


def test_the_roster_staff_cannot_take_over_a_technical_administrator(
    cast: Cast, clock: Any, client_as: Any
) -> None:
    clock(at(2026, 4, 2))
    cast.unit.is_superuser = True
    cast.unit.save()
    address = reverse("liaison:password-issue", args=[cast.unit.pk])
    assert client_as("roster").post(address).status_code == 403


def test_a_liaison_officer_with_the_regions_reach_still_finds_what_the_unit_was_given(cast: Cast) -> None:
    Posting.objects.filter(official=cast.unit, role=SystemRole.UNIT).update(reach=Reach.REGION)
    ticket = TicketFactory(
        dispatched=True, enrolment=cast.enrolment, by=cast.official, lead=cast.land, unit=cast.unit,
        office=cast.office,
    )  # fmt: skip
    cast.unit.on_duty(date(2026, 4, 2))
    assert ticket in Ticket.objects.visible_to(cast.unit)


def test_an_essay_in_the_header_row_is_refused_in_words(client_as: Any) -> None:
    essay = "填" * 300
    content = f"企业名称,统一社会信用代码,{essay}\n云川远帆有限公司,91610100MA6U123456,无\n".encode()
    address = reverse("liaison:imports") + "?kind=companies"
    answer = client_as("roster").post(address, {"file": SimpleUploadedFile("../../名册.csv", content)})
    assert answer.status_code == 422
    assert "超过 200 字" in answer.content.decode()
