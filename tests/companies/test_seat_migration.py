"""Seats given before places were kept: each gets its place, and what exceeded its rule stays as it is."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from companies.models import Assignment
from tests.constraints.test_companies import open_team, team_of
from tests.factories import AssignmentFactory, PostingFactory

BEFORE, AFTER = ("companies", "0005_duties_and_door_cards"), ("companies", "0006_seats_and_recusals")


def migrate(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


@pytest.mark.django_db(transaction=True)
def test_old_seats_get_their_places_and_keep_them_backwards():
    alone = AssignmentFactory(enrolment=team_of(max_count=1))
    pair = team_of(max_count=2, full_time=True)
    first, second = (AssignmentFactory(enrolment=pair, official=PostingFactory().official) for _ in range(2))
    later = AssignmentFactory(enrolment=team_of(full_time=True), starts_on=date(2026, 1, 1))
    free = AssignmentFactory(enrolment=open_team())
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        migrate(BEFORE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM companies_assignment WHERE is_exclusive")
            assert cursor.fetchall() == [(alone.pk,)]
            # the old state knew no places: one official full time twice, three on two places
            cursor.execute(
                "UPDATE companies_assignment SET official_id = %s WHERE id = %s",
                [first.official_id, later.pk],
            )
            cursor.execute(
                "INSERT INTO companies_assignment (enrolment_id, role_id, official_id, department_id,"
                " is_exclusive, starts_on, assigned_at, assigned_by_id)"
                " SELECT enrolment_id, role_id, %s, department_id, FALSE, '2026-02-01', assigned_at,"
                " assigned_by_id FROM companies_assignment WHERE id = %s RETURNING id",
                [PostingFactory().official_id, second.pk],
            )
            third = cursor.fetchone()[0]
        migrate(AFTER)
        kept = Assignment.objects.in_bulk()
        assert [kept[key].slot for key in (alone.pk, first.pk, second.pk, third, free.pk)] == [
            1, 1, 2, None, None,
        ]  # fmt: skip
        assert [kept[key].is_full_time for key in (first.pk, second.pk, later.pk)] == [True, True, False]
    finally:
        migrate(*leaves)
