"""Two hands on one plan, one group, one number of 12345."""

from __future__ import annotations

import pytest

from issues import services
from issues.choices import PlanState, Source, Status
from issues.models import Ticket
from issues.services import MoveRefused, Taken
from tests.concurrency.together import behind
from tests.factories import Cast, TicketFactory, TicketGroupFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 4)


@pytest.mark.parametrize(("first", "state"), [("accept", PlanState.STANDING), ("send", PlanState.RETURNED)])
def test_a_plan_is_ruled_on_once(cast: Cast, first: str, state: str):
    ticket = TicketFactory(enrolment=cast.enrolment, plan_review=True, lead=cast.land, unit=cast.unit)

    def accept() -> Ticket:
        return services.accept_plan(ticket=ticket, answer="", by=cast.office, at=NOW)

    def send() -> Ticket:
        return services.return_plan(ticket=ticket, answer="补期限", by=cast.office, at=NOW)

    acts = (accept, send) if first == "accept" else (send, accept)
    won, told = behind(*acts)
    assert isinstance(won, Ticket)
    assert isinstance(told, MoveRefused)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.plan.state) == (Status.IN_PROGRESS, state)


def test_into_one_group_only(cast: Cast):
    ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land)
    groups = [TicketGroupFactory(programme=ticket.programme) for _ in range(2)]
    one, other = (
        lambda group=group: services.join_group(ticket=ticket, group=group, by=cast.office, at=NOW)
        for group in groups
    )
    won, told = behind(one, other)
    assert isinstance(won, Ticket)
    assert isinstance(told, MoveRefused)
    ticket.refresh_from_db()
    assert ticket.group == groups[0]


def test_a_number_of_12345_that_comes_twice_at_once_is_one_problem(cast: Cast):
    def take() -> Taken:
        return services.register_ticket(
            enrolment=cast.enrolment,
            source=Source.HOTLINE,
            title="路灯不亮",
            number="YC1",
            by=cast.office,
            at=NOW,
        )

    first, second = behind(take, take)
    assert isinstance(first, Taken)
    assert isinstance(second, Taken)
    assert first.ticket == second.ticket
    assert Ticket.objects.count() == 1
