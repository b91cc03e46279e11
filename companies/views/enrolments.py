"""包联关系: teams as a list, and one team with its seats, edited in place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Length, Replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import exports, perms, reports, services
from companies.forms.assignments import ANY, BulkSeatForm, EnrolmentFilter, SeatForm
from companies.models import Assignment, Enrolment
from companies.models.assignments import EnrolmentQuerySet
from companies.reports.pictures import draw_teams
from companies.views.queues import Tally, Test, again, anything, kept, page_of, same, under, workbook_of
from liaison.choices import Holder, RegionLevel, SeatPlace
from liaison.models import Department, Group, Official, Posting, Programme, Region, TeamRole
from liaison.normalise import row_key
from liaison.places import county_of
from liaison.views.refusals import refusals_in, refusals_told

CANDIDATES = 12


@require_GET
def enrolments(request: HttpRequest) -> HttpResponse:
    """Every enrolled company with its seats, filled and missing."""
    _check_reader(request)
    on = request.user.access.on
    shown = _filtered(request)
    tally, counties = _tally(request)
    programmes = Programme.objects.visible_to(request.user)
    asked = programmes.filter(code=request.GET["programme"]).first() if request.GET.get("programme") else None
    roles = _roles(request)
    coverage = reports.seat_coverage(_filtered(request, "missing"), on)
    count = shown.order_by().count() if request.GET.get("missing") else tally.count()
    page = page_of(request, shown, count)
    page.object_list = reports.teams_of(cast("EnrolmentQuerySet", page.object_list), on)
    bulk = _bulk_roles(roles)
    return render(
        request,
        "companies/enrolments.html",
        {
            "page": page,
            "count": count,
            "words": request.GET.get("q", ""),
            "kept": kept(request, "region", "missing", "programme", "official", "counted", "sort"),
            "coverage": coverage,
            "counties": [
                ("", "全部", tally.count("company__region__path", anything)),
                *[
                    (c.code, c.name, n)
                    for c in counties
                    if (n := tally.count("company__region__path", under(c.path)))
                ],
            ],
            "programmes": [
                (code, name, tally.count("programme__code", same(code)))
                for code, name in _programmes(tally, asked)
            ],
            # Nothing else narrows the list: the programme itself has nobody yet.
            "unstarted": asked
            if not kept(request, "q", "region", "missing", "official", "counted")
            else None,
            "gaps": [
                (ANY, "任一席位空缺", None),
                *[(row.code, f"缺{row.name}", row.missing, "red" if row.missing else "") for row in coverage],
            ],
            "bulk_form": BulkSeatForm(official=request.user, roles=bulk)
            if perms.may_enrol(request.user)
            else None,
            "departments": _units_to_choose(request) if perms.may_enrol(request.user) else [],
            "groups": _groups_to_choose(request, roles),
            "holder": _holder(request),
            "counted": request.GET.get("counted", ""),
            "is_filtered": bool(kept(request, "q", "region", "missing", "programme", "official", "counted")),
        },
    )


def _units_to_choose(request: HttpRequest) -> QuerySet[Department]:
    return Department.objects.visible_to(request.user).active().order_by("pinyin", "pk")


def _bulk_roles(roles: list[TeamRole]) -> list[tuple[str, str]]:
    """The seats that one unit or one group can take in many teams at once."""
    return [(role.code, role.name) for role in roles if role.holder != Holder.OFFICIAL]


def _check_reader(request: HttpRequest) -> None:
    if not perms.may_see_enrolments(request.user):
        raise PermissionDenied


def _holder(request: HttpRequest) -> Official | None:
    """The one official whose seats the list is narrowed to, if it is."""
    key = row_key(request.GET.get("official", ""))
    return Official.objects.visible_to(request.user).filter(pk=key).first() if key else None


def _filtered(request: HttpRequest, *without: str) -> EnrolmentQuerySet:
    given = request.GET.copy()
    for name in without:
        given.pop(name, None)
    rows = Enrolment.objects.visible_to(request.user).in_force(request.user.access.on)
    return cast("EnrolmentQuerySet", EnrolmentFilter(given, rows, request=request).qs)


def _tally(request: HttpRequest) -> tuple[Tally, list[Region]]:
    rows = (
        _filtered(request, "region", "programme")
        .order_by()
        .values("company__region__path", "programme__code", "programme__name")
        .annotate(n=Count("pk"))
        .order_by()
    )
    regions = Region.objects.visible_to(request.user)
    counties = list(regions.filter(level=RegionLevel.COUNTY).order_by("code"))
    chosen: dict[str, Test] = {}
    if code := request.GET.get("region"):
        region = next((c for c in counties if c.code == code), None) or regions.filter(code=code).first()
        if region is not None:
            chosen["company__region__path"] = under(region.path)
    if code := request.GET.get("programme"):
        chosen["programme__code"] = same(code)
    return Tally(rows, chosen), counties


def _programmes(tally: Tally, asked: Programme | None) -> list[tuple[str, str]]:
    """The programmes in the list, and the one asked for, by name; none where there is nothing to choose."""
    found = {(row["programme__code"], row["programme__name"]) for row in tally.rows}
    if asked is not None:
        found.add((asked.code, asked.name))
    return sorted(found, key=lambda pair: pair[::-1]) if len(found) > 1 else []


def _roles(request: HttpRequest) -> list[TeamRole]:
    """The seats of the programmes' rules, each code once, in the order of the rulebook."""
    versions = Enrolment.objects.visible_to(request.user).order_by().values("version")
    found: dict[str, TeamRole] = {}
    for role in TeamRole.objects.filter(version__in=versions).order_by("-version", "position", "pk"):
        found.setdefault(role.code, role)
    return list(found.values())


