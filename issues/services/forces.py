"""专班 and the plans that no rule of grades asks for: 一企一策 and that of a 专班."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from issues.choices import Move, PlanKind, PlanState, Route
from issues.models import TaskForce, TaskForceMember, Ticket
from issues.reports.routes import route_of
from issues.services.course import lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.plans import StepLine, finish_steps, softer_plan, write_steps
from liaison.models import Department, Official
from liaison.workdays import day_of

PLAN_OF: dict[str, PlanKind] = {Route.SINGLE: PlanKind.COMPANY, Route.COMPLEX: PlanKind.FORCE}


@transaction.atomic
def form_force(
    *,
    ticket: Ticket,
    name: str,
    head: Official,
    officials: Sequence[Official],
    units: Sequence[Department],
    by: Official,
    at: datetime,
) -> Ticket:
    """组建专班, or form it anew: head and members see the problem from now on; the clock is not touched."""
    ticket = lock_for(ticket, Move.FORM_FORCE)
    if route_of(ticket) != Route.COMPLEX:
        raise MoveRefused("只有“复杂”问题组建专班；请先按规则定级分类。")
    if not name.strip():
        raise MoveRefused("请填写专班名称。")
    if not head.is_active:
        raise MoveRefused(f"{head.name}的账户已停用，不能任组长。")
    if gone := [unit for unit in units if not unit.is_active]:
        raise MoveRefused(f"{gone[0]}已撤销，不能参加专班。")
    if left := [one for one in officials if not one.is_active]:
        raise MoveRefused(f"{left[0].name}的账户已停用，不能参加专班。")
    people = [one for one in dict.fromkeys(officials) if one != head]
    if not people and not units:
        raise MoveRefused("专班至少要有一名成员或一个成员单位。")
    force = TaskForce.objects.filter(ticket=ticket).first() or TaskForce(ticket=ticket)
    again = force.pk is not None
    force.name, force.head, force.formed_at, force.formed_by = name.strip(), head, at, by
    force.save()
    force.members.all().delete()
    TaskForceMember.objects.bulk_create(
        [
            *(TaskForceMember(force=force, official=one) for one in people),
            *(TaskForceMember(force=force, department=unit) for unit in dict.fromkeys(units)),
        ]
    )
    others = "、".join([*(one.name for one in people), *(str(unit) for unit in dict.fromkeys(units))])
    said = f"{'调整' if again else '组建'}“{force.name}”，组长{head.name}，成员：{others}"
    write_event(ticket, Move.FORM_FORCE, source=ticket.status, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def write_plan(*, ticket: Ticket, goal: str, steps: Sequence[StepLine], by: Official, at: datetime) -> Ticket:
    """制定方案: 一企一策 of a 个性 problem, or the plan of a 专班; the deadline of 办结 stays what it was."""
    ticket = lock_for(ticket, Move.WRITE_PLAN)
    if ticket.grade is not None and ticket.grade.is_plan_only and ticket.round == 1:
        raise MoveRefused("疑难问题的方案由主办单位提交、办公室审定，请选“提交攻坚方案”。")
    kind = PLAN_OF.get(route_of(ticket))
    if kind is None:
        raise MoveRefused("只有“个性”和“复杂”问题制定方案。")
    plan = write_steps(ticket, kind, PlanState.STANDING, goal=goal, steps=steps, by=by, at=at)
    said = f"{plan.get_kind_display()}：{plan.goal}（{len(steps)} 项措施）"
    write_event(ticket, Move.WRITE_PLAN, source=ticket.status, by=by, at=at, note=said)
    return ticket


@transaction.atomic
def finish_step(*, ticket: Ticket, done: Sequence[int], note: str, by: Official, at: datetime) -> Ticket:
    """措施完成: which steps of the plan are done, and what came of them."""
    ticket = lock_for(ticket, Move.FINISH_STEP)
    if not note.strip():
        raise MoveRefused("请填写措施的结果。")
    if not done:
        raise MoveRefused("请选择完成的措施。")
    finished = finish_steps(softer_plan(ticket), done, note=note, on=day_of(at))
    said = f"{note.strip()}（完成措施：{'；'.join(finished)}）"
    write_event(ticket, Move.FINISH_STEP, source=ticket.status, by=by, at=at, note=said)
    return ticket
