"""Half a year of 云川市, walked through day by day up to the given moment, so that every figure is earned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from django.db import transaction

from assessment.services import close_due_months
from companies.choices import VisitMode
from companies.models import Enrolment
from companies.services import log_visit
from issues.choices import BulletinState, MeetingKind, MeetingState
from issues.models import Bulletin, Meeting, Ticket
from issues.services import decide_item, edit_bulletin, hold_meeting, issue_bulletin, sweep_tickets
from liaison.dashboards.digest import morning_of
from liaison.demo import words
from liaison.demo.agenda import Agenda, moment_on
from liaison.demo.city import City, raise_city
from liaison.demo.course import Course
from liaison.demo.desk import Desk
from liaison.demo.doors import Doors
from liaison.demo.firms import Firms, enrol, found_companies, start_projects
from liaison.demo.hearing import hear_news, read_up
from liaison.demo.ladder import Pressing
from liaison.demo.residents import PROBLEMS, ResidentLife, open_residency
from liaison.demo.roster import hand_in_roster
from liaison.demo.routes import bring_together
from liaison.demo.scene import set_scene
from liaison.models import Official, ProgrammeVersion, Region
from liaison.services import load_preset, seed_calendar, write_digests
from liaison.workdays import day_of

SEED = 20260601
MONTHS_BACK = 5
COMPANIES, ENROLLED, TICKETS = 240, 160, 170

Say = Callable[[str], object]


class AlreadySeeded(Exception):
    """The demo city is there; nothing was changed."""


class NotEmpty(Exception):
    """People are in the database: invented ones are not put among them."""


@transaction.atomic
def seed_city(*, at: datetime, scale: float = 1.0, say: Say = print) -> None:
    """Put the demo city into an empty database, all or nothing. The same moment gives the same city."""
    if Region.objects.filter(code=words.CITY[0]).exists():
        raise AlreadySeeded("演示城市云川市已经在库中，没有改动任何数据。")
    if Official.objects.exists():
        raise NotEmpty("库中已有干部账户，不再放入虚构的演示城市；请换一个空库。")
    rng = Random(SEED)  # noqa: S311 - an invented city, the same every time
    today = day_of(at)
    starts_on = _months_before(today, MONTHS_BACK)
    seed_calendar(years=range(2024, today.year + 2))
    city = raise_city(rng=rng, since=date(starts_on.year - 1, 1, 1))
    say(f"  单位和干部：{Official.objects.count()} 名干部，{len(city.counties)} 个县区")
    opened = moment_on(starts_on, 0, 10) - timedelta(days=3)
    version = load_preset(
        preset="p2", region=city.region, starts_on=starts_on, by=city.people["admin"], at=opened
    )
    companies = found_companies(city, rng=rng, number=max(12, round(COMPANIES * scale)))
    firms = enrol(
        city,
        version,
        companies,
        rng=rng,
        number=max(10, round(ENROLLED * scale)),
        starts_on=starts_on,
        at=opened,
    )
    if scale >= 1:
        start_projects(firms, version=version, rng=rng, by=city.people["office"], at=opened)
    say(f"  企业：{len(companies)} 家，其中 {len(firms.enrolments)} 家纳入包联并组成专班")
    agenda = Agenda(rng=rng, now=at, region=city.region)
    # Of the second programme and the office's own acts, with dice of their own.
    dice = Random(SEED + 1)  # noqa: S311
    made = open_residency(city=city, firms=firms, scale=scale, starts_on=starts_on, rng=dice, at=opened)
    say(f"  驻企：{len(made.firms.enrolments)} 家企业派驻了脱产干部")
    beside = agenda.beside(dice)
    stay = Course(city=city, firms=made.firms, version=made.version, agenda=beside, rng=dice)
    desk = Desk(city=city, firms=firms, version=version, made=made, agenda=beside, rng=dice)
    desk.begin(opened)
    pressing = Pressing(city=city, version=version, agenda=beside)
    pressing.begin(opened)
    course = Course(city=city, firms=firms, version=version, agenda=agenda, rng=rng)
    _Life(city, firms, version, agenda, course, rng).plan(starts_on, tickets=round(TICKETS * scale))
    set_scene(city=city, firms=firms, agenda=agenda, course=course, rng=rng)
    life = ResidentLife(city=city, made=made, agenda=beside, course=stay, rng=dice)
    life.plan(problems=round(PROBLEMS * scale))
    desk.plan(scale=scale)
    pressing.plan()
    me = city.people["official"]
    own = [one.company for one in firms.enrolments if firms.officers.get(one.pk) == me]
    Doors(city=city, agenda=beside).plan(own)
    morning = moment_on(agenda.calendar.add(agenda.today + timedelta(days=1), -1), 8, 30)
    agenda.at(morning, lambda moment: write_digests(tell=morning_of, at=moment))
    _walk(agenda, starts_on, say=say)
    desk.finish(at)
    bring_together(city=city, version=version, at=at)
    hear_news(at=at, now=at)
    read_up(now=at, calendar=agenda.calendar)
    hand_in_roster(city=city, firms=firms, rng=rng, at=at - timedelta(minutes=25))
    closed = Ticket.objects.filter(status="closed").count()
    say(f"  问题：{Ticket.objects.count()} 件，其中 {closed} 件已由企业确认销号")


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _walk(agenda: Agenda, starts_on: date, *, say: Say) -> None:
    """Day after day: the clock's round in the morning, then what people do."""
    day = starts_on
    while day <= agenda.today:
        if agenda.calendar.is_working(day):
            agenda.at(moment_on(day, 8, 10), lambda moment: sweep_tickets(at=moment))
        end = min(moment_on(day + timedelta(days=1), 0), agenda.now)
        agenda.run_until(end)
        day += timedelta(days=1)
        if day.day == 1 or day > agenda.today:
            say(f"  推演至 {day - timedelta(days=1):%Y-%m-%d}：{Ticket.objects.count()} 件问题")


