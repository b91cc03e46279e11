"""看板: the queue by state, with the same filters as the table; moves are made on the case page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from companies.views.queues import kept
from issues.choices import ENDED, Status
from issues.views.tickets import NARROWING, chips_of, narrow, scoped, tabs_of

PER_COLUMN = 12


@dataclass(frozen=True)
class Column:
    """A state: its first problems in order, how many there are, and where all of them are."""

    status: Status
    cards: list[Any]
    count: int
    url: str

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.cards)


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The states as columns, the most urgent first in each; an ended state only where it has something."""
    chosen, data, tickets = narrow(request, at_first="open")
    chips, tally = chips_of(request, data)
    counts = {status: tally.count("status", status.__eq__) for status in Status}
    first = [tickets.filter(status=status).values("pk")[:PER_COLUMN] for status, n in counts.items() if n]
    cards: dict[str, list[Any]] = defaultdict(list)
    if first:
        keys = first[0].union(*first[1:], all=True) if len(first) > 1 else first[0]
        # the keys are what the filter left; they are read in the filter's own order
        rows = scoped(request.user).filter(pk__in=list(keys.values_list("pk", flat=True)))
        for ticket in rows.order_by(*tickets.query.order_by):
            cards[ticket.status].append(ticket)
    context = {
        "columns": [
            Column(status, cards[status], n, _list_of(request, status))
            for status, n in counts.items()
            if n or status not in ENDED
        ],
        "chips": chips,
        "tabs": tabs_of(request),
        "words": data.get("q", ""),
        "led_by": chosen.words(),
        "kept": kept(request, "view", "light", "region"),
        "narrowed": any(data.get(name) for name in NARROWING),
        "total": tally.count(),
    }
    request.GET = data  # type: ignore[assignment]  # the chips mark the view chosen for the reader
    return render(request, "issues/board.html", context)


def _list_of(request: HttpRequest, status: Status) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    asked["status"] = status
    asked.setdefault("view", "all" if status in ENDED else "open")
    return f"{reverse('issues:tickets')}?{asked.urlencode()}"
