"""Months: which are over, and the freezing of one, set by set, as things stood at its cut-off."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from companies.reports import counting_modes
from issues.models import MonthEnd
from liaison.choices import VersionStatus
from liaison.models import Programme, ProgrammeVersion
from liaison.services import record
from liaison.workdays import day_of

CUT_OFF = time(18)  # the end of the working day, Asia/Shanghai


class MonthNotReady(Exception):
    """The month is not over, or an earlier one has to be frozen first. Worded for the user."""


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def cut_off(month: date, cutoff_day: int) -> datetime:
    """When a month ends: 18:00 of its cut-off day; 0 stands for the month's last day."""
    day = cutoff_day or monthrange(month.year, month.month)[1]
    return timezone.make_aware(datetime.combine(month.replace(day=day), CUT_OFF))


def _rules_of(programme: Programme, month: date) -> ProgrammeVersion | None:
    """The rules in force at the end of the month, or None before the first version."""
    return (
        ProgrammeVersion.objects.filter(
            programme=programme,
            status=VersionStatus.PUBLISHED,
            effective_from__lte=month.replace(day=monthrange(month.year, month.month)[1]),
        )
        .select_related("bulletin_rule", "programme")
        .order_by("-effective_from", "-number")
        .first()
    )


def months_to_close(*, programme: Programme, at: datetime) -> list[date]:
    """Months past their cut-off and not yet frozen, oldest first."""
    last = programme.month_ends.order_by("-month").first()
    month = next_month(last.month) if last else programme.starts_on.replace(day=1)
    stop = programme.ends_on
    months: list[date] = []
    while month <= day_of(at):
        version = _rules_of(programme, month)
        if version is not None:
            until = cut_off(month, version.bulletin_rule.cutoff_day)
            before = cut_off(month_before(month), version.bulletin_rule.cutoff_day)
            if until > at or (stop and day_of(before) >= stop):
                break
            if months or last or day_of(until) >= programme.starts_on:
                months.append(month)
        month = next_month(month)
    return months


@transaction.atomic
def freeze_month(*, programme: Programme, month: date, at: datetime) -> MonthEnd:
    """Freeze a programme's month: what happened after its cut-off does not count, however late it is run.

    Rows are rebuilt from the events and stamps up to the cut-off, so that a run days later writes the
    same rows. A month that is frozen already is returned as it is.
    """
    programme = Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=programme.pk)
    frozen = programme.month_ends.filter(month=month).select_related("version", "programme").first()
    if frozen:
        return frozen
    waiting = months_to_close(programme=programme, at=at)
    if month not in waiting:
        raise MonthNotReady(f"{month:%Y年%-m月}尚未到截止时间，不能冻结。")
    if month != waiting[0]:
        raise MonthNotReady(f"须先冻结{waiting[0]:%Y年%-m月}，再冻结{month:%Y年%-m月}。")
    version = _rules_of(programme, month)
    if version is None:
        raise MonthNotReady(f"{programme}在{month:%Y年%-m月}还没有生效的规则。")
    last = programme.month_ends.order_by("-month").first()
    cutoff_day = version.bulletin_rule.cutoff_day
    month_end = MonthEnd.objects.create(
        programme=programme,
        version=version,
        month=month,
        since=last.until if last else cut_off(month_before(month), cutoff_day),
        until=cut_off(month, cutoff_day),
        frozen_at=at,
    )
    tickets = _insert(_TICKETS, month_end)
    enrolments = _insert(_ENROLMENTS, month_end, **_contact_window(month_end))
    record("冻结月份", month_end, by=None, at=at, tickets=tickets, enrolments=enrolments)
    return month_end


def _contact_window(month_end: MonthEnd) -> dict[str, Any]:
    """From when contacts count, how many are asked for, and which ways of contact count."""
    rule = month_end.version.contact_rule
    since = month_end.since
    if rule.period_months > 1:
        month = month_end.month
        for _ in range(rule.period_months):
            month = month_before(month)
        since = min(since, cut_off(month, month_end.version.bulletin_rule.cutoff_day))
    return {
        "window": since,
        "window_day": day_of(since),
        "min_count": rule.min_count,
        "modes": counting_modes(rule),
        "each_seat": rule.each_seat,
    }


