"""Contact as the rules ask for it: which ways count, whether a company was met often enough or too often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from companies.choices import VisitMode
from companies.formula import contact_period
from companies.models import Assignment, Company, Enrolment, Visit
from liaison.models import ContactRule
from liaison.workdays import day_of

# Which switch of the rule lets a way of contact count.
FLAGS = {
    VisitMode.VISIT: "on_site",
    VisitMode.PHONE: "by_phone",
    VisitMode.IM: "by_message",
    VisitMode.VIDEO: "by_video",
    VisitMode.WAIVED: "waiver",
}


def counting_modes(rule: ContactRule | None) -> list[str]:
    """The ways of contact that the rule counts; all of them without a rule."""
    return [mode.value for mode, flag in FLAGS.items() if rule is None or getattr(rule, flag)]


def with_contacts(enrolments: QuerySet[Enrolment], since: datetime, on: date) -> QuerySet[Any]:
    """Annotate `is_contacted`: contacts written down after the moment meet the rules, in number and way.

    Where the rule asks it of each seat, everybody who kept the contact from before that moment until the day
    must have met the company often enough themselves.
    """
    counts = Q(pk__in=[])
    for mode, flag in FLAGS.items():
        counts |= Q(mode=mode, **{f"enrolment__version__contact_rule__{flag}": True})
    made = Visit.objects.filter(counts, logged_at__gt=since).order_by()
    idle = (
        Assignment.objects.in_force(on)
        .filter(enrolment=OuterRef("pk"), role__keeps_contact=True, official__isnull=False)
        .filter(starts_on__lte=day_of(since))
        .annotate(
            met=_number(
                made.filter(enrolment=OuterRef("enrolment"), official=OuterRef("official")), "official"
            )
        )
        .filter(met__lt=F("enrolment__version__contact_rule__min_count"))
    )
    return enrolments.annotate(
        contacts=_number(made.filter(enrolment=OuterRef("pk")), "enrolment"), somebody_idle=Exists(idle)
    ).annotate(
        is_contacted=Q(contacts__gte=F("version__contact_rule__min_count"))
        & (Q(version__contact_rule__each_seat=False) | Q(somebody_idle=False))
    )


def _number(visits: QuerySet[Visit], per: str) -> Coalesce:
    counted = visits.values(per).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def visits_reached(company: Company, rules: Iterable[ContactRule], on: date) -> str:
    """Words where the month's ceiling of visits on site is reached: 无事不扰.

    Visits of all programmes and units are added up. It warns before one more visit; what was done is never
    hidden or refused.
    """
    ceilings = [rule.visits_ceiling for rule in rules if rule.visits_ceiling is not None]
    if not ceilings:
        return ""
    month = contact_period(on, 1)
    made = Visit.objects.filter(
        company=company, mode=VisitMode.VISIT, on__range=(month.starts_on, month.ends_on)
    ).count()
    if made < min(ceilings):
        return ""
    return (
        f"本月各单位已上门 {made} 次，达到每月 {min(ceilings)} 次的上限。无事不扰，没有急事请改用电话或微信。"
    )
