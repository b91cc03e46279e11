"""`/api/v1/tickets/`: the same scope, predicates and refusals as the pages."""

from uuid import uuid4

import pytest

from issues.models import Ticket
from tests.factories import CategoryFactory, TicketFactory, at


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

    def test_what_is_like_an_open_problem_is_asked_about_as_on_the_page(self, cast, api_as, collect):
        there = TicketFactory(enrolment=cast.enrolment, title="停电频繁影响生产")
        api, same = api_as("official"), collect | {"title": "停电频繁影响生产线"}
        answer = api.post("/api/v1/tickets/", same, format="json")
        assert answer.status_code == 409
        said = answer.json()
        assert "类似" in said["detail"]
        assert [one["number"] for one in said["similar"]] == [there.number]
        assert api.post("/api/v1/tickets/", same | {"seen": ["0"]}, format="json").status_code == 409
        assert Ticket.objects.count() == 1
        filed = api.post("/api/v1/tickets/", same | {"seen": [there.number]}, format="json")
        assert filed.status_code == 201
        assert Ticket.objects.count() == 2

    def test_so_is_the_problem_of_a_visit_unless_the_visit_was_kept_before(self, cast, api_as, clock):
        clock(at(2026, 3, 3))
        there = TicketFactory(enrolment=cast.enrolment, title="停电频繁影响生产", at=at(2026, 3, 2))
        api = api_as("official")
        problem = {"title": "停电频繁影响生产线"}
        visit = {
            "client_id": str(uuid4()), "company": cast.company.uscc, "on": "2026-03-03", "mode": "phone",
            "programme": cast.version.programme.code, "problem": problem,
        }  # fmt: skip
        assert api.post("/api/v1/visits/", visit, format="json").status_code == 409
        assert not cast.company.visits.exists()
        looked_at = visit | {"problem": problem | {"seen": [there.number]}}
        assert api.post("/api/v1/visits/", looked_at, format="json").status_code == 201
        clock(at(2026, 3, 3, 11))
        assert api.post("/api/v1/visits/", visit, format="json").status_code == 200
        assert Ticket.objects.count() == 2

    def test_a_stranger_without_token_is_asked_to_sign_in(self, db, client):
        assert client.get("/api/v1/tickets/").status_code == 401
