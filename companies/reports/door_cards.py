"""助企公示牌: who stands on a company's card, and under which number each may be called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from companies.models import Assignment, Company, Enrolment, PublicPhone
from liaison.choices import FilingWay, Holder
from liaison.models import ProgrammeVersion
from liaison.models.people import in_force

HOTLINE = "12345"


@dataclass(frozen=True)
class Person:
    """A line of the card: the seat, who holds it, of which unit, and a number if one is public."""

    role: str
    name: str
    unit: str
    phone: str
    is_masked: bool

    @property
    def dial(self) -> str:
        """The number as a phone dials it; empty where it is masked."""
        return "" if self.is_masked else self.phone.partition("转")[0].replace("-", "")


def mask(phone: str) -> str:
    """A mobile number of which only the ends can be read."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else ""


def people_on_cards(companies: Iterable[int], on: date) -> dict[int, list[Person]]:
    """company → the lead unit and the officials who keep contact, in the rulebook's order; two queries.

    The public number of an official is shown whole; without one the own mobile is masked, for calling 12345.
    """
    keys = list(companies)
    rows = (
        Assignment.objects.in_force(on)
        .filter(in_force(on, "enrolment__"), enrolment__company__in=keys, enrolment__project__isnull=True)
        .select_related("role", "official", "department", "enrolment")
        .order_by("enrolment__company", "role__position", "starts_on", "pk")
    )
    seats = [
        seat
        for seat in rows
        if (seat.official_id and seat.role.keeps_contact) or seat.role.holder == Holder.DEPARTMENT
    ]
    wanted = {seat.official_id for seat in seats if seat.official_id}
    public = dict(PublicPhone.objects.filter(official__in=wanted).values_list("official", "phone"))
    found: dict[int, list[Person]] = {key: [] for key in keys}
    led: set[int] = set()
    for seat in seats:
        key = seat.enrolment.company_id
        if seat.official is None:
            if key in led:
                continue  # one lead unit is enough for a door
            led.add(key)
            found[key].append(Person(seat.role.name, "", seat.department.name, "", False))
            continue
        number = public.get(seat.official.pk)
        found[key].append(
            Person(
                seat.role.name,
                seat.official.name,
                seat.department.name,
                number or mask(seat.official.phone or ""),
                number is None,
            )
        )
    return found


def filing_enrolment(company: Company, on: date) -> Enrolment | None:
    """The place under which the company's own filing is taken on the day, by the rules of the programme.

    Of several, one with somebody in the team who answers the company comes first, then the oldest. None where
    no programme takes filings, or none looks after the company.
    """
    answering = Assignment.objects.in_force(on).filter(enrolment=OuterRef("pk"), role__answers_company=True)
    places = (
        company.enrolments.in_force(on)
        .filter(project__isnull=True)
        .select_related("programme__region", "company__region")
        .annotate(is_answered=Exists(answering))
        .order_by("-is_answered", "starts_on", "pk")
    )
    for place in places:
        try:
            version = place.programme.version_on(on)
        except ProgrammeVersion.DoesNotExist:
            continue
        if version.handling_rule.filing != FilingWay.NONE:
            return place
    return None
