"""What the office does to a ticket besides dispatching it: grading, rulings, merging, taking out."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from issues import services
from issues.choices import AnswerMode, ExclusionReason, Move, RequestKind, RequestState, ReturnReason, Status
from issues.forms.moves import forms_open_to
from issues.models import Escalation, Ticket
from issues.services import MoveRefused
from liaison.choices import SystemRole
from tests.factories import Cast, CategoryFactory, PostingFactory, TicketFactory, at


def moves_of(ticket: Ticket) -> list[str]:
    return [event.move for event in ticket.events.order_by("pk")]


@pytest.fixture
def second_office(cast: Cast) -> Any:
    return PostingFactory(role=SystemRole.OFFICE, department=cast.office.postings.get().department).official


class TestTriage:
    def test_settles_grade_and_category_and_leaves_the_day_of_dispatch_as_it_was(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        due = ticket.next_on
        ticket = services.triage_ticket(
            ticket=ticket,
            grade=cast.version.grades.get(code="B"),
            category=CategoryFactory(code="power", name="用电"),
            route="single",
            by=cast.office,
            at=at(2026, 3, 3),
        )
        assert (ticket.status, ticket.grade.code, ticket.next_on) == (Status.TRIAGED, "B", due)
        assert ticket.events.get(move=Move.TRIAGE).note == "B 部门类，用电，个性"

    def test_what_was_settled_is_offered_at_dispatch(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, triaged=True, grade="B")
        form = next(form for form in forms_open_to(cast.office, ticket) if form.move == Move.DISPATCH)
        shown = form(ticket=ticket, official=cast.office)
        assert (shown.initial["grade"], shown.initial["category"]) == ("B", ticket.category.code)


class TestRuling:
    @pytest.fixture
    def returned(self, cast):
        return TicketFactory(enrolment=cast.enrolment, returned=True, lead=cast.power, office=cast.office)

    def test_upholding_leaves_the_deadline_and_gives_a_new_day_to_sign(self, cast, returned):
        due = returned.due_on
        ticket = services.uphold_dispatch(
            ticket=returned, note="三定方案列为电力部门职责", by=cast.office, at=at(2026, 3, 4)
        )
        assert (ticket.status, ticket.due_on, ticket.next_on) == (Status.DISPATCHED, due, date(2026, 3, 5))
        lead = ticket.units.get(part="lead", is_current=True)
        assert (lead.department, lead.due_on, lead.sign_due_on) == (cast.power, due, date(2026, 3, 5))

    def test_upholding_needs_a_reason(self, cast, returned):
        with pytest.raises(MoveRefused, match="理由"):
            services.uphold_dispatch(ticket=returned, note=" ", by=cast.office, at=at(2026, 3, 4))

    def give_to(self, cast, ticket, lead):
        return services.dispatch_ticket(
            ticket=ticket, grade=ticket.grade, category=ticket.category, lead=lead, by=cast.office,
            at=at(2026, 3, 4),
        )  # fmt: skip

    def test_another_unit_is_a_transfer_the_same_unit_is_refused(self, cast, returned):
        with pytest.raises(MoveRefused, match="维持交办"):
            self.give_to(cast, returned, cast.power)
        ticket = self.give_to(cast, returned, cast.land)
        assert (ticket.transfers, ticket.returns) == (1, 1)

    def test_the_third_transfer_climbs_to_the_dispatch_meeting(self, cast, returned):
        Ticket.objects.filter(pk=returned.pk).update(transfers=2)
        ticket = self.give_to(cast, returned, cast.land)
        rung = Escalation.objects.get(ticket=ticket)
        assert (ticket.rung, rung.rung, rung.trigger) == ("dispatch_meeting", "dispatch_meeting", "transfers")

    def test_what_was_upheld_twice_cannot_be_returned_again(self, cast, returned):
        for day in (4, 5):
            services.uphold_dispatch(ticket=returned, note="维持", by=cast.office, at=at(2026, 3, day))
            unit = cast.power.postings.filter(role=SystemRole.UNIT)[:1].get().official
            returning = {"reason": ReturnReason.NOT_OURS, "note": "不归我们", "by": unit}
            if day == 4:
                services.object_to_ticket(ticket=returned, at=at(2026, 3, day, 15), **returning)
        with pytest.raises(MoveRefused, match="已退回 2 次"):
            services.object_to_ticket(ticket=returned, at=at(2026, 3, 6), **returning)


class TestMerge:
    def test_keeps_both_numbers_and_answers_both(self, cast):
        kept = TicketFactory(enrolment=cast.enrolment, resolved=True)
        twin = TicketFactory(enrolment=cast.enrolment, reported=True)
        twin = services.merge_ticket(ticket=twin, into=kept, by=cast.office, at=at(2026, 3, 5))
        assert (twin.status, twin.merged_into, twin.next_on) == (Status.MERGED, kept, None)
        assert moves_of(kept)[-1] == Move.ABSORB
        services.answer_ticket(
            ticket=kept, mode=AnswerMode.PHONE, note="已通电", by=cast.official, at=at(2026, 3, 6)
        )
        answer = twin.events.order_by("pk").last()
        assert answer.move == Move.ANSWER
        assert kept.number in answer.note
        assert "已通电" in answer.note

    def test_what_was_merged_before_goes_along(self, cast):
        first, second, third = (TicketFactory(enrolment=cast.enrolment, reported=True) for _ in range(3))
        services.merge_ticket(ticket=first, into=second, by=cast.office, at=at(2026, 3, 5))
        services.merge_ticket(ticket=second, into=third, by=cast.office, at=at(2026, 3, 5))
        assert set(third.absorbed.all()) == {first, second}

    def test_into_what_is_answered_already_they_have_the_answer_too(self, cast):
        kept = TicketFactory(enrolment=cast.enrolment, answered=True)
        early, late = (TicketFactory(enrolment=cast.enrolment, reported=True) for _ in range(2))
        services.merge_ticket(ticket=early, into=late, by=cast.office, at=at(2026, 3, 5))
        services.merge_ticket(ticket=late, into=kept, by=cast.office, at=at(2026, 3, 5))
        for twin in (early, late):
            answers = twin.events.filter(move=Move.ANSWER)
            assert f"随 {kept.number} 一并答复" in answers.get().note

    def test_refuses_itself_a_stranger_and_what_is_ended(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        stranger = TicketFactory(enrolment=cast.other_enrolment, reported=True)
        ended = TicketFactory(enrolment=cast.enrolment, closed=True)
        merge = {"by": cast.office, "at": at(2026, 3, 9)}
        for other, words in ((ticket, "自身"), (stranger, "同一家企业"), (ended, "已销号")):
            with pytest.raises(MoveRefused, match=words):
                services.merge_ticket(ticket=ticket, into=other, **merge)
        ticket.refresh_from_db()
        assert ticket.status == Status.REPORTED

    def test_a_circle_cannot_be_drawn(self, cast):
        one, other = (TicketFactory(enrolment=cast.enrolment, reported=True) for _ in range(2))
        services.merge_ticket(ticket=one, into=other, by=cast.office, at=at(2026, 3, 5))
        with pytest.raises(MoveRefused, match="已并案"):
            services.merge_ticket(ticket=other, into=one, by=cast.office, at=at(2026, 3, 5))


class TestExclusion:
    def ask(self, cast, ticket):
        return services.ask_exclusion(
            ticket=ticket, reason=ExclusionReason.UNLAWFUL, words="已进入诉讼程序", by=cast.office,
            at=at(2026, 3, 4),
        )  # fmt: skip

    @pytest.fixture
    def ticket(self, cast):
        return TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.power)

    def test_its_clock_runs_on_until_somebody_else_grants_it(self, cast, second_office, ticket):
        due = ticket.next_on
        asked = self.ask(cast, ticket)
        assert (asked.status, asked.next_on) == (Status.IN_PROGRESS, due)
        ticket = services.grant_exclusion(ticket=ticket, answer="属实", by=second_office, at=at(2026, 3, 5))
        assert (ticket.status, ticket.next_on) == (Status.EXCLUDED, None)
        assert not ticket.units.filter(is_current=True).exists()

    def test_nobody_decides_their_own(self, cast, ticket):
        self.ask(cast, ticket)
        with pytest.raises(MoveRefused, match="自己提出的申请"):
            services.grant_exclusion(ticket=ticket, answer="", by=cast.office, at=at(2026, 3, 5))
        assert ticket.requests.get().state == RequestState.PENDING

    def test_only_one_waits_and_none_is_decided_twice(self, cast, second_office, ticket):
        self.ask(cast, ticket)
        with pytest.raises(MoveRefused, match="已有剔除申请"):
            self.ask(cast, ticket)
        services.refuse_exclusion(ticket=ticket, answer="应予办理", by=second_office, at=at(2026, 3, 5))
        with pytest.raises(MoveRefused, match="没有待审批"):
            services.grant_exclusion(ticket=ticket, answer="", by=second_office, at=at(2026, 3, 5))

    def test_a_refusal_says_why(self, cast, second_office, ticket):
        self.ask(cast, ticket)
        with pytest.raises(MoveRefused, match="说明理由"):
            services.refuse_exclusion(ticket=ticket, answer=" ", by=second_office, at=at(2026, 3, 5))

    def test_is_offered_to_others_of_the_office_and_may_be_taken_back_by_who_asked(
        self, cast, second_office, ticket
    ):
        self.ask(cast, ticket)
        ticket.refresh_from_db()
        for official in (cast.office, second_office):
            official.on_duty(date(2026, 3, 5))
        decisions = {Move.GRANT_EXCLUSION, Move.REFUSE_EXCLUSION}
        offered = {form.move for form in forms_open_to(second_office, ticket)}
        assert offered >= decisions
        assert Move.DROP_EXCLUSION not in offered
        own = {form.move for form in forms_open_to(cast.office, ticket)}
        assert Move.DROP_EXCLUSION in own
        assert not own & (decisions | {Move.ASK_EXCLUSION})
        assert ticket in Ticket.objects.awaiting(second_office)
        assert ticket not in Ticket.objects.awaiting(cast.office)
        services.drop_request(ticket=ticket, kind=RequestKind.EXCLUSION, by=cast.office, at=at(2026, 3, 5))
        assert ticket.requests.get().state == RequestState.DROPPED


@pytest.mark.parametrize(
    "state",
    [Status.TRIAGED, Status.RETURNED, Status.DEFERRED, Status.MERGED, Status.EXCLUDED, Status.WITHDRAWN],
)
def test_events_replay_to_the_state(cast, state):
    ticket = TicketFactory(enrolment=cast.enrolment, state=state)
    events = list(ticket.events.order_by("pk"))
    assert events[-1].to_status == state
    assert all(event.to_status == following.from_status for event, following in pairwise(events))
