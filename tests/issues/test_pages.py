"""The queue and the case page: who sees them, what they offer, and what they refuse."""

import pytest
from django.urls import reverse

from issues import services
from issues.choices import Status
from issues.models import Ticket
from liaison.models import AuditEvent
from tests.factories import CategoryFactory, TicketFactory, at


def move_url(ticket, move):
    return reverse("issues:ticket-move", args=[ticket.number, move])


class TestQueue:
    def test_list_and_detail_show_the_same_problems_to_every_role(self, cast, client_as):
        tickets = [
            TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land),
            TicketFactory(enrolment=cast.other_enrolment, reported=True),
        ]
        for role in ("office", "official", "stranger", "unit", "other_unit", "leader", "assessor", "roster"):
            client = client_as(role)
            answer = client.get(reverse("issues:tickets"), {"view": "all"})
            listed = {ticket.number for ticket in answer.context["page"].object_list}
            opened = {t.number for t in tickets if client.get(t.get_absolute_url()).status_code == 200}
            assert listed == opened, role
        assert len(tickets) == 2

    def test_a_page_that_does_not_exist_is_the_nearest_that_does(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment)
        answer = client_as("office").get(reverse("issues:tickets"), {"view": "all", "page": "9999"})
        assert ticket.title in answer.content.decode()

    def test_says_why_it_is_empty(self, cast, client_as):
        answer = client_as("unit").get(reverse("issues:tickets"))
        assert "没有等您办理的问题" in answer.content.decode()

    @pytest.mark.parametrize(("role", "view"), [("unit", "todo"), ("leader", "open"), ("assessor", "open")])
    def test_begins_with_what_is_open_for_those_whom_nothing_awaits(self, role, view, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.land)
        answer = client_as(role).get(reverse("issues:tickets"))
        assert answer.context["view"] == view
        assert list(answer.context["page"]) == [ticket]

    def test_finds_by_pinyin_of_the_company(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment)
        ticket.company.pinyin = "yunqiao"
        ticket.company.save(update_fields=["pinyin"])
        answer = client_as("office").get(reverse("issues:tickets"), {"q": "yunqiao"})
        assert ticket.title in answer.content.decode()

    def test_what_was_taken_back_or_merged_is_not_said_to_be_struck_off(self, cast, client_as):
        for state in ("withdrawn", "merged", "excluded"):
            TicketFactory(enrolment=cast.enrolment, **{state: True})
        client = client_as("office")
        page = client.get(reverse("issues:tickets"), {"view": "all"})
        rows = page.content.decode().split("<tr data-row>")[1:]
        assert sum("已终止" in row for row in rows) == 3
        assert not any("已销号" in row for row in rows)
        TicketFactory(enrolment=cast.enrolment, closed=True)
        page = client.get(reverse("issues:tickets"), {"view": "closed"})
        assert "已销号" in page.content.decode().split("<tr data-row>")[1]

    def test_exports_the_ledger_exactly_as_filtered_and_leaves_a_line(self, cast, client_as):
        TicketFactory(enrolment=cast.enrolment, title="要导出")
        TicketFactory(enrolment=cast.enrolment, title="不导出", closed=True)
        answer = client_as("office").post(reverse("issues:tickets-export") + "?view=open")
        assert answer["Content-Type"].startswith("application/vnd.openxml")
        assert b"".join(answer.streaming_content).startswith(b"PK")
        event = AuditEvent.objects.get(action="导出")
        assert event.detail["rows"] == 1


