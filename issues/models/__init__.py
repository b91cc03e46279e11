"""The problems' room: tickets and their units, events and rungs; meetings, months, bulletins."""

from issues.models.adoption import AdoptionRun, TicketAdoption
from issues.models.clock import ClockSpan
from issues.models.course import Escalation, TicketEvent
from issues.models.meetings import AgendaItem, Meeting, MeetingTask
from issues.models.months import Bulletin, FrozenEnrolment, FrozenTicket, MonthEnd
from issues.models.supervision import LeaderNote, NoteAddressee, Notice, Reminder
from issues.models.tickets import Category, Ticket, TicketRequest
from issues.models.units import TicketUnit

__all__ = [
    "AdoptionRun",
    "AgendaItem",
    "Bulletin",
    "Category",
    "ClockSpan",
    "Escalation",
    "FrozenEnrolment",
    "FrozenTicket",
    "LeaderNote",
    "Meeting",
    "MeetingTask",
    "MonthEnd",
    "NoteAddressee",
    "Notice",
    "Reminder",
    "Ticket",
    "TicketAdoption",
    "TicketEvent",
    "TicketRequest",
    "TicketUnit",
]
