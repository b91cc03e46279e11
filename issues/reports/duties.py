"""六个一工作台账: what officials did of their duties, with the rows behind each figure, and the counters.

What is logged anyway counts by itself (problems solved, visits); the rest comes from the duty log. One
question per source, however many officials. Nobody is ranked: sorted by unit and name, no points.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate

from companies.choices import DutyKind, VisitMode
from companies.formula import contact_period
from companies.models import Assignment, DutyEntry, Visit
from companies.models.duties import duties_seen_by
from issues.choices import Outcome, Status
from issues.models import Ticket
from liaison.choices import DutyPeriod, Holder, SystemRole
from liaison.models import Batch, DutyRule, Official, Programme
from liaison.workdays import day_of

_REGIONAL = (SystemRole.OFFICE, SystemRole.LEADER, SystemRole.ASSESSOR, SystemRole.ADMIN)
MONTHS = {DutyPeriod.MONTH: 1, DutyPeriod.QUARTER: 3, DutyPeriod.YEAR: 12}


@dataclass(frozen=True)
class Column:
    """A duty over the days that count for it: from `since` to `until`, due by `ends_on` (None: open end)."""

    duty: DutyRule
    since: date
    until: date
    ends_on: date | None

    @property
    def key(self) -> str:
        return self.duty.code


@dataclass(frozen=True)
class Figure:
    """How one official stands with one duty."""

    done: int
    target: int
    is_none: bool = False

    @property
    def is_met(self) -> bool:
        """Whether what the duty asks at least is done."""
        return self.done >= self.target

    @property
    def word(self) -> str:
        """How much of what is asked is done: 3/1; or 本期无."""
        if not self.is_met and self.is_none:
            return "本期无" if not self.done else f"{self.done}/{self.target}，余本期无"
        return f"{self.done}/{self.target}"

    @property
    def tone(self) -> str:
        if self.is_met:
            return "done"
        return "grey" if self.is_none else "blue" if self.done else ""


@dataclass(frozen=True)
class Evidence:
    """A row behind a figure: a problem solved, a visit, a line of the log."""

    on: date
    company: str
    uscc: str
    words: str
    official: str = ""
    ticket: str = ""  # its number, where the row is a problem
    is_none: bool = False
    entry: int | None = None  # the line of the log, where the row is one
    files: tuple[str, ...] = ()  # names of what is attached to it

    @property
    def with_files(self) -> str:
        """The words, and how many files are attached, by name; for paper."""
        if not self.files:
            return self.words
        return f"{self.words}（附件 {len(self.files)} 个：{'、'.join(self.files)}）"


@dataclass(frozen=True)
class Counter:
    """A figure of the programme over the ledger's days, each fact counted once."""

    code: str
    value: int | Decimal
    unit: str
    note: str = ""

    @property
    def label(self) -> str:
        return COUNTERS[self.code]

    @property
    def is_money(self) -> bool:
        return self.unit == "元"


COUNTERS = {
    "found": "发现问题",
    "done": "已办结销号",
    "open": "正在办理",
    "policies": "对接政策",
    "finance": "促成融资",
    "credit": "获得授信",
    "suggestions": "合理化建议",
}


@dataclass(frozen=True)
class Ledger:
    """A programme's duties up to a day, in a batch where there is one, as far as the reader sees them."""

    programme: Programme
    batch: Batch | None
    on: date
    reader: Official
    duties: tuple[DutyRule, ...]
    role: str = ""  # one seat's holders only

    @property
    def since(self) -> date:
        return self.batch.starts_on if self.batch else self.programme.starts_on

    @property
    def until(self) -> date:
        """The last day counted."""
        ends = self.batch.ends_on if self.batch else self.programme.ends_on
        return min(self.on, ends) if ends else self.on

    @property
    def columns(self) -> list[Column]:
        """Each duty with its days: the batch's, or the month, quarter or year that holds the last day."""
        found = []
        for duty in self.duties:
            since, ends = self.since, self.batch.ends_on if self.batch else self.programme.ends_on
            if duty.period in MONTHS:
                span = contact_period(self.until, MONTHS[DutyPeriod(duty.period)])
                since, ends = max(since, span.starts_on), span.ends_on
            found.append(Column(duty, since, self.until, ends))
        return found

    def column(self, key: str) -> Column | None:
        """A duty by its code; or, asked for by kind, what of that kind was done in the ledger's days."""
        found = next((column for column in self.columns if column.key == key), None)
        if found is None and key in DutyKind.values:
            kind = DutyKind(key)
            duty = DutyRule(code=key, name=kind.label, source=key, target=0, unit="次")
            return Column(duty, self.since, self.until, None)
        return found

    @property
    def title(self) -> str:
        """五个一, 六个一: the ledger is called by the number of its duties."""
        if not self.duties:
            return "规定动作台账"
        number = "零一二三四五六七八九十"
        count = len(self.duties)
        return f"{number[count] if count <= 10 else count}个一工作台账"


