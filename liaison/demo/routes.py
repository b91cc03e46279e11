"""共性 and 复杂 in the demo city: a group with its measure, one member settled by it, and a 专班."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from issues.choices import Route, Status
from issues.models import Category, Ticket
from issues.services import (
    StepLine,
    dispatch_ticket,
    form_force,
    join_group,
    open_group,
    open_measure,
    settle_by_measure,
    sign_ticket,
    triage_ticket,
    write_plan,
)
from issues.transitions import BEFORE_RESULT
from liaison.demo.city import City
from liaison.models import GradeRule, ProgrammeVersion
from liaison.workdays import day_of

MEMBERS = 4


def bring_together(*, city: City, version: ProgrammeVersion, at: datetime) -> None:
    """What the office did in the last half hour; nothing where the city is too small for it."""
    office, today = city.people["office"], day_of(at)
    open_ones = Ticket.objects.filter(
        programme=version.programme, status__in=BEFORE_RESULT, category__isnull=False
    ).exclude(status__in=(Status.DRAFT, Status.REPORTED))
    kinds: dict[Category, list[Ticket]] = defaultdict(list)
    for ticket in open_ones.select_related("category", "grade").order_by("-pk"):
        if ticket.category is not None:
            kinds[ticket.category].append(ticket)
    if kinds:
        category, members = max(kinds.items(), key=lambda one: (len(one[1]), one[0].pk))
        group = open_group(
            programme=version.programme,
            name=f"{category.name}类同类诉求",
            by=office,
            at=at - timedelta(minutes=20),
        )
        for ticket in members[:MEMBERS]:
            join_group(ticket=ticket, group=group, by=office, at=at - timedelta(minutes=18))
        measure = open_measure(
            group=group,
            title=f"关于解决企业{category.name}问题的若干措施",
            document=f"云政办发〔{today.year}〕18号",
            department=city.bureaus["市发改委"],
            issued_on=today - timedelta(days=2),
            text="一、简化办理环节，一次告知、限时办结。二、对重点企业开通绿色通道。三、每季度会商一次，集中解决同类问题。",
            by=office,
            at=at - timedelta(minutes=15),
        )
        for ticket in members[:MEMBERS]:
            hard = ticket.grade is not None and ticket.grade.is_plan_only
            if ticket.status == Status.IN_PROGRESS and not hard:
                words = "已按措施为企业开通绿色通道，限时办结。"
                settle_by_measure(
                    ticket=ticket, measure=measure, result=words, by=office, at=at - timedelta(minutes=12)
                )
                break
    _task_force(city, version, at)


def _task_force(city: City, version: ProgrammeVersion, at: datetime) -> None:
    office = city.people["office"]
    waiting = Ticket.objects.filter(programme=version.programme, status=Status.REPORTED)
    ticket = waiting.filter(category__isnull=False).order_by("pk").select_related("category").last()
    category = ticket.category if ticket else None
    if ticket is None or category is None:
        return
    lead, helper = city.bureaus["市工信局"], city.bureaus["市自然资源局"]
    grade = GradeRule.objects.get(version=ticket.version_id, code="C")
    ticket = triage_ticket(
        ticket=ticket,
        grade=grade,
        category=category,
        route=Route.COMPLEX,
        by=office,
        at=at - timedelta(minutes=10),
    )
    ticket = dispatch_ticket(
        ticket=ticket,
        grade=grade,
        category=category,
        lead=lead,
        cooperating=[helper],
        by=office,
        at=at - timedelta(minutes=9),
    )
    by = city.liaison_officers[lead.pk]
    ticket = sign_ticket(ticket=ticket, by=by, at=at - timedelta(minutes=7))
    ticket = form_force(
        ticket=ticket,
        name="要素保障专班",
        head=city.people["leader"],
        officials=[by],
        units=[helper],
        by=office,
        at=at - timedelta(minutes=5),
    )
    steps = [
        StepLine("现场会商，明确各单位任务", day_of(at) + timedelta(days=7), lead, by.name),
        StepLine("办结涉及用地的手续", day_of(at) + timedelta(days=20), helper),
    ]
    write_plan(ticket=ticket, goal="一个月内解决企业要素保障问题。", steps=steps, by=by, at=at)
