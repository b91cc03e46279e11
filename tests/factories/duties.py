"""Lines of the duty log, door cards, and the phones on them."""

from __future__ import annotations

import uuid
from datetime import date

from factory import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory, FileField

from companies import models
from companies.choices import DutyKind
from tests.factories.clock import at
from tests.factories.companies import CompanyFactory, EnrolmentFactory
from tests.factories.ground import DepartmentFactory, OfficialFactory


def _unit_of(entry: object) -> object:
    posting = entry.official.postings.order_by("pk").first()  # type: ignore[attr-defined]
    return posting.department if posting else DepartmentFactory()


class DutyEntryFactory(DjangoModelFactory):
    """A policy explained on 2 March 2026; `none=True` says 本期无."""

    class Meta:
        model = models.DutyEntry

    class Params:
        none = Trait(is_none=True, words="")

    client_id = LazyFunction(uuid.uuid4)
    enrolment = SubFactory(EnrolmentFactory)
    official = SubFactory(OfficialFactory)
    department = LazyAttribute(_unit_of)
    source = DutyKind.POLICY
    on = date(2026, 3, 2)
    words = "对接稳岗返还政策"
    logged_at = at(2026, 3, 2, 15)


class DutyFileFactory(DjangoModelFactory):
    """Evidence of a line; a real file lies behind it."""

    class Meta:
        model = models.DutyFile

    owner = SubFactory(DutyEntryFactory)
    file = FileField(filename="x", data=b"%PDF-1.4\n%%EOF")
    name = "签到表.pdf"
    kind = "pdf"
    size = 14
    sha256 = Sequence(lambda n: f"{n:064x}")
    uploaded_by = SelfAttribute("owner.official")
    uploaded_at = at(2026, 3, 2, 16)


class DoorCardFactory(DjangoModelFactory):
    class Meta:
        model = models.DoorCard

    company = SubFactory(CompanyFactory)
    issued_at = at(2026, 3, 2)
    issued_by = SubFactory(OfficialFactory)


class PublicPhoneFactory(DjangoModelFactory):
    class Meta:
        model = models.PublicPhone

    official = SubFactory(OfficialFactory)
    phone = "0916-2226688"
    set_at = at(2026, 3, 2)
    set_by = SubFactory(OfficialFactory)
