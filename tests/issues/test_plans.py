"""Hard problems: a plan, monthly progress, a review, a leader in charge."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues import services
from issues.choices import Cause, DeferralReason, Move, Outcome, PlanDuty, PlanState, Status
from issues.forms.moves import forms_open_to
from issues.models import Ticket, TicketPlan
from issues.reports.plans import plan_card, plan_of, plan_parts
from issues.services import MoveRefused, StepLine
from issues.services.sweep import sweep_tickets
from liaison.choices import SystemRole
from liaison.models import CalendarDay
from tests.factories import Cast, PostingFactory, TicketFactory, at

SUBMITTED = at(2026, 3, 10)
ACCEPTED = at(2026, 3, 11)


def steps(cast: Cast, n: int = 2, unit: Any = None) -> list[StepLine]:
    return [
        StepLine(f"第 {i} 步", date(2026, 4, 10) + timedelta(days=i), unit or cast.land, "田家骏")
        for i in range(1, n + 1)
    ]


def submit(cast: Cast, ticket: Ticket, moment: Any = SUBMITTED, **given: Any) -> Ticket:
    given = {"goal": "年内接通双回路", "steps": steps(cast)} | given
    return services.submit_plan(ticket=ticket, by=cast.unit, at=moment, **given)


@pytest.fixture
def hard(cast: Cast) -> Ticket:
    """Dispatched and signed on 2 March 2026; the plan is due in fifteen working days, on 23 March."""
    return TicketFactory(
        enrolment=cast.enrolment,
        in_progress=True,
        grade="D",
        lead=cast.land,
        unit=cast.unit,
        office=cast.office,
    )


@pytest.fixture
def submitted(cast: Cast, hard: Ticket) -> Ticket:
    return submit(cast, hard)


@pytest.fixture
def planned(cast: Cast, submitted: Ticket) -> Ticket:
    return services.accept_plan(ticket=submitted, answer="同意", by=cast.office, at=ACCEPTED)


def progress(cast: Cast, ticket: Ticket, moment: Any, **given: Any) -> Ticket:
    return services.report_progress(ticket=ticket, note="管廊已完成七成", by=cast.unit, at=moment, **given)


def card_of(ticket: Ticket, on: date) -> Any:
    ticket = Ticket.objects.select_related("plan", "company__region").get(pk=ticket.pk)
    calendar = CalendarDay.objects.as_calendar(ticket.company.region)
    return plan_card(ticket, plan_parts(plan_of(ticket)), calendar=calendar, on=on)


class TestSubmitting:
    def test_is_due_within_fifteen_working_days_and_stops_the_clock_while_the_office_looks(self, cast, hard):
        assert hard.due_on == date(2026, 3, 23)
        ticket = submit(cast, hard)
        assert (ticket.status, ticket.next_on) == (Status.PLAN_REVIEW, date(2026, 3, 12))
        assert ticket.plan.is_in_time
        assert [step.words for step in ticket.plan.steps.order_by("position")] == ["第 1 步", "第 2 步"]

    def test_late_is_late_and_said(self, cast, hard):
        ticket = submit(cast, hard, at(2026, 3, 24))
        assert not ticket.plan.is_in_time
        assert "超过方案期限 2026-03-23" in ticket.events.get(move=Move.SUBMIT_PLAN).note

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"goal": " "}, "目标"),
            ({"steps": []}, "至少写明一项"),
            ({"steps": "past"}, "已经过去"),
            ({"steps": "other"}, "不是该问题的责任单位"),
            ({"steps": "many"}, "最多 12 项"),
            ({"steps": "far"}, "年"),
        ],
    )
    def test_what_is_missing_is_refused_and_nothing_changes(self, cast, hard, given, words):
        kinds = {
            "past": [StepLine("补", date(2026, 3, 9), cast.land)],
            "other": steps(cast, unit=cast.power),
            "many": steps(cast, 13),
            "far": [StepLine("补", date(2056, 3, 9), cast.land)],
        }
        if isinstance(given.get("steps"), str):
            given = {"steps": kinds[given["steps"]]}
        with pytest.raises(MoveRefused, match=words):
            submit(cast, hard, **given)
        assert not TicketPlan.objects.exists()
        assert Ticket.objects.get().status == Status.IN_PROGRESS

    def test_other_grades_have_no_plan(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, grade="B", lead=cast.land)
        with pytest.raises(MoveRefused, match="按期限办结"):
            submit(cast, ticket)

    def test_the_form_keeps_rows_and_says_which_is_wrong(self, cast, hard, client_as):
        page = client_as("unit").post(
            reverse("issues:ticket-move", args=[hard.number, "submit_plan"]),
            {"goal": "接通", "what1": "改造线路", "by2": "2026-05-01"},
        )
        assert page.status_code == 422
        text = page.content.decode()
        assert "请填写措施 1 的完成期限" in text
        assert "请写明措施 2" in text
        assert "改造线路" in text

    def test_by_page_a_unit_submits(self, cast, hard, client_as, clock):
        clock(SUBMITTED)
        answer = client_as("unit").post(
            reverse("issues:ticket-move", args=[hard.number, "submit_plan"]),
            {"goal": "接通", "what1": "改造线路", "by1": "2026-05-01", "who1": "田家骏"},
        )
        assert answer.status_code == 302
        step = TicketPlan.objects.get().steps.get()
        assert (step.words, step.department, step.person) == ("改造线路", cast.land, "田家骏")


class TestRuling:
    def test_accepting_gives_the_first_progress_its_day_by_the_rule(self, cast, planned):
        assert planned.status == Status.IN_PROGRESS
        assert planned.due_on == planned.next_on == date(2026, 4, 10)  # 30 days from 11 March
        plan = planned.plan
        assert (plan.duty, plan.progress_days, plan.review_on) == (
            PlanDuty.PROGRESS,
            30,
            date(2026, 3, 11) + timedelta(days=180),
        )
        assert planned.units.get().due_on == planned.due_on

    def test_a_day_of_rest_is_put_off(self, cast, submitted):
        ticket = services.accept_plan(ticket=submitted, answer="", by=cast.office, at=at(2026, 3, 12))
        assert ticket.due_on == date(2026, 4, 13)  # 11 April is a Saturday
        assert "休息日" in ticket.events.get(move=Move.ACCEPT_PLAN).words

    def test_sending_back_leaves_the_days_that_were_left(self, cast, submitted):
        ticket = services.return_plan(ticket=submitted, answer="措施太虚", by=cast.office, at=at(2026, 3, 12))
        assert ticket.status == Status.IN_PROGRESS
        assert ticket.due_on == date(2026, 3, 25)  # nine working days were left on 10 March
        assert ticket.plan.state == PlanState.RETURNED
        again = submit(cast, ticket, at(2026, 3, 16))
        assert again.plan.revision == 2
        assert again.plan.is_in_time

    def test_sending_back_needs_words_and_leaves_one_day_at_least(self, cast, hard):
        ticket = submit(cast, hard, at(2026, 3, 23))
        with pytest.raises(MoveRefused, match="怎样修改"):
            services.return_plan(ticket=ticket, answer=" ", by=cast.office, at=at(2026, 3, 24))
        ticket = services.return_plan(ticket=ticket, answer="补期限", by=cast.office, at=at(2026, 3, 24))
        assert ticket.due_on == date(2026, 3, 25)

    def test_a_plan_under_review_is_late_by_the_office_s_day_alone_and_takes_no_other_moves(
        self, cast, submitted
    ):
        sweep_tickets(at=at(2026, 5, 6))
        submitted.refresh_from_db()
        assert set(submitted.escalations.values_list("trigger", flat=True)) == {Cause.STEP}
        with pytest.raises(MoveRefused, match="方案待审"):
            services.resolve_ticket(
                ticket=submitted, outcome=Outcome.SOLVED, result="好了", by=cast.unit, at=at(2026, 5, 6)
            )


class TestProgress:
    def test_in_time_moves_the_day_on_and_counts(self, cast, planned):
        done = planned.plan.steps.order_by("position").first()
        ticket = progress(cast, planned, at(2026, 4, 3), done=[done.pk])
        assert ticket.due_on == date(2026, 5, 11)  # 10 May is a Sunday
        done.refresh_from_db()
        assert (done.done_on, done.result) == (date(2026, 4, 3), "管廊已完成七成")
        card = card_of(ticket, date(2026, 4, 20))
        assert (card.record.in_time, card.record.missed, card.done) == (1, 0, 1)

    def test_twice_in_a_period_counts_once(self, cast, planned):
        ticket = progress(cast, planned, at(2026, 4, 3))
        ticket = progress(cast, ticket, at(2026, 4, 7))
        assert ticket.due_on == date(2026, 5, 11)
        assert card_of(ticket, date(2026, 4, 20)).record.in_time == 1

    def test_missed_ones_are_counted_and_stay_counted(self, cast, planned):
        assert card_of(planned, date(2026, 5, 12)).record.missed == 2
        ticket = progress(cast, planned, at(2026, 5, 12))
        assert ticket.due_on == date(2026, 6, 9)
        record = card_of(ticket, date(2026, 5, 12)).record
        assert (record.in_time, record.missed) == (0, 2)
        assert ticket.plan.reports.get().is_late

    def test_missing_progress_climbs_as_any_overdue_problem(self, cast, planned):
        sweep_tickets(at=at(2026, 4, 24))
        assert planned.escalations.exists()

    def test_a_step_of_no_plan_is_refused(self, cast, planned):
        with pytest.raises(MoveRefused, match="不在方案中"):
            progress(cast, planned, at(2026, 4, 3), done=[999999])

    def test_needs_words_and_a_plan(self, cast, hard, planned):
        with pytest.raises(MoveRefused, match="进展情况"):
            services.report_progress(ticket=planned, note=" ", by=cast.unit, at=at(2026, 4, 3))
        other = TicketFactory(enrolment=cast.enrolment, in_progress=True, grade="D", lead=cast.land)
        with pytest.raises(MoveRefused, match="没有执行中的攻坚方案"):
            progress(cast, other, at(2026, 4, 3))

    def test_no_extension_of_a_rhythm(self, cast, planned):
        from issues.choices import ExtensionReason

        with pytest.raises(MoveRefused, match="不再延期"):
            services.ask_extension(
                ticket=planned,
                reason=ExtensionReason.PROCEDURE,
                words="公示",
                until=date(2026, 4, 15),
                by=cast.unit,
                at=at(2026, 3, 20),
            )


class TestReview:
    @pytest.fixture
    def reviewed(self, cast, planned):
        """Kept up every month; the review is due on 7 September 2026."""
        ticket, day = planned, at(2026, 4, 9)
        for n in range(6):
            ticket = progress(cast, ticket, day + timedelta(days=30 * n))
        return ticket

    def test_its_day_comes_before_the_next_progress(self, reviewed):
        assert (reviewed.plan.duty, reviewed.due_on) == (PlanDuty.REVIEW, date(2026, 9, 7))

    def test_waits_for_the_office_on_its_day(self, cast, reviewed):
        cast.office.on_duty(date(2026, 9, 4))
        assert reviewed not in Ticket.objects.awaiting(cast.office)
        cast.office.on_duty(date(2026, 9, 7))
        assert reviewed in Ticket.objects.awaiting(cast.office)

    def test_going_on_sets_the_next_one(self, cast, reviewed):
        ticket = services.keep_going(ticket=reviewed, note="继续", by=cast.office, at=at(2026, 9, 7))
        assert ticket.plan.review_on == date(2026, 9, 7) + timedelta(days=180)
        assert ticket.plan.duty == PlanDuty.PROGRESS

    def test_giving_up_is_no_solution_and_needs_the_reason(self, cast, reviewed):
        with pytest.raises(MoveRefused, match="原因"):
            services.give_up(ticket=reviewed, result=" ", by=cast.office, at=at(2026, 9, 7))
        ticket = services.give_up(ticket=reviewed, result="上级规划未定", by=cast.office, at=at(2026, 9, 7))
        assert (ticket.status, ticket.outcome) == (Status.RESOLVED, Outcome.CANNOT_NOW)
        assert ticket.next_on == date(2026, 9, 8)

    def test_shelving_stops_the_rhythm_and_resuming_takes_it_up(self, cast, reviewed):
        ticket = services.shelve_ticket(
            ticket=reviewed, reason=DeferralReason.MEANS, note="等资金", by=cast.office, at=at(2026, 9, 1)
        )
        assert ticket.status == Status.DEFERRED
        ticket = services.resume_ticket(ticket=ticket, note="资金到位", by=cast.office, at=at(2026, 10, 9))
        assert ticket.due_on == date(2026, 10, 15)  # six days were left of 7 September
        assert card_of(ticket, date(2026, 10, 12)).record.missed == 0

    def test_another_grade_leaves_the_plan_and_counts_from_the_decision(self, cast, reviewed):
        grade = cast.version.grades.get(code="B")
        ticket = services.regrade_ticket(
            ticket=reviewed, grade=grade, note="已可按程序办理", by=cast.office, at=at(2026, 9, 7)
        )
        assert ticket.due_on == date(2026, 9, 20)  # a make-up Sunday
        with pytest.raises(MoveRefused, match="没有执行中"):
            progress(cast, ticket, at(2026, 9, 8))


class TestLeader:
    def test_is_named_by_the_office_and_sees_the_problem_on_the_home_page(
        self, cast, hard, client_as, client: Client
    ):
        services.name_leader(ticket=hard, leader=cast.leader, by=cast.office, at=at(2026, 3, 4))
        assert hard.events.get(move=Move.NAME_LEADER).note == "由高副市长包案"
        assert "您包案的疑难问题 1 件" in client_as("leader").get("/").content.decode()
        listed = client_as("leader").get(reverse("issues:hard"), {"leader": "me"}).content.decode()
        assert hard.title in listed
        assert "高副市长" in listed

    def test_only_a_leader_of_the_place(self, cast, hard):
        with pytest.raises(MoveRefused, match="不是企业所在地的在任领导"):
            services.name_leader(ticket=hard, leader=cast.unit, by=cast.office, at=at(2026, 3, 4))
        elsewhere = PostingFactory(role=SystemRole.LEADER, department__region=cast.other_county).official
        with pytest.raises(MoveRefused, match="在任领导"):
            services.name_leader(ticket=hard, leader=elsewhere, by=cast.office, at=at(2026, 3, 4))

    def test_not_where_the_grade_needs_none(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, grade="B", lead=cast.land)
        with pytest.raises(MoveRefused, match="不需要领导包案"):
            services.name_leader(ticket=ticket, leader=cast.leader, by=cast.office, at=at(2026, 3, 4))

    def test_missing_is_said_on_page_and_list(self, hard, client_as):
        assert "尚未明确" in client_as("office").get(hard.get_absolute_url()).content.decode()
        assert "尚未明确" in client_as("office").get(reverse("issues:hard")).content.decode()


def test_each_state_offers_what_it_needs(cast, hard):
    def offered(role: str, ticket: Ticket) -> set[str]:
        return {form.move for form in forms_open_to(cast[role], Ticket.objects.get(pk=ticket.pk))}

    assert {Move.SUBMIT_PLAN} <= offered("unit", hard)
    assert Move.PERIODIC not in offered("unit", hard)
    assert Move.NAME_LEADER in offered("office", hard)
    submitted = submit(cast, hard)
    assert {Move.ACCEPT_PLAN, Move.RETURN_PLAN} <= offered("office", submitted)
    planned = services.accept_plan(ticket=submitted, answer="", by=cast.office, at=ACCEPTED)
    assert Move.PERIODIC in offered("unit", planned)
    assert Move.SUBMIT_PLAN not in offered("unit", planned)
    assert {Move.KEEP_GOING, Move.SHELVE, Move.GIVE_UP} <= offered("office", planned)
    assert not offered("other_unit", planned) & {Move.PERIODIC, Move.KEEP_GOING}


def test_calendar_changes_put_the_progress_off_anew(cast, planned):
    from issues.reports.deadlines import deadlines_of, with_start

    calendar = CalendarDay.objects.as_calendar(planned.company.region)
    closed = calendar.with_exceptions(off={date(2026, 4, 10): "停工"}, work={})
    ticket = with_start(Ticket.objects.filter(pk=planned.pk).select_related("company__region")).get()
    (step,) = [one for one in deadlines_of(ticket, closed) if one.words]
    assert (step.step, step.new) == ("月度进展", date(2026, 4, 13))
    assert "顺延" in step.reason
