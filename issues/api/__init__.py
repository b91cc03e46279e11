"""API of the problems' room."""

from issues.api.bulletins import BulletinViewSet
from issues.api.duties import LedgerViewSet
from issues.api.tickets import TicketViewSet
from issues.api.visits import VisitWithProblemViewSet

ROUTES = [
    ("tickets", TicketViewSet, "ticket"),
    ("visits", VisitWithProblemViewSet, "visit"),
    ("duty-ledger", LedgerViewSet, "ledger"),
    ("bulletins", BulletinViewSet, "bulletin"),
]
