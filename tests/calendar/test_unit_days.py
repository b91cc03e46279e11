"""A day off in the county moves the days of units as it moves the ticket's; what is done stays."""

from __future__ import annotations

from datetime import date

import pytest

from issues import services as issues
from issues.choices import Move, Part, ReturnReason
from issues.models import Ticket
from liaison import services
from liaison.choices import DayKind
from tests.calendar.test_changes import apply
from tests.factories import Cast, TicketFactory, at

NOON = at(2026, 3, 3)


def close_wednesday(cast: Cast) -> None:
    """4 March 2026 is no working day any more."""
    day = date(2026, 3, 4)
    change = services.draft_exception(
        region=cast.county, kind=DayKind.OFF, first=day, last=day, reason="防汛停工",
        document="临江防指〔2026〕3号", by=cast.office, at=NOON,
    )  # fmt: skip
    apply(change, cast, NOON)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """In hand since Monday 2 March: 自然资源局 leads, 供电局 helps and has not signed."""
    given: Ticket = TicketFactory(
        in_progress=True, enrolment=cast.enrolment, by=cast.official, lead=cast.land, unit=cast.unit,
        office=cast.office, cooperating=[cast.power], at=at(2026, 3, 2, 8),
    )  # fmt: skip
    return given


def test_every_day_of_a_unit_that_lies_ahead_moves(cast: Cast, ticket: Ticket):
    close_wednesday(cast)
    ticket.refresh_from_db()
    helper, lead = ticket.units.get(part=Part.COOPERATE), ticket.units.get(part=Part.LEAD)
    assert (helper.sign_due_on, helper.due_on) == (date(2026, 3, 3), date(2026, 3, 6))
    assert (helper.warn_on, helper.alarm_on) == (date(2026, 3, 5), date(2026, 3, 13))
    assert (lead.due_on, lead.contact_due_on) == (ticket.due_on, date(2026, 3, 5))
    assert ticket.act_on == date(2026, 3, 5)  # the helper's silence counts a working day later
    note = ticket.events.get(move=Move.RECKON).note
    assert "首次联系企业期限由 2026-03-04 改为 2026-03-05" in note
    assert "协办反馈（云川市供电局）期限由 2026-03-05 改为 2026-03-06" in note


def test_the_clock_keeps_to_the_moved_day(cast: Cast, ticket: Ticket):
    close_wednesday(cast)
    assert issues.sweep_tickets(at=at(2026, 3, 4, 9)) == 0
    assert issues.sweep_tickets(at=at(2026, 3, 5, 9)) == 1
    assert ticket.units.get(part=Part.COOPERATE).accepted_at == at(2026, 3, 5, 9)


def test_the_offices_day_to_rule_moves_too(cast: Cast, ticket: Ticket):
    issues.object_to_help(
        ticket=ticket, department=cast.power, reason=ReturnReason.NOT_OURS, note="属水务",
        by=cast.other_unit, at=NOON,
    )  # fmt: skip
    row = ticket.units.to_rule().get()
    assert row.ruling_due_on == date(2026, 3, 5)
    close_wednesday(cast)
    row.refresh_from_db()
    assert row.ruling_due_on == date(2026, 3, 6)


def test_what_is_done_stays_where_it_was(cast: Cast, ticket: Ticket):
    issues.cooperate_on_ticket(
        ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=at(2026, 3, 3, 9)
    )
    issues.contact_company(
        ticket=ticket, mode="phone", on=date(2026, 3, 3), note="已核实", by=cast.unit, at=at(2026, 3, 3, 9)
    )
    close_wednesday(cast)
    helper, lead = ticket.units.get(part=Part.COOPERATE), ticket.units.get(part=Part.LEAD)
    assert (helper.due_on, lead.contact_due_on) == (date(2026, 3, 5), date(2026, 3, 4))


def test_what_a_helper_has_left_is_left_after_a_deferral_over_the_change(cast: Cast, ticket: Ticket):
    issues.ask_deferral(ticket=ticket, reason="company", words="等图纸", by=cast.unit, at=at(2026, 3, 3, 9))
    issues.grant_deferral(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 3, 10))
    close_wednesday(cast)
    issues.resume_ticket(ticket=ticket, note="图纸已到", by=cast.office, at=at(2026, 3, 9))
    assert ticket.units.get(part=Part.COOPERATE).due_on == date(2026, 3, 11)  # two working days were left
