"""A filter that is misspelt or unknown lists nothing, exports nothing, changes nothing, and says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import django_filters
import pytest
from django.urls import get_resolver, reverse
from django_filters import CharFilter

from assessment.api.scores import ScoreFilter
from companies.forms.assignments import AssignmentFilter, EnrolmentFilter
from companies.forms.batches import BatchFilter, PhaseFilter
from companies.forms.companies import CompanyFilter, ProjectFilter
from companies.forms.coverage import CoverFilter, LoadFilter
from companies.forms.departments import UnitFilter
from companies.forms.deputies import DeputyFilter
from companies.forms.duties import DutyFilter
from companies.forms.groups import GroupFilter
from companies.forms.plans import MeasureFilter
from companies.forms.proposals import GapFilter, PairFilter
from companies.forms.recusals import RecusalFilter
from companies.forms.visits import VisitFilter
from companies.models import Enrolment
from issues.api.bulletins import BulletinFilter
from issues.forms.duties import LedgerFilter
from issues.forms.groups import CommonFilter
from issues.forms.months import FrozenEnrolmentFilter, FrozenFilter, FrozenTicketFilter
from issues.forms.plans import HardFilter
from issues.forms.tickets import TicketFilter
from liaison.forms.directory import DepartmentFilter, OfficialFilter
from liaison.forms.filters import FilterSet
from liaison.forms.inbox import InboxFilter
from liaison.forms.trainings import TrainingFilter
from liaison.models import AuditEvent
from tests.access.world import NOW, World, raise_world
from tests.factories import MonthEndFactory, ProgrammeFactory, TicketFactory

PAGES = {
    "companies:companies": CompanyFilter,
    "companies:visits": VisitFilter,
    "companies:enrolments": EnrolmentFilter,
    "companies:measures": MeasureFilter,
    "companies:deputies": DeputyFilter,
    "companies:recusals": RecusalFilter,
    "companies:groups": GroupFilter,
    "companies:coverage": CoverFilter,
    "companies:loads": LoadFilter,
    "issues:duties": LedgerFilter,
    "issues:commons": CommonFilter,
    "issues:hard": HardFilter,
    "issues:tickets": TicketFilter,
    "issues:board": TicketFilter,
    "liaison:departments": UnitFilter,
    "liaison:inbox": InboxFilter,
    "liaison:officials": OfficialFilter,
    "liaison:trainings": TrainingFilter,
    "liaison:training-new": OfficialFilter,
}
EXPORTS = {
    "companies:companies-export": CompanyFilter,
    "companies:visits-export": VisitFilter,
    "companies:enrolments-export": EnrolmentFilter,
    "issues:tickets-export": TicketFilter,
    "liaison:departments-export": UnitFilter,
    "liaison:trainings-export": TrainingFilter,
}
API = {
    "inbox": InboxFilter,
    "companies": CompanyFilter,
    "projects": ProjectFilter,
    "visits": VisitFilter,
    "assignments": AssignmentFilter,
    "recusals": RecusalFilter,
    "groups": GroupFilter,
    "batches": BatchFilter,
    "phases": PhaseFilter,
    "coverage": CoverFilter,
    "loads": LoadFilter,
    "duties": DutyFilter,
    "duty-ledger": LedgerFilter,
    "tickets": TicketFilter,
    "bulletins": BulletinFilter,
    "scores": ScoreFilter,
    "departments": DepartmentFilter,
    "officials": OfficialFilter,
}
MONTHS = {"issues:month-tickets": FrozenTicketFilter, "issues:month-enrolments": FrozenEnrolmentFilter}
# Pages with one or two filters and no set of them: who may open it, and what each filter is called there.
ALONE: dict[str, tuple[str, Callable[[World], list[object]], dict[str, str]]] = {
    "assessment:surveys": ("office", lambda world: [], {"view": "回访名单"}),
    "assessment:score-rows": (
        "office",
        lambda world: [world.score.pk, world.score.lines.earliest("position").measure],
        {"show": "是否计入分子"},
    ),
    "dashboard": ("leader", lambda world: [], {"programme": "方案", "period": "时间", "region": "范围"}),
    "liaison:audit": ("admin", lambda world: [], {}),
    "liaison:calendar-year": ("office", lambda world: [2026], {"place": "地区"}),
    "liaison:import": ("roster", lambda world: [world.run.pk], {"verdict": "检查结果"}),
    "liaison:import-result": ("roster", lambda world: [world.run.pk], {"only": "范围"}),
}
DRAFTS = {"companies:proposal": PairFilter, "companies:proposal-gaps": GapFilter}
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


@pytest.mark.parametrize(("place", "name"), wrong(DRAFTS))
def test_a_draft_of_pairs_names_the_filter_and_lists_nothing(place, name, cast, clock, client_as):
    clock(NOW)
    url = reverse(place, args=[raise_world(cast).proposal.pk])
    answer = client_as("office").get(url, {name: NOTHING})
    assert answer.status_code == 422
    assert label(DRAFTS[place], name) in answer.content.decode()


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


@pytest.mark.parametrize("name", ["verdict", "county"])
def test_the_rows_of_an_import_are_as_strict(name, cast, clock, api_as):
    clock(NOW)
    url = reverse("import-rows", args=[raise_world(cast).run.pk])
    client = api_as("roster")
    answer = client.get(url, {name: NOTHING})
    assert (answer.status_code, list(answer.json())) == (400, [name])
    assert client.get(url, {"verdict": "new", "page": "1"}).status_code == 200


@pytest.mark.parametrize("place", API)
def test_no_filter_and_empty_filters_leave_the_list_whole(place, cast, api_as):
    client = api_as("office")
    empty = dict.fromkeys(API[place].base_filters, "")
    assert (
        client.get(f"/api/v1/{place}/", empty).json()["count"]
        == client.get(f"/api/v1/{place}/").json()["count"]
    )


@pytest.mark.parametrize(
    ("place", "name"),
    [(place, name) for place, (_, _, names) in ALONE.items() for name in (*names, "county")],
)
def test_a_filter_that_stands_alone_is_as_strict(place, name, cast, clock, client_as):
    clock(NOW)
    who, path, labels = ALONE[place]
    url = reverse(place, args=path(raise_world(cast)))
    client = client_as(who)
    right = client.get(url)
    assert right.status_code == 200
    if right.streaming:  # read to its end, which closes the file behind it
        list(right.streaming_content)
    answer = client.get(url, {name: NOTHING})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert labels.get(name, name) in text
    assert "没有列出任何内容" in text
    assert f'href="{url}"' in text


def test_what_only_another_programme_has_gives_way_on_the_dashboard(cast, clock, client_as):
    """The chips of the programmes keep the period and the place that were chosen."""
    clock(NOW)
    raise_world(cast)
    other = ProgrammeFactory(code="p9", starts_on=date(2026, 1, 1))
    page = client_as("leader").get(reverse("dashboard"), {"programme": other.code, "period": "2026-03"})
    assert page.status_code == 200
    assert page.context["board"].programme == other
    assert page.context["board"].period.frozen is None


def test_a_draft_of_the_calendar_that_is_none_is_not_found(cast, client_as):
    url = reverse("liaison:calendar-notice", args=[2027])
    for wrong in ("9" * 40, "²", "abc"):
        assert client_as("office").get(url, {"draft": wrong}).status_code == 404
    assert client_as("office").get(url, {"from": NOTHING}).status_code == 422


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
    tabled = {*PAGES.values(), *MONTHS.values(), *DRAFTS.values(), *EXPORTS.values(), *API.values()}
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
