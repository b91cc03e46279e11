"""消息 and 每日提要 on a real worker: told after the commit; killed in the middle of a morning, each once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest

from issues.models import Ticket
from liaison.choices import InboxKind, SystemRole
from liaison.dashboards.tasks import write_digests
from liaison.models import Digest, InboxMessage, Official, Posting
from liaison.tasks import kick_outbox
from tests.factories import TicketFactory, at, raise_city
from tests.strictness.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)

WEDNESDAY = at(2026, 3, 4, 9)
MANY = 200


def wait_until(holds: Callable[[], bool], worker: Worker, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, worker.tail()
        time.sleep(0.02)


def test_a_move_is_told_by_a_real_worker(worker: Worker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("liaison.tasks._broker_failed_at", float("-inf"))
    cast = raise_city()
    ticket: Ticket = TicketFactory(reported=True, enrolment=cast.enrolment, by=cast.official)
    kick_outbox()
    told = InboxMessage.objects.filter(waits_for=f"step:{ticket.pk}")
    wait_until(told.exists, worker)
    assert told.get().reader == cast.office


def test_a_worker_killed_in_the_middle_of_a_morning_finishes_it(idle_worker: Worker):
    cast = raise_city()
    people = Official.objects.bulk_create(Official(username=f"g{n}", name=f"干部{n}") for n in range(MANY))
    Posting.objects.bulk_create(
        Posting(official=one, department=cast.power, role=SystemRole.UNIT, reach="department",
                starts_on=at(2026, 1, 1).date())
        for one in people
    )  # fmt: skip
    InboxMessage.objects.bulk_create(
        InboxMessage(reader=one, kind="news", title="已交办", url="/", about="event:0",
                     created_at=at(2026, 2, 2))
        for one in people
    )  # fmt: skip
    digests = InboxMessage.objects.filter(kind=InboxKind.DIGEST)
    idle_worker.start()
    write_digests.delay(at=WEDNESDAY.isoformat())
    wait_until(lambda: digests.count() >= MANY // 20, idle_worker)
    idle_worker.kill()
    assert 0 < digests.count() < MANY, "the worker was not killed in the middle"

    idle_worker.start()  # nobody asks again: the task that died comes back by itself
    wait_until(lambda: Digest.objects.filter(is_empty=False).count() == MANY, idle_worker)
    told = Counter(digests.values_list("reader", flat=True))
    assert set(told) == {one.pk for one in people}
    assert set(told.values()) == {1}
