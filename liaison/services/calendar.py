"""The working calendar: changes are drafted, previewed, confirmed by one, and then written as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import chinese_calendar
from django.db import connection, transaction
from django.db.models import Max, Q

from liaison.choices import ChangeKind, ChangeState, DayKind, SystemRole, YearStatus
from liaison.holidays import Holiday, Notice, judge_year
from liaison.models import (
    CalendarAlarm,
    CalendarChange,
    CalendarChangeDay,
    CalendarDay,
    CalendarYear,
    Official,
    Posting,
    Region,
)
from liaison.models.changes import PlaceCalendars, years_of
from liaison.refusals import Refusal
from liaison.services.outbox import announce
from liaison.services.trail import record
from liaison.workdays import day_of, missing_year

LONGEST_EXCEPTION = 366  # days
_LOCK = 20_261_115  # any number that nothing else locks
_ONE = timedelta(days=1)

# The State Council's notices by year; of other years only the days are known, not the paper.
NOTICES = {
    2024: ("国办发明电〔2023〕7号", date(2023, 10, 25)),
    2025: ("国办发明电〔2024〕12号", date(2024, 11, 12)),
    2026: ("国办发明电〔2025〕7号", date(2025, 11, 4)),
}
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
FIRST_KNOWN, LAST_KNOWN = min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year

Days = Mapping[date, tuple[str, str]]  # what a day is (DayKind) and its name


class CalendarRefused(Refusal):
    """The change cannot be made. The message is written for the user; several reasons, a line each."""


# --- locks ----------------------------------------------------------------------------------------


def hold_calendar() -> None:
    """Keep the calendar as it is until the transaction ends. Whoever stores a deadline holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def lock_calendar() -> None:
    """Wait until nobody counts with the calendar, and keep everybody out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


# --- years that a package knows -------------------------------------------------------------------


def shipped_notice(year: int) -> Notice | None:
    """A year's holidays as the package knows them, with the paper where we know it; None if it does not."""
    if not FIRST_KNOWN <= year <= LAST_KNOWN:
        return None
    document, published_on = NOTICES.get(year, ("", None))
    title = f"国务院办公厅关于{year}年部分节假日安排的通知" if document else ""
    return Notice(holidays_of(_known_days(year)), title, document, published_on)


@transaction.atomic
def seed_calendar(*, years: Iterable[int]) -> None:
    """Write known years into an empty table, others as unknown. A published year is left as it is."""
    published = set(CalendarYear.objects.filter(status=YearStatus.PUBLISHED).values_list("year", flat=True))
    for year in years:
        if year in published:
            continue
        if year not in NOTICES:
            CalendarYear.objects.get_or_create(year=year)
            continue
        document, published_on = NOTICES[year]
        CalendarYear.objects.update_or_create(
            year=year,
            defaults={
                "status": YearStatus.PUBLISHED,
                "version": 1,
                "title": f"国务院办公厅关于{year}年部分节假日安排的通知",
                "document": document,
                "published_on": published_on,
            },
        )
        CalendarDay.objects.filter(region__isnull=True, on__year=year).delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(on=on, kind=kind, name=name, document=document)
            for on, (kind, name) in _known_days(year).items()
        )


def _known_days(year: int) -> dict[date, tuple[str, str]]:
    days = {}
    on = date(year, 1, 1)
    while on.year == year:
        is_off, word = chinese_calendar.get_holiday_detail(on)
        name = NAMES.get(str(word), str(word or ""))
        if is_off and name:
            days[on] = (DayKind.OFF.value, name)
        elif not is_off and on.weekday() >= 5:
            days[on] = (DayKind.WORK.value, f"{name}补班")
        on += _ONE
    return days


def holidays_of(days: Days) -> tuple[Holiday, ...]:
    """The days of a year as runs with their make-up days, as a clerk reads and writes them."""
    runs: list[tuple[str, date, date]] = []
    for on in sorted(on for on, (kind, _) in days.items() if kind == DayKind.OFF):
        name = days[on][1]
        if runs and runs[-1][0] == name and runs[-1][2] + _ONE == on:
            runs[-1] = (name, runs[-1][1], on)
        else:
            runs.append((name, on, on))
    made_up: dict[str, list[date]] = {}
    for on in sorted(on for on, (kind, _) in days.items() if kind == DayKind.WORK):
        made_up.setdefault(days[on][1].removesuffix("补班"), []).append(on)
    return tuple(Holiday(name, first, last, work=tuple(made_up.pop(name, ()))) for name, first, last in runs)


