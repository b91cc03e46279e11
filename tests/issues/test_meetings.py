"""Meetings of three kinds: agendas that fill themselves, decisions that become tasks, minutes, papers."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from issues import services
from issues.choices import Cause, MeetingKind, MeetingState, Move, Sequel
from issues.forms.meetings import DecisionForm
from issues.models import Meeting, MeetingTask, Ticket
from issues.services import MeetingRefused
from issues.services.agendas import sitting_of
from liaison.choices import Rhythm, Rung
from liaison.models import CalendarDay
from tests.factories import AgendaItemFactory, Cast, TicketFactory, at
from tests.issues.test_ladder import special_group

DAY = at(2026, 9, 14, 9)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """Given to the land bureau on 14 September, due on the 20th, and asked up to its group on the 15th."""
    special_group(cast)
    made: Ticket = TicketFactory(
        enrolment=cast.enrolment, in_progress=True, grade="A", lead=cast.land, unit=cast.unit, at=DAY
    )
    services.ask_up(ticket=made, words="请研究", by=cast.office, at=at(2026, 9, 15), from_office=True)
    return made


@pytest.fixture
def meeting(ticket: Ticket) -> Meeting:
    """The group's meeting of the fortnight in which the problem reached it."""
    day = next(
        day
        for day in range(15, 30)
        if services.prepare_meetings(at=at(2026, 9, day, 9)) or Meeting.objects.exists()
    )
    assert day <= 30
    made: Meeting = Meeting.objects.select_related("programme", "group").get()
    return made


def decide(meeting: Meeting, cast: Cast, **given: object) -> None:
    values = {"decision": "自然资源局办理指标", "due_on": date(2026, 10, 15)} | given
    day = at(2026, 9, 24) if meeting.meets_on is None else at(2026, 9, meeting.meets_on.day, 9)
    services.decide_item(item=meeting.items.get(), by=cast.office, at=day, **values)  # type: ignore[arg-type]


def hold(meeting: Meeting, cast: Cast) -> Meeting:
    assert meeting.meets_on is not None
    day = meeting.meets_on
    return services.hold_meeting(
        meeting=meeting, held_on=day, by=cast.office, at=at(day.year, day.month, day.day, 17)
    )


class TestRhythm:
    @pytest.mark.parametrize(
        ("rhythm", "on", "since", "day"),
        [
            (Rhythm.DAILY, date(2026, 9, 15), date(2026, 9, 15), date(2026, 9, 15)),
            (Rhythm.WEEKLY, date(2026, 9, 15), date(2026, 9, 14), date(2026, 9, 17)),
            (Rhythm.WEEKLY, date(2026, 9, 30), date(2026, 9, 28), date(2026, 10, 8)),  # Thursday is 国庆
            (Rhythm.MONTHLY, date(2026, 9, 2), date(2026, 9, 1), date(2026, 9, 20)),  # a make-up Sunday
            (Rhythm.MONTHLY, date(2026, 6, 2), date(2026, 6, 1), date(2026, 6, 22)),  # the 20th is a Saturday
        ],
    )
    def test_sets_the_day_and_a_rest_day_puts_it_off(self, cast, rhythm, on, since, day):
        sitting = sitting_of(rhythm, on, CalendarDay.objects.as_calendar(cast.city))
        assert (sitting.since, sitting.day) == (since, day)

    def test_of_a_fortnight_has_one_meeting_in_two_weeks(self, cast):
        calendar = CalendarDay.objects.as_calendar(cast.city)
        days = [date(2026, 3, 2 + offset) for offset in range(28)]
        sittings = [sitting_of(Rhythm.FORTNIGHTLY, day, calendar) for day in days]
        assert 2 <= len({sitting.since for sitting in sittings}) <= 3
        for sitting in sittings:
            assert sitting.day == date.fromordinal(sitting.since.toordinal() + 10)


