"""Whatever several clerks do at once, in whatever order: no quota, no place, no full-time rule is broken.

Among what they do: people who move hand over their seats, batches are cut short, groups take seats and are
dissolved. A soft quota may be passed, and is said to be.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from time import sleep
from typing import Any

import pytest
from django.db import connection

from companies.choices import RecusalReason
from companies.models import Assignment, Enrolment, Recusal
from companies.services import (
    AssignmentRefused,
    BatchRefused,
    Fate,
    GroupRefused,
    HandoverRefused,
    assign_group_seat,
    assign_seat,
    close_batch,
    dissolve_group,
    end_assignment,
    replace_holder,
    transfer_official,
    vacate_seat,
)
from companies.services.recusals import RecusalRefused, declare_recusal
from companies.services.seating import Desk, Judgement
from liaison.choices import Holder, Rank, VersionStatus
from liaison.models import (
    Batch,
    BatchRule,
    Department,
    Group,
    Official,
    Posting,
    ProgrammeVersion,
    TeamRole,
)
from tests.companies.test_assignments import NOW, posted
from tests.factories import (
    DepartmentFactory,
    EnrolmentFactory,
    GroupFactory,
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


@pytest.fixture(autouse=True)
def _time_to_think(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between judging an official and writing the seat there is time for somebody else to do the same."""
    judge = Desk.judge

    def slowly(desk: Desk, *asked: Any) -> Judgement:
        answer = judge(desk, *asked)
        sleep(0.03)
        return answer

    monkeypatch.setattr(Desk, "judge", slowly)


def programme() -> ProgrammeVersion:
    """A seat for one, for two, for two full time, for a group; three kinds of quota; sent in batches."""
    version = VersionFactory()
    BatchRule.objects.create(version=version, months=1)
    TeamRoleFactory(
        version=version, code="squad", name="小分队", max_count=1, holder=Holder.GROUP, counts_to_quota=False
    )
    TeamRoleFactory(version=version, code="officer", max_count=1)
    TeamRoleFactory(version=version, code="pair", name="联合专员", max_count=2)
    TeamRoleFactory(
        version=version, code="resident", name="驻企干部", max_count=2, full_time=True, counts_to_quota=False
    )
    QuotaFactory(version=version, rank=Rank.SECTION, companies=COMPANIES, projects=PROJECTS)
    QuotaFactory(version=version, rank=Rank.STAFF, companies=COMPANIES, projects=PROJECTS, either_or=True)
    QuotaFactory(version=version, rank=Rank.COUNTY, companies=1, projects=1, is_hard=False)
    version.status, version.published_at = VersionStatus.PUBLISHED, NOW
    version.save()
    return version


