"""The company's own door: links, filings, what was said on a problem and its files."""

from __future__ import annotations

from uuid import uuid4

from factory import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory, FileField

from issues import models
from issues.choices import Side
from tests.factories.clock import at
from tests.factories.duties import DoorCardFactory
from tests.factories.issues import TicketFactory


class FollowLinkFactory(DjangoModelFactory):
    class Meta:
        model = models.FollowLink

    ticket = SubFactory(TicketFactory)
    opened_at = at(2026, 3, 2)


class FilingFactory(DjangoModelFactory):
    class Meta:
        model = models.Filing

    ticket = SubFactory(TicketFactory)
    client_id = LazyFunction(uuid4)
    card = SubFactory(DoorCardFactory, company=SelfAttribute("..ticket.company"))
    name = "周敏"
    phone = "13800000001"
    filed_at = at(2026, 3, 2)


class MessageFactory(DjangoModelFactory):
    """By default the company's word."""

    class Meta:
        model = models.Message

    ticket = SubFactory(TicketFactory)
    client_id = LazyFunction(uuid4)
    side = Side.COMPANY
    signed = "周敏（企业）"
    words = "上周又停了两次电"
    is_visible = True
    at = at(2026, 3, 2, 15)


class MessageFileFactory(DjangoModelFactory):
    """An attachment of the company; a real file lies behind it."""

    class Meta:
        model = models.MessageFile

    owner = SubFactory(MessageFactory)
    file = FileField(filename="x", data=b"%PDF-1.4\n%%EOF")
    name = "停电记录.pdf"
    kind = "pdf"
    size = 14
    sha256 = Sequence(lambda n: f"{n:064x}")
    uploaded_by = None
    uploaded_at = at(2026, 3, 2, 15)
