import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Who signed, accepted; a lead whose silence counted did so when the clock signed for it.
ACCEPTED = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE issues_ticketunit SET accepted_at = signed_at WHERE signed_at IS NOT NULL;
UPDATE issues_ticketunit u SET accepted_at = (
    SELECT min(e.at) FROM issues_ticketevent e
     WHERE e.ticket_id = u.ticket_id AND e.move = 'sign' AND e.by_id IS NULL AND e.at >= u.given_at)
 WHERE u.part = 'lead' AND u.signed_at IS NULL AND u.returned_at IS NULL;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0011_ladder"),
        ("liaison", "0010_first_contact_from_dispatch"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="ticketevent",
            name="issues_event_move_known",
        ),
        migrations.AddField(
            model_name="ticketevent",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="issues.ticketunit",
                verbose_name="哪个责任单位",
            ),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="accepted_at",
            field=models.DateTimeField(
                blank=True, help_text="签收，或逾期未签收视为接受", null=True, verbose_name="接受时间"
            ),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="alarm_on",
            field=models.DateField(blank=True, null=True, verbose_name="严重逾期日"),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="contact_due_on",
            field=models.DateField(blank=True, null=True, verbose_name="首次联系期限"),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="contacted_on",
            field=models.DateField(blank=True, null=True, verbose_name="首次联系日"),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="released_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="改派或撤下时间"),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="ruled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="裁定时间"),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="ruling_due_on",
            field=models.DateField(blank=True, null=True, verbose_name="裁定期限"),
        ),
        migrations.AddField(
            model_name="ticketunit",
            name="warn_on",
            field=models.DateField(blank=True, null=True, verbose_name="预警日"),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="move",
            field=models.CharField(
                choices=[
                    ("collect", "登记"),
                    ("report", "上报"),
                    ("forward", "逾期自动转办公室"),
                    ("triage", "定级"),
                    ("dispatch", "交办"),
                    ("sign", "签收"),
                    ("object", "退回"),
                    ("uphold", "维持交办"),
                    ("progress", "进展"),
                    ("cooperate", "协办反馈"),
                    ("help_sign", "协办签收"),
                    ("help_object", "协办退回"),
                    ("rule_help", "裁定协办退回"),
                    ("add_unit", "增加协办单位"),
                    ("release_unit", "撤下协办单位"),
                    ("transfer", "改派主办单位"),
                    ("contact", "联系企业"),
                    ("resolve", "办结"),
                    ("answer", "答复企业"),
                    ("confirm", "确认销号"),
                    ("rework", "不满意重办"),
                    ("regrade", "调整等级"),
                    ("ask_extension", "申请延期"),
                    ("grant_extension", "同意延期"),
                    ("refuse_extension", "不同意延期"),
                    ("drop_extension", "收回延期申请"),
                    ("correct_extension", "更正延期"),
                    ("ask_deferral", "申请挂账"),
                    ("grant_deferral", "同意挂账"),
                    ("refuse_deferral", "不同意挂账"),
                    ("drop_deferral", "收回挂账申请"),
                    ("review", "挂账复核"),
                    ("resume", "恢复办理"),
                    ("merge", "并案"),
                    ("absorb", "并入"),
                    ("ask_exclusion", "申请剔除"),
                    ("grant_exclusion", "同意剔除"),
                    ("refuse_exclusion", "不同意剔除"),
                    ("drop_exclusion", "收回剔除申请"),
                    ("escalate", "提级督办"),
                    ("ask_up", "请求提级"),
                    ("mend", "断链接续"),
                    ("decide", "会议议定"),
                    ("task_done", "完成会议任务"),
                    ("task_undone", "会议任务未完成"),
                    ("remind", "催办"),
                    ("supervise", "发督办单"),
                    ("notice_sign", "签收督办单"),
                    ("notice_reply", "回复督办单"),
                    ("notice_close", "办结督办单"),
                    ("instruct", "领导批示"),
                    ("instruct_answer", "批示回复"),
                    ("reckon", "期限重算"),
                ],
                max_length=20,
                verbose_name="事项",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "move__in",
                        [
                            "collect",
                            "report",
                            "forward",
                            "triage",
                            "dispatch",
                            "sign",
                            "object",
                            "uphold",
                            "progress",
                            "cooperate",
                            "help_sign",
                            "help_object",
                            "rule_help",
                            "add_unit",
                            "release_unit",
                            "transfer",
                            "contact",
                            "resolve",
                            "answer",
                            "confirm",
                            "rework",
                            "regrade",
                            "ask_extension",
                            "grant_extension",
                            "refuse_extension",
                            "drop_extension",
                            "correct_extension",
                            "ask_deferral",
                            "grant_deferral",
                            "refuse_deferral",
                            "drop_deferral",
                            "review",
                            "resume",
                            "merge",
                            "absorb",
                            "ask_exclusion",
                            "grant_exclusion",
                            "refuse_exclusion",
                            "drop_exclusion",
                            "escalate",
                            "ask_up",
                            "mend",
                            "decide",
                            "task_done",
                            "task_undone",
                            "remind",
                            "supervise",
                            "notice_sign",
                            "notice_reply",
                            "notice_close",
                            "instruct",
                            "instruct_answer",
                            "reckon",
                        ],
                    )
                ),
                name="issues_event_move_known",
            ),
        ),
        migrations.RunSQL(ACCEPTED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="ticketunit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_at__isnull", True), ("accepted_at__isnull", False), _connector="OR"
                ),
                name="issues_unit_signed_is_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketunit",
            constraint=models.CheckConstraint(
                condition=models.Q(("released_at__isnull", True), ("is_current", False), _connector="OR"),
                name="issues_unit_released_is_past",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketunit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ruled_at__isnull", True), ("ruling_due_on__isnull", True)),
                    models.Q(
                        ("part", "cooperate"),
                        ("returned_at__isnull", False),
                        ("ruling_due_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="issues_unit_ruled_once_returned",
                violation_error_message="只有协办单位的退回由办公室另行裁定。",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketunit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("part", "cooperate"), _negated=True),
                    models.Q(("contact_due_on__isnull", True), ("contacted_on__isnull", True)),
                    _connector="OR",
                ),
                name="issues_unit_lead_meets_company",
            ),
        ),
    ]
