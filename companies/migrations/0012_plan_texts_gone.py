import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0011_plan_texts_into_measures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(model_name="serviceplan", name="measures_text"),
        migrations.AlterField(
            model_name="serviceplan",
            name="revised_at",
            field=models.DateTimeField("修改时间"),
        ),
        migrations.AlterField(
            model_name="serviceplan",
            name="revised_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="修改人",
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("goals", ""), _negated=True),
                name="companies_plan_filled",
                violation_error_message="包抓方案须写明目标。",
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("revised_at__gte", models.F("written_at")), ("revision__gte", 1)),
                name="companies_plan_revised_later",
            ),
        ),
    ]
