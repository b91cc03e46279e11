"""A filter that is misspelt or unknown lists nothing, exports nothing, changes nothing, and says why."""

from __future__ import annotations

from collections.abc import Iterator

import django_filters
import pytest
from django.urls import get_resolver, reverse
from django_filters import CharFilter

from assessment.api.scores import ScoreFilter
from companies.forms.assignments import AssignmentFilter, EnrolmentFilter
from companies.forms.companies import CompanyFilter, ProjectFilter
from companies.forms.visits import VisitFilter
from companies.models import Enrolment
from issues.api.bulletins import BulletinFilter
from issues.forms.months import FrozenEnrolmentFilter, FrozenFilter, FrozenTicketFilter
from issues.forms.tickets import TicketFilter
from liaison.forms.directory import DepartmentFilter, OfficialFilter
from liaison.forms.filters import FilterSet
from liaison.models import AuditEvent
from tests.factories import MonthEndFactory, TicketFactory

PAGES = {
    "companies:companies": CompanyFilter,
    "companies:visits": VisitFilter,
    "companies:enrolments": EnrolmentFilter,
    "issues:tickets": TicketFilter,
    "liaison:departments": DepartmentFilter,
    "liaison:officials": OfficialFilter,
}
EXPORTS = {
    "companies:companies-export": CompanyFilter,
    "companies:visits-export": VisitFilter,
    "companies:enrolments-export": EnrolmentFilter,
    "issues:tickets-export": TicketFilter,
}
API = {
    "companies": CompanyFilter,
    "projects": ProjectFilter,
    "visits": VisitFilter,
    "assignments": AssignmentFilter,
    "tickets": TicketFilter,
    "bulletins": BulletinFilter,
    "scores": ScoreFilter,
    "departments": DepartmentFilter,
    "officials": OfficialFilter,
}
MONTHS = {"issues:month-tickets": FrozenTicketFilter, "issues:month-enrolments": FrozenEnrolmentFilter}
WITHOUT_A_SET_OF_THEIR_OWN = ("regions", "programmes", "imports")
NOTHING = "没有这一项的"


def wrong(places: dict[str, type[FilterSet]]) -> list[object]:
    """Every filter of every place with a value that is none, and a name that is no filter."""
    found = []
    for place, filters in places.items():
        names = [name for name, kind in filters.base_filters.items() if type(kind) is not CharFilter]
        found += [pytest.param(place, name, id=f"{place}?{name}") for name in (*names, "county")]
    return found  # words may be any


def label(filters: type[FilterSet], name: str) -> str:
    known = filters(None, filters._meta.model.objects.none()).filters
    return str(known[name].label) if name in known else name


@pytest.mark.parametrize(("place", "name"), wrong(PAGES))
def test_a_page_names_the_filter_and_lists_nothing(place, name, cast, client_as):
    TicketFactory(enrolment=cast.enrolment)
    answer = client_as("office").get(reverse(place), {name: NOTHING})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert label(PAGES[place], name) in text
    assert "没有列出任何内容" in text
    assert f'href="{reverse(place)}"' in text
    assert cast.company.name not in text


@pytest.mark.parametrize(("place", "name"), wrong(MONTHS))
def test_a_frozen_month_names_the_filter_and_lists_nothing(place, name, cast, client_as):
    month = MonthEndFactory(version=cast.version)
    url = reverse(place, args=[month.programme.code, f"{month.month:%Y-%m}"])
    answer = client_as("office").get(url, {name: NOTHING})
    assert answer.status_code == 422
    assert label(MONTHS[place], name) in answer.content.decode()


@pytest.mark.parametrize(("place", "name"), wrong(EXPORTS))
def test_an_export_is_refused(place, name, cast, client_as):
    answer = client_as("office").post(f"{reverse(place)}?{name}={NOTHING}")
    assert answer.status_code == 422
    assert label(EXPORTS[place], name) in answer.content.decode()
    assert not AuditEvent.objects.filter(action="导出").exists()


