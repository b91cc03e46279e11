"""批量办理: a preview that says which go, each by itself through the one service, nothing half done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from issues import services
from issues.choices import BulkState, Move, Status
from issues.models import BulkItem, BulkRun, Category, Ticket
from issues.tasks import run_bulk
from liaison.models import OutboxMessage
from tests.factories import TicketFactory, at

NOW = at(2026, 3, 3)


@pytest.fixture(autouse=True)
def present(clock: Callable[..., None]) -> None:
    clock(NOW)


@pytest.fixture
def two(cast):
    return [
        TicketFactory(reported=True, enrolment=cast.enrolment, title=title, at=at(2026, 3, 2))
        for title in ("用电扩容", "招工难")
    ]


@pytest.fixture
def given(cast):
    return TicketFactory(dispatched=True, enrolment=cast.enrolment, lead=cast.land, at=at(2026, 3, 2))


def values(cast, **changed):
    same = {"move": "dispatch", "grade": "B", "category": "power", "lead": cast.power.name, "note": ""}
    return same | changed


def numbers(*tickets):
    return {"ticket": [ticket.number for ticket in tickets]}


class TestPage:
    address = "/tickets/bulk/"

    def test_asks_for_the_values_first(self, cast, client_as, two):
        page = client_as("office").post(self.address, numbers(*two))
        assert page.status_code == 200
        assert "核对哪些可以办" in page.content.decode()
        assert not BulkRun.objects.exists()

    def test_shows_which_go_and_which_not_and_changes_nothing(self, cast, client_as, two, given):
        page = client_as("office").post(self.address, numbers(*two, given) | values(cast))
        assert page.context["going"] == 2
        assert [(one.ticket, one.reason) for one in page.context["staying"]] == [
            (given, "当前为“待签收”，不能交办")
        ]
        assert not BulkRun.objects.exists()
        assert set(Ticket.objects.values_list("status", flat=True)) == {Status.REPORTED, Status.DISPATCHED}

    def test_does_what_was_confirmed(self, cast, client_as, two, given):
        client = client_as("office")
        answer = client.post(self.address, numbers(*two, given) | values(cast, confirm="yes"))
        run = BulkRun.objects.get()
        assert answer.url == reverse("issues:bulk-run", args=[run.pk])
        for ticket in two:
            ticket.refresh_from_db()
            assert (ticket.status, ticket.grade.code) == (Status.DISPATCHED, "B")
            assert ticket.units.get().department == cast.power
        assert given.units.get().department == cast.land
        page = client.get(answer.url).content.decode()
        assert "已办" in page
        assert client_as("admin").get(answer.url).status_code == 404

    def test_what_a_colleague_did_after_the_preview_is_looked_at_again(self, cast, client_as, two):
        client, asked = client_as("office"), numbers(*two) | values(cast, move="triage", lead="")
        stamps = [one.stamp for one in client.post(self.address, asked).context["verdicts"]]
        grade = cast.version.grades.get(code="D")
        services.triage_ticket(
            ticket=two[0], grade=grade, category=Category.objects.get(code="power"), by=cast.office, at=NOW
        )
        confirmed = asked | {"confirm": "yes", "seen": stamps}
        page = client.post(self.address, confirmed)
        assert "请再核对一次" in page.content.decode()
        assert not BulkRun.objects.exists()
        again = [one.stamp for one in page.context["verdicts"]]
        client.post(self.address, asked | {"confirm": "yes", "seen": again})
        assert BulkItem.objects.filter(state=BulkState.DONE).count() == 2

    def test_takes_all_that_the_filter_leaves(self, cast, client_as, two):
        page = client_as("office").post(f"{self.address}?q=用电", {"everything": "yes"} | values(cast))
        assert page.context["going"] == 1

    def test_only_grades_where_that_is_asked(self, cast, client_as, two):
        client_as("office").post(
            self.address, numbers(*two) | values(cast, move="triage", lead="", confirm="yes")
        )
        assert {ticket.status for ticket in Ticket.objects.all()} == {Status.TRIAGED}

    @pytest.mark.parametrize(
        ("changed", "words"),
        [({"lead": ""}, "请选择主办单位。"), ({"grade": ""}, "请选择难易等级。"), ({"grade": "Z"}, "Z")],
    )
    def test_refuses_what_is_missing_and_keeps_the_choice(self, cast, client_as, two, changed, words):
        page = client_as("office").post(self.address, numbers(*two) | values(cast, **changed))
        assert page.status_code == 422
        assert words in page.content.decode()
        assert two[0].number in page.content.decode()

    def test_nothing_chosen_says_so(self, cast, client_as):
        answer = client_as("office").post(self.address, {}, follow=True)
        assert "还没有选择问题" in answer.content.decode()

    def test_costs_the_same_for_many(self, cast, client_as, two, django_assert_max_num_queries):
        client = client_as("office")
        many = [TicketFactory(reported=True, enrolment=cast.enrolment, at=at(2026, 3, 2)) for _ in range(8)]
        with django_assert_max_num_queries(14):
            client.post(self.address, numbers(*two, *many) | values(cast))


class TestRun:
    def order(self, cast, tickets, **changed):
        given = {"grade": "B", "move": Move.DISPATCH, "lead": cast.power} | changed
        return services.order_bulk(
            tickets=tickets, category=Category.objects.get(code="power"), by=cast.office, at=NOW, **given
        )

    def test_what_was_moved_meanwhile_is_refused_with_the_reason(self, cast, two):
        run = self.order(cast, two)
        services.merge_ticket(ticket=two[0], into=two[1], by=cast.office, at=NOW)
        assert services.run_bulk(run=run, at=NOW) == 1
        item = run.items.get(ticket=two[0])
        assert (item.state, "当前为“已并案”" in item.words) == (BulkState.REFUSED, True)
        assert run.items.get(ticket=two[1]).state == BulkState.DONE

    def test_twice_is_once(self, cast, two):
        run = self.order(cast, two)
        assert services.run_bulk(run=run, at=NOW) == 2
        assert services.run_bulk(run=run, at=NOW) == 0
        assert two[0].events.filter(move=Move.DISPATCH).count() == 1

    def test_whoever_has_left_the_office_does_nothing_more(self, cast, two):
        run = self.order(cast, two)
        cast.office.postings.update(ends_on=at(2026, 3, 2).date())
        assert services.run_bulk(run=run, at=NOW) == 0
        assert set(run.items.values_list("words", flat=True)) == {"这一件不由您办理。"}

    def test_a_grade_that_the_rules_do_not_have(self, cast, two):
        run = self.order(cast, two[:1], grade="Z")
        services.run_bulk(run=run, at=NOW)
        assert "没有“Z”这一等级" in run.items.get().words

    def test_many_are_a_jobs(self, cast, client_as, monkeypatch, two):
        monkeypatch.setattr(services, "AT_ONCE", 1)
        monkeypatch.setattr("issues.services.bulk.AT_ONCE", 1)
        client = client_as("office")
        answer = client.post("/tickets/bulk/", numbers(*two) | values(cast, confirm="yes"))
        run = BulkRun.objects.get()
        assert set(run.items.values_list("state", flat=True)) == {BulkState.WAITING}
        assert OutboxMessage.objects.filter(topic="bulk.ordered", arguments={"run": run.pk}).exists()
        assert "正在逐件办理" in client.get(answer.url).content.decode()
        progress = reverse("issues:bulk-progress", args=[run.pk])
        assert "0 / 2" in client.get(progress).content.decode()
        assert run_bulk(run=run.pk) == 2
        assert client.get(progress)["HX-Refresh"] == "true"

    def test_has_an_end(self, cast, two, monkeypatch):
        monkeypatch.setattr("issues.services.bulk.MOST", 1)
        with pytest.raises(services.MoveRefused, match="一次最多办理 1 件"):
            self.order(cast, two)
        assert not BulkItem.objects.exists()
