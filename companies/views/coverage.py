"""覆盖情况 and 干部负荷: who is not covered, and how officials are loaded; every figure opens its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from companies import perms, services
from companies.exports import CHUNK
from companies.forms.companies import SCALES, UNSTATED
from companies.forms.coverage import (
    HEAVY,
    MOST_CLASSES,
    SECTIONS,
    STATES,
    Asked,
    CoverFilter,
    LoadFilter,
    asked_of,
)
from companies.models import Company
from companies.reports import coverage as report
from companies.reports.coverage import Cover
from companies.reports.industries import industry_names, section_of
from companies.views.queues import PER_PAGE, kept, workbook_of
from liaison.choices import Rank, RegionLevel
from liaison.forms.filters import WrongFilter
from liaison.models import Official, Region
from liaison.places import county_of
from liaison.views.refusals import refusals_told

HEADINGS = ("企业名称", "统一社会信用代码", "行政区划", "行业", "规模", "个体工商户", "覆盖情况")
LOAD_HEADINGS = ("单位", "姓名", "职级", "包联企业", "包联项目", "限额", "余额")
DIMENSIONS = ("county", "town", "industry", "scale", "kind")
KINDS = {"company": "企业", "trader": "个体工商户"}


def _asked(request: HttpRequest, filters: type[CoverFilter] | type[LoadFilter]) -> Asked | None:
    """What the address asks for; None where no programme has begun."""
    if not perms.may_see_enrolments(request.user):
        raise PermissionDenied("覆盖和负荷由协调办公室、名册管理员和领导查看。")
    asking = filters(request.GET, Company.objects.none(), request=request)
    if asking.is_bound and not asking.is_valid():
        raise WrongFilter(asking.mistakes())
    return asked_of(request.user, asking.form.cleaned_data if asking.is_bound else {})


def _companies(request: HttpRequest, asked: Asked) -> QuerySet[Company]:
    return report.with_cover(Company.objects.visible_to(request.user), asked.programme, asked.on)


def _filtered(request: HttpRequest, asked: Asked) -> QuerySet[Company]:
    rows: QuerySet[Company] = CoverFilter(request.GET, _companies(request, asked), request=request).qs
    return rows


@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """Companies covered, enrolled without anybody, and not enrolled, by county, town, industry and so on."""
    asked = _asked(request, CoverFilter)
    if asked is None:
        return render(request, "companies/coverage.html", {"asked": None})
    tally = report.tally_cover(_companies(request, asked))
    whole = report.split_cover(tally, lambda row: "", {"": "合计"})
    rows_url = reverse("companies:coverage-rows") + asked.query()
    return render(
        request,
        "companies/coverage.html",
        {
            "asked": asked,
            "programmes": [(p.code, p.name, None) for p in asked.programmes],
            "whole": whole[0] if whole else None,
            "cards": _cards(whole[0], rows_url) if whole else [],
            "tables": _tables(request, tally),
            "rows_url": rows_url,
        },
    )


def _cards(whole: report.Covered, rows_url: str) -> list[tuple[str, int, str]]:
    """The figures of the head, each with the address of its rows."""
    counts = {
        Cover.COVERED: whole.covered,
        Cover.UNASSIGNED: whole.unassigned,
        Cover.UNENROLLED: whole.unenrolled,
    }
    cards = [(str(state.label), n, f"{rows_url}&state={state}") for state, n in counts.items()]
    return [("应覆盖", whole.total, rows_url), *cards]


def _tables(request: HttpRequest, tally: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tally by each property, each line with the parameter that opens it."""
    places = {
        region.path: region
        for region in Region.objects.visible_to(request.user)
        .order_by("path")
        .only("path", "name", "code", "level")
    }
    counties = {p: r.name for p, r in places.items() if r.level == RegionLevel.COUNTY}
    counties |= {p: f"{r.name}（市直）" for p, r in places.items() if r.level == RegionLevel.CITY}
    towns = {
        p: f"{counties.get(county_of(p), '')}{r.name}"
        for p, r in places.items()
        if r.level == RegionLevel.TOWN
    }

    def town_of(row: Mapping[str, Any]) -> str:
        return row["region__path"] if row["region__path"] in towns else ""

    scales = {("" if value == UNSTATED else value): label for value, label in SCALES}
    by = {
        "county": report.split_cover(tally, report.county_in, counties),
        "town": [
            line for line in report.split_cover(tally, town_of, towns | {"": "未到镇街"}) if line.key in towns
        ],
        "industry": report.split_cover(
            tally, lambda row: section_of(row["industry"]), dict(SECTIONS) | {"": "未填"}
        ),
        "scale": report.split_cover(tally, lambda row: row["scale"], scales),
        "kind": report.split_cover(
            tally, lambda row: "trader" if row["is_sole_trader"] else "company", KINDS
        ),
    }
    names = {"county": "县区", "town": "镇街", "industry": "行业门类", "scale": "规模", "kind": "主体"}
    fields = {"county": "region", "town": "region", "industry": "industry", "scale": "scale", "kind": "kind"}

    def opens(one: str, key: str) -> str:
        return f"&{fields[one]}={places[key].code if fields[one] == 'region' else key or UNSTATED}"

    return [
        {
            "name": names[one],
            "lines": [
                (
                    line,
                    opens(one, line.key),
                )
                for line in by[one]
                if fields[one] != "region" or line.key in places
            ],
        }
        for one in DIMENSIONS
        if by[one]
    ]


