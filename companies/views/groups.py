"""工作组: the list beside what the rules ask for, and a group with its members and its companies."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import perms, reports, services
from companies.forms.groups import GroupFilter, GroupForm, LastDayForm, MemberForm
from companies.views.queues import kept, page_of
from liaison.choices import GroupDuty, GroupKind, RegionLevel
from liaison.models import Group, GroupMember, GroupRule, Programme, Region
from liaison.models.groups import GroupQuerySet
from liaison.normalise import row_key
from liaison.views.refusals import refusals_in, refusals_told

NARROWED_BY = ("programme", "kind", "sort", "region")


@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """Every group of today, with how many of each sort the rules ask for."""
    on = request.user.access.on
    standing = Group.objects.visible_to(request.user).not_over_by(on)
    shown = cast("GroupQuerySet", GroupFilter(request.GET, standing, request=request).qs)
    given = request.GET.copy()
    given.pop("kind", None)
    beside = GroupFilter(given, standing, request=request).qs
    kinds = dict(beside.order_by().values_list("kind").annotate(n=Count("pk")))
    given = request.GET.copy()
    given.pop("region", None)
    elsewhere = GroupFilter(given, standing, request=request).qs
    places = elsewhere.order_by().values_list("region__path").annotate(n=Count("pk"))
    by_path = dict(places)
    counties = Region.objects.visible_to(request.user).filter(level=RegionLevel.COUNTY).order_by("code")
    chips = [
        (county.code, county.name, n)
        for county in counties
        if (n := sum(m for path, m in by_path.items() if path.startswith(county.path)))
    ]
    page = page_of(
        request, reports.with_figures(shown, request.user, on).order_by("name", "pk"), shown.count()
    )
    return render(
        request,
        "companies/groups.html",
        {
            "page": page,
            "words": request.GET.get("q", ""),
            "kept": kept(request, *NARROWED_BY),
            "needs": reports.group_needs(Programme.objects.visible_to(request.user), on),
            "kinds": [("", "全部", sum(kinds.values()))]
            + [(value, label, kinds[value]) for value, label in GroupKind.choices if value in kinds],
            "counties": [("", "全部", sum(by_path.values())), *chips] if chips else [],
            "is_filtered": bool(kept(request, "q", *NARROWED_BY)),
            "may_form": perms.may_enrol(request.user),
            "on": on,
        },
    )


def group_new(request: HttpRequest) -> HttpResponse:
    """Set up a group of a sort that a programme's rules ask for."""
    if not perms.may_enrol(request.user):
        raise PermissionDenied
    on = request.user.access.on
    needs = reports.group_needs(Programme.objects.visible_to(request.user), on)
    rules = GroupRule.objects.filter(pk__in=[need.rule.pk for need in needs])
    form = GroupForm(
        request.POST or None,
        official=request.user,
        rules=rules.select_related("version__programme").order_by(
            "version__programme__code", "position", "pk"
        ),
        regions=_regions(request),
        initial={"starts_on": on, "rule": row_key(request.GET.get("rule", "")) or None},
    )
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        with refusals_in(form):
            group = services.form_group(
                programme=entered["rule"].version.programme, **entered, by=request.user, at=timezone.now()
            )
            messages.success(request, f"已设立“{group}”，接下来请配齐成员。")
            return redirect("companies:group", pk=group.pk)
    context = {"form": form, "needs": needs}
    return render(request, "companies/group_new.html", context, status=422 if form.errors else 200)


def _regions(request: HttpRequest) -> list[Region]:
    """The regions whose office the official is, and what lies in them."""
    rows = Region.objects.visible_to(request.user).filter(perms.managed_regions(request.user))
    return rows.exclude(level=RegionLevel.TOWN).order_by("path")  # type: ignore[return-value]


@require_GET
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """A group: what for, who is in it, and whom it serves."""
    return _group(request, _found(request, pk))


def _found(request: HttpRequest, pk: int) -> Group:
    rows = Group.objects.visible_to(request.user).select_related("programme", "region", "department")
    return get_object_or_404(rows, pk=pk)


def _managed(request: HttpRequest, pk: int) -> Group:
    found = _found(request, pk)
    if not perms.may_manage_group(request.user, found):
        raise PermissionDenied
    return found


def _group(
    request: HttpRequest,
    group: Group,
    *,
    member_form: MemberForm | None = None,
    end_form: LastDayForm | None = None,
) -> HttpResponse:
    on = request.user.access.on
    members = list(
        group.members.not_over_by(on).select_related("official", "department").order_by("starts_on", "pk")
    )
    order = list(GroupDuty.values)
    members.sort(key=lambda member: (order.index(member.duty), member.starts_on, member.pk))
    before = list(
        group.members.filter(ends_on__lt=on)
        .select_related("official", "department")
        .order_by("-ends_on", "-pk")[:20]
    )
    seats = reports.seats_of_group(group, request.user, on)
    manages = perms.may_manage_group(request.user, group)
    wrong = bool((member_form and member_form.errors) or (end_form and end_form.errors))
    is_over = group.ends_on is not None and group.ends_on < on
    return render(
        request,
        "companies/group.html",
        {
            "group": group,
            "members": members,
            "has_head": any(member.duty == GroupDuty.HEAD for member in members),
            "before": before,
            "page": page_of(request, seats, seats.count()),
            "served": seats.order_by().values("enrolment").distinct().count(),
            "on": on,
            "is_over": is_over,
            "may_manage": manages and not is_over,
            "member_form": member_form
            or MemberForm(official=request.user, initial={"starts_on": max(on, group.starts_on)}),
            "end_form": end_form or LastDayForm(auto_id="id_end_%s", initial={"ends_on": on}),
        },
        status=422 if wrong else 200,
    )


@require_POST
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an official into the group."""
    found = _managed(request, pk)
    form = MemberForm(request.POST, official=request.user)
    if form.is_valid():
        with refusals_in(form):
            member = services.add_member(
                group=found,
                official=form.cleaned_data["official"],
                duty=GroupDuty(form.cleaned_data["duty"]),
                starts_on=form.cleaned_data["starts_on"],
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, f"{member.official}已进组，任{member.get_duty_display()}。")
            return redirect("companies:group", pk=found.pk)
    return _group(request, found, member_form=form)


@require_POST
def member_end(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Let a member leave the group: today is the last day."""
    found = _managed(request, pk)
    row = get_object_or_404(GroupMember.objects.visible_to(request.user), group=found, pk=member)
    with refusals_told(request):
        services.end_member(member=row, ends_on=request.user.access.on, by=request.user, at=timezone.now())
        messages.success(request, f"{row.official}今天为在组最后一天。")
    return redirect("companies:group", pk=found.pk)


@require_POST
def group_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销工作组."""
    found = _managed(request, pk)
    form = LastDayForm(request.POST, auto_id="id_end_%s")
    if form.is_valid():
        with refusals_in(form):
            services.dissolve_group(
                group=found, ends_on=form.cleaned_data["ends_on"], by=request.user, at=timezone.now()
            )
            messages.success(request, f"“{found}”最后一天为 {form.cleaned_data['ends_on']:%Y-%m-%d}。")
            return redirect("companies:groups")
    return _group(request, found, end_form=form)
