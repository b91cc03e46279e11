"""The companies' room: who they are, who meets them, and the meetings."""

from companies.models.assignments import Assignment, Enrolment, ServicePlan
from companies.models.companies import Company, Contact, Project
from companies.models.visits import Visit

__all__ = ["Assignment", "Company", "Contact", "Enrolment", "Project", "ServicePlan", "Visit"]