class TestAgenda:
    def test_of_a_special_group_fills_itself_three_working_days_before(self, cast, ticket, meeting):
        assert (meeting.kind, meeting.state) == (MeetingKind.SPECIAL, MeetingState.PREPARED)
        item = meeting.items.get()
        assert item.ticket == ticket
        assert item.reason == "9月15日提至本层级（请求提级）" or item.reason.startswith("9月15日提至本层级")
        assert list(meeting.units.all()) == [cast.land]

    def test_is_prepared_once_however_often_the_beat_comes(self, cast, ticket, meeting):
        assert meeting.meets_on is not None
        day = meeting.meets_on
        assert services.prepare_meetings(at=at(day.year, day.month, day.day, 9)) == 0
        assert (Meeting.objects.count(), meeting.items.count()) == (1, 1)

    def test_takes_in_what_got_stuck_since(self, cast, ticket, meeting):
        assert meeting.meets_on is not None
        other = TicketFactory(
            enrolment=cast.other_enrolment, in_progress=True, lead=cast.power, unit=cast.other_unit, at=DAY
        )
        services.ask_up(ticket=other, words="请研究", by=cast.office, at=at(2026, 9, 16), from_office=True)
        day = meeting.meets_on
        assert services.prepare_meetings(at=at(day.year, day.month, day.day, 9)) == 1
        assert set(meeting.units.all()) == {cast.land, cast.power}

    def test_what_the_office_takes_off_does_not_come_back_by_itself(self, cast, ticket, meeting):
        assert meeting.meets_on is not None
        day = meeting.meets_on
        now = at(day.year, day.month, day.day, 9)
        with pytest.raises(MeetingRefused, match="撤下的原因"):
            services.remove_item(item=meeting.items.get(), why=" ", by=cast.office, at=now)
        services.remove_item(item=meeting.items.get(), why="企业已撤回", by=cast.office, at=now)
        assert services.prepare_meetings(at=now) == 0
        assert meeting.items.get().removed_why == "企业已撤回"
        services.add_item(meeting=meeting, ticket=ticket, why="再研究", by=cast.office, at=now)
        item = meeting.items.get()
        assert (item.removed_at, item.reason, item.added_by) == (None, "再研究", cast.office)
        with pytest.raises(MeetingRefused, match="已是第1项"):
            services.add_item(meeting=meeting, ticket=ticket, why="再研究", by=cast.office, at=now)

    def test_a_closed_problem_is_not_put_on(self, cast, ticket, meeting):
        closed = TicketFactory(enrolment=cast.enrolment, closed=True)
        with pytest.raises(MeetingRefused, match="不必上会"):
            services.add_item(meeting=meeting, ticket=closed, why="再研究", by=cast.office, at=DAY)

    def test_the_standing_meeting_takes_what_reached_it(self, cast, ticket):
        for day in (16, 17):
            services.ask_up(ticket=ticket, words="再往上", by=cast.unit, at=at(2026, 9, day))
        assert services.prepare_meetings(at=at(2026, 9, 18, 9)) == 1
        standing = Meeting.objects.get()
        assert (standing.kind, standing.meets_on) == (MeetingKind.STANDING, date(2026, 9, 20))
        assert standing.get_absolute_url().endswith("/meetings/p2/standing-2026-09/")

    def test_where_nothing_is_stuck_no_meeting_is_called(self, cast):
        special_group(cast)
        assert sum(services.prepare_meetings(at=at(2026, 9, day, 9)) for day in range(1, 31)) == 0
        assert not Meeting.objects.exists()

    def test_an_overdue_problem_of_a_grade_that_the_group_coordinates_comes_by_itself(self, cast):
        special_group(cast)
        TicketFactory(
            enrolment=cast.enrolment, in_progress=True, grade="C", lead=cast.land, at=at(2026, 3, 2)
        )
        days = [at(2026, 4, day, 9) for day in range(9, 24)]
        assert sum(services.prepare_meetings(at=day) for day in days) >= 1
        assert "由专项小组协调" in Meeting.objects.earliest("pk").items.get().reason


