"""What the database itself sees to: who leads a problem, its course, frozen months, what a company said."""

from functools import partial

from django.db import migrations

from liaison.migrations._baseline import guard

guard = partial(guard, "issues")

# No transaction ends with a problem that a unit answers for and nobody leads: asked of the problem and of its units.
LED = """
        IF EXISTS (SELECT FROM issues_ticket t WHERE t.id = NEW.id AND t.status IN ('dispatched', 'in_progress', 'plan_review', 'deferred', 'resolved', 'answered') AND NOT EXISTS (SELECT FROM issues_ticketunit u WHERE u.ticket_id = t.id AND u.part = 'lead' AND u.is_current)) THEN
            RAISE EXCEPTION 'no unit leads problem %', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'issues_unit_lead_kept';
        END IF;
        RETURN NULL;
    """
LEAD_KEPT = """
        IF EXISTS (SELECT FROM issues_ticket t WHERE t.id = OLD.ticket_id AND t.status IN ('dispatched', 'in_progress', 'plan_review', 'deferred', 'resolved', 'answered') AND NOT EXISTS (SELECT FROM issues_ticketunit u WHERE u.ticket_id = t.id AND u.part = 'lead' AND u.is_current)) THEN
            RAISE EXCEPTION 'no unit leads problem %', OLD.ticket_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'issues_unit_lead_kept';
        END IF;
        RETURN NULL;
    """
AT_THE_END = {"when": "AFTER", "constraint": "CONSTRAINT", "timing": "DEFERRABLE INITIALLY DEFERRED"}


class Migration(migrations.Migration):
    replaces = [("issues", "0004_bulletin_issued_stands"), ("issues", "0019_lead_kept")]
    dependencies = [("issues", "0001_baseline")]

    operations = [
        guard(
            "ticket",
            "lead_kept",
            "c0362",
            LED,
            'INSERT OR UPDATE OF "status"',
            condition="""WHEN (NEW."status" IN ('dispatched', 'in_progress', 'plan_review', 'deferred', 'resolved', 'answered'))""",
            **AT_THE_END,
        ),
        guard(
            "ticketunit",
            "lead_kept",
            "fb449",
            LEAD_KEPT,
            'DELETE OR UPDATE OF "part", "is_current"',
            condition="""WHEN (OLD."is_current" AND OLD."part" = 'lead')""",
            **AT_THE_END,
        ),
        guard("ticketevent", "append_only", "7c7c9"),
        guard("monthend", "frozen", "7075a"),
        guard("frozenticket", "frozen", "c6e57"),
        guard("frozenenrolment", "frozen", "dbc1d"),
        guard("filing", "append_only", "a108a"),
        guard("message", "append_only", "96b39"),
        guard("messagefile", "append_only", "5d4f2"),
        guard("bulletin", "issued_stands", "b177a", condition="""WHEN (OLD."state" = 'issued')"""),
    ]
