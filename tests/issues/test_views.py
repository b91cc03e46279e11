"""我的视图: filters under a name, shared without showing anybody more."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from issues.models import DefaultView, SavedView
from issues.services import ViewRefused, save_view
from liaison.choices import SystemRole
from tests.factories import DepartmentFactory, PostingFactory, SavedViewFactory, TicketFactory, at

NEW = {"name": "逾期的用电", "query": "view=late&q=用电&page=3", "sharing": ""}


def test_keeps_the_filters_without_the_page(cast, client_as):
    client = client_as("office")
    answer = client.post(reverse("issues:view-new"), NEW)
    view = SavedView.objects.get()
    assert (view.name, view.owner) == ("逾期的用电", cast.office)
    assert "page" not in view.query
    assert answer.url == f"{reverse('issues:tickets')}?{view.query}"
    assert 'aria-current="true">逾期的用电' in client.get(answer.url).content.decode()


def test_the_same_name_takes_the_place_of_the_old(cast, client_as):
    client = client_as("office")
    client.post(reverse("issues:view-new"), NEW)
    client.post(reverse("issues:view-new"), NEW | {"query": "view=open"})
    assert SavedView.objects.get().query == "view=open"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"query": ""}, "没有筛选条件"),
        ({"query": "page=2"}, "没有筛选条件"),
        ({"query": "status=sleeping"}, "sleeping"),
        ({"query": "colour=blue"}, "没有这个筛选条件"),
        ({"name": " "}, "视图名称"),
    ],
)
def test_refuses_what_cannot_be_opened_again(client_as, changed, words):
    answer = client_as("office").post(reverse("issues:view-new"), NEW | changed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not SavedView.objects.exists()


def test_who_holds_no_post_keeps_none(cast, client_as):
    cast.office.postings.update(ends_on=date(2026, 3, 1))
    answer = client_as("office").post(reverse("issues:view-new"), NEW)
    assert answer.status_code == 403
    assert not SavedView.objects.exists()


def test_the_queue_opens_with_the_default_until_told_otherwise(cast, client_as):
    client = client_as("office")
    client.post(reverse("issues:view-new"), NEW | {"query": "view=open", "is_default": "on"})
    view = SavedView.objects.get()
    assert client.get(reverse("issues:tickets")).url == f"{reverse('issues:tickets')}?view=open"
    assert client.get(reverse("issues:tickets"), {"view": "todo"}).status_code == 200
    client.post(reverse("issues:view-default", args=[view.pk]))
    assert client.get(reverse("issues:tickets")).status_code == 200
    assert not DefaultView.objects.exists()


def test_is_shared_with_the_unit_or_the_same_role_of_the_region(cast, client_as):
    posting = cast.office.postings.get()
    colleague = PostingFactory(
        role=SystemRole.OFFICE, reach="region", department=DepartmentFactory(region=cast.city)
    ).official
    here = PostingFactory(role=SystemRole.LEADER, reach="region", department=posting.department).official
    common = {"owner": cast.office, "role": posting.role, "department": posting.department}
    SavedViewFactory(name="自己的", **common)
    SavedViewFactory(name="本单位的", sharing="unit", **common)
    SavedViewFactory(name="同岗位的", sharing="office", **common)

    def seen_by(who):
        return {view.name for view in client_as(who).get(reverse("issues:views")).context["views"]}

    assert seen_by("office") == {"自己的", "本单位的", "同岗位的"}
    assert seen_by(here) == {"本单位的"}
    assert seen_by(colleague) == {"同岗位的"}
    assert seen_by("official") == set()


def test_a_shared_view_shows_nobody_more(cast, client_as):
    ticket = TicketFactory(enrolment=cast.enrolment, title="用电扩容")
    county = PostingFactory(
        role=SystemRole.OFFICE, reach="region", department=DepartmentFactory(region=cast.other_county)
    ).official
    SavedViewFactory(
        owner=cast.office, query="q=用电", sharing="unit", department=county.postings.get().department
    )
    page = client_as(county).get(f"{reverse('issues:tickets')}?q=用电").content.decode()
    assert ticket.number not in page
    assert ticket.number in client_as("office").get(f"{reverse('issues:tickets')}?q=用电").content.decode()


def test_only_the_owner_drops_it_and_whoever_opened_with_it_begins_anew(cast, client_as):
    posting = cast.office.postings.get()
    here = PostingFactory(role=SystemRole.OFFICE, reach="region", department=posting.department).official
    view = SavedViewFactory(
        owner=cast.office, sharing="unit", department=posting.department, role=posting.role
    )
    client = client_as(here)
    client.post(reverse("issues:view-default", args=[view.pk]))
    answer = client.post(reverse("issues:view-drop", args=[view.pk]), follow=True)
    assert "只能删除自己建立的视图。" in answer.content.decode()
    client_as("office").post(reverse("issues:view-drop", args=[view.pk]))
    assert not SavedView.objects.exists()
    assert client.get(reverse("issues:tickets")).status_code == 200
    assert client_as("official").post(reverse("issues:view-drop", args=[view.pk])).status_code == 404


def test_nobody_keeps_views_without_end(cast):
    SavedViewFactory.create_batch(20, owner=cast.office)
    with pytest.raises(ViewRefused, match="最多保存 20 个"):
        save_view(
            name="又一个",
            query="view=all",
            sharing="",
            posting=cast.office.postings.get(),
            by=cast.office,
            at=at(2026, 3, 2),
        )