class TestCase:
    def test_offers_each_role_its_own_next_step_only(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.land)
        offered = {
            role: [form.move for form in client_as(role).get(ticket.get_absolute_url()).context["forms"]]
            for role in ("office", "official", "unit", "leader")
        }
        assert offered == {"office": [], "official": [], "unit": ["sign", "object"], "leader": []}

    def test_many_rare_moves_stand_under_what_they_are_about_and_few_stay_together(self, cast, client_as):
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power]
        )
        page = client_as("office").get(ticket.get_absolute_url())
        groups = {word: {form.move for form in forms} for word, forms in page.context["rare_forms"]}
        assert list(groups) == ["等级和期限", "单位和领导", "去向", "督办"]
        assert groups["督办"] == {"remind", "ask_up"}
        assert groups["去向"] == {"ask_exclusion", "ask_withdrawal"}
        assert {"add_unit", "release_unit", "transfer"} <= groups["单位和领导"]
        assert page.context["rare_n"] == sum(len(moves) for moves in groups.values())
        words = page.content.decode()
        places = [words.index(word) for word in (">去向</h3>", "申请剔除", ">督办</h3>", "催办")]
        assert places == sorted(places)
        few = client_as("unit").get(ticket.get_absolute_url()).context["rare_forms"]
        assert [(word, len(forms)) for word, forms in few] == [("", 3)]

    def test_the_whole_way_by_forms(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment)
        CategoryFactory(code="power", name="用电")
        steps = [
            ("official", "report", {}),
            ("office", "dispatch", {"grade": "A", "category": "power", "lead": cast.land.name}),
            ("unit", "sign", {}),
            ("unit", "progress", {"note": "已勘查"}),
            ("unit", "resolve", {"outcome": "solved", "result": "已换变压器"}),
            ("official", "answer", {"mode": "phone"}),
        ]
        for role, move, data in steps:
            assert client_as(role).post(move_url(ticket, move), data).status_code == 302, move
        ticket.refresh_from_db()
        assert ticket.status == Status.ANSWERED

    def test_a_move_of_another_role_is_forbidden_and_changes_nothing(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.land)
        assert client_as("office").post(move_url(ticket, "sign")).status_code == 403
        assert Ticket.objects.get().status == Status.DISPATCHED

    def test_a_ticket_out_of_scope_does_not_exist(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment)
        assert client_as("stranger").get(ticket.get_absolute_url()).status_code == 404
        assert client_as("stranger").post(move_url(ticket, "report")).status_code == 404

    def test_a_missing_field_is_said_beside_it_and_what_was_typed_stays(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land)
        answer = client_as("unit").post(move_url(ticket, "resolve"), {"result": "已协调三方"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "已协调三方" in page
        assert "请选择办理结果。" in page

    def test_a_move_that_came_too_late_is_told_in_words(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land)
        answer = client_as("unit").post(move_url(ticket, "sign"))
        assert answer.status_code == 422
        assert "办理中" in answer.content.decode()

    def test_htmx_gets_the_fragment_and_the_plain_page_the_same_state(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.land)
        answer = client_as("unit").post(move_url(ticket, "sign"), headers={"HX-Request": "true"})
        fragment = answer.content.decode()
        assert "<html" not in fragment
        assert 'id="case"' in fragment
        assert "登记进展" in client_as("unit").get(ticket.get_absolute_url()).content.decode()
        assert "登记进展" in fragment

    def test_on_a_rest_day_after_the_limit_it_says_past_not_today(self, cast, client_as, clock):
        ticket = TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 4))  # limit: Friday the 6th
        clock(at(2026, 3, 7))
        page = client_as("official").get(ticket.get_absolute_url()).content.decode()
        assert "已过期限" in page
        assert "今日到期" not in page

    def test_unknown_moves_do_not_exist(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment)
        assert client_as("office").post(move_url(ticket, "delete")).status_code == 404
        assert client_as("official").post(move_url(ticket, "confirm")).status_code == 404


class TestNow:
    """On top of the case page: what it is now, who has it, by when."""

    def test_a_cooperating_unit_reads_its_own_day_beside_the_lead_s(self, cast, client_as):
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power]
        )
        own = {
            role: [
                part.row.department
                for part in client_as(role).get(ticket.get_absolute_url()).context["own_parts"]
            ]
            for role in ("other_unit", "unit", "office")
        }
        assert own == {"other_unit": [cast.power], "unit": [], "office": []}

    def test_says_the_step_that_is_due_in_each_state(self, cast, client_as):
        due = {
            "reported": "下一步：定级交办",
            "dispatched": "下一步：签收",
            "in_progress": "下一步：办结",
            "resolved": "下一步：答复企业",
            "answered": "下一步：企业确认",
            "closed": "办理结果",
        }
        for state, words in due.items():
            ticket = TicketFactory(enrolment=cast.enrolment, **{state: True})
            page = client_as("office").get(ticket.get_absolute_url()).content.decode()
            assert words in page, state

    def test_on_hold_it_is_with_the_office_until_its_review(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, deferred=True, lead=cast.land)
        now = client_as("office").get(ticket.get_absolute_url()).content.decode()
        now = now.split("现在由谁办")[1].split("下一步")[0]
        assert "协调办公室" in now
        assert f"{cast.land}可恢复办理" in now

    def test_what_was_excluded_says_why_and_by_whom_at_the_top(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, excluded=True, lead=cast.land)
        page = client_as("office").get(ticket.get_absolute_url()).content.decode()
        top = page.split('class="case-now-end"')[1].split("</dl>")[0]
        assert "已进入诉讼程序" in top
        assert ticket.requests.get().decided_by.name in top

    def test_the_result_of_an_earlier_round_is_not_said_to_be_this_one_s(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, closed=True, lead=cast.land, at=at(2026, 2, 10))
        assert "上一轮办理情况" not in client_as("office").get(ticket.get_absolute_url()).content.decode()
        services.reopen_ticket(ticket=ticket, note="又坏了", at=at(2026, 2, 27))
        assert "上一轮办理情况" in client_as("office").get(ticket.get_absolute_url()).content.decode()

    def test_what_an_old_ledger_closed_nobody_here_confirmed(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, closed=True, lead=cast.land, at=at(2025, 11, 3))
        page = client_as("office").get(ticket.get_absolute_url()).content.decode()
        assert "由企业确认" in page
        assert "2025年11月3日" in page  # another year's day is said with its year
        Ticket.objects.filter(pk=ticket.pk).update(source="import")
        page = client_as("office").get(ticket.get_absolute_url()).content.decode()
        assert "已在原台账销号" in page
        assert "由企业确认" not in page

    def test_shows_no_part_that_is_empty(self, cast, client_as):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        page = client_as("leader").get(ticket.get_absolute_url()).content.decode()
        for part in ("plan", "talk", "related"):
            assert f'id="{part}"' not in page, part
            assert f'href="#{part}"' not in page, part
