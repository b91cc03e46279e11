"""Writes of the ground floor, a module per noun."""

from liaison.services.calendar import seed_calendar
from liaison.services.outbox import announce, relay_outbox
from liaison.services.programmes import PresetRefused, PublishRefused, load_preset, publish_version
from liaison.services.trail import record

__all__ = [
    "PresetRefused",
    "PublishRefused",
    "announce",
    "load_preset",
    "publish_version",
    "record",
    "relay_outbox",
    "seed_calendar",
]
