"""Writes of the problems' room. Every move of a ticket is one function here."""

from issues.services.adoption import apply_adoptions
from issues.services.bulletins import BulletinRefused, draft_bulletin, edit_bulletin, issue_bulletin
from issues.services.deadlines import apply_calendar_change
from issues.services.errors import MoveRefused
from issues.services.meetings import MeetingRefused, decide_item, hold_meeting, set_agenda
from issues.services.months import MonthNotReady, freeze_month, months_to_close
from issues.services.requests import ask_exclusion, drop_exclusion, grant_exclusion, refuse_exclusion
from issues.services.sweep import sweep_tickets
from issues.services.tickets import (
    answer_ticket,
    collect_ticket,
    confirm_ticket,
    cooperate_on_ticket,
    note_progress,
    object_to_ticket,
    report_ticket,
    resolve_ticket,
    rework_ticket,
    sign_ticket,
)
from issues.services.triage import dispatch_ticket, merge_ticket, triage_ticket, uphold_dispatch

__all__ = [
    "BulletinRefused",
    "MeetingRefused",
    "MonthNotReady",
    "MoveRefused",
    "answer_ticket",
    "apply_adoptions",
    "apply_calendar_change",
    "ask_exclusion",
    "collect_ticket",
    "confirm_ticket",
    "cooperate_on_ticket",
    "decide_item",
    "dispatch_ticket",
    "draft_bulletin",
    "drop_exclusion",
    "edit_bulletin",
    "freeze_month",
    "grant_exclusion",
    "hold_meeting",
    "issue_bulletin",
    "merge_ticket",
    "months_to_close",
    "note_progress",
    "object_to_ticket",
    "refuse_exclusion",
    "report_ticket",
    "resolve_ticket",
    "rework_ticket",
    "set_agenda",
    "sign_ticket",
    "sweep_tickets",
    "triage_ticket",
    "uphold_dispatch",
]
