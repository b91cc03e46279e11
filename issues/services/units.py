"""责任单位: what cooperating units do on their own rows, and what the office does with a ticket's units.

Each row has its own clock; none of this delays the ticket's own state, but that a new lead signs first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from companies.choices import VisitMode
from companies.models import Visit
from issues.choices import HELPED, Move, Part, ReturnReason, Ruling, Status
from issues.models import Ticket, TicketUnit
from issues.services.clock import DAYS, calendar_of, next_act, start_step, warn_ahead
from issues.services.course import advance, lock_for, write_event
from issues.services.errors import MoveRefused
from issues.services.ladder import climb
from issues.services.ledger import days_left, term_of
from liaison.choices import LimitKind, SystemRole, Trigger
from liaison.models import Department, LightRule, Official, Posting
from liaison.reports.adoption import escalations_on
from liaison.workdays import WorkCalendar, day_of

OWN_DAYS = ("due_on", "warn_on", "alarm_on")


# --- rows --------------------------------------------------------------------------------------------
def check_can_receive(unit: Department, *, on: date) -> None:
    """A unit takes problems while it exists and somebody there can sign for them; raises MoveRefused."""
    if not unit.is_active:
        raise MoveRefused(f"{unit}已撤销，不能交办。")
    if not is_staffed(unit, on=on):
        raise MoveRefused(f"{unit}还没有单位联络员，无人签收；请先在“干部”中登记。")


def is_staffed(unit: Department, *, on: date) -> bool:
    """Whether somebody can sign for the unit on the day."""
    return Posting.objects.in_force(on).filter(department=unit, role=SystemRole.UNIT).exists()


def lead_of(ticket: Ticket) -> TicketUnit:
    """The one unit that has the lead now."""
    return ticket.units.leading().select_related("department").get()


def check_lead(lead: TicketUnit, department: Department | None) -> None:
    """Whoever acts for a unit acts for it only while it has the lead; raises MoveRefused after a transfer."""
    if department is not None and lead.department_id != department.pk:
        raise MoveRefused(f"主办单位已改为{lead.department}，请刷新后查看最新进展。")


def give_lead(
    ticket: Ticket, unit: Department, *, sign_due_on: date, at: datetime, calendar: WorkCalendar
) -> TicketUnit:
    """The lead's row: its day is the ticket's, and it meets the company within its own limit."""
    today = day_of(at)
    contact = ticket.version.limit(LimitKind.FIRST_CONTACT, today)
    return TicketUnit.objects.create(
        ticket=ticket,
        department=unit,
        part=Part.LEAD,
        given_at=at,
        sign_due_on=sign_due_on,
        due_on=term_of(ticket),
        contact_due_on=calendar.add(today, contact),
    )


def give_help(
    ticket: Ticket, units: Iterable[Department], *, at: datetime, calendar: WorkCalendar
) -> list[TicketUnit]:
    """A row for each cooperating unit, with its own days to sign and to give its part."""
    units = list(units)
    if not units:
        return []
    today, lights = day_of(at), ticket.version.lights(day_of(at))
    days = ticket.version.limit(LimitKind.COOPERATE, today)
    sign_by = calendar.add(today, ticket.version.limit(LimitKind.SIGN, today))
    rows = []
    for unit in units:
        row = TicketUnit(
            ticket=ticket, department=unit, part=Part.COOPERATE, given_at=at, sign_due_on=sign_by
        )
        set_own_day(row, calendar.add(today, days), limit=days, lights=lights, calendar=calendar)
        row.save(force_insert=True)
        rows.append(row)
    return rows


def set_own_day(row: TicketUnit, due: date, *, limit: int, lights: LightRule, calendar: WorkCalendar) -> None:
    """A cooperating unit's own day, and from when it is yellow and 严重逾期. The caller saves OWN_DAYS."""
    row.due_on = due
    row.warn_on = calendar.add(due, -warn_ahead(lights, limit))
    row.alarm_on = calendar.add(due, lights.red_plus_days)


def release_rows(rows: Iterable[TicketUnit], *, at: datetime) -> None:
    """These units have no longer to do with the ticket; their dates stay. The ticket is locked."""
    for row in rows:
        row.is_current, row.released_at = False, at
        row.save(update_fields=["is_current", "released_at"])


