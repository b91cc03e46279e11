"""包联关系: who holds which seat of which company's team, from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from companies.choices import Admission
from companies.imports.programmes import USCC, Gates, ProgrammeOptions, programme_of
from companies.models import Assignment, Company, Enrolment
from companies.services.admission import Entrant
from companies.services.enrolments import lock_programme, record_entry
from companies.services.seating import Desk, Place, unit_objection
from liaison.choices import Holder, Verdict
from liaison.imports.columns import Column, RosterResource
from liaison.imports.lookups import DepartmentIndex, PeopleIndex, hold_officials, squeezed
from liaison.imports.rosters import Draft, Examiner, Roster, Scope, Wrong, register
from liaison.imports.widgets import MOBILE, Day, Shown, Text
from liaison.models import (
    Department,
    ImportRow,
    Official,
    Posting,
    TeamRole,
)
from liaison.perms import Capability

FAR = date.max


class AssignmentOptions(ProgrammeOptions):
    """Which programme the seats belong to, and what to do with companies that are not in it yet."""

    enrol = forms.BooleanField(
        label="尚未纳入方案的企业一并纳入",
        required=False,
        initial=True,
        help_text="纳入日为该企业在表中第一行的开始日。",
    )

    def as_options(self) -> dict[str, Any]:
        """What the run keeps."""
        return super().as_options() | {"enrol": self.cleaned_data["enrol"]}


class AssignmentResource(RosterResource):
    """The columns of a roster of seats."""

    uscc = USCC.but(attribute="enrolment__company__uscc")
    company = Column(
        "企业名称",
        "enrolment__company__name",
        Text(120),
        synonyms=("企业全称", "公司名称", "企业", "包抓企业", "包联企业"),
        example="云川禾丰食品有限公司",
        note="只供核对，与名录不符会提示",
        width=30,
    )
    seat = Column(
        "席位",
        "role__name",
        Text(30),
        synonyms=("专班席位", "包抓席位", "包联席位", "角色", "包抓角色"),
        required=True,
        example="包抓干部",
        note="方案里的席位名称",
    )
    official = Column(
        "干部姓名",
        "official__name",
        Text(40),
        synonyms=("姓名", "干部", "包抓干部姓名", "包联干部", "包联人"),
        example="林小舟",
        note="单位担任的席位留空",
    )
    phone = Column(
        "手机号",
        "official__phone",
        MOBILE,
        synonyms=("手机号码", "手机", "干部手机号", "联系电话", "电话"),
        is_text=True,
        example="13900000001",
        note="没有则按姓名＋单位识别",
    )
    department = Column(
        "单位",
        "department__name",
        Shown(80),
        synonyms=("所在单位", "工作单位", "包抓单位", "包联单位", "单位名称"),
        example="云川市工业和信息化局",
        note="全称或简称",
        width=28,
    )
    starts_on = Column(
        "包联起",
        "starts_on",
        Day(),
        synonyms=("开始日期", "起始日期", "包抓起", "开始时间", "起"),
        note="空白即上传当天",
    )
    ends_on = Column(
        "包联止", "ends_on", Day(), synonyms=("结束日期", "截止日期", "包抓止", "止"), note="长期则留空"
    )

    class Meta:
        model = Assignment
        fields = ("uscc", "company", "seat", "official", "phone", "department", "starts_on", "ends_on")
        import_id_fields = ("uscc", "seat", "phone", "starts_on")


@dataclass(frozen=True)
class Held:
    """A seat that someone holds, kept already or standing further up in the sheet."""

    holder: tuple[str, int]  # ("official" or "department", its id)
    name: str
    starts_on: date
    ends_on: date | None
    kept: Assignment | None
    line: int = 0

    @property
    def since(self) -> str:
        """Where it is known from."""
        return f"本表第 {self.line} 行" if self.line else f"自 {self.starts_on}"

    def overlaps(self, starts_on: date, ends_on: date | None) -> bool:
        """Whether both hold on some day."""
        return self.starts_on <= (ends_on or FAR) and starts_on <= (self.ends_on or FAR)


class AssignmentExaminer(Examiner):
    """Judges seats by the rules that one assignment by hand obeys: days, holders, room, quota."""

    def __init__(self, scope: Scope, columns: dict[str, Column]) -> None:
        super().__init__(scope, columns)
        self.programme = programme_of(scope)
        self.units = DepartmentIndex()
        self.people = PeopleIndex()
        self.roles: dict[int, dict[str, TeamRole]] = {}  # version → seat name → seat
        self.gates = Gates(self.programme, scope)
        self.held: dict[tuple[int, int], list[Held]] = {}  # company, seat → who holds it
        self.desk = Desk()  # who may hold which seat, what stands further up in the sheet included
        self.joining: dict[int, tuple[date, int]] = {}  # company enrolled by this sheet → day, version
        self.made: dict[int, int] = {}  # company → enrolment written by this run

    def identify(self, draft: Draft) -> None:
        """One line per company, seat, holder and first day."""
        given = draft.given
        draft.label = given.get("company", given.get("uscc", ""))
        holder = given.get("phone") or squeezed(given.get("official", "") + "@" + given.get("department", ""))
        if not draft.errors:
            starts_on = given.setdefault("starts_on", self.scope.on)
            draft.key = f"{given['uscc']}|{squeezed(given['seat'])}|{holder}|{starts_on}"

    def examine(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        """One query per table for the whole batch, then line by line in the sheet's order."""
        self._load(drafts, lock=lock)
        for draft in drafts:
            try:
                self._judge(draft)
            except Wrong as wrong:
                draft.blame(wrong.name, wrong.reason)

    # --- loading ------------------------------------------------------------------------------

    def hold(self, drafts: Iterable[Draft]) -> None:
        """The programme, then every team, then every official of the sheet, each by key."""
        given = [draft.given for draft in drafts]
        self.programme = lock_programme(self.programme)
        self._teams({line["uscc"] for line in given if "uscc" in line}, lock=True)
        hold_officials(
            phones=(line["phone"] for line in given if "phone" in line),
            names=(line["official"] for line in given if "official" in line and "phone" not in line),
        )

    def _load(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        codes = {draft.given["uscc"] for draft in drafts}
        companies = Company.objects.select_related("region").filter(uscc__in=codes).order_by("pk")
        self.companies = {company.uscc: company for company in companies}
        self.enrolments: dict[int, list[Enrolment]] = {}
        for enrolment in self._teams(codes, lock=lock):
            self.enrolments.setdefault(enrolment.company_id, []).append(enrolment)
        self._load_people(drafts, lock=lock)
        self._load_seats([enrolment.pk for kept in self.enrolments.values() for enrolment in kept])

    def _teams(self, codes: Iterable[str], *, lock: bool) -> list[Enrolment]:
        """The places in the programme of the companies with these codes."""
        companies = Company.objects.filter(uscc__in={*codes}).order_by()
        enrolments = Enrolment.objects.filter(
            programme=self.programme, project__isnull=True, company__in=companies
        ).order_by("pk")
        if lock:
            enrolments = enrolments.select_for_update(of=("self",), no_key=True)
        return list(enrolments)

    def _load_people(self, drafts: Sequence[Draft], *, lock: bool) -> None:
        given = [draft.given for draft in drafts]
        self.people.load(
            phones=[line["phone"] for line in given if "phone" in line],
            names=[line["official"] for line in given if "official" in line and "phone" not in line],
            lock=lock,
        )
        self.desk.load(official.pk for official in self.people.found)

    def _load_seats(self, enrolments: list[int]) -> None:
        seats = Assignment.objects.filter(enrolment__in=enrolments).select_related(
            "enrolment", "official", "department"
        )
        fresh: dict[tuple[int, int], list[Held]] = {}
        for seat in seats.order_by("starts_on", "pk"):
            person, name = seat.official_id, str(seat.official or seat.department)
            holder = ("official", person) if person else ("department", seat.department_id)
            fresh.setdefault((seat.enrolment.company_id, seat.role_id), []).append(
                Held(holder, name, seat.starts_on, seat.ends_on, seat)
            )
        for place, holders in fresh.items():
            ours = [held for held in self.held.get(place, []) if held.line]
            self.held[place] = [*holders, *ours]

    # --- judging ------------------------------------------------------------------------------

    def _judge(self, draft: Draft) -> None:
        company = self._company(draft)
        starts_on, ends_on = draft.given["starts_on"], draft.given.get("ends_on")
        if ends_on and ends_on < starts_on:
            raise Wrong("ends_on", "包联止不能早于包联起")
        enrolment, version = self._place(company, starts_on)
        role = self._role(version, draft.given["seat"])
        official, unit, posts = self._holder(draft, role, starts_on)
        holder = ("official", official.pk) if official else ("department", unit.pk)
        if enrolment and enrolment.ends_on and (ends_on is None or ends_on > enrolment.ends_on):
            ends_on = enrolment.ends_on
        kept = self._room(company, role, holder, starts_on, ends_on)
        changed = bool(kept and "ends_on" in draft.given and kept.ends_on != ends_on)
        place = Place(role, self.programme.pk, (company.pk, None), company.region.path, starts_on, ends_on)
        if kept is None and official:
            unit = self._judge_official(draft, place, official, posts)
        elif kept is None and (objection := unit_objection(role, unit.region, place.company_path)):
            raise Wrong("department", objection)
        elif kept and changed:
            self._move_end(draft, kept, place, official, posts)
        if kept is None and enrolment is None:
            self.joining.setdefault(company.pk, (starts_on, version))
        draft.verdict = Verdict.NEW if kept is None else Verdict.CHANGED if changed else Verdict.SAME
        if kept and changed:
            self.show_changes(draft, {"ends_on": kept.ends_on}, {"ends_on": ends_on})
        draft.values = {
            "id": kept.pk if kept else None,
            "company": company.pk,
            "enrolment": enrolment.pk if enrolment else None,
            "enrol_on": None if enrolment else self.joining[company.pk][0].isoformat(),
            "version": version,
            "role": role.pk,
            "official": official.pk if official else None,
            "department": unit.pk,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat() if ends_on else None,
            "was": {"ends_on": kept.ends_on.isoformat() if kept and kept.ends_on else None},
        }
        until = f"至 {ends_on}" if ends_on else "起"
        self.tell(draft, role, official, unit.name, f"{starts_on} {until}")
        if kept is None:
            if official:
                self.desk.give(official.pk, place)
            name = str(official or unit)
            self.held.setdefault((company.pk, role.pk), []).append(
                Held(holder, name, starts_on, ends_on, None, draft.number)
            )

    def _company(self, draft: Draft) -> Company:
        company = self.companies.get(draft.given["uscc"])
        if company is None:
            raise Wrong("uscc", "企业名录里没有这个代码，请先导入企业")
        for region in (self.scope.region, self.programme.region):
            if not company.region.path.startswith(region.path):
                raise Wrong("uscc", f"该企业在{company.region}，不在{region}范围内")
        if not company.is_active:
            raise Wrong("uscc", "该企业已不存续")
        said = draft.given.get("company")
        if said and squeezed(said) != squeezed(company.name):
            draft.remark("company", f"名录里这个代码是“{company.name}”")
        return company

    def _place(self, company: Company, starts_on: date) -> tuple[Enrolment | None, int]:
        """The company's place in the programme on the day, or the one that this sheet gives it."""
        standing = self.enrolments.get(company.pk, [])
        for enrolment in standing:
            if enrolment.starts_on <= starts_on <= (enrolment.ends_on or FAR):
                return enrolment, enrolment.version_id
        if later := [e for e in standing if e.starts_on > starts_on]:
            first = min(enrolment.starts_on for enrolment in later)
            raise Wrong("starts_on", f"该企业自 {first} 起才纳入方案，包联起不能更早")
        if company.pk in self.joining:
            joined, version = self.joining[company.pk]
            if starts_on < joined:
                raise Wrong("starts_on", f"早于本表给该企业的纳入日 {joined}，请把较早的行排在前面")
            return None, version
        if not self.scope.options.get("enrol"):
            raise Wrong("uscc", f"该企业尚未纳入“{self.programme}”")
        return None, self._joined(company, starts_on)

    def _joined(self, company: Company, on: date) -> int:
        """The rules under which the company may enter on the day, by the programme's own gate."""
        gate = self.gates.on(on)
        judged = gate.judge(Entrant(company))
        if judged.verdict == Admission.EARLY:
            raise Wrong("uscc", f"行业还没有开放：{gate.opening}；确需提前的，请先按“纳入包联”写明例外理由")
        if judged.verdict != Admission.OPEN:
            raise Wrong("uscc", judged.reason)
        return gate.version.pk

    def _role(self, version: int, words: str) -> TeamRole:
        if version not in self.roles:
            seats = TeamRole.objects.filter(version=version).order_by("position", "pk")
            self.roles[version] = {squeezed(seat.name): seat for seat in seats}
        role = self.roles[version].get(squeezed(words))
        if role is None:
            known = "、".join(seat.name for seat in self.roles[version].values())
            raise Wrong("seat", f"方案里没有“{words}”这个席位，有：{known}")
        return role

    def _holder(
        self, draft: Draft, role: TeamRole, on: date
    ) -> tuple[Official | None, Department, list[Posting]]:
        """Who is named: an official with the posts in which they may sit there, or a unit."""
        unit = None
        if words := draft.given.get("department"):
            try:
                unit = self.units.find(words, self.scope.region)
            except ValueError as problem:
                raise Wrong("department", str(problem)) from None
            if not unit.is_active:
                raise Wrong("department", f"“{unit}”已停用，不能担任席位")
        if role.holder == Holder.DEPARTMENT:
            if unit is None:
                raise Wrong("department", f"“{role}”由单位担任，请填单位")
            if draft.given.get("official") or draft.given.get("phone"):
                draft.remark("official", f"“{role}”由单位担任，姓名和手机号不用")
            return None, unit, []
        name, phone = draft.given.get("official"), draft.given.get("phone")
        if not name and not phone:
            raise Wrong("official", f"“{role}”由干部担任，请填姓名或手机号")
        official = self.people.find(name=name, phone=phone, unit=unit, on=on)
        posts = self.people.posts(official, unit, on)
        return official, self.units.by_pk[posts[0].department_id], posts

    def _room(
        self, company: Company, role: TeamRole, holder: tuple[str, int], starts_on: date, ends_on: date | None
    ) -> Assignment | None:
        """The seat that this holder has already; else there must be room for one more."""
        standing = [
            held for held in self.held.get((company.pk, role.pk), []) if held.overlaps(starts_on, ends_on)
        ]
        for held in standing:
            if held.holder == holder:
                if held.kept is None:
                    raise Wrong("seat", f"与第 {held.line} 行的日期重叠")
                return held.kept
        if role.max_count is not None and len(standing) >= role.max_count:
            names = "、".join(f"{held.name}（{held.since}）" for held in standing)
            raise Wrong("seat", f"“{role}”最多 {role.max_count} 个，已由{names}担任")
        return None

    def _judge_official(
        self, draft: Draft, place: Place, official: Official, posts: Sequence[Posting]
    ) -> Department:
        """The unit in which the official may take the seat; every reason why not stands in the cell."""
        judgement = self.desk.judge(place, official, posts)
        rank = official.get_rank_display()
        if not judgement.may:
            raise Wrong("official", f"{official}（{rank}）：{'；'.join(judgement.objections)}")
        if judgement.warnings:
            draft.remark("official", f"{official}（{rank}）：{'；'.join(judgement.warnings)}")
        return self.units.by_pk[judgement.posting.department_id]

    def _move_end(
        self, draft: Draft, kept: Assignment, place: Place, official: Official | None, posts: list[Posting]
    ) -> None:
        """Another last day for a seat that is held: the days that are added must be free and allowed."""
        where = (kept.enrolment.company_id, kept.role_id)
        others = [held for held in self.held[where] if held.kept is not kept]
        if kept.ends_on and (place.ends_on is None or place.ends_on > kept.ends_on):
            added = replace(place, starts_on=kept.ends_on + timedelta(days=1))
            there = [held for held in others if held.overlaps(added.starts_on, added.ends_on)]
            if place.role.max_count is not None and len(there) >= place.role.max_count:
                names = "、".join(f"{held.name}（{held.since}）" for held in there)
                raise Wrong("ends_on", f"{added.starts_on} 起该席位已由{names}担任，不能延长")
            if official:
                self._judge_official(draft, added, official, posts)
        if official:
            self.desk.move_end(official.pk, kept.pk, place.ends_on)
        self.held[where] = [
            replace(held, ends_on=place.ends_on) if held.kept is kept else held for held in self.held[where]
        ]

    # --- writing ------------------------------------------------------------------------------

    def write(self, rows: Sequence[ImportRow], *, by: Official, at: datetime) -> None:
        """Places in the programme first, then the seats; a seat kept already only changes its last day."""
        self._enrol((row.values for row in rows), by=by, at=at)
        new = [
            Assignment(
                enrolment_id=values["enrolment"] or self.made[values["company"]],
                role_id=values["role"],
                official_id=values["official"],
                department_id=values["department"],
                starts_on=date.fromisoformat(values["starts_on"]),
                ends_on=_day(values["ends_on"]),
                assigned_at=at,
                assigned_by=by,
            )
            for values in (row.values for row in rows)
            if values["id"] is None
        ]
        Assignment.objects.bulk_create(new)
        last_days = {row.values["id"]: row.values["ends_on"] for row in rows if row.values["id"]}
        changed = list(Assignment.objects.filter(pk__in=last_days).order_by("pk"))
        for seat in changed:
            seat.ends_on = _day(last_days[seat.pk])
        Assignment.objects.bulk_update(changed, ["ends_on"])

    def _enrol(self, wanted: Iterable[dict[str, Any]], *, by: Official, at: datetime) -> None:
        missing = {
            values["company"]: date.fromisoformat(values["enrol_on"])
            for values in wanted
            if values["id"] is None and values["enrolment"] is None and values["company"] not in self.made
        }
        companies = Company.objects.in_bulk(missing)
        places = []
        for day in sorted({*missing.values()}):
            gate = self.gates.on(day)
            entrants = [Entrant(companies[company]) for company, theirs in missing.items() if theirs == day]
            places += [gate.place_for(entrant) for entrant in entrants]
            record_entry(gate, entrants, "", by=by, at=at)
        created = Enrolment.objects.bulk_create(places)
        self.made |= {enrolment.company_id: enrolment.pk for enrolment in created}


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _names_holder(mapping: dict[str, str]) -> str:
    return (
        "" if {"official", "phone", "department"} & mapping.keys() else "干部姓名、手机号或单位（至少一列）"
    )


ASSIGNMENTS = register(
    Roster(
        code="assignments",
        name="包联关系",
        unit="个席位",
        about="企业由谁包抓：一行一个席位。企业、单位和干部须已在名册里；席位名称以所选方案为准。",
        resource=AssignmentResource,
        examiner=AssignmentExaminer,
        capability=Capability.IMPORT_COMPANIES,
        check_mapping=_names_holder,
        options_form=AssignmentOptions,
        order=3,
    )
)
