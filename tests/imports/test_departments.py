"""单位名册: units by full name, in a tree."""

from __future__ import annotations

from liaison.choices import Verdict
from liaison.models import Department, Official
from tests.factories import Cast, DepartmentFactory
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = ("单位名称", "简称", "行政区划", "上级单位")


def test_a_superior_may_stand_further_down_the_sheet(roster: Official, cast: Cast):
    rows = [
        ["云川市招商服务中心", "招商中心", "", "云川市商务局"],
        ["云川市商务局", "市商务局", "云川市", "云川市人民政府"],
    ]
    confirm(check("departments", sheet_bytes(HEADINGS, rows), roster), roster)

    centre = Department.objects.get(name="云川市招商服务中心")
    government = Department.objects.get(name="云川市人民政府")
    assert centre.parent.name == "云川市商务局"
    assert centre.path == f"{government.path}{centre.parent_id}/{centre.pk}/"
    assert (centre.region, centre.pinyin) == (cast.city, "yunchuanshizhaoshangfuwuzhongxin")


def test_moving_a_unit_moves_those_below_it(roster: Official, cast: Cast):
    child = DepartmentFactory(name="云川市能源中心", parent=cast.power)
    rows = [[cast.power.name, "市供电局", "", "云川市人民政府"]]
    run = confirm(check("departments", sheet_bytes(HEADINGS, rows), roster), roster)

    child.refresh_from_db()
    government = Department.objects.get(name="云川市人民政府")
    assert child.path == f"{government.path}{cast.power.pk}/{child.pk}/"
    assert run.rows.get().changes["上级单位"] == ["", "云川市人民政府"]


def test_refuses_circles_unknown_superiors_and_other_regions(roster: Official, cast: Cast):
    rows = [
        ["甲局", "", "", "乙局"],
        ["乙局", "", "", "甲局"],
        ["丙局", "", "", "没有的局"],
        ["丁局", "", "西安市", ""],
        ["戊局", "", "", "戊局"],
    ]
    run = check("departments", sheet_bytes(HEADINGS, rows), roster)
    assert set(verdicts(run).values()) == {Verdict.ERROR}
    assert "绕成了圈" in reasons(run, 2)["上级单位"]
    assert "没有名为" in reasons(run, 4)["上级单位"]
    assert "不是云川市" in reasons(run, 5)["行政区划"]


def test_the_same_again_changes_nothing(roster: Official, cast: Cast):
    content = sheet_bytes(HEADINGS, [["云川市统计局", "市统计局", "云川市", "云川市人民政府"]])
    confirm(check("departments", content, roster), roster)
    assert verdicts(check("departments", content, roster)) == {2: Verdict.SAME}
