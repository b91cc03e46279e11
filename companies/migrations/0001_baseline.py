"""This room's tables as its models declare them, written by makemigrations: a column, a constraint a line."""
# fmt: off

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import liaison.models.files
import liaison.models.people
from liaison.migrations._baseline import Tables


class Migration(migrations.Migration):
    replaces = [
        ("companies", "0001_initial"),
        ("companies", "0002_initial"),
        ("companies", "0003_proposals"),
        ("companies", "0004_group_seats"),
        ("companies", "0005_duties_and_door_cards"),
        ("companies", "0006_seats_and_recusals"),
        ("companies", "0007_waived_contact"),
        ("companies", "0009_proposal_floors"),
        ("companies", "0010_plan_measures"),
        ("companies", "0011_plan_texts_into_measures"),
        ("companies", "0012_plan_texts_gone"),
        ("companies", "0013_plan_horizon"),
        ("companies", "0014_company_initials"),
    ]

    initial = True

    dependencies = [("liaison", "0001_baseline")]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Company",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("uscc", models.CharField(max_length=18, unique=True, verbose_name="统一社会信用代码")),
                    ("name", models.CharField(max_length=120, verbose_name="企业名称")),
                    ("pinyin", models.CharField(blank=True, editable=False, max_length=400, verbose_name="拼音")),
                    ("initials", models.CharField(blank=True, editable=False, max_length=120, verbose_name="拼音首字母")),
                    ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="companies", to="liaison.region", verbose_name="行政区划")),
                    ("kind", models.CharField(blank=True, max_length=80, verbose_name="企业类型")),
                    ("is_sole_trader", models.BooleanField(default=False, verbose_name="个体工商户")),
                    ("industry", models.CharField(blank=True, help_text="GB/T 4754 门类或大类", max_length=4, verbose_name="行业代码")),
                    (
                        "scale",
                        models.CharField(blank=True, choices=[("large", "大型"), ("medium", "中型"), ("small", "小型"), ("micro", "微型"), ("", "未填")], default="", max_length=8, verbose_name="规模"),
                    ),
                    ("established_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                    ("capital_wan", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True, verbose_name="注册资本（万元）")),
                    ("capital_currency", models.CharField(blank=True, default="人民币", max_length=12, verbose_name="币种")),
                    ("address", models.CharField(blank=True, max_length=300, verbose_name="地址")),
                    ("business_scope", models.TextField(blank=True, verbose_name="经营范围")),
                    ("staff_count", models.PositiveIntegerField(blank=True, null=True, verbose_name="职工人数")),
                    ("is_active", models.BooleanField(default=True, verbose_name="存续")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建档时间")),
                ],
                options={
                    "verbose_name": "企业",
                    "verbose_name_plural": "企业",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("uscc__regex", "^[0-9A-HJ-NPQRTUWXY]{2}\\d{6}[0-9A-HJ-NPQRTUWXY]{10}$")),
                            name="companies_company_uscc_shape",
                            violation_error_message="统一社会信用代码应为 18 位，不含 I、O、Z、S、V。",
                        ),
                        models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="companies_company_named", violation_error_message="企业名称不能为空。"),
                        models.CheckConstraint(condition=models.Q(("scale__in", ["large", "medium", "small", "micro", ""])), name="companies_company_scale_known"),
                        models.CheckConstraint(
                            condition=models.Q(("capital_wan__isnull", True), ("capital_wan__gte", 0), _connector="OR"),
                            name="companies_company_capital_not_negative",
                            violation_error_message="注册资本不能为负。",
                        ),
                    ],
                    "indexes": [
                        models.Index(fields=["region", "pinyin", "id"], name="companies_company_by_region"),
                        models.Index(fields=["pinyin", "id"], name="companies_company_by_pinyin"),
                        django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass("name", name="gin_trgm_ops"), name="companies_company_name_trgm"),
                        django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass("pinyin", name="gin_trgm_ops"), name="companies_company_pinyin_trgm"),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass("uscc", name="gin_trgm_ops"),
                            django.contrib.postgres.indexes.OpClass("initials", name="gin_trgm_ops"),
                            name="companies_company_codes_trgm",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Contact",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="companies.company", verbose_name="企业")),
                    ("name", models.CharField(max_length=40, verbose_name="姓名")),
                    ("title", models.CharField(blank=True, max_length=40, verbose_name="职务")),
                    ("phone", models.CharField(max_length=20, verbose_name="电话")),
                    ("is_primary", models.BooleanField(default=False, verbose_name="主要联络员")),
                ],
                options={
                    "verbose_name": "企业联络员",
                    "verbose_name_plural": "企业联络员",
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("is_primary", True)), fields=("company",), name="companies_contact_one_primary", violation_error_message="一家企业只有一名主要联络员。"
                        ),
                        models.UniqueConstraint(fields=("company", "phone"), name="companies_contact_phone_once", violation_error_message="该企业已有使用此电话的联络员。"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Project",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="projects", to="companies.company", verbose_name="企业")),
                    ("code", models.CharField(max_length=40, unique=True, verbose_name="项目编号")),
                    ("name", models.CharField(max_length=120, verbose_name="项目名称")),
                    ("stage", models.CharField(choices=[("planned", "前期"), ("building", "在建"), ("done", "投产")], default="planned", max_length=10, verbose_name="阶段")),
                    ("investment_wan", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="总投资（万元）")),
                ],
                options={
                    "verbose_name": "重点项目",
                    "verbose_name_plural": "重点项目",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("stage__in", ["planned", "building", "done"])), name="companies_project_stage_known"),
                        models.CheckConstraint(
                            condition=models.Q(("investment_wan__isnull", True), ("investment_wan__gte", 0), _connector="OR"),
                            name="companies_project_investment_not_negative",
                            violation_error_message="总投资不能为负。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Enrolment",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="liaison.programme", verbose_name="方案")),
                    ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.programmeversion", verbose_name="方案版本")),
                    ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="companies.company", verbose_name="企业")),
                    ("project", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="companies.project", verbose_name="项目")),
                    (
                        "batch",
                        models.ForeignKey(
                            blank=True,
                            help_text="随哪一批次纳入；此后各批次接着包抓，席位到批次终止日为止",
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="enrolments",
                            to="liaison.batch",
                            verbose_name="批次",
                        ),
                    ),
                    ("starts_on", models.DateField(verbose_name="纳入日")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="退出日")),
                ],
                options={
                    "verbose_name": "纳入包联",
                    "verbose_name_plural": "纳入包联",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                            name="companies_enrolment_ends_after_start",
                            violation_error_message="退出日不能早于纳入日。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("project__isnull", True)),
                            expressions=[
                                ("programme", "="),
                                ("company", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="companies_enrolment_company_once_at_a_time",
                            violation_error_message="该企业同一时期已纳入本方案。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("project__isnull", False)),
                            expressions=[
                                ("programme", "="),
                                ("project", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="companies_enrolment_project_once_at_a_time",
                            violation_error_message="该项目同一时期已纳入本方案。",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Assignment",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("enrolment", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="companies.enrolment", verbose_name="纳入")),
                    ("role", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="liaison.teamrole", verbose_name="席位")),
                    ("official", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    (
                        "department",
                        models.ForeignKey(
                            help_text="单位席位的单位；干部席位则为其当时的单位；工作组席位则为其依托单位",
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="assignments",
                            to="liaison.department",
                            verbose_name="单位",
                        ),
                    ),
                    ("group", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="liaison.group", verbose_name="工作组")),
                    ("slot", models.PositiveSmallIntegerField(blank=True, editable=False, help_text="席位有人数上限时由数据库填写：1 到上限", null=True, verbose_name="第几席")),
                    ("is_full_time", models.BooleanField(default=False, editable=False, help_text="由数据库按席位规则填写", verbose_name="脱产专职")),
                    ("starts_on", models.DateField(verbose_name="起")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="止")),
                    ("assigned_at", models.DateTimeField(verbose_name="指派时间")),
                    ("assigned_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="指派人")),
                ],
                options={
                    "verbose_name": "包联关系",
                    "verbose_name_plural": "包联关系",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                            name="companies_assignment_ends_after_start",
                            violation_error_message="包联止不能早于包联起。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("slot__isnull", False)),
                            expressions=[
                                ("enrolment", "="),
                                ("role", "="),
                                ("slot", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="companies_assignment_slot_once",
                            violation_error_message="该席位同一时期已有人担任。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("is_full_time", True)),
                            expressions=[
                                ("official", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="companies_assignment_full_time_once",
                            violation_error_message="该干部同一时期已在另一户企业脱产专职。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("official__isnull", False)),
                            expressions=[
                                ("enrolment", "="),
                                ("role", "="),
                                ("official", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="companies_assignment_official_once_per_seat",
                            violation_error_message="该干部同一时期已担任此席位。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("group__isnull", False)),
                            expressions=[
                                ("enrolment", "="),
                                ("role", "="),
                                ("group", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="companies_assignment_group_once_per_seat",
                            violation_error_message="该工作组同一时期已担任此席位。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("official__isnull", True), ("group__isnull", True), _connector="OR"),
                            name="companies_assignment_person_or_group",
                            violation_error_message="席位由干部或工作组担任，不能两者都是。",
                        ),
                    ],
                    "indexes": [
                        models.Index(fields=["official", "ends_on"], name="companies_assignment_mine"),
                        models.Index(fields=["department", "role"], name="companies_assignment_of_unit"),
                        models.Index(condition=models.Q(("group__isnull", False)), fields=["group", "ends_on"], name="companies_assignment_of_group"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DoorCard",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="door_cards", to="companies.company", verbose_name="企业")),
                    ("issued_at", models.DateTimeField(verbose_name="制作时间")),
                    ("issued_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="制作人")),
                    ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                    ("revoked_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="停用人")),
                ],
                options={
                    "verbose_name": "助企公示牌",
                    "verbose_name_plural": "助企公示牌",
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("revoked_at__isnull", True)), fields=("company",), name="companies_doorcard_one_standing", violation_error_message="该企业已有在用的公示牌。"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)), models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)), _connector="OR"
                            ),
                            name="companies_doorcard_revoked_iff_stamped",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PublicPhone",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("official", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="public_phone", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("phone", models.CharField(max_length=20, verbose_name="公示电话")),
                    ("set_at", models.DateTimeField(verbose_name="登记时间")),
                    ("set_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人")),
                ],
                options={
                    "verbose_name": "公示电话",
                    "verbose_name_plural": "公示电话",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("phone__regex", "^[0-9][0-9-]{4,14}(转[0-9]{1,6})?$")), name="companies_publicphone_digits", violation_error_message="公示电话应为座机（带区号）或手机号。"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="DutyEntry",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("client_id", models.UUIDField(unique=True, verbose_name="客户端编号")),
                    ("enrolment", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="duty_entries", to="companies.enrolment", verbose_name="纳入")),
                    ("official", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="duty_entries", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("department", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.department", verbose_name="当时单位")),
                    (
                        "source",
                        models.CharField(
                            choices=[
                                ("ticket_solved", "解决问题"),
                                ("contact", "联系走访"),
                                ("on_site", "上门走访"),
                                ("policy", "对接政策"),
                                ("finance", "融资授信"),
                                ("front_line", "一线劳动"),
                                ("suggestion", "合理化建议"),
                                ("experience", "体验报告"),
                                ("integrity", "廉政宣传"),
                            ],
                            max_length=16,
                            verbose_name="事项",
                        ),
                    ),
                    ("on", models.DateField(verbose_name="日期")),
                    ("is_none", models.BooleanField(default=False, verbose_name="本期无")),
                    ("words", models.CharField(blank=True, max_length=500, verbose_name="内容")),
                    ("finance_yuan", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="促成融资（元）")),
                    ("credit_yuan", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="获得授信（元）")),
                    ("logged_at", models.DateTimeField(verbose_name="登记时间")),
                    ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ],
                options={
                    "verbose_name": "规定动作登记",
                    "verbose_name_plural": "规定动作登记",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("source__in", ["ticket_solved", "contact", "on_site", "policy", "finance", "front_line", "suggestion", "experience", "integrity"])),
                            name="companies_dutyentry_source_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("on__lte", django.db.models.functions.datetime.TruncDate("logged_at"))),
                            name="companies_dutyentry_not_in_future",
                            violation_error_message="日期不能晚于登记日。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("is_none", True), models.Q(("words", ""), _negated=True), _connector="OR"),
                            name="companies_dutyentry_says_what",
                            violation_error_message="请写一句做了什么。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("is_none", True), models.Q(("source__in", ("ticket_solved", "contact", "on_site")), _negated=True), _connector="OR"),
                            name="companies_dutyentry_not_counted_elsewhere",
                            violation_error_message="问题和走访由系统自动计数，不在这里登记。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("credit_yuan__isnull", True), ("finance_yuan__isnull", True)),
                                models.Q(
                                    ("is_none", False),
                                    ("source__in", ("policy", "finance")),
                                    models.Q(("finance_yuan__isnull", True), ("finance_yuan__gt", 0), _connector="OR"),
                                    models.Q(("credit_yuan__isnull", True), ("credit_yuan__gt", 0), _connector="OR"),
                                ),
                                _connector="OR",
                            ),
                            name="companies_dutyentry_amounts_of_money_matters",
                            violation_error_message="只有对接政策和融资授信填写金额，金额须大于零。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("source", "finance"), _negated=True), ("is_none", True), ("finance_yuan__isnull", False), ("credit_yuan__isnull", False), _connector="OR"),
                            name="companies_dutyentry_finance_has_amount",
                            violation_error_message="融资授信须填写金额。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("withdrawn_at__isnull", True), ("withdrawn_at__gte", models.F("logged_at")), _connector="OR"), name="companies_dutyentry_withdrawn_later"
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("is_none", False), ("source", "front_line"), ("withdrawn_at__isnull", True)),
                            fields=("official", "on"),
                            name="companies_dutyentry_a_day_worked_once",
                            violation_error_message="这一天的一线劳动已经登记过。",
                        ),
                    ],
                    "indexes": [models.Index(fields=["official", "source", "on"], name="companies_dutyentry_of_person")],
                },
            ),
            migrations.CreateModel(
                name="DutyFile",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.FileField(upload_to=liaison.models.files.place_of, verbose_name="文件")),
                    ("name", models.CharField(max_length=120, verbose_name="文件名")),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("pdf", "PDF"),
                                ("docx", "Word"),
                                ("xlsx", "Excel"),
                                ("pptx", "PPT"),
                                ("ofd", "OFD"),
                                ("doc", "Word"),
                                ("xls", "Excel"),
                                ("ppt", "PPT"),
                                ("jpg", "图片"),
                                ("png", "图片"),
                                ("webp", "图片"),
                                ("txt", "文本"),
                                ("csv", "表格文本"),
                            ],
                            max_length=8,
                            verbose_name="类型",
                        ),
                    ),
                    ("size", models.PositiveIntegerField(verbose_name="字节数")),
                    ("sha256", models.CharField(max_length=64, verbose_name="文件指纹")),
                    ("uploaded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="上传人")),
                    ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                    ("owner", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="companies.dutyentry", verbose_name="规定动作登记")),
                ],
                options={
                    "verbose_name": "规定动作佐证",
                    "verbose_name_plural": "规定动作佐证",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("kind__in", ["pdf", "docx", "xlsx", "pptx", "ofd", "doc", "xls", "ppt", "jpg", "png", "webp", "txt", "csv"])), name="companies_dutyfile_kind_known"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$"), ("size__gte", 1), models.Q(("name", ""), _negated=True), models.Q(("file", ""), _negated=True)),
                            name="companies_dutyfile_is_something",
                        ),
                        models.UniqueConstraint(fields=("owner", "sha256"), name="companies_dutyfile_once", violation_error_message="同一个文件已经上传过。"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ServicePlan",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("enrolment", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="plan", to="companies.enrolment", verbose_name="纳入")),
                    ("goals", models.TextField(verbose_name="目标")),
                    ("due_on", models.DateField(blank=True, null=True, verbose_name="完成日期")),
                    ("revision", models.PositiveIntegerField(default=1, help_text="每次保存加一；不认得现稿的人不能覆盖它", verbose_name="第几稿")),
                    ("written_at", models.DateTimeField(verbose_name="制定时间")),
                    ("written_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="制定人")),
                    ("revised_at", models.DateTimeField(verbose_name="修改时间")),
                    ("revised_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="修改人")),
                ],
                options={
                    "verbose_name": "包抓方案",
                    "verbose_name_plural": "包抓方案",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("goals", ""), _negated=True), name="companies_plan_filled", violation_error_message="包抓方案须写明目标。"),
                        models.CheckConstraint(condition=models.Q(("revised_at__gte", models.F("written_at")), ("revision__gte", 1)), name="companies_plan_revised_later"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PlanMeasure",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("plan", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="measures", to="companies.serviceplan", verbose_name="包抓方案")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                    ("words", models.CharField(max_length=300, verbose_name="措施")),
                    ("due_on", models.DateField(blank=True, help_text="旧方案转来的措施可能没有期限，其余都有", null=True, verbose_name="完成期限")),
                    ("official", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="plan_measures", to=settings.AUTH_USER_MODEL, verbose_name="责任人")),
                    ("department", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="plan_measures", to="liaison.department", verbose_name="责任单位")),
                    ("done_on", models.DateField(blank=True, null=True, verbose_name="完成日")),
                    ("result", models.CharField(blank=True, max_length=300, verbose_name="结果")),
                ],
                options={
                    "verbose_name": "包抓方案措施",
                    "verbose_name_plural": "包抓方案措施",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("words", ""), _negated=True), name="companies_planmeasure_says_what", violation_error_message="请写明措施。"),
                        models.CheckConstraint(
                            condition=models.Q(("official__isnull", True), ("department__isnull", True), _connector="OR"),
                            name="companies_planmeasure_one_in_charge",
                            violation_error_message="措施由一名干部或一个单位负责，不能两者都是。",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("done_on__isnull", False), ("result", ""), _connector="OR"),
                            name="companies_planmeasure_result_once_done",
                            violation_error_message="填写结果的，须写明完成日。",
                        ),
                    ],
                    "indexes": [models.Index(condition=models.Q(("done_on__isnull", True)), fields=["due_on", "plan"], name="companies_planmeasure_open")],
                },
            ),
            migrations.CreateModel(
                name="PlanFile",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.FileField(upload_to=liaison.models.files.place_of, verbose_name="文件")),
                    ("name", models.CharField(max_length=120, verbose_name="文件名")),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("pdf", "PDF"),
                                ("docx", "Word"),
                                ("xlsx", "Excel"),
                                ("pptx", "PPT"),
                                ("ofd", "OFD"),
                                ("doc", "Word"),
                                ("xls", "Excel"),
                                ("ppt", "PPT"),
                                ("jpg", "图片"),
                                ("png", "图片"),
                                ("webp", "图片"),
                                ("txt", "文本"),
                                ("csv", "表格文本"),
                            ],
                            max_length=8,
                            verbose_name="类型",
                        ),
                    ),
                    ("size", models.PositiveIntegerField(verbose_name="字节数")),
                    ("sha256", models.CharField(max_length=64, verbose_name="文件指纹")),
                    ("uploaded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="上传人")),
                    ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                    ("owner", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="companies.serviceplan", verbose_name="包抓方案")),
                ],
                options={
                    "verbose_name": "包抓方案附件",
                    "verbose_name_plural": "包抓方案附件",
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("kind__in", ["pdf", "docx", "xlsx", "pptx", "ofd", "doc", "xls", "ppt", "jpg", "png", "webp", "txt", "csv"])), name="companies_planfile_kind_known"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$"), ("size__gte", 1), models.Q(("name", ""), _negated=True), models.Q(("file", ""), _negated=True)),
                            name="companies_planfile_is_something",
                        ),
                        models.UniqueConstraint(fields=("owner", "sha256"), name="companies_planfile_once", violation_error_message="同一个文件已经上传过。"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DepartmentTrade",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("department", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="trades", to="liaison.department", verbose_name="单位")),
                    ("code", models.CharField(help_text="GB/T 4754 门类或大类", max_length=2, verbose_name="行业代码")),
                ],
                options={
                    "verbose_name": "主管行业",
                    "verbose_name_plural": "主管行业",
                    "constraints": [
                        models.UniqueConstraint(fields=("department", "code"), name="companies_trade_once"),
                        models.CheckConstraint(
                            condition=models.Q(("code__regex", "^([A-T]|\\d{2})$")), name="companies_trade_code_shape", violation_error_message="行业代码应为一个大写字母（门类）或两位数字（大类）。"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Proposal",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("role", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.teamrole", verbose_name="席位")),
                    ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.region", verbose_name="范围")),
                    ("note", models.CharField(blank=True, max_length=60, verbose_name="说明")),
                    ("kind", models.CharField(blank=True, choices=[("company", "企业"), ("project", "项目")], help_text="空为企业和项目", max_length=8, verbose_name="对象")),
                    ("industry", models.CharField(blank=True, max_length=2, verbose_name="行业")),
                    ("scale", models.CharField(blank=True, choices=[("large", "大型"), ("medium", "中型"), ("small", "小型"), ("micro", "微型"), ("", "未填")], max_length=8, verbose_name="规模")),
                    ("only_uncovered", models.BooleanField(default=True, verbose_name="只排空缺")),
                    ("across", models.BooleanField(default=False, verbose_name="可跨县区")),
                    ("starts_on", models.DateField(verbose_name="从哪天起")),
                    ("keep_weight", models.PositiveSmallIntegerField(choices=[(0, "不考虑"), (1, "一般"), (2, "看重"), (3, "最看重")], default=2, verbose_name="保持现有")),
                    ("near_weight", models.PositiveSmallIntegerField(choices=[(0, "不考虑"), (1, "一般"), (2, "看重"), (3, "最看重")], default=2, verbose_name="就近")),
                    ("trade_weight", models.PositiveSmallIntegerField(choices=[(0, "不考虑"), (1, "一般"), (2, "看重"), (3, "最看重")], default=2, verbose_name="行业对口")),
                    ("load_weight", models.PositiveSmallIntegerField(choices=[(0, "不考虑"), (1, "一般"), (2, "看重"), (3, "最看重")], default=2, verbose_name="负担均衡")),
                    ("based_on", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="companies.proposal", verbose_name="由哪个草案再排")),
                    (
                        "state",
                        models.CharField(
                            choices=[("queued", "排队中"), ("solving", "试排中"), ("draft", "草案"), ("failed", "未能试排"), ("adopted", "已采用"), ("taken_back", "已撤回"), ("dropped", "已放弃")],
                            default="queued",
                            max_length=12,
                            verbose_name="状态",
                        ),
                    ),
                    ("phase", models.PositiveSmallIntegerField(default=0, verbose_name="进度")),
                    ("failure", models.CharField(blank=True, max_length=300, verbose_name="原因")),
                    ("made_at", models.DateTimeField(verbose_name="发起时间")),
                    ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="发起人")),
                    ("solved_at", models.DateTimeField(blank=True, null=True, verbose_name="排出时间")),
                    ("adopted_at", models.DateTimeField(blank=True, null=True, verbose_name="采用时间")),
                    ("adopted_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="采用人")),
                    ("taken_back_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                    ("taken_back_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="撤回人")),
                    ("seats", models.PositiveIntegerField(default=0, verbose_name="席位数")),
                    ("bound", models.PositiveIntegerField(default=0, help_text="任何排法都不会超过的数", verbose_name="最多可安排")),
                    ("keepable", models.PositiveIntegerField(default=0, verbose_name="现有可保持")),
                    ("people", models.PositiveIntegerField(default=0, verbose_name="可选干部")),
                    ("unfixed", models.PositiveIntegerField(default=0, help_text="原固定、因规则不再允许而重排的", verbose_name="未能固定")),
                    ("seconds", models.FloatField(default=0, verbose_name="用时（秒）")),
                    ("solver_seconds", models.FloatField(default=0, verbose_name="求解用时（秒）")),
                ],
                options={
                    "verbose_name": "试排草案",
                    "verbose_name_plural": "试排草案",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["queued", "solving", "draft", "failed", "adopted", "taken_back", "dropped"])), name="companies_proposal_state_known"),
                        models.CheckConstraint(
                            condition=models.Q(("keep_weight__in", [0, 1, 2, 3]), ("load_weight__in", [0, 1, 2, 3]), ("near_weight__in", [0, 1, 2, 3]), ("trade_weight__in", [0, 1, 2, 3])),
                            name="companies_proposal_weights_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("adopted_at__isnull", False), ("adopted_by__isnull", False), ("state__in", ("adopted", "taken_back"))),
                                models.Q(models.Q(("state__in", ("adopted", "taken_back")), _negated=True), ("adopted_at__isnull", True), ("adopted_by__isnull", True)),
                                _connector="OR",
                            ),
                            name="companies_proposal_adopted_iff_stamped",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "taken_back"), ("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                                models.Q(models.Q(("state", "taken_back"), _negated=True), ("taken_back_at__isnull", True), ("taken_back_by__isnull", True)),
                                _connector="OR",
                            ),
                            name="companies_proposal_taken_back_iff_stamped",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProposalPair",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("proposal", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="pairs", to="companies.proposal", verbose_name="草案")),
                    ("enrolment", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.enrolment", verbose_name="企业")),
                    ("official", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("department", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.department", verbose_name="单位")),
                    ("origin", models.CharField(choices=[("solver", "自动"), ("hand", "人工")], default="solver", max_length=8, verbose_name="来源")),
                    ("is_fixed", models.BooleanField(default=False, verbose_name="固定")),
                    ("nearness", models.CharField(choices=[("town", "同镇街"), ("county", "同县区"), ("city", "市直"), ("other", "跨县区")], max_length=8, verbose_name="远近")),
                    ("trade", models.BooleanField(default=False, verbose_name="行业对口")),
                    ("is_kept", models.BooleanField(default=False, verbose_name="保持现有")),
                    ("load", models.PositiveSmallIntegerField(help_text="连同原有共包抓几户（项目另计）", verbose_name="负担")),
                    ("limit", models.PositiveSmallIntegerField(blank=True, help_text="空为这一席位不限额", null=True, verbose_name="限额")),
                    ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="改动时间")),
                    (
                        "changed_by",
                        models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="改动人"),
                    ),
                    (
                        "assignment",
                        models.ForeignKey(
                            blank=True, help_text="草案采用时新设的席位", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="companies.assignment", verbose_name="采用后的包联"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "草案配对",
                    "verbose_name_plural": "草案配对",
                    "constraints": [
                        models.UniqueConstraint(fields=("proposal", "enrolment", "official"), name="companies_proposalpair_once"),
                        models.CheckConstraint(condition=models.Q(("nearness__in", ["town", "county", "city", "other"]), ("origin__in", ["solver", "hand"])), name="companies_proposalpair_words_known"),
                    ],
                    "indexes": [models.Index(fields=["proposal", "official"], name="companies_proposal_of_person")],
                },
            ),
            migrations.CreateModel(
                name="ProposalGap",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("proposal", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="gaps", to="companies.proposal", verbose_name="草案")),
                    ("enrolment", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.enrolment", verbose_name="企业")),
                    ("seats", models.PositiveSmallIntegerField(default=1, verbose_name="空缺")),
                    (
                        "reason",
                        models.CharField(
                            choices=[
                                ("nobody", "本县区和市直都没有可选干部"),
                                ("barred", "可选干部都须回避"),
                                ("few", "可选干部少于席位数"),
                                ("full", "可选干部名额原已用满"),
                                ("taken", "可选干部名额在本草案中已用完"),
                                ("bound", "有名额的干部已另包项目或企业，只能择一"),
                                ("removed", "人工留空"),
                            ],
                            max_length=8,
                            verbose_name="原因",
                        ),
                    ),
                    ("eligible", models.PositiveIntegerField(default=0, verbose_name="可选干部")),
                    ("barred", models.PositiveIntegerField(default=0, verbose_name="须回避")),
                ],
                options={
                    "verbose_name": "草案空缺",
                    "verbose_name_plural": "草案空缺",
                    "constraints": [
                        models.UniqueConstraint(fields=("proposal", "enrolment"), name="companies_proposalgap_once"),
                        models.CheckConstraint(condition=models.Q(("reason__in", ["nobody", "barred", "few", "full", "taken", "bound", "removed"]), ("seats__gte", 1)), name="companies_proposalgap_sane"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProposalSupply",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("proposal", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="supplies", to="companies.proposal", verbose_name="草案")),
                    ("region", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.region", verbose_name="县区")),
                    ("rank", models.CharField(choices=[("bureau", "厅级"), ("county", "县级"), ("section", "科级"), ("staff", "一般干部")], max_length=10, verbose_name="职级")),
                    ("kind", models.CharField(choices=[("company", "企业"), ("project", "项目")], max_length=8, verbose_name="对象")),
                    ("people", models.PositiveIntegerField(verbose_name="人数")),
                    ("limit", models.PositiveIntegerField(blank=True, help_text="空为这一席位不限额", null=True, verbose_name="限额合计")),
                    ("held", models.PositiveIntegerField(verbose_name="原已用")),
                    ("given", models.PositiveIntegerField(verbose_name="本草案用")),
                    ("spare", models.IntegerField(verbose_name="余")),
                ],
                options={
                    "verbose_name": "草案名额",
                    "verbose_name_plural": "草案名额",
                    "constraints": [
                        models.UniqueConstraint(fields=("proposal", "region", "rank", "kind"), name="companies_proposalsupply_once"),
                        models.CheckConstraint(condition=models.Q(("kind__in", ["company", "project"]), ("rank__in", ["bureau", "county", "section", "staff"])), name="companies_proposalsupply_known"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProposalFloor",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("proposal", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="floors", to="companies.proposal", verbose_name="草案")),
                    ("official", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("department", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.department", verbose_name="单位")),
                    ("floor", models.PositiveSmallIntegerField(verbose_name="下限")),
                    ("held", models.PositiveSmallIntegerField(default=0, verbose_name="原已有")),
                    ("both_kinds", models.BooleanField(default=False, help_text="企业、项目二选一的", verbose_name="项目也算")),
                    (
                        "reason",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "人工改派后不足"),
                                ("nobody", "可及范围内没有空缺的企业"),
                                ("barred", "可及的企业都须回避，或已在其专班中"),
                                ("full", "在别处脱产专职"),
                                ("taken", "可及的企业已固定，或排给同样不足的干部"),
                            ],
                            default="",
                            max_length=8,
                            verbose_name="未达原因",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "草案下限",
                    "verbose_name_plural": "草案下限",
                    "constraints": [
                        models.UniqueConstraint(fields=("proposal", "official"), name="companies_proposalfloor_once"),
                        models.CheckConstraint(condition=models.Q(("held__lt", models.F("floor")), ("reason__in", ["", "nobody", "barred", "full", "taken"])), name="companies_proposalfloor_sane"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProposalEnding",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("proposal", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="endings", to="companies.proposal", verbose_name="草案")),
                    ("enrolment", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="companies.enrolment", verbose_name="企业")),
                    ("official", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("department", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.department", verbose_name="单位")),
                    ("starts_on", models.DateField(verbose_name="原起始日")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="原终止日")),
                    ("assigned_at", models.DateTimeField(verbose_name="原指派时间")),
                    ("assigned_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="原指派人")),
                    (
                        "assignment",
                        models.ForeignKey(
                            blank=True,
                            help_text="空：原席位尚未开始，已取消",
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="companies.assignment",
                            verbose_name="缩短了的包联",
                        ),
                    ),
                    ("restored_at", models.DateTimeField(blank=True, null=True, verbose_name="恢复时间")),
                ],
                options={"verbose_name": "草案撤下的席位", "verbose_name_plural": "草案撤下的席位"},
            ),
            migrations.CreateModel(
                name="Recusal",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("official", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="recusals", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="recusals", to="companies.company", verbose_name="企业")),
                    ("reason", models.CharField(choices=[("declared", "本人申报"), ("former_employer", "曾任职"), ("relative", "亲属")], max_length=16, verbose_name="事由")),
                    ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                    ("starts_on", models.DateField(verbose_name="回避起")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="回避止")),
                    ("declared_at", models.DateTimeField(verbose_name="登记时间")),
                    ("declared_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人")),
                ],
                options={
                    "verbose_name": "回避",
                    "verbose_name_plural": "回避",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("reason__in", ["declared", "former_employer", "relative"])), name="companies_recusal_reason_known"),
                        models.CheckConstraint(
                            condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                            name="companies_recusal_ends_after_start",
                            violation_error_message="回避止不能早于回避起。",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("official", "="),
                                ("company", "="),
                                ("reason", "="),
                                (
                                    liaison.models.people.DateRange(
                                        models.F("starts_on"), models.F("ends_on"), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                                    ),
                                    "&&",
                                ),
                            ],
                            name="companies_recusal_once_at_a_time",
                            violation_error_message="同一时期已登记过这一回避事由。",
                        ),
                    ],
                    "indexes": [models.Index(fields=["official", "company"], name="companies_recusal_pair")],
                },
            ),
            migrations.CreateModel(
                name="Visit",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("client_id", models.UUIDField(unique=True, verbose_name="客户端编号")),
                    ("enrolment", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="companies.enrolment", verbose_name="纳入")),
                    ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="companies.company", verbose_name="企业")),
                    ("official", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to=settings.AUTH_USER_MODEL, verbose_name="干部")),
                    ("department", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="liaison.department", verbose_name="当时单位")),
                    ("on", models.DateField(verbose_name="日期")),
                    ("mode", models.CharField(choices=[("visit", "上门走访"), ("phone", "电话"), ("im", "微信"), ("video", "视频"), ("waived", "本期无需联系")], max_length=8, verbose_name="方式")),
                    ("summary", models.TextField(blank=True, verbose_name="情况")),
                    ("has_problem", models.BooleanField(default=False, verbose_name="有问题")),
                    ("logged_at", models.DateTimeField(verbose_name="登记时间")),
                ],
                options={
                    "verbose_name": "走访联系",
                    "verbose_name_plural": "走访联系",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("mode__in", ["visit", "phone", "im", "video", "waived"])), name="companies_visit_mode_known"),
                        models.CheckConstraint(
                            condition=models.Q(("on__lte", django.db.models.functions.datetime.TruncDate("logged_at"))),
                            name="companies_visit_not_in_future",
                            violation_error_message="走访日期不能晚于登记日。",
                        ),
                    ],
                    "indexes": [
                        models.Index(fields=["company", "-on"], name="companies_visit_of_company"),
                        models.Index(fields=["official", "-on"], name="companies_visit_of_official"),
                        models.Index(fields=["-on", "-id"], name="companies_visit_recent"),
                    ],
                },
            ),
        ),
    ]
