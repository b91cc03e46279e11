"""Attachments: keeping a checked file with its owner, and taking it away again."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import models, transaction

from liaison.files import Checked, FileRefused
from liaison.models import Official, StoredFile
from liaison.services.trail import record

Stored = TypeVar("Stored", bound=StoredFile)


@transaction.atomic
def keep_file(
    *, model: type[Stored], owner: models.Model, checked: Checked, by: Official | None, at: datetime
) -> Stored:
    """Keep a checked file with its owner; the same one twice and one too many are refused.

    `by=None`: sent by a company, where the owner's table allows for it."""
    type(owner)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
    there = model._default_manager.filter(owner=owner)
    if (same := there.filter(sha256=checked.sha256).first()) is not None:
        raise FileRefused(f"“{checked.name}”没有上传：同一个文件已经上传过，叫“{same.name}”。")
    if there.count() >= settings.FILES_PER_OWNER:
        raise FileRefused(
            f"“{checked.name}”没有上传：最多 {settings.FILES_PER_OWNER} 个附件，请先删去不用的，再传。"
        )
    stored = model(
        owner=owner,
        name=checked.name,
        kind=checked.kind,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=by,
        uploaded_at=at,
    )
    stored.file.save(checked.name, checked.content, save=False)
    try:
        stored.save(force_insert=True)
        record("上传附件", owner, by=by, at=at, name=checked.name, size=checked.size, sha256=checked.sha256)
    except BaseException:
        stored.file.storage.delete(str(stored.file.name))
        raise
    return stored


@transaction.atomic
def remove_file(*, stored: StoredFile, by: Official, at: datetime) -> None:
    """Take an attachment away for good; the trail keeps who, when, its name and its fingerprint."""
    model = type(stored)
    found = model._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=stored.pk).first()
    if found is None:
        return  # somebody else was quicker; it is gone either way
    storage, place, owner = found.file.storage, str(found.file.name), found.owner
    found.delete()
    record("删除附件", owner, by=by, at=at, name=found.name, size=found.size, sha256=found.sha256)
    transaction.on_commit(lambda: storage.delete(place))
