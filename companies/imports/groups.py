"""工作组名单: groups and who is in them, a member on each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from companies.imports.programmes import ProgrammeOptions, programme_of
from companies.services.enrolments import lock_programme
from companies.services.groups import GroupRefused, check_group, new_group
from liaison.choices import GroupDuty, Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import DepartmentIndex, PeopleIndex, RegionIndex, squeezed
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, Wrong, register
from liaison.imports.widgets import MOBILE, Choice, Day, Shown, Text
from liaison.models import (
    Department,
    Group,
    GroupMember,
    GroupRule,
    ImportRow,
    Official,
    ProgrammeVersion,
    Region,
)
from liaison.perms import Capability
from liaison.services import record

DUTY_WORDS = {
    "队长": GroupDuty.HEAD, "负责人": GroupDuty.HEAD, "牵头人": GroupDuty.HEAD,
    "副队长": GroupDuty.DEPUTY, "组员": GroupDuty.MEMBER, "队员": GroupDuty.MEMBER,
}  # fmt: skip
OF_GROUP = ("sort", "region", "host", "task")  # what every line of a group must agree on


class GroupResource(RosterResource):
    """The columns of a list of groups."""

    name = Column(
        "工作组",
        "group__name",
        Text(60),
        synonyms=("组名", "小组名称", "工作组名称", "小分队", "小分队名称"),
        required=True,
        example="第 1 小分队",
        width=20,
    )
    sort = Column(
        "组别",
        "group__sort",
        Text(40),
        synonyms=("工作组类别", "类别"),
        example="三合一工作小分队",
        note="方案里的组别；新设的组必填，同组各行填第一行即可",
        width=20,
    )
    region = Column(
        "区划", "group__region__name", Shown(60), synonyms=("行政区划", "县区"), note="空白即本次导入的区划"
    )
    host = Column(
        "依托单位",
        "group__department__name",
        Shown(80),
        synonyms=("牵头单位", "主办单位"),
        example="云川市工业和信息化局",
        note="新设的组必填",
        width=28,
    )
    task = Column("任务", "group__task", Text(200), synonyms=("工作任务", "负责事项"), width=24)
    official = Column(
        "姓名", "official__name", Text(40), synonyms=("成员", "成员姓名", "干部姓名"), example="林小舟"
    )
    phone = Column(
        "手机号",
        "official__phone",
        MOBILE,
        synonyms=("手机号码", "手机", "联系电话", "电话"),
        is_text=True,
        example="13900000001",
        note="没有则按姓名＋单位识别",
    )
    department = Column(
        "成员单位", "department__name", Shown(80), synonyms=("单位", "所在单位", "工作单位"), width=28
    )
    duty = Column(
        "职务",
        "duty",
        Choice(GroupDuty, DUTY_WORDS),
        synonyms=("组内职务", "分工", "角色"),
        example="成员",
        note="组长、副组长、成员或指导员；空白即成员",
    )
    starts_on = Column(
        "进组日", "starts_on", Day(), synonyms=("起", "进组日期", "开始日期"), note="空白即上传当天"
    )

    class Meta:
        model = GroupMember
        fields = (
            "name", "sort", "region", "host", "task", "official", "phone", "department", "duty", "starts_on",
        )  # fmt: skip
        import_id_fields = ("name", "phone")


@dataclass
class Body:
    """A group as the sheet and the register know it."""

    name: str
    line: int  # the first that names it
    kept: Group | None = None
    rule: GroupRule | None = None
    region: Region | None = None
    host: Department | None = None
    task: str = ""
    starts_on: date = date.max
    trouble: Wrong | None = None  # why it cannot be set up
    head: str = ""  # who heads it, and where that is known from
    members: dict[int, GroupMember] = field(default_factory=dict)  # official → membership kept


class GroupExaminer(Examiner):
    """Reads the whole sheet at once: a group is what its lines say together."""

    batch_size = 100_000

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.programme = programme_of(scope)
        self.rules: dict[date, dict[str, GroupRule]] = {}  # the sorts that the rules of the day name
        self.regions = RegionIndex(scope.region)
        self.units = DepartmentIndex()
        self.people = PeopleIndex()
        self.bodies: dict[str, Body] = {}
        self.made: dict[str, Group] = {}

    def identify(self, draft: Draft) -> None:
        """One line per group and person."""
        given = draft.given
        draft.label = given.get("name", "")
        given.setdefault("starts_on", self.scope.on)
        unit = squeezed(given.get("department", ""))
        who = given.get("phone") or squeezed(given.get("official", "")) + (f"@{unit}" if unit else "")
        draft.key = f"{squeezed(draft.label)}|{who}"

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """First the groups, then who is in them; four queries whatever the length."""
        if lock:
            self.programme = lock_programme(self.programme)
        self._gather(drafts, lock=lock)
        given = [draft.given for draft in drafts]
        self.people.load(
            phones=[line["phone"] for line in given if "phone" in line],
            names=[line["official"] for line in given if "official" in line and "phone" not in line],
            lock=lock,
        )
        met: dict[tuple[str, int], int] = {}
        for draft in drafts:
            if not draft.errors:
                try:
                    self._judge(draft, self.bodies[squeezed(draft.given["name"])], met)
                except Wrong as wrong:
                    draft.blame(wrong.name, wrong.reason)

    # --- the groups ---------------------------------------------------------------------------

    def _gather(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        names = {draft.given["name"] for draft in drafts}
        groups = Group.objects.filter(programme=self.programme, name__in=names).order_by("starts_on", "pk")
        if lock:
            groups = groups.select_for_update(of=("self",), no_key=True)
        kept = {squeezed(group.name): group for group in groups.not_over_by(self.scope.on)}
        for draft in drafts:
            given = draft.given
            name = squeezed(given["name"])
            body = self.bodies.setdefault(name, Body(given["name"], draft.number, kept.get(name)))
            body.starts_on = min(body.starts_on, given["starts_on"])
            try:
                self._agree(body, given)
            except Wrong as wrong:
                draft.blame(wrong.name, wrong.reason)
        self._read_members()
        for body in self.bodies.values():
            if body.kept is None:
                try:
                    self._check_new(body)
                except Wrong as wrong:
                    body.trouble = wrong

    def _agree(self, body: Body, given: dict[str, Any]) -> None:
        """What a line says of its group must be what the register or an earlier line says."""
        said: dict[str, Any] = {name: given[name] for name in OF_GROUP if name in given}
        try:
            if "region" in said:
                said["region"] = self.regions.find(said["region"])
        except ValueError as problem:
            raise Wrong("region", str(problem)) from None
        try:
            if "host" in said:
                said["host"] = self.units.find(said["host"], self.scope.region)
        except ValueError as problem:
            raise Wrong("host", str(problem)) from None
        if "sort" in said:
            said["rule"] = self._rule(said.pop("sort"), given["starts_on"])
        for name, value in said.items():
            column = "sort" if name == "rule" else name
            before, where = self._known(body, name)
            if before and str(before) != str(value):
                raise Wrong(column, f"与{where}不一致：“{body.name}”是“{before}”")
            if not before:
                setattr(body, name, value)

    def _known(self, body: Body, name: str) -> tuple[Any, str]:
        """What is known of the group so far, and from where."""
        if body.kept is None:
            return getattr(body, name), "本表前面的行"
        kept = body.kept
        pairs = {
            "rule": kept.sort,
            "region": self.regions.by_pk[kept.region_id],
            "host": self.units.by_pk[kept.department_id],
            "task": kept.task,
        }
        return pairs[name], f"已设立的组（{kept.starts_on} 起）"

    def _rule(self, words: str, on: date) -> GroupRule:
        if on not in self.rules:
            try:
                version = self.programme.version_on(on)
            except ProgrammeVersion.DoesNotExist:
                raise Wrong("starts_on", f"“{self.programme}”在 {on} 还没有已发布的规则") from None
            rows = version.groups.select_related("version").order_by("position", "pk")
            self.rules[on] = {squeezed(rule.name): rule for rule in rows}
        rules = self.rules[on]
        if squeezed(words) not in rules:
            known = "、".join(rule.name for rule in rules.values()) or "方案不设工作组"
            raise Wrong("sort", f"方案里没有“{words}”这个组别，有：{known}")
        return rules[squeezed(words)]

    def _check_new(self, body: Body) -> None:
        if body.rule is None:
            raise Wrong("sort", f"“{body.name}”还没有设立，第一行要写组别")
        if body.host is None:
            raise Wrong("host", f"“{body.name}”还没有设立，第一行要写依托单位")
        body.region = body.region or self.scope.region
        try:
            check_group(
                programme=self.programme, rule=body.rule, name=body.name, region=body.region,
                department=body.host, starts_on=body.starts_on, at=self.scope.at,
            )  # fmt: skip
        except GroupRefused as refusal:
            raise Wrong("name", str(refusal).rstrip("。")) from None

    def _read_members(self) -> None:
        kept = {body.kept.pk: body for body in self.bodies.values() if body.kept}
        members = GroupMember.objects.filter(group__in=kept).not_over_by(self.scope.on)
        for member in members.select_related("official").order_by("starts_on", "pk"):
            body = kept[member.group_id]
            body.members[member.official_id] = member
            if member.duty == GroupDuty.HEAD:
                body.head = f"{member.official}（自 {member.starts_on}）"

    # --- the members --------------------------------------------------------------------------

    def _judge(self, draft: Draft, body: Body, met: dict[tuple[str, int], int]) -> None:
        given, kept = draft.given, body.kept
        if body.trouble:
            raise body.trouble
        if kept and not self.regions.covers(self.regions.by_pk[kept.region_id]):
            raise Wrong("name", f"该组属{self.regions.by_pk[kept.region_id]}，不在{self.scope.region}范围内")
        draft.values = {"group": self._as_json(body), "official": None}
        draft.verdict = Verdict.SAME if kept else Verdict.NEW
        about: list[object] = [body.rule or (kept and kept.sort)]
        if "official" in given or "phone" in given:
            about += self._judge_member(draft, body, met)
        self.tell(draft, *about)

    def _judge_member(self, draft: Draft, body: Body, met: dict[tuple[str, int], int]) -> list[object]:
        given, on = draft.given, draft.given["starts_on"]
        try:
            unit = self.units.find(given["department"], self.scope.region) if "department" in given else None
        except ValueError as problem:
            raise Wrong("department", str(problem)) from None
        official = self.people.find(name=given.get("official"), phone=given.get("phone"), unit=unit, on=on)
        posts = self.people.posts(official, unit, on)
        first = met.setdefault((body.name, official.pk), draft.number)
        if first != draft.number:
            raise Wrong("official", f"{official}在第 {first} 行已列入该组")
        duty = GroupDuty(given.get("duty", GroupDuty.MEMBER))
        standing = body.members.get(official.pk)
        about: list[object] = [official, posts[0].department.name, duty.label, f"{on} 起"]
        if standing is not None:
            if "duty" in given and standing.duty != duty:
                was = standing.get_duty_display()
                raise Wrong("duty", f"{official}自 {standing.starts_on} 起是组内的{was}；换职务请先让其离组")
            draft.verdict = Verdict.SAME
            return about
        self._check_days(body, on)
        if duty == GroupDuty.HEAD:
            if body.head:
                raise Wrong("duty", f"组长已由{body.head}担任，一个组同时只有一名组长")
            body.head = f"{official}（本表第 {draft.number} 行）"
        draft.verdict = Verdict.NEW
        draft.values |= {
            "official": official.pk,
            "department": posts[0].department_id,
            "duty": duty.value,
            "starts_on": on.isoformat(),
        }
        return about

    def _check_days(self, body: Body, on: date) -> None:
        kept = body.kept
        if kept and on < kept.starts_on:
            raise Wrong("starts_on", f"该组 {kept.starts_on} 成立，不能更早进组")
        last = kept.ends_on if kept else self.programme.ends_on
        if last and on > last:
            raise Wrong("starts_on", f"该组到 {last} 为止，不能更晚进组")

    def _as_json(self, body: Body) -> dict[str, Any]:
        if body.kept:
            return {"id": body.kept.pk, "name": body.name}
        if body.rule is None or body.region is None or body.host is None:
            raise ValueError("a group that was refused is not written")
        return {
            "id": None,
            "name": body.name,
            "rule": body.rule.pk,
            "region": body.region.pk,
            "host": body.host.pk,
            "task": body.task,
            "starts_on": body.starts_on.isoformat(),
        }

    # --- writing ------------------------------------------------------------------------------

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """New groups first, then their members."""
        wanted = {row.values["group"]["name"]: row.values["group"] for row in rows}
        self._form([group for group in wanted.values() if group["id"] is None], by=by, at=at)
        kept = Group.objects.in_bulk([group["id"] for group in wanted.values() if group["id"]])
        joined: dict[int, tuple[Group, list[GroupMember]]] = {}
        for row in rows:
            values = row.values
            if values["official"] is None:
                continue
            group = kept.get(values["group"]["id"]) or self.made[values["group"]["name"]]
            joined.setdefault(group.pk, (group, []))[1].append(
                GroupMember(
                    group=group,
                    official_id=values["official"],
                    department_id=values["department"],
                    duty=values["duty"],
                    starts_on=date.fromisoformat(values["starts_on"]),
                    ends_on=group.ends_on,
                )
            )
        GroupMember.objects.bulk_create([member for _, members in joined.values() for member in members])
        for group, members in joined.values():
            record("进组", group, by=by, at=at, officials=[member.official_id for member in members])

    def _form(self, wanted: list[dict[str, Any]], *, by: Official, at: datetime) -> None:
        fresh = [group for group in wanted if group["name"] not in self.made]
        rules = GroupRule.objects.in_bulk([group["rule"] for group in fresh])
        made = [
            new_group(
                self.programme, rules[group["rule"]], group["name"], group["region"], group["host"],
                group["task"], date.fromisoformat(group["starts_on"]),
            )
            for group in fresh
        ]  # fmt: skip
        for group in Group.objects.bulk_create(made):
            self.made[group.name] = group
            record("设立工作组", group, by=by, at=at, sort=group.sort, starts_on=group.starts_on.isoformat())


def _names_member(mapping: dict[str, str]) -> str:
    return "" if {"official", "phone", "sort"} & mapping.keys() else "姓名、手机号或组别（至少一列）"


GROUPS = register(
    Roster(
        code="groups",
        name="工作组名单",
        unit="名成员",
        about="工作组和成员，一行一名成员；还没有的组按第一行设立。组别以所选方案为准，一个组同时只有一名组长。",
        resource=GroupResource,
        examiner=GroupExaminer,
        capability=Capability.IMPORT_COMPANIES,
        check_mapping=_names_member,
        options_form=ProgrammeOptions,
        order=7,
    )
)
