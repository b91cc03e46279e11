"""How problems go in the demo city: every move is made by the real service, by whoever makes it in life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from assessment.models import Survey
from assessment.services import answer_survey, pass_on_survey, record_callback
from companies.choices import VisitMode
from companies.models import Enrolment
from companies.services import log_visit
from issues.choices import HELPED, AnswerMode, Outcome, Part, ReturnReason, Source, Status
from issues.models import Category, Ticket
from issues.services import (
    StepLine,
    accept_plan,
    answer_ticket,
    collect_ticket,
    contact_company,
    cooperate_on_ticket,
    dispatch_ticket,
    name_leader,
    note_progress,
    object_to_help,
    object_to_ticket,
    report_progress,
    report_ticket,
    resolve_ticket,
    sign_help,
    sign_ticket,
    submit_plan,
    transfer_ticket,
)
from liaison.demo import words
from liaison.demo.agenda import Act, Agenda
from liaison.demo.city import City
from liaison.demo.firms import Firms
from liaison.demo.hearing import hear_news
from liaison.demo.words import Problem
from liaison.models import Department, GradeRule, Official, ProgrammeVersion
from liaison.workdays import day_of


@dataclass
class Plan:
    """How one problem is to go; `-1` means that nobody does it. Days are working days."""

    problem: Problem
    report: int = 1
    triage: int = 1
    sign: int = 0
    objects: bool = False
    resolve: int = 4
    outcome: Outcome = Outcome.SOLVED
    answer: int = 1
    reply: int = 2  # natural days after the answer; -1: the company does not reply
    callback: int = 1
    scores: tuple[int, ...] = (5,)
    lead: Department | None = None
    helpers: tuple[Department, ...] = ()
    helper: bool = False
    helps: tuple[tuple[Department, int, str], ...] = ()  # which helper, after how many days, does what
    transfer: tuple[int, Department] | None = None  # after how many days the office gives the lead to whom


class Course:
    """Plays problems from collection to 销号, each step at its moment unless it was overtaken."""

    def __init__(
        self, *, city: City, firms: Firms, version: ProgrammeVersion, agenda: Agenda, rng: Random
    ) -> None:
        self.city, self.firms, self.agenda, self.rng = city, firms, agenda, rng
        self.grades = {rule.code: rule for rule in GradeRule.objects.filter(version=version)}
        self.categories = {category.code: category for category in Category.objects.all()}
        self.counties = {county.path: county.code for county in city.counties}
        self.collected = 0
        self.bag: list[Problem] = []
        self.beside = Random(len(self.grades))  # noqa: S311  # what came later draws from dice of its own

    # --- plans ----------------------------------------------------------------------------------
    def usual(self) -> Plan:
        """A problem as they come: most go well, some late, some badly."""
        rng, chance = self.rng, self.rng.random
        problem = self._next_problem()
        days = self.grades[problem.grade].working_days
        luck = chance()
        if problem.grade == "D":
            resolve = rng.choice((12, 14, 30, -1, -1))
        elif luck < 0.74:
            resolve = max(1, round(days * rng.uniform(0.25, 0.9)))
        elif luck < 0.84:
            resolve = days
        elif luck < 0.95:
            resolve = days + rng.choice((1, 2, 3, 6, 8))
        else:
            resolve = days + rng.choice((9, 12, 16))
        return Plan(
            problem=problem,
            report=rng.choices((0, 1, 2, -1), (30, 38, 25, 7))[0],
            triage=rng.choices((0, 1, 2, 3), (30, 45, 20, 5))[0],
            sign=rng.choices((0, 1, -1), (55, 38, 7))[0],
            objects=chance() < 0.05,
            resolve=resolve,
            outcome=rng.choices(
                (Outcome.SOLVED, Outcome.EXPLAINED, Outcome.UNDER_WAY, Outcome.PLANNED, Outcome.CANNOT_NOW),
                (74, 11, 6, 5, 4) if problem.grade != "D" else (20, 10, 40, 20, 10),
            )[0],
            answer=rng.choices((0, 1, 3), (50, 42, 8))[0],
            reply=rng.choices((0, 1, 2, 4, 6, -1), (20, 25, 18, 12, 5, 20))[0],
            callback=rng.choices((1, 2, 4, -1), (45, 30, 15, 10))[0],
            scores=rng.choices(((5,), (4,), (3,), (2, 4), (1, 5), (2, 2, 4)), (50, 26, 10, 7, 4, 3))[0],
            helper=problem.grade in "CD" or chance() < 0.15,
        )

    def _next_problem(self) -> Problem:
        """Every kind comes up once before any comes again: companies are not each other's copies."""
        if not self.bag:
            self.bag = list(words.PROBLEMS)
            self.rng.shuffle(self.bag)
        return self.bag.pop()

    # --- steps ----------------------------------------------------------------------------------
    def begin(self, enrolment: Enrolment, plan: Plan, at: datetime) -> Ticket | None:
        """The official meets the company and writes the problem down."""
        by = self.firms.officers.get(enrolment.pk) or self.firms.leaders.get(enrolment.pk)
        if by is None:
            return None
        number = self.rng.choice((2, 3, 4, 6, 8, 12, 15, 20))
        problem = plan.problem
        visited = self.rng.random() < 0.75
        visit = log_visit(
            client_id=self.new_id(),
            enrolment=enrolment,
            on=day_of(at),
            mode=VisitMode.VISIT if visited else VisitMode.PHONE,
            summary=f"企业反映：{problem.title.format(n=number)}。",
            has_problem=True,
            by=by,
            at=at,
        )
        ticket = collect_ticket(
            enrolment=enrolment,
            title=problem.title.format(n=number),
            description=problem.description.format(n=number),
            wish=problem.wish,
            category=self.categories[problem.category] if self.rng.random() < 0.8 else None,
            source=Source.VISIT if visited else Source.PHONE,
            visit=visit,
            by=by,
            at=at,
        )
        self.collected += 1
        self._later(at, plan.report, lambda moment: self._report(ticket, plan, by, moment))
        # The clock forwards what nobody reports; the office then finds it on its own round.
        self._later(at, 4 + plan.triage, lambda moment: self._triage(ticket, plan, moment))
        return ticket

    def _later(self, since: datetime, days: int, act: Act) -> None:
        if days >= 0:
            self.agenda.after(since, days, act)

    def new_id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def _now(self, ticket: Ticket, *states: Status) -> Ticket | None:
        """The ticket as it stands, if it is still where the step finds it."""
        fresh = Ticket.objects.select_related("company__region", "enrolment", "category").get(pk=ticket.pk)
        return fresh if fresh.status in states else None

    def _report(self, ticket: Ticket, plan: Plan, by: Official, at: datetime) -> None:
        if fresh := self._now(ticket, Status.DRAFT):
            report_ticket(ticket=fresh, by=by, at=at)
            self._later(at, plan.triage, lambda moment: self._triage(ticket, plan, moment))

    def _triage(self, ticket: Ticket, plan: Plan, at: datetime, lead: Department | None = None) -> None:
        fresh = self._now(ticket, Status.REPORTED)
        if fresh is None:
            return
        lead = lead or plan.lead or self._lead_for(fresh, plan)
        helpers = list(plan.helpers) or (self._helpers(fresh, plan) if plan.helper else [])
        helpers = [unit for unit in dict.fromkeys(helpers) if unit != lead]
        office = self.city.people["office"]
        if lead.region_id != self.city.region.pk and self.rng.random() < 0.5:
            office = self.city.offices[lead.region.code]
        dispatch_ticket(
            ticket=fresh,
            grade=self.grades[plan.problem.grade],
            category=self.categories[plan.problem.category],
            lead=lead,
            cooperating=helpers,
            by=office,
            at=at,
        )
        if plan.objects:
            plan.objects = False
            self._later(at, 1, lambda moment: self._object(ticket, plan, moment))
            return
        self._later(at, plan.sign, lambda moment: self._sign(ticket, moment))
        if self.beside.random() < 0.85:
            days = self.beside.choices((1, 2, 4), (60, 30, 10))[0]
            self._later(at, days, lambda moment: self._contact(ticket, moment))
        for unit, days, act in plan.helps:
            self._later(at, days, partial(self._help, ticket, unit, act))
        if plan.transfer is not None:
            days, to = plan.transfer
            self._later(at, days, lambda moment: self._transfer(ticket, to, moment))
        for unit in helpers:
            if unit not in plan.helpers and self.rng.random() < 0.85:
                days = self.rng.choice((1, 2, 3))
                self._later(at, days, partial(self._cooperate, ticket, unit))
        if plan.resolve != 1 and self.rng.random() < 0.8:
            self._later(
                at,
                max(2, plan.resolve // 2 if plan.resolve > 0 else 3),
                lambda moment: self._progress(ticket, plan, moment),
            )
        if plan.problem.grade == "D":
            self._later(at, 1, lambda moment: self._name_leader(ticket, moment))
            self._later(at, 7 if ticket.pk % 4 else 16, lambda moment: self._plan(ticket, moment))
        self._later(at, plan.resolve, lambda moment: self._resolve(ticket, plan, moment))

    def _name_leader(self, ticket: Ticket, at: datetime) -> None:
        """Three of four hard problems have a leader in charge; the office still owes the fourth."""
        if ticket.pk % 4 == 3:
            return
        if fresh := self._now(ticket, Status.DISPATCHED, Status.IN_PROGRESS):
            name_leader(ticket=fresh, leader=self.city.people["leader"], by=self.city.people["office"], at=at)

    def _plan(self, ticket: Ticket, at: datetime) -> None:
        """疑难攻坚方案: handed in by the lead unit, looked at by the office two days later."""
        fresh = self._now(ticket, Status.IN_PROGRESS)
        if fresh is None or fresh.grade is None or not fresh.grade.is_plan_only or fresh.round > 1:
            return
        lead, calendar = self._lead(fresh), self.agenda.calendar
        by = self.city.liaison_officers[lead.pk]
        steps = [
            StepLine(words=said, due_on=calendar.add(day_of(at), days), department=lead, person=by.name)
            for said, days in words.PLAN_STEPS
        ]
        submit_plan(ticket=fresh, goal=words.PLAN_GOAL, steps=steps, by=by, at=at)
        self._later(at, 2, lambda moment: self._accept_plan(ticket, moment))

    def _accept_plan(self, ticket: Ticket, at: datetime) -> None:
        if fresh := self._now(ticket, Status.PLAN_REVIEW):
            accept_plan(ticket=fresh, answer="同意，按月报送进展。", by=self.city.people["office"], at=at)
            for month in range(1, 6):
                if (ticket.pk + month) % 5:  # one in five is forgotten
                    self._later(at, 20 * month - 2, lambda moment: self._report_progress(ticket, moment))

    def _report_progress(self, ticket: Ticket, at: datetime) -> None:
        fresh = self._now(ticket, Status.IN_PROGRESS)
        if fresh is None or fresh.round > 1:
            return
        by = self.city.liaison_officers[self._lead(fresh).pk]
        first = fresh.plan.steps.filter(done_on__isnull=True).order_by("position").first()
        done = [first.pk] if first and first.due_on <= day_of(at) else []
        report_progress(ticket=fresh, note=words.PLAN_PROGRESS, done=done, by=by, at=at)

    def _county_code(self, ticket: Ticket) -> str:
        path = ticket.company.region.path
        return next(code for prefix, code in self.counties.items() if path.startswith(prefix))

    def _lead_for(self, ticket: Ticket, plan: Plan) -> Department:
        """条块结合、以块为主: the county's bureau for what it can do, else the city's."""
        category = plan.problem.category
        if plan.problem.grade in "AB" and self.rng.random() < 0.45:
            for bureau, (_, _, handled) in zip(
                self.city.county_bureaus[self._county_code(ticket)], words.COUNTY_BUREAUS, strict=True
            ):
                if category in handled:
                    return bureau
        return self.rng.choice(self.city.handlers[category])

    def _helpers(self, ticket: Ticket, plan: Plan) -> list[Department]:
        city = self.city.bureaus.values()
        return [self.rng.choice(list(city)), self.city.county_bureaus[self._county_code(ticket)][1]]

    def _lead(self, ticket: Ticket) -> Department:
        unit = ticket.units.select_related("department__region").get(part=Part.LEAD, is_current=True)
        return unit.department

    def _object(self, ticket: Ticket, plan: Plan, at: datetime) -> None:
        if fresh := self._now(ticket, Status.DISPATCHED):
            lead = self._lead(fresh)
            object_to_ticket(
                ticket=fresh,
                reason=ReturnReason.NOT_OURS,
                note="所涉事项不在本单位职责清单内，建议改派主管单位。",
                by=self.city.liaison_officers[lead.pk],
                at=at,
            )
            others = [unit for unit in self.city.handlers[plan.problem.category] if unit != lead]
            chosen = self.rng.choice(others or [self.city.bureaus["市工信局"]])
            if chosen == lead:
                chosen = self.city.bureaus["市发改委"]
            self._later(at, 1, lambda moment: self._triage(ticket, plan, moment, chosen))

    def _sign(self, ticket: Ticket, at: datetime) -> None:
        if fresh := self._now(ticket, Status.DISPATCHED):
            sign_ticket(ticket=fresh, by=self.city.liaison_officers[self._lead(fresh).pk], at=at)

    def _contact(self, ticket: Ticket, at: datetime) -> None:
        """The lead unit speaks with the company for the first time, unless it called on it already."""
        fresh = self._now(ticket, Status.DISPATCHED, Status.IN_PROGRESS)
        if fresh and fresh.units.filter(part=Part.LEAD, is_current=True, contacted_on=None).exists():
            contact_company(
                ticket=fresh,
                mode=VisitMode.PHONE,
                on=day_of(at),
                note="已与企业联系人核实情况，约定办理步骤。",
                by=self.city.liaison_officers[self._lead(fresh).pk],
                at=at,
            )

    def _transfer(self, ticket: Ticket, to: Department, at: datetime) -> None:
        if fresh := self._now(ticket, Status.DISPATCHED, Status.IN_PROGRESS):
            by, note = self.city.people["office"], "按职责清单，由主管单位牵头，原单位配合。"
            transfer_ticket(ticket=fresh, to=to, keep_former=True, note=note, by=by, at=at)

    def _help(self, ticket: Ticket, unit: Department, act: str, at: datetime) -> None:
        """A cooperating unit signs, says how far it is, gives its part, or objects."""
        fresh = self._now(ticket, *HELPED)
        row = fresh.units.helping().filter(department=unit).first() if fresh else None
        if fresh is None or row is None:
            return
        who: dict[str, Any] = {"ticket": fresh, "department": unit, "at": at}
        who["by"] = self.city.liaison_officers[unit.pk]
        if act == "sign" and row.accepted_at is None:
            sign_help(**who)
        elif act == "object" and row.accepted_at is None:
            object_to_help(reason=ReturnReason.UNCLEAR, note="请先明确需要我单位出具什么意见。", **who)
        elif act == "say" and fresh.status == Status.IN_PROGRESS:
            note_progress(note="已派人到现场核实，正在会签意见。", **who)
        elif act == "give":
            cooperate_on_ticket(note="经核实，符合规划和安全要求，同意按主办单位意见办理。", **who)

    def _cooperate(self, ticket: Ticket, unit: Department, at: datetime) -> None:
        fresh = self._now(ticket, Status.DISPATCHED, Status.IN_PROGRESS)
        waiting = {"department": unit, "part": Part.COOPERATE, "is_current": True, "finished_at": None}
        if fresh and fresh.units.filter(**waiting).exists():
            note = "已提供所需资料，配合主办单位办理。"
            by = self.city.liaison_officers[unit.pk]
            cooperate_on_ticket(ticket=fresh, department=unit, note=note, by=by, at=at)

    def _progress(self, ticket: Ticket, plan: Plan, at: datetime) -> None:
        if fresh := self._now(ticket, Status.IN_PROGRESS):
            by = self.city.liaison_officers[self._lead(fresh).pk]
            note_progress(ticket=fresh, note=plan.problem.progress, by=by, at=at)

    def _resolve(self, ticket: Ticket, plan: Plan, at: datetime) -> None:
        if self._now(ticket, Status.DISPATCHED):  # the unit signs when it finds that it has done the work
            self._sign(ticket, at - timedelta(minutes=5))
        if fresh := self._now(ticket, Status.IN_PROGRESS):
            result = {
                Outcome.SOLVED: plan.problem.result,
                Outcome.EXPLAINED: "经核对，现行规定不支持该诉求，已向企业逐条解释政策依据，并告知替代渠道。",
                Outcome.UNDER_WAY: f"{plan.problem.progress}已与企业约定后续时间表。",
                Outcome.PLANNED: "已列入下一年度计划，明确责任单位和完成时限。",
                Outcome.CANNOT_NOW: "受上级政策调整影响，目前不具备办理条件；条件具备后主动联系企业。",
            }[plan.outcome]
            by = self.city.liaison_officers[self._lead(fresh).pk]
            n = self.rng.choice((2, 3, 5, 8))
            resolve_ticket(ticket=fresh, outcome=plan.outcome, result=result.format(n=n), by=by, at=at)
            self._later(at, plan.answer, lambda moment: self._answer(ticket, plan, moment))

    def _answer(self, ticket: Ticket, plan: Plan, at: datetime) -> None:
        fresh = self._now(ticket, Status.RESOLVED)
        if fresh is None:
            return
        by = self.firms.officers.get(fresh.enrolment_id) or self.firms.leaders[fresh.enrolment_id]
        mode = self.rng.choices(list(AnswerMode), (35, 45, 15, 5))[0]
        answer_ticket(ticket=fresh, mode=mode, note="已向企业说明办理情况。", by=by, at=at)
        hear_news(at=at, now=self.agenda.now)
        self._later(at, 0, lambda moment: self._pass_on(ticket, moment))
        if plan.reply >= 0:
            reply_at = at + timedelta(days=plan.reply, hours=self.rng.uniform(1, 4))
            self.agenda.at(reply_at, lambda moment: self._reply(ticket, plan, moment))
        elif plan.callback >= 0:
            self.agenda.after(
                at + timedelta(days=7), plan.callback, lambda moment: self._call_back(ticket, plan, moment)
            )

    def _survey(self, ticket: Ticket) -> Survey | None:
        return Survey.objects.waiting().filter(ticket=ticket).first()

    def _pass_on(self, ticket: Ticket, at: datetime) -> None:
        if survey := self._survey(ticket):
            pass_on_survey(survey=survey, by=self.city.people["office"], at=at)

    def _score(self, ticket: Ticket, plan: Plan) -> tuple[int, str]:
        round_ = Ticket.objects.values_list("round", flat=True).get(pk=ticket.pk)
        score = plan.scores[min(round_, len(plan.scores)) - 1]
        return score, self.rng.choice(words.GRIEVANCES if score < 3 else words.PRAISE)

    def _reply(self, ticket: Ticket, plan: Plan, at: datetime) -> None:
        if survey := self._survey(ticket):
            score, comment = self._score(ticket, plan)
            answer_survey(survey=survey, score=score, comment=comment, at=at)
            self._again(ticket, plan, at)

    def _call_back(self, ticket: Ticket, plan: Plan, at: datetime) -> None:
        if survey := self._survey(ticket):
            score, comment = self._score(ticket, plan)
            by = self.city.people[self.rng.choice(("office", "assessor"))]
            record_callback(survey=survey, score=score, comment=comment, by=by, at=at)
            self._again(ticket, plan, at)

    def _again(self, ticket: Ticket, plan: Plan, at: datetime) -> None:
        """A dissatisfied company: another round."""
        if self._now(ticket, Status.IN_PROGRESS):
            plan.outcome = Outcome.SOLVED
            days = self.rng.choice((2, 3, 4, 5, 7))
            self._later(at, days, lambda moment: self._resolve(ticket, plan, moment))
