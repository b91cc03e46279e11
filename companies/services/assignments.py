"""Seats of a company's team: who takes one, who leaves it, and how many one person may hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from companies.models import Assignment, Enrolment, Visit
from companies.services.seating import Desk, place_in, postings_on, unit_objection
from liaison.choices import Holder
from liaison.models import Batch, Department, Official, TeamRole
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record


class AssignmentRefused(Refusal):
    """The seat cannot be given, changed or left so. The message is written for the user."""


@dataclass(frozen=True)
class BulkAssigned:
    """What a bulk assignment did: seats given, enrolments left alone: taken, or not open to the unit."""

    created: list[Assignment]
    taken: int
    barred: int = 0  # by where the seat's unit must come from


@transaction.atomic
def assign_seat(
    *,
    enrolment: Enrolment,
    role: TeamRole,
    starts_on: date,
    by: Official,
    at: datetime,
    official: Official | None = None,
    department: Department | None = None,
) -> Assignment:
    """Give a seat of the team to an official or to a unit who may have it by every rule of the seat.

    For an official, `department` may name which of several postings counts; else the first that fits does.
    A soft quota or a heavy load lets the seat pass and leaves its words in `assignment.warning`.
    """
    enrolment = _lock(enrolment)
    seat = _fill(
        enrolment,
        role,
        official=official,
        department=department,
        starts_on=starts_on,
        by=by,
        at=at,
    )
    record("指派", seat, by=by, at=at, **_facts(seat))
    return seat


@transaction.atomic
def replace_holder(
    *,
    assignment: Assignment,
    starts_on: date,
    by: Official,
    at: datetime,
    official: Official | None = None,
    department: Department | None = None,
) -> Assignment:
    """更换: from the day on someone else holds the seat; the one before keeps the days before it.

    A seat that has not begun is undone; one that has begun is never: then the day must be a later one.
    """
    enrolment = _lock(assignment.enrolment)
    before = _current(assignment)
    if before.ends_on != assignment.ends_on or (before.ends_on and before.ends_on < starts_on):
        raise AssignmentRefused(f"该席位已于 {before.ends_on} 结束，请刷新后再看现由谁担任。")
    _vacate(before, starts_on, at)
    seat = _fill(
        enrolment,
        before.role,
        official=official,
        department=department,
        starts_on=starts_on,
        by=by,
        at=at,
    )
    record("更换", seat, by=by, at=at, **_facts(seat), before=str(before.holder))
    return seat


@transaction.atomic
def end_assignment(*, assignment: Assignment, ends_on: date, by: Official, at: datetime) -> Assignment:
    """结束包联: the last day on which the seat is held."""
    _lock(assignment.enrolment)
    seat = _current(assignment)
    if ends_on < seat.starts_on:
        raise AssignmentRefused(f"结束日不能早于开始日 {seat.starts_on}。")
    _check_horizon(ends_on, at)
    if seat.ends_on is not None and seat.ends_on <= ends_on:
        raise AssignmentRefused(f"该席位已于 {seat.ends_on} 结束。")
    seat.ends_on = ends_on
    seat.save(update_fields=["ends_on"])
    record("结束包联", seat, by=by, at=at, **_facts(seat))
    return seat


@transaction.atomic
def vacate_seat(*, assignment: Assignment, on: date, by: Official, at: datetime) -> None:
    """撤下: from the day on the seat stands empty; a seat that has not begun by then is undone.

    One that has begun keeps at least its first day; a slip of today can be put right as long as its holder
    has not met the company.
    """
    _lock(assignment.enrolment)
    seat = _current(assignment)
    facts = _facts(seat)
    if seat.ends_on is not None and seat.ends_on < on:
        raise AssignmentRefused(f"该席位已于 {seat.ends_on} 结束。")
    record("撤下", seat, by=by, at=at, **facts, vacant_from=on.isoformat())
    _vacate(seat, on, at)


@transaction.atomic
def assign_department_to_many(
    *,
    enrolments: Iterable[Enrolment],
    role_code: str,
    department: Department,
    starts_on: date,
    by: Official,
    at: datetime,
) -> BulkAssigned:
    """Give one unit the same seat in many teams; where the seat is taken, nothing is changed."""
    keys = [enrolment.pk for enrolment in enrolments]
    locked = list(
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company__region")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    if not department.is_active:
        raise AssignmentRefused(f"“{department}”已停用，不能担任席位。")
    roles = {
        role.version_id: role
        for role in TeamRole.objects.filter(
            code=role_code, version__in={e.version_id for e in locked}
        ).order_by("pk")
    }
    for role in roles.values():
        if role.holder != Holder.DEPARTMENT:
            raise AssignmentRefused(f"“{role}”由干部担任，不能批量指派给单位。")
    if missing := [e for e in locked if e.version_id not in roles]:
        raise AssignmentRefused(f"所选企业中有 {len(missing)} 家的方案没有这个席位。")
    standing = Assignment.objects.filter(enrolment__in=keys, role__in=roles.values()).not_over_by(starts_on)
    held = dict(standing.order_by().values_list("enrolment").annotate(n=Count("pk")))
    theirs = set(standing.filter(department=department).values_list("enrolment", flat=True))
    created, barred = [], 0
    for enrolment in locked:
        role = roles[enrolment.version_id]
        full = role.max_count is not None and held.get(enrolment.pk, 0) >= role.max_count
        if full or enrolment.pk in theirs:
            continue
        _check_days(enrolment, starts_on, at)
        if unit_objection(role, department.region, enrolment.company.region.path):
            barred += 1
            continue
        created.append(
            Assignment(
                enrolment=enrolment,
                role=role,
                department=department,
                starts_on=starts_on,
                ends_on=enrolment.ends_on,
                assigned_at=at,
                assigned_by=by,
            )
        )
    Assignment.objects.bulk_create(created, batch_size=2000)
    if created:
        record(
            "批量指派",
            department,
            by=by,
            at=at,
            role=role_code,
            starts_on=starts_on.isoformat(),
            enrolments=[seat.enrolment_id for seat in created],
        )
    return BulkAssigned(created, len(locked) - len(created) - barred, barred)


def counted_seats(*, programme_id: int, projects: bool, on: date) -> QuerySet[Assignment]:
    """Seats that weigh on quotas in a programme, on the day or later: of companies, or of projects."""
    return Assignment.objects.filter(
        role__counts_to_quota=True,
        enrolment__programme=programme_id,
        enrolment__project__isnull=not projects,
    ).not_over_by(on)


def _lock(enrolment: Enrolment) -> Enrolment:
    """Teams change one clerk at a time. Always taken before an official's own lock: no deadlock."""
    return (
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("programme", "company__region", "project")
        .get(pk=enrolment.pk)
    )


