"""The ladder of a problem: its rungs in order, who sits on each, and when and why it gets there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from issues.choices import AWAITED, Status
from issues.models import Escalation, Ticket
from liaison.choices import GroupKind, Rhythm, Rung, SystemRole, Trigger
from liaison.models import (
    Department,
    EscalationRule,
    Group,
    GroupMember,
    GroupRule,
    LadderRung,
    Official,
    Posting,
)
from liaison.reports.adoption import escalations_on
from liaison.workdays import WorkCalendar

ORDER = tuple(Rung.values)
HANDLED = (Status.DISPATCHED, Status.IN_PROGRESS)  # while a unit's clock of 办结 runs
_BETWEEN = re.compile(r"[\s、，,；;。/]+")


@dataclass(frozen=True)
class Holder:
    """Who answers for a rung: a unit, for the special group with the group; broken: nobody sits there."""

    department: Department | None
    group: Group | None = None
    is_broken: bool = False

    @property
    def name(self) -> str:
        return str(self.group or self.department or "")


class Holders:
    """Who sits on the rungs on a day; offices and groups are read once, when they are first asked for,
    unless they were read before: the offices, and the special groups by programme."""

    def __init__(
        self,
        on: date,
        offices: Iterable[Posting] | None = None,
        groups: Mapping[int, Iterable[Group]] | None = None,
    ) -> None:
        self.on = on
        self._given = offices
        self._groups = {programme: list(rows) for programme, rows in (groups or {}).items()}

    @cached_property
    def _offices(self) -> list[Posting]:
        return list(offices_on(self.on) if self._given is None else self._given)

    def of(self, rung: str, ticket: Ticket) -> Holder:
        """The holder of a rung. The office's belongs to the nearest coordination office above the company,
        the special group's to the group of the problem's category, the meetings are prepared by the office
        of the programme's own region. Where nobody sits, the duty office has it: the highest one there is.
        """
        near = ticket.company.region.path
        if rung == Rung.SPECIAL_GROUP:
            if group := self._group_of(ticket):
                return Holder(group.department, group)
        elif above := self._above(near if rung == Rung.OFFICE else ticket.programme.region.path):
            return Holder(max(above, key=lambda unit: len(unit.region.path)))
        duty = self._above(near)
        return Holder(min(duty, key=lambda unit: len(unit.region.path)) if duty else None, is_broken=True)

    def _above(self, place: str) -> list[Department]:
        return [seat.department for seat in self._offices if place.startswith(seat.department.region.path)]

    def _group_of(self, ticket: Ticket) -> Group | None:
        if ticket.category is None:
            return None
        if ticket.programme_id not in self._groups:
            self._groups[ticket.programme_id] = list(special_groups(ticket.programme_id, self.on))
        place, name = ticket.company.region.path, ticket.category.name
        fit = [
            group
            for group in self._groups[ticket.programme_id]
            if place.startswith(group.region.path) and name in categories_of(group)
        ]
        return max(fit, key=lambda group: len(group.region.path), default=None)


def offices_on(on: date) -> QuerySet[Posting]:
    """The seats of coordination offices on the day, the nearest places first."""
    offices = Posting.objects.filter(role=SystemRole.OFFICE).in_force(on)
    return offices.select_related("department__region").order_by("-department__region__path", "pk")


def special_groups(programme: int, on: date) -> QuerySet[Group]:
    """问题解决专项小组 of a programme in which somebody sits on the day, the oldest first."""
    members = GroupMember.objects.in_force(on).filter(group=OuterRef("pk"))
    groups = Group.objects.in_force(on).filter(Exists(members), programme=programme, kind=GroupKind.SPECIAL)
    return groups.select_related("department", "region", "programme").order_by("pk")


def categories_of(group: Group) -> frozenset[str]:
    """The names of the categories that a special group answers for, as its 任务 lists them."""
    return frozenset(filter(None, _BETWEEN.split(group.task)))


def rhythm_of(group: Group, sorts: Iterable[GroupRule], rungs: Iterable[LadderRung]) -> str:
    """How often a special group meets: as the rule of its sort says, else as the ladder says of its rung."""
    own = next((sort.rhythm for sort in sorts if sort.name == group.sort), None)
    if own is None:
        own = next((rung.rhythm for rung in rungs if rung.rung == Rung.SPECIAL_GROUP), None)
    return own or Rhythm.FORTNIGHTLY


def overdue_day(ticket: Ticket, rule: EscalationRule, calendar: WorkCalendar) -> date | None:
    """The working day on which a problem that is late climbs by the rule; None while nothing can be late."""
    last = last_day(ticket)
    return calendar.add(last, rule.threshold) if last else None


def last_day(ticket: Ticket) -> date | None:
    """The day after which a problem is late: that of 办结 while a unit's clock runs, else that of the step
    which the office, the team or the company owes.

    None for a draft, which goes to the office by a rule of its own, and while the clock stands still.
    """
    if ticket.status in HANDLED:
        return ticket.due_on
    return ticket.next_on if ticket.status in AWAITED else None


def what_is_late(ticket: Ticket) -> str:
    """The step that is not taken, as in 逾期未…"""
    return AWAITED.get(Status(ticket.status), "办结")


def next_rung(ticket: Ticket, *, above: str = "") -> str | None:
    """The rung that comes next in the programme's ladder, above the problem's own and above the one named;
    None at the top."""
    least = max(ORDER.index(ticket.rung), ORDER.index(above) if above else 0)
    ladder = ticket.version.ladder.order_by("position", "pk").values_list("rung", flat=True)
    reached = set(ticket.escalations.values_list("rung", flat=True))
    return next((rung for rung in ladder if ORDER.index(rung) > least and rung not in reached), None)


@dataclass(frozen=True)
class Step:
    """A rung as the case page shows it: reached when and why, or when and why it would be reached."""

    rung: str
    holder: str
    rhythm: str
    reached: Escalation | None
    reached_at: datetime | None
    day: date | None  # the clock takes the problem there on this day
    ways: tuple[str, ...]
    is_broken: bool
    is_now: bool
    is_passed: bool  # the rules led past it

    @property
    def label(self) -> str:
        return str(Rung(self.rung).label)

    @property
    def sits(self) -> str:
        """Who sits there and how often, in brackets."""
        parts = [self.holder or "暂无人承接", self.rhythm]
        return "，".join(filter(None, parts))

    @property
    def words(self) -> str:
        """What would bring it there, as one sentence."""
        if not self.ways:
            return "没有自动提级的规则，可由责任单位、协调办公室或专班请求提级。"
        return f"{'，或'.join(self.ways)}，将提至{self.label}（{self.sits}）。"


class LadderParts(NamedTuple):
    """What the ladder of a problem is drawn from: querysets, to be read together with other things."""

    rungs: QuerySet[LadderRung]
    sorts: QuerySet[GroupRule]
    rules: QuerySet[EscalationRule]
    reached: QuerySet[Escalation]
    offices: QuerySet[Posting]
    groups: QuerySet[Group]


def ladder_parts(ticket: Ticket, on: date) -> LadderParts:
    """The parts of the problem's ladder on the day."""
    version = ticket.version
    return LadderParts(
        rungs=version.ladder.order_by("position", "pk"),
        sorts=version.groups.filter(kind=GroupKind.SPECIAL),
        rules=escalations_on(version, None, on),
        reached=ticket.escalations.select_related("department", "group").order_by("at", "pk"),
        offices=offices_on(on),
        groups=special_groups(ticket.programme_id, on),
    )


