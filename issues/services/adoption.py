"""Rules of a newer version reach the open problems for which the office chose them, from its day on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import OperationalError, transaction

from issues.choices import AT_OFFICE, OPEN, Move, Part, Status
from issues.models import AdoptionRun, Ticket, TicketAdoption, TicketEvent
from issues.reports.adoption import HANDLED, open_for
from issues.reports.deadlines import (
    FIRST_CONTACT,
    NEXT_STEP,
    RULING,
    Deadline,
    deadlines_of,
    help_step,
    ruling_step,
    with_start,
)
from issues.services.clock import DAYS, calendar_of, run_until
from issues.services.course import signature
from issues.services.units import OWN_DAYS, set_own_day
from liaison.choices import LimitKind, VersionStatus
from liaison.models import ProgrammeVersion
from liaison.reports.adoption import grade_on
from liaison.workdays import Explanation, WorkCalendar, day_of

log = logging.getLogger(__name__)

# Which limit a deadline is counted by; 办结 goes by the grade, or by the rework limit.
LIMIT_OF = {
    NEXT_STEP[Status.DRAFT]: LimitKind.REPORT,
    **{NEXT_STEP[status]: LimitKind.TRIAGE for status in AT_OFFICE},
    NEXT_STEP[Status.DISPATCHED]: LimitKind.SIGN,
    NEXT_STEP[Status.RESOLVED]: LimitKind.FEEDBACK,
    FIRST_CONTACT: LimitKind.FIRST_CONTACT,
}
HANDLING = NEXT_STEP[Status.IN_PROGRESS]


@dataclass(frozen=True)
class Shifted:
    """A deadline counted anew: the rule before and after in working days, the day before and after."""

    deadline: Deadline
    rule: str
    days: tuple[int, int]
    new: Explanation

    @property
    def words(self) -> str:
        was, now = self.days
        return (
            f"{self.rule}由 {was} 个工作日改为 {now} 个，"
            f"{self.deadline.step}期限由 {self.deadline.old} 改为 {self.new.due}"
        )


def apply_adoptions(*, at: datetime) -> int:
    """Every version whose day has come and whose chosen rules have not reached open work yet, in order."""
    waiting = ProgrammeVersion.objects.filter(
        status=VersionStatus.PUBLISHED,
        effective_from__lte=day_of(at),
        adopted_by__isnull=False,
        adoption_run__isnull=True,
    )
    newer = waiting.select_related("published_by").distinct().order_by("programme", "number")
    return sum(_apply(version, at=at) for version in newer)


def _apply(newer: ProgrammeVersion, *, at: datetime) -> int:
    """Count the open problems anew, each in a transaction of its own; returns how many had a deadline moved.

    Done again, by two workers, or after a kill, it counts each problem once. One that cannot be counted
    stops none of the others and keeps the version waiting.
    """
    names = set(newer.adopted_by.values_list("rule", flat=True))
    actor, moved, failed = signature(newer.published_by, day_of(at)), 0, False
    for pk in open_for(newer, names):
        try:
            moved += _adopt(pk, newer, names, actor=actor, at=at)
        except OperationalError:  # the database is away: the next round does what is left
            raise
        except Exception:
            failed = True
            log.exception("ticket %s could not adopt version %s; the next round tries again", pk, newer.pk)
    if not failed:
        AdoptionRun.objects.get_or_create(newer=newer, defaults={"at": at})
    return moved


@transaction.atomic
def _adopt(pk: int, newer: ProgrammeVersion, names: set[str], *, actor: str, at: datetime) -> bool:
    ticket = (
        Ticket.objects.filter(status__in=OPEN)
        .select_for_update(of=("self",), no_key=True)
        .select_related("version__programme", "company__region")
        .filter(pk=pk)
        .first()
    )
    if ticket is None or TicketAdoption.objects.filter(ticket=ticket, newer=newer).exists():
        return False
    calendar = calendar_of(ticket)
    deadlines = deadlines_of(with_start(Ticket.objects.filter(pk=pk)).get(), calendar)
    counted = (_shift(ticket, one, newer, names, on=day_of(at), calendar=calendar) for one in deadlines)
    shifted = [one for one in counted if one is not None]
    _store(ticket, deadlines, shifted, calendar=calendar, on=day_of(at))
    TicketAdoption.objects.create(ticket=ticket, newer=newer, at=at)
    if shifted:
        _tell(ticket, newer, shifted, actor=actor, at=at)
    return bool(shifted)


def _shift(
    ticket: Ticket,
    deadline: Deadline,
    newer: ProgrammeVersion,
    names: set[str],
    *,
    on: date,
    calendar: WorkCalendar,
) -> Shifted | None:
    """The deadline by the newer rule, if it was counted by the older one and moves."""
    if deadline.words:  # by a plan in force, whose rhythm stays as it was accepted
        return None
    before, after = newer.effective_from - timedelta(days=1), newer.effective_from
    if deadline.step == HANDLING and ticket.round == 1:
        if ticket.grade is None or f"grades/{ticket.grade.code}" not in names or ticket.status not in HANDLED:
            return None
        code = ticket.grade.code
        rule = f"等级“{ticket.grade}”"
        days = (
            grade_on(ticket.version, code, before).working_days,
            grade_on(ticket.version, code, after).working_days,
        )
    else:
        kind = LIMIT_OF.get(deadline.step) or _kind_of_unit_step(deadline.step)
        if deadline.step == HANDLING:
            kind = LimitKind.REWORK
        if f"limits/{kind}" not in names or (kind == LimitKind.REWORK and ticket.status not in HANDLED):
            return None
        rule = f"“{kind.label}”时限"
        days = ticket.version.limit(kind, before), ticket.version.limit(kind, after)
    if _began_under(newer, deadline, days[1]):
        return None
    new = _new_day(deadline, days[1] - days[0], on, calendar)
    return None if new.due == deadline.old else Shifted(deadline, rule, days, new)


def _kind_of_unit_step(step: str) -> LimitKind:
    """The limit of a step that names its unit: the office's ruling, or a cooperating unit's part."""
    return LimitKind.TRIAGE if step.startswith(RULING) else LimitKind.COOPERATE


def _began_under(newer: ProgrammeVersion, deadline: Deadline, limit: int) -> bool:
    """Whether the step was counted by the newer rule from the start.

    It was, if it began on or after the version's day; on the day of publication the limit itself tells.
    """
    if newer.published_at is None or deadline.since < newer.effective_from:
        return False
    return deadline.since > day_of(newer.published_at) or deadline.limit == limit


def _new_day(deadline: Deadline, more: int, on: date, calendar: WorkCalendar) -> Explanation:
    """Counted from the same start by so many working days more or less, what was granted kept.

    A shorter limit makes nothing late that was not: the new day is not before the day on which it is counted.
    """
    n = max(0, deadline.limit + more)
    if more < 0:
        earliest = min(deadline.old, calendar.add(on, 0))
        n = max(n, calendar.count(deadline.since, earliest))
    return calendar.explain(deadline.since, n, started=deadline.started)


def _store(
    ticket: Ticket, deadlines: list[Deadline], shifted: list[Shifted], *, calendar: WorkCalendar, on: date
) -> None:
    """Write the new days; warning, alarm and next act follow from them by the rules of the day."""
    new = {one.deadline.step: one.new for one in shifted}
    step = NEXT_STEP.get(Status(ticket.status))
    present = next((one for one in deadlines if one.step == step or one.words), None)
    if HANDLING in new:
        ticket.due_on, ticket.due_is_provisional = new[HANDLING].due, new[HANDLING].provisional
    next_on = new[step].due if step in new else ticket.next_on
    if ticket.status == Status.DRAFT and step in new:
        ticket.report_due_on = new[step].due
    lights = ticket.version.lights(on)
    for unit in ticket.units.filter(is_current=True).select_related("department"):
        if unit.accepted_at is None and NEXT_STEP[Status.DISPATCHED] in new:
            unit.sign_due_on = new[NEXT_STEP[Status.DISPATCHED]].due
        if unit.part == Part.LEAD:
            unit.due_on = ticket.due_on or unit.due_on
            if FIRST_CONTACT in new:
                unit.contact_due_on = new[FIRST_CONTACT].due
        elif unit.finished_at is None:
            due = new[help_step(unit)].due if help_step(unit) in new else unit.due_on
            limit = calendar.count(day_of(unit.given_at), due)
            set_own_day(unit, due, limit=limit, lights=lights, calendar=calendar)
        unit.save(update_fields=["sign_due_on", "contact_due_on", *OWN_DAYS])
    for unit in ticket.units.to_rule().select_related("department"):
        if ruling_step(unit) in new:
            unit.ruling_due_on = new[ruling_step(unit)].due
            unit.save(update_fields=["ruling_due_on"])
    if next_on is not None:
        since = present.since if present else day_of(ticket.answered_at or ticket.collected_at)
        run_until(ticket, next_on, since=on, limit=calendar.count(since, next_on), calendar=calendar)
    ticket.save(update_fields=["due_on", "due_is_provisional", "report_due_on", *DAYS])


def _tell(
    ticket: Ticket, newer: ProgrammeVersion, shifted: list[Shifted], *, actor: str, at: datetime
) -> None:
    last = shifted[-1].new
    TicketEvent.objects.create(
        ticket=ticket,
        move=Move.RECKON,
        from_status=ticket.status,
        to_status=ticket.status,
        round=ticket.round,
        at=at,
        by=newer.published_by,
        actor=actor,
        note=f"第 {newer.number} 版规则对在办问题适用：" + "；".join(one.words for one in shifted),
        due_on=last.due,
        words=last.words,
        term_on=ticket.due_on,
    )
