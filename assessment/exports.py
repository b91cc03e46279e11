"""Excel out of the assessment room; every download leaves a line in the trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import FileResponse

from issues.models import MonthEnd
from liaison.choices import Board
from liaison.exports import download_workbook
from liaison.models import Official, ScoreItem


def export_scores(
    month_end: MonthEnd,
    board: str,
    items: Sequence[ScoreItem],
    rows: Sequence[dict[str, Any]],
    *,
    by: Official,
    at: datetime,
) -> FileResponse:
    """考核表: a unit a line; per item its points, numerator and denominator."""
    headings = ["单位"]
    for item in items:
        name = item.get_measure_display()
        headings += [f"{name}（{item.weight.normalize():f}分）", f"{name}分子", f"{name}分母"]
    headings += ["指标得分", "扣分", "总分", "说明"]
    return download_workbook(
        title=f"考核得分-{Board(board).label}-{month_end.month:%Y-%m}",
        headings=headings,
        rows=(_line(row) for row in rows),
        by=by,
        at=at,
        query=f"programme={month_end.programme.code}&month={month_end.month:%Y-%m}&board={board}",
    )


def _line(row: dict[str, Any]) -> list[Any]:
    score = row["score"]
    cells: list[Any] = [score.department.name]
    unscored = []
    for line in row["lines"]:
        if line is None:
            cells += ["", "", ""]
            continue
        if line.points is None:
            unscored.append(f"{line.get_measure_display()}（n={line.denominator}）")
        cells += ["未计分" if line.points is None else line.points, line.numerator, line.denominator]
    note = f"不足5件未计分：{'、'.join(unscored)}" if unscored else ""
    return [*cells, score.points, score.deducted, "不评" if score.total is None else score.total, note]
