"""Addresses of the problems' room."""

from django.urls import path

from issues.views import tickets, visits

app_name = "issues"

urlpatterns = [
    path("companies/<str:uscc>/visits/new/", visits.visit_new, name="visit-new"),
    path("tickets/", tickets.ticket_list, name="tickets"),
    path("tickets/export/", tickets.ticket_export, name="tickets-export"),
    path("tickets/<str:number>/", tickets.ticket_detail, name="ticket"),
    path("tickets/<str:number>/moves/<slug:move>/", tickets.ticket_move, name="ticket-move"),
]
