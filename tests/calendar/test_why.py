"""“怎么算的”: every deadline can say, day by day, how it came about."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import escape

import pytest
from django.test import Client
from django.urls import reverse

from assessment import services as survey_services
from issues.models import Ticket
from issues.reports.deadlines import deadlines_of, with_start
from liaison.models import CalendarDay
from tests.calendar.test_changes import apply, draft_2027, given_in_december
from tests.factories import AgendaItemFactory, Cast, MeetingFactory, TicketFactory, at

ClientAs = Callable[..., Client]


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def test_each_day_on_the_way_has_its_line(cast: Cast, client_as: ClientAs, clock):
    clock(at(2026, 12, 28, 9))
    ticket = given_in_december(cast)
    apply(draft_2027(cast), cast)
    address = reverse("issues:ticket-deadlines", args=[ticket.number])
    page = text(client_as("unit").get(address))
    for line in (
        "12月28日 周一交办，当日不计，5 个工作日",
        "<li>第1日 12/29 周二</li>",
        "<li>2027/1/1–2027/1/3 元旦放假不计</li>",
        "<li>第4日 2027/1/4 周一</li>",
        "办结期限 2027年1月5日 周二",
        "按 2026 年度日历第 1 版、2027 年度日历第 1 版",
    ):
        assert line in page
    assert "暂定" not in page


def test_a_day_in_an_unpublished_year_is_provisional_everywhere(cast: Cast, client_as: ClientAs, clock):
    clock(at(2026, 12, 29, 9))
    ticket = given_in_december(cast)
    client = client_as("unit")
    for address in (
        reverse("home"),
        reverse("issues:tickets"),
        ticket.get_absolute_url(),
        reverse("issues:ticket-deadlines", args=[ticket.number]),
    ):
        page = text(client.get(address))
        assert "暂定</span>" in page, address
        if "deadlines" not in address:
            assert f"/tickets/{ticket.number}/deadlines/" in page, address
    assert "2027 年放假安排尚未公布，暂按周一至周五计算" in page
    apply(draft_2027(cast), cast)
    assert "暂定</span>" not in text(client.get(reverse("issues:tickets")))


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("draft", ["上报"]),
        ("reported", ["定级交办"]),
        ("dispatched", ["签收", "办结", "首次联系企业", "协办反馈（云川市供电局）"]),
        ("in_progress", ["办结", "首次联系企业", "协办反馈（云川市供电局）"]),
        ("resolved", ["答复企业", "办结"]),
        ("answered", ["办结"]),
    ],
)
def test_every_deadline_of_every_state_is_told(cast: Cast, state: str, steps: list[str]):
    common = {"enrolment": cast.enrolment, "by": cast.official, "at": at(2026, 3, 2, 8)}
    if state != "draft":
        common |= {state: True, "lead": cast.land, "unit": cast.unit, "office": cast.office}
        common |= {"cooperating": [cast.power]}
    ticket = with_start(Ticket.objects.filter(pk=TicketFactory(**common).pk)).get()
    calendar = CalendarDay.objects.as_calendar(ticket.company.region)
    deadlines = deadlines_of(ticket, calendar)
    assert [one.step for one in deadlines] == steps
    for one in deadlines:
        told = one.explain()
        assert told.due == one.old == one.new
        assert sum("第" in line and "日" in line for line in told.lines) == one.limit


def test_what_the_company_has_to_say_has_no_working_days(cast: Cast, client_as: ClientAs):
    ticket = TicketFactory(closed=True, enrolment=cast.enrolment, lead=cast.land, at=at(2026, 2, 2))
    page = text(client_as("office").get(reverse("issues:ticket-deadlines", args=[ticket.number])))
    assert "已销号，没有进行中的期限" in page


def test_htmx_gets_the_days_alone(cast: Cast, client_as: ClientAs):
    ticket = TicketFactory(reported=True, enrolment=cast.enrolment, by=cast.official, at=at(2026, 3, 2))
    address = reverse("issues:ticket-deadlines", args=[ticket.number])
    page = client_as("office").get(address, headers={"HX-Request": "true"})
    assert "<html" not in text(page)
    assert "定级交办期限" in text(page)


def test_lines_leave_nothing_out():
    from liaison.workdays import WorkCalendar

    calendar = WorkCalendar(off={}, work={}, published={2026})
    told = calendar.explain(date(2026, 3, 2), 60)
    assert sum(line.startswith("第") for line in told.lines) == 60
    assert "略" not in "".join(told.lines)
    assert told.due == date(2026, 3, 2) + timedelta(weeks=12)


def test_lists_that_show_a_deadline_show_how_it_was_counted(cast: Cast, client_as: ClientAs, clock):
    """Search, the leader's list of what was sent up, and the meeting's agenda; once each per page."""
    clock(at(2026, 12, 29, 9))
    ticket = given_in_december(cast)
    Ticket.objects.filter(pk=ticket.pk).update(rung="dispatch_meeting")
    meeting = MeetingFactory(month=date(2026, 12, 1))
    AgendaItemFactory(meeting=meeting, ticket=ticket)
    why = f"/tickets/{ticket.number}/deadlines/"
    for who, address in (
        ("office", reverse("search") + f"?q={ticket.title}"),
        ("leader", reverse("home")),
        ("office", reverse("issues:meeting", args=["p2", "2026-12"])),
    ):
        page = text(client_as(who).get(address))
        assert f'hx-get="{why}"' in page, address
        assert "暂定</span>" in page, address
        idents = re.findall(r'id="(why-[^"]+)"', page)
        assert len(idents) == len(set(idents)), address


def test_the_case_page_explains_the_present_deadlines_in_one_place(cast: Cast, client_as: ClientAs):
    ticket = TicketFactory(
        in_progress=True, cooperating=[cast.power], enrolment=cast.enrolment, by=cast.official,
        lead=cast.land, unit=cast.unit, office=cast.office, at=at(2026, 3, 2),
    )  # fmt: skip
    page = text(client_as("office").get(ticket.get_absolute_url()))
    assert page.count('hx-get="' + reverse("issues:ticket-deadlines", args=[ticket.number])) == 1
    opening = re.findall(r'popovertarget="why-next" aria-label="([^"]+)"', page)
    assert opening == ["期限怎么算的", "云川市自然资源局的期限怎么算的", "云川市供电局的期限怎么算的"]
    told = [event for event in ticket.events.order_by("pk") if event.words]
    assert len(told) >= 3
    for event in told:
        assert escape(event.words) in page, event.move


def test_the_company_is_told_how_the_new_deadline_was_counted(cast: Cast, client: Client, clock):
    clock(at(2026, 3, 4, 9))
    ticket = TicketFactory(
        answered=True, enrolment=cast.enrolment, by=cast.official, lead=cast.land, unit=cast.unit,
        office=cast.office, at=at(2026, 3, 2),
    )  # fmt: skip
    survey = survey_services.invite_company(ticket=ticket, at=at(2026, 3, 3, 9))
    assert survey is not None
    survey_services.answer_survey(survey=survey, score=1, comment="没有解决", at=at(2026, 3, 4, 9))
    address = reverse("assessment:survey-answer", args=[survey_services.sign_token(survey)])
    page = text(client.get(address))
    ticket.refresh_from_db()
    assert "期限怎么算的" in page
    assert f"期限 {ticket.due_on.month}月{ticket.due_on.day}日" in page
