"""工作日历: a year at a glance, its notice entered or pasted, a place's exceptions.

Nothing is written here but drafts: what they move, and their application, is the problems' room's.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from liaison import services
from liaison.choices import ChangeKind, ChangeState, DayKind, YearStatus
from liaison.forms.calendar import (
    USUAL,
    ExceptionForm,
    HolidayRows,
    NoticeForm,
    PasteForm,
    WithdrawForm,
    exception_of,
    rows_of,
)
from liaison.forms.filters import know_names, value_of
from liaison.holidays import Notice, NoticeRefused, judge_year, read_notice
from liaison.models import CalendarAlarm, CalendarChange, CalendarDay, CalendarYear, Region
from liaison.models.changes import PlaceCalendars
from liaison.normalise import row_key
from liaison.perms import Capability, may, may_keep_calendar
from liaison.services.calendar import holidays_of
from liaison.views.refusals import refusals_in
from liaison.workdays import WorkCalendar, missing_year

SHOWN_CHANGES = 5
YEARS = range(2000, 2100)


@require_GET
def calendar(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """工作日历: a year at a glance, 休 and 班 marked, with its paper or plainly provisional."""
    official = request.user
    today = official.access.on
    year = year or today.year
    known = {row.year: row for row in CalendarYear.objects.order_by("year")}
    if year not in known and abs(year - today.year) > 1:
        raise Http404(str(year))
    rows = CalendarDay.objects.visible_to(official).filter(on__year=year)
    local = list(
        rows.filter(region__isnull=False).select_related("region", "change").order_by("region__path", "on")
    )
    place = _place(request, local)
    arithmetic = PlaceCalendars().of(place.path if place else "")
    row = known.get(year)
    grid = [_month(year, month, arithmetic, today) for month in range(1, 13)]
    published = {one.year for one in known.values() if one.status == YearStatus.PUBLISHED}
    changes = CalendarChange.objects.visible_to(official).select_related(
        "region", "confirmed_by", "drafted_by"
    )
    here = changes.filter(Q(year=year) | Q(days__on__year=year)).distinct()
    context = {
        "year": year,
        "row": row,
        "is_published": year in published,
        "grid": grid,
        "working_days": sum(month["working"] for month in grid),
        "years": [(one, one in published) for one in sorted({*known, today.year, today.year + 1})],
        "place": place,
        "places": [("", "全国", None), *_places(local)],
        "exceptions": _exceptions(local, official),
        "missing": missing_year(today, published),
        "alarm": CalendarAlarm.objects.order_by("-on").first(),
        "may_enter": may_keep_calendar(official, None),
        "may_except": may(official, Capability.KEEP_CALENDAR),
        "drafts": changes.filter(state__in=(ChangeState.DRAFT, ChangeState.APPLYING)).order_by("-drafted_at"),
        "changes": here.filter(state=ChangeState.APPLIED).order_by("-number")[:SHOWN_CHANGES],
    }
    return render(request, "liaison/calendar.html", context)


def _places(local: Iterable[CalendarDay]) -> list[tuple[str, str, None]]:
    regions = dict.fromkeys(day.region for day in local if day.region is not None)
    return [(region.code, region.name, None) for region in regions]


def _place(request: HttpRequest, local: Iterable[CalendarDay]) -> Region | None:
    know_names(request.GET, ("place",))
    places = {code for code, _, _ in _places(local)}
    code = value_of(request.GET, "place", "地区", places)
    return next((day.region for day in local if day.region and day.region.code == code), None)


def _month(year: int, month: int, arithmetic: WorkCalendar, today: date) -> dict[str, Any]:
    weeks = [
        [_cell(date(year, month, number), arithmetic, today) if number else None for number in week]
        for week in months.monthcalendar(year, month)
    ]
    cells = [cell for week in weeks for cell in week if cell]
    return {
        "month": month,
        "weeks": weeks,
        "working": sum(cell["works"] for cell in cells),
        "marked": _runs([cell for cell in cells if cell["mark"]]),
    }


def _cell(on: date, arithmetic: WorkCalendar, today: date) -> dict[str, Any]:
    day = arithmetic.day(on)
    weekend = on.weekday() >= 5
    mark = ("班" if day.is_working else "休") if day.name or day.is_working == weekend else ""
    kind = {"班": "work", "休": "off"}.get(mark, "weekend" if weekend else "")
    return {
        "number": on.day,
        "works": day.is_working,
        "mark": mark,
        "kind": kind,
        "name": day.name,
        "is_today": on == today,
    }


def _runs(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """“1–3日 元旦”, “4日 元旦补班”: the month's marked days in words."""
    runs: list[dict[str, Any]] = []
    for cell in cells:
        last = runs[-1] if runs else None
        if (
            last
            and (last["name"], last["kind"]) == (cell["name"], cell["kind"])
            and last["last"] == cell["number"] - 1
        ):
            last["last"] = cell["number"]
        else:
            runs.append(
                {"first": cell["number"], "last": cell["number"], "name": cell["name"], "kind": cell["kind"]}
            )
    return runs