def ladder_of(
    ticket: Ticket, parts: LadderParts, *, on: date, calendar: WorkCalendar, lead: str
) -> list[Step]:
    """The rungs of the programme in order, as they stand for the problem on the day; `lead` has it first.

    The days come from `overdue_day` and the seats from `Holders`, by which the sweep goes, too.
    """
    there = {row.rung: row for row in parts.reached}
    rules: dict[str, list[EscalationRule]] = {}
    if ticket.is_open:
        for rule in parts.rules:
            rules.setdefault(rule.rung, []).append(rule)
    holders = Holders(on, parts.offices, {ticket.programme_id: parts.groups})
    now, steps = ORDER.index(ticket.rung), []
    for row in parts.rungs:
        place, climbed = ORDER.index(row.rung), there.get(row.rung)
        if climbed is None and not ticket.is_open and row.rung != Rung.UNIT:
            continue
        rhythm, broken, holder = "", False, lead
        if climbed is not None:
            holder, broken = str(climbed.group or climbed.department or ""), climbed.is_broken
        elif row.rung != Rung.UNIT:
            seat = holders.of(row.rung, ticket)
            holder, broken = seat.name, seat.is_broken
            each = rhythm_of(seat.group, parts.sorts, parts.rungs) if seat.group else row.rhythm
            rhythm = f"{Rhythm(each).label}例会" if each != Rhythm.EVENT else ""
            if row.rung == Rung.SPECIAL_GROUP and seat.is_broken and ticket.category is not None:
                holder = f"{ticket.category}类专项小组暂缺，转{seat.name or '值班办公室'}"
        waits = climbed is None and place > now and ticket.is_open
        mine = rules.get(row.rung, []) if waits else []
        days = [
            day
            for rule in mine
            if rule.trigger == Trigger.OVERDUE and (day := overdue_day(ticket, rule, calendar))
        ]
        steps.append(
            Step(
                rung=row.rung,
                holder=holder,
                rhythm=rhythm,
                reached=climbed,
                reached_at=climbed.at if climbed else None,
                day=min(days, default=None),
                ways=tuple(filter(None, (_way(ticket, rule, calendar) for rule in mine))),
                is_broken=broken,
                is_now=row.rung == ticket.rung,
                is_passed=climbed is None and row.rung != Rung.UNIT and place < now,
            )
        )
    return steps


