"""Addresses of the problems' room."""

from django.urls import path

from issues.views import (
    bulletins,
    calendar,
    case,
    duties,
    handovers,
    ladder,
    meetings,
    months,
    tickets,
    visits,
)

app_name = "issues"

urlpatterns = [
    path("officials/<int:pk>/handover/", handovers.handover, name="handover"),
    path("officials/<int:pk>/handover/list/", handovers.handover_list, name="handover-list"),
    path("officials/<int:pk>/handover/export/", handovers.handover_export, name="handover-export"),
    path("companies/<str:uscc>/visits/new/", visits.visit_new, name="visit-new"),
    path("duties/", duties.duty_ledger, name="duties"),
    path("duties/export/", duties.duties_export, name="duties-export"),
    path("duties/paper/", duties.duties_paper, name="duties-paper"),
    path("duties/<slug:code>/counters/<slug:counter>/", duties.duty_counter, name="duty-counter"),
    path("duties/<slug:code>/<int:official>/<slug:duty>/", duties.duty_rows, name="duty-rows"),
    path("tickets/", tickets.ticket_list, name="tickets"),
    path("tickets/export/", tickets.ticket_export, name="tickets-export"),
    path("tickets/<str:number>/", case.ticket_detail, name="ticket"),
    path("tickets/<str:number>/deadlines/", calendar.ticket_deadlines, name="ticket-deadlines"),
    path("tickets/<str:number>/moves/<slug:move>/", case.ticket_move, name="ticket-move"),
    path("broken-chains/", ladder.chain_list, name="broken-chains"),
    path("meetings/", meetings.meeting_list, name="meetings"),
    path("meetings/<slug:code>/<str:month>/", meetings.meeting_agenda, name="meeting"),
    path("meetings/<slug:code>/<str:month>/held/", meetings.meeting_hold, name="meeting-hold"),
    path("meetings/<slug:code>/<str:month>/<int:position>/", meetings.meeting_decide, name="meeting-decide"),
    path("bulletins/", bulletins.bulletin_list, name="bulletins"),
    path("bulletins/<slug:code>/<str:month>/", bulletins.bulletin_document, name="bulletin"),
    path("bulletins/<slug:code>/<str:month>/text/", bulletins.bulletin_edit, name="bulletin-edit"),
    path("bulletins/<slug:code>/<str:month>/issue/", bulletins.bulletin_issue, name="bulletin-issue"),
    path(
        "bulletins/<slug:code>/<str:month>/workbooks/<slug:table>/",
        bulletins.bulletin_workbook,
        name="bulletin-workbook",
    ),
    path("months/<slug:code>/<str:month>/tickets/", months.month_tickets, name="month-tickets"),
    path("months/<slug:code>/<str:month>/companies/", months.month_enrolments, name="month-enrolments"),
]
