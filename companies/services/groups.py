"""工作组: setting one up, who is in it, and the seats that it takes in companies' teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count

from companies.models import Assignment, Enrolment
from companies.services.assignments import (
    AssignmentRefused,
    BulkAssigned,
    _check_days,
    _current,
    _facts,
    _lock,
    _vacate,
)
from companies.services.enrolments import lock_programme
from companies.services.seating import postings_on
from liaison.choices import GroupDuty, Holder
from liaison.models import Department, Group, GroupMember, GroupRule, Official, Programme, Region, TeamRole
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.services import record
from liaison.workdays import day_of


class GroupRefused(Refusal):
    """The group cannot be set up, changed or dissolved so. The message is written for the user."""


@transaction.atomic
def form_group(
    *,
    programme: Programme,
    rule: GroupRule,
    name: str,
    region: Region,
    department: Department,
    starts_on: date,
    by: Official,
    at: datetime,
    task: str = "",
) -> Group:
    """设立工作组 of a sort that the programme's rules ask for; its task is the rule's unless one is given."""
    programme = lock_programme(programme)
    name = name.strip()
    check_group(
        programme=programme, rule=rule, name=name, region=region, department=department, starts_on=starts_on,
        at=at,
    )  # fmt: skip
    if Group.objects.filter(programme=programme, name=name).not_over_by(starts_on).exists():
        raise GroupRefused(f"本方案已有名为“{name}”的工作组。")
    group = new_group(programme, rule, name, region.pk, department.pk, task.strip(), starts_on)
    group.save(force_insert=True)
    record("设立工作组", group, by=by, at=at, sort=rule.name, starts_on=starts_on.isoformat())
    return group


def check_group(
    *,
    programme: Programme,
    rule: GroupRule,
    name: str,
    region: Region,
    department: Department,
    starts_on: date,
    at: datetime,
) -> None:
    """What a new group must be, by itself; raises GroupRefused. The programme's region must be loaded."""
    if rule.version.programme_id != programme.pk:
        raise GroupRefused(f"“{rule}”不是“{programme}”的工作组。")
    if not name:
        raise GroupRefused("请填写工作组名称。")
    if not region.path.startswith(programme.region.path):
        raise GroupRefused(f"{region}不在{programme.region}范围内。")
    if not department.is_active:
        raise GroupRefused(f"“{department}”已停用，不能作为依托单位。")
    if starts_on < programme.starts_on:
        raise GroupRefused(f"“{programme}”自 {programme.starts_on} 起实施，成立日不能更早。")
    if programme.ends_on is not None and starts_on > programme.ends_on:
        raise GroupRefused(f"“{programme}”已于 {programme.ends_on} 结束，不能再设工作组。")
    _check_horizon(starts_on, at)


def new_group(
    programme: Programme, rule: GroupRule, name: str, region: int, department: int, task: str, starts_on: date
) -> Group:
    """A group of the rule's sort, not yet written; it ends with its programme."""
    return Group(
        programme=programme,
        kind=rule.kind,
        sort=rule.name,
        name=name,
        region_id=region,
        department_id=department,
        task=task or rule.task,
        starts_on=starts_on,
        ends_on=programme.ends_on,
    )


@transaction.atomic
def add_member(
    *, group: Group, official: Official, duty: GroupDuty, starts_on: date, by: Official, at: datetime
) -> GroupMember:
    """Take an official into a group from the day on, with the unit of that day; one head at a time."""
    group = _lock_group(group)
    _check_group_day(group, starts_on, at)
    postings = postings_on([official.pk], starts_on)[official.pk] if official.is_active else []
    if not postings:
        raise GroupRefused(f"“{official}”在 {starts_on} 没有任职，不能进组。")
    standing = group.members.not_over_by(starts_on).select_related("official")
    if already := standing.filter(official=official).first():
        raise GroupRefused(f"“{official}”自 {already.starts_on} 起已是组内的{already.get_duty_display()}。")
    if duty == GroupDuty.HEAD and (head := standing.filter(duty=GroupDuty.HEAD).first()):
        raise GroupRefused(f"组长已由“{head.official}”担任。请先让其离组，再任命新组长。")
    member = GroupMember.objects.create(
        group=group,
        official=official,
        department=postings[0].department,
        duty=duty,
        starts_on=starts_on,
        ends_on=group.ends_on,
    )
    record("进组", group, by=by, at=at, official=str(official), duty=duty, starts_on=starts_on.isoformat())
    return member


