"""规定动作: what the log keeps, once, and what it refuses."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from companies import services
from companies.models import DutyEntry
from liaison.models import AuditEvent
from tests.factories import Cast, at

MONDAY = at(2026, 3, 2, 16)


def log(cast: Cast, **fields: Any) -> DutyEntry:
    given = {
        "client_id": uuid.uuid4(), "enrolment": cast.enrolment, "source": "policy", "on": date(2026, 3, 2),
        "words": "对接稳岗返还", "by": cast.official, "at": MONDAY,
    }  # fmt: skip
    return services.log_duty(**given | fields)


class TestLogDuty:
    def test_keeps_the_line_with_the_unit_of_that_day_and_a_trace(self, cast):
        entry = log(cast, words="  对接稳岗返还 ", finance_yuan=Decimal("500000"))
        assert (entry.department, entry.words) == (cast.industry, "对接稳岗返还")
        assert entry.finance_yuan == 500_000
        assert AuditEvent.objects.get(action="登记规定动作").subject == f"companies.dutyentry:{entry.pk}"

    def test_keeps_what_the_phone_sends_twice_once(self, cast):
        name = uuid.uuid4()
        first, second = log(cast, client_id=name), log(cast, client_id=name, words="改过的字")
        assert first == second
        assert DutyEntry.objects.get().words == "对接稳岗返还"

    def test_refuses_an_id_that_another_hand_used(self, cast):
        name = uuid.uuid4()
        log(cast, client_id=name)
        with pytest.raises(services.DutyRefused, match="已被另一次登记使用"):
            log(cast, client_id=name, enrolment=cast.other_enrolment, by=cast.stranger)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"on": date(2026, 3, 3)}, "不能晚于今天"),
            ({"on": date(2024, 12, 31)}, "不能早于企业纳入包联的日子"),
            ({"words": " "}, "请写一句"),
            ({"source": "ticket_solved"}, "自动计数"),
            ({"source": "suggestion", "credit_yuan": Decimal(1)}, "只有对接政策和融资授信"),
            ({"source": "finance"}, "请填写融资或授信"),
            ({"finance_yuan": Decimal(0)}, "须大于零"),
            ({"is_none": True, "credit_yuan": Decimal(1)}, "不填金额"),
            ({"source": "dancing"}, "请选择"),
        ],
    )
    def test_refuses_what_cannot_be(self, cast, fields, words):
        with pytest.raises(services.DutyRefused, match=words):
            log(cast, **fields)
        assert not DutyEntry.objects.exists()

    def test_refuses_who_is_not_in_the_team(self, cast):
        with pytest.raises(services.DutyRefused, match="不在该企业的专班中"):
            log(cast, by=cast.stranger)

    def test_one_day_of_work_counts_once_wherever_it_was_worked(self, cast):
        log(cast, source="front_line", words="上午顶岗")
        with pytest.raises(services.DutyRefused, match="一天只记一次"):
            log(cast, source="front_line", words="下午顶岗")

    def test_nothing_this_period_needs_no_words(self, cast):
        entry = log(cast, source="ticket_solved", is_none=True, words="")
        assert str(entry) == "2026-03-02 解决问题：本期无"


class TestWithdrawDuty:
    def test_keeps_the_line_on_record_and_counts_it_no_longer(self, cast):
        entry = services.withdraw_duty(entry=log(cast), by=cast.official, at=at(2026, 3, 2, 17))
        assert entry.withdrawn_at is not None
        assert not DutyEntry.objects.done().exists()
        with pytest.raises(services.DutyRefused, match="已经撤回"):
            services.withdraw_duty(entry=entry, by=cast.official, at=at(2026, 3, 2, 18))

    def test_is_for_the_one_who_wrote_it(self, cast):
        with pytest.raises(services.DutyRefused, match="只能撤回自己"):
            services.withdraw_duty(entry=log(cast), by=cast.office, at=at(2026, 3, 2, 17))


class TestPage:
    def form(self, cast: Cast, **fields: str) -> dict[str, str]:
        return {"enrolment": str(cast.enrolment.pk), "source": "policy", "on": "2026-03-02"} | fields

    def test_a_line_typed_on_the_phone_is_kept_in_yuan(self, cast, client_as, clock):
        clock(MONDAY)
        page = reverse("companies:duty-new", args=[cast.company.uscc])
        answer = client_as("official").post(page, self.form(cast, words="助保贷", finance_wan="14000.5"))
        assert answer.status_code == 302
        assert DutyEntry.objects.get().finance_yuan == 140_005_000

    def test_what_was_typed_is_not_lost_when_something_is_missing(self, cast, client_as, clock):
        clock(MONDAY)
        page = reverse("companies:duty-new", args=[cast.company.uscc])
        answer = client_as("official").post(page, self.form(cast, source="finance", words="银企对接"))
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "请填写融资或授信的金额" in text
        assert "银企对接" in text

    def test_own_lines_stand_beneath_and_can_be_taken_back(self, cast, client_as, clock):
        clock(MONDAY)
        entry = log(cast, words="帮企业申报技改补贴")
        client = client_as("official")
        page = reverse("companies:duty-new", args=[cast.company.uscc])
        assert "帮企业申报技改补贴" in client.get(page).content.decode()
        assert client.post(reverse("companies:duty-withdraw", args=[entry.pk])).status_code == 302
        assert "帮企业申报技改补贴" not in client.get(page).content.decode()

    def test_the_office_sees_a_line_but_does_not_withdraw_it(self, cast, client_as, clock):
        clock(MONDAY)
        entry = log(cast)
        assert (
            client_as("office").post(reverse("companies:duty-withdraw", args=[entry.pk])).status_code == 403
        )
        assert (
            client_as("other_unit").post(reverse("companies:duty-withdraw", args=[entry.pk])).status_code
            == 404
        )
