"""Groups and stand-ins: what PostgreSQL refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from liaison.choices import Holder
from liaison.models import Batch
from tests import factories as f
from tests.constraints import Acts, again

JUNE = {"starts_on": date(2026, 6, 1), "ends_on": date(2026, 5, 31)}


def group_of_the_same_name() -> None:
    group = f.GroupFactory()
    f.GroupFactory(programme=group.programme, name=group.name)


def two_heads() -> None:
    member = f.GroupMemberFactory(duty="head")
    f.GroupMemberFactory(group=member.group, duty="head")


def two_deputies_of_one() -> None:
    absence = f.DeputyFactory()
    f.DeputyFactory(official=absence.official)


def stand_in_for_oneself() -> None:
    person = f.OfficialFactory()
    f.DeputyFactory(official=person, deputy=person)


def one_group_twice_in_a_seat() -> None:
    version = f.VersionFactory()
    role = f.TeamRoleFactory(
        version=version, holder=Holder.GROUP, counts_to_quota=False, code="squad", min_count=1
    )
    enrolment = f.EnrolmentFactory(version=version)
    again(f.AssignmentFactory(enrolment=enrolment, role=role, group=f.GroupFactory()))


def a_person_and_a_group_in_one_seat() -> None:
    f.AssignmentFactory(group=f.GroupFactory())


def two_batches_at_once() -> None:
    year = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    programme = f.ProgrammeFactory()
    Batch.objects.create(programme=programme, number=1, name="第一批", **year)
    Batch.objects.create(programme=programme, number=2, name="第二批", **year)


REFUSED: Acts = {
    "liaison_group_kind_known": lambda: f.GroupFactory(kind="gang"),
    "liaison_group_named": lambda: f.GroupFactory(name=""),
    "liaison_group_ends_after_start": lambda: f.GroupFactory(**JUNE),
    "liaison_group_name_once_at_a_time": group_of_the_same_name,
    "liaison_groupmember_duty_known": lambda: f.GroupMemberFactory(duty="king"),
    "liaison_groupmember_ends_after_start": lambda: f.GroupMemberFactory(**JUNE),
    "liaison_groupmember_one_head": two_heads,
    "liaison_groupmember_once_at_a_time": lambda: again(f.GroupMemberFactory()),
    "liaison_deputy_not_oneself": stand_in_for_oneself,
    "liaison_deputy_ends_after_start": lambda: f.DeputyFactory(**JUNE),
    "liaison_deputy_has_reason": lambda: f.DeputyFactory(reason=""),
    "liaison_deputy_one_at_a_time": two_deputies_of_one,
    "liaison_batch_one_at_a_time": two_batches_at_once,
    "companies_assignment_group_once_per_seat": one_group_twice_in_a_seat,
    "companies_assignment_person_or_group": a_person_and_a_group_in_one_seat,
}


@pytest.mark.parametrize("name", REFUSED)
def test_database_refuses(name: str):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REFUSED[name]()


def test_a_group_may_have_a_new_head_the_day_after():
    head = f.GroupMemberFactory(duty="head", ends_on=date(2026, 3, 31))
    f.GroupMemberFactory(group=head.group, duty="head", starts_on=date(2026, 4, 1))


class TestSeatsOfABatch:
    """Assignment.batch_end"""

    def test_end_with_it(self):
        programme = f.EnrolmentFactory().programme
        batch = Batch.objects.create(
            programme=programme,
            number=1,
            name="第一批",
            starts_on=date(2025, 1, 1),
            ends_on=date(2025, 12, 31),
        )
        seat = f.AssignmentFactory(enrolment__batch=batch)
        seat.refresh_from_db()
        assert seat.ends_on == date(2025, 12, 31)
