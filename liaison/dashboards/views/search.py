"""One box for everything: companies, problems, officials and units that the official may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from liaison.dashboards import finder

LONGEST = 60


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """搜索: the first ten of each kind, with a way to all of them; a whole number goes straight there."""
    words = " ".join(request.GET.get("q", "").split())[:LONGEST]
    if place := finder.exact(words, official=request.user):
        return redirect(place)
    groups = finder.find(words, official=request.user) if words else []
    return render(request, "dashboards/search.html", {"words": words, "groups": groups})
