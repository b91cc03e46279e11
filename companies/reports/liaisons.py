"""企业联络员: how many of them the programmes of a company ask for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from companies.models import Company, Enrolment


@dataclass(frozen=True)
class LiaisonRule:
    """How many 联络员 a programme asks of each of its companies."""

    programme: str
    least: int | None
    most: int | None

    @property
    def words(self) -> str:
        """每家企业设 1–2 名联络员, or the one bound that there is."""
        if self.least and self.most:
            number = f"{self.least}" if self.least == self.most else f"{self.least}–{self.most}"
            return f"每家企业设 {number} 名联络员"
        if self.least:
            return f"每家企业至少有 {self.least} 名联络员"
        return f"每家企业至多设 {self.most} 名联络员"


def liaison_rules(company: Company, on: date) -> list[LiaisonRule]:
    """What the programmes that the company is in on the day ask of its 联络员; one query."""
    return liaison_rules_of([company.pk], on).get(company.pk, [])


def liaison_rules_of(companies: Collection[int], on: date) -> dict[int, list[LiaisonRule]]:
    """The same for many companies, by their keys; those of which nothing is asked are left out."""
    asked = Q(version__contact_rule__liaisons_min__isnull=False)
    asked |= Q(version__contact_rule__liaisons_max__isnull=False)
    rows = Enrolment.objects.in_force(on).filter(asked, company__in=companies).order_by("programme", "pk")
    asked_of = rows.values_list(
        "company",
        "programme__name",
        "version__contact_rule__liaisons_min",
        "version__contact_rule__liaisons_max",
    )
    found: dict[int, list[LiaisonRule]] = {}
    for company, programme, least, most in dict.fromkeys(asked_of):
        found.setdefault(company, []).append(LiaisonRule(programme, least, most))
    return found
