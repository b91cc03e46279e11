"""What the coordination office has on its desk today: plans, drafts, absences, cards and the calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from django.db.models import Count

from companies.choices import Emphasis, RecusalReason
from companies.models import Assignment, Company, Enrolment, Proposal
from companies.services import (
    Fate,
    adopt_proposal,
    assign_group_to_many,
    assign_seat,
    candidates_for,
    change_pair,
    empty_pair,
    enrol_companies,
    fix_pairs,
    issue_door_cards,
    open_batch,
    set_deputy,
    set_public_phone,
    set_trades,
    solve_proposal,
    start_proposal,
    transfer_official,
)
from companies.services.recusals import declare_recusal
from issues.services import apply_calendar_change
from liaison.choices import DayKind, GroupKind, LimitKind, Rank
from liaison.demo import words
from liaison.demo.agenda import Act, Agenda
from liaison.demo.city import City
from liaison.demo.firms import ROOM, Firms
from liaison.demo.residents import Residency
from liaison.models import (
    ContactRule,
    ExtensionRule,
    GradeRule,
    LimitRule,
    Official,
    Posting,
    ProgrammeVersion,
    Region,
    TeamRole,
)
from liaison.services import confirm_change, draft_version, record_trainings, save_rule
from liaison.services.calendar import draft_exception

LATE_ENROLLED = 12  # companies that enter the first programme late


class Desk:
    """The office's own acts, in the last weeks of the story; each by its real service."""

    def __init__(
        self,
        *,
        city: City,
        firms: Firms,
        version: ProgrammeVersion,
        made: Residency,
        agenda: Agenda,
        rng: Random,
    ) -> None:
        self.city, self.firms, self.version, self.made = city, firms, version, made
        self.agenda, self.rng = agenda, rng
        self.office = city.people["office"]
        self.late = city.region  # the county whose companies came in last
        self.next_month = (agenda.today.replace(day=1) + timedelta(days=32)).replace(day=1)

    def begin(self, at: datetime) -> None:
        """Before anything starts: which unit is in charge of which trades."""
        for short, codes in words.TRADES_OF.items():
            set_trades(department=self.city.bureaus[short], codes=codes, by=self.office, at=at)
        for bureaus in self.city.county_bureaus.values():
            set_trades(department=bureaus[0], codes=("C",), by=self.office, at=at)

    def plan(self, *, scale: float) -> None:
        """Put what the office does on the way on the agenda."""
        number = max(2, round(LATE_ENROLLED * scale))
        self._in(18, lambda at: self._train(at))
        self._in(11, lambda at: self._enrol_late(number, at))
        self._in(10, self._adopt)
        self._in(9, self._recuse)
        self._in(6, self._cards)
        self._in(3, self._absences)
        self._in(2, self._draft_rules)

    def finish(self, at: datetime) -> None:
        """What lies on the desk this morning."""
        self._close_county(at - timedelta(minutes=70))
        self._next_batch(at - timedelta(minutes=60))
        self._move_officer(at - timedelta(minutes=50))
        self._balance(at - timedelta(minutes=40))

    def _in(self, days_ago: int, act: Act) -> None:
        day = self.agenda.calendar.add(self.agenda.today - timedelta(days=1), -days_ago)
        self.agenda.at(self.agenda.office_hour(day), act)

    # --- on the way -----------------------------------------------------------------------------
    def _train(self, at: datetime) -> None:
        """Two courses for those who look after companies; some missed them."""
        by = self.city.people["roster"]
        for subject, share in zip(words.COURSES[1:], (0.8, 0.4), strict=True):
            people = [o for o in self.city.officers if self.rng.random() < share]
            people = people or self.city.officers[:1]
            record_trainings(officials=people, on=at.date(), subject=subject, by=by, at=at)

    def _enrol_late(self, number: int, at: datetime) -> None:
        """More companies of one county enter the first programme; only the officials are still wanted."""
        self.late = max(self.city.counties, key=lambda county: (len(self._free(county)), county.code))
        free = self._free(self.late)
        roles = {role.code: role for role in TeamRole.objects.filter(version=self.version)}
        done = enrol_companies(
            programme=self.version.programme,
            companies=self.rng.sample(free, min(number, len(free))),
            starts_on=at.date(),
            by=self.office,
            at=at,
        )
        bureaus = list(self.city.bureaus.values())
        for enrolment in done.created:
            county = next(c for c in self.city.counties if enrolment.company.region.path.startswith(c.path))
            lead = self.rng.choice(bureaus)
            for code, holder in (
                ("lead_department", {"department": lead}),
                ("lead_official", {"official": self._free_leader(county.code)}),
                ("head", {"official": self.city.chiefs[lead.pk]}),
                ("deputy", {"official": self.city.governors[county.code][1]}),
                ("member_department", {"department": self.city.county_bureaus[county.code][0]}),
            ):
                if None in holder.values():
                    continue  # nobody has room: the seat waits
                assign_seat(
                    enrolment=enrolment,
                    role=roles[code],
                    starts_on=enrolment.starts_on,
                    by=self.office,
                    at=at,
                    **holder,
                )

    def _free(self, county: Region) -> list[Company]:
        """The county's companies in no programme."""
        here = Company.objects.filter(region__path__startswith=county.path)
        return list(here.exclude(pk__in=Enrolment.objects.values("company")).order_by("pk"))

    def _free_leader(self, county: str) -> Official | None:
        """Whoever leads fewest companies of the first programme, and may lead one more."""
        leaders = [*self.city.bureau_leaders, *self.city.governors[county], *self.city.chiefs.values()]
        counted = Assignment.objects.filter(enrolment__programme=self.version.programme_id)
        held = dict(
            counted.filter(official__in=leaders, role__counts_to_quota=True)
            .order_by()
            .values_list("official")
            .annotate(n=Count("pk"))
        )
        room = {leader.pk: ROOM[Rank(leader.rank)] - held.get(leader.pk, 0) for leader in leaders}
        free = [leader for leader in leaders if room[leader.pk] > 0]
        return max(free, key=lambda leader: (room[leader.pk], -leader.pk)) if free else None

    def _adopt(self, at: datetime) -> None:
        """采用: the officials of the late companies, worked out, looked through and adopted as one."""
        starts_on = at.date() + timedelta(days=1)
        proposal = self._solved("新纳入企业包抓干部", starts_on, at, region=self.late)
        if proposal is not None:
            adopt_proposal(proposal=proposal, by=self.office, at=at + timedelta(minutes=35))

    def _solved(
        self, note: str, starts_on: date, at: datetime, *, region: Region, anew: bool = False
    ) -> Proposal | None:
        """A draft for the officials of the first programme, without those who live in a company."""
        proposal = start_proposal(
            role=TeamRole.objects.get(version=self.version, code="officer"),
            region=region,
            starts_on=starts_on,
            only_uncovered=not anew,
            keep_weight=Emphasis.SOME if anew else Emphasis.MOST,
            trade_weight=Emphasis.MOST,
            note=note,
            by=self.office,
            at=at,
        )
        solved = solve_proposal(proposal_id=proposal.pk, at=at + timedelta(minutes=1))
        if solved is None:
            return None
        away = {*self._residents(), *(o.pk for o in self.made.reserve)}
        moment = at + timedelta(minutes=12)
        for pair in solved.pairs.filter(official__in=away).select_related("enrolment", "official"):
            fitting = candidates_for(proposal=solved, enrolment=pair.enrolment)
            other = next((c.official for c in fitting if not c.why_not and c.official.pk not in away), None)
            if other is None:
                empty_pair(pair=pair, by=self.office, at=moment)
            else:
                change_pair(
                    proposal=solved,
                    enrolment=pair.enrolment,
                    official=other,
                    instead_of=pair.official,
                    by=self.office,
                    at=moment,
                )
        return solved

    def _residents(self) -> set[int]:
        own = self.made.firms
        return {o.pk for found in (own.officers, self.made.second) for o in found.values()}

    def _recuse(self, at: datetime) -> None:
        """Three who stay away from a company: declared by oneself, a former employer, a relative."""
        me = self.city.people["official"]
        mine = {e.company_id for e in self.firms.enrolments if self.firms.officers.get(e.pk) == me}
        strange = [e for e in self.firms.enrolments if e.company_id not in mine]
        residents = list(self.made.firms.officers.values())
        for official, by, reason, note in (
            (me, me, RecusalReason.RELATIVE, "配偶在该企业任财务主管。"),
            (residents[0], self.office, RecusalReason.FORMER_EMPLOYER, "2019 年至 2022 年在该企业工作。"),
            (
                self.city.people["leader"],
                self.office,
                RecusalReason.DECLARED,
                "与企业负责人系同学，本人申请回避。",
            ),
        ):
            seats = Assignment.objects.filter(official=official).values("enrolment__company")
            free = [e for e in strange if not seats.filter(enrolment__company=e.company_id).exists()]
            declare_recusal(
                official=official,
                company=self.rng.choice(free).company,
                reason=reason,
                note=note,
                starts_on=at.date(),
                ends_on=None if reason == RecusalReason.RELATIVE else at.date() + timedelta(days=730),
                by=by,
                at=at,
            )

    def _cards(self, at: datetime) -> None:
        """Door cards, with phones, for the official's own companies and for those with residents."""
        me = self.city.people["official"]
        mine = [e for e in self.firms.enrolments if self.firms.officers.get(e.pk) == me]
        shown = [*mine, *self.made.firms.enrolments]
        people = {seat.official for e in shown for seat in e.assignments.select_related("official")}
        for official in sorted((o for o in people if o and o.phone), key=lambda o: o.pk):
            set_public_phone(official=official, phone=official.phone or "", by=self.office, at=at)
        companies = Company.objects.filter(pk__in=[e.company_id for e in shown])
        issue_door_cards(companies=companies, by=self.office, at=at)

    def _absences(self, at: datetime) -> None:
        """A resident at a course, for whom the demo's official stands in; that official's own leave."""
        me, today = self.city.people["official"], self.agenda.today
        absent = self.made.firms.officers[self.made.firms.enrolments[0].pk]
        colleague = self._colleague(me)
        for official, deputy, first, days, reason in (
            (absent, me, at.date(), 14, "参加市委党校中青班"),
            (me, colleague, today + timedelta(days=12), 6, "年休假"),
            (
                self.city.governors[self.city.counties[0].code][1],
                self._first_governor(),
                at.date(),
                9,
                "外出招商",
            ),
        ):
            set_deputy(
                official=official,
                deputy=deputy,
                starts_on=first,
                ends_on=first + timedelta(days=days),
                reason=reason,
                by=self.office,
                at=at,
            )

    def _colleague(self, official: Official) -> Official:
        unit = Posting.objects.filter(official=official).order_by("pk").values_list("department")[:1]
        near = Posting.objects.filter(department__in=unit, official__in=self.city.officers)
        return near.exclude(official=official).order_by("pk").select_related("official")[0].official

    def _first_governor(self) -> Official:
        return self.city.governors[self.city.counties[0].code][0]

    def _draft_rules(self, at: datetime) -> None:
        """A second version of the first programme: quicker triage, tighter grade C, calls on site."""
        draft = draft_version(
            programme=self.version.programme, effective_from=self.next_month, by=self.office, at=at
        )
        rows = {"version": draft}
        for rule, values in (
            (LimitRule.objects.get(**rows, kind=LimitKind.TRIAGE), {"working_days": 1}),
            (GradeRule.objects.get(**rows, code="C"), {"working_days": 20}),
            (ContactRule.objects.get(**rows), {"on_site_months": 2}),
            (ExtensionRule.objects.get(**rows), {"max_days": 8}),
        ):
            save_rule(version=draft, rule=rule, values=values, by=self.office, at=at)

    # --- this morning ---------------------------------------------------------------------------
    def _close_county(self, at: datetime) -> None:
        """A county's closure, applied; another one drafted and not yet confirmed."""
        calendar, by = self.agenda.calendar, self.office
        outage, flood = self.city.counties[3], self.city.counties[4]
        change = draft_exception(
            region=outage,
            kind=DayKind.OFF,
            first=(day := calendar.add(self.agenda.today, 4)),
            last=day,
            reason="主供输电线路迁改，全县停电停工",
            document=f"岚政办函〔{at.year}〕26号",
            by=by,
            at=at,
        )
        confirm_change(change=change, by=by, at=at + timedelta(minutes=4))
        apply_calendar_change(change_id=change.pk, at=at + timedelta(minutes=5))
        draft_exception(
            region=flood,
            kind=DayKind.OFF,
            first=(day := calendar.add(self.agenda.today, 7)),
            last=calendar.add(day, 1),
            reason="城区供水管网切换，停水两天",
            document=f"白政办函〔{at.year}〕31号",
            by=by,
            at=at + timedelta(minutes=7),
        )

    def _next_batch(self, at: datetime) -> None:
        """The next batch, opened: chiefs and experts go on, two companies know who will live with them."""
        made = self.made
        ends = made.version.programme.batches.order_by("-number")[0].ends_on
        open_batch(
            programme=made.version.programme, starts_on=ends + timedelta(days=1), by=self.office, at=at
        )
        role = TeamRole.objects.get(version=made.version, code="resident")
        chief = TeamRole.objects.get(version=made.version, code="chief_officer")
        for enrolment in made.firms.enrolments:
            assign_seat(
                enrolment=enrolment,
                role=chief,
                official=made.firms.leaders[enrolment.pk],
                starts_on=ends + timedelta(days=1),
                by=self.office,
                at=at,
            )
        for group in made.version.programme.groups.filter(kind=GroupKind.EXPERT).order_by("pk"):
            assign_group_to_many(
                enrolments=made.firms.enrolments,
                role_code="expert_group",
                group=group,
                starts_on=ends + timedelta(days=1),
                by=self.office,
                at=at,
            )
        stay = made.firms.enrolments[:2]
        for enrolment, other in zip(stay, reversed(stay), strict=True):  # they change companies
            assign_seat(
                enrolment=enrolment,
                role=role,
                official=made.firms.officers[other.pk],
                starts_on=ends + timedelta(days=1),
                by=self.office,
                at=at,
            )

    def _move_officer(self, at: datetime) -> None:
        """An official of the first programme moves next month: one company goes along, others are given."""
        seats = Assignment.objects.filter(role__code="officer", role__version=self.version)
        seats = seats.not_over_by(self.next_month).select_related("official", "enrolment__company__region")
        held: dict[int, list[Assignment]] = {}
        for seat in seats.order_by("pk"):
            held.setdefault(seat.official_id or 0, []).append(seat)
        near = {o.pk: o for o in self.city.officers}
        me = self.city.people["official"]
        loads = {k: len(own) for k, own in held.items() if k in near and k != me.pk and len(own) <= 4}
        moving = sorted(loads, key=lambda k: (-loads[k], k))
        takers = sorted((o for o in self.city.officers if o != me), key=lambda o: len(held.get(o.pk, [])))
        if not moving:
            return
        posting = Posting.objects.select_related("official", "department__region").get(official=moving[0])
        here = posting.department.region_id
        taker = next(
            (o for o in takers if o.pk != moving[0] and len(held.get(o.pk, [])) + len(held[moving[0]]) <= 5),
            None,
        )
        fates: dict[int, Official | Fate] = dict.fromkeys((s.pk for s in held[moving[0]]), taker or Fate.KEEP)
        if loads[moving[0]] > 1:
            fates[held[moving[0]][0].pk] = Fate.KEEP
        for seat in Assignment.objects.filter(official=moving[0]).not_over_by(self.next_month):
            fates.setdefault(seat.pk, Fate.KEEP)
        units = [unit for unit in self.city.bureaus.values() if unit.pk != posting.department_id]
        transfer_official(
            posting=posting,
            department=next((u for u in units if u.region_id == here), units[0]),
            on=self.agenda.calendar.add(self.next_month, 0),
            seats=fates,
            by=self.office,
            at=at,
            title="企业服务科科长",
        )

    def _balance(self, at: datetime) -> None:
        """草案: the companies of one county anew, trades matched; one seat left empty by hand, some fixed."""
        county = next(one for one in reversed(self.city.counties[:4]) if one != self.late)
        proposal = self._solved("年底按行业调整", self.next_month, at, region=county, anew=True)
        if proposal is None:
            return
        pairs = list(proposal.pairs.select_related("enrolment", "official").order_by("pk")[:4])
        if len(pairs) == 4:
            empty_pair(pair=pairs.pop(), by=self.office, at=at + timedelta(minutes=14))
        fix_pairs(
            proposal=proposal,
            pairs=proposal.pairs.filter(pk__in=[pair.pk for pair in pairs]),
            fixed=True,
            by=self.office,
            at=at + timedelta(minutes=15),
        )
