"""The problems' room: tickets and their units, events and rungs; meetings, months, bulletins."""

from issues.models.adoption import AdoptionRun, TicketAdoption
from issues.models.clock import ClockSpan
from issues.models.course import Escalation, TicketEvent
from issues.models.forces import TaskForce, TaskForceMember
from issues.models.groups import PolicyFile, PolicyMeasure, TicketGroup
from issues.models.meetings import AgendaItem, Meeting, MeetingTask
from issues.models.months import Bulletin, FrozenEnrolment, FrozenTicket, MonthEnd
from issues.models.numbers import ExternalNumber
from issues.models.plans import PlanReport, PlanStep, TicketPlan
from issues.models.supervision import LeaderNote, NoteAddressee, Notice, Reminder
from issues.models.surfaces import BulkItem, BulkRun, DefaultView, SavedView
from issues.models.talk import Filing, FollowLink, Message, MessageFile
from issues.models.tickets import Category, Ticket, TicketRequest
from issues.models.units import TicketUnit

__all__ = [
    "AdoptionRun",
    "AgendaItem",
    "BulkItem",
    "BulkRun",
    "Bulletin",
    "Category",
    "ClockSpan",
    "DefaultView",
    "Escalation",
    "ExternalNumber",
    "Filing",
    "FollowLink",
    "FrozenEnrolment",
    "FrozenTicket",
    "LeaderNote",
    "Meeting",
    "MeetingTask",
    "Message",
    "MessageFile",
    "MonthEnd",
    "NoteAddressee",
    "Notice",
    "PlanReport",
    "PlanStep",
    "PolicyFile",
    "PolicyMeasure",
    "Reminder",
    "SavedView",
    "TaskForce",
    "TaskForceMember",
    "Ticket",
    "TicketAdoption",
    "TicketEvent",
    "TicketGroup",
    "TicketPlan",
    "TicketRequest",
    "TicketUnit",
]
