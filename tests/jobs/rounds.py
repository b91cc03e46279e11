"""What tests of killed and meeting workers need: many problems as rows, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable

from issues.models import Ticket
from tests.strictness.worker import Worker


def copies_of(ticket: Ticket, n: int) -> list[Ticket]:
    """The same problem n times over, as rows; the first is the ticket itself."""
    first = ticket.number
    fields = {
        f.attname: getattr(ticket, f.attname) for f in ticket._meta.concrete_fields if not f.primary_key
    }
    rows = (Ticket(**fields | {"number": f"{first}-{i}"}) for i in range(1, n))
    return [ticket, *Ticket.objects.bulk_create(rows)]


def wait_until(holds: Callable[[], bool], worker: Worker, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, worker.tail()
        time.sleep(0.02)
