"""消息: the page, the bell, and what marking as read does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from liaison import services
from liaison.choices import InboxKind
from liaison.models import InboxMessage
from tests.conftest import ClientAs
from tests.factories import Cast, InboxMessageFactory, at

INBOX = "/inbox/"
NOW = at(2026, 4, 2)
ApiAs = Callable[[str], APIClient]


@pytest.fixture(autouse=True)
def thursday(clock: Callable[[datetime], None]) -> None:
    clock(NOW)


def bell(page: str) -> str:
    head, _, rest = page.partition('class="bell"')
    assert head, "no bell"
    return rest.split("</a>")[0]


def test_the_bell_alone_counts_anew_for_the_price_of_the_frame(cast: Cast, client_as: ClientAs):
    InboxMessageFactory.create_batch(2, reader=cast.unit)
    client = client_as("unit")
    assert "消息，2 条未读" in bell(client.get(INBOX).content.decode())
    InboxMessage.objects.filter(pk=InboxMessage.objects.latest("pk").pk).update(settled_at=NOW)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(reverse("liaison:bell"))
    assert "消息，1 条未读" in bell(answer.content.decode())
    assert "<html" not in answer.content.decode()
    assert len(captured) == 3  # the session, the official, their posts


class TestPage:
    def test_unread_ones_come_first_all_on_request_day_by_day(self, cast: Cast, client_as: ClientAs):
        for title, on, given in (
            ("今日一条", at(2026, 4, 2, 8), {}),
            ("昨日一条", at(2026, 4, 1), {}),
            ("读过一条", at(2026, 3, 30), {"read_at": NOW}),
            ("办了一条", at(2026, 3, 30), {"settled_at": NOW}),
        ):
            InboxMessageFactory(reader=cast.unit, title=title, created_at=on, **given)
        InboxMessageFactory(reader=cast.other_unit, title="别人的")
        client = client_as("unit")
        page = client.get(INBOX).content.decode()
        assert page.index("今天 · 4月2日") < page.index("今日一条") < page.index("昨天 · 4月1日")
        assert not any(title in page for title in ("读过一条", "办了一条", "别人的"))
        everything = client.get(f"{INBOX}?show=all").content.decode()
        assert "读过一条" in everything
        assert "已有人办" in everything
        assert "别人的" not in everything

    def test_by_kind(self, cast: Cast, client_as: ClientAs):
        InboxMessageFactory(reader=cast.unit, title="催一催", kind=InboxKind.PRESS)
        InboxMessageFactory(reader=cast.unit, title="说一说", kind=InboxKind.TALK)
        page = client_as("unit").get(f"{INBOX}?kind=press").content.decode()
        assert "催一催" in page
        assert "说一说" not in page

    def test_says_why_it_is_empty(self, client_as: ClientAs):
        client = client_as("unit")
        assert "没有未读消息" in client.get(INBOX).content.decode()
        assert "还没有消息" in client.get(f"{INBOX}?show=all").content.decode()
        assert "没有未读的督办消息" in client.get(f"{INBOX}?kind=press").content.decode()
        assert "没有督办消息" in client.get(f"{INBOX}?show=all&kind=press").content.decode()

    def test_ten_thousand_cost_what_two_do(self, cast: Cast, client_as: ClientAs):
        client = client_as("unit")
        InboxMessageFactory(reader=cast.unit)
        client.get(INBOX)
        counts = []
        for many in (1, 10_000):
            rows = InboxMessageFactory.build_batch(many, reader=cast.unit)
            for number, row in enumerate(rows):
                row.about = f"many:{many}:{number}"
            InboxMessage.objects.bulk_create(rows)
            with CaptureQueriesContext(connection) as captured:
                response = client.get(f"{INBOX}?show=all&page=150" if many > 1 else INBOX)
            assert response.status_code == 200
            counts.append(len(captured))
        assert counts[0] == counts[1] <= 8
        assert "99+" in bell(response.content.decode())


class TestReading:
    def test_opening_marks_it_and_leads_to_what_it_tells_of(self, cast: Cast, client_as: ClientAs):
        message = InboxMessageFactory(reader=cast.unit, url="/tickets/")
        client = client_as("unit")
        assert "，1 条未读" in bell(client.get(INBOX).content.decode())
        response = client.post(reverse("liaison:inbox-open", args=[message.pk]))
        assert (response.status_code, response["Location"]) == (302, "/tickets/")
        message.refresh_from_db()
        assert message.read_at == NOW
        assert "未读" not in bell(client.get(INBOX).content.decode())

    def test_the_first_reading_counts(
        self, cast: Cast, client_as: ClientAs, clock: Callable[[datetime], None]
    ):
        message = InboxMessageFactory(reader=cast.unit)
        client = client_as("unit")
        client.post(reverse("liaison:inbox-read", args=[message.pk]))
        clock(at(2026, 4, 3))
        client.post(reverse("liaison:inbox-open", args=[message.pk]))
        message.refresh_from_db()
        assert message.read_at == NOW

    def test_marking_one_comes_back_to_the_list_as_it_was(self, cast: Cast, client_as: ClientAs):
        message = InboxMessageFactory(reader=cast.unit)
        address = reverse("liaison:inbox-read", args=[message.pk])
        response = client_as("unit").post(f"{address}?show=all&kind=todo")
        assert response["Location"] == f"{INBOX}?show=all&kind=todo"

    def test_all_that_was_in_sight_and_nothing_newer(self, cast: Cast, client_as: ClientAs):
        old, seen = InboxMessageFactory.create_batch(2, reader=cast.unit)
        newer = InboxMessageFactory(reader=cast.unit)
        other = InboxMessageFactory(reader=cast.other_unit)
        client_as("unit").post(reverse("liaison:inbox-read-all"), {"until": seen.pk})
        unread = InboxMessage.objects.unread()
        assert set(unread.values_list("pk", flat=True)) == {newer.pk, other.pk}
        assert InboxMessage.objects.get(pk=old.pk).read_at == NOW

    def test_of_one_kind_only(self, cast: Cast, client_as: ClientAs):
        press = InboxMessageFactory(reader=cast.unit, kind=InboxKind.PRESS)
        todo = InboxMessageFactory(reader=cast.unit)
        form = {"until": todo.pk, "kind": "press"}
        client_as("unit").post(reverse("liaison:inbox-read-all"), form)
        assert list(InboxMessage.objects.unread()) == [todo]
        assert InboxMessage.objects.get(pk=press.pk).read_at == NOW

    def test_without_a_place_it_marks_nothing_and_says_so(self, cast: Cast, client_as: ClientAs):
        InboxMessageFactory(reader=cast.unit)
        response = client_as("unit").post(reverse("liaison:inbox-read-all"), {"until": "x"}, follow=True)
        assert "没有标记" in response.content.decode()
        assert InboxMessage.objects.unread().count() == 1

    def test_who_has_left_every_post_reads_nothing(self, cast: Cast, client_as: ClientAs):
        message = InboxMessageFactory(reader=cast.unit)
        cast.unit.postings.update(ends_on=at(2026, 3, 31).date())
        client = client_as("unit")
        assert message.title not in client.get(f"{INBOX}?show=all").content.decode()
        assert client.post(reverse("liaison:inbox-open", args=[message.pk])).status_code == 404


class TestApi:
    def test_lists_and_marks_ones_own(self, cast: Cast, api_as: ApiAs):
        message = InboxMessageFactory(reader=cast.unit)
        InboxMessageFactory(reader=cast.unit, read_at=NOW)
        InboxMessageFactory(reader=cast.other_unit)
        api = api_as("unit")
        assert [row["id"] for row in api.get("/api/v1/inbox/?unread=true").data["results"]] == [message.pk]
        assert api.get("/api/v1/inbox/").data["count"] == 2
        answer = api.post(f"/api/v1/inbox/{message.pk}/read/")
        assert (answer.status_code, answer.data["unread"]) == (200, False)
        assert api.get("/api/v1/inbox/?unread=true").data["count"] == 0
        assert api.get("/api/v1/inbox/?unread=false").data["count"] == 2

    def test_marks_all_up_to_one(self, cast: Cast, api_as: ApiAs):
        first, second = InboxMessageFactory.create_batch(2, reader=cast.unit)
        answer = api_as("unit").post("/api/v1/inbox/read-all/", {"until": first.pk}, format="json")
        assert answer.data == {"read": 1}
        assert list(InboxMessage.objects.unread()) == [second]


def test_a_message_that_was_told_is_not_told_again(cast: Cast):
    letter = services.Letter(cast.unit.pk, InboxKind.NEWS, "已交办" * 60, "/", "event:1", words="长" * 400)
    for _ in range(2):
        services.put_messages(letters=[letter], at=NOW)
    message = InboxMessage.objects.get()
    assert (len(message.title), len(message.words)) == (140, 300)
    assert message.title.endswith("…")
