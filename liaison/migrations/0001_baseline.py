"""This room's tables as its models declare them, written by makemigrations: a column, a constraint a line."""
# fmt: off

from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models

import liaison.models.people
from liaison.migrations._baseline import Tables


class Migration(migrations.Migration):
    replaces = [
        ("liaison", "0001_initial"),
        ("liaison", "0002_failedsignin"),
        ("liaison", "0003_calendar_changes"),
        ("liaison", "0004_rulebook_tables"),
        ("liaison", "0005_rulebook_rows"),
        ("liaison", "0007_groups_and_deputies"),
        ("liaison", "0009_liaisons_of_a_company"),
        ("liaison", "0010_first_contact_from_dispatch"),
        ("liaison", "0011_company_door"),
        ("liaison", "0012_inbox"),
        ("liaison", "0013_digest"),
    ]

    initial = True

    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        Tables(
            migrations.CreateModel(
                name="Region",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("code", models.CharField(max_length=12, unique=True, verbose_name="区划代码")),
                    ("name", models.CharField(max_length=60, verbose_name="名称")),
                    ("level", models.CharField(choices=[("city", "市"), ("county", "县区"), ("town", "镇街")], max_length=10, verbose_name="层级")),
                    ("parent", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="children", to="liaison.region", verbose_name="上级")),
                    ("path", models.CharField(editable=False, max_length=60, unique=True, verbose_name="路径")),
                    ("pinyin", models.CharField(blank=True, editable=False, max_length=120, verbose_name="拼音")),
                ],
                options={
                    "verbose_name": "行政区划",
                    "verbose_name_plural": "行政区划",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("level__in", ["city", "county", "town"])), name="liaison_region_level_known"),
                        models.CheckConstraint(
                            condition=models.Q(("code__regex", "^(\\d{6}|\\d{9}|\\d{12})$")), name="liaison_region_code_digits", violation_error_message="区划代码应为 6、9 或 12 位数字。"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("path__endswith", django.db.models.functions.text.Concat(models.F("code"), models.Value("/")))), name="liaison_region_path_ends_in_code"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("level", "city"), ("parent__isnull", True)), models.Q(("parent__isnull", False), models.Q(("level", "city"), _negated=True)), _connector="OR"),
                            name="liaison_region_only_city_is_root",
                            violation_error_message="只有市级区划没有上级。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Department",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("name", models.CharField(max_length=80, unique=True, verbose_name="单位名称")),
                    ("short_name", models.CharField(blank=True, max_length=40, verbose_name="简称")),
                    ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="departments", to="liaison.region", verbose_name="行政区划")),
                    ("parent", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="children", to="liaison.department", verbose_name="上级单位")),
                    ("path", models.CharField(editable=False, max_length=200, null=True, unique=True, verbose_name="路径")),
                    ("pinyin", models.CharField(blank=True, editable=False, max_length=200, verbose_name="拼音")),
                    (
                        "kind",
                        models.CharField(
                            choices=[("organ", "党政机关"), ("economic", "经济部门"), ("university", "高校"), ("town", "镇街社区"), ("other", "其他单位")],
                            default="organ",
                            max_length=12,
                            verbose_name="单位类别",
                        ),
                    ),
                    ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                ],
                options={
                    "verbose_name": "单位",
                    "verbose_name_plural": "单位",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("parent__isnull", True), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"),
                            name="liaison_department_not_its_own_parent",
                            violation_error_message="单位不能是自己的上级。",
                        ),
                        models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="liaison_department_named", violation_error_message="单位名称不能为空。"),
                        models.CheckConstraint(condition=models.Q(("kind__in", ["organ", "economic", "university", "town", "other"])), name="liaison_department_kind_known"),
                    ],
                    "indexes": [models.Index(django.contrib.postgres.indexes.OpClass("path", name="varchar_pattern_ops"), name="liaison_department_under")],
                },
            ),
            migrations.CreateModel(
                name="CalendarYear",
                fields=[
                    ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name="年份")),
                    ("status", models.CharField(choices=[("published", "已公布"), ("provisional", "暂定"), ("unknown", "未公布")], default="unknown", max_length=12, verbose_name="状态")),
                    ("version", models.PositiveSmallIntegerField(default=0, help_text="日期每变更一次加一", verbose_name="版次")),
                    ("title", models.CharField(blank=True, max_length=120, verbose_name="公布文件标题")),
                    ("document", models.CharField(blank=True, max_length=120, verbose_name="公布文件文号")),
                    ("published_on", models.DateField(blank=True, null=True, verbose_name="公布日期")),
                ],
                options={
                    "verbose_name": "日历年份",
                    "verbose_name_plural": "日历年份",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("status__in", ["published", "provisional", "unknown"])), name="liaison_calendaryear_status_known"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("status", "published"), _negated=True), models.Q(("document", ""), _negated=True), _connector="OR"),
                            name="liaison_calendaryear_published_has_source",
                            violation_error_message="已公布的年份须注明公布文件。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Official",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("password", models.CharField(max_length=128, verbose_name="password")),
                    ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                    ("is_superuser", models.BooleanField(default=False, help_text="Designates that this user has all permissions without explicitly assigning them.", verbose_name="superuser status")),
                    ("username", models.CharField(max_length=60, unique=True, verbose_name="登录名")),
                    ("name", models.CharField(max_length=40, verbose_name="姓名")),
                    ("pinyin", models.CharField(blank=True, editable=False, max_length=120, verbose_name="拼音")),
                    ("rank", models.CharField(choices=[("bureau", "厅级"), ("county", "县级"), ("section", "科级"), ("staff", "一般干部")], default="staff", max_length=10, verbose_name="职级")),
                    ("birth_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="出生年份")),
                    ("phone", models.CharField(blank=True, max_length=11, null=True, unique=True, verbose_name="手机号")),
                    ("is_active", models.BooleanField(default=True, verbose_name="可登录")),
                    ("is_staff", models.BooleanField(default=False, verbose_name="可进后台")),
                    ("must_change_password", models.BooleanField(default=False, verbose_name="须改密码")),
                    ("joined_at", models.DateTimeField(auto_now_add=True, verbose_name="建档时间")),
                    (
                        "groups",
                        models.ManyToManyField(
                            blank=True,
                            help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                            related_name="user_set",
                            related_query_name="user",
                            to="auth.group",
                            verbose_name="groups",
                        ),
                    ),
                    (
                        "user_permissions",
                        models.ManyToManyField(
                            blank=True, help_text="Specific permissions for this user.", related_name="user_set", related_query_name="user", to="auth.permission", verbose_name="user permissions"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "干部",
                    "verbose_name_plural": "干部",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("rank__in", ["bureau", "county", "section", "staff"])), name="liaison_official_rank_known"),
                        models.CheckConstraint(
                            condition=models.Q(("phone__isnull", True), ("phone__regex", "^1\\d{10}$"), _connector="OR"),
                            name="liaison_official_phone_mobile",
                            violation_error_message="手机号应为 11 位数字。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("birth_year__isnull", True), ("birth_year__range", (1930, 2015)), _connector="OR"),
                            name="liaison_official_birth_year_sane",
                            violation_error_message="出生年份不合理。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CalendarChange",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    (
                        "kind",
                        models.CharField(
                            choices=[("notice", "年度放假安排"), ("exception", "地方例外"), ("correction", "更正地方例外"), ("withdrawal", "撤回地方例外")], max_length=12, verbose_name="类别"
                        ),
                    ),
                    (
                        "state",
                        models.CharField(choices=[("draft", "待确认"), ("applying", "正在应用"), ("applied", "已应用"), ("discarded", "已放弃")], default="draft", max_length=10, verbose_name="状态"),
                    ),
                    ("year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年份")),
                    ("region", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.region", verbose_name="适用区划")),
                    ("title", models.CharField(blank=True, max_length=120, verbose_name="文件标题")),
                    ("document", models.CharField(max_length=120, verbose_name="文号")),
                    ("published_on", models.DateField(blank=True, null=True, verbose_name="公布日期")),
                    ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                    (
                        "corrects",
                        models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="corrected_by", to="liaison.calendarchange", verbose_name="更正或撤回"),
                    ),
                    ("based_on", models.PositiveIntegerField(default=0, verbose_name="预览所依据的日历状态")),
                    ("number", models.PositiveIntegerField(blank=True, null=True, unique=True, verbose_name="变更序号")),
                    ("moved", models.PositiveIntegerField(default=0, verbose_name="调整期限的问题")),
                    ("done", models.PositiveIntegerField(default=0, help_text="应用时的进度", verbose_name="已处理")),
                    ("total", models.PositiveIntegerField(default=0, verbose_name="共需处理")),
                    ("message", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                    ("drafted_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="拟稿人")),
                    ("drafted_at", models.DateTimeField(verbose_name="拟稿时间")),
                    ("confirmed_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="确认人")),
                    ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                    ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="应用时间")),
                ],
                options={
                    "verbose_name": "日历变更",
                    "verbose_name_plural": "日历变更",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("kind__in", ["notice", "exception", "correction", "withdrawal"]), ("state__in", ["draft", "applying", "applied", "discarded"])),
                            name="liaison_calendarchange_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("kind", "notice"), ("region__isnull", True), ("year__isnull", False)),
                                models.Q(models.Q(("kind", "notice"), _negated=True), ("region__isnull", False), ("year__isnull", True)),
                                _connector="OR",
                            ),
                            name="liaison_calendarchange_national_or_local",
                            violation_error_message="年度安排须写明年份，地方例外须写明区划。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("document", ""), _negated=True), models.Q(("kind", "notice"), models.Q(("reason", ""), _negated=True), _connector="OR")),
                            name="liaison_calendarchange_has_source",
                            violation_error_message="日历变更须注明文号；地方例外还须注明原因。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("applied_at__isnull", False), ("number__isnull", False), ("state", "applied")),
                                models.Q(models.Q(("state", "applied"), _negated=True), ("applied_at__isnull", True), ("number__isnull", True)),
                                _connector="OR",
                            ),
                            name="liaison_calendarchange_applied_iff_numbered",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("state", "applying")), fields=("state",), name="liaison_calendarchange_one_at_a_time", violation_error_message="另一份日历变更正在应用。"
                        ),
                    ],
                    "indexes": [models.Index(fields=["-drafted_at"], name="liaison_calendarchange_recent")],
                },
            ),
            migrations.CreateModel(
                name="CalendarDay",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("on", models.DateField(verbose_name="日期")),
                    ("kind", models.CharField(choices=[("off", "休"), ("work", "班")], max_length=4, verbose_name="类别")),
                    ("name", models.CharField(max_length=60, verbose_name="名称")),
                    ("region", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.region", verbose_name="适用区划")),
                    ("document", models.CharField(blank=True, max_length=120, verbose_name="文号")),
                    ("change", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="written", to="liaison.calendarchange", verbose_name="由哪次变更写入")),
                ],
                options={
                    "verbose_name": "日历例外",
                    "verbose_name_plural": "日历例外",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("kind__in", ["off", "work"])), name="liaison_calendarday_kind_known"),
                        models.UniqueConstraint(fields=("on", "region"), name="liaison_calendarday_once", nulls_distinct=False, violation_error_message="同一区划同一天只能有一条例外。"),
                        models.CheckConstraint(
                            condition=models.Q(("region__isnull", True), models.Q(models.Q(("document", ""), _negated=True), models.Q(("name", ""), _negated=True)), _connector="OR"),
                            name="liaison_calendarday_local_has_document",
                            violation_error_message="地方例外须注明原因和文号。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CalendarChangeDay",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("change", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="days", to="liaison.calendarchange", verbose_name="变更")),
                    ("on", models.DateField(verbose_name="日期")),
                    ("kind", models.CharField(blank=True, choices=[("off", "休"), ("work", "班")], max_length=4, verbose_name="改为")),
                    ("name", models.CharField(blank=True, max_length=60, verbose_name="名称")),
                    ("was_kind", models.CharField(blank=True, choices=[("off", "休"), ("work", "班")], max_length=4, verbose_name="原为")),
                    ("was_name", models.CharField(blank=True, max_length=60, verbose_name="原名称")),
                ],
                options={
                    "verbose_name": "变更的日子",
                    "verbose_name_plural": "变更的日子",
                    "constraints": [
                        models.UniqueConstraint(fields=("change", "on"), name="liaison_changeday_once"),
                        models.CheckConstraint(condition=models.Q(("kind__in", ["", "off", "work"]), ("was_kind__in", ["", "off", "work"])), name="liaison_changeday_kinds_known"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CalendarAlarm",
                fields=[
                    ("on", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                    ("year", models.PositiveSmallIntegerField(verbose_name="缺少的年份")),
                    ("told", models.PositiveSmallIntegerField(help_text="当日在岗的协调办公室和系统管理员", verbose_name="提醒人数")),
                    ("is_broken", models.BooleanField(default=False, help_text="无人可提醒", verbose_name="断链")),
                ],
                options={
                    "verbose_name": "日历缺失提醒",
                    "verbose_name_plural": "日历缺失提醒",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("is_broken", True), ("told", 0)), models.Q(("is_broken", False), ("told__gt", 0)), _connector="OR"), name="liaison_calendaralarm_broken_iff_nobody"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Posting",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("official", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="postings", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("department", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="liaison.department", verbose_name="单位")),
                    ("title", models.CharField(blank=True, max_length=60, verbose_name="职务")),
                    ("is_chief", models.BooleanField(default=False, verbose_name="主要负责人")),
                    (
                        "role",
                        models.CharField(
                            choices=[
                                ("office", "协调办公室"),
                                ("official", "包抓干部"),
                                ("unit", "单位联络员"),
                                ("leader", "领导"),
                                ("roster", "名册管理员"),
                                ("assessor", "考核督查员"),
                                ("admin", "系统管理员"),
                            ],
                            max_length=10,
                            verbose_name="系统角色",
                        ),
                    ),
                    ("reach", models.CharField(choices=[("own", "本人包联"), ("department", "本单位及下级"), ("region", "本行政区划及下级")], default="own", max_length=10, verbose_name="数据范围")),
                    ("starts_on", models.DateField(verbose_name="任职起")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="任职止")),
                ],
                options={
                    "verbose_name": "任职",
                    "verbose_name_plural": "任职",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("role__in", ["office", "official", "unit", "leader", "roster", "assessor", "admin"])), name="liaison_posting_role_known"),
                        models.CheckConstraint(condition=models.Q(("reach__in", ["own", "department", "region"])), name="liaison_posting_reach_known"),
                        models.CheckConstraint(
                            condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                            name="liaison_posting_ends_after_start",
                            violation_error_message="任职止不能早于任职起。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("reach", "own"), _negated=True), ("role", "official"), _connector="OR"),
                            name="liaison_posting_own_reach_for_officials_only",
                            violation_error_message="只有包抓干部的数据范围是本人包联。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("official", "="),
                                ("department", "="),
                                ("role", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="liaison_posting_once_at_a_time",
                            violation_error_message="该干部同一时期已在该单位担任此角色。",
                        ),
                    ],
                    "indexes": [models.Index(fields=["department", "role"], name="liaison_posting_seats")],
                },
            ),
            migrations.CreateModel(
                name="Training",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("official", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="trainings", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("on", models.DateField(verbose_name="培训日期")),
                    ("subject", models.CharField(max_length=80, verbose_name="内容")),
                    ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                    ("recorded_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人")),
                ],
                options={
                    "verbose_name": "培训",
                    "verbose_name_plural": "培训",
                    "constraints": [models.UniqueConstraint(fields=("official", "on", "subject"), name="liaison_training_once", violation_error_message="该干部同日的同一培训已登记。")],
                },
            ),
            migrations.CreateModel(
                name="FailedSignIn",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("username", models.CharField(max_length=60, verbose_name="登录名")),
                    ("at", models.DateTimeField(verbose_name="时间")),
                ],
                options={"verbose_name": "登录失败", "verbose_name_plural": "登录失败", "indexes": [models.Index(fields=["username", "at"], name="liaison_failedsignin_recent")]},
            ),
            migrations.CreateModel(
                name="Programme",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("code", models.SlugField(max_length=20, unique=True, verbose_name="代码")),
                    ("name", models.CharField(max_length=80, verbose_name="名称")),
                    ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="programmes", to="liaison.region", verbose_name="区划")),
                    ("starts_on", models.DateField(verbose_name="起始日")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="终止日")),
                ],
                options={
                    "verbose_name": "包联方案",
                    "verbose_name_plural": "包联方案",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                            name="liaison_programme_ends_after_start",
                            violation_error_message="方案终止日不能早于起始日。",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProgrammeVersion",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="liaison.programme", verbose_name="方案")),
                    ("number", models.PositiveSmallIntegerField(verbose_name="版本号")),
                    ("status", models.CharField(choices=[("draft", "草稿"), ("published", "已发布")], default="draft", max_length=10, verbose_name="状态")),
                    ("effective_from", models.DateField(verbose_name="生效日")),
                    ("preset", models.CharField(blank=True, max_length=20, verbose_name="模板")),
                    ("document", models.CharField(blank=True, max_length=120, verbose_name="依据文件")),
                    ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="发布时间")),
                    ("published_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="发布人")),
                ],
                options={
                    "verbose_name": "方案版本",
                    "verbose_name_plural": "方案版本",
                    "constraints": [
                        models.UniqueConstraint(fields=("programme", "number"), name="liaison_version_number_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("published_at__isnull", False), ("status", "published")),
                                models.Q(("published_at__isnull", True), ("published_by__isnull", True), ("status", "draft")),
                                _connector="OR",
                            ),
                            name="liaison_version_published_iff_stamped",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Batch",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="liaison.programme", verbose_name="方案")),
                    ("number", models.PositiveSmallIntegerField(verbose_name="批次")),
                    ("name", models.CharField(max_length=40, verbose_name="名称")),
                    ("starts_on", models.DateField(verbose_name="起")),
                    ("ends_on", models.DateField(verbose_name="止")),
                ],
                options={
                    "verbose_name": "批次",
                    "verbose_name_plural": "批次",
                    "constraints": [
                        models.UniqueConstraint(fields=("programme", "number"), name="liaison_batch_number_once", violation_error_message="该批次已经存在。"),
                        models.CheckConstraint(condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="liaison_batch_ends_after_start", violation_error_message="批次终止日不能早于起始日。"),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("programme", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="liaison_batch_one_at_a_time",
                            violation_error_message="与本方案另一批次的日期重叠。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Adoption",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="liaison.programmeversion", verbose_name="原版本")),
                    ("newer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="adopted_by", to="liaison.programmeversion", verbose_name="新版本")),
                    ("rule", models.CharField(help_text="如 limits/report、grades/C、lights", max_length=40, verbose_name="规则")),
                ],
                options={
                    "verbose_name": "在办适用",
                    "verbose_name_plural": "在办适用",
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "newer", "rule"), name="liaison_adoption_once"),
                        models.CheckConstraint(condition=models.Q(("version", models.F("newer")), _negated=True), name="liaison_adoption_not_itself"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LimitRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="limits", to="liaison.programmeversion")),
                    (
                        "kind",
                        models.CharField(
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
                    ("working_days", models.PositiveSmallIntegerField(verbose_name="工作日")),
                ],
                options={
                    "verbose_name": "环节时限",
                    "verbose_name_plural": "环节时限",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "kind"), name="liaison_limitrule_kind_once"),
                        models.CheckConstraint(condition=models.Q(("kind__in", ["report", "triage", "sign", "first_contact", "cooperate", "feedback", "rework"])), name="liaison_limitrule_kind_known"),
                        models.CheckConstraint(
                            condition=models.Q(("working_days__gte", 1), ("kind", "report"), _connector="OR"),
                            name="liaison_limitrule_positive",
                            violation_error_message="时限至少 1 个工作日；只有上报可以是 0，即当日。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="TriageRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="triage_rule", to="liaison.programmeversion")),
                    ("scheme", models.CharField(choices=[("grades", "按难易分级"), ("routes", "按共性、个性、复杂分类"), ("none", "不分级")], default="grades", max_length=8, verbose_name="分类方式")),
                ],
                options={
                    "verbose_name": "分类方式",
                    "verbose_name_plural": "分类方式",
                    "abstract": False,
                    "constraints": [models.CheckConstraint(condition=models.Q(("scheme__in", ["grades", "routes", "none"])), name="liaison_triagerule_scheme_known")],
                },
            ),
            migrations.CreateModel(
                name="GradeRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="grades", to="liaison.programmeversion")),
                    ("code", models.CharField(max_length=4, verbose_name="等级")),
                    ("name", models.CharField(max_length=20, verbose_name="名称")),
                    ("meaning", models.CharField(blank=True, max_length=80, verbose_name="含义")),
                    ("working_days", models.PositiveSmallIntegerField(help_text="疑难类为拿出方案的时限", verbose_name="办理时限（工作日）")),
                    ("is_plan_only", models.BooleanField(default=False, verbose_name="时限只到拿出方案")),
                    (
                        "rung",
                        models.CharField(
                            choices=[("unit", "责任单位"), ("office", "协调办公室"), ("special_group", "问题解决专项小组"), ("dispatch_meeting", "调度会"), ("standing_meeting", "常务会议/常委会")],
                            default="unit",
                            max_length=20,
                            verbose_name="协调层级",
                        ),
                    ),
                    (
                        "remedy",
                        models.CharField(
                            choices=[("unit", "责任单位办理"), ("policy", "出台政策措施"), ("one_company", "一企一策"), ("task_force", "成立专班")], default="unit", max_length=12, verbose_name="解决方式"
                        ),
                    ),
                    ("extension_days", models.PositiveSmallIntegerField(blank=True, help_text="空为按延期规则", null=True, verbose_name="延期上限（工作日）")),
                    ("progress_days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="进展周期（天）")),
                    ("review_days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="复核周期（天）")),
                    ("needs_leader", models.BooleanField(default=False, verbose_name="领导包案")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "等级",
                    "verbose_name_plural": "等级",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "code"), name="liaison_graderule_code_once"),
                        models.CheckConstraint(condition=models.Q(("working_days__gte", 1)), name="liaison_graderule_days_positive", violation_error_message="办理时限至少 1 个工作日。"),
                        models.CheckConstraint(
                            condition=models.Q(("remedy__in", ["unit", "policy", "one_company", "task_force"]), ("rung__in", ["unit", "office", "special_group", "dispatch_meeting", "standing_meeting"])),
                            name="liaison_graderule_rung_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("progress_days__isnull", True), ("progress_days__gte", 1), _connector="OR"), models.Q(("review_days__isnull", True), ("review_days__gte", 1), _connector="OR")
                            ),
                            name="liaison_graderule_rhythms_positive",
                            violation_error_message="进展和复核周期至少为 1 天。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ExtensionRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="extension_rule", to="liaison.programmeversion")),
                    ("max_count", models.PositiveSmallIntegerField(default=1, verbose_name="最多次数")),
                    ("max_days", models.PositiveSmallIntegerField(default=10, verbose_name="每次最多（工作日）")),
                    ("ask_before_days", models.PositiveSmallIntegerField(default=1, verbose_name="提前申请（工作日）")),
                    (
                        "approver",
                        models.CharField(
                            choices=[("unit", "责任单位"), ("office", "协调办公室"), ("special_group", "问题解决专项小组"), ("dispatch_meeting", "调度会"), ("standing_meeting", "常务会议/常委会")],
                            default="office",
                            max_length=20,
                            verbose_name="审批",
                        ),
                    ),
                    ("tell_company", models.BooleanField(default=True, verbose_name="告知企业")),
                ],
                options={
                    "verbose_name": "延期规则",
                    "verbose_name_plural": "延期规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("max_count", 0), ("max_days__gte", 1), _connector="OR"), name="liaison_extensionrule_sane", violation_error_message="允许延期时，每次至少 1 个工作日。"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("approver__in", ["office", "special_group", "dispatch_meeting", "standing_meeting"])),
                            name="liaison_extensionrule_approver_above_unit",
                            violation_error_message="延期须由责任单位以上审批。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="HandlingRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="handling_rule", to="liaison.programmeversion")),
                    (
                        "filing",
                        models.CharField(
                            choices=[("none", "不接受，由服务干部登记"), ("team", "先到企业的服务干部，由其核实上报"), ("office", "直接到协调办公室")],
                            default="team",
                            max_length=8,
                            verbose_name="企业自己提交",
                        ),
                    ),
                    ("max_returns", models.PositiveSmallIntegerField(default=2, help_text="之后由协调办公室裁定", verbose_name="最多退回次数")),
                    ("deferred_review_days", models.PositiveSmallIntegerField(default=30, verbose_name="挂账复核周期（天）")),
                    ("reopen_days", models.PositiveSmallIntegerField(default=30, verbose_name="企业可重提（天）")),
                ],
                options={
                    "verbose_name": "办理规则",
                    "verbose_name_plural": "办理规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("deferred_review_days__gte", 1)), name="liaison_handlingrule_positive", violation_error_message="挂账复核周期至少 1 天。"),
                        models.CheckConstraint(condition=models.Q(("filing__in", ["none", "team", "office"])), name="liaison_handlingrule_filing_known"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LightRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="light_rule", to="liaison.programmeversion")),
                    ("yellow_days", models.PositiveSmallIntegerField(default=2, verbose_name="到期前（工作日）")),
                    ("yellow_percent", models.PositiveSmallIntegerField(default=20, verbose_name="且不超过时限的（%）")),
                    ("red_plus_days", models.PositiveSmallIntegerField(default=5, verbose_name="逾期（工作日）")),
                ],
                options={
                    "verbose_name": "亮灯规则",
                    "verbose_name_plural": "亮灯规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("red_plus_days__gte", 1), ("yellow_days__gte", 1), ("yellow_percent__range", (1, 100))),
                            name="liaison_lightrule_sane",
                            violation_error_message="预警天数、比例和严重逾期天数至少为 1，比例不超过 100%。",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="LadderRung",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ladder", to="liaison.programmeversion")),
                    (
                        "rung",
                        models.CharField(
                            choices=[("unit", "责任单位"), ("office", "协调办公室"), ("special_group", "问题解决专项小组"), ("dispatch_meeting", "调度会"), ("standing_meeting", "常务会议/常委会")],
                            max_length=20,
                            verbose_name="层级",
                        ),
                    ),
                    (
                        "rhythm",
                        models.CharField(
                            choices=[("event", "不定期"), ("daily", "每日"), ("weekly", "每周"), ("fortnightly", "每两周"), ("monthly", "每月"), ("yearly", "每年")],
                            default="event",
                            max_length=12,
                            verbose_name="研究节奏",
                        ),
                    ),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "提级层级",
                    "verbose_name_plural": "提级层级",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "rung"), name="liaison_ladderrung_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("rhythm__in", ["event", "daily", "weekly", "fortnightly", "monthly", "yearly"]), ("rung__in", ["unit", "office", "special_group", "dispatch_meeting", "standing_meeting"])
                            ),
                            name="liaison_ladderrung_known",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="EscalationRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="escalations", to="liaison.programmeversion")),
                    (
                        "trigger",
                        models.CharField(choices=[("unreported", "逾期未上报"), ("overdue", "逾期未办结"), ("reworks", "多次重办"), ("transfers", "多次退回改派")], max_length=12, verbose_name="触发"),
                    ),
                    ("threshold", models.PositiveSmallIntegerField(help_text="逾期类为超过期限后的工作日数，次数类为次数", verbose_name="阈值")),
                    (
                        "rung",
                        models.CharField(
                            choices=[("unit", "责任单位"), ("office", "协调办公室"), ("special_group", "问题解决专项小组"), ("dispatch_meeting", "调度会"), ("standing_meeting", "常务会议/常委会")],
                            max_length=20,
                            verbose_name="提到",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "提级规则",
                    "verbose_name_plural": "提级规则",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "trigger", "rung"), name="liaison_escalation_once"),
                        models.CheckConstraint(condition=models.Q(("trigger__in", ["unreported", "overdue", "reworks", "transfers"])), name="liaison_escalation_trigger_known"),
                        models.CheckConstraint(condition=models.Q(("rung__in", ["unit", "office", "special_group", "dispatch_meeting", "standing_meeting"])), name="liaison_escalation_rung_known"),
                        models.CheckConstraint(condition=models.Q(("threshold__gte", 1)), name="liaison_escalation_threshold_positive", violation_error_message="提级阈值至少为 1。"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Group",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="groups", to="liaison.programme", verbose_name="方案")),
                    (
                        "kind",
                        models.CharField(
                            choices=[("expert", "专家组"), ("supervision", "督导组"), ("squad", "工作小分队"), ("special", "问题解决专项小组"), ("working", "工作组")], max_length=12, verbose_name="类别"
                        ),
                    ),
                    ("sort", models.CharField(max_length=40, verbose_name="组别")),
                    ("name", models.CharField(max_length=60, verbose_name="名称")),
                    ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="groups", to="liaison.region", verbose_name="区划")),
                    ("department", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="groups", to="liaison.department", verbose_name="依托单位")),
                    ("task", models.CharField(blank=True, help_text="负责的问题类别或工作任务", max_length=200, verbose_name="任务")),
                    ("starts_on", models.DateField(verbose_name="成立日")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="撤销日")),
                ],
                options={
                    "verbose_name": "工作组",
                    "verbose_name_plural": "工作组",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("kind__in", ["expert", "supervision", "squad", "special", "working"])), name="liaison_group_kind_known"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("name", ""), _negated=True), models.Q(("sort", ""), _negated=True)), name="liaison_group_named", violation_error_message="工作组须有名称和组别。"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                            name="liaison_group_ends_after_start",
                            violation_error_message="撤销日不能早于成立日。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("programme", "="),
                                ("name", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="liaison_group_name_once_at_a_time",
                            violation_error_message="本方案同一时期已有同名的工作组。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="GroupMember",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("group", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="members", to="liaison.group", verbose_name="工作组")),
                    ("official", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("department", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.department", verbose_name="当时单位")),
                    ("duty", models.CharField(choices=[("head", "组长"), ("deputy", "副组长"), ("member", "成员"), ("instructor", "指导员")], default="member", max_length=12, verbose_name="职务")),
                    ("starts_on", models.DateField(verbose_name="起")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="止")),
                ],
                options={
                    "verbose_name": "工作组成员",
                    "verbose_name_plural": "工作组成员",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("duty__in", ["head", "deputy", "member", "instructor"])), name="liaison_groupmember_duty_known"),
                        models.CheckConstraint(
                            condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                            name="liaison_groupmember_ends_after_start",
                            violation_error_message="止日不能早于起日。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("duty", "head")),
                            expressions=[
                                ("group", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="liaison_groupmember_one_head",
                            violation_error_message="同一时期只能有一名组长。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("group", "="),
                                ("official", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="liaison_groupmember_once_at_a_time",
                            violation_error_message="该干部同一时期已在组内。",
                        ),
                    ],
                    "indexes": [models.Index(fields=["official", "ends_on"], name="liaison_groupmember_mine")],
                },
            ),
            migrations.CreateModel(
                name="Deputy",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("official", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="absences", to=settings.AUTH_USER_MODEL, verbose_name="离岗干部")),
                    ("deputy", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="standing_in", to=settings.AUTH_USER_MODEL, verbose_name="代理人")),
                    ("starts_on", models.DateField(verbose_name="起")),
                    ("ends_on", models.DateField(verbose_name="止")),
                    ("reason", models.CharField(max_length=80, verbose_name="事由")),
                    ("set_at", models.DateTimeField(verbose_name="登记时间")),
                    ("set_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人")),
                ],
                options={
                    "verbose_name": "代理",
                    "verbose_name_plural": "代理",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("official", models.F("deputy")), _negated=True), name="liaison_deputy_not_oneself", violation_error_message="不能由本人代理。"),
                        models.CheckConstraint(condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="liaison_deputy_ends_after_start", violation_error_message="止日不能早于起日。"),
                        models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="liaison_deputy_has_reason", violation_error_message="请写明离岗事由。"),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("official", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="liaison_deputy_one_at_a_time",
                            violation_error_message="该干部同一时期已有代理人。",
                        ),
                    ],
                    "indexes": [models.Index(fields=["deputy", "ends_on"], name="liaison_deputy_mine")],
                },
            ),
            migrations.CreateModel(
                name="ImportRun",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(max_length=20, verbose_name="名册")),
                    ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.region", verbose_name="区划")),
                    ("file", models.FileField(upload_to="imports/%Y/%m/", verbose_name="文件")),
                    ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                    ("sha256", models.CharField(max_length=64, verbose_name="文件指纹")),
                    ("options", models.JSONField(default=dict, help_text="写入时的附加选择，如包联方案", verbose_name="参数")),
                    ("mapping", models.JSONField(default=dict, help_text="字段 → 表头", verbose_name="列对应")),
                    ("headings", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, size=None, verbose_name="表头")),
                    (
                        "state",
                        models.CharField(
                            choices=[("uploaded", "待对应列"), ("checking", "检查中"), ("checked", "待确认"), ("applying", "写入中"), ("applied", "已导入"), ("failed", "未通过"), ("cancelled", "已放弃")],
                            default="uploaded",
                            max_length=10,
                            verbose_name="状态",
                        ),
                    ),
                    ("rows_total", models.PositiveIntegerField(default=0, verbose_name="总行数")),
                    ("rows_done", models.PositiveIntegerField(default=0, verbose_name="已处理")),
                    ("counts", models.JSONField(default=dict, verbose_name="各结论行数")),
                    ("digest", models.CharField(blank=True, max_length=64, verbose_name="预览指纹")),
                    ("message", models.TextField(blank=True, verbose_name="说明")),
                    ("uploaded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="上传人")),
                    ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                    ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="检查时间")),
                    ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="写入时间")),
                    ("applied_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="确认人")),
                ],
                options={
                    "verbose_name": "名册导入",
                    "verbose_name_plural": "名册导入",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["uploaded", "checking", "checked", "applying", "applied", "failed", "cancelled"])), name="liaison_importrun_state_known"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("applied_at__isnull", False), ("applied_by__isnull", False), ("state", "applied")),
                                models.Q(models.Q(("state", "applied"), _negated=True), ("applied_at__isnull", True)),
                                _connector="OR",
                            ),
                            name="liaison_importrun_applied_iff_stamped",
                        ),
                        models.CheckConstraint(condition=models.Q(("rows_done__lte", models.F("rows_total"))), name="liaison_importrun_done_within_total"),
                    ],
                    "indexes": [models.Index(fields=["-uploaded_at"], name="liaison_importrun_recent")],
                },
            ),
            migrations.CreateModel(
                name="ImportRow",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="liaison.importrun", verbose_name="导入")),
                    ("number", models.PositiveIntegerField(verbose_name="行号")),
                    ("verdict", models.CharField(choices=[("new", "新增"), ("changed", "变更"), ("same", "无变化"), ("duplicate", "表内重复"), ("error", "有误")], max_length=10, verbose_name="结论")),
                    ("key", models.CharField(blank=True, max_length=200, verbose_name="主键")),
                    ("label", models.CharField(blank=True, max_length=200, verbose_name="名称")),
                    ("cells", models.JSONField(default=dict, verbose_name="原值")),
                    ("values", models.JSONField(default=dict, verbose_name="取值")),
                    ("changes", models.JSONField(default=dict, help_text="字段 → [原值, 新值]", verbose_name="变更")),
                    ("errors", models.JSONField(default=dict, help_text="表头 → 原因", verbose_name="错误")),
                ],
                options={
                    "verbose_name": "导入行",
                    "verbose_name_plural": "导入行",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("verdict__in", ["new", "changed", "same", "duplicate", "error"])), name="liaison_importrow_verdict_known"),
                        models.UniqueConstraint(fields=("run", "number"), name="liaison_importrow_once"),
                    ],
                    "indexes": [models.Index(fields=["run", "verdict", "number"], name="liaison_importrow_by_verdict")],
                },
            ),
            migrations.CreateModel(
                name="InboxMessage",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reader", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="inbox", to=settings.AUTH_USER_MODEL, verbose_name="收件人")),
                    ("kind", models.CharField(choices=[("todo", "待办"), ("press", "督办"), ("news", "进展"), ("talk", "留言"), ("digest", "每日提要")], max_length=8, verbose_name="类别")),
                    ("title", models.CharField(max_length=140, verbose_name="标题")),
                    ("words", models.TextField(blank=True, verbose_name="内容")),
                    ("url", models.CharField(max_length=200, verbose_name="打开")),
                    ("about", models.CharField(max_length=60, verbose_name="所述事项")),
                    ("waits_for", models.CharField(blank=True, max_length=60, verbose_name="所等事项")),
                    ("created_at", models.DateTimeField(verbose_name="时间")),
                    ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="阅读时间")),
                    ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="事项办结时间")),
                ],
                options={
                    "verbose_name": "消息",
                    "verbose_name_plural": "消息",
                    "constraints": [
                        models.UniqueConstraint(fields=("reader", "about"), name="liaison_inbox_once"),
                        models.CheckConstraint(condition=models.Q(("kind__in", ["todo", "press", "news", "talk", "digest"])), name="liaison_inbox_kind_known"),
                        models.CheckConstraint(condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("about", ""), _negated=True)), name="liaison_inbox_says_what"),
                        models.CheckConstraint(condition=models.Q(("url__regex", "^/([^/]|$)")), name="liaison_inbox_opens_a_page_of_ours"),
                    ],
                    "indexes": [
                        models.Index(fields=["reader", "-created_at", "-id"], name="liaison_inbox_list"),
                        models.Index(condition=models.Q(("read_at__isnull", True), ("settled_at__isnull", True)), fields=["reader"], name="liaison_inbox_unread"),
                        models.Index(
                            condition=models.Q(("read_at__isnull", True), ("settled_at__isnull", True), models.Q(("waits_for", ""), _negated=True)), fields=["waits_for"], name="liaison_inbox_waiting"
                        ),
                        models.Index(fields=["created_at"], name="liaison_inbox_by_age"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Digest",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("official", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="digests", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("on", models.DateField(verbose_name="日期")),
                    ("is_empty", models.BooleanField(default=True, verbose_name="无事可提")),
                    ("text", models.CharField(blank=True, max_length=140, verbose_name="短信")),
                    ("written_at", models.DateTimeField(verbose_name="写成时间")),
                    ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="短信取走时间")),
                    ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="短信送出时间")),
                ],
                options={
                    "verbose_name": "每日提要",
                    "verbose_name_plural": "每日提要",
                    "constraints": [
                        models.UniqueConstraint(fields=("official", "on"), name="liaison_digest_once_a_day"),
                        models.CheckConstraint(condition=models.Q(("text", ""), ("is_empty", False), _connector="OR"), name="liaison_digest_text_says_something"),
                        models.CheckConstraint(condition=models.Q(("sent_at__isnull", True), ("taken_at__isnull", False), _connector="OR"), name="liaison_digest_sent_once_taken"),
                    ],
                    "indexes": [models.Index(condition=models.Q(("taken_at__isnull", True), models.Q(("text", ""), _negated=True)), fields=["on"], name="liaison_digest_to_send")],
                },
            ),
            migrations.CreateModel(
                name="TeamRole",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="team_roles", to="liaison.programmeversion")),
                    ("code", models.SlugField(max_length=30, verbose_name="代码")),
                    ("name", models.CharField(max_length=30, verbose_name="名称")),
                    ("holder", models.CharField(choices=[("official", "干部"), ("department", "单位"), ("group", "工作组")], max_length=12, verbose_name="由谁担任")),
                    ("min_count", models.PositiveSmallIntegerField(default=0, verbose_name="最少")),
                    ("max_count", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="最多")),
                    ("counts_to_quota", models.BooleanField(default=False, verbose_name="计入包联限额")),
                    ("keeps_contact", models.BooleanField(default=False, verbose_name="承担联系走访")),
                    ("answers_company", models.BooleanField(default=False, verbose_name="答复企业")),
                    ("full_time", models.BooleanField(default=False, help_text="同一时期只能在一户企业专职", verbose_name="脱产专职")),
                    ("needs_training", models.BooleanField(default=False, help_text="上岗前须有政策培训记录", verbose_name="须先培训")),
                    ("place", models.CharField(choices=[("any", "不限"), ("city", "市直单位"), ("same_county", "企业所在县区")], default="any", max_length=12, verbose_name="来自")),
                    ("contact_months", models.PositiveSmallIntegerField(blank=True, help_text="与方案的联系周期不同时填写", null=True, verbose_name="联系周期（月）")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "专班席位",
                    "verbose_name_plural": "专班席位",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "code"), name="liaison_teamrole_code_once"),
                        models.CheckConstraint(
                            condition=models.Q(("max_count__isnull", True), models.Q(("max_count__gte", models.F("min_count")), ("max_count__gte", 1)), _connector="OR"),
                            name="liaison_teamrole_max_not_below_min",
                            violation_error_message="席位上限不能小于下限。",
                        ),
                        models.CheckConstraint(condition=models.Q(("holder__in", ["official", "department", "group"])), name="liaison_teamrole_holder_known"),
                        models.CheckConstraint(
                            condition=models.Q(("holder", "official"), models.Q(("counts_to_quota", False), models.Q(("holder", "group"), ("keeps_contact", False), _connector="OR")), _connector="OR"),
                            name="liaison_teamrole_only_officials_count",
                            violation_error_message="只有干部席位计入限额，单位席位不承担联系。",
                        ),
                        models.CheckConstraint(condition=models.Q(("place__in", ["any", "city", "same_county"])), name="liaison_teamrole_place_known"),
                        models.CheckConstraint(
                            condition=models.Q(("holder", "official"), models.Q(("full_time", False), ("needs_training", False)), _connector="OR"),
                            name="liaison_teamrole_personal_conditions",
                            violation_error_message="只有干部席位可以要求脱产专职、先培训。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Eligibility",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="eligibilities", to="liaison.programmeversion")),
                    ("role", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="eligibilities", to="liaison.teamrole", verbose_name="席位")),
                    ("rank", models.CharField(choices=[("bureau", "厅级"), ("county", "县级"), ("section", "科级"), ("staff", "一般干部")], max_length=10, verbose_name="职级")),
                    ("chiefs_only", models.BooleanField(default=False, verbose_name="限主要负责人")),
                    (
                        "department_kind",
                        models.CharField(
                            blank=True,
                            choices=[("organ", "党政机关"), ("economic", "经济部门"), ("university", "高校"), ("town", "镇街社区"), ("other", "其他单位")],
                            default="",
                            max_length=12,
                            verbose_name="限单位类别",
                        ),
                    ),
                    ("max_age", models.PositiveSmallIntegerField(blank=True, help_text="按年份相减，当年达到仍可", null=True, verbose_name="年龄上限（岁）")),
                ],
                options={
                    "verbose_name": "任职资格",
                    "verbose_name_plural": "任职资格",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("role", "rank", "chiefs_only", "department_kind"), name="liaison_eligibility_once"),
                        models.CheckConstraint(
                            condition=models.Q(("department_kind__in", ["", "organ", "economic", "university", "town", "other"]), ("rank__in", ["bureau", "county", "section", "staff"])),
                            name="liaison_eligibility_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("max_age__isnull", True), ("max_age__range", (18, 70)), _connector="OR"),
                            name="liaison_eligibility_age_sane",
                            violation_error_message="年龄上限应在 18 与 70 岁之间。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Quota",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="quotas", to="liaison.programmeversion")),
                    ("rank", models.CharField(choices=[("bureau", "厅级"), ("county", "县级"), ("section", "科级"), ("staff", "一般干部")], max_length=10, verbose_name="职级")),
                    ("chiefs_only", models.BooleanField(default=False, verbose_name="限主要负责人")),
                    (
                        "department_kind",
                        models.CharField(
                            blank=True,
                            choices=[("organ", "党政机关"), ("economic", "经济部门"), ("university", "高校"), ("town", "镇街社区"), ("other", "其他单位")],
                            default="",
                            max_length=12,
                            verbose_name="限单位类别",
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            blank=True, help_text="县区、镇街自定限额时填写", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.region", verbose_name="自定区划"
                        ),
                    ),
                    ("companies", models.PositiveSmallIntegerField(verbose_name="企业数上限")),
                    ("companies_min", models.PositiveSmallIntegerField(default=0, verbose_name="企业数下限")),
                    ("projects", models.PositiveSmallIntegerField(default=0, verbose_name="项目数上限")),
                    ("either_or", models.BooleanField(default=False, verbose_name="企业、项目二选一")),
                    ("is_hard", models.BooleanField(default=True, help_text="超出即拒绝；否则只提醒", verbose_name="硬性")),
                ],
                options={
                    "verbose_name": "包联限额",
                    "verbose_name_plural": "包联限额",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("version", "rank", "chiefs_only", "department_kind", "region"),
                            name="liaison_quota_class_once",
                            nulls_distinct=False,
                            violation_error_message="同一类人员只能有一条限额。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("department_kind__in", ["", "organ", "economic", "university", "town", "other"]), ("rank__in", ["bureau", "county", "section", "staff"])),
                            name="liaison_quota_class_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("companies_min__lte", models.F("companies"))), name="liaison_quota_floor_not_above_ceiling", violation_error_message="企业数下限不能大于上限。"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LoadRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="load_rule", to="liaison.programmeversion")),
                    ("warn_companies", models.PositiveSmallIntegerField(default=5, verbose_name="提醒户数")),
                ],
                options={
                    "verbose_name": "负荷提醒",
                    "verbose_name_plural": "负荷提醒",
                    "abstract": False,
                    "constraints": [models.CheckConstraint(condition=models.Q(("warn_companies__gte", 1)), name="liaison_loadrule_positive", violation_error_message="提醒户数至少为 1。")],
                },
            ),
            migrations.CreateModel(
                name="ContactRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="contact_rule", to="liaison.programmeversion")),
                    ("period_months", models.PositiveSmallIntegerField(default=1, verbose_name="周期（月）")),
                    ("min_count", models.PositiveSmallIntegerField(default=1, verbose_name="每周期至少")),
                    ("on_site", models.BooleanField(default=True, verbose_name="上门走访计数")),
                    ("by_phone", models.BooleanField(default=True, verbose_name="电话计数")),
                    ("by_message", models.BooleanField(default=True, verbose_name="微信计数")),
                    ("by_video", models.BooleanField(default=True, verbose_name="视频计数")),
                    ("on_site_months", models.PositiveSmallIntegerField(blank=True, help_text="原则上至少多久上门一次；空为不要求", null=True, verbose_name="上门周期（月）")),
                    ("each_seat", models.BooleanField(default=False, help_text="每个承担联系的席位各自联系，否则一人联系即可", verbose_name="逐席联系")),
                    ("is_hard", models.BooleanField(default=True, help_text="否则只提醒", verbose_name="计入考核")),
                    ("waiver", models.BooleanField(default=True, help_text="企业表示本期无需联系的，视同已联系", verbose_name="企业可免")),
                    ("visits_ceiling", models.PositiveSmallIntegerField(blank=True, help_text="各单位合计，无事不扰；空为不限", null=True, verbose_name="每月上门上限")),
                    ("liaisons_min", models.PositiveSmallIntegerField(blank=True, help_text="每家企业；空为不要求", null=True, verbose_name="企业联络员至少（名）")),
                    ("liaisons_max", models.PositiveSmallIntegerField(blank=True, help_text="每家企业；空为不限", null=True, verbose_name="企业联络员至多（名）")),
                ],
                options={
                    "verbose_name": "联系规则",
                    "verbose_name_plural": "联系规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("min_count__gte", 1),
                                ("period_months__gte", 1),
                                models.Q(("on_site_months__isnull", True), ("on_site_months__gte", 1), _connector="OR"),
                                models.Q(("visits_ceiling__isnull", True), ("visits_ceiling__gte", 1), _connector="OR"),
                            ),
                            name="liaison_contactrule_positive",
                            violation_error_message="联系周期、次数和上限至少为 1。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("liaisons_min__isnull", True), ("liaisons_min__gte", 1), _connector="OR"),
                                models.Q(("liaisons_max__isnull", True), ("liaisons_max__gte", 1), _connector="OR"),
                                models.Q(("liaisons_min__isnull", True), ("liaisons_max__isnull", True), ("liaisons_max__gte", models.F("liaisons_min")), _connector="OR"),
                            ),
                            name="liaison_contactrule_liaisons_sane",
                            violation_error_message="企业联络员人数至少为 1，至多不能少于至少。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="GroupRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="groups", to="liaison.programmeversion")),
                    (
                        "kind",
                        models.CharField(
                            choices=[("expert", "专家组"), ("supervision", "督导组"), ("squad", "工作小分队"), ("special", "问题解决专项小组"), ("working", "工作组")], max_length=12, verbose_name="类别"
                        ),
                    ),
                    ("name", models.CharField(max_length=40, verbose_name="名称")),
                    ("count", models.PositiveSmallIntegerField(blank=True, help_text="空为按需设立", null=True, verbose_name="组数")),
                    (
                        "rhythm",
                        models.CharField(
                            choices=[("event", "不定期"), ("daily", "每日"), ("weekly", "每周"), ("fortnightly", "每两周"), ("monthly", "每月"), ("yearly", "每年")],
                            default="event",
                            max_length=12,
                            verbose_name="活动节奏",
                        ),
                    ),
                    ("task", models.CharField(blank=True, max_length=80, verbose_name="任务")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "工作组规则",
                    "verbose_name_plural": "工作组规则",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "kind", "name"), name="liaison_grouprule_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("kind__in", ["expert", "supervision", "squad", "special", "working"]),
                                ("rhythm__in", ["event", "daily", "weekly", "fortnightly", "monthly", "yearly"]),
                                models.Q(("count__isnull", True), ("count__gte", 1), _connector="OR"),
                            ),
                            name="liaison_grouprule_known",
                            violation_error_message="组数至少为 1。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PhaseRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="phases", to="liaison.programmeversion")),
                    ("code", models.SlugField(max_length=30, verbose_name="代码")),
                    ("name", models.CharField(max_length=40, verbose_name="名称")),
                    ("starts_after_days", models.PositiveSmallIntegerField(default=0, verbose_name="启动后第几天开始")),
                    ("lasts_days", models.PositiveSmallIntegerField(blank=True, help_text="空为到方案结束", null=True, verbose_name="持续天数")),
                    ("sections", models.CharField(blank=True, help_text="国民经济行业分类的门类字母，如 DFG；空为全部", max_length=20, verbose_name="行业门类")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "阶段",
                    "verbose_name_plural": "阶段",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "code"), name="liaison_phase_code_once"),
                        models.CheckConstraint(condition=models.Q(("sections__regex", "^[A-T]*$")), name="liaison_phase_sections_letters", violation_error_message="行业门类是 A–T 的字母。"),
                        models.CheckConstraint(
                            condition=models.Q(("lasts_days__isnull", True), ("lasts_days__gte", 1), _connector="OR"), name="liaison_phase_lasts", violation_error_message="阶段至少持续 1 天。"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="BatchRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="batch_rule", to="liaison.programmeversion")),
                    ("months", models.PositiveSmallIntegerField(default=12, verbose_name="每批月数")),
                ],
                options={
                    "verbose_name": "批次规则",
                    "verbose_name_plural": "批次规则",
                    "abstract": False,
                    "constraints": [models.CheckConstraint(condition=models.Q(("months__range", (1, 60))), name="liaison_batchrule_months", violation_error_message="每批应为 1–60 个月。")],
                },
            ),
            migrations.CreateModel(
                name="DutyRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="duties", to="liaison.programmeversion")),
                    ("code", models.SlugField(max_length=30, verbose_name="代码")),
                    ("name", models.CharField(max_length=40, verbose_name="名称")),
                    (
                        "source",
                        models.CharField(
                            choices=[
                                ("ticket_solved", "解决问题"),
                                ("contact", "联系走访"),
                                ("on_site", "上门走访"),
                                ("policy", "对接政策"),
                                ("front_line", "一线劳动"),
                                ("suggestion", "合理化建议"),
                                ("experience", "体验报告"),
                                ("integrity", "廉政宣传"),
                            ],
                            max_length=16,
                            verbose_name="由什么计数",
                        ),
                    ),
                    ("target", models.PositiveSmallIntegerField(default=1, verbose_name="至少")),
                    ("unit", models.CharField(default="件", max_length=6, verbose_name="单位")),
                    ("period", models.CharField(choices=[("batch", "每批次"), ("month", "每月"), ("quarter", "每季度"), ("year", "每年")], default="batch", max_length=8, verbose_name="周期")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "规定动作",
                    "verbose_name_plural": "规定动作",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "code"), name="liaison_duty_code_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("period__in", ["batch", "month", "quarter", "year"]),
                                ("source__in", ["ticket_solved", "contact", "on_site", "policy", "front_line", "suggestion", "experience", "integrity"]),
                                ("target__gte", 1),
                            ),
                            name="liaison_duty_known",
                            violation_error_message="规定动作至少 1 次。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SurveyRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="survey_rule", to="liaison.programmeversion")),
                    ("scale", models.PositiveSmallIntegerField(default=5, verbose_name="分值上限")),
                    ("satisfied_min", models.PositiveSmallIntegerField(default=3, verbose_name="满意下限")),
                    ("close_days", models.PositiveSmallIntegerField(default=7, verbose_name="链接有效天数")),
                    ("remind_days", models.PositiveSmallIntegerField(default=3, help_text="发出后几天未评价则提醒", verbose_name="提醒（天）")),
                    ("callback_negative_percent", models.PositiveSmallIntegerField(default=100, verbose_name="不满意回访（%）")),
                    ("sample_positive_percent", models.PositiveSmallIntegerField(default=10, verbose_name="满意抽访（%）")),
                    ("max_questions", models.PositiveSmallIntegerField(default=6, verbose_name="题目上限")),
                ],
                options={
                    "verbose_name": "评价规则",
                    "verbose_name_plural": "评价规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("close_days__gte", 1), ("satisfied_min__gte", 1), ("satisfied_min__lte", models.F("scale")), ("scale__gte", 2)),
                            name="liaison_surveyrule_sane",
                            violation_error_message="满意下限应在 1 与分值上限之间。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("callback_negative_percent__lte", 100), ("sample_positive_percent__lte", 100)),
                            name="liaison_surveyrule_percents",
                            violation_error_message="回访比例不超过 100%。",
                        ),
                        models.CheckConstraint(condition=models.Q(("max_questions__range", (1, 6))), name="liaison_surveyrule_few_questions", violation_error_message="评议表最多 6 题。"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CheckRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="liaison.programmeversion")),
                    ("kind", models.CharField(choices=[("callback", "电话回访"), ("random", "随机抽查"), ("unannounced", "暗访"), ("terminal", "末梢验证")], max_length=12, verbose_name="方式")),
                    (
                        "rhythm",
                        models.CharField(
                            choices=[("event", "不定期"), ("daily", "每日"), ("weekly", "每周"), ("fortnightly", "每两周"), ("monthly", "每月"), ("yearly", "每年")],
                            default="monthly",
                            max_length=12,
                            verbose_name="节奏",
                        ),
                    ),
                    ("percent", models.PositiveSmallIntegerField(default=10, verbose_name="抽取比例（%）")),
                ],
                options={
                    "verbose_name": "核查规则",
                    "verbose_name_plural": "核查规则",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "kind"), name="liaison_checkrule_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("kind__in", ["callback", "random", "unannounced", "terminal"]),
                                ("percent__range", (1, 100)),
                                ("rhythm__in", ["event", "daily", "weekly", "fortnightly", "monthly", "yearly"]),
                            ),
                            name="liaison_checkrule_known",
                            violation_error_message="抽取比例应在 1% 与 100% 之间。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="BulletinRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="bulletin_rule", to="liaison.programmeversion")),
                    ("cutoff_day", models.PositiveSmallIntegerField(default=0, help_text="0 = 每月最后一天", verbose_name="截止日")),
                    ("rank_units", models.BooleanField(default=False, verbose_name="单位排名")),
                ],
                options={
                    "verbose_name": "通报规则",
                    "verbose_name_plural": "通报规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("cutoff_day__lte", 28)), name="liaison_bulletinrule_day_exists", violation_error_message="截止日应为 1–28，或 0 表示月末。")
                    ],
                },
            ),
            migrations.CreateModel(
                name="BulletinAudience",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="audiences", to="liaison.programmeversion")),
                    ("audience", models.CharField(choices=[("top", "市委市政府主要领导"), ("leaders", "其他市领导"), ("units", "各责任单位和县区")], max_length=10, verbose_name="发送")),
                    (
                        "rhythm",
                        models.CharField(
                            choices=[("event", "不定期"), ("daily", "每日"), ("weekly", "每周"), ("fortnightly", "每两周"), ("monthly", "每月"), ("yearly", "每年")],
                            default="monthly",
                            max_length=12,
                            verbose_name="节奏",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "通报对象",
                    "verbose_name_plural": "通报对象",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "audience", "rhythm"), name="liaison_audience_once"),
                        models.CheckConstraint(
                            condition=models.Q(("audience__in", ["top", "leaders", "units"]), ("rhythm__in", ["event", "daily", "weekly", "fortnightly", "monthly", "yearly"])),
                            name="liaison_audience_known",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ReportRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="report_rule", to="liaison.programmeversion")),
                    (
                        "rhythm",
                        models.CharField(
                            choices=[("event", "不定期"), ("daily", "每日"), ("weekly", "每周"), ("fortnightly", "每两周"), ("monthly", "每月"), ("yearly", "每年")],
                            default="daily",
                            max_length=12,
                            verbose_name="节奏",
                        ),
                    ),
                    ("until_hour", models.PositiveSmallIntegerField(default=18, verbose_name="截止（时）")),
                    ("zero_report", models.BooleanField(default=True, verbose_name="零报告")),
                ],
                options={
                    "verbose_name": "日报规则",
                    "verbose_name_plural": "日报规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("rhythm__in", ["event", "daily", "weekly", "fortnightly", "monthly", "yearly"]), ("until_hour__range", (1, 24))),
                            name="liaison_reportrule_sane",
                            violation_error_message="截止时间应在 1 与 24 时之间。",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ReportField",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="report_fields", to="liaison.programmeversion")),
                    ("code", models.SlugField(max_length=30, verbose_name="代码")),
                    ("name", models.CharField(max_length=40, verbose_name="名称")),
                    ("kind", models.CharField(choices=[("number", "数量"), ("money", "金额（万元）"), ("yes_no", "是否"), ("text", "文字")], default="number", max_length=8, verbose_name="类型")),
                    ("unit", models.CharField(blank=True, max_length=6, verbose_name="单位")),
                    ("required", models.BooleanField(default=False, verbose_name="必填")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "日报栏目",
                    "verbose_name_plural": "日报栏目",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "code"), name="liaison_reportfield_code_once"),
                        models.CheckConstraint(condition=models.Q(("kind__in", ["number", "money", "yes_no", "text"])), name="liaison_reportfield_kind_known"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="StandingForm",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="forms", to="liaison.programmeversion")),
                    (
                        "form",
                        models.CharField(
                            choices=[
                                ("ticket_form", "企业问题办理单"),
                                ("company_sheet", "包抓企业基本情况表"),
                                ("demands", "企业困难诉求清单"),
                                ("policies", "惠企政策兑现情况清单"),
                                ("ledger", "问题台账"),
                                ("duty_ledger", "六个一工作台账"),
                                ("experience", "体验报告"),
                                ("appraisal", "企业评议表"),
                                ("daily", "企业日报"),
                                ("door_card", "助企公示牌"),
                            ],
                            max_length=16,
                            verbose_name="表单",
                        ),
                    ),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "台账表单",
                    "verbose_name_plural": "台账表单",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "form"), name="liaison_standingform_once"),
                        models.CheckConstraint(
                            condition=models.Q(("form__in", ["ticket_form", "company_sheet", "demands", "policies", "ledger", "duty_ledger", "experience", "appraisal", "daily", "door_card"])),
                            name="liaison_standingform_known",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ScoreItem",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="score_items", to="liaison.programmeversion")),
                    ("board", models.CharField(choices=[("handling", "责任单位（办理）"), ("assigned", "包抓单位（服务）")], max_length=10, verbose_name="考核对象")),
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
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ],
                options={
                    "verbose_name": "考核指标",
                    "verbose_name_plural": "考核指标",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "board", "measure"), name="liaison_scoreitem_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("board__in", ["handling", "assigned"]), ("measure__in", ["closed", "on_time", "satisfied", "response", "verified", "coverage", "reported_in_time", "resolved", "ledger"])
                            ),
                            name="liaison_scoreitem_measure_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("target__gt", 0), ("target__lte", 100), ("weight__gt", 0), ("weight__lte", 100)),
                            name="liaison_scoreitem_range",
                            violation_error_message="权重和目标应在 0 与 100 之间。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DeductionRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deductions", to="liaison.programmeversion")),
                    ("board", models.CharField(choices=[("handling", "责任单位（办理）"), ("assigned", "包抓单位（服务）")], max_length=10, verbose_name="考核对象")),
                    (
                        "slip",
                        models.CharField(
                            choices=[("late_report", "逾期上报"), ("overdue", "逾期未办结"), ("rework", "重办"), ("late_sign", "逾期签收"), ("fake_close", "虚假办结")], max_length=20, verbose_name="情形"
                        ),
                    ),
                    ("points", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="每次扣分")),
                ],
                options={
                    "verbose_name": "扣分规则",
                    "verbose_name_plural": "扣分规则",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "board", "slip"), name="liaison_deduction_once"),
                        models.CheckConstraint(
                            condition=models.Q(("board__in", ["handling", "assigned"]), ("points__gt", 0), ("slip__in", ["late_report", "overdue", "rework", "late_sign", "fake_close"])),
                            name="liaison_deduction_known",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ScoreRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="score_rule", to="liaison.programmeversion")),
                    ("min_n", models.PositiveSmallIntegerField(default=5, help_text="少于此数的指标不计分", verbose_name="最小样本")),
                    ("bonus_cap", models.DecimalField(decimal_places=1, default=Decimal("5"), max_digits=4, verbose_name="加分上限")),
                    ("months_percent", models.PositiveSmallIntegerField(default=60, verbose_name="月度占比（%）")),
                    ("check_percent", models.PositiveSmallIntegerField(default=40, verbose_name="年终核查占比（%）")),
                    ("excellent_min", models.PositiveSmallIntegerField(default=90, verbose_name="优秀不低于")),
                    ("good_min", models.PositiveSmallIntegerField(default=80, verbose_name="良好不低于")),
                    ("fair_min", models.PositiveSmallIntegerField(default=60, verbose_name="合格不低于")),
                ],
                options={
                    "verbose_name": "考核规则",
                    "verbose_name_plural": "考核规则",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("bonus_cap__gte", 0), ("min_n__gte", 1)), name="liaison_scorerule_small_numbers", violation_error_message="最小样本至少为 1，加分上限不能为负。"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ResultRule",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="results", to="liaison.programmeversion")),
                    (
                        "use",
                        models.CharField(
                            choices=[("deduction", "向考核办提出扣分意见"), ("comprehensive", "综合考核"), ("department", "部门绩效考核"), ("personal", "个人年度考核"), ("accountability", "作风问责")],
                            max_length=16,
                            verbose_name="用于",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "结果运用",
                    "verbose_name_plural": "结果运用",
                    "abstract": False,
                    "constraints": [
                        models.UniqueConstraint(fields=("version", "use"), name="liaison_resultrule_once"),
                        models.CheckConstraint(condition=models.Q(("use__in", ["deduction", "comprehensive", "department", "personal", "accountability"])), name="liaison_resultrule_known"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="OutboxMessage",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("topic", models.CharField(max_length=60, verbose_name="事由")),
                    ("arguments", models.JSONField(default=dict, verbose_name="参数")),
                    ("created_at", models.DateTimeField(verbose_name="写入时间")),
                    ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="送出时间")),
                    ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ],
                options={
                    "verbose_name": "待发任务",
                    "verbose_name_plural": "待发任务",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("sent_at__isnull", True), ("sent_at__gte", models.F("created_at")), _connector="OR"), name="liaison_outbox_sent_after_created")
                    ],
                    "indexes": [models.Index(condition=models.Q(("sent_at__isnull", True)), fields=["id"], name="liaison_outbox_unsent")],
                },
            ),
            migrations.CreateModel(
                name="AuditEvent",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("at", models.DateTimeField(verbose_name="时间")),
                    ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="操作人")),
                    ("action", models.CharField(max_length=60, verbose_name="动作")),
                    ("subject", models.CharField(max_length=80, verbose_name="对象")),
                    ("label", models.CharField(max_length=200, verbose_name="对象名称")),
                    ("detail", models.JSONField(default=dict, verbose_name="内容")),
                ],
                options={
                    "verbose_name": "操作记录",
                    "verbose_name_plural": "操作记录",
                    "constraints": [models.CheckConstraint(condition=models.Q(models.Q(("action", ""), _negated=True), models.Q(("subject", ""), _negated=True)), name="liaison_audit_named")],
                    "indexes": [models.Index(fields=["subject", "-at"], name="liaison_audit_by_subject"), models.Index(fields=["-at"], name="liaison_audit_by_time")],
                },
            ),
        ),
    ]
