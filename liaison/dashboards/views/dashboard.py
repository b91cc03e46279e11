"""The leader's dashboard."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from issues.models import MonthEnd
from liaison.choices import RegionLevel
from liaison.dashboards import cards
from liaison.dashboards.board import Board, Figure, may_read, read_board
from liaison.forms.filters import know_names, value_of
from liaison.models import Region


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """看板: the period's figures for a place, each one a way to the rows behind it."""
    if not may_read(request.user):
        raise PermissionDenied("看板供领导、协调办公室和考核督查人员使用。")
    given = request.GET
    know_names(given, ("programme", "period", "region"))
    board = read_board(
        request.user,
        programme=given.get("programme", ""),
        period=given.get("period", ""),
        place=given.get("region", ""),
    )
    if board is None:
        return render(request, "dashboards/dashboard.html", {"board": None})
    _check(given, board)
    return render(request, "dashboards/dashboard.html", _context(board))


def _check(given: QueryDict, board: Board) -> None:
    """A programme, period or place that is on record nowhere is refused.

    One that only another programme has gives way: the chips of the programmes keep it in their addresses.
    """
    value_of(given, "programme", "方案", {programme.code for programme in board.programmes})
    if given.get("period", "") not in {period.value for period in board.periods}:
        others = MonthEnd.objects.visible_to(board.official).exclude(programme=board.programme)
        months = others.order_by().values_list("month", flat=True).distinct()
        value_of(given, "period", "时间", {f"{month:%Y-%m}" for month in months})
    if given.get("region", "") not in {place.code for place in board.places}:
        regions = Region.objects.visible_to(board.official).exclude(level=RegionLevel.TOWN)
        value_of(given, "region", "范围", set(regions.values_list("code", flat=True)))


def _context(board: Board) -> dict[str, Any]:
    whole = board.place.region is not None and board.place.region.level == RegionLevel.CITY
    counties = board.county_lines() if whole else []
    lines = counties if whole else board.unit_lines()
    columns = cards.COUNTY_COLUMNS if whole else cards.UNIT_COLUMNS
    return {
        "board": board,
        "now": timezone.now(),
        "programmes": [
            ("" if place == 0 else p.code, p.name, None) for place, p in enumerate(board.programmes)
        ],
        "periods": [(period.value, period.label, None) for period in board.periods],
        "places": [
            ("" if place == board.places[0] else place.code, place.label, None) for place in board.places
        ],
        "chosen": {
            "programme": "" if board.programme == board.programmes[0] else board.programme.code,
            "region": "" if board.place == board.places[0] else board.place.code,
        },
        "cards": cards.cards_of(board),
        "trend": _trend(board),
        "outcomes": _outcomes(board),
        "by_county": _by_county(counties),
        "matrix": _matrix(board),
        "whole": whole,
        "columns": [label for _, label in columns],
        "rows": [(line.name, _cells(line, columns)) for line in lines],
        "total": _cells(board, columns),
    }


def _cells(source: cards.Counted, columns: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    return [
        {"label": label, "is_rate": name in cards.RATES, "cell": cards.cell(source, name)}
        for name, label in columns
    ]


def _point(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "url": figure.href}


def _trend(board: Board) -> dict[str, Any]:
    points = board.trend()
    return {
        "kind": "line" if len(points) > 1 else "bar",
        "categories": [label for label, _, _ in points],
        "series": [
            {"name": "收集", "data": [_point(new) for _, new, _ in points]},
            {"name": "销号", "data": [_point(closed) for _, _, closed in points]},
        ],
        "unit": "件",
    }


def _outcomes(board: Board) -> dict[str, Any]:
    """What 销号 meant: solved stands apart from promised, explained and not possible now."""
    kinds = (
        ("已解决", "settled"),
        ("承诺推进", "promised"),
        ("解释说明", "explained"),
        ("暂无法解决", "cannot"),
    )
    if not board.totals["closed"]:
        return {"kind": "hbar", "categories": [], "series": [], "unit": "件"}
    return {
        "kind": "hbar",
        "categories": [label for label, _ in kinds],
        "series": [{"name": "销号", "data": [_point(board.figure(name)) for _, name in kinds]}],
        "unit": "件",
    }


def _by_county(lines: list[Any]) -> dict[str, Any]:
    series = (("收集", "new"), ("销号", "closed"), ("逾期未办结", "overdue"))
    return {
        "kind": "bar",
        "categories": [line.name for line in lines],
        "series": [
            {"name": label, "data": [_point(line.figure(name)) for line in lines]} for label, name in series
        ],
        "unit": "件",
    }


def _matrix(board: Board) -> dict[str, Any]:
    grades, lines = board.matrix()
    return {
        "kind": "heat",
        "categories": grades if lines else [],
        "series": [
            {"name": name, "data": [_point(cell) if cell.value else None for cell in cells]}
            for name, cells in lines
        ],
        "unit": "件",
    }
