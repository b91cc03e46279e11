"""包抓方案: what a team means to achieve for its company, by which measures, and by when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.models import Enrolment, PlanMeasure, ServicePlan
from liaison.models import Department, Official
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of

MOST_MEASURES = 50


class PlanRefused(Refusal):
    """The plan cannot be kept so. The message is written for the user."""


class PlanOutrun(PlanRefused):
    """Somebody else saved the plan after this page was opened; `revision` is what stands now."""

    def __init__(self, plan: ServicePlan) -> None:
        self.revision = plan.revision
        at = timezone.localtime(plan.revised_at)
        super().__init__(
            f"您打开本页后，{plan.revised_by.name}于 {at:%Y-%m-%d %H:%M} 修改了方案，您填写的还没有保存。"
            "请对照现在的方案核对；再按一次“保存方案”，就以您填写的为准。"
        )


@dataclass(frozen=True)
class MeasureLine:
    """A measure as written; `pk` names the row that it rewrites, None a new one."""

    words: str
    due_on: date | None = None  # None: the plan's own day
    official: Official | None = None
    department: Department | None = None
    done_on: date | None = None
    result: str = ""
    pk: int | None = None


@transaction.atomic
def write_plan(
    *,
    enrolment: Enrolment,
    goals: str,
    measures: Sequence[MeasureLine],
    by: Official,
    at: datetime,
    due_on: date | None = None,
    seen: int | None = None,
) -> ServicePlan:
    """制定包抓方案, or rewrite it; the trail keeps what stood there before.

    `seen` is the revision that the writer had before their eyes (0: none); another one standing by now is
    refused, so that nobody overwrites what they did not see. None asks no such question (imports, demo).
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    today = day_of(at)
    before = (
        ServicePlan.objects.filter(enrolment=enrolment)
        .select_related("revised_by")
        .prefetch_related("measures")
        .first()
    )
    if seen is not None and seen != (before.revision if before else 0):
        if before is not None:
            raise PlanOutrun(before)
        raise PlanRefused("方案已不在，您填写的还没有保存。请刷新页面后重新填写。")
    goals = goals.strip()
    if not goals:
        raise PlanRefused("包抓方案须写明目标。")
    _check_day("完成日期", due_on, enrolment, today)
    kept = {row.pk for row in before.measures.all()} if before else set()
    lines = _checked(measures, kept, enrolment, due_on, today)
    told = _told(before) if before else {}
    plan = before or ServicePlan(enrolment=enrolment, revision=0, written_at=at, written_by=by)
    plan.goals, plan.due_on = goals, due_on
    plan.revision += 1
    plan.revised_at, plan.revised_by = at, by
    plan.save()
    _write_measures(plan, lines)
    plan = ServicePlan.objects.prefetch_related("measures").get(pk=plan.pk)
    record("修改包抓方案" if before else "制定包抓方案", enrolment, by=by, at=at, **_told(plan), before=told)
    return plan


def _check_day(label: str, on: date | None, enrolment: Enrolment, today: date) -> None:
    if on is not None and on < enrolment.starts_on:
        raise PlanRefused(f"{label}不能早于企业纳入日 {enrolment.starts_on}。")
    if on is not None and (words := too_far(on, today, label)):
        raise PlanRefused(words)


def _checked(
    measures: Sequence[MeasureLine],
    kept: Collection[int],
    enrolment: Enrolment,
    due_on: date | None,
    today: date,
) -> list[tuple[MeasureLine, date | None]]:
    """The lines that say something, each with its day: its own, or the plan's."""
    lines = [line for line in measures if line.words.strip()]
    if not lines:
        raise PlanRefused("包抓方案须写明至少一条措施。")
    if len(lines) > MOST_MEASURES:
        raise PlanRefused(f"措施最多 {MOST_MEASURES} 条，现有 {len(lines)} 条，请合并。")
    for number, line in enumerate(lines, start=1):
        _check_day(f"措施 {number} 的完成期限", line.due_on, enrolment, today)
        if line.pk not in kept and line.due_on is None and due_on is None:
            raise PlanRefused(f"措施 {number} 请填写完成期限，或填写整个方案的完成日期。")
        if line.official is not None and line.department is not None:
            raise PlanRefused(f"措施 {number} 由一名干部或一个单位负责，不能两者都是。")
        if line.done_on is not None and not enrolment.starts_on <= line.done_on <= today:
            raise PlanRefused(f"措施 {number} 的完成日须在企业纳入日 {enrolment.starts_on} 到今天之间。")
        if line.result.strip() and line.done_on is None:
            raise PlanRefused(f"措施 {number} 填了结果，请一并填写完成日。")
    return [(line, line.due_on or due_on) for line in lines]


def _write_measures(plan: ServicePlan, lines: Sequence[tuple[MeasureLine, date | None]]) -> None:
    """Rewrite the rows that are named, add the others, remove what is no longer there."""
    there = {row.pk: row for row in PlanMeasure.objects.filter(plan=plan)}
    for position, (line, due_on) in enumerate(lines, start=1):
        row = there.pop(line.pk, None) if line.pk is not None else None
        row = row or PlanMeasure(plan=plan)
        row.position, row.words, row.due_on = position, line.words.strip(), due_on
        row.official, row.department = line.official, line.department
        row.done_on, row.result = line.done_on, line.result.strip()
        row.save()
    PlanMeasure.objects.filter(pk__in=list(there)).delete()


def _told(plan: ServicePlan) -> dict[str, Any]:
    rows = sorted(plan.measures.all(), key=lambda row: (row.position, row.pk))
    return {
        "goals": plan.goals,
        "due_on": plan.due_on.isoformat() if plan.due_on else "",
        "measures": [_line(row) for row in rows],
    }


def _line(row: PlanMeasure) -> str:
    """A measure in one line, for the trail."""
    words = [row.words]
    if row.due_on:
        words.append(f"限 {row.due_on:%Y-%m-%d}")
    if row.done_on:
        words.append(f"{row.done_on:%Y-%m-%d} 完成{'：' if row.result else ''}{row.result}")
    return "；".join(words)
