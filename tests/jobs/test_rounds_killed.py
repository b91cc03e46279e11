"""Agendas and bulk moves on real workers that die or meet: each problem is put on once, and moved once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from issues import services
from issues.choices import BulkState, Move, Status
from issues.models import AgendaItem, BulkRun, Escalation, Meeting, Ticket, TicketEvent, TicketUnit
from issues.tasks import prepare_meetings, run_bulk
from liaison.choices import GroupKind, Rung, Trigger
from tests.factories import (
    Cast,
    CategoryFactory,
    GroupFactory,
    GroupMemberFactory,
    TicketFactory,
    at,
    raise_city,
)
from tests.jobs.rounds import copies_of, wait_until
from tests.strictness.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = at(2026, 3, 2)
TUESDAY = at(2026, 3, 10, 9)  # two working days before the special groups meet
GROUPS, EACH, MANY = 40, 2, 80


@pytest.fixture
def city() -> Cast:
    return raise_city()


@pytest.fixture
def stuck(city: Cast) -> int:
    """Special groups, each with problems that stand on its rung; returns how many items there will be."""
    member = GroupMemberFactory().official
    first = TicketFactory(enrolment=city.enrolment, at=MONDAY, in_progress=True, lead=city.land)
    Ticket.objects.filter(pk=first.pk).update(rung=Rung.SPECIAL_GROUP)
    first.refresh_from_db()
    tickets = copies_of(first, GROUPS * EACH)
    groups = [
        GroupFactory(
            programme=city.version.programme,
            kind=GroupKind.SPECIAL,
            sort="问题解决专项小组",
            name=f"第{n}专项小组",
            region=city.city,
            department=city.land,
        )
        for n in range(1, GROUPS + 1)
    ]
    for group in groups:
        GroupMemberFactory(group=group, official=member)
    Escalation.objects.bulk_create(
        Escalation(
            ticket=ticket,
            rung=Rung.SPECIAL_GROUP,
            trigger=Trigger.OVERDUE,
            at=MONDAY,
            group=groups[n % GROUPS],
        )
        for n, ticket in enumerate(tickets)
    )
    return len(tickets)


def assert_each_on_one_agenda(stuck: int) -> None:
    """A meeting per group and no other; each problem once, on its own group's, numbered from one."""
    assert Meeting.objects.count() == GROUPS
    assert Counter(AgendaItem.objects.values_list("ticket", flat=True)).most_common(1)[0][1] == 1
    assert AgendaItem.objects.count() == stuck
    for meeting in Meeting.objects.order_by("pk"):
        assert meeting.items.count() == EACH
        assert sorted(meeting.items.values_list("position", flat=True)) == [*range(1, EACH + 1)]
        own = set(Escalation.objects.filter(group=meeting.group).values_list("ticket", flat=True))
        assert set(meeting.items.values_list("ticket", flat=True)) == own


def all_on(stuck: int) -> bool:
    return AgendaItem.objects.count() == stuck


class TestAgendas:
    def test_a_worker_killed_in_the_middle_finishes_when_it_is_back(self, idle_worker: Worker, stuck: int):
        idle_worker.start()
        prepare_meetings.delay(at=TUESDAY.isoformat())
        wait_until(lambda: Meeting.objects.count() >= 2, idle_worker)
        idle_worker.kill()
        assert 0 < Meeting.objects.count() < GROUPS, "the worker was not killed in the middle"

        idle_worker.start()  # nobody asks again: the task that died comes back by itself
        wait_until(lambda: all_on(stuck), idle_worker)
        assert_each_on_one_agenda(stuck)

    def test_two_beats_and_two_workers_call_each_meeting_once(
        self, idle_worker: Worker, stuck: int, tmp_path: Path
    ):
        second = Worker(log=tmp_path / "second.log")
        for _ in range(4):
            prepare_meetings.delay(at=TUESDAY.isoformat())
        try:
            idle_worker.start()
            second.start()
            wait_until(lambda: all_on(stuck), idle_worker)
        finally:
            second.stop()
        idle_worker.stop()
        assert services.prepare_meetings(at=TUESDAY) == 0
        assert_each_on_one_agenda(stuck)


def order(city: Cast) -> BulkRun:
    """Eighty reported problems, to be given to the power bureau at once."""
    tickets = copies_of(TicketFactory(enrolment=city.enrolment, at=MONDAY, reported=True), MANY)
    return services.order_bulk(
        tickets=tickets,
        move=Move.DISPATCH,
        grade="B",
        category=CategoryFactory(code="power", name="用电"),
        lead=city.power,
        by=city.office,
        at=MONDAY,
    )


def done_in(run: BulkRun) -> int:
    return run.items.exclude(state=BulkState.WAITING).count()


def assert_each_given_once(run: BulkRun) -> None:
    assert set(run.items.values_list("state", flat=True)) == {BulkState.DONE}
    given = Counter(TicketEvent.objects.filter(move=Move.DISPATCH).values_list("ticket", flat=True))
    assert len(given) == MANY
    assert set(given.values()) == {1}
    assert TicketUnit.objects.count() == MANY
    assert Ticket.objects.filter(status=Status.DISPATCHED, next_on__isnull=False).count() == MANY


class TestBulk:
    def test_a_worker_killed_in_the_middle_goes_on_where_it_was(self, idle_worker: Worker, city: Cast):
        run = order(city)
        idle_worker.start()
        run_bulk.delay(run=run.pk)
        wait_until(lambda: done_in(run) >= MANY // 20, idle_worker)
        idle_worker.kill()
        assert 0 < done_in(run) < MANY, "the worker was not killed in the middle"

        idle_worker.start()
        wait_until(lambda: done_in(run) == MANY, idle_worker)
        assert_each_given_once(run)

    def test_two_workers_on_one_run_share_it(self, idle_worker: Worker, city: Cast, tmp_path: Path):
        run, second = order(city), Worker(log=tmp_path / "second.log")
        for _ in range(2):
            run_bulk.delay(run=run.pk)
        try:
            idle_worker.start()
            second.start()
            wait_until(lambda: done_in(run) == MANY, idle_worker)
        finally:
            second.stop()
        idle_worker.stop()
        assert_each_given_once(run)
