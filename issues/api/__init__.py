"""API of the problems' room."""

from issues.api.tickets import TicketViewSet

ROUTES = [("tickets", TicketViewSet, "ticket")]
