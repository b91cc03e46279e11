"""The page after signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """工作台: what is due for this official today, in order, then the figures of their roles."""
    return render(request, "dashboards/home.html", {"today": request.user.access.on})