def _exceptions(local: list[CalendarDay], official: Any) -> list[dict[str, Any]]:
    """A place's exceptions, the days of one paper together."""
    groups: dict[Any, list[CalendarDay]] = {}
    for day in local:
        groups.setdefault((day.region_id, day.change_id or f"day {day.pk}"), []).append(day)
    return [
        {"days": days, "first": days[0], "may_change": may_keep_calendar(official, days[0].region)}
        for days in groups.values()
    ]


# --- a year's notice ------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, year: int) -> HttpResponse:
    """录入年度放假安排: paste or fill in, correct what was read, then look at what it moves."""
    if not may_keep_calendar(request.user, None):
        raise PermissionDenied("年度放假安排由市级协调办公室或系统管理员录入。")
    if year not in YEARS:
        raise Http404(str(year))
    draft = _draft(request, year)
    is_published = CalendarYear.objects.filter(year=year, status=YearStatus.PUBLISHED).exists()
    page = {"year": year, "draft": draft, "is_published": is_published, "paste": PasteForm(), "problems": ()}
    page["shipped"] = services.shipped_notice(year) is not None
    if request.method == "POST" and "read" in request.POST:
        return _read(request, page)
    if request.method == "POST":
        return _save(request, page)
    is_shipped = value_of(request.GET, "from", "日期来源", ("package",)) == "package"
    start = services.shipped_notice(year) if is_shipped else _present(year, draft)
    return _show(request, page, start)


def _draft(request: HttpRequest, year: int) -> CalendarChange | None:
    wanted = request.GET.get("draft", "")
    if not wanted:
        return None
    drafts = CalendarChange.objects.visible_to(request.user).filter(kind=ChangeKind.NOTICE, year=year)
    return get_object_or_404(drafts, pk=row_key(wanted), state=ChangeState.DRAFT)


def _present(year: int, draft: CalendarChange | None) -> Notice | None:
    """What the rows start with: the draft, or the year as it is published."""
    if draft is not None:
        days = {day.on: (day.kind, day.name) for day in draft.days.all() if day.kind}
        return Notice(holidays_of(days), draft.title, draft.document, draft.published_on)
    row = CalendarYear.objects.filter(year=year, status=YearStatus.PUBLISHED).first()
    if row is None:
        return None
    national = CalendarDay.objects.filter(region__isnull=True)
    ours = national.filter(Q(change__isnull=True) | Q(change__year=year))
    own = ours.filter(Q(on__year=year) | Q(change__year=year))
    days = {on: (kind, name) for on, kind, name in own.values_list("on", "kind", "name")}
    return Notice(holidays_of(days), row.title, row.document, row.published_on)


