"""The month's papers: bulletin, agenda, and the pages that show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from assessment import services
from issues.choices import BulletinState, MeetingState, Outcome
from issues.models import AgendaItem, MonthEnd
from issues.reports.months import (
    add_up_service,
    add_up_tickets,
    region_rows,
    service_figures,
    ticket_figures,
    unit_rows,
)
from issues.services import (
    BulletinRefused,
    MeetingRefused,
    decide_item,
    edit_bulletin,
    hold_meeting,
    issue_bulletin,
    object_to_ticket,
    rework_ticket,
    sweep_tickets,
)
from tests.factories import Cast, MonthEndFactory, TicketFactory, at, team_meets

MARCH = date(2026, 3, 1)
CLOSING = at(2026, 3, 31, 18, 5)


@pytest.fixture
def february(cast: Cast) -> MonthEnd:
    return MonthEndFactory(
        month=date(2026, 2, 1),
        since=at(2026, 1, 31, 18),
        until=at(2026, 2, 28, 18),
        frozen_at=at(2026, 2, 28, 18, 5),
    )


@pytest.fixture
def tickets(cast: Cast, february: MonthEnd) -> dict[str, object]:
    """A month of the land bureau: six solved, one explained, one overdue, one returned twice."""
    shared = {"enrolment": cast.enrolment, "lead": cast.land}
    made: dict[str, object] = {}
    for number in range(6):
        made[f"solved{number}"] = TicketFactory(closed=True, **shared)
    made["explained"] = TicketFactory(closed=True, outcome=Outcome.EXPLAINED, **shared)
    made["overdue"] = TicketFactory(in_progress=True, title="变压器容量不足", **shared)
    team_meets(cast.enrolment, on=date(2026, 3, 10))
    return made


@pytest.fixture
def march(cast: Cast, tickets) -> MonthEnd:
    return services.close_month(programme=cast.version.programme, month=MARCH, at=CLOSING)


class TestBulletin:
    def test_opens_with_the_months_figures_in_words(self, march):
        opening = march.bulletin.opening
        assert "2026年2月28日18时至2026年3月31日18时" in opening
        assert "在册包抓企业2户，开展走访联系2次，其中上门走访2次" in opening
        assert "收集企业问题8件" in opening
        assert "本期到期8件，已解决并经企业确认销号6件，问题办结率75.0%（6/8）" in opening
        assert "另有解释说明1件销号，不计入解决" in opening
        assert "满意率100.0%（7/7）" in opening
        assert "期末在办1件，其中逾期1件" in opening
        assert march.bulletin.title == "关于2026年3月“助商稳企·护航发展”工作情况的通报"

    def test_a_rate_on_few_cases_is_not_a_percentage(self, march):
        assert "联系覆盖率1/2（样本不足，不计百分比）" in march.bulletin.opening

    def test_figures_of_units_add_up_to_the_whole(self, march):
        whole, units = ticket_figures(march), unit_rows(march)
        assert add_up_tickets(march, units) == whole
        assert add_up_service(march, region_rows(march)) == service_figures(march)
        for name in ("new", "due", "solved", "closed", "overdue", "open"):
            assert sum(getattr(u.figures, name).value for u in units) == getattr(whole, name).value

    def test_needs_its_next_steps_before_it_is_issued_and_is_frozen_then(self, march, cast):
        bulletin, when = march.bulletin, at(2026, 4, 1)
        with pytest.raises(BulletinRefused, match="下步安排"):
            issue_bulletin(bulletin=bulletin, by=cast.office, at=when)
        edit_bulletin(bulletin=bulletin, highlights="", next_steps="一抓到底。", by=cast.office, at=when)
        issued = issue_bulletin(bulletin=bulletin, by=cast.office, at=when)
        assert (issued.state, issued.issued_by) == (BulletinState.ISSUED, cast.office)
        with pytest.raises(BulletinRefused, match="已印发"):
            edit_bulletin(bulletin=bulletin, highlights="改", next_steps="改", by=cast.office, at=when)

    def test_every_figure_opens_its_own_rows(self, march, client_as):
        client = client_as("office")
        figures = ticket_figures(march)
        for name in ("new", "due", "solved", "explained", "overdue", "satisfied"):
            figure = getattr(figures, name)
            page = client.get(figure.href).context["page"]
            assert page.paginator.count == figure.value, name
        for unit in unit_rows(march):
            page = client.get(unit.figures.due.href).context["page"]
            assert page.paginator.count == unit.figures.due.value


class TestAgenda:
    def test_lists_what_is_stuck_and_why_in_words(self, cast, tickets, february):
        twice = TicketFactory(dispatched=True, enrolment=cast.enrolment, lead=cast.land)
        object_to_ticket(
            ticket=twice, reason="not_ours", note="属供电局", by=cast.unit, at=at(2026, 3, 2, 15)
        )
        sweep_tickets(at=at(2026, 3, 18, 9))
        march = services.close_month(programme=cast.version.programme, month=MARCH, at=CLOSING)
        items = list(cast.version.programme.meetings.get().items.order_by("position"))
        assert [(item.ticket.title, item.reason) for item in items] == [
            ("变压器容量不足", "逾期16个工作日未办结；已提级至调度会"),
            (twice.title, "已提级至调度会"),  # nobody ruled on the return
        ]
        assert march.month == MARCH

    def test_counts_reworks_over_the_whole_course(self, cast, february):
        from issues.services import answer_ticket, resolve_ticket

        ticket = TicketFactory(answered=True, enrolment=cast.enrolment, lead=cast.land)
        unit = ticket.units.get().signed_by
        for day in (3, 4):
            rework_ticket(ticket=ticket, rating=1, actor="企业", note="没解决", at=at(2026, 3, day))
            resolve_ticket(
                ticket=ticket, outcome=Outcome.SOLVED, result="再办", by=unit, at=at(2026, 3, day, 14)
            )
            answer_ticket(ticket=ticket, mode="phone", note="", by=unit, at=at(2026, 3, day, 15))
        services.close_month(programme=cast.version.programme, month=MARCH, at=CLOSING)
        assert "企业不满意，已重办2次" in AgendaItem.objects.get().reason

    def test_what_the_last_meeting_left_open_comes_back(self, cast, march, tickets):
        april = services.close_month(
            programme=cast.version.programme, month=date(2026, 4, 1), at=at(2026, 4, 30, 18, 5)
        )
        item = cast.version.programme.meetings.get(month=april.month).items.get()
        assert "上次调度会议定后仍未销号" in item.reason

    def test_a_meeting_is_recorded_once_every_item_is_decided(self, cast, march):
        meeting, when = cast.version.programme.meetings.get(), at(2026, 4, 3)
        with pytest.raises(MeetingRefused, match="第1项还没有议定事项"):
            hold_meeting(meeting=meeting, held_on=date(2026, 4, 3), by=cast.office, at=when)
        item = meeting.items.get()
        with pytest.raises(MeetingRefused, match="不能早于今天"):
            decide_item(item=item, decision="限期", due_on=date(2026, 4, 2), by=cast.office, at=when)
        with pytest.raises(MeetingRefused, match="太远"):
            decide_item(item=item, decision="限期", due_on=date.max, by=cast.office, at=when)
        decide_item(item=item, decision="供电局增容", due_on=date(2026, 4, 20), by=cast.office, at=when)
        with pytest.raises(MeetingRefused, match="不能晚于今天"):
            hold_meeting(meeting=meeting, held_on=date(2026, 4, 4), by=cast.office, at=when)
        held = hold_meeting(meeting=meeting, held_on=date(2026, 4, 3), by=cast.office, at=when)
        assert held.state == MeetingState.HELD
        with pytest.raises(MeetingRefused, match="不再改动"):
            decide_item(item=item, decision="改主意", due_on=None, by=cast.office, at=when)


@pytest.fixture
def today() -> Iterator[None]:
    """The day on which the pages are opened."""
    with time_machine.travel(at(2026, 4, 1), tick=False):
        yield


@pytest.mark.usefixtures("today")
class TestPages:
    def addresses(self) -> list[str]:
        month = ["p2", "2026-03"]
        return [
            reverse("issues:bulletins"),
            reverse("issues:bulletin", args=month),
            reverse("issues:meetings"),
            reverse("issues:meeting", args=month),
            reverse("issues:month-tickets", args=month),
            reverse("issues:month-enrolments", args=month),
        ]

    @pytest.mark.parametrize("who", ["office", "leader", "assessor"])
    def test_open_for_those_who_answer_for_the_programme(self, client_as, march, who):
        client = client_as(who)
        for address in self.addresses():
            assert client.get(address).status_code == 200, address

    @pytest.mark.parametrize("who", ["official", "unit"])
    def test_a_draft_and_its_rows_are_hidden_from_the_others(self, client_as, march, who):
        client = client_as(who)
        codes = [client.get(address).status_code for address in self.addresses()]
        assert codes == [200, 404, 200, 404, 404, 404]

    def test_an_issued_bulletin_is_read_by_all_without_links_to_its_rows(self, client_as, march, cast):
        edit_bulletin(
            bulletin=march.bulletin, highlights="", next_steps="抓。", by=cast.office, at=at(2026, 4, 1)
        )
        issue_bulletin(bulletin=march.bulletin, by=cast.office, at=at(2026, 4, 1))
        text = client_as("official").get(march.bulletin.get_absolute_url()).content.decode()
        assert "一、服务情况" in text
        assert "/months/" not in text
        assert "bulletin-edit" not in text

    def test_the_office_writes_and_issues_in_place(self, client_as, march):
        client, address = client_as("office"), march.bulletin.get_absolute_url()
        empty = client.post(f"{address}issue/", follow=True)
        assert "请先写好" in empty.content.decode()
        client.post(f"{address}text/", {"highlights": "专班一周上门。", "next_steps": "盯住逾期。"})
        client.post(f"{address}issue/")
        text = client.get(address).content.decode()
        assert "专班一周上门。" in text
        assert "2026年4月1日" in text

    def test_others_may_not_write(self, client_as, march):
        address = march.bulletin.get_absolute_url()
        for action in ("text/", "issue/"):
            assert client_as("leader").post(address + action, {"next_steps": "x"}).status_code == 403
        meeting = reverse("issues:meeting", args=["p2", "2026-03"])
        assert client_as("leader").post(f"{meeting}1/", {"decision": "x"}).status_code == 403
        assert client_as("leader").post(f"{meeting}held/", {"held_on": "2026-04-01"}).status_code == 403

    def test_decisions_are_written_in_place(self, client_as, march):
        client, meeting = client_as("office"), reverse("issues:meeting", args=["p2", "2026-03"])
        refused = client.post(f"{meeting}1/", {"decision": ""}, headers={"HX-Request": "true"})
        assert refused.status_code == 422
        assert "请填写议定事项" in refused.content.decode()
        saved = client.post(
            f"{meeting}1/",
            {"decision": "供电局增容", "due_on": "2026-04-20"},
            headers={"HX-Request": "true"},
        )
        assert "供电局增容" in saved.content.decode()
        early = client.post(f"{meeting}held/", {"held_on": "2026-04-02"}, follow=True)
        assert "不能晚于今天" in early.content.decode()
        held = client.post(f"{meeting}held/", {"held_on": "2026-04-01"}, follow=True)
        assert "会议已记录" in held.content.decode()

    @pytest.mark.parametrize("table", ["service", "grades", "handling", "escalations"])
    def test_each_table_is_a_workbook(self, client_as, march, table):
        from io import BytesIO

        import openpyxl

        address = reverse("issues:bulletin-workbook", args=["p2", "2026-03", table])
        answer = client_as("office").post(address)
        sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        assert sheet.max_row >= 1
        assert answer["Content-Disposition"].startswith("attachment")

    def test_api_reads_the_bulletin(self, api_as, march):
        listed = api_as("office").get("/api/v1/bulletins/").json()["results"]
        assert [row["key"] for row in listed] == ["p2-2026-03"]
        detail = api_as("office").get("/api/v1/bulletins/p2-2026-03/").json()
        assert detail["figures"]["tickets"]["solved"] == 6
        assert detail["figures"]["rates"]["solving"] == {"part": 6, "whole": 8}
        assert api_as("official").get("/api/v1/bulletins/p2-2026-03/").status_code == 404

    @pytest.mark.parametrize(
        ("name", "most"),
        [("bulletin", 12), ("meeting", 16), ("month-tickets", 8), ("month-enrolments", 8), ("meetings", 8)],
    )
    def test_pages_stay_within_their_queries(
        self, client_as, march, name, most, django_assert_max_num_queries
    ):
        client = client_as("office")
        address = reverse(f"issues:{name}", args=[] if name == "meetings" else ["p2", "2026-03"])
        with django_assert_max_num_queries(most):
            client.get(address)

    def test_empty_programmes_say_why(self, client_as, cast):
        client = client_as("office")
        assert "还没有通报" in client.get(reverse("issues:bulletins")).content.decode()
        assert "还没有会议" in client.get(reverse("issues:meetings")).content.decode()
