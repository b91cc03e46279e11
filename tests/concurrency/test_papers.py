"""Two hands at one paper: an agenda item, a bulletin, a version of the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from issues.choices import BulletinState
from issues.models import AgendaItem, Bulletin, Meeting
from issues.services import (
    BulletinRefused,
    MeetingRefused,
    decide_item,
    edit_bulletin,
    hold_meeting,
    issue_bulletin,
)
from liaison import services as ground
from liaison.choices import VersionStatus
from liaison.models import AuditEvent, Programme, ProgrammeVersion
from liaison.services import PresetRefused, PublishRefused
from tests.concurrency.together import Act, at_once, behind
from tests.factories import (
    AgendaItemFactory,
    BulletinFactory,
    Cast,
    CityFactory,
    OfficialFactory,
    PostingFactory,
    TicketFactory,
    at,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(2026, 4, 3)


def trail(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


class TestAgendaItem:
    @pytest.fixture
    def item(self, cast: Cast) -> AgendaItem:
        return AgendaItemFactory(ticket=TicketFactory(dispatched=True, enrolment=cast.enrolment), position=1)

    @staticmethod
    def decide(read: AgendaItem, words: str, cast: Cast) -> Act:
        """Written by somebody who has the item before them as it was read."""
        return lambda: decide_item(
            item=read, decision=words, due_on=None, instead_of=read.decision, by=cast.office, at=NOW
        )

    def test_of_two_decisions_written_at_once_none_is_lost_unseen(self, cast, item):
        for act in (behind, at_once):
            AgendaItem.objects.filter(pk=item.pk).update(decision="")
            before = len(trail("填写议定事项"))
            read = AgendaItem.objects.get(pk=item.pk)
            answers = act(self.decide(read, "供电局增容", cast), self.decide(read, "改由县里办", cast))
            (kept,) = (answer for answer in answers if isinstance(answer, AgendaItem))
            (lost,) = (answer for answer in answers if isinstance(answer, MeetingRefused))
            assert kept.decision in str(lost)
            item.refresh_from_db()
            assert item.decision == kept.decision
            assert len(trail("填写议定事项")) == before + 1

    def test_a_decision_can_be_rewritten_by_who_has_read_it(self, cast, item):
        self.decide(item, "供电局增容", cast)()
        again = AgendaItem.objects.get(pk=item.pk)
        assert self.decide(again, "供电局增容，县里配合", cast)().decision == "供电局增容，县里配合"
        assert len(trail("填写议定事项")) == 2

    def test_the_same_words_twice_are_one_decision(self, cast, item):
        read = AgendaItem.objects.get(pk=item.pk)
        answers = behind(self.decide(read, "供电局增容", cast), self.decide(read, "供电局增容", cast))
        assert all(isinstance(answer, AgendaItem) for answer in answers)
        assert len(trail("填写议定事项")) == 1

    def test_a_record_that_is_closed_takes_no_decision(self, cast, item):
        self.decide(item, "供电局增容", cast)()
        item.refresh_from_db()
        hold = lambda: hold_meeting(  # noqa: E731
            meeting=Meeting.objects.get(), held_on=date(2026, 4, 3), by=cast.office, at=NOW
        )
        _, answer = behind(hold, self.decide(item, "改主意", cast))
        assert isinstance(answer, MeetingRefused)
        assert "不再改动" in str(answer)
        assert AgendaItem.objects.get().decision == "供电局增容"
        assert isinstance(hold_twice := at_once(hold, hold), list)
        assert all(isinstance(answer, MeetingRefused) for answer in hold_twice)
        assert len(trail("登记调度会")) == 1

    def test_the_loser_is_told_on_the_page_with_what_was_typed(self, cast, item, clock, client_as):
        clock(NOW)
        client = client_as("office")
        meeting = item.meeting
        page = reverse("issues:meeting-decide", args=[meeting.programme.code, "2026-03", 1])
        _, answer = behind(
            self.decide(AgendaItem.objects.get(), "供电局增容", cast),
            lambda: client.post(page, {"decision": "改由县里办"}),
        )
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "刚由他人填写为“供电局增容”" in text
        assert '<input type="hidden" name="instead_of" value="供电局增容"' in text
        assert "改由县里办" in text
        assert AgendaItem.objects.get().decision == "供电局增容"
        both = {"decision": "供电局增容，县里配合", "instead_of": "供电局增容"}
        assert client.post(page, both).status_code == 302
        assert AgendaItem.objects.get().decision == "供电局增容，县里配合"


class TestBulletin:
    @pytest.fixture
    def draft(self, cast: Cast) -> Bulletin:
        return BulletinFactory(next_steps="抓紧办")

    @staticmethod
    def issue(draft: Bulletin, cast: Cast) -> Act:
        return lambda: issue_bulletin(bulletin=draft, by=cast.office, at=NOW)

    @staticmethod
    def edit(draft: Bulletin, words: str, cast: Cast) -> Act:
        return lambda: edit_bulletin(bulletin=draft, highlights="", next_steps=words, by=cast.office, at=NOW)

    def test_is_issued_once(self, cast, draft):
        answers = at_once(*[self.issue(draft, cast)] * 3)
        assert sum(isinstance(answer, Bulletin) for answer in answers) == 1
        assert sum(isinstance(answer, BulletinRefused) for answer in answers) == 2
        assert len(trail("印发通报")) == 1

    def test_is_issued_once_in_order(self, cast, draft):
        colleague = PostingFactory(department=cast.coordination, role="office").official
        answers = behind(
            self.issue(draft, cast), lambda: issue_bulletin(bulletin=draft, by=colleague, at=at(2026, 4, 4))
        )
        assert "通报已印发" in str(answers[1])
        draft.refresh_from_db()
        assert (draft.issued_by, draft.issued_at) == (cast.office, NOW)

    def test_nothing_is_written_into_it_as_it_goes_out(self, cast, draft):
        _, answer = behind(self.issue(draft, cast), self.edit(draft, "改一句", cast))
        assert isinstance(answer, BulletinRefused)
        draft.refresh_from_db()
        assert (draft.state, draft.next_steps) == (BulletinState.ISSUED, "抓紧办")
        assert not trail("修改通报")

    def test_what_was_just_written_goes_out(self, cast, draft):
        answers = behind(self.edit(draft, "改一句", cast), self.issue(draft, cast))
        assert all(isinstance(answer, Bulletin) for answer in answers)
        draft.refresh_from_db()
        assert (draft.state, draft.next_steps) == (BulletinState.ISSUED, "改一句")

    def test_of_two_texts_the_later_stands_and_the_trail_keeps_the_other(self, cast, draft):
        answers = behind(self.edit(draft, "先写的", cast), self.edit(draft, "后写的", cast))
        assert all(isinstance(answer, Bulletin) for answer in answers)
        draft.refresh_from_db()
        assert draft.next_steps == "后写的"
        before = [event.detail["before"]["next_steps"] for event in trail("修改通报")]
        assert before == ["抓紧办", "先写的"]

    def test_what_was_just_emptied_does_not_go_out(self, cast, draft):
        _, answer = behind(self.edit(draft, " ", cast), self.issue(draft, cast))
        assert isinstance(answer, BulletinRefused)
        assert "下步安排" in str(answer)

    @pytest.mark.parametrize(("name", "given"), [("issue", {}), ("edit", {"next_steps": "改一句"})])
    def test_the_loser_is_told_on_the_page(self, cast, draft, clock, client_as, name, given):
        clock(NOW)
        client = client_as("office")
        page = reverse(f"issues:bulletin-{name}", args=[draft.programme.code, "2026-03"])
        _, answer = behind(self.issue(draft, cast), lambda: client.post(page, given))
        assert answer.status_code == 302
        assert ["已印发" in str(message) for message in get_messages(answer.wsgi_request)] == [True]


class TestVersion:
    @pytest.fixture
    def draft(self) -> ProgrammeVersion:
        return ground.load_preset(
            preset="p2", region=CityFactory(), starts_on=date(2026, 1, 1), by=None, at=NOW, publish=False
        )

    @pytest.mark.parametrize("act", [behind, at_once])
    def test_is_published_once(self, draft, act: Callable[..., list[object]]):
        clerks = [OfficialFactory(), OfficialFactory()]
        answers = act(*[lambda by=by: ground.publish_version(version=draft, by=by, at=NOW) for by in clerks])
        (kept,) = (answer for answer in answers if isinstance(answer, ProgrammeVersion))
        (lost,) = (answer for answer in answers if isinstance(answer, PublishRefused))
        assert str(lost) == "该版本已发布。"
        draft.refresh_from_db()
        assert (draft.status, draft.published_by) == (VersionStatus.PUBLISHED, kept.published_by)
        assert [event.by for event in trail("发布方案版本")] == [kept.published_by]

    def test_one_preset_loaded_twice_is_one_programme(self):
        city = CityFactory()

        def load() -> object:
            return ground.load_preset(preset="p2", region=city, starts_on=date(2026, 1, 1), by=None, at=NOW)

        answers = at_once(load, load)
        (lost,) = (answer for answer in answers if isinstance(answer, PresetRefused))
        assert "已经存在" in str(lost)
        assert Programme.objects.get().versions.count() == 1