def _current(assignment: Assignment) -> Assignment:
    """The seat as it stands now, its team locked."""
    seats = Assignment.objects.select_related("role", "official", "department", "group")
    seat = seats.filter(pk=assignment.pk).first()
    if seat is None:
        raise AssignmentRefused("该席位已被他人撤下，请刷新后再看。")
    return seat


def _fill(
    enrolment: Enrolment,
    role: TeamRole,
    *,
    official: Official | None,
    department: Department | None,
    starts_on: date,
    by: Official,
    at: datetime,
) -> Assignment:
    if role.version_id != enrolment.version_id:
        raise AssignmentRefused(f"“{role}”不是该企业所用方案版本的席位。")
    _check_days(enrolment, starts_on, at)
    warning, judgement = "", None
    if role.holder == Holder.OFFICIAL:
        if official is None:
            raise AssignmentRefused(f"“{role}”须由干部担任，请选择干部。")
        # The lock that two seats of one official, or a seat and a recusal, cannot pass together.
        official = Official.objects.select_for_update(of=("self",), no_key=True).get(pk=official.pk)
        if not official.is_active:
            raise AssignmentRefused(f"“{official}”的账户已停用，不能担任席位。")
        postings = postings_on([official.pk], starts_on)[official.pk]
        if department is not None:
            postings = [posting for posting in postings if posting.department_id == department.pk]
        if not postings:
            where = f"在{department}" if department else ""
            raise AssignmentRefused(f"“{official}”在 {starts_on} {where}没有任职，不能担任席位。")
        desk = Desk()
        desk.load([official.pk], since=starts_on)
        judgement = desk.judge(place_in(enrolment, role, starts_on), official, postings)
        department, warning = judgement.posting.department, judgement.warning
    elif role.holder == Holder.GROUP:
        raise AssignmentRefused(f"“{role}”须由工作组担任，请选择工作组。")
    else:
        if official is not None or department is None:
            raise AssignmentRefused(f"“{role}”须由单位担任，请选择单位。")
        if not department.is_active:
            raise AssignmentRefused(f"“{department}”已停用，不能担任席位。")
        if objection := unit_objection(role, department.region, enrolment.company.region.path):
            raise AssignmentRefused(f"“{department}”不能担任：{objection}。")
    _check_room(enrolment, role, official=official, department=department, on=starts_on)
    if judgement is not None and not judgement.may:
        raise AssignmentRefused(judgement.refusal(role))
    seat = Assignment.objects.create(
        enrolment=enrolment,
        role=role,
        official=official,
        department=department,
        starts_on=starts_on,
        ends_on=enrolment.ends_on,
        assigned_at=at,
        assigned_by=by,
    )
    seat.warning = warning
    return seat


