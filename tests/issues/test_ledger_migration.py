"""Problems dispatched before the clock's ledger was kept: each gets its stretch and its deadlines."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from issues import services
from issues.models import ClockSpan, TicketEvent
from tests.factories import TicketFactory, at

BEFORE, AFTER = ("issues", "0008_clock_ledger"), ("issues", "0009_clock_ledger_of_old")


@pytest.mark.django_db(transaction=True)
def test_old_problems_get_their_stretch_and_their_deadlines():
    draft, running = TicketFactory(), TicketFactory(in_progress=True, grade="B")
    solved, again = TicketFactory(resolved=True), TicketFactory(answered=True)
    services.rework_ticket(ticket=again, rating=1, actor="企业", note="又停了", at=at(2026, 3, 4))
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    wanted = [
        (running.pk, "交办", date(2026, 3, 2), None),
        (solved.pk, "交办", date(2026, 3, 2), date(2026, 3, 2)),
        (again.pk, "退回重办", date(2026, 3, 4), None),
    ]
    terms = dict(TicketEvent.objects.values_list("pk", "term_on"))
    try:
        MigrationExecutor(connection).migrate([BEFORE])
        assert not ClockSpan.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE issues_ticketevent DISABLE TRIGGER USER")
            cursor.execute("UPDATE issues_ticketevent SET term_on = NULL")
            cursor.execute("ALTER TABLE issues_ticketevent ENABLE TRIGGER USER")
        MigrationExecutor(connection).migrate([AFTER])
        spans = ClockSpan.objects.order_by("ticket")
        assert list(spans.values_list("ticket", "started", "since", "until")) == wanted
        assert not draft.spans.exists()
        assert dict(TicketEvent.objects.values_list("pk", "term_on")) == terms
    finally:
        MigrationExecutor(connection).migrate(list(leaves))
