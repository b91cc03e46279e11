"""批次和阶段: seats end with their batch; industries come in when their phase begins."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies import reports, services
from companies.models import Assignment
from liaison.choices import Rank
from liaison.models import AuditEvent, Batch
from tests.factories import (
    AssignmentFactory,
    Cast,
    CompanyFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupMemberFactory,
    PostingFactory,
    VisitFactory,
    at,
)
from tests.factories.rulebook import preset_version

NOW = at(2026, 3, 2)
DAY = date(2026, 3, 2)
DECEMBER = date(2026, 12, 31)


@pytest.fixture
def p1(cast: Cast) -> Any:
    """百名干部驻企业 in force in the cast's city, twelve months a batch."""
    version = preset_version("p1")
    version.programme.ends_on = None  # the template's own end would cut a second batch short
    version.programme.save()
    return version


def opened(version: Any, cast: Cast, **fields: Any) -> Batch:
    fields = {"starts_on": date(2025, 3, 3)} | fields
    return services.open_batch(programme=version.programme, by=cast.office, at=NOW, **fields)


def resident(**fields: Any) -> Any:
    return PostingFactory(official__rank=Rank.STAFF, official__birth_year=2000, **fields).official


class TestOpening:
    def test_is_as_long_as_the_rules_say_and_no_longer_than_the_programme(self, cast: Cast, p1: Any):
        p1.programme.ends_on = date(2026, 12, 31)
        p1.programme.save()
        first = opened(p1, cast, starts_on=date(2025, 1, 31))
        assert (first.number, first.name, first.ends_on) == (1, "第 1 批", date(2026, 1, 30))
        second = opened(p1, cast, starts_on=date(2026, 1, 31))
        assert (second.number, second.ends_on) == (2, date(2026, 12, 31))

    def test_takes_in_what_is_enrolled_already(self, cast: Cast, p1: Any):
        enrolment = EnrolmentFactory(version=p1)
        batch = opened(p1, cast)
        enrolment.refresh_from_db()
        assert enrolment.batch == batch

    def test_refuses_an_overlap_an_earlier_one_and_a_programme_without_batches(self, cast: Cast, p1: Any):
        opened(p1, cast, starts_on=date(2026, 3, 1))
        with pytest.raises(services.BatchRefused, match="日期重叠"):
            opened(p1, cast, starts_on=date(2026, 6, 1))
        with pytest.raises(services.BatchRefused, match="须晚于第 1 批"):
            opened(p1, cast, starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 1))
        with pytest.raises(services.BatchRefused, match="不分批次"):
            opened(cast.version, cast)
        with pytest.raises(services.BatchRefused, match="请核对年份"):
            opened(p1, cast, starts_on=date(2099, 1, 1))


