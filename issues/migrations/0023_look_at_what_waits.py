from django.db import migrations
from django.db.models import F

AWAITED = ("reported", "triaged", "returned", "plan_review", "resolved", "answered")


def look(apps, schema_editor):
    """What waited already has no day for the clock: it looks on the step's last day, and counts for itself."""
    waiting = apps.get_model("issues", "Ticket").objects.filter(status__in=AWAITED, act_on__isnull=True)
    waiting.filter(next_on__isnull=False).update(act_on=F("next_on"))


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0022_steps_that_are_late"),
    ]

    operations = [
        migrations.RunPython(look, migrations.RunPython.noop, elidable=True),
    ]
