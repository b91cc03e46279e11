"""Rules of a new version for open problems: nothing by default, and exactly what the office chose, once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues import services as issues
from issues.choices import Move
from issues.models import AdoptionRun, Ticket, TicketAdoption
from issues.reports.adoption import effects_of
from liaison import services
from liaison.choices import LimitKind, Trigger
from liaison.models import EscalationRule, OutboxMessage, ProgrammeVersion
from liaison.reports import differences, ruleset_of, turn_of
from liaison.reports.adoption import adoptable, escalations_on, grade_on
from tests.factories import Cast, TicketFactory, at

MONDAY, FRIDAY = at(2026, 3, 2), date(2026, 3, 6)  # collected on the one, in force from the other
MORNING = at(2026, 3, 6, 6)

Change = dict[str, Any]


@pytest.fixture
def newer(cast: Cast) -> Callable[..., ProgrammeVersion]:
    """`newer((rows, which, values), adopt={"limits/report"})`: the second version, from Friday on."""

    def publish(*changes: tuple[str, Change, Change], adopt: Collection[str] = ()) -> ProgrammeVersion:
        version = services.draft_version(
            programme=cast.version.programme, effective_from=FRIDAY, by=cast.office, at=MONDAY
        )
        for rows, which, values in changes:
            found: Any = getattr(version, rows)
            rule = found.get(**which) if hasattr(found, "get") else found
            services.save_rule(version=version, rule=rule, values=values, by=cast.office, at=MONDAY)
        return services.publish_version(version=version, by=cast.office, at=MONDAY, adopt=adopt)

    return publish


@pytest.fixture
def ticket(cast: Cast) -> Callable[..., Ticket]:
    def make(**given: Any) -> Ticket:
        given = {"enrolment": cast.enrolment, "by": cast.official, "at": at(2026, 3, 4)} | given
        if given.get("dispatched") or given.get("in_progress") or given.get("resolved"):
            given = {"lead": cast.land, "unit": cast.unit, "office": cast.office} | given
        return TicketFactory(**given)

    return make


REPORT_3 = ("limits", {"kind": "report"}, {"working_days": 3})
GRADE_A_8 = ("grades", {"code": "A"}, {"working_days": 8})
GRADE_C_10 = ("grades", {"code": "C"}, {"working_days": 10})


def fresh(ticket: Ticket) -> Ticket:
    ticket.refresh_from_db()
    return ticket


class TestOpenWorkKeepsItsVersion:
    def test_by_default_nothing_changes(self, cast, newer, ticket):
        draft = ticket()
        newer(REPORT_3)
        assert issues.apply_adoptions(at=MORNING) == 0
        assert fresh(draft).next_on == FRIDAY
        assert draft.version.limit(LimitKind.REPORT, FRIDAY) == 2
        assert not OutboxMessage.objects.filter(topic="version.adopted").exists()

    def test_nothing_before_the_day(self, cast, newer, ticket):
        draft = ticket()
        newer(REPORT_3, adopt={"limits/report"})
        assert issues.apply_adoptions(at=at(2026, 3, 5)) == 0
        assert fresh(draft).next_on == FRIDAY
        assert OutboxMessage.objects.filter(topic="version.adopted").count() == 1

    def test_a_problem_collected_on_the_day_is_the_new_versions_own(self, cast, newer, ticket):
        version = newer(REPORT_3)
        assert ticket(at=at(2026, 3, 6)).version == version


class TestWhatTheOfficeChose:
    def test_a_longer_limit_moves_the_deadline_and_says_so(self, cast, newer, ticket):
        draft = ticket()
        newer(REPORT_3, adopt={"limits/report"})
        assert issues.apply_adoptions(at=MORNING) == 1
        fresh(draft)
        assert (draft.next_on, draft.report_due_on) == (date(2026, 3, 9), date(2026, 3, 9))
        event = draft.events.get(move=Move.RECKON)
        assert event.note == (
            "第 2 版规则对在办问题适用：“收集后上报”时限由 2 个工作日改为 3 个，"
            "上报期限由 2026-03-06 改为 2026-03-09"
        )
        assert event.due_on == date(2026, 3, 9)
        assert "第3日" in event.words
        assert event.by == cast.office
        assert "协调" in event.actor

    def test_twice_changes_nothing_more(self, newer, ticket):
        draft = ticket()
        version = newer(REPORT_3, adopt={"limits/report"})
        assert issues.apply_adoptions(at=MORNING) == 1
        assert issues.apply_adoptions(at=MORNING) == 0
        AdoptionRun.objects.filter(newer=version).delete()  # killed before it had noted that it was done
        assert issues.apply_adoptions(at=MORNING) == 0
        assert fresh(draft).next_on == date(2026, 3, 9)
        assert draft.events.filter(move=Move.RECKON).count() == 1
        assert TicketAdoption.objects.count() == 1

    def test_a_grade_is_counted_anew_from_the_dispatch(self, newer, ticket):
        given = ticket(in_progress=True, grade="A")
        assert given.due_on == date(2026, 3, 11)
        newer(GRADE_A_8, adopt={"grades/A"})
        issues.apply_adoptions(at=MORNING)
        fresh(given)
        assert (given.due_on, given.next_on) == (date(2026, 3, 16), date(2026, 3, 16))
        assert given.units.get(is_current=True).due_on == date(2026, 3, 16)
        assert given.alarm_on == date(2026, 3, 23)
        assert "办结期限由 2026-03-11 改为 2026-03-16" in given.events.get(move=Move.RECKON).note

    def test_a_shorter_limit_makes_nothing_late(self, newer, ticket):
        given = ticket(in_progress=True, grade="C", at=at(2026, 2, 9))
        assert given.due_on is not None
        assert given.due_on > FRIDAY
        newer(GRADE_C_10, adopt={"grades/C"})
        issues.apply_adoptions(at=MORNING)
        assert fresh(given).due_on == FRIDAY

    def test_what_is_late_already_stays_as_late_as_it_is(self, newer, ticket):
        given = ticket(in_progress=True, grade="A", at=at(2026, 2, 3))
        was = given.due_on
        newer(("grades", {"code": "A"}, {"working_days": 3}), adopt={"grades/A"})
        issues.apply_adoptions(at=MORNING)
        assert fresh(given).due_on == was

    def test_what_is_resolved_is_judged_by_the_day_it_had(self, newer, ticket):
        done = ticket(resolved=True, grade="A")
        was = done.due_on
        newer(GRADE_A_8, adopt={"grades/A"})
        assert issues.apply_adoptions(at=MORNING) == 0
        assert fresh(done).due_on == was

    def test_days_granted_beside_the_rule_are_kept(self, newer, ticket):
        given = ticket(in_progress=True, grade="A")
        Ticket.objects.filter(pk=given.pk).update(due_on=date(2026, 3, 13), next_on=date(2026, 3, 13))
        newer(GRADE_A_8, adopt={"grades/A"})
        issues.apply_adoptions(at=MORNING)
        assert fresh(given).due_on == date(2026, 3, 18)  # two days more than the rule, as before

    def test_sign_and_cooperation_move_with_their_units(self, cast, newer, ticket):
        given = ticket(dispatched=True, grade="A", cooperating=[cast.power])
        newer(
            ("limits", {"kind": "sign"}, {"working_days": 3}),
            ("limits", {"kind": "cooperate"}, {"working_days": 5}),
            adopt={"limits/sign", "limits/cooperate"},
        )
        issues.apply_adoptions(at=at(2026, 3, 6, 0, 3))
        fresh(given)
        assert given.next_on == date(2026, 3, 9)
        lead, helper = given.units.get(part="lead"), given.units.get(part="cooperate")
        assert lead.sign_due_on == helper.sign_due_on == date(2026, 3, 9)
        assert (lead.due_on, helper.due_on) == (given.due_on, date(2026, 3, 11))

    def test_the_first_contact_moves_for_a_lead_that_has_not_met_the_company(self, cast, newer, ticket):
        waiting, met = ticket(in_progress=True), ticket(in_progress=True)
        issues.contact_company(
            ticket=met, mode="phone", on=date(2026, 3, 4), note="已核实", by=cast.unit, at=at(2026, 3, 4, 18)
        )
        newer(("limits", {"kind": "first_contact"}, {"working_days": 4}), adopt={"limits/first_contact"})
        assert issues.apply_adoptions(at=MORNING) == 1
        assert waiting.units.get().contact_due_on == date(2026, 3, 10)
        assert met.units.get().contact_due_on == FRIDAY

    def test_lights_change_without_a_word_in_the_course(self, newer, ticket):
        given = ticket(in_progress=True, grade="A")
        newer(("light_rule", {}, {"red_plus_days": 1}), adopt={"light_rule"})
        assert issues.apply_adoptions(at=MORNING) == 0
        assert fresh(given).alarm_on == date(2026, 3, 12)
        assert not given.events.filter(move=Move.RECKON).exists()

    def test_a_grade_given_later_has_the_new_days(self, cast, newer, ticket):
        reported = ticket(reported=True)
        newer(GRADE_A_8, adopt={"grades/A"})
        issues.apply_adoptions(at=MORNING)
        given = issues.dispatch_ticket(
            ticket=reported,
            grade=cast.version.grades.get(code="A"),
            category=TicketFactory(dispatched=True, lead=cast.land, unit=cast.unit).category,
            lead=cast.land,
            by=cast.office,
            at=at(2026, 3, 9),
        )
        assert given.due_on == date(2026, 3, 19)

    def test_the_third_version_goes_on_from_the_second(self, cast, newer, ticket):
        draft = ticket(at=at(2026, 3, 5, 9))
        newer(REPORT_3, adopt={"limits/report"})
        issues.apply_adoptions(at=MORNING)
        third = services.draft_version(
            programme=cast.version.programme, effective_from=date(2026, 3, 9), by=cast.office, at=MORNING
        )
        rule = third.limits.get(kind="report")
        services.save_rule(version=third, rule=rule, values={"working_days": 5}, by=cast.office, at=MORNING)
        services.publish_version(version=third, by=cast.office, at=MORNING, adopt={"limits/report"})
        issues.apply_adoptions(at=at(2026, 3, 9, 6))
        assert fresh(draft).next_on == date(2026, 3, 12)


class TestEscalations:
    UP = ("escalations", {"trigger": "overdue", "rung": "dispatch_meeting"}, {"threshold": 2})
    NAME = "escalations/overdue/dispatch_meeting"

    def thresholds(self, version: ProgrammeVersion, on: date) -> list[tuple[str, int]]:
        return [(rule.rung, rule.threshold) for rule in escalations_on(version, Trigger.OVERDUE, on)]

    def test_a_changed_way_up_holds_from_its_day(self, cast, newer):
        newer(self.UP, adopt={self.NAME})
        before, after = self.thresholds(cast.version, date(2026, 3, 5)), self.thresholds(cast.version, FRIDAY)
        assert before == [("office", 1), ("dispatch_meeting", 5)]
        assert after == [("office", 1), ("dispatch_meeting", 2)]

    def test_one_that_was_dropped_holds_no_longer(self, cast):
        version = services.draft_version(
            programme=cast.version.programme, effective_from=FRIDAY, by=cast.office, at=MONDAY
        )
        rule = version.escalations.get(trigger="overdue", rung="dispatch_meeting")
        services.remove_rule(version=version, rule=rule, by=cast.office, at=MONDAY)
        values = {"trigger": "overdue", "rung": "standing_meeting", "threshold": 9}
        services.save_rule(version=version, rule=EscalationRule(), values=values, by=cast.office, at=MONDAY)
        adopt = {self.NAME, "escalations/overdue/standing_meeting"}
        services.publish_version(version=version, by=cast.office, at=MONDAY, adopt=adopt)
        assert self.thresholds(cast.version, FRIDAY) == [("office", 1), ("standing_meeting", 9)]

    def test_the_clock_acts_on_the_new_day(self, newer, ticket):
        given = ticket(in_progress=True, grade="A", at=at(2026, 2, 26))
        due = given.due_on
        assert due == date(2026, 3, 4)
        issues.sweep_tickets(at=at(2026, 3, 5, 9))  # climbs to the office
        assert fresh(given).act_on == date(2026, 3, 11)
        newer(self.UP, adopt={self.NAME})
        issues.apply_adoptions(at=MORNING)
        assert fresh(given).act_on == FRIDAY
        issues.sweep_tickets(at=at(2026, 3, 6, 9))
        assert fresh(given).rung == "dispatch_meeting"


def test_rules_that_bear_on_new_work_only_are_not_offered(cast, newer):
    version = newer(REPORT_3, GRADE_A_8, ("survey_rule", {}, {"close_days": 9}))
    found = adoptable(differences(ruleset_of(cast.version), ruleset_of(version)))
    assert [one.name for one in found] == ["limits/report", "grades/A"]
    assert grade_on(cast.version, "A", FRIDAY).working_days == 5


class TestPublishPage:
    @pytest.fixture
    def clerk(self, client: Client, cast: Cast, clock: Callable[[datetime], None]) -> Client:
        clock(at(2026, 3, 4, 12))
        client.force_login(cast.office)
        return client

    @pytest.fixture
    def draft(self, cast: Cast) -> ProgrammeVersion:
        version = services.draft_version(
            programme=cast.version.programme, effective_from=FRIDAY, by=cast.office, at=MONDAY
        )
        for rows, which, values in (REPORT_3, GRADE_A_8):
            rule = getattr(version, rows).get(**which)
            services.save_rule(version=version, rule=rule, values=values, by=cast.office, at=MONDAY)
        return version

    address = property(lambda self: reverse("liaison:draft-publish", args=["p2"]))

    def test_says_how_many_open_problems_each_rule_touches(self, clerk, draft, ticket):
        ticket()
        ticket()
        ticket(in_progress=True, grade="A")
        ticket(closed=True)
        page = clerk.get(self.address)
        assert [(one.name, one.touched) for one in page.context["effects"]] == [
            ("limits/report", 2),
            ("grades/A", 1),
        ]

    def test_publishes_with_the_choice_and_shows_the_comparison(self, clerk, draft, cast):
        seen = clerk.get(self.address).context["seen"]
        answer = clerk.post(self.address, {"seen": seen, "adopt": ["limits/report", "limits/nonsense"]})
        assert answer.url.endswith("/compare/?before=1&after=2")
        assert list(cast.version.adoptions.values_list("rule", flat=True)) == ["limits/report"]

    def test_a_page_that_is_out_of_date_is_refused_with_its_ticks_kept(self, clerk, draft, cast):
        seen = clerk.get(self.address).context["seen"]
        rule = draft.limits.get(kind="sign")
        services.save_rule(version=draft, rule=rule, values={"working_days": 2}, by=cast.admin, at=MONDAY)
        answer = clerk.post(self.address, {"seen": seen, "adopt": ["grades/A"]})
        assert answer.status_code == 422
        assert "草稿又有改动" in answer.content.decode()
        assert answer.context["asked"] == {"grades/A"}

    def test_counts_each_touched_kind_in_one_query(self, draft, cast, django_assert_num_queries):
        found = adoptable(differences(ruleset_of(cast.version), ruleset_of(draft)))
        turns = [turn_of(one) for one in found]
        with django_assert_num_queries(1):
            effects_of(draft, turns)
