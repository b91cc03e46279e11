"""A seat that has begun is never deleted; a day past all planning is refused; both in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies.models import Assignment
from companies.services import (
    AssignmentRefused,
    EnrolmentRefused,
    MeasureLine,
    PlanRefused,
    assign_department_to_many,
    assign_seat,
    end_assignment,
    end_enrolment,
    enrol_companies,
    replace_holder,
    vacate_seat,
    write_plan,
)
from liaison.models import AuditEvent, TeamRole
from liaison.normalise import planning_horizon
from tests.factories import Cast, CompanyFactory, EnrolmentFactory, VisitFactory, at

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)


def officer(cast: Cast) -> Assignment:
    return cast.enrolment.assignments.get(role__code="officer")


@pytest.mark.parametrize("day", [date(2026, 1, 5), date(2026, 1, 1)])
def test_a_seat_that_has_begun_is_not_replaced_from_its_first_day_or_before(cast: Cast, day: date) -> None:
    seat = officer(cast)
    Assignment.objects.filter(pk=seat.pk).update(starts_on=date(2026, 1, 5))
    with pytest.raises(AssignmentRefused, match=r"自 2026-01-05 起已担任.*最早可从 2026-01-06 起更换"):
        replace_holder(assignment=seat, official=cast.stranger, starts_on=day, by=cast.office, at=NOW)
    with pytest.raises(AssignmentRefused, match="最早可从 2026-01-06"):
        vacate_seat(assignment=seat, on=day, by=cast.office, at=NOW)
    assert officer(cast) == seat
    assert officer(cast).ends_on is None
    assert not AuditEvent.objects.filter(action__in=("更换", "撤下")).exists()


def test_the_day_that_is_named_works(cast: Cast) -> None:
    seat = officer(cast)
    Assignment.objects.filter(pk=seat.pk).update(starts_on=date(2026, 1, 5))
    day = date(2026, 1, 6)
    replace_holder(assignment=seat, official=cast.stranger, starts_on=day, by=cast.office, at=NOW)
    seat.refresh_from_db()
    assert (seat.starts_on, seat.ends_on) == (date(2026, 1, 5), date(2026, 1, 5))


def test_a_slip_of_today_can_be_put_right_until_a_visit_came_of_it(cast: Cast) -> None:
    slip = replace_holder(
        assignment=officer(cast), official=cast.stranger, starts_on=DAY, by=cast.office, at=NOW
    )
    visit = VisitFactory(enrolment=cast.enrolment, official=cast.stranger, on=DAY)
    with pytest.raises(AssignmentRefused, match="最早可从 2026-03-03"):
        vacate_seat(assignment=slip, on=DAY, by=cast.office, at=NOW)
    visit.delete()
    vacate_seat(assignment=slip, on=DAY, by=cast.office, at=NOW)
    assert not Assignment.objects.filter(pk=slip.pk).exists()


def test_a_seat_to_come_is_shown_and_undone(cast: Cast, clock: Any, client_as: Any) -> None:
    clock(NOW)
    later = date(2026, 5, 6)
    replace_holder(assignment=officer(cast), official=cast.stranger, starts_on=later, by=cast.office, at=NOW)
    coming = cast.enrolment.assignments.get(official=cast.stranger)
    client = client_as("office")
    page = client.get(cast.company.get_absolute_url()).content.decode()
    assert "2026-05-06 起接任" in page
    assert "撤销后这次指派不再生效" in page

    address = reverse("companies:seat-vacate", args=[cast.enrolment.pk, coming.pk])
    answer = client.post(address, headers={"HX-Request": "true"}).content.decode()
    assert "已撤销尚未开始的指派" in answer
    assert "起接任" not in answer
    assert not cast.enrolment.assignments.filter(pk=coming.pk).exists()
    assert AuditEvent.objects.get(action="撤下").detail["starts_on"] == "2026-05-06"


def test_the_page_names_the_day_and_keeps_what_was_chosen(cast: Cast, clock: Any, client_as: Any) -> None:
    clock(NOW)
    seat = officer(cast)
    address = reverse("companies:seat-assign", args=[cast.enrolment.pk, "officer"])
    body = {"holder": cast.unit.pk, "starts_on": str(seat.starts_on), "replaces": seat.pk}
    answer = client_as("office").post(address, body)
    assert answer.status_code == 422
    assert "最早可从" in answer.content.decode()
    assert f'value="{seat.starts_on}"' in answer.content.decode()
    assert officer(cast) == seat


def test_the_picker_says_when_an_assignment_would_be_undone(cast: Cast, clock: Any, client_as: Any) -> None:
    clock(NOW)
    address = reverse("companies:seat-assign", args=[cast.enrolment.pk, "officer"])
    words = "原指派即撤销"
    client = client_as("office")
    assert words not in client.get(address, {"replaces": officer(cast).pk}).content.decode()
    new = replace_holder(
        assignment=officer(cast), official=cast.stranger, starts_on=DAY, by=cast.office, at=NOW
    )
    assert words in client.get(address, {"replaces": new.pk}).content.decode()


def test_the_api_leaves_a_taken_seat_to_its_holder(cast: Cast, clock: Any, api_as: Any) -> None:
    clock(NOW)
    seat = officer(cast)
    body = {
        "company": cast.company.uscc, "programme": "p2", "role": "officer",
        "official": cast.unit.pk, "starts_on": str(seat.starts_on),
    }  # fmt: skip
    answer = api_as("office").post(reverse("assignment-list"), body)
    assert answer.status_code == 409
    assert "已由林小舟担任" in answer.json()["detail"]
    assert officer(cast) == seat


def test_the_horizon_is_the_end_of_the_year_after_next() -> None:
    assert planning_horizon(date(2026, 1, 1)) == date(2028, 12, 31)


def test_no_day_past_the_horizon_is_kept(cast: Cast) -> None:
    far, common = date.max, {"by": cast.office, "at": NOW}
    seat, words = officer(cast), "日期 9999-12-31 太远，最晚到 2028-12-31"
    empty, company = (CompanyFactory(region=cast.county) for _ in range(2))
    enrolments, programme = [EnrolmentFactory(company=empty)], cast.enrolment.programme
    lead = TeamRole.objects.get(version=cast.enrolment.version, code="lead_department")
    place = {"enrolment": cast.enrolment, "role": lead, "department": cast.land}
    many = {"enrolments": enrolments, "role_code": "lead_department", "department": cast.land}
    with pytest.raises(AssignmentRefused, match=words):
        assign_seat(**place, starts_on=far, **common)
    with pytest.raises(AssignmentRefused, match=words):
        replace_holder(assignment=seat, official=cast.stranger, starts_on=far, **common)
    with pytest.raises(AssignmentRefused, match=words):
        end_assignment(assignment=seat, ends_on=far, **common)
    with pytest.raises(AssignmentRefused, match=words):
        assign_department_to_many(**many, starts_on=far, **common)
    with pytest.raises(EnrolmentRefused, match=words):
        end_enrolment(enrolment=cast.enrolment, ends_on=far, **common)
    with pytest.raises(EnrolmentRefused, match=words):
        enrol_companies(programme=programme, companies=[company], starts_on=far, **common)
    with pytest.raises(PlanRefused, match="9999-12-31 太远"):
        write_plan(
            enrolment=cast.enrolment, goals="增产", measures=[MeasureLine("走访")], due_on=far, **common
        )
    seat.refresh_from_db()
    assert seat.ends_on is None


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("company-enrol", {"programme": "p2", "starts_on": "9999-12-31"}, "太远"),
        ("visit-list", {"on": "9999-12-31", "mode": "visit"}, "不能晚于今天"),
        ("assignment-list", {"role": "lead_department", "starts_on": "9999-12-31"}, "太远"),
    ],
)
def test_the_api_refuses_the_year_9999(
    cast: Cast, clock: Any, api_as: Any, name: str, body: dict[str, str], reason: str
) -> None:
    clock(NOW)
    company = CompanyFactory(region=cast.county) if name == "company-enrol" else cast.company
    given = {"company": company.uscc, "programme": "p2", "client_id": "7f3a0a3e-9a2b-4a52-9a77-0d0c3f6f8f11"}
    args = [company.uscc] if name == "company-enrol" else []
    who = "official" if name == "visit-list" else "office"
    extra = {"department": cast.land.name} if name == "assignment-list" else {}
    answer = api_as(who).post(reverse(name, args=args), given | body | extra)
    assert answer.status_code == 409, answer.json()
    assert reason in answer.json()["detail"]
