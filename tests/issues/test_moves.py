"""Every move of a ticket: what it does, what it refuses, what it leaves behind."""

from datetime import date
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from django.db import connection

from issues import services
from issues.choices import AnswerMode, Move, Outcome, ReturnReason, Source, Status
from issues.models import Ticket
from issues.services import MoveRefused
from issues.transitions import RULES
from liaison.models import OutboxMessage
from tests.factories import CategoryFactory, PostingFactory, TicketFactory, at


def moves_of(ticket):
    return [event.move for event in ticket.events.order_by("pk")]


class TestCollect:
    def test_gives_two_working_days_to_report_across_the_mid_autumn_holiday(self, cast):
        ticket = services.collect_ticket(
            enrolment=cast.enrolment, title="停电", source=Source.VISIT, by=cast.official, at=at(2026, 9, 24)
        )
        assert ticket.report_due_on == ticket.next_on == date(2026, 9, 29)
        assert ticket.act_on == date(2026, 9, 30)
        assert "中秋节" in ticket.events.get().words

    def test_counts_from_the_day_it_was_collected_not_from_the_day_it_was_typed(self, cast):
        ticket = services.collect_ticket(
            enrolment=cast.enrolment, title="停电", source=Source.VISIT, by=cast.official,
            at=at(2026, 3, 6), collected_on=date(2026, 3, 4),
        )  # fmt: skip
        assert ticket.report_due_on == date(2026, 3, 6)

    @pytest.mark.parametrize(
        ("given", "words"),
        [({"title": "  "}, "请填写"), ({"collected_on": date(2026, 3, 3)}, "不能晚于今天")],
    )
    def test_refuses_an_empty_problem_and_a_day_to_come(self, cast, given, words):
        values = {"title": "停电", **given}
        with pytest.raises(MoveRefused, match=words):
            services.collect_ticket(
                enrolment=cast.enrolment, source=Source.VISIT, by=cast.official, at=at(2026, 3, 2), **values
            )
        assert not Ticket.objects.exists()

    def test_numbers_never_repeat(self, cast):
        first, second = TicketFactory(enrolment=cast.enrolment), TicketFactory(enrolment=cast.enrolment)
        assert first.number != second.number
        assert first.number.startswith("2026")


