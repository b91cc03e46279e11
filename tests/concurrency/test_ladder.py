"""Two beats and two clerks at once on rungs, meetings, 督办单, 催办: each thing once, the other is told."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from issues import services
from issues.models import AgendaItem, Escalation, Meeting, MeetingTask, Notice, Reminder, Ticket
from issues.services import MeetingRefused, MoveRefused
from tests.concurrency.together import at_once, behind
from tests.factories import Cast, PostingFactory, TicketFactory, at, raise_city
from tests.issues.test_ladder import special_group

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> Cast:
    return raise_city()


@pytest.fixture
def ticket(city: Cast) -> Ticket:
    """Due on 20 September 2026; asked up to its group on the 15th."""
    special_group(city)
    made: Ticket = TicketFactory(
        enrolment=city.enrolment, in_progress=True, lead=city.land, unit=city.unit, at=at(2026, 9, 14, 9)
    )
    services.ask_up(ticket=made, words="请研究", by=city.office, at=at(2026, 9, 15), from_office=True)
    return made


def first_meeting() -> Meeting:
    """Prepared by two beats at once on each of these mornings until there is one."""
    for day in range(15, 30):
        beat = lambda day=day: services.prepare_meetings(at=at(2026, 9, day, 9))  # noqa: E731
        answers = at_once(beat, beat)
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        if Meeting.objects.exists():
            assert sorted(answers) == [0, 1]
            break
    return Meeting.objects.get()


def test_two_beats_make_one_meeting_and_put_each_problem_on_once(city, ticket):
    meeting = first_meeting()
    assert AgendaItem.objects.get().meeting == meeting


def test_of_two_clerks_one_records_the_meeting_and_tasks_come_once(city, ticket):
    meeting = first_meeting()
    day = meeting.meets_on
    assert day is not None
    now = at(day.year, day.month, day.day, 17)
    services.decide_item(
        item=meeting.items.get(), decision="限期办结", due_on=date(2026, 10, 20), by=city.office, at=now
    )
    hold = lambda: services.hold_meeting(meeting=meeting, held_on=day, by=city.office, at=now)  # noqa: E731
    answers = behind(hold, hold)
    assert isinstance(answers[1], MeetingRefused)
    assert MeetingTask.objects.count() == 1


def test_two_who_ask_at_once_take_two_rungs_and_none_twice(city, ticket):
    colleague = PostingFactory(department=city.land, role="unit").official
    answers = at_once(
        *[
            lambda by=by: services.ask_up(ticket=ticket, words="请研究", by=by, at=at(2026, 9, 16))
            for by in (city.unit, colleague)
        ]
    )
    assert all(isinstance(answer, Ticket) for answer in answers)
    rungs = Counter(Escalation.objects.values_list("rung", flat=True))
    assert set(rungs.values()) == {1}
    assert len(rungs) == 3


def test_two_sweeps_propose_one_notice(city, ticket):
    sweep = lambda: services.sweep_tickets(at=at(2026, 9, 29, 9))  # noqa: E731
    at_once(sweep, sweep)
    assert Notice.objects.count() == 1


def test_two_notices_at_once_have_two_numbers_and_two_colours(city, ticket):
    issue = lambda: services.issue_notice(  # noqa: E731
        programme=city.version.programme,
        ticket=ticket,
        department=city.land,
        demand="抓紧",
        due_on=date(2026, 9, 24),
        by=city.office,
        at=at(2026, 9, 16),
    )
    answers = at_once(issue, issue)
    assert all(isinstance(answer, Notice) for answer in answers)
    assert set(Notice.objects.values_list("serial", "colour")) == {(1, "yellow"), (2, "orange")}


def test_a_unit_is_reminded_once_by_two_clerks(city, ticket):
    remind = lambda: services.remind_unit(  # noqa: E731
        ticket=ticket, department=city.land, words="请抓紧", by=city.office, at=at(2026, 9, 16)
    )
    answers = behind(remind, remind)
    assert isinstance(answers[1], MoveRefused)
    assert Reminder.objects.count() == 1


def test_a_notice_is_answered_once(city, ticket):
    notice = services.issue_notice(
        programme=city.version.programme,
        ticket=ticket,
        department=city.land,
        demand="抓紧",
        due_on=date(2026, 9, 24),
        by=city.office,
        at=at(2026, 9, 16),
    )
    reply = lambda: services.reply_notice(  # noqa: E731
        notice=notice, words="已办", by=city.unit, at=at(2026, 9, 17)
    )
    answers = behind(reply, reply)
    assert isinstance(answers[1], MoveRefused)


def test_two_rounds_mend_a_chain_once(city):
    stuck = TicketFactory(enrolment=city.enrolment, in_progress=True, lead=city.land, at=at(2026, 9, 14, 9))
    services.ask_up(ticket=stuck, words="请研究", by=city.office, at=at(2026, 9, 15), from_office=True)
    special_group(city)
    mend = lambda: services.mend_chains(at=at(2026, 9, 16))  # noqa: E731
    assert sum(int(str(answer)) for answer in at_once(mend, mend)) == 1
    assert stuck.events.filter(move="mend").count() == 1
