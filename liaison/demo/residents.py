"""The city's second programme, 百名干部驻企业: young officials seconded full time, in batches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from random import Random

from companies.choices import VisitMode
from companies.models import Assignment, Company, Enrolment
from companies.services import (
    MeasureLine,
    add_member,
    assign_group_to_many,
    assign_seat,
    enrol_companies,
    form_group,
    log_duty,
    log_visit,
    open_batch,
    transfer_official,
    write_plan,
)
from liaison.choices import GroupDuty, GroupKind, Rank, Reach, Rhythm, SystemRole
from liaison.demo import words
from liaison.demo.agenda import Agenda
from liaison.demo.city import City
from liaison.demo.course import Course
from liaison.demo.firms import Firms
from liaison.models import (
    BatchRule,
    Department,
    Group,
    GroupRule,
    Official,
    PhaseRule,
    Posting,
    ProgrammeVersion,
    TeamRole,
)
from liaison.normalise import pinyin_key
from liaison.services import load_preset, publish_version, record_trainings, save_rule
from liaison.workdays import day_of

COMPANIES, PROBLEMS = 12, 26
FIRST_PHASE_DAYS = 61
BATCH_MONTHS = 6
UNTRAINED = 2  # young officials in reserve who were not at the course: the picker says so


@dataclass
class Residency:
    """The second programme: who lives in which company, and which groups call on it."""

    version: ProgrammeVersion
    firms: Firms = field(default_factory=Firms)
    second: dict[int, Official] = field(default_factory=dict)  # the other 驻企干部, by enrolment
    experts: dict[str, list[Official]] = field(default_factory=dict)  # by the group's name
    reserve: list[Official] = field(default_factory=list)
    moves: Enrolment | None = None  # the company whose first resident is called away on the way


def open_residency(
    *, city: City, firms: Firms, scale: float, starts_on: date, rng: Random, at: datetime
) -> Residency:
    """The programme from its template with what the city changed, its batch, companies, seats and groups."""
    version = _rules(city, starts_on, at)
    programme, office = version.programme, city.people["office"]
    open_batch(programme=programme, starts_on=starts_on, by=office, at=at)
    made = Residency(version)
    _Placing(city, made, starts_on, rng, at).fill(_chosen(firms, max(3, round(COMPANIES * scale)), rng))
    return made


def _rules(city: City, starts_on: date, at: datetime) -> ProgrammeVersion:
    """The template, with phases, squads, half-year batches, and a course before one is sent."""
    office = city.people["office"]
    draft = load_preset(preset="p1", region=city.region, starts_on=starts_on, by=office, at=at, publish=False)
    resident = TeamRole.objects.get(version=draft, code="resident")
    save_rule(version=draft, rule=resident, values={"needs_training": True}, by=office, at=at)
    save_rule(
        version=draft,
        rule=BatchRule.objects.get(version=draft),
        values={"months": BATCH_MONTHS},
        by=office,
        at=at,
    )
    name, task = words.SQUAD
    for rule, values in (
        (
            GroupRule(),
            {
                "kind": GroupKind.SQUAD,
                "name": name,
                "count": None,
                "rhythm": Rhythm.WEEKLY,
                "task": task,
            },
        ),
        (
            PhaseRule(),
            {
                "code": "makers",
                "name": "第一阶段：制造业企业",
                "starts_after_days": 0,
                "lasts_days": FIRST_PHASE_DAYS,
                "sections": "C",
            },
        ),
        (
            PhaseRule(),
            {"code": "all", "name": "第二阶段：各行业企业", "starts_after_days": FIRST_PHASE_DAYS},
        ),
    ):
        save_rule(version=draft, rule=rule, values=values, by=office, at=at)
    return publish_version(version=draft, by=office, at=at)


def _chosen(firms: Firms, number: int, rng: Random) -> tuple[list[Company], list[Company]]:
    """Companies outside the first programme: three quarters makers, for the first phase, then others."""
    taken = {enrolment.company_id for enrolment in firms.enrolments}
    free = [c for c in firms.companies if c.pk not in taken and not c.is_sole_trader]
    makers = [company for company in free if "13" <= company.industry <= "43"]
    others = [company for company in free if company not in makers]
    later = rng.sample(others, min(number // 4, len(others)))
    return rng.sample(makers, min(number - len(later), len(makers))), later


class _Placing:
    """Finds the people and gives the seats."""

    def __init__(self, city: City, made: Residency, starts_on: date, rng: Random, at: datetime) -> None:
        self.city, self.made, self.starts_on, self.rng, self.at = city, made, starts_on, rng, at
        self.office = city.people["office"]
        self.roles = {role.code: role for role in TeamRole.objects.filter(version=made.version)}
        self._names = set(Official.objects.values_list("name", flat=True))
        self._phone = count(19900005001)
        self._turn = count()
        self._led: Counter[int] = Counter()

    def fill(self, companies: tuple[list[Company], list[Company]]) -> None:
        makers, others = companies
        number = 2 * (len(makers) + len(others)) + 1
        young = [self._young() for _ in range(number)]
        record_trainings(
            officials=young,
            on=day_of(self.at) - timedelta(days=2),
            subject=words.COURSES[0],
            by=self.city.people["roster"],
            at=self.at,
        )
        self.made.reserve = [*young[-1:], *(self._young() for _ in range(UNTRAINED))]
        waiting = iter(young[:-1])
        second_phase = self.starts_on + timedelta(days=FIRST_PHASE_DAYS)
        for chosen, day in ((makers, self.starts_on), (others, second_phase)):
            if chosen:
                done = enrol_companies(
                    programme=self.made.version.programme,
                    companies=chosen,
                    starts_on=day,
                    by=self.office,
                    at=self.at,
                )
                for enrolment in done.created:
                    self._team(enrolment, [next(waiting), next(waiting)])
        self.made.moves = self.made.firms.enrolments[-1]
        self._experts()
        self._squads()

    # --- people ---------------------------------------------------------------------------------
    def _named(self) -> str:
        while True:
            name = self.rng.choice(words.SURNAMES) + self.rng.choice(words.GIVEN)
            if name not in self._names:
                self._names.add(name)
                return name

    def _person(self, unit: Department, title: str, rank: Rank, age: int) -> Official:
        name, phone = self._named(), str(next(self._phone))
        official = Official(
            username=f"g{phone[-5:]}",
            name=name,
            pinyin=pinyin_key(name),
            rank=rank,
            birth_year=self.starts_on.year - age,
            phone=phone,
        )
        official.set_unusable_password()
        official.save(force_insert=True)
        Posting.objects.create(
            official=official,
            department=unit,
            title=title,
            role=SystemRole.OFFICIAL,
            reach=Reach.OWN,
            starts_on=self.city.since,
        )
        return official

    def _young(self) -> Official:
        turn = next(self._turn)
        section = turn % 2 == 0
        title = words.RESIDENT_TITLES[turn % len(words.RESIDENT_TITLES)]
        return self._person(
            self.city.bureaus[words.SENDING[turn % len(words.SENDING)]],
            title,
            Rank.SECTION if section else Rank.STAFF,
            self.rng.randint(29, 38) if section else self.rng.randint(24, 33),
        )

    def _chief(self, enrolment: Enrolment) -> Official:
        """A leader of the city or of the company's county; nobody more than the rules allow."""
        path = enrolment.company.region.path
        county = next(c for c in self.city.counties if path.startswith(c.path))
        leaders = [*self.city.bureau_leaders, *self.city.governors[county.code]]
        me = self.city.people["leader"]
        if self._led[me.pk] < 2:
            leaders = [me]
        chief = min(leaders, key=lambda leader: (self._led[leader.pk], leader.pk))
        self._led[chief.pk] += 1
        return chief

    # --- seats ----------------------------------------------------------------------------------
    def _team(self, enrolment: Enrolment, residents: list[Official]) -> None:
        firms, chief = self.made.firms, self._chief(enrolment)
        first, second = residents
        firms.enrolments.append(enrolment)
        firms.leaders[enrolment.pk], firms.officers[enrolment.pk] = chief, first
        seats = [("chief_officer", chief), ("resident", first)]
        if len(firms.enrolments) != 4:  # one company waits for its second
            self.made.second[enrolment.pk] = second
            seats.append(("resident", second))
        else:
            self.made.reserve.append(second)
        for code, official in seats:
            assign_seat(
                enrolment=enrolment,
                role=self.roles[code],
                official=official,
                starts_on=enrolment.starts_on,
                by=self.office,
                at=self.at,
            )
        write_plan(
            enrolment=enrolment,
            goals=words.GOALS.format(n=self.rng.randint(4, 15)),
            measures=[
                MeasureLine("驻企干部与企业同吃同劳动", official=first),
                MeasureLine("首席服务官每月现场办公一次"),
                MeasureLine("专家组按月上门会诊"),
            ],
            due_on=enrolment.starts_on + timedelta(days=180),
            by=first,
            at=self.at,
        )

    def _form(self, rule: GroupRule, name: str, unit: Department, head: Official) -> Group:
        group = form_group(
            programme=self.made.version.programme,
            rule=rule,
            name=name,
            region=unit.region,
            department=unit,
            starts_on=self.starts_on,
            by=self.office,
            at=self.at,
        )
        self._join(group, head, GroupDuty.HEAD)
        return group

    def _join(self, group: Group, official: Official, duty: GroupDuty) -> None:
        add_member(
            group=group, official=official, duty=duty, starts_on=self.starts_on, by=self.office, at=self.at
        )

    def _experts(self) -> None:
        for name, short, titles in words.EXPERTS:
            unit = self.city.bureaus[short]
            rule = GroupRule.objects.get(version=self.made.version, name=name)
            group = self._form(rule, name, unit, self.city.chiefs[unit.pk])
            self.made.experts[name] = []
            for title, rank, age in zip(titles, (Rank.SECTION, Rank.STAFF), (44, 36), strict=True):
                expert = self._person(unit, title, rank, age + self.rng.randint(0, 6))
                self._join(group, expert, GroupDuty.MEMBER)
                self.made.experts[name].append(expert)
            for day in sorted({enrolment.starts_on for enrolment in self.made.firms.enrolments}):
                assign_group_to_many(
                    enrolments=[e for e in self.made.firms.enrolments if e.starts_on == day],
                    role_code="expert_group",
                    group=group,
                    starts_on=day,
                    by=self.office,
                    at=self.at,
                )

    def _squads(self) -> None:
        """The residents of a county meet each week, under its deputy head."""
        name, _ = words.SQUAD
        rule = GroupRule.objects.get(version=self.made.version, name=name)
        for county in self.city.counties:
            here = [e for e in self.made.firms.enrolments if e.company.region.path.startswith(county.path)]
            if not here:
                continue
            unit = self.city.county_bureaus[county.code][0]
            group = self._form(rule, f"{county.name}{name}", unit, self.city.governors[county.code][1])
            for enrolment in here:
                for found in (self.made.firms.officers, self.made.second):
                    if enrolment.pk in found:
                        self._join(group, found[enrolment.pk], GroupDuty.MEMBER)


