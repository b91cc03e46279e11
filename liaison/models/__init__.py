"""The ground floor's tables: the map, the people, the rulebook, the calendar, the trail."""

from liaison.models.calendar import CalendarDay, CalendarYear
from liaison.models.changes import CalendarAlarm, CalendarChange, CalendarChangeDay
from liaison.models.imports import ImportRow, ImportRun
from liaison.models.map import Department, Region
from liaison.models.people import Access, FailedSignIn, OffDuty, Official, Posting
from liaison.models.programmes import (
    BulletinRule,
    ContactRule,
    DeductionRule,
    EscalationRule,
    GradeRule,
    LimitRule,
    Programme,
    ProgrammeVersion,
    Quota,
    ScoreItem,
    SurveyRule,
    TeamRole,
)
from liaison.models.trail import AuditEvent, OutboxMessage

__all__ = [
    "Access",
    "AuditEvent",
    "BulletinRule",
    "CalendarAlarm",
    "CalendarChange",
    "CalendarChangeDay",
    "CalendarDay",
    "CalendarYear",
    "ContactRule",
    "DeductionRule",
    "Department",
    "EscalationRule",
    "FailedSignIn",
    "GradeRule",
    "ImportRow",
    "ImportRun",
    "LimitRule",
    "OffDuty",
    "Official",
    "OutboxMessage",
    "Posting",
    "Programme",
    "ProgrammeVersion",
    "Quota",
    "Region",
    "ScoreItem",
    "SurveyRule",
    "TeamRole",
]