@pytest.mark.parametrize("name", ["scale", "region", "county"])
def test_a_bulk_act_on_all_that_is_shown_is_refused(name, cast, client_as):
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(ends_on=cast.enrolment.starts_on)
    answer = client_as("office").post(
        f"{reverse('companies:companies-enrol')}?{name}={NOTHING}",
        {"everything": "yes", "programme": cast.version.programme.code, "starts_on": "2026-03-02"},
        headers={"referer": f"http://testserver{reverse('companies:companies')}?{name}={NOTHING}"},
    )
    assert answer.status_code == 422
    assert f'href="{reverse("companies:companies")}"' in answer.content.decode()
    assert not Enrolment.objects.filter(starts_on="2026-03-02").exists()


@pytest.mark.parametrize(("place", "name"), wrong(API))
def test_the_api_answers_400_in_chinese_under_the_name(place, name, api_as):
    answer = api_as("office").get(f"/api/v1/{place}/", {name: NOTHING})
    assert answer.status_code == 400
    assert list(answer.json()) == [name]
    (words,) = answer.json()[name]
    assert words.endswith("。")
    assert not any("a" <= letter <= "z" for letter in words.replace("true", "").replace("false", ""))


@pytest.mark.parametrize("place", WITHOUT_A_SET_OF_THEIR_OWN)
def test_a_list_that_cannot_be_narrowed_says_so(place, api_as):
    assert api_as("office").get(f"/api/v1/{place}/", {"county": "abc"}).status_code == 400
    assert api_as("office").get(f"/api/v1/{place}/", {"page": "1", "page_size": "5"}).status_code == 200


@pytest.mark.parametrize("place", API)
def test_no_filter_and_empty_filters_leave_the_list_whole(place, cast, api_as):
    client = api_as("office")
    empty = dict.fromkeys(API[place].base_filters, "")
    assert (
        client.get(f"/api/v1/{place}/", empty).json()["count"]
        == client.get(f"/api/v1/{place}/").json()["count"]
    )


def test_a_number_of_nobody_is_no_filter_either(cast, client_as):
    answer = client_as("office").get(reverse("companies:visits"), {"official": "999999"})
    assert answer.status_code == 422
    assert "没有“999999”这一项。" in answer.content.decode()


def test_filters_that_only_make_sense_together_say_what_is_missing(cast, client_as):
    office = client_as("office")
    alone = office.get(reverse("companies:companies"), {"contacted": "yes"})
    assert (alone.status_code, "须同时指明方案" in alone.content.decode()) == (422, True)
    shown = office.get(reverse("issues:tickets"), {"show": "new"})
    assert (shown.status_code, "须同时指明方案" in shown.content.decode()) == (422, True)


def test_a_company_out_of_sight_is_as_unknown_as_none(cast, api_as):
    client = api_as("official")
    hidden = client.get("/api/v1/visits/", {"company": cast.other_company.uscc})
    none = client.get("/api/v1/visits/", {"company": "91610000000000000X"})
    assert (hidden.status_code, none.status_code) == (400, 400)


def test_every_filter_set_is_of_the_strict_kind_and_in_these_tables():
    get_resolver().reverse_dict  # noqa: B018 - every view and its filters are loaded
    tabled = {*PAGES.values(), *MONTHS.values(), *EXPORTS.values(), *API.values()}
    ours = [
        found
        for found in _below(django_filters.FilterSet)
        if found.__module__.split(".")[0] in ("liaison", "companies", "issues", "assessment")
        and not found.__name__.startswith("_")
        and found not in (FilterSet, FrozenFilter)
    ]
    assert [found for found in ours if not issubclass(found, FilterSet)] == []
    assert {found.__name__ for found in ours} == {found.__name__ for found in tabled}


def _below(cls: type) -> Iterator[type]:
    for child in cls.__subclasses__():
        yield child
        yield from _below(child)
