"""断链清单: rungs of the ladder with nobody in them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from issues.reports.ladder import broken_chains


@require_GET
def chain_list(request: HttpRequest) -> HttpResponse:
    """Which rung, where, since when, how many problems wait, and who must fill it."""
    return render(request, "issues/broken_chains.html", {"chains": broken_chains(request.user)})
