"""Who hears what: each line of the table reaches the people of its seat, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model

from issues import services
from issues.choices import Move, Occasion, RequestKind, Ruling, Side
from issues.models import Ticket, TicketEvent, TicketUnit
from issues.transitions import RULES, TOLD, Hearer, Until
from liaison.choices import GroupKind, InboxKind, Rung, SystemRole
from liaison.models import Department, InboxMessage, Official, OutboxMessage
from liaison.services import relay_outbox
from liaison.tasks import clean_up
from tests.factories import (
    AgendaItemFactory,
    Cast,
    DepartmentFactory,
    DeputyFactory,
    EscalationFactory,
    GroupFactory,
    GroupMemberFactory,
    LeaderNoteFactory,
    MeetingFactory,
    MeetingTaskFactory,
    MessageFactory,
    NoteAddresseeFactory,
    NoticeFactory,
    OfficialFactory,
    PostingFactory,
    ReminderFactory,
    TaskForceFactory,
    TicketFactory,
    at,
)

NOW = at(2026, 3, 4, 10)
H = Hearer


def at_unit(unit: Department, **given: Any) -> Official:
    official: Official = PostingFactory(department=unit, role=SystemRole.UNIT, **given).official
    return official


@dataclass
class Place:
    """The cast, and beside each of them somebody who must not be told, or just as well."""

    cast: Cast
    ticket: Ticket
    lead: TicketUnit
    helper: TicketUnit
    seats: dict[str, set[int]]

    def told(self, what: str, row: Model) -> set[int]:
        services.tell_readers(what=what, row=row.pk, moment=NOW, at=NOW)
        return set(InboxMessage.objects.values_list("reader", flat=True))

    def event(self, move: str, *, by: Official | None = None, unit: TicketUnit | None = None) -> TicketEvent:
        rule = RULES.get(move)
        return TicketEvent.objects.create(
            ticket=self.ticket,
            move=move,
            from_status=self.ticket.status,
            to_status=(rule.target if rule and rule.target else self.ticket.status),
            at=NOW,
            by=by,
            actor="某某",
            note="会上议过",
            unit=unit,
        )


@pytest.fixture
def place(cast: Cast) -> Place:
    helping = DepartmentFactory(name="云川市水务局")
    helping_officer = at_unit(helping)
    ticket = TicketFactory(
        in_progress=True,
        enrolment=cast.enrolment,
        by=cast.official,
        office=cast.office,
        lead=cast.land,
        unit=cast.unit,
        cooperating=[helping],
        at=at(2026, 3, 2, 9),
    )
    lead, helper = (ticket.units.get(part=part) for part in ("lead", "cooperate"))
    colleague = at_unit(cast.land)
    clerk = PostingFactory(department=cast.coordination, role=SystemRole.OFFICE).official
    # who must not be told
    at_unit(cast.land, ends_on=date(2026, 2, 28))  # moved away
    Official.objects.filter(pk=at_unit(cast.land).pk).update(is_active=False)
    elsewhere = DepartmentFactory(name="云溪县协调办公室", region=cast.other_county)
    PostingFactory(department=elsewhere, role=SystemRole.OFFICE)
    # who is named by the problem itself
    leader, head, speaker = cast.leader, cast.admin, cast.assessor
    Ticket.objects.filter(pk=ticket.pk).update(leader=leader)
    TaskForceFactory(ticket=ticket, head=head)
    MessageFactory(ticket=ticket, side=Side.OFFICE, author=speaker, signed="严督查", at=NOW)
    unit = {cast.unit.pk, colleague.pk}
    seated = cast.enrolment.assignments.filter(role__answers_company=True, official__isnull=False)
    team = set(seated.values_list("official", flat=True))
    assert cast.official.pk in team
    office = {cast.office.pk, clerk.pk}
    seats = {
        H.LEAD_UNIT: unit,
        H.NEW_HELPERS: {helping_officer.pk},
        H.THIS_UNIT: {helping_officer.pk},
        H.FORMER_LEAD: {cast.other_unit.pk},
        H.ADDRESSEE: unit,
        H.OFFICE: office,
        H.PROGRAMME_OFFICE: office,
        H.APPROVER: office,
        H.RUNG: office,
        H.TEAM: team,
        H.ASKER: {cast.unit.pk},
        H.LEADER: {leader.pk},
        H.FORCE: {head.pk},
        H.SPEAKERS: {speaker.pk},
        H.AUTHOR: {cast.office.pk},
    }
    return Place(cast, Ticket.objects.get(pk=ticket.pk), lead, helper, seats)


def row_of(place: Place, what: str) -> Model:
    """A row that tells of it, as the service leaves it."""
    cast, ticket = place.cast, place.ticket
    if what in (Occasion.SAID, Occasion.SAID_BY_COMPANY):
        if what == Occasion.SAID_BY_COMPANY:
            return MessageFactory(ticket=ticket, at=NOW)
        return MessageFactory(ticket=ticket, side=Side.OFFICE, author=cast.roster, signed="花名册", at=NOW)
    if what == Occasion.REMINDED:
        return ReminderFactory(ticket=ticket, department=cast.land)
    if what.startswith("notice_"):
        return NoticeFactory(ticket=ticket, department=cast.land, issued_by=cast.office)
    if what.startswith("note_"):
        note = LeaderNoteFactory(
            ticket=ticket, company=ticket.company, leader=cast.office, recorded_by=cast.office
        )
        return NoteAddresseeFactory(note=note, department=cast.land)
    if what.startswith("task_"):
        meeting = MeetingFactory(held=True, held_by=cast.office)
        item = AgendaItemFactory(meeting=meeting, ticket=ticket)
        return MeetingTaskFactory(item=item, department=cast.land)
    if what in (Move.ESCALATE, Move.MEND, Occasion.OFFICE_LATE, Occasion.ANSWER_LATE):
        rung = EscalationFactory(ticket=ticket, rung=Rung.OFFICE, department=cast.coordination, at=NOW)
        if what != Move.MEND:
            return place.event(Move.ESCALATE)
        return TicketEvent.objects.create(
            ticket=ticket, move=what, to_status=ticket.status, at=NOW, actor="系统",
            note=f"{rung.get_rung_display()}已有人承接",
        )  # fmt: skip
    rule = RULES.get(what)
    if rule and (rule.settles or rule.opens):
        ticket.requests.create(
            kind=rule.settles or rule.opens, reason="x", words="x", asked_at=NOW, asked_by=cast.unit,
            **({"old_on": date(2026, 3, 9), "wanted_on": date(2026, 3, 16)} if "extension" in what else {}),
        )  # fmt: skip
    heard = {tell.to for tell in TOLD[what]}
    if H.NEW_HELPERS in heard:
        ticket.units.filter(pk=place.helper.pk).update(given_at=NOW)
    if H.FORMER_LEAD in heard:
        TicketUnit.objects.create(
            ticket=ticket, department=cast.power, part="lead", given_at=NOW, sign_due_on=date(2026, 3, 5),
            due_on=date(2026, 3, 9), is_current=False, released_at=NOW,
        )  # fmt: skip
    move = {Occasion.FILED: Move.COLLECT, Occasion.SILENT: Move.SIGN, Occasion.HELP_SILENT: Move.HELP_SIGN}
    return place.event(move.get(what, what), unit=place.helper)


@pytest.mark.parametrize("what", TOLD)
def test_a_line_of_the_table_reaches_its_seats_and_nobody_else(place: Place, what: str):
    expected = set[int]().union(*(place.seats[tell.to] for tell in TOLD[what]))
    if what in (Occasion.NOTICE_ISSUED, Occasion.NOTE_WRITTEN, Occasion.TASK_GIVEN, Occasion.TASK_UNDONE):
        expected -= {place.cast.office.pk}  # who wrote it
    assert place.told(what, row_of(place, what)) == expected
    assert not set(InboxMessage.objects.values_list("reader", flat=True)) & {
        place.cast.stranger.pk,
        *({place.cast.other_unit.pk} if H.FORMER_LEAD not in {t.to for t in TOLD[what]} else set()),
    }


@pytest.mark.parametrize("what", [Move.DISPATCH, Move.OBJECT, Move.REWORK, Move.RESOLVE, Move.REPORT])
def test_who_did_it_is_not_told(place: Place, what: str):
    everybody = set[int]().union(*(place.seats[tell.to] for tell in TOLD[what]))
    for by in sorted(everybody):
        InboxMessage.objects.all().delete()
        row_of(place, what)
        event = place.event(what, by=Official.objects.get(pk=by), unit=place.helper)
        assert by not in place.told(what, event)


def test_told_twice_it_is_one_message(place: Place):
    event = row_of(place, Move.DISPATCH)
    place.told(Move.DISPATCH, event)
    first = list(InboxMessage.objects.order_by("pk").values_list("pk", "settled_at"))
    place.told(Move.DISPATCH, event)
    assert list(InboxMessage.objects.order_by("pk").values_list("pk", "settled_at")) == first


def test_a_message_says_what_where_and_by_when(place: Place):
    place.told(Occasion.REMINDED, ReminderFactory(ticket=place.ticket, department=place.cast.land))
    message = InboxMessage.objects.filter(reader=place.cast.unit).get()
    assert message.title == f"催办：{place.ticket.title}"
    assert message.kind == InboxKind.PRESS
    due = place.ticket.due_on
    assert message.words.startswith(
        f"{place.cast.company} · {place.ticket.number} · 期限 {due.month}月{due.day}日"
    )
    assert message.words.endswith("请抓紧")
    assert message.url == place.ticket.get_absolute_url()


def unread(who: Official) -> set[str]:
    return set(InboxMessage.objects.unread().filter(reader=who).values_list("waits_for", flat=True))


def relay() -> None:
    """What beat and worker do, in this process, in the order in which it was announced."""

    def send(topic: str, arguments: dict[str, Any]) -> None:
        if topic == "inbox.news":
            from issues.tasks import write_messages

            write_messages(**arguments)

    while relay_outbox(send=send, at=at(2026, 3, 31)):
        pass


@pytest.fixture
def march(clock: Any) -> None:
    clock(NOW)


@pytest.mark.usefixtures("march")
class TestSettled:
    """What a message asks for is done: it is nobody's any more, whoever did it."""

    def dispatched(self, cast: Cast, **given: Any) -> Ticket:
        ticket: Ticket = TicketFactory(
            dispatched=True, enrolment=cast.enrolment, by=cast.official, office=cast.office,
            lead=cast.land, unit=cast.unit, at=at(2026, 3, 2, 9), **given,
        )  # fmt: skip
        return ticket

    def test_the_step_that_a_colleague_took(self, cast: Cast):
        colleague = at_unit(cast.land)
        ticket = self.dispatched(cast)
        relay()
        assert unread(colleague) == {f"step:{ticket.pk}"}
        services.sign_ticket(ticket=ticket, by=cast.unit, at=NOW)
        relay()
        assert unread(colleague) == set()
        assert InboxMessage.objects.filter(reader=colleague, settled_at__isnull=False).exists()

    def test_the_office_owes_a_report_until_it_is_dispatched(self, cast: Cast):
        ticket = TicketFactory(
            reported=True, enrolment=cast.enrolment, by=cast.official, at=at(2026, 3, 2, 9)
        )
        relay()
        assert unread(cast.office) == {f"step:{ticket.pk}"}

    def test_news_that_come_late_ask_for_nothing(self, cast: Cast):
        """The broker was away: when it is told, the unit has long signed."""
        ticket = self.dispatched(cast)
        services.sign_ticket(ticket=ticket, by=cast.unit, at=NOW)
        relay()
        assert unread(cast.unit) == set()
        assert unread(cast.office) == set()

    def test_out_of_order_it_comes_to_the_same(self, cast: Cast):
        ticket = self.dispatched(cast)
        services.sign_ticket(ticket=ticket, by=cast.unit, at=NOW)
        for event in ticket.events.exclude(move=Move.COLLECT).order_by("-pk"):
            services.tell_readers(what=event.move, row=event.pk, moment=event.at, at=NOW)
        assert unread(cast.unit) == unread(cast.office) == set()

    def test_a_signature_is_not_owed_by_whom_the_lead_was_taken_from(self, cast: Cast):
        ticket = self.dispatched(cast)
        relay()
        services.transfer_ticket(ticket=ticket, to=cast.power, note="属供电", by=cast.office, at=NOW)
        relay()
        assert f"step:{ticket.pk}" not in unread(cast.unit)
        assert f"step:{ticket.pk}" in unread(cast.other_unit)

    def test_a_helper_that_takes_the_lead_owes_the_leads_signature_only(self, cast: Cast):
        ticket = self.dispatched(cast, cooperating=[cast.power])
        relay()
        services.transfer_ticket(ticket=ticket, to=cast.power, note="属供电", by=cast.office, at=NOW)
        relay()
        assert unread(cast.other_unit) == {f"step:{ticket.pk}"}

    def test_a_request_once_it_is_decided(self, cast: Cast):
        ticket = self.dispatched(cast)
        services.sign_ticket(ticket=ticket, by=cast.unit, at=NOW)
        services.ask_deferral(ticket=ticket, reason="means", words="明年列入计划", by=cast.unit, at=NOW)
        relay()
        assert unread(cast.office) == {f"deferral:{ticket.pk}"}
        services.drop_request(ticket=ticket, kind=RequestKind.DEFERRAL, by=cast.unit, at=NOW)
        relay()
        assert unread(cast.office) == set()

    def test_a_cooperating_unit_owes_its_own_signature_only(self, cast: Cast):
        water, roads = DepartmentFactory(name="云川市水务局"), DepartmentFactory(name="云川市交通局")
        one, other = at_unit(water), at_unit(roads)
        ticket = self.dispatched(cast, cooperating=[water, roads])
        services.sign_ticket(ticket=ticket, by=cast.unit, at=NOW)
        relay()
        assert len(unread(one)) == len(unread(other)) == 1
        services.sign_help(ticket=ticket, department=water, by=one, at=NOW)
        relay()
        assert unread(one) == set()
        assert len(unread(other)) == 1

    def test_an_objection_of_a_cooperating_unit_until_it_is_ruled_on(self, cast: Cast):
        water = DepartmentFactory(name="云川市水务局")
        helper = at_unit(water)
        ticket = self.dispatched(cast, cooperating=[water])
        services.object_to_help(
            ticket=ticket, department=water, reason="not_ours", note="不属本局", by=helper, at=NOW
        )
        relay()
        assert len(unread(cast.office)) == 1
        services.rule_on_help(
            ticket=ticket, department=water, ruling=Ruling.TAKE_OFF, note="同意", by=cast.office, at=NOW
        )
        relay()
        assert unread(cast.office) == set()

    def test_a_supervision_notice_once_it_is_signed(self, cast: Cast):
        ticket = self.dispatched(cast)
        relay()
        notice = services.issue_notice(
            programme=ticket.programme, ticket=ticket, department=cast.land, demand="三日内拿出方案",
            due_on=date(2026, 3, 9), by=cast.office, at=NOW,
        )  # fmt: skip
        relay()
        assert f"reply:notice:{notice.pk}" in unread(cast.unit)
        services.reply_notice(notice=notice, words="已拿出方案", by=cast.unit, at=NOW + timedelta(hours=1))
        relay()
        assert f"reply:notice:{notice.pk}" not in unread(cast.unit)
        assert unread(cast.office) == {f"closing:notice:{notice.pk}"}
        services.close_notice(notice=notice, words="同意", by=cast.office, at=NOW + timedelta(hours=2))
        relay()
        assert unread(cast.office) == set()

    def test_a_task_that_is_sent_back_is_owed_again(self, cast: Cast):
        ticket = self.dispatched(cast)
        meeting = MeetingFactory(held=True, held_by=cast.office)
        item = AgendaItemFactory(meeting=meeting, ticket=ticket)
        task = MeetingTaskFactory(item=item, department=cast.land, given_at=NOW)
        for n in (1, 2):
            services.finish_task(task=task, answer="已增容", by=cast.unit, at=NOW + timedelta(hours=n))
            moment = NOW + timedelta(hours=n, minutes=30)
            services.reopen_task(task=task, why="尚未送电", by=cast.office, at=moment)
        relay()
        told = InboxMessage.objects.filter(reader=cast.unit, waits_for=f"reply:task:{task.pk}")
        assert told.count() == 2
        assert told.unread().count() == 1


