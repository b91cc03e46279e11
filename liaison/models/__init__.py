"""The ground floor's tables: the map, the people, the rulebook, the calendar, the trail."""

from liaison.models.calendar import CalendarDay, CalendarYear, calendar_from
from liaison.models.changes import CalendarAlarm, CalendarChange, CalendarChangeDay
from liaison.models.files import StoredFile
from liaison.models.flow_rules import (
    EscalationRule,
    ExtensionRule,
    GradeRule,
    HandlingRule,
    LadderRung,
    LightRule,
    LimitRule,
    TriageRule,
)
from liaison.models.groups import Deputy, Group, GroupMember
from liaison.models.imports import ImportRow, ImportRun
from liaison.models.inbox import Digest, InboxMessage
from liaison.models.map import Department, Region
from liaison.models.people import Access, FailedSignIn, OffDuty, Official, Posting, Training
from liaison.models.programmes import Adoption, Batch, Programme, ProgrammeVersion
from liaison.models.rules import Rule
from liaison.models.team_rules import (
    BatchRule,
    ContactRule,
    DutyRule,
    Eligibility,
    GroupRule,
    LoadRule,
    PhaseRule,
    Quota,
    TeamRole,
)
from liaison.models.telling_rules import (
    BulletinAudience,
    BulletinRule,
    CheckRule,
    DeductionRule,
    ReportField,
    ReportRule,
    ResultRule,
    ScoreItem,
    ScoreRule,
    StandingForm,
    SurveyRule,
)
from liaison.models.trail import AuditEvent, OutboxMessage

__all__ = [
    "Access",
    "Adoption",
    "AuditEvent",
    "Batch",
    "BatchRule",
    "BulletinAudience",
    "BulletinRule",
    "CalendarAlarm",
    "CalendarChange",
    "CalendarChangeDay",
    "CalendarDay",
    "CalendarYear",
    "CheckRule",
    "ContactRule",
    "DeductionRule",
    "Department",
    "Deputy",
    "Digest",
    "DutyRule",
    "Eligibility",
    "EscalationRule",
    "ExtensionRule",
    "FailedSignIn",
    "GradeRule",
    "Group",
    "GroupMember",
    "GroupRule",
    "HandlingRule",
    "ImportRow",
    "ImportRun",
    "InboxMessage",
    "LadderRung",
    "LightRule",
    "LimitRule",
    "LoadRule",
    "OffDuty",
    "Official",
    "OutboxMessage",
    "PhaseRule",
    "Posting",
    "Programme",
    "ProgrammeVersion",
    "Quota",
    "Region",
    "ReportField",
    "ReportRule",
    "ResultRule",
    "Rule",
    "ScoreItem",
    "ScoreRule",
    "StandingForm",
    "StoredFile",
    "SurveyRule",
    "TeamRole",
    "Training",
    "TriageRule",
    "calendar_from",
]