@require_POST
def enrolments_assign(request: HttpRequest) -> HttpResponse:
    """Give one unit or group the same seat in the ticked teams, or in all that the filters show."""
    if not perms.may_enrol(request.user):
        raise PermissionDenied
    back = ("包联关系", f"{reverse('companies:enrolments')}?{request.GET.urlencode()}")
    seats = _roles(request)
    roles = _bulk_roles(seats)
    by_group = {role.code for role in seats if role.holder == Holder.GROUP}
    chosen = _filtered(request).managed_by(request.user).select_related("company", "project")
    if not request.POST.get("everything"):
        keys = [key for text in request.POST.getlist("enrolment") if (key := row_key(text))]
        chosen = chosen.filter(pk__in=keys)
        if not chosen.exists():
            messages.warning(request, "还没有选择企业，请先勾选，再指派。")
            return redirect(back[1])
    form = BulkSeatForm(request.POST, official=request.user, roles=roles, by_group=by_group)
    done = None
    if form.is_valid():
        holder = form.cleaned_data["department"]
        fields: dict[str, Any] = {
            "enrolments": chosen,
            "role_code": form.cleaned_data["role"],
            "starts_on": form.cleaned_data["starts_on"],
            "by": request.user,
            "at": timezone.now(),
        }
        with refusals_in(form):
            if isinstance(holder, Group):
                done = services.assign_group_to_many(group=holder, **fields)
            else:
                done = services.assign_department_to_many(department=holder, **fields)
    if done is None:
        return again(
            request, form, chosen, tick="enrolment", title="指派单位或工作组", unit="项", back=back,
            units=_units_to_choose(request), groups=_groups_to_choose(request, seats),
        )  # fmt: skip
    seat = dict(roles)[form.cleaned_data["role"]]
    words = f"已将{holder}指派为 {len(done.created)} 家企业的{seat}。"
    if done.taken:
        words += f"{done.taken} 家的该席位已有人担任，未改动。"
    if done.barred:
        words += f"{done.barred} 家因席位要求的单位来源不符，未指派。"
    messages.success(request, words)
    return redirect(back[1])


