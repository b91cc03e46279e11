"""单位: the directory's units with the trades that this room knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from companies import perms
from companies.forms.departments import UnitFilter
from companies.reports.industries import industry_names
from companies.views.queues import workbook_of
from liaison.choices import DepartmentKind, SystemRole
from liaison.models import Department
from liaison.perms import Capability, may
from liaison.views.directory import counties

PER_PAGE = 50
SHOWN = 4  # trades named in a line of the list
HEADINGS = ("单位名称", "简称", "单位类别", "行政区划", "上级单位", "主管行业", "干部数", "联络员数", "在用")


def _units(request: HttpRequest) -> QuerySet[Department]:
    """The units as filtered, each with its people and liaison officers of today."""
    if not may(request.user, Capability.READ_DIRECTORY):
        raise PermissionDenied
    on = request.user.access.on
    units: QuerySet[Department] = UnitFilter(
        request.GET, Department.objects.visible_to(request.user), request=request
    ).qs
    in_force = Q(postings__starts_on__lte=on) & (
        Q(postings__ends_on__isnull=True) | Q(postings__ends_on__gte=on)
    )
    return (
        units.select_related("region", "parent")
        .prefetch_related("trades")
        .annotate(
            people=Count("postings__official", filter=in_force, distinct=True),
            liaisons=Count("postings", filter=in_force & Q(postings__role=SystemRole.UNIT), distinct=True),
        )
        .order_by("region__code", "pinyin", "pk")
    )


def _words(unit: Department) -> list[str]:
    names, codes = industry_names(), {trade.code for trade in unit.trades.all()}
    return [f"{code} {name}" for code, name in names.items() if code in codes]


@require_GET
def departments(request: HttpRequest) -> HttpResponse:
    """单位: every unit with its place, kind, trades, liaison officers and how many officials serve there."""
    page = Paginator(_units(request), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "unit": unit,
            "trades": words[:SHOWN],
            "more": max(0, len(words) - SHOWN),
            "may_keep": perms.may_keep_trades(request.user, unit),
        }
        for unit in page.object_list
        for words in [_words(unit)]
    ]
    asked = ("q", "region", "liaison", "kind", "trades")
    context = {
        "page": page,
        "rows": rows,
        "q": request.GET.get("q", "").strip(),
        "kept": [(name, value) for name in asked[1:] if (value := request.GET.get(name))],
        "regions": counties(request),
        "kinds": [(value, label, None) for value, label in DepartmentKind.choices],
        "stated": [("yes", "已填", None), ("no", "未填", None)],
        "narrowed": bool(request.GET),
    }
    return render(request, "companies/departments.html", context)


@require_POST
def departments_export(request: HttpRequest) -> HttpResponseBase:
    """The units as filtered, as a workbook; who took it is kept."""
    return workbook_of(request, "单位", HEADINGS, _lines(_units(request)))


def _lines(units: QuerySet[Department]) -> Iterator[list[Any]]:
    for unit in units.iterator(1000):
        counted: Any = unit
        yield [
            unit.name,
            unit.short_name,
            unit.get_kind_display(),
            unit.region.name,
            unit.parent.name if unit.parent else "",
            "、".join(_words(unit)),
            counted.people,
            counted.liaisons,
            "是" if unit.is_active else "否",
        ]
