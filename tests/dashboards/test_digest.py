"""每日提要: once a person and working day, with what is late or due, never in the quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.conf import LazySettings

from issues.models import Ticket
from issues.services import sign_ticket
from liaison import services
from liaison.choices import InboxKind, SystemRole
from liaison.dashboards.tasks import write_digests
from liaison.models import Digest, InboxMessage, Official
from tests.factories import (
    CalendarDayFactory,
    Cast,
    DepartmentFactory,
    ImportRunFactory,
    InboxMessageFactory,
    NoticeFactory,
    PostingFactory,
    TicketFactory,
    at,
)


def digest_of(official: Official) -> InboxMessage | None:
    return InboxMessage.objects.filter(reader=official, kind=InboxKind.DIGEST).order_by("-pk").first()


def write(moment: datetime) -> int:
    written: int = write_digests(at=moment.isoformat())
    return written


@pytest.fixture
def given(cast: Cast) -> Ticket:
    """Collected on Monday 2 March 2026 at nine, dispatched at eleven: to be signed on Tuesday."""
    ticket: Ticket = TicketFactory(
        dispatched=True,
        enrolment=cast.enrolment,
        by=cast.official,
        office=cast.office,
        lead=cast.land,
        unit=cast.unit,
        title="园区变压器容量不足",
        at=at(2026, 3, 2, 9),
    )
    return ticket


class TestSays:
    def test_what_is_due_today_though_it_is_young(self, cast: Cast, given: Ticket):
        write(at(2026, 3, 3, 8, 30))
        told = digest_of(cast.unit)
        assert told is not None
        assert told.title == "今日提要：1 件今天到期"
        assert told.words == "今日到期：签收或退回 · 园区变压器容量不足"
        assert (told.url, told.about) == ("/", "digest:2026-03-03")

    def test_nothing_younger_than_a_working_day_that_is_not_due(self, cast: Cast, given: Ticket):
        sign_ticket(ticket=given, by=cast.unit, at=at(2026, 3, 2, 14))
        given.units.update(contact_due_on=None)
        write(at(2026, 3, 3, 8, 30))
        assert digest_of(cast.unit) is None  # signed for yesterday afternoon
        write(at(2026, 3, 4, 8, 30))
        told = digest_of(cast.unit)
        assert told is not None
        assert told.title == "今日提要：1 件待办"

    def test_what_is_late_first(self, cast: Cast, given: Ticket):
        late = TicketFactory(reported=True, enrolment=cast.enrolment, by=cast.official, at=at(2026, 2, 24, 9))
        TicketFactory(reported=True, enrolment=cast.enrolment, by=cast.official, at=at(2026, 3, 2, 9))
        write(at(2026, 3, 4, 9))
        told = digest_of(cast.office)
        assert told is not None
        assert told.title.startswith("今日提要：1 件逾期，1 件今天到期")
        first, second = told.words.splitlines()[:2]
        assert late.title in first
        assert first.startswith("逾期")
        assert second.startswith("今日到期")

    def test_unread_messages_once_they_are_a_working_day_old(self, cast: Cast):
        for number, on in enumerate((at(2026, 3, 2, 8), at(2026, 3, 2, 16))):
            InboxMessageFactory(reader=cast.leader, created_at=on, about=f"m:{number}")
        write(at(2026, 3, 3, 8, 40))
        told = digest_of(cast.leader)
        assert told is not None
        assert told.title == "今日提要：1 条未读消息"

    def test_yesterdays_digest_is_no_news(self, cast: Cast):
        InboxMessageFactory(reader=cast.leader, kind=InboxKind.DIGEST, created_at=at(2026, 3, 2, 8, 30))
        write(at(2026, 3, 4, 8, 40))
        assert InboxMessage.objects.filter(reader=cast.leader).count() == 1

    def test_errands_by_the_time_they_wait(self, cast: Cast, given: Ticket):
        NoticeFactory(
            ticket=given, department=cast.land, issued_at=at(2026, 3, 2, 16), due_on=date(2026, 3, 20)
        )
        ImportRunFactory(
            checked=True, region=cast.city, uploaded_by=cast.roster, uploaded_at=at(2026, 3, 2, 8)
        )
        write(at(2026, 3, 3, 8, 40))
        unit, roster = digest_of(cast.unit), digest_of(cast.roster)
        assert unit is not None
        assert "督办" not in unit.words
        assert roster is not None
        assert "等您确认" in roster.words

    @pytest.mark.parametrize(
        ("moment", "words"),
        [
            (at(2026, 3, 25, 9), None),
            (at(2026, 3, 30, 9), "还有 1 天：本期还有 1 家企业没有联系"),
            (at(2026, 3, 31, 9), "今日到期：本期还有 1 家企业没有联系"),
        ],
    )
    def test_contacts_when_their_period_ends(self, cast: Cast, moment: datetime, words: str | None):
        write(moment)
        told = digest_of(cast.official)
        assert (told.words if told else None) == words

    def test_a_failed_import_is_not_called_late(self, cast: Cast):
        ImportRunFactory(
            state="failed", region=cast.city, uploaded_by=cast.roster, uploaded_at=at(2026, 3, 2, 8)
        )
        write(at(2026, 3, 4, 9))
        told = digest_of(cast.roster)
        assert told is not None
        assert told.title == "今日提要：1 件待办"

    def test_nobody_hears_of_anothers_work(self, cast: Cast, given: Ticket):
        write(at(2026, 3, 4, 9))
        assert digest_of(cast.other_unit) is None
        assert digest_of(cast.stranger) is None

    def test_says_no_more_than_a_screen(self, cast: Cast):
        for _ in range(9):
            TicketFactory(reported=True, enrolment=cast.enrolment, by=cast.official, at=at(2026, 3, 2, 9))
        write(at(2026, 3, 4, 9))
        told = digest_of(cast.office)
        assert told is not None
        assert told.title == "今日提要：9 件今天到期"
        assert len(told.words.splitlines()) == 7
        assert told.words.endswith("另有 3 件，见工作台")


class TestWhen:
    @pytest.mark.parametrize(
        ("moment", "told"),
        [
            (at(2026, 2, 13, 9), True),  # a Friday
            (at(2026, 2, 14, 9), True),  # a Saturday that is worked before the Spring Festival
            (at(2026, 2, 15, 9), False),  # its eve's Sunday
            (at(2026, 2, 18, 9), False),  # a Wednesday, and a holiday
            (at(2026, 3, 7, 9), False),  # a Saturday
            (at(2026, 3, 9, 8, 29), False),  # too early
            (at(2026, 3, 9, 8, 30), True),
        ],
    )
    def test_in_the_morning_of_a_working_day(self, cast: Cast, moment: datetime, told: bool):
        InboxMessageFactory(reader=cast.unit, created_at=at(2026, 2, 2))
        write(moment)
        assert (digest_of(cast.unit) is not None) == told
        assert Digest.objects.exists() == told

    def test_a_place_that_is_closed_has_none(self, cast: Cast):
        bureau = DepartmentFactory(name="临江区经济和信息化局", region=cast.county)
        away = PostingFactory(department=bureau, role=SystemRole.UNIT).official
        CalendarDayFactory(on=date(2026, 3, 4), name="防汛停工", document="x", region=cast.county)
        for reader in (away, cast.unit):
            InboxMessageFactory(reader=reader, created_at=at(2026, 2, 2))
        write(at(2026, 3, 4, 9))
        assert digest_of(away) is None
        assert digest_of(cast.unit) is not None

    def test_a_rest_day_costs_the_same_however_many_there_are(self, cast: Cast, django_assert_num_queries):
        with django_assert_num_queries(3):  # people with their places, the calendars, texts to be sent
            assert write(at(2026, 2, 18, 9)) == 0

    def test_once_a_day_and_not_again_when_something_comes_up(self, cast: Cast):
        assert write(at(2026, 3, 4, 9)) == 0
        assert Digest.objects.filter(on=date(2026, 3, 4), official=cast.unit, is_empty=True).exists()
        InboxMessageFactory(reader=cast.unit, created_at=at(2026, 2, 2))
        assert write(at(2026, 3, 4, 9, 10)) == 0
        assert write(at(2026, 3, 5, 9)) == 1

    def test_not_to_who_cannot_sign_in_or_has_no_post(self, cast: Cast):
        for reader in (cast.unit, cast.other_unit):
            InboxMessageFactory(reader=reader, created_at=at(2026, 2, 2))
        Official.objects.filter(pk=cast.unit.pk).update(is_active=False)
        cast.other_unit.postings.update(ends_on=date(2026, 3, 3))
        assert write(at(2026, 3, 4, 9)) == 0


class Gateway:
    """Takes what it is handed, or is away."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.is_there = True

    def __call__(self, phone: str, text: str) -> bool:
        if self.is_there:
            self.sent.append((phone, text))
        return self.is_there