def _insert(statement: str, month_end: MonthEnd, **more: Any) -> int:
    parameters: dict[str, Any] = {
        "month_end": month_end.pk,
        "programme": month_end.programme_id,
        "since": month_end.since,
        "until": month_end.until,
        "since_day": day_of(month_end.since),
        "until_day": day_of(month_end.until),
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        written: int = cursor.rowcount
    return written


# The county that a region lies in, or the region itself; and the unit that holds a company's leading seat:
# its 牵头单位, and where a programme has none, the unit of the official who keeps the contact.
_COUNTY = """
    CROSS JOIN LATERAL (
        SELECT county.id FROM liaison_region place
          JOIN liaison_region county ON place.path LIKE county.path || '%%'
         WHERE place.id = c.region_id
         ORDER BY county.level = 'county' DESC, length(county.path) DESC LIMIT 1) AS place"""
_SEAT = """
    LEFT JOIN LATERAL (
        SELECT a.department_id FROM companies_assignment a JOIN liaison_teamrole r ON r.id = a.role_id
         WHERE a.enrolment_id = {enrolment} AND a.assigned_at <= %(until)s AND a.starts_on <= %(until_day)s
           AND (a.ends_on IS NULL OR a.ends_on >= %(until_day)s)
           AND (r.keeps_contact OR r.holder = 'department' AND r.max_count = 1)
         ORDER BY r.holder = 'department' DESC, r.position, a.id LIMIT 1) AS seat ON true"""

_TICKETS = f"""
INSERT INTO issues_frozenticket (
    month_end_id, ticket_id, company_id, region_id, lead_unit_id, assigned_unit_id, category_id, grade_id,
    status, outcome, is_new, is_due, is_closed, closed_on_time, is_overdue, is_satisfied,
    reported_in_time, signed_in_time, reworks)
WITH course AS (  -- each ticket's events up to the cut-off, folded into one row
    SELECT e.ticket_id,
           min(e.at) AS collected_at,
           (array_agg(e.to_status ORDER BY e.at DESC, e.id DESC))[1] AS status,
           bool_or(e.move = 'dispatch') AS was_dispatched,
           (array_agg(e.term_on ORDER BY e.at DESC, e.id DESC))[1] AS due_on,
           max(e.at) FILTER (WHERE e.move IN ('resolve', 'give_up', 'settle')) AS resolved_at,
           max(e.at) FILTER (WHERE e.move = 'confirm') AS closed_at,
           max(e.at) FILTER (WHERE e.move IN ('merge', 'grant_exclusion', 'withdraw')) AS left_at,
           (array_agg(e.outcome ORDER BY e.at DESC, e.id DESC)
               FILTER (WHERE e.move = 'resolve' AND e.outcome <> ''))[1] AS outcome,
           (array_agg(e.move ORDER BY e.at DESC, e.id DESC)
               FILTER (WHERE e.move IN ('confirm', 'rework', 'reopen') AND e.at > %(since)s))[1] AS verdict,
           max(e.at) FILTER (WHERE e.move IN ('report', 'forward') AND e.at > %(since)s) AS reported_at,
           bool_or(e.move = 'forward') AS was_forwarded,
           max(e.at) FILTER (WHERE e.move = 'sign' AND e.at > %(since)s) AS signed_at,
           bool_or(e.move = 'sign' AND e.by_id IS NULL) AS was_silent,
           count(*) FILTER (WHERE e.move = 'rework' AND e.at > %(since)s) AS reworks
      FROM issues_ticketevent e
      JOIN issues_ticket t ON t.id = e.ticket_id AND t.programme_id = %(programme)s
     WHERE e.at <= %(until)s
     GROUP BY e.ticket_id
), known AS (
    SELECT course.ticket_id, course.collected_at, course.status, course.resolved_at, course.closed_at,
           course.left_at, course.verdict, course.reported_at, course.was_forwarded, course.signed_at,
           course.was_silent, course.reworks, t.company_id, t.enrolment_id, t.report_due_on,
           CASE WHEN was_dispatched THEN t.category_id END AS category_id,  -- settled by the office
           CASE WHEN was_dispatched THEN t.grade_id END AS grade_id,
           course.status = 'closed' AS is_shut,
           course.status IN ('merged', 'excluded', 'withdrawn') AS is_out,
           CASE WHEN course.status IN ('dispatched', 'in_progress', 'resolved', 'answered', 'closed')
                THEN course.due_on END AS term,
           -- what the unit said before the cut-off: a later round may say otherwise
           coalesce(course.outcome, t.outcome) AS outcome
      FROM course JOIN issues_ticket t ON t.id = course.ticket_id
)
SELECT %(month_end)s, k.ticket_id, k.company_id, place.id, unit.department_id, seat.department_id,
       k.category_id, k.grade_id, k.status,
       CASE WHEN k.is_shut THEN k.outcome ELSE '' END,
       k.collected_at > %(since)s,
       due.is_due,
       k.is_shut AND k.closed_at > %(since)s,
       CASE WHEN k.is_shut AND NOT coalesce(g.is_plan_only, false)
            THEN (k.resolved_at AT TIME ZONE 'Asia/Shanghai')::date <= k.term END,
       k.status IN ('dispatched', 'in_progress') AND coalesce(k.term < %(until_day)s, false),
       CASE k.verdict WHEN 'confirm' THEN true WHEN 'rework' THEN false END,  -- 重提 takes its word back
       CASE WHEN k.reported_at IS NOT NULL
            THEN NOT k.was_forwarded
             AND (k.reported_at AT TIME ZONE 'Asia/Shanghai')::date <= k.report_due_on END,
       CASE WHEN k.signed_at IS NOT NULL
            THEN NOT k.was_silent
             AND (k.signed_at AT TIME ZONE 'Asia/Shanghai')::date <= unit.sign_due_on END,
       k.reworks
  FROM known k
  JOIN companies_company c ON c.id = k.company_id
  LEFT JOIN liaison_graderule g ON g.id = k.grade_id
  {_COUNTY}
  {_SEAT.format(enrolment="k.enrolment_id")}
  LEFT JOIN LATERAL (  -- the lead unit of that moment; none while a return waits for a new dispatch
      SELECT u.department_id, u.sign_due_on, u.returned_at FROM issues_ticketunit u
       WHERE u.ticket_id = k.ticket_id AND u.part = 'lead' AND u.given_at <= %(until)s
       ORDER BY u.given_at DESC, u.id DESC LIMIT 1) AS given ON true
  LEFT JOIN LATERAL (
      SELECT given.department_id, given.sign_due_on
       WHERE given.returned_at IS NULL OR given.returned_at > %(until)s) AS unit ON true
  CROSS JOIN LATERAL (
      SELECT coalesce(
          NOT coalesce(g.is_plan_only, false) AND k.term <= %(until_day)s
          AND (k.term > %(since_day)s OR NOT k.is_shut OR k.closed_at > %(since)s), false) AS is_due) AS due
 WHERE CASE WHEN k.is_out THEN k.left_at > %(since)s  -- out of the account: told once, counted in no rate
            ELSE due.is_due OR NOT k.is_shut OR k.closed_at > %(since)s END
"""  # noqa: S608 - our own fragments; values are parameters

_ENROLMENTS = f"""
INSERT INTO issues_frozenenrolment (
    month_end_id, enrolment_id, company_id, region_id, assigned_unit_id, visits, contacts,
    is_contacted, has_ledger)
SELECT %(month_end)s, n.id, n.company_id, place.id, seat.department_id, met.visits, met.contacts,
       met.counted >= %(min_count)s AND NOT (%(each_seat)s AND EXISTS (
           SELECT FROM companies_assignment a  -- somebody who kept the contact all the while and did not
             JOIN liaison_teamrole r ON r.id = a.role_id AND r.keeps_contact
            WHERE a.enrolment_id = n.id AND a.official_id IS NOT NULL
              AND a.starts_on <= %(window_day)s
              AND (a.ends_on IS NULL OR a.ends_on >= %(until_day)s)
              AND (SELECT count(*) FROM companies_visit v
                    WHERE v.enrolment_id = n.id AND v.official_id = a.official_id
                      AND v.mode = ANY(%(modes)s) AND v.logged_at > %(window)s
                      AND v.logged_at <= %(until)s) < %(min_count)s)),
       EXISTS (SELECT FROM companies_serviceplan p WHERE p.enrolment_id = n.id AND p.written_at <= %(until)s)
       AND EXISTS (SELECT FROM companies_contact p WHERE p.company_id = n.company_id AND p.is_primary)
  FROM companies_enrolment n
  JOIN companies_company c ON c.id = n.company_id
  {_COUNTY}
  {_SEAT.format(enrolment="n.id")}
  CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE v.logged_at > %(since)s AND v.mode = 'visit') AS visits,
             count(*) FILTER (WHERE v.logged_at > %(since)s) AS contacts,
             count(*) FILTER (WHERE v.mode = ANY(%(modes)s)) AS counted
        FROM companies_visit v
       WHERE v.enrolment_id = n.id AND v.logged_at > least(%(window)s, %(since)s)
         AND v.logged_at <= %(until)s) AS met
 WHERE n.programme_id = %(programme)s AND n.project_id IS NULL AND n.starts_on <= %(until_day)s
   AND (n.ends_on IS NULL OR n.ends_on >= %(until_day)s)
"""  # noqa: S608 - our own fragments; values are parameters
