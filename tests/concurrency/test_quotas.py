"""Whatever several clerks do at once, in whatever order: no quota, no place, no full-time rule is broken."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection

from companies.choices import RecusalReason
from companies.models import Assignment, Enrolment, Recusal
from companies.services import AssignmentRefused, assign_seat, end_assignment, replace_holder, vacate_seat
from companies.services.recusals import RecusalRefused, declare_recusal
from liaison.choices import Rank, VersionStatus
from liaison.models import Official, ProgrammeVersion, TeamRole
from tests.companies.test_assignments import NOW, posted
from tests.factories import (
    EnrolmentFactory,
    OfficialFactory,
    ProjectFactory,
    QuotaFactory,
    TeamRoleFactory,
    VersionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
DAYS = [DAY + timedelta(days=n) for n in range(-1, 16)]
CLERKS, ACTS = 4, 25
COMPANIES, PROJECTS = 2, 2  # the quota of each; 一般干部 may have the one or the other


def programme() -> ProgrammeVersion:
    """A seat for one, a seat for two, and two who are there full time; two kinds of quota."""
    version = VersionFactory()
    TeamRoleFactory(version=version, code="officer", max_count=1)
    TeamRoleFactory(version=version, code="pair", name="联合专员", max_count=2)
    TeamRoleFactory(
        version=version, code="resident", name="驻企干部", max_count=2, full_time=True, counts_to_quota=False
    )
    QuotaFactory(version=version, rank=Rank.SECTION, companies=COMPANIES, projects=PROJECTS)
    QuotaFactory(version=version, rank=Rank.STAFF, companies=COMPANIES, projects=PROJECTS, either_or=True)
    version.status, version.published_at = VersionStatus.PUBLISHED, NOW
    version.save()
    return version


@dataclass
class Clerk:
    """Does one thing after another, chosen by dice; what the rules refuse is refused in words."""

    dice: Random
    who: Official
    people: list[Official]
    enrolments: list[Enrolment]
    done: int = 0
    refused: int = 0
    wrong: BaseException | None = None

    def work(self) -> None:
        acts = [self.assign, self.assign, self.assign, self.replace, self.end, self.vacate, self.transfer]
        try:
            for _ in range(ACTS):
                try:
                    self.dice.choice([*acts, self.recuse])()
                    self.done += 1
                except (AssignmentRefused, RecusalRefused):
                    self.refused += 1
        except BaseException as error:
            self.wrong = error
        finally:
            connection.close()

    def assign(self) -> None:
        enrolment = self.dice.choice(self.enrolments)
        assign_seat(
            enrolment=enrolment,
            role=self.dice.choice(list(TeamRole.objects.filter(version=enrolment.version_id).order_by("pk"))),
            official=self.dice.choice(self.people),
            starts_on=self.dice.choice(DAYS),
            by=self.who,
            at=NOW,
        )

    def seat(self) -> Assignment:
        seats = list(Assignment.objects.select_related("enrolment").order_by("pk"))
        if not seats:
            raise AssignmentRefused("nobody sits anywhere")
        return self.dice.choice(seats)

    def replace(self) -> None:
        day, who = self.dice.choice(DAYS), self.dice.choice(self.people)
        replace_holder(assignment=self.seat(), official=who, starts_on=day, by=self.who, at=NOW)

    def end(self) -> None:
        end_assignment(assignment=self.seat(), ends_on=self.dice.choice(DAYS), by=self.who, at=NOW)

    def vacate(self) -> None:
        vacate_seat(assignment=self.seat(), on=self.dice.choice(DAYS), by=self.who, at=NOW)

    def transfer(self) -> None:
        """Somebody leaves: whoever comes takes over what the rules let them."""
        leaving, coming = self.dice.sample(self.people, 2)
        day = self.dice.choice(DAYS)
        for seat in Assignment.objects.filter(official=leaving).select_related("enrolment").order_by("pk"):
            try:
                replace_holder(assignment=seat, official=coming, starts_on=day, by=self.who, at=NOW)
            except AssignmentRefused:
                self.refused += 1

    def recuse(self) -> None:
        declare_recusal(
            official=self.dice.choice(self.people),
            company=self.dice.choice(self.enrolments).company,
            reason=self.dice.choice(list(RecusalReason)),
            starts_on=self.dice.choice(DAYS),
            ends_on=DAYS[-1],
            by=self.who,
            at=NOW,
        )


def broken_on(day: date, seats: Iterable[Assignment]) -> list[str]:
    """What is against the rules on a day, counted anew from the rows alone."""
    held = [s for s in seats if s.starts_on <= day and (s.ends_on is None or s.ends_on >= day)]
    wrong = []
    for place in {(s.enrolment_id, s.role_id) for s in held}:
        there = [s for s in held if (s.enrolment_id, s.role_id) == place]
        if len(there) > there[0].role.max_count or len({s.official_id for s in there}) < len(there):
            wrong.append(f"{day}: {len(there)} in one seat")
    for who in {s.official for s in held}:
        own = [s for s in held if s.official == who]
        if sum(s.role.full_time for s in own) > 1:
            wrong.append(f"{day}: {who.pk} full time twice")
        for programme in {s.enrolment.programme_id for s in own}:
            counted = [s for s in own if s.role.counts_to_quota and s.enrolment.programme_id == programme]
            things = {(s.enrolment.company_id, s.enrolment.project_id) for s in counted}
            projects = sum(project is not None for _, project in things)
            companies = len(things) - projects
            if companies > COMPANIES or projects > PROJECTS:
                wrong.append(f"{day}: {who.pk} has {companies} companies, {projects} projects")
            if who.rank == Rank.STAFF and companies and projects:
                wrong.append(f"{day}: {who.pk} has companies and projects")
    return wrong


@pytest.mark.parametrize("seed", [11, 47])
def test_no_order_of_acts_breaks_a_rule(seed):
    dice = Random(seed)
    people = [posted(rank=rank) for rank in (Rank.SECTION, Rank.STAFF) for _ in range(3)]
    enrolments: list[Enrolment] = []
    for version in (programme(), programme()):
        enrolments += [EnrolmentFactory(version=version) for _ in range(4)]
        for project in (ProjectFactory(), ProjectFactory()):
            enrolments.append(EnrolmentFactory(version=version, company=project.company, project=project))
    clerks = [Clerk(Random(dice.random()), OfficialFactory(), people, enrolments) for _ in range(CLERKS)]
    threads = [threading.Thread(target=clerk.work) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
        assert not thread.is_alive()
    assert [clerk.wrong for clerk in clerks] == [None] * CLERKS
    seats = list(Assignment.objects.select_related("role", "official", "enrolment").order_by("pk"))
    assert [wrong for day in [*DAYS, date(2027, 1, 1)] for wrong in broken_on(day, seats)] == []
    # the dice did throw what the rules must hold against
    assert seats
    assert sum(clerk.done for clerk in clerks) > 20
    assert sum(clerk.refused for clerk in clerks) > 10
    assert Recusal.objects.exists()
