"""What the frame of every page shows: the menu for this official's roles, and their main post."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from liaison.navigation import menu_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """`nav`: the menu entries; `posting`: the post shown under the name. Both empty when signed out."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "posting": None}
    access = user.access
    return {"nav": menu_for(access, request.path), "posting": access.postings[0] if access.postings else None}
