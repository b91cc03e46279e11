"""回避: who stays away from a company is written down, and put to an end, here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from companies.choices import RecusalReason
from companies.models import Assignment, Company, Recusal
from companies.services.assignments import AssignmentRefused, vacate_seat
from liaison.models import Official
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record


class RecusalRefused(Refusal):
    """The recusal cannot be written down or ended so. The message is written for the user."""


@dataclass(frozen=True)
class Declared:
    """A recusal, and the seats in the company's teams that its official holds all the same."""

    recusal: Recusal
    seats: list[Assignment]


@transaction.atomic
def declare_recusal(
    *,
    official: Official,
    company: Company,
    reason: RecusalReason,
    starts_on: date,
    by: Official,
    at: datetime,
    ends_on: date | None = None,
    note: str = "",
) -> Declared:
    """登记回避: from the first to the last day the official gets no seat in the company's teams.

    Seats that they hold are not touched: they are named, for somebody to vacate them.
    """
    # The same lock as for a seat: a seat and a recusal of one official do not pass each other.
    official = Official.objects.select_for_update(of=("self",), no_key=True).get(pk=official.pk)
    if ends_on is not None and ends_on < starts_on:
        raise RecusalRefused(f"回避止 {ends_on} 早于回避起 {starts_on}，请核对。")
    for day in (starts_on, ends_on):
        if day is not None and (words := too_far(day, timezone.localtime(at).date())):
            raise RecusalRefused(words)
    same = Recusal.objects.filter(official=official, company=company, reason=reason)
    if before := same.meeting(starts_on, ends_on).order_by("starts_on", "pk").first():
        until = f"至 {before.ends_on}" if before.ends_on else "起"
        raise RecusalRefused(
            f"“{official}”对“{company}”已登记“{before.get_reason_display()}”回避"
            f"（{before.starts_on} {until}），不必重复登记。"
        )
    recusal = Recusal.objects.create(
        official=official,
        company=company,
        reason=reason,
        note=note,
        starts_on=starts_on,
        ends_on=ends_on,
        declared_at=at,
        declared_by=by,
    )
    record("登记回避", recusal, by=by, at=at, **_facts(recusal))
    return Declared(recusal, seats_in_the_way(recusal, on=timezone.localtime(at).date()))


@transaction.atomic
def withdraw_recusal(*, recusal: Recusal, on: date, by: Official, at: datetime) -> None:
    """结束回避: from the day on it holds no more; one not begun by then is undone, the trail keeps it."""
    Official.objects.select_for_update(of=("self",), no_key=True).get(pk=recusal.official_id)
    found = Recusal.objects.select_related("official", "company").filter(pk=recusal.pk).first()
    if found is None:
        raise RecusalRefused("该回避已被他人撤销，请刷新后再看。")
    if found.ends_on is not None and found.ends_on < on:
        raise RecusalRefused(f"该回避已于 {found.ends_on} 结束。")
    record("结束回避", found, by=by, at=at, **_facts(found), over_from=on.isoformat())
    if found.starts_on >= on:
        found.delete()
    else:
        found.ends_on = on - timedelta(days=1)
        found.save(update_fields=["ends_on"])


@transaction.atomic
def vacate_for_recusal(*, recusal: Recusal, seat: Assignment, by: Official, at: datetime) -> None:
    """撤下: the official leaves a seat in the company's team, from the recusal's first day or from today."""
    today = timezone.localtime(at).date()
    if seat not in seats_in_the_way(recusal, on=today):
        raise RecusalRefused("该席位已被他人更换或撤下，请刷新后再看。")
    try:
        vacate_seat(assignment=seat, on=max(today, recusal.starts_on), by=by, at=at)
    except AssignmentRefused as refusal:
        raise RecusalRefused(str(refusal)) from refusal


def seats_in_the_way(recusal: Recusal, *, on: date) -> list[Assignment]:
    """The official's seats in the company's teams on days of the recusal, from the day on."""
    return seats_of_many([recusal], on=on)[recusal.pk]


def seats_of_many(recusals: Iterable[Recusal], *, on: date) -> dict[int, list[Assignment]]:
    """`seats_in_the_way` of many recusals, in one query."""
    recusals = list(recusals)
    seats = (
        Assignment.objects.filter(
            official__in={one.official_id for one in recusals},
            enrolment__company__in={one.company_id for one in recusals},
        )
        .not_over_by(on)
        .select_related("role", "enrolment__programme", "enrolment__project")
        .order_by("starts_on", "pk")
    )
    by_pair: dict[tuple[int | None, int], list[Assignment]] = defaultdict(list)
    for seat in seats:
        by_pair[seat.official_id, seat.enrolment.company_id].append(seat)
    return {
        one.pk: [
            seat
            for seat in by_pair[one.official_id, one.company_id]
            if (seat.ends_on or date.max) >= max(on, one.starts_on)
            and seat.starts_on <= (one.ends_on or date.max)
        ]
        for one in recusals
    }


def _facts(recusal: Recusal) -> dict[str, str]:
    return {
        "company": recusal.company.uscc,
        "reason": recusal.reason,
        "starts_on": recusal.starts_on.isoformat(),
        "ends_on": recusal.ends_on.isoformat() if recusal.ends_on else "",
    }
