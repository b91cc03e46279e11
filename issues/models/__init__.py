"""The problems' room: tickets and their units, events and rungs; meetings, months, bulletins."""

from issues.models.adoption import AdoptionRun, TicketAdoption
from issues.models.clock import ClockSpan
from issues.models.course import Escalation, TicketEvent
from issues.models.meetings import AgendaItem, DispatchMeeting
from issues.models.months import Bulletin, FrozenEnrolment, FrozenTicket, MonthEnd
from issues.models.tickets import Category, Ticket, TicketRequest
from issues.models.units import TicketUnit

__all__ = [
    "AdoptionRun",
    "AgendaItem",
    "Bulletin",
    "Category",
    "ClockSpan",
    "DispatchMeeting",
    "Escalation",
    "FrozenEnrolment",
    "FrozenTicket",
    "MonthEnd",
    "Ticket",
    "TicketAdoption",
    "TicketEvent",
    "TicketRequest",
    "TicketUnit",
]
