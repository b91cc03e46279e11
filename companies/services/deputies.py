"""代理: who stands in for whom while away. What follows from it is read by `models.assignments.held_by`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from companies.models import Assignment
from companies.models.assignments import in_team
from liaison.models import Deputy, Official
from liaison.models.people import in_force
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of

_CHAINS = 0xDE9  # key of the advisory lock of whoever sets a deputy


class DeputyRefused(Refusal):
    """Nobody can stand in so. The message is written for the user."""


@transaction.atomic
def set_deputy(
    *,
    official: Official,
    deputy: Official,
    starts_on: date,
    ends_on: date,
    reason: str,
    by: Official,
    at: datetime,
) -> Deputy:
    """Let somebody see and do what an absent official's seats ask for, over these days.

    A chain (A stands in for B, B for C) is allowed, a circle is not: then nobody would be there.
    """
    _lock_chains()
    pair = sorted((official.pk, deputy.pk))
    list(Official.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pair).order_by("pk"))
    reason = reason.strip()
    if official.pk == deputy.pk:
        raise DeputyRefused("不能由本人代理，请另选一人。")
    if ends_on < starts_on:
        raise DeputyRefused("止日不能早于起日。")
    if ends_on < day_of(at):
        raise DeputyRefused("这段时间已经过去，不必再设代理。")
    if words := too_far(ends_on, day_of(at)):
        raise DeputyRefused(words)
    if not reason:
        raise DeputyRefused("请写明离岗事由。")
    if not deputy.is_active or not deputy.postings.filter(in_force(starts_on)).exists():
        raise DeputyRefused(f"“{deputy}”在 {starts_on} 没有任职，不能代理。")
    standing = Deputy.objects.filter(official=official, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if other := standing.select_related("deputy").order_by("starts_on").first():
        raise DeputyRefused(
            f"“{official}”在 {other.starts_on} 至 {other.ends_on} 已由“{other.deputy}”代理，日期重叠。"
        )
    if circle := _circle(official, deputy, starts_on, ends_on):
        raise DeputyRefused(f"“{circle}”，互相代理等于无人在岗，请另选一人。")
    row = Deputy.objects.create(
        official=official,
        deputy=deputy,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        set_at=at,
        set_by=by,
    )
    record("设置代理", row, by=by, at=at, reason=reason, since=str(starts_on), until=str(ends_on))
    return row


@transaction.atomic
def end_deputy(*, deputy: Deputy, by: Official, at: datetime) -> None:
    """提前结束: yesterday was the last day; what has not begun is undone."""
    found = (
        Deputy.objects.select_for_update(of=("self",), no_key=True)
        .select_related("official", "deputy")
        .filter(pk=deputy.pk)
        .first()
    )
    today = day_of(at)
    if found is None or found.ends_on < today:
        raise DeputyRefused("该代理已经结束，请刷新后再看。")
    record("结束代理", found, by=by, at=at, until=str(today))
    if found.starts_on >= today:
        found.delete()
        return
    found.ends_on = today - timedelta(days=1)
    found.save(update_fields=["ends_on"])


def acting_for(*, enrolment: int, official: Official, on: date) -> Official | None:
    """In whose place the official acts for this team on the day; None where they sit in it themselves."""
    access = official.access_on(on)
    if not access.stands_in_for:
        return None
    seats = Assignment.objects.in_force(on).filter(enrolment=enrolment)
    if seats.filter(in_team(official, on) | Q(group__in=access.groups)).exists():
        return None
    seat = seats.filter(official__in=access.stands_in_for).select_related("official").order_by("pk").first()
    return seat.official if seat else None


def _lock_chains() -> None:
    """One deputy is set at a time: a circle of four is closed by two clerks who share no official."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAINS])


def _circle(official: Official, deputy: Official, starts_on: date, ends_on: date) -> str:
    """The chain that would lead back to the absent official within these days, in words; "" if none would."""
    links = Deputy.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).select_related(
        "official", "deputy"
    )
    by_absent: dict[int, list[Deputy]] = {}
    for link in links.order_by("pk"):
        by_absent.setdefault(link.official_id, []).append(link)
    walk: list[tuple[Official, list[str], date, date]] = [
        (deputy, [f"{deputy} 代 {official}"], starts_on, ends_on)
    ]
    while walk:
        person, words, since, until = walk.pop()
        for link in by_absent.get(person.pk, []):
            first, last = max(since, link.starts_on), min(until, link.ends_on)
            if first > last:
                continue
            said = [*words, str(link)]
            if link.deputy_id == official.pk:
                return "，".join(said)
            if len(said) <= len(by_absent) + 1:
                walk.append((link.deputy, said, first, last))
    return ""