def ledger_for(
    *, programme: Programme, batch: Batch | None, on: date, reader: Official, role: str = ""
) -> Ledger:
    """The ledger under the rules in force on the day; without rules or duties it has no columns."""
    version = (
        programme.versions.filter(published_at__isnull=False, effective_from__lte=on)
        .order_by("-effective_from", "-number")
        .first()
    )
    duties = DutyRule.objects.filter(version=version).order_by("position", "pk") if version else ()
    return Ledger(programme, batch, on, reader, tuple(duties), role)


def seats_of(ledger: Ledger) -> QuerySet[Assignment]:
    """Seats of officials who keep contact, held in the ledger's days, as far as the reader sees them."""
    return Assignment.objects.filter(
        duties_seen_by(ledger.reader),
        Q(ends_on__isnull=True) | Q(ends_on__gte=ledger.since),
        enrolment__programme=ledger.programme,
        official__isnull=False,
        role__holder=Holder.OFFICIAL,
        role__keeps_contact=True,
        starts_on__lte=ledger.until,
    )


def people_of(ledger: Ledger) -> QuerySet[Official]:
    """Whose duties the ledger shows, by unit and name; with `unit_name`, `seat_name` and `companies_n`."""
    seats = seats_of(ledger)
    if ledger.role:
        seats = seats.filter(role__code=ledger.role)
    theirs = seats.filter(official=OuterRef("pk")).order_by("-starts_on", "-pk")
    count = theirs.order_by().values("official").annotate(n=Count("enrolment", distinct=True))
    return (
        Official.objects.filter(Exists(theirs))
        .annotate(
            unit_name=Subquery(theirs.values("department__name")[:1]),
            unit_pinyin=Subquery(theirs.values("department__pinyin")[:1]),
            seat_name=Subquery(theirs.values("role__name")[:1]),
            companies_n=Subquery(count.values("n")),
        )
        .order_by("unit_pinyin", "unit_name", "pinyin", "pk")
    )


def figures_of(ledger: Ledger, officials: Collection[int]) -> dict[int, dict[str, Figure]]:
    """official → duty → figure, for these officials; a question per source, not per person."""
    columns = ledger.columns
    done: dict[tuple[int, str], int] = {}
    none: set[tuple[int, str]] = set()
    lines = {}
    for number, column in enumerate(columns):
        here = Q(on__range=(column.since, column.until), source=column.duty.source)
        lines[f"done_{number}"] = Count("pk", filter=here & Q(is_none=False))
        lines[f"none_{number}"] = Count("pk", filter=here & Q(is_none=True))
    logged: QuerySet[Any, Any] = _entries(ledger).filter(official__in=officials).values("official")
    for row in logged.annotate(**lines):
        for number, column in enumerate(columns):
            done[row["official"], column.key] = row[f"done_{number}"]
            if row[f"none_{number}"]:
                none.add((row["official"], column.key))
    if any(_is_visit(column) for column in columns):
        visits = {
            f"done_{number}": Count("pk", filter=Q(on__range=(column.since, column.until)) & _ways(column))
            for number, column in enumerate(columns)
            if _is_visit(column)
        }
        met: QuerySet[Any, Any] = _visits(ledger).filter(official__in=officials).values("official")
        for row in met.annotate(**visits):
            for number, column in enumerate(columns):
                if _is_visit(column):
                    done[row["official"], column.key] = row[f"done_{number}"]
    for column in columns:
        if column.duty.source == DutyKind.TICKET_SOLVED:
            solved = _solved(ledger, column, officials).values("official")
            for row in solved.annotate(n=Count("enrolment__tickets", distinct=True)):
                done[row["official"], column.key] = row["n"]
    return {
        key: {
            column.key: Figure(done.get((key, column.key), 0), column.duty.target, (key, column.key) in none)
            for column in columns
        }
        for key in officials
    }


