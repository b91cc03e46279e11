"""提级: rung by rung, each once, told before it happens, and never into an empty chair unseen."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from issues import services
from issues.choices import Cause, Move
from issues.models import Escalation, Ticket
from issues.reports.ladder import Step, broken_chains, ladder_of, ladder_parts
from issues.services import MoveRefused
from liaison.choices import GroupKind, Rung
from liaison.models import CalendarDay, Group, Posting
from tests.factories import Cast, CategoryFactory, GroupFactory, GroupMemberFactory, TicketFactory, at

SEPTEMBER = at(2026, 9, 14, 9)


def special_group(cast: Cast, task: str = "用地、用工", *, manned: bool = True) -> Group:
    group: Group = GroupFactory(
        programme=cast.version.programme,
        kind=GroupKind.SPECIAL,
        sort="问题解决专项小组",
        name="用工用地专项小组",
        region=cast.city,
        department=cast.land,
        task=task,
    )
    if manned:
        GroupMemberFactory(group=group)
    return group


def steps_of(ticket: Ticket, on: date) -> dict[str, Step]:
    ticket = Ticket.objects.select_related("category", "company__region", "version__programme__region").get(
        pk=ticket.pk
    )
    calendar = CalendarDay.objects.as_calendar(ticket.company.region)
    parts = ladder_parts(ticket, on)
    return {step.rung: step for step in ladder_of(ticket, parts, on=on, calendar=calendar, lead="自然资源局")}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """Given to the land bureau on 14 September, grade A: due on Sunday the 20th, a make-up day."""
    made: Ticket = TicketFactory(
        enrolment=cast.enrolment, in_progress=True, grade="A", lead=cast.land, unit=cast.unit, at=SEPTEMBER
    )
    return made


class TestBeforeItHappens:
    def test_says_which_day_and_why_and_the_sweep_keeps_the_word(self, cast, ticket):
        assert ticket.due_on == date(2026, 9, 20)
        steps = steps_of(ticket, date(2026, 9, 15))
        assert list(steps) == ["unit", "office", "special_group", "dispatch_meeting", "standing_meeting"]
        assert steps["unit"].is_now
        assert steps["office"].day == date(2026, 9, 21)
        assert steps["office"].words == (
            "9月21日仍未办结，或企业累计 1 次不满意（已 0 次），将提至协调办公室（云川市协调办公室）。"
        )
        meeting = steps["dispatch_meeting"]
        assert meeting.day == date(2026, 9, 28)  # 中秋 9/25–27
        assert "9月28日仍未办结" in meeting.words
        assert "每月例会" in meeting.words
        assert not services.sweep_tickets(at=at(2026, 9, 20, 18))
        assert services.sweep_tickets(at=at(2026, 9, 21, 8))
        assert not services.sweep_tickets(at=at(2026, 9, 24, 18))
        assert services.sweep_tickets(at=at(2026, 9, 28, 8))
        climbed = dict(ticket.escalations.values_list("rung", "at"))
        assert {rung: moment.date() for rung, moment in climbed.items()} == {
            "office": date(2026, 9, 21),
            "dispatch_meeting": date(2026, 9, 28),
        }

    def test_what_was_reached_says_when_and_what_was_passed_says_so(self, cast, ticket):
        services.sweep_tickets(at=at(2026, 9, 29, 8))
        steps = steps_of(ticket, date(2026, 9, 29))
        assert steps["office"].reached is not None
        assert steps["office"].reached_at == at(2026, 9, 29, 8)
        assert steps["special_group"].is_passed
        assert steps["dispatch_meeting"].is_now
        assert "没有自动提级的规则" in steps["standing_meeting"].words

    def test_names_the_group_of_the_category_and_how_often_it_meets(self, cast, ticket):
        special_group(cast)
        step = steps_of(ticket, date(2026, 9, 15))["special_group"]
        assert (step.sits, step.is_broken) == ("用工用地专项小组，每两周例会", False)

    def test_says_beforehand_that_nobody_sits_there(self, cast, ticket):
        step = steps_of(ticket, date(2026, 9, 15))["special_group"]
        assert step.is_broken
        assert "用工类专项小组暂缺，转云川市协调办公室" in step.sits

    def test_a_closed_problem_shows_only_where_it_has_been(self, cast):
        closed = TicketFactory(enrolment=cast.enrolment, closed=True)
        assert list(steps_of(closed, date(2026, 3, 9))) == ["unit"]

    def test_is_on_the_case_page(self, cast, ticket, client_as, clock):
        clock(at(2026, 9, 15))
        page = client_as("unit").get(ticket.get_absolute_url()).content.decode()
        assert "提级阶梯" in page
        assert "9月21日仍未办结" in page


class TestOnRequest:
    def test_climbs_one_rung_with_the_reason_and_the_deadline_stands(self, cast, ticket):
        due = ticket.due_on
        services.ask_up(ticket=ticket, words="指标在省里", by=cast.unit, at=at(2026, 9, 15))
        ticket.refresh_from_db()
        row = ticket.escalations.get()
        assert (row.rung, row.trigger, row.department) == (Rung.OFFICE, Cause.REQUEST, cast.coordination)
        assert (ticket.rung, ticket.due_on) == (Rung.OFFICE, due)
        moves = list(ticket.events.order_by("pk").values_list("move", "note"))[-2:]
        assert moves == [
            (Move.ASK_UP, "指标在省里"),
            (Move.ESCALATE, "请求提级，提至协调办公室（云川市协调办公室）"),
        ]

    def test_each_rung_once_and_none_is_left_out(self, cast, ticket):
        group = special_group(cast)
        for day in (15, 16, 17, 18):
            services.ask_up(ticket=ticket, words="再往上", by=cast.unit, at=at(2026, 9, day))
        rungs = list(ticket.escalations.order_by("at").values_list("rung", flat=True))
        assert rungs == ["office", "special_group", "dispatch_meeting", "standing_meeting"]
        assert ticket.escalations.get(rung="special_group").group == group
        with pytest.raises(MoveRefused, match="最高层级"):
            services.ask_up(ticket=ticket, words="再往上", by=cast.unit, at=at(2026, 9, 21))

    def test_the_office_does_not_ask_itself(self, cast, ticket, client_as, clock):
        clock(at(2026, 9, 15))
        url = reverse("issues:ticket-move", args=[ticket.number, "ask_up"])
        client_as("office").post(url, {"note": "请专项小组研究"})
        assert ticket.escalations.get().rung == Rung.SPECIAL_GROUP

    def test_needs_a_reason(self, cast, ticket):
        with pytest.raises(MoveRefused, match="理由"):
            services.ask_up(ticket=ticket, words=" ", by=cast.unit, at=at(2026, 9, 15))
        assert not Escalation.objects.exists()

    def test_what_was_asked_for_is_not_climbed_again_by_the_clock(self, cast, ticket):
        services.ask_up(ticket=ticket, words="协调不动", by=cast.unit, at=at(2026, 9, 15))
        services.sweep_tickets(at=at(2026, 9, 24, 9))
        assert ticket.escalations.count() == 1


class TestBrokenChains:
    def test_lists_rung_place_and_who_must_fill_it(self, cast, ticket):
        services.ask_up(ticket=ticket, words="请研究", by=cast.office, at=at(2026, 9, 15), from_office=True)
        (chain,) = broken_chains(cast.office)
        assert chain.label == "问题解决专项小组"
        assert "“用工”类" in chain.where
        assert (chain.duty, [one.pk for one in chain.waiting]) == ("云川市协调办公室", [ticket.pk])
        assert "设立负责“用工”类的专项小组" in chain.remedy

    def test_a_group_without_members_is_nobody(self, cast, ticket):
        special_group(cast, manned=False)
        services.ask_up(ticket=ticket, words="请研究", by=cast.office, at=at(2026, 9, 15), from_office=True)
        assert ticket.escalations.get().is_broken

    def test_a_group_of_another_category_is_not_asked(self, cast, ticket):
        special_group(cast, task="用地")
        services.ask_up(ticket=ticket, words="请研究", by=cast.office, at=at(2026, 9, 15), from_office=True)
        assert ticket.escalations.get().is_broken

    def test_is_mended_once_somebody_sits_there(self, cast, ticket):
        services.ask_up(ticket=ticket, words="请研究", by=cast.office, at=at(2026, 9, 15), from_office=True)
        assert services.mend_chains(at=at(2026, 9, 16)) == 0
        group = special_group(cast)
        assert [services.mend_chains(at=at(2026, 9, 16, hour)) for hour in (10, 11)] == [1, 0]
        row = ticket.escalations.get()
        assert (row.group, row.department, row.is_broken) == (group, cast.land, False)
        assert ticket.events.latest("pk").move == Move.MEND
        assert not broken_chains(cast.office)

    def test_the_office_is_told_on_its_home_page(self, cast, ticket, client_as, clock):
        clock(at(2026, 9, 16))
        assert "提级断链" not in client_as("office").get(reverse("home")).content.decode()
        Posting.objects.filter(role="office").update(ends_on=date(2026, 9, 20))
        services.ask_up(ticket=ticket, words="请研究", by=cast.unit, at=at(2026, 9, 21))
        Posting.objects.filter(role="office").update(ends_on=None)
        assert "1 件提级断链" in client_as("office").get(reverse("home")).content.decode()
        page = client_as("office").get(reverse("issues:broken-chains")).content.decode()
        assert "值班办公室（暂无人）" in page
        assert ticket.title in page

    def test_others_see_only_their_own(self, cast, ticket):
        services.ask_up(ticket=ticket, words="请研究", by=cast.office, at=at(2026, 9, 15), from_office=True)
        assert len(broken_chains(cast.unit)) == 1
        assert not broken_chains(cast.stranger)


def test_a_special_group_of_a_category_not_settled_yet_is_a_broken_chain(cast):
    reported = TicketFactory(enrolment=cast.enrolment, reported=True, category=None, at=SEPTEMBER)
    assert reported.category is None
    CategoryFactory()
    services.ask_up(ticket=reported, words="太难", by=cast.office, at=at(2026, 9, 15), from_office=True)
    (chain,) = broken_chains(cast.office)
    assert chain.remedy == "先定级，再明确专项小组"
