"""云川市: the demo's story is played by the real services, and everyone finds work in it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from stdnum.cn import uscc

from assessment.models import Score, Survey
from companies.choices import ProposalState
from companies.models import Assignment, Company, DoorCard, DutyEntry, Proposal, Recusal, Visit
from issues.choices import HELPED, BulletinState, Move, Part, Status
from issues.models import Bulletin, Escalation, MonthEnd, Ticket, TicketEvent, TicketUnit
from liaison.choices import ChangeState, ImportState, InboxKind, SystemRole, VersionStatus
from liaison.dashboards.duties import due_today
from liaison.demo import PASSWORD, SIGN_INS, seed_city
from liaison.models import (
    AuditEvent,
    Batch,
    CalendarChange,
    Deputy,
    Group,
    ImportRun,
    InboxMessage,
    Official,
    OutboxMessage,
    ProgrammeVersion,
    Quota,
)
from liaison.reports import differences, preset_of, ruleset_of
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
    _a_second_programme_runs_beside_the_first()
    _the_office_has_plans_on_its_desk()
    _the_others_cannot_sign_in()
    _messages_were_read_but_for_the_last_days()
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
    # several units at once: one done, one late, one that waits for a ruling; and a lead passed on
    rows = TicketUnit.objects.filter(part=Part.COOPERATE, ticket__status__in=HELPED)
    assert rows.filter(finished_at__isnull=False).exists()
    assert rows.helping().filter(due_on__lt=today).exists()
    assert rows.to_rule().exists()
    assert TicketEvent.objects.filter(move=Move.TRANSFER).exists()
    assert TicketUnit.objects.filter(contacted_on__isnull=False).exists()
    # five months are over; the newest is still the office's to tell
    for code in ("p1", "p2"):
        ends = MonthEnd.objects.filter(programme__code=code).order_by("month")
        assert [f"{end.month:%m}" for end in ends] == ["06", "07", "08", "09", "10"]
        told = Bulletin.objects.filter(month_end__in=ends).order_by("month_end__month")
        states = list(told.values_list("state", flat=True))
        assert states == [BulletinState.ISSUED] * 4 + [BulletinState.DRAFT]
    # the clock has done its work, and its news has been heard
    assert not Ticket.objects.due_for_clock(today).exists()
    assert not OutboxMessage.objects.filter(sent_at__isnull=True).exists()


def _keeps_to_the_quotas_and_to_valid_codes() -> None:
    limits = {
        (programme, rank): companies
        for programme, rank, companies in Quota.objects.order_by("pk").values_list(
            "version__programme", "rank", "companies"
        )
    }
    days = [NOW.date() - timedelta(days=100), NOW.date(), NOW.date() + timedelta(days=20)]
    counted = Assignment.objects.filter(role__counts_to_quota=True, enrolment__project__isnull=True)
    for day in days:
        loads: Counter[tuple[int, str, int]] = Counter()
        for seat in counted.in_force(day).select_related("official", "enrolment").order_by("pk"):
            assert seat.official is not None
            loads[seat.enrolment.programme_id, seat.official.rank, seat.official.pk] += 1
        assert loads
        assert all(load <= limits[programme, rank] for (programme, rank, _), load in loads.items())
    assert all(uscc.is_valid(code) for code in Company.objects.order_by("pk").values_list("uscc", flat=True))


def _everyone_who_signs_in_finds_work() -> None:
    assert len({role for _, _, role, _ in SIGN_INS}) == 7
    officials = {}
    for username, name, _, _ in SIGN_INS:
        official = authenticate(username=username, password=PASSWORD)
        assert official is not None
        assert (official.name, official.must_change_password) == (name, False)
        officials[username] = official.on_duty(NOW.date())
    assert 4 <= Company.objects.served_by(officials["official"]).count() <= 6  # one as a deputy
    found = {username: due_today(official) for username, official in officials.items()}
    assert {duty.ticket.status for duty in found["official"].duties} == {Status.DRAFT, Status.RESOLVED}
    assert found["official"].contacts
    assert {Status.DISPATCHED, Status.IN_PROGRESS} <= {d.ticket.status for d in found["unit"].duties}
    office = {duty.ticket.status for duty in found["office"].duties}
    assert office == {
        Status.REPORTED,
        Status.ANSWERED,
        Status.IN_PROGRESS,
    }
    assert [errand.title for errand in found["roster"].errands] == ["云川市新增企业名册（11月）.csv 等您确认"]
    assert ImportRun.objects.get().state == ImportState.CHECKED
    assert {d.tone for d in found["unit"].duties} >= {"red", "yellow"}


def _a_second_programme_runs_beside_the_first() -> None:
    today = NOW.date()
    residents = Assignment.objects.filter(enrolment__programme__code="p1", is_full_time=True)
    assert residents.in_force(today).exists()
    # whoever lives in a company looks after no other, was trained first, and is young enough
    for seat in residents.select_related("official").order_by("pk"):
        assert seat.official is not None
        others = Assignment.objects.filter(official=seat.official).exclude(enrolment=seat.enrolment)
        assert not others.in_force(today).exists() or seat.starts_on > today
        assert seat.official.trainings.filter(on__lt=seat.starts_on).exists()
        assert seat.official.birth_year >= today.year - 40
    assert [batch.number for batch in Batch.objects.order_by("number")] == [1, 2]
    assert set(Group.objects.values_list("kind", flat=True)) == {"expert", "squad", "special"}
    assert {entry.source for entry in DutyEntry.objects.order_by("pk")} >= {"policy", "suggestion"}
    assert Ticket.objects.filter(enrolment__programme__code="p1").exists()
    differing = differences(preset_of("p1").rules, ruleset_of(ProgrammeVersion.objects.get(preset="p1")))
    assert len(differing) >= 4  # the city's own rules stand out from the template's


def _the_office_has_plans_on_its_desk() -> None:
    states = Proposal.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [ProposalState.ADOPTED, ProposalState.DRAFT]
    assert all(proposal.pairs.exists() for proposal in Proposal.objects.order_by("pk"))
    draft = ProgrammeVersion.objects.get(status=VersionStatus.DRAFT)
    before = draft.programme.version_on(NOW.date())
    assert len(differences(ruleset_of(before), ruleset_of(draft))) == 4
    changes = CalendarChange.objects.order_by("pk").values_list("state", flat=True)
    assert list(changes) == [ChangeState.APPLIED, ChangeState.DRAFT]
    assert Recusal.objects.in_force(NOW.date()).count() == 3
    assert Deputy.objects.count() == 3
    assert DoorCard.objects.standing().exists()
    handed_over = AuditEvent.objects.filter(action="调动交接").order_by("at")
    assert [event.detail["on"] > NOW.date().isoformat() for event in handed_over] == [False, True]


def _messages_were_read_but_for_the_last_days() -> None:
    assert InboxMessage.objects.filter(created_at__lt=NOW - timedelta(days=15)).count() == 0
    unread = InboxMessage.objects.unread()
    assert unread.exists()
    assert unread.filter(created_at__lt=at(2026, 11, 16, 0)).count() == 0  # two working days and today
    for username in ("office", "official", "unit"):
        mine = InboxMessage.objects.filter(reader__username=username)
        assert mine.filter(kind=InboxKind.DIGEST).count() == 1, username
        assert mine.count() < 200


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