@transaction.atomic
def end_member(*, member: GroupMember, ends_on: date, by: Official, at: datetime) -> None:
    """离组: the last day in the group. Whoever has not begun by then was never in it."""
    group = _lock_group(member.group)
    found = GroupMember.objects.filter(pk=member.pk).select_related("official").first()
    if found is None or (found.ends_on is not None and found.ends_on <= ends_on):
        raise GroupRefused("该成员已经离组，请刷新后再看。")
    _check_horizon(ends_on, at)
    record("离组", group, by=by, at=at, official=str(found.official), ends_on=ends_on.isoformat())
    if found.starts_on > ends_on:
        found.delete()
        return
    found.ends_on = ends_on
    found.save(update_fields=["ends_on"])


@transaction.atomic
def dissolve_group(*, group: Group, ends_on: date, by: Official, at: datetime) -> Group:
    """撤销工作组, members and all; refused while companies count on it beyond that day."""
    group = _lock_group(group)
    if group.ends_on is not None and group.ends_on <= ends_on:
        raise GroupRefused(f"该组已于 {group.ends_on} 撤销。")
    if ends_on < group.starts_on:
        raise GroupRefused(f"撤销日不能早于成立日 {group.starts_on}。")
    _check_horizon(ends_on, at)
    seats = Assignment.objects.filter(group=group).not_over_by(ends_on + timedelta(days=1))
    if served := seats.aggregate(n=Count("enrolment", distinct=True))["n"]:
        raise GroupRefused(f"该组还包联着 {served} 家企业（项目），请先更换或撤下这些席位，再撤销该组。")
    group.members.filter(starts_on__gt=ends_on).delete()
    group.members.filter(starts_on__lte=ends_on).exclude(ends_on__lte=ends_on).update(ends_on=ends_on)
    group.ends_on = ends_on
    group.save(update_fields=["ends_on"])
    record("撤销工作组", group, by=by, at=at, ends_on=ends_on.isoformat())
    return group


@transaction.atomic
def assign_group_seat(
    *, enrolment: Enrolment, role: TeamRole, group: Group, starts_on: date, by: Official, at: datetime
) -> Assignment:
    """Give a seat of a company's team to a group. A group without members passes, with a warning."""
    seat = _fill_by_group(_lock(enrolment), role, group, starts_on, by=by, at=at)
    record("指派", seat, by=by, at=at, **_facts(seat))
    return seat


@transaction.atomic
def replace_with_group(
    *, assignment: Assignment, group: Group, starts_on: date, by: Official, at: datetime
) -> Assignment:
    """更换: from the day on another group holds the seat."""
    enrolment = _lock(assignment.enrolment)
    before = _current(assignment)
    if before.ends_on != assignment.ends_on or (before.ends_on and before.ends_on < starts_on):
        raise AssignmentRefused(f"该席位已于 {before.ends_on} 结束，请刷新后再看现由谁担任。")
    _vacate(before, starts_on, at)
    seat = _fill_by_group(enrolment, before.role, group, starts_on, by=by, at=at)
    record("更换", seat, by=by, at=at, **_facts(seat), before=str(before.holder))
    return seat


