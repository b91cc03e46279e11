"""考核得分: months, the board of a month, a unit's sheet, and the rows behind each line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessment import exports, formula, reports
from assessment.models import Score, ScoreLine
from issues.models import MonthEnd
from liaison.choices import Board, Measure, Slip
from liaison.forms.filters import know_names, value_of
from liaison.models import Official

PER_PAGE = 30


def month_of(text: str) -> date:
    """The month that an address names; 404 if it names none."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise Http404(text) from None


@require_GET
def score_list(request: HttpRequest) -> HttpResponse:
    """Months that were scored, newest first; a unit finds its own."""
    visible = Score.objects.visible_to(request.user)
    counted = {
        row["month_end"]: row
        for row in visible.order_by()
        .values("month_end")
        .annotate(
            handling=Count("pk", filter=Q(board=Board.HANDLING)),
            assigned=Count("pk", filter=Q(board=Board.ASSIGNED)),
        )
    }
    months = (
        MonthEnd.objects.filter(pk__in=counted).select_related("programme").order_by("-month", "programme")
    )
    page = Paginator(months, PER_PAGE).get_page(request.GET.get("page"))
    rows = [counted[month_end.pk] | {"month_end": month_end} for month_end in page.object_list]
    return render(request, "assessment/scores.html", {"page": page, "rows": rows})


def _board(official: Official, code: str, month: str, board: str) -> tuple[MonthEnd, QuerySet[Score]]:
    if board not in Board.values:
        raise Http404(board)
    scores = Score.objects.visible_to(official).filter(
        month_end__programme__code=code, month_end__month=month_of(month), board=board
    )
    first = scores.select_related("month_end__programme", "month_end__version__bulletin_rule")[:1]
    for score in first:
        return score.month_end, scores
    raise Http404("no score of this month is visible")


def _table(month_end: MonthEnd, scores: QuerySet[Score], board: str) -> dict[str, Any]:
    items = list(month_end.version.score_items.filter(board=board).order_by("position", "pk"))
    ranked = month_end.version.bulletin_rule.rank_units
    lines = ScoreLine.objects.order_by("position")
    order = (
        ("-total", "department__pinyin", "pk") if ranked else ("department__pinyin", "department__name", "pk")
    )
    found = list(
        scores.select_related("department").prefetch_related(Prefetch("lines", lines)).order_by(*order)
    )
    if ranked:
        found.sort(key=lambda score: score.total is None)
    rows = []
    for score in found:
        by_measure = {line.measure: line for line in score.lines.all()}
        cells = [(by_measure.get(item.measure), item) for item in items]
        shown = [line for line, _ in cells]
        unscored = sum(line is None or line.points is None for line in shown)
        rows.append({"score": score, "cells": cells, "lines": shown, "unscored": unscored})
    return {"items": items, "rows": rows, "is_ranked": ranked}


@require_GET
def score_month(request: HttpRequest, code: str, month: str, board: str) -> HttpResponse:
    """A month's board: units × items, each with its n; what was not scored says why."""
    month_end, scores = _board(request.user, code, month, board)
    tabs = Score.objects.visible_to(request.user).filter(month_end=month_end)
    counts = dict(tabs.order_by().values_list("board").annotate(n=Count("pk")))
    context = {
        "month_end": month_end,
        "board": board,
        "board_name": Board(board).label,
        "tabs": [
            {
                "label": label,
                "url": reverse("assessment:scores-month", args=[code, month, value]),
                "active": value == board,
                "count": counts[value],
            }
            for value, label in Board.choices
            if value in counts
        ],
        **_table(month_end, scores, board),
    }
    return render(request, "assessment/scores_month.html", context)


@require_POST
def score_workbook(request: HttpRequest, code: str, month: str, board: str) -> FileResponse:
    """考核表 as a workbook; taking it is kept in the trail."""
    month_end, scores = _board(request.user, code, month, board)
    table = _table(month_end, scores, board)
    return exports.export_scores(
        month_end, board, table["items"], table["rows"], by=request.user, at=timezone.now()
    )


def _find(request: HttpRequest, pk: int) -> Score:
    related = ("month_end__programme", "month_end__version", "department")
    return get_object_or_404(Score.objects.visible_to(request.user).select_related(*related), pk=pk)


@require_GET
def score_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit's sheet: item, weight, numerator and denominator, the rule in words, points, evidence."""
    score = _find(request, pk)
    lines: list[dict[str, Any]] = [
        {
            "line": line,
            "actual": formula.ratio(line.numerator, line.denominator),
            "words": reports.MEASURES[line.measure].words,
            "unit": reports.unit_word(line.measure),
        }
        for line in score.lines.order_by("position")
    ]
    counted = {slip.slip: slip for slip in score.deductions.order_by("pk")}
    rules = score.month_end.version.deductions.filter(board=score.board).order_by("pk")
    context = {
        "score": score,
        "month_end": score.month_end,
        "lines": lines,
        "slips": [
            {"rule": rule, "found": counted.get(rule.slip), "has_rows": rule.slip in reports.SLIPS}
            for rule in rules
        ],
        "scored_weight": sum(row["line"].weight for row in lines if row["line"].points is not None),
        "earned": sum(row["line"].points for row in lines if row["line"].points is not None),
        "unscored": [row["line"] for row in lines if row["line"].points is None],
    }
    return render(request, "assessment/score.html", context)


@require_GET
def score_rows(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The frozen rows behind a line of the sheet, in the numerator or not."""
    score = _find(request, pk)
    if key in reports.MEASURES and score.lines.filter(measure=key).exists():
        evidence = reports.evidence_of(score, key)
        label, words = Measure(key).label, reports.MEASURES[key].words
    elif key in reports.SLIPS:
        evidence, label, words = reports.slips_of(score, key), Slip(key).label, "逐件列出，每件（次）扣分"
    else:
        raise Http404(key)
    know_names(request.GET, ("show",))
    show = value_of(request.GET, "show", "是否计入分子", ("in", "out"))
    rows = evidence.rows.filter(counts=show == "in") if show else evidence.rows
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    counts = evidence.rows.order_by().aggregate(
        all=Count("pk"),
        inside=Count("pk", filter=Q(counts=True)),
        outside=Count("pk", filter=Q(counts=False)),
    )
    context = {
        "score": score,
        "month_end": score.month_end,
        "label": label,
        "words": words,
        "kind": evidence.kind,
        "is_slip": key in reports.SLIPS,
        "page": page,
        "shows": [
            ("", "全部", counts["all"]),
            ("in", "计入分子", counts["inside"]),
            ("out", "未计入", counts["outside"]),
        ],
    }
    return render(request, "assessment/score_rows.html", context)
