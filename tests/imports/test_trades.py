"""主管行业名册: several trades in one cell, by code or name; replaced as a whole; traced unit by unit."""

from __future__ import annotations

from liaison.choices import Verdict
from liaison.models import AuditEvent, Department, Official
from tests.factories import Cast, DepartmentTradeFactory
from tests.imports.files import check, confirm, reasons, sheet_bytes, verdicts

HEADINGS = ("单位", "主管行业")


def codes(unit: Department) -> list[str]:
    return sorted(unit.trades.order_by("pk").values_list("code", flat=True))


def test_reads_several_by_code_or_name_even_where_a_name_holds_the_mark(office: Official, cast: Cast):
    rows = [
        [cast.industry.name, "34、通用设备制造业、C"],
        [cast.power.name, "电力、热力、燃气及水生产和供应业、D 电力、热力、燃气及水生产和供应业、44"],
    ]
    run = check("trades", sheet_bytes(HEADINGS, rows), office)
    assert verdicts(run) == {2: Verdict.NEW, 3: Verdict.NEW}
    confirm(run, office)
    assert codes(cast.industry) == ["34", "C"]
    assert codes(cast.power) == ["44", "D"]
    event = AuditEvent.objects.filter(action="主管行业").earliest("pk")
    assert (event.by, event.detail["codes"]) == (office, ["34", "C"])


def test_replaces_what_was_and_the_same_again_is_the_same(office: Official, cast: Cast):
    DepartmentTradeFactory(department=cast.industry, code="13")
    content = sheet_bytes(HEADINGS, [[cast.industry.name, "C"], [cast.land.name, "K"]])
    run = check("trades", content, office)
    assert run.rows.order_by("number").first().changes == {"主管行业": ["13 农副食品加工业", "C 制造业"]}
    confirm(run, office)
    assert codes(cast.industry) == ["C"]
    assert set(verdicts(check("trades", content, office)).values()) == {Verdict.SAME}


def test_takes_all_away_only_by_saying_so(office: Official, cast: Cast):
    DepartmentTradeFactory(department=cast.industry, code="13")
    run = check("trades", sheet_bytes(HEADINGS, [[cast.industry.name, ""]]), office)
    assert set(verdicts(run).values()) == {Verdict.ERROR}
    confirm(check("trades", sheet_bytes(HEADINGS, [[cast.industry.name, "无"]]), office), office)
    assert not codes(cast.industry)


def test_refuses_unknown_units_and_trades_and_a_unit_twice(office: Official, cast: Cast):
    rows = [["没有这个局", "C"], [cast.land.name, "C、造船"], [cast.power.name, "D"], [cast.power.name, "C"]]
    run = check("trades", sheet_bytes(HEADINGS, rows), office)
    assert verdicts(run)[2] == verdicts(run)[3] == Verdict.ERROR
    assert verdicts(run)[5] == Verdict.DUPLICATE
    assert "请先导入单位" in reasons(run, 2)["单位"]
    assert "“造船”不是 GB/T 4754 的门类或大类" in reasons(run, 3)["主管行业"]
