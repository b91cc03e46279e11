"""Enrolling companies and projects in a programme, and taking them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from companies.formula.phases import open_sections
from companies.models import Assignment, Company, Enrolment, Project
from companies.reports.batches import phases_of, words_of_sections
from companies.reports.industries import section_of
from liaison.models import Batch, Official, Programme, ProgrammeVersion
from liaison.normalise import planning_horizon
from liaison.services import record

BATCH = 2000


class EnrolmentRefused(Exception):
    """The companies cannot be enrolled so. The message is written for the user."""


@dataclass(frozen=True)
class Enrolled:
    """What an enrolment did: the new rows, how many were in already, how many no longer exist."""

    created: list[Enrolment]
    already: int
    closed_down: int


@transaction.atomic
def enrol_companies(
    *,
    programme: Programme,
    companies: QuerySet[Company] | Iterable[Company],
    starts_on: date,
    by: Official,
    at: datetime,
    exception: str = "",
) -> Enrolled:
    """纳入包联: give companies their place in a programme, under the rules in force on the day.

    Done again, it changes nothing more; two clerks at once enrol each company once. Where the programme takes
    industries in by phases, others are refused unless the office states why as an `exception`. Where it has
    batches, the company comes with the batch of the day.
    """
    version = _open(programme, starts_on, at)
    batch = _batch_of(programme, starts_on)
    if isinstance(companies, QuerySet):
        keys = set(companies.order_by().values_list("pk", flat=True))
    else:
        keys = {company.pk for company in companies}
    chosen = Company.objects.filter(pk__in=keys)
    outside = chosen.exclude(region__path__startswith=programme.region.path)
    if stranger := outside.order_by("pk").first():
        raise EnrolmentRefused(
            f"“{stranger}”等 {outside.count()} 家企业不在{programme.region}范围内，不能纳入“{programme}”。"
        )
    inside = set(
        Enrolment.objects.filter(programme=programme, project__isnull=True, company__in=keys)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
        .values_list("company", flat=True)
    )
    wanted = list(chosen.filter(is_active=True).exclude(pk__in=inside).order_by("pk"))
    early = _too_early(version, wanted, starts_on)
    if early and not exception.strip():
        raise EnrolmentRefused(early)
    created = Enrolment.objects.bulk_create(
        [
            Enrolment(programme=programme, version=version, company=company, batch=batch, starts_on=starts_on)
            for company in wanted
        ],
        batch_size=BATCH,
    )
    if created:
        record(
            "纳入包联",
            programme,
            by=by,
            at=at,
            starts_on=starts_on.isoformat(),
            version=version.number,
            count=len(created),
            companies=[company.uscc for company in wanted],
            **({"exception": exception.strip()} if early else {}),
        )
    return Enrolled(created, len(inside), len(keys) - len(inside) - len(created))


@transaction.atomic
def enrol_project(
    *, programme: Programme, project: Project, starts_on: date, by: Official, at: datetime
) -> Enrolment:
    """纳入包联 for a major project, beside its company; an enrolment still running is returned as it is."""
    version = _open(programme, starts_on, at)
    if not project.company.region.path.startswith(programme.region.path):
        raise EnrolmentRefused(f"项目“{project}”不在{programme.region}范围内，不能纳入“{programme}”。")
    running = Enrolment.objects.filter(programme=programme, project=project).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    )
    if enrolment := running.order_by("starts_on").first():
        return enrolment
    enrolment = Enrolment.objects.create(
        programme=programme,
        version=version,
        company=project.company,
        project=project,
        batch=_batch_of(programme, starts_on),
        starts_on=starts_on,
    )
    record("纳入包联", enrolment, by=by, at=at, project=project.code, starts_on=starts_on.isoformat())
    return enrolment


@transaction.atomic
def end_enrolment(*, enrolment: Enrolment, ends_on: date, by: Official, at: datetime) -> Enrolment:
    """退出包联: the last day of the enrolment, and of every seat of its team."""
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    if enrolment.ends_on is not None and enrolment.ends_on <= ends_on:
        raise EnrolmentRefused(f"该企业已于 {enrolment.ends_on} 退出包联。")
    if ends_on < enrolment.starts_on:
        raise EnrolmentRefused(f"退出日不能早于纳入日 {enrolment.starts_on}。")
    _check_horizon(ends_on, at)
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


def _batch_of(programme: Programme, on: date) -> Batch | None:
    """The batch with which the programme takes companies in on the day; None where it has no batches."""
    batches = list(Batch.objects.filter(programme=programme).order_by("number"))
    found = next((batch for batch in batches if batch.starts_on <= on <= batch.ends_on), None)
    if found is None and batches:
        raise EnrolmentRefused(f"“{programme}”分批派驻，{on} 不在任何批次之内，请先开设批次。")
    return found


def _too_early(version: ProgrammeVersion, companies: list[Company], on: date) -> str:
    """Why some of the companies cannot come in yet: their industry's phase has not begun. "" if all can."""
    phases = phases_of(version)
    letters = open_sections(phases, on)
    if letters is None:
        return ""
    early = [company for company in companies if section_of(company.industry) not in letters]
    if not early:
        return ""
    names = "、".join(company.name for company in early[:3]) + ("等" if len(early) > 3 else "")
    if not letters:
        return f"第一阶段 {phases[0].starts_on} 才开始，{len(early)} 家企业（{names}）还不能纳入。"
    return (
        f"{names} {len(early)} 家企业的行业还没有开放：{on} 为止只纳入{words_of_sections(letters)}。"
        "请改选本阶段行业的企业；确需提前纳入的，写明例外理由。"
    )


def _check_horizon(day: date, at: datetime) -> None:
    if day > (last := planning_horizon(timezone.localtime(at).date())):
        raise EnrolmentRefused(f"日期 {day} 太远，最晚到 {last}，请核对年份。")


def _open(programme: Programme, on: date, at: datetime) -> ProgrammeVersion:
    """The rules under which the programme takes companies in on the day, the programme locked."""
    programme = (
        Programme.objects.select_for_update(of=("self",), no_key=True)
        .select_related("region")
        .get(pk=programme.pk)
    )
    if on < programme.starts_on:
        raise EnrolmentRefused(f"“{programme}”自 {programme.starts_on} 起实施，纳入日不能更早。")
    if programme.ends_on is not None and on > programme.ends_on:
        raise EnrolmentRefused(f"“{programme}”已于 {programme.ends_on} 结束，不能再纳入企业。")
    _check_horizon(on, at)
    try:
        return programme.version_on(on)
    except ProgrammeVersion.DoesNotExist:
        raise EnrolmentRefused(f"“{programme}”在 {on} 还没有已发布的规则，请先发布方案版本。") from None
