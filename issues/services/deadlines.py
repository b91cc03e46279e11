"""Deadlines counted anew where the working calendar changes: all of them in one transaction, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import connection, transaction

from issues.choices import OPEN, Move
from issues.models import Ticket, TicketEvent
from issues.reports.deadlines import DAYS, UNIT_DAYS, Deadline, Plan, Recount, plan_change
from issues.services.course import signature
from liaison.choices import ChangeState
from liaison.models import CalendarChange
from liaison.services.calendar import CalendarRefused, lock_calendar, return_change, write_change
from liaison.workdays import day_of

Progress = Callable[[int, int], None]  # done, total
_BATCH = 500


def _unseen(done: int, total: int) -> None:
    """Nobody watches."""


def apply_calendar_change(*, change_id: int, at: datetime, progress: Progress = _unseen) -> int:
    """Write a confirmed change and move every open deadline it reaches; returns how many problems moved.

    All or nothing. Done again, or by two workers at once, it changes nothing more. What cannot be written
    any longer becomes a draft again, with the reason.
    """
    try:
        return _apply(change_id=change_id, at=at, progress=progress)
    except CalendarRefused as refusal:
        change = CalendarChange.objects.get(pk=change_id)
        return_change(change=change, why=str(refusal), at=at)
        return 0


@transaction.atomic
def _apply(*, change_id: int, at: datetime, progress: Progress) -> int:
    # Problems first, then the calendar: the order in which every move takes them.
    held = Ticket.objects.filter(status__in=OPEN).order_by("pk").select_for_update(of=("self",), no_key=True)
    list(held.values_list("pk", flat=True))
    lock_calendar()
    change = CalendarChange.objects.select_related("region", "confirmed_by").get(pk=change_id)
    if change.state != ChangeState.APPLYING:
        return 0
    plan = plan_change(change, Ticket.objects.all())
    progress(0, len(plan.recounts))
    _write_days(plan)
    actor = signature(change.confirmed_by, day_of(at))
    done = 0
    for first in range(0, len(plan.recounts), _BATCH):
        recounts = plan.recounts[first : first + _BATCH]
        TicketEvent.objects.bulk_create(_events(recounts, change, actor, at))
        done += len(recounts)
        progress(done, len(plan.recounts))
    write_change(change=change, moved=plan.moved, at=at)
    return plan.moved


def _events(
    recounts: list[Recount], change: CalendarChange, actor: str, at: datetime
) -> Iterator[TicketEvent]:
    """A line in the course of every problem of which a deadline moves: why, old → new, and how counted."""
    for recount in recounts:
        if not recount.moved:
            continue
        last = recount.moved[-1]
        yield TicketEvent(
            ticket=recount.ticket,
            move=Move.RECKON,
            from_status=recount.ticket.status,
            to_status=recount.ticket.status,
            round=recount.ticket.round,
            at=at,
            by=change.confirmed_by,
            actor=actor,
            note=f"{change}：" + "；".join(_say(deadline) for deadline in recount.moved),
            due_on=last.new,
            words=last.reason,
            term_on=recount.days["due_on"],
            calendar_change=change,
        )


def _say(deadline: Deadline) -> str:
    return f"{deadline.step}期限由 {deadline.old} 改为 {deadline.new}"


def _write_days(plan: Plan) -> None:
    """Store the new days, thousands at once; the problems are locked."""
    columns = {name: [one.days[name] for one in plan.recounts] for name in DAYS}
    units = [unit for one in plan.recounts for unit in one.units]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE issues_ticket t
               SET next_on = v.next_on, warn_on = v.warn_on, alarm_on = v.alarm_on, act_on = v.act_on,
                   report_due_on = v.report_due_on, due_on = v.due_on,
                   due_is_provisional = v.due_is_provisional
              FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::date[], %s::date[],
                          %s::date[], %s::date[], %s::boolean[])
                AS v (id, next_on, warn_on, alarm_on, act_on, report_due_on, due_on, due_is_provisional)
             WHERE t.id = v.id
            """,
            [[one.ticket.pk for one in plan.recounts], *columns.values()],
        )
        cursor.execute(
            """
            UPDATE issues_ticketunit u
               SET sign_due_on = v.sign_due_on, due_on = v.due_on, warn_on = v.warn_on,
                   alarm_on = v.alarm_on, contact_due_on = v.contact_due_on, ruling_due_on = v.ruling_due_on
              FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::date[], %s::date[], %s::date[],
                          %s::date[])
                AS v (id, sign_due_on, due_on, warn_on, alarm_on, contact_due_on, ruling_due_on)
             WHERE u.id = v.id
            """,
            [[pk for pk, _ in units], *([days[name] for _, days in units] for name in UNIT_DAYS)],
        )
