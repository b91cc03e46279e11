from django.db import migrations

# What was dispatched before the ledger was kept: its deadline after each step, and the stretch of its clock.
TERMS = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE issues_ticketevent DISABLE TRIGGER USER;
UPDATE issues_ticketevent e SET term_on = (
    SELECT d.due_on FROM issues_ticketevent d
     WHERE d.ticket_id = e.ticket_id AND d.move IN ('dispatch', 'rework') AND (d.at, d.id) <= (e.at, e.id)
     ORDER BY d.at DESC, d.id DESC LIMIT 1);
UPDATE issues_ticketevent e SET term_on = t.due_on FROM issues_ticket t
 WHERE t.id = e.ticket_id AND t.due_on IS NOT NULL AND e.id = (
    SELECT l.id FROM issues_ticketevent l WHERE l.ticket_id = t.id ORDER BY l.at DESC, l.id DESC LIMIT 1);
ALTER TABLE issues_ticketevent ENABLE TRIGGER USER;
SET CONSTRAINTS ALL DEFERRED;
"""
SPANS = """
INSERT INTO issues_clockspan (ticket_id, round, kind, started, since, until, days_left)
SELECT t.id, t.round, 'running', CASE g.move WHEN 'rework' THEN '退回重办' ELSE '交办' END, g.day,
       CASE WHEN t.status NOT IN ('dispatched', 'in_progress')
            THEN greatest(g.day, coalesce((t.resolved_at AT TIME ZONE 'Asia/Shanghai')::date, l.day)) END,
       NULL
  FROM issues_ticket t
 CROSS JOIN LATERAL (
    SELECT e.move, (e.at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM issues_ticketevent e
     WHERE e.ticket_id = t.id AND e.move IN ('dispatch', 'rework') ORDER BY e.at DESC, e.id DESC LIMIT 1) g
 CROSS JOIN LATERAL (
    SELECT (e.at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM issues_ticketevent e
     WHERE e.ticket_id = t.id ORDER BY e.at DESC, e.id DESC LIMIT 1) l
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0008_clock_ledger")]

    operations = [
        migrations.RunSQL(TERMS, migrations.RunSQL.noop),
        migrations.RunSQL(SPANS, "DELETE FROM issues_clockspan"),
    ]
