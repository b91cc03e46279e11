"""The page after signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liaison.choices import SystemRole
from liaison.dashboards.duties import MEETINGS, due_today, tickets_url
from liaison.dashboards.figures import figures_for
from liaison.imports.rosters import rosters
from liaison.perms import may


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """工作台: what is due for this official today, in order, then the figures of their roles."""
    official = request.user
    today = due_today(official)
    context = {
        "today": today,
        "on": official.access.on,
        "figures": figures_for(official, today.served),
        "rosters": [roster for roster in rosters() if may(official, roster.capability)]
        if SystemRole.ROSTER in official.access.roles
        else [],
        "todo_url": tickets_url(view="todo"),
        "watched_url": tickets_url(view="open", rung=MEETINGS),
    }
    return render(request, "dashboards/home.html", context)
