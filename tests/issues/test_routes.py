"""共性、个性、复杂: a group with its measure, a plan for one company, a 专班."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from issues import services
from issues.choices import Move, Outcome, PlanKind, PlanState, Route, Status
from issues.forms.moves import forms_open_to
from issues.models import PolicyMeasure, TaskForce, Ticket, TicketGroup
from issues.reports.routes import suggested_for
from issues.services import GroupRefused, MoveRefused, StepLine
from tests.factories import Cast, PolicyMeasureFactory, TicketFactory, TicketGroupFactory, at

NOW = at(2026, 3, 4)


@pytest.fixture
def group(cast: Cast) -> TicketGroup:
    programme = cast.version.programme
    return services.open_group(programme=programme, name="园区用电容量不足", by=cast.office, at=NOW)


@pytest.fixture
def measure(cast: Cast, group: TicketGroup) -> PolicyMeasure:
    return services.open_measure(
        group=group,
        title="电力扩容若干措施",
        document="云政办发〔2026〕3号",
        department=cast.power,
        issued_on=date(2026, 3, 3),
        text="外线由电网企业投资到红线。",
        by=cast.office,
        at=NOW,
    )


def in_hand(cast: Cast, **given: Any) -> Ticket:
    given = {"enrolment": cast.enrolment, "title": "园区用电容量不足，新线不能投产"} | given
    return TicketFactory(in_progress=True, lead=cast.land, unit=cast.unit, office=cast.office, **given)


def offered(official: Any, ticket: Ticket) -> set[str]:
    return {form.move for form in forms_open_to(official, Ticket.objects.get(pk=ticket.pk))}


class TestGroup:
    def test_its_name_once_and_not_empty(self, cast, group):
        for name in (" ", "园区用电容量不足"):
            with pytest.raises(GroupRefused):
                services.open_group(programme=group.programme, name=name, by=cast.office, at=NOW)

    def test_joining_and_leaving_leave_clock_and_unit_alone_and_a_line_each(self, cast, group):
        ticket = in_hand(cast)
        before = (ticket.status, ticket.due_on, ticket.next_on)
        ticket = services.join_group(ticket=ticket, group=group, by=cast.office, at=NOW)
        with pytest.raises(MoveRefused, match="已归入这个"):
            services.join_group(ticket=ticket, group=group, by=cast.office, at=NOW)
        with pytest.raises(MoveRefused, match="已归入另一个"):
            services.join_group(
                ticket=ticket,
                group=TicketGroupFactory(programme=group.programme),
                by=cast.office,
                at=NOW,
            )
        ticket = services.leave_group(ticket=ticket, by=cast.office, at=NOW)
        assert (ticket.status, ticket.due_on, ticket.next_on, ticket.group) == (*before, None)
        with pytest.raises(MoveRefused, match="没有归入"):
            services.leave_group(ticket=ticket, by=cast.office, at=NOW)
        moves = [event.move for event in ticket.events.order_by("pk")][-2:]
        assert moves == [Move.JOIN_GROUP, Move.LEAVE_GROUP]

    def test_what_looks_alike_is_suggested_across_companies(self, cast, group):
        same = in_hand(cast)
        other = in_hand(cast, enrolment=cast.other_enrolment, title="开发区用电容量不足影响扩产")
        in_hand(cast, title="厂门口公交班次太少")
        services.join_group(ticket=same, group=group, by=cast.office, at=NOW)
        assert list(suggested_for(group, cast.office)) == [other]

    def test_the_list_counts_what_one_may_open(self, cast, group, client_as):
        for enrolment in (cast.enrolment, cast.other_enrolment):
            ticket = in_hand(cast, enrolment=enrolment)
            services.join_group(ticket=ticket, group=group, by=cast.office, at=NOW)
        counts = {}
        for who in ("office", "official"):
            client = client_as(who)
            (row,) = client.get(reverse("issues:commons")).context["page"]
            held = client.get(reverse("issues:common", args=[group.pk])).context["members"]
            counts[who] = (row.held, row.open, len(held))
        assert counts == {"office": (2, 2, 2), "official": (1, 1, 1)}

    def test_the_page_adds_by_number_and_says_what_is_wrong(self, cast, group, client_as):
        ticket = in_hand(cast)
        client, url = client_as("office"), reverse("issues:common-add", args=[group.pk])
        assert "没有找到这个编号" in client.post(url, {"number": "x"}, follow=True).content.decode()
        assert "已归入" in client.post(url, {"number": ticket.number}, follow=True).content.decode()
        assert Ticket.objects.get().group == group


class TestMeasure:
    def test_an_issue_date_to_come_and_a_number_twice_are_refused(self, cast, group, measure):
        given = {"title": "措施", "text": "内容", "department": cast.power, "by": cast.office, "at": NOW}
        with pytest.raises(GroupRefused, match="不能晚于今天"):
            services.open_measure(group=group, document="4号", issued_on=date(2026, 3, 5), **given)
        with pytest.raises(GroupRefused, match="已经登记过"):
            services.open_measure(group=group, document=measure.document, issued_on=date(2026, 3, 3), **given)

    def test_each_member_is_resolved_answered_and_confirmed_by_itself(self, cast, group, measure, client_as):
        first = in_hand(cast)
        second = in_hand(cast, enrolment=cast.other_enrolment)
        unsigned = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.land)
        for ticket in (first, second, unsigned):
            services.join_group(ticket=ticket, group=group, by=cast.office, at=NOW)
        answer = client_as("office").post(
            reverse("issues:common-settle", args=[group.pk]),
            {
                "measure": measure.pk,
                "result": "外线已列入投资计划。",
                "ticket": [t.number for t in (first, second, unsigned)],
            },
            follow=True,
        )
        words = answer.content.decode()
        assert "已办结 2 件" in words
        assert f"{unsigned.number}：" in words
        for ticket in (first, second):
            ticket.refresh_from_db()
            assert (ticket.status, ticket.outcome) == (Status.RESOLVED, Outcome.SOLVED)
            assert ticket.measure == measure
            assert "云政办发〔2026〕3号" in ticket.result
            assert ticket.closed_at is None
        unsigned.refresh_from_db()
        assert unsigned.status == Status.DISPATCHED

    def test_a_measure_of_another_group_settles_nothing(self, cast, group, measure):
        ticket = services.join_group(ticket=in_hand(cast), group=group, by=cast.office, at=NOW)
        with pytest.raises(MoveRefused, match="不在这项政策措施"):
            services.settle_by_measure(
                ticket=ticket, measure=PolicyMeasureFactory(), result="好", by=cast.office, at=NOW
            )

    def test_nothing_ticked_is_said(self, cast, group, measure, client_as):
        services.join_group(ticket=in_hand(cast), group=group, by=cast.office, at=NOW)
        url = reverse("issues:common-settle", args=[group.pk])
        answer = client_as("office").post(url, {"measure": measure.pk, "result": "好"})
        assert answer.status_code == 422
        assert "请勾选要办结的问题" in answer.content.decode()


class TestForce:
    def complex(self, cast: Cast) -> Ticket:
        ticket = in_hand(cast)
        Ticket.objects.filter(pk=ticket.pk).update(route=Route.COMPLEX)
        ticket.refresh_from_db()
        return ticket

    def form(self, cast: Cast, ticket: Ticket, **given: Any) -> Ticket:
        given = {
            "name": "供电专班",
            "head": cast.leader,
            "officials": [cast.stranger],
            "units": [cast.power],
        } | given
        return services.form_force(ticket=ticket, by=cast.office, at=NOW, **given)

    def test_members_see_the_problem_and_others_still_do_not(self, cast):
        ticket = self.complex(cast)
        assert ticket not in Ticket.objects.visible_to(cast.stranger)
        assert ticket not in Ticket.objects.visible_to(cast.other_unit)
        self.form(cast, ticket)
        assert ticket in Ticket.objects.visible_to(cast.stranger)
        assert ticket in Ticket.objects.visible_to(cast.other_unit)
        assert ticket not in Ticket.objects.visible_to(cast.roster)
        assert not offered(cast.other_unit, ticket)  # sight is not a say

    def test_again_is_a_change_and_who_left_sees_no_more(self, cast):
        ticket = self.form(cast, self.complex(cast))
        self.form(cast, ticket, officials=[], head=cast.unit)
        assert TaskForce.objects.get().members.count() == 1
        assert ticket not in Ticket.objects.visible_to(cast.stranger)
        assert "调整" in ticket.events.filter(move=Move.FORM_FORCE).last().note

    def test_needs_a_complex_problem_a_name_and_members(self, cast):
        with pytest.raises(MoveRefused, match="复杂"):
            self.form(cast, in_hand(cast))
        ticket = self.complex(cast)
        for given, words in (({"name": " "}, "名称"), ({"officials": [], "units": []}, "至少")):
            with pytest.raises(MoveRefused, match=words):
                self.form(cast, ticket, **given)

    def test_the_form_finds_people_by_name_or_says_who_is_unknown(self, cast, client_as):
        ticket = self.complex(cast)
        url = reverse("issues:ticket-move", args=[ticket.number, "form_force"])
        given = {"name": "供电专班", "head": "高副市长", "people": "林小舟\n无此人"}
        answer = client_as("office").post(url, given)
        assert answer.status_code == 422
        assert "没有在任干部“无此人”" in answer.content.decode()
        client_as("office").post(url, given | {"people": "林小舟"})
        assert TaskForce.objects.get().members.get().official == cast.official


class TestPlans:
    def steps(self, cast: Cast) -> list[StepLine]:
        return [StepLine("敷设专线", date(2026, 4, 1), cast.land)]

    @pytest.mark.parametrize(("route", "kind"), [("single", PlanKind.COMPANY), ("complex", PlanKind.FORCE)])
    def test_is_written_beside_the_deadline(self, cast, route, kind):
        ticket = in_hand(cast)
        Ticket.objects.filter(pk=ticket.pk).update(route=route)
        due = ticket.due_on
        ticket = services.write_plan(ticket=ticket, goal="投产", steps=self.steps(cast), by=cast.unit, at=NOW)
        assert (ticket.plan.kind, ticket.plan.state, ticket.due_on) == (kind, PlanState.STANDING, due)
        step = ticket.plan.steps.get()
        ticket = services.finish_step(ticket=ticket, done=[step.pk], note="已送电", by=cast.unit, at=NOW)
        step.refresh_from_db()
        assert (step.done_on, step.result) == (date(2026, 3, 4), "已送电")
        with pytest.raises(MoveRefused, match="不在方案中"):
            services.finish_step(ticket=ticket, done=[step.pk], note="又", by=cast.unit, at=NOW)

    def test_not_on_a_problem_without_such_a_route(self, cast):
        with pytest.raises(MoveRefused, match="只有“个性”和“复杂”"):
            services.write_plan(
                ticket=in_hand(cast), goal="投产", steps=self.steps(cast), by=cast.unit, at=NOW
            )

    def test_is_offered_by_route(self, cast):
        ticket = in_hand(cast)
        assert not offered(cast.unit, ticket) & {Move.WRITE_PLAN, Move.FINISH_STEP}
        Ticket.objects.filter(pk=ticket.pk).update(route="single")
        assert Move.WRITE_PLAN in offered(cast.unit, ticket)
        assert Move.FORM_FORCE not in offered(cast.office, ticket)
