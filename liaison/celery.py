"""The Celery application. Tasks live in each room's tasks.py; the timetable is schedules.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule_filename = None
app.autodiscover_tasks()

from liaison.schedules import TIMETABLE  # noqa: E402  (the app must exist first)

app.conf.beat_schedule = TIMETABLE
