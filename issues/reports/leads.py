"""Which unit might lead a problem, and why. A proposal only: the office chooses."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, QuerySet, Value

from companies.reports.industries import industry_names, section_of
from issues.models import Ticket
from liaison.choices import RegionLevel
from liaison.models import Department


@dataclass(frozen=True)
class LeadProposal:
    """A unit, and in words why it is proposed."""

    unit: Department
    reason: str


def proposed_lead(ticket: Ticket, units: QuerySet[Department]) -> LeadProposal | None:
    """条块结合、以块为主: the unit of the company's own county in charge of its trade, where one is known.

    `units` are those that can be chosen. A unit that has returned the problem is not proposed again. One
    query; whoever has better grounds puts them before this one.
    """
    return _county_unit_of_trade(ticket, units)


def _county_unit_of_trade(ticket: Ticket, units: QuerySet[Department]) -> LeadProposal | None:
    industry = ticket.company.industry
    codes = [code for code in (industry[:2], section_of(industry)) if code]
    if not codes:
        return None
    returned = ticket.units.filter(returned_at__isnull=False).values("department")
    here = (
        units.exclude(region__level=RegionLevel.CITY)
        .exclude(pk__in=returned)
        .filter(trades__code__in=codes)
        .alias(place=Value(ticket.company.region.path))
        .filter(place__startswith=F("region__path"))
        .annotate(trade=F("trades__code"))
    )
    # The division says more than its section, a town more than its county.
    found = max(
        here, key=lambda unit: (unit.trade == codes[0], len(unit.region.path), -unit.pk), default=None
    )
    if found is None:
        return None
    trade = industry_names().get(found.trade, found.trade)
    reason = (
        f"建议{found}：{found.region.name}主管“{trade}”的单位，企业在其辖区。按以块为主先选县区，可以改选。"
    )
    return LeadProposal(found, reason)
