"""Merging beside other merges, a word of the company and a closing: no circle, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from issues import services
from issues.choices import Move, Status
from issues.models import Ticket
from issues.services import MoveRefused
from tests.concurrency.together import at_once, behind
from tests.factories import Cast, TicketFactory, at
from tests.machine.truths import check

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 3)


@pytest.fixture
def merge(cast: Cast) -> Callable[[Ticket, Ticket], Callable[[], Ticket]]:
    def merge(ticket: Ticket, into: Ticket) -> Callable[[], Ticket]:
        return lambda: services.merge_ticket(ticket=ticket, into=into, by=cast.office, at=NOW)

    return merge


def ends_of(tickets: list[Ticket]) -> list[Ticket]:
    """Those that go on; every other one leads to one of them in a single step."""
    fresh = list(Ticket.objects.filter(pk__in=[one.pk for one in tickets]).select_related("merged_into"))
    for ticket in fresh:
        check(ticket.pk)
        if ticket.merged_into is not None:
            assert ticket.merged_into.status != Status.MERGED, "a chain of merged problems"
    return [ticket for ticket in fresh if ticket.status != Status.MERGED]


@pytest.mark.parametrize("times", range(3))
def test_three_merged_in_a_circle_leave_one_to_go_on(cast, merge, times):
    a, b, c = (TicketFactory(enrolment=cast.enrolment, reported=True) for _ in range(3))
    answers = at_once(merge(a, b), merge(b, c), merge(c, a))
    assert all(isinstance(answer, Ticket | MoveRefused) for answer in answers), answers
    (left,) = ends_of([a, b, c])
    assert left.absorbed.count() == 2


def test_of_two_into_which_one_is_merged_one_has_it(cast, merge):
    twin, a, b = (TicketFactory(enrolment=cast.enrolment, reported=True) for _ in range(3))
    won, told = behind(merge(twin, a), merge(twin, b))
    assert isinstance(won, Ticket)
    assert isinstance(told, MoveRefused)
    assert {one.pk for one in ends_of([twin, a, b])} == {a.pk, b.pk}


@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_merged_while_the_other_is_answered_is_answered_once(cast, merge, is_first):
    kept = TicketFactory(enrolment=cast.enrolment, resolved=True)
    twin = TicketFactory(enrolment=cast.enrolment, reported=True)

    def answer() -> Ticket:
        return services.answer_ticket(ticket=kept, mode="phone", note="已通电", by=cast.official, at=NOW)

    acts = [merge(twin, kept), answer]
    made = behind(*(acts if is_first else acts[::-1]))
    assert all(isinstance(one, Ticket) for one in made), made
    assert twin.events.get(move=Move.ANSWER).note.endswith("已通电")


def test_into_what_is_struck_off_at_this_moment_nothing_is_merged(cast, merge):
    kept = TicketFactory(enrolment=cast.enrolment, answered=True)
    twin = TicketFactory(enrolment=cast.enrolment, reported=True)
    _, told = behind(
        lambda: services.confirm_ticket(ticket=kept, rating=5, is_satisfied=True, actor="企业", at=NOW),
        merge(twin, kept),
    )
    assert isinstance(told, MoveRefused)
    assert {one.pk for one in ends_of([kept, twin])} == {kept.pk, twin.pk}


def test_what_comes_back_at_this_moment_takes_the_other_in(cast, merge):
    kept = TicketFactory(enrolment=cast.enrolment, closed=True, lead=cast.land, unit=cast.unit)
    twin = TicketFactory(enrolment=cast.enrolment, reported=True)
    reopened, merged = behind(
        lambda: services.reopen_ticket(ticket=kept, note="又停了", at=NOW), merge(twin, kept)
    )
    assert isinstance(reopened, Ticket)
    assert isinstance(merged, Ticket), merged
    (left,) = ends_of([kept, twin])
    assert (left.pk, left.status, left.round) == (kept.pk, Status.IN_PROGRESS, 2)


def test_what_the_company_withdraws_at_this_moment_takes_nothing_in(cast, merge):
    kept, twin = (TicketFactory(enrolment=cast.enrolment, reported=True) for _ in range(2))
    withdrawn, told = behind(
        lambda: services.withdraw_ticket(ticket=kept, note="已自行解决", at=NOW), merge(twin, kept)
    )
    assert isinstance(withdrawn, Ticket)
    assert isinstance(told, MoveRefused)
    twin.refresh_from_db()
    assert twin.status == Status.REPORTED