# --- drafts ---------------------------------------------------------------------------------------


@transaction.atomic
def draft_notice(
    *,
    year: int,
    holidays: Sequence[Holiday],
    title: str,
    document: str,
    published_on: date | None,
    by: Official | None,
    at: datetime,
    reason: str = "",
    has_looked: bool = False,
    change: CalendarChange | None = None,
) -> CalendarChange:
    """Draft a year's holidays by the State Council's notice, or write an earlier draft anew.

    Contradictions are refused with every reason; what only looks forgotten is refused unless somebody
    `has_looked`. A year already published is corrected, and then the reason has to be said.
    """
    verdict = judge_year(year, holidays)
    reasons = list(verdict.errors) or ([] if has_looked else list(verdict.doubts))
    if not document.strip():
        reasons.append("请填写公布文件的文号。")
    if published_on and published_on > day_of(at):
        reasons.append("公布日期不能晚于今天。")
    if published_on and published_on.year not in (year - 1, year):
        reasons.append(f"{year} 年的放假通知应在 {year - 1} 年或当年公布，请核对公布日期。")
    if _is_published(year) and not reason.strip():
        reasons.append(f"{year} 年已有公布的安排，更正须写明原因。")
    if reasons:
        raise CalendarRefused(*reasons)
    days = {
        **{on: (DayKind.OFF.value, holiday.name) for holiday in holidays for on in holiday.off()},
        **{on: (DayKind.WORK.value, f"{holiday.name}补班") for holiday in holidays for on in holiday.work},
    }
    change = _lock_draft(change) if change is not None else CalendarChange(kind=ChangeKind.NOTICE, year=year)
    change.title, change.document, change.reason = title.strip(), document.strip(), reason.strip()
    change.published_on = published_on
    return _draft(change, days, by=by, at=at)


@transaction.atomic
def draft_exception(
    *,
    region: Region,
    kind: DayKind,
    first: date,
    last: date,
    reason: str,
    document: str,
    by: Official,
    at: datetime,
    replaces: Sequence[CalendarDay] = (),
) -> CalendarChange:
    """Draft 放假 or 上班 of a place (its subtree included), by a paper of its own.

    `replaces`: the exception that is corrected by it. Days that are so anyway are left out.
    """
    reasons = [
        words
        for wrong, words in (
            (not reason.strip(), "请填写原因。"),
            (not document.strip(), "请填写文号。"),
            (last < first, f"结束日 {last} 早于开始日 {first}。"),
            ((last - first).days >= LONGEST_EXCEPTION, "一次最多一年。"),
        )
        if wrong
    ]
    if reasons:
        raise CalendarRefused(*reasons)
    days = dict.fromkeys(
        (first + timedelta(days=n) for n in range((last - first).days + 1)), (kind.value, reason.strip())
    )
    earlier = _earlier(replaces)
    change = CalendarChange(
        kind=ChangeKind.CORRECTION if replaces else ChangeKind.EXCEPTION,
        region=region,
        reason=reason.strip(),
        document=document.strip(),
        corrects=earlier,
    )
    own = {day.on for day in replaces}
    taken = CalendarDay.objects.filter(region=region, on__in=days).exclude(on__in=own).order_by("on").first()
    if taken is not None:
        raise CalendarRefused(
            f"{region}{_say(taken.on)}已有例外：{taken.name}（{taken.document}）。请在那一条上更正或撤回。"
        )
    beside = PlaceCalendars()
    beside.take_out(region.path, own)
    idle = [on for on in days if beside.of(region.path).is_working(on) == (kind == DayKind.WORK)]
    if len(idle) == len(days):
        words = "本来就上班" if kind == DayKind.WORK else "本来就休息"
        raise CalendarRefused(
            f"{_say(first)}{'' if first == last else f'至{_say(last)}'}{words}，不必列为例外。"
        )
    for on in idle:
        del days[on]
    return _draft(change, {**dict.fromkeys(own, ("", "")), **days}, by=by, at=at)