class TestPhone:
    @pytest.fixture
    def gateway(self, cast: Cast, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Gateway:
        settings.DIGEST_SMS, settings.PUBLIC_URL = True, "https://lianqi.example/"
        Official.objects.filter(pk=cast.unit.pk).update(phone="13711110001")
        InboxMessageFactory(reader=cast.unit, created_at=at(2026, 2, 2))
        gateway = Gateway()
        monkeypatch.setattr("liaison.dashboards.tasks.send_text", gateway)
        return gateway

    def test_short_and_with_the_address(self, gateway: Gateway):
        write(at(2026, 3, 4, 9))
        write(at(2026, 3, 4, 9, 10))
        assert gateway.sent == [("13711110001", "【联企】田家骏：1 条未读消息。https://lianqi.example/")]
        assert Digest.objects.get(sent_at__isnull=False).sent_at == at(2026, 3, 4, 9)

    def test_not_in_the_quiet_hours_but_when_they_end(self, gateway: Gateway, settings: LazySettings):
        settings.QUIET_HOURS = (20, 9)
        write(at(2026, 3, 4, 8, 40))
        assert gateway.sent == []
        write(at(2026, 3, 4, 9))
        assert len(gateway.sent) == 1

    def test_not_on_another_day(self, gateway: Gateway, settings: LazySettings):
        settings.QUIET_HOURS = (8, 7)
        write(at(2026, 3, 4, 9))
        settings.QUIET_HOURS = (20, 8)
        services.send_digests(send=gateway, at=at(2026, 3, 5, 9))
        assert gateway.sent == []

    def test_tried_again_when_the_gateway_is_away(self, gateway: Gateway):
        gateway.is_there = False
        write(at(2026, 3, 4, 9))
        assert Digest.objects.filter(taken_at__isnull=False).count() == 0
        gateway.is_there = True
        write(at(2026, 3, 4, 9, 10))
        assert len(gateway.sent) == 1

    def test_killed_while_it_is_handed_over_it_is_not_sent_twice(self, gateway: Gateway):
        def killed(phone: str, text: str) -> bool:
            gateway(phone, text)
            raise KeyboardInterrupt

        official, wednesday = Official.objects.get(phone="13711110001"), at(2026, 3, 4, 9)
        morning = services.Morning("今日提要：1 条未读消息", "", "一条")
        services.write_digest(official=official, tell=lambda: morning, at=wednesday)
        with pytest.raises(KeyboardInterrupt):
            services.send_digests(send=killed, at=wednesday)
        services.send_digests(send=gateway, at=at(2026, 3, 4, 9, 10))
        assert len(gateway.sent) == 1

    def test_only_where_the_city_wants_it(self, cast: Cast, gateway: Gateway, settings: LazySettings):
        settings.DIGEST_SMS = False
        write(at(2026, 3, 4, 9))
        assert gateway.sent == []
        assert digest_of(cast.unit) is not None


@pytest.mark.parametrize(
    ("hours", "quiet", "loud"),
    [((20, 8), (20, 23, 0, 7), (8, 19)), ((12, 14), (12, 13), (11, 14)), ((0, 0), (), (0, 12, 23))],
)
def test_quiet_hours_may_pass_midnight(
    settings: LazySettings, hours: tuple[int, int], quiet: tuple[int, ...], loud: tuple[int, ...]
):
    settings.QUIET_HOURS = hours
    assert all(services.is_quiet(at(2026, 3, 4, hour)) for hour in quiet)
    assert not any(services.is_quiet(at(2026, 3, 4, hour)) for hour in loud)


def test_old_days_are_forgotten(cast: Cast, clock: Callable[[datetime], None]):
    for on in (date(2026, 3, 4), date(2026, 6, 1)):
        Digest.objects.create(official=cast.unit, on=on, written_at=at(2026, 3, 4))
    services.forget_digests(at=at(2026, 6, 10))
    assert [digest.on for digest in Digest.objects.all()] == [date(2026, 6, 1)]
