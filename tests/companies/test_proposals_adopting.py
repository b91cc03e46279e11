"""试排 becomes teams in one go, and is taken back as one; of two clerks at once one wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection

from companies.choices import ProposalState
from companies.models import Assignment, Enrolment
from companies.services import (
    ProposalRefused,
    WorldMoved,
    adopt_proposal,
    assign_seat,
    preview_adoption,
    preview_taking_back,
    solve_again,
    solve_proposal,
    take_back_proposal,
    vacate_seat,
)
from tests.companies.drafts import DAY, LATER, NOW, draft_of, enrolled, officer_of, plan_of, posted
from tests.factories import (
    AssignmentFactory,
    CityFactory,
    OfficialFactory,
    VisitFactory,
    at,
)


class TestAdopting:
    def test_gives_every_seat_in_one_go(self, rules, clerk):
        official = posted()
        places = [enrolled(rules) for _ in range(2)]
        draft = draft_of(rules, clerk)
        done = adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.given, done.kept, done.ended) == (2, 0, 0)
        assert [officer_of(place) for place in places] == [official, official]
        seat = places[0].assignments.get()
        assert (seat.slot, seat.assigned_by, seat.starts_on) == (1, clerk, DAY)
        draft.refresh_from_db()
        assert (draft.state, draft.adopted_by) == (ProposalState.ADOPTED, clerk)
        assert set(draft.pairs.values_list("assignment", flat=True)) == set(
            Assignment.objects.values_list("pk", flat=True)
        )

    def test_ends_the_seats_that_it_gives_to_others(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        begun, coming = enrolled(rules), enrolled(rules)
        AssignmentFactory(enrolment=begun, official=far)
        AssignmentFactory(enrolment=coming, official=far, starts_on=date(2026, 4, 1))
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        done = adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.given, done.kept, done.ended) == (2, 0, 2)
        assert [officer_of(begun), officer_of(coming)] == [near, near]
        assert officer_of(begun, DAY - timedelta(days=1)) == far
        assert not Assignment.objects.filter(enrolment=coming, official=far).exists()

    def test_keeps_seats_that_stay_as_they_are(self, rules, clerk):
        seat = AssignmentFactory(enrolment=enrolled(rules), official=posted())
        draft = draft_of(rules, clerk, only_uncovered=False)
        done = adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.given, done.kept, done.ended) == (0, 1, 0)
        assert Assignment.objects.get() == seat

    @pytest.mark.parametrize("what", ["taken", "full", "moved away", "left"])
    def test_is_refused_whole_when_the_world_has_moved(self, rules, clerk, what):
        official, spare = posted(), posted(CityFactory())
        first, second = enrolled(rules), enrolled(rules)
        draft = draft_of(rules, clerk)
        assert plan_of(draft) == {first: official, second: official}
        officer = rules.team_roles.get(code="officer")
        common = {"role": officer, "starts_on": DAY, "by": clerk, "at": NOW}
        if what == "taken":
            assign_seat(enrolment=first, official=spare, **common)
            words = "已经有人"
        elif what == "full":
            assign_seat(enrolment=enrolled(rules), official=official, **common)
            words = "限额已用满"
        elif what == "moved away":
            official.postings.update(ends_on=DAY - timedelta(days=1))
            words = "没有可以包联的任职"
        else:
            Enrolment.objects.filter(pk=first.pk).update(ends_on=DAY - timedelta(days=1))
            words = "已退出包联"
        before = Assignment.objects.count()
        told = preview_adoption(proposal=draft, on=DAY)[1]
        assert any(words in conflict.words for conflict in told)
        with pytest.raises(WorldMoved, match="没有写入任何内容") as refusal:
            adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert any(words in conflict.words for conflict in refusal.value.conflicts)
        assert Assignment.objects.count() == before
        draft.refresh_from_db()
        assert draft.is_draft
        # solving again keeps what still holds and mends the rest
        new = solve_again(proposal=draft, keep_all=True, by=clerk, at=NOW)
        solve_proposal(proposal_id=new.pk, at=NOW)
        new.refresh_from_db()
        adopt_proposal(proposal=new, by=clerk, at=NOW)
        assert officer_of(second) is not None

    def test_a_draft_whose_day_has_passed_holds_from_today(self, rules, clerk):
        posted()
        place = enrolled(rules)
        draft = draft_of(rules, clerk)
        adopt_proposal(proposal=draft, by=clerk, at=at(2026, 3, 9))
        assert place.assignments.get().starts_on == date(2026, 3, 9)

    def test_previews_what_it_will_do(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        AssignmentFactory(enrolment=enrolled(rules), official=far)
        kept = AssignmentFactory(enrolment=enrolled(rules), official=near)
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        doing, conflicts = preview_adoption(proposal=draft, on=DAY)
        assert (doing.given, doing.kept, doing.ended, conflicts) == (1, 1, 1, [])
        assert kept in Assignment.objects.in_force(DAY)


class TestTakingBack:
    def test_undoes_all_of_it_and_puts_back_who_was_there(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        begun, coming, bare = enrolled(rules), enrolled(rules), enrolled(rules)
        AssignmentFactory(enrolment=begun, official=far, ends_on=date(2026, 12, 31))
        AssignmentFactory(enrolment=coming, official=far, starts_on=date(2026, 4, 1))
        before = set(Assignment.objects.values_list("enrolment", "official", "starts_on", "ends_on"))
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        assert officer_of(bare) is not None
        assert near in plan_of(draft).values()
        draft.refresh_from_db()
        told = preview_taking_back(proposal=draft)
        done = take_back_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.undone, done.restored, done.staying) == (told.undone, told.restored, [])
        after = set(Assignment.objects.values_list("enrolment", "official", "starts_on", "ends_on"))
        assert after == before
        draft.refresh_from_db()
        assert (draft.state, draft.taken_back_by) == (ProposalState.TAKEN_BACK, clerk)

    def test_days_later_the_seats_end_and_come_back_from_that_day(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        place = enrolled(rules)
        AssignmentFactory(enrolment=place, official=far)
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        take_back_proposal(proposal=draft, by=clerk, at=at(2026, 3, 9))
        days = [date(2026, 3, 1), DAY, date(2026, 3, 8), date(2026, 3, 9)]
        assert [officer_of(place, day) for day in days] == [far, near, near, far]

    def test_what_somebody_changed_or_worked_on_stays(self, rules, clerk):
        posted(), posted(), posted()
        places = [enrolled(rules) for _ in range(3)]
        draft = draft_of(rules, clerk)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        replaced, visited, untouched = places
        vacate_seat(assignment=replaced.assignments.get(), on=DAY, by=clerk, at=NOW)
        VisitFactory(enrolment=visited, official=officer_of(visited), on=DAY, logged_at=at(2026, 3, 2, 15))
        done = take_back_proposal(proposal=draft, by=clerk, at=LATER)
        assert done.undone == 1
        assert {one.enrolment: one.words for one in done.staying} == {
            replaced: "采用后席位已被更换、撤下或结束",
            visited: "采用后已有走访或联系记录",
        }
        assert officer_of(visited, date(2026, 3, 3)) is not None
        assert officer_of(untouched, date(2026, 3, 3)) is None

    def test_who_has_no_room_any_more_does_not_come_back(self, rules, clerk):
        far, near = posted(CityFactory()), posted()
        place = enrolled(rules)
        AssignmentFactory(enrolment=place, official=far)
        draft = draft_of(rules, clerk, only_uncovered=False, keep_weight=0, near_weight=3)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        for _ in range(2):
            AssignmentFactory(enrolment=enrolled(rules), official=far)
        done = take_back_proposal(proposal=draft, by=clerk, at=NOW)
        assert (done.undone, done.restored) == (1, 0)
        assert [one.words for one in done.staying] == ["未恢复原席位：该干部的包联限额已用满"]
        assert officer_of(place) is None
        assert near

    def test_is_refused_after_its_days_and_when_nothing_is_left(self, rules, clerk):
        posted()
        place = enrolled(rules)
        draft = draft_of(rules, clerk)
        with pytest.raises(ProposalRefused, match="现在是“草案”"):
            take_back_proposal(proposal=draft, by=clerk, at=NOW)
        adopt_proposal(proposal=draft, by=clerk, at=NOW)
        with pytest.raises(ProposalRefused, match="2026-03-17 前可以整体撤回"):
            take_back_proposal(proposal=draft, by=clerk, at=at(2026, 3, 18))
        vacate_seat(assignment=place.assignments.get(), on=DAY, by=clerk, at=NOW)
        with pytest.raises(ProposalRefused, match="没有可以撤回的"):
            take_back_proposal(proposal=draft, by=clerk, at=NOW)


# --- two clerks at once, on real PostgreSQL -----------------------------------------------------------


def at_once(*acts: Callable[[], object]) -> list[object]:
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=10)
            answers[place] = acts[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_clerks_adopting_one_draft_one_wins_and_the_other_is_told(rules, clerk):
    posted()
    place, other = enrolled(rules), OfficialFactory(name="另一人")
    draft = draft_of(rules, clerk)
    answers = at_once(*[lambda by=by: adopt_proposal(proposal=draft, by=by, at=NOW) for by in (clerk, other)])
    refused = [answer for answer in answers if isinstance(answer, ProposalRefused)]
    assert len(refused) == 1
    assert "已由" in str(refused[0])
    assert place.assignments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_drafts_adopted_at_once_break_no_quota(rules, clerk):
    official = posted()
    places = [enrolled(rules) for _ in range(2)]
    drafts = [draft_of(rules, clerk) for _ in range(2)]
    answers = at_once(*[lambda d=d: adopt_proposal(proposal=d, by=clerk, at=NOW) for d in drafts])
    assert sum(isinstance(answer, WorldMoved) for answer in answers) == 1
    assert official.assignments.count() == 2
    assert [place.assignments.count() for place in places] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_adopting_while_somebody_assigns_breaks_no_quota(rules, clerk):
    official = posted()
    [enrolled(rules) for _ in range(2)]
    draft = draft_of(rules, clerk)
    third, officer = enrolled(rules), rules.team_roles.get(code="officer")
    answers = at_once(
        lambda: adopt_proposal(proposal=draft, by=clerk, at=NOW),
        lambda: assign_seat(
            enrolment=third, role=officer, official=official, starts_on=DAY, by=clerk, at=NOW
        ),
    )
    assert sum(isinstance(answer, Exception) for answer in answers) == 1, answers
    assert official.assignments.count() in (1, 2)
