"""What cannot be is refused alike by page and API: in the same words, with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import pytest
from django.urls import reverse

from issues import services
from issues.choices import Move, Status
from issues.forms.moves import MOVE_FORMS
from issues.models import Ticket
from issues.transitions import RULES, Actor
from tests.factories import Cast, CategoryFactory, PostingFactory, TicketFactory, at
from tests.machine.hurry import filled
from tests.machine.truths import everything_of

NOW = at(2026, 3, 11)


@pytest.fixture(autouse=True)
def today(clock: Callable[..., None]) -> None:
    clock(NOW)


@dataclass
class Answer:
    """What a door answered: its code, and all that it says."""

    code: int
    words: str


@dataclass
class Doors:
    """The same move by the page and by the API."""

    client_as: Callable[..., Any]
    api_as: Callable[..., Any]

    def by_page(self, who: Any, ticket: Ticket, move: str, values: dict[str, Any]) -> Answer:
        address = reverse("issues:ticket-move", args=[ticket.number, move])
        answer = self.client_as(who).post(address, values)
        return Answer(answer.status_code, answer.content.decode())

    def by_api(self, who: Any, ticket: Ticket, move: str, values: dict[str, Any]) -> tuple[Answer, list[str]]:
        address = f"/api/v1/tickets/{ticket.number}/moves/{move}/"
        answer = self.api_as(who).post(address, values, format="json")
        said = answer.json()
        reasons = (
            [said["detail"]] if "detail" in said else [one for errors in said.values() for one in errors]
        )
        return Answer(answer.status_code, "；".join(map(str, reasons))), reasons

    def refuse_alike(self, who: Any, ticket: Ticket, move: str, values: dict[str, Any]) -> Answer:
        """Both refuse, in the same words; nothing of the problem has changed. Returns the API's answer."""
        before = everything_of(ticket.pk)
        page = self.by_page(who, ticket, move, values)
        api, reasons = self.by_api(who, ticket, move, values)
        assert everything_of(ticket.pk) == before, "something changed"
        same = {400: 422, 409: 422, 403: 403, 404: 404}
        assert page.code == same[api.code], (move, page.code, api.code, api.words)
        if page.code == 422:
            assert reasons
            for reason in reasons:
                assert reason in page.words, f"the page does not say: {reason}"
        return api


@pytest.fixture
def doors(client_as: Any, api_as: Any) -> Doors:
    return Doors(client_as, api_as)


def given(cast: Cast, state: str = Status.IN_PROGRESS, **changed: Any) -> Ticket:
    """A problem of 2 March 2026 with its units."""
    values = {"lead": cast.land, "cooperating": [cast.power], "unit": cast.unit, "office": cast.office}
    values |= {"grade": "B", "by": cast.official, "enrolment": cast.enrolment} | changed
    made: Ticket = TicketFactory(state=state, **values)
    return made


@dataclass(frozen=True)
class Case:
    """A move with something wrong in it, and the words that say what."""

    who: str
    move: Move
    values: Callable[[Cast, Ticket], dict[str, Any]]
    words: str
    state: str = Status.IN_PROGRESS
    before: Callable[[Cast, Ticket], object] = lambda cast, ticket: None
    changed: dict[str, Any] = field(default_factory=dict)


def contact(on: date) -> Callable[..., dict[str, Any]]:
    return lambda cast, ticket: {"mode": "phone", "on": on.isoformat(), "note": "已通电话"}


def extend(until: date) -> Callable[..., dict[str, Any]]:
    return lambda cast, ticket: {"reason": "procedure", "words": "公示未满", "until": until.isoformat()}


def dispatch(cast: Cast, ticket: Ticket) -> dict[str, Any]:
    return {"grade": "B", "category": CategoryFactory(code="power").code, "lead": cast.power.name}


def step(on: date) -> Callable[..., dict[str, Any]]:
    return lambda cast, ticket: {"goal": "接通双回路", "what1": "改造线路", "by1": on.isoformat()}


def dissolve(cast: Cast, ticket: Ticket) -> None:
    cast.power.is_active = False
    cast.power.save(update_fields=["is_active"])


def nobody_signs(cast: Cast, ticket: Ticket) -> None:
    cast.other_unit.postings.update(ends_on=date(2026, 3, 3))


def leader_leaves(cast: Cast, ticket: Ticket) -> None:
    cast.leader.postings.update(ends_on=date(2026, 3, 3))


