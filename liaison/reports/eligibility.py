"""Who may hold a seat, and how much one may hold: decided for one person or for fifteen thousand alike.

Nothing here asks the database: callers hand in the rule rows of a version and what is known of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from liaison.choices import RegionLevel, SeatPlace
from liaison.models import Eligibility, Official, Posting, Quota, TeamRole
from liaison.places import county_of


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules ask of a person in a post: rank, chief or not, the unit's kind, place, age, training."""

    rank: str
    is_chief: bool
    department_kind: str
    region_path: str
    is_city: bool  # the unit belongs to the city itself, not to a county or town
    birth_year: int | None = None
    first_trained_on: date | None = None


def standing_of(official: Official, posting: Posting, first_trained_on: date | None = None) -> Standing:
    """The standing of an official in one of their posts; unit and region must be loaded."""
    region = posting.department.region
    return Standing(
        rank=official.rank,
        is_chief=posting.is_chief,
        department_kind=posting.department.kind,
        region_path=region.path,
        is_city=region.level == RegionLevel.CITY,
        birth_year=official.birth_year,
        first_trained_on=first_trained_on,
    )


def quota_for(quotas: Iterable[Quota], standing: Standing) -> Quota | None:
    """The narrowest quota that fits: one's own region's before the programme's, then chiefs', then a kind's.

    None means that people of this class are not meant to carry companies, where the version has quotas.
    """
    fitting = [quota for quota in quotas if _fits(quota, standing)]
    return max(
        fitting,
        key=lambda quota: (
            len(quota.region.path) if quota.region else 0,
            quota.chiefs_only + bool(quota.department_kind),
            quota.chiefs_only,
        ),
        default=None,
    )


def _fits(rule: Quota | Eligibility, standing: Standing) -> bool:
    region = rule.region if isinstance(rule, Quota) else None
    return (
        rule.rank == standing.rank
        and (standing.is_chief or not rule.chiefs_only)
        and rule.department_kind in ("", standing.department_kind)
        and (region is None or standing.region_path.startswith(region.path))
    )


def objections(
    role: TeamRole,
    eligibilities: Sequence[Eligibility],
    standing: Standing,
    *,
    on: date,
    company_path: str,
) -> list[str]:
    """Every reason why a person of this standing may not take the seat on the day; empty when they may.

    `eligibilities` are the seat's own rows; `company_path` is the region of the company that is served.
    """
    reasons = []
    fitting = [row for row in eligibilities if _fits(row, standing)]
    if eligibilities and not fitting:
        reasons.append(f"“{role.name}”须由{_either(eligibilities)}担任")
    limits = [row.max_age for row in fitting]
    if limits and None not in limits:
        limit = max(age for age in limits if age is not None)
        if standing.birth_year is None:
            reasons.append(f"未登记出生年份，不能核对{limit} 岁的年龄上限")
        elif on.year - standing.birth_year > limit:
            reasons.append(f"{on.year - standing.birth_year} 岁，超过{limit} 岁的年龄上限")
    if role.needs_training and (standing.first_trained_on is None or standing.first_trained_on > on):
        reasons.append("上岗前没有政策培训记录")
    if role.place == SeatPlace.CITY and not standing.is_city:
        reasons.append(f"“{role.name}”须来自市直单位")
    if role.place == SeatPlace.SAME_COUNTY and (
        standing.is_city or not company_path.startswith(county_of(standing.region_path))
    ):
        reasons.append(f"“{role.name}”须来自企业所在县区")
    return reasons


def _either(rows: Sequence[Eligibility]) -> str:
    kinds = []
    for row in rows:
        kind = f"（{row.get_department_kind_display()}）" if row.department_kind else ""
        kinds.append(f"{row.get_rank_display()}{'主要负责人' if row.chiefs_only else ''}{kind}")
    return "、".join(kinds)
