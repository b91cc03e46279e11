"""One box for everything: companies, problems, officials and units that the official may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liaison.dashboards import finder


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """搜索: the best ten of each kind, each kind with a way to all of them."""
    words = " ".join(request.GET.get("q", "").split())[:60]
    groups = finder.find(words, official=request.user) if words else []
    return render(request, "dashboards/search.html", {"words": words, "groups": groups})
