"""The end of a month: frozen, told, put on the agenda and scored, all or nothing."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from assessment.models import Score, ScoreDeduction, ScoreLine
from assessment.reports import UnitMonth, unit_months
from issues.models import MonthEnd
from issues.services import draft_bulletin, freeze_month, months_to_close, set_agenda
from liaison.choices import Board
from liaison.models import Programme
from liaison.services import record


def close_due_months(*, at: datetime) -> list[MonthEnd]:
    """Close every month of every programme whose cut-off has passed, oldest first."""
    return [
        close_month(programme=programme, month=month, at=at)
        for programme in Programme.objects.order_by("pk")
        for month in months_to_close(programme=programme, at=at)
    ]


@transaction.atomic
def close_month(*, programme: Programme, month: date, at: datetime) -> MonthEnd:
    """Freeze a month, draft its bulletin, set its meeting's agenda and score its units.

    Two workers at once: the second waits for the programme's lock and finds everything done.
    """
    month_end = freeze_month(programme=programme, month=month, at=at)
    draft_bulletin(month_end=month_end, at=at)
    set_agenda(month_end=month_end, at=at)
    if not month_end.scores.exists():
        for board in Board.values:
            _write_scores(month_end, board)
        record("计算考核得分", month_end, by=None, at=at, scores=month_end.scores.count())
    return month_end


def _write_scores(month_end: MonthEnd, board: str) -> None:
    months = unit_months(month_end, board)
    scores = Score.objects.bulk_create(_score(month_end, board, unit) for unit in months)
    ScoreLine.objects.bulk_create(
        ScoreLine(
            score=score,
            measure=line.item.measure,
            weight=line.item.weight,
            target=line.item.target,
            numerator=line.item.numerator,
            denominator=line.item.denominator,
            points=line.points,
            position=position,
        )
        for score, unit in zip(scores, months, strict=True)
        for position, line in enumerate(unit.result.lines, start=1)
    )
    ScoreDeduction.objects.bulk_create(
        ScoreDeduction(score=score, slip=slip.slip, count=slip.count, points=slip.points)
        for score, unit in zip(scores, months, strict=True)
        for slip in unit.slips
        if slip.count
    )


def _score(month_end: MonthEnd, board: str, unit: UnitMonth) -> Score:
    result = unit.result
    return Score(
        month_end=month_end,
        board=board,
        department_id=unit.unit,
        points=result.points,
        deducted=result.deducted,
        total=result.total,
    )
