"""Officials: who sits where. Their units are listed by the companies' room, which knows their trades."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from liaison import services
from liaison.choices import Rank, RegionLevel, SystemRole
from liaison.forms.directory import OfficialFilter
from liaison.forms.trainings import OneTrainingForm
from liaison.models import Official, Posting, Region
from liaison.models.groups import OFFICES
from liaison.perms import Capability, may, may_in, may_keep_trainings

PER_PAGE = 50


def _require_directory(request: HttpRequest) -> None:
    if not may(request.user, Capability.READ_DIRECTORY):
        raise PermissionDenied


@require_GET
def officials(request: HttpRequest) -> HttpResponse:
    """干部: the directory, by name, unit, rank and role."""
    _require_directory(request)
    people = OfficialFilter(request.GET, Official.objects.visible_to(request.user), request=request).qs
    rows = people.with_postings_on(request.user.access.on).order_by("pinyin", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "q": _words(request),
        "ranks": [(value, label, None) for value, label in Rank.choices],
        "roles": [(value, label, None) for value, label in SystemRole.choices],
        "trained": [("no", "没有培训记录", None), ("yes", "已培训", None)],
        "regions": counties(request),
        "narrowed": bool(request.GET),
    }
    return render(request, "liaison/officials.html", context)


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()


def counties(request: HttpRequest) -> list[tuple[str, str, None]]:
    """The counties of one's own city, as chips."""
    counties = Region.objects.visible_to(request.user).filter(
        request.user.access.cities("path"), level=RegionLevel.COUNTY
    )
    return [(region.code, region.name, None) for region in counties.order_by("code")]


def _postings(official: Official) -> list[Posting]:
    return list(official.postings.select_related("department__region").order_by("-starts_on", "pk"))


def _may_issue(viewer: Official, official: Official, postings: Iterable[Posting]) -> bool:
    """Passwords are given out by the roster staff of the place where the official serves."""
    on = viewer.access.on
    seats = [p for p in postings if p.starts_on <= on and (p.ends_on is None or on <= p.ends_on)]
    regions = [seat.department.region for seat in seats]
    is_admin = official.is_staff or official.is_superuser or any(s.role == SystemRole.ADMIN for s in seats)
    if is_admin and not may(viewer, Capability.APPOINT_ADMINS):
        return False
    return bool(regions) and all(may_in(viewer, Capability.ISSUE_PASSWORDS, region) for region in regions)


def _may_hand_over(viewer: Official, official: Official) -> bool:
    """The office of the place where the official serves moves them, with all they look after."""
    here = viewer.access.regions(OFFICES, "department__region__path")
    return viewer.pk != official.pk and official.postings.in_force(viewer.access.on).filter(here).exists()


@require_GET
def official(request: HttpRequest, pk: int) -> HttpResponse:
    """One official: posts held and held before."""
    _require_directory(request)
    person = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    return show_official(request, person)


def show_official(
    request: HttpRequest, person: Official, *, training: OneTrainingForm | None = None
) -> HttpResponse:
    """The page of one official; `training` is a form that was wrong."""
    context = _official(request, person, training=training)
    status = 422 if training is not None and training.errors else 200
    return render(request, "liaison/official.html", context, status=status)


def _official(
    request: HttpRequest, person: Official, password: str = "", training: OneTrainingForm | None = None
) -> dict[str, object]:
    on, postings = request.user.access.on, _postings(person)
    return {
        "person": person,
        "postings": postings,
        "trainings": person.trainings.select_related("recorded_by").order_by("-on", "-pk"),
        "may_train": may_keep_trainings(request.user, person),
        "training": training or OneTrainingForm(auto_id="training_%s", initial={"on": on}),
        "training_open": training is not None,
        "today": on,
        "may_issue": _may_issue(request.user, person, postings),
        "may_hand_over": _may_hand_over(request.user, person),
        "password": password,
    }


@require_POST
@never_cache
def password_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """发放初始密码: shown once on this page, to be changed at the next sign-in."""
    person = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    if not _may_issue(request.user, person, _postings(person)):
        raise PermissionDenied("只有该干部所在地区的名册管理员可以发放密码。")
    password = services.issue_password(official=person, by=request.user, at=timezone.now())
    messages.success(request, "已发放初始密码，请当面告知本人。")
    return render(request, "liaison/official.html", _official(request, person, password))
