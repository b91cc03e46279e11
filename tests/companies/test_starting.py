"""启用步骤 after the first publishing, and lists that open on what there is to see."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies.models import Assignment
from liaison.choices import Rank
from tests.conftest import ClientAs
from tests.factories import (
    AssignmentFactory,
    Cast,
    CompanyFactory,
    DeputyFactory,
    EnrolmentFactory,
    OfficialFactory,
    PostingFactory,
)
from tests.factories.rulebook import preset_version

DAY = date(2026, 3, 2)


@pytest.fixture
def p1(cast: Cast) -> Any:
    """百名干部驻企业, published in the cast's city, with nobody in it."""
    return preset_version("p1")


def steps(client: Any, code: str) -> dict[str, tuple[bool, str]]:
    page = client.get(reverse("companies:programme-start", args=[code]))
    return {step.title: (step.is_done, step.words) for step in page.context["steps"]}


class TestSteps:
    def test_an_empty_programme_says_what_comes_next(self, cast: Cast, p1: Any, client_as: ClientAs):
        page = client_as("office").get(reverse("companies:programme-start", args=["p1"]))
        titles = [step.title for step in page.context["steps"]]
        assert titles == ["纳入企业和项目", "设立工作组", "开设批次", "指派专班席位"]
        assert page.context["next"].title == "纳入企业和项目"
        assert reverse("companies:enlist") in page.content.decode()

    def test_steps_that_the_rules_do_not_ask_for_are_left_out(self, cast: Cast, client_as: ClientAs):
        found = steps(client_as("office"), cast.version.programme.code)
        assert list(found) == ["纳入企业和项目", "设立工作组", "指派专班席位"]  # no batches
        assert found["纳入企业和项目"] == (True, "已纳入 2 项。")
        assert found["指派专班席位"][0]
        Assignment.objects.filter(enrolment=cast.enrolment, role__code="officer").delete()
        assert steps(client_as("office"), cast.version.programme.code)["指派专班席位"] == (
            False,
            "包抓干部缺 1。",
        )

    def test_who_may_look_and_who_may_act(self, cast: Cast, p1: Any, client_as: ClientAs):
        address = reverse("companies:programme-start", args=["p1"])
        for who, answer in {"roster": 200, "leader": 200, "official": 403, "unit": 403}.items():
            assert client_as(who).get(address).status_code == answer, who
        assert reverse("companies:enlist") not in client_as("leader").get(address).content.decode()

    def test_the_list_of_its_teams_says_that_nobody_is_in_it(self, cast: Cast, p1: Any, client_as: ClientAs):
        page = client_as("office").get(reverse("companies:enrolments"), {"programme": "p1"})
        assert f"“{p1.programme}”还没有纳入企业" in page.content.decode()
        assert ("p1", str(p1.programme), 0) in page.context["programmes"]


class TestLists:
    def test_reports_open_on_the_latest_programme_that_has_companies(
        self, cast: Cast, p1: Any, client_as: ClientAs
    ):
        p1.programme.starts_on = DAY
        p1.programme.save()
        for name in ("coverage", "loads"):
            page = client_as("office").get(reverse(f"companies:{name}"))
            assert page.context["asked"].programme == cast.version.programme
        EnrolmentFactory(version=p1, company=CompanyFactory(region=cast.county), starts_on=DAY)
        page = client_as("office").get(reverse("companies:coverage"))
        assert page.context["asked"].programme == p1.programme

    def test_loads_are_found_by_name_pinyin_and_unit(self, cast: Cast, client_as: ClientAs):
        def found(words: str) -> list[str]:
            page = client_as("office").get(reverse("companies:load-rows"), {"q": words})
            return [one.name for one in page.context["page"].object_list]

        somebody = OfficialFactory(name="欧阳文渊", pinyin="ouyangwenyuan", rank=Rank.SECTION)
        PostingFactory(official=somebody, department=cast.land)
        assert found("文渊") == found("ouyang") == ["欧阳文渊"]
        cast.land.short_name = "市资规"
        cast.land.save()
        assert "欧阳文渊" in found(cast.land.name)
        assert "欧阳文渊" in found("市资规")
        assert found("查无此人") == []

    def test_deputies_are_found_by_name_and_state(self, cast: Cast, client_as: ClientAs):
        stand_in = {"deputy": cast.stranger, "official": cast.official, "set_by": cast.office}
        running = DeputyFactory(**stand_in, starts_on=date(2026, 2, 1), ends_on=date(2030, 12, 31))
        over = DeputyFactory(**stand_in, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 9))

        def found(**asked: str) -> list[Any]:
            return list(client_as("office").get(reverse("companies:deputies"), asked).context["page"])

        assert found() == [running, over]
        assert found(state="running") == [running]
        assert found(state="over", q=cast.stranger.name) == [over]
        assert found(state="coming") == found(q="查无此人") == []

    def test_a_company_outside_every_programme_lacks_no_team(self, cast: Cast, client_as: ClientAs):
        bare = EnrolmentFactory(company=CompanyFactory(region=cast.county), version=cast.version).company
        CompanyFactory(region=cast.county)
        page = client_as("office").get(reverse("companies:companies"), {"team": "no"})
        assert list(page.context["page"].object_list) == [bare]
        assert [n for value, _, n in page.context["chips"]["team"] if value == "no"] == [1]

    def test_no_lead_unit_is_missing_where_the_rules_ask_for_none(
        self, cast: Cast, p1: Any, client_as: ClientAs
    ):
        place = EnrolmentFactory(version=p1, company=CompanyFactory(region=cast.county, name="驻企公司"))
        AssignmentFactory(enrolment=place, seat="chief_officer", official=cast.leader)
        (row,) = client_as("office").get(reverse("companies:companies"), {"q": "驻企公司"}).context["page"]
        assert (row.is_enrolled, row.wants_lead) == (True, False)
