"""What the room's lists share: one grouped query gives the total and every chip's count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from companies.exports import CODES
from liaison.exports import download_workbook
from liaison.models import Department, Group

PER_PAGE = 50
NAMES_SHOWN = 10

Test = Callable[[Any], bool]


def anything(value: Any) -> bool:
    """The chip 全部."""
    return True


def same(wanted: Any) -> Test:
    """A chip that stands for one value."""
    return lambda value: bool(value == wanted)


def under(path: str) -> Test:
    """A chip that stands for a region and all below it."""
    return lambda value: bool(value.startswith(path))


class Tally:
    """Rows counted by several properties at once; each chip sees the others' choices, not its own."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], chosen: Mapping[str, Test]) -> None:
        self.rows = list(rows)
        self.chosen = chosen

    def count(self, name: str = "", fits: Test | None = None) -> int:
        """Rows that fit all choices, those of `name` replaced by `fits`; all of them without a name."""
        tests = {key: test for key, test in self.chosen.items() if key != name}
        if fits is not None:
            tests[name] = fits
        return sum(row["n"] for row in self.rows if all(test(row[key]) for key, test in tests.items()))


def page_of(request: HttpRequest, queryset: QuerySet[Any], count: int) -> Page[Any]:
    """The page asked for, its total already counted; a page that does not exist is the nearest that does."""
    paginator = Paginator(queryset, PER_PAGE)
    paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def shown_keys(page: Page[Any]) -> QuerySet[Any]:
    """The keys of a page's rows, as a subquery."""
    rows: QuerySet[Any] = page.object_list  # type: ignore[assignment]
    return rows.values("pk")


def workbook_of(
    request: HttpRequest, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> FileResponse:
    """A list as filtered, as a workbook; who took it, and with which filter, is kept."""
    return download_workbook(
        title=title,
        headings=headings,
        rows=rows,
        by=request.user,
        at=timezone.now(),
        query=request.GET.urlencode(),
        text_columns=CODES,
    )


def kept(request: HttpRequest, *names: str) -> list[tuple[str, str]]:
    """Parameters of the address that a search form must carry along."""
    return [(name, request.GET[name]) for name in names if request.GET.get(name)]


def again(
    request: HttpRequest,
    form: Form,
    chosen: QuerySet[Any],
    *,
    tick: str,
    title: str,
    unit: str,
    back: tuple[str, str],
    units: Iterable[Department] = (),
    groups: Iterable[Group] = (),
) -> HttpResponse:
    """A bulk act that was refused: what was ticked and typed stands there still, to be put right.

    `tick` is the name of the rows' boxes, `back` the page it came from: its name and address.
    """
    names = ("everything", "back") if request.POST.get("everything") else (tick, "back")
    context = {
        "form": form,
        "title": title,
        "unit": unit,
        "count": chosen.order_by().count(),
        "names": [str(row) for row in chosen[:NAMES_SHOWN]],
        "ticked": [(name, value) for name in names for value in request.POST.getlist(name)],
        "here": request.get_full_path(),
        "came_from": back[0],
        "back": back[1],
        "units": units,
        "groups": groups,
    }
    return render(request, "companies/bulk.html", context, status=422)