class TestSeats:
    def test_a_unit_with_nobody_is_the_offices_business(self, place: Place, caplog: Any):
        cast = place.cast
        PostingFactory._meta.model.objects.filter(department=cast.land).update(ends_on=date(2026, 3, 3))
        place.told(Move.REWORK, place.event(Move.REWORK))
        message = InboxMessage.objects.filter(reader=cast.office).get()
        assert message.title == f"{cast.land}无人接收：{place.ticket.title}"
        assert f"{cast.land}没有可以接收消息的人" in message.words
        assert not caplog.records

    def test_where_there_is_no_office_either_the_log_says_so(self, place: Place, caplog: Any):
        PostingFactory._meta.model.objects.exclude(official=place.cast.official).update(
            ends_on=date(2026, 3, 3)
        )
        assert place.told(Move.REWORK, place.event(Move.REWORK)) == {place.cast.official.pk}
        assert "nobody hears of rework" in caplog.text

    def test_the_nearest_unit_above_hears_for_one_without_a_liaison_officer(self, place: Place):
        station = DepartmentFactory(name="云川市自然资源局登记中心", parent=place.cast.land)
        TicketUnit.objects.filter(pk=place.lead.pk).update(department=station)
        told = place.told(Move.REWORK, place.event(Move.REWORK))
        assert told == place.seats[H.LEAD_UNIT] | place.seats[H.TEAM]

    def test_the_countys_office_hears_of_its_companies_and_the_citys_does_not(self, place: Place):
        unit = DepartmentFactory(name="临江区协调办公室", region=place.cast.county)
        clerk = PostingFactory(department=unit, role=SystemRole.OFFICE).official
        assert place.told(Move.OBJECT, place.event(Move.OBJECT)) == {clerk.pk}

    def test_who_stands_in_hears_too(self, place: Place):
        deputy = PostingFactory(department=place.cast.industry).official
        DeputyFactory(official=place.cast.official, deputy=deputy)
        assert place.told(Move.RESOLVE, place.event(Move.RESOLVE)) == place.seats[H.TEAM] | {deputy.pk}

    def test_members_of_a_group_in_the_team_hear(self, place: Place):
        group = GroupFactory(programme=place.cast.version.programme)
        member = GroupMemberFactory(group=group).official
        seat = place.cast.enrolment.assignments.get(role__code="officer")
        seat.official, seat.group = None, group
        seat.save()
        team = place.seats[H.TEAM] - {place.cast.official.pk} | {member.pk}
        assert place.told(Move.RESOLVE, place.event(Move.RESOLVE)) == team

    def climbed(self, place: Place, **membership: Any) -> set[int]:
        """Who hears that the problem climbed to a special group with this member."""
        group = GroupFactory(programme=place.cast.version.programme, kind=GroupKind.SPECIAL)
        GroupMemberFactory(group=group, **membership)
        EscalationFactory(
            ticket=place.ticket, rung=Rung.SPECIAL_GROUP, department=group.department, group=group, at=NOW
        )
        return place.told(Move.ESCALATE, place.event(Move.ESCALATE))

    def test_members_of_the_special_group_hear_and_see_what_climbed_to_them(self, place: Place):
        member = PostingFactory(department=DepartmentFactory(region=place.cast.other_county)).official

        def sees() -> bool:
            today = Official.objects.get(pk=member.pk).on_duty(NOW.date())
            return Ticket.objects.visible_to(today).filter(pk=place.ticket.pk).exists()

        assert not sees()
        assert self.climbed(place, official=member) == {member.pk} | place.seats[H.LEAD_UNIT]
        assert sees()

    def test_who_may_not_see_the_problem_is_not_told_though_named(self, place: Place):
        """A member who holds no post any more sees nothing; the office has it then."""
        told = self.climbed(place, official=OfficialFactory(), department=place.cast.land)
        assert told == place.seats[H.OFFICE] | place.seats[H.LEAD_UNIT]