@require_GET
def coverage_rows(request: HttpRequest) -> HttpResponse:
    """The companies behind a figure, those not covered unless asked otherwise, each with its next step."""
    asked = _asked(request, CoverFilter)
    if asked is None:
        raise Http404
    page = Paginator(_filtered(request, asked).select_related("region__parent"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    names, shown = industry_names(), list(page.object_list)
    for company in shown:
        company.industry_label = _industry_of(company, names)  # type: ignore[attr-defined]
    page.object_list = shown
    manages = perms.may_enrol(request.user)
    return render(
        request,
        "companies/coverage_rows.html",
        {
            "asked": asked,
            "page": page,
            "states": [("", "全部", None), *[(value, label, None) for value, label in STATES]],
            "words": request.GET.get("q", ""),
            "kept": kept(request, "programme", "on", "state", "region", "industry", "scale", "kind"),
            "may_enrol": manages and asked.on == request.user.access.on,
            "back": reverse("companies:coverage") + asked.query(),
        },
    )


def _industry_of(company: Company, names: Mapping[str, str]) -> str:
    """Division or section by name; the code itself where the standard has no such code."""
    code = company.industry
    return names.get(code[:2], names.get(code[:1], code)) if code else ""


@require_POST
def coverage_enrol(request: HttpRequest) -> HttpResponse:
    """Enrol the ticked companies, or all that the filters leave, in the programme from today on."""
    asked = _asked(request, CoverFilter)
    if not perms.may_enrol(request.user):
        raise PermissionDenied
    if asked is None:
        raise Http404
    back = redirect(f"{reverse('companies:coverage-rows')}?{request.GET.urlencode()}")
    mine = Company.objects.visible_to(request.user).managed_by(request.user)
    if request.POST.get("everything"):
        chosen = mine.filter(pk__in=_filtered(request, asked).order_by().values("pk"))
    else:
        chosen = mine.filter(uscc__in=request.POST.getlist("company"))
        if not chosen.exists():
            messages.warning(request, "还没有选择企业，请先勾选，再纳入方案。")
            return back
    with refusals_told(request):
        done = services.enrol_companies(
            companies=chosen,
            programme=asked.programme,
            starts_on=request.user.access.on,
            by=request.user,
            at=timezone.now(),
        )
        already = f"{done.already} 家原已在内。" if done.already else ""
        messages.success(request, f"已将 {len(done.created)} 家企业纳入“{asked.programme}”。{already}")
    return back


@require_POST
def coverage_export(request: HttpRequest) -> HttpResponseBase:
    """The companies as filtered, as a workbook; who took it is kept."""
    asked = _asked(request, CoverFilter)
    if asked is None:
        raise Http404
    names, labels = industry_names(), dict(Cover.choices)
    rows = (
        [
            company.name,
            company.uscc,
            company.region.name,
            _industry_of(company, names),
            company.get_scale_display(),
            "是" if company.is_sole_trader else "否",
            labels[company.cover],  # type: ignore[attr-defined]
        ]
        for company in _filtered(request, asked).select_related("region").iterator(CHUNK)
    )
    return workbook_of(request, "覆盖情况", HEADINGS, rows)


# --- 干部负荷 -----------------------------------------------------------------------------------------


def _loads(request: HttpRequest, asked: Asked) -> list[report.Loaded]:
    return report.loads_on(asked.programme, request.user, asked.on)


@require_GET
def load_report(request: HttpRequest) -> HttpResponse:
    """Per rank: officials per number of companies, full, over, heavy; and what quotas leave, by county."""
    asked = _asked(request, LoadFilter)
    if asked is None:
        return render(request, "companies/loads.html", {"asked": None})
    people = _loads(request, asked)
    most = min(
        MOST_CLASSES, max([2, *[one.limit or 0 for one in people], *[one.companies for one in people]])
    )
    spare = report.spare_by_place(people)
    places = Region.objects.visible_to(request.user).filter(path__in={path for path, _ in spare})
    ranks = [rank for rank in Rank if any(one.rank == rank for one in people)]
    return render(
        request,
        "companies/loads.html",
        {
            "asked": asked,
            "programmes": [(p.code, p.name, None) for p in asked.programmes],
            "lines": report.rank_lines(people, most),
            "classes": [(n, f"{n} 户及以上" if n == MOST_CLASSES else f"{n} 户") for n in range(most + 1)],
            "warn": people[0].warn if people else None,
            "ranks": [rank.label for rank in ranks],
            "places": [
                (
                    region,
                    [
                        (rank.label, rank.value, *spare.get((region.path, rank.value), (0, 0)))
                        for rank in ranks
                    ],
                )
                for region in places.order_by("path")
            ],
            "rows_url": reverse("companies:load-rows") + asked.query(),
        },
    )


def _narrowed(request: HttpRequest, asked: Asked) -> list[report.Loaded]:
    """The officials that the filters leave, still by unit and name."""
    asking = LoadFilter(request.GET, Official.objects.none(), request=request)
    _ = asking.qs
    chosen = asking.form.cleaned_data if asking.is_bound else {}
    return LoadFilter.narrow(_loads(request, asked), chosen)


@require_GET
def load_rows(request: HttpRequest) -> HttpResponse:
    """The officials behind a figure, by unit and name."""
    asked = _asked(request, LoadFilter)
    if asked is None:
        raise Http404
    page = Paginator(_narrowed(request, asked), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "companies/load_rows.html",
        {
            "asked": asked,
            "page": page,
            "rank_chips": [("", "全部", None), *[(value, label, None) for value, label in Rank.choices]],
            "rooms": [("", "全部", None), *[(value, label, None) for value, label in HEAVY]],
            "words": request.GET.get("q", ""),
            "kept": kept(request, "programme", "on", "rank", "room", "region", "load"),
            "back": reverse("companies:loads") + asked.query(),
        },
    )


@require_POST
def loads_export(request: HttpRequest) -> HttpResponseBase:
    """The officials as filtered, as a workbook; who took it is kept."""
    asked = _asked(request, LoadFilter)
    if asked is None:
        raise Http404
    ranks = dict(Rank.choices)
    rows = (
        [one.unit, one.name, ranks[one.rank], one.companies, one.projects, one.limit, one.spare]
        for one in _narrowed(request, asked)
    )
    return workbook_of(request, "干部负荷", LOAD_HEADINGS, rows)
