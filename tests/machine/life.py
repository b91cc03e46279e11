"""One problem at a time, and everybody who may do something to it, under a clock of their own."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar
from unittest import mock

from django.core.cache import cache
from django.db import transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from rest_framework.test import APIClient

from issues import services
from issues.choices import AT_OFFICE, ENDED, LEFT, Move, RequestKind, RequestState, Status
from issues.forms.moves import MOVE_FORMS, forms_open_to
from issues.models import Ticket, TicketGroup
from issues.transitions import RULES
from liaison.models import Official
from liaison.workdays import day_of
from tests.factories import Cast, TicketFactory, at
from tests.machine.hurry import filled
from tests.machine.truths import check, everything_of

WORKERS = ("office", "second_office", "official", "unit", "other_unit")
PEOPLE = (*WORKERS, "stranger", "leader", "assessor")
MONDAY = at(2026, 3, 2, 9)
HOURS = (1, 5, 24, 24, 48, 120, 24 * 14)  # how long nothing is done
DICE = st.randoms(use_true_random=True)  # even chances; its seed is drawn, so a life can be lived again
PLANNED = "planned"  # the plan of a hard problem has been accepted
SELDOM = {  # what few lives come to: taken in half the cases where it can be
    *(Move.SUBMIT_PLAN, Move.ACCEPT_PLAN, Move.RETURN_PLAN, Move.PERIODIC, Move.KEEP_GOING, Move.GIVE_UP),
    *(Move.SHELVE, Move.REVIEW, Move.GRANT_EXTENSION, Move.CORRECT_EXTENSION, Move.RULE_HELP),
}
BEGINNINGS = (  # where a problem stands, how hard it is, by which way it is settled
    *[(Status.DRAFT, "B", ""), (Status.REPORTED, "B", ""), (Status.DISPATCHED, "C", "complex")],
    *[(Status.RETURNED, "B", ""), (Status.IN_PROGRESS, "A", "common"), (Status.IN_PROGRESS, "B", "single")],
    *[(Status.IN_PROGRESS, "D", ""), (Status.PLAN_REVIEW, "D", ""), (Status.DEFERRED, "B", "")],
    *[(Status.RESOLVED, "B", ""), (Status.ANSWERED, "C", "complex"), (Status.IN_PROGRESS, "B", "")],
    *[(Status.DRAFT, "B", ""), (Status.PLAN_REVIEW, "D", ""), (PLANNED, "D", ""), (PLANNED, "D", "")],
)


class Life(RuleBasedStateMachine):
    """A problem of 云桥 from wherever it stands, step by step."""

    cast: ClassVar[Cast]
    people: ClassVar[dict[str, Official]]
    group: ClassVar[TicketGroup]
    tried: ClassVar[Counter[tuple[str, int]]] = Counter()  # by move and answer
    happened: ClassVar[Counter[str]] = Counter()  # by move: what the clock and the company did

    def __init__(self) -> None:
        super().__init__()
        self._undo = transaction.atomic()
        self._undo.__enter__()
        cache.clear()  # throttles
        self.now = MONDAY
        self._clock = mock.patch("django.utils.timezone.now", side_effect=lambda: self.now)
        self._clock.start()
        self.clients: dict[str, tuple[datetime, APIClient]] = {}
        self.ticket, self.is_looked_at = 0, True
        self.made: Counter[str] = Counter()
        TicketFactory(enrolment=self.cast.enrolment, by=self.cast.official, at=MONDAY)  # to be merged with

    def teardown(self) -> None:
        self._clock.stop()
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @initialize(dice=DICE)
    def begin(self, dice: Random) -> None:
        """A problem that has come so far, the lead unit and a cooperating one being known."""
        state, grade, route = dice.choice(BEGINNINGS)
        ticket = TicketFactory(
            enrolment=self.cast.enrolment,
            title="园区用电容量不足",
            state=Status.PLAN_REVIEW if state == PLANNED else state,
            lead=self.cast.land,
            cooperating=[self.cast.power],
            unit=self.cast.unit,
            office=self.people["office"],
            grade=grade,
            by=self.cast.official,
            at=self.now,
        )
        Ticket.objects.filter(pk=ticket.pk).update(route=route)
        self.ticket, self.is_looked_at = ticket.pk, False
        self.made.clear()
        self.now += timedelta(hours=8)
        if state == PLANNED:
            services.accept_plan(ticket=ticket, answer="", by=self.people["office"], at=self.now)
        note(f"{self.now:%m-%d %H:%M} a problem, {state} {grade} {route}")

    @rule(dice=DICE)
    def live(self, dice: Random) -> None:
        """The next thing that happens; one rule, so that no life goes without any of them."""
        status = self.fresh().status
        if status in LEFT:
            self.begin(dice)
        elif status in (Status.ANSWERED, Status.CLOSED) and dice.random() < 0.7:  # its turn
            self.company_speaks(dice)
        else:
            happens = (self.go_on, self.wait, self.company_speaks, self.try_anything)
            waits = 16 if status == Status.DRAFT else 3  # or it is always reported in time
            dice.choices(happens, weights=(16, waits, 1, 2))[0](dice)

    @invariant()
    def everything_is_true(self) -> None:
        if not self.is_looked_at:
            check(self.ticket)
            self.is_looked_at = True  # until something happens again: a refusal is seen to change nothing

    # --- what may happen ---

    def go_on(self, dice: Random) -> None:
        """Somebody does something that is theirs to do: in half the cases what leads on, and most often what
        was done least in this life."""
        for name in self.in_turn(dice):
            case, moves = self.looks(name)
            if dice.random() < 0.9:
                moves = [move for move in moves if RULES[move].target not in ENDED]
            seldom = [move for move in moves if move in SELDOM]
            leading = [move for move in moves if RULES[move].target or RULES[move].settles]
            if seldom and dice.random() < 0.5:
                moves = seldom
            elif leading and dice.random() < 0.5:
                moves = leading
            if case is not None and moves:
                fewest = min(self.made[move] for move in moves)
                new = [move for move in moves if self.made[move] == fewest]
                self.post(name, dice.choice(new if dice.random() < 0.75 else moves), dice, case, moves)
                return

    def try_anything(self, dice: Random) -> None:
        """Anybody tries anything."""
        name = dice.choice(PEOPLE)
        self.post(name, dice.choice(sorted(MOVE_FORMS)), dice, *self.looks(name))

    def wait(self, dice: Random) -> None:
        """Time goes by, and the clock makes its round; a second round at once finds nothing to do."""
        self.now += timedelta(hours=dice.choice(HOURS))
        note(f"{self.now:%m-%d %H:%M} the clock's round")
        past = self.fresh().events.count()
        self.round()
        once = everything_of(self.ticket)
        self.is_looked_at = False
        self.round()
        assert everything_of(self.ticket) == once, "a second round did something again"
        for event in self.fresh().events.order_by("pk")[past:]:
            assert event.by_id is None
            self.happened[event.move] += 1

    def round(self) -> None:
        services.sweep_tickets(at=self.now)
        services.mend_chains(at=self.now)

    def company_speaks(self, dice: Random) -> None:
        """The company says whether it is settled, brings it back, or answers whether it takes it back."""
        ticket = self.fresh()
        word: dict[str, Any] = {"ticket": ticket, "at": self.now}
        past, self.is_looked_at = ticket.events.count(), False
        if ticket.status == Status.ANSWERED and dice.random() < 0.3:
            services.confirm_ticket(**word, rating=5, is_satisfied=True, actor="企业")
        elif ticket.status == Status.ANSWERED:
            services.rework_ticket(**word, rating=1, actor="企业", note="没有解决")
        elif ticket.status == Status.CLOSED and self.now < ticket.closed_at + timedelta(days=30):
            services.reopen_ticket(**word, note="又停电了")
        elif ticket.requests.filter(kind=RequestKind.WITHDRAWAL, state=RequestState.PENDING).exists():
            dice.choice([services.agree_to_withdraw, services.refuse_withdrawal])(**word)
        for event in ticket.events.order_by("pk")[past:]:
            note(f"{self.now:%m-%d %H:%M} the company: {event.move}")
            self.happened[event.move] += 1

    # --- how ---

    def fresh(self) -> Ticket:
        ticket: Ticket = Ticket.objects.get(pk=self.ticket)
        return ticket

    def on_duty(self, name: str) -> Official:
        """The person as of today; posts do not change in a life, so they are read once a day."""
        person, today = self.people[name], day_of(self.now)
        if person.access.on != today:
            person.on_duty(today)
        return person

    def client_of(self, name: str) -> APIClient:
        """The person's browser, signed in anew where the clock has outlived the session."""
        since, client = self.clients.get(name, (None, APIClient()))
        if since is None or self.now - since > timedelta(hours=6):
            client.force_login(self.people[name])
            self.clients[name] = self.now, client
        return client

    def in_turn(self, dice: Random) -> list[str]:
        """Those who work, in any order, but who is usually next comes first in four cases of five."""
        names = dice.sample(WORKERS, len(WORKERS))
        if dice.random() < 0.8:
            ticket = self.fresh()
            if ticket.status in (Status.DRAFT, Status.RESOLVED):
                first = ["official"]
            elif ticket.status in (*AT_OFFICE, Status.DEFERRED, Status.CLOSED) or self.somebody_asked(ticket):
                first = ["office", "second_office"]
            else:
                first = ["unit", "other_unit", "office"]
            names.sort(key=lambda name: name not in first)
        return names

    def somebody_asked(self, ticket: Ticket) -> bool:
        """Something waits for the office to decide."""
        waiting = ticket.requests.filter(state=RequestState.PENDING).exclude(kind=RequestKind.WITHDRAWAL)
        return waiting.exists() or ticket.units.to_rule().exists()

    def looks(self, name: str) -> tuple[Ticket | None, list[str]]:
        """The problem as this person opens it, with the moves whose forms are offered; None: out of sight."""
        person = self.on_duty(name)
        ticket = Ticket.objects.visible_to(person).as_case(person).filter(pk=self.ticket).first()
        return ticket, [form.move for form in forms_open_to(person, ticket)] if ticket else []

    def post(self, name: str, move: str, dice: Random, case: Ticket | None, offered: list[str]) -> None:
        """The move by the person, with fields filled in; then what the answer says must be what happened."""
        person, ticket = self.on_duty(name), case or self.fresh()
        names = [one.name for one in self.people.values()]
        values = filled(MOVE_FORMS[move](ticket=ticket, official=person), dice, self.now, names)
        before, past = everything_of(self.ticket), ticket.events.count()
        answer = self.client_of(name).post(
            f"/api/v1/tickets/{ticket.number}/moves/{move}/", values, format="json"
        )
        note(f"{self.now:%m-%d %H:%M} {name}: {move} {values} → {answer.status_code}")
        self.tried[move, answer.status_code] += 1
        assert answer.status_code in (200, 400, 403, 404, 409), (move, answer.content.decode())
        assert (answer.status_code == 404) == (case is None), (name, move)
        self.now += timedelta(minutes=dice.choice([1, 30, 120]))
        if answer.status_code != 200:
            assert everything_of(self.ticket) == before, f"{move} was refused, and something changed"
            return
        self.is_looked_at = False
        self.made[move] += 1
        assert move in offered, f"{move} was made by {name}, to whom it was not offered"
        event = ticket.events.order_by("pk")[past]
        assert (event.move, event.by_id) == (move, person.pk)
        assert event.from_status in RULES[move].sources