@transaction.atomic
def withdraw_exception(
    *, days: Sequence[CalendarDay], reason: str, document: str, by: Official, at: datetime
) -> CalendarChange:
    """Draft that a place's exception is taken back; the trail keeps that it was there."""
    reasons = [
        words
        for wrong, words in (
            (not days, "这条例外已经不在日历里。"),
            (not reason.strip(), "请填写撤回的原因。"),
            (not document.strip(), "请填写撤回所依据的文号。"),
        )
        if wrong
    ]
    if reasons:
        raise CalendarRefused(*reasons)
    change = CalendarChange(
        kind=ChangeKind.WITHDRAWAL,
        region=days[0].region,
        reason=reason.strip(),
        document=document.strip(),
        corrects=_earlier(days),
    )
    return _draft(change, {day.on: ("", "") for day in days}, by=by, at=at)


def _earlier(days: Sequence[CalendarDay]) -> CalendarChange | None:
    return next((day.change for day in days if day.change is not None), None)


def _draft(change: CalendarChange, days: Days, *, by: Official | None, at: datetime) -> CalendarChange:
    """Save the draft with what each day was, bound to the calendar's present state."""
    is_new = change.pk is None
    change.state, change.based_on, change.message = ChangeState.DRAFT, latest_number(), ""
    change.drafted_by, change.drafted_at = by, at
    change.save()
    if not is_new:
        change.days.all().delete()
    now = _present(change, days)
    if change.kind == ChangeKind.NOTICE:  # what the year had and the notice does not name becomes ordinary
        days = {**dict.fromkeys(now, ("", "")), **days}
    CalendarChangeDay.objects.bulk_create(
        CalendarChangeDay(
            change=change,
            on=on,
            kind=days[on][0],
            name=days[on][1],
            was_kind=now.get(on, ("", ""))[0],
            was_name=now.get(on, ("", ""))[1],
        )
        for on in sorted(days)
    )
    if change.kind != ChangeKind.NOTICE and not any(day.is_changed for day in change.days.all()):
        raise CalendarRefused("和现有的例外一样，没有要改的日子。")
    record("拟定日历变更", change, by=by, at=at)
    return change


def _present(change: CalendarChange, days: Iterable[date]) -> dict[date, tuple[str, str]]:
    """What the calendar says now of the days that the change may touch."""
    rows = CalendarDay.objects.filter(region=change.region)
    named = {
        on: (kind, name)
        for on, kind, name in rows.filter(on__in=list(days)).values_list("on", "kind", "name")
    }
    if change.kind != ChangeKind.NOTICE:
        return named
    ours = Q(change__isnull=True) | Q(change__year=change.year)  # not what the next year's notice said
    own = rows.filter(ours, Q(on__year=change.year) | Q(change__year=change.year))
    return {on: (kind, name) for on, kind, name in own.values_list("on", "kind", "name")} | named


def _is_published(year: int) -> bool:
    return CalendarYear.objects.filter(year=year, status=YearStatus.PUBLISHED).exists()


def latest_number() -> int:
    """The state of the calendar: how many changes were applied so far."""
    number: int | None = CalendarChange.objects.applied().aggregate(last=Max("number"))["last"]
    return number or 0


def _lock_draft(change: CalendarChange) -> CalendarChange:
    """The change under a lock, if it is still a draft."""
    found = (
        CalendarChange.objects.select_for_update(of=("self",))
        .select_related("region", "confirmed_by")
        .get(pk=change.pk)
    )
    if found.state == ChangeState.DRAFT:
        return found
    who = f"由{found.confirmed_by}" if found.confirmed_by else ""
    raise CalendarRefused(f"这份变更已{who}{'确认，' if who else ''}{found.get_state_display()}，不能再改。")


@transaction.atomic
def renew_change(*, change: CalendarChange, by: Official, at: datetime) -> CalendarChange:
    """重新预览: bind a draft to the calendar as it is now, after another change has been applied."""
    change = _lock_draft(change)
    days = {day.on: (day.kind, day.name) for day in change.days.all()}
    if change.kind == ChangeKind.NOTICE:
        days = {on: day for on, day in days.items() if day[0]}
    return _draft(change, days, by=by, at=at)


@transaction.atomic
def discard_change(*, change: CalendarChange, by: Official, at: datetime) -> CalendarChange:
    """放弃: the draft is kept, and nothing comes of it."""
    change = _lock_draft(change)
    change.state = ChangeState.DISCARDED
    change.save(update_fields=["state"])
    record("放弃日历变更", change, by=by, at=at)
    return change


