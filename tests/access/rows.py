"""What the table of access is written with: roles, rows, and the paths that lead to the world's things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.access.world import World

OFFICIALS = frozenset({"official", "stranger"})
UNITS = frozenset({"unit", "other_unit"})
HALL = frozenset({"office", "leader", "assessor", "admin"})  # they answer for the whole city's problems
EVERYBODY = OFFICIALS | UNITS | HALL | {"roster"}


def roles(*who: str | frozenset[str]) -> frozenset[str]:
    return frozenset().union(*({one} if isinstance(one, str) else one for one in who))


@dataclass(frozen=True)
class Row:
    """An address, a method, and to whom it opens."""

    name: str
    allowed: frozenset[str]
    hidden: frozenset[str] = frozenset()
    path: Callable[[World], tuple[Any, ...]] = lambda w: ()
    method: str = "GET"
    body: Callable[[World], dict[str, Any]] = lambda w: {}
    public: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def of_company(w: World) -> tuple[Any, ...]:
    return (w.cast.company.uscc,)


def of_enrolment(w: World) -> tuple[Any, ...]:
    return (w.cast.enrolment.pk,)


def of_month(w: World) -> tuple[Any, ...]:
    return (w.code, w.month)


def of_notice(w: World) -> tuple[Any, ...]:
    return (w.notice.pk,)


def of_proposed(w: World) -> tuple[Any, ...]:
    return (w.proposal_of_notice.pk,)


def of_run(w: World) -> tuple[Any, ...]:
    return (w.run.pk,)


def of_closure(w: World) -> tuple[Any, ...]:
    return (w.closure.pk,)


def of_rule(w: World) -> tuple[Any, ...]:
    return (w.code, "team_roles", w.seat_rule.pk)


def of_api_company(w: World, **more: Any) -> dict[str, Any]:
    return {"company": w.cast.company.uscc, "programme": w.code} | more


def of_api_group(w: World) -> dict[str, Any]:
    where = {"region": w.cast.city.code, "department": w.cast.industry.name}
    return {
        "programme": w.code,
        "sort": "工作小分队",
        "name": "第 9 小分队",
        "starts_on": "2026-04-02",
    } | where


# Who finds the cast's company, its problem given to `unit`, and the papers of a month before they are issued.
COMPANY: dict[str, Any] = {"allowed": roles(HALL, "roster", "official"), "hidden": roles("stranger", UNITS)}
COMPANY_HIDDEN = COMPANY["hidden"]
DUTY: dict[str, Any] = {"allowed": roles(HALL, "official"), "hidden": COMPANY_HIDDEN | {"roster"}}
TICKET: dict[str, Any] = {
    "allowed": roles(HALL, "official", "unit"),
    "hidden": roles("stranger", "other_unit", "roster"),
}
TICKET_HIDDEN = TICKET["hidden"]
LETTER: dict[str, Any] = {
    "allowed": roles("unit"),
    "hidden": EVERYBODY - {"unit"},
    "path": lambda w: (w.letter.pk,),
}
MONTH: dict[str, Any] = {"allowed": HALL, "hidden": EVERYBODY - HALL}
SCORE: dict[str, Any] = {"allowed": roles(HALL, "unit"), "hidden": EVERYBODY - HALL - {"unit"}}
REVIEW: dict[str, Any] = {
    "allowed": roles("office", "assessor"),
    "hidden": EVERYBODY - {"office", "assessor"},
}
ROSTERS = roles("roster", "office", "admin")
RUN: dict[str, Any] = {"allowed": ROSTERS, "hidden": EVERYBODY - ROSTERS, "path": of_run}
MANAGERS = roles("office", "admin")


def of_batch(w: World) -> tuple[Any, ...]:
    return (w.code, w.batch.number)


def of_given(w: World) -> tuple[Any, ...]:
    return (w.given.number,)


def of_moving(w: World) -> tuple[Any, ...]:
    return (w.cast.official.pk,)


def of_group(w: World) -> tuple[Any, ...]:
    return (w.group.pk,)


def of_proposal(w: World) -> tuple[Any, ...]:
    return (w.proposal.pk,)


def of_place(w: World) -> tuple[Any, ...]:
    return (w.proposal.pk, w.cast.enrolment.pk)


DRAFT: dict[str, Any] = {"allowed": MANAGERS, "hidden": EVERYBODY - MANAGERS, "path": of_proposal}
PLACE: dict[str, Any] = DRAFT | {"path": of_place}
CHANGE: dict[str, Any] = {
    "allowed": MANAGERS,
    "hidden": EVERYBODY - MANAGERS,
    "path": lambda w: (w.change.pk,),
}

RECUSAL: dict[str, Any] = {
    "allowed": roles(MANAGERS, "official"),
    "hidden": EVERYBODY - MANAGERS - {"official"},
    "path": lambda w: (w.recusal.pk,),
}
RULES: dict[str, Any] = {"allowed": MANAGERS, "path": lambda w: (w.code,)}
