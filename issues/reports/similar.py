"""Similar open problems of a company: whether what is being filed was filed before."""

from __future__ import annotations

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import QuerySet

from companies.models import Company
from issues.models import Ticket
from liaison.models import Official

ALIKE = 0.2  # share of three-character pieces that two sentences have in common
MOST = 3


def similar_open(company: Company, title: str) -> QuerySet[Ticket]:
    """The company's open problems whose sentence is like this one, the most alike first; few at most."""
    return _like(Ticket.objects.filter(company=company), title)


def similar_seen(official: Official, company: Company, title: str) -> QuerySet[Ticket]:
    """Those of them that the official may open."""
    return _like(Ticket.objects.visible_to(official).filter(company=company), title)


def _like(among: QuerySet[Ticket], title: str) -> QuerySet[Ticket]:
    words = title.replace("\0", "").strip()[:80]
    alike = among.open().annotate(alike=TrigramSimilarity("title", words))  # type: ignore[attr-defined]
    found: QuerySet[Ticket] = (
        alike.filter(alike__gte=ALIKE).select_related("category").order_by("-alike", "-pk")[:MOST]
    )
    return found
