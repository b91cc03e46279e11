"""Deadlines of problems across the holidays of 2024–2026, against a walk with a finger on the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import chinese_calendar
import pytest

from issues import services
from issues.choices import DeferralReason, ExtensionReason, Status
from issues.models import Ticket
from issues.services import MoveRefused
from liaison import services as calendar
from liaison.choices import DayKind
from liaison.services import load_preset
from tests.calendar.test_changes import apply
from tests.factories import Cast, EnrolmentFactory, TicketFactory, at
from tests.factories.clock import publish_calendar

ONE, START = timedelta(days=1), date(2024, 1, 1)
EACH_DAY = [date(2024, 1, 1) + n * ONE for n in range(3 * 365 + 1)]
LAST_BEFORE = [  # the last working day before each stretch of three rest days or more, and a day in it
    (before, before + 2 * ONE)
    for before, following in pairwise(filter(chinese_calendar.is_workday, EACH_DAY))
    if following - before > 3 * ONE and before < date(2026, 11, 1)
]


def walk(start: date, n: int) -> date:
    """The n-th working day after a day, as the State Council's papers say."""
    while n:
        start += ONE
        n -= chinese_calendar.is_workday(start)
    return start


def on(day: date, hour: int = 10) -> datetime:
    return at(day.year, day.month, day.day, hour)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The shared city with P2 as it would have been in force since 2024, and its calendar."""
    publish_calendar(2024)
    version = load_preset(
        preset="p2",
        region=cast.city,
        code="p2-2024",
        name="助商稳企（2024）",
        starts_on=START,
        by=cast.admin,
        at=on(START),
    )
    enrolment = EnrolmentFactory(
        company=cast.company, version=version, starts_on=START, team={"officer": cast.official}
    )
    return replace(cast, version=version, enrolment=enrolment)


def given(cast: Cast, day: date, state: str = Status.IN_PROGRESS, **changed: object) -> Ticket:
    """A problem collected, reported and given to its unit on one day."""
    values = {"enrolment": cast.enrolment, "lead": cast.land, "unit": cast.unit, "by": cast.official}
    made: Ticket = TicketFactory(state=state, at=on(day, 9), **{"grade": "A", **values, **changed})
    return made


def test_there_are_as_many_holidays_as_there_were():
    assert len(LAST_BEFORE) >= 15
    assert {before.year for before, _ in LAST_BEFORE} == {2024, 2025, 2026}


@pytest.mark.parametrize(
    ("dispatched", "due"),
    [
        (date(2024, 2, 9), date(2024, 2, 22)),  # 春节 10–17 off, Sunday 18 February counts
        (date(2024, 4, 26), date(2024, 5, 7)),  # Sunday 28 April counts, 1–5 May off
        (date(2024, 9, 13), date(2024, 9, 23)),  # Saturday 14 counts, 中秋 15–17 off
        (date(2024, 9, 27), date(2024, 10, 10)),  # Sunday 29 counts, 国庆 1–7 off
        (date(2024, 12, 31), date(2025, 1, 8)),  # over the year's end
        (date(2025, 1, 24), date(2025, 2, 7)),  # Sunday 26 January counts, 春节 28 January–4 February off
        (date(2025, 9, 26), date(2025, 10, 10)),  # Sunday 28 counts, 国庆、中秋 1–8 October off
        (date(2026, 2, 13), date(2026, 2, 27)),  # Saturday 14 counts, 春节 15–23 off
        (date(2026, 4, 30), date(2026, 5, 11)),  # 1–5 off, Saturday 9 May counts
        (date(2026, 9, 18), date(2026, 9, 24)),  # Sunday 20 counts
    ],
)
def test_an_easy_one_has_five_working_days(cast: Cast, dispatched: date, due: date):
    assert given(cast, dispatched).due_on == due == walk(dispatched, 5)


def test_before_and_in_every_holiday_each_limit_is_a_walk(cast: Cast):
    for days in LAST_BEFORE:
        for day in days:
            for grade, limit in (("A", 5), ("C", 25)):
                ticket = given(cast, day, grade=grade, cooperating=[cast.power], state=Status.DISPATCHED)
                lead, helper = (ticket.units.get(part=part) for part in ("lead", "cooperate"))
                assert ticket.report_due_on == walk(day, 2), day
                assert ticket.due_on == lead.due_on == walk(day, limit), day
                assert ticket.next_on == lead.sign_due_on == walk(day, 1), day
                assert lead.contact_due_on == walk(day, 2), day
                assert helper.due_on == walk(day, 3), day


@pytest.mark.parametrize(
    ("filed", "report_by"),
    [
        (date(2025, 10, 4), date(2025, 10, 10)),  # in the middle of the holiday
        (date(2025, 9, 28), date(2025, 9, 30)),  # a Sunday that is worked is no rest day: 29, 30
        (date(2025, 10, 11), date(2025, 10, 14)),  # a Saturday that is worked
        (date(2024, 2, 17), date(2024, 2, 19)),  # the last day off; Sunday the 18th counts
        (date(2026, 3, 7), date(2026, 3, 10)),  # an ordinary Saturday
    ],
)
def test_what_is_filed_on_a_rest_day_is_counted_from_the_next_that_is_worked(
    cast: Cast, filed: date, report_by: date
):
    ticket = given(cast, filed, Status.DRAFT)
    assert ticket.report_due_on == report_by == walk(filed, 2)
    after = walk(report_by, 1)
    assert ticket.act_on == after
    for day in (report_by, after - ONE):
        assert services.sweep_tickets(at=on(day, 17)) == 0, day
    assert services.sweep_tickets(at=on(after, 9)) == 1


@pytest.mark.parametrize(
    ("dispatched", "stopped", "resumed"),
    [
        (date(2024, 9, 20), date(2024, 9, 24), date(2024, 10, 8)),
        (date(2025, 1, 20), date(2025, 1, 22), date(2025, 2, 8)),  # taken up on a make-up Saturday
        (date(2025, 9, 25), date(2025, 9, 28), date(2025, 10, 5)),  # taken up on a day off
        (date(2026, 2, 9), date(2026, 2, 14), date(2026, 2, 24)),  # stopped on a make-up Saturday
        (date(2026, 4, 27), date(2026, 5, 1), date(2026, 5, 4)),  # stopped and taken up within the holiday
    ],
)
def test_a_pause_over_a_holiday_takes_and_gives_no_day(
    cast: Cast, dispatched: date, stopped: date, resumed: date
):
    ticket = given(cast, dispatched, grade="B")
    left = sum(chinese_calendar.is_workday(day) for day in EACH_DAY if stopped < day <= ticket.due_on)
    assert left
    services.ask_deferral(
        ticket=ticket, reason=DeferralReason.MEANS, words="待立项", by=cast.unit, at=on(stopped, 9)
    )
    services.grant_deferral(ticket=ticket, answer="", by=cast.office, at=on(stopped))
    ticket = services.resume_ticket(ticket=ticket, note="已立项", by=cast.office, at=on(resumed))
    assert ticket.due_on == walk(resumed, left)
    assert (ticket.next_on, ticket.units.get().due_on) == (ticket.due_on, ticket.due_on)


@pytest.mark.parametrize(
    ("dispatched", "rest", "worked"),
    [
        (date(2024, 9, 19), date(2024, 10, 1), date(2024, 9, 29)),  # a Sunday that is worked
        (date(2025, 1, 16), date(2025, 1, 28), date(2025, 2, 8)),  # a Saturday that is worked
        (date(2026, 9, 25), date(2026, 10, 11), date(2026, 10, 14)),
    ],
)
def test_an_extension_ends_on_a_day_that_is_worked_within_ten_working_days(
    cast: Cast, dispatched: date, rest: date, worked: date
):
    ticket = given(cast, dispatched)
    due, asked = ticket.due_on, walk(dispatched, 1)

    def ask(until: date) -> Ticket:
        return services.ask_extension(
            ticket=ticket,
            reason=ExtensionReason.PROCEDURE,
            words="公示期未满",
            until=until,
            by=cast.unit,
            at=on(asked),
        )

    with pytest.raises(MoveRefused, match="不是工作日"):
        ask(rest)
    with pytest.raises(MoveRefused, match=f"最晚到 {walk(due, 10)}"):
        ask(walk(due, 11))
    ask(worked)
    ticket = services.grant_extension(ticket=ticket, answer="", by=cast.office, at=on(asked, 15))
    assert ticket.due_on == worked
    assert ticket.alarm_on == walk(worked, 5)


@pytest.mark.parametrize(
    ("dispatched", "changed"),
    [
        (date(2024, 2, 8), date(2024, 2, 18)),  # on a make-up Sunday
        (date(2025, 9, 26), date(2025, 10, 3)),  # on a day off
        (date(2026, 2, 12), date(2026, 2, 25)),
    ],
)
def test_another_grade_is_counted_from_the_first_day_over_the_holiday(
    cast: Cast, dispatched: date, changed: date
):
    ticket = given(cast, dispatched, grade="B")
    assert ticket.due_on == walk(dispatched, 10)
    for code, limit in (("C", 25), ("B", 10)):
        ticket = services.regrade_ticket(
            ticket=ticket,
            grade=cast.version.grades.get(code=code),
            note="涉及两个部门",
            by=cast.office,
            at=on(changed),
        )
        assert ticket.due_on == walk(dispatched, limit), code


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_make_up_day_that_is_called_off_moves_what_counted_it(cast: Cast, is_paused: bool):
    """The county closes on Saturday 11 October 2025: what runs ends a day later, what stands still is
    counted by the new calendar when it runs again."""
    ticket = given(cast, date(2025, 9, 30))
    assert ticket.due_on == date(2025, 10, 14)  # 9, 10, Saturday 11, 13, 14
    if is_paused:
        services.ask_deferral(
            ticket=ticket,
            reason=DeferralReason.MEANS,
            words="待立项",
            by=cast.unit,
            at=at(2025, 9, 30, 15),
        )
        services.grant_deferral(ticket=ticket, answer="", by=cast.office, at=at(2025, 9, 30, 16))
    day, now = date(2025, 10, 11), at(2025, 9, 30, 17)
    change = calendar.draft_exception(
        region=cast.county,
        kind=DayKind.OFF,
        first=day,
        last=day,
        reason="防汛停工",
        document="临江防指〔2025〕3号",
        by=cast.office,
        at=now,
    )
    apply(change, cast, now)
    if is_paused:
        services.resume_ticket(ticket=ticket, note="已立项", by=cast.office, at=at(2025, 9, 30, 18))
    ticket.refresh_from_db()
    assert (ticket.due_on, ticket.next_on) == (date(2025, 10, 15), date(2025, 10, 15))
