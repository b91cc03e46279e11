"""Saved views of the problem queue: kept, shared, opened with, dropped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from issues.choices import Sharing
from issues.models import DefaultView, SavedView
from liaison.models import Official, Posting
from liaison.refusals import Refusal
from liaison.services import record

MOST = 20  # views of one person


class ViewRefused(Refusal):
    """The view cannot be kept as asked. The message is written for the user."""


@transaction.atomic
def save_view(
    *, name: str, query: str, sharing: str, posting: Posting, by: Official, at: datetime
) -> SavedView:
    """Keep filters under a name; under a name that one has already, they take the place of the old ones.

    `posting` says for which unit, role and region it is shared.
    """
    Official.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    name = name.strip()
    if not name:
        raise ViewRefused("请填写视图名称。")
    mine = SavedView.objects.filter(owner=by)
    if mine.exclude(name=name).count() >= MOST:
        raise ViewRefused(f"每人最多保存 {MOST} 个视图，请先删除不用的。")
    view, _ = mine.update_or_create(
        owner=by,
        name=name,
        defaults={
            "query": query,
            "sharing": sharing,
            "role": posting.role,
            "department_id": posting.department_id,
            "created_at": at,
        },
    )
    if sharing != Sharing.NOBODY:
        record("共享视图", view, by=by, at=at, query=query, sharing=Sharing(sharing).label)
    return view


@transaction.atomic
def drop_view(*, view: SavedView, by: Official, at: datetime) -> None:
    """Delete one's own view; whoever opened their queue with it, opens it as it comes again."""
    found = SavedView.objects.select_for_update(of=("self",)).filter(pk=view.pk, owner=by).first()
    if found is None:
        raise ViewRefused("只能删除自己建立的视图。")
    if found.sharing != Sharing.NOBODY:
        record("删除共享视图", found, by=by, at=at, query=found.query)
    found.defaults.all().delete()
    found.delete()


@transaction.atomic
def open_with_view(*, view: SavedView | None, by: Official) -> None:
    """The view that one's queue opens with from now on; None: as it comes."""
    Official.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    DefaultView.objects.filter(official=by).delete()
    if view is None:
        return
    if not SavedView.objects.visible_to(by).filter(pk=view.pk).exists():
        raise ViewRefused("该视图已被删除，或不再共享给您。")
    DefaultView.objects.create(official=by, view=view)
