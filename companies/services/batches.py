"""批次: opening one after the other, and closing one before its time."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from django.db import transaction

from companies.models import Assignment, Enrolment
from liaison.models import Batch, BatchRule, Official, Programme, ProgrammeVersion
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of


class BatchRefused(Refusal):
    """The batch cannot be opened or closed so. The message is written for the user."""


def last_day(starts_on: date, months: int) -> date:
    """The last day of so many months from the day on: 12 months from 3 March end on 2 March."""
    index = starts_on.year * 12 + starts_on.month - 1 + months
    year, month = index // 12, index % 12 + 1
    day = min(starts_on.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) - timedelta(days=1)


@transaction.atomic
def open_batch(
    *,
    programme: Programme,
    starts_on: date,
    by: Official,
    at: datetime,
    ends_on: date | None = None,
    name: str = "",
) -> Batch:
    """开设批次: the next one, as many months long as the rules say unless a last day is given.

    The first batch takes in what the programme has enrolled already, and the seats that began within its
    days end with it. Those teams are locked by key before any is changed, as by whoever gives a seat.
    """
    programme = Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=programme.pk)
    try:
        rule = BatchRule.objects.filter(version=programme.version_on(starts_on)).first()
    except ProgrammeVersion.DoesNotExist:
        raise BatchRefused(f"“{programme}”在 {starts_on} 还没有已发布的规则。") from None
    if rule is None:
        raise BatchRefused(f"“{programme}”的规则不分批次。")
    if starts_on < programme.starts_on or (programme.ends_on and starts_on > programme.ends_on):
        raise BatchRefused(f"{starts_on} 不在“{programme}”的实施期内。")
    if words := too_far(starts_on, day_of(at)):
        raise BatchRefused(words)
    if ends_on is None:
        ends_on = last_day(starts_on, rule.months)
        if programme.ends_on is not None:
            ends_on = min(ends_on, programme.ends_on)
    elif programme.ends_on is not None and ends_on > programme.ends_on:
        raise BatchRefused(f"“{programme}”{programme.ends_on} 结束，批次不能更晚。")
    if ends_on < starts_on:
        raise BatchRefused("批次终止日不能早于起始日。")
    others = Batch.objects.filter(programme=programme)
    clash = others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).order_by("starts_on").first()
    if clash is not None:
        raise BatchRefused(f"与{clash}（{clash.starts_on} 至 {clash.ends_on}）的日期重叠。")
    newest = others.order_by("-number").first()
    if newest is not None and starts_on < newest.starts_on:
        raise BatchRefused(f"须晚于{newest}（{newest.starts_on} 至 {newest.ends_on}）。")
    number = newest.number + 1 if newest else 1
    batch = Batch.objects.create(
        programme=programme,
        number=number,
        name=name.strip() or f"第 {number} 批",
        starts_on=starts_on,
        ends_on=ends_on,
    )
    if newest is None:
        waiting = Enrolment.objects.filter(programme=programme, batch=None, starts_on__lte=ends_on)
        locked = waiting.select_for_update(of=("self",), no_key=True).order_by("pk")
        taken = list(locked.values_list("pk", flat=True))
        Enrolment.objects.filter(pk__in=taken).update(batch=batch)
        seats = Assignment.objects.filter(enrolment__in=taken, starts_on__range=(starts_on, ends_on))
        seats.exclude(ends_on__lte=ends_on).update(ends_on=ends_on)
    record("开设批次", batch, by=by, at=at, starts_on=str(starts_on), ends_on=str(ends_on))
    return batch


@transaction.atomic
def close_batch(*, batch: Batch, ends_on: date, by: Official, at: datetime) -> Batch:
    """提前结束批次: its last day, and that of every seat that began with it. Places in the programme stay.

    The teams are locked first, as by whoever gives a seat: none begins with the batch unseen.
    """
    places = Enrolment.objects.filter(programme=batch.programme_id, batch__isnull=False).order_by("pk")
    list(places.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    batch = (
        Batch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme")
        .get(pk=batch.pk)
    )
    if ends_on >= batch.ends_on:
        raise BatchRefused(f"{batch}本来就在 {batch.ends_on} 结束，请填更早的一天。")
    if ends_on < batch.starts_on:
        raise BatchRefused(f"不能早于批次起始日 {batch.starts_on}。")
    if ends_on < day_of(at):
        raise BatchRefused("不能提前到今天以前。")
    seats = Assignment.objects.filter(
        enrolment__programme=batch.programme_id,
        enrolment__batch__isnull=False,
        starts_on__range=(batch.starts_on, batch.ends_on),
    )
    unbegun = seats.filter(starts_on__gt=ends_on).order_by("pk")
    undone = [str(seat) for seat in unbegun.select_related("role", "official", "department", "group")]
    unbegun.delete()
    ended = seats.exclude(ends_on__lte=ends_on).update(ends_on=ends_on)
    before, batch.ends_on = batch.ends_on, ends_on
    batch.save(update_fields=["ends_on"])
    record(
        "提前结束批次",
        batch,
        by=by,
        at=at,
        before=str(before),
        ends_on=str(ends_on),
        seats=ended,
        undone=undone,
    )
    return batch
