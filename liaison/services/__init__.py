"""Writes of the ground floor, a module per noun."""

from liaison.services.accounts import (
    change_password,
    forget_failed_sign_ins,
    is_resting,
    issue_password,
    note_failed_sign_in,
)
from liaison.services.calendar import seed_calendar
from liaison.services.map import RegionsRefused, load_regions
from liaison.services.outbox import announce, forget_sent, relay_outbox
from liaison.services.programmes import PresetRefused, PublishRefused, load_preset, publish_version
from liaison.services.trail import record

__all__ = [
    "PresetRefused",
    "PublishRefused",
    "RegionsRefused",
    "announce",
    "change_password",
    "forget_failed_sign_ins",
    "forget_sent",
    "is_resting",
    "issue_password",
    "load_preset",
    "load_regions",
    "note_failed_sign_in",
    "publish_version",
    "record",
    "relay_outbox",
    "seed_calendar",
]
