"""What each system role may do, on the ground floor. Scope (which rows) is `visible_to`'s business."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from django.db.models import Exists, OuterRef, Q

from liaison.choices import Reach
from liaison.choices import SystemRole as R
from liaison.models import Official, Posting, Region


class Capability(Enum):
    """An act that a role may or may not do; the words are shown where a person is refused."""

    IMPORT_COMPANIES = "导入企业与包联关系"
    IMPORT_PEOPLE = "导入单位与干部"
    APPOINT_ADMINS = "任命系统管理员"
    ISSUE_PASSWORDS = "发放登录密码"
    READ_DIRECTORY = "查看单位与干部名册"
    READ_AUDIT = "查看操作记录"
    KEEP_CALENDAR = "维护工作日历"
    EDIT_RULES = "编辑和发布方案规则"


ROLES: dict[str, frozenset[Capability]] = {
    # 名册管理员 keeps every roster of the region, but cannot make anybody an administrator.
    R.ROSTER: frozenset(
        {
            Capability.IMPORT_COMPANIES,
            Capability.IMPORT_PEOPLE,
            Capability.ISSUE_PASSWORDS,
            Capability.READ_DIRECTORY,
        }
    ),
    # 协调办公室 enrols companies and assigns teams; people are the roster staff's.
    R.OFFICE: frozenset(
        {
            Capability.IMPORT_COMPANIES,
            Capability.READ_DIRECTORY,
            Capability.KEEP_CALENDAR,
            Capability.EDIT_RULES,
        }
    ),
    # 系统管理员 may do all of it.
    R.ADMIN: frozenset(Capability),
    # Officials, unit liaison officers, leaders and assessors import nothing.
    R.OFFICIAL: frozenset(),
    R.UNIT: frozenset(),
    R.LEADER: frozenset(),
    R.ASSESSOR: frozenset(),
}


def may(official: Official, capability: Capability) -> bool:
    """Whether one of the official's postings of the day carries the capability."""
    return any(capability in ROLES[posting.role] for posting in official.access.postings)


def is_administrator(official: Official, postings: Iterable[Posting]) -> bool:
    """Whether somebody administers the system, by one of these postings or by the back office's own flags."""
    by_post = any(Capability.APPOINT_ADMINS in ROLES[posting.role] for posting in postings)
    return official.is_staff or official.is_superuser or by_post


def may_in(official: Official, capability: Capability, region: Region) -> bool:
    """Whether a posting that carries the capability reaches this region."""
    return any(region.path.startswith(home.path) for home in regions_for(official, capability))


def regions_for(official: Official, capability: Capability) -> list[Region]:
    """The regions for which the official holds the capability, the widest first, each once."""
    found = {
        posting.department.region.pk: posting.department.region
        for posting in official.access.postings
        if posting.reach == Reach.REGION and capability in ROLES[posting.role]
    }
    return sorted(found.values(), key=lambda region: (len(region.path), region.path))


def in_whose_charge(official: Official) -> Exists:
    """The officials whose trainings one writes down: in post in a region whose roster one keeps."""
    here = Q(pk__in=[])
    for region in regions_for(official, Capability.IMPORT_COMPANIES):
        here |= Q(department__region__path__startswith=region.path)
    return Exists(Posting.objects.in_force(official.access.on).filter(here, official=OuterRef("pk")))


def may_keep_trainings(official: Official, person: Official) -> bool:
    """Whether one writes this person's trainings down, and takes a mistake back."""
    return Official.objects.filter(in_whose_charge(official), pk=person.pk).exists()


def may_keep_calendar(official: Official, region: Region | None) -> bool:
    """Whether the official may change a place's calendar; the nation's (None) is entered at the city."""
    if region is not None:
        return may_in(official, Capability.KEEP_CALENDAR, region)
    return any(home.parent_id is None for home in regions_for(official, Capability.KEEP_CALENDAR))
