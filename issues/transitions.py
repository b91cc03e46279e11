"""The life of a problem as one table: which move, from where, to where, by whom.

Buttons, permissions, services, the API and the diagram in docs/ are all read from here.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import TextChoices

from issues.choices import HELPED, OPEN, Move, RequestKind
from issues.choices import Status as S


class Actor(TextChoices):
    """Who makes a move, by relation to the problem."""

    TEAM = "team", "包抓干部"
    OFFICE = "office", "协调办公室"
    PROGRAMME_OFFICE = "programme_office", "方案所在地协调办公室"
    LEAD_UNIT = "lead_unit", "主办单位"
    COOPERATING_UNIT = "cooperating_unit", "协办单位"
    COMPANY = "company", "企业"
    CLOCK = "clock", "系统时钟"
    ASKER = "asker", "申请人"
    EXTENSION_APPROVER = "extension_approver", "延期审批"


@dataclass(frozen=True)
class Rule:
    """A move: legal sources, the target (None: the status stays), and who may make it."""

    sources: frozenset[str]
    target: str | None
    actors: frozenset[str]
    opens: str = ""  # a request of this kind is made: none may wait already
    settles: str = ""  # a request of this kind is decided or taken back: one must wait


def _rule(sources: set[str], target: str | None, *actors: str, opens: str = "", settles: str = "") -> Rule:
    return Rule(frozenset(sources), target, frozenset(actors), opens, settles)


# While nobody has said yet what became of it.
BEFORE_RESULT: set[str] = {
    S.DRAFT, S.REPORTED, S.TRIAGED, S.DISPATCHED, S.RETURNED, S.IN_PROGRESS, S.PLAN_REVIEW, S.DEFERRED
}  # fmt: skip

# While it is graded and a unit answers for it, or is asked to.
GIVEN: set[str] = {S.DISPATCHED, S.RETURNED, S.IN_PROGRESS, S.PLAN_REVIEW, S.DEFERRED}

RULES: dict[str, Rule] = {
    Move.REPORT: _rule({S.DRAFT}, S.REPORTED, Actor.TEAM, Actor.COMPANY),
    Move.FORWARD: _rule({S.DRAFT}, S.REPORTED, Actor.CLOCK),
    Move.TRIAGE: _rule({S.REPORTED, S.TRIAGED}, S.TRIAGED, Actor.OFFICE),
    Move.DISPATCH: _rule({S.REPORTED, S.TRIAGED, S.RETURNED}, S.DISPATCHED, Actor.OFFICE),
    Move.SIGN: _rule({S.DISPATCHED}, S.IN_PROGRESS, Actor.LEAD_UNIT, Actor.CLOCK),
    Move.OBJECT: _rule({S.DISPATCHED}, S.RETURNED, Actor.LEAD_UNIT),
    Move.UPHOLD: _rule({S.RETURNED}, S.DISPATCHED, Actor.OFFICE),
    Move.PROGRESS: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, Actor.COOPERATING_UNIT),
    Move.HELP_SIGN: _rule(set(HELPED), None, Actor.COOPERATING_UNIT, Actor.CLOCK),
    Move.HELP_OBJECT: _rule(set(HELPED), None, Actor.COOPERATING_UNIT),
    Move.COOPERATE: _rule(set(HELPED), None, Actor.COOPERATING_UNIT),
    Move.RULE_HELP: _rule(set(HELPED), None, Actor.OFFICE),
    Move.ADD_UNIT: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.RELEASE_UNIT: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.TRANSFER: _rule({S.DISPATCHED, S.IN_PROGRESS}, S.DISPATCHED, Actor.OFFICE),
    Move.CONTACT: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.LEAD_UNIT),
    Move.RESOLVE: _rule({S.IN_PROGRESS}, S.RESOLVED, Actor.LEAD_UNIT),
    Move.ANSWER: _rule({S.RESOLVED}, S.ANSWERED, Actor.TEAM),
    Move.CONFIRM: _rule({S.ANSWERED}, S.CLOSED, Actor.COMPANY, Actor.OFFICE),
    Move.REWORK: _rule({S.ANSWERED}, S.IN_PROGRESS, Actor.COMPANY, Actor.OFFICE),
    Move.REGRADE: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.ASK_EXTENSION: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, opens=RequestKind.EXTENSION),
    Move.GRANT_EXTENSION: _rule(
        {S.IN_PROGRESS}, None, Actor.EXTENSION_APPROVER, settles=RequestKind.EXTENSION
    ),
    Move.REFUSE_EXTENSION: _rule(
        {S.IN_PROGRESS}, None, Actor.EXTENSION_APPROVER, settles=RequestKind.EXTENSION
    ),
    Move.DROP_EXTENSION: _rule({S.IN_PROGRESS}, None, Actor.ASKER, settles=RequestKind.EXTENSION),
    Move.CORRECT_EXTENSION: _rule({S.IN_PROGRESS}, None, Actor.EXTENSION_APPROVER),
    Move.ASK_DEFERRAL: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, opens=RequestKind.DEFERRAL),
    Move.GRANT_DEFERRAL: _rule({S.IN_PROGRESS}, S.DEFERRED, Actor.OFFICE, settles=RequestKind.DEFERRAL),
    Move.REFUSE_DEFERRAL: _rule({S.IN_PROGRESS}, None, Actor.OFFICE, settles=RequestKind.DEFERRAL),
    Move.DROP_DEFERRAL: _rule({S.IN_PROGRESS}, None, Actor.ASKER, settles=RequestKind.DEFERRAL),
    Move.REVIEW: _rule({S.DEFERRED}, None, Actor.OFFICE),
    Move.RESUME: _rule({S.DEFERRED}, S.IN_PROGRESS, Actor.OFFICE, Actor.LEAD_UNIT),
    Move.SUBMIT_PLAN: _rule({S.IN_PROGRESS}, S.PLAN_REVIEW, Actor.LEAD_UNIT),
    Move.ACCEPT_PLAN: _rule({S.PLAN_REVIEW}, S.IN_PROGRESS, Actor.OFFICE),
    Move.RETURN_PLAN: _rule({S.PLAN_REVIEW}, S.IN_PROGRESS, Actor.OFFICE),
    Move.PERIODIC: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT),
    Move.KEEP_GOING: _rule({S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.SHELVE: _rule({S.IN_PROGRESS}, S.DEFERRED, Actor.OFFICE),
    Move.GIVE_UP: _rule({S.IN_PROGRESS}, S.RESOLVED, Actor.OFFICE),
    Move.NAME_LEADER: _rule(GIVEN, None, Actor.OFFICE),
    Move.JOIN_GROUP: _rule(BEFORE_RESULT, None, Actor.PROGRAMME_OFFICE),
    Move.LEAVE_GROUP: _rule(BEFORE_RESULT, None, Actor.PROGRAMME_OFFICE),
    Move.SETTLE: _rule({S.IN_PROGRESS}, S.RESOLVED, Actor.LEAD_UNIT, Actor.PROGRAMME_OFFICE),
    Move.FORM_FORCE: _rule(GIVEN, None, Actor.OFFICE),
    Move.WRITE_PLAN: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.LEAD_UNIT, Actor.OFFICE),
    Move.FINISH_STEP: _rule({S.IN_PROGRESS}, None, Actor.LEAD_UNIT, Actor.COOPERATING_UNIT),
    Move.MERGE: _rule(BEFORE_RESULT, S.MERGED, Actor.OFFICE),
    Move.ABSORB: _rule(set(OPEN), None, Actor.OFFICE),
    Move.ASK_EXCLUSION: _rule(BEFORE_RESULT, None, Actor.OFFICE, opens=RequestKind.EXCLUSION),
    Move.GRANT_EXCLUSION: _rule(
        BEFORE_RESULT, S.EXCLUDED, Actor.PROGRAMME_OFFICE, settles=RequestKind.EXCLUSION
    ),
    Move.REFUSE_EXCLUSION: _rule(BEFORE_RESULT, None, Actor.PROGRAMME_OFFICE, settles=RequestKind.EXCLUSION),
    Move.DROP_EXCLUSION: _rule(BEFORE_RESULT, None, Actor.ASKER, settles=RequestKind.EXCLUSION),
    Move.REOPEN: _rule({S.CLOSED}, S.IN_PROGRESS, Actor.COMPANY, Actor.OFFICE),
    Move.ASK_WITHDRAWAL: _rule(BEFORE_RESULT, None, Actor.TEAM, Actor.OFFICE, opens=RequestKind.WITHDRAWAL),
    Move.WITHDRAW: _rule(BEFORE_RESULT, S.WITHDRAWN, Actor.COMPANY),
    Move.REFUSE_WITHDRAWAL: _rule(BEFORE_RESULT, None, Actor.COMPANY, settles=RequestKind.WITHDRAWAL),
    Move.DROP_WITHDRAWAL: _rule(BEFORE_RESULT, None, Actor.ASKER, settles=RequestKind.WITHDRAWAL),
    Move.ESCALATE: _rule(set(OPEN), None, Actor.CLOCK),
    Move.REMIND: _rule({S.DISPATCHED, S.IN_PROGRESS}, None, Actor.OFFICE),
    Move.ASK_UP: _rule(BEFORE_RESULT - {S.DRAFT}, None, Actor.LEAD_UNIT, Actor.OFFICE, Actor.TEAM),
}


def allows(rule: Rule, waiting: Collection[str]) -> bool:
    """Whether the requests that wait on a ticket leave room for the move."""
    return rule.opens not in waiting and (not rule.settles or rule.settles in waiting)


def settled_in(status: str) -> frozenset[str]:
    """The kinds of request that can be decided while a problem is in the status."""
    return frozenset(rule.settles for rule in RULES.values() if rule.settles and status in rule.sources)