class TestSeats:
    def test_end_with_their_batch_whoever_gives_them(self, cast: Cast, p1: Any):
        opened(p1, cast, starts_on=DAY, ends_on=DECEMBER)
        done = services.enrol_companies(
            programme=p1.programme,
            companies=[CompanyFactory(region=cast.county)],
            starts_on=DAY,
            by=cast.office,
            at=NOW,
        )
        (enrolment,) = done.created
        seat = services.assign_seat(
            enrolment=enrolment,
            role=p1.team_roles.get(code="resident"),
            official=resident(),
            starts_on=DAY,
            by=cast.office,
            at=NOW,
        )
        seat.refresh_from_db()
        assert (enrolment.ends_on, seat.ends_on) == (None, DECEMBER)
        seat.ends_on = None
        seat.save()  # an import that writes past every service
        assert Assignment.objects.get(pk=seat.pk).ends_on == DECEMBER
        written = AssignmentFactory(enrolment=enrolment, seat="chief_officer", official=resident())
        assert Assignment.objects.get(pk=written.pk).ends_on == DECEMBER

    def test_no_seat_and_no_company_between_two_batches(self, cast: Cast, p1: Any):
        opened(p1, cast, starts_on=DAY, ends_on=DECEMBER)
        late = {"starts_on": date(2027, 2, 1), "by": cast.office, "at": NOW}
        with pytest.raises(services.EnrolmentRefused, match="不在任何批次之内"):
            services.enrol_companies(
                programme=p1.programme, companies=[CompanyFactory(region=cast.county)], **late
            )
        enrolment = EnrolmentFactory(version=p1, batch=Batch.objects.get())
        with pytest.raises(services.AssignmentRefused, match="不在任何批次之内"):
            services.assign_seat(
                enrolment=enrolment,
                role=p1.team_roles.get(code="resident"),
                official=resident(),
                **late,
            )

    def test_closing_early_ends_them_and_keeps_the_companies(self, cast: Cast, p1: Any):
        batch = opened(p1, cast, starts_on=DAY, ends_on=DECEMBER)
        enrolment = EnrolmentFactory(version=p1, batch=batch, starts_on=DAY)
        seat = AssignmentFactory(enrolment=enrolment, seat="resident", official=resident())
        AssignmentFactory(
            enrolment=enrolment, seat="resident", official=resident(), starts_on=date(2026, 9, 1)
        )
        with pytest.raises(services.BatchRefused, match="请填更早的一天"):
            services.close_batch(batch=batch, ends_on=DECEMBER, by=cast.office, at=NOW)
        services.close_batch(batch=batch, ends_on=date(2026, 6, 30), by=cast.office, at=NOW)
        seat.refresh_from_db()
        assert seat.ends_on == date(2026, 6, 30)
        assert list(enrolment.assignments.all()) == [seat]
        assert enrolment.ends_on is None
        assert AuditEvent.objects.get(action="提前结束批次").detail["seats"] == 1

    def test_the_rotation_names_who_takes_over(self, cast: Cast, p1: Any):
        first = opened(p1, cast, starts_on=date(2025, 3, 3), ends_on=date(2026, 3, 1))
        opened(p1, cast, starts_on=DAY, ends_on=DECEMBER)
        enrolment = EnrolmentFactory(version=p1, batch=first, starts_on=date(2025, 3, 3))
        before, after = resident(), resident()
        AssignmentFactory(enrolment=enrolment, seat="chief_officer", official=before)
        AssignmentFactory(enrolment=enrolment, seat="chief_officer", official=after, starts_on=DAY)
        AssignmentFactory(enrolment=enrolment, seat="resident", official=resident())
        seats = reports.seats_of_batch(first, cast.office).select_related("role", "enrolment").order_by("pk")
        turns = reports.rotation(first, seats)
        assert [[str(seat.holder) for seat in turn.successors] for turn in turns] == [[after.name], []]
        assert [turn.left_early for turn in turns] == [False, False]
        (figures,) = reports.batch_figures([first], cast.office, DAY)
        assert (figures.companies, figures.officials, figures.words) == (1, 2, "已结束")

    def test_who_left_during_the_batch_is_not_waiting_for_a_successor(
        self, cast: Cast, p1: Any, client_as: Any, clock: Any
    ):
        clock(NOW)
        first = opened(p1, cast, starts_on=DAY, ends_on=DECEMBER)
        opened(p1, cast, starts_on=date(2027, 3, 2))
        enrolment = EnrolmentFactory(version=p1, batch=first, company__region=cast.county, starts_on=DAY)
        gone, present = resident(), resident()
        june = date(2026, 6, 1)
        AssignmentFactory(enrolment=enrolment, seat="resident", official=gone, ends_on=date(2026, 5, 31))
        AssignmentFactory(enrolment=enrolment, seat="resident", official=present, starts_on=june)
        seats = reports.seats_of_batch(first, cast.office).select_related("role", "enrolment")
        turns = {turn.seat.official: turn for turn in reports.rotation(first, seats.order_by("pk"))}
        assert {who: turn.left_early for who, turn in turns.items()} == {gone: True, present: False}
        page = client_as("office").get(reverse("companies:batch", args=["p1", 1])).content.decode()
        assert page.count("本批内卸任") == 1
        assert page.count("还没有") == 1

    def test_a_groups_seat_counts_what_its_members_did_and_a_group_that_stays_follows_itself(
        self, cast: Cast, p1: Any
    ):
        first = opened(p1, cast, ends_on=date(2026, 3, 31))
        opened(p1, cast, starts_on=date(2026, 4, 1))
        enrolment = EnrolmentFactory(version=p1, batch=first, company__region=cast.county, starts_on=DAY)
        groups = [GroupFactory(programme=p1.programme, region=cast.city) for _ in range(2)]
        for group in groups:
            for day in (DAY, date(2026, 4, 1)):
                AssignmentFactory(enrolment=enrolment, seat="expert_group", group=group, starts_on=day)
        for official in (GroupMemberFactory(group=groups[0]).official, GroupMemberFactory().official):
            VisitFactory(enrolment=enrolment, official=official, on=DAY)
        seats = Assignment.objects.filter(starts_on=DAY).select_related("role", "group", "enrolment")
        turns = reports.rotation(first, seats.order_by("pk"))
        assert [turn.visits for turn in turns] == [1, 0]
        assert [[seat.group for seat in turn.successors] for turn in turns] == [[group] for group in groups]


