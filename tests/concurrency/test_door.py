"""The company and the house at the same instant: filed once, ended once, and months as they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest

from issues import services
from issues.choices import Move, RequestKind, RequestState, Status, WithdrawalReason
from issues.models import Filing, FollowLink, FrozenTicket, Message, Ticket
from issues.services import Filed, MoveRefused, freeze_month
from tests.concurrency.test_tickets import check_whole, moves_of
from tests.concurrency.together import at_once, behind
from tests.factories import Cast, DoorCardFactory, MonthEndFactory, TicketFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 3)


@pytest.fixture
def make(cast: Cast) -> Callable[..., Ticket]:
    def make(state: str, **more: object) -> Ticket:
        return TicketFactory(  # type: ignore[return-value]
            state=state, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office,
            by=cast.official, **more,
        )  # fmt: skip

    return make


def test_a_double_click_files_once(cast: Cast):
    card, key = DoorCardFactory(company=cast.company), uuid4()
    filed = Filed(title="变压器扩容迟迟不批", name="周敏", phone="13800000001")

    def send() -> object:
        return services.file_problem(card=card, client_id=key, filed=filed, at=NOW)

    first, second = at_once(send, send)
    assert sorted([first[1], second[1]]) == [False, True]  # type: ignore[index]
    assert (Ticket.objects.count(), Filing.objects.count(), FollowLink.objects.count()) == (1, 1, 1)


def test_the_pace_holds_for_two_at_once(cast: Cast):
    card = DoorCardFactory(company=cast.company)

    def send(number: int) -> Callable[[], object]:
        filed = Filed(title=f"第 {number} 件各不相同的事", name="周敏", phone="13800000001")
        return lambda: services.file_problem(card=card, client_id=uuid4(), filed=filed, at=NOW)

    for number in range(5):
        send(number)()
    answers = behind(send(6), send(7))
    assert isinstance(answers[1], services.FilingRefused)
    assert Filing.objects.count() == 6


def test_a_message_sent_twice_is_kept_once(make):
    ticket, key = make(Status.IN_PROGRESS), uuid4()

    def send() -> object:
        return services.say(
            ticket=ticket, client_id=key, side="company", words="又停了", signed="企业", by=None, at=NOW
        )

    first, second = at_once(send, send)
    assert first == second
    assert Message.objects.count() == 1


def test_two_bring_it_back_and_one_round_begins(make):
    ticket = make(Status.CLOSED)

    def reopen() -> object:
        return services.reopen_ticket(ticket=ticket, note="又停电了", at=NOW)

    answers = behind(reopen, reopen)
    assert isinstance(answers[1], MoveRefused)
    ticket.refresh_from_db()
    assert (ticket.round, moves_of(ticket).count(Move.REOPEN)) == (2, 1)
    check_whole(ticket)


@pytest.mark.parametrize("first", ["withdraw", "resolve"])
def test_taken_back_while_the_unit_resolves(cast: Cast, make, first: str):
    ticket = make(Status.IN_PROGRESS)
    acts = {
        "withdraw": lambda: services.withdraw_ticket(ticket=ticket, note="不办了", at=NOW),
        "resolve": lambda: services.resolve_ticket(
            ticket=ticket, outcome="solved", result="好了", by=cast.unit, at=NOW
        ),
    }
    second = "resolve" if first == "withdraw" else "withdraw"
    answers = behind(acts[first], acts[second])
    assert isinstance(answers[1], MoveRefused)
    ticket.refresh_from_db()
    assert ticket.status == (Status.WITHDRAWN if first == "withdraw" else Status.RESOLVED)


def test_agreed_to_while_the_request_is_dropped(cast: Cast, make):
    ticket = make(Status.IN_PROGRESS)
    services.ask_withdrawal(
        ticket=ticket, reason=WithdrawalReason.SETTLED, words="您已解决", by=cast.official, at=NOW
    )
    _, second = behind(
        lambda: services.drop_request(ticket=ticket, kind=RequestKind.WITHDRAWAL, by=cast.official, at=NOW),
        lambda: services.agree_to_withdraw(ticket=ticket, at=NOW),
    )
    assert isinstance(second, MoveRefused)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.requests.get().state) == (Status.IN_PROGRESS, RequestState.DROPPED)


@pytest.mark.parametrize("first", ["reopen", "freeze"])
def test_brought_back_after_the_cut_off_while_the_month_is_frozen(cast: Cast, make, first: str):
    MonthEndFactory(
        month=date(2026, 2, 1), since=at(2026, 1, 31, 18), until=at(2026, 2, 28, 18),
        frozen_at=at(2026, 2, 28, 18, 5),
    )  # fmt: skip
    ticket = make(Status.CLOSED, at=at(2026, 3, 30))
    late = at(2026, 3, 31, 18, 5)
    acts = {
        "reopen": lambda: services.reopen_ticket(ticket=ticket, note="又停电了", at=late),
        "freeze": lambda: freeze_month(programme=cast.version.programme, month=date(2026, 3, 1), at=late),
    }
    second = "freeze" if first == "reopen" else "reopen"
    answers = behind(acts[first], acts[second])
    assert not any(isinstance(answer, Exception) for answer in answers)
    row = FrozenTicket.objects.get(ticket=ticket)
    assert (row.status, row.is_closed, row.is_satisfied, row.outcome) == ("closed", True, True, "solved")
