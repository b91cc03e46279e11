"""Two moves of one problem at once: one counts, the other is told in words; its course stays one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from issues import services
from issues.choices import AnswerMode, Move, Outcome, Part, ReturnReason, Status
from issues.models import Escalation, Ticket, TicketUnit
from issues.services import MoveRefused
from liaison.models import Department, GradeRule, Official, OutboxMessage
from tests.concurrency.together import Act, at_once, behind
from tests.factories import Cast, CategoryFactory, PostingFactory, TicketFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 3)
LEADS = {Status.DISPATCHED, Status.IN_PROGRESS, Status.RESOLVED, Status.ANSWERED}


def moves_of(ticket: Ticket) -> list[str]:
    return [event.move for event in ticket.events.order_by("pk")]


def check_whole(ticket: Ticket) -> None:
    """What must hold of a problem, whoever moved it: its course, its one lead unit, its counters."""
    ticket.refresh_from_db()
    events = list(ticket.events.order_by("pk"))
    for event, following in pairwise(events):
        assert following.from_status == event.to_status
    assert events[-1].to_status == ticket.status
    moves = [event.move for event in events]
    assert ticket.returns == moves.count(Move.OBJECT)
    assert ticket.round == 1 + moves.count(Move.REWORK) + moves.count(Move.REOPEN)
    leads = ticket.units.filter(part=Part.LEAD, is_current=True).count()
    assert leads == (ticket.status in LEADS)
    assert ticket.units.filter(part=Part.LEAD).count() == moves.count(Move.DISPATCH)


@dataclass
class Hands:
    """The moves of one problem, each by a hand of its own."""

    cast: Cast
    ticket: Ticket
    colleague: Official  # of the lead unit

    def dispatch(self, lead: Department, grade: str) -> Act:
        return lambda: services.dispatch_ticket(
            ticket=self.ticket,
            grade=GradeRule.objects.get(version=self.ticket.version_id, code=grade),
            category=CategoryFactory(),
            lead=lead,
            by=self.cast.office,
            at=NOW,
        )

    def dispatch_land(self) -> Ticket:
        return self.dispatch(self.cast.land, "A")()  # type: ignore[return-value]

    def dispatch_power(self) -> Ticket:
        return self.dispatch(self.cast.power, "C")()  # type: ignore[return-value]

    def sign(self) -> Ticket:
        return services.sign_ticket(ticket=self.ticket, by=self.cast.unit, at=NOW)

    def sign_too(self) -> Ticket:
        return services.sign_ticket(ticket=self.ticket, by=self.colleague, at=NOW)

    def object(self) -> Ticket:
        return services.object_to_ticket(
            ticket=self.ticket, reason=ReturnReason.values[0], note="不属本单位", by=self.colleague, at=NOW
        )

    def object_too(self) -> Ticket:
        return services.object_to_ticket(
            ticket=self.ticket, reason=ReturnReason.values[1], note="另有牵头", by=self.cast.unit, at=NOW
        )

    def resolve(self) -> Ticket:
        return services.resolve_ticket(
            ticket=self.ticket, outcome=Outcome.SOLVED, result="已接通", by=self.cast.unit, at=NOW
        )

    def resolve_too(self) -> Ticket:
        return services.resolve_ticket(
            ticket=self.ticket, outcome=Outcome.CANNOT_NOW, result="没有指标", by=self.colleague, at=NOW
        )

    def progress(self) -> Ticket:
        return services.note_progress(ticket=self.ticket, note="正在勘察", by=self.colleague, at=NOW)

    def cooperate(self) -> Ticket:
        return services.cooperate_on_ticket(
            ticket=self.ticket, department=self.cast.power, note="可供电", by=self.cast.other_unit, at=NOW
        )

    def answer(self) -> Ticket:
        return services.answer_ticket(
            ticket=self.ticket, mode=AnswerMode.PHONE, note="", by=self.cast.official, at=NOW
        )

    def confirm(self) -> Ticket:
        return services.confirm_ticket(ticket=self.ticket, rating=5, is_satisfied=True, actor="企业", at=NOW)

    def rework(self) -> Ticket:
        return services.rework_ticket(ticket=self.ticket, rating=1, actor="企业", note="没通", at=NOW)


@pytest.fixture
def hands(cast: Cast) -> Callable[..., Hands]:
    colleague = PostingFactory(department=cast.land, role="unit").official
    colleague.on_duty(date(2026, 3, 2))

    def take_up(state: str) -> Hands:
        ticket = TicketFactory(
            state=state,
            enrolment=cast.enrolment,
            lead=cast.land,
            cooperating=[cast.power],
            unit=cast.unit,
            office=cast.office,
            by=cast.official,
        )
        return Hands(cast, ticket, colleague)

    return take_up


@pytest.mark.parametrize(
    ("state", "one", "other"),
    [
        (Status.REPORTED, "dispatch_land", "dispatch_power"),
        (Status.DISPATCHED, "sign", "object"),
        (Status.DISPATCHED, "sign", "sign_too"),
        (Status.DISPATCHED, "object", "object_too"),
        (Status.IN_PROGRESS, "resolve", "resolve_too"),
        (Status.RESOLVED, "answer", "answer"),
        (Status.ANSWERED, "confirm", "rework"),
        (Status.ANSWERED, "rework", "rework"),
    ],
)
def test_of_two_moves_that_exclude_each_other_one_counts(hands, state, one, other):
    for act in (behind, lambda first, second: behind(second, first), at_once):
        hand = hands(state)
        others = OutboxMessage.objects.exclude(topic="inbox.news")
        before, news = moves_of(hand.ticket), others.count()
        answers = act(getattr(hand, one), getattr(hand, other))
        won = [answer for answer in answers if isinstance(answer, Ticket)]
        lost = [answer for answer in answers if isinstance(answer, MoveRefused)]
        assert (len(won), len(lost)) == (1, 1), answers
        if act is behind:
            assert answers[0] is won[0]
        check_whole(hand.ticket)
        made = [move for move in moves_of(hand.ticket) if move != Move.ESCALATE][len(before) :]
        assert len(made) == 1
        assert others.count() - news == (made == [Move.ANSWER])
        event = hand.ticket.events.exclude(move=Move.ESCALATE).latest("pk")
        assert OutboxMessage.objects.filter(topic="inbox.news", arguments__row=event.pk).count() == 1
        assert f"当前为“{hand.ticket.get_status_display()}”" in str(lost[0])


def test_the_loser_of_two_dispatches_leaves_no_unit_behind(hands):
    hand = hands(Status.REPORTED)
    behind(hand.dispatch_power, hand.dispatch_land)
    unit = TicketUnit.objects.get(ticket=hand.ticket)
    hand.ticket.refresh_from_db()
    assert (unit.department, unit.due_on) == (hand.cast.power, hand.ticket.due_on)
    assert hand.ticket.grade.code == "C"


def test_what_follows_a_dispatch_sees_the_grade_just_given(hands):
    hand = hands(Status.REPORTED)
    assert all(isinstance(answer, Ticket) for answer in behind(hand.dispatch_land, hand.sign))
    check_whole(hand.ticket)
    assert hand.ticket.status == Status.IN_PROGRESS
    assert hand.ticket.next_on == hand.ticket.due_on


@pytest.mark.parametrize(
    ("one", "other"), [("progress", "resolve"), ("cooperate", "resolve"), ("cooperate", "sign")]
)
def test_a_word_and_a_move_are_both_kept_in_their_order(hands, one, other):
    state = Status.DISPATCHED if other == "sign" else Status.IN_PROGRESS
    hand = hands(state)
    before = len(moves_of(hand.ticket))
    answers = behind(getattr(hand, one), getattr(hand, other))
    assert all(isinstance(answer, Ticket) for answer in answers), answers
    check_whole(hand.ticket)
    assert moves_of(hand.ticket)[before:] == [one, other]


@pytest.mark.parametrize("late", ["progress", "cooperate"])
def test_a_word_after_the_solution_is_refused(hands, late):
    hand = hands(Status.IN_PROGRESS)
    _, answer = behind(hand.resolve, getattr(hand, late))
    assert isinstance(answer, MoveRefused)
    check_whole(hand.ticket)
    assert f"当前为“{hand.ticket.get_status_display()}”" in str(answer)
    assert moves_of(hand.ticket)[-1] == Move.RESOLVE


def test_a_cooperating_unit_has_its_say_once(hands):
    for act in (behind, at_once):
        hand = hands(Status.IN_PROGRESS)
        answers = act(hand.cooperate, hand.cooperate)
        (lost,) = (answer for answer in answers if isinstance(answer, MoveRefused))
        assert "已反馈过协办意见" in str(lost)
        assert moves_of(hand.ticket).count(Move.COOPERATE) == 1
        check_whole(hand.ticket)


class TestSweep:
    """The clock beside a hand, both ways round, and beside itself."""

    @pytest.fixture
    def draft(self, cast: Cast) -> Ticket:
        return TicketFactory(enrolment=cast.enrolment, by=cast.official)

    @pytest.fixture
    def overdue(self, cast: Cast) -> Ticket:
        return TicketFactory(in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit)

    @staticmethod
    def sweep(moment) -> Act:
        return lambda: services.sweep_tickets(at=moment)

    def test_a_report_in_hand_is_not_forwarded(self, cast, draft):
        day = at(2026, 3, 5)
        answers = behind(
            lambda: services.report_ticket(ticket=draft, by=cast.official, at=day), self.sweep(day)
        )
        assert answers[1] == 0
        assert moves_of(draft) == [Move.COLLECT, Move.REPORT]
        assert services.sweep_tickets(at=day) == 0
        check_whole(draft)
        assert not draft.was_forwarded

    def test_what_the_clock_forwarded_is_not_reported_again(self, cast, draft):
        day = at(2026, 3, 5)
        answers = behind(
            self.sweep(day), lambda: services.report_ticket(ticket=draft, by=cast.official, at=day)
        )
        assert answers[0] == 1
        assert isinstance(answers[1], MoveRefused)
        assert moves_of(draft)[:2] == [Move.COLLECT, Move.FORWARD]
        assert Move.REPORT not in moves_of(draft)
        check_whole(draft)
        assert draft.was_forwarded

    def test_silence_and_a_signature_are_one_receipt(self, cast):
        day = at(2026, 3, 5)
        for sweep_first in (True, False):
            ticket = TicketFactory(dispatched=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit)
            acts = [
                self.sweep(day),
                lambda ticket=ticket: services.sign_ticket(ticket=ticket, by=cast.unit, at=day),
            ]
            answers = behind(*(acts if sweep_first else acts[::-1]))
            assert moves_of(ticket).count(Move.SIGN) == 1
            check_whole(ticket)
            assert ticket.units.get().signed_by == (None if sweep_first else cast.unit)
            assert isinstance(answers[1], MoveRefused) if sweep_first else answers[1] == 0

    def test_what_is_solved_at_this_moment_does_not_climb(self, cast, overdue):
        day = at(2026, 3, 24)
        answers = behind(
            lambda: services.resolve_ticket(
                ticket=overdue, outcome=Outcome.SOLVED, result="已接通", by=cast.unit, at=day
            ),
            self.sweep(day),
        )
        assert answers[1] == 0
        assert services.sweep_tickets(at=day + timedelta(hours=1)) == 0
        assert not Escalation.objects.exists()
        check_whole(overdue)

    def test_what_climbs_at_this_moment_is_solved_on_its_new_rung(self, cast, overdue):
        day = at(2026, 3, 24)
        answers = behind(
            self.sweep(day),
            lambda: services.resolve_ticket(
                ticket=overdue, outcome=Outcome.SOLVED, result="已接通", by=cast.unit, at=day
            ),
        )
        assert answers[0] == 1
        assert isinstance(answers[1], Ticket)
        check_whole(overdue)
        rungs = set(overdue.escalations.values_list("rung", flat=True))
        assert overdue.rung in rungs
        assert moves_of(overdue).count(Move.ESCALATE) == len(rungs)
        assert moves_of(overdue)[-1] == Move.RESOLVE

    def test_two_clocks_take_every_problem_up_once(self, cast):
        tickets = [
            TicketFactory(in_progress=True, enrolment=cast.enrolment, lead=cast.land, unit=cast.unit)
            for _ in range(6)
        ]
        day = at(2026, 3, 24)
        assert sum(at_once(self.sweep(day), self.sweep(day), self.sweep(day))) == 6  # type: ignore[arg-type]
        for ticket in tickets:
            check_whole(ticket)
            assert moves_of(ticket).count(Move.ESCALATE) == ticket.escalations.count() > 0


class TestLoserIsTold:
    """Whoever comes second reads on the page, and in the API, why nothing was done."""

    @pytest.fixture(autouse=True)
    def _today(self, clock):
        clock(NOW)

    DISPATCH = {"grade": "A", "category": "labour", "lead": "云川市自然资源局", "note": "请先现场核实"}

    def test_on_the_page_with_what_was_typed(self, hands, client_as):
        hand = hands(Status.REPORTED)
        CategoryFactory()
        page = reverse("issues:ticket-move", args=[hand.ticket.number, Move.DISPATCH])
        client = client_as("office")
        _, answer = behind(hand.dispatch_power, lambda: client.post(page, self.DISPATCH))
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "该问题当前为“" in text
        assert "请刷新后查看最新进展" in text
        assert moves_of(hand.ticket).count(Move.DISPATCH) == 1

    def test_when_the_problem_has_left_the_unit_meanwhile(self, hands, client_as):
        hand = hands(Status.DISPATCHED)
        client = client_as("unit")
        page = reverse("issues:ticket-move", args=[hand.ticket.number, Move.SIGN])
        _, answer = behind(hand.object, lambda: client.post(page))
        assert answer.status_code == 422
        assert "不能签收" in answer.content.decode()
        check_whole(hand.ticket)

    def test_by_the_api(self, hands, api_as):
        hand = hands(Status.IN_PROGRESS)
        api = api_as("unit")
        url = f"/api/v1/tickets/{hand.ticket.number}/moves/resolve/"
        _, answer = behind(
            hand.resolve_too,
            lambda: api.post(
                url, {"outcome": "solved", "result": "好了", "without_help": True}, format="json"
            ),
        )
        assert answer.status_code == 409
        assert "不能办结" in answer.json()["detail"]
        hand.ticket.refresh_from_db()
        assert hand.ticket.outcome == Outcome.CANNOT_NOW
