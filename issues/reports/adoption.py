"""What a new version's rules mean for open problems: which running clocks each of them touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from issues.choices import AT_OFFICE, AWAITED, HELPED, OPEN, Status
from issues.models import Escalation, Ticket, TicketUnit
from liaison.choices import LimitKind, Trigger
from liaison.models import EscalationRule, LimitRule, ProgrammeVersion, Rule
from liaison.reports.awaiting import is_awaiting
from liaison.reports.reading import Turn

HANDLED = (Status.DISPATCHED, Status.IN_PROGRESS)


@dataclass(frozen=True)
class Effect:
    """A changed rule of which the office chooses whether it holds for open work, and how many it touches."""

    turn: Turn
    name: str
    touched: int
    what: str  # what is counted anew


def touched_by(name: str) -> Q:
    """Open problems of which a running clock is set by the rule, named as in an Adoption."""
    kind, _, which = name.partition("/")
    if kind == "light_rule":
        return Q(status__in=OPEN)
    if kind == "grades":  # a problem in rework runs by the rework limit
        return Q(status__in=HANDLED, grade__code=which, round=1)
    if kind == "escalations":
        trigger, _, rung = which.partition("/")
        late = (*HANDLED, *AWAITED)
        waiting = {Trigger.UNREPORTED: (Status.DRAFT,), Trigger.OVERDUE: late}.get(Trigger(trigger), OPEN)
        reached = Escalation.objects.filter(ticket=OuterRef("pk"), rung=rung)
        return Q(~Exists(reached), status__in=waiting)
    units = TicketUnit.objects.filter(ticket=OuterRef("pk"))
    to_meet = units.leading().filter(contacted_on__isnull=True)
    return {
        LimitKind.REPORT: Q(status=Status.DRAFT),
        LimitKind.TRIAGE: Q(status__in=AT_OFFICE) | Q(Exists(units.to_rule()), status__in=HELPED),
        LimitKind.SIGN: Q(status=Status.DISPATCHED),
        LimitKind.FIRST_CONTACT: Q(Exists(to_meet), status__in=HANDLED),
        LimitKind.COOPERATE: Q(Exists(units.helping()), status__in=HELPED),
        LimitKind.FEEDBACK: Q(status=Status.RESOLVED),
        LimitKind.REWORK: Q(status__in=HANDLED, round__gt=1),
    }.get(LimitKind(which), Q(pk__in=[]))


def effects_of(version: ProgrammeVersion, turns: Iterable[Turn]) -> list[Effect]:
    """How many open problems of the programme's earlier versions each changed rule touches; one query."""
    turns = list(turns)
    tickets = Ticket.objects.filter(
        programme=version.programme_id, status__in=OPEN, version__number__lt=version.number
    )
    counts = {f"n{i}": Count("pk", filter=touched_by(one.difference.name)) for i, one in enumerate(turns)}
    found = tickets.aggregate(**counts) if counts else {}
    return [
        Effect(one, one.difference.name, _touched(one, found[f"n{i}"]), _what(one.difference.rule))
        for i, one in enumerate(turns)
    ]


def _touched(turn: Turn, counted: int) -> int:
    return 0 if is_awaiting(turn.difference.rule) else counted


def _what(rule: Rule) -> str:
    if is_awaiting(rule):
        return "尚未启用，没有在办期限受影响"
    if isinstance(rule, LimitRule):
        return f"正在走“{rule.get_kind_display()}”这一步的问题，期限重算"
    if isinstance(rule, EscalationRule):
        return "还没有提到这一级的问题，以后按新规则提级"
    if rule._meta.model_name == "graderule":
        return "已交办、尚未办结的这一等级问题，从交办日按新时限重算"
    return "全部未销号的问题，预警日和严重逾期日重算"


def open_for(newer: ProgrammeVersion, names: Iterable[str]) -> list[int]:
    """Open problems of the versions that adopt these rules, not yet counted anew; by number."""
    touched = Q(pk__in=[])
    for name in names:
        touched |= touched_by(name)
    return list(
        Ticket.objects.filter(
            touched,
            status__in=OPEN,
            version__adoptions__newer=newer,
            programme=newer.programme_id,
        )
        .exclude(adoptions__newer=newer)
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )
