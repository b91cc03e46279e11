"""Writes of the problems' room. Every move of a ticket is one function here."""

from issues.services.adoption import apply_adoptions
from issues.services.bulletins import BulletinRefused, draft_bulletin, edit_bulletin, issue_bulletin
from issues.services.deadlines import apply_calendar_change
from issues.services.errors import MoveRefused
from issues.services.extensions import (
    ask_extension,
    correct_extension,
    grant_extension,
    last_extension,
    longest_extension,
    refuse_extension,
)
from issues.services.ladder import ask_up, mend_chains
from issues.services.meetings import MeetingRefused, decide_item, hold_meeting, set_agenda
from issues.services.months import MonthNotReady, freeze_month, months_to_close
from issues.services.requests import (
    ask_deferral,
    ask_exclusion,
    drop_request,
    grant_deferral,
    grant_exclusion,
    refuse_deferral,
    refuse_exclusion,
    resume_ticket,
    review_deferred,
)
from issues.services.sweep import sweep_tickets
from issues.services.tickets import (
    answer_ticket,
    collect_ticket,
    confirm_ticket,
    note_progress,
    object_to_ticket,
    report_ticket,
    resolve_ticket,
    rework_ticket,
    sign_ticket,
)
from issues.services.triage import (
    dispatch_ticket,
    merge_ticket,
    regrade_ticket,
    triage_ticket,
    uphold_dispatch,
)
from issues.services.units import (
    add_helpers,
    contact_by_visit,
    contact_company,
    cooperate_on_ticket,
    object_to_help,
    release_helper,
    rule_on_help,
    sign_help,
    transfer_ticket,
)

__all__ = [
    "BulletinRefused",
    "MeetingRefused",
    "MonthNotReady",
    "MoveRefused",
    "add_helpers",
    "answer_ticket",
    "apply_adoptions",
    "apply_calendar_change",
    "ask_deferral",
    "ask_exclusion",
    "ask_extension",
    "ask_up",
    "collect_ticket",
    "confirm_ticket",
    "contact_by_visit",
    "contact_company",
    "cooperate_on_ticket",
    "correct_extension",
    "decide_item",
    "dispatch_ticket",
    "draft_bulletin",
    "drop_request",
    "edit_bulletin",
    "freeze_month",
    "grant_deferral",
    "grant_exclusion",
    "grant_extension",
    "hold_meeting",
    "issue_bulletin",
    "last_extension",
    "longest_extension",
    "mend_chains",
    "merge_ticket",
    "months_to_close",
    "note_progress",
    "object_to_help",
    "object_to_ticket",
    "refuse_deferral",
    "refuse_exclusion",
    "refuse_extension",
    "regrade_ticket",
    "release_helper",
    "report_ticket",
    "resolve_ticket",
    "resume_ticket",
    "review_deferred",
    "rework_ticket",
    "rule_on_help",
    "set_agenda",
    "sign_help",
    "sign_ticket",
    "sweep_tickets",
    "transfer_ticket",
    "triage_ticket",
    "uphold_dispatch",
]
