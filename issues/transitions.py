"""The life of a problem as one table: which move, from where, to where, by whom.

Buttons, permissions, services, the API and the diagram in docs/ are all read from here.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from issues.choices import OPEN, Move
from issues.choices import Status as S


class Actor(TextChoices):
    """Who makes a move, by relation to the problem."""

    TEAM = "team", "包抓干部"
    OFFICE = "office", "协调办公室"
    LEAD_UNIT = "lead_unit", "主办单位"
    COOPERATING_UNIT = "cooperating_unit", "协办单位"
    COMPANY = "company", "企业"
    CLOCK = "clock", "系统时钟"


@dataclass(frozen=True)
class Rule:
    """A move: legal sources, the target (None: the status stays), and who may make it."""

    sources: frozenset[str]
    target: str | None
    actors: frozenset[str]


def _rule(sources: set[str], target: str | None, *actors: str) -> Rule:
    return Rule(frozenset(sources), target, frozenset(actors))


RULES: dict[str, Rule] = {
    Move.REPORT: _rule({S.DRAFT}, S.REPORTED, Actor.TEAM),
    Move.FORWARD: _rule({S.DRAFT}, S.REPORTED, Actor.CLOCK),
    Move.DISPATCH: _rule({S.REPORTED}, S.DISPATCHED, Actor.OFFICE),
    Move.SIGN: _rule({S.DISPATCHED}, S.IN_PROGRESS, Actor.LEAD_UNIT, Actor.CLOCK),
    Move.OBJECT: _rule({S.DISPATCHED}, S.REPORTED, Actor.LEAD_UNIT),
    Move.PROGRESS: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, Actor.COOPERATING_UNIT),
    Move.COOPERATE: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.COOPERATING_UNIT),
    Move.RESOLVE: _rule({S.IN_PROGRESS}, S.RESOLVED, Actor.LEAD_UNIT),
    Move.ANSWER: _rule({S.RESOLVED}, S.ANSWERED, Actor.TEAM),
    Move.CONFIRM: _rule({S.ANSWERED}, S.CLOSED, Actor.COMPANY, Actor.OFFICE),
    Move.REWORK: _rule({S.ANSWERED}, S.IN_PROGRESS, Actor.COMPANY, Actor.OFFICE),
    Move.ESCALATE: _rule(set(OPEN), None, Actor.CLOCK),
}


def open_moves(status: str) -> list[str]:
    """The moves that the table allows from a status, in the table's order."""
    return [move for move, rule in RULES.items() if status in rule.sources]