class _Life:
    """Fills the agenda with what people usually do in half a year."""

    def __init__(
        self,
        city: City,
        firms: Firms,
        version: ProgrammeVersion,
        agenda: Agenda,
        course: Course,
        rng: Random,
    ) -> None:
        self.city, self.firms, self.version = city, firms, version
        self.agenda, self.course, self.rng = agenda, course, rng

    def plan(self, starts_on: date, *, tickets: int) -> None:
        """Visits of every month, problems spread over the months, and the months' ends."""
        last = self.agenda.today - timedelta(days=1)
        month = starts_on
        while month <= last:
            following = (month + timedelta(days=32)).replace(day=1)
            self._visits(month, min(following - timedelta(days=1), last), following - timedelta(days=1))
            self._month_end(month, following)
            month = following
        days = [
            day
            for offset in range((last - starts_on).days + 1)
            if self.agenda.calendar.is_working(day := starts_on + timedelta(days=offset))
        ]
        for _ in range(tickets if days else 0):
            day = days[min(int(self.rng.betavariate(1.5, 1.15) * len(days)), len(days) - 1)]
            enrolment = self.rng.choice([e for e in self.firms.enrolments if e.starts_on <= day])
            plan = self.course.usual()
            self.agenda.at(self.agenda.office_hour(day), partial(self.course.begin, enrolment, plan))

    def _visits(self, first: date, last: date, end: date) -> None:
        share = ((last - first).days + 1) / ((end - first).days + 1)
        mine = self.city.people["official"]
        spared = [e for e in self.firms.enrolments if self.firms.officers.get(e.pk) == mine][-2:]
        for enrolment in self.firms.enrolments:
            if enrolment.starts_on > last or (share < 1 and enrolment in spared):
                continue  # two companies are left for the demo's official to call on
            times = self.rng.choices((0, 1, 2), (7, 70, 23))[0]
            for _ in range(times):
                if self.rng.random() < share:
                    self._visit(enrolment, first, last, self.firms.officers.get(enrolment.pk))
            if self.rng.random() < 0.93 * share:
                self._visit(enrolment, first, last, self.firms.leaders.get(enrolment.pk))

    def _visit(self, enrolment: Enrolment, first: date, last: date, by: Official | None) -> None:
        first = max(first, enrolment.starts_on)
        day = self.agenda.calendar.add(first + timedelta(days=self.rng.randint(0, (last - first).days)), 0)
        if by is None or day > last:
            return
        mode = self.rng.choices(list(VisitMode), (46, 30, 17, 5, 2))[0]
        note = self.rng.choice(words.VISIT_NOTES).format(n=self.rng.randint(3, 9))
        if mode == VisitMode.WAIVED:
            note = words.WAIVED_NOTE
        self.agenda.at(
            self.agenda.office_hour(day),
            lambda at: log_visit(
                client_id=self.course.new_id(),
                enrolment=enrolment,
                on=day_of(at),
                mode=mode,
                summary=note,
                has_problem=False,
                by=by,
                at=at,
            ),
        )

    def _month_end(self, month: date, following: date) -> None:
        """At the cut-off the month is frozen; the office issues and meets, except for the newest month."""
        evening = moment_on(following - timedelta(days=1), 18, 5)
        self.agenda.at(evening, lambda at: close_due_months(at=at))
        if following < self.agenda.today.replace(day=1):
            self.agenda.after(evening, 3, lambda at: self._issue(month, at))
            self.agenda.after(evening, 6, lambda at: self._meet(month, at))

    def _issue(self, month: date, at: datetime) -> None:
        drafts = Bulletin.objects.filter(month_end__month=month, state=BulletinState.DRAFT)
        for bulletin in drafts.order_by("pk"):
            by = self.city.people["office"]
            county = self.rng.choice(self.city.counties).name
            highlights = words.HIGHLIGHTS.format(county=county)
            edited = edit_bulletin(
                bulletin=bulletin, highlights=highlights, next_steps=words.NEXT_STEPS, by=by, at=at
            )
            issue_bulletin(bulletin=edited, by=by, at=at)

    def _meet(self, month: date, at: datetime) -> None:
        by, day = self.city.people["office"], day_of(at)
        kind = MeetingKind.DISPATCH
        prepared = Meeting.objects.filter(kind=kind, month=month, state=MeetingState.PREPARED)
        for meeting in prepared.order_by("pk"):
            self._decide(meeting, day, by, at)

    def _decide(self, meeting: Meeting, day: date, by: Official, at: datetime) -> None:
        for item in meeting.items.select_related("meeting").order_by("position"):
            decide_item(
                item=item,
                decision=self.rng.choice(words.DECISIONS),
                due_on=self.agenda.calendar.add(day, 10),
                by=by,
                at=at,
            )
        hold_meeting(meeting=meeting, held_on=day, by=by, at=at)