def evidence_of(
    ledger: Ledger, officials: Collection[int], columns: Iterable[Column] | None = None
) -> dict[tuple[int, str], list[Evidence]]:
    """(official, duty) → the rows behind the figure, the earliest first; 本期无 among them."""
    found: dict[tuple[int, str], list[Evidence]] = defaultdict(list)
    asked = list(ledger.columns if columns is None else columns)
    for column in asked:
        if column.duty.source == DutyKind.TICKET_SOLVED:
            rows = (
                _solved(ledger, column, officials)
                .annotate(closed_on=TruncDate("enrolment__tickets__closed_at"))
                .values_list(
                    "official", "enrolment__tickets__number", "enrolment__tickets__title", "closed_on",
                    "enrolment__company__name", "enrolment__company__uscc",
                )
                .distinct()
                .order_by("closed_on", "enrolment__tickets__number", "official")
            )  # fmt: skip
            for key, number, title, on, company, uscc in rows:
                found[key, column.key].append(Evidence(on, company, uscc, title, ticket=number))
        if _is_visit(column):
            visits = _visits(ledger).filter(
                _ways(column), official__in=officials, on__range=(column.since, column.until)
            )
            for visit in visits.select_related("company").order_by("on", "pk"):
                words = f"{visit.get_mode_display()}{'：' if visit.summary else ''}{visit.summary[:200]}"
                found[visit.official_id, column.key].append(
                    Evidence(visit.on, visit.company.name, visit.company.uscc, words)
                )
        entries = (
            _entries(ledger).filter(official__in=officials, source=column.duty.source)
            .filter(on__range=(column.since, column.until))
        )  # fmt: skip
        for entry in (
            entries.select_related("enrolment__company").prefetch_related("files").order_by("on", "pk")
        ):
            found[entry.official_id, column.key].append(_line(entry))
    return found


def counters_of(ledger: Ledger) -> list[Counter]:
    """Problems found, done and open, policies, money and suggestions over the ledger's days.

    Done is struck off, whatever its outcome; solved is said beside it. Found is always done plus open.
    """
    done = Q(closed_at__isnull=False, closed_at__date__lte=ledger.until)
    tickets = tickets_found(ledger).aggregate(
        found=Count("pk"),
        done=Count("pk", filter=done),
        solved=Count("pk", filter=done & Q(outcome=Outcome.SOLVED)),
    )
    entries = _entries(ledger).filter(is_none=False, on__range=(ledger.since, ledger.until))
    zero = Decimal(0)
    money = DecimalField(max_digits=20, decimal_places=2)
    logged = entries.aggregate(
        policies=Count("pk", filter=Q(source=DutyKind.POLICY)),
        suggestions=Count("pk", filter=Q(source=DutyKind.SUGGESTION)),
        finance=Coalesce(Sum("finance_yuan"), zero, output_field=money),
        credit=Coalesce(Sum("credit_yuan"), zero, output_field=money),
    )
    found, finished = tickets["found"], tickets["done"]
    return [
        Counter("found", found, "件"),
        Counter("done", finished, "件", f"其中已解决 {tickets['solved']} 件"),
        Counter("open", found - finished, "件"),
        Counter("policies", logged["policies"], "项"),
        Counter("finance", logged["finance"], "元"),
        Counter("credit", logged["credit"], "元"),
        Counter("suggestions", logged["suggestions"], "条"),
    ]


