"""干部名册: officials by their mobile number (or name and unit), each line with one post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet

from liaison.choices import Rank, Reach, SystemRole, Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import DepartmentIndex, hold_officials, squeezed
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, register
from liaison.imports.widgets import MOBILE, BirthYear, Choice, Day, Shown, Text, YesNo
from liaison.models import Department, ImportRow, Official, Posting, Region
from liaison.normalise import pinyin_key
from liaison.perms import Capability, is_administrator, may

REACH_OF_ROLE = {SystemRole.OFFICIAL: Reach.OWN, SystemRole.UNIT: Reach.DEPARTMENT}
RANK_WORDS = {
    "正厅级": Rank.BUREAU, "副厅级": Rank.BUREAU, "厅局级": Rank.BUREAU, "地厅级": Rank.BUREAU,
    "正县级": Rank.COUNTY, "副县级": Rank.COUNTY, "县处级": Rank.COUNTY, "处级": Rank.COUNTY,
    "正处级": Rank.COUNTY, "副处级": Rank.COUNTY,
    "正科级": Rank.SECTION, "副科级": Rank.SECTION, "乡科级": Rank.SECTION, "乡镇科级": Rank.SECTION,
    "科员": Rank.STAFF, "办事员": Rank.STAFF, "股级": Rank.STAFF, "其他": Rank.STAFF, "一般": Rank.STAFF,
}  # fmt: skip
ROLE_WORDS = {
    "协调办": SystemRole.OFFICE,
    "办公室": SystemRole.OFFICE,
    "干部": SystemRole.OFFICIAL,
    "联络员": SystemRole.UNIT,
    "市领导": SystemRole.LEADER,
    "督查员": SystemRole.ASSESSOR,
    "管理员": SystemRole.ADMIN,
}
REACH_WORDS = {"本人": Reach.OWN, "本单位": Reach.DEPARTMENT, "本区划": Reach.REGION, "本辖区": Reach.REGION}
PERSON = ("phone", "rank", "birth_year")
POST = ("title", "is_chief", "reach", "starts_on", "ends_on")
RIGHTS = frozenset({"reach", "starts_on", "ends_on"})  # what of a post decides who sees what, and when


class OfficialResource(RosterResource):
    """The columns of a roster of officials: a post on each line."""

    name = Column(
        "姓名", "official__name", Text(40), synonyms=("干部姓名", "名字"), required=True, example="林小舟"
    )
    phone = Column(
        "手机号",
        "official__phone",
        MOBILE,
        synonyms=("手机号码", "手机", "联系电话", "电话", "移动电话", "联系方式"),
        is_text=True,
        example="13900000001",
        note="识别人的依据，也是登录名；没有则按姓名＋单位识别",
    )
    department = Column(
        "单位",
        "department__name",
        Shown(80),
        synonyms=("所在单位", "工作单位", "单位名称", "任职单位", "部门"),
        required=True,
        example="云川市工业和信息化局",
        note="全称或简称，须先导入单位",
        width=28,
    )
    title = Column("职务", "title", Text(60), synonyms=("职位", "现任职务", "岗位"), example="科长")
    is_chief = Column(
        "主要负责人",
        "is_chief",
        YesNo(),
        synonyms=("是否主要负责人", "单位主要负责人", "一把手", "正职"),
        example="否",
        note="是或否；空白即不变",
    )
    rank = Column(
        "职级", "official__rank", Choice(Rank, RANK_WORDS), synonyms=("级别", "行政级别"), example="科级"
    )
    birth_year = Column(
        "出生年份",
        "official__birth_year",
        BirthYear(),
        synonyms=("出生年月", "出生日期", "生日"),
        example="1985",
    )
    role = Column(
        "系统角色",
        "role",
        Choice(SystemRole, ROLE_WORDS),
        synonyms=("角色", "系统岗位"),
        example="包抓干部",
        note="空白即包抓干部",
    )
    reach = Column(
        "数据范围",
        "reach",
        Choice(Reach, REACH_WORDS),
        synonyms=("权限范围", "可见范围"),
        example="本人包联",
        note="空白则按角色取常用范围",
        width=18,
    )
    starts_on = Column(
        "任职起",
        "starts_on",
        Day(),
        synonyms=("任职时间", "任职日期", "任职开始", "到岗日期"),
        example="2026-01-05",
        note="空白即上传当天",
    )
    ends_on = Column("任职止", "ends_on", Day(), synonyms=("免职日期", "离任日期"), note="离任才填")

    class Meta:
        model = Posting
        fields = (
            "name", "phone", "department", "title", "is_chief", "rank", "birth_year", "role", "reach",
            "starts_on", "ends_on",
        )  # fmt: skip
        import_id_fields = ("phone", "department", "role")


class OfficialExaminer(Examiner):
    """Reads the whole sheet at once: a person may stand on several lines, a post on each."""

    batch_size = 100_000

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.units = DepartmentIndex()
        self.may_appoint_admins = may(scope.by, Capability.APPOINT_ADMINS)
        self.people: dict[str, Official] = {}  # person key → who is kept under it
        self.first: dict[str, Draft] = {}
        self.made: dict[str, Official] = {}

    def identify(self, draft: Draft) -> None:
        """A person by phone, else by name and unit; a line by person, unit and role."""
        given = draft.given
        draft.label = given.get("name", "")
        if "department" in given:
            try:
                given["department"] = self.units.find(given["department"], self.scope.region)
            except ValueError as problem:
                draft.blame("department", str(problem))
        if draft.errors:
            return
        given.setdefault("role", SystemRole.OFFICIAL)
        unit = given["department"]
        draft.key = f"{self._person(draft)}|{unit.pk}|{given['role']}"

    def _person(self, draft: Draft) -> str:
        given = draft.given
        return str(given.get("phone") or f"{squeezed(given['name'])}@{given['department'].pk}")

    def hold(self, drafts: Iterable[Draft]) -> None:
        """Every official of the sheet; whoever shares a name with one waits too."""
        given = [draft.given for draft in drafts]
        hold_officials(
            phones=(line["phone"] for line in given if "phone" in line),
            names=(line["name"] for line in given if "name" in line),
        )

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """Find who is kept already, refuse what is out of reach, compare person and post."""
        self._find_people(drafts, lock=lock)
        for draft in drafts:
            self._check_reach(draft)
            self._check_person(draft)
            if not draft.errors:
                self._compare(draft)

    def _find_people(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        officials = Official.objects.order_by("pk")
        if lock:
            officials = officials.select_for_update(of=("self",), no_key=True)
        phones = [draft.given["phone"] for draft in drafts if "phone" in draft.given]
        for official in officials.filter(phone__in=phones):
            self.people[str(official.phone)] = official
        seats = Posting.objects.in_force(self.scope.on).filter(
            official__name__in={draft.given["name"] for draft in drafts},
            department__in={draft.given["department"].pk for draft in drafts},
        )
        self.twins: dict[str, set[int]] = {}
        for pk, name, unit in seats.order_by("pk").values_list("official", "official__name", "department"):
            self.twins.setdefault(f"{squeezed(name)}@{unit}", set()).add(pk)
        by_pk = officials.in_bulk({pk for pks in self.twins.values() for pk in pks})
        alone = {key: by_pk[next(iter(pks))] for key, pks in self.twins.items() if len(pks) == 1}
        self.people |= alone
        for draft in drafts:  # someone kept without a number, whose number is known now
            phone = draft.given.get("phone")
            known = alone.get(f"{squeezed(draft.given['name'])}@{draft.given['department'].pk}")
            if phone and phone not in self.people and known and known.phone is None:
                self.people[phone] = known
        self.posts: dict[int, list[Posting]] = {}
        for post in Posting.objects.filter(official__in=[o.pk for o in self.people.values()]).order_by("pk"):
            self.posts.setdefault(post.official_id, []).append(post)

    def _check_reach(self, draft: Draft) -> None:
        given = draft.given
        unit: Department = given["department"]
        role = given["role"]
        if not unit.region.path.startswith(self.scope.region.path):
            draft.blame("department", f"{unit.name}属{unit.region}，不在{self.scope.region}范围内")
        if role == SystemRole.ADMIN and not self.may_appoint_admins:
            draft.blame("role", "系统管理员只能由系统管理员任命")
        if given.get("reach") == Reach.OWN and role != SystemRole.OFFICIAL:
            draft.blame("reach", "只有包抓干部的数据范围是本人包联")
        if "ends_on" in given and given["ends_on"] < given.get("starts_on", date.min):
            draft.blame("ends_on", "任职止不能早于任职起")

    def _check_person(self, draft: Draft) -> None:
        person, name = self._person(draft), draft.given["name"]
        first = self.first.setdefault(person, draft)
        if squeezed(first.given["name"]) != squeezed(name):
            draft.blame("name", f"与第 {first.number} 行手机号相同，姓名不同（{first.given['name']}）")
        for field in PERSON:
            if draft.given.get(field, first.given.get(field)) != first.given.get(field):
                draft.blame(field, f"与第 {first.number} 行同一人的内容不一致")
        if len(self.twins.get(person, ())) > 1:
            draft.blame("name", "该单位有同名干部，请填手机号")
        kept = self.people.get(person)
        if kept is None:
            return
        if squeezed(kept.name) != squeezed(name):
            draft.blame("name", f"手机号 {kept.phone} 登记的是{kept.name}，姓名不符，请核对")
        posts = self._running(kept) or self.posts.get(kept.pk, [])
        units = {self.units.by_pk[post.department_id] for post in posts}  # who left is not ours
        if units and not any(unit.region.path.startswith(self.scope.region.path) for unit in units):
            draft.blame("phone", f"该干部已登记在{self.scope.region}以外的单位，请由上一级的名册管理员导入")

    def _compare(self, draft: Draft) -> None:
        given, person = draft.given, self._person(draft)
        kept = self.people.get(person)
        post = self._kept_post(draft, kept) if kept else None
        old_person = {name: getattr(kept, name) for name in PERSON} if kept else {}
        new_person = _differing(given, PERSON, old_person)
        wanted = dict(given)
        if post is None:
            wanted.setdefault("starts_on", self.scope.on)
            wanted.setdefault("reach", REACH_OF_ROLE.get(given["role"], Reach.REGION))
        old_post = {name: getattr(post, name) for name in POST} if post else {}
        new_post = _differing(wanted, POST, old_post)
        starts, ends = (new_post.get(name, old_post.get(name)) for name in ("starts_on", "ends_on"))
        if ends and starts and ends < starts:
            draft.blame("ends_on", f"任职止早于任职起（{starts}）")
            return
        changed = new_person or new_post or post is None
        if kept and changed:
            self._check_standing(draft, kept, has_new_rights=post is None or not RIGHTS.isdisjoint(new_post))
            if draft.errors:
                return
        draft.verdict = Verdict.NEW if kept is None else Verdict.CHANGED if changed else Verdict.SAME
        if kept:
            self.show_changes(draft, old_person | old_post, new_person | new_post)
            if post is None:
                words = f"{given['department'].name}（{SystemRole(given['role']).label}）"
                draft.changes["单位"] = ["", words]
        draft.values = {
            "id": kept.pk if kept else None,
            "person": person,
            "name": given["name"],
            "phone": given.get("phone"),
            "set": new_person,
            "was": {name: old_person[name] for name in new_person} if kept else {},
            "post": {
                "id": post.pk if post else None,
                "department": given["department"].pk,
                "role": given["role"],
                "set": {name: _iso(value) for name, value in new_post.items()},
                "was": {name: _iso(old_post[name]) for name in new_post} if post else {},
            },
        }
        role = SystemRole(given["role"]).label
        self.tell(draft, given["department"].name, given.get("title"), role, given.get("phone"))

    def _check_standing(self, draft: Draft, kept: Official, *, has_new_rights: bool) -> None:
        """Roster staff change no administrator, and give themselves no post and no wider view."""
        if self.may_appoint_admins:
            return
        if is_administrator(kept, self._running(kept)):
            draft.blame("name", f"{kept.name}是系统管理员，其资料和任职只能由系统管理员修改")
        elif kept.pk == self.scope.by.pk and has_new_rights:
            draft.blame("role", "不能给自己增加任职或改变权限，请由其他名册管理员或系统管理员导入")

    def _running(self, kept: Official) -> list[Posting]:
        posts = self.posts.get(kept.pk, [])
        return [post for post in posts if post.ends_on is None or post.ends_on >= self.scope.on]

    def _kept_post(self, draft: Draft, kept: Official) -> Posting | None:
        """The same seat in the same unit that has not ended before this line's day."""
        since = draft.given.get("starts_on", self.scope.on)
        for post in self.posts.get(kept.pk, []):
            same = (post.department_id, post.role) == (draft.given["department"].pk, draft.given["role"])
            if same and (post.ends_on is None or post.ends_on >= since):
                return post
        return None

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """People first, then their posts."""
        kept = Official.objects.in_bulk([row.values["id"] for row in rows if row.values["id"]])
        fresh: dict[str, Official] = {}
        for row in rows:
            values = row.values
            person = values["person"]
            official = kept.get(values["id"]) or self.made.get(person) or fresh.get(person)
            if official is None:
                official = fresh[person] = Official(
                    name=values["name"],
                    phone=values["phone"],
                    pinyin=pinyin_key(values["name"])[:120],
                    password=make_password(None),
                    must_change_password=True,
                )
            for name, value in values["set"].items():
                setattr(official, name, value)
        self._name_accounts(list(fresh.values()))
        Official.objects.bulk_create(fresh.values(), batch_size=500)
        self.made |= fresh
        Official.objects.bulk_create(
            kept.values(),
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=list(PERSON),
        )
        self._write_posts(rows, kept)

    def _write_posts(self, rows: Sequence[ImportRow], kept: dict[int, Official]) -> None:
        posts = Posting.objects.in_bulk(
            [row.values["post"]["id"] for row in rows if row.values["post"]["id"]]
        )
        new, changed = [], []
        for row in rows:
            wanted = row.values["post"]
            kept_post = posts.get(wanted["id"])
            post = kept_post or Posting(
                official=kept.get(row.values["id"]) or self.made[row.values["person"]],
                department_id=wanted["department"],
                role=wanted["role"],
            )
            for name, value in wanted["set"].items():
                setattr(post, name, value)
            if kept_post is None:
                new.append(post)
            elif wanted["set"]:
                changed.append(post)
        Posting.objects.bulk_create(new, batch_size=500)
        Posting.objects.bulk_create(
            changed, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=list(POST)
        )

    def _name_accounts(self, officials: list[Official]) -> None:
        """The phone is the sign-in name; without one, the name in pinyin, numbered when taken."""
        wanted = [str(official.phone or pinyin_key(official.name) or "ganbu")[:50] for official in officials]
        starts = Q(pk__in=[])
        for stem in set(wanted):
            starts |= Q(username__startswith=stem)
        taken = set(Official.objects.filter(starts).values_list("username", flat=True))
        for official, stem in zip(officials, wanted, strict=True):
            name, number = stem, 1
            while name in taken:
                number += 1
                name = f"{stem}{number}"
            taken.add(name)
            official.username = name


def _differing(given: dict[str, Any], names: Sequence[str], old: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given and given[name] != old.get(name)}


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def current_officials(region: Region, on: date) -> QuerySet[Posting]:
    """The posts in force in the region's units, to be edited and sent back."""
    posts = Posting.objects.in_force(on).filter(department__region__path__startswith=region.path)
    return posts.select_related("official", "department").order_by(
        "department__pinyin", "official__pinyin", "pk"
    )


OFFICIALS = register(
    Roster(
        code="officials",
        name="干部名册",
        unit="名干部",
        about="干部和任职，一行一个任职；身兼数职的分行写。以手机号识别人，新导入的干部须由管理员发放初始密码。",
        resource=OfficialResource,
        examiner=OfficialExaminer,
        current=current_officials,
        capability=Capability.IMPORT_PEOPLE,
        order=2,
    )
)
