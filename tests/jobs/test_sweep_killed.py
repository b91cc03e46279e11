"""The clock's round on real workers that die or meet: each due ticket is acted on once, none twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from issues.choices import Move, Status
from issues.models import Escalation, Ticket, TicketEvent
from issues.tasks import sweep_tickets
from tests.factories import TicketFactory, at, raise_city
from tests.jobs.rounds import copies_of, wait_until
from tests.strictness.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY, FRIDAY_WEEK = at(2026, 3, 2), at(2026, 3, 13, 9)
UNREPORTED, OVERDUE = 200, 50


@pytest.fixture
def due() -> int:
    """Problems that nobody reported and problems that nobody solved, all long past their day."""
    cast = raise_city()
    copies_of(TicketFactory(enrolment=cast.enrolment, at=MONDAY), UNREPORTED)
    copies_of(TicketFactory(enrolment=cast.enrolment, at=MONDAY, in_progress=True, lead=cast.land), OVERDUE)
    return UNREPORTED + OVERDUE


def all_swept() -> bool:
    return not Ticket.objects.due_for_clock(FRIDAY_WEEK.date()).exists()


def assert_each_once(due: int) -> None:
    """One rung, one event per ticket, and one forwarding for what was not reported."""
    climbed = Counter(Escalation.objects.values_list("ticket", flat=True))
    assert len(climbed) == due
    assert set(climbed.values()) == {1}
    told = Counter(TicketEvent.objects.filter(move=Move.ESCALATE).values_list("ticket", flat=True))
    assert told == climbed
    forwarded = Counter(TicketEvent.objects.filter(move=Move.FORWARD).values_list("ticket", flat=True))
    assert len(forwarded) == UNREPORTED
    assert set(forwarded.values()) == {1}
    assert Ticket.objects.filter(status=Status.REPORTED, was_forwarded=True).count() == UNREPORTED


def test_a_worker_killed_in_the_middle_finishes_the_round_when_it_is_back(idle_worker: Worker, due: int):
    idle_worker.start()
    sweep_tickets.delay(at=FRIDAY_WEEK.isoformat())
    wait_until(lambda: Escalation.objects.count() >= due // 20, idle_worker)
    idle_worker.kill()
    done = Escalation.objects.count()
    assert 0 < done < due, "the worker was not killed in the middle"

    idle_worker.start()  # nobody asks again: the task that died comes back by itself
    wait_until(all_swept, idle_worker)
    assert_each_once(due)


def test_two_workers_on_one_round_share_it(idle_worker: Worker, due: int, tmp_path: Path):
    second = Worker(log=tmp_path / "second.log")
    sweep_tickets.delay(at=FRIDAY_WEEK.isoformat())
    sweep_tickets.delay(at=FRIDAY_WEEK.isoformat())
    try:
        idle_worker.start()
        second.start()
        wait_until(all_swept, idle_worker)
    finally:
        second.stop()
    idle_worker.stop()
    assert_each_once(due)
