"""The office's part of a ticket: grading, dispatch, ruling on objections, merging what was filed twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from issues.choices import Move, Part, Route, Status
from issues.models import Category, Ticket, TicketEvent, TicketPlan, TicketUnit
from issues.services.clock import DAYS, Wait, calendar_of, next_act, run_until, start_step
from issues.services.course import advance, lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.ledger import (
    TERM,
    end_on,
    end_ticket,
    move_deadline,
    running_since,
    start_handling,
    tell_lead,
    term_of,
)
from issues.services.planned import follow_plan, plan_in_force
from issues.services.units import (
    act_again,
    check_can_receive,
    climb_for_transfers,
    give_help,
    give_lead,
    release_rows,
    settle_objections,
)
from liaison.choices import LimitKind
from liaison.models import Department, GradeRule, Official
from liaison.reports.adoption import grade_on
from liaison.workdays import Explanation, WorkCalendar, day_of


@transaction.atomic
def triage_ticket(
    *,
    ticket: Ticket,
    grade: GradeRule,
    category: Category,
    by: Official,
    at: datetime,
    route: str = "",
    note: str = "",
) -> Ticket:
    """定级: settle how hard the problem is and of what kind; the clock to dispatch it runs on."""
    ticket = lock_for(ticket, Move.TRIAGE)
    _check_grade(ticket, grade)
    ticket.grade, ticket.category, ticket.route = grade, category, route
    source = advance(ticket, Move.TRIAGE)
    ticket.save(update_fields=["status", "grade", "category", "route"])
    words = "，".join(filter(None, (str(grade), str(category), Route(route).label if route else "")))
    said = f"{words}。{note.strip()}" if note.strip() else words
    write_event(ticket, Move.TRIAGE, source=source, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def dispatch_ticket(
    *,
    ticket: Ticket,
    grade: GradeRule,
    category: Category,
    lead: Department,
    by: Official,
    at: datetime,
    cooperating: Iterable[Department] = (),
    note: str = "",
) -> Ticket:
    """交办: grade the problem and give it to one lead unit; its clock starts, the day itself not counted."""
    ticket = lock_for(ticket, Move.DISPATCH)
    others = list(cooperating)
    _check_grade(ticket, grade)
    if lead in others:
        raise MoveRefused(f"{lead}已是主办单位，不能同时协办。")
    today = day_of(at)
    for unit in (lead, *others):
        check_can_receive(unit, on=today)
    before = _last_lead(ticket)
    if before and before.department_id == lead.pk and ticket.status == Status.RETURNED:
        raise MoveRefused(f"{lead}刚刚退回；仍由其办理的，请选“维持交办”并说明理由。")
    calendar = calendar_of(ticket)
    source = advance(ticket, Move.DISPATCH)
    ticket.grade, ticket.category, ticket.dispatched_at = grade, category, at
    days = grade_on(ticket.version, grade.code, today).working_days
    handling = start_handling(ticket, days, on=today, started="交办", calendar=calendar)
    sign_by = start_step(ticket, LimitKind.SIGN, since=today, started="交办", calendar=calendar).due
    moved_on = before is not None and before.department_id != lead.pk
    ticket.transfers += moved_on
    ticket.save(
        update_fields=[
            "status",
            "grade",
            "category",
            "dispatched_at",
            "transfers",
            *TERM,
            *DAYS,
        ]
    )
    settle_objections(ticket, at=at)
    present = {row.department_id: row for row in ticket.units.filter(is_current=True)}
    stay = present.keys() & {unit.pk for unit in others}  # who helps already goes on by its own clock
    release_rows([row for pk, row in present.items() if pk not in stay], at=at)
    row = give_lead(ticket, lead, sign_due_on=sign_by, at=at, calendar=calendar)
    give_help(ticket, [unit for unit in others if unit.pk not in stay], at=at, calendar=calendar)
    act_again(ticket, calendar=calendar, on=today)
    helped = "，协办：" + "、".join(str(unit) for unit in others) if others else ""
    words = f"{grade}，主办：{lead}{helped}" + (f"。{note.strip()}" if note.strip() else "")
    write_event(
        ticket, Move.DISPATCH, source=source, by=by, at=at, note=words, explanation=handling, unit=row
    )
    if moved_on:
        climb_for_transfers(ticket, at=at)
    return ticket


def _check_grade(ticket: Ticket, grade: GradeRule) -> None:
    if grade.version_id != ticket.version_id:
        raise MoveRefused("所选等级不属于该问题适用的方案版本。")


def _last_lead(ticket: Ticket) -> TicketUnit | None:
    return ticket.units.filter(part=Part.LEAD).order_by("-given_at", "-pk").first()


@transaction.atomic
def uphold_dispatch(*, ticket: Ticket, note: str, by: Official, at: datetime) -> Ticket:
    """维持交办: the office does not accept an objection; the same unit handles it, its deadline as it was.

    The time that the objection took is the unit's own. A new day to sign is set.
    """
    ticket = lock_for(ticket, Move.UPHOLD)
    if not note.strip():
        raise MoveRefused("请说明维持交办的理由。")
    returned = _last_lead(ticket)
    if returned is None:
        raise MoveRefused("该问题尚未交办。")
    today = day_of(at)
    check_can_receive(returned.department, on=today)
    source, calendar = advance(ticket, Move.UPHOLD), calendar_of(ticket)
    end_on(ticket, term_of(ticket), on=today, started="维持交办", calendar=calendar)
    explanation = start_step(ticket, LimitKind.SIGN, since=today, started="维持交办", calendar=calendar)
    ticket.save(update_fields=["status", *TERM, *DAYS])
    lead = give_lead(ticket, returned.department, sign_due_on=explanation.due, at=at, calendar=calendar)
    if returned.contacted_on is not None:  # it has met the company: that stands
        lead.contacted_on = returned.contacted_on
        lead.save(update_fields=["contacted_on"])
    words = f"退回理由不成立，仍由{returned.department}主办。{note.strip()}"
    write_event(
        ticket, Move.UPHOLD, source=source, by=by, at=at, note=words, explanation=explanation, unit=lead
    )
    return ticket


@transaction.atomic
def merge_ticket(*, ticket: Ticket, into: Ticket, by: Official, at: datetime, note: str = "") -> Ticket:
    """并案: the same problem filed twice goes on under one number; the other stays on record and is answered
    with it. Only problems of one company; never into itself, nor into what is itself merged or ended."""
    if ticket.pk == into.pk:
        raise MoveRefused("不能并入自身。")
    pair = sorted(((ticket, Move.MERGE), (into, Move.ABSORB)), key=lambda one: one[0].pk)
    # in one order, lest two wait for each other
    locked = {one.pk: lock_for(one, move) for one, move in pair}
    ticket, into = locked[ticket.pk], locked[into.pk]
    if ticket.company_id != into.company_id:
        raise MoveRefused("只有同一家企业的问题才能并案；不同企业的同类问题请按共性问题归集。")
    if ticket.programme_id != into.programme_id:
        raise MoveRefused("两件问题属于不同方案，不能并案。")
    ticket.merged_into = into
    source = end_ticket(ticket, Move.MERGE, on=day_of(at), besides=["merged_into"])
    before = list(ticket.absorbed.order_by("pk"))
    ticket.absorbed.update(merged_into=into)  # what was merged into it before goes along
    said = f"：{note.strip()}" if note.strip() else ""
    went, came = f"并入 {into}{said}", f"{ticket} 并入本件{said}"
    write_event(ticket, Move.MERGE, source=source, by=by, at=at, note=went)
    write_event(into, Move.ABSORB, source=into.status, by=by, at=at, note=came)
    if into.status == Status.ANSWERED:  # the company has its answer: it holds for what came late, too
        answer_absorbed(into, [ticket, *before], at=at)
    return ticket


def answer_absorbed(ticket: Ticket, others: Iterable[Ticket], *, at: datetime) -> None:
    """What was merged into the ticket is answered with it, by its last answer, under its own number."""
    given: TicketEvent | None = None
    for other in others:
        given = given or ticket.events.filter(move=Move.ANSWER).latest("at", "pk")
        TicketEvent.objects.create(
            ticket=other,
            move=Move.ANSWER,
            from_status=other.status,
            to_status=other.status,
            round=other.round,
            at=at,
            by=given.by,
            actor=given.actor,
            note=f"随 {ticket.number} 一并答复：{given.note}",
            term_on=other.due_on,
        )


@transaction.atomic
def regrade_ticket(*, ticket: Ticket, grade: GradeRule, note: str, by: Official, at: datetime) -> Ticket:
    """调整等级: another difficulty gives another limit, counted from where the clock began; nothing restarts.

    What was granted beyond the old limit stays granted. A shorter limit makes nothing late that was not: the
    deadline is not before the day of the change. In a rework the limit is that of rework and stays.
    """
    ticket = lock_for(ticket, Move.REGRADE)
    _check_grade(ticket, grade)
    if not note.strip():
        raise MoveRefused("请说明调整等级的理由。")
    old = ticket.grade
    if old is None or ticket.due_on is None:
        raise MoveRefused("该问题尚未定级。")
    if old.pk == grade.pk:
        raise MoveRefused(f"该问题已是{grade}。")
    today, calendar = day_of(at), calendar_of(ticket)
    explanation: Explanation | Wait | None = None
    ticket.grade = grade
    if (plan := plan_in_force(ticket)) is not None:
        explanation = _leave_plan(ticket, plan, grade, on=today, calendar=calendar)
    elif ticket.round == 1:
        since, _ = running_since(ticket)
        more = _days_of(ticket, grade, today) - _days_of(ticket, old, today)
        due = calendar.add(since, max(0, calendar.count(since, ticket.due_on) + more))
        if more < 0:
            due = max(due, min(ticket.due_on, calendar.on_or_after(today)))
        explanation = move_deadline(ticket, due, calendar=calendar)
        tell_lead(ticket)
        if ticket.status == Status.IN_PROGRESS:
            limit = _days_of(ticket, grade, today)
            run_until(ticket, explanation.due, since=today, limit=limit, calendar=calendar)
        ticket.act_on = next_act(ticket, calendar=calendar, on=today)
    ticket.save(update_fields=["grade", *TERM, *DAYS])
    words = f"由{old}调整为{grade}。{note.strip()}"
    write_event(ticket, Move.REGRADE, source=ticket.status, by=by, at=at, note=words, explanation=explanation)
    return ticket


def _leave_plan(
    ticket: Ticket, plan: TicketPlan, grade: GradeRule, *, on: date, calendar: WorkCalendar
) -> Explanation | Wait:
    """A plan in force has used up the first clock: another grade's days are counted from the decision.

    Another plan-only grade keeps the plan, under its own rhythm from now on.
    """
    if grade.is_plan_only:
        plan.progress_days, plan.review_days = grade.progress_days, grade.review_days
        plan.since, plan.period = on, 1
        plan.review_on = on + timedelta(days=grade.review_days) if grade.review_days else None
        plan.save(update_fields=["progress_days", "review_days"])
        return follow_plan(ticket, plan, on=on, calendar=calendar)
    plan.natural_on, plan.duty = None, ""
    plan.save(update_fields=["natural_on", "duty"])
    days = _days_of(ticket, grade, on)
    explanation = start_handling(ticket, days, on=on, started="调整等级", calendar=calendar)
    run_until(ticket, explanation.due, since=on, limit=days, calendar=calendar)
    tell_lead(ticket)
    return explanation


def _days_of(ticket: Ticket, grade: GradeRule, on: date) -> int:
    return grade_on(ticket.version, grade.code, on).working_days
