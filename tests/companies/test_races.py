"""Two clerks at once, on real PostgreSQL: limits hold and nothing is written twice."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from companies.choices import VisitMode
from companies.models import Assignment, Enrolment, Visit
from companies.services import AssignmentRefused, assign_seat, enrol_companies, log_visit
from liaison.choices import Rank
from liaison.models import AuditEvent
from tests.companies.test_assignments import posted, role, small_version
from tests.factories import CompanyFactory, EnrolmentFactory, OfficialFactory, at
from tests.factories.rulebook import p2_version

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each in its own thread and connection, started together; answers or refusals in order."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=10)
            answers[place] = acts[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


def test_a_quota_is_never_passed_however_many_assign():
    version, official, clerk = small_version(companies=2), posted(rank=Rank.SECTION), OfficialFactory()
    officer = version.team_roles.get(code="officer")
    enrolments = [EnrolmentFactory(version=version) for _ in range(6)]

    def give(enrolment: Enrolment) -> Callable[[], object]:
        return lambda: assign_seat(
            enrolment=enrolment, role=officer, official=official, starts_on=DAY, by=clerk, at=NOW
        )

    answers = at_once(*[give(enrolment) for enrolment in enrolments])
    assert official.assignments.count() == 2
    assert sum(isinstance(answer, Assignment) for answer in answers) == 2
    assert sum(isinstance(answer, AssignmentRefused) for answer in answers) == 4


def test_two_clerks_fill_one_seat_once():
    enrolment, clerk = EnrolmentFactory(), OfficialFactory()
    officer = role(enrolment, "officer")
    people = [posted(), posted(), posted()]
    answers = at_once(
        *[
            lambda person=person: assign_seat(
                enrolment=enrolment, role=officer, official=person, starts_on=DAY, by=clerk, at=NOW
            )
            for person in people
        ]
    )
    assert enrolment.assignments.count() == 1
    assert sum(isinstance(answer, AssignmentRefused) for answer in answers) == 2


def test_the_same_visit_sent_at_once_is_one_row():
    officer = posted()
    enrolment = EnrolmentFactory(team={"officer": officer})
    key = uuid.uuid4()

    def send() -> object:
        return log_visit(
            client_id=key,
            enrolment=enrolment,
            on=DAY,
            mode=VisitMode.PHONE,
            summary="",
            has_problem=False,
            by=officer,
            at=NOW,
        )

    answers = at_once(send, send, send, send)
    kept = Visit.objects.get()
    assert [getattr(answer, "pk", answer) for answer in answers] == [kept.pk] * 4
    assert AuditEvent.objects.filter(action="登记走访").count() == 1


def test_enrolling_at_once_enrols_each_company_once():
    version = p2_version()
    companies = [CompanyFactory() for _ in range(20)]
    clerk = OfficialFactory()

    def enrol() -> int:
        done = enrol_companies(
            programme=version.programme, companies=companies, starts_on=DAY, by=clerk, at=NOW
        )
        return len(done.created)

    assert sorted(at_once(enrol, enrol, enrol)) == [0, 0, 20]
    assert Enrolment.objects.count() == 20
