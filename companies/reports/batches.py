"""批次和阶段: where a programme stands, whom a batch serves, and who takes over from whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, QuerySet

from companies.formula.phases import Phase, Stretch, open_sections, stretches
from companies.models import Assignment, Enrolment, Visit
from companies.reports.industries import industry_names
from liaison.choices import VersionStatus
from liaison.models import Batch, GroupMember, Official, PhaseRule, Programme, ProgrammeVersion
from liaison.models.people import in_force


def phases_of(version: ProgrammeVersion) -> list[Stretch]:
    """The phases of the rules on the calendar, counted from the programme's first day."""
    return _stretches(version, version.phases.order_by("position", "pk"))


def _stretches(version: ProgrammeVersion, rows: Iterable[PhaseRule]) -> list[Stretch]:
    return stretches(
        [Phase(row.name, row.starts_after_days, row.lasts_days, row.sections) for row in rows],
        starts_on=version.programme.starts_on,
        ends_on=version.programme.ends_on,
    )


def phases_on(programmes: Collection[Programme], on: date) -> dict[int, list[Stretch]]:
    """programme → the phases of its rules on the day, or on its first day if that is ahead. Two queries."""
    versions = (
        ProgrammeVersion.objects.filter(programme__in=programmes, status=VersionStatus.PUBLISHED)
        .order_by("-effective_from", "-number")
        .select_related("programme")
        .prefetch_related(Prefetch("phases", PhaseRule.objects.order_by("position", "pk")))
    )
    found: dict[int, list[Stretch]] = {}
    for version in versions:
        if version.effective_from <= max(on, version.programme.starts_on):
            found.setdefault(version.programme_id, _stretches(version, version.phases.all()))
    return found


def open_industries(official: Official, on: date) -> dict[Programme, str]:
    """Programmes in force that take industries in by phases, each with the sections open on the day.

    Those that are open to every industry by then, or have no phases, are left out. One query.
    """
    versions = (
        ProgrammeVersion.objects.filter(
            programme__in=Programme.objects.visible_to(official).filter(in_force(on)),
            status=VersionStatus.PUBLISHED,
            effective_from__lte=on,
        )
        .order_by("programme", "-effective_from", "-number")
        .distinct("programme")
    )
    phases = PhaseRule.objects.filter(version__in=versions.values("pk")).select_related("version__programme")
    by_version: dict[ProgrammeVersion, list[PhaseRule]] = defaultdict(list)
    for phase in phases.order_by("version__programme__name", "version", "position", "pk"):
        by_version[phase.version].append(phase)
    found = {v.programme: open_sections(_stretches(v, rows), on) for v, rows in by_version.items()}
    return {programme: letters for programme, letters in found.items() if letters is not None}


def words_of_sections(letters: str) -> str:
    """电力、热力、燃气及水生产和供应业（D）、…; 全部行业 for none."""
    names = industry_names()
    return "、".join(f"{names.get(letter, '')}（{letter}）" for letter in letters) or "全部行业"


@dataclass(frozen=True)
class BatchFigures:
    """A batch as it stands: how far its days have run, and whom it serves with how many."""

    batch: Batch
    on: date
    companies: int
    officials: int
    visits: int

    @property
    def days(self) -> int:
        return (self.batch.ends_on - self.batch.starts_on).days + 1

    @property
    def gone(self) -> int:
        """Days that have passed, the present one included."""
        return min(self.days, max(0, (self.on - self.batch.starts_on).days + 1))

    @property
    def is_over(self) -> bool:
        return self.batch.ends_on < self.on

    @property
    def is_running(self) -> bool:
        return self.batch.starts_on <= self.on <= self.batch.ends_on

    @property
    def words(self) -> str:
        """How far it has come, as one would say it."""
        if self.is_over:
            return "已结束"
        if not self.gone:
            return f"{self.batch.starts_on} 开始"
        return f"第 {self.gone} 天，共 {self.days} 天"


def seats_of_batch(batch: Batch, official: Official) -> QuerySet[Assignment]:
    """The seats that began with the batch, in companies that the official may see."""
    return Assignment.objects.visible_to(official).filter(
        enrolment__programme=batch.programme_id,
        enrolment__batch__isnull=False,
        starts_on__range=(batch.starts_on, batch.ends_on),
    )


def batch_figures(batches: Iterable[Batch], official: Official, on: date) -> list[BatchFigures]:
    """Each batch with its figures, of companies that the official may see: three queries per batch."""
    found = []
    for batch in batches:
        seats = seats_of_batch(batch, official).order_by()
        counted = seats.aggregate(
            companies=Count("enrolment", distinct=True), officials=Count("official", distinct=True)
        )
        met = Visit.objects.visible_to(official).filter(
            enrolment__in=seats.values("enrolment"), on__range=(batch.starts_on, batch.ends_on)
        )
        found.append(BatchFigures(batch, on, **counted, visits=met.count()))
    return found


@dataclass(frozen=True)
class Turn:
    """轮换: one seat of the batch, its holder's days and visits, and who holds it in the next batch."""

    seat: Assignment
    visits: int
    successors: list[Assignment]

    left_early: bool = False  # before the batch's last day: whoever followed is a line of this batch

    @property
    def enrolment(self) -> Enrolment:
        return self.seat.enrolment


def rotation(batch: Batch, seats: Iterable[Assignment]) -> list[Turn]:
    """The batch's seats, each with its holder's visits and successors; for a group, its members' visits."""
    rows = list(seats)
    places = {seat.enrolment_id for seat in rows}
    visits = {
        (enrolment, who): n
        for enrolment, who, n in Visit.objects.filter(
            enrolment__in=places, on__range=(batch.starts_on, batch.ends_on)
        )
        .order_by()
        .values_list("enrolment", "official")
        .annotate(n=Count("pk"))
    }
    members: dict[int, set[int]] = {}
    groups = {seat.group_id for seat in rows if seat.group_id}
    for group, who in (
        GroupMember.objects.filter(group__in=groups).order_by("pk").values_list("group", "official")
    ):
        members.setdefault(group, set()).add(who)
    later = Assignment.objects.filter(enrolment__in=places, starts_on__gt=batch.ends_on)
    following: dict[tuple[int, str], list[Assignment]] = {}
    for seat in later.select_related("role", "official", "department", "group").order_by("starts_on", "pk"):
        following.setdefault((seat.enrolment_id, seat.role.code), []).append(seat)
    return [
        Turn(
            seat,
            sum(
                visits.get((seat.enrolment_id, who), 0)
                for who in (members.get(seat.group_id, ()) if seat.group_id else (seat.official_id or 0,))
            ),
            []
            if _left_early(seat, batch)
            else _after(seat, following.get((seat.enrolment_id, seat.role.code), [])),
            _left_early(seat, batch),
        )
        for seat in rows
    ]


def _left_early(seat: Assignment, batch: Batch) -> bool:
    return seat.ends_on is not None and seat.ends_on < batch.ends_on


def _after(seat: Assignment, following: list[Assignment]) -> list[Assignment]:
    """Who takes over: a group that goes on is its own successor, whichever others share the seat."""
    same = [later for later in following if seat.group_id and later.group_id == seat.group_id]
    return same or following