def _groups_to_choose(request: HttpRequest, seats: list[TeamRole]) -> QuerySet[Group]:
    """The groups that take one of these seats; none where no seat is a group's."""
    rows = Group.objects.visible_to(request.user).not_over_by(request.user.access.on)
    if not perms.may_enrol(request.user) or all(role.holder != Holder.GROUP for role in seats):
        rows = rows.none()
    return rows.order_by("name", "pk")


@require_POST
def enrolments_export(request: HttpRequest) -> HttpResponseBase:
    """The teams as filtered, as a workbook with one column per seat."""
    _check_reader(request)
    seats = [(role.code, role.name) for role in _roles(request)]
    rows = exports.enrolment_rows(_filtered(request), seats, request.user.access.on)
    return workbook_of(request, "包联关系", exports.enrolment_headings(seats), rows)


@require_GET
def enrolment(request: HttpRequest, pk: int) -> HttpResponse:
    """A team, seat by seat; alone for htmx, otherwise on its company's page."""
    found = _enrolment(request, pk)
    if request.htmx:
        return _panel(request, found)
    return redirect(f"{found.company.get_absolute_url()}#team-{found.pk}")


def _enrolment(request: HttpRequest, pk: int) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).select_related(
        "company__region", "programme__region", "project"
    )
    return get_object_or_404(rows, pk=pk)


def _managed(request: HttpRequest, pk: int) -> Enrolment:
    found = _enrolment(request, pk)
    if not perms.may_manage(request.user, found.company):
        raise PermissionDenied
    return found


