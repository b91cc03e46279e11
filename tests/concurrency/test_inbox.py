"""Two relays and two beats at once: everybody is told of a thing once, and has one digest a day."""

from __future__ import annotations

import pytest

from issues import services as moves
from issues.models import Ticket
from liaison import services
from liaison.dashboards.tasks import write_digests
from liaison.models import Digest, InboxMessage, Official
from tests.concurrency.together import at_once, behind
from tests.factories import Cast, InboxMessageFactory, TicketFactory, at, raise_city

pytestmark = pytest.mark.django_db(transaction=True)

NOW = at(2026, 3, 4, 9)


@pytest.fixture
def city() -> Cast:
    return raise_city()


def test_two_workers_tell_the_same_news_once(city: Cast):
    ticket: Ticket = TicketFactory(
        dispatched=True, enrolment=city.enrolment, by=city.official, lead=city.land, unit=city.unit
    )
    event = ticket.events.get(move="dispatch")
    tell = lambda: moves.tell_readers(what="dispatch", row=event.pk, moment=event.at, at=NOW)  # noqa: E731
    assert at_once(tell, tell) == [3, 3]
    assert InboxMessage.objects.count() == 3
    assert InboxMessage.objects.unread().filter(reader=city.unit).count() == 1


def test_two_beats_write_one_digest_each(city: Cast):
    for number, reader in enumerate((city.unit, city.office, city.leader)):
        InboxMessageFactory(reader=reader, created_at=at(2026, 2, 2), about=f"m:{number}")
    beat = lambda: write_digests(at=NOW.isoformat())  # noqa: E731
    answers = at_once(beat, beat)
    assert sum(n for n in answers if isinstance(n, int)) == 3, answers
    assert InboxMessage.objects.filter(kind="digest").count() == 3
    assert Digest.objects.filter(is_empty=False).count() == 3


def test_the_second_beat_finds_the_morning_looked_at(city: Cast):
    morning = services.Morning("今日提要：1 件逾期", "", "")
    write = lambda: services.write_digest(  # noqa: E731
        official=Official.objects.get(pk=city.unit.pk), tell=lambda: morning, at=NOW
    )
    assert behind(write, write) == (True, False)
    assert InboxMessage.objects.filter(kind="digest").count() == 1


def test_two_workers_send_one_text_message(city: Cast):
    Official.objects.filter(pk=city.unit.pk).update(phone="13711110001")
    Digest.objects.create(official=city.unit, on=NOW.date(), is_empty=False, text="今日提要", written_at=NOW)
    sent: list[str] = []

    def send(phone: str, text: str) -> bool:
        sent.append(phone)
        return True

    work = lambda: services.send_digests(send=send, at=NOW)  # noqa: E731
    assert sorted(map(str, at_once(work, work))) == ["0", "1"]
    assert sent == ["13711110001"]


def test_a_colleagues_step_while_the_news_is_told(city: Cast):
    """The unit signs while its colleagues are being told: in whichever order, nobody owes it any more."""
    ticket: Ticket = TicketFactory(
        dispatched=True, enrolment=city.enrolment, by=city.official, lead=city.land, unit=city.unit
    )
    dispatched = ticket.events.get(move="dispatch")

    def tell() -> int:
        return moves.tell_readers(what="dispatch", row=dispatched.pk, moment=dispatched.at, at=NOW)

    def sign() -> None:
        moves.sign_ticket(ticket=ticket, by=city.unit, at=NOW)

    behind(sign, tell)
    signed = ticket.events.get(move="sign")
    moves.tell_readers(what="sign", row=signed.pk, moment=signed.at, at=NOW)
    assert not InboxMessage.objects.unread().exclude(waits_for="").exists()