def settle_objections(ticket: Ticket, *, at: datetime) -> None:
    """Objections of cooperating units that nobody need rule on any longer: they are off, as they wished."""
    ticket.units.to_rule().update(ruled_at=at)


def _helper(ticket: Ticket, department: Department) -> TicketUnit:
    own = ticket.units.filter(department=department, part=Part.COOPERATE).order_by("-pk")
    row = own.first()
    if row is None:
        raise MoveRefused(f"{department}不是该问题的协办单位。")
    if not row.is_current:
        done = "已退回协办" if row.returned_at else "已不再协办此问题"
        raise MoveRefused(f"{department}{done}，请刷新后查看最新进展。")
    row.department = department
    return row


def act_again(ticket: Ticket, *, calendar: WorkCalendar, on: date) -> None:
    """Let the clock know of days to sign that came or went."""
    ticket.act_on = next_act(ticket, calendar=calendar, on=on)
    ticket.save(update_fields=["act_on"])


def _say(*words: str) -> str:
    return "。".join(word.strip().rstrip("。") for word in words if word.strip())


# --- what a cooperating unit does ----------------------------------------------------------------------
@transaction.atomic
def sign_help(*, ticket: Ticket, department: Department, by: Official, at: datetime) -> Ticket:
    """协办签收: a cooperating unit takes its part in charge; its own clock runs on."""
    ticket = lock_for(ticket, Move.HELP_SIGN)
    row = _helper(ticket, department)
    if row.finished_at:
        raise MoveRefused(f"{department}已反馈过协办意见。")
    if row.accepted_at:
        done = "已签收" if row.signed_at else "逾期未签收，已视为接受"
        raise MoveRefused(f"{department}{done}，不必再签收。")
    row.accepted_at = row.signed_at = at
    row.signed_by = by
    row.save(update_fields=["accepted_at", "signed_at", "signed_by"])
    act_again(ticket, calendar=calendar_of(ticket), on=day_of(at))
    write_event(ticket, Move.HELP_SIGN, source=ticket.status, by=by, at=at, note=str(department), unit=row)
    return ticket


def accept_silence(ticket: Ticket, *, calendar: WorkCalendar, at: datetime) -> int:
    """Silence is acceptance: cooperating units past their day to sign; returns how many.

    The ticket is locked. Done again it does nothing more.
    """
    if ticket.status not in HELPED:
        return 0
    silent = ticket.units.helping().filter(accepted_at__isnull=True, sign_due_on__lt=day_of(at))
    rows = list(silent.select_related("department").order_by("pk"))
    for row in rows:
        row.accepted_at = at
        row.save(update_fields=["accepted_at"])
        note = silence_of(row.department, on=day_of(at))
        write_event(ticket, Move.HELP_SIGN, source=ticket.status, by=None, at=at, note=note, unit=row)
    return len(rows)


def silence_of(unit: Department, *, on: date) -> str:
    """What the clock writes where a unit has not signed in time; where nobody is, nobody was silent."""
    if not unit.is_active:
        return f"{unit}已撤销，无人签收，请协调办公室改派"
    if not is_staffed(unit, on=on):
        return f"{unit}没有单位联络员，无人签收，请协调办公室改派"
    return f"{unit}逾期未签收，视为接受"


@transaction.atomic
def object_to_help(
    *, ticket: Ticket, department: Department, reason: ReturnReason, note: str, by: Official, at: datetime
) -> Ticket:
    """协办退回: a cooperating unit objects, with a reason; the office rules. The ticket goes on meanwhile.

    A unit that has objected as often as the rules allow takes its part as given.
    """
    ticket = lock_for(ticket, Move.HELP_OBJECT)
    row = _helper(ticket, department)
    if not note.strip():
        raise MoveRefused("请说明退回的具体理由。")
    if row.accepted_at:
        done = "已签收" if row.signed_at else "逾期未签收，已视为接受"
        raise MoveRefused(f"{department}{done}，不能再退回。")
    returned = ticket.units.filter(department=department, part=Part.COOPERATE, returned_at__isnull=False)
    times = returned.count()
    if times >= ticket.version.handling_rule.max_returns:
        raise MoveRefused(f"{department}已退回 {times} 次，由协调办公室裁定，不能再退回。")
    today, calendar = day_of(at), calendar_of(ticket)
    row.returned_at, row.return_reason, row.is_current = at, reason, False
    row.ruling_due_on = calendar.add(today, ticket.version.limit(LimitKind.TRIAGE, today))
    row.save(update_fields=["returned_at", "return_reason", "is_current", "ruling_due_on"])
    act_again(ticket, calendar=calendar, on=today)
    words = f"{department}，{ReturnReason(reason).label}：{note.strip()}"
    write_event(ticket, Move.HELP_OBJECT, source=ticket.status, by=by, at=at, note=words, unit=row)
    return ticket