def _read(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    form = page["paste"] = PasteForm(request.POST)
    if not form.is_valid():
        return _show(request, page, _present(page["year"], page["draft"]), status=422)
    try:
        found = read_notice(form.cleaned_data["text"], year=page["year"])
    except NoticeRefused as refusal:
        form.add_error("text", str(refusal))
        return _show(request, page, _present(page["year"], page["draft"]), status=422)
    verdict = judge_year(page["year"], found.holidays)
    page |= {
        "was_read": True,
        "problems": [*found.problems, *verdict.errors],
        "doubts": verdict.doubts,
    }
    return _show(request, page, found)


def _show(
    request: HttpRequest, page: dict[str, Any], start: Notice | None, status: int = 200
) -> HttpResponse:
    year = page["year"]
    initial: dict[str, Any] = {"title": f"国务院办公厅关于{year}年部分节假日安排的通知"}
    if start is not None:
        initial = {
            "title": start.title or initial["title"],
            "document": start.document,
            "published_on": start.published_on,
            "reason": page["draft"].reason if page["draft"] else "",
        }
    rows = rows_of(start.holidays, year=year) if start else [{"name": name} for name in USUAL]
    page.setdefault("form", NoticeForm(initial=initial, is_published=page["is_published"]))
    page.setdefault("rows", HolidayRows(initial=rows, prefix="rows", form_kwargs={"year": year}))
    page["is_filled"] = start is not None or page["form"].is_bound
    page.setdefault("was_read", False)
    page.setdefault("doubts", ())
    return render(request, "liaison/calendar_notice.html", page, status=status)


def _save(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    year = page["year"]
    form = page["form"] = NoticeForm(request.POST, is_published=page["is_published"])
    rows = page["rows"] = HolidayRows(request.POST, prefix="rows", form_kwargs={"year": year})
    if form.is_valid() and rows.is_valid():
        holidays = [one for row in rows if (one := row.holiday()) is not None]
        try:
            change = services.draft_notice(
                year=year,
                holidays=holidays,
                by=request.user,
                at=timezone.now(),
                change=page["draft"],
                **form.cleaned_data,
            )
        except services.CalendarRefused as refusal:
            page["problems"] = refusal.reasons
            page["doubts"] = judge_year(year, holidays).doubts
        else:
            return redirect(change)
    return _show(request, page, None, status=422)


# --- a place's exceptions -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def exception_new(request: HttpRequest) -> HttpResponse:
    """登记地方例外: 放假 or 上班 of a place and what belongs to it."""
    if not may(request.user, Capability.KEEP_CALENDAR):
        raise PermissionDenied("地方例外由协调办公室或系统管理员登记。")
    form = ExceptionForm(request.POST or None, official=request.user, initial={"kind": DayKind.OFF})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            data = form.cleaned_data | {"kind": DayKind(form.cleaned_data["kind"])}
            return redirect(services.draft_exception(by=request.user, at=timezone.now(), **data))
    context = {"form": form, "title": "登记地方例外", "days": [], "button": "下一步：看影响哪些期限"}
    return render(request, "liaison/calendar_exception.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


def _found(request: HttpRequest, pk: int) -> list[CalendarDay]:
    """The days of the exception to which this one belongs, if the official may change them."""
    local = CalendarDay.objects.visible_to(request.user).filter(region__isnull=False)
    day = get_object_or_404(local.select_related("region"), pk=pk)
    if not may_keep_calendar(request.user, day.region):
        raise PermissionDenied(f"{day.region}的例外不由您维护。")
    if day.change_id is None:
        return [day]
    return list(local.filter(change=day.change_id).select_related("region", "change").order_by("on"))


@require_http_methods(["GET", "POST"])
def exception_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """更正地方例外: other days, another reason or paper; what was there stays in the trail."""
    days = _found(request, pk)
    region: Any = days[0].region
    form = ExceptionForm(
        request.POST or None, official=request.user, region=region, initial=exception_of(days)
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            data = form.cleaned_data | {"kind": DayKind(form.cleaned_data["kind"])}
            change = services.draft_exception(
                region=region, replaces=days, by=request.user, at=timezone.now(), **data
            )
            return redirect(change)
    context = {"form": form, "title": "更正地方例外", "days": days, "button": "下一步：看影响哪些期限"}
    return render(request, "liaison/calendar_exception.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def exception_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回地方例外, with the reason and the paper."""
    days = _found(request, pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            change = services.withdraw_exception(
                days=days, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            return redirect(change)
    context = {"form": form, "title": "撤回地方例外", "days": days, "button": "下一步：看影响哪些期限"}
    return render(request, "liaison/calendar_exception.html", context, status=_status(form))


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """变更记录: every change that was applied or discarded, the newest first."""
    if not may(request.user, Capability.KEEP_CALENDAR):
        raise PermissionDenied("日历变更记录由协调办公室和系统管理员查看。")
    rows = CalendarChange.objects.visible_to(request.user).select_related(
        "region", "confirmed_by", "drafted_by"
    )
    page = Paginator(rows.order_by("-drafted_at", "-pk"), 25).get_page(request.GET.get("page"))
    return render(request, "liaison/calendar_changes.html", {"page": page})
