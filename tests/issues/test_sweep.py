"""The clock's round: everything once, on the right working day."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues import services
from issues.choices import Move, Status
from issues.models import Escalation, Ticket
from liaison.choices import DayKind, Rung, Trigger
from liaison.models import Posting
from tests.factories import CalendarDayFactory, TicketFactory, at


class TestUnreported:
    def test_goes_to_the_office_on_the_working_day_after_the_limit_exactly_once(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, at=at(2026, 9, 24))  # limit 9/29, over 中秋
        for day in (25, 28, 29):
            assert services.sweep_tickets(at=at(2026, 9, day, 17)) == 0
        assert services.sweep_tickets(at=at(2026, 9, 30, 8)) == 1
        assert services.sweep_tickets(at=at(2026, 9, 30, 8, 10)) == 0
        ticket.refresh_from_db()
        assert (ticket.status, ticket.rung, ticket.was_forwarded) == (Status.REPORTED, Rung.OFFICE, True)
        assert [e.move for e in ticket.events.order_by("pk")] == [Move.COLLECT, Move.FORWARD, Move.ESCALATE]
        assert Escalation.objects.get().department == cast.coordination

    def test_is_left_alone_on_a_rest_day_and_told_on_the_next_working_day(self, cast):
        TicketFactory(enrolment=cast.enrolment, at=at(2026, 9, 28))  # limit 9/30
        for day in range(1, 8):
            assert services.sweep_tickets(at=at(2026, 10, day, 9)) == 0
        assert services.sweep_tickets(at=at(2026, 10, 8, 9)) == 1

    def test_a_local_day_off_moves_limit_and_sweep_of_that_place_only(self, cast):
        CalendarDayFactory(
            on=date(2026, 3, 4),
            kind=DayKind.OFF,
            region=cast.county,
            name="高温停工",
            document="云溪办〔2026〕1号",
        )
        here = TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 3))
        there = TicketFactory(enrolment=cast.other_enrolment, at=at(2026, 3, 3))
        assert (here.report_due_on, there.report_due_on) == (date(2026, 3, 6), date(2026, 3, 5))

    def test_reported_in_time_is_never_forwarded(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        assert services.sweep_tickets(at=at(2026, 3, 4, 17)) == 0
        assert not Escalation.objects.exists()
        services.sweep_tickets(at=at(2026, 3, 6))  # the office is late by now
        assert not ticket.events.filter(move=Move.FORWARD).exists()

    def test_without_an_office_the_chain_is_shown_as_broken_not_skipped(self, cast):
        Posting.objects.filter(role="office").update(ends_on=date(2026, 3, 1))
        TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 3))
        services.sweep_tickets(at=at(2026, 3, 6))
        row = Escalation.objects.get()
        assert (row.is_broken, row.department, row.trigger) == (True, None, Trigger.UNREPORTED)


class TestUnsigned:
    def test_silence_is_acceptance_signed_by_the_clock(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, at=at(2026, 3, 2))
        assert services.sweep_tickets(at=at(2026, 3, 3)) == 0
        assert services.sweep_tickets(at=at(2026, 3, 4)) == 1
        ticket.refresh_from_db()
        sign = ticket.events.get(move=Move.SIGN)
        assert (ticket.status, sign.by, sign.actor) == (Status.IN_PROGRESS, None, "系统")
        assert ticket.units.get(part="lead").signed_at is None


class TestOverdue:
    @pytest.fixture
    def ticket(self, cast) -> Ticket:
        return TicketFactory(enrolment=cast.enrolment, in_progress=True, grade="A", at=at(2026, 9, 29, 9))

    def test_climbs_rung_by_rung_in_working_days_and_each_rung_once(self, ticket):
        assert ticket.due_on == date(2026, 10, 12)
        climbed = {}
        for day in range(1, 32):
            for hour in (9, 14):
                if services.sweep_tickets(at=at(2026, 10, day, hour)):
                    climbed[day] = list(ticket.escalations.order_by("pk").values_list("rung", flat=True))
        assert climbed == {13: ["office"], 19: ["office", "dispatch_meeting"]}

    def test_a_sweep_after_days_of_silence_climbs_every_rung_that_is_due(self, ticket):
        assert services.sweep_tickets(at=at(2026, 11, 2)) == 1
        assert ticket.escalations.count() == 2
        ticket.refresh_from_db()
        assert (ticket.rung, ticket.act_on) == (Rung.DISPATCH_MEETING, None)

    def test_costs_what_is_due_not_what_is_open(self, cast, django_assert_max_num_queries):
        for _ in range(10):
            TicketFactory(enrolment=cast.enrolment, in_progress=True, grade="C")
        with django_assert_max_num_queries(6):
            assert services.sweep_tickets(at=at(2026, 3, 4)) == 0


class TestCost:
    def calendar_reads(self, cast, how_many: int) -> tuple[int, int]:
        """Reads of the calendar, and all queries, of a sweep of so many problems in two counties."""
        for number in range(how_many):
            place = cast.other_enrolment if number % 2 else cast.enrolment
            TicketFactory(enrolment=place, at=at(2026, 3, 3))
        with CaptureQueriesContext(connection) as queries:
            assert services.sweep_tickets(at=at(2026, 3, 6)) == how_many
        reads = [query for query in queries if re.search('FROM "liaison_calendar(day|year)"', query["sql"])]
        return len(reads), len(queries)

    def test_each_calendar_is_read_once_however_many_are_due(self, cast):
        CalendarDayFactory(
            on=date(2026, 4, 1),
            kind=DayKind.OFF,
            region=cast.county,
            name="停电检修",
            document="云溪办〔2026〕2号",
        )
        few_reads, few = self.calendar_reads(cast, 2)
        many_reads, many = self.calendar_reads(cast, 50)
        assert few_reads == many_reads == 1  # of all places at once
        assert (many - few) % 48 == 0, "each ticket costs the same"
        # Two hold the calendar and see that it is still the same; two leave news of what happened; four say
        # when the office, which has it now, would be late, before and after it has climbed.
        assert (many - few) // 48 <= 26

    def test_a_day_off_for_one_county_stops_the_clock_there_only(self, cast):
        here = TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 3))
        there = TicketFactory(enrolment=cast.other_enrolment, at=at(2026, 3, 3))
        CalendarDayFactory(
            on=date(2026, 3, 6),
            kind=DayKind.OFF,
            region=cast.county,
            name="停电检修",
            document="云溪办〔2026〕2号",
        )
        assert services.sweep_tickets(at=at(2026, 3, 6)) == 1
        here.refresh_from_db()
        there.refresh_from_db()
        assert (here.status, there.status) == (Status.DRAFT, Status.REPORTED)


class TestOneThatFails:
    def test_stops_none_of_the_others_and_is_tried_again(self, cast, monkeypatch, caplog):
        from issues.services import sweep

        bad, good = (TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 2, hour)) for hour in (9, 10))
        forward = sweep.forward_ticket

        def stumble(*, ticket, **given):
            if ticket.pk == bad.pk:
                raise LookupError("the version sets no limit")
            return forward(ticket=ticket, **given)

        monkeypatch.setattr(sweep, "forward_ticket", stumble)
        assert services.sweep_tickets(at=at(2026, 3, 6)) == 1
        good.refresh_from_db()
        assert good.status == Status.REPORTED
        assert "could not be acted on" in caplog.text
        monkeypatch.setattr(sweep, "forward_ticket", forward)
        assert services.sweep_tickets(at=at(2026, 3, 6, 18)) == 1
