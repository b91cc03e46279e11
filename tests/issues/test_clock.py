"""The clock of 办结: put off, stopped and set going again, recomputed; every stretch on record."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from issues import services
from issues.choices import (
    DeferralReason,
    ExtensionReason,
    Move,
    Outcome,
    RequestKind,
    RequestState,
    SpanKind,
    Status,
)
from issues.models import Ticket
from issues.services import MoveRefused
from liaison.choices import SystemRole
from tests.factories import MonthEndFactory, PostingFactory, TicketFactory, at

# Collected Monday 2 March 2026, given the same day with grade B: 10 working days, to Monday 16 March.
DUE = date(2026, 3, 16)


@pytest.fixture
def ticket(cast) -> Ticket:
    return TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land, grade="B")


@pytest.fixture
def second_office(cast) -> Any:
    return PostingFactory(role=SystemRole.OFFICE, department=cast.office.postings.get().department).official


def ask(cast, ticket: Ticket, until: date, moment=None) -> Ticket:
    return services.ask_extension(
        ticket=ticket, reason=ExtensionReason.PROCEDURE, words="环评公示期未满", until=until, by=cast.unit,
        at=moment or at(2026, 3, 12),
    )  # fmt: skip


def defer(cast, ticket: Ticket, moment) -> Ticket:
    services.ask_deferral(
        ticket=ticket, reason=DeferralReason.HIGHER_LEVEL, words="待省厅批复", by=cast.unit, at=moment
    )
    return services.grant_deferral(ticket=ticket, answer="", by=cast.office, at=moment)


def spans(ticket: Ticket) -> list[tuple[str, date, date | None]]:
    return [(span.kind, span.since, span.until) for span in ticket.spans.order_by("pk")]


class TestExtension:
    def test_the_deadline_stands_until_it_is_granted_and_then_moves_with_all_that_follows(self, cast, ticket):
        assert ticket.due_on == DUE
        ticket = ask(cast, ticket, date(2026, 3, 20))
        assert ticket.due_on == DUE
        ticket = services.grant_extension(ticket=ticket, answer="同意", by=cast.office, at=at(2026, 3, 13))
        assert (ticket.due_on, ticket.next_on) == (date(2026, 3, 20), date(2026, 3, 20))
        assert ticket.alarm_on == date(2026, 3, 27)
        assert ticket.units.get(part="lead").due_on == date(2026, 3, 20)
        event = ticket.events.get(move=Move.GRANT_EXTENSION)
        assert (event.term_on, event.due_on) == (date(2026, 3, 20), date(2026, 3, 20))

    def test_asked_in_time_it_is_never_overdue_though_it_is_granted_after_the_day(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 20))
        services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 18))
        ticket.refresh_from_db()
        assert ticket not in Ticket.objects.overdue(date(2026, 3, 18))

    @pytest.mark.parametrize(
        ("until", "moment", "words"),
        [
            (date(2026, 3, 16), at(2026, 3, 12), "原期限 2026-03-16 之后"),
            (date(2026, 3, 11), at(2026, 3, 12), "原期限 2026-03-16 之后"),
            (date(2026, 3, 21), at(2026, 3, 12), "不是工作日"),
            (date(2026, 3, 31), at(2026, 3, 12), "最晚到 2026-03-30"),
            (date(2026, 3, 20), at(2026, 3, 16), "已经来不及"),
            (date(2026, 3, 20), at(2026, 3, 17), "已经来不及"),
        ],
    )
    def test_is_refused_into_the_past_on_a_rest_day_too_far_or_too_late(
        self, cast, ticket, until, moment, words
    ):
        with pytest.raises(MoveRefused, match=words):
            ask(cast, ticket, until, moment)
        assert not ticket.requests.exists()

    def test_once_a_round_by_rule(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 20))
        services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 13))
        with pytest.raises(MoveRefused, match="每轮办理最多延期 1 次"):
            ask(cast, ticket, date(2026, 3, 25), at(2026, 3, 18))

    def test_the_office_may_grant_another_day_and_correct_it(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 27))
        services.grant_extension(
            ticket=ticket, answer="", until=date(2026, 3, 20), by=cast.office, at=at(2026, 3, 13)
        )
        ticket = services.correct_extension(
            ticket=ticket, until=date(2026, 3, 23), note="公示期算错一天", by=cast.office, at=at(2026, 3, 16)
        )
        request = ticket.requests.get()
        assert (request.wanted_on, request.granted_on, ticket.due_on) == (
            date(2026, 3, 27), date(2026, 3, 23), date(2026, 3, 23),
        )  # fmt: skip

    def test_granted_into_the_past_it_would_be_late_at_once(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 18))
        with pytest.raises(MoveRefused, match="2026-03-18 已经过去"):
            services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 19))
        ticket = services.grant_extension(
            ticket=ticket, answer="", until=date(2026, 3, 20), by=cast.office, at=at(2026, 3, 19)
        )
        assert ticket not in Ticket.objects.overdue(date(2026, 3, 20))
        with pytest.raises(MoveRefused, match="2026-03-18 已经过去"):
            services.correct_extension(
                ticket=ticket, until=date(2026, 3, 18), note="算错", by=cast.office, at=at(2026, 3, 19)
            )
        ticket.refresh_from_db()
        assert (ticket.due_on, ticket.requests.get().granted_on) == (date(2026, 3, 20), date(2026, 3, 20))

    def test_nothing_is_corrected_that_was_not_granted(self, cast, ticket):
        with pytest.raises(MoveRefused, match="无可更正"):
            services.correct_extension(
                ticket=ticket, until=date(2026, 3, 23), note="错", by=cast.office, at=at(2026, 3, 12)
            )

    def test_a_refusal_leaves_the_deadline_and_frees_the_way_for_another(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 20))
        services.refuse_extension(ticket=ticket, answer="抓紧办理", by=cast.office, at=at(2026, 3, 12, 15))
        ticket = ask(cast, ticket, date(2026, 3, 18), at(2026, 3, 13))
        assert ticket.due_on == DUE
        assert ticket.requests.filter(state=RequestState.PENDING).count() == 1

    def test_lapses_when_the_unit_is_done(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 20))
        services.resolve_ticket(
            ticket=ticket, outcome=Outcome.SOLVED, result="已批复", by=cast.unit, at=at(2026, 3, 13)
        )
        request = ticket.requests.get()
        assert (request.state, request.decided_by) == (RequestState.LAPSED, None)
        with pytest.raises(MoveRefused, match="待答复"):
            services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 13, 15))


class TestDeferral:
    def test_what_was_left_waits_over_the_holiday_and_runs_on(self, cast):
        """Stopped three working days before the day; taken up again after the holiday of 1 May."""
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, grade="B", at=at(2026, 4, 13)
        )
        assert ticket.due_on == date(2026, 4, 27)
        ticket = defer(cast, ticket, at(2026, 4, 22))
        assert (ticket.status, ticket.act_on) == (Status.DEFERRED, None)
        assert ticket.spans.get(kind=SpanKind.PAUSED).days_left == 3
        ticket = services.resume_ticket(ticket=ticket, note="批复已到", by=cast.office, at=at(2026, 4, 30))
        assert (ticket.status, ticket.due_on, ticket.next_on) == (
            Status.IN_PROGRESS, date(2026, 5, 8), date(2026, 5, 8),
        )  # fmt: skip
        assert "恢复办理" in ticket.events.get(move=Move.RESUME).words
        assert spans(ticket) == [
            ("running", date(2026, 4, 13), date(2026, 4, 22)),
            ("paused", date(2026, 4, 22), date(2026, 4, 30)),
            ("running", date(2026, 4, 30), None),
        ]

    def test_what_was_overdue_stays_overdue_by_as_much(self, cast, ticket):
        ticket = defer(cast, ticket, at(2026, 3, 18))
        assert ticket.spans.get(kind=SpanKind.PAUSED).days_left == -2
        ticket = services.resume_ticket(ticket=ticket, note="条件已具备", by=cast.office, at=at(2026, 3, 25))
        assert ticket.due_on == date(2026, 3, 23)
        assert ticket in Ticket.objects.overdue(date(2026, 3, 25))

    def test_what_was_past_on_the_rest_days_after_it_stays_past(self, cast):
        """Due on Friday 20 March; put off on the Sunday after, when no working day has passed yet."""
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power],
            grade="B", at=at(2026, 3, 6),
        )  # fmt: skip
        assert ticket.due_on == date(2026, 3, 20)
        ticket = defer(cast, ticket, at(2026, 3, 22))
        assert ticket.spans.get(kind=SpanKind.PAUSED).days_left == -1
        ticket = services.resume_ticket(ticket=ticket, note="已具备", by=cast.office, at=at(2026, 3, 25))
        assert ticket in Ticket.objects.overdue(date(2026, 3, 25))
        helper = ticket.units.get(part="cooperate")
        assert helper.due_on < date(2026, 3, 25)

    def test_stopped_and_resumed_on_one_day_nothing_is_gained(self, cast, ticket):
        defer(cast, ticket, at(2026, 3, 10))
        ticket = services.resume_ticket(ticket=ticket, note="误批", by=cast.office, at=at(2026, 3, 10, 16))
        assert ticket.due_on == DUE

    def test_is_looked_at_again_and_comes_to_the_office_on_its_day(self, cast, ticket):
        ticket = defer(cast, ticket, at(2026, 3, 10))
        assert ticket.next_on == date(2026, 4, 9)
        cast.office.on_duty(date(2026, 4, 8))
        assert ticket not in Ticket.objects.awaiting(cast.office)
        cast.office.on_duty(date(2026, 4, 9))
        assert ticket in Ticket.objects.awaiting(cast.office)
        ticket = services.review_deferred(ticket=ticket, note="批复未到", by=cast.office, at=at(2026, 4, 9))
        assert ticket.next_on == date(2026, 5, 9)

    def test_a_stopped_problem_does_not_climb(self, cast, ticket):
        defer(cast, ticket, at(2026, 3, 18))
        services.sweep_tickets(at=at(2026, 4, 30, 9))
        assert not ticket.escalations.exists()


class TestRegrade:
    def regrade(self, cast, ticket, code, moment):
        return services.regrade_ticket(
            ticket=ticket,
            grade=cast.version.grades.get(code=code),
            note="涉及两个部门",
            by=cast.office,
            at=moment,
        )

    def test_another_limit_from_the_same_start_nothing_begins_anew(self, cast, ticket):
        ticket = self.regrade(cast, ticket, "C", at(2026, 3, 12))
        assert ticket.due_on == date(2026, 4, 7)  # the 25th working day after 2 March, 清明 not counted
        assert spans(ticket) == [("running", date(2026, 3, 2), None)]
        assert ticket.units.get(part="lead").due_on == ticket.due_on

    def test_a_shorter_limit_makes_nothing_late_that_was_not(self, cast, ticket):
        ticket = self.regrade(cast, ticket, "A", at(2026, 3, 12))  # the fifth day was 9 March
        assert ticket.due_on == date(2026, 3, 12)

    def test_what_was_granted_stays_granted(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 20))
        services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 13))
        ticket = self.regrade(cast, ticket, "C", at(2026, 3, 16))
        assert ticket.due_on == date(2026, 4, 13)  # 25 + 4 working days

    def test_what_is_asked_for_by_the_old_deadline_never_shortens_the_new_one(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 20))
        ticket = self.regrade(cast, ticket, "C", at(2026, 3, 13))
        assert ticket.due_on == date(2026, 4, 7)
        with pytest.raises(MoveRefused, match="原期限 2026-04-07 之后"):
            services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 13))
        ticket = services.grant_extension(
            ticket=ticket, answer="", until=date(2026, 4, 9), by=cast.office, at=at(2026, 3, 13)
        )
        assert ticket.due_on == date(2026, 4, 9)
        assert "由 2026-04-07 延至 2026-04-09" in ticket.events.get(move=Move.GRANT_EXTENSION).note

    def test_a_correction_takes_nothing_of_the_new_grade_s_days(self, cast, ticket):
        ask(cast, ticket, date(2026, 3, 20))
        services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 13))
        self.regrade(cast, ticket, "C", at(2026, 3, 16))
        ticket = services.correct_extension(
            ticket=ticket, until=date(2026, 3, 19), note="多批一天", by=cast.office, at=at(2026, 3, 16)
        )
        assert ticket.due_on == date(2026, 4, 10)  # 25 + 3 working days, where it was 25 + 4
        assert ticket.units.get(part="lead").due_on == ticket.due_on

    def test_needs_another_grade_and_a_reason(self, cast, ticket):
        with pytest.raises(MoveRefused, match="已是"):
            self.regrade(cast, ticket, "B", at(2026, 3, 12))
        with pytest.raises(MoveRefused, match="理由"):
            services.regrade_ticket(
                ticket=ticket, grade=cast.version.grades.get(code="C"), note="", by=cast.office,
                at=at(2026, 3, 12),
            )  # fmt: skip


class TestLedger:
    def test_the_stretches_follow_one_another_and_end_with_the_result(self, cast, ticket):
        defer(cast, ticket, at(2026, 3, 10))
        services.resume_ticket(ticket=ticket, note="已到", by=cast.office, at=at(2026, 3, 18))
        services.resolve_ticket(
            ticket=ticket, outcome=Outcome.SOLVED, result="已办", by=cast.unit, at=at(2026, 3, 20)
        )
        found = spans(ticket)
        assert all(before[2] == after[1] for before, after in pairwise(found))
        assert found[-1] == ("running", date(2026, 3, 18), date(2026, 3, 20))

    def test_an_objection_stops_it_and_a_ruling_lets_it_run_to_the_same_day(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, returned=True, lead=cast.land, grade="B")
        due = ticket.due_on
        assert ticket.spans.get().until == date(2026, 3, 2)
        ticket = services.uphold_dispatch(ticket=ticket, note="属你局职责", by=cast.office, at=at(2026, 3, 5))
        assert ticket.due_on == due
        assert spans(ticket)[-1] == ("running", date(2026, 3, 5), None)

    def test_a_ruling_on_a_rest_day_gives_no_day_that_was_over(self, cast):
        ticket = TicketFactory(
            enrolment=cast.enrolment, dispatched=True, lead=cast.land, unit=cast.unit, grade="A",
            at=at(2026, 3, 6),
        )  # fmt: skip
        assert ticket.due_on == date(2026, 3, 13)  # a Friday
        services.object_to_ticket(
            ticket=ticket, reason="not_ours", note="属水务", by=cast.unit, at=at(2026, 3, 9)
        )
        ticket = services.uphold_dispatch(ticket=ticket, note="属你局", by=cast.office, at=at(2026, 3, 15))
        assert ticket.due_on == date(2026, 3, 13)
        assert ticket.units.get(is_current=True).due_on == date(2026, 3, 13)


def test_the_month_is_judged_by_the_deadline_as_it_was_put_off(cast, ticket):
    ask(cast, ticket, date(2026, 3, 20))
    services.grant_extension(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 13))
    services.resolve_ticket(
        ticket=ticket, outcome=Outcome.SOLVED, result="已办", by=cast.unit, at=at(2026, 3, 19)
    )
    services.answer_ticket(ticket=ticket, mode="phone", note="", by=cast.official, at=at(2026, 3, 19, 15))
    services.confirm_ticket(ticket=ticket, rating=5, is_satisfied=True, actor="企业", at=at(2026, 3, 20))
    MonthEndFactory(
        month=date(2026, 2, 1),
        since=at(2026, 1, 31, 18),
        until=at(2026, 2, 28, 18),
        frozen_at=at(2026, 2, 28, 18, 5),
    )
    month_end = services.freeze_month(
        programme=cast.version.programme, month=date(2026, 3, 1), at=at(2026, 4, 1)
    )
    assert month_end.tickets.get(ticket=ticket).closed_on_time


def test_a_request_is_of_its_kind(cast, ticket):
    ask(cast, ticket, date(2026, 3, 20))
    with pytest.raises(MoveRefused, match="没有待审批的挂账申请"):
        services.grant_deferral(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 12))
    assert ticket.requests.get().kind == RequestKind.EXTENSION
