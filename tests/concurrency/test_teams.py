"""Who puts teams together while somebody else does: rosters, drafts, batches, groups, deputies, duty logs."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest

from companies.imports.assignments import AssignmentExaminer
from companies.models import Assignment, DutyEntry, Enrolment, Proposal
from companies.services import (
    Adoption,
    AssignmentRefused,
    BatchRefused,
    DeputyRefused,
    DutyRefused,
    GroupRefused,
    TakingBack,
    WorldMoved,
    add_member,
    adopt_proposal,
    assign_group_seat,
    assign_seat,
    close_batch,
    dissolve_group,
    end_member,
    log_duty,
    open_batch,
    set_deputy,
    take_back_proposal,
)
from liaison.choices import GroupDuty, ImportState, Rank, VersionStatus
from liaison.imports import engine
from liaison.imports.rosters import Draft
from liaison.models import AuditEvent, Batch, BatchRule, Deputy, Official, ProgrammeVersion
from liaison.services import imports as rosters
from tests.companies.drafts import draft_of, enrolled, officer_of, posted
from tests.concurrency.together import PATIENCE, Act, at_once, behind, wait_until_somebody_waits
from tests.factories import (
    AssignmentFactory,
    Cast,
    CityFactory,
    CompanyFactory,
    EnrolmentFactory,
    GroupFactory,
    OfficialFactory,
    PostingFactory,
    ProgrammeFactory,
    QuotaFactory,
    TeamRoleFactory,
    VersionFactory,
    at,
)
from tests.factories.rulebook import preset_version
from tests.imports.files import check, sheet_bytes

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
NOW = at(2026, 3, 2)


def published(*, companies: int = 2, batches: bool = False, **seat: object) -> ProgrammeVersion:
    """A seat for one, with a quota for 科级 where it counts to one."""
    version = VersionFactory(programme=ProgrammeFactory(region=CityFactory()))
    TeamRoleFactory(version=version, code="officer", max_count=1, **seat)
    QuotaFactory(version=version, rank=Rank.SECTION, companies=companies)
    if batches:
        BatchRule.objects.create(version=version, months=12)
    version.status, version.published_at = VersionStatus.PUBLISHED, NOW
    version.save()
    return version


@pytest.fixture
def clerk() -> Official:
    return OfficialFactory(name="何主任")


def assign(enrolment: Enrolment, official: Official, by: Official, starts_on: date = DAY) -> Act:
    role = enrolment.version.team_roles.get(code="officer")
    return lambda: assign_seat(
        enrolment=Enrolment.objects.get(pk=enrolment.pk),
        role=role,
        official=official,
        starts_on=starts_on,
        by=by,
        at=NOW,
    )


def adopt(draft: Proposal, by: Official) -> Act:
    return lambda: adopt_proposal(proposal=draft, by=by, at=NOW)


class TestRosterOfTeams:
    """A roster about to be written, and a clerk who gives the same official a company."""

    @pytest.fixture
    def places(self, cast: Cast) -> list[Enrolment]:
        return [EnrolmentFactory(company=CompanyFactory(region=cast.county)) for _ in range(6)]

    def write(self, cast: Cast, official: Official, places: list[Enrolment]) -> Act:
        rows = [[e.company.uscc, "包抓干部", official.name, official.phone, "2026-03-02"] for e in places]
        headings = ("统一社会信用代码", "席位", "干部姓名", "手机号", "包联起")
        options = {"programme": cast.version.programme.code, "enrol": False}
        run = check("assignments", sheet_bytes(headings, rows), cast.roster, options=options)
        assert run.state == ImportState.CHECKED
        rosters.confirm_import(run=run, sha256=run.sha256, digest=run.digest, by=cast.roster, at=NOW)
        return lambda: engine.apply_import(run_id=run.pk, at=NOW)

    def test_the_roster_first_the_clerk_is_refused(self, cast, places):
        official = PostingFactory(department=cast.land, official__rank=Rank.SECTION).official
        write = self.write(cast, official, places[:5])
        wrote, assigned = behind(write, assign(places[5], official, cast.office))
        assert wrote == ImportState.APPLIED
        assert isinstance(assigned, AssignmentRefused)
        assert "限额 5 户" in str(assigned)
        assert official.assignments.count() == 5

    def test_the_clerk_first_the_roster_goes_back_to_be_checked(self, cast, places):
        official = PostingFactory(department=cast.land, official__rank=Rank.SECTION).official
        write = self.write(cast, official, places[:5])
        assigned, wrote = behind(assign(places[5], official, cast.office), write)
        assert isinstance(assigned, Assignment)
        assert wrote != ImportState.APPLIED
        assert official.assignments.count() == 1  # all of the roster or nothing

    def test_the_same_seat_has_one_holder(self, cast, places):
        one, other = (PostingFactory(department=cast.land).official for _ in range(2))
        write = self.write(cast, one, places[:1])
        assigned, wrote = behind(assign(places[0], other, cast.office), write)
        assert isinstance(assigned, Assignment)
        assert wrote != ImportState.APPLIED
        assert places[0].assignments.get(role__code="officer").official == other

    def test_a_long_roster_and_a_clerk_do_not_wait_in_a_circle(self, cast, places, monkeypatch):
        """The sheet's second batch has the very team that the clerk holds while waiting for the official."""
        official = PostingFactory(department=cast.land, official__rank=Rank.SECTION).official
        write = self.write(cast, official, places[:2])
        begun, examine = threading.Event(), AssignmentExaminer.examine

        def slowly(self: AssignmentExaminer, drafts: list[Draft], *, lock: bool) -> None:
            examine(self, drafts, lock=lock)
            if not begun.is_set():
                begun.set()
                wait_until_somebody_waits()

        monkeypatch.setattr(AssignmentExaminer, "batch_size", 1)
        monkeypatch.setattr(AssignmentExaminer, "examine", slowly)
        clerk = assign(places[1], official, cast.office)
        wrote, assigned = at_once(write, lambda: begun.wait(PATIENCE) and clerk())
        assert wrote == ImportState.APPLIED
        assert isinstance(assigned, AssignmentRefused)
        assert official.assignments.count() == 2


