"""提级: a problem climbs the ladder, each rung once; a rung with nobody in it is kept in sight."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from issues.choices import AWAITED, OPEN, Cause, Move, Occasion, Status
from issues.models import Escalation, Ticket
from issues.reports.ladder import ORDER, Holder, Holders, next_rung, overdue_day, what_is_late
from issues.services.clock import calendar_of, next_act
from issues.services.course import hold_ticket, lock_for, write_event
from issues.services.errors import MoveRefused
from liaison.choices import Rung, Trigger
from liaison.models import Official
from liaison.reports.adoption import escalations_on
from liaison.workdays import WorkCalendar, day_of


def climb(ticket: Ticket, rung: str, *, cause: str, at: datetime) -> bool:
    """Take the ticket to a rung, once for good; returns False where it has been there.

    A rung with nobody in it is not skipped: the row is marked broken and goes to the duty office.
    """
    holder = Holders(day_of(at)).of(rung, ticket)
    _, new = Escalation.objects.get_or_create(
        ticket=ticket,
        rung=rung,
        defaults={
            "trigger": cause,
            "at": at,
            "department": holder.department,
            "group": holder.group,
            "is_broken": holder.is_broken,
        },
    )
    if not new:
        return False
    if ORDER.index(rung) > ORDER.index(ticket.rung):
        ticket.rung = rung
    why, told_as = Cause(cause).label, ""
    if cause == Cause.STEP:
        why = f"逾期未{what_is_late(ticket)}"
        told_as = Occasion.ANSWER_LATE if ticket.status == Status.RESOLVED else Occasion.OFFICE_LATE
    note = f"{why}，提至{Rung(rung).label}{_held_by(holder)}"
    write_event(ticket, Move.ESCALATE, source=ticket.status, by=None, at=at, note=note, told_as=told_as)
    return True


def _held_by(holder: Holder) -> str:
    """The holder in brackets, as the course tells it."""
    if holder.is_broken:
        return f"（该层级暂无人承接，转{holder.name or '值班办公室'}）"
    return f"（{holder.name}）"


@transaction.atomic
def escalate_overdue(*, ticket: Ticket, at: datetime, calendar: WorkCalendar | None = None) -> Ticket:
    """Take a problem that is late to every rung whose number of working days past the last day has come:
    past that of 办结 at a unit, past the step's own at the office, the team or the company."""
    ticket = lock_for(ticket, Move.ESCALATE)
    calendar = calendar or calendar_of(ticket)
    today = day_of(at)
    cause = Cause.STEP if ticket.status in AWAITED else Cause.OVERDUE
    for rule in escalations_on(ticket.version, Trigger.OVERDUE, today):
        day = overdue_day(ticket, rule, calendar)
        if day is not None and day <= today:
            climb(ticket, rule.rung, cause=cause, at=at)
    ticket.act_on = next_act(ticket, calendar=calendar, on=today)
    ticket.save(update_fields=["rung", "act_on"])
    return ticket


@transaction.atomic
def ask_up(*, ticket: Ticket, words: str, by: Official, at: datetime, from_office: bool = False) -> Ticket:
    """请求提级: the next rung of the ladder is asked for help, with the reason; each rung once per problem.

    The office does not ask itself: its request goes to the rung above its own.
    """
    ticket = lock_for(ticket, Move.ASK_UP)
    if not words.strip():
        raise MoveRefused("请说明请求提级的理由。")
    rung = next_rung(ticket, above=Rung.OFFICE if from_office else "")
    if rung is None:
        raise MoveRefused("该问题已提到本方案的最高层级，不能再提。")
    write_event(ticket, Move.ASK_UP, source=ticket.status, by=by, at=at, note=words.strip())
    climb(ticket, rung, cause=Cause.REQUEST, at=at)
    ticket.act_on = next_act(ticket, calendar=calendar_of(ticket), on=day_of(at))
    ticket.save(update_fields=["rung", "act_on"])
    return ticket


def mend_chains(*, at: datetime) -> int:
    """断链接续: what waits at a rung that somebody sits on by now is handed to them; returns how many.

    Each row in a transaction of its own, looked at again under its lock: run twice, it does nothing more.
    """
    mended, holders = 0, Holders(day_of(at))
    broken = Escalation.objects.filter(is_broken=True, ticket__status__in=OPEN).order_by("pk")
    for pk in list(broken.values_list("pk", flat=True)):
        with transaction.atomic():
            row = broken.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if row is None:
                continue
            ticket = hold_ticket(row.ticket_id)
            holder = holders.of(row.rung, ticket)
            if holder.is_broken or not ticket.is_open:
                continue
            row.department, row.group, row.is_broken = holder.department, holder.group, False
            row.save(update_fields=["department", "group", "is_broken"])
            note = f"{Rung(row.rung).label}已有人承接（{holder.name}）"
            write_event(ticket, Move.MEND, source=ticket.status, by=None, at=at, note=note)
            mended += 1
    return mended