@transaction.atomic
def cooperate_on_ticket(
    *, ticket: Ticket, department: Department, note: str, by: Official, at: datetime
) -> Ticket:
    """协办反馈: a cooperating unit gives its part and is done."""
    ticket = lock_for(ticket, Move.COOPERATE)
    if not note.strip():
        raise MoveRefused("请填写协办意见。")
    row = _helper(ticket, department)
    if row.finished_at:
        raise MoveRefused(f"{department}已反馈过协办意见。")
    if row.accepted_at is None:
        row.accepted_at = row.signed_at = at
        row.signed_by = by
    row.finished_at = at
    row.save(update_fields=["accepted_at", "signed_at", "signed_by", "finished_at"])
    act_again(ticket, calendar=calendar_of(ticket), on=day_of(at))
    write_event(ticket, Move.COOPERATE, source=ticket.status, by=by, at=at, note=note.strip(), unit=row)
    return ticket


# --- what the lead unit does beside handling ---------------------------------------------------------
@transaction.atomic
def contact_company(
    *,
    ticket: Ticket,
    mode: VisitMode,
    on: date,
    note: str,
    by: Official,
    at: datetime,
    department: Department | None = None,
) -> Ticket:
    """联系企业: the lead unit has spoken with the company for the first time; its limit is kept or not by the
    day on which it did."""
    ticket = lock_for(ticket, Move.CONTACT)
    lead = lead_of(ticket)
    check_lead(lead, department)
    if lead.contacted_on is not None:
        raise MoveRefused(f"{lead.department}已于 {lead.contacted_on} 首次联系企业；后续情况请登记进展。")
    if mode not in VisitMode.values:
        raise MoveRefused("请选择联系方式。")
    if not note.strip():
        raise MoveRefused("请写明与企业联系的情况。")
    if on > day_of(at):
        raise MoveRefused("联系日期不能晚于今天。")
    if on < day_of(lead.given_at):
        raise MoveRefused(f"联系日期不能早于交办的日子 {day_of(lead.given_at)}。")
    _met(ticket, lead, VisitMode(mode).label, on=on, note=note, by=by, at=at)
    return ticket


def contact_by_visit(*, visit: Visit, at: datetime) -> int:
    """A visit logged by somebody of the lead unit is its first contact, too: nothing is written twice.

    Returns for how many problems of the company it counts.
    """
    waiting = TicketUnit.objects.leading().filter(
        contacted_on__isnull=True,
        department=visit.department_id,
        ticket__company=visit.company_id,
        ticket__status__in=(Status.DISPATCHED, Status.IN_PROGRESS),
    )
    met = 0
    for row in waiting.select_related("ticket").order_by("ticket"):
        try:
            ticket = lock_for(row.ticket, Move.CONTACT)
        except MoveRefused:  # resolved at this moment
            continue
        lead = lead_of(ticket)
        given_on = day_of(lead.given_at)
        if lead.department_id == visit.department_id and lead.contacted_on is None and visit.on >= given_on:
            mode = visit.get_mode_display()
            _met(ticket, lead, mode, on=visit.on, note=visit.summary, by=visit.official, at=at)
            met += 1
    return met


def _met(
    ticket: Ticket, lead: TicketUnit, mode: str, *, on: date, note: str, by: Official, at: datetime
) -> None:
    lead.contacted_on = on
    lead.save(update_fields=["contacted_on"])
    when = "" if on == day_of(at) else f"（{on.month}月{on.day}日）"
    words = f"{mode}{when}" + (f"：{note.strip()}" if note.strip() else "")
    write_event(ticket, Move.CONTACT, source=ticket.status, by=by, at=at, note=words, unit=lead)


