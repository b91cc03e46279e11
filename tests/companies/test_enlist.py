"""按名单纳入: each line of a pasted list gets its verdict, is mended, confirmed and told."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from companies.models import Company, Enrolment
from liaison.models import AuditEvent
from tests.factories import (
    Cast,
    CompanyFactory,
    DepartmentFactory,
    EnrolmentFactory,
    PostingFactory,
    ProjectFactory,
    TownFactory,
    VersionFactory,
    credit_code,
)
from tests.factories.rulebook import preset_version

URL = reverse("companies:enlist")
DAY = "2026-03-02"


def look(client: Any, names: str, **fields: Any) -> Any:
    return client.post(URL, {"programme": "p2", "starts_on": DAY, "names": names, **fields})


def confirm(client: Any, page: Any, names: str, **fields: Any) -> Any:
    return look(client, names, confirm="yes", seen=page.context["seen"], **fields)


def verdicts(page: Any) -> dict[str, str]:
    rows = [row for _, rows, _ in page.context["sections"] for row in rows]
    return {row["text"]: row["word"] for row in sorted(rows, key=lambda row: row["line"])}


@pytest.fixture
def newcomer(cast: Cast) -> Company:
    return CompanyFactory(region=cast.county, name="云川新来包装有限公司")


class TestVerdicts:
    def test_one_of_each(self, cast: Cast, newcomer: Company, client_as: Any):
        project = ProjectFactory(company=cast.company)
        CompanyFactory(region=cast.county, name="云川双喜有限公司")
        CompanyFactory(region=cast.other_county, name="云川双喜有限公司")
        closed = CompanyFactory(region=cast.county, is_active=False)
        names = "\n".join(
            [
                newcomer.name,
                project.code,
                cast.company.uscc,
                "云川双喜有限公司",
                f"{newcomer.name}\t{newcomer.uscc}",
                closed.uscc,
                "云川没有这家有限公司",
                credit_code(71_000_009)[:-1],
            ]
        )
        page = look(client_as("office"), names)
        assert page.status_code == 200
        assert list(verdicts(page).values()) == [
            *("可纳入", "可纳入", "已在包联", "同名多家", "重复", "已注销", "找不到", "找不到"),
        ]
        assert page.context["open"] == 2
        assert Enrolment.objects.count() == 2

    def test_another_county_is_told_from_what_cannot_be_found(self, cast: Cast, client_as: Any):
        county_office = PostingFactory(
            role="office", department=DepartmentFactory(region=cast.county)
        ).official
        neighbour = CompanyFactory(region=cast.other_county)
        page = look(client_as(county_office), neighbour.uscc)
        assert verdicts(page) == {neighbour.uscc: "找不到"}  # what one may not see is not betrayed
        elsewhere = VersionFactory(programme__region=cast.county, published=True).programme
        page = look(client_as("office"), neighbour.uscc, programme=elsewhere.code)
        assert verdicts(page) == {neighbour.uscc: "不在本地区"}

    def test_an_industry_that_is_not_open_needs_a_reason(self, cast: Cast, client_as: Any):
        version = preset_version("p3")
        food = CompanyFactory(region=cast.county, industry="14")
        power = CompanyFactory(region=cast.county, industry="44")
        names, fields = f"{food.uscc}\n{power.uscc}", {"programme": version.programme.code}
        day = version.programme.starts_on.isoformat()
        client = client_as("office")
        page = look(client, names, starts_on=day, **fields)
        assert verdicts(page) == {food.uscc: "行业未开放", power.uscc: "可纳入"}
        assert "例外理由" in page.content.decode()
        page = look(client, names, starts_on=day, exception="抢险物资企业", **fields)
        assert set(verdicts(page).values()) == {"可纳入"}
        confirm(client, page, names, starts_on=day, exception="抢险物资企业", **fields)
        assert Enrolment.objects.filter(programme=version.programme).count() == 2
        assert AuditEvent.objects.get(action="纳入包联").detail["exception"] == "抢险物资企业"

    def test_a_day_on_which_nobody_can_enter_is_refused_with_everything_kept(
        self, cast: Cast, client_as: Any
    ):
        page = look(client_as("office"), cast.company.name, starts_on="2024-12-31", exception="急")
        assert page.status_code == 422
        text = page.content.decode()
        assert "纳入日不能更早" in text
        assert cast.company.name in text
        assert 'value="急"' in text


class TestConfirming:
    def test_enrols_companies_and_projects_at_once(self, cast: Cast, newcomer: Company, client_as: Any):
        project = ProjectFactory(company=cast.company)
        names, client = f"{newcomer.name}\n{project.code}\n{cast.company.uscc}", client_as("office")
        answer = confirm(client, look(client, names), names)
        assert answer.status_code == 302
        assert answer.url.endswith("?programme=p2")
        place = Enrolment.objects.get(company=newcomer)
        assert (place.version, place.starts_on) == (cast.version, date(2026, 3, 2))
        assert Enrolment.objects.filter(project=project).count() == 1
        trace = AuditEvent.objects.get(action="纳入包联")
        assert (trace.detail["companies"], trace.detail["projects"]) == ([newcomer.uscc], [project.code])

    def test_leaves_on_the_page_what_did_not_go_in(self, newcomer: Company, client_as: Any):
        names, client = f"{newcomer.name}\n云川没有这家有限公司", client_as("office")
        answer = confirm(client, look(client, names), names)
        assert answer.status_code == 200
        assert answer.context["form"]["names"].value() == "云川没有这家有限公司"
        assert verdicts(answer) == {"云川没有这家有限公司": "找不到"}
        assert "已将 1 家企业纳入" in answer.content.decode()

    def test_takes_the_namesake_that_was_chosen(self, cast: Cast, client_as: Any):
        one, other = (CompanyFactory(region=cast.county, name="云川双喜有限公司") for _ in range(2))
        client = client_as("office")
        page = look(client, one.name, pick=other.uscc)
        assert verdicts(page) == {one.name: "可纳入"}
        assert f'<option value="{other.uscc}" selected>' in page.content.decode()
        confirm(client, page, one.name, pick=other.uscc)
        assert list(Enrolment.objects.filter(company__name=one.name).values_list("company", flat=True)) == [
            other.pk
        ]

    def test_judges_again_and_says_whom_others_took_meanwhile(self, newcomer: Company, client_as: Any):
        mine = CompanyFactory(region=newcomer.region)
        names, client = f"{newcomer.uscc}\n{mine.uscc}", client_as("office")
        page = look(client, names)
        EnrolmentFactory(company=newcomer)
        answer = confirm(client, page, names)
        said = " ".join(str(message) for message in client.get(answer.url).context["messages"])
        assert "已将 1 家企业纳入" in said
        assert "另有 1 项" in said
        assert Enrolment.objects.filter(company=newcomer).count() == 1

    def test_does_not_enrol_what_was_never_looked_at(self, newcomer: Company, client_as: Any):
        client = client_as("office")
        page = look(client, "云川没有这家有限公司")
        answer = confirm(client, page, newcomer.name)
        assert answer.status_code == 422
        assert "核对之后改过" in answer.content.decode()
        assert not Enrolment.objects.filter(company=newcomer).exists()
        assert confirm(client, answer, newcomer.name).status_code == 302

    def test_nothing_to_enrol_is_said(self, cast: Cast, client_as: Any):
        client = client_as("office")
        answer = confirm(client, look(client, cast.company.name), cast.company.name)
        assert answer.status_code == 422
        assert "没有写入任何内容" in answer.content.decode()


class TestSize:
    def test_two_thousand_lines_cost_as_many_queries_as_two(
        self, cast: Cast, client_as: Any, django_assert_max_num_queries: Any
    ):
        town = TownFactory(parent=cast.county)
        Company.objects.bulk_create(
            CompanyFactory.build(region=town, uscc=credit_code(72_000_000 + n), name=f"云川第{n}号铺")
            for n in range(2000)
        )
        names = "\n".join(
            f"云川第{n}号铺" if n % 2 else f"云川第{n}号铺\t{credit_code(72_000_000 + n)}"
            for n in range(2000)
        )
        client = client_as("office")
        with django_assert_max_num_queries(16):
            page = look(client, names)
        assert page.context["open"] == 2000
        with django_assert_max_num_queries(34):
            assert confirm(client, page, names).status_code == 302
        assert Enrolment.objects.count() == 2002

    def test_too_long_a_list_is_refused_and_kept(self, client_as: Any):
        names = "\n".join(f"云川第{n}号铺" for n in range(5001))
        page = look(client_as("office"), names)
        assert page.status_code == 422
        assert "一次最多 5,000 项" in page.content.decode()
        assert re.search("云川第5000号铺", page.content.decode())