def is_complex(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(route="complex")


def ask(cast: Cast, ticket: Ticket) -> Ticket:
    return services.ask_extension(
        ticket=ticket,
        reason="procedure",
        words="公示未满",
        until=date(2026, 3, 20),
        by=cast.unit,
        at=at(2026, 3, 10),
    )


def merge_away(cast: Cast, ticket: Ticket) -> Ticket:
    """Another problem, merged into this one."""
    other = TicketFactory(enrolment=cast.enrolment, reported=True, title="同一件事")
    return services.merge_ticket(ticket=other, into=ticket, by=cast.office, at=at(2026, 3, 10))


def absorbed_by(cast: Cast, ticket: Ticket) -> dict[str, Any]:
    return {"into": ticket.absorbed.get().number}


def transfer(cast: Cast, ticket: Ticket) -> dict[str, Any]:
    return {"to": cast.power.name, "note": "职责调整"}


GONE, REPORTED = "请重新选择", Status.REPORTED
CASES = {
    # dates that cannot be
    "contact before it was given": Case(
        "unit", Move.CONTACT, contact(date(2026, 3, 1)), "联系日期不能早于交办的日子 2026-03-02"
    ),
    "contact to come": Case("unit", Move.CONTACT, contact(date(2026, 3, 12)), "联系日期不能晚于今天"),
    "an extension into the past": Case(
        "unit", Move.ASK_EXTENSION, extend(date(2026, 3, 9)), "延期须延到原期限 2026-03-16 之后"
    ),
    "an extension to the same day": Case(
        "unit", Move.ASK_EXTENSION, extend(date(2026, 3, 16)), "延期须延到原期限 2026-03-16 之后"
    ),
    "an extension to a rest day": Case(
        "unit", Move.ASK_EXTENSION, extend(date(2026, 3, 21)), "2026-03-21 不是工作日"
    ),
    "an extension granted into the past": Case(
        "office",
        Move.GRANT_EXTENSION,
        lambda cast, ticket: {"until": "2026-03-09"},
        "延期须延到原期限 2026-03-16 之后",
        before=ask,
    ),
    "a plan's step in the past": Case(
        "unit",
        Move.SUBMIT_PLAN,
        step(date(2026, 3, 10)),
        "完成期限 2026-03-10 已经过去",
        changed={"grade": "D"},
    ),
    # merging
    "a merge with itself": Case(
        "office",
        Move.MERGE,
        lambda cast, ticket: {"into": ticket.number},
        "同一家企业、同一方案中尚未结束的另一件",
        REPORTED,
        before=lambda cast, ticket: TicketFactory(enrolment=cast.enrolment),
    ),
    "a circle of merges": Case(
        "office",
        Move.MERGE,
        absorbed_by,
        "同一家企业、同一方案中尚未结束的另一件",
        REPORTED,
        before=lambda cast, ticket: (merge_away(cast, ticket), TicketFactory(enrolment=cast.enrolment)),
    ),
    "a merge into another company's": Case(
        "office",
        Move.MERGE,
        lambda cast, ticket: {"into": TicketFactory(enrolment=cast.other_enrolment, reported=True).number},
        "同一家企业、同一方案中尚未结束的另一件",
        REPORTED,
        before=lambda cast, ticket: TicketFactory(enrolment=cast.enrolment),
    ),
    # units and people that are not there any more
    "given to a dissolved unit": Case("office", Move.DISPATCH, dispatch, GONE, REPORTED, before=dissolve),
    "given where nobody signs": Case("office", Move.DISPATCH, dispatch, GONE, REPORTED, before=nobody_signs),
    "handed to a dissolved unit": Case(
        "office", Move.TRANSFER, transfer, GONE, before=dissolve, changed={"cooperating": []}
    ),
    "helped by a dissolved unit": Case(
        "office",
        Move.ADD_UNIT,
        lambda cast, ticket: {"units": [cast.power.name]},
        GONE,
        before=dissolve,
        changed={"cooperating": []},
    ),
    "led by a leader who has left": Case(
        "office",
        Move.NAME_LEADER,
        lambda cast, ticket: {"leader": cast.leader.pk},
        GONE,
        before=leader_leaves,
        changed={"grade": "D"},
    ),
    "a 专班 under somebody who has left": Case(
        "office",
        Move.FORM_FORCE,
        lambda cast, ticket: {"name": "供电专班", "head": cast.leader.name, "people": cast.unit.name},
        "没有在任干部“高副市长”",
        before=lambda cast, ticket: (leader_leaves(cast, ticket), is_complex(ticket)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_is_refused_by_page_and_api_in_the_same_words(cast: Cast, doors: Doors, name: str):
    case = CASES[name]
    ticket = given(cast, case.state, **case.changed)
    case.before(cast, ticket)
    ticket.refresh_from_db()
    answer = doors.refuse_alike(case.who, ticket, case.move, case.values(cast, ticket))
    assert answer.code in (400, 409)
    assert case.words in answer.words


@pytest.mark.parametrize("who", ["unit", "official", "office"])
def test_whoever_has_left_finds_the_problem_no_more(cast: Cast, doors: Doors, who: str):
    ticket = given(cast, Status.DISPATCHED)
    cast[who].postings.update(ends_on=date(2026, 3, 3))
    assert doors.refuse_alike(who, ticket, Move.SIGN, {}).code == 404


def test_whose_account_is_closed_is_not_let_in(cast: Cast, doors: Doors):
    ticket = given(cast, Status.DISPATCHED)
    page, api = doors.client_as("unit"), doors.api_as("unit")
    cast.unit.is_active = False
    cast.unit.save(update_fields=["is_active"])
    before = everything_of(ticket.pk)
    assert page.post(reverse("issues:ticket-move", args=[ticket.number, Move.SIGN])).status_code == 302
    assert api.post(f"/api/v1/tickets/{ticket.number}/moves/sign/").status_code == 401
    assert everything_of(ticket.pk) == before


@pytest.mark.parametrize("on", ["2026-03-12", "2126-01-01"])
def test_a_visit_to_come_brings_no_problem(cast: Cast, doors: Doors, on: str):
    visit = {
        "enrolment": cast.enrolment.pk,
        "client_id": "0b8f4a52-5a0e-4d9c-9a53-0a4a4f6f0001",
        "on": on,
        "mode": "visit",
        "summary": "看了新车间",
    }
    page = doors.client_as("official").post(
        reverse("issues:visit-new", args=[cast.company.uscc]), visit | {"has_problem": "yes", "title": "停电"}
    )
    where = {"company": cast.company.uscc, "programme": cast.version.programme.code}
    api = doors.api_as("official").post(
        "/api/v1/visits/", visit | where | {"problem": {"title": "停电"}}, format="json"
    )
    assert (page.status_code, api.status_code) == (422, 409)
    assert "不能晚于今天" in api.json()["detail"]
    assert api.json()["detail"] in page.content.decode()
    assert not Ticket.objects.exists()


def test_no_problem_was_collected_on_a_day_to_come(cast: Cast, doors: Doors):
    where = {"company": cast.company.uscc, "programme": cast.version.programme.code}
    values = where | {"title": "停电", "collected_on": "2026-03-12"}
    answer = doors.api_as("official").post("/api/v1/tickets/", values, format="json")
    assert answer.status_code == 409
    assert "不能晚于今天" in answer.json()["detail"]
    assert not Ticket.objects.exists()


ASKED_BY = (  # who makes a move of the table, the first that fits
    (Actor.OFFICE, "office"),
    (Actor.PROGRAMME_OFFICE, "office"),
    (Actor.EXTENSION_APPROVER, "office"),
    (Actor.LEAD_UNIT, "unit"),
    (Actor.COOPERATING_UNIT, "other_unit"),
    (Actor.TEAM, "official"),
)


def maker_of(move: str) -> str:
    return next((who for actor, who in ASKED_BY if actor in RULES[move].actors), "unit")


class TestEveryMove:
    """Each move of the table, by its own hands but where it cannot be made, and by hands that may not."""

    @pytest.mark.parametrize("state", [Status.RESOLVED, Status.CLOSED])
    def test_in_a_wrong_state(self, cast: Cast, doors: Doors, state: str):
        ticket, dice = given(cast, state), Random(1)
        TicketFactory(enrolment=cast.enrolment)
        wrong = [move for move in MOVE_FORMS if state not in RULES[move].sources]
        told = 0
        for move in wrong:
            who = maker_of(move)
            form = MOVE_FORMS[move](ticket=ticket, official=cast[who])
            values = filled(form, dice, NOW, [cast.leader.name], careless=False)
            answer = doors.refuse_alike(who, ticket, move, values)
            assert answer.code in (403, 404, 409), (move, answer)
            if answer.code == 409:
                assert f"该问题当前为“{ticket.get_status_display()}”，不能{Move(move).label}" in answer.words
                told += 1
        assert told >= 20

    def test_by_whom_it_does_not_concern(self, cast: Cast, doors: Doors):
        ticket = given(cast)
        colleague = PostingFactory(role="unit", department__name="云川市水务局").official
        for move in MOVE_FORMS:
            assert doors.refuse_alike("stranger", ticket, move, {}).code == 404, move
            assert doors.refuse_alike(colleague, ticket, move, {}).code == 404, move
            assert doors.refuse_alike("leader", ticket, move, {}).code == 403, move

    def test_with_nothing_filled_in(self, cast: Cast, doors: Doors):
        """A move that needs something says what; none is made by an empty form."""
        said = {}
        for move, form in MOVE_FORMS.items():
            state = next(s for s in (Status.IN_PROGRESS, *Status.values) if s in RULES[move].sources)
            if state not in said:
                said[state] = given(cast, state, grade="D" if state == Status.PLAN_REVIEW else "B")
            ticket = said[state]
            who = maker_of(move)
            needs = [f for f in form(ticket=ticket, official=cast[who]).fields.values() if f.required]
            if needs:
                codes = (409,) if RULES[move].settles else (400, 403)  # nothing waits for a decision
                assert doors.refuse_alike(who, ticket, move, {}).code in codes, move
