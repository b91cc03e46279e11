"""What tests of killed and meeting workers need: many problems as rows, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import transaction
from django.db.models import Model

from issues.models import Ticket, TicketUnit
from tests.strictness.worker import Worker


def copies_of(ticket: Ticket, n: int) -> list[Ticket]:
    """The same problem n times over, as rows with the units that answer for it; the first is itself."""
    with transaction.atomic():
        fields, number = _fields_of(ticket), ticket.number
        copies = Ticket.objects.bulk_create(
            Ticket(**fields | {"number": f"{number}-{i}"}) for i in range(1, n)
        )
        TicketUnit.objects.bulk_create(
            TicketUnit(**_fields_of(unit) | {"ticket_id": copy.pk})
            for unit in ticket.units.all()
            for copy in copies
        )
    return [ticket, *copies]


def _fields_of(row: Model) -> dict[str, object]:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}


def wait_until(holds: Callable[[], bool], worker: Worker, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, worker.tail()
        time.sleep(0.02)
