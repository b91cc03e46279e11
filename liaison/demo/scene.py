"""The last days of the story, set so that everyone who signs in finds work of every kind."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from companies.models import Enrolment
from liaison.demo import words
from liaison.demo.agenda import Agenda
from liaison.demo.city import City
from liaison.demo.course import Course, Plan
from liaison.demo.firms import Firms
from liaison.demo.words import Problem


def _problem(category: str, grade: str, place: int = 0) -> Problem:
    return [p for p in words.PROBLEMS if p.category == category and p.grade == grade][place]


def set_scene(*, city: City, firms: Firms, agenda: Agenda, course: Course, rng: Random) -> None:
    """Put problems on the agenda that stand, at the end, at the step that each sign-in takes."""
    me = city.people["official"]
    mine = [e for e in firms.enrolments if firms.officers.get(e.pk) == me]
    others = [e for e in firms.enrolments if e not in mine and e.pk in firms.officers]
    if not mine or len(others) < 3:
        return
    land = city.bureaus["市自然资源局"]
    never = -1

    def happen(days_ago: int, enrolment: Enrolment, plan: Plan) -> None:
        """`days_ago` working days before the last full working day."""
        day = agenda.calendar.add(agenda.today - timedelta(days=1), -days_ago)
        if day > enrolment.starts_on:
            agenda.at(agenda.office_hour(day), lambda at: course.begin(enrolment, plan, at))

    def another() -> Enrolment:
        return rng.choice(others)

    # The official: two to report, two to answer (one of them late), one under way and near its day.
    happen(0, mine[0], Plan(_problem("labour", "A"), report=never))
    happen(1, mine[1 % len(mine)], Plan(_problem("finance", "B"), report=never))
    happen(8, mine[2 % len(mine)], Plan(_problem("power", "A"), report=0, triage=1, resolve=7, answer=never))
    happen(12, mine[0], Plan(_problem("traffic", "B"), report=1, triage=1, resolve=7, answer=never))
    happen(9, mine[1 % len(mine)], Plan(_problem("approval", "B"), report=0, triage=1, resolve=never))
    # The unit: two to sign, one near its day, two late, one in hand, one to help with.
    for _ in range(2):
        happen(
            1,
            another(),
            Plan(_problem("land", "B"), report=0, triage=1, sign=never, resolve=never, lead=land),
        )
    happen(9, another(), Plan(_problem("land", "B"), report=0, triage=1, resolve=never, lead=land))
    happen(14, another(), Plan(_problem("land", "B", 2), report=1, triage=1, resolve=never, lead=land))
    happen(20, another(), Plan(_problem("land", "B", 1), report=1, triage=2, resolve=never, lead=land))
    happen(16, another(), Plan(_problem("land", "D"), report=0, triage=1, resolve=never, lead=land))
    happen(3, another(), Plan(_problem("land", "C"), report=0, triage=1, resolve=never, lead=land))
    happen(4, another(), Plan(_problem("housing", "C"), report=0, triage=1, resolve=never, helpers=(land,)))
    # The office: four to dispatch (one of them late), two companies to call, a ladder to watch.
    happen(0, another(), Plan(_problem("gas", "C"), report=0, triage=never))
    happen(1, another(), Plan(_problem("policy", "C"), report=1, triage=never))
    happen(2, another(), Plan(_problem("environment", "B"), report=1, triage=never))
    happen(4, another(), Plan(_problem("telecom", "A"), report=0, triage=never))
    for _ in range(2):
        plan = Plan(
            _problem("water", "A"), report=0, triage=1, resolve=3, answer=1, reply=never, callback=never
        )
        happen(14, another(), plan)
    happen(40, another(), Plan(_problem("finance", "D"), report=0, triage=1, resolve=never))
    # Several units: one has given its part, one is late with it, one objects; and a lead passed on.
    works, safety = city.bureaus["市住建局"], city.bureaus["市应急局"]
    several = Plan(
        _problem("environment", "B"),
        report=0,
        triage=1,
        resolve=never,
        lead=city.bureaus["市生态环境局"],
        helpers=(works, land, safety),
        helps=((works, 2, "give"), (land, 1, "sign"), (land, 2, "say"), (safety, 1, "object")),
    )
    happen(7, course.beside.choice(others), several)
    passed_on = Plan(
        _problem("approval", "B"),
        report=0,
        triage=1,
        resolve=never,
        lead=city.bureaus["市审批局"],
        helpers=(works,),
        transfer=(3, city.bureaus["市市场监管局"]),
    )
    happen(6, course.beside.choice(others), passed_on)
