"""相似旧案: what was dispatched before and is like a new problem, and what follows from it for its triage.

It proposes and says why; it never decides. Likeness is of characters, so it needs no dictionary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from issues.choices import Part, Status
from issues.formula import likeness, pairs_of, shared_words
from issues.models import Category, Ticket, TicketUnit
from liaison.choices import TriageScheme
from liaison.models import Department, GradeRule, Official
from liaison.places import county_of

SHOWN = 5  # similar problems named
ASKED = 12  # that have a say
TITLE, TEXT = 0.7, 0.3  # shares of the likeness
SAME_CATEGORY, SAME_COUNTY, SAME_TRADE = 0.10, 0.05, 0.05
ENOUGH = 0.25  # below it two problems are not called similar

# The threshold is set for this statement alone; `asked` leads, so that the index is asked after it is set.
NEAREST = """
WITH asked AS MATERIALIZED (
    SELECT set_config('pg_trgm.similarity_threshold', '0.2', true) AS threshold, %s::text AS pairs
)
SELECT near.id FROM asked CROSS JOIN LATERAL (
    SELECT t.id FROM issues_ticket t
     WHERE t.pairs %% asked.pairs AND t.dispatched_at IS NOT NULL
       AND t.status <> 'returned' AND t.id <> %s
     ORDER BY similarity(t.pairs, asked.pairs) DESC, t.id DESC LIMIT 200
) AS near
"""


@dataclass(frozen=True)
class Similar:
    """A problem of before, how like it is (0–100), and what makes it so."""

    ticket: Any
    percent: int
    why: str
    weight: float


@dataclass(frozen=True)
class Proposed:
    """A value that similar problems speak for, and why, in words; no value where they say nothing."""

    value: Any
    why: str
    word: str = "建议"


@dataclass(frozen=True)
class Proposal:
    """What is proposed for the triage of a problem."""

    category: Proposed
    grade: Proposed
    lead: Proposed
    similar: list[Similar]


def propose_triage(
    ticket: Ticket,
    *,
    grades: Sequence[GradeRule],
    categories: Sequence[Category],
    units: Sequence[Department],
    reader: Official,
) -> Proposal:
    """Category, grade and lead unit for a problem, from the similar ones that the reader may see; one query.

    The ticket comes with its company's region and its version's rule of triage. `units` are those that can
    receive it. A unit of another county is replaced by its counterpart in the company's own (以块为主).
    """
    near = similar_to(ticket, reader=reader)
    voices = near[:ASKED]
    kinds = {category.pk: category for category in categories}
    category = _most(voices, lambda past: kinds.get(past.category_id))
    grade = _grade(ticket, voices, grades)
    lead = _lead(ticket, voices, units)
    if ticket.category_id in kinds:
        category = Proposed(kinds[ticket.category_id], "登记或定级时选定", "已选")
    return Proposal(category, grade, lead, near[:SHOWN])


def similar_to(ticket: Ticket, *, reader: Official) -> list[Similar]:
    """Problems dispatched before that are like this one, the most alike first."""
    asked = pairs_of(ticket.title)
    if not asked:
        return []
    given = TicketUnit.objects.filter(ticket=OuterRef("pk"), part=Part.LEAD, returned_at__isnull=True)
    lead = given.order_by("-given_at", "-pk")
    rows: QuerySet[Any] = (
        Ticket.objects.visible_to(reader)
        .filter(pk__in=RawSQL(NEAREST, (asked, ticket.pk)))  # noqa: S611  # no word of it comes from outside
        .select_related("company__region", "category", "grade")
        .annotate(lead_id=Subquery(lead.values("department")[:1]))
        .annotate(lead_name=Subquery(lead.values("department__name")[:1]))
        .annotate(lead_place=Subquery(lead.values("department__region__name")[:1]))
    )
    found = [one for past in rows if (one := _compare(ticket, past)).weight >= ENOUGH]
    return sorted(found, key=lambda one: (-one.weight, -one.ticket.pk))


def _compare(ticket: Ticket, past: Any) -> Similar:
    alike = TITLE * likeness(ticket.title, past.title)
    said = likeness(f"{ticket.title}{ticket.description}", f"{past.title}{past.description}")
    alike += TEXT * said
    why = []
    if words := shared_words(ticket.title, past.title):
        why.append("都说到" + "、".join(f"“{word}”" for word in words[:3]))
    weight = alike
    if ticket.category_id and past.category_id == ticket.category_id:
        weight += SAME_CATEGORY
        why.append("同一类别")
    if county_of(past.company.region.path) == county_of(ticket.company.region.path):
        weight += SAME_COUNTY
        why.append("同一县区")
    if ticket.company.industry[:1] and past.company.industry[:1] == ticket.company.industry[:1]:
        weight += SAME_TRADE
        why.append("同一行业")
    enough = weight if alike >= ENOUGH else 0.0
    return Similar(past, round(100 * alike), "，".join(why), enough)


def _most(voices: Sequence[Similar], of: Callable[[Any], Any]) -> Proposed:
    """The value that most of the likeness speaks for."""
    weights: dict[Any, float] = defaultdict(float)
    counts: dict[Any, int] = defaultdict(int)
    for voice in voices:
        if (value := of(voice.ticket)) is not None:
            weights[value] += voice.weight
            counts[value] += 1
    if not weights:
        return Proposed(None, "")
    best = max(weights, key=lambda value: (weights[value], str(value)))
    return Proposed(best, f"相似的 {len(voices)} 件里有 {counts[best]} 件如此")


def _grade(ticket: Ticket, voices: Sequence[Similar], grades: Sequence[GradeRule]) -> Proposed:
    if ticket.grade is not None:
        return Proposed(ticket.grade, "此前已定", "已选")
    if ticket.version.triage_rule.scheme == TriageScheme.NONE:
        return Proposed(grades[0] if grades else None, "本方案不分级")
    known = {(grade.code, grade.name): grade for grade in grades}
    return _most(voices, lambda past: past.grade and known.get((past.grade.code, past.grade.name)))


def _lead(ticket: Ticket, voices: Sequence[Similar], units: Sequence[Department]) -> Proposed:
    place = ticket.company.region.path
    near = {unit.pk: unit for unit in units if place.startswith(unit.region.path)}
    own = {
        unit.name.removeprefix(unit.region.name): unit for unit in near.values() if "/" in unit.region.path
    }
    proposed = _most(
        voices,
        lambda past: (
            near.get(past.lead_id) or own.get((past.lead_name or "").removeprefix(past.lead_place or ""))
        ),
    )
    if proposed.value is None or any(voice.ticket.lead_id == proposed.value.pk for voice in voices):
        return proposed
    return Proposed(
        proposed.value, f"{proposed.why}：由他县同类单位主办，本企业所在县区对应此单位（以块为主）"
    )


def is_about_routes(ticket: Ticket) -> bool:
    """The programme sorts by 共性、个性、复杂 rather than by difficulty."""
    return ticket.version.triage_rule.scheme == TriageScheme.ROUTES


def unsettled() -> tuple[str, ...]:
    """The states in which a problem waits for its triage."""
    return (Status.REPORTED, Status.TRIAGED)
