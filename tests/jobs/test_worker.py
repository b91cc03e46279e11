"""A real worker on the real Valkey does what committed transactions asked for."""

import time

import pytest

from liaison import services
from liaison.models import OutboxMessage
from liaison.tasks import kick_outbox
from tests.factories import at
from tests.strictness.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_news_of_a_committed_transaction_reaches_a_real_worker(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
):
    # a test before this one may have taken the broker down, and the page does not try it again at once
    monkeypatch.setattr("liaison.tasks._broker_failed_at", float("-inf"))
    services.announce("import.check", at=at(2026, 3, 2), run=0)
    kick_outbox()
    deadline = time.monotonic() + 20
    while OutboxMessage.objects.filter(sent_at__isnull=True).exists():
        assert time.monotonic() < deadline, worker.tail()
        time.sleep(0.1)
    assert OutboxMessage.objects.get().attempts == 1
