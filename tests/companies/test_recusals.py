"""回避: declared, shown to whom it concerns, put to an end; seats are never changed by the way."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from companies.choices import RecusalReason
from companies.models import Recusal
from companies.services.recusals import RecusalRefused, declare_recusal, vacate_for_recusal, withdraw_recusal
from liaison.models import AuditEvent
from tests.companies.test_assignments import DAY, NOW
from tests.factories import Cast, CompanyFactory, RecusalFactory

LIST, ADD = "companies:recusals", "companies:recusal-add"


def declare(cast: Cast, **more):
    given = {"official": cast.official, "company": cast.company, "reason": RecusalReason.RELATIVE}
    return declare_recusal(**given | {"starts_on": DAY, "by": cast.official, "at": NOW} | more)


class TestService:
    def test_leaves_the_seat_and_names_it(self, cast):
        done = declare(cast)
        assert [seat.role.code for seat in done.seats] == ["officer"]
        assert done.seats[0].ends_on is None
        event = AuditEvent.objects.get(action="登记回避")
        assert (event.by, event.detail["company"]) == (cast.official, cast.company.uscc)

    def test_the_seat_can_be_vacated_then(self, cast):
        done = declare(cast)
        vacate_for_recusal(recusal=done.recusal, seat=done.seats[0], by=cast.office, at=NOW)
        assert cast.enrolment.assignments.get(official=cast.official).ends_on == date(2026, 3, 1)
        with pytest.raises(RecusalRefused, match="已被他人更换或撤下"):
            vacate_for_recusal(recusal=done.recusal, seat=done.seats[0], by=cast.office, at=NOW)

    def test_refuses_wrong_days_and_the_same_twice(self, cast):
        with pytest.raises(RecusalRefused, match="早于回避起"):
            declare(cast, ends_on=date(2026, 3, 1))
        with pytest.raises(RecusalRefused, match="太远"):
            declare(cast, starts_on=date(2099, 1, 1))
        declare(cast)
        with pytest.raises(RecusalRefused, match="已登记“亲属”回避（2026-03-02 起），不必重复登记"):
            declare(cast, starts_on=date(2026, 6, 1))
        declare(cast, reason=RecusalReason.FORMER_EMPLOYER)

    def test_ends_from_the_day_on_and_what_never_began_is_undone(self, cast):
        begun, coming = RecusalFactory(), RecusalFactory(starts_on=date(2026, 4, 1))
        withdraw_recusal(recusal=begun, on=DAY, by=cast.office, at=NOW)
        withdraw_recusal(recusal=coming, on=DAY, by=cast.office, at=NOW)
        (kept,) = Recusal.objects.all()
        assert kept.ends_on == date(2026, 3, 1)
        with pytest.raises(RecusalRefused, match="已于 2026-03-01 结束"):
            withdraw_recusal(recusal=begun, on=DAY, by=cast.office, at=NOW)
        with pytest.raises(RecusalRefused, match="已被他人撤销"):
            withdraw_recusal(recusal=coming, on=DAY, by=cast.office, at=NOW)
        assert AuditEvent.objects.filter(action="结束回避").count() == 2


class TestPages:
    @pytest.fixture(autouse=True)
    def _today(self, clock):
        clock(NOW)

    def test_an_official_declares_for_a_company_they_do_not_see(self, cast, client_as):
        client = client_as("official")
        given = {"company": cast.other_company.uscc, "reason": "relative", "starts_on": "2026-03-02"}
        answer = client.post(reverse(ADD), given, follow=True)
        assert cast.other_company.name in answer.content.decode()
        found = Recusal.objects.get()
        assert (found.official, found.declared_by) == (cast.official, cast.official)

    def test_shows_the_seat_that_stands_in_the_way_and_vacates_it(self, cast, client_as):
        client = client_as("official")
        given = {"company": cast.company.name, "reason": "declared", "starts_on": "2026-03-02"}
        page = client.post(reverse(ADD), given, follow=True).content.decode()
        assert "目前仍担任该企业的“包抓干部”，席位没有变动" in page
        seat = cast.enrolment.assignments.get(official=cast.official)
        address = reverse("companies:recusal-vacate", args=[Recusal.objects.get().pk, seat.pk])
        assert address in page
        assert "请另行指派" in client.post(address, follow=True).content.decode()
        seat.refresh_from_db()
        assert seat.ends_on == date(2026, 3, 1)

    def test_the_office_writes_down_others_of_its_region(self, cast, client_as):
        given = {"official": cast.official.phone, "company": cast.company.uscc, "reason": "former_employer"}
        client_as("office").post(reverse(ADD), given | {"starts_on": "2026-03-02"})
        assert Recusal.objects.get().official == cast.official

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"company": "没有这家"}, "名录里没有这户企业"),
            ({"official": "没有此人"}, "干部名册里没有“没有此人”"),
            ({"ends_on": "2026-01-01"}, "早于回避起"),
            ({"reason": "dream"}, "dream"),
        ],
    )
    def test_wrong_words_are_said_and_nothing_is_lost(self, cast, client_as, given, words):
        right = {
            "company": cast.company.uscc,
            "reason": "relative",
            "note": "配偶",
            "starts_on": "2026-03-02",
        }
        answer = client_as("office").post(reverse(ADD), right | given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "配偶" in answer.content.decode()
        assert not Recusal.objects.exists()

    def test_nobody_else_sees_it(self, cast, client_as):
        RecusalFactory(official=cast.official, company=cast.company)
        for who, count in (("official", 1), ("office", 1), ("admin", 1), ("stranger", 0), ("leader", 0)):
            assert len(client_as(who).get(reverse(LIST)).context["rows"]) == count, who

    def test_what_the_office_wrote_down_only_the_office_ends(self, cast, client_as):
        kept = RecusalFactory(official=cast.official, company=cast.company, declared_by=cast.office)
        address = reverse("companies:recusal-end", args=[kept.pk])
        assert client_as("official").post(address).status_code == 403
        client_as("office").post(address)
        kept.refresh_from_db()
        assert kept.ends_on == date(2026, 3, 1)

    def test_filters(self, cast, client_as):
        over = RecusalFactory(official=cast.official, company=cast.company, ends_on=date(2026, 1, 31))
        on = RecusalFactory(official=cast.stranger, company=CompanyFactory(region=cast.county))
        client = client_as("office")
        for query, wanted in (({"state": "over"}, over), ({"state": "running"}, on), ({"q": "贺远"}, on)):
            (row,) = client.get(reverse(LIST), query).context["rows"]
            assert row["recusal"] == wanted


class TestApi:
    @pytest.fixture(autouse=True)
    def _today(self, clock):
        clock(NOW)

    def test_declares_lists_and_ends(self, cast, api_as):
        api = api_as("official")
        given = {"company": cast.company.uscc, "reason": "relative", "starts_on": "2026-03-02"}
        made = api.post("/api/v1/recusals/", given, format="json")
        assert made.status_code == 201
        assert made.json()["official"] == cast.official.pk
        again = api.post("/api/v1/recusals/", given, format="json")
        assert (again.status_code, "不必重复登记" in again.json()["detail"]) == (409, True)
        key = made.json()["id"]
        assert [row["id"] for row in api.get("/api/v1/recusals/").json()["results"]] == [key]
        assert api.post(f"/api/v1/recusals/{key}/end/").status_code == 204
        assert not Recusal.objects.exists()

    def test_nobody_declares_for_others_but_the_office(self, cast, api_as):
        given = {"official": cast.official.phone, "company": cast.company.uscc, "reason": "relative"}
        given["starts_on"] = "2026-03-02"
        assert api_as("stranger").post("/api/v1/recusals/", given, format="json").status_code == 403
        assert api_as("office").post("/api/v1/recusals/", given, format="json").status_code == 201
        assert Recusal.objects.get().official == cast.official
