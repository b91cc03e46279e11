"""What is asked for on a problem and decided by somebody else, while another hand moves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from issues import services
from issues.choices import (
    DeferralReason,
    ExclusionReason,
    ExtensionReason,
    Outcome,
    RequestState,
    Status,
)
from issues.models import Ticket
from issues.services import MoveRefused
from liaison.choices import SystemRole
from liaison.models import Official
from tests.concurrency.together import behind
from tests.factories import Cast, PostingFactory, TicketFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 12)


@dataclass
class Hands:
    """One problem in the hands of its unit, and what two of the office and the unit may do at once."""

    cast: Cast
    ticket: Ticket
    colleague: Official  # of the office

    def ask(self) -> Ticket:
        return services.ask_extension(
            ticket=self.ticket,
            reason=ExtensionReason.PROCEDURE,
            words="环评公示期未满",
            until=date(2026, 3, 20),
            by=self.cast.unit,
            at=NOW,
        )

    def grant(self) -> Ticket:
        return services.grant_extension(ticket=self.ticket, answer="", by=self.cast.office, at=NOW)

    def refuse(self) -> Ticket:
        return services.refuse_extension(ticket=self.ticket, answer="抓紧", by=self.colleague, at=NOW)

    def resolve(self) -> Ticket:
        return services.resolve_ticket(
            ticket=self.ticket, outcome=Outcome.SOLVED, result="已办", by=self.cast.unit, at=NOW
        )

    def ask_deferral(self) -> Ticket:
        return services.ask_deferral(
            ticket=self.ticket, reason=DeferralReason.MEANS, words="待立项", by=self.cast.unit, at=NOW
        )

    def defer(self) -> Ticket:
        return services.grant_deferral(ticket=self.ticket, answer="", by=self.cast.office, at=NOW)

    def ask_exclusion(self) -> Ticket:
        return services.ask_exclusion(
            ticket=self.ticket, reason=ExclusionReason.GONE, words="已迁出", by=self.cast.office, at=NOW
        )

    def exclude(self) -> Ticket:
        return services.grant_exclusion(ticket=self.ticket, answer="", by=self.colleague, at=NOW)

    def regrade(self) -> Ticket:
        grade = self.cast.version.grades.get(code="C")
        return services.regrade_ticket(
            ticket=self.ticket, grade=grade, note="两个部门", by=self.colleague, at=NOW
        )


@pytest.fixture
def hands(cast: Cast) -> Hands:
    office = cast.office.postings.get().department
    ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land, grade="B")
    return Hands(cast, ticket, PostingFactory(role=SystemRole.OFFICE, department=office).official)


Name = str
ASKED: dict[Name, Callable[[Hands], object]] = {
    "extension": Hands.ask,
    "deferral": Hands.ask_deferral,
    "exclusion": Hands.ask_exclusion,
}
# What has been asked; who acts first and who waits behind; where it ends; what became of the request.
RACES = [
    ("extension", "grant", "refuse", Status.IN_PROGRESS, RequestState.GRANTED),
    ("extension", "refuse", "grant", Status.IN_PROGRESS, RequestState.REFUSED),
    ("extension", "grant", "grant", Status.IN_PROGRESS, RequestState.GRANTED),
    ("extension", "resolve", "grant", Status.RESOLVED, RequestState.LAPSED),
    ("deferral", "defer", "resolve", Status.DEFERRED, RequestState.GRANTED),
    ("deferral", "resolve", "defer", Status.RESOLVED, RequestState.LAPSED),
    ("exclusion", "exclude", "resolve", Status.EXCLUDED, RequestState.GRANTED),
    ("exclusion", "resolve", "exclude", Status.RESOLVED, RequestState.LAPSED),
    ("exclusion", "exclude", "regrade", Status.EXCLUDED, RequestState.GRANTED),
]


@pytest.mark.parametrize(("asked", "first", "second", "status", "state"), RACES)
def test_one_wins_and_the_other_is_told(hands, asked, first, second, status, state):
    ASKED[asked](hands)
    won, told = behind(getattr(hands, first), getattr(hands, second))
    assert isinstance(won, Ticket)
    assert isinstance(told, MoveRefused)
    assert str(told).endswith("。")
    hands.ticket.refresh_from_db()
    assert (hands.ticket.status, hands.ticket.requests.get().state) == (status, state)


def test_two_ask_for_the_same_and_one_request_waits(hands):
    won, told = behind(hands.ask, hands.ask)
    assert isinstance(won, Ticket)
    assert isinstance(told, MoveRefused)
    assert hands.ticket.requests.count() == 1


def test_a_grade_changed_behind_a_grant_keeps_what_was_granted(hands):
    hands.ask()
    behind(hands.grant, hands.regrade)
    hands.ticket.refresh_from_db()
    assert hands.ticket.due_on == date(2026, 4, 13)  # 25 working days and the four that were granted


def test_two_merged_into_each_other_leave_one_to_go_on(cast):
    one, other = (TicketFactory(enrolment=cast.enrolment, reported=True) for _ in range(2))

    def merge(ticket: Ticket, into: Ticket) -> Callable[[], Ticket]:
        return lambda: services.merge_ticket(ticket=ticket, into=into, by=cast.office, at=NOW)

    won, told = behind(merge(one, other), merge(other, one))
    assert isinstance(won, Ticket)
    assert isinstance(told, MoveRefused)
    statuses = {ticket.pk: ticket.status for ticket in Ticket.objects.filter(pk__in=[one.pk, other.pk])}
    assert statuses == {one.pk: Status.MERGED, other.pk: Status.REPORTED}
