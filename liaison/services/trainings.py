"""培训: writing down who was trained, one or many at a time, and taking a mistake back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from liaison.models import Official, Training
from liaison.refusals import Refusal
from liaison.services.trail import record
from liaison.workdays import day_of

EARLIEST = date(2000, 1, 1)
MOST = 2000  # people written down at once


class TrainingRefused(Refusal):
    """The training cannot be written down or taken back so. The message is written for the user."""


@dataclass(frozen=True)
class Recorded:
    """What writing a training down did: how many were added, how many were on record already."""

    added: int
    already: int


@transaction.atomic
def record_trainings(
    *, officials: Collection[Official], on: date, subject: str, by: Official, at: datetime
) -> Recorded:
    """登记培训 of one day for everybody named. Whoever is on record for it already stays as they are."""
    subject = subject.strip()
    if not subject:
        raise TrainingRefused("请填写培训内容。")
    if on > day_of(at):
        raise TrainingRefused("培训日期不能晚于今天。")
    if on < EARLIEST:
        raise TrainingRefused(f"培训日期 {on} 太早，请核对年份。")
    if not officials:
        raise TrainingRefused("请至少选择一名干部。")
    if len(officials) > MOST:
        raise TrainingRefused(f"一次最多登记 {MOST} 名干部，请分批登记或用名册导入。")
    keys = sorted({official.pk for official in officials})
    # Locked in the order of their keys: two clerks at the same list write each person down once.
    locked = list(
        Official.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    )
    known = set(
        Training.objects.filter(official__in=keys, on=on, subject=subject).values_list("official", flat=True)
    )
    fresh = [official for official in locked if official.pk not in known]
    rows = Training.objects.bulk_create(
        [
            Training(official=official, on=on, subject=subject, recorded_at=at, recorded_by=by)
            for official in fresh
        ],
        batch_size=500,
    )
    if rows:
        names = [official.name for official in fresh]
        record("登记培训", rows[0], by=by, at=at, on=on.isoformat(), subject=subject, people=names)
    return Recorded(len(rows), len(keys) - len(rows))


@transaction.atomic
def withdraw_training(*, training: Training, by: Official, at: datetime) -> None:
    """撤销 a training written down by mistake; the trail keeps what it said. Seats held stay as they are."""
    found = (
        Training.objects.select_for_update(of=("self",))
        .select_related("official")
        .filter(pk=training.pk)
        .first()
    )
    if found is None:
        raise TrainingRefused("这条培训记录已经撤销，请刷新后再看。")
    record(
        "撤销培训记录",
        found.official,
        by=by,
        at=at,
        on=found.on.isoformat(),
        subject=found.subject,
        recorded_at=found.recorded_at.isoformat(),
    )
    found.delete()
