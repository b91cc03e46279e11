from collections.abc import Iterator
from typing import Any

import django.contrib.postgres.indexes
from django.db import migrations, models

from liaison.normalise import pinyin_initials

CHUNK = 2000
# Every two neighbouring letters or digits, the last one alone: " 用电 电扩 扩容 容 ".
PAIRS = """
CREATE FUNCTION issues_pairs(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ' ' || coalesce(string_agg(substr(kept, place, 2), ' ' ORDER BY place), '') || ' '
      FROM (SELECT regexp_replace(lower(words), '[^[:alnum:]]+', '', 'g') AS kept) AS cleaned,
           generate_series(1, length(kept)) AS place
$$
"""


def spell(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("issues", "Ticket")

    def spelt() -> Iterator[Any]:
        for ticket in model.objects.only("title").order_by("pk").iterator(chunk_size=CHUNK):
            ticket.initials = pinyin_initials(ticket.title)[:80]
            yield ticket

    model.objects.bulk_update(spelt(), ["initials"], batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("issues", "0009_clock_ledger_of_old")]

    operations = [
        migrations.RunSQL(PAIRS, "DROP FUNCTION issues_pairs(text)"),
        migrations.AddField(
            model_name="ticket",
            name="pairs",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("title"), function="issues_pairs"),
                output_field=models.TextField(),
                verbose_name="相邻两字",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="initials",
            field=models.CharField(blank=True, editable=False, max_length=80, verbose_name="拼音首字母"),
        ),
        migrations.RemoveIndex(model_name="ticket", name="issues_ticket_title_trgm"),
        migrations.AddIndex(
            model_name="ticket",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("pairs", name="gin_trgm_ops"),
                django.contrib.postgres.indexes.OpClass("initials", name="gin_trgm_ops"),
                django.contrib.postgres.indexes.OpClass("number", name="gin_trgm_ops"),
                name="issues_ticket_words",
            ),
        ),
        migrations.RunPython(  # last: what is written would stand in the index's way
            spell, migrations.RunPython.noop
        ),
    ]