def _check_horizon(day: date, at: datetime) -> None:
    if words := too_far(day, timezone.localtime(at).date()):
        raise AssignmentRefused(words)


def _check_days(enrolment: Enrolment, starts_on: date, at: datetime) -> None:
    _check_horizon(starts_on, at)
    if starts_on < enrolment.starts_on:
        raise AssignmentRefused(f"开始日不能早于企业纳入日 {enrolment.starts_on}。")
    if enrolment.ends_on is not None and starts_on > enrolment.ends_on:
        raise AssignmentRefused(f"该企业已于 {enrolment.ends_on} 退出包联。")
    if enrolment.batch_id is not None:
        batches = Batch.objects.filter(programme=enrolment.programme_id, ends_on__gte=starts_on)
        if not batches.filter(starts_on__lte=starts_on).exists():
            raise AssignmentRefused(f"本方案分批派驻，{starts_on} 不在任何批次之内，请先开设批次。")


def _check_room(
    enrolment: Enrolment, role: TeamRole, *, official: Official | None, department: Department, on: date
) -> None:
    standing = list(
        Assignment.objects.filter(enrolment=enrolment, role=role)
        .not_over_by(on)
        .select_related("official", "department", "group")
        .order_by("starts_on", "pk")
    )
    if official is not None:
        if any(seat.official_id == official.pk for seat in standing):
            raise AssignmentRefused(f"“{official}”已担任该企业的“{role}”。")
    elif any(seat.department_id == department.pk for seat in standing):
        raise AssignmentRefused(f"“{department}”已担任该企业的“{role}”。")
    if role.max_count is not None and len(standing) >= role.max_count:
        names = "、".join(str(seat.holder) for seat in standing)
        raise AssignmentRefused(
            f"“{role}”最多 {role.max_count} 个，已由{names}担任。请用“更换”，或先把原来的撤下。"
        )


def _vacate(seat: Assignment, on: date, at: datetime) -> None:
    if seat.ends_on is not None and seat.ends_on < on:
        return
    if seat.starts_on < on:
        seat.ends_on = on - timedelta(days=1)
        seat.save(update_fields=["ends_on"])
    elif can_be_undone(seat, timezone.localtime(at).date()):
        seat.delete()  # it never began: the trail keeps it
    else:
        first = seat.starts_on + timedelta(days=1)
        raise AssignmentRefused(
            f"“{seat.holder}”自 {seat.starts_on} 起已担任“{seat.role}”，"
            f"已经开始的任职要留下记录。最早可从 {first} 起更换或撤下。"
        )


def can_be_undone(seat: Assignment, today: date) -> bool:
    """Whether nothing has come of the seat yet: it begins today or later, and its holder met nobody in it."""
    if seat.starts_on < today:
        return False
    visits = Visit.objects.filter(enrolment=seat.enrolment_id, on__gte=seat.starts_on)
    if seat.official_id:
        theirs = visits.filter(official=seat.official_id)
    elif seat.group_id:
        theirs = visits.filter(official__memberships__group=seat.group_id)
    else:
        theirs = visits.filter(department=seat.department_id)
    return not theirs.exists()


def _facts(seat: Assignment) -> dict[str, str]:
    return {
        "company": seat.enrolment.company.uscc,
        "project": seat.enrolment.project.code if seat.enrolment.project else "",
        "role": seat.role.code,
        "holder": str(seat.holder),
        "department": str(seat.department),
        "starts_on": seat.starts_on.isoformat(),
        "ends_on": seat.ends_on.isoformat() if seat.ends_on else "",
    }
