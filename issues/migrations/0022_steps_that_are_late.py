from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0021_tickets_in_turn"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="escalation",
            name="issues_escalation_known",
        ),
        migrations.RemoveConstraint(
            model_name="externalnumber",
            name="issues_number_once",
        ),
        migrations.AlterField(
            model_name="escalation",
            name="trigger",
            field=models.CharField(
                choices=[
                    ("unreported", "逾期未上报"),
                    ("overdue", "逾期未办结"),
                    ("reworks", "多次重办"),
                    ("transfers", "多次退回改派"),
                    ("step", "环节逾期"),
                    ("request", "请求提级"),
                    ("meeting", "会议决定"),
                ],
                max_length=12,
                verbose_name="触发",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rung__in",
                        ["unit", "office", "special_group", "dispatch_meeting", "standing_meeting"],
                    ),
                    (
                        "trigger__in",
                        ["unreported", "overdue", "reworks", "transfers", "step", "request", "meeting"],
                    ),
                ),
                name="issues_escalation_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="externalnumber",
            constraint=models.UniqueConstraint(
                condition=models.Q(("system", "12345")),
                fields=("number",),
                name="issues_number_once",
                violation_error_message="这个编号已经登记过。",
            ),
        ),
        migrations.AddConstraint(
            model_name="externalnumber",
            constraint=models.UniqueConstraint(
                fields=("ticket", "system", "number"),
                name="issues_number_once_of_ticket",
                violation_error_message="该问题已有这个编号。",
            ),
        ),
    ]
