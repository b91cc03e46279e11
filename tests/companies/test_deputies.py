"""代理: whoever stands in sees and does what the absent one's seats ask for, in those days only."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies import reports, services
from companies.models import Company, Enrolment, Visit
from issues.models import Ticket
from issues.perms import may_collect
from liaison.models import AuditEvent, Deputy
from tests.factories import Cast, DeputyFactory, OfficialFactory, PostingFactory, TicketFactory, at

NOW = at(2026, 3, 2)
DAY = date(2026, 3, 2)
MARCH = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31)}


def put(cast: Cast, official: Any, deputy: Any, **fields: Any) -> Deputy:
    fields = MARCH | {"reason": "外出学习", "by": cast.office, "at": NOW} | fields
    return services.set_deputy(official=official, deputy=deputy, **fields)


class TestStandingIn:
    def test_sees_companies_and_problems_in_those_days_only(self, cast: Cast):
        ticket = TicketFactory(enrolment=cast.enrolment, by=cast.official, at=NOW)
        put(cast, cast.official, cast.stranger)
        cast.stranger.on_duty(DAY)
        assert set(Company.objects.visible_to(cast.stranger)) == {cast.company, cast.other_company}
        assert ticket in Ticket.objects.visible_to(cast.stranger)
        assert ticket in Ticket.objects.awaiting(cast.stranger)
        assert may_collect(cast.stranger, cast.enrolment)
        cast.stranger.on_duty(date(2026, 4, 1))
        assert list(Company.objects.visible_to(cast.stranger)) == [cast.other_company]
        assert not may_collect(cast.stranger, cast.enrolment)

    def test_a_chain_reaches_the_last_and_a_circle_is_refused(self, cast: Cast):
        third = PostingFactory().official
        put(cast, cast.official, cast.stranger)
        put(cast, cast.stranger, third)
        third.on_duty(DAY)
        assert set(Company.objects.served_by(third)) == {cast.company, cast.other_company}
        with pytest.raises(services.DeputyRefused, match="互相代理等于无人在岗"):
            put(cast, third, cast.official)
        april = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 4, 30)}
        assert put(cast, third, cast.official, **april)

    def test_an_unlawful_circle_in_the_table_does_not_hang(self, cast: Cast):
        DeputyFactory(official=cast.official, deputy=cast.stranger)
        DeputyFactory(official=cast.stranger, deputy=cast.official)
        assert cast.stranger.on_duty(DAY).access.stands_in_for == {cast.official.pk}

    def test_the_list_says_in_whose_place_and_the_trail_who_acted_for_whom(self, cast: Cast):
        put(cast, cast.official, cast.stranger)
        served = reports.served_companies(cast.stranger.on_duty(DAY), DAY)
        assert {row.acting_for for row in served} == {"", "林小舟"}
        visit = services.log_visit(
            client_id="7f3a0a3e-9a2b-4a52-9a77-0d0c3f6f8f11",
            enrolment=cast.enrolment,
            on=DAY,
            mode="visit",
            summary="",
            has_problem=False,
            by=cast.stranger,
            at=NOW,
        )
        assert visit.official == cast.stranger
        assert visit.department.name == "云溪县经济和信息化局"
        assert AuditEvent.objects.get(action="登记走访").detail["acting_for"] == "林小舟"
        ticket = TicketFactory(enrolment=cast.enrolment, by=cast.stranger, at=NOW)
        assert ticket.events.get().actor == "云溪县经济和信息化局 贺远山（代 林小舟）"

    def test_without_it_nothing_is_logged(self, cast: Cast):
        with pytest.raises(services.VisitRefused, match="不在该企业的专班中"):
            services.log_visit(
                client_id="7f3a0a3e-9a2b-4a52-9a77-0d0c3f6f8f11",
                enrolment=cast.enrolment,
                on=DAY,
                mode="visit",
                summary="",
                has_problem=False,
                by=cast.stranger,
                at=NOW,
            )
        assert not Visit.objects.exists()


class TestSetting:
    def test_refuses_oneself_an_overlap_the_past_and_nobody(self, cast: Cast):
        put(cast, cast.official, cast.stranger)
        wrong = {
            "不能由本人代理": {"deputy": cast.official},
            "已由“贺远山”代理": {"deputy": cast.unit},
            "已经过去": {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 31)},
            "止日不能早于起日": {"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)},
            "请核对年份": {"starts_on": date(2026, 5, 2), "ends_on": date(2099, 5, 1)},
            "请写明离岗事由": {"reason": " ", "starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 2)},
            "没有任职": {
                "deputy": OfficialFactory(),
                "starts_on": date(2026, 5, 1),
                "ends_on": date(2026, 5, 2),
            },
        }
        for words, changed in wrong.items():
            with pytest.raises(services.DeputyRefused, match=words):
                put(cast, cast.official, changed.pop("deputy", cast.stranger), **changed)

    def test_ends_before_its_time(self, cast: Cast):
        row = put(cast, cast.official, cast.stranger)
        services.end_deputy(deputy=row, by=cast.official, at=at(2026, 3, 10))
        row.refresh_from_db()
        assert row.ends_on == date(2026, 3, 9)
        with pytest.raises(services.DeputyRefused, match="已经结束"):
            services.end_deputy(deputy=row, by=cast.official, at=at(2026, 3, 10))

    def test_by_oneself_and_by_the_office_and_by_nobody_else(self, cast: Cast, client_as: Any, clock: Any):
        clock(NOW)
        here = reverse("companies:deputies")
        entered = {
            "deputy": "贺远山",
            "starts_on": "2026-03-02",
            "ends_on": "2026-03-05",
            "reason": "病假",
        }
        client_as("official").post(here, entered | {"absent": "田家骏"})
        row = Deputy.objects.get()
        assert row.official == cast.official  # the field is the office's: one sets one's own
        assert client_as("office").post(here, entered | {"absent": "田家骏"}).status_code == 302
        assert Deputy.objects.filter(official=cast.unit).exists()
        assert client_as("unit").post(reverse("companies:deputy-end", args=[row.pk])).status_code == 404
        assert client_as("stranger").post(reverse("companies:deputy-end", args=[row.pk])).status_code == 403
        page = client_as("stranger").get(here).content.decode()
        assert "林小舟" in page
        assert "结束代理" not in page
        assert "代 林小舟" in client_as("stranger").get(reverse("companies:mine")).content.decode()

    def test_in_force_rows_of_the_team(self, cast: Cast):
        put(cast, cast.official, cast.stranger)
        rows = Enrolment.objects.served_by(cast.stranger.on_duty(DAY), DAY)
        assert set(rows) == {cast.enrolment, cast.other_enrolment}
