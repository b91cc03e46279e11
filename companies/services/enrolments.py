"""Enrolling companies and projects in a programme, and taking them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from companies.choices import Admission
from companies.models import Assignment, Company, Enrolment, Project
from companies.services.admission import EnrolmentRefused, Entrant, Gate, check_horizon
from liaison.models import Official, Programme
from liaison.services import record

BATCH = 2000
NAMED = 3  # of those who cannot come in, how many a refusal names


@dataclass(frozen=True)
class Enrolled:
    """What an enrolment did: the new rows, how many were in already, how many no longer exist."""

    created: list[Enrolment]
    already: int
    closed_down: int

    def __str__(self) -> str:
        """Who came in: 3 家企业、1 个项目."""
        projects = sum(1 for place in self.created if place.project_id)
        companies = len(self.created) - projects
        words = [f"{companies} 家企业"] if companies or not projects else []
        return "、".join([*words, *([f"{projects} 个项目"] if projects else [])])


def enrol_companies(
    *,
    programme: Programme,
    companies: QuerySet[Company] | Iterable[Company],
    starts_on: date,
    by: Official,
    at: datetime,
    exception: str = "",
    with_projects: bool = False,
) -> Enrolled:
    """纳入包联: give companies their place in a programme, under the rules in force on the day.

    Done again, it changes nothing more; two clerks at once enrol each company once. Where the programme takes
    industries in by phases, others are refused unless the office states why as an `exception`. Where it has
    batches, the company comes with the batch of the day. `with_projects`: their major projects beside them.
    """
    if isinstance(companies, QuerySet):
        keys = set(companies.order_by().values_list("pk", flat=True))
    else:
        keys = {company.pk for company in companies}
    chosen = Company.objects.filter(pk__in=keys).select_related("region").order_by("pk")
    entrants = [Entrant(company) for company in chosen]
    if with_projects:
        theirs = Project.objects.filter(company__in=keys).select_related("company__region").order_by("pk")
        entrants += [Entrant(project.company, project) for project in theirs]
    return enrol_listed(
        programme=programme, entrants=entrants, starts_on=starts_on, by=by, at=at, exception=exception
    )


def enrol_project(
    *,
    programme: Programme,
    project: Project,
    starts_on: date,
    by: Official,
    at: datetime,
    exception: str = "",
) -> Enrolment:
    """纳入包联 for one major project, beside its company; an enrolment still running is returned as it is."""
    done = enrol_listed(
        programme=programme,
        entrants=[Entrant(project.company, project)],
        starts_on=starts_on,
        by=by,
        at=at,
        exception=exception,
    )
    if done.closed_down:
        raise EnrolmentRefused(f"“{project.company}”已不再存续，项目“{project}”不能纳入。")
    running = Enrolment.objects.filter(programme=programme, project=project).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    )
    return running.order_by("starts_on")[:1].get()


@transaction.atomic
def enrol_listed(
    *,
    programme: Programme,
    entrants: Iterable[Entrant],
    starts_on: date,
    by: Official,
    at: datetime,
    exception: str = "",
) -> Enrolled:
    """纳入包联 for companies and projects together: judged with the programme locked, one trace for all."""
    gate = Gate(lock_programme(programme), starts_on, at)
    found = list(entrants)
    gate.load(found)
    judged = [(entrant, gate.judge(entrant, exception).verdict) for entrant in found]
    if strangers := [entrant for entrant, verdict in judged if verdict == Admission.OUTSIDE]:
        raise EnrolmentRefused(
            f"“{strangers[0]}”等 {len(strangers)} {_noun(strangers)}不在{programme.region}范围内，"
            f"不能纳入“{programme}”。"
        )
    if early := [entrant for entrant, verdict in judged if verdict == Admission.EARLY]:
        raise EnrolmentRefused(_too_early(gate, early))
    wanted = [entrant for entrant, verdict in judged if verdict == Admission.OPEN]
    created = Enrolment.objects.bulk_create(map(gate.place_for, wanted), batch_size=BATCH)
    if created:
        early = [entrant for entrant in wanted if not gate.is_open_to(entrant.company)]
        record_entry(gate, wanted, exception if early else "", by=by, at=at)
    verdicts = [verdict for _, verdict in judged]
    return Enrolled(created, verdicts.count(Admission.INSIDE), verdicts.count(Admission.CLOSED))


def record_entry(
    gate: Gate, entrants: Sequence[Entrant], exception: str, *, by: Official, at: datetime
) -> None:
    """One trace for all who entered together: which companies and projects, under which rules, why early."""
    companies = [entrant.company.uscc for entrant in entrants if entrant.project is None]
    projects = [entrant.project.code for entrant in entrants if entrant.project]
    record(
        "纳入包联",
        gate.programme,
        by=by,
        at=at,
        starts_on=gate.starts_on.isoformat(),
        version=gate.version.number,
        count=len(entrants),
        companies=companies,
        **({"projects": projects} if projects else {}),
        **({"exception": exception.strip()} if exception.strip() else {}),
    )


def lock_programme(programme: Programme) -> Programme:
    """The programme, into which nobody else enrols meanwhile."""
    locked = Programme.objects.select_for_update(of=("self",), no_key=True).select_related("region")
    return locked.get(pk=programme.pk)


def _noun(entrants: Sequence[Entrant]) -> str:
    return "个项目" if entrants[0].project else "家企业"


def _too_early(gate: Gate, early: Sequence[Entrant]) -> str:
    """Why these cannot come in yet: the phase of their industry has not begun."""
    names = "、".join(map(str, early[:NAMED])) + ("等" if len(early) > NAMED else "")
    if not gate.letters:
        return f"{gate.opening}，{len(early)} {_noun(early)}（{names}）还不能纳入。"
    return (
        f"{names} {len(early)} {_noun(early)}的行业还没有开放：{gate.opening}。"
        "请改选本阶段行业的企业；确需提前纳入的，写明例外理由。"
    )


@transaction.atomic
def end_enrolment(*, enrolment: Enrolment, ends_on: date, by: Official, at: datetime) -> Enrolment:
    """退出包联: the last day of the enrolment, and of every seat of its team."""
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    if enrolment.ends_on is not None and enrolment.ends_on <= ends_on:
        raise EnrolmentRefused(f"该企业已于 {enrolment.ends_on} 退出包联。")
    if ends_on < enrolment.starts_on:
        raise EnrolmentRefused(f"退出日不能早于纳入日 {enrolment.starts_on}。")
    check_horizon(ends_on, at)
    if enrolment.visits.filter(on__gt=ends_on).exists():
        raise EnrolmentRefused("退出日之后已有走访记录，请核对日期。")
    seats = Assignment.objects.filter(enrolment=enrolment).exclude(ends_on__lte=ends_on)
    seats.filter(starts_on__lte=ends_on).update(ends_on=ends_on)
    undone = seats.filter(starts_on__gt=ends_on).order_by("pk")
    coming = [str(seat) for seat in undone.select_related("role", "official", "department")]
    undone.delete()
    enrolment.ends_on = ends_on
    enrolment.save(update_fields=["ends_on"])
    record("退出包联", enrolment, by=by, at=at, ends_on=ends_on.isoformat(), undone=coming)
    return enrolment