def _way(ticket: Ticket, rule: EscalationRule, calendar: WorkCalendar) -> str:
    """What would make the problem climb by the rule, in words; empty where it cannot happen any more."""
    n = rule.threshold
    if rule.trigger == Trigger.OVERDUE:
        day = overdue_day(ticket, rule, calendar)
        late = what_is_late(ticket)
        return f"{day.month}月{day.day}日仍未{late}" if day else f"超过办结期限 {n} 个工作日仍未办结"
    if rule.trigger == Trigger.REWORKS:
        return f"企业累计 {n} 次不满意（已 {ticket.round - 1} 次）"
    if rule.trigger == Trigger.TRANSFERS:
        return f"累计改派 {n} 次（已 {ticket.transfers} 次）"
    if ticket.status == Status.DRAFT:
        day = calendar.next_working(ticket.report_due_on)
        return f"{day.month}月{day.day}日仍未上报"
    return ""


@dataclass
class Chain:
    """断链: a rung with nobody in it, and the problems that wait there."""

    rung: str
    where: str
    since: datetime
    duty: str  # the office that has them for the time being
    remedy: str
    waiting: list[Ticket]

    @property
    def label(self) -> str:
        return str(Rung(self.rung).label)


def broken_rows(official: Official) -> QuerySet[Escalation]:
    """Rungs that open problems in the official's sight wait at with nobody in them."""
    visible = Ticket.objects.visible_to(official).open()
    return Escalation.objects.filter(is_broken=True, ticket__in=visible)


def broken_chains(official: Official) -> list[Chain]:
    """断链清单: which rung, where, since when, how many problems, and who must fill it; the oldest first."""
    rows = (
        broken_rows(official)
        .select_related("department", "ticket__category", "ticket__company__region")
        .select_related("ticket__programme__region")
        .order_by("at", "pk")
    )
    found: dict[tuple[str, int, str], Chain] = {}
    for row in rows:
        ticket = row.ticket
        programme, place = ticket.programme, ticket.company.region
        if row.rung == Rung.SPECIAL_GROUP:
            kind = f"“{ticket.category}”类" if ticket.category else "未定类别"
            where = f"{programme}，{kind}"
            remedy = f"设立负责{kind}的专项小组并配齐成员" if ticket.category else "先定级，再明确专项小组"
        elif row.rung == Rung.OFFICE:
            where, remedy = str(place), "明确协调办公室的在岗人员"
        else:
            where, remedy = f"{programme}，{programme.region}", "明确会议承办办公室的在岗人员"
        chain = found.setdefault(
            (row.rung, ticket.programme_id, where),
            Chain(row.rung, where, row.at, str(row.department or "值班办公室（暂无人）"), remedy, []),
        )
        chain.waiting.append(ticket)
    return list(found.values())
