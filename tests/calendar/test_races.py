"""Two clerks, and a move beside the job, on real PostgreSQL: one calendar, no deadline left behind."""

from __future__ import annotations

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from companies.choices import VisitMode
from issues import services as issues
from issues.choices import Move
from issues.models import Category, Ticket
from issues.services import deadlines, visits
from liaison import services
from liaison.choices import ChangeState
from liaison.models import CalendarChange, CalendarYear, GradeRule
from tests.calendar.test_changes import NOW, draft_2027, given_in_december
from tests.companies.test_races import at_once
from tests.concurrency.together import wait_until_somebody_waits
from tests.factories import Cast, TicketFactory, at

pytestmark = pytest.mark.django_db(transaction=True)


def confirm(change: CalendarChange, cast: Cast, who: str) -> CalendarChange:
    return services.confirm_change(change=change, by=cast[who], at=NOW)


def test_two_clerks_confirm_two_drafts_and_one_wins(cast: Cast):
    mine, yours = draft_2027(cast), draft_2027(cast)
    answers = at_once(lambda: confirm(mine, cast, "office"), lambda: confirm(yours, cast, "admin"))
    refused = [answer for answer in answers if isinstance(answer, services.CalendarRefused)]
    assert len(refused) == 1
    assert "正在应用另一份变更" in str(refused[0])
    assert CalendarChange.objects.filter(state=ChangeState.APPLYING).count() == 1


def test_two_clerks_confirm_one_draft_and_one_wins(cast: Cast):
    change = draft_2027(cast)
    answers = at_once(lambda: confirm(change, cast, "office"), lambda: confirm(change, cast, "admin"))
    refused = [answer for answer in answers if isinstance(answer, services.CalendarRefused)]
    assert len(refused) == 1
    assert "已由" in str(refused[0])


def test_two_workers_apply_it_once(cast: Cast):
    ticket = given_in_december(cast)
    change = confirm(draft_2027(cast), cast, "office")
    job = lambda: issues.apply_calendar_change(change_id=change.pk, at=NOW)  # noqa: E731
    assert sorted(at_once(job, job)) == [0, 1]
    ticket.refresh_from_db()
    assert ticket.due_on == date(2027, 1, 5)
    assert ticket.events.filter(move=Move.RECKON).count() == 1
    assert CalendarYear.objects.get(year=2027).version == 1


def test_what_is_dispatched_while_the_job_writes_is_counted_by_the_new_calendar(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """The job has read what there is; a dispatch comes; it waits, and counts with what was written."""
    common = {"enrolment": cast.enrolment, "by": cast.official}
    ticket = TicketFactory(reported=True, at=at(2026, 12, 28, 8), **common)
    grade, category = GradeRule.objects.get(version=ticket.version, code="A"), Category.objects.first()
    change = confirm(draft_2027(cast), cast, "office")
    write, beside, done = deadlines.write_change, [], threading.Event()

    def dispatch() -> None:
        issues.dispatch_ticket(
            ticket=ticket, grade=grade, category=category, lead=cast.land, by=cast.office, at=NOW
        )
        done.set()
        connection.close()

    def slowly(**given: object) -> CalendarChange:
        beside.append(threading.Thread(target=dispatch))
        beside[0].start()
        assert not done.wait(0.5), "the dispatch has to wait for the calendar"
        return write(**given)

    monkeypatch.setattr(deadlines, "write_change", slowly)
    issues.apply_calendar_change(change_id=change.pk, at=NOW)
    beside[0].join(timeout=20)
    assert done.is_set()
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.due_on, fresh.due_is_provisional) == (date(2027, 1, 5), False)


def test_a_visit_beside_the_job_waits_for_it_and_neither_for_the_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """The visit has held the calendar for its own problem; the job holds all problems and wants the calendar.

    The problem for which the visit counts as the unit's first contact was locked before.
    """
    given = given_in_december(cast, lead=cast.industry, unit=None)
    change = confirm(draft_2027(cast), cast, "office")
    collect, beside, answers = visits.collect_ticket, [], []

    def apply() -> None:
        answers.append(issues.apply_calendar_change(change_id=change.pk, at=NOW))
        connection.close()

    def slowly(**told: object) -> Ticket:
        ticket = collect(**told)
        beside.append(threading.Thread(target=apply))
        beside[0].start()
        wait_until_somebody_waits()
        return ticket

    monkeypatch.setattr(visits, "collect_ticket", slowly)
    cast.official.on_duty(NOW.date())
    done = visits.log_visit_with_problem(
        client_id=uuid4(), enrolment=cast.enrolment, on=NOW.date(), mode=VisitMode.PHONE, summary="已通电话",
        problem=visits.Problem("厂门口积水"), report_now=False, by=cast.official, at=NOW,
    )  # fmt: skip
    beside[0].join(timeout=20)
    assert answers, "the job has not ended"
    assert given.units.get(part="lead").contacted_on == NOW.date()
    assert done.ticket is not None
    assert done.ticket.events.filter(move=Move.COLLECT).exists()
