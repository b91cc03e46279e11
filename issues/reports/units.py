"""责任单位 as they stand: what each is to do now, by when, how late it is, and what it said last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from issues.choices import HELPED, Light, Move, Part, Status
from issues.models import Ticket, TicketEvent, TicketUnit
from liaison.choices import SystemRole
from liaison.models import Official
from liaison.models.calendar import DaysBetween
from liaison.workdays import WorkCalendar, day_of, days_in_words

RETURNED, PASSED_ON, TAKEN_OFF = "已退回", "已改派", "已撤下"
AT_LEAD = (Status.DISPATCHED, Status.IN_PROGRESS)


@dataclass(frozen=True)
class Meeting:
    """首次联系企业: by when the lead unit is to meet the company, or when it did."""

    due_on: date
    met_on: date | None
    tone: str
    words: str


@dataclass(frozen=True)
class UnitState:
    """A unit's row: where it stands, its own day and light while it is at work, and what is wrong with it."""

    row: TicketUnit
    state: str
    light: str  # empty where nothing of it is due
    due_on: date | None
    due_word: str  # what is due by the day
    left: str  # in words
    days: int | None  # working days it has held the problem
    meeting: Meeting | None
    said: TicketEvent | None  # its latest progress or opinion
    alarm: str  # nobody is there to act

    @property
    def is_past(self) -> bool:
        """Whether the row is only history: returned and ruled on, passed on, or taken off."""
        return self.state in (RETURNED, PASSED_ON, TAKEN_OFF)


def states_of(
    ticket: Any, events: Sequence[TicketEvent], *, calendar: WorkCalendar, now: datetime
) -> list[UnitState]:
    """Every row of a ticket read `as_case` and with its light; no query."""
    said = {
        event.unit_id: event
        for event in events
        if event.unit_id and event.move in (Move.PROGRESS, Move.COOPERATE)
    }
    return [_state_of(row, ticket, said.get(row.pk), calendar, now) for row in ticket.units.all()]


def _state_of(
    row: Any, ticket: Any, said: TicketEvent | None, calendar: WorkCalendar, now: datetime
) -> UnitState:
    leads = [one.pk for one in ticket.units.all() if one.part == Part.LEAD]
    waits = ticket.status == Status.RETURNED and row.pk == max(leads, default=0)
    today, state = day_of(now), _word_of(row, ticket.status, waits)
    due_on: date | None = None
    due_word = light = ""
    if row.is_current and row.finished_at is None:
        if row.part == Part.LEAD and ticket.status in AT_LEAD:
            due_on, due_word, light = row.due_on, "办结期限", ticket.light
        elif row.part == Part.COOPERATE and ticket.status in HELPED:
            due_on, due_word, light = row.due_on, "反馈期限", row.light
    elif _waits_for_ruling(row, ticket.status):
        due_on, due_word = row.ruling_due_on, "裁定期限"
        light = Light.RED if due_on < today else Light.YELLOW
    left = days_in_words(calendar.count(today, due_on), is_past=due_on < today) if due_on else ""
    alarm = ""
    if row.is_current and row.finished_at is None and ticket.status in HELPED and not row.is_staffed:
        alarm = "没有单位联络员，无人办理" if row.department.is_active else "单位已撤销，请改派"
    return UnitState(
        row=row,
        state=state,
        light=light,
        due_on=due_on,
        due_word=due_word,
        left=left,
        days=_days_of(row, ticket, calendar, now),
        meeting=_meeting_of(row, ticket, calendar, today),
        said=said,
        alarm=alarm,
    )


def _waits_for_ruling(row: TicketUnit, status: str) -> bool:
    return row.is_to_rule and status in HELPED


def _word_of(row: TicketUnit, status: str, is_last_lead: bool) -> str:
    if row.returned_at is not None:
        return "退回待裁定" if _waits_for_ruling(row, status) or is_last_lead else RETURNED
    if row.released_at is not None:
        return PASSED_ON if row.part == Part.LEAD else TAKEN_OFF
    if row.finished_at is not None:
        return "已办结" if row.part == Part.LEAD else "已反馈"
    if not row.is_current:
        return "已结束" if row.part == Part.LEAD else "未反馈"
    if row.accepted_at is None:
        return "待签收"
    if status == Status.DEFERRED:
        return "挂账"
    return "办理中" if row.signed_at or row.part == Part.COOPERATE else "逾期未签收，视为接受"


def _days_of(row: TicketUnit, ticket: Ticket, calendar: WorkCalendar, now: datetime) -> int | None:
    """Working days from when it was given to the unit until it was done with it."""
    end = row.finished_at or row.returned_at or row.released_at
    if end is None and row.is_current and ticket.status in HELPED:
        end = now
    return max(0, calendar.count(day_of(row.given_at), day_of(end))) if end else None


def _meeting_of(row: TicketUnit, ticket: Ticket, calendar: WorkCalendar, today: date) -> Meeting | None:
    due_on, met_on = row.contact_due_on, row.contacted_on
    if due_on is None or (met_on is None and not (row.is_current and ticket.status in AT_LEAD)):
        return None
    if met_on is not None:
        late = met_on > due_on
        return Meeting(due_on, met_on, "yellow" if late else "done", "超过期限" if late else "按期")
    words = days_in_words(calendar.count(today, due_on), is_past=due_on < today)
    tone = "red" if due_on < today else "yellow" if due_on == today else "green"
    return Meeting(due_on, None, tone, words)


@dataclass(frozen=True)
class OwnPart:
    """What one's own unit owes a ticket as a cooperating unit: its own day, light and words."""

    unit: str
    step: str
    due_on: date
    light: str
    words: str


def own_parts(tickets: Iterable[Ticket], official: Official, between: DaysBetween) -> dict[int, OwnPart]:
    """By ticket, the part that a unit of the official still owes; one query, none for other roles.

    The tickets come with their company and its region.
    """
    if SystemRole.UNIT not in official.access.roles:
        return {}
    on, by_pk = official.access.on, {ticket.pk: ticket for ticket in tickets}
    mine = official.access.departments((SystemRole.UNIT,), "department__path")
    rows: Any = (
        TicketUnit.objects.helping()
        .filter(mine, ticket__in=by_pk, ticket__status__in=HELPED)
        .select_related("department")
        .with_light(on)
        .order_by("-due_on", "-pk")  # of several the most urgent stays
    )
    parts = {}
    for row in rows:
        left = between(by_pk[row.ticket_id].company.region, on, row.due_on)
        step = "协办待签收" if row.accepted_at is None else "协办反馈"
        words = days_in_words(left, is_past=row.due_on < on)
        parts[row.ticket_id] = OwnPart(str(row.department), step, row.due_on, row.light, words)
    return parts
