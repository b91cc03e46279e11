"""看板: the same problems as the table, by state, a few of each."""

from __future__ import annotations

from django.urls import reverse

from issues.choices import Status
from issues.views.board import PER_COLUMN
from tests.factories import TicketFactory, at


def columns(page):
    return {column.status: column for column in page.context["columns"]}


def test_has_a_column_per_open_state_and_counts_like_the_table(cast, client_as, clock):
    clock(at(2026, 3, 3))
    TicketFactory(enrolment=cast.enrolment)
    for _ in range(2):
        TicketFactory(in_progress=True, enrolment=cast.enrolment, lead=cast.land)
    TicketFactory(closed=True, enrolment=cast.enrolment)
    client = client_as("office")
    shown = columns(client.get(reverse("issues:board")))
    assert {status: column.count for status, column in shown.items() if column.count} == {
        Status.DRAFT: 1,
        Status.IN_PROGRESS: 2,
    }
    assert Status.CLOSED not in shown  # 未销号 at first
    assert [card.lead_name for card in shown[Status.IN_PROGRESS].cards] == [cast.land.name] * 2
    everything = columns(client.get(reverse("issues:board"), {"view": "all"}))
    assert everything[Status.CLOSED].count == 1
    for column in everything.values():
        assert client.get(column.url).context["page"].paginator.count == column.count


def test_shows_the_most_urgent_and_leads_to_the_rest(cast, client_as, clock):
    clock(at(2026, 3, 20))
    tickets = [
        TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 2 + n % 9)) for n in range(PER_COLUMN + 3)
    ]
    column = columns(client_as("office").get(reverse("issues:board")))[Status.DRAFT]
    days = [card.next_on for card in column.cards]
    assert days == sorted(ticket.next_on for ticket in tickets)[:PER_COLUMN]
    assert (column.count, column.more) == (PER_COLUMN + 3, 3)


def test_is_narrowed_like_the_table_and_shows_nobody_more(cast, client_as, clock):
    clock(at(2026, 3, 3))
    TicketFactory(enrolment=cast.enrolment, title="用电扩容")
    TicketFactory(enrolment=cast.other_enrolment, title="招工难")
    found = columns(client_as("office").get(reverse("issues:board"), {"q": "用电"}))
    assert [card.title for card in found[Status.DRAFT].cards] == ["用电扩容"]
    mine = client_as("official").get(reverse("issues:board")).content.decode()
    assert "用电扩容" in mine
    assert "招工难" not in mine
