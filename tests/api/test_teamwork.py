"""Batches, phases, duties, coverage, loads, groups, seats by API: scope, services and words of the pages."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from companies.models import DutyEntry
from liaison.models import Batch, Deputy, Group
from tests.factories import CompanyFactory, DutyEntryFactory, EnrolmentFactory, PostingFactory, at
from tests.factories.rulebook import preset_version

NOW = at(2026, 3, 2)


@pytest.fixture(autouse=True)
def _at(clock: Any) -> None:
    clock(NOW)


@pytest.fixture
def p1(cast: Any) -> Any:
    """百名干部驻企业 beside the cast's programme, the cast's official resident in a company of theirs."""
    version = preset_version("p1")
    team = {"resident": cast.official}
    EnrolmentFactory(version=version, company=cast.company, team=team)
    return version


@pytest.fixture
def line(cast: Any, p1: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid.uuid4()),
        "company": cast.company.uscc,
        "programme": p1.programme.code,
        "source": "policy",
        "on": "2026-03-02",
        "words": "对接稳岗返还政策",
        "finance_wan": "120.5",
    }


class TestBatches:
    def test_are_opened_read_and_closed_by_the_office(self, p1, api_as):
        office, body = api_as("office"), {"programme": p1.programme.code, "starts_on": "2026-03-02"}
        opened = office.post("/api/v1/batches/", body)
        assert (opened.status_code, opened.json()["ends_on"]) == (201, "2027-03-01"), opened.json()
        again = office.post("/api/v1/batches/", body)
        assert (again.status_code, "日期重叠" in again.json()["detail"]) == (409, True)
        here = f"/api/v1/batches/{opened.json()['id']}/"
        closed = office.post(f"{here}close/", {"ends_on": "2026-06-30"})
        assert (closed.status_code, closed.json()["ends_on"]) == (200, "2026-06-30")
        assert api_as("official").get(here).json()["words"].startswith("第 1 天")
        assert api_as("official").post(f"{here}close/", {"ends_on": "2026-05-30"}).status_code == 403
        assert Batch.objects.get().ends_on == date(2026, 6, 30)

    def test_a_programme_without_batches_says_so(self, cast, api_as):
        body = {"programme": cast.version.programme.code, "starts_on": "2026-03-02"}
        answer = api_as("office").post("/api/v1/batches/", body)
        assert (answer.status_code, "不分批次" in answer.json()["detail"]) == (409, True)

    def test_phases_are_on_the_calendar(self, cast, api_as):
        programme = preset_version("p3").programme
        (row,) = api_as("official").get("/api/v1/phases/", {"programme": "p3"}).json()["results"]
        first, second = row["phases"]
        assert (first["sections"], first["starts_on"]) == ("DFG", str(programme.starts_on))
        assert second["words"] == "全部行业"


class TestDuties:
    def test_a_line_is_kept_once_and_counts(self, cast, p1, line, api_as):
        api = api_as("official")
        assert [api.post("/api/v1/duties/", line).status_code for _ in range(2)] == [201, 200]
        assert DutyEntry.objects.get().finance_yuan == 1_205_000
        (row,) = api.get("/api/v1/duty-ledger/", {"programme": p1.programme.code}).json()["results"]
        words = {figure["duty"]: figure["words"] for figure in row["figures"]}
        assert (row["official"], words["policy"], words["suggestion"]) == (cast.official.pk, "1/1", "0/1")
        detail = api.get(f"/api/v1/duty-ledger/{row['official']}/", {"programme": p1.programme.code}).json()
        assert [one["words"] for one in detail["evidence"]] == ["对接稳岗返还政策，融资 120.5 万元"]
        counters = api.get("/api/v1/duty-ledger/counters/", {"programme": p1.programme.code}).json()
        assert {one["code"]: one["value"] for one in counters}["finance"] == "1205000.00"

    def test_withdrawn_it_counts_no_longer_and_only_its_writer_may(self, p1, line, api_as):
        api = api_as("official")
        here = f"/api/v1/duties/{api.post('/api/v1/duties/', line).json()['id']}/withdraw/"
        assert api_as("office").post(here).status_code == 403
        assert api_as("stranger").post(here).status_code == 404
        assert api.post(here).json()["withdrawn_at"]
        again = api.post(here)
        assert (again.status_code, "已经撤回" in again.json()["detail"]) == (409, True)
        assert api.get("/api/v1/duties/", {"counts": "true"}).json()["count"] == 0

    @pytest.mark.parametrize(
        ("given", "status", "where"),
        [
            ({"words": ""}, 400, "words"),
            ({"source": "ticket_solved", "finance_wan": None}, 400, "source"),
            ({"source": "on_site", "is_none": True, "finance_wan": None}, 400, "source"),  # no duty of p1
            ({"source": "suggestion"}, 400, "finance_wan"),
            ({"on": "2026-03-03"}, 409, "detail"),
            ({"company": "91610000000000000X"}, 400, "company"),
        ],
    )
    def test_refuses_in_words(self, line, api_as, given, status, where):
        answer = api_as("official").post("/api/v1/duties/", line | given)
        assert (answer.status_code, list(answer.json())) == (status, [where]), answer.json()
        assert not DutyEntry.objects.exists()

    def test_who_is_not_in_the_team_logs_nothing(self, line, api_as):
        assert api_as("office").post("/api/v1/duties/", line).status_code == 403
        assert api_as("stranger").post("/api/v1/duties/", line).status_code == 400  # no such company to them

    def test_the_lists_show_what_may_be_seen(self, cast, p1, api_as):
        DutyEntryFactory(enrolment=p1.programme.enrolments.get(), official=cast.official)
        seen = {
            who: api_as(who).get("/api/v1/duties/").json()["count"]
            for who in ("official", "office", "stranger", "roster")
        }
        assert seen == {"official": 1, "office": 1, "stranger": 0, "roster": 0}


class TestCoverage:
    def test_rows_and_sums_agree(self, cast, api_as):
        CompanyFactory(region=cast.county, is_sole_trader=True)
        api = api_as("office")
        rows = api.get("/api/v1/coverage/", {"programme": "p2"}).json()
        assert sorted(row["cover"] for row in rows["results"]) == ["covered", "covered", "unenrolled"]
        sums = api.get("/api/v1/coverage/summary/", {"programme": "p2"}).json()
        assert sums["whole"] == {"total": 3, "covered": 2, "unassigned": 0, "unenrolled": 1}
        assert {line["region"]: line["total"] for line in sums["counties"]} == {"519902": 2, "519921": 1}
        narrowed = api.get("/api/v1/coverage/summary/", {"programme": "p2", "kind": "trader"}).json()
        assert narrowed["whole"]["total"] == 1

    def test_loads_by_person_and_by_rank(self, cast, api_as):
        api = api_as("office")
        rows = api.get("/api/v1/loads/", {"programme": "p2", "load": "1"}).json()
        mine = next(row for row in rows["results"] if row["official"] == cast.official.pk)
        assert (mine["companies"], mine["limit"], mine["spare"], mine["is_full"]) == (1, 5, 4, False)
        lines = api.get("/api/v1/loads/summary/", {"programme": "p2"}).json()
        section = next(line for line in lines if line["rank"] == "section")
        assert (section["by_load"]["1"], section["over"]) == (2, 0)

    @pytest.mark.parametrize("place", ["coverage", "coverage/summary", "loads", "loads/summary"])
    def test_is_for_those_who_put_teams_together(self, cast, api_as, place):
        assert api_as("official").get(f"/api/v1/{place}/").status_code == 403
        assert api_as("office").get(f"/api/v1/{place}/", {"programme": "p9"}).status_code == 400


class TestGroups:
    def test_from_setting_up_to_dissolving(self, cast, p1, api_as):
        office = api_as("office")
        body = {
            "programme": p1.programme.code, "sort": "金融专家组", "name": "金融一组",
            "region": cast.city.code, "department": cast.industry.name, "starts_on": "2026-03-02",
        }  # fmt: skip
        formed = office.post("/api/v1/groups/", body)
        assert (formed.status_code, formed.json()["task"]) == (201, "融资对接"), formed.json()
        here = f"/api/v1/groups/{formed.json()['id']}/"
        joined = office.post(f"{here}members/", {"official": cast.official.pk, "starts_on": "2026-03-02"})
        assert (joined.status_code, joined.json()["duty"]) == (201, "member")
        seat = {"company": cast.company.uscc, "programme": p1.programme.code, "role": "expert_group"}
        given = office.post(
            "/api/v1/assignments/", seat | {"group": formed.json()["id"], "starts_on": "2026-03-02"}
        )
        assert (given.status_code, given.json()["group_name"]) == (201, "金融一组"), given.json()
        refused = office.post(f"{here}dissolve/", {"ends_on": "2026-03-31"})
        assert (refused.status_code, "还包联着 1 家企业" in refused.json()["detail"]) == (409, True)
        member = f"{here}members/{joined.json()['id']}/end/"
        assert api_as("official").post(member, {"ends_on": "2026-03-31"}).status_code == 403
        assert office.post(member, {"ends_on": "2026-03-31"}).status_code == 204
        assert office.get(f"{here}members/").json()["results"][0]["ends_on"] == "2026-03-31"
        assert office.post("/api/v1/groups/", body).status_code == 409  # the name is taken

    def test_what_does_not_exist_is_named(self, cast, p1, api_as):
        body = {
            "programme": p1.programme.code, "sort": "突击队", "name": "一组", "region": "000000",
            "department": "没有的局", "starts_on": "2026-03-02",
        }  # fmt: skip
        answer = api_as("office").post("/api/v1/groups/", body)
        assert (answer.status_code, sorted(answer.json())) == (400, ["department", "region", "sort"])
        assert not Group.objects.exists()


class TestTeams:
    def test_the_seats_of_a_programme_with_who_may_take_them(self, p1, api_as):
        roles = api_as("official").get(f"/api/v1/programmes/{p1.programme.code}/roles/").json()
        resident = next(role for role in roles if role["code"] == "resident")
        assert (resident["min_count"], resident["full_time"]) == (2, True)
        assert [(row["rank"], row["max_age"]) for row in resident["eligibilities"]] == [
            ("section", 40),
            ("staff", 35),
        ]

    def test_somebody_stands_in(self, cast, api_as):
        body = {
            "deputy": cast.stranger.pk,
            "starts_on": "2026-03-02",
            "ends_on": "2026-03-10",
            "reason": "病假",
        }
        api = api_as("official")
        row = api.post("/api/v1/deputies/", body)
        assert row.status_code == 201, row.json()
        assert api.post("/api/v1/deputies/", body).status_code == 409
        other = PostingFactory().official
        assert api.post("/api/v1/deputies/", body | {"official": other.pk}).status_code == 403
        assert api.post(f"/api/v1/deputies/{row.json()['id']}/end/").status_code == 204
        assert not Deputy.objects.exists()
