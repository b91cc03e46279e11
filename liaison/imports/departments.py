"""单位名册: departments by their full name, in a tree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from liaison.choices import DepartmentKind, Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import DepartmentIndex, RegionIndex, squeezed
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, register
from liaison.imports.widgets import Choice, Shown, Text, YesNo
from liaison.models import Department, ImportRow, Official, Region
from liaison.normalise import pinyin_key
from liaison.perms import Capability

KIND_WORDS = {
    "机关": DepartmentKind.ORGAN,
    "行政机关": DepartmentKind.ORGAN,
    "经济": DepartmentKind.ECONOMIC,
    "大学": DepartmentKind.UNIVERSITY,
    "院校": DepartmentKind.UNIVERSITY,
    "镇街": DepartmentKind.TOWN,
    "乡镇": DepartmentKind.TOWN,
    "街道": DepartmentKind.TOWN,
    "社区": DepartmentKind.TOWN,
    "其他": DepartmentKind.OTHER,
}


class DepartmentResource(RosterResource):
    """The columns of a roster of units."""

    name = Column(
        "单位名称",
        "name",
        Text(80),
        synonyms=("单位全称", "名称", "单位", "部门名称", "部门"),
        required=True,
        example="云川市工业和信息化局",
        note="全称，不能重复",
        width=30,
    )
    short_name = Column(
        "简称", "short_name", Text(40), synonyms=("单位简称",), example="市工信局", note="页面上显示的短名"
    )
    region = Column(
        "行政区划",
        "region__name",
        Shown(60),
        synonyms=("所属区划", "区划", "县区", "所属县区", "区划代码", "行政区划代码"),
        example="云川市",
        note="名称或代码；空白即本次导入的区划",
    )
    parent = Column(
        "上级单位",
        "parent__name",
        Shown(80),
        synonyms=("主管单位", "上级部门", "隶属单位"),
        example="云川市人民政府",
        note="可以是本表里的单位",
        width=24,
    )
    kind = Column(
        "单位类别",
        "kind",
        Choice(DepartmentKind, KIND_WORDS),
        synonyms=("类别", "单位性质", "单位类型"),
        example="经济部门",
        note="党政机关、经济部门、高校、镇街社区或其他单位；任职资格和限额按它区分",
        width=14,
    )
    is_active = Column(
        "在用", "is_active", YesNo(), synonyms=("是否在用", "启用"), example="是", note="是或否"
    )

    class Meta:
        model = Department
        fields = ("name", "short_name", "region", "parent", "kind", "is_active")
        import_id_fields = ("name",)


class DepartmentExaminer(Examiner):
    """Reads the whole sheet at once: a unit's superior may stand further down."""

    batch_size = 100_000

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.regions = RegionIndex(scope.region)
        self.units = DepartmentIndex()
        self.superiors: dict[str, str] = {}  # unit → superior, as written so far

    def identify(self, draft: Draft) -> None:
        """One line per full name."""
        draft.key = draft.label = draft.given.get("name", "")

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """Find regions and superiors, refuse circles, compare with what is kept."""
        if lock:
            list(Department.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        names = {squeezed(draft.key): draft.key for draft in drafts}
        for draft in drafts:
            self._place(draft, names)
        self._refuse_circles(drafts)
        for draft in drafts:
            if not draft.errors:
                self._compare(draft)

    def _place(self, draft: Draft, names: dict[str, str]) -> None:
        given = draft.given
        kept = self.units.by_name.get(squeezed(draft.key))
        if kept and not self.regions.covers(kept.region):
            draft.blame("name", f"该单位属{kept.region}，不在{self.scope.region}范围内")
        try:
            if "region" in given:
                given["region"] = self.regions.find(given["region"])
            elif not kept:
                given["region"] = self.scope.region
        except ValueError as problem:
            draft.blame("region", str(problem))
        if "parent" in given:
            wanted = squeezed(given["parent"])
            try:
                given["parent"] = names.get(wanted) or self.units.find(wanted, self.scope.region).name
            except ValueError as problem:
                draft.blame("parent", str(problem))

    def _refuse_circles(self, drafts: Sequence[Draft]) -> None:
        above = {unit.name: unit.parent_id for unit in self.units.by_pk.values()}
        superior: dict[str, str | None] = {
            name: self.units.by_pk[pk].name if pk else None for name, pk in above.items()
        }
        superior |= {d.key: d.given["parent"] for d in drafts if "parent" in d.given and not d.errors}
        for draft in drafts:
            met, here = {draft.key}, superior.get(draft.key)
            while here and here not in met:
                met.add(here)
                here = superior.get(here)
            if here:
                draft.blame("parent", "上级单位绕成了圈：上级不能是自己或自己的下级")

    def _compare(self, draft: Draft) -> None:
        kept = self.units.by_name.get(squeezed(draft.key))
        new: dict[str, Any] = {name: value for name, value in draft.given.items() if name != "name"}
        old: dict[str, Any] = {}
        if kept:
            parent = self.units.by_pk[kept.parent_id].name if kept.parent_id else None
            old = {"short_name": kept.short_name, "region": kept.region, "parent": parent}
            old |= {"kind": kept.kind, "is_active": kept.is_active}
            new = {name: value for name, value in new.items() if old[name] != value}
        draft.verdict = Verdict.CHANGED if kept and new else Verdict.SAME if kept else Verdict.NEW
        if kept:
            self.show_changes(draft, old, new)
        draft.values = {
            "id": kept.pk if kept else None,
            "name": kept.name if kept else draft.key,
            "set": _as_json(new),
            "was": _as_json({name: old[name] for name in new} if kept else {}),
        }
        self.tell(draft, draft.given.get("region") or old.get("region"), draft.given.get("parent"))

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """Units first, superiors when all of them exist."""
        kept = Department.objects.in_bulk([row.values["id"] for row in rows if row.values["id"]])
        new = []
        for row in rows:
            fields = row.values["set"]
            unit = kept.get(row.values["id"])
            if unit is None:
                unit = Department(name=row.values["name"], pinyin=pinyin_key(row.values["name"])[:200])
                new.append(unit)
            for name in fields.keys() - {"region", "parent"}:
                setattr(unit, name, fields[name])
            if "region" in fields:
                unit.region_id = fields["region"]
        Department.objects.bulk_create(new, batch_size=500)
        Department.objects.bulk_create(
            kept.values(),
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["short_name", "region", "kind", "is_active"],
        )
        self.superiors |= {
            row.values["name"]: row.values["set"]["parent"] for row in rows if "parent" in row.values["set"]
        }

    def finish(self) -> None:
        """Hang the units into their tree and write every path anew."""
        pairs = self.superiors
        ids = dict(Department.objects.filter(name__in={*pairs, *pairs.values()}).values_list("name", "pk"))
        moved = [Department(pk=ids[name], parent_id=ids[upper]) for name, upper in pairs.items()]
        Department.objects.bulk_update(moved, ["parent"], batch_size=500)
        with connection.cursor() as cursor:
            cursor.execute(_WRITE_PATHS)


_WRITE_PATHS = """
    WITH RECURSIVE tree (id, path) AS (
        SELECT id, id::text || '/' FROM liaison_department WHERE parent_id IS NULL
        UNION ALL
        SELECT d.id, tree.path || d.id::text || '/'
          FROM liaison_department d JOIN tree ON d.parent_id = tree.id
    )
    UPDATE liaison_department d SET path = tree.path
      FROM tree WHERE d.id = tree.id AND d.path IS DISTINCT FROM tree.path
"""


def _as_json(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value.pk if name == "region" else value for name, value in fields.items()}


def current_departments(region: Region, on: date) -> QuerySet[Department]:
    """The region's units as they stand, to be edited and sent back."""
    units = Department.objects.filter(region__path__startswith=region.path)
    return units.select_related("region", "parent").order_by("region__path", "pinyin", "pk")


DEPARTMENTS = register(
    Roster(
        code="departments",
        name="单位名册",
        unit="个单位",
        about="市、县区的单位和上下级关系，以全称为准。",
        resource=DepartmentResource,
        examiner=DepartmentExaminer,
        current=current_departments,
        capability=Capability.IMPORT_PEOPLE,
        order=1,
    )
)
