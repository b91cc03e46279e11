"""`/api/v1/tickets/`: the same scope, predicates and refusals as the pages."""

import pytest

from issues.models import Ticket
from tests.factories import CategoryFactory, TicketFactory


@pytest.fixture
def collect(cast):
    return {"company": cast.company.uscc, "programme": cast.version.programme.code, "title": "停电频繁"}


def url(ticket, move=""):
    return f"/api/v1/tickets/{ticket.number}/" + (f"moves/{move}/" if move else "")


class TestTickets:
    def test_an_official_collects_for_an_own_company_only(self, api_as, collect):
        answer = api_as("official").post("/api/v1/tickets/", collect)
        assert answer.status_code == 201, answer.json()
        assert answer.json()["status"] == "draft"
        assert answer.json()["moves"] == ["report", "ask_withdrawal"]
        assert api_as("stranger").post("/api/v1/tickets/", collect).status_code == 404
        assert api_as("office").post("/api/v1/tickets/", collect).status_code == 403

    def test_moves_by_json_and_says_what_is_missing(self, cast, api_as):
        ticket = TicketFactory(enrolment=cast.enrolment, reported=True)
        CategoryFactory(code="power", name="用电")
        api = api_as("office")
        wrong = api.post(url(ticket, "dispatch"), {"grade": "Z", "category": "power"})
        assert wrong.status_code == 400
        assert set(wrong.json()) == {"grade", "lead"}
        body = {"grade": "B", "category": "power", "lead": cast.land.name, "cooperating": [cast.power.name]}
        right = api.post(url(ticket, "dispatch"), body)
        assert right.status_code == 200, right.json()
        assert right.json()["lead_unit"] == cast.land.name
        assert len(right.json()["units"]) == 2

    def test_refusals_are_the_pages_refusals(self, cast, api_as):
        ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land)
        late = api_as("unit").post(url(ticket, "sign"), {})
        assert late.status_code == 409
        assert "办理中" in late.json()["detail"]
        assert api_as("office").post(url(ticket, "sign"), {}).status_code == 403
        assert api_as("stranger").post(url(ticket, "sign"), {}).status_code == 404
        assert api_as("unit").post(url(ticket, "fly"), {}).status_code == 404

    @pytest.mark.parametrize("body", ["[]", "1", '"x"', "{", ""])
    def test_senseless_bodies_are_answered_with_400(self, cast, api_as, body):
        ticket = TicketFactory(enrolment=cast.enrolment, in_progress=True, lead=cast.land)
        answer = api_as("unit").post(url(ticket, "resolve"), body, content_type="application/json")
        assert answer.status_code == 400
        assert Ticket.objects.get().status == "in_progress"

    def test_filters_refuse_unknown_values(self, cast, api_as):
        TicketFactory(enrolment=cast.enrolment)
        assert api_as("office").get("/api/v1/tickets/", {"status": "lost"}).status_code == 400
        assert api_as("office").get("/api/v1/tickets/", {"light": "red_plus"}).json()["count"] == 1

    def test_a_stranger_without_token_is_asked_to_sign_in(self, db, client):
        assert client.get("/api/v1/tickets/").status_code == 401
