from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("issues", "0019_lead_kept")]

    operations = [
        migrations.RemoveConstraint(model_name="meeting", name="issues_meeting_once_a_month"),
        migrations.RemoveConstraint(model_name="meeting", name="issues_meeting_group_once"),
        migrations.RemoveConstraint(model_name="meeting", name="issues_meeting_group_iff_special"),
        migrations.RenameField(model_name="meeting", old_name="week_of", new_name="since"),
        migrations.AlterField(
            model_name="meeting",
            name="since",
            field=models.DateField(
                blank=True, help_text="短于一个月的会期的第一天", null=True, verbose_name="会期起"
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                name="issues_meeting_once_a_month",
                fields=("programme", "kind", "month"),
                condition=Q(since__isnull=True),
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                name="issues_meeting_once_a_period",
                fields=("programme", "kind", "since"),
                condition=Q(group__isnull=True, since__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                name="issues_meeting_group_once",
                fields=("group", "since"),
                condition=Q(group__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                name="issues_meeting_group_iff_special",
                condition=Q(kind="special_group", group__isnull=False, since__isnull=False)
                | Q(kind="dispatch_meeting", group__isnull=True)
                | Q(kind="standing_meeting", group__isnull=True, since__isnull=True),
            ),
        ),
    ]