@dataclass
class Clerk:
    """Does one thing after another, chosen by dice; what the rules refuse is refused in words.

    First of all they meet: each gives the same people a company of their own at the same moment.
    """

    place: int
    meeting: threading.Barrier
    dice: Random
    who: Official
    people: list[Official]
    enrolments: list[Enrolment]
    groups: list[Group]
    units: list[Department]
    done: int = 0
    refused: int = 0
    moves: int = 0  # tried
    wrong: BaseException | None = None

    def work(self) -> None:
        acts = [
            *[self.assign] * 4, self.replace, self.end, self.vacate, self.hand_on, self.transfer,
            self.recuse, self.cut_short, self.dissolve,
        ]  # fmt: skip
        try:
            for act in [*self.rush(), *(self.dice.choice(acts) for _ in range(ACTS))]:
                try:
                    act()
                    self.done += 1
                except (AssignmentRefused, RecusalRefused, HandoverRefused, BatchRefused, GroupRefused):
                    self.refused += 1
        except BaseException as error:
            self.wrong = error
        finally:
            connection.close()

    def rush(self) -> list[Callable[[], object]]:
        """One official each time, as many companies as there are clerks, begun yesterday: it stays."""
        enrolment = self.enrolments[self.place]

        def give(who: Official, code: str) -> Callable[[], object]:
            def act() -> None:
                self.meeting.wait(60)
                role = enrolment.version.team_roles.get(code=code)
                given = {"enrolment": enrolment, "role": role, "starts_on": DAYS[0]}
                assign_seat(**given, official=who, by=self.who, at=NOW)

            return act

        counted = [self.people[0], self.people[3]]  # 科级, and 一般干部
        return [*(give(who, "pair") for who in counted), give(self.people[1], "resident")]

    def assign(self) -> None:
        enrolment = self.dice.choice(self.enrolments)
        role = self.dice.choice(list(TeamRole.objects.filter(version=enrolment.version_id).order_by("pk")))
        given = {"enrolment": enrolment, "role": role, "starts_on": self.dice.choice(DAYS)}
        if role.holder == Holder.GROUP:
            mine = [group for group in self.groups if group.programme_id == enrolment.programme_id]
            assign_group_seat(**given, group=self.dice.choice(mine), by=self.who, at=NOW)
        else:
            assign_seat(**given, official=self.dice.choice(self.people), by=self.who, at=NOW)

    def seat(self) -> Assignment:
        seats = list(Assignment.objects.select_related("enrolment").order_by("pk"))
        if not seats:
            raise AssignmentRefused("nobody sits anywhere")
        return self.dice.choice(seats)

    def replace(self) -> None:
        day, who, seat = self.dice.choice(DAYS), self.dice.choice(self.people), self.seat()
        if seat.official_id:
            replace_holder(assignment=seat, official=who, starts_on=day, by=self.who, at=NOW)

    def end(self) -> None:
        end_assignment(assignment=self.seat(), ends_on=self.dice.choice(DAYS), by=self.who, at=NOW)

    def vacate(self) -> None:
        vacate_seat(assignment=self.seat(), on=self.dice.choice(DAYS), by=self.who, at=NOW)

    def transfer(self) -> None:
        """调动: somebody moves to another unit, and each seat has its answer."""
        self.moves += 1
        posting = self.dice.choice(list(Posting.objects.filter(official__in=self.people).order_by("pk")))
        seats = Assignment.objects.filter(official=posting.official_id).order_by("pk")
        answers = [Fate.KEEP, Fate.VACATE, self.dice.choice(self.people)]
        transfer_official(
            posting=posting,
            department=self.dice.choice(self.units),
            on=self.dice.choice(DAYS),
            seats={seat.pk: self.dice.choice(answers) for seat in seats},
            by=self.who,
            at=NOW,
        )

    def cut_short(self) -> None:
        """提前结束批次, a day at a time, so that there are days left to begin in."""
        batch = self.dice.choice(list(Batch.objects.order_by("pk")))
        if batch.ends_on > DAYS[-4]:
            close_batch(batch=batch, ends_on=batch.ends_on - timedelta(days=1), by=self.who, at=NOW)

    def dissolve(self) -> None:
        dissolve_group(
            group=self.dice.choice(self.groups), ends_on=self.dice.choice(DAYS[8:]), by=self.who, at=NOW
        )

    def hand_on(self) -> None:
        """Whoever comes takes over, seat by seat, what the rules let them."""
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


