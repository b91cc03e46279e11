"""What the database itself keeps from changing: scores of a frozen month, and a company's answer."""

from functools import partial

from django.db import migrations

from liaison.migrations._baseline import guard

guard = partial(guard, "assessment")


class Migration(migrations.Migration):
    replaces = [("assessment", "0003_survey_answer_stands")]
    dependencies = [("assessment", "0001_baseline")]

    operations = [
        guard("score", "frozen", "88490"),
        guard("scoreline", "frozen", "8452a"),
        guard("scorededuction", "frozen", "fbb1a"),
        guard("survey", "answer_stands", "aa45d", condition="""WHEN (OLD."answered_at" IS NOT NULL)"""),
    ]
