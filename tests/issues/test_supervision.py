"""督办单, 催办, 批示: pressed once, in turn, signed for, answered, closed; and seen where they matter."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from issues import services
from issues.choices import Move, NoticeColour, NoticeState
from issues.models import LeaderNote, Notice, Reminder, Ticket
from issues.services import MoveRefused
from tests.factories import (
    Cast,
    LeaderNoteFactory,
    NoteAddresseeFactory,
    NoticeFactory,
    TicketFactory,
    at,
)

MONDAY = at(2026, 3, 2, 9)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """Given to the land bureau on 2 March 2026, grade A: due on the 9th, 严重逾期 on the 16th."""
    made: Ticket = TicketFactory(
        enrolment=cast.enrolment, in_progress=True, grade="A", lead=cast.land, unit=cast.unit, at=MONDAY
    )
    return made


def issue(cast: Cast, ticket: Ticket | None, day: int = 3, **given: object) -> Notice:
    values = {"department": cast.land, "demand": "三日内拿出方案", "due_on": date(2026, 3, 20)} | given
    return services.issue_notice(
        programme=cast.version.programme, ticket=ticket, by=cast.office, at=at(2026, 3, day), **values
    )  # type: ignore[arg-type]


class TestProposed:
    def test_once_when_the_problem_is_red_plus(self, cast, ticket):
        assert (ticket.due_on, ticket.alarm_on) == (date(2026, 3, 9), date(2026, 3, 16))
        for day in (10, 11, 12, 13):
            services.sweep_tickets(at=at(2026, 3, day, 9))
        assert not Notice.objects.exists()
        for hour in (9, 10):
            services.sweep_tickets(at=at(2026, 3, 16, hour))
        notice = Notice.objects.get()
        assert (notice.state, notice.colour, notice.is_auto) == (NoticeState.PROPOSED, "yellow", True)
        assert (notice.department, notice.why) == (cast.land, "办结期限3月9日，已严重逾期")
        ticket.refresh_from_db()
        assert ticket.act_on is None

    def test_is_the_offices_alone_until_it_is_issued(self, cast, ticket):
        services.sweep_tickets(at=at(2026, 3, 16, 9))
        assert not Notice.objects.visible_to(cast.unit).exists()
        notice = Notice.objects.visible_to(cast.office).get()
        services.issue_notice(
            programme=notice.programme, ticket=ticket, department=notice.department, proposed=notice,
            demand="三日内办结", due_on=date(2026, 3, 20), by=cast.office, at=at(2026, 3, 16, 10),
        )  # fmt: skip
        assert Notice.objects.visible_to(cast.unit).get().number == "督〔2026〕1号"

    def test_may_be_dropped_with_a_reason_and_does_not_come_back(self, cast, ticket):
        services.sweep_tickets(at=at(2026, 3, 16, 9))
        notice = Notice.objects.get()
        with pytest.raises(MoveRefused, match="理由"):
            services.drop_notice(notice=notice, words=" ", by=cast.office, at=at(2026, 3, 16, 10))
        services.drop_notice(notice=notice, words="企业同意等待", by=cast.office, at=at(2026, 3, 16, 10))
        services.sweep_tickets(at=at(2026, 3, 17, 9))
        assert Notice.objects.get().state == NoticeState.DROPPED


class TestIssued:
    def test_in_three_colours_in_turn_and_no_fourth(self, cast, ticket):
        colours = [issue(cast, ticket, day).colour for day in (3, 4, 5)]
        assert colours == [NoticeColour.YELLOW, NoticeColour.ORANGE, NoticeColour.RED]
        with pytest.raises(MoveRefused, match="黄、橙、红"):
            issue(cast, ticket, 6)
        assert [notice.serial for notice in Notice.objects.order_by("pk")] == [1, 2, 3]
        assert ticket.events.filter(move=Move.SUPERVISE).count() == 3

    def test_to_a_unit_without_a_problem(self, cast):
        notice = issue(cast, None, colour="orange")
        assert (notice.ticket, notice.colour, notice.receive_by) == (None, "orange", date(2026, 3, 4))
        with pytest.raises(MoveRefused, match="颜色"):
            issue(cast, None)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"demand": " "}, "督办要求"),
            ({"due_on": date(2026, 3, 3)}, "今天之后"),
            ({"due_on": date(2026, 3, 7)}, "不是工作日"),
            ({"due_on": date.max}, "太远"),
        ],
    )
    def test_refuses_what_cannot_be(self, cast, ticket, given, words):
        with pytest.raises(MoveRefused, match=words):
            issue(cast, ticket, **given)
        assert not Notice.objects.exists()

    def test_refuses_a_closed_problem_and_a_unit_that_nobody_signs_for(self, cast, ticket):
        closed = TicketFactory(enrolment=cast.enrolment, closed=True)
        with pytest.raises(MoveRefused, match="不再督办"):
            issue(cast, closed)
        with pytest.raises(MoveRefused, match="没有单位联络员"):
            issue(cast, ticket, department=cast.industry)

    def test_is_signed_replied_to_and_closed(self, cast, ticket):
        notice = issue(cast, ticket)
        services.sign_notice(notice=notice, by=cast.unit, at=at(2026, 3, 5))
        with pytest.raises(MoveRefused, match="已签收"):
            services.sign_notice(notice=notice, by=cast.unit, at=at(2026, 3, 5))
        with pytest.raises(MoveRefused, match="落实情况"):
            services.reply_notice(notice=notice, words="", by=cast.unit, at=at(2026, 3, 6))
        services.reply_notice(notice=notice, words="方案已定", by=cast.unit, at=at(2026, 3, 6))
        services.close_notice(notice=notice, words="同意", by=cast.office, at=at(2026, 3, 9))
        notice.refresh_from_db()
        assert (notice.state, notice.received_by, notice.reply) == (NoticeState.CLOSED, cast.unit, "方案已定")
        moves = list(ticket.events.order_by("pk").values_list("move", "note"))[-4:]
        assert [move for move, _ in moves] == ["supervise", "notice_sign", "notice_reply", "notice_close"]
        assert "逾期签收" in moves[1][1]
        with pytest.raises(MoveRefused):
            services.close_notice(notice=notice, words="再来", by=cast.office, at=at(2026, 3, 9))


class TestNoticePages:
    def test_the_unit_finds_it_at_home_signs_and_replies(self, cast, ticket, client_as, clock):
        notice = issue(cast, ticket)
        clock(at(2026, 3, 4))
        client = client_as("unit")
        assert "督〔2026〕1号待签收" in client.get(reverse("home")).content.decode()
        assert client.post(f"{notice.get_absolute_url()}sign/").status_code == 302
        assert client.post(f"{notice.get_absolute_url()}reply/", {"words": ""}).status_code == 422
        assert client.post(f"{notice.get_absolute_url()}reply/", {"words": "已办"}).status_code == 302
        assert "1 份督办单待办结" in client_as("office").get(reverse("home")).content.decode()

    def test_the_office_issues_on_a_problem_from_its_page(self, cast, ticket, client_as, clock):
        clock(at(2026, 3, 4))
        client = client_as("office")
        assert f"?ticket={ticket.number}" in client.get(ticket.get_absolute_url()).content.decode()
        given = {"number": ticket.number, "programme": "p2", "demand": "抓紧", "due_on": "2026-03-10"}
        assert client.post(reverse("issues:notice-new"), given).status_code == 302
        assert Notice.objects.get().department == cast.land

    def test_what_the_problem_decides_is_not_asked(self, cast, client_as, clock):
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power], at=MONDAY
        )
        clock(at(2026, 3, 4))
        client, page = client_as("office"), reverse("issues:notice-new")
        form = client.get(page, {"ticket": ticket.number}).context["form"]
        assert list(form.fields) == ["number", "unit", "demand", "due_on"]
        assert [name for name, _ in form.fields["unit"].choices] == [cast.land.name, cast.power.name]
        given = {"number": ticket.number, "unit": cast.power.name, "demand": "", "due_on": "2026-03-10"}
        refused = client.post(page, given | {"programme": "no such", "colour": "red"})
        assert refused.status_code == 422
        assert list(refused.context["form"].errors) == ["demand"]
        assert ticket.title in refused.content.decode()
        wrong = client.post(page, given | {"demand": "抓紧", "unit": cast.industry.name})
        assert list(wrong.context["form"].errors) == ["unit"]
        assert client.post(page, given | {"demand": "抓紧", "colour": "red"}).status_code == 302
        assert (Notice.objects.get().department, Notice.objects.get().colour) == (cast.power, "yellow")

    def test_to_a_unit_alone_all_is_asked(self, cast, client_as, clock):
        clock(at(2026, 3, 4))
        client, page = client_as("office"), reverse("issues:notice-new")
        assert {"programme", "colour"} <= set(client.get(page).context["form"].fields)
        given = {"programme": "p2", "demand": "抓紧", "due_on": "2026-03-10"}
        assert set(client.post(page, given).context["form"].errors) == {"unit", "colour"}
        assert client.post(page, given | {"unit": cast.land.name, "colour": "red"}).status_code == 302

    def test_the_list_narrows_by_state_and_colour(self, cast, ticket, client_as, clock):
        issue(cast, ticket)
        NoticeFactory(ticket=ticket, department=cast.power, colour="red", serial=9)
        clock(at(2026, 4, 20))
        client, page = client_as("office"), reverse("issues:notices")
        assert client.get(page).context["page"].paginator.count == 2
        assert client.get(page, {"colour": "red"}).context["page"].paginator.count == 1
        assert client.get(page, {"state": "late"}).context["page"].paginator.count == 2
        assert client.get(page, {"state": "replied"}).context["page"].paginator.count == 0
        assert client.get(page, {"colour": "blue"}).status_code == 422

    def test_is_printed(self, cast, ticket, client_as, clock):
        notice = issue(cast, ticket)
        clock(at(2026, 3, 4))
        answer = client_as("unit").post(reverse("issues:notice-paper", args=[notice.pk]))
        text = "\n".join(p.text for p in Document(BytesIO(b"".join(answer.streaming_content))).paragraphs)
        assert "督〔2026〕1号（黄色）" in text
        assert "三日内拿出方案" in text
        assert "3月4日前签收" in text


class TestReminder:
    def test_once_a_working_day_and_unit(self, cast, ticket):
        def remind(day: int) -> None:
            services.remind_unit(
                ticket=ticket, department=cast.land, words="请抓紧", by=cast.office, at=at(2026, 3, day)
            )

        remind(6)
        with pytest.raises(MoveRefused, match="每个工作日只催一次"):
            remind(6)
        remind(7)  # a Saturday counts with Monday
        with pytest.raises(MoveRefused, match="3月9日已催办过"):
            remind(9)
        assert [row.on for row in Reminder.objects.order_by("on")] == [date(2026, 3, 6), date(2026, 3, 9)]
        assert ticket.events.filter(move=Move.REMIND).count() == 2

    def test_only_a_unit_that_has_the_problem(self, cast, ticket):
        with pytest.raises(MoveRefused, match="现在不办理"):
            services.remind_unit(
                ticket=ticket, department=cast.power, words="请抓紧", by=cast.office, at=at(2026, 3, 4)
            )

    def test_is_a_move_of_the_office(self, cast, ticket, client_as, clock):
        clock(at(2026, 3, 4))
        url = reverse("issues:ticket-move", args=[ticket.number, "remind"])
        assert client_as("unit").post(url, {"unit": cast.land.name, "note": "x"}).status_code == 403
        answer = client_as("office").post(url, {"unit": cast.land.name, "note": "请抓紧"})
        assert answer.status_code == 302
        assert Reminder.objects.get().department == cast.land


class TestNotes:
    def test_a_leader_writes_to_units_and_they_report(self, cast, ticket, client_as, clock):
        clock(at(2026, 3, 4))
        leader = client_as("leader")
        given = {
            "number": ticket.number, "leader": cast.leader.username, "noted_on": "2026-03-04",
            "words": "请自然资源局专题研究", "units": [cast.land.name], "due_on": "2026-03-20",
        }  # fmt: skip
        assert leader.post(reverse("issues:note-new"), given).status_code == 302
        note = LeaderNote.objects.get()
        assert (note.leader, note.recorded_by, note.company) == (cast.leader, cast.leader, cast.company)
        assert ticket.events.latest("pk").move == Move.INSTRUCT
        unit = client_as("unit")
        assert "高副市长批示待报告" in unit.get(reverse("home")).content.decode()
        answer = reverse("issues:note-answer", args=[note.pk, note.addressees.get().pk])
        assert unit.post(answer, {"words": ""}).status_code == 422
        assert unit.post(answer, {"words": "已研究"}).status_code == 302
        assert unit.post(answer, {"words": "再报"}).status_code == 422
        assert note.addressees.get().answer == "已研究"
        assert ticket.events.latest("pk").move == Move.INSTRUCT_ANSWER
        page = client_as("office").get(reverse("issues:notes"), {"company": cast.company.uscc})
        assert page.context["page"].paginator.count == 1

    def test_the_list_narrows_by_what_is_still_owed(self, cast, client_as, clock):
        clock(at(2026, 4, 20))
        done = {"answer": "已办", "answered_at": at(2026, 4, 3), "answered_by": cast.unit}
        for words, due_on, answers in (
            ("早已逾期", date(2026, 4, 17), [{}, done]),
            ("今天到期", date(2026, 4, 20), [{}]),
            ("未定期限", None, [{}]),
            ("都报了", date(2026, 4, 17), [done, done]),
        ):
            note = LeaderNoteFactory(company=cast.company, words=words, due_on=due_on)
            for answer, unit in zip(answers, (cast.land, cast.power), strict=False):
                NoteAddresseeFactory(note=note, department=unit, **answer)
        client, page = client_as("office"), reverse("issues:notes")

        def found(**asked: str) -> set[str]:
            return {note.words for note in client.get(page, asked).context["page"].object_list}

        assert found(state="late") == {"早已逾期"}
        assert found(state="waiting") == {"早已逾期", "今天到期", "未定期限"}
        assert found(state="answered") == {"都报了"}
        answer = client.get(page, {"state": "late", "company": cast.company.uscc})
        assert [choice[2] for choice in answer.context["states"]] == [4, 3, 1, 1]
        assert answer.context["page"].paginator.count == 1
        assert client.get(page, {"state": "dropped"}).status_code == 422
        LeaderNote.objects.filter(words="都报了").update(company=cast.other_enrolment.company)
        empty = client.get(page, {"state": "answered", "company": cast.company.uscc}).content.decode()
        assert "没有这样的批示" in empty
        assert f"?company={cast.company.uscc}" in empty

    def test_the_office_writes_down_what_stands_on_paper_with_its_number(self, cast, client_as, clock):
        clock(at(2026, 3, 4))
        office, page = client_as("office"), reverse("issues:note-new")
        given = {
            "uscc": cast.company.uscc, "leader": cast.leader.username, "noted_on": "2026-03-03",
            "words": "请研究", "units": [cast.land.name],
        }  # fmt: skip
        refused = office.post(page, given)
        assert refused.status_code == 422
        assert "须写明文号" in refused.content.decode()
        assert office.post(page, given | {"paper_number": "云政批〔2026〕8号"}).status_code == 302
        assert (LeaderNote.objects.get().leader, LeaderNote.objects.get().ticket) == (cast.leader, None)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"words": " "}, "批示内容"),
            ({"units": []}, "承办单位"),
            ({"noted_on": date(2026, 3, 5)}, "不能晚于今天"),
            ({"noted_on": date(1, 1, 1)}, "太早"),
            ({"due_on": date(2026, 3, 1)}, "不能早于批示日期"),
        ],
    )
    def test_refuses_what_cannot_be(self, cast, given, words):
        values = {"words": "请研究", "units": [cast.land], "noted_on": date(2026, 3, 4)} | given
        with pytest.raises(MoveRefused, match=words):
            services.write_note(
                company=cast.company, leader=cast.leader, by=cast.leader, at=at(2026, 3, 4), **values
            )
        assert not LeaderNote.objects.exists()
