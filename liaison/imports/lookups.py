"""What a roster's words mean: regions and units by the names that people write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from liaison.choices import SystemRole
from liaison.imports.rosters import Wrong
from liaison.models import Department, Official, Posting, Region

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


def hold_officials(*, phones: Iterable[str], names: Iterable[str]) -> None:
    """Lock whoever may be meant by a sheet, in the order of their keys; read again once they are held."""
    meant = Official.objects.filter(Q(phone__in={*phones}) | Q(name__in={*names})).order_by("pk")
    list(meant.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


class PeopleIndex:
    """Officials by mobile number, else by name and unit, with the posts they hold: two queries for a batch.

    Refusals name the fields `phone`, `official` (the name) and `department` (where they work).
    """

    def __init__(self) -> None:
        self.found: list[Official] = []
        self._by_phone: dict[str, Official] = {}
        self._by_name: dict[str, list[Official]] = {}
        self._posts: dict[int, list[Posting]] = {}

    def load(self, *, phones: Iterable[str], names: Iterable[str], lock: bool) -> None:
        """Read who may be meant; while applying they stay as they are until the commit."""
        officials = Official.objects.order_by("pk")
        if lock:
            officials = officials.select_for_update(of=("self",), no_key=True)
        self.found = list(officials.filter(Q(phone__in={*phones}) | Q(name__in={*names})))
        self._by_phone = {official.phone: official for official in self.found if official.phone}
        self._by_name, self._posts = {}, {}
        for official in self.found:
            self._by_name.setdefault(squeezed(official.name), []).append(official)
        posts = Posting.objects.filter(official__in=[official.pk for official in self.found])
        for post in posts.select_related("department__region").order_by("pk"):
            self._posts.setdefault(post.official_id, []).append(post)

    def find(self, *, name: str | None, phone: str | None, unit: Department | None, on: date) -> Official:
        """The official meant; Wrong says why nobody or not whom."""
        if phone:
            official = self._by_phone.get(phone)
            if official is None:
                raise Wrong("phone", "干部名册里没有这个手机号，请先导入干部")
            if name and squeezed(name) != squeezed(official.name):
                raise Wrong("official", f"手机号 {phone} 登记的是{official.name}")
        else:
            found = self._by_name.get(squeezed(name or ""), [])
            if unit:
                found = [o for o in found if any(p.department_id == unit.pk for p in self._posts_on(o, on))]
            if len(found) != 1:
                where = f"{unit}" if unit else "干部名册里"
                reason = f"{where}没有{name}" if not found else f"{where}有 {len(found)} 个{name}，请填手机号"
                raise Wrong("official", reason)
            official = found[0]
        if not official.is_active:
            raise Wrong("official", f"{official}的账户已停用")
        return official

    def posts(self, official: Official, unit: Department | None, on: date) -> list[Posting]:
        """The posts held on the day, in the unit if one is named; those of 包抓干部 first."""
        posts = [p for p in self._posts_on(official, on) if unit is None or p.department_id == unit.pk]
        if not posts:
            raise Wrong("department" if unit else "official", f"{official}在 {on} {unit or ''}没有任职")
        return posts

    def _posts_on(self, official: Official, on: date) -> list[Posting]:
        posts = self._posts.get(official.pk, [])
        posts = [p for p in posts if p.starts_on <= on and (p.ends_on is None or on <= p.ends_on)]
        return sorted(posts, key=lambda post: post.role != SystemRole.OFFICIAL)
