"""登记问题 by the office, and the numbers of other systems."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from issues import services
from issues.choices import Move, Source, Status
from issues.models import ExternalNumber, Ticket
from issues.services import MoveRefused, Taken
from tests.factories import Cast, EnrolmentFactory, TicketFactory, at

NOW = at(2026, 3, 3, 9)


def take(cast: Cast, **given: Any) -> Taken:
    given = {
        "enrolment": cast.enrolment,
        "source": Source.HOTLINE,
        "title": "厂门口路灯不亮",
        "number": "YC20260303001",
        "at": NOW,
        "by": cast.office,
    } | given
    return services.register_ticket(**given)


class TestRegister:
    def test_is_reported_at_once_and_waits_for_triage(self, cast):
        ticket = take(cast).ticket
        assert (ticket.status, ticket.source) == (Status.REPORTED, Source.HOTLINE)
        assert ticket.numbers.get().number == "YC20260303001"

    def test_the_same_number_again_is_no_second_problem(self, cast):
        first = take(cast)
        again = take(cast, at=NOW)
        assert again.ticket == first.ticket
        assert "未改动" in again.words
        assert Ticket.objects.count() == 1

    def test_a_newer_word_is_noted_an_older_one_changes_nothing(self, cast):
        ticket = take(cast, updated_at=at(2026, 3, 3, 8)).ticket
        newer = take(cast, description="又灭了两盏", updated_at=at(2026, 3, 3, 9), at=at(2026, 3, 3, 10))
        assert "更新已记入" in newer.words
        before = ticket.events.count()
        older = take(cast, description="旧话", updated_at=at(2026, 3, 3, 8), at=at(2026, 3, 3, 11))
        assert "未改动" in older.words
        assert ticket.events.count() == before
        assert "又灭了两盏" in ticket.events.get(move=Move.EXTERNAL).note
        assert ExternalNumber.objects.get().updated_at == at(2026, 3, 3, 9)

    def test_a_repeat_keeps_both_numbers(self, cast):
        ticket = take(cast).ticket
        again = take(cast, number="YC20260303777", repeats=ticket)
        assert again.ticket == ticket
        assert Ticket.objects.count() == 1
        assert sorted(ticket.numbers.values_list("number", flat=True)) == ["YC20260303001", "YC20260303777"]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"number": " "}, "工单编号"),
            ({"source": Source.COMPANY}, "来源"),
            ({"updated_at": at(2026, 3, 4)}, "不能晚于现在"),
            ({"title": " "}, "请填写企业遇到的问题"),
        ],
    )
    def test_what_is_wrong_is_refused_and_leaves_nothing(self, cast, given, words):
        with pytest.raises(MoveRefused, match=words):
            take(cast, **given)
        assert not Ticket.objects.exists()

    def test_a_number_of_another_company_is_refused(self, cast):
        take(cast)
        with pytest.raises(MoveRefused, match="另一家企业"):
            take(cast, enrolment=cast.other_enrolment, at=at(2026, 3, 3, 10))

    def test_not_into_another_company_nor_into_what_is_ended(self, cast):
        other = TicketFactory(enrolment=cast.other_enrolment)
        with pytest.raises(MoveRefused, match="同一家企业"):
            take(cast, repeats=other)
        closed = TicketFactory(enrolment=cast.enrolment, closed=True)
        with pytest.raises(MoveRefused, match="不能再并入"):
            take(cast, repeats=closed)

    def test_a_leaders_note_needs_no_number(self, cast):
        assert take(cast, source=Source.LEADER, number="").ticket.source == Source.LEADER


class TestPage:
    def test_the_office_registers_and_is_told_what_is_missing(self, cast, client_as, clock):
        clock(NOW)
        client, url = client_as("office"), reverse("issues:ticket-register")
        given = {"source": "hotline", "company": cast.company.uscc, "programme": "p2", "title": "路灯不亮"}
        answer = client.post(url, given)
        assert answer.status_code == 422
        assert "工单编号" in answer.content.decode()
        assert client.post(url, given | {"number": "YC1"}).status_code == 302
        ticket = Ticket.objects.get()
        assert "YC1" in client.get(ticket.get_absolute_url()).content.decode()

    @pytest.fixture
    def earlier(self, cast, clock):
        clock(NOW)
        return TicketFactory(reported=True, enrolment=cast.enrolment, title="厂门口路灯不亮了", at=NOW)

    def given(self, cast, **changed):
        plain = {
            "source": "phone",
            "company": cast.company.uscc,
            "programme": "p2",
            "title": "厂门口路灯不亮",
        }
        return plain | changed

    def test_what_was_filed_before_is_shown_while_it_is_typed(self, cast, client_as, earlier):
        place = EnrolmentFactory(company__region=cast.company.region)
        neighbour = TicketFactory(reported=True, enrolment=place, title="厂门口路灯不亮", at=NOW)
        TicketFactory(reported=True, enrolment=cast.other_enrolment, title="厂门口路灯不亮", at=NOW)
        asked = {"company": cast.company.name, "title": "厂门口路灯不亮"}
        page = client_as("office").get(reverse("issues:ticket-register"), asked)
        assert (page.context["alike"], page.context["near"]) == ([earlier], [neighbour])
        page = client_as("office").get(reverse("issues:ticket-register"), asked | {"title": "招不到熟练工人"})
        assert (page.context["alike"], page.context["near"]) == ([], [])

    def test_it_is_asked_about_once(self, cast, client_as, earlier):
        client, url = client_as("office"), reverse("issues:ticket-register")
        asked = client.post(url, self.given(cast))
        assert asked.status_code == 422
        assert earlier.number in asked.content.decode()
        assert Ticket.objects.count() == 1
        assert client.post(url, self.given(cast, seen=f"{earlier.number} ", onto="")).status_code == 302
        assert Ticket.objects.count() == 2

    def test_it_is_merged_where_that_is_chosen(self, cast, client_as, earlier):
        url = reverse("issues:ticket-register")
        sent = self.given(cast, source="hotline", number="YC9", onto=earlier.number)
        assert client_as("office").post(url, sent).url == earlier.get_absolute_url()
        assert Ticket.objects.get().numbers.get().number == "YC9"

    def test_news_of_a_known_number_is_not_asked_about(self, cast, client_as, clock):
        clock(NOW)
        client, url = client_as("office"), reverse("issues:ticket-register")
        sent = self.given(cast, source="hotline", number="YC9")
        assert client.post(url, sent).status_code == 302
        assert client.post(url, sent).status_code == 302
        assert Ticket.objects.count() == 1

    def test_a_company_is_found_by_its_name(self, cast, client_as, clock):
        clock(NOW)
        client, url = client_as("office"), reverse("issues:ticket-register")
        assert client.post(url, self.given(cast, company=cast.company.name)).status_code == 302
        assert Ticket.objects.get().company == cast.company
        several = client.post(url, self.given(cast, company="有限公司", title="另一件毫不相干的事"))
        assert several.status_code == 422
        assert "不止一家" in several.content.decode()
        assert cast.other_company.name in several.content.decode()
        none = client.post(url, self.given(cast, company="查无此厂"))
        assert "没有找到您负责范围内" in none.content.decode()

    def test_a_company_that_is_not_enrolled_is_said(self, cast, client_as, clock):
        clock(NOW)
        given = {"source": "phone", "company": "91519902100000000K", "programme": "p2", "title": "路灯不亮"}
        answer = client_as("office").post(reverse("issues:ticket-register"), given)
        assert answer.status_code == 422
