"""Units at the page's and the API's door: who is offered what, who is refused, what the case page shows."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from companies.choices import VisitMode
from companies.models import DepartmentTrade
from issues import services
from issues.choices import Move, Part, ReturnReason, Status
from issues.forms.moves import forms_open_to
from issues.models import Ticket
from issues.reports.course import holders_of
from issues.services import MoveRefused
from issues.services.visits import log_visit_with_problem
from liaison.models import CalendarDay
from tests.factories import CategoryFactory, DepartmentFactory, PostingFactory, TicketFactory, at

NOW = at(2026, 3, 3)


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def ticket(cast) -> Ticket:
    return TicketFactory(
        enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power], by=cast.official
    )


def url(ticket: Ticket, move: str) -> str:
    return reverse("issues:ticket-move", args=[ticket.number, move])


def offered(official, ticket: Ticket) -> set[str]:
    return {form.move for form in forms_open_to(official, ticket)}


class TestWhatIsOffered:
    def test_a_helper_first_signs_or_objects_then_works_then_is_done(self, cast, ticket):
        mine = {Move.PROGRESS, Move.COOPERATE}
        assert offered(cast.other_unit, ticket) == {*mine, Move.HELP_SIGN, Move.HELP_OBJECT}
        services.sign_help(ticket=ticket, department=cast.power, by=cast.other_unit, at=NOW)
        assert offered(cast.other_unit, ticket) == mine
        services.cooperate_on_ticket(
            ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=NOW
        )
        assert offered(cast.other_unit, ticket) == set()

    def test_the_office_rules_only_where_something_waits(self, cast, ticket):
        assert Move.RULE_HELP not in offered(cast.office, ticket)
        assert {Move.ADD_UNIT, Move.RELEASE_UNIT, Move.TRANSFER} <= offered(cast.office, ticket)
        services.object_to_help(
            ticket=ticket, department=cast.power, reason=ReturnReason.NOT_OURS, note="属水务",
            by=cast.other_unit, at=NOW,
        )  # fmt: skip
        assert Move.RULE_HELP in offered(cast.office, ticket)
        assert Move.RELEASE_UNIT not in offered(cast.office, ticket)

    def test_the_first_contact_is_asked_for_once(self, cast, ticket):
        assert Move.CONTACT in offered(cast.unit, ticket)
        services.contact_company(
            ticket=ticket, mode=VisitMode.PHONE, on=date(2026, 3, 3), note="已约上门", by=cast.unit, at=NOW
        )
        assert Move.CONTACT not in offered(cast.unit, ticket)


class TestDoors:
    @pytest.mark.parametrize(
        ("who", "move"),
        [
            ("unit", Move.HELP_SIGN), ("unit", Move.HELP_OBJECT), ("unit", Move.TRANSFER),
            ("other_unit", Move.CONTACT), ("other_unit", Move.ADD_UNIT), ("other_unit", Move.RULE_HELP),
            ("official", Move.RELEASE_UNIT), ("official", Move.HELP_SIGN),
        ],
    )  # fmt: skip
    def test_a_move_of_somebody_else_is_refused_on_page_and_api(
        self, cast, ticket, client_as, api_as, who, move
    ):
        assert client_as(who).post(url(ticket, move)).status_code == 403
        assert api_as(who).post(f"/api/v1/tickets/{ticket.number}/moves/{move}/").status_code == 403

    @pytest.mark.parametrize(
        ("who", "move", "field"),
        [
            ("other_unit", Move.HELP_OBJECT, "reason"), ("other_unit", Move.COOPERATE, "note"),
            ("unit", Move.CONTACT, "mode"), ("office", Move.ADD_UNIT, "units"),
            ("office", Move.RELEASE_UNIT, "note"), ("office", Move.TRANSFER, "to"),
        ],
    )  # fmt: skip
    def test_a_missing_field_is_named_and_nothing_changes(
        self, cast, ticket, client_as, api_as, who, move, field
    ):
        before = ticket.events.count()
        assert client_as(who).post(url(ticket, move)).status_code == 422
        answer = api_as(who).post(f"/api/v1/tickets/{ticket.number}/moves/{move}/")
        assert answer.status_code == 400
        assert field in answer.json()
        assert ticket.events.count() == before

    def test_a_helper_signs_by_the_api_and_is_told_when_it_is_too_late(self, cast, ticket, api_as):
        address = f"/api/v1/tickets/{ticket.number}/moves/help_sign/"
        answer = api_as("other_unit").post(address)
        assert answer.status_code == 200
        row = next(one for one in answer.json()["units"] if one["part"] == "cooperate")
        assert row["signed_at"]
        assert row["light"] == "green"
        again = api_as("other_unit").post(address)
        assert again.status_code == 409
        assert "不必再签收" in again.json()["detail"]

    def test_the_office_replaces_a_helper_on_the_page(self, cast, ticket, client_as):
        water = PostingFactory(role="unit", department__name="云川市水务局").department
        services.object_to_help(
            ticket=ticket, department=cast.power, reason=ReturnReason.NOT_OURS, note="属水务",
            by=cast.other_unit, at=NOW,
        )  # fmt: skip
        values = {"unit": cast.power.name, "ruling": "replace", "note": "按职责"}
        client = client_as("office")
        refused = client.post(url(ticket, Move.RULE_HELP), values)
        assert refused.status_code == 422
        assert "请选择改由哪个单位协办" in refused.content.decode()
        assert client.post(url(ticket, Move.RULE_HELP), {**values, "instead": water.name}).status_code == 302
        assert ticket.units.helping().get().department == water

    def test_resolving_without_the_helpers_word_has_to_be_said(self, cast, ticket, client_as):
        client, values = client_as("unit"), {"outcome": "solved", "result": "已接通"}
        page = client.get(ticket.get_absolute_url()).content.decode()
        assert "云川市供电局还没有反馈协办意见" in page
        refused = client.post(url(ticket, Move.RESOLVE), values)
        assert refused.status_code == 422
        assert "不等协办意见的，请勾选确认" in refused.content.decode()
        assert client.post(url(ticket, Move.RESOLVE), {**values, "without_help": "on"}).status_code == 302
        ticket.refresh_from_db()
        assert ticket.status == Status.RESOLVED

    def test_with_all_parts_given_nothing_more_is_asked(self, cast, ticket, client_as):
        services.cooperate_on_ticket(
            ticket=ticket, department=cast.power, note="可供电", by=cast.other_unit, at=NOW
        )
        values = {"outcome": "solved", "result": "已接通"}
        assert client_as("unit").post(url(ticket, Move.RESOLVE), values).status_code == 302

    def test_who_acts_for_two_units_says_for_which(self, cast, client_as):
        PostingFactory(official=cast.unit, department=cast.power, role="unit")
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, cooperating=[cast.power]
        )
        client = client_as("unit")
        assert client.post(url(ticket, Move.PROGRESS), {"note": "已勘察"}).status_code == 422
        given = {"note": "已勘察", "unit": cast.power.name}
        assert client.post(url(ticket, Move.PROGRESS), given).status_code == 302
        assert ticket.events.get(move=Move.PROGRESS).unit.department == cast.power

    def test_an_official_who_has_left_finds_nothing(self, cast, ticket, client_as):
        cast.other_unit.postings.update(ends_on=date(2026, 3, 2))
        assert client_as("other_unit").post(url(ticket, Move.HELP_SIGN)).status_code in (403, 404)
        assert not ticket.events.filter(move=Move.HELP_SIGN).exists()


class TestFirstContact:
    def contact(self, cast, ticket, **given):
        values = {"mode": VisitMode.PHONE, "on": date(2026, 3, 3), "note": "已约上门", **given}
        return services.contact_company(ticket=ticket, by=cast.unit, at=NOW, **values)

    def test_has_a_limit_of_its_own_from_the_dispatch_on(self, cast, ticket):
        lead = ticket.units.get(part=Part.LEAD)
        assert (lead.contact_due_on, lead.contacted_on) == (date(2026, 3, 4), None)
        self.contact(cast, ticket, on=date(2026, 3, 2))
        lead.refresh_from_db()
        assert lead.contacted_on == date(2026, 3, 2)
        assert ticket.events.get(move=Move.CONTACT).note == "电话（3月2日）：已约上门"

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"on": date(2026, 3, 4)}, "不能晚于今天"),
            ({"on": date(2026, 2, 27)}, "不能早于交办"),
            ({"note": " "}, "请写明"),
            ({"mode": "fax"}, "联系方式"),
        ],
    )
    def test_refuses(self, cast, ticket, given, words):
        with pytest.raises(MoveRefused, match=words):
            self.contact(cast, ticket, **given)
        assert ticket.units.get(part=Part.LEAD).contacted_on is None

    def test_a_second_first_contact_is_a_progress(self, cast, ticket):
        self.contact(cast, ticket)
        with pytest.raises(MoveRefused, match="已于 2026-03-03 首次联系企业"):
            self.contact(cast, ticket)

    def visit(self, cast, on):
        return log_visit_with_problem(
            client_id=uuid4(), enrolment=cast.enrolment, on=on, mode=VisitMode.VISIT, summary="看了现场",
            problem=None, report_now=False, by=cast.official, at=NOW,
        )  # fmt: skip

    def test_a_visit_logged_by_the_lead_unit_counts(self, cast):
        PostingFactory(role="unit", department=cast.industry)
        ticket = TicketFactory(enrolment=cast.enrolment, dispatched=True, lead=cast.industry)
        self.visit(cast, date(2026, 3, 3))
        assert ticket.units.get().contacted_on == date(2026, 3, 3)
        assert ticket.events.get(move=Move.CONTACT).note == "上门走访：看了现场"

    def test_a_visit_of_another_unit_or_from_before_does_not(self, cast, ticket):
        self.visit(cast, date(2026, 3, 3))
        PostingFactory(role="unit", department=cast.industry)
        theirs = TicketFactory(
            enrolment=cast.enrolment, dispatched=True, lead=cast.industry, at=at(2026, 3, 3)
        )
        self.visit(cast, date(2026, 3, 2))
        for one in (ticket, theirs):
            assert one.units.get(part=Part.LEAD).contacted_on is None


class TestShown:
    def test_the_card_names_each_unit_with_its_day_and_light(self, cast, ticket, client_as):
        page = client_as("office").get(ticket.get_absolute_url()).content.decode()
        card = page[page.index('id="units"') :]
        card = card[: card.index('id="course"')]
        assert "反馈期限 3月5日 周四" in card
        assert "首次联系企业期限 3月4日 周三" in card
        assert card.count("light") >= 2

    def test_an_empty_unit_is_named_as_such(self, cast, ticket, client_as):
        cast.power.is_active = False
        cast.power.save(update_fields=["is_active"])
        assert "单位已撤销，请改派" in client_as("office").get(ticket.get_absolute_url()).content.decode()

    def test_a_helper_reads_its_own_day_in_the_queue(self, cast, ticket, client_as):
        page = client_as("other_unit").get(reverse("issues:tickets")).content.decode()
        assert "协办待签收 3月5日" in page
        assert "协办待签收" not in client_as("unit").get(reverse("issues:tickets")).content.decode()

    def test_time_counts_for_whoever_had_the_lead_then(self, cast):
        ticket = TicketFactory(
            enrolment=cast.enrolment, in_progress=True, lead=cast.land, at=at(2026, 3, 2, 8)
        )
        ticket = services.transfer_ticket(
            ticket=ticket, to=cast.power, note="职责调整", by=cast.office, at=at(2026, 3, 5)
        )
        services.sign_ticket(ticket=ticket, by=cast.other_unit, at=at(2026, 3, 6))
        ticket.refresh_from_db()
        held = holders_of(
            ticket,
            list(ticket.events.order_by("at", "pk")),
            units=ticket.units.select_related("department"),
            calendar=CalendarDay.objects.as_calendar(ticket.company.region),
            until=at(2026, 3, 10),
        )
        assert {one.holder: (one.working_days, one.is_current) for one in held if one.working_days} == {
            "云川市自然资源局": (3, False),
            "云川市供电局": (3, True),
        }


class TestProposedLead:
    @pytest.fixture
    def county_bureau(self, cast):
        bureau = DepartmentFactory(name="云桥县经济和信息化局", region=cast.county)
        PostingFactory(role="unit", department=bureau)
        return bureau

    def form_of(self, cast):
        cast.company.industry = "3421"
        cast.company.save(update_fields=["industry"])
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        return next(f for f in forms_open_to(cast.office, ticket) if f.move == Move.DISPATCH)(
            ticket=Ticket.objects.select_related("company__region").get(pk=ticket.pk), official=cast.office
        )

    def test_is_the_countys_unit_in_charge_of_the_trade_with_the_reason(self, cast, county_bureau):
        DepartmentTrade.objects.create(department=cast.industry, code="C")
        DepartmentTrade.objects.create(department=county_bureau, code="C")
        form = self.form_of(cast)
        assert form.initial["lead"] == county_bureau.name
        assert "主管“制造业”" in form.fields["lead"].help_text
        assert "可以改选" in form.fields["lead"].help_text

    def test_is_nobody_where_none_is_known(self, cast, county_bureau):
        form = self.form_of(cast)
        assert "lead" not in form.initial

    def test_is_nobody_of_another_county_nor_who_cannot_sign(self, cast):
        elsewhere = PostingFactory(role="unit", department__region=cast.other_county).department
        empty = DepartmentFactory(name="云桥县发展和改革局", region=cast.county)
        for unit in (elsewhere, empty):
            DepartmentTrade.objects.create(department=unit, code="C")
        assert "lead" not in self.form_of(cast).initial

    def test_never_decides(self, cast, county_bureau, client_as):
        DepartmentTrade.objects.create(department=county_bureau, code="C")
        form = self.form_of(cast)
        CategoryFactory()
        values = {"grade": "A", "category": "labour"}
        answer = client_as("office").post(url(form.ticket, Move.DISPATCH), values)
        assert answer.status_code == 422
        assert not form.ticket.units.exists()
