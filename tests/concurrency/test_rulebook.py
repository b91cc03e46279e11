"""Clerks at one programme's rules at once, and rules beside the calendar: one wins, the other is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from issues import services as issues
from issues.choices import Move
from issues.models import Ticket
from liaison import services
from liaison.choices import VersionStatus
from liaison.holidays import Holiday
from liaison.models import AuditEvent, CalendarChange, LimitRule, Programme, ProgrammeVersion
from liaison.reports import fingerprint, ruleset_of
from tests.calendar.test_changes import draft_2027
from tests.concurrency.together import Act, at_once, behind
from tests.factories import Cast, TicketFactory, at

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 3, 2)
MAY = date(2026, 5, 1)


@pytest.fixture
def draft(cast: Cast) -> ProgrammeVersion:
    """The second version of 助商稳企, from May on."""
    return services.draft_version(
        programme=cast.version.programme, effective_from=MAY, by=cast.office, at=NOW
    )


def report(version: ProgrammeVersion) -> LimitRule:
    return version.limits.get(kind="report")


def publish(version: ProgrammeVersion, cast: Cast, who: str, **given: Any) -> Act:
    return lambda: services.publish_version(version=version, by=cast[who], at=NOW, **given)


def save(version: ProgrammeVersion, cast: Cast, who: str, days: int = 3) -> Act:
    rule = report(version)
    return lambda: services.save_rule(
        version=version, rule=rule, values={"working_days": days}, by=cast[who], at=NOW
    )


def discard(version: ProgrammeVersion, cast: Cast, who: str) -> Act:
    return lambda: services.discard_draft(version=version, by=cast[who], at=NOW)


def told(answer: object) -> str:
    """What the one who came second was told."""
    assert isinstance(answer, services.PublishRefused | services.DraftRefused), answer
    return str(answer)


class TestPublishing:
    def test_of_two_clerks_with_one_draft_one_publishes_it(self, cast: Cast, draft: ProgrammeVersion):
        answers = behind(publish(draft, cast, "office"), publish(draft, cast, "admin"))
        assert told(answers[1]) == "该版本已发布。"
        draft.refresh_from_db()
        assert (draft.status, draft.published_by) == (VersionStatus.PUBLISHED, cast.office)
        assert AuditEvent.objects.filter(action="发布方案版本", by=cast.admin).count() == 0

    def test_of_two_who_press_together_one_publishes_it(self, cast: Cast, draft: ProgrammeVersion):
        adopted = {"adopt": {"limits/report"}}
        save(draft, cast, "office")()
        answers = at_once(publish(draft, cast, "office", **adopted), publish(draft, cast, "admin"))
        refused = [answer for answer in answers if isinstance(answer, services.PublishRefused)]
        assert [str(one) for one in refused] == ["该版本已发布。"]
        draft.refresh_from_db()
        chosen = draft.published_by == cast.office
        assert draft.adopted_by.count() == int(chosen), "the choice goes with the one who won"

    def test_a_second_draft_cannot_be_begun_beside_the_first(self, cast: Cast):
        begin = lambda who: services.draft_version(  # noqa: E731
            programme=cast.version.programme, effective_from=MAY, by=cast[who], at=NOW
        )
        answers = behind(lambda: begin("office"), lambda: begin("admin"))
        assert told(answers[1]) == "第 2 版草稿还没有发布，请先发布或放弃它。"
        assert cast.version.programme.versions.count() == 2

    def test_a_draft_begun_while_another_is_published_continues_it(self, cast: Cast, draft: ProgrammeVersion):
        """The newer draft starts from what was just published, not from what was there before."""
        save(draft, cast, "office", 4)()
        begin = lambda: services.draft_version(  # noqa: E731
            programme=cast.version.programme, effective_from=date(2026, 6, 1), by=cast.admin, at=NOW
        )
        answers = behind(publish(draft, cast, "office"), begin)
        third = answers[1]
        assert isinstance(third, ProgrammeVersion)
        assert (third.number, report(third).working_days) == (3, 4)


class TestEditing:
    def test_what_is_saved_while_it_is_published_is_refused_and_changes_nothing(
        self, cast: Cast, draft: ProgrammeVersion
    ):
        answers = behind(publish(draft, cast, "office"), save(draft, cast, "admin"))
        assert told(answers[1]) == "第 2 版已经发布，不能再改；请起草新版本。"
        assert report(draft).working_days == 2

    def test_what_was_saved_meanwhile_is_not_published_unseen(self, cast: Cast, draft: ProgrammeVersion):
        seen = fingerprint(ruleset_of(draft))
        answers = behind(save(draft, cast, "admin"), publish(draft, cast, "office", seen=seen))
        assert "草稿又有改动" in told(answers[1])
        draft.refresh_from_db()
        assert draft.status == VersionStatus.DRAFT
        assert report(draft).working_days == 3

    def test_two_saves_of_one_rule_leave_both_lines_in_the_trail(self, cast: Cast, draft: ProgrammeVersion):
        behind(save(draft, cast, "office", 3), save(draft, cast, "admin", 5))
        assert report(draft).working_days == 5
        lines = AuditEvent.objects.filter(action="修改规则").order_by("pk")
        assert [line.by for line in lines] == [cast.office, cast.admin]

    def test_two_new_rules_of_the_same_name_become_one(self, cast: Cast, draft: ProgrammeVersion):
        from liaison.models import EscalationRule

        values = {"trigger": "transfers", "rung": "standing_meeting", "threshold": 5}

        def add(who: str) -> Act:
            return lambda: services.save_rule(
                version=draft, rule=EscalationRule(), values=values, by=cast[who], at=NOW
            )

        answers = behind(add("office"), add("admin"))
        assert told(answers[1]).startswith("本版已经有这一条：")
        assert draft.escalations.filter(trigger="transfers", rung="standing_meeting").count() == 1


class TestDiscarding:
    def test_a_draft_that_is_being_published_is_not_discarded(self, cast: Cast, draft: ProgrammeVersion):
        answers = behind(publish(draft, cast, "office"), discard(draft, cast, "admin"))
        assert told(answers[1]) == "第 2 版已经发布，不能再改；请起草新版本。"
        assert report(draft).working_days == 2

    @pytest.mark.parametrize("second", [publish, save, discard])
    def test_who_comes_after_a_discard_is_told(self, cast: Cast, draft: ProgrammeVersion, second: Any):
        answers = behind(discard(draft, cast, "office"), second(draft, cast, "admin"))
        assert told(answers[1]) == "草稿已经不在了：刚由他人放弃。"
        assert list(cast.version.programme.versions.all()) == [cast.version]

    def test_a_first_draft_goes_with_its_programme_and_the_other_is_told(self, cast: Cast):
        first = services.load_preset(
            preset="p0", region=cast.city, starts_on=MAY, by=cast.office, at=NOW, publish=False
        )
        answers = behind(discard(first, cast, "office"), publish(first, cast, "admin"))
        assert told(answers[1]) == "草稿已经不在了：刚由他人放弃。"
        assert not Programme.objects.filter(code="p0").exists()

    def test_a_first_draft_published_and_discarded_at_once_ends_one_way(self, cast: Cast):
        """Neither waits for the other in a circle: both lock the programme first."""
        first = services.load_preset(
            preset="p1", region=cast.city, starts_on=MAY, by=cast.office, at=NOW, publish=False
        )
        answers = at_once(publish(first, cast, "office"), discard(first, cast, "admin"))
        refused = [told(answer) for answer in answers if isinstance(answer, Exception)]
        assert len(refused) == 1, answers
        assert Programme.objects.filter(code="p1").exists() == ("已经发布" in refused[0])


CLOSED = Holiday("元旦", date(2027, 1, 1), date(2027, 1, 3))
MONDAY, WEDNESDAY = at(2026, 12, 28), date(2026, 12, 30)
MORNING = at(2026, 12, 30, 6)


class TestRulesBesideTheCalendar:
    """A new year's holidays and a longer limit for open work reach the same problem, in any order."""

    @pytest.fixture
    def ticket(self, cast: Cast) -> Ticket:
        """Given on Monday 28 December 2026, five working days: provisional 4 January 2027."""
        ticket: Ticket = TicketFactory(
            in_progress=True, enrolment=cast.enrolment, by=cast.official, lead=cast.land, unit=cast.unit,
            office=cast.office, cooperating=[cast.power], at=at(2026, 12, 28, 8),
        )  # fmt: skip
        assert ticket.due_on == date(2027, 1, 4)
        return ticket

    @pytest.fixture
    def adoption(self, cast: Cast, ticket: Ticket) -> Act:
        """Grade A takes 8 working days instead of 5, from Wednesday, for open work, too."""
        version = services.draft_version(
            programme=cast.version.programme, effective_from=WEDNESDAY, by=cast.office, at=MONDAY
        )
        grade = version.grades.get(code="A")
        services.save_rule(version=version, rule=grade, values={"working_days": 8}, by=cast.office, at=MONDAY)
        services.publish_version(version=version, by=cast.office, at=MONDAY, adopt={"grades/A"})
        return lambda: issues.apply_adoptions(at=MORNING)

    @pytest.fixture
    def year(self, cast: Cast) -> Act:
        """2027 is published: Friday 1 January is no working day."""
        change: CalendarChange = draft_2027(cast, holidays=(CLOSED,), has_looked=True)
        services.confirm_change(change=change, by=cast.office, at=MONDAY)
        return lambda: issues.apply_calendar_change(change_id=change.pk, at=MORNING)

    @pytest.mark.parametrize("order", ["the year first", "the rule first", "race", "race, the other way"])
    def test_the_deadline_is_right_whatever_came_first(
        self, ticket: Ticket, adoption: Act, year: Act, order: str
    ):
        if order == "the year first":
            assert [year(), adoption()] == [1, 1]
        elif order == "the rule first":
            assert [adoption(), year()] == [1, 1]
        else:
            pair = (adoption, year) if order == "race" else (year, adoption)
            assert list(behind(*pair)) == [1, 1]
        ticket.refresh_from_db()
        # 29, 30, 31 December, then 4 to 8 January: the eighth working day
        assert (ticket.next_on, ticket.due_on) == (date(2027, 1, 8), date(2027, 1, 8))
        assert not ticket.due_is_provisional
        assert ticket.alarm_on == date(2027, 1, 15)
        lead = ticket.units.get(part="lead")
        helper = ticket.units.get(part="cooperate")
        assert (lead.due_on, helper.due_on) == (date(2027, 1, 8), date(2026, 12, 31))
        notes = ticket.events.filter(move=Move.RECKON).order_by("pk").values_list("due_on", flat=True)
        between = date(2027, 1, 5) if order in ("the year first", "race, the other way") else date(2027, 1, 7)
        assert list(notes) == [between, date(2027, 1, 8)]

    def test_both_at_once_never_lock_each_other_out(self, ticket: Ticket, adoption: Act, year: Act):
        assert sorted(at_once(adoption, year)) == [1, 1]
        ticket.refresh_from_db()
        assert ticket.due_on == date(2027, 1, 8)
