"""Similar open problems: whether what is being filed was filed before, by the company or its neighbours."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import QuerySet

from companies.models import Company
from issues.models import Ticket
from liaison.models import Official
from liaison.places import county_of

ALIKE = 0.2  # share of three-character pieces that two sentences have in common
SAME = 0.5  # as much in common as two ways to say one thing: it is asked about, not only shown
MOST = 3
LEAST = 4  # characters of a sentence before anything is compared with it


def similar_open(company: Company, title: str) -> QuerySet[Ticket]:
    """The company's open problems whose sentence is like this one, the most alike first; few at most."""
    return _like(Ticket.objects.filter(company=company), title)


def similar_seen(official: Official, company: Company, title: str) -> QuerySet[Ticket]:
    """Those of them that the official may open."""
    return _like(Ticket.objects.visible_to(official).filter(company=company), title)


def similar_near(official: Official, company: Company, title: str) -> QuerySet[Ticket]:
    """Open problems of the county's other companies in nearly the same words: many are a common one."""
    path = company.region.path
    here = county_of(path) or path
    near = Ticket.objects.visible_to(official).filter(company__region__path__startswith=here)
    return _like(near.exclude(company=company), title, SAME).select_related("company")


def twins_of(official: Official, ticket: Ticket) -> QuerySet[Ticket]:
    """Open problems of its company and programme that the one in hand may repeat, to merge it into."""
    others = Ticket.objects.visible_to(official).filter(company=ticket.company_id)
    return _like(others.filter(programme=ticket.programme_id).exclude(pk=ticket.pk), ticket.title)


def unasked(alike: Iterable[Ticket], seen: str) -> list[Ticket]:
    """Those that say the same thing and were not shown to whoever files; `seen`: the numbers that were."""
    known = set(seen.split())
    return [one for one in alike if one.alike >= SAME and one.number not in known]  # type: ignore[attr-defined]


def _like(among: QuerySet[Ticket], title: str, enough: float = ALIKE) -> QuerySet[Ticket]:
    words = title.replace("\0", "").strip()[:80]
    if len(words) < LEAST:
        return among.none()
    alike = among.open().annotate(alike=TrigramSimilarity("title", words))  # type: ignore[attr-defined]
    found: QuerySet[Ticket] = (
        alike.filter(alike__gte=enough).select_related("category").order_by("-alike", "-pk")[:MOST]
    )
    return found
