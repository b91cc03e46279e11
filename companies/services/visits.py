"""走访与联系: writing down that an official met or spoke with a company."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.choices import VisitMode
from companies.models import Assignment, Enrolment, Visit
from companies.services.deputies import acting_for
from companies.services.seating import postings_on
from liaison.models import Department, Official, Posting
from liaison.refusals import Refusal
from liaison.services import record


class VisitRefused(Refusal):
    """The visit cannot be kept so. The message is written for the user."""


@transaction.atomic
def log_visit(
    *,
    client_id: UUID,
    enrolment: Enrolment,
    on: date,
    mode: VisitMode,
    summary: str,
    has_problem: bool,
    by: Official,
    at: datetime,
) -> Visit:
    """Keep a visit or another contact once, however often the phone sends it: the client made its id."""
    if (kept := Visit.objects.filter(client_id=client_id).first()) is not None:
        return _same(kept, enrolment, by)
    enrolment = (  # locked against its end: nobody is met in a team that has just been dissolved
        Enrolment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .get(pk=enrolment.pk)
    )
    if on > timezone.localtime(at).date():
        raise VisitRefused("走访日期不能晚于今天。")
    if on < enrolment.starts_on:
        raise VisitRefused(f"走访日期不能早于企业纳入包联的日子 {enrolment.starts_on}。")
    if enrolment.ends_on is not None and on > enrolment.ends_on:
        raise VisitRefused(f"该企业已于 {enrolment.ends_on} 退出包联。")
    if mode not in VisitMode.values:
        raise VisitRefused("请选择联系方式。")
    department = seated_in(enrolment, by, on)
    if department is None:
        raise VisitRefused(f"您在 {on} 不在该企业的专班中，不能登记走访。")
    visit = Visit(
        client_id=client_id,
        enrolment=enrolment,
        company_id=enrolment.company_id,
        official=by,
        department=department,
        on=on,
        mode=mode,
        summary=summary.strip(),
        has_problem=has_problem,
        logged_at=at,
    )
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:  # sent twice at the same moment: the second waited for the first's commit
        kept = Visit.objects.filter(client_id=client_id).first()
        if kept is None:
            raise
        return _same(kept, enrolment, by)
    absent = acting_for(enrolment=enrolment.pk, official=by, on=on)
    stood_in = {"acting_for": absent.name} if absent else {}
    record("登记走访", visit, by=by, at=at, company=enrolment.company.uscc, mode=str(mode), **stood_in)
    return visit


def _same(visit: Visit, enrolment: Enrolment, by: Official) -> Visit:
    """An id that comes back must come from the same hand, for the same company."""
    if visit.official_id != by.pk or visit.enrolment_id != enrolment.pk:
        raise VisitRefused("这条记录的编号已被另一次走访使用，请刷新页面后重新登记。")
    return visit


def seated_in(enrolment: Enrolment, official: Official, on: date) -> Department | None:
    """The unit for which an official is in the team on the day: their own seat's, else a unit's seat."""
    seats = Assignment.objects.filter(enrolment=enrolment).in_force(on).select_related("department")
    own = seats.filter(official=official).order_by("-role__keeps_contact", "role__position", "pk").first()
    if own is not None:
        return own.department
    access = official.access_on(on)
    stand_in = access.stands_in_for and seats.filter(official__in=access.stands_in_for).exists()
    if stand_in or (access.groups and seats.filter(group__in=access.groups).exists()):
        postings = postings_on([official.pk], on)[official.pk]
        return postings[0].department if postings else None
    posts = Posting.objects.filter(official=official).in_force(on)
    unit = (
        seats.filter(official__isnull=True, group__isnull=True, department__in=posts.values("department"))
        .order_by("role__position", "pk")
        .first()
    )
    return unit.department if unit else None
