"""A roster of companies that came in today, checked and waiting for the roster staff's confirmation."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import datetime
from pathlib import Path
from random import Random

from django.core.files.base import ContentFile

from companies.models import Company
from liaison.demo import words
from liaison.demo.city import City
from liaison.demo.firms import Firms, credit_code
from liaison.imports import engine
from liaison.imports.columns import suggest_mapping
from liaison.imports.rosters import roster_of
from liaison.services.imports import start_import

HEADINGS = (
    "企业名称",
    "统一社会信用代码",
    "所属县区",
    "企业类型",
    "成立日期",
    "注册资本（万元）",
    "职工人数",
    "地址",
)
NEW = 9


def hand_in_roster(*, city: City, firms: Firms, rng: Random, at: datetime) -> None:
    """Upload and check a sheet with lines of every verdict, as the roster staff would."""
    lines = _lines(city, firms.companies, rng)
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *lines])
    data = text.getvalue().encode("utf-8-sig")
    roster = roster_of("companies")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        path.write_bytes(data)
        sheet = engine.open_sheet(path, roster)
        digest = engine.file_sha256(path)
    run = start_import(
        kind=roster.code,
        region=city.region,
        file=ContentFile(data),
        file_name=f"云川市新增企业名册（{at:%-m月}）.csv",
        sha256=digest,
        headings=sheet.headings,
        mapping=suggest_mapping(roster.columns, sheet.headings)[0],
        rows_total=sheet.total,
        options={},
        is_mapped=True,
        announced=False,  # there is no worker in the demo's story: it checks the file itself
        by=city.people["roster"],
        at=at,
    )
    engine.check_import(run_id=run.pk, at=at)


def _lines(city: City, companies: list[Company], rng: Random) -> list[list[object]]:
    kind, since = "有限责任公司", "2026-03-16"
    brands = [f"{head}{tail}" for head in "麓沅" for tail in words.BRAND_TAILS]
    found: list[list[object]] = []
    for number, brand in enumerate(brands[:NEW]):
        county = city.counties[number % len(city.counties)]
        trade = words.TRADES[(number * 5) % len(words.TRADES)][0]
        name = f"{county.name}{brand}{trade}有限公司"
        code = credit_code(57_000_000 + number * 41, county.code)
        address = f"{county.name}{rng.choice(words.ROADS)}{rng.randint(1, 99)}号"
        found.append(
            [name, code, county.name, kind, since, rng.choice((50, 200, 800)), rng.randint(5, 90), address]
        )
    for company in companies[2:6]:  # known already, with more people than we knew
        staff = (company.staff_count or 0) + rng.randint(3, 60)
        found.append([company.name, company.uscc, "", "", "", "", staff, ""])
    found += [
        [company.name, company.uscc, "", "", "", "", company.staff_count, ""] for company in companies[6:9]
    ]
    found.append(found[0])  # the same line twice
    wrong = found[1][:]
    wrong[0], wrong[1] = f"{city.counties[0].name}沅野商贸有限公司", f"{str(found[1][1])[:-1]}?"
    typo = found[2][:]
    typo[0], typo[1] = f"{city.counties[1].name}麓桥物流有限公司", "9.15199E+17"
    return [*found, wrong, typo]
