"""名额: what a draft leaves empty per county, and what each rank there has left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from companies.choices import TargetKind
from companies.models import Proposal
from liaison.choices import Rank, RegionLevel
from liaison.models import Official, Region
from liaison.places import county_of


def left_open(found: Proposal) -> Any:
    """The draft as it stands now, with what it leaves open: see `with_left_open`."""
    return Proposal.objects.with_left_open().get(pk=found.pk)


@dataclass
class CountyRow:
    """A county in the table of quotas: seats wanted and empty, and quotas by rank."""

    region: Region
    covered: int
    short: int
    ranks: list[dict[str, Any]]

    @property
    def spare(self) -> int:
        return sum(rank["spare"] for rank in self.ranks)

    @property
    def needed_words(self) -> str:
        """What closes the gap, where it can be closed at all."""
        if not self.short:
            return "不缺"
        return self.needed or "没有可选干部，请先在名册中登记"

    @property
    def needed(self) -> str:
        """How many more officials of which rank would close the gap."""
        if not self.short:
            return ""
        words = [
            f"{rank['label']} {-(-self.short // rank['quota'])} 人" for rank in self.ranks if rank["quota"]
        ]
        return " 或 ".join(words)


def quotas_of(official: Official, found: Proposal, kind: TargetKind) -> list[CountyRow]:
    """The counties with their ranks, hand changes counted in, the city's own units first."""
    is_company = kind == TargetKind.COMPANY
    path = "enrolment__company__region__path"
    regions = list(
        Region.objects.visible_to(official).exclude(level=RegionLevel.TOWN).order_by("level", "code")
    )
    places = {region.path: region for region in regions}

    def place_of(town: str) -> Region | None:
        return places.get(county_of(town) or town)

    covered: dict[int, int] = defaultdict(int)
    short: dict[int, int] = defaultdict(int)
    pairs = found.pairs.filter(enrolment__project__isnull=is_company)
    for town, n in pairs.order_by().values_list(path).annotate(n=Count("pk")).values_list(path, "n"):
        if (region := place_of(town)) is not None:
            covered[region.pk] += n
    gaps = found.gaps.filter(enrolment__project__isnull=is_company)
    for town, n in gaps.order_by().values_list(path).annotate(n=Sum("seats")).values_list(path, "n"):
        if (region := place_of(town)) is not None:
            short[region.pk] += n
    given: dict[tuple[int, str], int] = defaultdict(int)
    home = "department__region__path"
    for town, rank, n in (
        pairs.order_by().values_list(home, "official__rank").annotate(n=Count("pk"))
        .values_list(home, "official__rank", "n")
    ):  # fmt: skip
        if (region := place_of(town)) is not None:
            given[region.pk, rank] += n
    by_region: dict[int, list[dict[str, Any]]] = defaultdict(list)
    order = list(Rank.values)
    supplies = sorted(found.supplies.filter(kind=kind).order_by("pk"), key=lambda s: order.index(s.rank))
    for row in supplies:
        now = given[row.region_id, row.rank]
        by_region[row.region_id].append(
            {
                "rank": row.rank,
                "label": row.get_rank_display(),
                "people": row.people,
                "limit": row.limit,
                "used": row.held + now,
                "spare": max(0, row.spare + row.given - now),
                "quota": round(row.limit / row.people) if row.limit and row.people else 0,
            }
        )
    return [
        CountyRow(region, covered[region.pk], short[region.pk], by_region[region.pk])
        for region in regions
        if covered[region.pk] or short[region.pk] or by_region[region.pk]
    ]
