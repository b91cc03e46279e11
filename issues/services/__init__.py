"""Writes of the problems' room. Every move of a ticket is one function here."""

from issues.services.errors import MoveRefused
from issues.services.sweep import sweep_tickets
from issues.services.tickets import (
    answer_ticket,
    collect_ticket,
    confirm_ticket,
    cooperate_on_ticket,
    dispatch_ticket,
    note_progress,
    object_to_ticket,
    report_ticket,
    resolve_ticket,
    rework_ticket,
    sign_ticket,
)

__all__ = [
    "MoveRefused",
    "answer_ticket",
    "collect_ticket",
    "confirm_ticket",
    "cooperate_on_ticket",
    "dispatch_ticket",
    "note_progress",
    "object_to_ticket",
    "report_ticket",
    "resolve_ticket",
    "rework_ticket",
    "sign_ticket",
    "sweep_tickets",
]