def _panel(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """The team as it stands now, for htmx, with what there is to say as toasts."""
    on = request.user.access.on
    (team,) = draw_teams(
        reports.teams_of(Enrolment.objects.visible_to(request.user).filter(pk=enrolment.pk), on), on
    )
    plans = reports.plans_of([enrolment], on)
    manages = perms.may_manage(request.user, enrolment.company)
    panel = {
        "team": team,
        "may_manage": manages,
        "may_plan": manages or perms.is_in_team(request.user, enrolment),
        "plan": plans.get(team.enrolment.pk),
    }
    response = render(request, "companies/_team_answer.html", {"panel": panel})
    response["HX-Retarget"] = f"#team-{enrolment.pk}"
    response["HX-Reswap"] = "outerHTML"
    return response


def seat_assign(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Pick who takes a seat: officials and units with what they carry already."""
    found = _managed(request, pk)
    role = get_object_or_404(TeamRole, version=found.version_id, code=code)
    on = request.user.access.on
    held = Assignment.objects.visible_to(request.user).in_force(on).filter(enrolment=found, role=role)
    key = request.GET.get("replaces") or request.POST.get("replaces") or ""
    held = held.select_related("official", "department", "group")
    replaced = held.filter(pk=row_key(key)).first() if key else None
    form = SeatForm(
        request.POST if request.method == "POST" else None,
        role=role,
        official=request.user,
        initial={"starts_on": max(on, found.starts_on), "replaces": replaced.pk if replaced else None},
    )
    if request.method == "POST" and key and replaced is None:
        form.add_error(None, "原来担任该席位的人已被他人更换或撤下，请返回企业页面查看现由谁担任。")
    elif request.method == "POST" and form.is_valid():
        fields = {
            **form.holders(),
            "starts_on": form.cleaned_data["starts_on"],
            "by": request.user,
            "at": timezone.now(),
        }
        with refusals_in(form):
            if role.holder == Holder.GROUP and replaced is not None:
                seat = services.replace_with_group(assignment=replaced, **fields)
            elif role.holder == Holder.GROUP:
                seat = services.assign_group_seat(enrolment=found, role=role, **fields)
            elif replaced is not None:
                seat = services.replace_holder(assignment=replaced, **fields)
            else:
                seat = services.assign_seat(enrolment=found, role=role, **fields)
            messages.success(request, f"{seat.holder}已担任{role}。")
            if seat.warning:
                messages.warning(request, seat.warning)
            return _panel(request, found) if request.htmx else redirect(found.company)
    words = (request.GET.get("q") or request.POST.get("q") or "").strip()
    is_people = role.holder == Holder.OFFICIAL
    if is_people:
        candidates = _people(request, found, role, words, _asked_day(form, max(on, found.starts_on)))
    else:
        candidates = (_groups if role.holder == Holder.GROUP else _units)(request, found, role, words)
    context = {
        "enrolment": found,
        "role": role,
        "replaced": replaced,
        "undoes": replaced is not None and services.can_be_undone(replaced, on),
        "form": form,
        "words": words,
        "candidates": candidates[:CANDIDATES],
        "is_cut": len(candidates) > CANDIDATES,
        "is_people": is_people,
        "noun": {Holder.OFFICIAL: "在任干部", Holder.GROUP: "工作组"}.get(Holder(role.holder), "单位"),
        "hint": {Holder.OFFICIAL: "姓名、拼音或单位", Holder.GROUP: "组名、组别或依托单位"}.get(
            Holder(role.holder), "单位名称或拼音"
        ),
    }
    template = "companies/_seat_picker.html" if request.htmx else "companies/seat_assign.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _asked_day(form: SeatForm, usual: date) -> date:
    """The day from which the seat is asked for, where the form says a readable one."""
    asked = form.cleaned_data.get("starts_on") if form.is_bound else None
    return asked or usual


def _people(
    request: HttpRequest, enrolment: Enrolment, role: TeamRole, words: str, starts_on: date
) -> list[dict[str, Any]]:
    """Officials in post: those who may take the seat first, those of the team's units before others.

    Behind them, where there is room, who may not, each with every reason.
    """
    on = request.user.access.on
    posts = (
        Posting.objects.visible_to(request.user)
        .in_force(starts_on)
        .filter(
            official=OuterRef("pk"),
            department__region__path__startswith=enrolment.programme.region.path,
        )
    )
    seated = Assignment.objects.visible_to(request.user).in_force(on).filter(enrolment=enrolment)
    near = posts.filter(department__in=seated.values("department"))
    local = posts.filter(department__region=enrolment.company.region_id)
    rows = (
        Official.objects.visible_to(request.user)
        .filter(Exists(posts), is_active=True)
        .exclude(pk__in=seated.filter(role=role, official__isnull=False).values("official"))
        .annotate(
            nearness=Case(
                When(Exists(near), then=Value(0)),
                When(Exists(local), then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
    )
    if words:
        unit = posts.filter(Q(department__name__contains=words) | Q(department__short_name__contains=words))
        squeezed = words.lower().replace(" ", "")
        rows = rows.annotate(spelt=Replace("pinyin", Value(" "), Value(""))).filter(
            Q(name__contains=words)
            | Q(pinyin__startswith=words.lower())
            | Q(spelt__startswith=squeezed)
            | Exists(unit)
        )
    place = services.place_in(enrolment, role, starts_on)
    people = rows.order_by("nearness", "pinyin", "pk").values_list("pk", flat=True)
    return [
        {
            "value": one.official.pk,
            "name": one.official.name,
            "unit": str(one.posting.department),
            "note": one.official.get_rank_display(),
            "held": one.held,
            "limit": one.limit,
            "left": one.left,
            "load": one.load,
            "unit_word": "个项目" if place.is_project else "户",
            "objections": one.objections,
            "warnings": one.warnings,
            "tone": "red" if one.left == 0 else "yellow" if one.left == 1 else "",
        }
        for one in services.candidates_for_seat(place, list(people), CANDIDATES + 1)
    ]


def _units(request: HttpRequest, enrolment: Enrolment, role: TeamRole, words: str) -> list[dict[str, Any]]:
    """Units in use, those of the company's place first, and how many companies they serve in this seat."""
    on = request.user.access.on
    seated = Assignment.objects.visible_to(request.user).in_force(on).filter(enrolment=enrolment, role=role)
    same_seat = Q(assignments__role__code=role.code, assignments__official__isnull=True) & (
        Q(assignments__ends_on__isnull=True) | Q(assignments__ends_on__gte=on)
    )
    rows = (
        Department.objects.visible_to(request.user)
        .active()
        .filter(region__path__startswith=enrolment.programme.region.path)
        .exclude(pk__in=seated.values("department"))
        .select_related("region")
        .annotate(load=Count("assignments", filter=same_seat))
    )
    if role.place == SeatPlace.CITY:
        rows = rows.filter(region__level=RegionLevel.CITY)
    elif role.place == SeatPlace.SAME_COUNTY:
        path = enrolment.company.region.path
        rows = rows.exclude(region__level=RegionLevel.CITY).filter(
            region__path__startswith=county_of(path) or path
        )
    if words:
        rows = rows.filter(
            Q(name__contains=words) | Q(short_name__contains=words) | Q(pinyin__contains=words.lower())
        )
    home = Case(
        When(region=enrolment.company.region_id, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return [
        {
            "value": unit.name,
            "name": unit.name,
            "unit": unit.region.name,
            "note": "",
            "held": None,
            "limit": None,
            "left": None,
            "load": unit.load,  # type: ignore[attr-defined]
            "unit_word": "户",
            "objections": [],
            "warnings": [],
            "tone": "",
        }
        for unit in rows.order_by(home, Length("region__path"), F("pinyin"), "pk")[: CANDIDATES + 1]
    ]


def _groups(request: HttpRequest, enrolment: Enrolment, role: TeamRole, words: str) -> list[dict[str, Any]]:
    """Groups of the programme, those of the company's place first, and how many companies they serve."""
    on = request.user.access.on
    seated = Assignment.objects.visible_to(request.user).not_over_by(on)
    seated = seated.filter(enrolment=enrolment, role=role, group__isnull=False)
    rows = (
        Group.objects.visible_to(request.user)
        .not_over_by(on)
        .filter(programme=enrolment.programme_id)
        .exclude(pk__in=seated.values("group"))
    )
    if words:
        rows = rows.filter(
            Q(name__contains=words) | Q(sort__contains=words) | Q(department__name__contains=words)
        )
    codes = enrolment.company.region.path.strip("/").split("/")
    home = Case(
        When(region=enrolment.company.region_id, then=Value(0)),
        When(region__code__in=codes, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    shown = reports.with_figures(rows, request.user, on)
    return [
        {
            "value": group.pk,
            "name": group.name,
            "unit": f"{group.sort} · {group.region.name}",
            "note": f"{group.people} 人" if group.people else "还没有成员",
            "held": None,
            "limit": None,
            "left": None,
            "load": group.served,
            "unit_word": "户",
            "objections": [],
            "warnings": [],
            "tone": "",
        }
        for group in shown.order_by(home, "name", "pk")[: CANDIDATES + 1]
    ]


@require_POST
def seat_vacate(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """Take somebody out of the team, from today on."""
    found = _managed(request, pk)
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user), enrolment=found, pk=seat)
    on = request.user.access.on
    with refusals_told(request):
        services.vacate_seat(assignment=assignment, on=on, by=request.user, at=timezone.now())
        undone = assignment.starts_on >= on
        words = "已撤销尚未开始的指派。" if undone else "已撤下，该席位从今天起空缺。"
        messages.success(request, words)
    return _panel(request, found) if request.htmx else redirect(found.company)


@require_POST
def enrolment_end(request: HttpRequest, pk: int) -> HttpResponse:
    """退出包联: yesterday was the last day, for the company and its whole team."""
    found = _managed(request, pk)
    last = max(request.user.access.on - timedelta(days=1), found.starts_on)
    with refusals_told(request):
        services.end_enrolment(enrolment=found, ends_on=last, by=request.user, at=timezone.now())
        messages.success(request, f"{found}已退出“{found.programme}”，最后一天为 {last:%Y-%m-%d}。")
    return redirect(found.company)