class TestDecisions:
    def test_become_tasks_of_the_lead_unit_and_events_on_the_problem(self, cast, ticket, meeting):
        decide(meeting, cast)
        assert not MeetingTask.objects.exists()
        hold(meeting, cast)
        task = MeetingTask.objects.get()
        assert (task.department, task.due_on, task.ticket) == (cast.land, date(2026, 10, 15), ticket)
        event = ticket.events.latest("pk")
        assert event.move == Move.DECIDE
        assert "自然资源局办理指标（云川市自然资源局，10月15日前完成）" in event.note

    def test_may_name_another_unit_and_need_a_day_then(self, cast, ticket, meeting):
        with pytest.raises(MeetingRefused, match="填写完成期限"):
            decide(meeting, cast, owner=cast.power, due_on=None)
        decide(meeting, cast, owner=cast.power)
        hold(meeting, cast)
        assert MeetingTask.objects.get().department == cast.power

    def test_may_send_the_problem_up_a_rung(self, cast, ticket, meeting):
        decide(meeting, cast, ruling=Sequel.UP)
        hold(meeting, cast)
        row = ticket.escalations.get(rung=Rung.DISPATCH_MEETING)
        ticket.refresh_from_db()
        assert (row.trigger, ticket.rung) == (Cause.MEETING, Rung.DISPATCH_MEETING)

    def test_what_is_open_is_carried_to_the_next_meeting_of_its_kind(self, cast, ticket, meeting):
        decide(meeting, cast)
        hold(meeting, cast)
        Ticket.objects.filter(pk=ticket.pk).update(act_on=None)
        for day in range(8, 31):
            services.prepare_meetings(at=at(2026, 10, day, 9))
        later = Meeting.objects.exclude(pk=meeting.pk).earliest("meets_on")
        assert "上次会议议定后仍未销号" in later.items.get().reason
        assert "会议任务" not in later.items.get().reason or later.meets_on > date(2026, 10, 15)

    def test_what_was_called_off_says_why_and_changes_no_more(self, cast, ticket, meeting):
        with pytest.raises(MeetingRefused, match="不召开的原因"):
            services.call_off_meeting(meeting=meeting, why="", by=cast.office, at=DAY)
        services.call_off_meeting(meeting=meeting, why="并入调度会", by=cast.office, at=DAY)
        with pytest.raises(MeetingRefused, match="不召开"):
            decide(meeting, cast)


class TestTasks:
    @pytest.fixture
    def task(self, cast, ticket, meeting) -> MeetingTask:
        decide(meeting, cast)
        hold(meeting, cast)
        made: MeetingTask = MeetingTask.objects.get()
        return made

    def test_are_on_the_owners_home_page_and_on_the_problem(self, cast, task, client_as, clock):
        clock(at(2026, 9, 30))
        client = client_as("unit")
        assert "自然资源局办理指标" in client.get(reverse("home")).content.decode()
        assert "会议任务" in client.get(task.ticket.get_absolute_url()).content.decode()

    def test_are_done_with_words_and_undone_by_the_office(self, cast, task, client_as, clock):
        clock(at(2026, 9, 30))
        unit, done = client_as("unit"), reverse("issues:meeting-task-done", args=[task.pk])
        assert unit.post(done, {"words": ""}).status_code == 422
        assert unit.post(done, {"words": "指标已批"}).status_code == 302
        task.refresh_from_db()
        assert (task.done_by, task.answer) == (cast.unit, "指标已批")
        assert unit.post(done, {"words": "又一次"}).status_code == 422
        assert (
            unit.post(reverse("issues:meeting-task-undone", args=[task.pk]), {"words": "x"}).status_code
            == 403
        )
        undone = reverse("issues:meeting-task-undone", args=[task.pk])
        client_as("office").post(undone, {"words": "批文未见"})
        task.refresh_from_db()
        assert task.done_at is None
        moves = list(task.ticket.events.order_by("pk").values_list("move", flat=True))[-2:]
        assert moves == [Move.TASK_DONE, Move.TASK_UNDONE]

    def test_are_not_another_units(self, cast, task, client_as):
        assert client_as("other_unit").get(task.get_absolute_url()).status_code == 404


