"""Addresses of the problems' room."""

from django.urls import path

from issues.views import tickets

app_name = "issues"

urlpatterns = [
    path("tickets/", tickets.ticket_list, name="tickets"),
    path("tickets/<str:number>/", tickets.ticket_detail, name="ticket"),
    path("tickets/<str:number>/moves/<slug:move>/", tickets.ticket_move, name="ticket-move"),
]