class ResidentLife:
    """Fills the agenda with what residents, chiefs and experts do, month by month."""

    def __init__(self, *, city: City, made: Residency, agenda: Agenda, course: Course, rng: Random) -> None:
        self.city, self.made, self.agenda, self.course, self.rng = city, made, agenda, course, rng
        self.last = agenda.today - timedelta(days=1)
        self.moved_on = agenda.today - timedelta(days=40)  # when one of them is called away

    def plan(self, *, problems: int) -> None:
        """Calls, lines of the duty log, problems, and one hand-over on the way."""
        for enrolment in self.made.firms.enrolments:
            month = enrolment.starts_on
            while month <= self.last:
                self._month(enrolment, month)
                month = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
            for who in (self.made.firms.officers, self.made.second):
                if enrolment.pk in who:
                    self._duties(enrolment, who[enrolment.pk])
        steady = [e for e in self.made.firms.enrolments if e != self.made.moves]
        for _ in range(problems):
            enrolment = self.rng.choice(steady)
            day = self._day(enrolment.starts_on + timedelta(days=2), self.last)
            self.agenda.at(
                self.agenda.office_hour(day), partial(self.course.begin, enrolment, self.course.usual())
            )
        moment = self.agenda.office_hour(self.agenda.calendar.add(self.moved_on, -2))
        self.agenda.at(moment, self._call_away)

    def _day(self, first: date, last: date) -> date:
        """Some working day from the first to the last."""
        day = first + timedelta(days=self.rng.randint(0, max((last - first).days, 0)))
        day = self.agenda.calendar.add(day, 0)
        return day if day <= last else self.agenda.calendar.add(last, 0)

    def _month(self, enrolment: Enrolment, month: date) -> None:
        end = min((month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1), self.last)
        if (end - month).days < 4:
            return
        firms = self.made.firms
        officer = firms.officers[enrolment.pk]
        called_away = enrolment == self.made.moves and end >= self.moved_on - timedelta(days=10)
        if not called_away:
            for _ in range(self.rng.choice((1, 2, 2))):
                self._call(enrolment, officer, month, end, words.RESIDENT_NOTES, VisitMode.VISIT)
        if (second := self.made.second.get(enrolment.pk)) and self.rng.random() < 0.9:
            self._call(enrolment, second, month, end, words.RESIDENT_NOTES, VisitMode.VISIT)
        if self.rng.random() < 0.85:
            self._call(enrolment, firms.leaders[enrolment.pk], month, end, words.CHIEF_NOTES, VisitMode.VISIT)
        for name, experts in self.made.experts.items():
            if self.rng.random() < 0.8:
                mode = self.rng.choice((VisitMode.VISIT, VisitMode.VISIT, VisitMode.VIDEO))
                self._call(enrolment, self.rng.choice(experts), month, end, (words.EXPERT_NOTES[name],), mode)

    def _call(
        self,
        enrolment: Enrolment,
        by: Official,
        first: date,
        last: date,
        notes: tuple[str, ...],
        mode: VisitMode,
    ) -> None:
        summary = self.rng.choice(notes).format(n=self.rng.randint(2, 6))
        self.agenda.at(
            self.agenda.office_hour(self._day(first, last)),
            lambda at: log_visit(
                client_id=self.course.new_id(),
                enrolment=enrolment,
                on=day_of(at),
                mode=mode,
                summary=summary,
                has_problem=False,
                by=by,
                at=at,
            ),
        )

    def _duties(self, enrolment: Enrolment, by: Official) -> None:
        """Some of 五个一 by the middle of the batch, each line on a day of its own."""
        last = self.last
        if enrolment == self.made.moves and by == self.made.firms.officers[enrolment.pk]:
            last = min(last, self.moved_on - timedelta(days=8))
        lines = self.rng.sample(words.DUTY_LINES, self.rng.randint(3, 8))
        days = {self._day(enrolment.starts_on + timedelta(days=5), last) for _ in lines}
        for (source, text, finance, credit), day in zip(lines, sorted(days), strict=False):
            if day < enrolment.starts_on or day > last:
                continue
            self.agenda.at(
                self.agenda.office_hour(day),
                partial(self._log, enrolment, by, source, text, finance, credit),
            )

    def _log(
        self,
        enrolment: Enrolment,
        by: Official,
        source: str,
        text: str,
        finance: int,
        credit: int,
        at: datetime,
    ) -> None:
        log_duty(
            client_id=self.course.new_id(),
            enrolment=enrolment,
            source=source,
            on=day_of(at),
            words=text,
            finance_yuan=Decimal(finance) if finance else None,
            credit_yuan=Decimal(credit) if credit else None,
            by=by,
            at=at,
        )

    def _call_away(self, at: datetime) -> None:
        """调动交接: the resident goes to another unit; whoever was in reserve takes the seat over."""
        enrolment = self.made.moves
        if enrolment is None or enrolment.starts_on >= self.moved_on:
            return
        leaving = self.made.firms.officers[enrolment.pk]
        posting = Posting.objects.select_related("department").get(official=leaving)
        successor = self.made.reserve.pop(0)
        seats = Assignment.objects.filter(official=leaving).not_over_by(self.moved_on)
        units = [self.city.bureaus[short] for short in words.SENDING]
        transfer_official(
            posting=posting,
            department=next(unit for unit in units if unit.pk != posting.department_id),
            on=self.moved_on,
            seats={seat.pk: successor for seat in seats},
            by=self.city.people["office"],
            at=at,
            title="综合科科长",
        )
        self.made.firms.officers[enrolment.pk] = successor
        for _ in range(3):
            self._call(enrolment, successor, self.moved_on, self.last, words.RESIDENT_NOTES, VisitMode.VISIT)
