from collections.abc import Iterator
from typing import Any

import django.contrib.postgres.indexes
from django.db import migrations, models

from liaison.normalise import pinyin_initials

CHUNK = 2000


def spell(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("companies", "Company")

    def spelt() -> Iterator[Any]:
        for company in model.objects.only("name").order_by("pk").iterator(chunk_size=CHUNK):
            company.initials = pinyin_initials(company.name)[:120]
            yield company

    model.objects.bulk_update(spelt(), ["initials"], batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("companies", "0013_plan_horizon")]

    operations = [
        migrations.AddField(
            model_name="company",
            name="initials",
            field=models.CharField(blank=True, editable=False, max_length=120, verbose_name="拼音首字母"),
        ),
        migrations.AddIndex(
            model_name="company",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("uscc", name="gin_trgm_ops"),
                django.contrib.postgres.indexes.OpClass("initials", name="gin_trgm_ops"),
                name="companies_company_codes_trgm",
            ),
        ),
        migrations.RunPython(  # last: what is written would stand in the index's way
            spell, migrations.RunPython.noop
        ),
    ]
