"""The map: a city's regions, written as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from liaison.choices import RegionLevel
from liaison.models import Official, Region
from liaison.normalise import pinyin_key
from liaison.refusals import Refusal
from liaison.services.trail import record


class RegionsRefused(Refusal):
    """The list of regions is not a tree. Worded for the user, with the line."""


@transaction.atomic
def load_regions(*, rows: Iterable[Mapping[str, str]], by: Official | None, at: datetime) -> int:
    """Write a city, its counties and towns (code, name, level, parent_code); may be done again."""
    known = {region.code: region for region in Region.objects.order_by("path")}
    order = list(RegionLevel.values)
    written = 0
    for row in sorted(rows, key=lambda row: (order.index(_level(row)), row["code"])):
        parent = known.get(row["parent_code"]) if row["parent_code"] else None
        if row["parent_code"] and parent is None:
            raise RegionsRefused(f"{row['code']} {row['name']}：没有代码为 {row['parent_code']} 的上级区划。")
        region = known.get(row["code"]) or Region(code=row["code"])
        region.name, region.level, region.parent = row["name"].strip(), _level(row), parent
        region.path = f"{parent.path if parent else ''}{row['code']}/"
        region.pinyin = pinyin_key(region.name)
        region.full_clean()
        region.save()
        known[region.code] = region
        written += 1
    root = next((region for region in known.values() if region.parent_id is None), None)
    if root is not None:
        record("载入行政区划", root, by=by, at=at, rows=written)
    return written


def _level(row: Mapping[str, str]) -> str:
    if row["level"] not in RegionLevel.values:
        raise RegionsRefused(f"{row['code']} {row['name']}：层级应为 city、county 或 town。")
    return row["level"]
