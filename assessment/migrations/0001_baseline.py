"""This room's tables as its models declare them, written by makemigrations: a column, a constraint a line."""
# fmt: off

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from liaison.migrations._baseline import Tables


class Migration(migrations.Migration):
    replaces = [("assessment", "0001_initial"), ("assessment", "0002_initial")]

    initial = True

    dependencies = [("issues", "0001_baseline"), ("liaison", "0001_baseline")]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Score",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("month_end", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scores", to="issues.monthend", verbose_name="月份")),
                    ("board", models.CharField(choices=[("handling", "责任单位（办理）"), ("assigned", "包抓单位（服务）")], max_length=10, verbose_name="考核对象")),
                    ("department", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scores", to="liaison.department", verbose_name="单位")),
                    ("points", models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="指标得分")),
                    ("deducted", models.DecimalField(decimal_places=2, default=0, max_digits=6, verbose_name="扣分")),
                    ("total", models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="总分")),
                ],
                options={
                    "verbose_name": "考核得分",
                    "verbose_name_plural": "考核得分",
                    "constraints": [
                        models.UniqueConstraint(fields=("month_end", "board", "department"), name="assessment_score_once"),
                        models.CheckConstraint(condition=models.Q(("board__in", ["handling", "assigned"])), name="assessment_score_board_known"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("points__isnull", True), ("total__isnull", True)), models.Q(("points__isnull", False), ("total__gte", 0), ("total__isnull", False)), _connector="OR"
                            ),
                            name="assessment_score_total_iff_points",
                        ),
                    ],
                    "indexes": [models.Index(fields=["department"], name="assessment_score_of_unit")],
                },
            ),
            migrations.CreateModel(
                name="ScoreLine",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("score", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="assessment.score")),
                    (
                        "measure",
                        models.CharField(
                            choices=[
                                ("closed", "问题办结率"),
                                ("on_time", "按期办结率"),
                                ("satisfied", "企业满意率"),
                                ("response", "按时签收率"),
                                ("verified", "回访核实率"),
                                ("coverage", "联系覆盖率"),
                                ("reported_in_time", "按时上报率"),
                                ("resolved", "包抓企业问题办结率"),
                                ("ledger", "台账完整率"),
                            ],
                            max_length=20,
                            verbose_name="指标",
                        ),
                    ),
                    ("weight", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="权重")),
                    ("target", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="目标（%）")),
                    ("numerator", models.PositiveIntegerField(verbose_name="分子")),
                    ("denominator", models.PositiveIntegerField(verbose_name="分母")),
                    ("points", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="得分")),
                    ("position", models.PositiveSmallIntegerField(verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "得分明细",
                    "verbose_name_plural": "得分明细",
                    "constraints": [
                        models.UniqueConstraint(fields=("score", "measure"), name="assessment_scoreline_once"),
                        models.CheckConstraint(
                            condition=models.Q(("measure__in", ["closed", "on_time", "satisfied", "response", "verified", "coverage", "reported_in_time", "resolved", "ledger"])),
                            name="assessment_scoreline_known",
                        ),
                        models.CheckConstraint(condition=models.Q(("numerator__lte", models.F("denominator"))), name="assessment_scoreline_part_of_whole"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ScoreDeduction",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("score", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deductions", to="assessment.score")),
                    (
                        "slip",
                        models.CharField(
                            choices=[("late_report", "逾期上报"), ("overdue", "逾期未办结"), ("rework", "重办"), ("late_sign", "逾期签收"), ("fake_close", "虚假办结")], max_length=20, verbose_name="情形"
                        ),
                    ),
                    ("count", models.PositiveIntegerField(verbose_name="次数")),
                    ("points", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="扣分")),
                ],
                options={
                    "verbose_name": "扣分明细",
                    "verbose_name_plural": "扣分明细",
                    "constraints": [
                        models.UniqueConstraint(fields=("score", "slip"), name="assessment_scorededuction_once"),
                        models.CheckConstraint(
                            condition=models.Q(("count__gte", 1), ("slip__in", ["late_report", "overdue", "rework", "late_sign", "fake_close"])), name="assessment_scorededuction_known"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Survey",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("ticket", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="surveys", to="issues.ticket", verbose_name="问题")),
                    ("round", models.PositiveSmallIntegerField(verbose_name="轮次")),
                    ("invited_at", models.DateTimeField(verbose_name="邀请时间")),
                    ("expires_on", models.DateField(verbose_name="链接有效至")),
                    ("delivery", models.CharField(choices=[("waiting", "待送达"), ("sms", "短信已发"), ("office", "办公室转达")], default="waiting", max_length=8, verbose_name="送达")),
                    ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="评价时间")),
                    ("channel", models.CharField(blank=True, choices=[("link", "企业链接"), ("callback", "电话回访")], max_length=8, verbose_name="渠道")),
                    ("score", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="评分")),
                    ("comment", models.TextField(blank=True, verbose_name="意见")),
                    ("recorded_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="回访人")),
                ],
                options={
                    "verbose_name": "满意度评价",
                    "verbose_name_plural": "满意度评价",
                    "constraints": [
                        models.UniqueConstraint(fields=("ticket", "round"), name="assessment_survey_once_a_round"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("answered_at__isnull", True), ("channel", ""), ("score__isnull", True)),
                                models.Q(("answered_at__isnull", False), ("channel__in", ["link", "callback"]), ("score__gte", 1)),
                                _connector="OR",
                            ),
                            name="assessment_survey_answered_whole",
                            violation_error_message="评价须同时有时间、渠道和评分。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("channel", "callback"), _negated=True), ("recorded_by__isnull", False), _connector="OR"),
                            name="assessment_survey_callback_has_caller",
                            violation_error_message="电话回访须记录回访人。",
                        ),
                    ],
                },
            ),
        ),
    ]
