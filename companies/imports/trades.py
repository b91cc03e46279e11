"""主管行业名册: which sections and divisions of GB/T 4754 each unit is in charge of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from companies.imports.companies import industry_code
from companies.models import DepartmentTrade
from companies.reports.industries import industry_names
from companies.services import set_trades
from liaison.choices import Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import DepartmentIndex, RegionIndex
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, register
from liaison.imports.widgets import CellWidget, Shown
from liaison.models import Department, ImportRow, Official, Region
from liaison.perms import Capability

MARKS = re.compile(r"[、，,;；\n]+")
CODED = re.compile(r"([A-Ta-t]|\d{2})\s*(\D.+)")


class Trades(CellWidget):
    """Several sections or divisions, by code or name, between 、; "无" takes all away."""

    blank_words = False

    def read(self, text: str) -> list[str]:
        """The codes, in the standard's order."""
        if text in ("无", "没有"):
            return []
        parts = [part.strip() for part in MARKS.split(text) if part.strip()]
        codes: set[str] = set()
        while parts:  # a name may hold a 、 itself: the longest that is one counts
            for end in range(len(parts), 0, -1):
                if code := _code("、".join(parts[:end])):
                    codes.add(code)
                    parts = parts[end:]
                    break
            else:
                raise ValueError(f"“{parts[0]}”不是 GB/T 4754 的门类或大类，请写代码或全名")
        return [code for code in industry_names() if code in codes]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Each with its name."""
        names = industry_names()
        return "、".join(f"{code} {names[code]}" for code in value or ())


def _code(words: str) -> str:
    if (found := CODED.fullmatch(words)) and industry_names().get(found[1].upper()) == found[2].strip():
        return found[1].upper()
    try:
        return industry_code(words)
    except ValueError:
        return ""


class TradesColumn(Column):
    """Of the unit's rows, which `current_trades` brings along."""

    def get_value(self, instance: Any) -> list[str] | None:
        """The codes; None where nothing is stated."""
        codes = {trade.code for trade in instance.trades.all()}
        return [code for code in industry_names() if code in codes] or None


class TradeResource(RosterResource):
    """The columns of a list of units with their trades: all trades of a unit on one line."""

    name = Column(
        "单位",
        "name",
        Shown(80),
        synonyms=("单位名称", "单位全称", "部门", "部门名称"),
        required=True,
        example="云川市工业和信息化局",
        note="全称，或没有重名的简称",
        width=30,
    )
    trades = TradesColumn(
        "主管行业",
        None,
        Trades(),
        synonyms=("行业", "分管行业", "行业代码", "主管行业门类"),
        required=True,
        is_text=True,
        example="34、36、信息传输、软件和信息技术服务业",
        note="门类或大类的代码或名称，几个之间用、隔开；写“无”即清空。以本表为准，原有的被替换",
        width=40,
    )

    class Meta:
        model = Department
        fields = ("name", "trades")
        import_id_fields = ("name",)


class TradeExaminer(Examiner):
    """Finds the unit, and compares with what is written down of it."""

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.units = DepartmentIndex()
        self.regions = RegionIndex(scope.region)

    def identify(self, draft: Draft) -> None:
        """One line per unit."""
        draft.key = draft.label = draft.given.get("name", "")
        if draft.key:
            try:
                unit = self.units.find(draft.key, self.scope.region)
            except ValueError as problem:
                draft.blame("name", str(problem))
                return
            draft.key = draft.label = unit.name
            draft.given["name"] = unit
            if not self.regions.covers(unit.region):
                draft.blame("name", f"该单位属{unit.region}，不在{self.scope.region}范围内")

    def hold(self, drafts: Iterable[Draft]) -> None:
        """Every unit, in the order of their keys, as a roster of units does."""
        units = Department.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        list(units.values_list("pk", flat=True))

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """One query for the batch; while applying, every unit is held."""
        good = [draft for draft in drafts if not draft.errors]
        kept: dict[int, set[str]] = {}
        rows = DepartmentTrade.objects.filter(department__in=[draft.given["name"].pk for draft in good])
        for unit, code in rows.order_by("pk").values_list("department", "code"):
            kept.setdefault(unit, set()).add(code)
        for draft in good:
            unit = draft.given["name"]
            before = [code for code in industry_names() if code in kept.get(unit.pk, ())]
            new = draft.given["trades"]
            same = before == new
            draft.verdict = Verdict.SAME if same else Verdict.CHANGED if before else Verdict.NEW
            if before:
                self.show_changes(draft, {"trades": before}, {"trades": new})
            draft.values = {"department": unit.pk, "codes": new}
            self.tell(draft, unit.region, self.columns["trades"].show(new))

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """Each unit's trades as the sheet has them, each with its line in the trail."""
        units = Department.objects.in_bulk([row.values["department"] for row in rows])
        for row in rows:
            set_trades(department=units[row.values["department"]], codes=row.values["codes"], by=by, at=at)


def current_trades(region: Region, on: date) -> QuerySet[Department]:
    """The region's units with their trades, to be edited and sent back."""
    units = Department.objects.filter(region__path__startswith=region.path, is_active=True)
    return units.prefetch_related("trades").order_by("region__path", "pinyin", "pk")


TRADES = register(
    Roster(
        code="trades",
        name="单位主管行业",
        unit="个单位",
        about="每个单位主管哪些行业（GB/T 4754），试排时企业优先派给主管其行业的单位。",
        resource=TradeResource,
        examiner=TradeExaminer,
        current=current_trades,
        capability=Capability.IMPORT_COMPANIES,
        order=5,
    )
)