def broken_on(day: date, seats: Iterable[Assignment], batches: Iterable[Batch]) -> list[str]:
    """What is against the rules on a day, counted anew from the rows alone."""
    held = [s for s in seats if s.starts_on <= day and (s.ends_on is None or s.ends_on >= day)]
    wrong = []
    for place in {(s.enrolment_id, s.role_id) for s in held}:
        there = [s for s in held if (s.enrolment_id, s.role_id) == place]
        holders = {(s.official_id, s.group_id) for s in there}
        if len(there) > there[0].role.max_count or len(holders) < len(there):
            wrong.append(f"{day}: {len(there)} in one seat")
    for seat in held:
        if seat.group and not seat.group.starts_on <= day <= (seat.group.ends_on or day):
            wrong.append(f"{day}: {seat.group} is no more")
        began = [b for b in batches if b.programme_id == seat.enrolment.programme_id]
        batch = next((b for b in began if b.starts_on <= seat.starts_on <= b.ends_on), None)
        if batch is None or day > batch.ends_on:
            wrong.append(f"{day}: a seat outlives its batch")
    for who in {s.official for s in held if s.official}:
        own = [s for s in held if s.official == who]
        if sum(s.role.full_time for s in own) > 1:
            wrong.append(f"{day}: {who.pk} full time twice")
        for programme in {s.enrolment.programme_id for s in own}:
            counted = [s for s in own if s.role.counts_to_quota and s.enrolment.programme_id == programme]
            things = {(s.enrolment.company_id, s.enrolment.project_id) for s in counted}
            projects = sum(project is not None for _, project in things)
            companies = len(things) - projects
            if who.rank != Rank.COUNTY and (companies > COMPANIES or projects > PROJECTS):
                wrong.append(f"{day}: {who.pk} has {companies} companies, {projects} projects")
            if who.rank == Rank.STAFF and companies and projects:
                wrong.append(f"{day}: {who.pk} has companies and projects")
    return wrong


@pytest.mark.parametrize("seed", [11, 47])
def test_no_order_of_acts_breaks_a_rule(seed):
    dice = Random(seed)
    people = [posted(rank=rank) for rank in (Rank.SECTION, Rank.STAFF) for _ in range(3)]
    people.append(posted(rank=Rank.COUNTY))
    units = [DepartmentFactory(), DepartmentFactory()]
    enrolments: list[Enrolment] = []
    groups: list[Group] = []
    for version in (programme(), programme()):
        batch = Batch.objects.create(
            programme=version.programme, number=1, name="第 1 批", starts_on=DAYS[0], ends_on=DAYS[-1]
        )
        groups += [GroupFactory(programme=version.programme, starts_on=DAYS[0]) for _ in range(2)]
        enrolments += [EnrolmentFactory(version=version, batch=batch) for _ in range(4)]
        for project in (ProjectFactory(), ProjectFactory()):
            fields = {"company": project.company, "project": project, "batch": batch}
            enrolments.append(EnrolmentFactory(version=version, **fields))
    meeting = threading.Barrier(CLERKS)
    clerks = [
        Clerk(place, meeting, Random(dice.random()), OfficialFactory(), people, enrolments, groups, units)
        for place in range(CLERKS)
    ]
    threads = [threading.Thread(target=clerk.work) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
        assert not thread.is_alive()
    assert [clerk.wrong for clerk in clerks] == [None] * CLERKS
    firm = ("role", "official", "group", "enrolment")
    seats = list(Assignment.objects.select_related(*firm).order_by("pk"))
    batches = list(Batch.objects.order_by("pk"))
    assert [wrong for day in [*DAYS, date(2027, 1, 1)] for wrong in broken_on(day, seats, batches)] == []
    # the dice did throw what the rules must hold against
    assert seats
    assert sum(clerk.done for clerk in clerks) > 20
    assert sum(clerk.refused for clerk in clerks) > 10
    assert Recusal.objects.exists()
    assert any(seat.group_id for seat in seats)
    assert any(batch.ends_on < DAYS[-1] for batch in batches)
    assert sum(clerk.moves for clerk in clerks) > 0
    assert passes_softly(people[-1], enrolments, clerks[0].who)


def passes_softly(official: Official, enrolments: list[Enrolment], by: Official) -> bool:
    """Whatever the dice gave, a soft quota refuses nobody: past it, the office is told."""
    told, refused = [], []
    for enrolment in enrolments:
        role = enrolment.version.team_roles.get(code="pair")
        given = {"enrolment": enrolment, "role": role, "starts_on": DAYS[2]}
        try:
            told.append(assign_seat(**given, official=official, by=by, at=NOW).warning)
        except AssignmentRefused as refusal:
            refused.append(str(refusal))  # the seat is taken, or they stay away from each other
    assert not [words for words in refused if "限额" in words]
    return any("超出限额" in words for words in told)
