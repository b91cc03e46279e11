"""Two clerks at one team: a seat has one successor, and nobody sits in a team that has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from companies.choices import VisitMode
from companies.models import Assignment, Enrolment, Visit
from companies.services import (
    AssignmentRefused,
    EnrolmentRefused,
    VisitRefused,
    assign_department_to_many,
    assign_seat,
    end_assignment,
    end_enrolment,
    log_visit,
    replace_holder,
    vacate_seat,
)
from liaison.models import AuditEvent, Department, Official
from tests.companies.test_assignments import posted, role
from tests.concurrency.together import Act, at_once, behind
from tests.factories import Cast, DepartmentFactory, EnrolmentFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)


def actions() -> dict[str, int]:
    """How often each action stands in the trail."""
    found = AuditEvent.objects.order_by().values_list("action", flat=True)
    return {action: list(found).count(action) for action in set(found)}


@dataclass
class Team:
    """A team, and what two clerks may do to one of its seats."""

    enrolment: Enrolment
    clerk: Official
    officer: Assignment
    member: Assignment  # of a seat that any number of units may hold

    def replace(self, seat: Assignment, on: date = DAY) -> Act:
        holder: dict[str, Official | Department] = (
            {"official": posted()} if seat.official_id else {"department": DepartmentFactory()}
        )
        return lambda: replace_holder(
            assignment=Assignment.objects.get(pk=seat.pk), starts_on=on, by=self.clerk, at=NOW, **holder
        )

    def end(self, seat: Assignment, on: date) -> Act:
        return lambda: end_assignment(
            assignment=Assignment.objects.get(pk=seat.pk), ends_on=on, by=self.clerk, at=NOW
        )

    def vacate(self, seat: Assignment) -> Act:
        return lambda: vacate_seat(
            assignment=Assignment.objects.get(pk=seat.pk), on=DAY, by=self.clerk, at=NOW
        )

    def leave(self, on: date) -> Act:
        return lambda: end_enrolment(
            enrolment=Enrolment.objects.get(pk=self.enrolment.pk), ends_on=on, by=self.clerk, at=NOW
        )

    def held(self, seat: Assignment, on: date) -> int:
        return self.enrolment.assignments.in_force(on).filter(role=seat.role_id).count()


@pytest.fixture
def team(cast: Cast) -> Callable[[], Team]:
    def form() -> Team:
        enrolment = EnrolmentFactory(team=True)
        seats = {seat.role.code: seat for seat in enrolment.assignments.select_related("role")}
        return Team(enrolment, cast.office, seats["officer"], seats["member_department"])

    return form


@pytest.mark.parametrize("which", ["officer", "member"])
def test_of_two_successors_of_one_seat_one_is_named(team, which):
    for act in (behind, at_once):
        one = team()
        seat = getattr(one, which)
        before = actions().get("更换", 0)
        answers = act(one.replace(seat), one.replace(seat))
        assert sum(isinstance(answer, Assignment) for answer in answers) == 1, answers
        (lost,) = (answer for answer in answers if isinstance(answer, AssignmentRefused))
        assert "席位" in str(lost) or "最多 1 个" in str(lost)
        assert one.held(seat, DAY) == 1
        assert one.held(seat, DAY - timedelta(days=1)) == 1
        assert actions()["更换"] == before + 1


@pytest.mark.parametrize("which", ["officer", "member"])
@pytest.mark.parametrize("earlier", [DAY - timedelta(days=5), DAY + timedelta(days=5)])
def test_a_second_successor_from_another_day_is_refused_too(team, which, earlier):
    one = team()
    seat = getattr(one, which)
    answers = behind(one.replace(seat), one.replace(seat, earlier))
    assert isinstance(answers[1], AssignmentRefused), answers
    assert [one.held(seat, DAY + timedelta(days=n)) for n in (-6, -4, 0, 6)] == [1, 1, 1, 1]


@pytest.mark.parametrize("which", ["officer", "member"])
def test_a_seat_that_was_handed_over_is_not_ended_nor_the_other_way_round(team, which):
    one = team()
    seat = getattr(one, which)
    answers = behind(one.replace(seat), one.end(seat, DAY + timedelta(days=3)))
    assert isinstance(answers[0], Assignment)
    assert isinstance(answers[1], AssignmentRefused)
    assert "已于" in str(answers[1])
    assert (one.held(seat, DAY), actions().get("结束包联", 0)) == (1, 0)

    two = team()
    seat = getattr(two, which)
    answers = behind(two.end(seat, DAY - timedelta(days=3)), two.replace(seat))
    assert isinstance(answers[0], Assignment)
    assert isinstance(answers[1], AssignmentRefused)
    assert (two.held(seat, DAY), two.held(seat, DAY - timedelta(days=3))) == (0, 1)


def test_a_seat_taken_away_and_handed_over_is_one_of_both(team):
    for first_vacates in (True, False):
        one = team()
        acts = [one.vacate(one.member), one.replace(one.member)]
        answers = behind(*(acts if first_vacates else acts[::-1]))
        assert isinstance(answers[1], AssignmentRefused)
        assert one.held(one.member, DAY) == (0 if first_vacates else 1)


def test_two_ends_of_one_seat_are_one(team):
    one = team()
    answers = behind(one.end(one.officer, DAY), one.end(one.officer, DAY))
    assert isinstance(answers[1], AssignmentRefused)
    assert f"已于 {DAY} 结束" in str(answers[1])
    assert actions()["结束包联"] == 1


class TestEndOfEnrolment:
    LAST = DAY - timedelta(days=1)

    def assign(self, one: Team, on: date) -> Act:
        unit = DepartmentFactory()
        return lambda: assign_seat(
            enrolment=Enrolment.objects.get(pk=one.enrolment.pk),
            role=role(one.enrolment, "member_department"),
            department=unit,
            starts_on=on,
            by=one.clerk,
            at=NOW,
        )

    def check_nobody_stays(self, one: Team) -> None:
        one.enrolment.refresh_from_db()
        assert one.enrolment.ends_on == self.LAST
        assert not one.enrolment.assignments.not_over_by(DAY).exists()

    def test_nobody_takes_a_seat_in_a_team_that_is_ending(self, team):
        one = team()
        answers = behind(one.leave(self.LAST), self.assign(one, DAY))
        assert isinstance(answers[0], Enrolment)
        assert isinstance(answers[1], AssignmentRefused)
        assert f"已于 {self.LAST} 退出包联" in str(answers[1])
        self.check_nobody_stays(one)

    def test_a_seat_just_given_ends_with_the_team(self, team):
        one = team()
        for on in (DAY, DAY - timedelta(days=9)):
            assert isinstance(self.assign(one, on)(), Assignment)
        answers = behind(self.assign(one, DAY), one.leave(self.LAST))
        assert isinstance(answers[0], Assignment)
        assert isinstance(answers[1], Enrolment)
        self.check_nobody_stays(one)

    def test_a_seat_of_the_days_before_ends_with_the_team_as_well(self, team):
        one = team()
        _, seat = behind(one.leave(self.LAST), self.assign(one, DAY - timedelta(days=9)))
        assert isinstance(seat, Assignment)
        assert seat.ends_on == self.LAST
        self.check_nobody_stays(one)

    def visit(self, one: Team, on: date) -> Act:
        enrolment, officer, key = Enrolment.objects.get(pk=one.enrolment.pk), one.officer.official, uuid4()
        return lambda: log_visit(
            client_id=key,
            enrolment=enrolment,
            on=on,
            mode=VisitMode.PHONE,
            summary="",
            has_problem=False,
            by=officer,
            at=NOW,
        )

    def test_nobody_is_met_after_the_end(self, team):
        one = team()
        _, answer = behind(one.leave(self.LAST), self.visit(one, DAY))
        assert isinstance(answer, VisitRefused)
        assert f"已于 {self.LAST} 退出包联" in str(answer)
        assert not one.enrolment.visits.exists()

        other = team()
        answers = behind(self.visit(other, DAY), other.leave(self.LAST))
        assert isinstance(answers[0], Visit)
        assert isinstance(answers[1], EnrolmentRefused)
        assert "已有走访记录" in str(answers[1])

    def test_nor_a_unit_that_is_given_to_many_teams(self, team):
        one, other = team(), team()
        unit, clerk = DepartmentFactory(), one.clerk

        def give() -> object:
            return assign_department_to_many(
                enrolments=[one.enrolment, other.enrolment],
                role_code="member_department",
                department=unit,
                starts_on=DAY,
                by=clerk,
                at=NOW,
            )

        _, answer = behind(one.leave(self.LAST), give)
        assert isinstance(answer, AssignmentRefused)
        assert not unit.assignments.exists()  # all or nothing
        self.check_nobody_stays(one)

    def test_two_ends_are_one(self, team):
        one = team()
        for act in (behind,):
            answers = act(one.leave(self.LAST), one.leave(self.LAST))
            assert isinstance(answers[1], EnrolmentRefused)
            assert f"已于 {self.LAST} 退出包联" in str(answers[1])
        assert actions()["退出包联"] == 1


class TestLoserIsTold:
    @pytest.fixture(autouse=True)
    def _today(self, clock):
        clock(NOW)

    def test_who_hands_over_a_seat_that_was_handed_over(self, cast, client_as):
        seats = {seat.role.code: seat for seat in cast.enrolment.assignments.select_related("role")}
        client, unit = client_as("office"), DepartmentFactory(region=cast.city)
        one = Team(cast.enrolment, cast.office, seats["officer"], seats["member_department"])
        page = reverse("companies:seat-assign", args=[cast.enrolment.pk, "member_department"])
        given = {"holder": unit.name, "starts_on": "2026-03-02", "replaces": str(one.member.pk)}
        _, answer = behind(one.replace(one.member), lambda: client.post(page, given))
        assert answer.status_code == 422
        assert "席位已" in answer.content.decode()
        late = client.post(page, given)  # and who presses a moment later
        assert late.status_code == 422
        assert "已被他人更换或撤下" in late.content.decode()
        assert one.held(one.member, DAY) == 1

    def test_by_the_api(self, cast, api_as):
        enrolment = EnrolmentFactory(company__region=cast.county)
        api, first, second = api_as("office"), posted(), posted()
        given = {
            "company": enrolment.company.uscc,
            "programme": enrolment.programme.code,
            "role": "officer",
            "official": second.pk,
            "starts_on": "2026-03-02",
        }
        _, answer = behind(
            lambda: assign_seat(
                enrolment=enrolment,
                role=role(enrolment, "officer"),
                official=first,
                starts_on=DAY,
                by=cast.office,
                at=NOW,
            ),
            lambda: api.post("/api/v1/assignments/", given, format="json"),
        )
        assert answer.status_code == 409
        assert f"已由{first}担任" in answer.json()["detail"]

    def test_who_ends_an_enrolment_that_has_ended(self, cast, client_as):
        client = client_as("office")
        page = reverse("companies:enrolment-end", args=[cast.enrolment.pk])
        one = Team(cast.enrolment, cast.office, cast.enrolment.assignments.all()[0], None)  # type: ignore[arg-type]
        _, answer = behind(one.leave(DAY - timedelta(days=1)), lambda: client.post(page, follow=True))
        assert answer.status_code == 200
        assert "已于 2026-03-01 退出包联" in answer.content.decode()
