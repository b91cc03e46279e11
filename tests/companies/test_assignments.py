"""Who may sit in a team, and how many companies one person may hold."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from companies.models import Assignment, Enrolment
from companies.services import (
    AssignmentRefused,
    assign_department_to_many,
    assign_seat,
    end_assignment,
    replace_holder,
    vacate_seat,
)
from liaison.choices import Holder, Rank, VersionStatus
from liaison.models import AuditEvent, Official, ProgrammeVersion, TeamRole
from tests.factories import (
    AssignmentFactory,
    CompanyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
    ProjectFactory,
    QuotaFactory,
    TeamRoleFactory,
    VersionFactory,
    at,
)

DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)


def role(enrolment: Enrolment, code: str) -> TeamRole:
    return TeamRole.objects.get(version=enrolment.version, code=code)


def posted(**fields) -> Official:
    return PostingFactory(official=OfficialFactory(**fields)).official


def small_version(*, companies: int = 2, projects: int = 1, is_hard: bool = True) -> ProgrammeVersion:
    """A version with one counting seat of any number of holders, and a quota for 科级."""
    version = VersionFactory()
    TeamRoleFactory(version=version, code="officer", max_count=None)
    TeamRoleFactory(version=version, code="second", name="第二干部", max_count=1)
    TeamRoleFactory(
        version=version,
        code="unit",
        name="成员单位",
        holder=Holder.DEPARTMENT,
        counts_to_quota=False,
        keeps_contact=False,
    )
    QuotaFactory(version=version, rank=Rank.SECTION, companies=companies, projects=projects, is_hard=is_hard)
    version.status, version.published_at = VersionStatus.PUBLISHED, NOW
    version.save()
    return version


class TestAssignSeat:
    def test_stores_the_unit_of_the_time_and_leaves_a_trace(self, office):
        enrolment = EnrolmentFactory()
        posting = PostingFactory()
        seat = assign_seat(
            enrolment=enrolment,
            role=role(enrolment, "officer"),
            official=posting.official,
            starts_on=DAY,
            by=office,
            at=NOW,
        )
        assert seat.department == posting.department
        seat.refresh_from_db()
        assert seat.slot == 1
        event = AuditEvent.objects.get(subject=f"companies.assignment:{seat.pk}")
        assert (event.action, event.by, event.detail["holder"]) == ("指派", office, posting.official.name)

    def test_refuses_a_seat_that_is_taken_and_names_its_holder(self, cast):
        with pytest.raises(AssignmentRefused, match=r"最多 1 个，已由林小舟担任"):
            assign_seat(
                enrolment=cast.enrolment,
                role=role(cast.enrolment, "officer"),
                official=posted(),
                starts_on=DAY,
                by=cast.office,
                at=NOW,
            )

    @pytest.mark.parametrize(
        ("code", "holder", "words"),
        [("officer", "department", "须由干部担任"), ("lead_department", "official", "须由单位担任")],
    )
    def test_refuses_the_wrong_kind_of_holder(self, office, code, holder, words):
        enrolment = EnrolmentFactory()
        holders = {"department": DepartmentFactory(), "official": posted()}
        with pytest.raises(AssignmentRefused, match=words):
            assign_seat(
                enrolment=enrolment,
                role=role(enrolment, code),
                **{holder: holders[holder]},
                starts_on=DAY,
                by=office,
                at=NOW,
            )

    def test_refuses_somebody_without_a_post_that_day(self, office):
        enrolment = EnrolmentFactory()
        gone = PostingFactory(ends_on=date(2026, 2, 28)).official
        with pytest.raises(AssignmentRefused, match="没有任职"):
            assign_seat(
                enrolment=enrolment,
                role=role(enrolment, "officer"),
                official=gone,
                starts_on=DAY,
                by=office,
                at=NOW,
            )

    def test_refuses_a_seat_of_another_version(self, office):
        enrolment, other = EnrolmentFactory(), small_version()
        with pytest.raises(AssignmentRefused, match="不是该企业所用方案版本的席位"):
            assign_seat(
                enrolment=enrolment,
                role=other.team_roles.get(code="officer"),
                official=posted(),
                starts_on=DAY,
                by=office,
                at=NOW,
            )

    def test_refuses_days_outside_the_enrolment(self, office):
        enrolment = EnrolmentFactory(starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
        for day, words in ((date(2025, 12, 31), "不能早于企业纳入日"), (DAY, "退出包联")):
            with pytest.raises(AssignmentRefused, match=words):
                assign_seat(
                    enrolment=enrolment,
                    role=role(enrolment, "officer"),
                    official=posted(),
                    starts_on=day,
                    by=office,
                    at=NOW,
                )

    def test_refuses_a_unit_that_has_the_seat_already(self, office):
        enrolment = EnrolmentFactory()
        unit = DepartmentFactory()
        give = {"enrolment": enrolment, "role": role(enrolment, "member_department"), "department": unit}
        assign_seat(**give, starts_on=DAY, by=office, at=NOW)
        with pytest.raises(AssignmentRefused, match="已担任该企业的“成员单位”"):
            assign_seat(**give, starts_on=DAY, by=office, at=NOW)


class TestQuota:
    def fill(self, version, official, office, n, **fields):
        seats = []
        for _ in range(n):
            enrolment = EnrolmentFactory(version=version, **fields)
            seats.append(
                assign_seat(
                    enrolment=enrolment,
                    role=version.team_roles.get(code="officer"),
                    official=official,
                    starts_on=DAY,
                    by=office,
                    at=NOW,
                )
            )
        return seats

    def test_hard_quota_refuses_with_its_numbers(self, office):
        version, official = small_version(), posted(rank=Rank.SECTION)
        self.fill(version, official, office, 2)
        with pytest.raises(AssignmentRefused, match="已包抓 2 户企业，限额 2 户企业，不能再增加"):
            self.fill(version, official, office, 1)
        assert official.assignments.count() == 2

    def test_soft_quota_lets_pass_and_warns(self, office):
        version, official = small_version(companies=1, is_hard=False), posted(rank=Rank.SECTION)
        first, second = self.fill(version, official, office, 2)
        assert first.warning == ""
        assert "超出限额" in second.warning

    def test_who_has_no_quota_where_others_have_one_is_not_meant_to_carry_companies(self, office):
        version, official = small_version(), posted(rank=Rank.STAFF)
        with pytest.raises(AssignmentRefused, match="没有给一般干部（党政机关）设包联限额"):
            self.fill(version, official, office, 1)

    def test_projects_and_companies_are_counted_apart(self, office):
        version, official = small_version(companies=1, projects=1), posted(rank=Rank.SECTION)
        self.fill(version, official, office, 1)
        project = ProjectFactory()
        self.fill(version, official, office, 1, company=project.company, project=project)
        another = ProjectFactory()
        with pytest.raises(AssignmentRefused, match="1 个项目"):
            self.fill(version, official, office, 1, company=another.company, project=another)

    def test_a_second_seat_in_the_same_team_is_no_second_company(self, office):
        version, official = small_version(companies=1), posted(rank=Rank.SECTION)
        (seat,) = self.fill(version, official, office, 1)
        assign_seat(
            enrolment=seat.enrolment,
            role=version.team_roles.get(code="second"),
            official=official,
            starts_on=DAY,
            by=office,
            at=NOW,
        )
        assert official.assignments.count() == 2

    def test_a_seat_left_frees_the_quota(self, office):
        version, official = small_version(companies=1), posted(rank=Rank.SECTION)
        (seat,) = self.fill(version, official, office, 1)
        vacate_seat(assignment=seat, on=DAY, by=office, at=NOW)
        assert len(self.fill(version, official, office, 1)) == 1


class TestLeaving:
    def test_ends_on_the_last_day(self, cast):
        seat = cast.enrolment.assignments.get(role__code="officer")
        ended = end_assignment(assignment=seat, ends_on=DAY, by=cast.office, at=NOW)
        assert ended.ends_on == DAY
        with pytest.raises(AssignmentRefused, match="已于 2026-03-02 结束"):
            end_assignment(assignment=seat, ends_on=DAY, by=cast.office, at=NOW)

    def test_cannot_end_before_it_began(self, cast):
        seat = cast.enrolment.assignments.get(role__code="officer")
        with pytest.raises(AssignmentRefused, match="不能早于开始日"):
            end_assignment(assignment=seat, ends_on=date(2024, 1, 1), by=cast.office, at=NOW)

    def test_replaces_from_the_day_on_and_keeps_the_days_before(self, cast):
        old = cast.enrolment.assignments.get(role__code="officer")
        new = replace_holder(assignment=old, official=posted(), starts_on=DAY, by=cast.office, at=NOW)
        old.refresh_from_db()
        assert (old.ends_on, new.starts_on) == (date(2026, 3, 1), DAY)
        assert AuditEvent.objects.get(action="更换").detail["before"] == "林小舟"

    def test_replacing_twice_on_one_day_leaves_the_last(self, cast):
        old = cast.enrolment.assignments.get(role__code="officer")
        wrong = replace_holder(assignment=old, official=posted(), starts_on=DAY, by=cast.office, at=NOW)
        right = replace_holder(assignment=wrong, official=posted(), starts_on=DAY, by=cast.office, at=NOW)
        held = cast.enrolment.assignments.filter(role__code="officer").in_force(DAY)
        assert list(held.order_by("pk")) == [right]

    def test_a_refused_replacement_changes_nothing(self, cast):
        old = cast.enrolment.assignments.get(role__code="officer")
        with pytest.raises(AssignmentRefused):
            replace_holder(assignment=old, official=OfficialFactory(), starts_on=DAY, by=cast.office, at=NOW)
        old.refresh_from_db()
        assert old.ends_on is None

    def test_somebody_else_was_quicker(self, cast):
        seat = AssignmentFactory(seat="member_department", starts_on=DAY)
        vacate_seat(assignment=seat, on=DAY, by=cast.office, at=NOW)
        stale = Assignment(pk=10**9, enrolment=seat.enrolment)
        with pytest.raises(AssignmentRefused, match="已被他人撤下"):
            vacate_seat(assignment=stale, on=DAY, by=cast.office, at=NOW)


class TestManyAtOnce:
    def test_fills_the_empty_and_leaves_the_taken(self, cast):
        empty = [EnrolmentFactory() for _ in range(3)]
        unit = DepartmentFactory()
        everyone = Enrolment.objects.filter(pk__in=[e.pk for e in (*empty, cast.enrolment)])
        give = {"role_code": "lead_department", "department": unit, "starts_on": DAY}
        done = assign_department_to_many(enrolments=everyone, **give, by=cast.office, at=NOW)
        assert (len(done.created), done.taken) == (3, 1)
        again = assign_department_to_many(enrolments=everyone, **give, by=cast.office, at=NOW)
        assert (len(again.created), again.taken) == (0, 4)
        assert cast.enrolment.assignments.get(role__code="lead_department").department == cast.industry

    def test_is_only_for_seats_of_units(self, cast):
        with pytest.raises(AssignmentRefused, match="由干部担任"):
            assign_department_to_many(
                enrolments=[cast.enrolment],
                role_code="officer",
                department=cast.land,
                starts_on=DAY,
                by=cast.office,
                at=NOW,
            )


class TestDatabase:
    def test_refuses_two_holders_of_one_seat(self, cast):
        with pytest.raises(IntegrityError, match="companies_assignment_slot_once"), transaction.atomic():
            AssignmentFactory(enrolment=cast.enrolment, seat="officer")

    def test_refuses_one_official_twice_in_a_seat(self):
        version = small_version()
        enrolment, official = EnrolmentFactory(version=version), posted()
        AssignmentFactory(enrolment=enrolment, official=official)
        with (
            pytest.raises(IntegrityError, match="companies_assignment_official_once_per_seat"),
            transaction.atomic(),
        ):
            AssignmentFactory(enrolment=enrolment, official=official)

    def test_refuses_an_end_before_the_start(self):
        with (
            pytest.raises(IntegrityError, match="companies_assignment_ends_after_start"),
            transaction.atomic(),
        ):
            AssignmentFactory(starts_on=DAY, ends_on=date(2026, 3, 1), enrolment__company=CompanyFactory())
