"""What holds of every problem at every moment, whatever was done to it and by whom."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Prefetch

from issues.choices import ENDED, UNGIVEN, Move, Part, RequestState, SpanKind, Status
from issues.models import Ticket, TicketEvent
from issues.reports.ladder import last_day
from issues.transitions import RULES, settled_in
from liaison.choices import Trigger
from liaison.models import CalendarDay

# Steps that leave the problem where it stands: of the clock and the calendar, and of what hangs on it
# (meetings and their tasks, 督办单, 批示, numbers of other systems), whose own tables say who takes them.
ELSEWHERE = {
    *(Move.COLLECT, Move.RECKON, Move.MEND, Move.EXTERNAL, Move.DECIDE, Move.TASK_DONE, Move.TASK_UNDONE),
    *(Move.SUPERVISE, Move.NOTICE_SIGN, Move.NOTICE_REPLY, Move.NOTICE_CLOSE),
    *(Move.INSTRUCT, Move.INSTRUCT_ANSWER),
}
COUNTED = {Status.DISPATCHED, Status.IN_PROGRESS, Status.PLAN_REVIEW, Status.DEFERRED}  # a clock is open


def everything_of(ticket: int) -> str:
    """The problem and all that hangs on it, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(_prepared(cursor), [ticket])
        rows: str = cursor.fetchone()[0]
    return rows


def _prepared(cursor: Any) -> str:
    """The question, planned once per connection: it reads some thirty tables before and after each move."""
    cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = 'everything_of'")
    if cursor.fetchone() is None:
        hung = [
            f"SELECT t::text FROM {one.related_model._meta.db_table} t WHERE t.{one.field.column} = $1"  # noqa: S608
            for one in Ticket._meta.related_objects
            if one.related_model is not Ticket
        ]
        union = " UNION ALL ".join(["SELECT t::text FROM issues_ticket t WHERE t.id = $1", *hung])
        cursor.execute(
            f"PREPARE everything_of (bigint) AS SELECT string_agg(t, chr(10) ORDER BY t) FROM ({union}) x(t)"  # noqa: S608
        )
    return "EXECUTE everything_of (%s)"


def check(pk: int) -> None:
    """All of them, of one problem."""
    ticket = Ticket.objects.prefetch_related(
        "units", "spans", "requests", "escalations", Prefetch("events", TicketEvent.objects.order_by("pk"))
    ).get(pk=pk)
    one_unit_leads(ticket)
    events_replay_to_the_present(ticket)
    what_is_open_has_a_next_day(ticket)
    clocks_run_forward(ticket)
    what_waits_can_be_decided(ticket)
    each_rung_once(ticket)
    the_clock_looks_in_time(ticket)


def one_unit_leads(ticket: Ticket) -> None:
    """Exactly one while a unit answers for it; nobody before, and nobody once it has ended."""
    current = [unit for unit in ticket.units.all() if unit.is_current]
    leads = [unit for unit in current if unit.part == Part.LEAD]
    assert len(leads) == (0 if ticket.status in (*UNGIVEN, *ENDED) else 1), ticket.status
    assert not (current and ticket.status in ENDED)
    assert all(lead.due_on == ticket.due_on for lead in leads)


def events_replay_to_the_present(ticket: Ticket) -> None:
    """Each step begins where the last one ended, and the table knows it from there to there."""
    status, round_, returns, transfers = "", 1, 0, 0
    for event in ticket.events.all():
        assert event.from_status == status, f"{event.move} begins where the course was not"
        if event.move in ELSEWHERE:
            assert event.move == Move.COLLECT or event.to_status == event.from_status, event.move
        else:
            table = RULES[event.move]
            assert event.from_status in table.sources, event.move
            assert event.to_status == (table.target or event.from_status), event.move
        assert event.round >= round_
        status, round_ = event.to_status, event.round
        returns += event.move == Move.OBJECT
        goes_on = event.move == Move.DISPATCH and event.from_status == Status.RETURNED  # to another unit
        transfers += goes_on or event.move == Move.TRANSFER
    now = (ticket.status, ticket.round, ticket.returns, ticket.transfers)
    assert (status, round_, returns, transfers) == now


def what_is_open_has_a_next_day(ticket: Ticket) -> None:
    """Nothing that is open lies without a day; what has ended waits for none."""
    if ticket.status in ENDED:
        assert (ticket.next_on, ticket.warn_on, ticket.alarm_on, ticket.act_on) == (None,) * 4
        return
    assert ticket.warn_on is not None
    assert ticket.next_on is not None
    assert ticket.alarm_on is not None
    assert ticket.warn_on <= ticket.next_on <= ticket.alarm_on


def clocks_run_forward(ticket: Ticket) -> None:
    """The stretches follow each other, none is negative, one is open while the handling counts."""
    spans = sorted(ticket.spans.all(), key=lambda span: span.pk)
    for span in spans:
        assert span.until is None or span.until >= span.since
        assert (span.days_left is not None) == (span.kind == SpanKind.PAUSED)
    for span, following in pairwise(spans):
        assert span.until is not None, "two clocks at one time"
        assert span.until <= following.since, "two stretches at one time"
    assert bool(spans and spans[-1].until is None) == (ticket.status in COUNTED), ticket.status


def what_waits_can_be_decided(ticket: Ticket) -> None:
    """A request waits only where somebody may still decide it, and one of a kind at a time."""
    waiting = [one.kind for one in ticket.requests.all() if one.state == RequestState.PENDING]
    assert len(waiting) == len(set(waiting))
    assert settled_in(ticket.status) >= set(waiting)


def each_rung_once(ticket: Ticket) -> None:
    """The ladder never takes a rung twice, and stands on the highest it has reached."""
    rungs = [one.rung for one in ticket.escalations.all()]
    assert len(rungs) == len(set(rungs))


def the_clock_looks_in_time(ticket: Ticket) -> None:
    """Whatever can be late, in whose hands ever, is looked at no later than the day on which it climbs."""
    last = last_day(ticket)
    reached = [one.rung for one in ticket.escalations.all()]
    rules = ticket.version.escalations.filter(trigger=Trigger.OVERDUE).exclude(rung__in=reached)
    if last is None or not (thresholds := list(rules.values_list("threshold", flat=True))):
        return
    calendar = CalendarDay.objects.as_calendar(ticket.company.region)
    assert ticket.act_on is not None, f"nobody looks at what is {ticket.status}"
    assert ticket.act_on <= calendar.add(last, min(thresholds)), ticket.status
