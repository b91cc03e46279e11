"""A step that is late in other hands than the unit's climbs, too: the office's, the team's, the company's."""

from __future__ import annotations

from datetime import date

import pytest

from issues import services
from issues.choices import AWAITED, OPEN, Cause, Move, Occasion, Status
from issues.models import Ticket
from issues.reports.ladder import HANDLED
from liaison.choices import InboxKind, Rung
from liaison.models import InboxMessage, OutboxMessage
from tests.factories import Cast, TicketFactory, at
from tests.issues.test_ladder import steps_of

# Everything on Monday 2 March 2026: the office has two working days, the team one, the company seven days.
LAST = {
    Status.REPORTED: date(2026, 3, 4),
    Status.TRIAGED: date(2026, 3, 4),
    Status.RETURNED: date(2026, 3, 4),
    Status.PLAN_REVIEW: date(2026, 3, 4),
    Status.RESOLVED: date(2026, 3, 3),
    Status.ANSWERED: date(2026, 3, 9),
}
NEXT = {date(2026, 3, 3): (4, 10), date(2026, 3, 4): (5, 11), date(2026, 3, 9): (10, 16)}  # 1 and 5 after it
LATE = {
    Status.REPORTED: "逾期未定级交办",
    Status.TRIAGED: "逾期未交办",
    Status.RETURNED: "逾期未裁定退回",
    Status.PLAN_REVIEW: "逾期未审定方案",
    Status.RESOLVED: "逾期未答复企业",
    Status.ANSWERED: "逾期未确认销号",
}


@pytest.fixture
def make(cast: Cast):
    def make(state: str, **more: object) -> Ticket:
        return TicketFactory(  # type: ignore[return-value]
            state=state, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit, office=cast.office,
            by=cast.official, **more,
        )  # fmt: skip

    return make


def test_every_open_state_is_late_in_somebody_s_hands_or_says_why_not():
    """A draft goes to the office by a rule of its own; while a problem is put off its clock stands still."""
    assert set(LAST) == set(LATE) == set(AWAITED)
    assert set(OPEN) - {*AWAITED, *HANDLED} == {Status.DRAFT, Status.DEFERRED}


@pytest.mark.parametrize("state", AWAITED)
def test_it_climbs_on_the_days_of_the_rule_and_each_rung_once(make, state):
    ticket = make(state)
    assert ticket.next_on == LAST[state]
    first, second = NEXT[LAST[state]]
    assert ticket.act_on == date(2026, 3, first)
    climbed = {}
    for day in range(2, 25):
        for hour in (9, 15):
            before = ticket.escalations.count()
            services.sweep_tickets(at=at(2026, 3, day, hour))
            if ticket.escalations.count() != before:
                climbed[day] = ticket.escalations.latest("pk").rung
    assert climbed == {first: Rung.OFFICE, second: Rung.DISPATCH_MEETING}
    assert set(ticket.escalations.values_list("trigger", flat=True)) == {Cause.STEP}
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rung, ticket.act_on) == (state, Rung.DISPATCH_MEETING, None)
    notes = ticket.events.filter(move=Move.ESCALATE).order_by("pk").values_list("note", flat=True)
    assert [note.partition("，")[0] for note in notes] == [LATE[state]] * 2


@pytest.mark.parametrize("state", AWAITED)
def test_the_ladder_says_it_beforehand(make, state):
    steps = steps_of(make(state), date(2026, 3, 3))
    first, second = NEXT[LAST[state]]
    assert f"3月{first}日仍{LATE[state].removeprefix('逾期')}" in steps["office"].words
    assert steps["dispatch_meeting"].day == date(2026, 3, second)


@pytest.mark.parametrize("state", AWAITED)
def test_who_is_late_is_reminded_once(cast, make, state):
    make(state)
    late_on = at(2026, 3, NEXT[LAST[state]][0])
    OutboxMessage.objects.all().delete()
    for _ in range(2):
        services.sweep_tickets(at=late_on)
    (news,) = [one.arguments for one in OutboxMessage.objects.filter(topic="inbox.news")]
    assert news["what"] == (Occasion.ANSWER_LATE if state == Status.RESOLVED else Occasion.OFFICE_LATE)
    for _ in range(2):
        services.tell_readers(what=news["what"], row=news["row"], moment=late_on, at=late_on)
    late = cast.official if state == Status.RESOLVED else cast.office
    letter = InboxMessage.objects.get(reader=late)
    assert letter.kind == InboxKind.PRESS
    assert LATE[state] in letter.words
    assert not InboxMessage.objects.filter(reader=cast.unit).exists()


def test_what_went_to_the_office_by_itself_does_not_climb_to_it_twice(cast):
    ticket = TicketFactory(enrolment=cast.enrolment)
    assert services.sweep_tickets(at=at(2026, 3, 5)) == 1
    ticket.refresh_from_db()
    assert (ticket.status, ticket.next_on, ticket.act_on) == (
        Status.REPORTED,
        date(2026, 3, 9),
        date(2026, 3, 16),
    )
    for day in range(6, 16):
        assert services.sweep_tickets(at=at(2026, 3, day)) == 0
    assert services.sweep_tickets(at=at(2026, 3, 16)) == 1
    assert list(ticket.escalations.order_by("pk").values_list("trigger", flat=True)) == [
        Cause.UNREPORTED,
        Cause.STEP,
    ]


def test_what_is_done_in_time_never_climbs(cast, make):
    ticket = make(Status.RETURNED)
    services.uphold_dispatch(ticket=ticket, note="属你局", by=cast.office, at=at(2026, 3, 4, 17))
    services.sweep_tickets(at=at(2026, 3, 5))
    assert not ticket.escalations.exists()
    ticket.refresh_from_db()
    assert ticket.act_on is not None


def test_a_ruling_that_came_late_leaves_the_rung_and_goes_on_by_the_unit_s_clock(cast, make):
    ticket = make(Status.RETURNED, grade="B")
    services.sweep_tickets(at=at(2026, 3, 5))
    ticket = services.uphold_dispatch(ticket=ticket, note="属你局", by=cast.office, at=at(2026, 3, 5, 17))
    assert (ticket.rung, ticket.due_on) == (Rung.OFFICE, date(2026, 3, 16))
    services.sign_ticket(ticket=ticket, by=cast.unit, at=at(2026, 3, 6))
    ticket.refresh_from_db()
    assert ticket.act_on == date(2026, 3, 23)  # 严重逾期, and the dispatch meeting: five days past 16 March
