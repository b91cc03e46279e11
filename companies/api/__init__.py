"""`/api/v1/` of the companies' room; `visits` is mounted by the room above, which adds the problems."""

from companies.api.assignments import AssignmentViewSet
from companies.api.batches import BatchViewSet, PhaseViewSet
from companies.api.companies import CompanyViewSet, ProjectViewSet
from companies.api.coverage import CoverViewSet, LoadViewSet
from companies.api.deputies import DeputyViewSet
from companies.api.duties import DutyViewSet
from companies.api.groups import GroupViewSet
from companies.api.proposals import ProposalViewSet
from companies.api.recusals import RecusalViewSet

ROUTES = [
    ("companies", CompanyViewSet, "company"),
    ("projects", ProjectViewSet, "project"),
    ("assignments", AssignmentViewSet, "assignment"),
    ("batches", BatchViewSet, "batch"),
    ("phases", PhaseViewSet, "phase"),
    ("coverage", CoverViewSet, "cover"),
    ("loads", LoadViewSet, "load"),
    ("duties", DutyViewSet, "duty"),
    ("deputies", DeputyViewSet, "deputy"),
    ("groups", GroupViewSet, "group"),
    ("proposals", ProposalViewSet, "proposal"),
    ("recusals", RecusalViewSet, "recusal"),
]
