"""Versions made before the rulebook was whole get the rows that they were run by until now."""

from django.db import migrations

# What the code held as constants until these rules became rows.
SINGLES = ("LoadRule", "TriageRule", "ExtensionRule", "HandlingRule", "ScoreRule")
LADDER = (
    ("unit", "event"),
    ("office", "event"),
    ("special_group", "fortnightly"),
    ("dispatch_meeting", "monthly"),
    ("standing_meeting", "monthly"),
)


def add_rows(apps, schema_editor):
    """Give every version its new rows; the warning before a deadline moves from the limits to the lights."""
    get = lambda name: apps.get_model("liaison", name)  # noqa: E731
    limits = get("LimitRule")
    schema_editor.execute("ALTER TABLE liaison_limitrule DISABLE TRIGGER USER")
    for version in get("ProgrammeVersion").objects.order_by("pk"):
        for name in SINGLES:
            get(name).objects.create(version=version)
        warn = limits.objects.filter(version=version, kind="warn").first()
        get("LightRule").objects.create(
            version=version, **({"yellow_days": warn.working_days} if warn else {})
        )
        get("LadderRung").objects.bulk_create(
            get("LadderRung")(version=version, rung=rung, rhythm=rhythm, position=place)
            for place, (rung, rhythm) in enumerate(LADDER, start=1)
        )
    limits.objects.filter(kind="warn").delete()
    schema_editor.execute("ALTER TABLE liaison_limitrule ENABLE TRIGGER USER")


def take_rows(apps, schema_editor):
    """Put the warning back among the limits."""
    limits = apps.get_model("liaison", "LimitRule")
    schema_editor.execute("ALTER TABLE liaison_limitrule DISABLE TRIGGER USER")
    limits.objects.bulk_create(
        limits(version_id=light.version_id, kind="warn", working_days=light.yellow_days)
        for light in apps.get_model("liaison", "LightRule").objects.order_by("pk")
    )
    schema_editor.execute("ALTER TABLE liaison_limitrule ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [
        ("liaison", "0004_rulebook_tables"),
    ]

    operations = [migrations.RunPython(add_rows, take_rows)]
