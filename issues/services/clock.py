"""Clocks of a ticket: which day the present step is due, and when the clock itself must act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from issues.choices import ENDED, HELPED, Status
from issues.models import Ticket
from issues.reports.ladder import last_day
from liaison.choices import LimitKind, Trigger
from liaison.models import CalendarDay, LightRule, Region
from liaison.models.changes import PlaceCalendars
from liaison.reports.adoption import escalations_on
from liaison.services.calendar import hold_calendar, latest_number
from liaison.workdays import Explanation, WorkCalendar

DAYS = ("next_on", "warn_on", "alarm_on", "act_on")


class Calendars:
    """The calendars of one round of the clock, of every place, read once."""

    def __init__(self) -> None:
        self._state = latest_number()
        self._places = PlaceCalendars()

    def of(self, region: Region) -> WorkCalendar:
        """The working calendar of a place."""
        return self._places.of(region.path)

    def are_current(self) -> bool:
        """Whether the calendar has not been changed since; it is held until the transaction ends."""
        hold_calendar()
        return latest_number() == self._state


def calendar_of(ticket: Ticket) -> WorkCalendar:
    """The working calendar of the place where the company sits, held until what is counted is stored."""
    hold_calendar()
    return CalendarDay.objects.as_calendar(ticket.company.region)


def start_step(
    ticket: Ticket, kind: LimitKind, *, since: date, started: str, calendar: WorkCalendar
) -> Explanation:
    """Start the clock of the ticket's present step: `since` does not count. The caller saves DAYS."""
    explanation = calendar.explain(since, ticket.version.limit(kind, since), started=started)
    run_until(ticket, explanation.due, since=since, limit=explanation.n, calendar=calendar)
    return explanation


def run_until(ticket: Ticket, due: date, *, since: date, limit: int, calendar: WorkCalendar) -> None:
    """Let the step that began with `since` end with `due`; it is yellow by its `limit` in working days."""
    lights = ticket.version.lights(since)
    ticket.next_on = due
    ticket.warn_on = calendar.add(due, -warn_ahead(lights, limit))
    ticket.alarm_on = calendar.add(due, lights.red_plus_days)
    ticket.act_on = next_act(ticket, calendar=calendar, on=since)


def warn_ahead(lights: LightRule, limit: int) -> int:
    """Working days before its end from which a step of `limit` working days is yellow."""
    return min(lights.yellow_days, -(-limit * lights.yellow_percent // 100))  # the share is rounded up


def stop_clock(ticket: Ticket) -> None:
    """Nothing more is due on the ticket. The caller saves DAYS."""
    ticket.next_on = ticket.warn_on = ticket.alarm_on = ticket.act_on = None


@dataclass(frozen=True)
class Wait:
    """A last day that is not counted in working days, and why, in words."""

    due: date
    words: str


def await_company(ticket: Ticket, *, since: date, calendar: WorkCalendar) -> Wait:
    """The company has `close_days` natural days to say its word; silence goes to the office's call-back."""
    natural = ticket.version.survey_rule.close_days
    due = since + timedelta(days=natural)  # the one limit in natural days: a link's life, not a deadline
    run_until(ticket, due, since=since, limit=calendar.count(since, due), calendar=calendar)
    words = (
        f"企业确认链接自答复之日起 {natural} 天内有效，{due.month}月{due.day}日截止；没有评价的由办公室回访。"
    )
    return Wait(due, words)


def next_act(ticket: Ticket, *, calendar: WorkCalendar, on: date) -> date | None:
    """The first working day on which the clock has something to do on the ticket, or None, as of the day.

    An unreported draft is forwarded, and an unsigned dispatch is taken as accepted, on the working
    day after the limit, a cooperating unit's like the lead's; what is late, at a unit or in other hands,
    climbs when a rule's number of working days has passed.
    """
    status = Status(ticket.status)
    if status in ENDED or ticket.next_on is None:
        return None
    days: list[date] = []
    if status in (Status.DRAFT, Status.DISPATCHED):
        days.append(calendar.next_working(ticket.next_on))
    if status in HELPED and ticket.pk:
        unsigned = ticket.units.helping().filter(accepted_at__isnull=True)
        days += [calendar.next_working(day) for day in unsigned.values_list("sign_due_on", flat=True)]
    if (last := last_day(ticket)) is not None:
        reached = set(ticket.escalations.values_list("rung", flat=True)) if ticket.pk else set()
        days += [
            calendar.add(last, rule.threshold)
            for rule in escalations_on(ticket.version, Trigger.OVERDUE, on)
            if rule.rung not in reached
        ]
    alarm = ticket.alarm_on if status == Status.IN_PROGRESS else None
    if alarm is not None and on <= alarm and _is_unsupervised(ticket):
        days.append(calendar.on_or_after(alarm))  # a 督办单 is proposed
    return min(days, default=None)


def _is_unsupervised(ticket: Ticket) -> bool:
    """No 督办单 was proposed in this round of handling yet."""
    return not ticket.notices.filter(is_auto=True, round=ticket.round).exists()
