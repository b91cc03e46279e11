"""What the frame of every page shows: the menu for this official's roles, and their main post."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from liaison.choices import SystemRole
from liaison.models.inbox import MOST_COUNTED
from liaison.navigation import menu_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """`nav`: the menu entries; `posting`: the post shown under the name. Both empty when signed out.

    `unread`: how many messages wait in the inbox, 99+ beyond; empty for none.
    `stands_on_cards`: companies may find the official on their 助企公示牌.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "posting": None, "unread": "", "stands_on_cards": False}
    access = user.access
    return {
        "nav": menu_for(access, request.path),
        "posting": access.postings[0] if access.postings else None,
        "unread": "99+" if access.unread >= MOST_COUNTED else str(access.unread or ""),
        "stands_on_cards": bool(access.roles & {SystemRole.OFFICIAL, SystemRole.LEADER}),
    }