def tickets_found(ledger: Ledger) -> QuerySet[Ticket]:
    """Problems of the programme collected in the ledger's days that the reader answers for or serves."""
    team = seats_of(ledger).filter(enrolment=OuterRef("enrolment"))
    here = ledger.reader.access.regions(_REGIONAL, "company__region__path")
    return Ticket.objects.filter(
        here | Q(Exists(team)),
        programme=ledger.programme,
        collected_at__date__range=(ledger.since, ledger.until),
    )


def rows_behind(ledger: Ledger, counter: str) -> QuerySet[Any]:
    """The problems, or the lines of the log, that a counter counts; the latest first."""
    done = Q(closed_at__isnull=False, closed_at__date__lte=ledger.until)
    if counter in ("found", "done", "open"):
        which = {"found": Q(), "done": done, "open": ~done}[counter]
        found: QuerySet[Any] = tickets_found(ledger).filter(which).select_related("company")
        return found.order_by("-collected_at", "-pk")
    which = {
        "policies": Q(source=DutyKind.POLICY),
        "suggestions": Q(source=DutyKind.SUGGESTION),
        "finance": Q(finance_yuan__isnull=False),
        "credit": Q(credit_yuan__isnull=False),
    }[counter]
    entries = _entries(ledger).filter(which, is_none=False, on__range=(ledger.since, ledger.until))
    related = entries.select_related("enrolment__company", "official").prefetch_related("files")
    return related.order_by("-on", "-pk")


def as_evidence(row: Ticket | DutyEntry) -> Evidence:
    """A row behind a counter, as it is shown."""
    if isinstance(row, DutyEntry):
        return _line(row, official=row.official.name)
    state = row.get_outcome_display() if row.closed_at else row.get_status_display()
    return Evidence(
        day_of(row.collected_at),
        row.company.name,
        row.company.uscc,
        f"{row.title}（{state}）",
        ticket=row.number,
    )


def _line(entry: DutyEntry, official: str = "") -> Evidence:
    company = entry.enrolment.company
    words = [entry.words] if entry.words else []
    if entry.finance_yuan:
        words.append(f"融资 {_wan(entry.finance_yuan)} 万元")
    if entry.credit_yuan:
        words.append(f"授信 {_wan(entry.credit_yuan)} 万元")
    if entry.is_none:
        words.insert(0, "本期无")
    files = sorted(entry.files.all(), key=lambda file: (file.uploaded_at, file.pk))
    return Evidence(
        entry.on,
        company.name,
        company.uscc,
        "，".join(words),
        official=official,
        is_none=entry.is_none,
        entry=entry.pk,
        files=tuple(file.name for file in files),
    )


def _wan(yuan: Decimal) -> str:
    return f"{(yuan / 10000).normalize():,f}"


def _is_visit(column: Column) -> bool:
    return column.duty.source in (DutyKind.CONTACT, DutyKind.ON_SITE)


def _ways(column: Column) -> Q:
    return Q(mode=VisitMode.VISIT) if column.duty.source == DutyKind.ON_SITE else Q()


def _entries(ledger: Ledger) -> QuerySet[DutyEntry]:
    return (
        DutyEntry.objects.visible_to(ledger.reader)
        .standing()
        .filter(enrolment__programme=ledger.programme)
        .order_by()
    )


def _visits(ledger: Ledger) -> QuerySet[Visit]:
    return Visit.objects.filter(
        duties_seen_by(ledger.reader), enrolment__programme=ledger.programme
    ).order_by()


def _solved(ledger: Ledger, column: Column, officials: Collection[int]) -> QuerySet[Assignment]:
    """Seat × problem: struck off as 已解决 in the column's days, while the official held the seat."""
    closed = "enrolment__tickets__closed_at__date"
    return (
        seats_of(ledger)
        .filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=TruncDate("enrolment__tickets__closed_at")),
            official__in=officials,
            enrolment__tickets__status=Status.CLOSED,
            enrolment__tickets__outcome=Outcome.SOLVED,
            **{f"{closed}__range": (column.since, column.until), f"{closed}__gte": F("starts_on")},
        )
        .order_by()
    )
