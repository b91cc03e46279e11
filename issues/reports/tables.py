"""The tables of a bulletin as plain rows, for workbooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from issues.models import MonthEnd
from issues.reports.months import (
    Rate,
    escalations_in,
    grade_matrix,
    region_rows,
    unit_rows,
)
from liaison.workdays import day_of

Table = tuple[str, Sequence[str], list[list[Any]]]


def _percent(rate: Rate) -> float | str:
    """Per cent to one place, as a number; few cases stay words."""
    if rate.is_few:
        return "样本不足" if rate.whole.value else ""
    return round(rate.percent, 1)


def service_table(month_end: MonthEnd) -> Table:
    """包抓服务情况 by county."""
    headings = (
        "县区", "在册企业（户）", "达到联系要求（户）", "联系覆盖率（%）", "走访联系（次）", "上门走访（次）",
        "台账完整（户）", "台账完整率（%）",
    )  # fmt: skip
    rows = [
        [
            row.region.name,
            row.service.enrolled.value,
            row.service.contacted.value,
            _percent(row.service.coverage),
            row.service.contacts,
            row.service.visits,
            row.service.ledger.value,
            _percent(row.service.ledgers),
        ]
        for row in region_rows(month_end)
    ]
    return "包抓服务情况", headings, rows


def grade_table(month_end: MonthEnd) -> Table:
    """问题等级 × 类别."""
    matrix = grade_matrix(month_end)
    headings = ["类别", *(str(grade) if grade else "未定级" for grade in matrix.grades), "合计"]
    rows = [
        [row.category.name if row.category else "未定类", *(c.value for c in row.cells), row.total.value]
        for row in matrix.rows
    ]
    rows.append(["合计", *(cell.value for cell in matrix.totals), matrix.total.value])
    return "问题等级类别", headings, rows


def handling_table(month_end: MonthEnd) -> Table:
    """办理情况 by lead unit."""
    headings = (
        "主办单位", "本期到期", "已解决销号", "办结率（%）", "解释说明", "承诺推进", "暂无法解决",
        "按期办结率（%）", "企业已评价", "企业满意", "满意率（%）", "重办（次）", "期末在办", "期末逾期",
    )  # fmt: skip
    rows = []
    for row in unit_rows(month_end):
        f = row.figures
        rows.append(
            [
                row.unit.name if row.unit else "未交办",
                f.due.value,
                f.solved.value,
                _percent(f.solving),
                f.explained.value,
                f.promised.value,
                f.cannot.value,
                _percent(f.punctuality),
                f.rated.value,
                f.satisfied.value,
                _percent(f.satisfaction),
                f.reworks,
                f.open.value,
                f.overdue.value,
            ]
        )
    return "问题办理情况", headings, rows


def escalation_table(month_end: MonthEnd) -> Table:
    """督办提级 in the month."""
    headings = ("日期", "编号", "企业", "问题", "提级原因", "提至", "承接单位")
    rows = [
        [
            day_of(step.at),
            step.ticket.number,
            step.ticket.company.name,
            step.ticket.title,
            step.get_trigger_display(),
            step.get_rung_display(),
            step.department.name if step.department else "暂无人承接",
        ]
        for step in escalations_in(month_end)
    ]
    return "督办提级情况", headings, rows


TABLES: dict[str, Callable[[MonthEnd], Table]] = {
    "service": service_table,
    "grades": grade_table,
    "handling": handling_table,
    "escalations": escalation_table,
}
