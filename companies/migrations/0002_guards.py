"""What the database itself sees to: a seat's place and end, who must not meet, and days within a plan."""

from functools import partial

from django.db import migrations

from liaison.migrations._baseline import guard

guard = partial(guard, "companies", operation="INSERT OR UPDATE")

# A seat ends with its batch.
BATCH_END = """
    SELECT b.ends_on INTO last
      FROM companies_enrolment e JOIN liaison_batch b ON b.programme_id = e.programme_id
     WHERE e.id = NEW.enrolment_id AND e.batch_id IS NOT NULL
       AND NEW.starts_on BETWEEN b.starts_on AND b.ends_on;
    IF last IS NOT NULL THEN
        NEW.ends_on := LEAST(NEW.ends_on, last);
    END IF;
    RETURN NEW;
"""

# A seat gets its place among those that its role may have, and the full time of its role.
PLACED = """
    SELECT r.max_count, r.full_time INTO most, whole FROM liaison_teamrole r WHERE r.id = NEW.role_id;
    NEW.is_full_time := COALESCE(whole, FALSE);
    IF most IS NULL THEN
        NEW.slot := NULL;
        RETURN NEW;
    END IF;
    IF NEW.ends_on < NEW.starts_on THEN
        RETURN NEW;
    END IF;
    SELECT COALESCE(MIN(place) FILTER (WHERE place = NEW.slot), MIN(place), 1) INTO NEW.slot
      FROM generate_series(1, most) AS place
     WHERE NOT EXISTS (
           SELECT FROM companies_assignment a
            WHERE a.enrolment_id = NEW.enrolment_id AND a.role_id = NEW.role_id AND a.slot = place
              AND a.id <> NEW.id
              AND daterange(a.starts_on, a.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]'));
    RETURN NEW;
"""

# Who stays away from a company gets no seat there.
RECUSED = """
    IF NEW.official_id IS NULL OR NEW.ends_on < NEW.starts_on THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.official_id = NEW.official_id AND OLD.enrolment_id = NEW.enrolment_id
           AND NEW.starts_on >= OLD.starts_on
           AND COALESCE(NEW.ends_on, 'infinity') <= COALESCE(OLD.ends_on, 'infinity') THEN
            RETURN NEW;
        END IF;
    END IF;
    PERFORM 1
       FROM companies_recusal r
       JOIN companies_enrolment e ON e.company_id = r.company_id
      WHERE e.id = NEW.enrolment_id AND r.official_id = NEW.official_id
        AND daterange(r.starts_on, r.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]');
    IF FOUND THEN
        RAISE EXCEPTION 'companies_assignment_recused: the official stays away from the company'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'companies_assignment_recused';
    END IF;
    RETURN NEW;
"""

# A measure's days lie within its plan.
WITHIN_PLAN = """
    SELECT e.starts_on, p.revised_at INTO first, written
      FROM companies_serviceplan p JOIN companies_enrolment e ON e.id = p.enrolment_id
     WHERE p.id = NEW.plan_id;
    IF NEW.due_on < first OR NEW.done_on < first
       OR NEW.due_on > GREATEST(first, written) + INTERVAL '10 years' THEN
        RAISE EXCEPTION 'companies_planmeasure_within_plan: a day before the company came in, or too far'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'companies_planmeasure_within_plan';
    END IF;
    RETURN NEW;
"""


class Migration(migrations.Migration):
    replaces = [("companies", "0008_seats_end_with_their_batch")]
    dependencies = [("companies", "0001_baseline")]

    operations = [
        guard("assignment", "batch_end", "5c22c", BATCH_END, declare="DECLARE last date;"),
        guard("assignment", "placed", "96873", PLACED, declare="DECLARE most integer; whole boolean;"),
        guard("assignment", "recused", "8ea20", RECUSED),
        guard(
            "planmeasure", "within_plan", "36e21", WITHIN_PLAN, declare="DECLARE first date; written date;"
        ),
    ]
