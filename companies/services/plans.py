"""包抓方案: what a team means to achieve for its company, and by when."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from companies.models import Enrolment, ServicePlan
from liaison.models import Official
from liaison.normalise import planning_horizon
from liaison.services import record


class PlanRefused(Exception):
    """The plan cannot be kept so. The message is written for the user."""


@transaction.atomic
def write_plan(
    *,
    enrolment: Enrolment,
    goals: str,
    measures: str,
    by: Official,
    at: datetime,
    due_on: date | None = None,
) -> ServicePlan:
    """制定包抓方案, or rewrite it; the trail keeps what stood there before."""
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    goals, measures = goals.strip(), measures.strip()
    if not goals or not measures:
        raise PlanRefused("包抓方案须写明目标和措施。")
    if due_on is not None and due_on < enrolment.starts_on:
        raise PlanRefused(f"完成日期不能早于企业纳入日 {enrolment.starts_on}。")
    if due_on is not None and due_on > (last := planning_horizon(timezone.localtime(at).date())):
        raise PlanRefused(f"完成日期 {due_on} 太远，最晚到 {last}，请核对年份。")
    before = ServicePlan.objects.filter(enrolment=enrolment).first()
    plan, _ = ServicePlan.objects.update_or_create(
        enrolment=enrolment,
        defaults={
            "goals": goals,
            "measures": measures,
            "due_on": due_on,
            "written_at": at,
            "written_by": by,
        },
    )
    record(
        "修改包抓方案" if before else "制定包抓方案",
        enrolment,
        by=by,
        at=at,
        goals=goals,
        measures=measures,
        due_on=due_on.isoformat() if due_on else "",
        before={"goals": before.goals, "measures": before.measures} if before else {},
    )
    return plan
