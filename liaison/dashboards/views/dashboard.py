"""The leader's dashboard."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """看板: the period's figures for a place, each one a way to the rows behind it."""
    return render(request, "dashboards/dashboard.html", {"today": request.user.access.on})
