"""Writes of the ground floor, a module per noun."""

from liaison.services.accounts import (
    change_password,
    forget_failed_sign_ins,
    is_resting,
    issue_password,
    note_failed_sign_in,
)
from liaison.services.calendar import (
    CalendarRefused,
    confirm_change,
    discard_change,
    draft_exception,
    draft_notice,
    raise_calendar_alarm,
    renew_change,
    seed_calendar,
    shipped_notice,
    withdraw_exception,
)
from liaison.services.files import keep_file, remove_file
from liaison.services.map import RegionsRefused, load_regions
from liaison.services.outbox import announce, forget_sent, listen, relay_outbox
from liaison.services.programmes import (
    DraftRefused,
    PresetRefused,
    PublishRefused,
    describe_draft,
    discard_draft,
    draft_version,
    load_preset,
    move_rule,
    publish_version,
    remove_rule,
    save_rule,
)
from liaison.services.trail import record
from liaison.services.trainings import Recorded, TrainingRefused, record_trainings, withdraw_training

__all__ = [
    "CalendarRefused",
    "DraftRefused",
    "PresetRefused",
    "PublishRefused",
    "Recorded",
    "RegionsRefused",
    "TrainingRefused",
    "announce",
    "change_password",
    "confirm_change",
    "describe_draft",
    "discard_change",
    "discard_draft",
    "draft_exception",
    "draft_notice",
    "draft_version",
    "forget_failed_sign_ins",
    "forget_sent",
    "is_resting",
    "issue_password",
    "keep_file",
    "listen",
    "load_preset",
    "load_regions",
    "move_rule",
    "note_failed_sign_in",
    "publish_version",
    "raise_calendar_alarm",
    "record",
    "record_trainings",
    "relay_outbox",
    "remove_file",
    "remove_rule",
    "renew_change",
    "save_rule",
    "seed_calendar",
    "shipped_notice",
    "withdraw_exception",
    "withdraw_training",
]
