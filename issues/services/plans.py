"""方案: handed in, accepted or sent back; its progress, its review; who of the leaders is in charge of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from issues.choices import (
    DeferralReason,
    Move,
    Outcome,
    PlanKind,
    PlanState,
)
from issues.models import PlanReport, PlanStep, Ticket, TicketPlan
from issues.services.clock import DAYS, calendar_of, run_until, start_step
from issues.services.course import advance, lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.ledger import TERM, pause_handling, resume_handling, stop_handling, tell_lead, term_of
from issues.services.planned import follow_plan, plan_in_force, take_period
from issues.services.requests import review_later
from issues.services.units import settle_objections
from liaison.choices import LimitKind, SystemRole
from liaison.models import Department, Official, Posting
from liaison.normalise import too_far
from liaison.reports.adoption import grade_on
from liaison.workdays import day_of

MOST_STEPS = 12


@dataclass(frozen=True)
class StepLine:
    """A step as written."""

    words: str
    due_on: date
    department: Department
    person: str = ""


@transaction.atomic
def submit_plan(
    *, ticket: Ticket, goal: str, steps: Sequence[StepLine], by: Official, at: datetime
) -> Ticket:
    """提交方案: what the lead unit will do about a problem that cannot be settled by a deadline.

    Handed in by the grade's day it is in time; the clock stands still while the office looks at it.
    """
    ticket = lock_for(ticket, Move.SUBMIT_PLAN)
    if ticket.grade is None or not ticket.grade.is_plan_only or ticket.round > 1:
        raise MoveRefused("该问题按期限办结，不需要提交攻坚方案。")
    if plan_in_force(ticket) is not None:
        raise MoveRefused("方案已经审定，请按方案报送进展。")
    today, calendar, due = day_of(at), calendar_of(ticket), term_of(ticket)
    before = TicketPlan.objects.filter(ticket=ticket).first()
    plan = write_steps(ticket, PlanKind.HARD, PlanState.SUBMITTED, goal=goal, steps=steps, by=by, at=at)
    if before is None or before.kind != PlanKind.HARD or before.natural_on is not None:
        plan.due_on, plan.submitted_on = due, today
    plan.natural_on, plan.duty = None, ""
    plan.save(update_fields=["due_on", "submitted_on", "natural_on", "duty"])
    pause_handling(ticket, on=today, why="方案待审", calendar=calendar)
    source = advance(ticket, Move.SUBMIT_PLAN)
    explanation = start_step(ticket, LimitKind.TRIAGE, since=today, started="提交方案", calendar=calendar)
    ticket.save(update_fields=["status", *DAYS])
    late = "" if plan.is_in_time else f"（超过方案期限 {due}）"
    said = f"{plan.goal}（{len(steps)} 项措施）{late}"
    write_event(ticket, Move.SUBMIT_PLAN, source=source, by=by, at=at, note=said, explanation=explanation)
    return ticket


def write_steps(
    ticket: Ticket,
    kind: PlanKind,
    state: PlanState,
    *,
    goal: str,
    steps: Sequence[StepLine],
    by: Official,
    at: datetime,
) -> TicketPlan:
    """Write the plan of a locked ticket anew; steps that are done already stay on record."""
    if not goal.strip():
        raise MoveRefused("请写明目标：要解决到什么程度。")
    _check_steps(ticket, steps, day_of(at))
    plan = TicketPlan.objects.filter(ticket=ticket).first()
    if plan is None:
        plan = TicketPlan(ticket=ticket, revision=0, submitted_on=day_of(at))
    plan.kind, plan.state, plan.goal, plan.round = kind, state, goal.strip(), ticket.round
    plan.submitted_at, plan.submitted_by, plan.revision = at, by, plan.revision + 1
    plan.decided_at = plan.decided_by = None
    plan.answer = ""
    plan.natural_on, plan.duty = None, ""
    plan.save()
    plan.steps.filter(done_on__isnull=True).delete()
    first = max(plan.steps.values_list("position", flat=True), default=0) + 1
    PlanStep.objects.bulk_create(
        PlanStep(
            plan=plan,
            position=first + number,
            words=line.words.strip(),
            due_on=line.due_on,
            department=line.department,
            person=line.person.strip(),
        )
        for number, line in enumerate(steps)
    )
    return plan


def _check_steps(ticket: Ticket, steps: Sequence[StepLine], today: date) -> None:
    if not steps:
        raise MoveRefused("方案至少写明一项措施，有完成期限和责任单位。")
    if len(steps) > MOST_STEPS:
        raise MoveRefused(f"措施最多 {MOST_STEPS} 项，请合并。")
    units = set(ticket.units.filter(is_current=True).values_list("department", flat=True))
    for number, line in enumerate(steps, start=1):
        if not line.words.strip():
            raise MoveRefused(f"第 {number} 项措施没有写明内容。")
        if line.due_on < today:
            raise MoveRefused(f"第 {number} 项措施的完成期限 {line.due_on} 已经过去。")
        if words := too_far(line.due_on, today, f"第 {number} 项措施的完成期限"):
            raise MoveRefused(words)
        if line.department.pk not in units:
            raise MoveRefused(f"{line.department}不是该问题的责任单位，不能负责第 {number} 项措施。")


@transaction.atomic
def accept_plan(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """审定方案: from now on the problem is judged on plan and progress; the first progress gets its day."""
    ticket = lock_for(ticket, Move.ACCEPT_PLAN)
    today, calendar, plan = day_of(at), calendar_of(ticket), _submitted(ticket)
    if ticket.grade is None:
        raise MoveRefused("该问题尚未定级。")
    grade = grade_on(ticket.version, ticket.grade.code, today)
    plan.state, plan.decided_at, plan.decided_by, plan.answer = PlanState.STANDING, at, by, answer.strip()
    plan.progress_days, plan.review_days = grade.progress_days, grade.review_days
    plan.since, plan.period = today, 1
    plan.review_on = today + timedelta(days=grade.review_days) if grade.review_days else None
    plan.save(update_fields=["state", "decided_at", "decided_by", "answer", "progress_days", "review_days"])
    source = advance(ticket, Move.ACCEPT_PLAN)
    wait = follow_plan(ticket, plan, on=today, calendar=calendar, started="方案审定")
    ticket.save(update_fields=["status", *TERM, *DAYS])
    write_event(ticket, Move.ACCEPT_PLAN, source=source, by=by, at=at, note=answer.strip(), explanation=wait)
    return ticket


def _submitted(ticket: Ticket) -> TicketPlan:
    plan = TicketPlan.objects.filter(ticket=ticket, state=PlanState.SUBMITTED).first()
    if plan is None:
        raise MoveRefused("没有待审定的方案，请刷新后查看最新进展。")
    return plan


@transaction.atomic
def return_plan(*, ticket: Ticket, answer: str, by: Official, at: datetime) -> Ticket:
    """退回方案: the unit mends it with the working days that it had left, and one at least."""
    ticket = lock_for(ticket, Move.RETURN_PLAN)
    if not answer.strip():
        raise MoveRefused("请写明方案需要怎样修改。")
    today, calendar, plan = day_of(at), calendar_of(ticket), _submitted(ticket)
    plan.state, plan.decided_at, plan.decided_by, plan.answer = PlanState.RETURNED, at, by, answer.strip()
    plan.save(update_fields=["state", "decided_at", "decided_by", "answer"])
    source = advance(ticket, Move.RETURN_PLAN)
    explanation = resume_handling(ticket, on=today, calendar=calendar, least=1, started="方案退回")
    limit = max(1, explanation.n)
    run_until(ticket, explanation.due, since=today, limit=limit, calendar=calendar)
    ticket.save(update_fields=["status", *TERM, *DAYS])
    tell_lead(ticket)
    said = answer.strip()
    write_event(ticket, Move.RETURN_PLAN, source=source, by=by, at=at, note=said, explanation=explanation)
    return ticket


@transaction.atomic
def report_progress(
    *, ticket: Ticket, note: str, by: Official, at: datetime, done: Collection[int] = ()
) -> Ticket:
    """月度进展: how far the plan is, and which steps are done; the next period gets its day.

    What was missed is counted and stays; it never becomes more by being told.
    """
    ticket = lock_for(ticket, Move.PERIODIC)
    plan, today, calendar = _in_force(ticket), day_of(at), calendar_of(ticket)
    if not note.strip():
        raise MoveRefused("请填写进展情况。")
    finished = finish_steps(plan, done, note=note, on=today)
    if plan.progress_days:
        period, due = take_period(plan, on=today, calendar=calendar)
        PlanReport.objects.create(
            plan=plan, period=period, due_on=due, on=today, at=at, by=by, note=note.strip()
        )
    wait = follow_plan(ticket, plan, on=today, calendar=calendar)
    ticket.save(update_fields=[*TERM, *DAYS])
    said = note.strip() + (f"（完成措施：{'；'.join(finished)}）" if finished else "")
    write_event(ticket, Move.PERIODIC, source=ticket.status, by=by, at=at, note=said, explanation=wait)
    return ticket


def _in_force(ticket: Ticket) -> TicketPlan:
    plan = plan_in_force(ticket)
    if plan is None:
        raise MoveRefused("该问题没有执行中的攻坚方案。")
    return plan


def softer_plan(ticket: Ticket) -> TicketPlan:
    """The 一企一策 or 专班 plan of a locked ticket; raises MoveRefused where there is none."""
    plan = TicketPlan.objects.filter(ticket=ticket).exclude(kind=PlanKind.HARD).first()
    if plan is None:
        raise MoveRefused("该问题没有一企一策或专班方案。")
    return plan


def finish_steps(plan: TicketPlan, done: Collection[int], *, note: str, on: date) -> list[str]:
    """Mark steps as done with the day and what is said; returns their words."""
    steps = list(plan.steps.filter(pk__in=done, done_on__isnull=True).order_by("position"))
    if len(steps) != len(set(done)):
        raise MoveRefused("所选措施已经完成或不在方案中，请刷新后重新选择。")
    for step in steps:
        step.done_on, step.result = on, note.strip()[:300]
        step.save(update_fields=["done_on", "result"])
    return [step.words for step in steps]


@transaction.atomic
def keep_going(*, ticket: Ticket, note: str, by: Official, at: datetime) -> Ticket:
    """复核后继续攻坚: the plan goes on; the next review is as many days from now by rule."""
    ticket = lock_for(ticket, Move.KEEP_GOING)
    plan, today = _in_force(ticket), day_of(at)
    if not note.strip():
        raise MoveRefused("请写明复核意见。")
    if plan.review_days is None:
        raise MoveRefused("本方案规则没有定期复核，不需要复核。")
    plan.review_on = today + timedelta(days=plan.review_days)
    wait = follow_plan(ticket, plan, on=today, calendar=calendar_of(ticket))
    ticket.save(update_fields=[*TERM, *DAYS])
    said = note.strip()
    write_event(ticket, Move.KEEP_GOING, source=ticket.status, by=by, at=at, note=said, explanation=wait)
    return ticket


@transaction.atomic
def shelve_ticket(*, ticket: Ticket, reason: DeferralReason, note: str, by: Official, at: datetime) -> Ticket:
    """复核后挂账: nothing can be done for now; the office looks at it again after so many days by rule."""
    ticket = lock_for(ticket, Move.SHELVE)
    _in_force(ticket)
    if not note.strip():
        raise MoveRefused("请写明复核意见。")
    today, calendar = day_of(at), calendar_of(ticket)
    why = DeferralReason(reason).label
    pause_handling(ticket, on=today, why=why, calendar=calendar)
    source = advance(ticket, Move.SHELVE)
    wait = review_later(ticket, since=today, calendar=calendar)
    ticket.save(update_fields=["status", *DAYS])
    said = f"{why}，停止计时。{note.strip()}"
    write_event(ticket, Move.SHELVE, source=source, by=by, at=at, note=said, explanation=wait)
    return ticket


@transaction.atomic
def give_up(*, ticket: Ticket, result: str, by: Official, at: datetime) -> Ticket:
    """复核为暂无法解决: the office ends the handling with the reason, and the company is answered."""
    ticket = lock_for(ticket, Move.GIVE_UP)
    _in_force(ticket)
    if not result.strip():
        raise MoveRefused("暂无法解决须说明原因。")
    today = day_of(at)
    ticket.outcome, ticket.result, ticket.resolved_at = Outcome.CANNOT_NOW, result.strip(), at
    ticket.units.filter(is_current=True, finished_at__isnull=True).update(finished_at=at)
    settle_objections(ticket, at=at)
    stop_handling(ticket, on=today)
    source = advance(ticket, Move.GIVE_UP)
    explanation = start_step(
        ticket, LimitKind.FEEDBACK, since=today, started="办结", calendar=calendar_of(ticket)
    )
    ticket.save(update_fields=["status", "outcome", "result", "resolved_at", *DAYS])
    said = f"{Outcome.CANNOT_NOW.label}：{ticket.result}"
    write_event(ticket, Move.GIVE_UP, source=source, by=by, at=at, note=said, explanation=explanation)
    return ticket


@transaction.atomic
def name_leader(*, ticket: Ticket, leader: Official, by: Official, at: datetime) -> Ticket:
    """包案: a leader of the place takes a hard problem in charge; named by the office, or another later."""
    ticket = lock_for(ticket, Move.NAME_LEADER)
    if ticket.grade is None or not ticket.grade.needs_leader:
        raise MoveRefused("该等级的问题不需要领导包案。")
    if ticket.leader_id == leader.pk:
        raise MoveRefused(f"包案领导已是{leader.name}。")
    if not may_lead(leader, ticket, on=day_of(at)):
        raise MoveRefused(f"{leader.name}不是企业所在地的在任领导，不能包案。")
    before, ticket.leader = ticket.leader, leader
    ticket.save(update_fields=["leader"])
    said = f"由{leader.name}包案" + (f"（原为{before.name}）" if before else "")
    write_event(ticket, Move.NAME_LEADER, source=ticket.status, by=by, at=at, note=said)
    return ticket


def may_lead(leader: Official, ticket: Ticket, *, on: date) -> bool:
    """Whether the official is a leader, on the day, of the company's place or one above it."""
    path = ticket.company.region.path
    posts = Posting.objects.filter(official=leader, role=SystemRole.LEADER, official__is_active=True)
    regions = posts.in_force(on).values_list("department__region__path", flat=True)
    return any(path.startswith(region) for region in regions)