# --- applying -------------------------------------------------------------------------------------


@transaction.atomic
def confirm_change(*, change: CalendarChange, by: Official, at: datetime) -> CalendarChange:
    """Order a draft to be applied, as it was previewed. Of two who confirm at once, one wins."""
    lock_calendar()
    change = _lock_draft(change)
    busy = (
        CalendarChange.objects.filter(state=ChangeState.APPLYING)
        .select_related("confirmed_by", "region")
        .first()
    )
    if busy is not None:
        raise CalendarRefused(f"{busy.confirmed_by}正在应用另一份变更“{busy}”，请等它完成后重新预览。")
    _check_fresh(change)
    change.state, change.confirmed_by, change.confirmed_at = ChangeState.APPLYING, by, at
    change.message = ""
    change.save(update_fields=["state", "confirmed_by", "confirmed_at", "message"])
    record("确认日历变更", change, by=by, at=at)
    announce("calendar.confirmed", at=at, change=change.pk)
    return change


def _check_fresh(change: CalendarChange) -> None:
    now = latest_number()
    if change.based_on == now:
        return
    other = (
        CalendarChange.objects.applied().select_related("confirmed_by", "region").filter(number=now).first()
    )
    who = f"{other.confirmed_by}已应用“{other}”" if other else "日历已有变动"
    raise CalendarRefused(f"在您预览之后，{who}。请重新预览，看清会调整哪些期限再确认。")


@transaction.atomic
def write_change(*, change: CalendarChange, moved: int, at: datetime) -> CalendarChange:
    """Write a confirmed change into the calendar. The caller has locked it and moves the deadlines."""
    days = [day for day in change.days.all() if day.is_changed]
    now = _present(change, [day.on for day in days])
    for day in days:
        if now.get(day.on, ("", "")) != (day.was_kind, day.was_name):
            raise CalendarRefused(f"{_say(day.on)}在预览之后已被改动，请重新预览。")
    rows = CalendarDay.objects.filter(region=change.region)
    rows.filter(on__in=[day.on for day in days]).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(
            on=day.on,
            kind=day.kind,
            name=day.name,
            region=change.region,
            document=change.document,
            change=change,
        )
        for day in days
        if day.kind
    )
    known = CalendarYear.objects.select_for_update(of=("self",)).in_bulk(sorted(years_of(change, days)))
    for year in sorted(years_of(change, days)):
        row = known.get(year) or CalendarYear(year=year)
        if year == change.year:
            row.status, row.title, row.document = YearStatus.PUBLISHED, change.title, change.document
            row.published_on = change.published_on
        if row.status == YearStatus.PUBLISHED:
            row.version += 1
        row.save()
    change.number, change.applied_at, change.moved = latest_number() + 1, at, moved
    change.state = ChangeState.APPLIED
    change.save(update_fields=["state", "number", "applied_at", "moved"])
    record("应用日历变更", change, by=change.confirmed_by, at=at, moved=moved)
    return change


@transaction.atomic
def return_change(*, change: CalendarChange, why: str, at: datetime) -> None:
    """A confirmed change that could not be written is a draft again, with the reason."""
    change = CalendarChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.state == ChangeState.APPLYING:
        change.state, change.message = ChangeState.DRAFT, why[:200]
        change.save(update_fields=["state", "message"])
        record("退回日历变更", change, by=None, at=at, why=why)


# --- alarm ----------------------------------------------------------------------------------------


@transaction.atomic
def raise_calendar_alarm(*, at: datetime) -> CalendarAlarm | None:
    """Note, once a day at most, that a year is missing and who is there to enter it. Safe to run again."""
    on = day_of(at)
    published = CalendarYear.objects.filter(status=YearStatus.PUBLISHED).values_list("year", flat=True)
    year = missing_year(on, set(published))
    if year is None:
        return None
    keepers = Posting.objects.in_force(on).filter(
        role__in=(SystemRole.OFFICE, SystemRole.ADMIN), department__region__parent__isnull=True
    )
    told = keepers.filter(official__is_active=True).values("official").distinct().count()
    alarm, is_new = CalendarAlarm.objects.get_or_create(
        on=on, defaults={"year": year, "told": told, "is_broken": told == 0}
    )
    if is_new:
        record("提醒录入放假安排", alarm, by=None, at=at, year=year, told=told)
    return alarm


def _say(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
