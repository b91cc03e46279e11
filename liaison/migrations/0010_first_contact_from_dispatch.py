from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("liaison", "0009_liaisons_of_a_company"),
    ]

    operations = [
        migrations.AlterField(
            model_name="limitrule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("report", "收集后上报"),
                    ("triage", "上报后分派"),
                    ("sign", "交办后签收"),
                    ("first_contact", "首次联系企业"),
                    ("cooperate", "配合单位反馈"),
                    ("feedback", "办结后答复企业"),
                    ("rework", "不满意后重办"),
                ],
                max_length=16,
                verbose_name="环节",
            ),
        ),
    ]