# --- what the office does ------------------------------------------------------------------------------
@transaction.atomic
def rule_on_help(
    *,
    ticket: Ticket,
    department: Department,
    ruling: Ruling,
    note: str,
    by: Official,
    at: datetime,
    instead: Department | None = None,
) -> Ticket:
    """裁定协办退回: the unit is to help all the same, another is, or nobody.

    Upheld, it keeps its day: the time that the objection took is its own. Another has a clock of its own.
    """
    ticket = lock_for(ticket, Move.RULE_HELP)
    row = ticket.units.to_rule().filter(department=department).order_by("pk").first()
    if row is None:
        raise MoveRefused(f"没有待裁定的{department}协办退回，请刷新后查看最新进展。")
    if not note.strip():
        raise MoveRefused("请说明裁定的理由。")
    today, calendar = day_of(at), calendar_of(ticket)
    row.ruled_at = at
    row.save(update_fields=["ruled_at"])
    if ruling == Ruling.UPHOLD:
        _check_new(ticket, [department], on=today)
        (again,) = give_help(ticket, [department], at=at, calendar=calendar)
        again.due_on, again.warn_on, again.alarm_on = row.due_on, row.warn_on, row.alarm_on
        again.save(update_fields=OWN_DAYS)
        words = f"{department}退回理由不成立，仍由其协办"
    elif ruling == Ruling.REPLACE:
        if instead is None:
            raise MoveRefused("请选择改由哪个单位协办。")
        if instead.pk == department.pk:
            raise MoveRefused(f"{department}刚刚退回；仍由其协办的，请选“维持协办”。")
        _check_new(ticket, [instead], on=today)
        give_help(ticket, [instead], at=at, calendar=calendar)
        words = f"改由{instead}协办，{department}不再协办"
    else:
        words = f"{department}不再协办"
    act_again(ticket, calendar=calendar, on=today)
    said = _say(words, note)
    write_event(ticket, Move.RULE_HELP, source=ticket.status, by=by, at=at, note=said, unit=row)
    return ticket


@transaction.atomic
def add_helpers(
    *, ticket: Ticket, departments: Iterable[Department], by: Official, at: datetime, note: str = ""
) -> Ticket:
    """增加协办单位: more units are to help, each with a clock of its own from today."""
    ticket = lock_for(ticket, Move.ADD_UNIT)
    units = list(departments)
    if not units:
        raise MoveRefused("请选择要增加的协办单位。")
    today, calendar = day_of(at), calendar_of(ticket)
    _check_new(ticket, units, on=today)
    give_help(ticket, units, at=at, calendar=calendar)
    act_again(ticket, calendar=calendar, on=today)
    said = _say("、".join(str(unit) for unit in units), note)
    write_event(ticket, Move.ADD_UNIT, source=ticket.status, by=by, at=at, note=said)
    return ticket


def _check_new(ticket: Ticket, units: list[Department], *, on: date) -> None:
    """These units can be given a part; who has given theirs before is asked again on a row of its own."""
    present = {row.department_id: row for row in ticket.units.filter(is_current=True)}
    waiting = set(ticket.units.to_rule().values_list("department", flat=True))
    for unit in units:
        check_can_receive(unit, on=on)
        row = present.get(unit.pk)
        if row is not None and row.part == Part.LEAD:
            raise MoveRefused(f"{unit}已是主办单位，不能同时协办。")
        if row is not None and row.finished_at is None:
            raise MoveRefused(f"{unit}已在协办此问题。")
        if unit.pk in waiting:
            raise MoveRefused(f"{unit}的协办退回还没有裁定，请先裁定。")
    done = [present[unit.pk] for unit in units if unit.pk in present]
    TicketUnit.objects.filter(pk__in=[row.pk for row in done]).update(is_current=False)


@transaction.atomic
def release_helper(
    *, ticket: Ticket, department: Department, note: str, by: Official, at: datetime
) -> Ticket:
    """撤下协办单位: a unit is no longer needed; what it did stays on record."""
    ticket = lock_for(ticket, Move.RELEASE_UNIT)
    row = _helper(ticket, department)
    if row.finished_at:
        raise MoveRefused(f"{department}已反馈协办意见，不必撤下。")
    if not note.strip():
        raise MoveRefused("请说明撤下的理由。")
    release_rows([row], at=at)
    act_again(ticket, calendar=calendar_of(ticket), on=day_of(at))
    said = _say(str(department), note)
    write_event(ticket, Move.RELEASE_UNIT, source=ticket.status, by=by, at=at, note=said, unit=row)
    return ticket