class TestLeft:
    """What services leave in the outbox."""

    def news(self) -> list[str]:
        rows = OutboxMessage.objects.filter(topic="inbox.news").order_by("pk")
        return [row.arguments["what"] for row in rows]

    def test_every_move_that_the_table_names_is_announced_with_it(self, place: Place):
        OutboxMessage.objects.all().delete()
        services.note_progress(ticket=place.ticket, note="已踏勘", by=place.cast.unit, at=NOW)
        assert self.news() == []
        services.resolve_ticket(
            ticket=place.ticket, outcome="solved", result="已协调", by=place.cast.unit, at=NOW
        )
        assert self.news() == [Move.RESOLVE]

    def test_a_company_that_files_and_a_unit_that_is_silent(self, cast: Cast):
        services.collect_ticket(
            enrolment=cast.enrolment, title="用电不足", source="company", by=None, actor="企业", at=NOW
        )
        assert self.news() == [Occasion.FILED]
        OutboxMessage.objects.all().delete()
        ticket = TicketFactory(
            dispatched=True, enrolment=cast.enrolment, by=cast.official, lead=cast.land, unit=cast.unit
        )
        OutboxMessage.objects.all().delete()
        services.sign_ticket(ticket=ticket, by=None, at=NOW)
        assert self.news() == [Occasion.SILENT]

    def test_a_problem_written_down_is_nobodys_news_until_it_is_reported(self, cast: Cast):
        TicketFactory(enrolment=cast.enrolment, by=cast.official)
        assert self.news() == []

    def test_words_notes_and_reminders(self, place: Place):
        OutboxMessage.objects.all().delete()
        cast, ticket = place.cast, place.ticket
        services.remind_unit(ticket=ticket, department=cast.land, words="请抓紧", by=cast.office, at=NOW)
        services.write_note(
            company=ticket.company, ticket=ticket, leader=cast.leader, words="请专题研究",
            noted_on=date(2026, 3, 4), units=[cast.land, cast.power], by=cast.leader, at=NOW,
        )  # fmt: skip
        assert self.news() == [Occasion.REMINDED, Occasion.NOTE_WRITTEN, Occasion.NOTE_WRITTEN]