@transaction.atomic
def assign_group_to_many(
    *,
    enrolments: Iterable[Enrolment],
    role_code: str,
    group: Group,
    starts_on: date,
    by: Official,
    at: datetime,
) -> BulkAssigned:
    """Give one group the same seat in many teams; where the seat is taken, nothing is changed."""
    keys = [enrolment.pk for enrolment in enrolments]
    locked = list(
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .select_related("programme", "batch")
        .order_by("pk")
    )
    group = _lock_for_seats(group)
    roles = {
        role.version_id: role
        for role in TeamRole.objects.filter(
            code=role_code, version__in={e.version_id for e in locked}
        ).order_by("pk")
    }
    if missing := [e for e in locked if e.version_id not in roles]:
        raise AssignmentRefused(f"所选企业中有 {len(missing)} 家的方案没有这个席位。")
    standing = Assignment.objects.filter(enrolment__in=keys, role__in=roles.values()).not_over_by(starts_on)
    held = dict(standing.order_by().values_list("enrolment").annotate(n=Count("pk")))
    theirs = set(standing.filter(group=group).values_list("enrolment", flat=True))
    created = []
    for enrolment in locked:
        role = roles[enrolment.version_id]
        full = role.max_count is not None and held.get(enrolment.pk, 0) >= role.max_count
        if full or enrolment.pk in theirs:
            continue
        created.append(_seat(enrolment, role, group, starts_on, by=by, at=at))
    Assignment.objects.bulk_create(created, batch_size=2000)
    if created:
        record(
            "批量指派",
            group,
            by=by,
            at=at,
            role=role_code,
            starts_on=starts_on.isoformat(),
            enrolments=[seat.enrolment_id for seat in created],
        )
    return BulkAssigned(created, len(locked) - len(created))


def _fill_by_group(
    enrolment: Enrolment, role: TeamRole, group: Group, starts_on: date, *, by: Official, at: datetime
) -> Assignment:
    if role.version_id != enrolment.version_id:
        raise AssignmentRefused(f"“{role}”不是该企业所用方案版本的席位。")
    group = _lock_for_seats(group)
    standing = list(
        Assignment.objects.filter(enrolment=enrolment, role=role)
        .not_over_by(starts_on)
        .select_related("official", "department", "group")
        .order_by("starts_on", "pk")
    )
    if any(seat.group_id == group.pk for seat in standing):
        raise AssignmentRefused(f"“{group}”已担任该企业的“{role}”。")
    if role.max_count is not None and len(standing) >= role.max_count:
        names = "、".join(str(seat.holder) for seat in standing)
        raise AssignmentRefused(
            f"“{role}”最多 {role.max_count} 个，已由{names}担任。请用“更换”，或先把原来的撤下。"
        )
    seat = _seat(enrolment, role, group, starts_on, by=by, at=at)
    seat.save(force_insert=True)
    if not group.members.not_over_by(starts_on).exists():
        seat.warning = f"“{group}”还没有成员，请尽快配齐。"
    return seat


def _seat(
    enrolment: Enrolment, role: TeamRole, group: Group, starts_on: date, *, by: Official, at: datetime
) -> Assignment:
    """The seat, not yet written, until the enrolment or the group ends, whichever comes first."""
    if role.holder != Holder.GROUP:
        raise AssignmentRefused(f"“{role}”不由工作组担任。")
    if group.programme_id != enrolment.programme_id:
        raise AssignmentRefused(f"“{group}”不是该企业所在方案的工作组。")
    _check_days(enrolment, starts_on, at)
    if starts_on < group.starts_on or (group.ends_on is not None and starts_on > group.ends_on):
        raise AssignmentRefused(f"“{group}”在 {starts_on} 不存在（{_days(group)}），不能担任席位。")
    last = [day for day in (enrolment.ends_on, group.ends_on) if day is not None]
    return Assignment(
        enrolment=enrolment,
        role=role,
        group=group,
        department_id=group.department_id,
        starts_on=starts_on,
        ends_on=min(last, default=None),
        assigned_at=at,
        assigned_by=by,
    )


def _days(group: Group) -> str:
    return f"{group.starts_on} 成立" + (f"，{group.ends_on} 撤销" if group.ends_on else "")


def _lock_group(group: Group) -> Group:
    return Group.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)


def _lock_for_seats(group: Group) -> Group:
    """The group, which nobody can dissolve meanwhile. Always taken after the teams' locks."""
    return _lock_group(group)


def _check_group_day(group: Group, on: date, at: datetime) -> None:
    _check_horizon(on, at)
    if on < group.starts_on:
        raise GroupRefused(f"该组 {group.starts_on} 成立，不能更早进组。")
    if group.ends_on is not None and on > group.ends_on:
        raise GroupRefused(f"该组已于 {group.ends_on} 撤销。")


def _check_horizon(day: date, at: datetime) -> None:
    if words := too_far(day, day_of(at)):
        raise GroupRefused(words)
