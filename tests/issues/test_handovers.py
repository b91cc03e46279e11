"""调动交接: every seat has its answer, open work follows it, and what was done keeps its unit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies import services
from companies.services import Fate
from issues.models import Ticket
from liaison.choices import Rank, SystemRole
from liaison.models import AuditEvent
from tests.factories import Cast, EnrolmentFactory, GroupMemberFactory, PostingFactory, TicketFactory, at

NOW = at(2026, 3, 2)
APRIL = date(2026, 4, 1)


def move(cast: Cast, seats: Any = None, **fields: Any) -> services.HandedOver:
    posting = cast.official.postings.get()
    held = cast.official.assignments.order_by("pk")
    chosen = {seat.pk: cast.stranger for seat in held} if seats is None else seats
    fields = {"department": cast.power, "on": APRIL, "by": cast.office, "at": NOW} | fields
    return services.transfer_official(posting=posting, seats=chosen, **fields)


class TestTransfer:
    def test_the_successor_sits_there_and_history_keeps_the_unit(self, cast: Cast):
        ticket = TicketFactory(enrolment=cast.enrolment, by=cast.official, at=NOW)
        seat = cast.official.assignments.get()
        membership = GroupMemberFactory(official=cast.official)
        done = move(cast)
        seat.refresh_from_db()
        membership.refresh_from_db()
        assert (seat.ends_on, seat.department) == (date(2026, 3, 31), cast.industry)
        after = cast.enrolment.assignments.get(official=cast.stranger)
        assert (after.role, after.starts_on) == (seat.role, APRIL)
        assert (done.given, done.kept, done.vacant) == (1, 0, 0)
        assert membership.ends_on == date(2026, 3, 31)
        old, new = cast.official.postings.order_by("starts_on")
        assert (old.ends_on, new.starts_on, new.department) == (date(2026, 3, 31), APRIL, cast.power)
        assert ticket in Ticket.objects.awaiting(cast.stranger.on_duty(APRIL))
        assert ticket not in Ticket.objects.visible_to(cast.official.on_duty(APRIL))
        assert AuditEvent.objects.get(action="调动交接").detail["given"] == 1

    def test_a_seat_may_go_along_or_stand_empty(self, cast: Cast):
        other = EnrolmentFactory(version=cast.version, team={"officer": cast.official})
        first, second = cast.official.assignments.order_by("pk")
        done = move(cast, {first.pk: Fate.KEEP, second.pk: Fate.VACATE})
        assert (done.given, done.kept, done.vacant) == (0, 1, 1)
        kept = cast.enrolment.assignments.get(official=cast.official, starts_on=APRIL)
        assert kept.department == cast.power
        assert not other.assignments.filter(role=second.role, starts_on=APRIL).exists()

    def test_all_or_nothing_with_every_reason(self, cast: Cast):
        EnrolmentFactory(version=cast.version, team={"officer": cast.official})
        nobody = PostingFactory(official__rank=Rank.SECTION, ends_on=date(2026, 3, 5)).official
        held = cast.official.assignments.order_by("pk")
        with pytest.raises(services.HandoverRefused, match="没有任职") as refused:
            move(cast, {seat.pk: nobody for seat in held})
        assert len(str(refused.value).split("\n")) == 2
        assert cast.official.postings.get().ends_on is None
        assert not held.filter(ends_on__isnull=False).exists()

    def test_refuses_a_forgotten_seat_the_same_unit_another_role_and_far_days(self, cast: Cast):
        with pytest.raises(services.HandoverRefused, match="没有说明由谁接任"):
            move(cast, {})
        with pytest.raises(services.HandoverRefused, match="新单位与原单位相同"):
            move(cast, department=cast.industry)
        with pytest.raises(services.HandoverRefused, match="请核对年份"):
            move(cast, on=date(2099, 1, 1))
        with pytest.raises(services.HandoverRefused, match="须晚于任职起"):
            move(cast, on=date(2020, 1, 1))
        cast.official.postings.update(role=SystemRole.UNIT, reach="department")
        with pytest.raises(services.HandoverRefused, match="请由名册管理员"):
            move(cast)


class TestPages:
    def test_from_preview_to_the_printed_list(self, cast: Cast, client_as: Any, clock: Any):
        clock(NOW)
        ticket = TicketFactory(enrolment=cast.enrolment, by=cast.official, at=NOW)
        office, here = client_as("office"), reverse("issues:handover", args=[cast.official.pk])
        assert ticket.number in office.get(here).content.decode()
        seat = cast.official.assignments.get()
        entered = {"department": "云川市供电局", "on": "2026-04-01", f"seat_{seat.pk}": "all"}
        wrong = office.post(here, entered)
        assert wrong.status_code == 422
        assert "请填写统一接任人" in wrong.content.decode()
        answer = office.post(here, entered | {"successor": "贺远山"})
        assert answer.status_code == 302
        page = office.get(answer.url).content.decode()
        assert "贺远山" in page
        assert ticket.number in page
        address = reverse("issues:handover-export", args=[cast.official.pk]) + "?on=2026-04-01"
        assert b"".join(office.post(address).streaming_content)

    def test_one_seat_to_somebody_else(self, cast: Cast, client_as: Any, clock: Any):
        clock(NOW)
        seat = cast.official.assignments.get()
        here = reverse("issues:handover", args=[cast.official.pk])
        entered = {"department": "云川市供电局", "on": "2026-04-01", f"seat_{seat.pk}": "other"}
        assert "接任人" in client_as("office").post(here, entered).content.decode()
        client_as("office").post(here, entered | {f"to_{seat.pk}": "贺远山"})
        assert cast.stranger.assignments.filter(enrolment=cast.enrolment, starts_on=APRIL).exists()
