"""Plans written as one text: each line becomes a measure, and goes back into the text."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from companies.models import PlanMeasure, ServicePlan
from tests.factories import PlanMeasureFactory, ServicePlanFactory

BEFORE, AFTER = ("companies", "0009_proposal_floors"), ("companies", "0012_plan_texts_gone")


def migrate(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


@pytest.mark.django_db(transaction=True)
def test_lines_become_measures_and_text_again():
    plan = ServicePlanFactory(due_on="2026-12-25")
    for position, words in enumerate(("走访", "融资"), start=1):
        PlanMeasureFactory(plan=plan, words=words, position=position)
    ServicePlanFactory()  # without a measure
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        migrate(BEFORE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT measures FROM companies_serviceplan ORDER BY id")
            assert cursor.fetchall() == [("走访\n融资",), ("（未列措施）",)]
            cursor.execute(
                "UPDATE companies_serviceplan SET measures = %s WHERE id = %s",
                ["一、走访\n\n 二、融资 \n" + "长" * 301, plan.pk],
            )
        migrate(AFTER)
        rows = PlanMeasure.objects.filter(plan=plan).order_by("position")
        assert [row.words for row in rows] == ["一、走访", "二、融资", "长" * 300, "长"]
        assert {f"{row.due_on}" for row in rows} == {"2026-12-25"}
        kept = ServicePlan.objects.get(pk=plan.pk)
        assert (kept.revision, kept.revised_at, kept.revised_by) == (1, plan.written_at, plan.written_by)
    finally:
        migrate(*leaves)
