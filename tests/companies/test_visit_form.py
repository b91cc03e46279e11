"""登记走访 on the phone, and the same through the API: visit and problem together, once."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from companies.models import Visit
from issues.models import Ticket
from tests.companies import today
from tests.factories import AssignmentFactory, EnrolmentFactory, TicketFactory


@pytest.fixture
def form(cast):
    return {
        "client_id": str(uuid.uuid4()),
        "enrolment": cast.enrolment.pk,
        "on": today().isoformat(),
        "mode": "visit",
        "summary": "生产正常",
        "has_problem": "no",
    }


@pytest.fixture
def url(cast):
    return reverse("issues:visit-new", args=[cast.company.uscc])


PROBLEM = {"has_problem": "yes", "title": "变压器扩容迟迟不批", "category": "", "wish": "尽快送电"}


class TestForm:
    def test_needs_no_more_than_a_tap_to_be_right(self, client_as, cast, url, form):
        client = client_as("official")
        page = client.get(url)
        assert page.context["form"]["mode"].value() == "visit"
        assert page.context["form"]["on"].value() == today()
        answer = client.post(url, {**form, "summary": ""})
        assert answer.url == cast.company.get_absolute_url()
        assert (Visit.objects.get().has_problem, Ticket.objects.count()) == (False, 0)

    def test_keeps_the_problem_and_reports_it(self, client_as, url, form):
        client_as("official").post(url, {**form, **PROBLEM, "report_now": "on"})
        ticket = Ticket.objects.get()
        assert (ticket.title, ticket.status, ticket.source) == ("变压器扩容迟迟不批", "reported", "visit")
        assert ticket.visit == Visit.objects.get(has_problem=True)

    def test_may_leave_the_reporting_for_later(self, client_as, url, form):
        page = client_as("official").post(url, {**form, **PROBLEM, "mode": "phone"}, follow=True)
        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.source) == ("draft", "phone")
        assert "尚未上报" in page.content.decode()

    def test_sent_twice_is_one_visit_and_one_problem(self, client_as, url, form):
        client = client_as("official")
        client.post(url, {**form, **PROBLEM, "report_now": "on"})
        page = client.post(url, {**form, **PROBLEM, "report_now": "on"}, follow=True)
        assert (Visit.objects.count(), Ticket.objects.count()) == (1, 1)
        assert "没有重复保存" in page.content.decode()

    def test_what_looks_filed_already_is_asked_about_once(self, client_as, cast, url, form):
        client = client_as("official")
        earlier = TicketFactory(reported=True, enrolment=cast.enrolment, title=PROBLEM["title"])
        asked = client.post(url, {**form, **PROBLEM})
        assert asked.status_code == 422
        assert (asked.context["alike"], Visit.objects.count()) == ([earlier], 0)
        assert client.post(url, {**form, **PROBLEM, "seen": earlier.number}).status_code == 302
        assert (Visit.objects.count(), Ticket.objects.count()) == (1, 2)

    def test_a_browser_without_script_gets_an_id_from_us(self, client_as, url, form):
        client_as("official").post(url, {**form, "client_id": ""})
        assert Visit.objects.get().client_id

    def test_loses_nothing_when_refused(self, client_as, url, form):
        answer = client_as("official").post(url, {**form, **PROBLEM, "title": "", "on": "2999-01-01"})
        page = answer.content.decode()
        assert answer.status_code == 422
        for words in ("请用一句话写下企业提出的问题", "生产正常", "尽快送电"):
            assert words in page
        late = client_as("official").post(url, {**form, "on": "2999-01-01"})
        assert "走访日期不能晚于今天" in late.content.decode()
        assert not Visit.objects.exists()

    def test_a_problem_that_is_refused_leaves_no_visit(self, client_as, url, form):
        client_as("official").post(url, {**form, **PROBLEM, "title": "长" * 81})
        assert not Visit.objects.exists()

    def test_again_opens_a_fresh_form(self, client_as, url, form):
        answer = client_as("official").post(url, {**form, "again": "yes"})
        assert answer.url == url

    def test_asks_for_the_programme_only_when_there_are_two(self, client_as, cast, url):
        assert client_as("official").get(url).content.decode().count("为哪个方案") == 0

    def test_strangers_do_not_find_it_and_others_may_not(self, client_as, cast, url, form):
        assert client_as("stranger").get(url).status_code == 404
        refused = client_as("office").get(url)
        assert refused.status_code == 403
        assert "您不在该企业的专班中" in refused.content.decode()
        assert client_as("office").post(url, form).status_code == 403

    def test_a_unit_of_the_team_may(self, client_as, cast, url, form):
        AssignmentFactory(
            enrolment=cast.enrolment, seat="member_department", official=None, department=cast.land
        )
        client_as("unit").post(url, form)
        assert Visit.objects.get().department == cast.land

    def test_counts_its_queries(self, client_as, url, django_assert_max_num_queries):
        client = client_as("official")
        with django_assert_max_num_queries(9):
            client.get(url)


class TestApi:
    def body(self, cast, **fields):
        return {
            "client_id": str(uuid.uuid4()),
            "company": cast.company.uscc,
            "programme": cast.version.programme.code,
            "on": today().isoformat(),
            "mode": "visit",
            **fields,
        }

    def test_logs_a_visit_with_its_problem_once(self, api_as, cast):
        client = api_as("official")
        body = self.body(cast, problem={"title": "缺熟练工 40 人"})
        first, again = (client.post("/api/v1/visits/", body) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["tickets"] == again.json()["tickets"] == [Ticket.objects.get().number]

    def test_says_409_in_words(self, api_as, cast):
        answer = api_as("official").post("/api/v1/visits/", self.body(cast, on="2999-01-01"))
        assert answer.status_code == 409
        assert answer.json() == {"detail": "走访日期不能晚于今天。"}

    @pytest.mark.parametrize(
        "wrong",
        [{"mode": "pigeon"}, {"client_id": "x"}, {"company": "nobody"}, {"problem": {"title": ""}}],
    )
    def test_says_400_for_what_makes_no_sense(self, api_as, cast, wrong):
        assert api_as("official").post("/api/v1/visits/", self.body(cast, **wrong)).status_code == 400

    def test_refuses_others(self, api_as, cast):
        assert api_as("office").post("/api/v1/visits/", self.body(cast)).status_code == 403
        assert api_as("stranger").post("/api/v1/visits/", self.body(cast)).status_code == 400

    def test_lists_what_the_page_lists(self, api_as, cast):
        api_as("official").post("/api/v1/visits/", self.body(cast))
        for who, count in (("office", 1), ("official", 1), ("stranger", 0)):
            assert api_as(who).get("/api/v1/visits/?mode=visit").json()["count"] == count
        assert api_as("office").get("/api/v1/visits/?mode=pigeon").status_code == 400


class TestAssignmentsApi:
    def body(self, cast, enrolment, **fields):
        return {
            "company": enrolment.company.uscc,
            "programme": enrolment.programme.code,
            "role": "officer",
            "official": cast.official.pk,
            "starts_on": today().isoformat(),
            **fields,
        }

    def test_gives_a_seat(self, api_as, cast):
        enrolment = EnrolmentFactory()
        answer = api_as("office").post("/api/v1/assignments/", self.body(cast, enrolment))
        assert answer.status_code == 201
        assert answer.json()["official_name"] == "林小舟"
        found = api_as("office").get(f"/api/v1/assignments/?company={enrolment.company.uscc}&current=true")
        assert found.json()["count"] == 1

    def test_says_409_in_words_when_taken(self, api_as, cast):
        answer = api_as("office").post("/api/v1/assignments/", self.body(cast, cast.enrolment))
        assert answer.status_code == 409
        assert "已担任" in answer.json()["detail"]

    @pytest.mark.parametrize(
        "wrong", [{"role": "king"}, {"official": 10**6}, {"department": "无此单位"}, {"company": "x"}]
    )
    def test_says_400_for_what_makes_no_sense(self, api_as, cast, wrong):
        body = self.body(cast, EnrolmentFactory(), **wrong)
        assert api_as("office").post("/api/v1/assignments/", body).status_code == 400

    def test_only_the_office_may(self, api_as, cast):
        body = self.body(cast, cast.enrolment)
        assert api_as("official").post("/api/v1/assignments/", body).status_code == 403
        assert api_as("stranger").post("/api/v1/assignments/", body).status_code == 400


class TestCompaniesApi:
    def test_lists_what_one_may_see_and_opens_all_of_it(self, api_as, cast):
        for who, count in (("office", 2), ("official", 1), ("stranger", 1), ("other_unit", 0)):
            client = api_as(who)
            rows = client.get("/api/v1/companies/").json()
            assert rows["count"] == count
            for row in rows["results"]:
                assert client.get(f"/api/v1/companies/{row['uscc']}/").status_code == 200

    def test_hides_the_rest(self, api_as, cast):
        assert api_as("stranger").get(f"/api/v1/companies/{cast.company.uscc}/").status_code == 404

    def test_filters_like_the_page(self, api_as, cast):
        client = api_as("office")
        assert client.get("/api/v1/companies/?q=禾丰").json()["count"] == 1
        assert client.get("/api/v1/companies/?region=519902&enrolled=yes&sort=-last").json()["count"] == 1
        assert client.get("/api/v1/companies/?region=nowhere").status_code == 400

    def test_shows_contacts_and_places(self, api_as, cast):
        row = api_as("office").get(f"/api/v1/companies/{cast.company.uscc}/").json()
        assert row["contacts"][0]["name"] == "秦明月"
        assert row["enrolments"][0]["programme"] == cast.version.programme.code

    def test_lists_projects(self, api_as, cast):
        assert api_as("office").get("/api/v1/projects/?stage=planned").json()["count"] == 0