class TestDispatch:
    def dispatch(self, cast, ticket, moment, **given):
        values = {
            "grade": cast.version.grades.get(code="A"),
            "category": CategoryFactory(code="power", name="用电"),
            "lead": cast.power,
            "by": cast.office,
            **given,
        }
        return services.dispatch_ticket(ticket=ticket, at=moment, **values)

    def test_the_clock_starts_at_dispatch_and_counts_the_make_up_saturday(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True, at=at(2026, 9, 29))
        ticket = self.dispatch(cast, ticket, at(2026, 9, 30))
        assert ticket.due_on == date(2026, 10, 13)
        words = ticket.events.get(move=Move.DISPATCH).words
        assert "国庆节" in words
        assert "10/10 周六" in words

    def test_a_deadline_in_an_unpublished_year_is_provisional(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True, at=at(2026, 12, 28))
        assert self.dispatch(cast, ticket, at(2026, 12, 30)).due_is_provisional

    def test_gives_one_lead_and_its_helpers(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        ticket = self.dispatch(cast, ticket, at(2026, 3, 3), cooperating=[cast.land])
        parts = {unit.department: unit.part for unit in ticket.units.all()}
        assert parts == {cast.power: "lead", cast.land: "cooperate"}

    def test_refuses_a_unit_that_is_lead_and_helper_at_once(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        with pytest.raises(MoveRefused, match="不能同时协办"):
            self.dispatch(cast, ticket, at(2026, 3, 3), cooperating=[cast.power])

    def test_refuses_a_unit_in_which_nobody_can_sign(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        with pytest.raises(MoveRefused, match="没有单位联络员"):
            self.dispatch(cast, ticket, at(2026, 3, 3), lead=cast.industry)

    def test_refuses_a_dissolved_unit(self, cast):
        cast.power.is_active = False
        cast.power.save(update_fields=["is_active"])
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        with pytest.raises(MoveRefused, match="已撤销"):
            self.dispatch(cast, ticket, at(2026, 3, 3))
        ticket.refresh_from_db()
        assert ticket.status == Status.REPORTED


class TestUnit:
    def test_signing_makes_the_handling_deadline_the_next_one(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.power)
        ticket = services.sign_ticket(ticket=ticket, by=cast.other_unit, at=at(2026, 3, 3))
        assert (ticket.status, ticket.next_on) == (Status.IN_PROGRESS, ticket.due_on)

    def test_an_objection_needs_words_and_sends_the_problem_back_to_the_office(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.power)
        with pytest.raises(MoveRefused, match="具体理由"):
            services.object_to_ticket(
                ticket=ticket, reason=ReturnReason.NOT_OURS, note=" ", by=cast.other_unit, at=at(2026, 3, 3)
            )
        ticket = services.object_to_ticket(
            ticket=ticket, reason=ReturnReason.NOT_OURS, note="属水务", by=cast.other_unit, at=at(2026, 3, 3)
        )
        assert (ticket.status, ticket.returns) == (Status.RETURNED, 1)
        assert not ticket.units.filter(is_current=True, part="lead").exists()

    def test_a_third_objection_is_the_offices_to_rule(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.power)
        Ticket.objects.filter(pk=ticket.pk).update(returns=2)
        with pytest.raises(MoveRefused, match="由协调办公室裁定"):
            services.object_to_ticket(
                ticket=ticket,
                reason=ReturnReason.NOT_OURS,
                note="属水务",
                by=cast.other_unit,
                at=at(2026, 3, 3),
            )

    def test_a_helper_gives_its_part_once(self, cast):
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.power, cooperating=[cast.land]
        )
        give = {"ticket": ticket, "department": cast.land, "note": "已出具意见", "by": cast.unit}
        services.cooperate_on_ticket(at=at(2026, 3, 4), **give)
        with pytest.raises(MoveRefused, match="已反馈过"):
            services.cooperate_on_ticket(at=at(2026, 3, 5), **give)

    def test_what_cannot_be_solved_needs_a_reason(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True)
        with pytest.raises(MoveRefused, match="暂无法解决须说明原因"):
            services.resolve_ticket(
                ticket=ticket, outcome=Outcome.CANNOT_NOW, result="", by=cast.unit, at=at(2026, 3, 4)
            )


class TestCompanysWord:
    def test_answering_asks_the_company_through_the_outbox_only(self, cast):
        TicketFactory(enrolment=cast.enrolment, answered=True, by=cast.official)
        assert OutboxMessage.objects.filter(topic="ticket.answered", sent_at__isnull=True).count() == 1

    def test_confirmation_strikes_the_problem_off(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, closed=True)
        assert ticket.status == Status.CLOSED
        assert ticket.act_on is ticket.next_on is None
        assert not ticket.units.filter(is_current=True).exists()

    def test_dissatisfaction_opens_a_round_with_its_own_deadline_one_rung_up(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, answered=True, at=at(2026, 9, 28))
        ticket = services.rework_ticket(
            ticket=ticket, rating=1, actor="企业", note="又停了", at=at(2026, 9, 30)
        )
        assert (ticket.status, ticket.round, ticket.rung) == (Status.IN_PROGRESS, 2, "office")
        assert ticket.due_on == date(2026, 10, 13)
        assert ticket.outcome == ""


class TestTheTable:
    def test_every_move_outside_its_states_is_refused_and_changes_nothing(self, cast):
        """Each state against each service: the table alone decides."""
        acts = {
            Move.REPORT: lambda t: services.report_ticket(ticket=t, by=cast.official, at=at(2026, 3, 9)),
            Move.SIGN: lambda t: services.sign_ticket(ticket=t, by=cast.unit, at=at(2026, 3, 9)),
            Move.PROGRESS: lambda t: services.note_progress(
                ticket=t, note="在办", by=cast.unit, at=at(2026, 3, 9)
            ),
            Move.RESOLVE: lambda t: services.resolve_ticket(
                ticket=t, outcome=Outcome.SOLVED, result="好了", by=cast.unit, at=at(2026, 3, 9)
            ),
            Move.ANSWER: lambda t: services.answer_ticket(
                ticket=t, mode=AnswerMode.PHONE, note="", by=cast.official, at=at(2026, 3, 9)
            ),
            Move.CONFIRM: lambda t: services.confirm_ticket(
                ticket=t, rating=5, is_satisfied=True, actor="企业", at=at(2026, 3, 9)
            ),
            Move.REWORK: lambda t: services.rework_ticket(
                ticket=t, rating=1, actor="企业", note="没好", at=at(2026, 3, 9)
            ),
        }
        for status in Status:
            ticket = TicketFactory(enrolment=cast.enrolment, state=status)
            for move, act in acts.items():
                if status in RULES[move].sources:
                    continue
                before = (ticket.status, moves_of(ticket))
                with pytest.raises(MoveRefused, match="当前为"):
                    act(ticket)
                ticket.refresh_from_db()
                assert (ticket.status, moves_of(ticket)) == before

    def test_events_replay_to_the_present_state(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, closed=True)
        events = list(ticket.events.order_by("pk"))
        assert [e.to_status for e in events][-1] == ticket.status
        for event, following in pairwise(events):
            assert following.from_status == event.to_status


@pytest.mark.django_db(transaction=True)
def test_of_two_people_on_one_ticket_at_the_same_instant_one_wins(cast):
    ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.power)
    both = [cast.other_unit, PostingFactory(department=cast.power, role="unit").official]
    gate, answers = Barrier(2), []

    def sign(official):
        gate.wait()
        try:
            services.sign_ticket(ticket=ticket, by=official, at=at(2026, 3, 3))
            answers.append("signed")
        except MoveRefused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=sign, args=(official,)) for official in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("signed") == 1
    assert any("办理中" in answer for answer in answers)
    assert moves_of(ticket).count(Move.SIGN) == 1