class TestPapers:
    def test_above_the_standing_meeting_there_is_nothing_to_send_to(self, cast):
        offered = {
            kind: {key for key, _ in DecisionForm(instance=item, units={}).fields["ruling"].choices}
            for kind in (MeetingKind.DISPATCH, MeetingKind.STANDING)
            for item in [AgendaItemFactory(meeting__kind=kind)]
        }
        assert offered[MeetingKind.DISPATCH] - offered[MeetingKind.STANDING] == {Sequel.UP}

    def test_minutes_are_drafted_and_not_overwritten_unread(self, cast, ticket, meeting, client_as, clock):
        decide(meeting, cast)
        held = hold(meeting, cast)
        assert "关于云川云桥精密机械有限公司" in held.minutes
        assert "自然资源局办理指标" in held.minutes
        now = at(2026, 9, 30)
        services.edit_minutes(
            meeting=held, minutes="甲的文字", instead_of=held.minutes, by=cast.office, at=now
        )
        clock(now)
        page = reverse("issues:meeting-minutes", args=meeting.place)
        answer = client_as("office").post(page, {"minutes": "乙的文字", "instead_of": held.minutes})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "刚由他人改过" in text
        assert "乙的文字" in text
        assert "甲的文字" in text
        held.refresh_from_db()
        assert held.minutes == "甲的文字"

    def test_are_word_files_with_the_course_of_each_problem(self, cast, ticket, meeting, client_as, clock):
        decide(meeting, cast)
        hold(meeting, cast)
        clock(at(2026, 9, 30))
        client = client_as("leader")
        pack = client.post(reverse("issues:meeting-pack", args=meeting.place))
        paper = Document(BytesIO(b"".join(pack.streaming_content)))
        cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
        assert any(ticket.title in cell for cell in cells)
        assert any(cell.startswith("签收") for cell in cells)
        minutes = client.post(reverse("issues:meeting-minutes-paper", args=meeting.place))
        paper = Document(BytesIO(b"".join(minutes.streaming_content)))
        assert any("自然资源局办理指标" in paragraph.text for paragraph in paper.paragraphs)


class TestPages:
    def test_the_office_writes_in_place(self, cast, ticket, meeting, client_as, clock):
        assert meeting.meets_on is not None
        day = meeting.meets_on
        clock(at(day.year, day.month, day.day, 9))
        client, page = client_as("office"), meeting.get_absolute_url()
        assert "拟" in client.get(page).content.decode()
        answer = client.post(f"{page}plan/", {"meets_on": day.isoformat(), "units": [cast.power.name]})
        assert answer.status_code == 302
        assert list(meeting.units.all()) == [cast.power]
        assert client.post(f"{page}items/", {"number": "不存在", "why": "x"}).status_code == 422
        decided = client.post(
            f"{page}1/",
            {"decision": "办", "owner": cast.power.name, "due_on": "2026-10-20", "ruling": "back"},
        )
        assert decided.status_code == 302
        item = meeting.items.get()
        assert (item.owner, item.ruling, item.due_on) == (cast.power, Sequel.BACK, date(2026, 10, 20))
        assert client.post(f"{page}held/", {"held_on": day.isoformat()}).status_code == 302
        assert MeetingTask.objects.get().department == cast.power

    def test_who_sits_in_the_group_sees_its_meetings(self, cast, ticket, meeting, client_as):
        from tests.factories import GroupMemberFactory

        page = meeting.get_absolute_url()
        assert client_as("other_unit").get(page).status_code == 404
        GroupMemberFactory(group=meeting.group, official=cast.other_unit)
        assert client_as("other_unit").get(page).status_code == 200

    @pytest.mark.parametrize(
        "ref", ["2026-13", "standing-2026-99", "group-1-20260230", "group-99999999999999999999-20260302", "x"]
    )
    def test_an_address_of_nothing_is_not_there(self, cast, client_as, ref):
        address = reverse("issues:meeting", args=["p2", ref])
        assert client_as("office").get(address).status_code == 404
