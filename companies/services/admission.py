"""Who may enter a programme on a day: read once, asked for each company or project.

The bulk act, the pasted list, the roster and the API all ask the same `Gate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from companies.choices import Admission
from companies.formula.phases import open_sections
from companies.models import Company, Enrolment, Project
from companies.reports.batches import phases_of, words_of_sections
from companies.reports.industries import section_of
from liaison.models import Batch, Programme, ProgrammeVersion
from liaison.normalise import too_far
from liaison.refusals import Refusal
from liaison.workdays import day_of


class EnrolmentRefused(Refusal):
    """The companies cannot be enrolled so. The message is written for the user."""


@dataclass(frozen=True)
class Entrant:
    """A company, or one of its projects beside it. The company's region must be loaded."""

    company: Company
    project: Project | None = None

    @property
    def key(self) -> tuple[int, int | None]:
        return self.company.pk, self.project.pk if self.project else None

    def __str__(self) -> str:
        return str(self.project or self.company)


@dataclass(frozen=True)
class Judged:
    """What the gate says, and why in words; `place` is the place that the entrant has already."""

    verdict: Admission
    reason: str = ""
    place: Enrolment | None = None


class Gate:
    """A programme's door on one day: the rules in force, the batch of the day, the industries that are open.

    Raises EnrolmentRefused where nobody can enter on that day.
    """

    def __init__(self, programme: Programme, starts_on: date, at: datetime) -> None:
        self.programme = programme
        self.starts_on = starts_on
        self.version = _version_of(programme, starts_on, at)
        self.batch = _batch_of(programme, starts_on)
        self.phases = phases_of(self.version)
        self.letters = open_sections(self.phases, starts_on)
        self._inside: dict[tuple[int, int | None], Enrolment] = {}

    def load(self, entrants: Iterable[Entrant]) -> None:
        """Read which of them have a place on the day or later: one query."""
        companies = {entrant.company.pk for entrant in entrants}
        places = (
            Enrolment.objects.filter(programme=self.programme, company__in=companies)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=self.starts_on))
            .order_by("-starts_on", "pk")
        )
        self._inside |= {(place.company_id, place.project_id): place for place in places}

    def judge(self, entrant: Entrant, exception: str = "") -> Judged:
        """Whether the entrant may come in, a stated `exception` opening the door to every industry."""
        company, programme = entrant.company, self.programme
        if not company.region.path.startswith(programme.region.path):
            where = f"在{company.region}，不在{programme.region}范围内"
            return Judged(Admission.OUTSIDE, where)
        if place := self._inside.get(entrant.key):
            word = f"{place.starts_on} 起{'将' if place.starts_on > self.starts_on else '已'}在包联"
            return Judged(Admission.INSIDE, word, place)
        if not company.is_active:
            return Judged(Admission.CLOSED, "企业已不再存续")
        if not self.is_open_to(company) and not exception.strip():
            return Judged(Admission.EARLY, f"{self.opening}；确需提前纳入的，写明例外理由")
        return Judged(Admission.OPEN)

    def is_open_to(self, company: Company) -> bool:
        """Whether the company's industry may come in by the day; one that nobody wrote down is none."""
        return self.letters is None or section_of(company.industry) in set(self.letters)

    @property
    def opening(self) -> str:
        """What is open by the day, in words."""
        if not self.letters:
            return f"第一阶段 {self.phases[0].starts_on} 才开始" if self.phases else "全部行业"
        return f"{self.starts_on} 为止只纳入{words_of_sections(self.letters)}"

    def place_for(self, entrant: Entrant) -> Enrolment:
        """The entrant's place under the rules and with the batch of the day, to the programme's end; not yet
        written."""
        return Enrolment(
            programme=self.programme,
            version=self.version,
            company=entrant.company,
            project=entrant.project,
            batch=self.batch,
            starts_on=self.starts_on,
            ends_on=self.programme.ends_on,
        )


def check_horizon(day: date, at: datetime) -> None:
    """A day too far ahead is a slip of the pen: raises EnrolmentRefused."""
    if words := too_far(day, day_of(at)):
        raise EnrolmentRefused(words)


def _version_of(programme: Programme, on: date, at: datetime) -> ProgrammeVersion:
    if on < programme.starts_on:
        raise EnrolmentRefused(f"“{programme}”自 {programme.starts_on} 起实施，纳入日不能更早。")
    if programme.ends_on is not None and on > programme.ends_on:
        raise EnrolmentRefused(f"“{programme}”已于 {programme.ends_on} 结束，不能再纳入企业。")
    check_horizon(on, at)
    try:
        return programme.version_on(on)
    except ProgrammeVersion.DoesNotExist:
        raise EnrolmentRefused(f"“{programme}”在 {on} 还没有已发布的规则，请先发布方案版本。") from None


def _batch_of(programme: Programme, on: date) -> Batch | None:
    """The batch with which the programme takes companies in on the day; None where it has no batches."""
    batches = list(Batch.objects.filter(programme=programme).order_by("number"))
    found = next((batch for batch in batches if batch.starts_on <= on <= batch.ends_on), None)
    if found is None and batches:
        raise EnrolmentRefused(f"“{programme}”分批派驻，{on} 不在任何批次之内，请先开设批次。")
    return found
