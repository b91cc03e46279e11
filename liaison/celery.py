"""The Celery application. Tasks live in each room's tasks.py; the timetable is schedules.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule_filename = None
app.autodiscover_tasks()
app.autodiscover_tasks(["liaison.dashboards"])  # the digest reads every room, so its task stands above them

from liaison.schedules import TIMETABLE  # noqa: E402  (the app must exist first)

app.conf.beat_schedule = TIMETABLE


@celeryd_after_setup.connect
def take_over(**_: Any) -> None:
    """A worker that starts alone takes back at once what a killed one left half-done.

    Beside living workers it takes nothing: what they hold is theirs, and a dead worker's tasks come back
    when the visibility timeout ends. Tasks are safe to repeat either way.
    """
    # A connection of our own: a pooled one would stay open, half in a read, in the processes forked next,
    # and one of them would wait for its answer until the socket's timeout.
    with app.connection_for_write() as asking:
        if app.control.ping(timeout=1.0, connection=asking):
            return
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel  # kombu's Redis channel, which its types do not tell
        channel.visibility_timeout = 0
        channel.qos.restore_visible(num=None, interval=1)
