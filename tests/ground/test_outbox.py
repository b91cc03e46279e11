"""The outbox: nothing is sent for what was rolled back, and nothing is lost while the broker is down."""

from datetime import timedelta

import pytest
from django.db import transaction

from liaison import services
from liaison.models import OutboxMessage
from tests.factories import at

NOW = at(2026, 3, 2)


class TestRelay:
    def test_sends_each_message_once_in_order(self):
        for number in (1, 2, 3):
            services.announce("import.check", at=NOW, run=number)
        sent = []
        assert services.relay_outbox(send=lambda topic, args: sent.append(args["run"]), at=NOW) == 3
        assert services.relay_outbox(send=lambda topic, args: sent.append(args["run"]), at=NOW) == 0
        assert sent == [1, 2, 3]

    def test_keeps_what_could_not_be_sent(self):
        services.announce("import.check", at=NOW, run=1)

        def down(topic, args):
            raise ConnectionError("broker is down")

        with pytest.raises(ConnectionError):
            services.relay_outbox(send=down, at=NOW)
        assert OutboxMessage.objects.get().sent_at is None

    def test_is_tidied_after_a_month_but_never_of_what_is_unsent(self):
        services.announce("import.check", at=NOW, run=1)
        services.relay_outbox(send=lambda topic, args: None, at=NOW)
        services.announce("import.check", at=NOW, run=2)
        assert services.forget_sent(at=NOW + timedelta(days=29)) == 0
        assert services.forget_sent(at=NOW + timedelta(days=31)) == 1
        assert OutboxMessage.objects.get().arguments == {"run": 2}

    def test_forgets_news_of_a_change_that_was_rolled_back(self):
        class Undone(Exception):
            pass

        @transaction.atomic
        def change_and_fail():
            services.announce("import.check", at=NOW, run=1)
            raise Undone

        with pytest.raises(Undone):
            change_and_fail()
        assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_page_works_with_the_broker_down(cast, client_as, settings, monkeypatch):
    """The move is made and told; the message waits in the outbox for beat."""
    from liaison import tasks
    from tests.factories import TicketFactory

    def down(**options):
        raise ConnectionError("broker is down")

    monkeypatch.setattr(tasks.relay_outbox, "apply_async", down)
    ticket = TicketFactory(enrolment=cast.enrolment, resolved=True)
    answer = client_as("official").post(f"/tickets/{ticket.number}/moves/answer/", {"mode": "phone"})
    assert answer.status_code == 302
    assert OutboxMessage.objects.filter(sent_at__isnull=True).exists()


class TestNudge:
    """A worker is nudged after a request that committed news, and after no other."""

    @pytest.fixture
    def nudges(self, monkeypatch):
        from liaison import middleware

        seen = []
        monkeypatch.setattr(middleware, "kick_outbox", lambda: seen.append("nudge"))
        return seen

    @pytest.fixture
    def ask(self, nudges, rf):
        from django.http import HttpResponse

        from liaison.middleware import KickOutboxMiddleware

        def send(view):
            nudges.clear()
            KickOutboxMiddleware(lambda request: view() or HttpResponse())(rf.post("/"))
            return len(nudges)

        return send

    @pytest.mark.django_db(transaction=True)
    def test_comes_after_news_that_was_committed_only(self, ask):
        def tell():
            services.announce("import.check", at=NOW, run=1)

        @transaction.atomic
        def tell_and_undo():
            tell()
            transaction.set_rollback(True)

        assert [ask(tell), ask(tell_and_undo), ask(lambda: None), ask(tell)] == [1, 0, 0, 1]
        assert OutboxMessage.objects.count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_comes_once_for_news_told_twice(self, ask):
        assert (
            ask(lambda: [services.announce("import.check", at=NOW, run=run) for run in (1, 2)] and None) == 1
        )

    @pytest.mark.django_db(transaction=True)
    def test_is_not_for_news_told_outside_a_request(self, ask):
        services.announce("import.check", at=NOW, run=1)
        assert ask(lambda: None) == 0

    def test_a_move_without_news_leaves_the_broker_alone(self, cast, client_as, nudges):
        from tests.factories import TicketFactory

        ticket = TicketFactory(in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit)
        client_as("unit").post(f"/tickets/{ticket.number}/moves/progress/", {"note": "已踏勘现场"})
        assert ticket.events.filter(move="progress").exists()
        assert nudges == []
