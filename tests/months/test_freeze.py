"""Freezing a month: which month, what counts, and that a late run writes what an on-time run would have."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.utils import InternalError

from assessment import services
from assessment.models import Score, ScoreLine
from companies.choices import VisitMode
from issues.choices import Outcome, Status
from issues.models import Bulletin, FrozenEnrolment, FrozenTicket, Meeting, MonthEnd
from issues.services import MonthNotReady, confirm_ticket, freeze_month, months_to_close, rework_ticket
from issues.services.months import cut_off
from tests.factories import (
    Cast,
    MonthEndFactory,
    ServicePlanFactory,
    TicketFactory,
    VisitFactory,
    at,
    team_meets,
)

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
MARCH_ENDS = at(2026, 3, 31, 18)


@pytest.fixture
def february(cast: Cast) -> MonthEnd:
    """The month before, frozen without rows: the programme runs since 2025."""
    return MonthEndFactory(
        month=date(2026, 2, 1),
        since=at(2026, 1, 31, 18),
        until=at(2026, 2, 28, 18),
        frozen_at=at(2026, 2, 28, 18, 5),
    )


FIVE_PAST = at(2026, 3, 31, 18, 5)


def freeze(cast: Cast, month: date = MARCH, moment: datetime = FIVE_PAST) -> MonthEnd:
    return freeze_month(programme=cast.version.programme, month=month, at=moment)


def row_of(month_end: MonthEnd, ticket) -> FrozenTicket | None:
    return month_end.tickets.filter(ticket=ticket).first()


def rows_of(month_end: MonthEnd) -> tuple[list, list]:
    left_out = ("id", "month_end_id")
    return tuple(
        sorted(
            (
                [(k, str(v)) for k, v in sorted(row.items()) if k not in left_out]
                for row in model.objects.filter(month_end=month_end).values()
            ),
        )
        for model in (FrozenTicket, FrozenEnrolment)
    )


class TestPeriod:
    @pytest.mark.parametrize(
        ("month", "day", "ends"),
        [
            (date(2026, 3, 1), 0, at(2026, 3, 31, 18)),
            (date(2026, 2, 1), 0, at(2026, 2, 28, 18)),
            (date(2028, 2, 1), 0, at(2028, 2, 29, 18)),
            (date(2026, 12, 1), 0, at(2026, 12, 31, 18)),
            (date(2026, 12, 1), 25, at(2026, 12, 25, 18)),
        ],
    )
    def test_a_month_ends_at_six_in_the_evening_of_its_cut_off_day(self, month, day, ends):
        assert cut_off(month, day) == ends

    def test_nothing_is_due_a_minute_before_the_cut_off(self, cast, february):
        programme = cast.version.programme
        assert months_to_close(programme=programme, at=MARCH_ENDS - timedelta(minutes=1)) == []
        assert months_to_close(programme=programme, at=MARCH_ENDS) == [MARCH]

    def test_months_start_with_the_programme_and_go_over_the_year_end(self, cast):
        months = months_to_close(programme=cast.version.programme, at=at(2026, 1, 31, 18, 5))
        assert (months[0], months[-1], len(months)) == (date(2025, 1, 1), date(2026, 1, 1), 13)

    def test_refuses_a_month_that_is_not_over(self, cast, february):
        with pytest.raises(MonthNotReady, match="2026年3月尚未到截止时间"):
            freeze(cast, moment=at(2026, 3, 31, 17, 59))

    def test_missed_months_are_frozen_oldest_first(self, cast, february):
        with pytest.raises(MonthNotReady, match="须先冻结2026年3月"):
            freeze(cast, APRIL, at(2026, 5, 6))

    def test_each_period_begins_where_the_one_before_ended(self, cast, february):
        march = freeze(cast)
        april = freeze(cast, APRIL, at(2026, 5, 6))
        assert (march.since, march.until, april.since) == (february.until, MARCH_ENDS, MARCH_ENDS)


class TestWhatCounts:
    def test_a_ticket_collected_due_and_settled_within_the_month(self, cast, february):
        ticket = TicketFactory(closed=True, enrolment=cast.enrolment, lead=cast.land)
        row = row_of(freeze(cast), ticket)
        assert row.lead_unit == cast.land
        assert row.assigned_unit == cast.industry
        assert (row.status, row.outcome) == (Status.CLOSED, Outcome.SOLVED)
        assert (row.is_new, row.is_due, row.is_closed, row.closed_on_time, row.is_overdue) == (
            True, True, True, True, False,
        )  # fmt: skip
        assert (row.is_satisfied, row.reported_in_time, row.signed_in_time, row.reworks) == (
            True, True, True, 0,
        )  # fmt: skip

    def test_what_happens_a_minute_after_the_cut_off_belongs_to_the_next_month(self, cast, february):
        ticket = TicketFactory(answered=True, enrolment=cast.enrolment)
        confirm_ticket(
            ticket=ticket, rating=5, is_satisfied=True, actor="企业", at=MARCH_ENDS + timedelta(minutes=1)
        )
        march = row_of(freeze(cast, moment=at(2026, 5, 6)), ticket)
        april = row_of(freeze(cast, APRIL, at(2026, 5, 6)), ticket)
        assert (march.status, march.outcome) == ("answered", "")
        assert (march.is_closed, march.is_satisfied) == (False, None)
        assert (april.status, april.outcome) == ("closed", "solved")
        assert (april.is_closed, april.is_satisfied) == (True, True)
        assert (april.is_new, april.reported_in_time, april.signed_in_time) == (False, None, None)

    def test_the_very_moment_of_the_cut_off_is_still_within(self, cast, february):
        ticket = TicketFactory(answered=True, enrolment=cast.enrolment)
        confirm_ticket(ticket=ticket, rating=5, is_satisfied=True, actor="企业", at=MARCH_ENDS)
        assert row_of(freeze(cast), ticket).is_closed

    def test_what_is_overdue_stays_due_month_after_month_until_it_is_settled(self, cast, february):
        ticket = TicketFactory(in_progress=True, enrolment=cast.enrolment)
        march, april = freeze(cast), freeze(cast, APRIL, at(2026, 5, 6))
        assert (row_of(march, ticket).is_due, row_of(march, ticket).is_overdue) == (True, True)
        assert (row_of(april, ticket).is_due, row_of(april, ticket).is_overdue) == (True, True)

    def test_what_is_settled_before_it_is_due_counts_in_the_month_of_its_deadline(self, cast, february):
        early = TicketFactory(closed=True, grade="B", at=at(2026, 3, 27, 9), enrolment=cast.enrolment)
        march, april = freeze(cast), freeze(cast, APRIL, at(2026, 5, 6))
        assert (row_of(march, early).is_closed, row_of(march, early).is_due) == (True, False)
        assert (row_of(april, early).is_closed, row_of(april, early).is_due) == (False, True)

    def test_what_was_settled_and_due_earlier_is_not_carried_on(self, cast, february):
        ticket = TicketFactory(closed=True, enrolment=cast.enrolment)
        freeze(cast)
        assert row_of(freeze(cast, APRIL, at(2026, 5, 6)), ticket) is None

    def test_a_hard_one_is_judged_on_its_plan_not_on_closing(self, cast, february):
        ticket = TicketFactory(in_progress=True, grade="D", enrolment=cast.enrolment)
        row = row_of(freeze(cast), ticket)
        assert (row.is_due, row.is_overdue) == (False, True)

    def test_an_explanation_closes_a_problem_but_does_not_solve_it(self, cast, february):
        ticket = TicketFactory(closed=True, outcome=Outcome.EXPLAINED, enrolment=cast.enrolment)
        month_end = freeze(cast)
        from issues.reports.months import ticket_figures

        figures = ticket_figures(month_end)
        assert row_of(month_end, ticket).outcome == Outcome.EXPLAINED
        assert (figures.due.value, figures.closed.value, figures.solved.value, figures.explained.value) == (
            1, 1, 0, 1,
        )  # fmt: skip

    def test_a_visit_counts_by_the_day_it_was_written_down(self, cast, february):
        VisitFactory(enrolment=cast.enrolment, on=date(2026, 3, 31), logged_at=at(2026, 4, 1, 9))
        team_meets(cast.enrolment, phone=True, on=date(2026, 3, 10))
        ServicePlanFactory(enrolment=cast.enrolment)
        march = freeze(cast).enrolments.get(enrolment=cast.enrolment)
        april = freeze(cast, APRIL, at(2026, 5, 6)).enrolments.get(enrolment=cast.enrolment)
        assert (march.visits, march.contacts, march.is_contacted, march.has_ledger) == (0, 2, True, True)
        assert (april.visits, april.contacts) == (1, 1)
        other = MonthEnd.objects.get(month=MARCH).enrolments.get(enrolment=cast.other_enrolment)
        assert (other.contacts, other.is_contacted, other.has_ledger) == (0, False, False)

    def test_one_who_keeps_the_contact_does_not_stand_for_another(self, cast, february):
        VisitFactory(enrolment=cast.enrolment, official=cast.official, on=date(2026, 3, 10))
        row = freeze(cast).enrolments.get(enrolment=cast.enrolment)
        assert (row.contacts, row.is_contacted) == (1, False)

    def test_somebody_who_came_within_the_month_owes_nothing_yet(self, cast, february):
        VisitFactory(enrolment=cast.enrolment, official=cast.official, on=date(2026, 3, 10))
        lead = cast.enrolment.assignments.filter(role__code="lead_official")
        lead.update(starts_on=date(2026, 3, 5))
        assert freeze(cast).enrolments.get(enrolment=cast.enrolment).is_contacted

    def test_a_company_that_wants_no_contact_this_month_counts_as_met(self, cast, february):
        team_meets(cast.enrolment, mode=VisitMode.WAIVED, on=date(2026, 3, 10))
        assert freeze(cast).enrolments.get(enrolment=cast.enrolment).is_contacted


class TestLateRun:
    def test_writes_the_same_rows_as_a_run_on_time(self, cast, february):
        shared = {"enrolment": cast.enrolment, "lead": cast.land}
        day = at(2026, 3, 24, 9)
        states = ("reported", "dispatched", "in_progress", "resolved", "answered", "closed")
        tickets = {state: TicketFactory(**{state: True}, at=day, **shared) for state in states}
        TicketFactory(enrolment=cast.other_enrolment, at=day)
        VisitFactory(enrolment=cast.enrolment, on=date(2026, 3, 10))
        with transaction.atomic():
            on_time = rows_of(freeze(cast))
            transaction.set_rollback(True)
        later = at(2026, 4, 7)
        rework_ticket(ticket=tickets["answered"], rating=1, actor="企业", note="没有解决", at=later)
        TicketFactory(closed=True, at=later, **shared)
        VisitFactory(enrolment=cast.enrolment, on=date(2026, 4, 7))
        from issues.services import answer_ticket, object_to_ticket, resolve_ticket

        object_to_ticket(
            ticket=tickets["dispatched"], reason="not_ours", note="属供电局", by=cast.unit, at=later
        )
        resolve_ticket(
            ticket=tickets["in_progress"], outcome=Outcome.SOLVED, result="办好了", by=cast.unit, at=later
        )
        answer_ticket(ticket=tickets["resolved"], mode="phone", note="", by=cast.official, at=later)
        late = rows_of(freeze(cast, moment=at(2026, 4, 20)))
        assert len(on_time[0]) == 7
        assert late == on_time

    def test_a_second_run_changes_nothing(self, cast, february):
        TicketFactory(closed=True, enrolment=cast.enrolment)
        first = services.close_month(programme=cast.version.programme, month=MARCH, at=at(2026, 3, 31, 18, 5))
        again = services.close_month(programme=cast.version.programme, month=MARCH, at=at(2026, 4, 9))
        assert (first, first.frozen_at) == (again, again.frozen_at)
        assert (Bulletin.objects.count(), Meeting.objects.count()) == (1, 1)

    def test_the_nightly_task_catches_up_with_every_missed_month(self, cast, february):
        closed = services.close_due_months(at=at(2026, 6, 1))
        assert [month_end.month for month_end in closed] == [MARCH, APRIL, date(2026, 5, 1)]
        assert services.close_due_months(at=at(2026, 6, 1)) == []


class TestFrozen:
    @pytest.mark.parametrize("model", [MonthEnd, FrozenTicket, FrozenEnrolment, Score, ScoreLine])
    def test_the_database_refuses_to_change_what_is_frozen(self, cast, february, model):
        TicketFactory(closed=True, enrolment=cast.enrolment, lead=cast.land)
        services.close_month(programme=cast.version.programme, month=MARCH, at=FIVE_PAST)
        assert model.objects.exists()
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            model.objects.update(id=F("id"))
        with pytest.raises(InternalError, match="or delete"), transaction.atomic():
            model.objects.all()._raw_delete(model.objects.db)

    def test_a_month_is_frozen_once(self, cast, february):
        freeze(cast)
        with pytest.raises(IntegrityError, match="issues_monthend_once"), transaction.atomic():
            MonthEnd.objects.create(
                programme=february.programme,
                version=february.version,
                month=MARCH,
                since=february.until,
                until=MARCH_ENDS,
                frozen_at=MARCH_ENDS,
            )


@pytest.mark.django_db(transaction=True)
def test_two_workers_closing_at_once_close_the_month_once(cast, february):
    for _ in range(6):
        TicketFactory(closed=True, enrolment=cast.enrolment, lead=cast.land)
    start, failures = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait(10)
            services.close_month(programme=cast.version.programme, month=MARCH, at=at(2026, 3, 31, 18, 5))
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert failures == []
    month_end = MonthEnd.objects.get(month=MARCH)
    assert month_end.tickets.count() == 6
    assert Score.objects.filter(month_end=month_end).count() == 3  # land; industry and the other county
    assert Bulletin.objects.filter(month_end=month_end).count() == 1
