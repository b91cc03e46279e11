"""Several units of one problem at the same moment: one lead whatever happens, each part given once."""

from __future__ import annotations

from itertools import pairwise

import pytest

from issues import services
from issues.choices import Move, Part, ReturnReason, Ruling, Status
from issues.models import Ticket
from issues.services import MoveRefused
from tests.concurrency.together import Act, at_once, behind
from tests.factories import Cast, PostingFactory, TicketFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 3)


def moves_of(ticket: Ticket) -> list[str]:
    return [event.move for event in ticket.events.order_by("pk")]


def check_whole(ticket: Ticket) -> None:
    """One lead while a unit answers for it; a course without gaps; transfers counted."""
    ticket.refresh_from_db()
    events = list(ticket.events.order_by("pk"))
    for event, following in pairwise(events):
        assert following.from_status == event.to_status
    assert ticket.transfers == moves_of(ticket).count(Move.TRANSFER)
    leads = ticket.units.filter(part=Part.LEAD, is_current=True)
    assert leads.count() == (ticket.status != Status.RETURNED)
    assert all(lead.due_on == ticket.due_on for lead in leads)


@pytest.fixture
def water(cast: Cast):
    return PostingFactory(role="unit", department__name="云川市水务局").department


def given(cast: Cast, state: str = Status.DISPATCHED) -> Ticket:
    return TicketFactory(
        state=state, enrolment=cast.enrolment, lead=cast.land, cooperating=[cast.power], unit=cast.unit,
        office=cast.office, by=cast.official,
    )  # fmt: skip


def transfer(cast: Cast, ticket: Ticket, to) -> Act:
    return lambda: services.transfer_ticket(
        ticket=ticket, to=to, former=cast.land, note="职责调整", by=cast.office, at=NOW
    )


def refused(answers) -> MoveRefused:
    won = [answer for answer in answers if isinstance(answer, Ticket)]
    lost = [answer for answer in answers if isinstance(answer, MoveRefused)]
    assert (len(won), len(lost)) == (1, 1), answers
    return lost[0]


@pytest.mark.parametrize("state", [Status.DISPATCHED, Status.IN_PROGRESS])
def test_of_two_transfers_one_counts_and_the_other_is_told_who_leads(cast, water, state):
    for act in (behind, at_once):
        ticket = given(cast, state)
        lost = refused(act(transfer(cast, ticket, water), transfer(cast, ticket, cast.power)))
        check_whole(ticket)
        lead = ticket.units.get(part=Part.LEAD, is_current=True)
        assert f"主办单位已改为{lead.department}" in str(lost)


def test_the_former_lead_neither_signs_nor_returns_for_the_new_one(cast, water):
    def sign(ticket: Ticket) -> Act:
        return lambda: services.sign_ticket(ticket=ticket, department=cast.land, by=cast.unit, at=NOW)

    def object(ticket: Ticket) -> Act:
        return lambda: services.object_to_ticket(
            ticket=ticket, department=cast.land, reason=ReturnReason.NOT_OURS, note="属水务", by=cast.unit,
            at=NOW,
        )  # fmt: skip

    for late in (sign, object):
        ticket = given(cast)
        lost = refused(behind(transfer(cast, ticket, water), late(ticket)))
        assert "主办单位已改为云川市水务局" in str(lost)
        check_whole(ticket)


def test_a_return_comes_before_a_transfer_or_after_it_never_both(cast, water):
    ticket = given(cast)
    answers = behind(
        lambda: services.object_to_ticket(
            ticket=ticket, reason=ReturnReason.NOT_OURS, note="属水务", by=cast.unit, at=NOW
        ),
        transfer(cast, ticket, water),
    )
    assert "不能改派主办单位" in str(refused(answers))
    check_whole(ticket)


def test_a_part_is_given_or_taken_off(cast):
    for first, second in (("give", "take"), ("take", "give")):
        ticket = given(cast, Status.IN_PROGRESS)
        acts = {
            "give": lambda ticket=ticket: services.cooperate_on_ticket(
                ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=NOW
            ),
            "take": lambda ticket=ticket: services.release_helper(
                ticket=ticket, department=cast.power, note="不需要了", by=cast.office, at=NOW
            ),
        }
        refused(behind(acts[first], acts[second]))
        row = ticket.units.get(department=cast.power)
        assert (row.finished_at is None, row.released_at is None) == (first == "take", first == "give")


def test_a_unit_is_added_once(cast, water):
    ticket = given(cast, Status.IN_PROGRESS)

    def add() -> Ticket:
        return services.add_helpers(ticket=ticket, departments=[water], by=cast.office, at=NOW)

    assert "已在协办" in str(refused(at_once(add, add)))
    assert ticket.units.filter(department=water).count() == 1


def test_an_objection_is_ruled_on_once(cast):
    ticket = given(cast, Status.IN_PROGRESS)
    services.object_to_help(
        ticket=ticket, department=cast.power, reason=ReturnReason.NOT_OURS, note="属水务", by=cast.other_unit,
        at=NOW,
    )  # fmt: skip

    def rule(ruling: Ruling) -> Act:
        return lambda: services.rule_on_help(
            ticket=ticket, department=cast.power, ruling=ruling, note="按职责", by=cast.office, at=NOW
        )

    refused(behind(rule(Ruling.UPHOLD), rule(Ruling.TAKE_OFF)))
    assert ticket.units.helping().get().department == cast.power


def test_silence_and_a_signature_are_one_receipt(cast):
    late = at(2026, 3, 4)
    for clock_first in (True, False):
        ticket = given(cast, Status.IN_PROGRESS)
        acts = [
            lambda: services.sweep_tickets(at=late),
            lambda ticket=ticket: services.sign_help(
                ticket=ticket, department=cast.power, by=cast.other_unit, at=late
            ),
        ]
        behind(*(acts if clock_first else acts[::-1]))
        assert moves_of(ticket).count(Move.HELP_SIGN) == 1
        assert (ticket.units.get(department=cast.power).signed_by is None) == clock_first


def test_two_clocks_accept_a_silence_once(cast):
    tickets = [given(cast, Status.IN_PROGRESS) for _ in range(3)]
    late = at(2026, 3, 4)
    at_once(lambda: services.sweep_tickets(at=late), lambda: services.sweep_tickets(at=late))
    assert services.sweep_tickets(at=late) == 0
    for ticket in tickets:
        assert moves_of(ticket).count(Move.HELP_SIGN) == 1
