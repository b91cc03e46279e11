from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0020_meetings_of_a_rhythm")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["next_on", "-id"], name="issues_ticket_in_turn"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                name="issues_ticket_settled",
                fields=["status", "company"],
                include=["id", "enrolment"],
                condition=models.Q(status__in=["closed", "merged", "excluded", "withdrawn"]),
            ),
        ),
    ]
