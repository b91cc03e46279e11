"""What the database itself keeps from changing: published rules, finished changes of the calendar, the trail."""

from functools import partial

from django.db import migrations

from liaison.migrations._baseline import guard

guard = partial(guard, "liaison")

# A rule stands once its version is published.
RULE_FROZEN = """
    PERFORM 1 FROM liaison_programmeversion v
     WHERE v.status = 'published'
       AND v.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END);
    IF FOUND THEN
        RAISE EXCEPTION 'liaison_rule_frozen: the version is published';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""
RULES = (
    ("limitrule", "141b2"),
    ("triagerule", "2ef3a"),
    ("graderule", "68c9b"),
    ("extensionrule", "261f3"),
    ("handlingrule", "591af"),
    ("lightrule", "902d2"),
    ("ladderrung", "c22bf"),
    ("escalationrule", "9484f"),
    ("teamrole", "9eb3c"),
    ("eligibility", "38fa5"),
    ("quota", "4ae4d"),
    ("loadrule", "fccac"),
    ("contactrule", "db4d5"),
    ("grouprule", "a7896"),
    ("phaserule", "3c0ae"),
    ("batchrule", "e4348"),
    ("dutyrule", "cc5c5"),
    ("surveyrule", "c9fbc"),
    ("checkrule", "db5e0"),
    ("bulletinrule", "f43f1"),
    ("bulletinaudience", "638a0"),
    ("reportrule", "ae81d"),
    ("reportfield", "55456"),
    ("standingform", "78f36"),
    ("scoreitem", "76908"),
    ("deductionrule", "94260"),
    ("scorerule", "0ae79"),
    ("resultrule", "d7c46"),
)

# A change of the calendar stands once it is applied or discarded, and so do its days.
DAY_FROZEN = """
    PERFORM 1 FROM liaison_calendarchange c
     WHERE c.state IN ('applied', 'discarded')
       AND c.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.change_id END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.change_id END);
    IF FOUND THEN
        RAISE EXCEPTION 'liaison_changeday_frozen: the change is applied or discarded';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""

# A question of eligibility is put to a seat of its own version.
OWN_SEAT = """
    IF NOT EXISTS (
        SELECT FROM liaison_teamrole r WHERE r.id = NEW.role_id AND r.version_id = NEW.version_id
    ) THEN
        RAISE EXCEPTION 'liaison_eligibility_own_seat: the seat is of another version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'liaison_eligibility_own_seat';
    END IF;
    RETURN NEW;
"""


class Migration(migrations.Migration):
    replaces = [("liaison", "0006_rulebook_frozen"), ("liaison", "0008_eligibility_own_seat")]
    dependencies = [("liaison", "0001_baseline")]

    operations = [
        guard("auditevent", "append_only", "1918e"),
        guard(
            "calendarchange",
            "frozen",
            "b9470",
            condition="""WHEN (OLD."state" IN ('applied', 'discarded'))""",
        ),
        guard("calendarchangeday", "frozen", "ac519", DAY_FROZEN, "INSERT OR UPDATE OR DELETE"),
        guard("programmeversion", "frozen", "95505", condition="""WHEN (OLD."status" = 'published')"""),
        *(guard(rule, "frozen", code, RULE_FROZEN, "INSERT OR UPDATE OR DELETE") for rule, code in RULES),
        guard("eligibility", "own_seat", "1df5c", OWN_SEAT, "INSERT OR UPDATE"),
    ]
