"""What waited for the office or the team before the clock looked at such steps is looked at, too."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from issues import services
from issues.models import Ticket
from tests.factories import TicketFactory, at

BEFORE, AFTER = ("issues", "0022_steps_that_are_late"), ("issues", "0023_look_at_what_waits")


@pytest.mark.django_db(transaction=True)
def test_old_steps_get_a_day_and_climb_by_it():
    waiting, put_off, closed = (
        TicketFactory(returned=True),
        TicketFactory(deferred=True),
        TicketFactory(closed=True),
    )
    Ticket.objects.filter(pk=waiting.pk).update(act_on=None)
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        MigrationExecutor(connection).migrate([BEFORE])
        MigrationExecutor(connection).migrate([AFTER])
    finally:
        MigrationExecutor(connection).migrate(list(leaves))
    days = dict(Ticket.objects.values_list("pk", "act_on"))
    assert days == {waiting.pk: date(2026, 3, 4), put_off.pk: None, closed.pk: None}
    services.sweep_tickets(at=at(2026, 3, 4))
    assert not waiting.escalations.exists()
    services.sweep_tickets(at=at(2026, 3, 5))
    assert waiting.escalations.count() == 1
