"""What a roster's words mean: regions and units by the names that people write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from liaison.models import Department, Region

_TAIL = re.compile(r"(自治县|自治州|街道办事处|街道|地区|[市县区镇乡])$")


def squeezed(name: str) -> str:
    """A name without spaces and width differences, for comparing."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


class RegionIndex:
    """The regions that a run may touch, found by code or by name; and what is known of the others."""

    def __init__(self, home: Region) -> None:
        self.home = home
        everywhere = list(Region.objects.order_by("path"))
        self.by_code = {region.code: region for region in everywhere}
        self.by_pk = {region.pk: region for region in everywhere}
        self._by_name: dict[str, list[Region]] = {}
        for region in everywhere:
            if self.covers(region):
                for name in self._names(region):
                    self._by_name.setdefault(name, []).append(region)

    def covers(self, region: Region) -> bool:
        """Whether the region is the run's own or lies in it."""
        return region.path.startswith(self.home.path)

    def codes(self) -> list[str]:
        """The codes of the run's own regions."""
        return [code for code, region in self.by_code.items() if self.covers(region)]

    def find(self, words: str) -> Region:
        """The region meant by a code, a name, or a name with those above it; ValueError says why none."""
        words = squeezed(words)
        if words.isdigit():
            return self._coded(words)
        found = self._by_name.get(words, [])
        if not found:
            raise ValueError(f"“{words}”不是{self.home}及其下属的区划")
        top = min(len(region.path) for region in found)
        highest = [region for region in found if len(region.path) == top]
        if len(highest) > 1:
            raise ValueError(f"“{words}”有 {len(highest)} 个同名区划，请写区划代码或加上县区名")
        return highest[0]

    def _coded(self, code: str) -> Region:
        region = self.by_code.get(code) or self.by_code.get(re.sub(r"(?:000){1,2}$", "", code))
        if region is None:
            raise ValueError(f"没有代码为 {code} 的区划")
        if not self.covers(region):
            raise ValueError(f"{region}不在{self.home}范围内")
        return region

    def _names(self, region: Region) -> Iterable[str]:
        """汉台区, 汉台, 汉中市汉台区, 汉中汉台 …"""
        own = [squeezed(region.name)]
        if len(short := _TAIL.sub("", own[0])) >= 2:
            own.append(short)
        above = [self.by_code[code] for code in region.path.strip("/").split("/")[:-1]]
        yield from own
        chain = "".join(squeezed(upper.name) for upper in above)
        if above:
            yield chain + own[0]
            yield squeezed(above[-1].name) + own[0]


class DepartmentIndex:
    """Every unit by its full name, and by its short name where only one bears it."""

    def __init__(self) -> None:
        departments = list(Department.objects.select_related("region").order_by("pk"))
        self.by_pk = {department.pk: department for department in departments}
        self.by_name = {squeezed(department.name): department for department in departments}
        self._short: dict[str, list[Department]] = {}
        for department in departments:
            if department.short_name:
                self._short.setdefault(squeezed(department.short_name), []).append(department)

    def find(self, words: str, home: Region | None = None) -> Department:
        """The unit of that name, looked for in the region first; ValueError says why none."""
        words = squeezed(words)
        if words in self.by_name:
            return self.by_name[words]
        found = self._short.get(words, [])
        near = [unit for unit in found if home and unit.region.path.startswith(home.path)]
        found = near or found
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"简称“{words}”有 {len(found)} 个单位，请写全称")
        raise ValueError(f"没有名为“{words}”的单位，请先导入单位，或改为全称")
