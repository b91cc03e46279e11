"""交接: an official moves to another unit; who takes over each seat, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import models, transaction

from companies.models import Assignment, Enrolment
from companies.services.assignments import AssignmentRefused, _facts, _fill, _vacate
from liaison.choices import Reach, SystemRole
from liaison.models import Department, Official, Posting
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of


class HandoverRefused(Refusal):
    """The transfer cannot be made so. The message is written for the user, one line per reason."""


class Fate(StrEnum):
    """What becomes of a seat that is not handed to a successor."""

    KEEP = "keep"  # the official goes on, from the new unit
    VACATE = "vacate"


@dataclass(frozen=True)
class HandedOver:
    """What a transfer did: the new post, and how many seats changed hands, stayed, and stand empty."""

    posting: Posting
    given: int
    kept: int
    vacant: int


@transaction.atomic
def transfer_official(
    *,
    posting: Posting,
    department: Department,
    on: date,
    seats: Mapping[int, Official | Fate],
    by: Official,
    at: datetime,
    title: str = "",
) -> HandedOver:
    """调动交接: from the day on the official serves in another unit, and every seat has its answer.

    `seats` says for each seat held then or later who takes it, or its fate; none may be forgotten. Open work
    follows the seat, for whoever sits in it answers; what was done keeps the unit of its time.
    """
    held = list(_held(posting.official, on).order_by("enrolment", "pk"))
    teams = Enrolment.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in={seat.enrolment_id for seat in held}
    )
    locked = {
        row.pk: row for row in teams.select_related("programme", "company__region", "project").order_by("pk")
    }
    people = {posting.official_id, *(who.pk for who in seats.values() if isinstance(who, Official))}
    list(Official.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=people).order_by("pk"))
    before = Posting.objects.select_related("official", "department").get(pk=posting.pk)
    official = before.official
    _check_move(before, department, on, at)
    held = list(_held(official, on).order_by("enrolment", "pk"))
    if forgotten := [seat for seat in held if seat.pk not in seats]:
        names = "、".join(str(seat.enrolment) for seat in forgotten[:3])
        raise HandoverRefused(f"还有 {len(forgotten)} 个席位（{names}）没有说明由谁接任，请刷新后补上。")
    before.ends_on = on - timedelta(days=1)
    before.save(update_fields=["ends_on"])
    after = Posting.objects.create(
        official=official,
        department=department,
        title=title.strip(),
        role=SystemRole.OFFICIAL,
        reach=Reach.OWN,
        starts_on=on,
    )
    counts, reasons = {"given": 0, Fate.KEEP: 0, Fate.VACATE: 0}, []
    for seat in held:
        fate = seats[seat.pk]
        try:
            with transaction.atomic():
                _pass_on(seat, locked[seat.enrolment_id], fate, after, by=by, at=at)
        except AssignmentRefused as refusal:
            reasons.append(f"{seat.enrolment}（{seat.role}）：{refusal}")
        counts[fate if isinstance(fate, Fate) else "given"] += 1
    if reasons:
        raise HandoverRefused(*reasons)
    groups = official.memberships.filter(department=before.department_id).not_over_by(on)
    left = [str(row.group) for row in groups.select_related("group").order_by("pk")]
    groups.filter(starts_on__gte=on).delete()
    groups.filter(starts_on__lt=on).update(ends_on=on - timedelta(days=1))
    record(
        "调动交接",
        official,
        by=by,
        at=at,
        on=on.isoformat(),
        left=str(before.department),
        joined=str(department),
        groups=left,
        **{str(name): count for name, count in counts.items()},
    )
    return HandedOver(after, counts["given"], counts[Fate.KEEP], counts[Fate.VACATE])


def _held(official: Official, on: date) -> models.QuerySet[Assignment]:
    rows = Assignment.objects.filter(official=official).not_over_by(on)
    return rows.select_related(
        "role", "official", "department", "group", "enrolment__company", "enrolment__project"
    )


def _check_move(before: Posting, department: Department, on: date, at: datetime) -> None:
    if before.role != SystemRole.OFFICIAL:
        raise HandoverRefused(
            f"该任职的系统角色是“{before.get_role_display()}”，请由名册管理员在干部名册里调整。"
        )
    if before.ends_on is not None and before.ends_on < on:
        raise HandoverRefused(f"该任职已于 {before.ends_on} 结束，请刷新后再看。")
    if on <= before.starts_on:
        raise HandoverRefused(f"调动日须晚于任职起 {before.starts_on}。")
    if words := too_far(on, day_of(at)):
        raise HandoverRefused(words)
    if department.pk == before.department_id:
        raise HandoverRefused("新单位与原单位相同，不需要交接。")
    if not department.is_active:
        raise HandoverRefused(f"“{department}”已停用。")
    others = Posting.objects.filter(official=before.official_id, department=department, role=before.role)
    if others.filter(ends_on__isnull=True).exists() or others.filter(ends_on__gte=on).exists():
        raise HandoverRefused(f"“{before.official}”在“{department}”已有任职。")


def _pass_on(
    seat: Assignment,
    enrolment: Enrolment,
    fate: Official | Fate,
    after: Posting,
    *,
    by: Official,
    at: datetime,
) -> None:
    """End the seat the day before, and fill it anew by the rules of any other seat."""
    on = after.starts_on
    first = max(on, seat.starts_on)
    facts = _facts(seat)
    _vacate(seat, first, at)
    if fate == Fate.VACATE:
        record("撤下", enrolment, by=by, at=at, **facts, vacant_from=first.isoformat())
        return
    successor, unit = (after.official, after.department) if fate == Fate.KEEP else (fate, None)
    new = _fill(enrolment, seat.role, official=successor, department=unit, starts_on=first, by=by, at=at)
    record("交接", new, by=by, at=at, **_facts(new), before=facts["holder"])
