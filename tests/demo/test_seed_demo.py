"""云川市: the demo's story is played by the real services, and everyone finds work in it."""

from __future__ import annotations

from collections import Counter
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from stdnum.cn import uscc

from assessment.models import Score, Survey
from companies.models import Assignment, Company, Visit
from issues.choices import BulletinState, Status
from issues.models import Bulletin, Escalation, MonthEnd, Ticket, TicketEvent
from liaison.choices import ImportState, SystemRole
from liaison.dashboards.duties import due_today
from liaison.demo import PASSWORD, SIGN_INS, seed_city
from liaison.models import ImportRun, Official, OutboxMessage, Quota
from tests.factories import OfficialFactory, at

NOW = at(2026, 11, 18, 11, 20)  # a Wednesday


def quiet(line: str) -> None:
    pass


def test_seeds_a_city_that_is_true_and_full_of_work():
    """One seeding, looked at from all sides: it is the slowest thing here."""
    seed_city(at=NOW, scale=0.1, say=quiet)
    _is_true_in_every_part()
    _keeps_to_the_quotas_and_to_valid_codes()
    _everyone_who_signs_in_finds_work()
    _the_others_cannot_sign_in()
    _second_run_changes_nothing_and_says_so()


def _is_true_in_every_part() -> None:
    today = NOW.date()
    assert not TicketEvent.objects.filter(at__gt=NOW).exists()
    assert not Visit.objects.filter(logged_at__gt=NOW).exists()
    assert Ticket.objects.filter(status=Status.CLOSED).exists()
    assert {Status.DRAFT, Status.REPORTED, Status.DISPATCHED, Status.IN_PROGRESS, Status.RESOLVED} <= set(
        Ticket.objects.order_by().values_list("status", flat=True)
    )
    assert Escalation.objects.exists()
    assert Survey.objects.exists()
    assert Score.objects.exists()
    # five months are over; the newest is still the office's to tell
    assert [f"{end.month:%m}" for end in MonthEnd.objects.order_by("month")] == [
        "06",
        "07",
        "08",
        "09",
        "10",
    ]
    states = Bulletin.objects.order_by("month_end__month").values_list("state", flat=True)
    assert list(states) == [BulletinState.ISSUED] * 4 + [BulletinState.DRAFT]
    # the clock has done its work, and its news has been heard
    assert not Ticket.objects.due_for_clock(today).exists()
    assert not OutboxMessage.objects.filter(sent_at__isnull=True).exists()


def _keeps_to_the_quotas_and_to_valid_codes() -> None:
    limits = dict(Quota.objects.order_by("pk").values_list("rank", "companies"))
    loads: Counter[tuple[int, str]] = Counter()
    counted = Assignment.objects.filter(role__counts_to_quota=True, enrolment__project__isnull=True)
    for seat in counted.select_related("official").order_by("pk"):
        loads[seat.official_id, seat.official.rank] += 1
    assert all(load <= limits[rank] for (_, rank), load in loads.items())
    assert all(uscc.is_valid(code) for code in Company.objects.order_by("pk").values_list("uscc", flat=True))


def _everyone_who_signs_in_finds_work() -> None:
    assert len({role for _, _, role, _ in SIGN_INS}) == 7
    officials = {}
    for username, name, _, _ in SIGN_INS:
        official = authenticate(username=username, password=PASSWORD)
        assert official is not None
        assert (official.name, official.must_change_password) == (name, False)
        officials[username] = official.on_duty(NOW.date())
    assert 3 <= Company.objects.served_by(officials["official"]).count() <= 5
    found = {username: due_today(official) for username, official in officials.items()}
    assert {duty.ticket.status for duty in found["official"].duties} == {Status.DRAFT, Status.RESOLVED}
    assert found["official"].contacts
    assert {Status.DISPATCHED, Status.IN_PROGRESS} <= {d.ticket.status for d in found["unit"].duties}
    assert {duty.ticket.status for duty in found["office"].duties} == {Status.REPORTED, Status.ANSWERED}
    assert [errand.title for errand in found["roster"].errands] == ["云川市新增企业名册（11月）.csv 等您确认"]
    assert ImportRun.objects.get().state == ImportState.CHECKED
    assert {d.tone for d in found["unit"].duties} >= {"red", "yellow"}


def _the_others_cannot_sign_in() -> None:
    known = [username for username, *_ in SIGN_INS]
    others = Official.objects.exclude(username__in=known).order_by("pk")
    assert others.count() > 50
    assert not any(official.has_usable_password() for official in others)


def _second_run_changes_nothing_and_says_so() -> None:
    before = Ticket.objects.count()
    said = StringIO()
    call_command("seed_demo", stdout=said)
    assert "已经在库中" in said.getvalue()
    assert Ticket.objects.count() == before


def test_stays_out_of_a_database_that_people_use():
    OfficialFactory()
    with pytest.raises(CommandError, match="库中已有干部账户"):
        call_command("seed_demo", stdout=StringIO())


def test_lists_the_sign_ins_without_touching_anything():
    said = StringIO()
    call_command("seed_demo", "--sign-ins", stdout=said)
    assert PASSWORD in said.getvalue()
    assert all(username in said.getvalue() for username, *_ in SIGN_INS)
    assert not Official.objects.exists()
    assert SystemRole.OFFICE.label in said.getvalue()
