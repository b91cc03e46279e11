"""The demo city's map and people, and the seven of them who can sign in."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from random import Random

from django.contrib.auth.hashers import make_password

from liaison.choices import DepartmentKind, Rank, Reach, RegionLevel, SystemRole
from liaison.demo import words
from liaison.models import Department, Official, Posting, Region
from liaison.normalise import pinyin_key
from liaison.reports.rulesets import PRESETS

PASSWORD = "lianqi-demo-2026"  # noqa: S105 - shown to whoever tries the demo; never in a real city's data
# Who signs in, and what they find: one per role.
SIGN_INS = (
    ("office", "何叙白", "协调办公室", "分派问题、督办提级、回访、通报、调度会"),
    ("official", "林小舟", "包抓干部", "我的企业、登记走访、上报与答复（手机优先）"),
    ("unit", "田家禾", "单位联络员", "市自然资源局的签收与办理"),
    ("leader", "高闻涛", "市领导", "看板、通报、包抓企业"),
    ("roster", "花名序", "名册管理员", "企业、单位、干部名册导入"),
    ("assessor", "严既明", "考核督查员", "月度得分、回访抽查"),
    ("admin", "管青云", "系统管理员", "单位、干部、方案、日历、操作记录"),
)
NEIGHBOUR = "610700"  # the one real map: a region to try a real roster on, without people or companies


@dataclass
class City:
    """Who is where in the demo city."""

    since: date
    region: Region
    counties: list[Region]
    towns: dict[str, list[Region]] = field(default_factory=dict)
    bureaus: dict[str, Department] = field(default_factory=dict)  # of the city, by short name
    county_bureaus: dict[str, list[Department]] = field(default_factory=dict)  # by the county's code
    handlers: dict[str, list[Department]] = field(default_factory=dict)  # city bureaus by category
    liaison_officers: dict[int, Official] = field(default_factory=dict)  # by unit
    offices: dict[str, Official] = field(default_factory=dict)  # coordination clerk, by region code
    bureau_leaders: list[Official] = field(default_factory=list)  # 厅级
    chiefs: dict[int, Official] = field(default_factory=dict)  # of a city bureau, by unit
    governors: dict[str, list[Official]] = field(default_factory=dict)  # by the county's code
    officers: list[Official] = field(default_factory=list)
    people: dict[str, Official] = field(default_factory=dict)  # those who sign in


def raise_city(*, rng: Random, since: date) -> City:
    """Map, units and officials, with postings in force since the day."""
    return _Builder(rng, since).city


class _Builder:
    """Builds the city once; names and phone numbers are drawn so that none comes twice."""

    def __init__(self, rng: Random, since: date) -> None:
        self.rng, self.since = rng, since
        self._names = self._invented_names()
        self._phone = count(19900000101)
        self._hash = make_password(PASSWORD)
        self._posts: list[Posting] = []
        home, counties = self._map()
        self.city = City(since=since, region=home, counties=counties)
        self._towns()
        self._units_and_people()
        Posting.objects.bulk_create(self._posts)

    def _invented_names(self) -> Iterator[str]:
        taken = {name for _, name, _, _ in SIGN_INS}
        given = list(words.GIVEN)
        self.rng.shuffle(given)
        surnames = list(words.SURNAMES)
        self.rng.shuffle(surnames)
        for number in count():
            name = surnames[number % len(surnames)] + given[(number * 7 + number // len(given)) % len(given)]
            if name not in taken:
                taken.add(name)
                yield name

    # --- the map --------------------------------------------------------------------------------
    def _map(self) -> tuple[Region, list[Region]]:
        code, name = words.CITY
        home = _region(code, name, RegionLevel.CITY, None)
        counties = [_region(code, name, RegionLevel.COUNTY, home) for code, name, _ in words.COUNTIES]
        with (PRESETS / "regions.csv").open(encoding="utf-8", newline="") as file:
            known: dict[str, Region] = {}
            for row in csv.DictReader(file):
                parent = known.get(row["parent_code"])
                known[row["code"]] = _region(row["code"], row["name"], row["level"], parent)
        return home, counties

    def _towns(self) -> None:
        for county, (_, _, names) in zip(self.city.counties, words.COUNTIES, strict=True):
            self.city.towns[county.code] = [
                _region(f"{county.code}{number:03d}", name, RegionLevel.TOWN, county)
                for number, name in enumerate(names, start=1)
            ]

    # --- units and their people -------------------------------------------------------------------
    def _units_and_people(self) -> None:
        city, home = self.city, self.city.region
        government = _unit("云川市人民政府", "市政府", home)
        coordination = _unit("云川市协调办公室", "市协调办", home, government)
        inspection = _unit("云川市考核督查办公室", "市考核办", home, government)
        for name, short, categories in words.CITY_BUREAUS:
            bureau = _unit(f"云川市{name}", short, home, government, kind=_kind_of(short))
            city.bureaus[short] = bureau
            for category in categories:
                city.handlers.setdefault(category, []).append(bureau)
        self._signing_in(government, coordination, inspection)
        for _ in range(3):
            official = self._person(Rank.BUREAU)
            self._leads(official, government, "副市长", Reach.REGION)
            city.bureau_leaders.append(official)
        for bureau in city.bureaus.values():
            chief = self._person(Rank.COUNTY)
            title = "主任" if bureau.name.endswith(("委员会", "办公室")) else "局长"
            self._leads(chief, bureau, title, Reach.DEPARTMENT, is_chief=True)
            city.chiefs[bureau.pk] = chief
            self._liaison_officer(bureau)
            for _ in range(1 + (bureau.short_name in ("市工信局", "市发改委"))):
                self._officer(bureau)
        self._clerk(coordination, "综合科科长", Rank.SECTION)
        for county in city.counties:
            self._county(county)

    def _county(self, county: Region) -> None:
        government = _unit(f"{county.name}人民政府", county.name, county)
        office = _unit(f"{county.name}协调办公室", f"{county.name}协调办", county, government)
        self.city.offices[county.code] = self._clerk(office, "主任", Rank.SECTION)
        self.city.governors[county.code] = []
        for title in ("县长", "副县长") if county.name.endswith("县") else ("区长", "副区长"):
            governor = self._person(Rank.COUNTY)
            self._leads(governor, government, title, Reach.REGION, is_chief=not title.startswith("副"))
            self.city.governors[county.code].append(governor)
        self.city.county_bureaus[county.code] = []
        for name, short, _ in words.COUNTY_BUREAUS:
            bureau = _unit(
                f"{county.name}{name}", f"{county.name}{short}", county, government, kind=_kind_of(short)
            )
            self.city.county_bureaus[county.code].append(bureau)
            self._liaison_officer(bureau)
            for _ in range(2 if short == "经信局" else 1):
                self._officer(bureau)

    def _signing_in(self, government: Department, coordination: Department, inspection: Department) -> None:
        role, reach = SystemRole, Reach
        industry, land = self.city.bureaus["市工信局"], self.city.bureaus["市自然资源局"]
        posts = {
            "office": (Rank.SECTION, coordination, "副主任", role.OFFICE, reach.REGION),
            "official": (Rank.SECTION, industry, "运行监测科科长", role.OFFICIAL, reach.OWN),
            "unit": (Rank.STAFF, land, "办公室四级主任科员", role.UNIT, reach.DEPARTMENT),
            "leader": (Rank.BUREAU, government, "常务副市长", role.LEADER, reach.REGION),
            "roster": (Rank.STAFF, coordination, "名册管理", role.ROSTER, reach.REGION),
            "assessor": (Rank.SECTION, inspection, "督查科科长", role.ASSESSOR, reach.REGION),
            "admin": (Rank.STAFF, coordination, "系统管理员", role.ADMIN, reach.REGION),
        }
        for username, name, _, _ in SIGN_INS:
            rank, unit, title, as_role, as_reach = posts[username]
            official = self._person(rank, name=name, username=username)
            self._post(official, unit, title, as_role, as_reach)
            self.city.people[username] = official
        neighbour = Region.objects.get(code=NEIGHBOUR)
        desk = _unit(f"{neighbour.name}企业名册（导入练习）", f"{neighbour.name}名册", neighbour)
        for username, same in (("roster", role.ROSTER), ("admin", role.ADMIN)):
            self._post(self.city.people[username], desk, "名册练习", same, reach.REGION)
        self.city.offices[self.city.region.code] = self.city.people["office"]
        self.city.liaison_officers[self.city.bureaus["市自然资源局"].pk] = self.city.people["unit"]
        self.city.officers.append(self.city.people["official"])
        leader = self.city.people["leader"]
        self._post(leader, government, "包抓领导", SystemRole.OFFICIAL, Reach.OWN)
        self.city.bureau_leaders.append(leader)

    def _leads(
        self, official: Official, unit: Department, title: str, reach: Reach, *, is_chief: bool = False
    ) -> None:
        """A leader reads of the whole place or unit, and looks after companies in person."""
        self._post(official, unit, title, SystemRole.LEADER, reach, is_chief=is_chief)
        self._post(official, unit, title, SystemRole.OFFICIAL, Reach.OWN, is_chief=is_chief)

    def _liaison_officer(self, unit: Department) -> None:
        if unit.pk not in self.city.liaison_officers:
            official = self._person(Rank.STAFF)
            self._post(official, unit, "联络员", SystemRole.UNIT, Reach.DEPARTMENT)
            self.city.liaison_officers[unit.pk] = official

    def _officer(self, unit: Department) -> None:
        official = self._person(self.rng.choice((Rank.SECTION, Rank.SECTION, Rank.STAFF)))
        self._post(official, unit, "包抓干部", SystemRole.OFFICIAL, Reach.OWN)
        self.city.officers.append(official)

    def _clerk(self, unit: Department, title: str, rank: Rank) -> Official:
        official = self._person(rank)
        self._post(official, unit, title, SystemRole.OFFICE, Reach.REGION)
        return official

    def _person(self, rank: Rank, *, name: str = "", username: str = "") -> Official:
        name = name or next(self._names)
        phone = str(next(self._phone))
        official = Official(
            username=username or f"g{phone[-5:]}",
            name=name,
            pinyin=pinyin_key(name),
            rank=rank,
            birth_year=self.rng.randint(1966, 1998),
            phone=phone,
            password=self._hash,
        )
        if not username:
            official.set_unusable_password()
        official.save(force_insert=True)
        return official

    def _post(
        self,
        official: Official,
        unit: Department,
        title: str,
        role: SystemRole,
        reach: Reach,
        *,
        is_chief: bool = False,
    ) -> None:
        self._posts.append(
            Posting(
                official=official,
                department=unit,
                title=title,
                is_chief=is_chief,
                role=role,
                reach=reach,
                starts_on=self.since,
            )
        )


def _region(code: str, name: str, level: str, parent: Region | None) -> Region:
    region, _ = Region.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "level": level,
            "parent": parent,
            "path": f"{parent.path if parent else ''}{code}/",
            "pinyin": pinyin_key(name),
        },
    )
    return region


def _kind_of(short: str) -> str:
    economic = short.removeprefix("市") in words.ECONOMIC
    return DepartmentKind.ECONOMIC if economic else DepartmentKind.ORGAN


def _unit(
    name: str,
    short: str,
    region: Region,
    parent: Department | None = None,
    *,
    kind: str = DepartmentKind.ORGAN,
) -> Department:
    unit = Department.objects.create(
        name=name, short_name=short, region=region, parent=parent, pinyin=pinyin_key(name), kind=kind
    )
    unit.path = f"{parent.path if parent else ''}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit
