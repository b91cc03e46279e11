"""Beat's timetable, whole, in Asia/Shanghai. Tasks decide themselves whether the day is a working day."""

from celery.schedules import crontab

TIMETABLE = {
    "relay-outbox": {"task": "liaison.tasks.relay_outbox", "schedule": 5.0},
    "apply-adoptions": {
        "task": "issues.tasks.apply_adoptions",
        "schedule": crontab(minute="3", hour="0,6"),  # a version comes into force with its day
    },
    "sweep-tickets": {
        "task": "issues.tasks.sweep_tickets",
        "schedule": crontab(minute="*/10", hour="8-18"),  # people are told within office hours
    },
    "prepare-meetings": {
        "task": "issues.tasks.prepare_meetings",
        "schedule": crontab(minute="25", hour="8-17"),
    },
    "mend-chains": {"task": "issues.tasks.mend_chains", "schedule": crontab(minute="20", hour="8-18")},
    "write-digests": {
        "task": "liaison.dashboards.tasks.write_digests",
        "schedule": crontab(minute="*/10", hour="8-17"),  # once for each, in the first round that finds them
    },
    "invite-companies": {"task": "assessment.tasks.invite_companies", "schedule": crontab(minute="*/5")},
    "close-months": {
        "task": "assessment.tasks.close_months",
        "schedule": crontab(minute="5,35", hour="18-23"),
    },
    "raise-calendar-alarm": {
        "task": "liaison.tasks.raise_calendar_alarm",
        "schedule": crontab(minute="30", hour="8"),
    },
    "clean-up": {"task": "liaison.tasks.clean_up", "schedule": crontab(minute="10", hour="3")},
}
