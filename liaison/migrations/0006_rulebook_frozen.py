import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("liaison", "0005_rulebook_rows"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="limitrule",
            name="liaison_limitrule_kind_known",
        ),
        migrations.AlterField(
            model_name="limitrule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("report", "收集后上报"),
                    ("triage", "上报后分派"),
                    ("sign", "交办后签收"),
                    ("first_contact", "签收后首次联系企业"),
                    ("cooperate", "配合单位反馈"),
                    ("feedback", "办结后答复企业"),
                    ("rework", "不满意后重办"),
                ],
                max_length=16,
                verbose_name="环节",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["report", "triage", "sign", "first_contact", "cooperate", "feedback", "rework"],
                    )
                ),
                name="liaison_limitrule_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("working_days__gte", 1), ("kind", "report"), _connector="OR"),
                name="liaison_limitrule_positive",
                violation_error_message="时限至少 1 个工作日；只有上报可以是 0，即当日。",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="batchrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="980430a23b64040d6093f5ce221d1d9f98f256fe",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_e4348",
                    table="liaison_batchrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bulletinaudience",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="92c3fec51187496d8a4ddebd18e233ebe6797607",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_638a0",
                    table="liaison_bulletinaudience",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="5140d770c1569f6f917bd4b038215014d02d470a",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_db5e0",
                    table="liaison_checkrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dutyrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="a2be94343ab1e9b4935a1b4b7b18a855259c6daa",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_cc5c5",
                    table="liaison_dutyrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="eligibility",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="dd608166af4d3644771f6c0e63d888878ac6ac58",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_38fa5",
                    table="liaison_eligibility",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="extensionrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="70310abf8be42c5562ab708d395cc7f462fcbd88",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_261f3",
                    table="liaison_extensionrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="grouprule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="d40a3d7f4c7935f0795b87958bb562ce83aee472",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_a7896",
                    table="liaison_grouprule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="handlingrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="873d96d29b5aa1175f3abdd98ee59fd2fffa62c9",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_591af",
                    table="liaison_handlingrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ladderrung",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="f40658021a05d1b3c7249bac9c13304585517835",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_c22bf",
                    table="liaison_ladderrung",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lightrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="4091291417d4bd8c7df6c7345e5fe545b5376e72",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_902d2",
                    table="liaison_lightrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="loadrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="eec48da4b323aebfa2b4de09776c865084c5e58a",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_fccac",
                    table="liaison_loadrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phaserule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="39d3a3f154530b420a7477e9185f6dacbf96c7e0",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_3c0ae",
                    table="liaison_phaserule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportfield",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="a651dd06151a76764e69c98e11e03bbca6525b8b",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_55456",
                    table="liaison_reportfield",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="5ae9df22b6f7adb44c3140e25c7dd3fbcb02570c",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_ae81d",
                    table="liaison_reportrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resultrule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="a6b48d6e32ef9427ef7b86760a0fbccc46a6c481",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_d7c46",
                    table="liaison_resultrule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="scorerule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="3b568186dc1ce59ed8110b2c7ffe4ca42572215a",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_0ae79",
                    table="liaison_scorerule",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="standingform",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="fa7d775abe9cb31e63599cd40081df2593f2c39e",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_78f36",
                    table="liaison_standingform",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="triagerule",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM liaison_programmeversion v\n     WHERE v.status = 'published'\n       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,\n                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash="c8dccaaa368f77828d8d87ba30ab78f2b3cf6e37",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_frozen_2ef3a",
                    table="liaison_triagerule",
                    when="BEFORE",
                ),
            ),
        ),
    ]
