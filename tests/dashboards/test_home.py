"""今天要办: what each post finds on its home page, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from issues.models import Ticket
from issues.services import cooperate_on_ticket, object_to_help, sign_help
from liaison.dashboards.duties import due_today
from liaison.models import Official
from tests.factories import (
    BulletinFactory,
    ImportRunFactory,
    MeetingFactory,
    MonthEndFactory,
    SurveyFactory,
    TicketFactory,
    VisitFactory,
    at,
)


@pytest.fixture
def monday(time_machine):
    """The day on which the cast works, for pages: 2026-03-02 10:00."""
    time_machine.move_to(at(2026, 3, 2, 10), tick=False)


def titles(official: Official) -> list[str]:
    return [errand.title for errand in due_today(official).errands]


class TestDuties:
    def test_official_reports_first_what_is_due_first(self, cast):
        later = TicketFactory(enrolment=cast.enrolment, at=at(2026, 2, 27))
        sooner = TicketFactory(enrolment=cast.enrolment, at=at(2026, 2, 26))
        duties = due_today(cast.official).duties
        assert [duty.ticket.pk for duty in duties] == [sooner.pk, later.pk]
        assert duties[0].step == "上报到协调办公室"
        assert duties[0].reason == "收集后 2 个工作日内"

    def test_says_how_many_working_days_are_left(self, cast):
        ticket = TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 2))
        (duty,) = due_today(cast.official).duties
        assert (duty.due_on, duty.left) == (ticket.next_on, 2)

    def test_unit_finds_what_to_sign_and_what_to_help_with(self, cast):
        TicketFactory(
            enrolment=cast.enrolment, dispatched=True, lead=cast.land, grade="B", at=at(2026, 2, 27)
        )
        helped = TicketFactory(
            enrolment=cast.enrolment,
            dispatched=True,
            lead=cast.power,
            cooperating=[cast.land],
            grade="B",
            at=at(2026, 2, 27),
        )
        steps = {duty.ticket.pk: duty.step for duty in due_today(cast.unit).duties}
        assert sorted(steps.values()) == ["签收或退回", "签收或退回协办"]
        sign_help(ticket=helped, department=cast.land, by=cast.unit, at=at(2026, 3, 2))
        steps = {duty.ticket.pk: duty.step for duty in due_today(cast.unit).duties}
        assert steps[helped.pk] == "反馈协办意见"
        cooperate_on_ticket(ticket=helped, department=cast.land, note="同意", by=cast.unit, at=at(2026, 3, 2))
        assert helped.pk not in {duty.ticket.pk for duty in due_today(cast.unit).duties}

    def test_the_lead_is_to_meet_the_company_and_the_office_to_rule(self, cast):
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power],
            at=at(2026, 2, 27),
        )  # fmt: skip
        (duty,) = due_today(cast.unit).duties
        assert (duty.step, duty.due_on, duty.reason) == (
            "首次联系企业", date(2026, 3, 2), "交办后 2 个工作日内",
        )  # fmt: skip
        object_to_help(
            ticket=ticket, department=cast.power, reason="not_ours", note="属水务", by=cast.other_unit,
            at=at(2026, 3, 2),
        )  # fmt: skip
        assert [one.step for one in due_today(cast.office).duties] == ["裁定协办退回"]

    def test_strangers_have_nothing_to_do_with_it(self, cast):
        TicketFactory(enrolment=cast.enrolment, at=at(2026, 2, 27))
        assert due_today(cast.stranger).waiting == 0
        assert not due_today(cast.leader)

    def test_names_the_first_and_counts_the_rest(self, cast):
        for _ in range(14):
            TicketFactory(enrolment=cast.enrolment, at=at(2026, 2, 27))
        today = due_today(cast.official)
        assert (len(today.duties), today.waiting) == (12, 14)
        assert today.waiting == Ticket.objects.visible_to(cast.official).awaiting(cast.official).count()


class TestErrands:
    def test_official_is_told_which_companies_wait_for_contact(self, cast):
        assert [row.enrolment.pk for row in due_today(cast.official).contacts] == [cast.enrolment.pk]
        VisitFactory(enrolment=cast.enrolment, official=cast.official, on=at(2026, 3, 2).date())
        assert due_today(cast.official).contacts == []

    def test_office_finishes_bulletins_and_holds_meetings(self, cast):
        end = MonthEndFactory(programme=cast.version.programme, version=cast.version)
        BulletinFactory(programme=cast.version.programme, month_end=end)
        MeetingFactory(programme=cast.version.programme, month=end.month)
        month = f"{end.month:%-m月}"
        assert titles(cast.office) == [f"{month}通报待印发", f"{month}调度会待召开"]
        name = cast.version.programme.name  # two programmes end their months on the same day
        assert all(errand.reason.startswith(name) for errand in due_today(cast.office).errands)
        assert titles(cast.leader) == []

    def test_office_passes_links_on(self, cast):
        ticket = TicketFactory(
            enrolment=cast.enrolment, answered=True, lead=cast.land, grade="A", at=at(2026, 2, 27)
        )
        SurveyFactory(ticket=ticket, expires_on=at(2026, 3, 6).date())
        assert titles(cast.office) == ["1 份评价链接待转达企业"]

    def test_roster_staff_confirms_what_was_checked(self, cast):
        ImportRunFactory(checked=True, region=cast.city, uploaded_by=cast.roster, file_name="名册.csv")
        assert titles(cast.roster) == ["名册.csv 等您确认"]

    def test_alarm_from_mid_november_while_next_year_is_unknown(self, cast):
        assert titles(cast.admin.on_duty(at(2026, 11, 14).date())) == []
        assert titles(cast.admin.on_duty(at(2026, 11, 15).date())) == ["2027 年放假安排尚未录入"]


@pytest.mark.parametrize("who", ["office", "official", "unit", "leader", "roster", "assessor", "admin"])
def test_page_opens_for_every_role(client_as, who):
    response = client_as(who).get(reverse("home"))
    assert response.status_code == 200
    assert "工作台" in response.content.decode()


def test_says_so_when_there_is_nothing_to_do(client_as, cast, monday):
    assert "今天没有要办的事" in client_as("assessor").get(reverse("home")).content.decode()


def test_official_with_several_posts_sees_the_work_of_all(cast):
    from liaison.choices import SystemRole
    from tests.factories import PostingFactory

    TicketFactory(enrolment=cast.enrolment, at=at(2026, 2, 27))
    TicketFactory(enrolment=cast.enrolment, reported=True, at=at(2026, 2, 27))
    PostingFactory(official=cast.official, department=cast.coordination, role=SystemRole.OFFICE)
    steps = {duty.step for duty in due_today(cast.official.on_duty(at(2026, 3, 2).date())).duties}
    assert steps == {"上报到协调办公室", "定级并交办"}


def test_needs_few_queries(cast, django_assert_max_num_queries):
    TicketFactory(enrolment=cast.enrolment, at=at(2026, 2, 27))
    with django_assert_max_num_queries(11):
        due_today(cast.official)
