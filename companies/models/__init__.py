"""The companies' room: who they are, who meets them, and the meetings."""

from companies.models.assignments import Assignment, Enrolment
from companies.models.companies import Company, Contact, Project
from companies.models.door_cards import DoorCard, PublicPhone
from companies.models.duties import DutyEntry, DutyFile
from companies.models.plans import PlanFile, PlanMeasure, ServicePlan
from companies.models.proposals import (
    DepartmentTrade,
    Proposal,
    ProposalEnding,
    ProposalFloor,
    ProposalGap,
    ProposalPair,
    ProposalSupply,
)
from companies.models.recusals import Recusal
from companies.models.visits import Visit

__all__ = [
    "Assignment",
    "Company",
    "Contact",
    "DepartmentTrade",
    "DoorCard",
    "DutyEntry",
    "DutyFile",
    "Enrolment",
    "PlanFile",
    "PlanMeasure",
    "Project",
    "Proposal",
    "ProposalEnding",
    "ProposalFloor",
    "ProposalGap",
    "ProposalPair",
    "ProposalSupply",
    "PublicPhone",
    "Recusal",
    "ServicePlan",
    "Visit",
]
