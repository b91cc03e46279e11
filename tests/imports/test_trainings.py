"""培训记录: people found in the directory, a training kept once; chiefs and kinds of units by roster."""

from __future__ import annotations

from datetime import date

from liaison.choices import DepartmentKind, Verdict
from liaison.models import Department, Official, Posting, Training
from tests.factories import Cast, OfficialFactory, PostingFactory
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = ("姓名", "手机号", "单位", "培训日期", "内容")
DAY = "2026-03-01"


def test_records_many_at_once_and_each_once(office: Official, cast: Cast):
    rows = [
        [cast.official.name, cast.official.phone, "", DAY, "惠企政策"],
        [cast.unit.name, "", cast.land.name, DAY, "惠企政策"],
    ]
    content = sheet_bytes(HEADINGS, rows)
    run = check("trainings", content, office)
    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.NEW}
    confirm(run, office)
    kept = Training.objects.order_by("pk").values_list("official", "on", "subject", "recorded_by")
    assert list(kept) == [
        (who.pk, date(2026, 3, 1), "惠企政策", office.pk) for who in (cast.official, cast.unit)
    ]
    assert set(verdicts(check("trainings", content, office)).values()) == {Verdict.SAME}


def test_refuses_strangers_namesakes_and_days_to_come(office: Official, cast: Cast):
    twin = PostingFactory(official=OfficialFactory(name=cast.official.name)).official
    rows = [
        ["没有此人", "", "", DAY, "惠企政策"],
        [cast.official.name, "", "", DAY, "惠企政策"],
        [twin.name, cast.unit.phone, "", DAY, "惠企政策"],
        [cast.unit.name, cast.unit.phone, "", "2026-12-31", "惠企政策"],
    ]
    run = check("trainings", sheet_bytes(HEADINGS, rows), office)
    assert set(verdicts(run).values()) == {Verdict.ERROR}
    assert "没有这名在任干部" in reasons(run, 2)["姓名"]
    assert "请填手机号或单位" in reasons(run, 3)["姓名"]
    assert "没有这名在任干部" in reasons(run, 4)["手机号"]
    assert "不能晚于上传当天" in reasons(run, 5)["培训日期"]


def test_chiefs_come_with_the_roster_of_officials(roster: Official, cast: Cast):
    headings = ("姓名", "手机号", "单位", "主要负责人")
    rows = [[cast.official.name, cast.official.phone, cast.industry.name, "是"]]
    run = confirm(check("officials", sheet_bytes(headings, rows), roster), roster)
    assert run.rows.get().changes == {"主要负责人": ["否", "是"]}
    assert Posting.objects.get(official=cast.official).is_chief


def test_kinds_come_with_the_roster_of_units(roster: Official, cast: Cast):
    rows = [[cast.industry.name, "经济部门"], [cast.land.name, "机关"], [cast.power.name, "电力"]]
    run = check("departments", sheet_bytes(("单位名称", "单位类别"), rows), roster)
    assert verdicts(run) == {2: Verdict.CHANGED, 3: Verdict.SAME, 4: Verdict.ERROR}
    confirm(run, roster)
    assert Department.objects.get(pk=cast.industry.pk).kind == DepartmentKind.ECONOMIC