class TestPhases:
    def test_days_run_from_the_programmes_start(self, cast: Cast):
        first, second = reports.phases_of(preset_version("p3"))
        assert (first.starts_on, first.ends_on) == (date(2025, 1, 1), date(2025, 1, 14))
        assert (second.starts_on, second.ends_on, second.sections) == (date(2025, 1, 15), None, "")

    def test_an_industry_comes_in_when_its_phase_begins_or_by_a_stated_exception(self, cast: Cast):
        version = preset_version("p3")
        power = CompanyFactory(region=cast.county, industry="44")  # 电力、热力, section D
        food = CompanyFactory(region=cast.county, industry="14")  # 食品制造, section C
        fields = {
            "programme": version.programme,
            "starts_on": date(2025, 1, 3),
            "by": cast.office,
            "at": at(2025, 1, 3),
        }
        assert len(services.enrol_companies(companies=[power], **fields).created) == 1
        with pytest.raises(services.EnrolmentRefused, match=r"行业还没有开放.*电力、热力") as refused:
            services.enrol_companies(companies=[power, food], **fields)
        assert food.name in str(refused.value)
        done = services.enrol_companies(companies=[food], exception="抢险物资企业", **fields)
        assert len(done.created) == 1
        assert AuditEvent.objects.latest("pk").detail["exception"] == "抢险物资企业"
        other = CompanyFactory(region=cast.county, industry="14")
        later = fields | {"starts_on": date(2025, 1, 15)}
        assert len(services.enrol_companies(companies=[other], **later).created) == 1


class TestPages:
    def test_opens_closes_and_shows_batches(self, cast: Cast, p1: Any, client_as: Any, clock: Any):
        clock(NOW)
        office, here = client_as("office"), reverse("companies:batches", args=["p1"])
        assert "还没有开设批次" in office.get(here).content.decode()
        office.post(reverse("companies:batch-open", args=["p1"]), {"starts_on": "2026-03-02"})
        batch = Batch.objects.get()
        again = office.post(reverse("companies:batch-open", args=["p1"]), {"starts_on": "2026-04-01"})
        assert again.status_code == 422
        assert "日期重叠" in again.content.decode()
        enrolment = EnrolmentFactory(version=p1, batch=batch, company__region=cast.county, starts_on=DAY)
        AssignmentFactory(enrolment=enrolment, seat="resident", official=resident())
        address = reverse("companies:batch", args=["p1", 1])
        page = office.get(address).content.decode()
        assert enrolment.company.name in page
        assert enrolment.company.name not in client_as("stranger").get(address).content.decode()
        assert "开设" not in client_as("stranger").get(here).content.decode()
        workbook = office.post(reverse("companies:batch-export", args=["p1", 1]))
        assert b"".join(workbook.streaming_content)
        office.post(reverse("companies:batch-close", args=["p1", 1]), {"ends_on": "2026-06-30"})
        batch.refresh_from_db()
        assert batch.ends_on == date(2026, 6, 30)

    def test_phases_are_shown_with_their_days(self, cast: Cast, client_as: Any, clock: Any):
        preset_version("p3")
        clock(at(2025, 1, 5))
        page = client_as("official").get(reverse("companies:batches", args=["p3"])).content.decode()
        assert "电力、热力、燃气及水生产和供应业（D）" in page
        assert "正在进行" in page
