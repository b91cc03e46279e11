"""看板: every figure is the count of the rows that it opens, for whoever looks at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from liaison.dashboards import cards
from liaison.dashboards.board import Board, Figure, read_board
from liaison.demo import seed_city
from liaison.models import Official
from tests.factories import TicketFactory, at

NOW = at(2026, 11, 18, 11, 20)


def figures_of(board: Board) -> Iterator[tuple[str, Figure]]:
    """Every figure that the page shows, once."""
    names = {name for name, _ in (*cards.COUNTY_COLUMNS, *cards.UNIT_COLUMNS)} - set(cards.RATES)
    names |= {name for pair in cards.RATES.values() for name in pair}
    names |= {
        "uncontacted",
        "unsolved",
        "dissatisfied",
        "settled",
        "promised",
        "explained",
        "cannot",
        "contacts",
    }
    for name in sorted(names):
        yield name, board.figure(name)
    for line in board.county_lines():
        for name in ("enrolled", "contacted", "visits", "new", "closed", "due", "overdue", "climbed"):
            yield f"{line.name} {name}", line.figure(name)
    for line in board.unit_lines():
        for name in ("open", "closed", "due", "overdue"):
            yield f"{line.name} {name}", line.figure(name)
    for label, new, closed in board.trend():
        yield f"{label} 收集", new
        yield f"{label} 销号", closed
    grades, lines = board.matrix()
    for name, cells in lines:
        for grade, cell in zip(grades, cells, strict=True):
            yield f"{name} {grade}", cell


def wrong(client: Client, board: Board) -> list[str]:
    """The figures whose list does not have as many rows."""
    found, seen = [], set()
    for name, figure in figures_of(board):
        if figure.href in seen or (not figure.value and len(seen) > 60):
            continue
        seen.add(figure.href)
        response = client.get(figure.href)
        assert response.status_code == 200, figure.href
        rows = response.context["page"].paginator.count
        if rows != figure.value:
            found.append(f"{name}: {figure.value}, rows {rows}, {figure.href}")
    assert len(seen) > 20
    return found


def board_for(username: str, **chosen: str) -> Board:
    official = Official.objects.get(username=username).on_duty(NOW.date())
    board = read_board(official, **chosen)
    assert board is not None
    return board


def test_every_figure_opens_as_many_rows_as_it_counts(time_machine):
    seed_city(at=NOW, scale=0.15, say=lambda line: None)
    time_machine.move_to(NOW, tick=False)
    client = Client()
    client.force_login(Official.objects.get(username="leader"))
    for chosen in ({}, {"period": "2026-10"}, {"place": "519902"}, {"place": "519902", "period": "2026-09"}):
        assert wrong(client, board_for("leader", **chosen)) == [], chosen
        page = client.get(
            reverse("dashboard"), {("region" if k == "place" else k): v for k, v in chosen.items()}
        )
        assert page.status_code == 200
    client.force_login(Official.objects.get(username="assessor"))
    assert wrong(client, board_for("assessor")) == []
    # somebody who sees one unit's share only: the same holds, of less
    chief = Official.objects.filter(postings__title="局长").order_by("pk").first()
    client.force_login(chief)
    narrow, wide = board_for(chief.username), board_for("leader")
    assert [place.label for place in narrow.places] == ["本单位范围"]
    assert narrow.totals["open"] < wide.totals["open"]
    for name, figure in figures_of(narrow):
        assert client.get(figure.href).context["page"].paginator.count == figure.value, (name, figure.href)
    # a county's governor sees the county, no more
    governor = Official.objects.filter(postings__title="区长").order_by("pk").first()
    client.force_login(governor)
    county = board_for(governor.username)
    assert [place.label for place in county.places] == ["临江区"]
    assert county.totals["open"] == board_for("leader", place="519902").totals["open"]
    # its closed months too: the figures of its part, and no rows of the others behind any address
    assert [period.value for period in county.periods] == [
        period.value for period in board_for("leader").periods
    ]
    september = board_for(governor.username, period="2026-09")
    assert september.totals == board_for("leader", place="519902", period="2026-09").totals
    assert 0 < september.totals["enrolled"] < board_for("leader", period="2026-09").totals["enrolled"]
    assert wrong(client, september) == []
    for kind in ("tickets", "enrolments"):
        month = reverse(f"issues:month-{kind}", args=["p2", "2026-09"])
        rows = client.get(month).context["page"].paginator.object_list
        assert {row.region.code for row in rows} == {"519902"}
        assert not client.get(month, {"region": "519903"}).context["page"].paginator.count


class TestPage:
    def test_is_for_those_who_lead_coordinate_and_assess(self, client_as):
        for who in ("leader", "office", "assessor", "admin"):
            assert client_as(who).get(reverse("dashboard")).status_code == 200
        for who in ("official", "unit", "roster"):
            assert client_as(who).get(reverse("dashboard")).status_code == 403

    def test_stands_when_nothing_has_happened_yet(self, client_as):
        page = client_as("leader").get(reverse("dashboard")).content.decode()
        assert "还没有可画的数据" in page

    @pytest.mark.parametrize("wrong", [{"period": "1999-01"}, {"region": "000000"}, {"programme": "none"}])
    def test_refuses_what_is_not_there(self, client_as, wrong):
        assert client_as("leader").get(reverse("dashboard"), wrong).status_code == 422

    def test_rates_of_few_are_no_percentages(self, cast):
        for _ in range(4):
            TicketFactory(enrolment=cast.enrolment, closed=True, lead=cast.land, grade="A", at=at(2026, 2, 9))
        board = read_board(cast.leader)
        assert board.totals["closed"] == 4
        satisfaction = next(card for card in cards.cards_of(board) if card.label == "满意率")
        assert (satisfaction.value, satisfaction.n) == ("—", "4/4 件")

    def test_needs_few_queries(self, cast, client_as, django_assert_max_num_queries):
        client = client_as("leader")
        with django_assert_max_num_queries(14):
            client.get(reverse("dashboard"))