@transaction.atomic
def transfer_ticket(
    *,
    ticket: Ticket,
    to: Department,
    note: str,
    by: Official,
    at: datetime,
    keep_former: bool = False,
    former: Department | None = None,
) -> Ticket:
    """改派: another unit takes the lead while the problem is being handled; the clock of 办结 runs on.

    The new lead signs and meets the company within limits of its own. The former keeps its row with its
    dates; it may stay on as a cooperating unit. A transfer counts, and climbs where the rules say so.
    `former`: the lead that the office saw; if another transfer came first, this one is refused.
    """
    ticket = lock_for(ticket, Move.TRANSFER)
    if not note.strip():
        raise MoveRefused("请说明改派的理由。")
    today, old = day_of(at), lead_of(ticket)
    check_lead(old, former)
    if old.department_id == to.pk:
        raise MoveRefused(f"{to}已是主办单位。")
    check_can_receive(to, on=today)
    if keep_former:
        check_can_receive(old.department, on=today)
    calendar = calendar_of(ticket)
    source = advance(ticket, Move.TRANSFER)
    given_up = [old, *ticket.units.filter(department=to, is_current=True)]
    release_rows(given_up, at=at)
    ticket.units.to_rule().filter(department=to).update(ruled_at=at)
    step = start_step(ticket, LimitKind.SIGN, since=today, started="改派", calendar=calendar)
    ticket.transfers += 1
    lead = give_lead(ticket, to, sign_due_on=step.due, at=at, calendar=calendar)
    if keep_former:
        (stays,) = give_help(ticket, [old.department], at=at, calendar=calendar)
        stays.accepted_at = at  # it knows the problem: nothing to sign
        stays.save(update_fields=["accepted_at"])
    ticket.act_on = next_act(ticket, calendar=calendar, on=today)
    ticket.save(update_fields=["status", "transfers", *DAYS])
    stays_on = f"，{old.department}转为协办" if keep_former else ""
    said = _say(f"由{old.department}改派{to}主办{stays_on}，办结期限不变", note)
    write_event(ticket, Move.TRANSFER, source=source, by=by, at=at, note=said, explanation=step, unit=lead)
    climb_for_transfers(ticket, at=at)
    return ticket


def climb_for_transfers(ticket: Ticket, *, at: datetime) -> None:
    """A problem handed from unit to unit climbs when it has been so often enough by rule."""
    today = day_of(at)
    rules = escalations_on(ticket.version, Trigger.TRANSFERS, today).filter(threshold__lte=ticket.transfers)
    climbed = [climb(ticket, rule.rung, cause=Trigger.TRANSFERS, at=at) for rule in rules]
    if any(climbed):
        ticket.act_on = next_act(ticket, calendar=calendar_of(ticket), on=today)
        ticket.save(update_fields=["rung", "act_on"])


# --- clocks of cooperating units that stand still with the ticket's -----------------------------------
def resume_units(ticket: Ticket, *, paused_on: date, on: date, calendar: WorkCalendar) -> None:
    """After 挂账 units have the working days that they had left when the clock was stopped: a cooperating
    unit for its part, the lead for meeting the company. What was late stays late."""
    lead = lead_of(ticket)
    if lead.contact_due_on is not None and lead.contacted_on is None and lead.contact_due_on >= paused_on:
        left = calendar.count(paused_on, lead.contact_due_on)
        lead.contact_due_on = calendar.add(on, left)
        lead.save(update_fields=["contact_due_on"])
    lights = None
    for row in ticket.units.helping():
        lights = lights or ticket.version.lights(on)
        left = days_left(paused_on, row.due_on, calendar=calendar)
        set_own_day(row, calendar.add(on, left), limit=max(1, left), lights=lights, calendar=calendar)
        if row.accepted_at is None:
            row.sign_due_on = calendar.add(on, max(0, calendar.count(paused_on, row.sign_due_on)))
        row.save(update_fields=[*OWN_DAYS, "sign_due_on"])


def renew_helpers(ticket: Ticket, *, on: date, calendar: WorkCalendar) -> None:
    """In a new round a cooperating unit that has not given its part has the full limit for it again."""
    rows = list(ticket.units.helping())
    if not rows:
        return
    days, lights = ticket.version.limit(LimitKind.COOPERATE, on), ticket.version.lights(on)
    for row in rows:
        set_own_day(row, calendar.add(on, days), limit=days, lights=lights, calendar=calendar)
        row.save(update_fields=OWN_DAYS)
