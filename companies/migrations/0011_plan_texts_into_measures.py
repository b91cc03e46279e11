from __future__ import annotations

from django.db import migrations
from django.db.models import F

MOST = 300  # characters of a measure; a longer line becomes several, nothing is cut off


def fill(apps, schema_editor):
    plans = apps.get_model("companies", "ServicePlan").objects
    measure = apps.get_model("companies", "PlanMeasure")
    plans.update(revised_at=F("written_at"), revised_by=F("written_by"))
    rows = []
    for plan in plans.order_by("pk").iterator():
        lines = [line.strip() for line in plan.measures_text.splitlines() if line.strip()]
        pieces = [line[start : start + MOST] for line in lines for start in range(0, len(line), MOST)]
        rows += [
            measure(plan=plan, position=number, words=piece, due_on=plan.due_on)
            for number, piece in enumerate(pieces, start=1)
        ]
    measure.objects.bulk_create(rows, batch_size=2000)


def empty(apps, schema_editor):
    plans = apps.get_model("companies", "ServicePlan").objects
    for plan in plans.prefetch_related("measures").order_by("pk").iterator(chunk_size=2000):
        rows = sorted(plan.measures.all(), key=lambda row: (row.position, row.pk))
        plan.measures_text = "\n".join(row.words for row in rows) or "（未列措施）"
        plan.save(update_fields=["measures_text"])


class Migration(migrations.Migration):
    dependencies = [("companies", "0010_plan_measures")]

    operations = [migrations.RunPython(fill, empty)]