def keys(rows: Iterable[InboxMessage]) -> set[int]:
    return {row.pk for row in rows}


def test_every_line_waits_for_something_that_can_come():
    """A 待办 that nothing settles would be counted for ever."""
    for what, lines in TOLD.items():
        for tell in lines:
            assert (tell.kind == InboxKind.TODO) <= (tell.until != Until.NOTHING), what
            assert tell.until != Until.REQUEST or RULES[what].opens, what


def test_messages_are_forgotten_in_time(cast: Cast, clock: Any):
    def told(about: str, on: Any, **given: Any) -> InboxMessage:
        return InboxMessage.objects.create(
            reader=cast.unit, kind="news", title="已交办", url="/", about=about, created_at=on, **given
        )

    clock(at(2027, 4, 1))
    kept = {
        told("a", at(2027, 1, 2), read_at=at(2027, 1, 2)),
        told("b", at(2026, 4, 2)),
    }
    told("c", at(2026, 12, 31), read_at=at(2027, 3, 30))
    told("d", at(2026, 12, 31), settled_at=at(2027, 1, 4))
    told("e", at(2026, 3, 31))
    clean_up()
    assert keys(InboxMessage.objects.order_by("pk")) == keys(kept)


def test_a_problem_that_nobody_has_sorted_yet_is_told_all_the_same(cast: Cast):
    ticket = TicketFactory(enrolment=cast.enrolment, by=None, source="company", at=at(2026, 3, 2, 9))
    event = ticket.events.get()
    assert services.tell_readers(what=Occasion.FILED, row=event.pk, moment=event.at, at=NOW) == 2
