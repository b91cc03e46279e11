"""The clock of a plan in force: progress every so many natural days, a review after more of them.

A day that is no working day is put off to the next one. The natural day stays with the plan, so that a change
of the calendar puts it off anew.
"""

from __future__ import annotations

from datetime import date, timedelta

from issues.choices import PlanDuty
from issues.models import Ticket, TicketPlan
from issues.services.clock import Wait, run_until
from issues.services.ledger import end_on, tell_lead
from liaison.workdays import WorkCalendar


def plan_in_force(ticket: Ticket) -> TicketPlan | None:
    """The accepted plan by which a problem of a plan-only grade goes now; None in a round without one."""
    found = TicketPlan.objects.filter(ticket=ticket, natural_on__isnull=False, round=ticket.round)
    return found.first()


def follow_plan(
    ticket: Ticket, plan: TicketPlan, *, on: date, calendar: WorkCalendar, started: str = ""
) -> Wait:
    """Let the problem's deadline be what the plan asks for next; `started` begins a stretch of the clock.

    The plan is saved; the caller saves TERM and DAYS.
    """
    plan.natural_on, plan.duty = next_duty(plan)
    plan.save(update_fields=["natural_on", "duty", "since", "review_on", "period"])
    due = calendar.on_or_after(plan.natural_on)
    end_on(ticket, due, on=on, started=started, calendar=calendar)
    run_until(ticket, due, since=on, limit=max(1, calendar.count(on, due)), calendar=calendar)
    tell_lead(ticket)
    return Wait(due, in_words(plan, due))


def next_duty(plan: TicketPlan) -> tuple[date, PlanDuty]:
    """The natural day of what is due first: the next progress, the review, else the plan's own end."""
    days = [(plan.natural_of(plan.period), PlanDuty.PROGRESS)] if plan.progress_days else []
    if plan.review_on:
        days.append((plan.review_on, PlanDuty.REVIEW))
    if not days:
        days = [(max(step.due_on for step in plan.steps.all()), PlanDuty.END)]
    return min(days, key=lambda one: one[0])


def in_words(plan: TicketPlan, due: date) -> str:
    """Why that day: the rule in natural days, and whether rest days put it off."""
    rule = {
        PlanDuty.PROGRESS: f"方案执行中，每 {plan.progress_days} 天报一次进展，第 {plan.period} 期",
        PlanDuty.REVIEW: f"方案执行中，每 {plan.review_days} 天复核一次",
        PlanDuty.END: "方案的最后一项措施",
    }[PlanDuty(plan.duty)]
    natural = plan.natural_on or due
    if natural == due:
        return f"{rule}，{due.month}月{due.day}日截止。"
    return f"{rule}，{natural.month}月{natural.day}日是休息日，顺延至 {due.month}月{due.day}日。"


def take_period(plan: TicketPlan, *, on: date, calendar: WorkCalendar) -> tuple[int, date]:
    """Count a report of the day: for which period, and by which day that was due; the plan is moved on.

    A report in time is the period's own. Several of one period count once. One that comes late is that of
    the period missed last; what was missed stays missed, and the next day to come stands.
    """
    due = calendar.on_or_after(plan.natural_of(plan.period))
    if on <= due:
        if plan.period > 1 and on <= calendar.on_or_after(plan.natural_of(plan.period - 1)):
            return plan.period - 1, calendar.on_or_after(plan.natural_of(plan.period - 1))
        plan.period += 1
        return plan.period - 1, due
    while calendar.on_or_after(plan.natural_of(plan.period)) < on:
        plan.period += 1
    return plan.period - 1, calendar.on_or_after(plan.natural_of(plan.period - 1))


def put_off_plan(plan: TicketPlan, *, by: timedelta) -> None:
    """Put all later days off by the time over which the clock stood still; nothing was missed in it."""
    if plan.since is not None:
        plan.since += by
    if plan.review_on is not None:
        plan.review_on += by
