"""`POST /api/v1/companies/{uscc}/enrol/`: the same service, scope and refusals as the page."""

import pytest

from companies.models import Enrolment
from tests.factories import CompanyFactory
from tests.factories.rulebook import preset_version


@pytest.fixture
def newcomer(cast):
    return CompanyFactory(region=cast.county, name="云川新来包装有限公司")


def enrol(api, company, **given):
    body = {"programme": "p2", "starts_on": "2026-03-02", **given}
    return api.post(f"/api/v1/companies/{company.uscc}/enrol/", body)


class TestEnrol:
    def test_gives_the_company_its_place_and_done_again_changes_nothing(self, newcomer, api_as):
        for _ in range(2):
            answer = enrol(api_as("office"), newcomer)
            assert answer.status_code == 200, answer.json()
            assert [place["programme"] for place in answer.json()["enrolments"]] == ["p2"]
        assert Enrolment.objects.filter(company=newcomer).count() == 1

    def test_is_the_offices_alone(self, newcomer, api_as):
        assert enrol(api_as("leader"), newcomer).status_code == 403
        assert enrol(api_as("official"), newcomer).status_code == 404
        assert not Enrolment.objects.filter(company=newcomer).exists()

    def test_a_stated_exception_opens_the_door_of_an_industry_that_is_not_open(self, cast, api_as):
        programme = preset_version("p3").programme
        food = CompanyFactory(region=cast.county, industry="14")
        given = {"programme": programme.code, "starts_on": programme.starts_on.isoformat()}
        answer = enrol(api_as("office"), food, **given)
        assert (answer.status_code, "例外理由" in answer.json()["detail"]) == (409, True)
        assert enrol(api_as("office"), food, **given, exception="抢险物资企业").status_code == 200

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"programme": "p9"}, 400),
            ({"starts_on": "soon"}, 400),
            ({"starts_on": "0001-01-01"}, 409),
        ],
    )
    def test_refuses_in_words(self, newcomer, api_as, given, status):
        answer = enrol(api_as("office"), newcomer, **given)
        assert answer.status_code == status, answer.json()
        assert not Enrolment.objects.filter(company=newcomer).exists()