class TestDrafts:
    def test_of_two_that_overlap_the_second_is_told_and_writes_nothing(self, clerk):
        version = published()
        posted(), posted()
        shared, first, second = (enrolled(version, industry=code) for code in ("01", "26", "34"))
        drafts = [draft_of(version, clerk), draft_of(version, clerk)]
        drafts[0].pairs.filter(enrolment=second).delete()
        drafts[1].pairs.filter(enrolment=first).delete()
        done, told = behind(adopt(drafts[0], clerk), adopt(drafts[1], clerk))
        assert isinstance(done, Adoption)
        assert isinstance(told, WorldMoved)
        assert {one.enrolment for one in told.conflicts} == {shared}
        assert not second.assignments.exists()

    @pytest.mark.parametrize("same_seat", [True, False])
    def test_a_clerk_in_the_midst_of_adopting_waits_and_is_refused(self, clerk, same_seat):
        version = published()
        official, spare = posted(), posted(CityFactory(), rank=Rank.COUNTY)
        place, _ = enrolled(version), enrolled(version)
        draft, third = draft_of(version, clerk), enrolled(version)
        done, assigned = behind(
            adopt(draft, clerk), assign(place, spare, clerk) if same_seat else assign(third, official, clerk)
        )
        assert isinstance(done, Adoption)
        assert isinstance(assigned, AssignmentRefused)
        assert official.assignments.count() == 2

    @pytest.mark.parametrize("same_seat", [True, False])
    def test_adopting_behind_a_clerk_sees_what_the_clerk_did(self, clerk, same_seat):
        version = published()
        official, spare = posted(), posted()
        places = [enrolled(version), enrolled(version)]
        draft, third = draft_of(version, clerk), enrolled(version)
        draft.pairs.update(official=official, is_fixed=True)
        busy = assign(places[0], spare, clerk) if same_seat else assign(third, official, clerk)
        assigned, told = behind(busy, adopt(draft, clerk))
        assert isinstance(assigned, Assignment)
        assert isinstance(told, WorldMoved)
        assert Assignment.objects.count() == 1

    def taken_over(self, clerk: Official) -> tuple[Proposal, Official, Enrolment]:
        """An adopted plan that took a company from somebody far away, who has room for that one alone."""
        version = published(companies=1)
        far, _near = posted(CityFactory()), posted()
        place = enrolled(version)
        AssignmentFactory(enrolment=place, official=far, starts_on=date(2026, 1, 5))
        draft = draft_of(version, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        assert adopt_proposal(proposal=draft, by=clerk, at=NOW).ended == 1
        return draft, far, enrolled(version)

    def counted(self, official: Official) -> int:
        return official.assignments.in_force(DAY + timedelta(days=1)).count()

    def test_who_comes_back_by_taking_back_has_no_room_for_another_company(self, clerk):
        draft, far, other = self.taken_over(clerk)
        back, assigned = behind(
            lambda: take_back_proposal(proposal=draft, by=clerk, at=NOW), assign(other, far, clerk)
        )
        assert isinstance(back, TakingBack)
        assert back.restored == 1
        assert isinstance(assigned, AssignmentRefused)
        assert self.counted(far) == 1

    def test_who_got_another_company_meanwhile_does_not_come_back(self, clerk):
        draft, far, other = self.taken_over(clerk)
        assigned, back = behind(
            assign(other, far, clerk), lambda: take_back_proposal(proposal=draft, by=clerk, at=NOW)
        )
        assert isinstance(assigned, Assignment)
        assert isinstance(back, TakingBack)
        assert (back.undone, back.restored) == (1, 0)
        assert self.counted(far) == 1

    def test_full_time_in_two_programmes_is_one(self, clerk):
        first, second = (published(full_time=True) for _ in range(2))
        official = posted()
        place, elsewhere = enrolled(first), enrolled(second)
        draft = draft_of(first, clerk)
        done, assigned = behind(adopt(draft, clerk), assign(elsewhere, official, clerk))
        assert isinstance(done, Adoption)
        assert isinstance(assigned, AssignmentRefused)
        assert "脱产专职" in str(assigned)
        assert officer_of(place) == official

    def test_a_full_time_seat_given_meanwhile_is_a_refusal_and_no_fault(self, clerk):
        first, second = (published(full_time=True) for _ in range(2))
        official = posted()
        enrolled(first)
        elsewhere = enrolled(second)
        draft = draft_of(first, clerk)
        assigned, told = behind(assign(elsewhere, official, clerk), adopt(draft, clerk))
        assert isinstance(assigned, Assignment)
        assert isinstance(told, WorldMoved)
        assert "脱产专职" in told.conflicts[0].words


class TestBatches:
    @pytest.fixture
    def p1(self) -> ProgrammeVersion:
        return published(batches=True)

    def open(self, version: ProgrammeVersion, by: Official) -> Act:
        return lambda: open_batch(programme=version.programme, starts_on=DAY, by=by, at=NOW)

    def close(self, batch: Batch, on: date, by: Official) -> Act:
        return lambda: close_batch(batch=Batch.objects.get(pk=batch.pk), ends_on=on, by=by, at=NOW)

    @pytest.fixture
    def batch(self, p1: ProgrammeVersion, clerk: Official) -> Batch:
        return open_batch(programme=p1.programme, starts_on=DAY, by=clerk, at=NOW)

    def test_of_two_who_open_one_one_does(self, p1, clerk):
        for act in (behind, at_once):
            Batch.objects.all().delete()
            answers = act(self.open(p1, clerk), self.open(p1, clerk))
            assert sum(isinstance(answer, Batch) for answer in answers) == 1, answers
            (told,) = (answer for answer in answers if isinstance(answer, BatchRefused))
            assert "日期重叠" in str(told)
            assert Batch.objects.get().number == 1

    def test_a_seat_given_while_the_first_batch_opens_ends_with_it(self, p1, clerk):
        for first_gives in (True, False):
            place = EnrolmentFactory(version=p1, starts_on=DAY)
            acts = [self.give(place, clerk, DAY), self.open(p1, clerk)]
            answers = behind(*(acts if first_gives else acts[::-1]))
            assert {type(answer) for answer in answers} == {Assignment, Batch}, answers
            batch = Batch.objects.get()
            place.refresh_from_db()
            assert (place.batch, place.assignments.get().ends_on) == (batch, batch.ends_on)
            Enrolment.objects.update(batch=None)
            batch.delete()

    def test_of_two_who_end_one_the_second_is_told(self, batch, clerk):
        last = DAY + timedelta(days=30)
        done, told = behind(self.close(batch, last, clerk), self.close(batch, last, clerk))
        assert isinstance(done, Batch)
        assert isinstance(told, BatchRefused)
        assert AuditEvent.objects.filter(action="提前结束批次").count() == 1

    def give(self, enrolment: Enrolment, by: Official, on: date) -> Act:
        return assign(enrolment, posted(), by, on)

    def test_a_seat_given_while_a_batch_is_cut_short_ends_with_it(self, p1, batch, clerk):
        last = DAY + timedelta(days=30)
        for first_gives in (True, False):
            place = EnrolmentFactory(version=p1, starts_on=DAY, batch=batch)
            last -= timedelta(days=1)
            acts = [self.give(place, clerk, DAY), self.close(batch, last, clerk)]
            answers = behind(*(acts if first_gives else acts[::-1]))
            assert {type(answer) for answer in answers} == {Assignment, Batch}, answers
            assert place.assignments.get().ends_on == last

    def test_nobody_begins_after_a_batch_that_was_cut_short(self, p1, batch, clerk):
        place = EnrolmentFactory(version=p1, starts_on=DAY, batch=batch)
        last = DAY + timedelta(days=5)
        _, told = behind(self.close(batch, last, clerk), self.give(place, clerk, DAY + timedelta(days=9)))
        assert isinstance(told, AssignmentRefused)
        assert "不在任何批次之内" in str(told)
        assert not place.assignments.exists()


class TestGroups:
    @pytest.fixture
    def squad(self, cast: Cast):
        return GroupFactory(programme=preset_version("p3").programme, starts_on=DAY)

    @pytest.fixture
    def place(self, squad, cast: Cast) -> Enrolment:
        version = preset_version("p3")
        return EnrolmentFactory(version=version, company=CompanyFactory(region=cast.county), starts_on=DAY)

    def join(self, squad, by: Official, official: Official | None = None, **fields) -> Act:
        who = official or posted()
        given = {"duty": GroupDuty.HEAD, "starts_on": DAY} | fields
        return lambda: add_member(group=squad, official=who, by=by, at=NOW, **given)

    def give(self, squad, place: Enrolment, by: Official) -> Act:
        role = place.version.team_roles.get(code="squad")
        return lambda: assign_group_seat(
            enrolment=place, role=role, group=squad, starts_on=DAY, by=by, at=NOW
        )

    def dissolve(self, squad, by: Official) -> Act:
        return lambda: dissolve_group(group=squad, ends_on=DAY, by=by, at=NOW)

    def test_one_head_however_many_are_named(self, squad, clerk):
        done, told = behind(self.join(squad, clerk), self.join(squad, clerk))
        assert isinstance(told, GroupRefused)
        assert "组长已由" in str(told)
        assert squad.members.get() == done

    def test_nobody_joins_twice(self, squad, clerk):
        who = posted()
        member = {"duty": GroupDuty.MEMBER}
        answers = at_once(*[self.join(squad, clerk, who, **member) for _ in range(3)])
        assert sum(isinstance(answer, GroupRefused) for answer in answers) == 2, answers
        assert squad.members.count() == 1

    def test_a_group_that_takes_a_seat_is_not_dissolved_nor_the_other_way_round(self, squad, place, clerk):
        seat, told = behind(self.give(squad, place, clerk), self.dissolve(squad, clerk))
        assert isinstance(seat, Assignment)
        assert isinstance(told, GroupRefused)
        assert "还包联着 1 家" in str(told)

    def test_a_dissolved_group_takes_no_seat(self, squad, place, clerk):
        day = DAY + timedelta(days=5)
        role = place.version.team_roles.get(code="squad")
        _, told = behind(
            self.dissolve(squad, clerk),
            lambda: assign_group_seat(
                enrolment=place, role=role, group=squad, starts_on=day, by=clerk, at=NOW
            ),
        )
        assert isinstance(told, AssignmentRefused)
        assert not place.assignments.exists()

    def test_two_groups_for_one_seat_are_one(self, squad, place, clerk):
        other = GroupFactory(programme=squad.programme, starts_on=DAY)
        seat, told = behind(self.give(squad, place, clerk), self.give(other, place, clerk))
        assert isinstance(told, AssignmentRefused)
        assert "最多 1 个" in str(told)
        assert place.assignments.get() == seat

    def test_the_last_member_leaves_while_the_group_takes_a_seat_and_it_is_said(self, squad, place, clerk):
        member = self.join(squad, clerk)()
        leave = lambda: end_member(  # noqa: E731 - an act like the others
            member=member, ends_on=DAY - timedelta(days=1), by=clerk, at=NOW
        )
        _, seat = behind(leave, self.give(squad, place, clerk))
        assert isinstance(seat, Assignment)
        assert "还没有成员" in seat.warning


class TestDutyLog:
    def log(self, cast: Cast, **fields) -> Act:
        given = {
            "client_id": uuid4(), "enrolment": cast.enrolment, "source": "policy", "on": DAY,
            "words": "对接稳岗返还", "by": cast.official, "at": at(2026, 3, 2, 16),
        }  # fmt: skip
        return lambda: log_duty(**given | fields)

    def test_a_line_sent_twice_at_the_same_moment_is_one(self, cast):
        for act in (behind, at_once):
            name = uuid4()
            answers = act(self.log(cast, client_id=name), self.log(cast, client_id=name))
            kept = DutyEntry.objects.get(client_id=name)
            assert [getattr(answer, "pk", answer) for answer in answers] == [kept.pk] * 2
        assert AuditEvent.objects.filter(action="登记规定动作").count() == 2

    def test_a_day_at_the_front_is_one_day(self, cast):
        day = {"source": "front_line"}
        answers = behind(self.log(cast, **day), self.log(cast, **day))
        assert isinstance(answers[1], DutyRefused)
        assert "一天只记一次" in str(answers[1])


class TestDeputies:
    MARCH = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31)}

    def put(self, official: Official, deputy: Official, by: Official) -> Act:
        return lambda: set_deputy(
            official=official, deputy=deputy, reason="外出学习", by=by, at=NOW, **self.MARCH
        )

    def test_one_deputy_at_a_time(self, clerk):
        away, one, other = posted(), posted(), posted()
        done, told = behind(self.put(away, one, clerk), self.put(away, other, clerk))
        assert isinstance(done, Deputy)
        assert isinstance(told, DeputyRefused)
        assert Deputy.objects.count() == 1

    def test_two_do_not_stand_in_for_each_other(self, clerk):
        one, other = posted(), posted()
        _, told = behind(self.put(one, other, clerk), self.put(other, one, clerk))
        assert isinstance(told, DeputyRefused)
        assert "互相代理" in str(told)

    def test_a_circle_is_seen_whoever_closes_it(self, clerk):
        """B stands for A, D for C, and at the same moment C for B and A for D: four who are all away."""
        a, b, c, d = (posted() for _ in range(4))
        self.put(a, b, clerk)(), self.put(c, d, clerk)()
        _, told = behind(self.put(b, c, clerk), self.put(d, a, clerk))
        assert isinstance(told, DeputyRefused)
        assert Deputy.objects.count() == 3
